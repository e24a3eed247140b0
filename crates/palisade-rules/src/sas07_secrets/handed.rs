//! Literals that are handed to a call as its secret.

use std::sync::OnceLock;

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::source::{Sources, Span};
use toml_edit::{Document, Item, Table};

/// One argument.
#[derive(Debug)]
struct Argument {
    ends: Vec<String>,
    name: Option<String>,
    at: Option<usize>,
    what: String,
}

fn all() -> &'static [Argument] {
    static ALL: OnceLock<Vec<Argument>> = OnceLock::new();
    ALL.get_or_init(|| {
        let document = Document::parse(include_str!("handed.toml")).ok();
        let rows = document
            .as_ref()
            .and_then(|d| d.as_table().get("argument")?.as_array_of_tables().cloned());
        rows.iter().flatten().filter_map(row).collect()
    })
}

fn row(row: &Table) -> Option<Argument> {
    let word = |key: &str| row.get(key).and_then(Item::as_str).map(str::to_owned);
    let number = row.get("at").and_then(Item::as_integer);
    let ends = row.get("ends").and_then(Item::as_array)?;
    Some(Argument {
        ends: ends
            .iter()
            .filter_map(|e| e.as_str())
            .map(str::to_owned)
            .collect(),
        name: word("name"),
        at: number.and_then(|n| usize::try_from(n).ok()),
        what: word("what")?,
    })
}

/// What a call is handed as its secret in plain text: what it is, and where the literal stands.
pub fn of_call(site: &CallSite, sources: &Sources) -> Option<(&'static str, Span)> {
    let fits = |argument: &&Argument| {
        let ends = argument.ends.iter();
        ends.clone()
            .any(|end| site.apis.iter().any(|api| api.ends_with(end.as_str())))
    };
    let argument = all().iter().find(fits)?;
    let named = argument.name.as_deref().and_then(|name| {
        let member = || site.args.iter().find_map(|arg| arg.value.get(name));
        site.named(name).or_else(member)
    });
    let value = named.or_else(|| site.at(argument.at?))?;
    let SiteValue::Text(text) = value else {
        return None;
    };
    if text.len() < 4 || text.contains('\u{FFFC}') {
        return None;
    }
    Some((argument.what.as_str(), literal(sources, site.span, text)?))
}

/// The literal of a text: in the call, else the last one before it.
pub(crate) fn literal(sources: &Sources, call: Span, text: &str) -> Option<Span> {
    let source = sources.text(call.file);
    let end = (call.end as usize).min(source.len());
    let before = source.get(..end)?;
    let at = ['"', '\'', '`']
        .iter()
        .filter_map(|quote| before.rfind(&format!("{quote}{text}{quote}")))
        .max()?;
    Some(Span::new(call.file, at + 1, at + 1 + text.len()))
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_row_is_read() {
        let rows = include_str!("handed.toml").matches("[[argument]]").count();
        assert_eq!(all().len(), rows);
    }
}
