//! From a tree to an outcome: read, link, lower, follow, judge, accept.

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest, Flows};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::Program;
use palisade_iac::AppPlan;
use palisade_iam::Judge;
use palisade_lang::catalog::ALL;
use palisade_model::app::{App, FunctionId};
use palisade_model::finding::Finding;
use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::FileId;
use palisade_rules::project::Project;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::entries;
use crate::files::{self, Files, PathsOf};
use crate::guarded::{guarded, words};
use crate::kinds::{self, FileKind};
use crate::link::{self, Linked};
use crate::lower::{InlineCode, Lowered, Lowering, Owners};
use crate::outcome;
use crate::read::{Texts, Want};
use crate::settings::{self, Settings};
use crate::suppress::{self, date::Date};
use crate::templates;
use crate::timings::{Clock, Stages, Timings};
use crate::tree::disk::Disk;
use crate::tree::{Entry, Tree, Use};
use crate::words::Rules;

pub use crate::error::ScanError;
pub use crate::request::{Request, Scan};

/// Front ends and readers walk deep trees: their threads have this much stack.
const STACK_BYTES: usize = 64 << 20;

/// Scans paths.
pub fn scan(request: &Request) -> Result<Scan, ScanError> {
    scan_timed(request, &|| 0)
}

/// Scans paths and notes what each stage took by a clock.
pub fn scan_timed(request: &Request, clock: &Clock<'_>) -> Result<Scan, ScanError> {
    let tree = Disk::new(&request.paths, Limits::default().tree_files)?;
    scan_tree(request, &tree, &Limits::default(), clock)
}

/// Scans the built-in example from memory.
pub fn example(request: &Request) -> Scan {
    scan_tree(request, &crate::example::tree(), &Limits::default(), &|| 0).unwrap_or_default()
}

/// Scans any tree.
pub fn scan_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    clock: &Clock<'_>,
) -> Result<Scan, ScanError> {
    let rules = Rules::new();
    let only = rules.of_option("--only", &request.only)?;
    let skip = rules.of_option("--skip", &request.skip)?;
    let pool = pool(request.jobs)?;
    let run = Run {
        request,
        tree,
        limits,
        pool: &pool,
        rules: &rules,
    };
    let mut stages = Stages::new(clock);
    let mut timings = Timings::default();

    let mut listing = tree.list();
    let mut problems = std::mem::take(&mut listing.problems);
    let closed = listing.closed;
    let mut files = Files::new(&mut listing);
    timings.walk = stages.lap();

    let mut texts = Texts::default();
    let settings = run.settings(&files, &mut texts, &mut problems)?;
    files.decide(|entry| settings.usage(entry));
    let documents = run.documents(&files, &mut texts, &mut problems);
    timings.read = stages.lap();

    let (plans, mut apps) = run.apps(&documents, &settings, &texts, &files, &mut problems);
    timings.templates = stages.lap();

    let declared = run.declared(&apps, &files, &mut texts, &mut problems);
    let wanted = run.wanted(&files, &declared);
    let lowering = Lowering {
        tree,
        files: &files,
        paths: &declared.paths,
        owners: &declared.owners,
        own: &settings.own,
        limits,
    };
    let lowered =
        pool.install(|| lowering.run(wanted, &declared.inline, &mut texts, &mut problems));
    let mut entries = entries::declared(&declared.links, &declared.inline_files, |path| {
        texts.find(path)
    });
    let mut links = declared.links;
    let unnamed = entries::unnamed(&mut apps, &links, &lowered, &files);
    links.resize(apps.len(), Vec::new());
    entries.extend(unnamed.iter().map(|u| EntryRequest {
        app: u.app,
        function: None,
        file: u.file,
        export: u.export.clone(),
        latent: u.latent,
    }));
    timings.lower = stages.lap();
    timings.document_bytes = texts.document_bytes;
    timings.modules = lowered.len() as u64;
    timings.source_bytes = lowered
        .iter()
        .filter(|l| !l.inline)
        .map(|l| texts.sources.text(l.module.file).len() as u64)
        .sum();

    let libraries = run.libraries(&settings)?;
    let judges: Vec<Judge<'_>> = apps.iter().map(Judge::new).collect();
    let (program, flows) = follow(lowered, &libraries, &entries, &apps, &judges, run.pool);
    problems.extend(flows.problems.iter().cloned());
    timings.instructions = program
        .functions
        .iter()
        .map(|f| f.ir.instrs.len() as u64)
        .sum();
    timings.flow = stages.lap();

    let project = Project {
        sources: &texts.sources,
        apps: &apps,
        entries: &entries,
        flows: &flows,
        judges: &judges,
    };
    let findings = run.judge(&project, &mut problems);
    timings.rules = stages.lap();

    let context = suppress::Context {
        sources: &texts.sources,
        apps: &apps,
        plans: &plans,
        settings: &settings,
        rules: &rules,
        as_of: Date::parse(&request.as_of),
    };
    let mut findings = suppress::apply(findings, context, &mut problems);
    let judged = |id: &str| {
        (only.is_empty() || only.contains(&id))
            && !skip.contains(&id)
            && (!only.is_empty() || settings.only.is_empty() || settings.only.contains(&id))
            && !settings.skip.contains(&id)
    };
    findings.retain(|(finding, _)| judged(finding.rule));
    let outcome = outcome::outcome(outcome::Parts {
        request,
        texts: &texts,
        files: &files,
        closed,
        apps: &apps,
        links: &links,
        unnamed: &unnamed,
        entries: &entries,
        program: &program,
        flows: &flows,
        findings,
        problems,
    });
    timings.rest = stages.lap();
    drop(judges);
    Ok(Scan {
        sources: texts.sources,
        outcome,
        threshold: settings.threshold,
        timings,
    })
}

fn pool(jobs: usize) -> Result<ThreadPool, ScanError> {
    let built = ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK_BYTES)
        .build();
    built.map_err(|error| {
        ScanError::new(
            format!("cannot start threads: {error}"),
            Some("try `--jobs 1`".to_owned()),
        )
    })
}

/// What every stage needs.
struct Run<'a> {
    request: &'a Request,
    tree: &'a dyn Tree,
    limits: &'a Limits,
    pool: &'a ThreadPool,
    rules: &'a Rules,
}

/// Declared functions and where their code is.
struct Declared<'a> {
    paths: PathsOf<'a>,
    links: Vec<Vec<Linked>>,
    owners: Owners,
    inline: Vec<InlineCode>,
    inline_files: FxHashMap<(usize, FunctionId), FileId>,
}

impl Run<'_> {
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
        let is = |entry: &&Entry| kinds::file(&entry.path) == FileKind::Document;
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

    fn libraries(&self, settings: &Settings) -> Result<FxHashMap<Language, Library>, ScanError> {
        let mut libraries = FxHashMap::default();
        for frontend in ALL {
            let language = frontend.language();
            let own = settings
                .library
                .iter()
                .filter(|(of, _)| of.as_deref().is_none_or(|of| of == language.word()));
            let own = own.map(|(_, text)| (settings::NAME, text.as_str()));
            let (library, wrong) = Library::read(frontend.library().iter().copied().chain(own));
            if let Some(wrong) = wrong.iter().find(|wrong| wrong.starts_with(settings::NAME)) {
                return Err(ScanError::new(wrong.clone(), None));
            }
            libraries.insert(language, library);
        }
        Ok(libraries)
    }

    fn judge(&self, project: &Project<'_>, problems: &mut Vec<Problem>) -> Vec<Finding> {
        self.pool
            .install(|| guarded(|| palisade_rules::catalog::judge(project)))
            .unwrap_or_else(|said| {
                let message = words("no rule judged", &said);
                problems.push(Problem::path(".", ProblemKind::Internal, message));
                Vec::new()
            })
    }
}

/// Follows data through the program.
fn follow(
    lowered: Vec<Lowered>,
    libraries: &FxHashMap<Language, Library>,
    entries: &[EntryRequest],
    apps: &[App],
    judges: &[Judge<'_>],
    pool: &ThreadPool,
) -> (Program, Flows) {
    let modules = lowered.into_iter().map(|l| (l.module, l.links)).collect();
    let program = Program::new(modules);
    let flows = pool.install(|| {
        guarded(|| {
            let may: Vec<_> = judges
                .iter()
                .map(|judge| {
                    move |function: FunctionId, action: &str, node: Option<_>, name: Option<&_>| {
                        judge.may(function, action, node, name)
                    }
                })
                .collect();
            let contexts: Vec<AppContext<'_>> = apps
                .iter()
                .zip(&may)
                .map(|(app, may)| AppContext { app, may })
                .collect();
            engine::analyze(&program, libraries, entries, &contexts)
        })
    });
    let flows = flows.unwrap_or_else(|said| Flows {
        problems: vec![Problem::path(
            ".",
            ProblemKind::Internal,
            words("no data was followed", &said),
        )],
        ..Flows::default()
    });
    (program, flows)
}
