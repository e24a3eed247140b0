//! What belongs to one App: its templates, parsed.

use std::sync::Arc;

use palisade_model::problem::Problem;
use palisade_model::source::FileId;
use rustc_hash::FxHashMap;

use crate::document::Document;
use crate::recognize::Format;

/// One App to read: a root template, and the templates nested in it.
#[derive(Clone, Debug)]
pub struct AppPlan {
    /// Folder of the root template, `.` for the root of the tree.
    pub root: String,
    /// Its root templates: one, or several that import what another exports.
    pub roots: Vec<FileId>,
    /// The root templates first, then those nested in them.
    pub templates: Vec<FileId>,
    pub(crate) documents: FxHashMap<FileId, Parsed>,
}

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The document.
    pub document: Arc<Document>,
    /// Its format.
    pub format: Format,
    /// What its parser reported.
    pub problems: Vec<Problem>,
}

impl AppPlan {
    /// Takes another App's templates in: both are one App.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.root = common(&self.root, &other.root);
        let nested = self
            .templates
            .split_off(self.roots.len().min(self.templates.len()));
        self.roots.extend(&other.roots);
        self.templates.extend(&other.roots);
        for file in nested.iter().chain(&other.templates) {
            if !self.templates.contains(file) {
                self.templates.push(*file);
            }
        }
        self.documents.extend(other.documents);
    }

    /// The parsed document of one of its templates.
    pub fn document(&self, file: FileId) -> Option<&Parsed> {
        self.documents.get(&file)
    }
}

/// The folder that holds both folders.
fn common(a: &str, b: &str) -> String {
    let parts = a.split('/').zip(b.split('/'));
    let same: Vec<&str> = parts.take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    if same.is_empty() {
        ".".to_owned()
    } else {
        same.join("/")
    }
}

/// The folder of a path; empty for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder that the paths of a template are relative to: the one around `.chalice`, else its own.
pub fn home(path: &str) -> &str {
    let own = folder(path);
    match own.strip_suffix(".chalice") {
        Some("") => "",
        Some(outer) => outer.strip_suffix('/').unwrap_or(own),
        None => own,
    }
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
