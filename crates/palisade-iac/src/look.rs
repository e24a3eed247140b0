//! Looking into evaluated values: every branch of a choice with its guard.

use palisade_model::guard::Guard;
use palisade_model::setting::{Basis, Choice, Given, How, Origin, Reason, Setting};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use crate::value::{Value, ValueKind};

/// The entry of a plain map; choices are not looked through.
pub fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match &value.kind {
        ValueKind::Map(entries) => entries
            .iter()
            .find(|(k, _)| k.text == key)
            .map(|(_, v)| v)
            .filter(|v| !is_nothing(v)),
        // A number takes an item of a list.
        ValueKind::List(items) => {
            let at: usize = key.parse().ok()?;
            items.get(at).filter(|v| !is_nothing(v))
        }
        _ => None,
    }
}

/// Whether a value is `null` or `AWS::NoValue`.
pub fn is_nothing(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Null | ValueKind::NoValue)
}

/// Every branch of a value with its guard; nothing and impossible branches are left out.
pub fn cases(value: &Value) -> Vec<(Guard, &Value)> {
    let mut found = Vec::new();
    cases_into(value, &Guard::always(), &mut found, 0);
    found
}

fn cases_into<'v>(value: &'v Value, under: &Guard, found: &mut Vec<(Guard, &'v Value)>, deep: u8) {
    match &value.kind {
        ValueKind::OneOf(branches) if deep < 8 => {
            for (guard, branch) in branches {
                let both = under.and(guard);
                if !both.impossible() {
                    cases_into(branch, &both, found, deep + 1);
                }
            }
        }
        ValueKind::Null | ValueKind::NoValue => {}
        _ => found.push((under.clone(), value)),
    }
}

/// The values of a key in every branch.
pub fn all<'v>(value: &'v Value, key: &str) -> Vec<(Guard, &'v Value)> {
    let mut found = Vec::new();
    for (guard, case) in cases(value) {
        if let Some(inner) = get(case, key) {
            cases_into(inner, &guard, &mut found, 0);
        }
    }
    found
}

/// The values at a path such as `A.B` in every branch.
pub fn at<'v>(value: &'v Value, path: &str) -> Vec<(Guard, &'v Value)> {
    let mut here = cases(value);
    for key in path.split('.') {
        here = here
            .into_iter()
            .flat_map(|(guard, case)| {
                let mut found = Vec::new();
                if let Some(inner) = get(case, key) {
                    cases_into(inner, &guard, &mut found, 0);
                }
                found
            })
            .collect();
    }
    here
}

/// The first value at a path, whatever its guard.
pub fn first<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    at(value, path).into_iter().next().map(|(_, v)| v)
}

/// The items of a list in every branch, choices among the items included. A single value is its own item.
pub fn each(value: &Value) -> Vec<(Guard, &Value)> {
    let mut found = Vec::new();
    each_into(value, &Guard::always(), &mut found, 0);
    found
}

fn each_into<'v>(value: &'v Value, under: &Guard, found: &mut Vec<(Guard, &'v Value)>, deep: u8) {
    if deep > 8 {
        return;
    }
    match &value.kind {
        ValueKind::OneOf(branches) => {
            for (guard, branch) in branches {
                let both = under.and(guard);
                if !both.impossible() {
                    each_into(branch, &both, found, deep + 1);
                }
            }
        }
        ValueKind::List(items) => {
            for item in items {
                each_into(item, under, found, deep + 1);
            }
        }
        ValueKind::Null | ValueKind::NoValue => {}
        _ => found.push((under.clone(), value)),
    }
}

/// The items of the lists at a path, in every branch.
pub fn each_at<'v>(value: &'v Value, path: &str) -> Vec<(Guard, &'v Value)> {
    at(value, path)
        .into_iter()
        .flat_map(|(guard, inner)| {
            let mut found = Vec::new();
            each_into(inner, &guard, &mut found, 0);
            found
        })
        .collect()
}

/// Key, its span, and value of every entry of a map in every branch.
pub fn entries(value: &Value) -> Vec<(Guard, &str, Span, &Value)> {
    let mut found = Vec::new();
    for (guard, case) in cases(value) {
        if let ValueKind::Map(map) = &case.kind {
            for (key, inner) in map {
                for (inner_guard, inner_case) in cases(inner) {
                    let both = guard.and(&inner_guard);
                    if !both.impossible() {
                        found.push((both, key.text.as_str(), key.span, inner_case));
                    }
                }
            }
        }
    }
    found
}

/// The string of a scalar; an unresolved value is an opaque hole, a list or map none.
pub fn text(value: &Value) -> Option<Text> {
    match &value.kind {
        ValueKind::Scalar(text, _) => Some(text.clone()),
        ValueKind::Unknown(_, words) => Some(Text::hole(Symbol::Opaque(words.clone()))),
        _ => None,
    }
}

/// The string of a scalar without holes.
pub fn literal(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Scalar(text, _) => text.literal(),
        _ => None,
    }
}

/// The first literal at a path.
pub fn word<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path).into_iter().find_map(|(_, v)| literal(v))
}

/// Every text at a path with its guard; lists give each item.
pub fn texts(value: &Value, path: &str) -> Vec<(Guard, Text, Origin)> {
    each_at(value, path)
        .into_iter()
        .filter_map(|(guard, v)| Some((guard, text(v)?, v.origin.clone())))
        .collect()
}

/// The first text at a path, whatever its guard.
pub fn first_text(value: &Value, path: &str) -> Option<Text> {
    at(value, path).into_iter().find_map(|(_, v)| text(v))
}

/// A flag as CloudFormation reads it.
pub fn flag_of(value: &Value) -> Option<bool> {
    match literal(value)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a flag at a path is written true in any branch.
pub fn is_true(value: &Value, path: &str) -> bool {
    at(value, path)
        .iter()
        .any(|(_, v)| flag_of(v) == Some(true))
}

/// A string setting.
pub fn text_setting(value: &Value, path: &str, absent: Span) -> Setting<Text> {
    setting(value, path, absent, &|v| match &v.kind {
        ValueKind::Scalar(text, _) => Some(text.clone()),
        _ => None,
    })
}

/// A flag setting.
pub fn flag_setting(value: &Value, path: &str, absent: Span) -> Setting<bool> {
    setting(value, path, absent, &flag_of)
}

/// A number setting.
pub fn number_setting(value: &Value, path: &str, absent: Span) -> Setting<f64> {
    setting(value, path, absent, &|v| {
        literal(v)?
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
    })
}

/// The setting at a path through every choice on the way.
pub fn setting<T>(
    value: &Value,
    path: &str,
    absent: Span,
    convert: &dyn Fn(&Value) -> Option<T>,
) -> Setting<T> {
    let mut leaves: Vec<(Guard, Option<&Value>, Option<Origin>)> = Vec::new();
    let keys: Vec<&str> = path.split('.').filter(|k| !k.is_empty()).collect();
    leaves_into(value, &keys, &Guard::always(), None, &mut leaves, 0);
    if let [(guard, leaf, choice)] = leaves.as_slice()
        && guard.is_always()
    {
        return match leaf {
            None => Setting::absent(absent),
            Some(leaf) => {
                let origin = choice.clone().unwrap_or_else(|| leaf.origin.clone());
                Setting {
                    given: given(leaf, convert),
                    origin,
                }
            }
        };
    }
    if leaves.iter().all(|(_, leaf, _)| leaf.is_none()) {
        return Setting::absent(absent);
    }
    let origin = leaves
        .iter()
        .find_map(|(_, leaf, choice)| choice.clone().or_else(|| leaf.map(|l| l.origin.clone())))
        .unwrap_or_else(|| Origin::written(absent));
    let choices = leaves
        .into_iter()
        .take(16)
        .map(|(when, leaf, _)| Choice {
            when,
            given: leaf.map_or(Given::Absent, |leaf| given(leaf, convert)),
        })
        .collect();
    Setting {
        given: Given::OneOf(choices),
        origin,
    }
}

fn leaves_into<'v>(
    value: &'v Value,
    keys: &[&str],
    under: &Guard,
    choice: Option<&Origin>,
    leaves: &mut Vec<(Guard, Option<&'v Value>, Option<Origin>)>,
    deep: u8,
) {
    if let ValueKind::OneOf(branches) = &value.kind
        && deep < 8
    {
        for (guard, branch) in branches {
            let both = under.and(guard);
            if !both.impossible() {
                let choice = choice.unwrap_or(&value.origin);
                leaves_into(branch, keys, &both, Some(choice), leaves, deep + 1);
            }
        }
        return;
    }
    match keys.split_first() {
        None if is_nothing(value) => leaves.push((under.clone(), None, choice.cloned())),
        None => leaves.push((under.clone(), Some(value), choice.cloned())),
        Some((key, rest)) => match raw(value, key) {
            Some(inner) => leaves_into(inner, rest, under, choice, leaves, deep),
            None if matches!(value.kind, ValueKind::Unknown(..)) => {
                leaves.push((under.clone(), Some(value), choice.cloned()));
            }
            None => leaves.push((under.clone(), None, choice.cloned())),
        },
    }
}

fn raw<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match &value.kind {
        ValueKind::Map(entries) => entries.iter().find(|(k, _)| k.text == key).map(|(_, v)| v),
        ValueKind::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
        _ => None,
    }
}

fn given<T>(value: &Value, convert: &dyn Fn(&Value) -> Option<T>) -> Given<T> {
    match convert(value) {
        Some(converted) => Given::Known(converted, basis(&value.origin)),
        None => match &value.kind {
            ValueKind::Unknown(reason, words) => Given::Unknown(*reason, words.clone()),
            ValueKind::Scalar(text, _) => Given::Unknown(unresolved(text), text.words()),
            _ => Given::Unknown(Reason::Unsupported, String::new()),
        },
    }
}

/// Why a text with holes is not known.
fn unresolved(text: &Text) -> Reason {
    text.parts()
        .iter()
        .find_map(|part| match part {
            Part::Hole(Symbol::Parameter(..)) => Some(Reason::NoDefault),
            Part::Hole(Symbol::Import(_)) => Some(Reason::Import),
            Part::Hole(Symbol::Dynamic(_)) => Some(Reason::Dynamic),
            Part::Hole(Symbol::Placeholder(_)) => Some(Reason::Placeholder),
            Part::Hole(_) => Some(Reason::AfterApply),
            Part::Literal(_) => None,
        })
        .unwrap_or(Reason::Unsupported)
}

/// How firm a value is: assumed if a default stands anywhere on its way.
pub fn basis(origin: &Origin) -> Basis {
    let mut here = Some(origin);
    for _ in 0..8 {
        match here {
            Some(o) if o.how == How::ParameterDefault => return Basis::Assumed,
            Some(o) => here = o.via.as_deref(),
            None => break,
        }
    }
    Basis::Written
}

/// The same value without any choice inside, once for each combination that can be, at most `most`.
/// The flag says that some were left out.
pub fn worlds(value: &Value, most: usize) -> (Vec<(Guard, Value)>, bool) {
    if !branches(value) {
        return (vec![(Guard::always(), value.clone())], false);
    }
    let mut cut = false;
    let found = worlds_of(value, most, &mut cut);
    (found, cut)
}

fn branches(value: &Value) -> bool {
    match &value.kind {
        ValueKind::OneOf(_) => true,
        ValueKind::List(items) => items.iter().any(branches),
        ValueKind::Map(entries) => entries.iter().any(|(_, v)| branches(v)),
        _ => false,
    }
}

fn worlds_of(value: &Value, most: usize, cut: &mut bool) -> Vec<(Guard, Value)> {
    let same = |kind: ValueKind| Value {
        kind,
        origin: value.origin.clone(),
    };
    match &value.kind {
        ValueKind::OneOf(options) => {
            let mut found = Vec::new();
            for (guard, option) in options {
                for (inner, world) in worlds_of(option, most, cut) {
                    let both = guard.and(&inner);
                    if both.impossible() {
                        continue;
                    }
                    if found.len() >= most {
                        *cut = true;
                        break;
                    }
                    found.push((both, world));
                }
            }
            found
        }
        ValueKind::List(items) => {
            let lists = product(items.iter(), most, cut);
            lists
                .into_iter()
                .map(|(guard, items)| {
                    let kept = items.into_iter().filter(|v| !is_nothing(v)).collect();
                    (guard, same(ValueKind::List(kept)))
                })
                .collect()
        }
        ValueKind::Map(map) => {
            let lists = product(map.iter().map(|(_, v)| v), most, cut);
            lists
                .into_iter()
                .map(|(guard, values)| {
                    let kept = map
                        .iter()
                        .map(|(k, _)| k.clone())
                        .zip(values)
                        .filter(|(_, v)| !is_nothing(v))
                        .collect();
                    (guard, same(ValueKind::Map(kept)))
                })
                .collect()
        }
        _ => vec![(Guard::always(), value.clone())],
    }
}

fn product<'v>(
    parts: impl Iterator<Item = &'v Value>,
    most: usize,
    cut: &mut bool,
) -> Vec<(Guard, Vec<Value>)> {
    let mut rows: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
    for part in parts {
        if !branches(part) {
            for (_, row) in &mut rows {
                row.push(part.clone());
            }
            continue;
        }
        let options = worlds_of(part, most, cut);
        let mut next = Vec::new();
        for (guard, row) in &rows {
            for (inner, option) in &options {
                let both = guard.and(inner);
                if both.impossible() {
                    continue;
                }
                if next.len() >= most {
                    *cut = true;
                    break;
                }
                let mut longer = row.clone();
                longer.push(option.clone());
                next.push((both, longer));
            }
        }
        rows = next;
    }
    rows
}

/// The literal of a key that contains dots.
pub fn word_of_key<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    all(value, key).into_iter().find_map(|(_, v)| literal(v))
}
