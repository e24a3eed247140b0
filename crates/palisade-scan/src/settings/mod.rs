//! `palisade.toml`: what of a tree is read, by which rules it is judged, and what is accepted.

mod fields;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use palisade_model::source::{FileId, Sources, Span};
use toml_edit::{Document, DocumentMut, Item, TableLike};

use crate::error::ScanError;
use crate::own::OwnApi;
use crate::suppress::date::Date;
use crate::tree::{Entry, Use};
use crate::words::{Rules, event_id, event_ids};
use fields::{Fields, tables};

/// The name of the file, in the root of what is scanned.
pub const NAME: &str = "palisade.toml";
/// Words of `threshold`.
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "note"];
/// Languages of library rows.
const LANGUAGES: [&str; 2] = ["python", "javascript"];
/// Tables of library rows.
const ROWS: [&str; 5] = ["type", "call", "check", "source", "entry"];

/// A function that no template names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedFunction {
    /// Its name.
    pub name: String,
    /// Path of the module and function, relative to the root: `src/app.handler`.
    pub handler: String,
    /// The event that starts it.
    pub trigger: Option<&'static str>,
    /// Where it stands.
    pub span: Span,
}

/// An accepted finding.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Rules it is about; empty for all.
    pub rules: Vec<&'static str>,
    /// Paths it is about; `None` for all.
    pub path: Option<Gitignore>,
    /// The function it is about.
    pub function: Option<String>,
    /// Why.
    pub reason: String,
    /// Until when, the day included.
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
}

/// Everything a settings file says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Paths that are read although they would be left out.
    pub include: Option<Gitignore>,
    /// Paths that are left out.
    pub exclude: Option<Gitignore>,
    /// Rules to judge by; empty for all.
    pub only: Vec<&'static str>,
    /// Rules to leave out.
    pub skip: Vec<&'static str>,
    /// The severity from which a scan fails.
    pub threshold: Option<String>,
    /// Functions that no template names.
    pub functions: Vec<NamedFunction>,
    /// Library rows: the language, if one is named, and TOML.
    pub library: Vec<(Option<String>, String)>,
    /// APIs of those rows that may be functions of the tree.
    pub own: Vec<OwnApi>,
    /// Accepted findings.
    pub accepted: Vec<Accepted>,
}

impl Settings {
    /// What is done with a file, its folders and these settings considered.
    pub fn usage(&self, entry: &Entry) -> Use {
        let named = |globs: &Option<Gitignore>| {
            globs.as_ref().is_some_and(|globs| fits(globs, &entry.path))
        };
        match entry.usage {
            Use::Beside => Use::Beside,
            _ if named(&self.exclude) => Use::Aside,
            Use::Aside if named(&self.include) => Use::Read,
            usage => usage,
        }
    }
}

/// Reads the settings file that is `file` of the sources.
pub fn read(sources: &Sources, file: FileId, rules: &Rules) -> Result<Settings, ScanError> {
    let text = sources.text(file);
    let fields = Fields {
        sources,
        file,
        rules,
    };
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error
            .message()
            .lines()
            .next()
            .unwrap_or("is no TOML")
            .to_owned();
        fields.error(at, message, None)
    })?;
    let mut settings = Settings::default();
    let root: &dyn TableLike = document.as_table();
    fields.known(root, &["scan", "functions", "library", "ignore"])?;
    if let Some(scan) = fields.table(root, "scan")? {
        fields.scan(scan, &mut settings)?;
    }
    if let Some(functions) = fields.table(root, "functions")? {
        for (name, item) in functions.iter() {
            settings
                .functions
                .push(fields.function(functions, name, item)?);
        }
    }
    for row in fields.rows(root, "library")? {
        fields.known(
            row,
            &["language", "type", "call", "check", "source", "entry"],
        )?;
        fields.word(row, "language", &LANGUAGES)?;
    }
    settings.library = library(text);
    for row in tables(document.get("library")) {
        let language = row.get("language").and_then(Item::as_str);
        for kind in ["call", "check"] {
            for described in tables(row.get(kind)) {
                let apis = fields.texts(described, "api")?;
                settings
                    .own
                    .extend(apis.iter().filter_map(|api| OwnApi::parse(language, api)));
            }
        }
    }
    for row in fields.rows(root, "ignore")? {
        settings.accepted.push(fields.accepted(row)?);
    }
    Ok(settings)
}

/// Each `[[library]]` as TOML of its own.
fn library(text: &str) -> Vec<(Option<String>, String)> {
    let Ok(document) = text.parse::<DocumentMut>() else {
        return Vec::new();
    };
    let rows = tables(document.get("library"));
    let written = |row: &dyn TableLike| {
        let language = row
            .get("language")
            .and_then(Item::as_str)
            .map(str::to_owned);
        let mut own = DocumentMut::new();
        for kind in ROWS {
            if let Some(item) = row.get(kind) {
                own.insert(kind, item.clone());
            }
        }
        (language, own.to_string())
    };
    rows.into_iter().map(written).collect()
}

impl Fields<'_> {
    fn scan(&self, scan: &dyn TableLike, settings: &mut Settings) -> Result<(), ScanError> {
        self.known(scan, &["include", "exclude", "only", "skip", "threshold"])?;
        settings.include = self.globs(scan, "include")?;
        settings.exclude = self.globs(scan, "exclude")?;
        settings.only = self.rules(scan, "only")?;
        settings.skip = self.rules(scan, "skip")?;
        settings.threshold = self.word(scan, "threshold", &SEVERITIES)?;
        Ok(())
    }

    fn function(
        &self,
        functions: &dyn TableLike,
        name: &str,
        item: &Item,
    ) -> Result<NamedFunction, ScanError> {
        let at = self.key_at(functions, name);
        let Some(row) = item.as_table_like() else {
            let help = format!("write `{name} = {{ handler = \"src/app.handler\" }}`");
            return Err(self.error(at, format!("`{name}` is no table"), Some(help)));
        };
        self.known(row, &["handler", "trigger"])?;
        let Some(handler) = self.text(row, "handler")? else {
            return Err(self.error(at, format!("`{name}` has no `handler`"), None));
        };
        if !handler.contains('.') {
            let help = "write path and function, such as `src/app.handler`".to_owned();
            return Err(self.error(at, format!("`{handler}` names no function"), Some(help)));
        }
        let trigger = match self.text(row, "trigger")? {
            Some(word) => Some(event_id(&word).ok_or_else(|| {
                self.unknown(self.value_at(row, "trigger"), "trigger", &word, event_ids())
            })?),
            None => None,
        };
        Ok(NamedFunction {
            name: name.to_owned(),
            handler,
            trigger,
            span: Span::new(self.file, at, at + name.len()),
        })
    }

    fn accepted(&self, row: &dyn TableLike) -> Result<Accepted, ScanError> {
        self.known(row, &["rule", "path", "function", "reason", "until"])?;
        let at = row
            .iter()
            .next()
            .map_or(0, |(key, _)| self.key_at(row, key));
        let reason = self
            .text(row, "reason")?
            .filter(|reason| !reason.trim().is_empty());
        let Some(reason) = reason else {
            let help = "say why it is accepted: `reason = \"…\"`".to_owned();
            return Err(self.error(at, "this `ignore` has no `reason`".to_owned(), Some(help)));
        };
        let until = match self.day(row, "until")? {
            Some(text) => Some(Date::parse(&text).ok_or_else(|| {
                let help = "write it as 2026-12-31".to_owned();
                self.error(
                    self.value_at(row, "until"),
                    format!("`{text}` is no day"),
                    Some(help),
                )
            })?),
            None => None,
        };
        let rules = self.rules(row, "rule")?;
        let (path, function) = (self.globs(row, "path")?, self.text(row, "function")?);
        if rules.is_empty() && path.is_none() && function.is_none() {
            let help = "name a `rule`, a `path` or a `function`".to_owned();
            return Err(self.error(
                at,
                "this `ignore` accepts everything".to_owned(),
                Some(help),
            ));
        }
        Ok(Accepted {
            rules,
            path,
            function,
            reason,
            until,
            span: Span::new(self.file, at, at),
        })
    }

    fn globs(&self, table: &dyn TableLike, key: &str) -> Result<Option<Gitignore>, ScanError> {
        let globs = self.texts(table, key)?;
        if globs.is_empty() {
            return Ok(None);
        }
        let mut builder = GitignoreBuilder::new("");
        for glob in &globs {
            builder.add_line(None, glob).map_err(|error| {
                self.error(
                    self.value_at(table, key),
                    format!("`{glob}` is no pattern: {error}"),
                    None,
                )
            })?;
        }
        let built = builder.build();
        built
            .map(Some)
            .map_err(|error| self.error(self.value_at(table, key), error.to_string(), None))
    }
}

/// Whether patterns name a path or a folder around it.
pub fn fits(globs: &Gitignore, path: &str) -> bool {
    globs.matched_path_or_any_parents(path, false).is_ignore()
}
