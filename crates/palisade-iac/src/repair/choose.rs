//! Entries of SAM that stand for exactly the permissions that are wanted.

use std::collections::BTreeSet;

use palisade_model::app::{Kind, NodeId};
use palisade_model::text::{Part, Symbol, Text};

use crate::draft::Draft;
use crate::sam::templates;

use super::canon;
use super::intrinsic::Spelling;
use super::piece::Piece;
use super::want::{self, Pair, Pairs};

/// The entry that allows exactly these pairs, if there is one.
pub(crate) fn exact(pairs: &Pairs, draft: &Draft, spelling: &Spelling) -> Option<Piece> {
    found(pairs, draft, spelling, true).map(|(piece, _)| piece)
}

/// An entry that allows some of these pairs and nothing else, with those pairs; the one that allows most.
pub(crate) fn within(pairs: &Pairs, draft: &Draft, spelling: &Spelling) -> Option<(Piece, Pairs)> {
    found(pairs, draft, spelling, false)
}

fn found(pairs: &Pairs, draft: &Draft, spelling: &Spelling, all: bool) -> Option<(Piece, Pairs)> {
    if pairs.is_empty() {
        return None;
    }
    let kind = canon::drafted(draft);
    let actions: BTreeSet<&str> = pairs.keys().map(|pair| pair.action.as_str()).collect();
    let mut best: Option<(Piece, Pairs)> = None;
    for (name, parameters, rows) in templates::all() {
        // Cheap first: an action nobody wants rules a template out.
        let wanted = |action: &String| actions.contains(action.to_ascii_lowercase().as_str());
        if rows.is_empty() || !rows.iter().flat_map(|row| row.0).all(wanted) {
            continue;
        }
        let values: Vec<Option<(&str, Text)>> = match parameters {
            [] => vec![None],
            [one] => rows
                .iter()
                .flat_map(|(_, resources)| *resources)
                .flat_map(|pattern| candidates(pattern, one, pairs, draft))
                .collect::<BTreeSet<Text>>()
                .into_iter()
                .map(|value| Some((one.as_str(), value)))
                .collect(),
            _ => continue,
        };
        for value in values {
            let lookup = |parameter: &str| {
                let (name, text) = value.as_ref()?;
                (*name == parameter).then(|| text.clone())
            };
            let Some(mut granted) = templates::statements(name, &lookup, draft) else {
                continue;
            };
            for one in &mut granted {
                canon::statement(one, &kind);
            }
            let granted: Option<Vec<Pairs>> = granted.iter().map(want::granted).collect();
            let Some(granted) = granted else { continue };
            let granted: BTreeSet<Pair> = granted.into_iter().flat_map(Pairs::into_keys).collect();
            let inside = granted.iter().all(|pair| pairs.contains_key(pair));
            if granted.is_empty() || !inside || (all && granted.len() != pairs.len()) {
                continue;
            }
            if best
                .as_ref()
                .is_some_and(|(_, other)| other.len() >= granted.len())
            {
                continue;
            }
            let argument = match &value {
                Some((name, text)) => match spelling.text(text) {
                    Ok(piece) => Piece::map([(*name, piece)]),
                    Err(_) => continue,
                },
                None => Piece::Map(Vec::new()),
            };
            let taken = pairs.iter().filter(|(pair, _)| granted.contains(pair));
            let taken = taken
                .map(|(pair, word)| (pair.clone(), word.clone()))
                .collect();
            best = Some((Piece::map([(name, argument)]), taken));
        }
    }
    best
}

/// What a parameter could be for a pattern to name a resource that is wanted.
fn candidates(pattern: &str, parameter: &str, pairs: &Pairs, draft: &Draft) -> Vec<Text> {
    let hole = format!("${{{parameter}}}");
    let Some((head, tail)) = pattern.split_once(&hole) else {
        return Vec::new();
    };
    if tail.contains(&hole) {
        return Vec::new();
    }
    let (head, tail) = (parts(head), parts(tail));
    let mut found = Vec::new();
    for pair in pairs.keys() {
        let parts = pair.resource.parts();
        if let Some(middle) = middle(parts, &head, &tail) {
            found.push(middle);
        }
        // The ARN of a resource of the template: the parameter is its name.
        if let [Part::Hole(Symbol::Attr(stack, address, attribute)), ..] = parts
            && matches!(attribute.as_str(), "Arn" | "Ref")
            && !head.is_empty()
            && let Some((service, name)) = name_attribute(draft.node(*stack, address), draft)
            && pattern.contains(&format!(":{service}:"))
        {
            found.push(Text::hole(Symbol::Attr(
                *stack,
                address.clone(),
                name.to_owned(),
            )));
        }
    }
    found
}

/// A pattern without its parameter as parts.
fn parts(pattern: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        found.push(Part::Literal(before.to_owned()));
        found.push(Part::Hole(Symbol::Pseudo(name.to_owned())));
        rest = tail;
    }
    found.push(Part::Literal(rest.to_owned()));
    Text::join(found).parts().to_vec()
}

/// What stands between a head and a tail.
fn middle(parts: &[Part], head: &[Part], tail: &[Part]) -> Option<Text> {
    let mut parts = parts.to_vec();
    for expected in head {
        let first = parts.first()?.clone();
        match (&first, expected) {
            (Part::Literal(text), Part::Literal(start)) => {
                let rest = text.strip_prefix(start.as_str())?.to_owned();
                if rest.is_empty() {
                    parts.remove(0);
                } else if let Some(slot) = parts.first_mut() {
                    *slot = Part::Literal(rest);
                }
            }
            (a, b) if a == b => {
                parts.remove(0);
            }
            _ => return None,
        }
    }
    for expected in tail.iter().rev() {
        let last = parts.last()?.clone();
        match (&last, expected) {
            (Part::Literal(text), Part::Literal(end)) => {
                let rest = text.strip_suffix(end.as_str())?.to_owned();
                if rest.is_empty() {
                    parts.pop();
                } else if let Some(slot) = parts.last_mut() {
                    *slot = Part::Literal(rest);
                }
            }
            (a, b) if a == b => {
                parts.pop();
            }
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| Text::join(parts))
}

/// The service of a resource, and the attribute that is the name at the end of its ARN.
fn name_attribute(node: Option<NodeId>, draft: &Draft) -> Option<(&'static str, &'static str)> {
    match node? {
        NodeId::Function(_) => Some(("lambda", "Ref")),
        node => match draft.kind(node)? {
            Kind::Table => Some(("dynamodb", "Ref")),
            Kind::Bucket => Some(("s3", "Ref")),
            Kind::Stream => Some(("kinesis", "Ref")),
            Kind::Bus => Some(("events", "Ref")),
            Kind::EncryptionKey => Some(("kms", "Ref")),
            Kind::Queue => Some(("sqs", "QueueName")),
            Kind::Topic => Some(("sns", "TopicName")),
            Kind::Workflow => Some(("states", "Name")),
            _ => None,
        },
    }
}
