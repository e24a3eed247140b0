//! Every library row is run: its example reports what it expects, its safe example nothing (or what it says).

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest, FlowPath};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::limits::Limits;
use palisade_model::setting::{Answer, Reason};
use palisade_model::source::FileId;
use palisade_model::text::Text;
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
fn report(frontend: &dyn Frontend, libraries: &FxHashMap<Language, Library>, snippet: &str) -> Vec<FlowPath> {
    let (path, text) = match frontend.language() {
        Language::Python => {
            let body: Vec<String> = snippet.lines().map(|l| format!("    {l}")).collect();
            ("app.py", format!("def handler(event, context):\n    T = event['T']\n{}\n", body.join("\n")))
        }
        _ => {
            let (imports, body): (Vec<&str>, Vec<&str>) =
                snippet.lines().partition(|l| l.trim_start().starts_with("import ") && !l.contains("import("));
            let text = format!(
                "{}\nexports.handler = async (event, context) => {{\n  const T = event.T;\n{}\n}};\n",
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
        .map(|i| match frontend.resolve(module.symbols.text(i.module), path, &Roots { code: ".".into(), layers: vec![] }, &NoFiles).0 {
            Resolved::External(name) => Link::External(name),
            _ => Link::Unresolved,
        })
        .collect();
    let program = Program::new(vec![(module, links)]);
    let request = EntryRequest { app: 0, function: None, file: FileId(0), export: "handler".into(), latent: false };
    let app = App::default();
    let may = |_: FunctionId, _: &str, _: Option<NodeId>, _: Option<&Text>| Answer::Unknown(Reason::NoDefault);
    engine::analyze(&program, libraries, &[request], &[AppContext { app: &app, may: &may }]).paths
}

fn grammars(paths: &[FlowPath]) -> Vec<String> {
    let mut all: Vec<String> = paths
        .iter()
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
        let name = format!("{} {}{}", row.file, row.receiver.as_deref().map(|r| format!("[{r}].")).unwrap_or_default(), row.apis.first().unwrap());
        let mut expected: Vec<String> = row.expect.iter().map(|w| if w == "url-host" { "url".into() } else { w.clone() }).collect();
        expected.sort();
        let found = grammars(&report(frontend, &libraries, &row.example));
        if found != expected {
            failures.push(format!("{name}: `{}` reports {found:?}, expected {expected:?}", row.example));
        }
        if let Some(safe) = &row.safe_example {
            let mut expected = row.safe_expect.clone();
            expected.sort();
            let found = grammars(&report(frontend, &libraries, safe));
            if found != expected {
                failures.push(format!("{name}: safe `{safe}` reports {found:?}, expected {expected:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {} rows\n{}", failures.len(), rows.len(), failures.join("\n"));
}

#[test]
fn python_rows_do_what_they_say() {
    check(&palisade_lang::python::Python);
}

#[test]
fn javascript_rows_do_what_they_say() {
    check(&palisade_lang::javascript::JavaScript);
}
