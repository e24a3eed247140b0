//! Documents that stand in scalars: policies, state machines and API bodies written as JSON text.

use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::setting::Origin;
use palisade_model::source::{Sources, Span};
use palisade_model::text::{Part, Symbol, Text};

use super::value_of;
use crate::document::parse_embedded;
use crate::value::{Value, ValueKind};

/// Holes travel through the parser as characters of private use, one for each number.
const FIRST: u32 = 0xf0000;
const HOLES_MAX: usize = 4_096;

/// The value of JSON text, holes kept; `None` where the text is no JSON.
pub fn json_in(
    text: &Text,
    origin: &Origin,
    sources: &Sources,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let mut whole = String::new();
    let mut symbols = Vec::new();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => whole.push_str(literal),
            Part::Hole(symbol) if symbols.len() < HOLES_MAX => {
                let number = FIRST + u32::try_from(symbols.len()).unwrap_or(0);
                whole.extend(char::from_u32(number));
                symbols.push(symbol.clone());
            }
            Part::Hole(_) => return None,
        }
    }
    let quoted = quote_bare(&whole, symbols.len());
    let whole = quoted.as_deref().unwrap_or(&whole);
    let segments = segments(whole, origin.span, sources);
    let (document, found) = parse_embedded(whole, origin.span, segments, sources, limits)?;
    problems.extend(found);
    let mut value = value_of(&document, sources, limits, problems);
    refill(&mut value, &symbols);
    Some(value)
}

/// The value itself, or of the JSON text it is.
pub fn value_in(
    value: &Value,
    sources: &Sources,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Value {
    let change = |value: &Value, problems: &mut Vec<Problem>| match value.text() {
        Some(text) => json_in(text, &value.origin, sources, limits, problems),
        None => None,
    };
    match &value.kind {
        ValueKind::OneOf(choices) => {
            let changed = choices.iter().map(|(when, value)| {
                let inner = change(value, problems).unwrap_or_else(|| value.clone());
                (when.clone(), inner)
            });
            let changed: Vec<_> = changed.collect();
            Value::one_of(changed, value.origin.clone())
        }
        _ => change(value, problems).unwrap_or_else(|| value.clone()),
    }
}

/// A hole where JSON wants a value (`"TimeoutSeconds": ${Timeout}`) is put in quotes.
fn quote_bare(text: &str, holes: usize) -> Option<String> {
    if holes == 0 {
        return None;
    }
    let mut quoted = String::with_capacity(text.len());
    let (mut inside, mut escaped, mut changed) = (false, false, false);
    for c in text.chars() {
        let hole = u32::from(c)
            .checked_sub(FIRST)
            .is_some_and(|n| (n as usize) < holes);
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        if hole && !inside {
            quoted.extend(['"', c, '"']);
            changed = true;
        } else {
            quoted.push(c);
        }
    }
    changed.then_some(quoted)
}

/// Where runs of the text stand in the file: every line that is found again, in order. A place
/// that is not found is the place of the whole scalar.
fn segments(text: &str, span: Span, sources: &Sources) -> Vec<(usize, usize)> {
    let written = sources.slice(span);
    let mut segments = Vec::new();
    let mut from = 0;
    let mut decoded = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        // A line with holes is found by what stands before the first one.
        let known = content
            .split(|c: char| u32::from(c) >= FIRST)
            .next()
            .unwrap_or("");
        if known.len() >= 2
            && let Some(at) = written.get(from..).and_then(|rest| rest.find(known))
        {
            let lead = line.len() - line.trim_start().len();
            segments.push((decoded + lead, span.start as usize + from + at));
            from += at + known.len();
        }
        decoded += line.len();
    }
    segments
}

fn refill(value: &mut Value, symbols: &[Symbol]) {
    match &mut value.kind {
        ValueKind::Scalar(text, _) => {
            if let Some(filled) = refilled(text, symbols) {
                *text = filled;
            }
        }
        ValueKind::List(items) => {
            for item in items {
                refill(item, symbols);
            }
        }
        ValueKind::Map(entries) => {
            for (key, value) in entries {
                let text = refilled(&Text::of(key.text.as_str()), symbols);
                if let Some(text) = text {
                    key.text = text.words();
                }
                refill(value, symbols);
            }
        }
        _ => {}
    }
}

fn refilled(text: &Text, symbols: &[Symbol]) -> Option<Text> {
    let literal = text.literal()?;
    let symbol = |c: char| {
        let number = u32::from(c).checked_sub(FIRST)? as usize;
        symbols.get(number)
    };
    if !literal.chars().any(|c| symbol(c).is_some()) {
        return None;
    }
    let mut parts = Vec::new();
    let mut run = String::new();
    for c in literal.chars() {
        match symbol(c) {
            Some(symbol) => {
                parts.push(Part::Literal(std::mem::take(&mut run)));
                parts.push(Part::Hole(symbol.clone()));
            }
            None => run.push(c),
        }
    }
    parts.push(Part::Literal(run));
    Some(Text::join(parts))
}
