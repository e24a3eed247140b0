//! Which member of an input fills which placeholder of an ARN.

use std::collections::BTreeMap;

use palisade_iam::facts::placeholder;

use super::operations::{Holds, Operation};

/// Placeholders that every ARN has.
const COMMON: &[&str] = &["Partition", "Region", "Account"];

/// Beginnings of operations that make something new.
const MAKES: [&str; 5] = ["Create", "Start", "Run", "Allocate", "Import"];

/// Ends of names that tell how something is named, not what it is.
const ENDS: &[&str] = &["identifier", "name", "arn", "id", "url"];

/// Members that hold the ARN of whatever is meant.
const WHOLE: &[&str] = &["resourcearn", "resource", "arn"];

/// What a client's placeholders are always filled by, curated: placeholder → members with kinds, the first present one.
pub(super) type Overrides = BTreeMap<String, Vec<String>>;

/// Members of which one is given: what the placeholder is filled by, and the other ways to fill it.
pub(super) type Choice = (String, Vec<String>);

/// An ARN format and what fills its placeholders.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Template {
    pub(super) format: String,
    /// `Path|kind` for each placeholder in order, empty where nothing tells it.
    pub(super) bound: Vec<String>,
}

/// A template made by rule.
pub(super) struct Bound {
    pub(super) template: Template,
    /// Whether every placeholder that matters is filled.
    pub(super) whole: bool,
    /// The members that must be given for it and may be left out.
    pub(super) optional: Vec<String>,
}

/// The placeholders of a format that are its own.
pub(super) fn placeholders(format: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = format;
    while let Some((name, after)) = rest
        .split_once("${")
        .and_then(|(_, after)| placeholder(after))
    {
        if !COMMON.contains(&name) {
            found.push(name);
        }
        rest = after;
    }
    found
}

impl Template {
    /// A format whose placeholders are paths already: `arn:${Partition}:s3:::${Bucket}/${Key}`.
    pub(super) fn written(format: &str) -> Self {
        let bound = placeholders(format)
            .into_iter()
            .map(str::to_owned)
            .collect();
        Self {
            format: format.to_owned(),
            bound,
        }
    }

    /// Whether every placeholder has the name of the member that fills it.
    pub(super) fn by_name(&self) -> bool {
        let places = placeholders(&self.format).into_iter();
        places
            .zip(&self.bound)
            .all(|(place, path)| normal(place) == normal(&member_of(path)))
    }

    /// The resource `*`.
    pub(super) fn star() -> Self {
        Self {
            format: "*".to_owned(),
            bound: Vec::new(),
        }
    }
}

/// Fills the placeholders of a resource type by the members of an operation.
pub(super) fn bind(
    kind: &str,
    format: &str,
    name: &str,
    operation: &Operation,
    overrides: &[&Overrides],
) -> Bound {
    let places = placeholders(format);
    let mut bound: Vec<String> = Vec::new();
    let mut used: Vec<String> = Vec::new();
    let mut whole_from = 0;
    for (at, place) in places.iter().enumerate() {
        let last = at + 1 == places.len();
        let one = Placeholder {
            place,
            kind,
            last,
            operation: name,
        };
        let found = overridden(place, operation, overrides).or_else(|| {
            one.find(operation)
                .filter(|path| !used.contains(&member_of(path)))
        });
        let found = found.unwrap_or_default();
        if found.ends_with("|arn") {
            whole_from = at;
        }
        if !found.is_empty() && !found.ends_with("|arn") {
            used.push(member_of(&found));
        }
        bound.push(found);
    }
    // An ARN is of the last of its placeholders; those before are told by it.
    for at in 1..bound.len() {
        let (before, rest) = bound.split_at_mut(at);
        let same = |path: &&mut String| path.ends_with("|arn") && rest.first() == Some(&**path);
        before.iter_mut().filter(same).for_each(String::clear);
    }
    let mut members: Vec<String> = bound
        .iter()
        .filter(|path| !path.is_empty())
        .cloned()
        .collect();
    members = members.iter().map(|path| member_of(path)).collect();
    members.retain(|member| {
        operation
            .member(member)
            .is_none_or(|member| !member.required)
    });
    members.dedup();
    let rest = bound.get(whole_from..).unwrap_or_default();
    Bound {
        whole: !rest.iter().any(String::is_empty),
        optional: members,
        template: Template {
            format: format.to_owned(),
            bound,
        },
    }
}

/// What a client's overrides fill by one of several members of an operation, none of them required.
pub(super) fn choices(operation: &Operation, overrides: &[&Overrides]) -> Vec<Choice> {
    let mut found = Vec::new();
    for paths in overrides.iter().flat_map(|table| table.values()) {
        let optional = |path: &&String| {
            let member = operation.member(&member_of(path));
            member.is_some_and(|member| !member.required)
        };
        let mut present = paths.iter().filter(optional).cloned();
        if let Some(first) = present.next() {
            let others: Vec<String> = present.filter(|path| path.ends_with("|arn")).collect();
            if !others.is_empty() {
                found.push((first, others));
            }
        }
    }
    found
}

/// The member that holds an ARN of whatever resource is meant.
pub(super) fn any_resource(operation: &Operation) -> Option<(String, bool)> {
    let texts = operation
        .members
        .iter()
        .filter(|member| member.holds == Holds::Text);
    let mut named = texts.filter(|member| WHOLE.contains(&normal(&member.name).as_str()));
    named
        .next()
        .map(|member| (member.name.clone(), member.required))
}

fn overridden(place: &str, operation: &Operation, overrides: &[&Overrides]) -> Option<String> {
    let listed = overrides.iter().find_map(|table| table.get(place))?;
    let present = |path: &&String| operation.member(&member_of(path)).is_some();
    Some(listed.iter().find(present).cloned().unwrap_or_default()).filter(|path| !path.is_empty())
}

struct Placeholder<'a> {
    place: &'a str,
    kind: &'a str,
    last: bool,
    operation: &'a str,
}

impl Placeholder<'_> {
    /// The best member by name, with its kind.
    fn find(&self, operation: &Operation) -> Option<String> {
        let texts = operation
            .members
            .iter()
            .filter(|member| member.holds != Holds::Other);
        let scored = texts.filter_map(|member| {
            let name = normal(&member.name);
            let many = member.holds == Holds::Texts;
            let name = match many {
                true => name.strip_suffix('s').unwrap_or(&name).to_owned(),
                false => name,
            };
            Some((self.score(&name)?, many, !member.required, &member.name))
        });
        let (_, many, _, name) = scored.min_by_key(|(score, many, optional, name)| {
            (*score, *many, *optional, (*name).clone())
        })?;
        let path = if many {
            format!("{name}[]")
        } else {
            name.clone()
        };
        let singular = normal(name);
        let singular = singular.trim_end_matches('s');
        Some(match () {
            () if singular.ends_with("arn") => format!("{path}|arn"),
            () if singular.ends_with("queueurl") => format!("{path}|queue"),
            () => path,
        })
    }

    /// How well a member fits; lower is better.
    fn score(&self, member: &str) -> Option<u32> {
        let place = normal(self.place);
        if member == place {
            return Some(0);
        }
        // Who makes something names it; its id is given by the service.
        let makes = MAKES.iter().any(|verb| self.operation.starts_with(verb));
        if makes && place.ends_with("id") && member.ends_with("name") {
            return None;
        }
        let (stem, of_member) = (stem(&place), stem(member));
        if stem.len() > 1 && stem == of_member {
            return Some(1);
        }
        let kind = normal(self.kind);
        if self.last && (of_member == kind || of_member == normal(&self.kind.replace("Type", ""))) {
            return Some(2);
        }
        let about = normal(self.operation).ends_with(&kind)
            || normal(self.operation).ends_with(&stem_of(&place));
        if self.last && about && ENDS.contains(&member) && member != "url" {
            return Some(3);
        }
        if self.last && WHOLE.contains(&member) {
            return (member.ends_with("arn")).then_some(4);
        }
        None
    }
}

fn stem_of(name: &str) -> String {
    let cut = stem(name);
    if cut.is_empty() {
        name.to_owned()
    } else {
        cut.to_owned()
    }
}

fn stem(name: &str) -> &str {
    ENDS.iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}

/// The member at the beginning of a path.
pub(super) fn member_of(path: &str) -> String {
    let end = path.find(['.', '[', '{', '|']).unwrap_or(path.len());
    path.get(..end).unwrap_or(path).to_owned()
}

/// Letters and digits, small.
pub(super) fn normal(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}
