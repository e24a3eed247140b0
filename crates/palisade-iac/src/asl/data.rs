//! Which data states of a machine select: paths and expressions of both query languages.

use palisade_model::workflow::{Selection, StatePath};

use crate::look;
use crate::value::{Value, ValueKind};

/// Where a state stands.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// Where its data lies.
    pub(super) data: StatePath,
    /// Inside an iteration: what each item is.
    pub(super) item: Option<Selection>,
    pub(super) jsonata: bool,
    pub(super) deep: usize,
}

/// The list that a `Map` goes over.
pub(super) fn items(value: &Value, jsonata: bool) -> Selection {
    if look::first(value, "ItemReader").is_some() {
        return Selection::Anything;
    }
    match look::first(value, "Items") {
        Some(items) => match selection(items, jsonata) {
            Selection::Map(_) => Selection::Anything,
            selection => selection,
        },
        None => match look::first_text(value, "ItemsPath") {
            Some(path) => path_or_expression(&path.words(), false),
            None => Selection::Path(Vec::new()),
        },
    }
}

/// A selection of which only the keys are kept.
pub(super) fn blurred(selection: Selection) -> Selection {
    match selection {
        Selection::Path(_) => Selection::Anything,
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, blurred(inner)))
                .collect(),
        ),
        other => other,
    }
}

/// What a function gets: `Payload` of `lambda:invoke`, else the parameters, else the state's input.
pub(super) fn input(
    value: &Value,
    arguments: Option<&Value>,
    invokes: bool,
    jsonata: bool,
) -> Selection {
    let base = data_path(value, "InputPath");
    let selected = match arguments {
        None => Selection::Path(Vec::new()),
        Some(arguments) if invokes => {
            let payload = dynamic(arguments, "Payload");
            match payload {
                Some((text, true)) => path_or_expression(&text, jsonata),
                Some((_, false)) => look::first(arguments, "Payload")
                    .map_or(Selection::Constant, |payload| selection(payload, jsonata)),
                None => look::first(arguments, "Payload")
                    .map_or(Selection::Constant, |payload| selection(payload, jsonata)),
            }
        }
        Some(arguments) => selection(arguments, jsonata),
    };
    match base {
        Some(base) => under(selected, &base),
        None => match selected {
            Selection::Path(_) => Selection::Constant,
            other => other,
        },
    }
}

/// The text of `Key.$`, or of `Key` where it is a scalar; the flag says that it is an expression.
pub(super) fn dynamic(value: &Value, key: &str) -> Option<(String, bool)> {
    let with = format!("{key}.$");
    if let Some(text) = look::all(value, &with)
        .into_iter()
        .find_map(|(_, v)| look::text(v))
    {
        return Some((text.words(), true));
    }
    look::first_text(value, key).map(|text| (text.words(), false))
}

/// Where a selection comes from, relative to the data it is applied to.
pub(super) fn selection(value: &Value, jsonata: bool) -> Selection {
    match &value.kind {
        ValueKind::Map(entries) => Selection::Map(
            entries
                .iter()
                .map(|(key, inner)| match key.text.strip_suffix(".$") {
                    Some(name) if !jsonata => {
                        let text = look::text(inner).map(|t| t.words()).unwrap_or_default();
                        (name.to_owned(), path_or_expression(&text, false))
                    }
                    _ => (key.text.clone(), selection(inner, jsonata)),
                })
                .collect(),
        ),
        ValueKind::List(items) => {
            let constant = items
                .iter()
                .all(|v| selection(v, jsonata) == Selection::Constant);
            if constant {
                Selection::Constant
            } else {
                Selection::Anything
            }
        }
        ValueKind::Scalar(text, _) if jsonata && text.words().trim_start().starts_with("{%") => {
            path_or_expression(&text.words(), true)
        }
        ValueKind::OneOf(_) | ValueKind::Unknown(..) => Selection::Anything,
        _ => Selection::Constant,
    }
}

fn path_or_expression(text: &str, jsonata: bool) -> Selection {
    let text = text.trim();
    if jsonata {
        let Some(inner) = text.strip_prefix("{%").and_then(|t| t.strip_suffix("%}")) else {
            return Selection::Constant;
        };
        let inner = inner.trim();
        if let Some(rest) = inner.strip_prefix("$states.context.Map.Item.Value")
            && let Some(path) = keys(rest)
        {
            return of_item(path);
        }
        for root in ["$states.input", "$states.result"] {
            if let Some(rest) = inner.strip_prefix(root)
                && let Some(path) = keys(rest)
            {
                return Selection::Path(path);
            }
        }
        return Selection::Anything;
    }
    if let Some(context) = text.strip_prefix("$$") {
        if let Some(path) = context.strip_prefix(".Map.Item.Value").and_then(keys) {
            return of_item(path);
        }
        return if context.starts_with(".Execution.Input")
            || context.starts_with(".Map.Item.Value")
            || context.is_empty()
        {
            Selection::Anything
        } else {
            Selection::Constant
        };
    }
    match text.strip_prefix('$').and_then(keys) {
        Some(path) => Selection::Path(path),
        None if text.starts_with("States.UUID") => Selection::Constant,
        None => Selection::Anything,
    }
}

/// The keys of `.a.b['c']`; none for filters, slices and the like.
fn keys(text: &str) -> Option<StatePath> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("['").or_else(|| rest.strip_prefix("[\"")) {
            let end = after.find(['\'', '"'])?;
            found.push(after.get(..end)?.to_owned());
            rest = after.get(end + 1..)?.strip_prefix(']')?;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let key = after.get(..end)?;
            if key.is_empty()
                || !key
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
            {
                return None;
            }
            found.push(key.to_owned());
            rest = after.get(end..)?;
        }
    }
    Some(found)
}

pub(super) fn data_path(value: &Value, key: &str) -> Option<StatePath> {
    if let ValueKind::Map(entries) = &value.kind
        && let Some((_, inner)) = entries.iter().find(|(k, _)| k.text == key)
    {
        if look::is_nothing(inner) {
            return None;
        }
        let words = look::text(inner).map(|t| t.words()).unwrap_or_default();
        return Some(words.strip_prefix('$').and_then(keys).unwrap_or_default());
    }
    Some(Vec::new())
}

/// A selection of the data at `base`, seen from the whole data.
pub(super) fn under(selection: Selection, base: &[String]) -> Selection {
    match selection {
        Selection::Path(path) if path.first().is_some_and(|first| first == ITEM) => {
            Selection::Path(path)
        }
        Selection::Path(path) => Selection::Path(base.iter().cloned().chain(path).collect()),
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, under(inner, base)))
                .collect(),
        ),
        other => other,
    }
}

/// The first step of a path that begins at the item of the iteration around, until its place is known.
const ITEM: &str = "$$.Map.Item.Value";

fn of_item(path: StatePath) -> Selection {
    Selection::Path(std::iter::once(ITEM.to_owned()).chain(path).collect())
}

impl Place {
    /// A path of the state's data as a path of the whole.
    pub(super) fn at(&self, path: StatePath) -> StatePath {
        self.data.iter().cloned().chain(path).collect()
    }

    /// A selection of the state's data as one of the whole.
    pub(super) fn absolute(&self, selection: Selection) -> Selection {
        self.placed(selection, Some(&self.data))
    }

    /// Like `absolute`, for a selection of something else than the state's data.
    pub(super) fn absolute_item(&self, selection: Selection) -> Selection {
        self.placed(selection, None)
    }

    fn placed(&self, selection: Selection, data: Option<&StatePath>) -> Selection {
        match selection {
            Selection::Path(path) => match (path.split_first(), data) {
                (Some((first, rest)), Some(_)) if first == ITEM => match &self.item {
                    Some(item) => part(item, rest),
                    None => Selection::Anything,
                },
                (Some((first, _)), None) if first == ITEM => Selection::Constant,
                (_, Some(data)) => Selection::Path(data.iter().cloned().chain(path).collect()),
                (_, None) => Selection::Path(path),
            },
            Selection::Map(entries) => Selection::Map(
                entries
                    .into_iter()
                    .map(|(key, inner)| (key, self.placed(inner, data)))
                    .collect(),
            ),
            other => other,
        }
    }
}

/// A part of what is selected.
fn part(selection: &Selection, path: &[String]) -> Selection {
    match (selection, path.split_first()) {
        (Selection::Path(base), _) => Selection::Path(base.iter().chain(path).cloned().collect()),
        (Selection::Map(entries), Some((first, rest))) => entries
            .iter()
            .find(|(key, _)| key == first)
            .map_or(Selection::Constant, |(_, inner)| part(inner, rest)),
        (other, _) => other.clone(),
    }
}

/// `lambda:invoke` wraps what the function returns in `Payload`; selections are kept relative to what it returns.
pub(super) fn unwrap(selection: Selection) -> Selection {
    match selection {
        Selection::Path(path) => match path.split_first() {
            None => Selection::Map(vec![("Payload".to_owned(), Selection::Path(Vec::new()))]),
            Some((first, rest)) if first == "Payload" => Selection::Path(rest.to_vec()),
            Some(_) => Selection::Constant,
        },
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, unwrap(inner)))
                .collect(),
        ),
        other => other,
    }
}
