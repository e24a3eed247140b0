//! Texts with holes as a template writes them: references, attributes, substitutions.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::address::{construct_variable, normalized};
use palisade_model::text::{Part, StackId, Symbol, Text};

use crate::serverless::STAGE;

use super::piece::Piece;
use super::sheet::Sheet;

/// Where a text is written, and what is known of that place.
#[derive(Clone, Debug)]
pub(crate) struct Spelling {
    /// The stack.
    pub(crate) stack: StackId,
    /// What its addresses begin with.
    pub(crate) prefix: String,
    /// Whether the file has variables of its own in `${…}`.
    pub(crate) service: bool,
    /// Parameters that the file declares; others stand for variables of the service.
    pub(crate) parameters: BTreeSet<String>,
    /// How the file spells a text already.
    pub(crate) known: BTreeMap<Text, Piece>,
    /// Names that come through defaults of parameters, with how they are written inside of `Fn::Sub`.
    pub(crate) names: Vec<(Text, String)>,
}

impl Spelling {
    /// A text as a value; an error says what of it cannot be written.
    pub(crate) fn text(&self, text: &Text) -> Result<Piece, String> {
        match self.known.get(text) {
            Some(Piece::Own(own, _)) => {
                let fresh = self.fresh(text).ok().map(Box::new);
                Ok(Piece::Own(own.clone(), fresh))
            }
            Some(known) => Ok(known.clone()),
            None => self.fresh(text),
        }
    }

    fn fresh(&self, text: &Text) -> Result<Piece, String> {
        if self.service
            && let Some((before, pattern, after)) = self.named(text)
        {
            return self.around(&before, pattern, &after);
        }
        if let Some((before, pattern, after)) = self.named(text) {
            // A default that somebody may override must not be written as if it were the value.
            let pattern = format!(
                "{}{pattern}{}",
                self.pattern(&before)?,
                self.pattern(&after)?
            );
            return Ok(Piece::call("Fn::Sub", Piece::Word(pattern)));
        }
        if let Some(word) = text.literal() {
            if self.service && word.contains("${") {
                return Err(format!("`{word}` would be a variable of the service"));
            }
            return Ok(Piece::word(word));
        }
        if let Some(symbol) = text.symbol() {
            return self.symbol(symbol);
        }
        let pseudo = |part: &Part| matches!(part, Part::Literal(_) | Part::Hole(Symbol::Pseudo(_)));
        let literal = |part: &Part| matches!(part, Part::Literal(text) if text.contains("${"));
        if self.service && (!text.parts().iter().all(pseudo) || text.parts().iter().any(literal)) {
            return self.join(text);
        }
        self.substitution(text)
    }

    /// A name as the service writes it, with what stands before and after.
    fn around(&self, before: &Text, pattern: &str, after: &Text) -> Result<Piece, String> {
        if pattern.is_empty() {
            return Err(
                "a name holds for one stage alone: the service takes it from elsewhere".to_owned(),
            );
        }
        if let (Some(before), Some(after)) = (before.literal(), after.literal()) {
            return Ok(Piece::Word(format!("{before}{pattern}{after}")));
        }
        let mut pieces = Vec::new();
        for (number, side) in [before, after].into_iter().enumerate() {
            if number == 1 {
                pieces.push(Piece::Word(pattern.to_owned()));
            }
            for part in side.parts() {
                pieces.push(match part {
                    Part::Literal(word) => Piece::word(word),
                    Part::Hole(symbol) => self.symbol(symbol)?,
                });
            }
        }
        Ok(Piece::call(
            "Fn::Join",
            Piece::List(vec![Piece::word(""), Piece::List(pieces)]),
        ))
    }

    /// The longest name within a text, with what stands before and after it.
    fn named(&self, text: &Text) -> Option<(Text, &str, Text)> {
        let names = self.names.iter();
        let found = names.filter_map(|(name, pattern)| {
            let (before, after) = around(text, name)?;
            Some((name.words().len(), before, pattern.as_str(), after))
        });
        let best = found.max_by_key(|(length, ..)| *length)?;
        Some((best.1, best.2, best.3))
    }

    /// A text inside of `Fn::Sub`, without imports.
    fn pattern(&self, text: &Text) -> Result<String, String> {
        let part = |part: &Part| match part {
            Part::Literal(word) => Ok(word.replace("${", "${!")),
            Part::Hole(Symbol::Dynamic(word)) => Ok(word.clone()),
            Part::Hole(symbol) => Ok(format!("${{{}}}", self.name(symbol)?)),
        };
        text.parts().iter().map(part).collect()
    }

    /// `Fn::Join` of the parts: a service of the framework reads `${…}` itself.
    fn join(&self, text: &Text) -> Result<Piece, String> {
        let part = |part: &Part| match part {
            Part::Literal(word) if word.contains("${") => {
                Err(format!("`{word}` would be a variable of the service"))
            }
            Part::Literal(word) => Ok(Piece::word(word)),
            Part::Hole(symbol) => self.symbol(symbol),
        };
        let parts: Result<Vec<Piece>, String> = text.parts().iter().map(part).collect();
        Ok(Piece::call(
            "Fn::Join",
            Piece::List(vec![Piece::word(""), Piece::List(parts?)]),
        ))
    }

    fn substitution(&self, text: &Text) -> Result<Piece, String> {
        let mut pattern = String::new();
        let mut extra: Vec<(String, Piece)> = Vec::new();
        for part in text.parts() {
            match part {
                // `${aws:username}` is for the platform's evaluation, not for the template's.
                Part::Literal(word) => pattern.push_str(&word.replace("${", "${!")),
                Part::Hole(Symbol::Dynamic(word)) => pattern.push_str(word),
                Part::Hole(Symbol::Import(_)) => {
                    let Part::Hole(symbol) = part else { continue };
                    let name = format!("Import{}", extra.len() + 1);
                    pattern.push_str(&format!("${{{name}}}"));
                    extra.push((name, self.symbol(symbol)?));
                }
                Part::Hole(symbol) => {
                    let name = self.name(symbol)?;
                    pattern.push_str(&format!("${{{name}}}"));
                }
            }
        }
        let pattern = Piece::Word(pattern);
        Ok(Piece::call(
            "Fn::Sub",
            if extra.is_empty() {
                pattern
            } else {
                Piece::List(vec![pattern, Piece::Map(extra)])
            },
        ))
    }

    /// What stands in `${…}` for a symbol.
    fn name(&self, symbol: &Symbol) -> Result<String, String> {
        match symbol {
            Symbol::Pseudo(name) => Ok(name.clone()),
            Symbol::Parameter(_, name) if self.is_variable(name) => Err(format!(
                "`{name}` is a variable of the service, which only it knows how to write"
            )),
            Symbol::Parameter(stack, name) if *stack == self.stack => Ok(name.clone()),
            Symbol::Attr(stack, address, attribute) if *stack == self.stack => {
                let id = self.id(address)?;
                Ok(if attribute == "Ref" {
                    id
                } else {
                    format!("{id}.{attribute}")
                })
            }
            Symbol::Parameter(..) | Symbol::Attr(..) => {
                Err(format!("`{}` belongs to another stack", symbol.words()))
            }
            _ => Err(format!("`{}` has no known value", symbol.words())),
        }
    }

    fn symbol(&self, symbol: &Symbol) -> Result<Piece, String> {
        Ok(match symbol {
            Symbol::Dynamic(word) => Piece::word(word),
            Symbol::Parameter(_, name) if name == STAGE && self.is_variable(name) => {
                Piece::Word("${sls:stage}".to_owned())
            }
            Symbol::Import(name) if name.contains("${") => {
                return Err(format!("the export `{name}` has no known name"));
            }
            Symbol::Import(name) => Piece::call("Fn::ImportValue", Piece::word(name)),
            Symbol::Attr(_, address, attribute)
                if let Some(variable) = construct_variable(address, attribute) =>
            {
                Piece::Word(variable)
            }
            Symbol::Attr(_, _, attribute) if attribute != "Ref" => {
                let name = self.name(symbol)?;
                let id = name.strip_suffix(&format!(".{attribute}")).unwrap_or(&name);
                let parts = vec![Piece::word(id), Piece::word(attribute)];
                Piece::call("Fn::GetAtt", Piece::List(parts))
            }
            _ => Piece::call("Ref", Piece::Word(self.name(symbol)?)),
        })
    }

    /// Whether a parameter stands for a variable of the framework: CloudFormation knows none of that name.
    fn is_variable(&self, name: &str) -> bool {
        self.service && !self.parameters.contains(name)
    }

    /// The logical id of an address of this stack.
    pub(crate) fn id(&self, address: &str) -> Result<String, String> {
        let id = address
            .strip_prefix(&self.prefix)
            .ok_or_else(|| format!("`{address}` belongs to another stack"))?;
        if let Some(key) = id.strip_prefix("functions.") {
            return Ok(format!("{}LambdaFunction", normalized(key)));
        }
        if id.contains(['/', '#']) {
            return Err(format!(
                "`{id}` is made by the tool and has no name of its own"
            ));
        }
        Ok(id.to_owned())
    }
}

/// A character or a hole.
#[derive(PartialEq, Eq, Clone)]
enum Sign {
    Letter(char),
    Hole(Symbol),
}

/// What stands before and after a name in a text, where separators stand around it.
fn around(text: &Text, name: &Text) -> Option<(Text, Text)> {
    let signs = |text: &Text| -> Vec<Sign> {
        let each = text.parts().iter().flat_map(|part| match part {
            Part::Literal(word) => word.chars().map(Sign::Letter).collect::<Vec<_>>(),
            Part::Hole(symbol) => vec![Sign::Hole(symbol.clone())],
        });
        each.collect()
    };
    let back = |signs: &[Sign]| {
        let part = |sign: &Sign| match sign {
            Sign::Letter(c) => Part::Literal(c.to_string()),
            Sign::Hole(symbol) => Part::Hole(symbol.clone()),
        };
        Text::join(signs.iter().map(part))
    };
    let (text, name) = (signs(text), signs(name));
    let at = text
        .windows(name.len().max(1))
        .position(|window| window == name)?;
    let (before, rest) = text.split_at_checked(at)?;
    let after = rest.get(name.len()..)?;
    let parted = |sign: Option<&Sign>| match sign {
        None => true,
        Some(Sign::Letter(c)) => matches!(c, ':' | '/' | '*'),
        Some(Sign::Hole(_)) => false,
    };
    // A hole is what it is wherever it stands.
    let hole = |sign: Option<&Sign>| matches!(sign, Some(Sign::Hole(_)));
    let begins = hole(name.first()) || parted(before.last());
    let ends = hole(name.last()) || parted(after.first());
    (begins && ends).then(|| (back(before), back(after)))
}

/// Whether a node is a reference to a logical id, and to nothing else.
pub(crate) fn refers_to(sheet: &Sheet<'_>, node: crate::document::NodeRef, id: &str) -> bool {
    let document = sheet.document;
    let dotted =
        |text: &str| text == id || text.strip_prefix(id).is_some_and(|t| t.starts_with('.'));
    let text = document.text(node).unwrap_or("");
    match document.tag(node) {
        Some("!Ref") => return text == id,
        Some("!GetAtt") => return dotted(text) || first(sheet, node) == Some(id),
        _ => {}
    }
    if let Some(inner) = sheet.own_value(node, "Ref") {
        return document.text(inner) == Some(id);
    }
    sheet.own_value(node, "Fn::GetAtt").is_some_and(|inner| {
        document.text(inner).is_some_and(dotted) || first(sheet, inner) == Some(id)
    })
}

fn first<'a>(sheet: &Sheet<'a>, list: crate::document::NodeRef) -> Option<&'a str> {
    sheet
        .document
        .items(list)
        .first()
        .and_then(|item| sheet.document.text(*item))
}
