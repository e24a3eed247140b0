//! Small programs through front end, rows and engine: exactly the marked lines are reported.

use std::collections::BTreeSet;

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_lang::python::PYTHON;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::setting::{Answer, Reason};
use palisade_model::source::FileId;
use palisade_model::text::Text;
use rustc_hash::FxHashMap;

use crate::printer::lower;

struct NoFiles;

impl Paths for NoFiles {
    fn has(&self, _: &str) -> bool {
        false
    }
    fn ending(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
    fn settings(&self, _: &str) -> Option<String> {
        None
    }
}

/// The lines on which something is reported.
fn reported(libraries: &FxHashMap<Language, Library>, text: &str) -> BTreeSet<usize> {
    let module = lower(text);
    let roots = Roots {
        code: ".".into(),
        layers: Vec::new(),
    };
    let link = |name: &str| match PYTHON.resolve(name, "app.py", &roots, &NoFiles).0 {
        Resolved::External(name) => Link::External(name),
        _ => Link::Unresolved,
    };
    let links = module
        .imports
        .iter()
        .map(|i| link(module.symbols.text(i.module)))
        .collect();
    let program = Program::new(vec![(module, links)]);
    let entry = EntryRequest {
        app: 0,
        function: None,
        file: FileId(0),
        export: "handler".into(),
        latent: false,
    };
    let app = App::default();
    let may = |_: FunctionId, _: &str, _: Option<NodeId>, _: Option<&Text>| {
        Answer::Unknown(Reason::NoDefault)
    };
    let flows = engine::analyze(
        &program,
        libraries,
        &[entry],
        &[AppContext {
            app: &app,
            may: &may,
        }],
    );
    let line = |offset: u32| text[..offset as usize].matches('\n').count() + 1;
    flows
        .paths
        .iter()
        // What a program tells of its own errors comes from no event; what is only watched does no harm by itself.
        .filter(|p| p.grammar.word() != "log" && !p.origin.is_made() && !p.grammar.is_watch())
        .map(|p| line(p.sink.start))
        .collect()
}

#[test]
fn exactly_the_marked_lines_are_reported() {
    let (library, wrong) = Library::read(PYTHON.library().iter().copied());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let libraries = FxHashMap::from_iter([(Language::Python, library)]);
    let mut failures = Vec::new();
    let mut count = 0;
    for case in include_str!("programs.md").split("\n## ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let text = rest
            .split("```python\n")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap();
        let marked = |mark: &str| -> BTreeSet<usize> {
            text.lines()
                .enumerate()
                .filter(|(_, l)| l.contains(mark))
                .map(|(at, _)| at + 1)
                .collect()
        };
        let expected: BTreeSet<usize> =
            marked("# bad").union(&marked("# noise")).copied().collect();
        let found = reported(&libraries, text);
        count += 1;
        if found != expected {
            failures.push(format!("{name}: lines {found:?}, expected {expected:?}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} programs\n{}",
        failures.len(),
        failures.join("\n")
    );
}
