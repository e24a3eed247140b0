//! Every library row is run: its example reports what it expects, its safe example nothing (or what it says).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest, FlowPath};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_model::app::{App, Code, Function, FunctionId, Key, NodeId, Trigger};
use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::limits::Limits;
use palisade_model::reach::{Filter, Level, Reach};
use palisade_model::setting::{Answer, Origin, Reason, Setting};
use palisade_model::source::{FileId, Span};
use palisade_model::text::{StackId, Text};
use rustc_hash::FxHashMap;

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

/// What the engine reports for a snippet in which `T` is a field of the event.
fn report(
    frontend: &dyn Frontend,
    libraries: &FxHashMap<Language, Library>,
    snippet: &str,
    typed: bool,
) -> Vec<FlowPath> {
    // `T` is any value of an unknown sender's event, or (`typed`) the path of an HTTP request.
    let field = if typed { "rawPath" } else { "T" };
    let (path, text) = match frontend.language() {
        Language::Python => {
            let body: Vec<String> = snippet.lines().map(|l| format!("    {l}")).collect();
            (
                "app.py",
                format!(
                    "def handler(event, context):\n    T = event['{field}']\n{}\n",
                    body.join("\n")
                ),
            )
        }
        _ => {
            let (imports, body): (Vec<&str>, Vec<&str>) = snippet
                .lines()
                .partition(|l| l.trim_start().starts_with("import ") && !l.contains("import("));
            let text = format!(
                "{}\nexports.handler = async (event, context) => {{\n  const T = event.{field};\n{}\n}};\n",
                imports.join("\n"),
                body.join("\n")
            );
            ("app.js", text)
        }
    };
    let module = frontend.lower(FileId(0), path, &text, &Limits::default());
    let links = module
        .imports
        .iter()
        .map(|i| {
            match frontend
                .resolve(
                    module.symbols.text(i.module),
                    path,
                    &Roots {
                        code: ".".into(),
                        layers: vec![],
                    },
                    &NoFiles,
                )
                .0
            {
                Resolved::External(name) => Link::External(name),
                _ => Link::Unresolved,
            }
        })
        .collect();
    let program = Program::new(vec![(module, links)]);
    let (app, function) = if typed {
        web_app()
    } else {
        (App::default(), None)
    };
    let request = EntryRequest {
        app: 0,
        function,
        file: FileId(0),
        export: "handler".into(),
        latent: false,
    };
    let may = |_: FunctionId, _: &str, _: Option<NodeId>, _: Option<&Text>| {
        Answer::Unknown(Reason::NoDefault)
    };
    engine::analyze(
        &program,
        libraries,
        &[request],
        &[AppContext {
            app: &app,
            may: &may,
        }],
    )
    .paths
}

/// An application of one function behind an open HTTP route.
fn web_app() -> (App, Option<FunctionId>) {
    let span = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };
    let key = |address: &str| Key {
        stack: StackId(0),
        address: address.to_owned(),
    };
    let mut app = App::default();
    let function = app.functions.push(Function {
        key: key("handler"),
        name: Setting::absent(span),
        handler: Setting::absent(span),
        runtime: Setting::absent(span),
        code: Code::Nowhere,
        build_entries: vec![],
        role: vec![],
        env: vec![],
        env_open: false,
        layers: vec![],
        layer_folders: vec![],
        settings: Settings::default(),
        policy: vec![],
        exists: Guard::always(),
        origin: Origin::written(span),
        incomplete: vec![],
    });
    app.triggers.push(Trigger {
        key: key("handler#Api"),
        function,
        through: None,
        source: None,
        event: "aws.apigateway-http",
        route: None,
        filter: Filter::default(),
        doors: vec![],
        wired: Answer::Yes,
        permitted: Answer::Yes,
        task: None,
        reach: Reach::exactly(Level::Stranger),
        exists: Guard::always(),
        origin: Origin::written(span),
    });
    (app, Some(function))
}

fn grammars(paths: &[FlowPath]) -> Vec<String> {
    let mut all: Vec<String> = paths
        .iter()
        // Every line of a log tells something: that is no row's doing.
        .filter(|p| !p.grammar.is_watch())
        .map(|p| match p.grammar.word() {
            "url-host" => "url".to_owned(),
            word => word.to_owned(),
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

fn check(frontend: &dyn Frontend) {
    let mut libraries = FxHashMap::default();
    let (library, wrong) = Library::read(frontend.library().iter().copied());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    libraries.insert(frontend.language(), library);
    let rows = &libraries[&frontend.language()].calls;
    let mut failures = Vec::new();
    for row in rows {
        let name = format!(
            "{} {}{}",
            row.file,
            row.receiver
                .as_deref()
                .map(|r| format!("[{r}]."))
                .unwrap_or_default(),
            row.apis.first().unwrap()
        );
        let mut expected: Vec<String> = row
            .expect
            .iter()
            .map(|w| {
                if w == "url-host" {
                    "url".into()
                } else {
                    w.clone()
                }
            })
            .collect();
        expected.sort();
        // A structure is logged with its line breaks escaped: only text shows a log row.
        let text = row.expect.iter().any(|w| w == "log");
        let found = grammars(&report(frontend, &libraries, &row.example, text));
        if found != expected {
            failures.push(format!(
                "{name}: `{}` reports {found:?}, expected {expected:?}",
                row.example
            ));
        }
        if let Some(safe) = &row.safe_example {
            let mut expected = row.safe_expect.clone();
            expected.sort();
            let found = grammars(&report(frontend, &libraries, safe, text));
            if found != expected {
                failures.push(format!(
                    "{name}: safe `{safe}` reports {found:?}, expected {expected:?}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} rows\n{}",
        failures.len(),
        rows.len(),
        failures.join("\n")
    );
}

#[test]
fn python_rows_do_what_they_say() {
    check(&palisade_lang::python::Python);
}

#[test]
fn javascript_rows_do_what_they_say() {
    check(&palisade_lang::javascript::JavaScript);
}
