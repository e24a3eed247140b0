//! One repository: its files as a scan lists them, and the templates among them.

use std::path::Path;

use palisade_iac::document::Dialect;
use palisade_iac::recognize::{self, Format};
use palisade_iac::{AppPlan, ReadSettings, document};
use palisade_model::app::App;
use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Sources};
use palisade_scan::decode::decode;
use palisade_scan::files::{Files, PathsOf};
use palisade_scan::kinds::{self, FileKind};
use palisade_scan::link::{self, Linked};
use palisade_scan::tree::disk::Disk;
use palisade_scan::tree::{Tree as _, Use};

/// A repository, listed, with its documents read.
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) sources: Sources,
    disk: Disk,
    files: Files,
    documents: Vec<FileId>,
    limits: Limits,
}

impl Repository {
    /// Lists it and reads its documents, those that a scan leaves out too.
    pub(super) fn open(path: &Path, name: String) -> anyhow::Result<Self> {
        let limits = Limits::default();
        let disk = Disk::new(&[path.to_path_buf()], limits.tree_files)?;
        let files = Files::new(&mut disk.list());
        let mut repository = Self {
            name,
            sources: Sources::default(),
            disk,
            files,
            documents: Vec::new(),
            limits,
        };
        let is_document =
            |path: &str| kinds::file(path) == FileKind::Document || kinds::is_service_script(path);
        for entry in repository.files.entries() {
            if !is_document(&entry.path) {
                continue;
            }
            let bytes = repository
                .disk
                .read(&entry.path, repository.limits.template_bytes);
            if let Some(text) = bytes.ok().and_then(|bytes| decode(bytes).ok()) {
                let id = repository.sources.add(entry.path.clone(), text.text);
                repository.documents.push(id);
            }
        }
        Ok(repository)
    }

    /// What belongs together.
    pub(super) fn plans(&self) -> (Vec<AppPlan>, Vec<Problem>) {
        palisade_iac::plan(&self.sources, &self.documents, &self.limits)
    }

    /// One App.
    pub(super) fn read(&self, plan: &AppPlan) -> App {
        let find = |path: &str| self.sources.find(&self.files.get(path)?.path);
        let settings = ReadSettings::default();
        palisade_iac::read(plan, &self.sources, &settings, &self.limits, &find)
    }

    /// The source of each function of an App, in order.
    pub(super) fn links(&self, app: &App) -> Vec<Linked> {
        let paths = PathsOf::new(&self.files, &self.disk);
        link::link(app, &self.files, &paths, &mut Vec::new())
    }

    /// Whether a scan leaves a file out because of the folder it lies in.
    pub(super) fn is_aside(&self, path: &str) -> bool {
        let entry = self.files.get(path);
        entry.is_some_and(|entry| entry.usage != Use::Read)
    }

    /// A line for each YAML document: repository, path, whether it is a template, and the tree.
    pub(super) fn trees(&self) -> Vec<String> {
        let files = self.documents.iter();
        files.filter_map(|file| self.tree(*file)).collect()
    }

    fn tree(&self, file: FileId) -> Option<String> {
        let mut problems = Vec::new();
        let parsed = document::parse(&self.sources, file, &self.limits, &mut problems)?;
        if parsed.dialect != Dialect::Yaml {
            return None;
        }
        let format = recognize::recognize(&parsed);
        let is_template = matches!(format, Format::Sam | Format::CloudFormation);
        let head = serde_json::json!([self.name, self.sources.path(file), is_template]);
        Some(format!("[{head},{}]", document::to_json_text(&parsed)))
    }
}
