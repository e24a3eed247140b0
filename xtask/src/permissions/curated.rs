//! The curated files: exceptions of operations, methods that SDKs compose, and what fills placeholders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::bind::{Overrides, Template};

/// One permission as a curated row states it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Need {
    pub(super) action: String,
    /// `None`: what the action's resource types and the operation's members say.
    pub(super) on: Option<Vec<Template>>,
    pub(super) when: String,
    pub(super) optional: bool,
    pub(super) dependent: bool,
    pub(super) alternatives: bool,
}

/// What is needed for an operation instead of, or beside, the action of its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Exception {
    /// Whether the action of the operation's name is not needed.
    pub(super) instead: bool,
    pub(super) needs: Vec<Need>,
}

/// Where a filled member comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Filled {
    pub(super) target: String,
    /// 0 identifier, 1 constant, 2 loaded, 3 place of an argument, 4 another name.
    pub(super) kind: u32,
    pub(super) source: String,
}

/// A name that an SDK gives, and what it sends.
#[derive(Clone, Debug)]
pub(super) struct Method {
    pub(super) sdk: u32,
    pub(super) services: Vec<String>,
    pub(super) symbols: Vec<String>,
    pub(super) sends: Sends,
    pub(super) filled: Vec<Filled>,
}

/// What a name sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sends {
    /// Operations of the service.
    Operations(Vec<(String, String)>),
    /// Something of its own: client, name, parameters in order, needs.
    Composed {
        client: String,
        name: String,
        parameters: Vec<String>,
        needs: Vec<Need>,
    },
    /// An address, signed for the operation that an argument names: two pairs of name and place.
    Presigner(Vec<(String, u32)>),
}

/// All curated rows.
#[derive(Default)]
pub(super) struct Curated {
    /// IAM prefix by client.
    pub(super) prefixes: BTreeMap<String, String>,
    /// Clients that pass the roles their calls name.
    pub(super) passes: Vec<String>,
    /// By `client:Operation`.
    pub(super) exceptions: BTreeMap<String, Exception>,
    /// By client; `any` for all.
    pub(super) binds: BTreeMap<String, Overrides>,
    pub(super) methods: Vec<Method>,
    /// Client by class of version 2, and by package of version 3, where it has another name.
    pub(super) classes: BTreeMap<String, String>,
    pub(super) packages: BTreeMap<String, String>,
}

/// The SDKs in the order of `palisade_iam::facts::Sdk`.
const SDKS: &[&str] = &["boto3", "boto3-resource", "js2", "js3", "powertools"];

impl Curated {
    /// Reads `operations.toml` and `methods.toml`.
    pub(super) fn read(data: &Path) -> anyhow::Result<Self> {
        let mut curated = Self::default();
        let document = open(&data.join("operations.toml"))?;
        curated.passes = document
            .get("passes")
            .map(texts)
            .transpose()?
            .unwrap_or_default();
        for (client, prefix) in tables(&document, "prefix").flat_map(Table::iter) {
            let prefix = prefix.as_str().context("`prefix` holds texts")?;
            curated
                .prefixes
                .insert(client.to_owned(), prefix.to_owned());
        }
        for (client, table) in tables(&document, "bind").flat_map(Table::iter) {
            let table = table
                .as_table_like()
                .context("`bind.<client>` is a table")?;
            let places = table.iter();
            let places = places.map(|(place, members)| Ok((place.to_owned(), texts(members)?)));
            let places: anyhow::Result<Overrides> = places.collect();
            curated.binds.insert(client.to_owned(), places?);
        }
        for row in rows(&document, "operation") {
            let told = || format!("operation {:?}", row.get("of").map(texts));
            curated.exception(row).with_context(told)?;
        }
        let document = open(&data.join("methods.toml"))?;
        curated.classes = aliases(&document, "js2")?;
        curated.packages = aliases(&document, "js3")?;
        for row in rows(&document, "method") {
            let told = || format!("method {:?}", row.get("symbol").map(texts));
            curated.methods.extend(method(row).with_context(told)?);
        }
        Ok(curated)
    }

    fn exception(&mut self, row: &Table) -> anyhow::Result<()> {
        ensure!(row.contains_key("source"), "no `source`");
        let beside = boolean(row, "beside");
        let needs = needs(row.get("needs"))?;
        for of in texts(row.get("of").context("no `of`")?)? {
            let exception = self.exceptions.entry(of).or_default();
            exception.instead |= !beside;
            exception.needs.extend(needs.iter().cloned());
        }
        Ok(())
    }
}

fn aliases(document: &DocumentMut, sdk: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let named = document.get("names").and_then(|names| names.get(sdk));
    let named = named
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter);
    let text = |item: &Item| {
        item.as_str()
            .map(str::to_owned)
            .context("`names` holds texts")
    };
    named
        .map(|(name, client)| Ok((name.to_owned(), text(client)?)))
        .collect()
}

fn method(row: &Table) -> anyhow::Result<Vec<Method>> {
    let sdk = row.get("sdk").map(texts).transpose()?.context("no `sdk`")?;
    let services = texts(row.get("service").context("no `service`")?)?;
    let filled = filled(row.get("filled"))?;
    let client = row.get("client").and_then(Item::as_str);
    let mut methods = Vec::new();
    for sdk in sdk {
        let place = SDKS.iter().position(|known| *known == sdk);
        let sdk = u32::try_from(place.with_context(|| format!("unknown sdk `{sdk}`"))?)?;
        let of = |symbols: Vec<String>, sends: Sends| Method {
            sdk,
            services: services.clone(),
            symbols,
            sends,
            filled: filled.clone(),
        };
        // `sends` is a table of names, or the operations that one name sends.
        if let Some(table) = row.get("sends").and_then(Item::as_table_like) {
            let client = client.context("no `client`")?;
            for (symbol, operations) in table.iter() {
                let operations = texts(operations)?;
                let operations = operations.into_iter().map(|name| (client.to_owned(), name));
                methods.push(of(
                    vec![symbol.to_owned()],
                    Sends::Operations(operations.collect()),
                ));
            }
            continue;
        }
        let symbols = texts(row.get("symbol").context("no `symbol`")?)?;
        let sends = match (row.get("needs"), row.get("operation")) {
            (Some(_), None) => Sends::Composed {
                client: client.context("no `client`")?.to_owned(),
                name: match row.get("name").and_then(Item::as_str) {
                    Some(name) => name.to_owned(),
                    None => symbols.first().cloned().context("no symbol")?,
                },
                parameters: row
                    .get("parameters")
                    .map(texts)
                    .transpose()?
                    .unwrap_or_default(),
                needs: needs(row.get("needs"))?,
            },
            (None, Some(operation)) => Sends::Presigner(
                [Some(operation), row.get("parameters")]
                    .into_iter()
                    .flatten()
                    .map(place_of)
                    .collect::<anyhow::Result<_>>()?,
            ),
            _ => bail!("neither `sends`, `needs` nor `operation`"),
        };
        methods.push(of(symbols, sends));
    }
    Ok(methods)
}

/// `{ name = "Params", place = 1 }`
fn place_of(item: &Item) -> anyhow::Result<(String, u32)> {
    let table = item.as_table_like().context("a name and a place")?;
    let name = table
        .get("name")
        .and_then(Item::as_str)
        .context("no `name`")?;
    let place = table
        .get("place")
        .and_then(Item::as_integer)
        .context("no `place`")?;
    Ok((name.to_owned(), u32::try_from(place)?))
}

/// `{ Bucket = "identifier Name", Key = "constant x" }`
fn filled(item: Option<&Item>) -> anyhow::Result<Vec<Filled>> {
    let mut found = Vec::new();
    for (target, source) in item
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter)
    {
        let source = source.as_str().context("`filled` holds texts")?;
        let (kind, source) = source.split_once(' ').context("a kind and a source")?;
        let kind = match kind {
            "identifier" => 0,
            "constant" => 1,
            "loaded" => 2,
            "named" => 4,
            other => bail!("unknown source `{other}`"),
        };
        found.push(Filled {
            target: target.to_owned(),
            kind,
            source: source.to_owned(),
        });
    }
    Ok(found)
}

fn needs(item: Option<&Item>) -> anyhow::Result<Vec<Need>> {
    let Some(item) = item else {
        return Ok(Vec::new());
    };
    let list = item.as_array().context("`needs` is a list")?;
    list.iter().map(need).collect()
}

fn need(value: &Value) -> anyhow::Result<Need> {
    // `"s3:GetObject"` alone says all by the rules.
    if let Some(action) = value.as_str() {
        return Ok(Need {
            action: action.to_owned(),
            on: None,
            when: String::new(),
            optional: false,
            dependent: false,
            alternatives: false,
        });
    }
    let table = value
        .as_inline_table()
        .context("a need is a text or a table")?;
    for (key, _) in table.iter() {
        let known = [
            "action",
            "on",
            "when",
            "optional",
            "dependent",
            "alternatives",
        ];
        ensure!(known.contains(&key), "unknown key `{key}`");
    }
    let flag = |key: &str| table.get(key).and_then(Value::as_bool) == Some(true);
    let on = table
        .get("on")
        .map(|on| texts(&Item::Value(on.clone())))
        .transpose()?;
    Ok(Need {
        action: table
            .get("action")
            .and_then(Value::as_str)
            .context("no `action`")?
            .to_owned(),
        on: on.map(|on| on.iter().map(|format| Template::written(format)).collect()),
        when: table
            .get("when")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned(),
        optional: flag("optional"),
        dependent: flag("dependent"),
        alternatives: flag("alternatives"),
    })
}

fn open(path: &Path) -> anyhow::Result<DocumentMut> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse()
        .with_context(|| format!("cannot parse {}", path.display()))
}

fn tables<'a>(document: &'a DocumentMut, key: &str) -> impl Iterator<Item = &'a Table> {
    document.get(key).and_then(Item::as_table).into_iter()
}

fn rows<'a>(document: &'a DocumentMut, key: &str) -> impl Iterator<Item = &'a Table> {
    document
        .get(key)
        .and_then(Item::as_array_of_tables)
        .into_iter()
        .flatten()
}

fn boolean(row: &Table, key: &str) -> bool {
    row.get(key).and_then(Item::as_bool) == Some(true)
}

/// A text, or a list of texts.
fn texts(item: &Item) -> anyhow::Result<Vec<String>> {
    if let Some(text) = item.as_str() {
        return Ok(vec![text.to_owned()]);
    }
    let list = item.as_array().context("a text or a list of texts")?;
    list.iter()
        .map(|text| text.as_str().map(str::to_owned).context("a list of texts"))
        .collect()
}
