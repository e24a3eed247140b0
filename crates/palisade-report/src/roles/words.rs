//! Sentences about roles, written once for text and Markdown.

use palisade_model::need::{
    Difference, FunctionRole, Need, OwnRole, Radius, SpareCall, UnknownMethod, Way, Why,
};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::{Sources, Span};
use palisade_model::text::{Part, Symbol, Text};

use crate::view::place::Place;
use crate::view::sentences::count;

/// A call of a method that the SDK does not have.
pub(super) fn unknown_method(call: &UnknownMethod) -> String {
    let meant = match &call.meant {
        Some(meant) => format!("; {meant} is meant"),
        None => String::new(),
    };
    format!("{} has no {}{meant}", call.client, call.method)
}

/// A call that nothing reaches.
pub(super) fn spare(call: &SpareCall) -> String {
    let actions = listed(&call.actions, 4);
    format!("{actions} in {}, which nothing calls", call.within)
}

/// Names in a row before the rest is counted.
const NAMES: usize = 4;

/// A resource for people: `Orders/index/*`, `the key alias/aws/s3`, `everything`.
pub fn resource(text: &Text) -> String {
    let mut words = String::new();
    for part in text.parts() {
        match part {
            Part::Hole(Symbol::Attr(_, address, attribute)) => {
                words.push_str(address.strip_prefix("functions.").unwrap_or(address));
                if !matches!(attribute.as_str(), "Ref" | "Arn") {
                    words.push('.');
                    words.push_str(attribute);
                }
            }
            Part::Literal(literal) => words.push_str(literal),
            Part::Hole(symbol) => words.push_str(&symbol.words().replace("::", "\u{1}")),
        }
    }
    let tail = match words.starts_with("arn:") {
        true => words.splitn(6, ':').nth(5).filter(|tail| !tail.is_empty()),
        false => None,
    };
    let words = match tail {
        Some("*") | None => words,
        Some(tail) => tail.to_owned(),
    };
    match words.as_str() {
        "*" => "everything".to_owned(),
        words => words.replace('\u{1}', "::"),
    }
}

/// Resources for people.
pub fn resources(texts: &[Text]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in texts.iter().map(resource) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    listed(&names, NAMES)
}

/// `a, b, c and 4 more`.
pub fn listed(names: &[String], most: usize) -> String {
    listed_of(names, most, names.len())
}

/// The same of so many, of which these are the first.
fn listed_of(names: &[String], most: usize, count: usize) -> String {
    // One more name takes no more room than saying that there is one.
    if count <= most + 1 {
        return names.join(", ");
    }
    let shown: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
    format!("{} and {} more", shown.join(", "), count - shown.len())
}

/// What a role is called, and with whom it is shared.
pub fn role(own: &OwnRole) -> String {
    match own.shared_count {
        0 => own.name.clone(),
        n => format!("{}, shared with {}", own.name, count(n, "function")),
    }
}

/// `needs 2 of 128 actions`.
pub fn needs_of(role: &FunctionRole) -> String {
    let needed = role.needs.needs.len();
    let granted: usize = role.roles.iter().map(|own| own.granted).max().unwrap_or(0);
    let more = match role.roles.iter().any(|own| own.unread) {
        true => " and more that was not read",
        false => "",
    };
    format!(
        "needs {needed}, is granted {}{more}",
        count(granted, "action")
    )
}

/// Who starts a function.
pub fn sender(role: &FunctionRole) -> String {
    if !role.started {
        return "no trigger".to_owned();
    }
    who(&role.reach)
}

/// Who stands there: `anyone`, `inside, possibly anyone`.
pub fn who(reach: &Reach) -> String {
    match (reach.surely, reach.possibly) {
        (Level::None, Level::None) => "nobody".to_owned(),
        (Level::None, possibly) => format!("possibly {}", possibly.word()),
        (surely, possibly) if possibly > surely => {
            format!("{}, possibly {}", surely.word(), possibly.word())
        }
        (surely, _) => surely.word().to_owned(),
    }
}

/// `src/app.py:18`, the first of several.
pub fn place(sources: &Sources, spans: &[Span]) -> String {
    match spans {
        [] => String::new(),
        [one] => Place::of(sources, *one).short(),
        [first, rest @ ..] => {
            let first = Place::of(sources, *first).short();
            format!("{first} and {} more", rest.len())
        }
    }
}

/// `s3:GetObject on uploads/*`, without its place.
pub fn need(need: &Need) -> String {
    let guess = if need.exact {
        ""
    } else {
        ", which one is not known"
    };
    format!("on {}{guess}", resources(&need.resources))
}

/// What is too much, and why.
pub fn excess(difference: &Difference) -> String {
    let mut words = difference.action.clone();
    if !difference.resources.is_empty() {
        words.push_str(" on ");
        words.push_str(&resources(&difference.resources));
    }
    let many = count(difference.count, "action");
    match &difference.why {
        Why::Unused if difference.count <= 1 => words.push_str(": no line needs it"),
        Why::Unused => words.push_str(&format!(": no line needs any of its {many}")),
        Why::Actions(needed) => {
            words.push_str(&format!(
                ": {} beside {}",
                match difference.count {
                    1 => "1 action that no line needs".to_owned(),
                    n => format!("{n} actions that no line needs"),
                },
                listed(needed, NAMES)
            ));
        }
        Why::Resources(_) => words.push_str(": needed on less"),
        Why::Lacking => words.push_str(": needed"),
        Why::Unknown => words.push_str(": no service knows it"),
    }
    words
}

/// What the platform lacks, by what it is on: `sqs:ReceiveMessage, sqs:DeleteMessage on Jobs, for the platform`.
pub fn for_platform(all: &[Difference]) -> Vec<(&Difference, String)> {
    let mut rows: Vec<(&Difference, Vec<String>)> = Vec::new();
    for one in all {
        let same = |(first, _): &&mut (&Difference, Vec<String>)| first.resources == one.resources;
        match rows.iter_mut().find(same) {
            Some((_, names)) => names.push(one.action.clone()),
            None => rows.push((one, vec![one.action.clone()])),
        }
    }
    let words = |(first, names): &(&Difference, Vec<String>)| {
        let on = resources(&first.resources);
        format!("{} on {on}, for the platform", listed(names, 6))
    };
    rows.iter().map(|row| (row.0, words(row))).collect()
}

/// Differences in words; actions of one statement that no line needs and that do equal harm stand in one row.
pub fn grouped(all: &[Difference]) -> Vec<(&Difference, String)> {
    let mut rows: Vec<(&Difference, Vec<String>)> = Vec::new();
    for one in all {
        let joins = |(first, _): &(&Difference, Vec<String>)| {
            let plain = |d: &Difference| d.why == Why::Unused && d.count <= 1 && !d.managed;
            plain(one) && plain(first) && first.resources == one.resources && first.harm == one.harm
        };
        match rows.iter_mut().find(|row| joins(row)) {
            Some((_, names)) => names.push(one.action.clone()),
            None => rows.push((one, vec![one.action.clone()])),
        }
    }
    let words = |(first, names): (&Difference, Vec<String>)| {
        if let [_] = names.as_slice() {
            return excess(first);
        }
        let on = match first.resources.is_empty() {
            true => String::new(),
            false => format!(" on {}", resources(&first.resources)),
        };
        format!("{}{on}: no line needs them", listed(&names, 6))
    };
    rows.into_iter().map(|row| (row.0, words(row))).collect()
}

/// What whoever gets in can do with it.
pub fn harm(difference: &Difference) -> Option<&'static str> {
    difference.harm.map(|(words, _)| words)
}

/// `it can run a function of another role, with the rights of Deployer`.
pub fn way(way: &Way) -> String {
    let surely = if way.surely { "can" } else { "may be able to" };
    match &way.target {
        Some(target) => format!("{surely} {}, with the rights of {target}", way.words),
        None => format!("{surely} {}, with any right of the account", way.words),
    }
}

/// What is reached by whoever gets in.
pub fn radius(radius: &Radius) -> String {
    let mut parts: Vec<String> = Vec::new();
    let named = |(name, harms): &(String, Vec<&'static str>)| match harms.last() {
        Some(harm) => format!("{name} ({harm})"),
        None => name.clone(),
    };
    let all = |list: &[(String, Vec<&'static str>)], count| -> String {
        let names: Vec<String> = list.iter().map(named).collect();
        listed_of(&names, NAMES, count)
    };
    if !radius.reached.is_empty() {
        parts.push(all(&radius.reached, radius.reached_count));
    }
    if !radius.everywhere.is_empty() {
        let services = &radius.everywhere;
        parts.push(format!("everything of {}", all(services, services.len())));
    }
    if !radius.starts.is_empty() {
        let starts = listed_of(&radius.starts, NAMES, radius.starts_count);
        parts.push(format!("starts {starts}"));
    }
    if !radius.takes.is_empty() {
        parts.push(format!(
            "takes the rights of {}",
            listed(&radius.takes, NAMES)
        ));
    }
    match parts.is_empty() {
        true => "nothing here".to_owned(),
        false => parts.join("; "),
    }
}
