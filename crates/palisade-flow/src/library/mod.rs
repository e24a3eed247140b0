//! Library models: what calls into code that is not read do with data.

pub mod port;
pub mod row;

use rustc_hash::FxHashMap;
use toml_edit::{Document, Item, Table, TableLike, Value};

use port::{Part, Port};
use row::{
    CallRow, CheckRow, EntryRow, FlowRow, Literal, PlainText, Replacing, SinkRow, StoreRow, Test,
    Tester,
};

use crate::transfer::{ALL_BITS, Bits, Grammar};

/// All rows of one language.
#[derive(Debug, Default)]
pub struct Library {
    /// Call rows.
    pub calls: Vec<CallRow>,
    /// Checks.
    pub checks: Vec<CheckRow>,
    /// Framework entries.
    pub entries: Vec<EntryRow>,
    by_api: FxHashMap<String, Vec<usize>>,
    checks_by_api: FxHashMap<String, Vec<usize>>,
    types: FxHashMap<String, String>,
    sources: FxHashMap<String, String>,
}

impl Library {
    /// Reads rows from TOML files (name, text). A row that does not fit is named in the second part.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<String>) {
        let mut library = Self::default();
        let mut wrong = Vec::new();
        for (name, text) in files {
            match Document::parse(text) {
                Ok(document) => library.add(name, document.as_table(), &mut wrong),
                Err(error) => wrong.push(format!("{name}: {}", error.message())),
            }
        }
        library.shorten_types();
        (library, wrong)
    }

    fn add(&mut self, file: &str, document: &Table, wrong: &mut Vec<String>) {
        for (at, table) in tables(document.get("type")).enumerate() {
            let (Some(name), from) = (text(table, "name"), texts(table.get("from"))) else {
                wrong.push(format!("{file}: type {at} has no name"));
                continue;
            };
            for from in from {
                self.types.insert(written(&from), name.clone());
            }
        }
        for (at, table) in tables(document.get("call")).enumerate() {
            match call_row(table, file) {
                Ok(row) => {
                    let index = self.calls.len();
                    for api in &row.apis {
                        self.by_api
                            .entry(qualified(row.receiver.as_deref(), api))
                            .or_default()
                            .push(index);
                    }
                    self.calls.push(row);
                }
                Err(why) => wrong.push(format!("{file}: call {at}: {why}")),
            }
        }
        for (at, table) in tables(document.get("check")).enumerate() {
            match check_row(table, file) {
                Ok(row) => {
                    let index = self.checks.len();
                    for api in &row.apis {
                        self.checks_by_api
                            .entry(qualified(row.receiver.as_deref(), api))
                            .or_default()
                            .push(index);
                    }
                    self.checks.push(row);
                }
                Err(why) => wrong.push(format!("{file}: check {at}: {why}")),
            }
        }
        for table in tables(document.get("source")) {
            let event = text(table, "source").unwrap_or_default();
            for api in texts(table.get("api")) {
                self.sources.insert(api, event.clone());
            }
        }
        for table in tables(document.get("entry")) {
            let entry = EntryRow {
                decorator: text(table, "decorator"),
                call: text(table, "call"),
                handler: text(table, "handler").and_then(|p| Port::parse(&p)),
                base: text(table, "base"),
                source: text(table, "source").unwrap_or_default(),
                params: texts(table.get("params")),
                types: texts(table.get("types")),
            };
            self.entries.push(entry);
        }
    }

    /// `sqlite3.connect().cursor()` becomes `[sqlite3.Connection].cursor()` where the shorter path has a type of its own.
    fn shorten_types(&mut self) {
        let written = self.types.clone();
        let mut paths: Vec<(&String, &String)> = written.iter().collect();
        paths.sort();
        for (path, name) in paths {
            for (dot, _) in path.match_indices('.') {
                let (shorter, rest) = path.split_at(dot);
                if let Some(of) = written.get(shorter) {
                    self.types.insert(format!("[{of}]{rest}"), name.clone());
                }
            }
        }
    }

    /// The type of the value an API path denotes, such as `boto3.client('s3')`.
    pub fn type_of(&self, path: &str) -> Option<&str> {
        self.types.get(path).map(String::as_str)
    }

    /// The rows of an API path, such as `os.system` or `[aws.s3.Client].put_object`.
    pub fn rows(&self, path: &str) -> impl Iterator<Item = &CallRow> {
        self.by_api
            .get(path)
            .into_iter()
            .flatten()
            .filter_map(|i| self.calls.get(*i))
    }

    /// The event file of a module-level request object, such as `flask.request`.
    pub fn source(&self, path: &str) -> Option<&str> {
        self.sources.get(path).map(String::as_str)
    }

    /// The last words of the paths of request objects.
    pub fn source_tails(&self) -> Vec<String> {
        self.sources
            .keys()
            .map(|p| p.rsplit('.').next().unwrap_or(p).to_owned())
            .collect()
    }

    /// Whether an API path has rows.
    pub fn knows(&self, path: &str) -> bool {
        self.by_api.contains_key(path)
    }

    /// The checks of an API path.
    pub fn checks(&self, path: &str) -> impl Iterator<Item = &CheckRow> {
        self.checks_by_api
            .get(path)
            .into_iter()
            .flatten()
            .filter_map(|i| self.checks.get(*i))
    }
}

/// `[type].api`, or the API alone.
pub fn qualified(receiver: Option<&str>, api: &str) -> String {
    match receiver {
        Some(of) => format!("[{of}].{api}"),
        None => api.to_owned(),
    }
}

/// A path as it is looked up: no blanks but behind a leading `new`.
fn written(from: &str) -> String {
    let plain = |text: &str| text.replace('"', "'").replace(' ', "");
    match from.trim().strip_prefix("new ") {
        Some(rest) => format!("new {}", plain(rest)),
        None => plain(from),
    }
}

fn tables(item: Option<&Item>) -> impl Iterator<Item = &dyn TableLike> {
    item.and_then(Item::as_array_of_tables)
        .into_iter()
        .flat_map(|a| a.iter().map(|t| t as &dyn TableLike))
}

fn text(table: &dyn TableLike, key: &str) -> Option<String> {
    table.get(key).and_then(Item::as_str).map(str::to_owned)
}

fn texts(item: Option<&Item>) -> Vec<String> {
    match item {
        Some(Item::Value(Value::Array(all))) => all
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
        Some(item) => item.as_str().map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    }
}

/// One table or an array of tables, inline or not.
fn each<'a>(item: Option<&'a Item>) -> Vec<&'a dyn TableLike> {
    match item {
        Some(Item::Value(Value::Array(all))) => all
            .iter()
            .filter_map(|v| v.as_inline_table().map(|t| t as &'a dyn TableLike))
            .collect(),
        Some(Item::Value(Value::InlineTable(table))) => vec![table],
        Some(Item::Table(table)) => vec![table],
        Some(Item::ArrayOfTables(all)) => all.iter().map(|t| t as &'a dyn TableLike).collect(),
        _ => Vec::new(),
    }
}

fn port(table: &dyn TableLike, key: &str) -> Result<Option<Port>, String> {
    match text(table, key) {
        Some(text) => Port::parse(&text)
            .map(Some)
            .ok_or(format!("`{text}` is no port")),
        None => Ok(None),
    }
}

fn literal(item: &Item) -> Option<Literal> {
    let value = item.as_value()?;
    value
        .as_bool()
        .map(Literal::Flag)
        .or_else(|| value.as_str().map(|s| Literal::Text(s.to_owned())))
        .or_else(|| value.as_integer().map(|i| Literal::Text(i.to_string())))
}

fn test(item: Option<&Item>) -> Result<Vec<Test>, String> {
    each(item)
        .into_iter()
        .map(|table| {
            let port = port(table, "port")?.ok_or("a condition names no port")?;
            let is = match table.get("is") {
                Some(Item::Value(Value::Array(all))) => all
                    .iter()
                    .filter_map(|v| literal(&Item::Value(v.clone())))
                    .collect(),
                Some(item) => literal(item).into_iter().collect(),
                None => Vec::new(),
            };
            let absent = table.get("absent").and_then(Item::as_bool);
            let shape = text(table, "shape");
            Ok(Test {
                port,
                is,
                api: texts(table.get("api")),
                absent,
                shape,
            })
        })
        .collect()
}

fn bits(item: Option<&Item>) -> Result<Bits, String> {
    texts(item).into_iter().try_fold(0, |bits, word| {
        if word == "all" {
            return Ok(ALL_BITS);
        }
        Grammar::of(&word)
            .map(|g| bits | g.bit())
            .ok_or(format!("`{word}` is no grammar"))
    })
}

fn replacing(item: Option<&Item>) -> Result<Option<Replacing>, String> {
    let Some(table) = each(item).into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(Replacing {
        what: port(table, "what")?.ok_or("`replaces` without `what`")?,
        with: port(table, "with")?.ok_or("`replaces` without `with`")?,
        text: match text(table, "text").as_deref() {
            Some("regex") => PlainText::Regex,
            Some("everywhere") => PlainText::Everywhere,
            Some("once") => PlainText::Once,
            _ => return Err("`replaces` without `text`".into()),
        },
    }))
}

fn call_row(table: &dyn TableLike, file: &str) -> Result<CallRow, String> {
    let apis = texts(table.get("api"));
    if apis.is_empty() {
        return Err("no api".into());
    }
    let mut sinks = Vec::new();
    for sink in each(table.get("sink")) {
        let word = text(sink, "as").ok_or("a sink without `as`")?;
        let grammar = Grammar::of(&word).ok_or(format!("`{word}` is no grammar"))?;
        let at = port(sink, "at")?.ok_or("a sink without `at`")?;
        sinks.push(SinkRow {
            at,
            grammar,
            when: test(sink.get("when"))?,
            unless: test(sink.get("unless"))?,
        });
    }
    let mut flows = Vec::new();
    for flow in each(table.get("flow")) {
        flows.push(FlowRow {
            from: port(flow, "from")?.ok_or("a flow without `from`")?,
            to: port(flow, "to")?.ok_or("a flow without `to`")?,
            keep: text(flow, "how").as_deref() == Some("keep"),
            safe: bits(flow.get("safe"))?,
            clears: bits(flow.get("clears"))?,
            decode: text(flow, "decode")
                .map(|w| port::encoding(&w).ok_or(format!("`{w}` is no encoding")))
                .transpose()?,
            when: test(flow.get("when"))?,
            unless: test(flow.get("unless"))?,
            schema: port(flow, "schema")?,
            replaces: replacing(flow.get("replaces"))?,
        });
    }
    let store = |key: &str| -> Result<Vec<StoreRow>, String> {
        each(table.get(key))
            .into_iter()
            .map(|row| {
                let name = text(row, "store").ok_or("a store row without `store`")?;
                let (kind, resource) = match name.split_once(':') {
                    Some((kind, at)) => (kind.to_owned(), Port::parse(at)),
                    None => (name, None),
                };
                let mut slots = Vec::new();
                for table in each(row.get("slots")) {
                    for (slot, at) in table.iter() {
                        // A write maps slot names to ports, a read maps ports to slot names.
                        let at = at.as_str().unwrap_or_default();
                        let (slot, at) = if key == "read" {
                            (at, slot)
                        } else {
                            (slot, at)
                        };
                        let port = Port::parse(at).ok_or(format!("`{at}` is no port"))?;
                        slots.push((slot.to_owned(), port));
                    }
                }
                Ok(StoreRow {
                    kind,
                    resource,
                    partition: port(row, "partition")?,
                    slots,
                })
            })
            .collect()
    };
    let mut types = Vec::new();
    for table in each(table.get("types")) {
        for (at, of) in table.iter() {
            let port = Port::parse(at).ok_or(format!("`{at}` is no port"))?;
            let Some(Part::Param(param)) = port.callback().cloned() else {
                return Err(format!("`{at}` names no parameter"));
            };
            types.push((port, param, of.as_str().unwrap_or_default().to_owned()));
        }
    }
    let returned = text(table, "returns").or_else(|| text(table, "return"));
    Ok(CallRow {
        file: file.trim_end_matches(".toml").to_owned(),
        apis,
        receiver: text(table, "type"),
        sinks,
        flows,
        writes: store("write")?,
        reads: store("read")?,
        returns: returned
            .map(|t| Port::parse(&t).ok_or(format!("`{t}` is no port")))
            .transpose()?,
        type_of_return: text(table, "type_of_return"),
        result: text(table, "result"),
        load: port(table, "load")?,
        made: text(table, "made"),
        env: port(table, "env")?,
        action: text(table, "action"),
        normalizes: table
            .get("normalizes")
            .and_then(Item::as_bool)
            .unwrap_or(false),
        types,
        note: text(table, "note").unwrap_or_default(),
        example: text(table, "example").unwrap_or_default(),
        expect: texts(table.get("expect")),
        safe_example: text(table, "safe_example"),
        safe_expect: texts(table.get("safe_expect")),
    })
}

fn check_row(table: &dyn TableLike, file: &str) -> Result<CheckRow, String> {
    let apis = texts(table.get("api"));
    if apis.is_empty() {
        return Err("no api".into());
    }
    let by = text(table, "by");
    let by = match by.as_deref() {
        None => Tester::Bits(bits(table.get("safe"))?),
        Some(by) => {
            let (how, at) = by.split_once(':').unwrap_or((by, ""));
            let at = || Port::parse(at).ok_or(format!("`{at}` is no port"));
            match how {
                "regex" => Tester::Regex {
                    pattern: at()?,
                    whole: text(table, "match").unwrap_or_default() == "full",
                    start: text(table, "match").unwrap_or_default() == "start",
                },
                "member" => Tester::Member(at()?),
                "prefix" => Tester::Prefix(at()?),
                "inside" => Tester::Inside,
                "schema" => Tester::Schema(at()?),
                other => match Grammar::of(other) {
                    Some(grammar) => Tester::Bits(grammar.bit()),
                    None if other == "all" => Tester::Bits(ALL_BITS),
                    None => return Err(format!("`{other}` is no tester")),
                },
            }
        }
    };
    Ok(CheckRow {
        file: file.trim_end_matches(".toml").to_owned(),
        apis,
        receiver: text(table, "type"),
        tests: port(table, "tests")?.ok_or("a check without `tests`")?,
        by,
        throws: table.get("throws").and_then(Item::as_bool).unwrap_or(false),
        when: test(table.get("when"))?,
        note: text(table, "note").unwrap_or_default(),
    })
}
