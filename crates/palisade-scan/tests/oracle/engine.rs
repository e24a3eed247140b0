//! Programs through front end, rows and engine: what is reported, as pairs.

use std::collections::BTreeSet;

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest};
use palisade_flow::ir::{Language as Source, Module};
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_flow::transfer::Grammar;
use palisade_lang::catalog::ALL;
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::limits::Limits;
use palisade_model::setting::{Answer, Reason};
use palisade_model::source::{FileId, Span};
use palisade_model::text::Text;
use rustc_hash::FxHashMap;

use crate::compare::{Pair, leaves_of};
use crate::run::Language;

/// The libraries of all languages, with the rows of generated programs.
pub(crate) struct Engine {
    libraries: FxHashMap<Source, Library>,
}

/// What was reported.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) pairs: BTreeSet<Pair>,
}

struct Files<'p>(&'p [(String, String)]);

impl Paths for Files<'_> {
    fn has(&self, path: &str) -> bool {
        self.0.iter().any(|(p, _)| p == path)
    }

    fn ending(&self, suffix: &str) -> Vec<String> {
        let fits =
            |path: &&String| path.as_str() == suffix || path.ends_with(&format!("/{suffix}"));
        self.0
            .iter()
            .map(|(p, _)| p)
            .filter(fits)
            .cloned()
            .collect()
    }

    fn settings(&self, _: &str) -> Option<String> {
        None
    }
}

impl Engine {
    pub(crate) fn new() -> Self {
        let rows = ("oracle.toml", include_str!("rows.toml"));
        let library = |frontend: &&dyn Frontend| {
            let (library, wrong) = Library::read(frontend.library().iter().copied().chain([rows]));
            assert!(wrong.is_empty(), "{wrong:?}");
            (frontend.language(), library)
        };
        Self {
            libraries: ALL.iter().map(library).collect(),
        }
    }

    /// What the engine reports of a program in a form; `None` where its front end is missing.
    pub(crate) fn report(&self, files: &[(String, String)], language: Language) -> Option<Report> {
        let source = match language {
            Language::Python => Source::Python,
            Language::JavaScript => Source::JavaScript,
        };
        let frontend = ALL.iter().find(|f| f.language() == source)?;
        let roots = Roots {
            code: ".".to_owned(),
            layers: Vec::new(),
        };
        let lower = |(at, (path, text)): (usize, &(String, String))| {
            let file = FileId(u32::try_from(at).unwrap());
            let module = frontend.lower(file, path, text, &Limits::default());
            let link = |name: &str| match frontend.resolve(name, path, &roots, &Files(files)).0 {
                Resolved::External(name) => Link::External(name),
                Resolved::File(found) => {
                    let at = files.iter().position(|(p, _)| *p == found).unwrap();
                    Link::File(FileId(u32::try_from(at).unwrap()))
                }
                Resolved::Unresolved => Link::Unresolved,
            };
            let links = module
                .imports
                .iter()
                .map(|i| link(module.symbols.text(i.module)))
                .collect();
            (module, links)
        };
        let modules: Vec<(Module, Vec<Link>)> = files.iter().enumerate().map(lower).collect();
        let program = Program::new(modules);
        let entry = EntryRequest {
            app: 0,
            function: None,
            file: FileId(0),
            export: "handler".to_owned(),
            latent: false,
        };
        let app = App::default();
        let may = |_: FunctionId, _: &str, _: Option<NodeId>, _: Option<&Text>| {
            Answer::Unknown(Reason::NoDefault)
        };
        let flows = engine::analyze(
            &program,
            &self.libraries,
            &[entry],
            &[AppContext {
                app: &app,
                may: &may,
            }],
        );
        let mut report = Report {
            pairs: BTreeSet::new(),
        };
        let sink = |span: Span| -> u32 {
            let text = files[span.file.0 as usize]
                .1
                .get(span.start as usize..)
                .unwrap();
            let (number, _) = text
                .split_once("sink_")
                .and_then(|(_, rest)| rest.split_once('('))
                .unwrap();
            number.parse().unwrap()
        };
        let mut add = |span: Span, input: &str| {
            report
                .pairs
                .extend(leaves_of(input).into_iter().map(|leaf| (leaf, sink(span))))
        };
        for path in flows.paths.iter().filter(|p| p.grammar == Grammar::Shell) {
            add(path.sink, &palisade_events::words(&path.origin.field));
            path.also.iter().for_each(|(span, input)| add(*span, input));
        }
        Some(report)
    }
}
