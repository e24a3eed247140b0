//! What a request is made of: members of its input, found by the paths that facts name them by.

use palisade_model::api::{ApiArg, ApiStep, ApiValue};
use palisade_model::text::Text;

use crate::facts::{Arguments, Operation, Source};

/// How many paths one request tells.
const PATHS_MAX: usize = 512;
/// How deep members are told.
const DEPTH_MAX: usize = 6;

/// What identifies the object a method is called on: `Name` of a `Bucket`.
pub type Identifiers = Vec<(String, Vec<ApiValue>)>;

/// The input of one request.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Input {
    /// Members by name.
    pub members: Vec<(String, Vec<ApiValue>)>,
    /// Positional arguments.
    pub positional: Vec<Vec<ApiValue>>,
    /// Whether more may be given than is known.
    pub open: bool,
    /// Of the object.
    pub identifiers: Identifiers,
}

impl Input {
    /// The arguments of a call as they are: by name, by position.
    pub fn of_call(step: &ApiStep) -> Self {
        let mut input = Self::default();
        for arg in step.args.iter().flatten() {
            match &arg.name {
                _ if arg.spread => input.open = true,
                Some(name) => input.members.push((name.clone(), arg.values.clone())),
                None => input.positional.push(arg.values.clone()),
            }
        }
        input
    }

    /// The maps that one argument can be, each as an input of its own.
    pub fn of_map(arg: Option<&ApiArg>) -> Vec<Self> {
        let Some(arg) = arg else {
            return vec![Self::default()];
        };
        let inputs = arg.values.iter().map(Self::of_value);
        let inputs: Vec<Self> = inputs.collect();
        if inputs.is_empty() {
            vec![Self::unknown()]
        } else {
            inputs
        }
    }

    /// A map, or something unknown.
    pub fn of_value(value: &ApiValue) -> Self {
        match value {
            ApiValue::Record(parts) => {
                let mut input = Self::default();
                for (name, values) in parts {
                    match name.literal() {
                        Some(name) => input.members.push((name.to_owned(), values.clone())),
                        None => input.open = true,
                    }
                }
                input
            }
            ApiValue::Nothing => Self::default(),
            _ => Self::unknown(),
        }
    }

    /// An input of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// The same with the identifiers of the object it is asked for.
    #[must_use]
    pub fn on(mut self, identifiers: &Identifiers) -> Self {
        self.identifiers.clone_from(identifiers);
        self
    }

    /// Positional arguments get the names of the parameters.
    #[must_use]
    pub fn named_by(mut self, operation: &Operation<'_>) -> Self {
        let taken = std::mem::take(&mut self.positional);
        for (member, values) in operation.members().iter().zip(&taken) {
            if !self.members.iter().any(|(name, _)| name == member.name) {
                self.members.push((member.name.to_owned(), values.clone()));
            }
        }
        self.positional = taken;
        self
    }

    /// What facts ask conditions of.
    pub fn arguments(&self, operation: &Operation<'_>) -> Arguments {
        let mut paths: Vec<(String, Option<String>)> = Vec::new();
        for (name, values) in &self.members {
            flatten(name, values, 0, &mut paths);
        }
        for filled in operation.filled() {
            let values = self.filled(filled.source);
            if !values.is_empty() {
                flatten(filled.target, &values, 0, &mut paths);
            }
        }
        let mut arguments = Arguments::named(&[]);
        for (path, value) in paths {
            arguments = match value {
                Some(value) => arguments.constant(&path, &value),
                None => arguments.with(&path),
            };
        }
        if self.open {
            arguments.open()
        } else {
            arguments
        }
    }

    fn filled(&self, source: Source<'_>) -> Vec<ApiValue> {
        match source {
            Source::Identifier(name) => {
                let known = self.identifiers.iter().find(|(n, _)| n == name);
                known.map(|(_, values)| values.clone()).unwrap_or_default()
            }
            Source::Constant(text) => vec![ApiValue::Text(Text::of(text))],
            Source::Loaded(what) => vec![ApiValue::Unknown(what.to_owned())],
            Source::Argument(at) => {
                let given = self.positional.get(at as usize);
                given.cloned().unwrap_or_default()
            }
            Source::Named(path) => self.find(path),
        }
    }

    /// Every value under a path such as `TransactItems[].Put.TableName` or `RequestItems{}` (the keys).
    pub fn lookup(&self, operation: &Operation<'_>, path: &str) -> Vec<ApiValue> {
        for filled in operation.filled() {
            if let Some(rest) = path.strip_prefix(filled.target)
                && (rest.is_empty() || rest.starts_with(['.', '[', '{']))
            {
                let values = self.filled(filled.source);
                return below(&values, rest);
            }
        }
        self.find(path)
    }

    fn find(&self, path: &str) -> Vec<ApiValue> {
        let end = path.find(['.', '[', '{']).unwrap_or(path.len());
        let (name, rest) = path.split_at_checked(end).unwrap_or((path, ""));
        let members = self.members.iter().filter(|(n, _)| n == name);
        let values: Vec<ApiValue> = members.flat_map(|(_, values)| values.clone()).collect();
        if values.is_empty() && self.open {
            return vec![ApiValue::Unknown(name.to_owned())];
        }
        below(&values, rest)
    }
}

/// The values under the rest of a path.
fn below(values: &[ApiValue], rest: &str) -> Vec<ApiValue> {
    let mut values: Vec<ApiValue> = values.to_vec();
    let mut rest = rest;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[]") {
            values = values.into_iter().flat_map(elements).collect();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{}").or_else(|| rest.strip_prefix('{')) {
            // At the end its keys are meant, before that what it holds.
            values = match after {
                "" => values.into_iter().flat_map(keys).collect(),
                _ => values.into_iter().flat_map(held).collect(),
            };
            rest = after;
        } else if let Some((_, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            // A number or a condition: any element may be meant.
            values = values.into_iter().flat_map(elements).collect();
            rest = after;
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[', '{']).unwrap_or(plain.len());
            let (name, after) = plain.split_at_checked(end).unwrap_or((plain, ""));
            values = values.iter().flat_map(|v| member(v, name)).collect();
            if after.len() >= rest.len() {
                return vec![ApiValue::Unknown(rest.to_owned())];
            }
            rest = after;
        }
    }
    values
}

fn elements(value: ApiValue) -> Vec<ApiValue> {
    match value {
        ApiValue::List(values) => values,
        ApiValue::Nothing => Vec::new(),
        ApiValue::Unknown(what) => vec![ApiValue::Unknown(what)],
        _ => vec![ApiValue::Unknown(String::new())],
    }
}

fn keys(value: ApiValue) -> Vec<ApiValue> {
    match value {
        ApiValue::Record(parts) => parts
            .into_iter()
            .map(|(name, _)| ApiValue::Text(name))
            .collect(),
        ApiValue::Nothing => Vec::new(),
        ApiValue::Unknown(what) => vec![ApiValue::Unknown(what)],
        _ => vec![ApiValue::Unknown(String::new())],
    }
}

fn held(value: ApiValue) -> Vec<ApiValue> {
    match value {
        ApiValue::Record(parts) => parts.into_iter().flat_map(|(_, values)| values).collect(),
        ApiValue::Nothing => Vec::new(),
        ApiValue::Unknown(what) => vec![ApiValue::Unknown(what)],
        _ => vec![ApiValue::Unknown(String::new())],
    }
}

fn member(value: &ApiValue, name: &str) -> Vec<ApiValue> {
    match value {
        ApiValue::Record(_) => value.get(name).map(<[_]>::to_vec).unwrap_or_default(),
        ApiValue::Nothing => Vec::new(),
        ApiValue::Unknown(what) => vec![ApiValue::Unknown(what.clone())],
        _ => vec![ApiValue::Unknown(String::new())],
    }
}

/// All paths that a member tells, with constants where there is one alone.
fn flatten(path: &str, values: &[ApiValue], depth: usize, out: &mut Vec<(String, Option<String>)>) {
    let given = values.iter().filter(|v| **v != ApiValue::Nothing);
    let given: Vec<&ApiValue> = given.collect();
    if given.is_empty() || out.len() >= PATHS_MAX || depth > DEPTH_MAX {
        return;
    }
    let constant = match given.as_slice() {
        [ApiValue::Text(text)] => known_start(text),
        [ApiValue::Flag(flag)] => Some(flag.to_string()),
        _ => None,
    };
    out.push((path.to_owned(), constant));
    for value in given {
        match value {
            ApiValue::Record(parts) => {
                for (name, values) in parts {
                    if let Some(name) = name.literal() {
                        flatten(&format!("{path}.{name}"), values, depth + 1, out);
                    }
                    flatten(&format!("{path}{{}}"), values, depth + 1, out);
                }
            }
            ApiValue::List(values) if !values.is_empty() => {
                flatten(&format!("{path}[]"), values, depth + 1, out);
            }
            _ => {}
        }
    }
}

/// A literal text; of a statement with holes the words in front.
fn known_start(text: &Text) -> Option<String> {
    if let Some(literal) = text.literal() {
        return Some(literal.to_owned());
    }
    match text.parts().first() {
        Some(palisade_model::text::Part::Literal(start)) if start.trim_end().contains(' ') => {
            Some(start.clone())
        }
        _ => None,
    }
}
