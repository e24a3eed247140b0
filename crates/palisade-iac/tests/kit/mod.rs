//! Reads a text as a template and prints what came of it, for comparisons in tests.
#![allow(dead_code, reason = "each test binary uses a part of the kit")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::fmt::Write as _;

use palisade_iac::document;
use palisade_iac::evaluate::{Scope, Template, evaluate};
use palisade_iac::value::{Value, ValueKind};
use palisade_model::guard::{Axis, AxisId};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemPlace};
use palisade_model::setting::Basis;
use palisade_model::source::Sources;
use palisade_model::text::StackId;

/// A template as read.
pub(crate) struct Read {
    pub(crate) sources: Sources,
    pub(crate) template: Option<Template>,
    pub(crate) axes: IndexVec<AxisId, Axis>,
    pub(crate) problems: Vec<Problem>,
}

/// What may differ from one reading to another.
#[derive(Default)]
pub(crate) struct With<'a> {
    pub(crate) path: &'a str,
    pub(crate) given: &'a [(&'a str, &'a str)],
    pub(crate) files: &'a [(&'a str, &'a str)],
    pub(crate) limits: Option<Limits>,
}

/// Reads YAML.
pub(crate) fn read(text: &str) -> Read {
    read_with(text, &With::default())
}

pub(crate) fn read_with(text: &str, with: &With<'_>) -> Read {
    let limits = with.limits.clone().unwrap_or_default();
    let mut sources = Sources::default();
    let path = if with.path.is_empty() {
        "template.yaml"
    } else {
        with.path
    };
    let file = sources.add(path, text);
    for (path, text) in with.files {
        sources.add(*path, *text);
    }
    let given: Vec<(String, String)> = with
        .given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut problems = Vec::new();
    let mut axes = IndexVec::new();
    let document = document::parse(&sources, file, &limits, &mut problems);
    let find = |path: &str| sources.find(path);
    let scope = Scope {
        sources: &sources,
        limits: &limits,
        stack: StackId(0),
        given: &given,
        inherited: &[],
        find: &find,
    };
    let template = document.map(|d| evaluate(&d, &scope, &mut axes, &mut problems));
    Read {
        sources,
        template,
        axes,
        problems,
    }
}

impl Read {
    /// The properties of the resource `R`.
    pub(crate) fn properties(&self) -> Value {
        let template = self.template.as_ref().unwrap();
        let found = template.resources.iter().find(|r| r.id == "R");
        found.unwrap().properties.clone()
    }

    /// The property `P` of the resource `R`, printed.
    pub(crate) fn property(&self) -> String {
        self.print(self.properties().get("P").unwrap())
    }

    /// `id [guard]` of each resource.
    pub(crate) fn resources(&self) -> Vec<String> {
        let resources = &self.template.as_ref().unwrap().resources;
        let line = |r: &palisade_iac::evaluate::RawResource| match r.exists.is_always() {
            true => r.id.clone(),
            false => format!("{} [{}]", r.id, r.exists.words(&self.axes)),
        };
        resources.iter().map(line).collect()
    }

    /// `line: message` of each problem.
    pub(crate) fn problems(&self) -> Vec<String> {
        let line = |p: &Problem| match &p.place {
            ProblemPlace::Span(span) => {
                format!(
                    "{}: {}",
                    self.sources.line(span.file, span.start),
                    p.message
                )
            }
            ProblemPlace::Path(path) => format!("{path}: {}", p.message),
        };
        self.problems.iter().map(line).collect()
    }

    /// A value as one line: texts bare, holes `${X}`, choices `guard -> value | …`, `?` before
    /// what is unknown, `~` before what is assumed.
    pub(crate) fn print(&self, value: &Value) -> String {
        let mut line = String::new();
        self.write(value, &mut line);
        line
    }

    fn write(&self, value: &Value, line: &mut String) {
        match &value.kind {
            ValueKind::Null => line.push_str("null"),
            ValueKind::NoValue => line.push_str("nothing"),
            ValueKind::Scalar(text, _) => {
                let mark = if value.basis() == Basis::Assumed {
                    "~"
                } else {
                    ""
                };
                let _ = write!(line, "{mark}{}", text.words());
            }
            ValueKind::Unknown(reason, text) => {
                let _ = write!(line, "?{reason:?} {text}");
            }
            ValueKind::List(items) => {
                line.push('[');
                for (at, item) in items.iter().enumerate() {
                    line.push_str(if at > 0 { ", " } else { "" });
                    self.write(item, line);
                }
                line.push(']');
            }
            ValueKind::Map(entries) => {
                line.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    let _ = write!(line, "{}{}: ", if at > 0 { ", " } else { "" }, key.text);
                    self.write(value, line);
                }
                line.push('}');
            }
            ValueKind::OneOf(choices) => {
                for (at, (when, value)) in choices.iter().enumerate() {
                    let bar = if at > 0 { " | " } else { "" };
                    let words = when.words(&self.axes);
                    // Axes are numbered by first use; here only what holds counts.
                    let mut parts: Vec<&str> = words.split(", ").collect();
                    parts.sort_unstable();
                    let _ = write!(line, "{bar}{} -> ", parts.join(", "));
                    self.write(value, line);
                }
            }
        }
    }
}
