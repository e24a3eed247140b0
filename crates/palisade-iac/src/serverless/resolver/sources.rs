//! Where variables take their values from: the service, files, parameters, what is given from outside.

use palisade_model::address;
use palisade_model::problem::ProblemKind;
use palisade_model::source::Span;

use super::{Found, Resolver, Segment, USUAL_STAGES};
use crate::serverless::constructs;
use crate::serverless::files::{Loaded, is_document};
use crate::serverless::syntax::{Piece, Source};
use crate::serverless::tree::{Entry, Part, Shape, Tree};
use crate::value::Style;

impl Resolver<'_, '_> {
    /// The value of one source of a variable.
    pub(super) fn source(&mut self, source: &Source, span: Span) -> Found {
        match source {
            Source::Literal(text, true) => {
                Found::Value(Tree::text(text.clone(), Style::Quoted, span))
            }
            Source::Literal(text, false) => {
                Found::Value(Tree::text(text.clone(), Style::Plain, span))
            }
            Source::Nested(sources) => {
                let tree = self.variable(sources, "", span);
                match &tree.target().shape {
                    Shape::Scalar(parts, _) => match parts.as_slice() {
                        [Part::Open(name)] if name.is_empty() => Found::Missing(String::new()),
                        [Part::Open(name)] => Found::Open(name.clone()),
                        _ => Found::Value(tree),
                    },
                    _ => Found::Value(tree),
                }
            }
            Source::Named {
                kind,
                parameters,
                address,
            } => self.named(kind, parameters.as_deref(), address.as_deref(), span),
        }
    }

    fn named(
        &mut self,
        kind: &str,
        parameters: Option<&[Piece]>,
        address: Option<&[Piece]>,
        span: Span,
    ) -> Found {
        // A quoted text with variables in it.
        if kind.is_empty() {
            let parts = self.parts(address.unwrap_or_default(), span);
            return Found::Value(Tree::new(Shape::Scalar(parts, Style::Quoted), span));
        }
        let address_parts = self.parts(address.unwrap_or_default(), span);
        let Some(text) = self.plain(&address_parts) else {
            return Found::Unknown(format!("{kind}:{}", words(&address_parts)));
        };
        let name = format!("{kind}:{text}");
        match kind {
            "self" => self.own(&address_parts, &text, span),
            "opt" if text == "stage" => match &self.stage {
                Some(_) => Found::Value(Tree::part(Part::Stage, span)),
                None => Found::Missing(String::new()),
            },
            "sls" if text == "stage" => Found::Value(Tree::part(Part::Stage, span)),
            "opt" | "env" => match self.given_value(&name) {
                Some(value) => Found::Value(Tree::text(value, Style::Plain, span)),
                None => Found::Open(name),
            },
            "aws" if text == "accountId" => {
                Found::Value(Tree::part(Part::Pseudo("AWS::AccountId"), span))
            }
            "aws" if text == "region" => {
                Found::Value(Tree::part(Part::Pseudo("AWS::Region"), span))
            }
            // `${aws:username}` is a variable of policies.
            "aws" => Found::Value(Tree::text(format!("${{aws:{text}}}"), Style::Quoted, span)),
            "param" => self.param(&text, name),
            "file" => self.file(parameters.unwrap_or_default(), &address_parts, &text, span),
            "strToBool" => {
                let parts = self.parts(parameters.unwrap_or_default(), span);
                match self.plain(&parts).as_deref().map(str::trim) {
                    Some("true" | "1") => Found::Value(Tree::text("true", Style::Plain, span)),
                    Some("false" | "0") => Found::Value(Tree::text("false", Style::Plain, span)),
                    _ => Found::Unknown(format!("strToBool:{}", words(&parts))),
                }
            }
            "construct" => self.construct(&text, span),
            "ssm" => Found::Value(Tree::text(stored(&text), Style::Quoted, span)),
            _ => Found::Unknown(name),
        }
    }

    /// What a variable of a construct stands for.
    fn construct(&mut self, text: &str, span: Span) -> Found {
        let unknown = || Found::Unknown(format!("construct:{text}"));
        let Some((name, variable)) = text.rsplit_once('.') else {
            return unknown();
        };
        let type_name = self.literal(&["constructs", name, "type"]);
        let row = type_name.as_deref().and_then(constructs::of);
        let Some((part, attribute)) = row.and_then(|row| row.variable(variable)) else {
            return unknown();
        };
        let id = address::construct(name, part);
        let word = |text: &str| Tree::text(text, Style::Quoted, span);
        let (key, value) = match attribute {
            "Ref" => ("Ref", word(&id)),
            _ => {
                let both = vec![word(&id), word(attribute)];
                ("Fn::GetAtt", Tree::new(Shape::List(both), span))
            }
        };
        let entry = Entry {
            key: key.into(),
            span,
            value,
        };
        Found::Value(Tree::new(Shape::Map(vec![entry]), span))
    }

    fn given_value(&self, name: &str) -> Option<String> {
        let given = self.given.iter().rev().find(|(known, _)| known == name);
        given.map(|(_, value)| value.clone())
    }

    /// Parts as characters, the stage put in.
    fn plain(&self, parts: &[Part]) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(piece) | Part::Default(_, piece, _) => text.push_str(piece),
                Part::Stage => text.push_str(self.stage.as_deref()?),
                Part::Open(_) | Part::Pseudo(_) => return None,
            }
        }
        Some(text)
    }

    /// `self:`: a place of the service itself.
    fn own(&mut self, parts: &[Part], text: &str, span: Span) -> Found {
        if text == "provider.stage" && self.stage.is_some() {
            return Found::Value(Tree::part(Part::Stage, span));
        }
        let segments = self.segments(parts);
        if let Some(tree) = self.lookup(0, &segments) {
            return Found::Value(tree);
        }
        // The name of a service was a map once.
        if text == "service.name"
            && let Some(tree) = self.lookup(0, &[Segment::plain("service")])
            && tree.entries().is_empty()
        {
            return Found::Value(tree);
        }
        // The region of the deployment, where none is written.
        if text == "provider.region" {
            return Found::Value(Tree::part(Part::Pseudo("AWS::Region"), span));
        }
        let mut message = format!("`self:{text}` cannot be resolved");
        let dotted = text.replace(':', ".");
        if dotted != *text {
            let segments: Vec<Segment> = dotted.split('.').map(Segment::plain).collect();
            if self.lookup(0, &segments).is_some() {
                message.push_str("; did you mean `self:");
                message.push_str(&dotted);
                message.push_str("`?");
            }
        }
        Found::Missing(format!("{message}: the value stays unknown"))
    }

    fn segments(&self, parts: &[Part]) -> Vec<Segment> {
        let mut found = vec![Segment::plain("")];
        for part in parts {
            let (text, stage) = match part {
                Part::Text(text) | Part::Default(_, text, _) => (text.as_str(), false),
                Part::Stage => (self.stage.as_deref().unwrap_or_default(), true),
                Part::Open(_) | Part::Pseudo(_) => ("", false),
            };
            let mut pieces = if stage {
                vec![text]
            } else {
                text.split('.').collect()
            }
            .into_iter();
            if let (Some(last), Some(first)) = (found.last_mut(), pieces.next()) {
                last.stage = stage && last.text.is_empty();
                last.text.push_str(first);
            }
            found.extend(pieces.map(Segment::plain));
        }
        found.retain(|segment| !segment.text.is_empty());
        found
    }

    fn param(&mut self, text: &str, name: String) -> Found {
        if let Some(value) = self.given_value(&name) {
            return Found::Value(Tree::text(value, Style::Plain, self.whole));
        }
        let stage = self.stage.clone().unwrap_or_default();
        for path in [
            ["stages", stage.as_str(), "params"].as_slice(),
            ["params", stage.as_str()].as_slice(),
            ["stages", "default", "params"].as_slice(),
            ["params", "default"].as_slice(),
        ] {
            let mut segments: Vec<Segment> = path.iter().map(|key| Segment::plain(key)).collect();
            segments.push(Segment::plain(text));
            if let Some(tree) = self.lookup(0, &segments) {
                return Found::Value(tree);
            }
        }
        Found::Open(name)
    }

    fn file(&mut self, parameters: &[Piece], parts: &[Part], text: &str, span: Span) -> Found {
        let path_parts = self.parts(parameters, span);
        let Some(path) = self.plain(&path_parts) else {
            return Found::Unknown(format!("file({}):{text}", words(&path_parts)));
        };
        // A second parameter names the encoding.
        let path = path.split(',').next().unwrap_or(&path).trim().to_owned();
        if path_parts.contains(&Part::Stage) {
            self.note_files(&path_parts);
        }
        let name = if text.is_empty() {
            format!("file({path})")
        } else {
            format!("file({path}):{text}")
        };
        match self.files.load(&path) {
            Loaded::Document(number) => {
                let segments = self.segments(parts);
                match self.lookup(number, &segments) {
                    Some(tree) => Found::Value(tree),
                    None if segments.is_empty() => Found::Value(Tree::new(Shape::Null, span)),
                    None => Found::Missing(format!(
                        "the file `{path}` has no `{text}`: the value stays unknown"
                    )),
                }
            }
            Loaded::Text(file) => {
                let content = self.files.sources.text(file);
                if content.len() > self.files.limits.text_bytes {
                    return Found::Unknown(name);
                }
                let whole = Span::new(file, 0, content.len());
                Found::Value(Tree::text(content, Style::Quoted, whole))
            }
            Loaded::Program => {
                self.report(
                    span,
                    ProblemKind::Unsupported,
                    format!("`{path}` is a program, which is not run: the value stays unknown"),
                );
                Found::Unknown(name)
            }
            // Documents alone are read beforehand.
            Loaded::Missing if !is_document(&path) => Found::Missing(format!(
                "the file `{path}` is not read: the value stays unknown"
            )),
            Loaded::Missing => Found::Missing(format!(
                "the file `{path}` is not in the tree: the value stays unknown"
            )),
            Loaded::Outside => Found::Missing(format!(
                "the file `{path}` lies outside the tree: the value stays unknown"
            )),
        }
    }

    /// Stages for which a file lies there.
    fn note_files(&mut self, parts: &[Part]) {
        let names: Vec<String> = self
            .stages
            .iter()
            .cloned()
            .chain(USUAL_STAGES.iter().map(|s| (*s).to_owned()))
            .collect();
        for name in names {
            let path: String = parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) | Part::Default(_, text, _) => text.as_str(),
                    Part::Stage => name.as_str(),
                    Part::Open(_) | Part::Pseudo(_) => "",
                })
                .collect();
            if self
                .files
                .exists(path.split(',').next().unwrap_or(&path).trim())
            {
                self.note_stage(&name);
            }
        }
    }
}

/// For people: parts as one text.
fn words(parts: &[Part]) -> String {
    let each = parts.iter().map(|part| match part {
        Part::Text(text) | Part::Default(_, text, _) => text.clone(),
        Part::Stage => "${sls:stage}".to_owned(),
        Part::Open(name) => format!("${{{name}}}"),
        Part::Pseudo(name) => format!("${{{name}}}"),
    });
    each.collect()
}

/// A stored parameter is read when the stack is deployed.
fn stored(address: &str) -> String {
    let path = address.split('~').next().unwrap_or(address);
    match path.strip_prefix("/aws/reference/secretsmanager/") {
        Some(secret) => format!("{{{{resolve:secretsmanager:{secret}}}}}"),
        None => format!("{{{{resolve:ssm:{path}}}}}"),
    }
}
