//! The stages of a scan, one after the other: read, code, judge.

use palisade_flow::flows::EntryRequest;
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_iac::AppPlan;
use palisade_lang::catalog::ALL;
use palisade_model::app::{App, FunctionId};
use palisade_model::finding::Finding;
use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::FileId;
use palisade_rules::project::Project;
use rayon::ThreadPool;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::entries::{self, Unnamed};
use crate::error::ScanError;
use crate::files::{self, Files, PathsOf};
use crate::guarded::{guarded, words};
use crate::kinds::{self, FileKind};
use crate::link::{self, Linked};
use crate::lower::{InlineCode, Lowered, Lowering, Owners};
use crate::read::{Texts, Want};
use crate::request::Request;
use crate::settings::{self, Settings};
use crate::templates;
use crate::timings::{Stages, Timings};
use crate::tree::{Entry, Tree, Use};
use crate::words::Rules;

/// What every stage needs.
pub(crate) struct Run<'a> {
    pub(crate) request: &'a Request,
    pub(crate) tree: &'a dyn Tree,
    pub(crate) limits: &'a Limits,
    pub(crate) pool: &'a ThreadPool,
    pub(crate) rules: &'a Rules,
}

/// Declared functions and where their code is.
struct Declared<'a> {
    paths: PathsOf<'a>,
    links: Vec<Vec<Linked>>,
    owners: Owners,
    inline: Vec<InlineCode>,
    inline_files: FxHashMap<(usize, FunctionId), FileId>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) files: Files,
    pub(crate) texts: Texts,
    pub(crate) settings: Settings,
    pub(crate) plans: Vec<AppPlan>,
    pub(crate) apps: Vec<App>,
    pub(crate) problems: Vec<Problem>,
    /// Folders that were not entered.
    pub(crate) closed: usize,
}

/// What is run.
#[derive(Debug)]
pub(crate) struct Coded {
    pub(crate) lowered: Vec<Lowered>,
    pub(crate) links: Vec<Vec<Linked>>,
    pub(crate) unnamed: Vec<Unnamed>,
    pub(crate) entries: Vec<EntryRequest>,
}

impl Run<'_> {
    /// Walks the tree, reads settings and documents, and fills the Apps.
    pub(crate) fn reading(
        &self,
        stages: &mut Stages<'_>,
        timings: &mut Timings,
    ) -> Result<Reading, ScanError> {
        let mut listing = self.tree.list();
        let mut problems = std::mem::take(&mut listing.problems);
        let closed = listing.closed;
        let mut files = Files::new(&mut listing);
        timings.walk = stages.lap();
        let mut texts = Texts::default();
        let settings = self.settings(&files, &mut texts, &mut problems)?;
        files.decide(|entry| settings.usage(entry));
        let documents = self.documents(&files, &mut texts, &mut problems);
        self.kept_settings(&files, &mut texts, &mut problems);
        timings.read = stages.lap();
        let (plans, apps) = self.apps(&documents, &settings, &texts, &files, &mut problems);
        timings.templates = stages.lap();
        timings.document_bytes = texts.document_bytes;
        Ok(Reading {
            files,
            texts,
            settings,
            plans,
            apps,
            problems,
            closed,
        })
    }

    /// Links handlers, lowers code, and lists what is started; packages without an App get one.
    pub(crate) fn coding(&self, reading: &mut Reading) -> Coded {
        let Reading {
            files,
            texts,
            settings,
            apps,
            problems,
            ..
        } = reading;
        let declared = self.declared(apps, files, texts, problems);
        let wanted = self.wanted(files, &declared);
        let lowering = Lowering {
            tree: self.tree,
            files,
            paths: &declared.paths,
            owners: &declared.owners,
            own: &settings.own,
            limits: self.limits,
        };
        let lowered = self
            .pool
            .install(|| lowering.run(wanted, &declared.inline, texts, problems));
        let mut entries = entries::declared(&declared.links, &declared.inline_files, |path| {
            texts.find(path)
        });
        let mut links = declared.links;
        let unnamed = entries::unnamed(apps, &links, &lowered, files);
        links.resize(apps.len(), Vec::new());
        entries.extend(unnamed.iter().map(|u| EntryRequest {
            app: u.app,
            function: None,
            file: u.file,
            export: u.export.clone(),
            latent: u.latent,
        }));
        Coded {
            lowered,
            links,
            unnamed,
            entries,
        }
    }

    /// The settings file of the root.
    fn settings(
        &self,
        files: &Files,
        texts: &mut Texts,
        problems: &mut Vec<Problem>,
    ) -> Result<Settings, ScanError> {
        if files.get(settings::NAME).is_none() {
            return Ok(Settings::default());
        }
        let wanted = [(settings::NAME.to_owned(), Want::Document)];
        texts.read(self.tree, &wanted, self.limits, problems);
        match texts.find(settings::NAME) {
            Some(file) => settings::read(&texts.sources, file, self.rules),
            None => Ok(Settings::default()),
        }
    }

    /// Reads what may be a template, and documents left out or beside it that these name.
    fn documents(
        &self,
        files: &Files,
        texts: &mut Texts,
        problems: &mut Vec<Problem>,
    ) -> Vec<FileId> {
        let is = |entry: &&Entry| {
            kinds::file(&entry.path) == FileKind::Document
                || kinds::is_service_script(&entry.path)
                || declares_functions(files, &entry.path)
        };
        let read = files
            .entries()
            .iter()
            .filter(is)
            .filter(|entry| entry.usage == Use::Read);
        let mut wanted: Vec<(String, Want)> = read
            .map(|entry| (entry.path.clone(), Want::Document))
            .collect();
        let other = files
            .entries()
            .iter()
            .filter(is)
            .filter(|entry| entry.usage != Use::Read);
        let mut other: Vec<&str> = other.map(|entry| entry.path.as_str()).collect();
        let mut documents = Vec::new();
        while !wanted.is_empty() {
            self.pool
                .install(|| texts.read(self.tree, &wanted, self.limits, problems));
            let new: Vec<FileId> = wanted
                .iter()
                .filter_map(|(path, _)| texts.find(path))
                .collect();
            wanted.clear();
            if !other.is_empty() {
                let mut named: FxHashSet<&str> = FxHashSet::default();
                for file in &new {
                    templates::named_documents(texts.sources.text(*file), &mut named);
                }
                let (found, rest): (Vec<&str>, Vec<&str>) = other
                    .iter()
                    .partition(|path| named.contains(files::name(path)));
                other = rest;
                wanted.extend(
                    found
                        .into_iter()
                        .map(|path| (path.to_owned(), Want::Document)),
                );
            }
            documents.extend(new);
        }
        documents
    }

    /// Reads settings that are shipped with the code.
    fn kept_settings(&self, files: &Files, texts: &mut Texts, problems: &mut Vec<Problem>) {
        let kept = files.entries().iter().filter(|entry| {
            kinds::file(&entry.path) == FileKind::Settings && entry.usage == Use::Read
        });
        let wanted: Vec<(String, Want)> = kept
            .map(|entry| (entry.path.clone(), Want::Settings))
            .collect();
        self.pool
            .install(|| texts.read(self.tree, &wanted, self.limits, problems));
    }

    /// Templates to Apps, with who reaches what.
    fn apps(
        &self,
        documents: &[FileId],
        settings: &Settings,
        texts: &Texts,
        files: &Files,
        problems: &mut Vec<Problem>,
    ) -> (Vec<AppPlan>, Vec<App>) {
        self.pool.install(|| {
            let find = |path: &str| texts.find(&files.get(path)?.path);
            let (mut plans, found) = templates::plans(&texts.sources, documents, self.limits);
            // What was not asked for is read only where a template nests it.
            plans.retain(|plan| {
                let root = plan.templates.first().map(|file| texts.sources.path(*file));
                root.and_then(|path| files.get(path))
                    .is_none_or(|entry| entry.usage == Use::Read)
            });
            problems.extend(found);
            let (mut apps, found) = templates::apps(
                &plans,
                &texts.sources,
                &self.request.parameters,
                self.limits,
                &find,
            );
            problems.extend(found);
            entries::add_named(&mut apps, &settings.functions);
            for app in &mut apps {
                let filled = guarded(|| palisade_iam::fill(app));
                if let Err(said) = filled {
                    let message = words("who reaches it stays unknown", &said);
                    problems.push(Problem::path(
                        app.root.clone(),
                        ProblemKind::Internal,
                        message,
                    ));
                }
                problems.append(&mut app.problems);
            }
            (plans, apps)
        })
    }

    /// Links every function.
    fn declared<'f>(
        &'f self,
        apps: &[App],
        files: &'f Files,
        texts: &mut Texts,
        problems: &mut Vec<Problem>,
    ) -> Declared<'f> {
        let paths = PathsOf::new(files, self.tree);
        let mut owners = Owners::default();
        let mut inline = Vec::new();
        let mut inline_files = FxHashMap::default();
        let mut links = Vec::new();
        for (at, app) in apps.iter().enumerate() {
            let linked = self
                .pool
                .install(|| guarded(|| link::link(app, files, &paths, problems)))
                .unwrap_or_default();
            for ((id, function), linked) in app.functions.enumerate().zip(&linked) {
                link::own(function, linked, &mut owners, files);
                if let Linked::Inline {
                    frontend,
                    span,
                    text,
                    ..
                } = linked
                {
                    let file = texts.twin(span.file);
                    inline_files.insert((at, id), file);
                    inline.push(InlineCode {
                        frontend: *frontend,
                        span: *span,
                        text: text.clone(),
                        file,
                    });
                }
            }
            links.push(linked);
        }
        Declared {
            paths,
            links,
            owners,
            inline,
            inline_files,
        }
    }

    /// The source files to lower: those of linked handlers, and all that are not left out.
    fn wanted(&self, files: &Files, declared: &Declared<'_>) -> Vec<(String, Want)> {
        let handlers = declared
            .links
            .iter()
            .flatten()
            .filter_map(|linked| match linked {
                Linked::File { source, .. } => files.get(&source.path),
                _ => None,
            });
        let mut wanted: Vec<(String, Want)> = handlers
            .map(|entry| (entry.path.clone(), Want::Handler))
            .collect();
        let sources = files.entries().iter().filter(|entry| {
            matches!(kinds::file(&entry.path), FileKind::Source(_)) && entry.usage == Use::Read
        });
        wanted.extend(sources.map(|entry| (entry.path.clone(), Want::Source)));
        wanted
    }

    /// The rows of the languages that were met, and of the settings.
    pub(crate) fn libraries(
        &self,
        settings: &Settings,
        lowered: &[Lowered],
    ) -> Result<FxHashMap<Language, Library>, ScanError> {
        let met: FxHashSet<usize> = lowered.iter().map(|lowered| lowered.frontend).collect();
        let met = |at: usize| met.contains(&at) || !settings.library.is_empty();
        let frontends: Vec<_> = ALL.iter().enumerate().filter(|(at, _)| met(*at)).collect();
        let read = |(_, frontend): &(usize, &&dyn palisade_lang::frontend::Frontend)| {
            let language = frontend.language();
            let own = settings
                .library
                .iter()
                .filter(|(of, _)| of.as_deref().is_none_or(|of| of == language.word()));
            let own = own.map(|(_, text)| (settings::NAME, text.as_str()));
            let (library, wrong) = Library::read(frontend.library().iter().copied().chain(own));
            match wrong.iter().find(|wrong| wrong.starts_with(settings::NAME)) {
                Some(wrong) => Err(ScanError::new(wrong.clone(), None)),
                None => Ok((language, library)),
            }
        };
        self.pool
            .install(|| frontends.par_iter().map(read).collect())
    }

    /// All findings.
    pub(crate) fn judge(&self, project: &Project<'_>, problems: &mut Vec<Problem>) -> Vec<Finding> {
        self.pool
            .install(|| guarded(|| palisade_rules::catalog::judge(project)))
            .unwrap_or_else(|said| {
                let message = words("no rule judged", &said);
                problems.push(Problem::path(".", ProblemKind::Internal, message));
                Vec::new()
            })
    }
}

/// Whether a program stands beside the configuration of Chalice, which reads its decorators.
fn declares_functions(files: &Files, path: &str) -> bool {
    files::name(path) == "app.py"
        && files
            .get(&format!(
                "{}.chalice/config.json",
                path.trim_end_matches("app.py")
            ))
            .is_some()
}
