//! References to data in expressions of state machines, in JSONPath and JSONata.

use palisade_model::workflow::{Selection, StatePath};

/// First step of a path that begins at the item of the iteration around.
pub(super) const ITEM: &str = "$item";
/// First step of a path that begins at the input of the execution.
pub(super) const INPUT: &str = "$input";
/// First step of a path that begins at the result of the state.
pub(super) const RESULT: &str = "$result";

/// Most references of one expression that are told apart.
const REFERENCES_MAX: usize = 32;

/// How expressions are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Language {
    /// JSONata instead of JSONPath.
    pub(super) jsonata: bool,
    /// Whether the machine assigns variables, which may carry anything.
    pub(super) variables: bool,
}

/// What one reference means.
enum Meaning {
    /// A path.
    Path(StatePath),
    /// Nothing of the execution: a function, a name of the expression itself.
    Nothing,
    /// Anything.
    Anything,
}

/// Which data an expression takes.
pub(super) fn expression(text: &str, language: Language) -> Selection {
    let text = text.trim();
    if text.starts_with('$') {
        let (meaning, rest) = reference(text, language);
        if rest.is_empty() {
            return match meaning {
                Meaning::Path(path) => Selection::Path(path),
                Meaning::Nothing => Selection::Constant,
                Meaning::Anything => Selection::Anything,
            };
        }
    }
    let mut paths: Vec<StatePath> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\'', '"']) {
        let (_, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if !from.starts_with('$') {
            rest = behind_quote(from);
            continue;
        }
        let (meaning, after) = reference(from, language);
        rest = after;
        match meaning {
            Meaning::Path(path) if paths.len() < REFERENCES_MAX => paths.push(path),
            Meaning::Nothing => {}
            _ => return Selection::Anything,
        }
    }
    made_of(paths)
}

/// Something made of parts of the data.
pub(super) fn made_of(paths: Vec<StatePath>) -> Selection {
    if paths.is_empty() {
        Selection::Constant
    } else {
        Selection::Parts(paths)
    }
}

/// What follows a quoted text.
fn behind_quote(text: &str) -> &str {
    let mut chars = text.chars();
    let quote = chars.next();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if Some(c) == quote {
            break;
        }
    }
    chars.as_str()
}

/// The reference at the beginning of a text, which is a `$`, and what follows it.
fn reference(text: &str, language: Language) -> (Meaning, &str) {
    let roots: &[(&str, &str)] = if language.jsonata {
        &[
            ("$states.context.Map.Item.Value", ITEM),
            ("$states.context.Execution.Input", INPUT),
            ("$states.input", ""),
            ("$states.result", RESULT),
        ]
    } else {
        &[("$$.Map.Item.Value", ITEM), ("$$.Execution.Input", INPUT)]
    };
    for (root, first) in roots {
        if let Some(after) = text.strip_prefix(root)
            && !after.starts_with(is_name)
        {
            return path(first, after, language);
        }
    }
    let after = text.strip_prefix('$').unwrap_or(text);
    let (name, behind) = name_of(after);
    match name {
        // The context object without what it says of the data.
        "" if !language.jsonata && after.starts_with("$.") => {
            let (_, behind) = steps(after.strip_prefix('$').unwrap_or(after), language);
            (Meaning::Nothing, behind)
        }
        "" if after.starts_with('$') => (Meaning::Anything, after.strip_prefix('$').unwrap_or("")),
        "" if !language.jsonata => path("", after, language),
        "" => (Meaning::Nothing, after),
        "states" if language.jsonata => {
            let (_, rest) = steps(behind, language);
            match behind.strip_prefix('.') {
                Some(part) if part.starts_with("context") || part.starts_with("errorOutput") => {
                    (Meaning::Nothing, rest)
                }
                _ => (Meaning::Anything, rest),
            }
        }
        _ if behind.starts_with('(') => (Meaning::Nothing, behind),
        _ if language.variables => (Meaning::Anything, behind),
        _ => (Meaning::Nothing, behind),
    }
}

fn path<'t>(first: &str, after: &'t str, language: Language) -> (Meaning, &'t str) {
    let (steps, rest) = steps(after, language);
    let first = (!first.is_empty()).then(|| first.to_owned());
    (
        Meaning::Path(first.into_iter().chain(steps).collect()),
        rest,
    )
}

/// The keys of `.a.b['c'][0]`, up to a filter, and what follows.
fn steps(text: &str, language: Language) -> (StatePath, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((step, after)) = step(rest, language) {
        found.push(step);
        rest = after;
    }
    (found, rest)
}

fn step(text: &str, language: Language) -> Option<(String, &str)> {
    if let Some(after) = text.strip_prefix('[') {
        let (inner, after) = after.split_once(']')?;
        let inner = inner.trim();
        for quote in ['\'', '"'] {
            if let Some(key) = inner
                .strip_prefix(quote)
                .and_then(|key| key.strip_suffix(quote))
            {
                return Some((key.to_owned(), after));
            }
        }
        let number = |c: char| c.is_ascii_digit() || matches!(c, '*' | ':' | '-' | ',');
        let is_element = !inner.is_empty() && inner.chars().all(number);
        return is_element.then(|| ("*".to_owned(), after));
    }
    let after = text.strip_prefix('.')?;
    if let Some(after) = after.strip_prefix('*') {
        return Some(("*".to_owned(), after));
    }
    let dash = |c: char| is_name(c) || c == '-' && !language.jsonata;
    let end = after.find(|c| !dash(c)).unwrap_or(after.len());
    let (key, rest) = after.split_at_checked(end)?;
    (!key.is_empty()).then(|| (key.to_owned(), rest))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_of(text: &str) -> (&str, &str) {
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, jsonata: bool, variables: bool) -> String {
        let join = |paths: &[StatePath]| {
            let each: Vec<String> = paths.iter().map(|p| format!("/{}", p.join("."))).collect();
            each.join(" ")
        };
        match expression(text, Language { jsonata, variables }) {
            Selection::Path(path) => join(&[path]),
            Selection::Parts(paths) => format!("made of {}", join(&paths)),
            Selection::Constant => "constant".to_owned(),
            Selection::Anything => "anything".to_owned(),
            Selection::Map(_) => "map".to_owned(),
        }
    }

    #[test]
    fn paths() {
        for (text, want) in [
            ("$", "/"),
            ("$.a.b-c['d e']", "/a.b-c.d e"),
            ("$.a[0].b[*]", "/a.*.b.*"),
            ("$.a[?(@.b == 'c')].d", "made of /a"),
            ("$..a", "made of /"),
            ("$$.Map.Item.Value.a", "/$item.a"),
            ("$$.Execution.Input.a", "/$input.a"),
            ("$$.Execution.Id", "constant"),
            ("$$", "anything"),
            ("States.Format('{} $.x', $.a, $.b[0])", "made of /a /b.*"),
            ("States.UUID()", "constant"),
            ("States.Format('it\\'s {}', $.a)", "made of /a"),
            ("$name.a", "constant"),
        ] {
            assert_eq!(shown(text, false, false), want, "{text}");
        }
        assert_eq!(shown("$name.a", false, true), "anything");
    }

    #[test]
    fn expressions() {
        for (text, want) in [
            ("$states.input.a", "/a"),
            ("$states.result.b", "/$result.b"),
            ("'x' & $states.input.a & \"$states.input.b\"", "made of /a"),
            ("$states.input.a-$states.input.b", "made of /a /b"),
            (
                "$map($states.input.files, function($f) { $f.name })",
                "made of /files",
            ),
            ("$states.context.Map.Item.Value.a", "/$item.a"),
            ("$states.context.Execution.Id", "constant"),
            ("$states.inputs", "anything"),
            ("$uuid()", "constant"),
            ("$$.a", "anything"),
        ] {
            assert_eq!(shown(text, true, false), want, "{text}");
        }
        assert_eq!(shown("$saved", true, true), "anything");
    }
}
