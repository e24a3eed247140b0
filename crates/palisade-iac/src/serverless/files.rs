//! Files that a service names, each parsed once; never outside the root.

use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Sources};
use rustc_hash::FxHashMap;

use crate::document::{self, Document};
use crate::reader::join_path;

/// What became of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loaded {
    /// A document: its number.
    Document(usize),
    /// Any other text.
    Text(FileId),
    /// A program that is no plain object.
    Program,
    /// Not in the tree.
    Missing,
    /// Outside the tree.
    Outside,
}

/// Whether a path is that of a document.
pub(super) fn is_document(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(ending, "yml" | "yaml" | "json" | "tfstate")
}

/// The files of a service.
pub(super) struct Files<'a> {
    pub(super) sources: &'a Sources,
    pub(super) limits: &'a Limits,
    find: &'a dyn Fn(&str) -> Option<FileId>,
    folder: String,
    documents: Vec<Document>,
    by_path: FxHashMap<String, Loaded>,
    /// What the parsers reported.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Files<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        limits: &'a Limits,
        find: &'a dyn Fn(&str) -> Option<FileId>,
        folder: &str,
        service: &Document,
    ) -> Self {
        Self {
            sources,
            limits,
            find,
            folder: folder.to_owned(),
            documents: vec![service.clone()],
            by_path: FxHashMap::default(),
            problems: Vec::new(),
        }
    }

    /// A document by its number; the service itself is the first.
    pub(super) fn document(&self, at: usize) -> Option<&Document> {
        self.documents.get(at)
    }

    /// Whether a path names a file of the tree.
    pub(super) fn exists(&self, path: &str) -> bool {
        join_path(&self.folder, path).is_some_and(|path| (self.find)(&path).is_some())
    }

    /// Reads a file by its path as written.
    pub(super) fn load(&mut self, path: &str) -> Loaded {
        let Some(path) = join_path(&self.folder, path.trim()) else {
            return Loaded::Outside;
        };
        if let Some(known) = self.by_path.get(&path) {
            return *known;
        }
        let loaded = self.read(&path);
        self.by_path.insert(path, loaded);
        loaded
    }

    fn read(&mut self, path: &str) -> Loaded {
        let Some(file) = (self.find)(path) else {
            return Loaded::Missing;
        };
        let is_program = document::is_script(path);
        if !is_document(path) && !is_program {
            return Loaded::Text(file);
        }
        match document::parse(self.sources, file, self.limits, &mut self.problems) {
            Some(document) => {
                self.documents.push(document);
                Loaded::Document(self.documents.len() - 1)
            }
            None if is_program => Loaded::Program,
            None => Loaded::Text(file),
        }
    }
}
