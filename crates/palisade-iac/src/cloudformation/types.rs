//! Types of resources as data: their kind, name, and scalar settings.

use std::sync::OnceLock;

use palisade_model::app::Kind;
use palisade_model::attribute::{AnySetting, Attribute, Settings};
use palisade_model::setting::{Basis, Given, Setting};
use palisade_model::source::Span;
use palisade_model::text::Text;
use rustc_hash::FxHashMap;
use toml_edit::{Document as Toml, Item};

use crate::look;
use crate::value::Value;

/// One type.
#[derive(Clone, Debug)]
pub struct TypeRow {
    /// Its kind.
    pub kind: Kind,
    /// The property that holds its physical name.
    pub named: Option<String>,
    /// Its scalar settings.
    pub attributes: Vec<AttributeRow>,
}

/// Where an attribute stands.
#[derive(Clone, Debug)]
pub struct AttributeRow {
    /// The attribute.
    pub attribute: Attribute,
    /// Path in the properties.
    pub path: String,
    /// `flag`, `number` or `text`.
    pub form: Form,
    /// What the platform takes where nothing is written.
    pub default: Option<String>,
    /// The default holds only where this property is written.
    pub where_written: Option<String>,
    /// A flag is true where this word is written.
    pub word: Option<String>,
    /// What is written where such a flag shall be false.
    pub other: Option<String>,
}

/// The form of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A string.
    Text,
    /// Whether anything is written there; nothing where nothing is.
    Present,
}

/// The row of a type.
pub fn row(type_name: &str) -> Option<&'static TypeRow> {
    static ROWS: OnceLock<FxHashMap<String, TypeRow>> = OnceLock::new();
    ROWS.get_or_init(|| parse(include_str!("types.toml")))
        .get(type_name)
}

fn parse(text: &str) -> FxHashMap<String, TypeRow> {
    let mut rows = FxHashMap::default();
    let Ok(document) = Toml::parse(text) else {
        return rows;
    };
    for (name, item) in document.as_table() {
        let text = |key: &str| item.get(key).and_then(Item::as_str).map(str::to_owned);
        let kind = text("kind")
            .and_then(|word| kind(&word))
            .unwrap_or(Kind::Other);
        let attributes = item
            .get("attributes")
            .and_then(Item::as_array)
            .map(|list| {
                list.iter()
                    .filter_map(|v| attribute_row(v.as_inline_table()?))
                    .collect()
            })
            .unwrap_or_default();
        rows.insert(
            name.to_owned(),
            TypeRow {
                kind,
                named: text("named"),
                attributes,
            },
        );
    }
    rows
}

fn attribute_row(table: &toml_edit::InlineTable) -> Option<AttributeRow> {
    let text = |key: &str| table.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let word = text("attribute")?;
    Some(AttributeRow {
        attribute: Attribute::ALL.iter().copied().find(|a| a.word() == word)?,
        path: text("path")?,
        form: match text("form")?.as_str() {
            "flag" => Form::Flag,
            "number" => Form::Number,
            "present" => Form::Present,
            _ => Form::Text,
        },
        default: text("default"),
        where_written: text("where_written"),
        word: text("word"),
        other: text("other"),
    })
}

fn kind(word: &str) -> Option<Kind> {
    KINDS.iter().copied().find(|k| k.word() == word)
}

const KINDS: &[Kind] = &[
    Kind::Api,
    Kind::Authorizer,
    Kind::Distribution,
    Kind::LoadBalancer,
    Kind::Bucket,
    Kind::Queue,
    Kind::Topic,
    Kind::Subscription,
    Kind::Table,
    Kind::Database,
    Kind::Stream,
    Kind::Bus,
    Kind::EventRule,
    Kind::Schedule,
    Kind::MailRule,
    Kind::Device,
    Kind::Workflow,
    Kind::Graph,
    Kind::UserPool,
    Kind::IdentityPool,
    Kind::EncryptionKey,
    Kind::Secret,
    Kind::Parameter,
    Kind::Layer,
    Kind::Version,
    Kind::Alias,
    Kind::Url,
    Kind::LogGroup,
    Kind::Repository,
    Kind::Broker,
    Kind::Other,
];

/// The settings of a node from its properties.
pub fn settings(row: &TypeRow, properties: &Value, span: Span) -> Settings {
    let mut settings = Settings::default();
    for attribute in &row.attributes {
        if let Some(setting) = one(attribute, properties, span) {
            settings.set(attribute.attribute, setting);
        }
    }
    settings
}

fn one(row: &AttributeRow, properties: &Value, span: Span) -> Option<AnySetting> {
    let applies = row
        .where_written
        .as_ref()
        .is_none_or(|path| !look::at(properties, path).is_empty());
    let default = row.default.as_deref().filter(|_| applies);
    Some(match row.form {
        Form::Flag => AnySetting::Flag(filled(
            match &row.word {
                Some(word) => look::setting(properties, &row.path, span, &|value| {
                    look::literal(value).map(|written| written == word)
                }),
                None => look::flag_setting(properties, &row.path, span),
            },
            default.map(|d| d == "true"),
            span,
        )?),
        Form::Number => AnySetting::Number(filled(
            look::number_setting(properties, &row.path, span),
            default.and_then(|d| d.parse().ok()),
            span,
        )?),
        Form::Present => AnySetting::Flag(filled(
            look::setting(properties, &row.path, span, &|_| Some(true)),
            None,
            span,
        )?),
        Form::Text => AnySetting::Text(filled(
            look::text_setting(properties, &row.path, span),
            default.map(Text::of),
            span,
        )?),
    })
}

/// Puts the platform's default where nothing was given; `None` where there is no default either.
fn filled<T: Clone>(mut setting: Setting<T>, default: Option<T>, span: Span) -> Option<Setting<T>> {
    if setting.is_absent() {
        return default.map(|d| Setting::platform(d, span));
    }
    if let (Given::OneOf(choices), Some(default)) = (&mut setting.given, default) {
        for choice in choices {
            if matches!(choice.given, Given::Absent) {
                choice.given = Given::Known(default.clone(), Basis::Platform);
            }
        }
    }
    Some(setting)
}
