//! Calls that put something into a bucket, queue or topic, as data.

use std::sync::OnceLock;

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::app::Kind;
use toml_edit::{Document, Item, Table};

/// One row.
#[derive(Debug)]
pub(crate) struct Write {
    /// What is written to.
    pub(crate) kind: Kind,
    /// The right it takes.
    pub(crate) action: &'static str,
    apis: Vec<String>,
    target: Option<String>,
    target_at: Option<usize>,
    key: Option<String>,
    key_at: Option<usize>,
    inside: bool,
}

/// All rows, parsed once.
pub(crate) fn all() -> &'static [Write] {
    static ALL: OnceLock<Vec<Write>> = OnceLock::new();
    ALL.get_or_init(|| {
        let document = Document::parse(include_str!("writes.toml")).ok();
        let rows = document
            .as_ref()
            .and_then(|d| d.as_table().get("write")?.as_array_of_tables().cloned());
        rows.iter().flatten().filter_map(row).collect()
    })
}

fn row(row: &Table) -> Option<Write> {
    let word = |key: &str| row.get(key).and_then(Item::as_str).map(str::to_owned);
    let number = |key: &str| {
        row.get(key)
            .and_then(Item::as_integer)
            .and_then(|n| usize::try_from(n).ok())
    };
    let (kind, action) = match word("kind")?.as_str() {
        "bucket" => (Kind::Bucket, "s3:PutObject"),
        "queue" => (Kind::Queue, "sqs:SendMessage"),
        "topic" => (Kind::Topic, "sns:Publish"),
        _ => return None,
    };
    let apis = row.get("apis").and_then(Item::as_array)?;
    Some(Write {
        kind,
        action: Some(action).filter(|a| word("action").as_deref() == Some(*a))?,
        apis: apis
            .iter()
            .filter_map(|a| a.as_str())
            .map(str::to_owned)
            .collect(),
        target: word("target"),
        target_at: number("target_at"),
        key: word("key"),
        key_at: number("key_at"),
        inside: row.get("inside").and_then(Item::as_bool).unwrap_or(false),
    })
}

/// The row of a call.
pub(crate) fn of(site: &CallSite) -> Option<&'static Write> {
    all()
        .iter()
        .find(|write| write.apis.iter().any(|api| site.calls(api)))
}

impl Write {
    /// What names the target of a call.
    pub(crate) fn target<'s>(&self, site: &'s CallSite) -> Option<&'s SiteValue> {
        self.argument(site, self.target.as_deref(), self.target_at)
    }

    /// What names the object of a call.
    pub(crate) fn key<'s>(&self, site: &'s CallSite) -> Option<&'s SiteValue> {
        self.argument(site, self.key.as_deref(), self.key_at)
    }

    fn argument<'s>(
        &self,
        site: &'s CallSite,
        name: Option<&str>,
        at: Option<usize>,
    ) -> Option<&'s SiteValue> {
        if self.inside {
            return site.at(0)?.get(name?);
        }
        name.and_then(|name| site.named(name))
            .or_else(|| site.at(at?))
    }
}
