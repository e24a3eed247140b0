//! Which data states of a machine select: paths and expressions of both query languages.

use palisade_model::workflow::{Selection, StatePath};

use super::expression::{INPUT, ITEM, Language, RESULT, expression, made_of};
use crate::look;
use crate::value::{Value, ValueKind};

/// Where a state stands.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// Where the data before it lies.
    pub(super) data: StatePath,
    /// Inside an iteration: what each item is.
    pub(super) item: Option<Selection>,
    pub(super) language: Language,
    pub(super) deep: usize,
}

/// The list that a `Map` goes over.
pub(super) fn items(value: &Value, language: Language) -> Selection {
    if look::first(value, "ItemReader").is_some() {
        return Selection::Anything;
    }
    match look::first(value, "Items") {
        Some(items) => match selection(items, language) {
            Selection::Map(_) => Selection::Anything,
            selection => selection,
        },
        None => match look::first_text(value, "ItemsPath") {
            Some(path) => expression(&path.words(), language),
            None => Selection::Path(Vec::new()),
        },
    }
}

/// What a function gets: `Payload` of `lambda:invoke`, else the parameters, else the state's input.
pub(super) fn input(
    value: &Value,
    arguments: Option<&Value>,
    invokes: bool,
    language: Language,
) -> Selection {
    let selected = match arguments {
        None => Selection::Path(Vec::new()),
        Some(arguments) if invokes => match dynamic(arguments, "Payload") {
            Some(text) => expression(&text, language),
            None => look::first(arguments, "Payload")
                .map_or(Selection::Constant, |payload| selection(payload, language)),
        },
        Some(arguments) => selection(arguments, language),
    };
    below_input(value, selected)
}

/// A selection of what `InputPath` takes, as one of the state's data.
pub(super) fn below_input(value: &Value, selection: Selection) -> Selection {
    match data_path(value, "InputPath") {
        Some(base) => under(selection, &base),
        None => without_data(selection),
    }
}

/// The text of `Key.$`.
fn dynamic(value: &Value, key: &str) -> Option<String> {
    let found = look::all(value, &format!("{key}.$"));
    found
        .into_iter()
        .find_map(|(_, v)| look::text(v))
        .map(|text| text.words())
}

/// Where a selection comes from, relative to the data it is applied to.
pub(super) fn selection(value: &Value, language: Language) -> Selection {
    match &value.kind {
        ValueKind::Map(entries) => Selection::Map(
            entries
                .iter()
                .map(|(key, inner)| match key.text.strip_suffix(".$") {
                    Some(name) if !language.jsonata => {
                        let text = look::text(inner).map(|t| t.words()).unwrap_or_default();
                        (name.to_owned(), expression(&text, language))
                    }
                    _ => (key.text.clone(), selection(inner, language)),
                })
                .collect(),
        ),
        ValueKind::List(items) => {
            let mut paths = Vec::new();
            for item in items {
                if !gather(&selection(item, language), &mut paths) {
                    return Selection::Anything;
                }
            }
            made_of(paths)
        }
        ValueKind::Scalar(text, _) if language.jsonata => {
            let text = text.words();
            let inner = text.trim().strip_prefix("{%");
            match inner.and_then(|t| t.strip_suffix("%}")) {
                Some(inner) => expression(inner, language),
                None => Selection::Constant,
            }
        }
        ValueKind::OneOf(_) | ValueKind::Unknown(..) => Selection::Anything,
        _ => Selection::Constant,
    }
}

/// All paths of a selection; false where it may carry anything.
fn gather(selection: &Selection, paths: &mut Vec<StatePath>) -> bool {
    match selection {
        Selection::Path(path) => paths.push(path.clone()),
        Selection::Parts(parts) => paths.extend(parts.iter().cloned()),
        Selection::Map(entries) => return entries.iter().all(|(_, inner)| gather(inner, paths)),
        Selection::Constant => {}
        Selection::Anything => return false,
    }
    true
}

/// A path of a state's field; none where nothing is taken or kept.
pub(super) fn data_path(value: &Value, key: &str) -> Option<StatePath> {
    if let ValueKind::Map(entries) = &value.kind
        && let Some((_, inner)) = entries.iter().find(|(k, _)| k.text == key)
    {
        if look::is_nothing(inner) {
            return None;
        }
        let words = look::text(inner).map(|t| t.words()).unwrap_or_default();
        return Some(match expression(&words, Language::default()) {
            Selection::Path(path) => path,
            _ => Vec::new(),
        });
    }
    Some(Vec::new())
}

/// Whether a path begins at something else than the state's data.
fn is_elsewhere(path: &[String]) -> bool {
    let first = path.first().map(String::as_str);
    matches!(first, Some(ITEM | INPUT | RESULT))
}

/// Every path of a selection changed.
fn each(selection: Selection, change: &dyn Fn(StatePath) -> Selection) -> Selection {
    match selection {
        Selection::Path(path) => change(path),
        Selection::Parts(paths) => {
            let mut parts = Vec::new();
            for path in paths {
                if !gather(&change(path), &mut parts) {
                    return Selection::Anything;
                }
            }
            made_of(parts)
        }
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, each(inner, change)))
                .collect(),
        ),
        other => other,
    }
}

/// A selection of the data at `base`, seen from the whole data.
fn under(selection: Selection, base: &[String]) -> Selection {
    each(selection, &|path| {
        if is_elsewhere(&path) {
            return Selection::Path(path);
        }
        Selection::Path(base.iter().cloned().chain(path).collect())
    })
}

/// A selection where nothing of the data is taken.
fn without_data(selection: Selection) -> Selection {
    each(selection, &|path| match is_elsewhere(&path) {
        true => Selection::Path(path),
        false => Selection::Constant,
    })
}

impl Place {
    /// A path of the state's data as a path of the whole.
    pub(super) fn at(&self, path: StatePath) -> StatePath {
        self.data.iter().cloned().chain(path).collect()
    }

    /// A selection of the state's data as one of the whole; what is of its result is left out.
    pub(super) fn absolute(&self, selection: Selection) -> Selection {
        each(selection, &|path| match path.split_first() {
            Some((first, rest)) if first == ITEM => match &self.item {
                Some(item) => part(item, rest),
                None => Selection::Anything,
            },
            Some((first, rest)) if first == INPUT => Selection::Path(rest.to_vec()),
            Some((first, _)) if first == RESULT => Selection::Constant,
            _ => Selection::Path(self.at(path)),
        })
    }

    /// A selection of a state's result, relative to it; what is of its data is left out.
    pub(super) fn of_result(&self, selection: Selection) -> Selection {
        each(selection, &|path| match path.split_first() {
            Some((first, rest)) if first == RESULT => Selection::Path(rest.to_vec()),
            Some((first, _)) if first == ITEM || first == INPUT => Selection::Constant,
            // `ResultSelector` sees nothing else.
            _ if !self.language.jsonata => Selection::Path(path),
            _ => Selection::Constant,
        })
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
    if selection == Selection::Path(Vec::new()) {
        return Selection::Map(vec![("Payload".to_owned(), selection)]);
    }
    each(selection, &|path| match path.split_first() {
        None => Selection::Path(path),
        Some((first, rest)) if first == "Payload" => Selection::Path(rest.to_vec()),
        Some(_) => Selection::Constant,
    })
}

/// A selection of a list, as one of what each of its elements is; `None` where it takes the list itself.
pub(super) fn of_elements(selection: Selection, element: &StatePath) -> Option<Selection> {
    if selection == Selection::Path(Vec::new()) {
        return None;
    }
    Some(each(selection, &|path| match path.split_first() {
        None => Selection::Path(element.clone()),
        Some((first, rest)) if first == "*" => {
            Selection::Path(element.iter().chain(rest).cloned().collect())
        }
        Some(_) => Selection::Constant,
    }))
}
