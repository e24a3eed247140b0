//! Runs the engine on modules of text IR.

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest, FlowPath, Flows, PathStepKind};
use palisade_flow::ir::{Language, Module};
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::setting::Answer;
use palisade_model::text::Text;
use rustc_hash::FxHashMap;

use super::{Analysis, Found};

/// Whether a role may do something: statements by equal names and prefixes, as the cases write them.
fn may(app: &App, function: FunctionId, action: &str, node: Option<NodeId>) -> Answer {
    use palisade_model::policy::{Effect, Grant};
    let mut allowed = false;
    for (_, role) in &app.functions[function].role {
        for grant in &app.roles[*role].grants {
            let Grant::Statement(s) = grant else { continue };
            let on = s.resources.iter().any(|r| {
                r.literal() == Some("*")
                    || node.is_none()
                    || node.is_some_and(|n| app.denotes(r, |m| m == n).contains(&n))
            });
            let acts = s.actions.iter().any(|a| {
                let a = a.words();
                a == action
                    || a == "*"
                    || a.strip_suffix('*').is_some_and(|p| action.starts_with(p))
            });
            if on && acts {
                if s.effect == Effect::Deny {
                    return Answer::No;
                }
                allowed = true;
            }
        }
    }
    Answer::from(allowed)
}

/// Everything the engine says of modules in an application.
pub(crate) fn run(modules: &[(String, Module)], app: &App) -> (Program, Flows, Vec<EntryRequest>) {
    run_with(
        modules,
        app,
        &[("cases.toml", include_str!("library.toml"))],
    )
}

/// The same with other library files.
pub(crate) fn run_with(
    modules: &[(String, Module)],
    app: &App,
    rows: &[(&str, &str)],
) -> (Program, Flows, Vec<EntryRequest>) {
    let (library, wrong) = Library::read(rows.iter().copied());
    assert!(wrong.is_empty(), "{wrong:?}");
    let (second, _) = Library::read(rows.iter().copied());
    let (third, _) = Library::read(rows.iter().copied());
    let libraries: FxHashMap<Language, Library> = [
        (Language::Python, library),
        (Language::JavaScript, second),
        (Language::Text, third),
    ]
    .into_iter()
    .collect();
    let linked = modules
        .iter()
        .map(|(_, module)| {
            let links = module
                .imports
                .iter()
                .map(|import| {
                    let name = module.symbols.text(import.module);
                    match modules.iter().find(|(path, _)| path == name) {
                        Some((_, m)) => Link::File(m.file),
                        None => Link::External(name.to_owned()),
                    }
                })
                .collect();
            (module.clone(), links)
        })
        .collect();
    let program = Program::new(linked);
    let mut requests = Vec::new();
    for (_, module) in modules {
        for function in module.functions.iter().filter(|f| f.entry.is_some()) {
            let name = module.symbols.text(function.name).to_owned();
            let id = app
                .functions
                .enumerate()
                .find(|(_, f)| f.key.address == name)
                .map(|(id, _)| id);
            requests.push(EntryRequest {
                app: 0,
                function: id,
                file: module.file,
                export: name,
                latent: false,
            });
        }
    }
    let judge = |f: FunctionId, action: &str, node: Option<NodeId>, _: Option<&Text>| {
        may(app, f, action, node)
    };
    let contexts = [AppContext { app, may: &judge }];
    let flows = engine::analyze(&program, &libraries, &requests, &contexts);
    (program, flows, requests)
}

/// The words of the input.
pub(crate) fn words(path: &FlowPath) -> String {
    use palisade_events::{Encoding, Step};
    let mut text = "event".to_owned();
    for step in &path.origin.field {
        match step {
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Elem => text.push_str("[]"),
            Step::KeyOf => text.push_str("~keys"),
            Step::Decode(Encoding::Json) => text.push_str("~json"),
            Step::Decode(other) => text.push_str(&format!("~{other:?}").to_lowercase()),
        }
    }
    text
}

/// The same in the words of expectations.
pub(crate) fn analyze(modules: &[(String, Module)], text: &str, app: &App) -> Analysis {
    let (program, flows, requests) = run(modules, app);
    let line =
        |offset: u32| u32::try_from(text[..offset as usize].matches('\n').count() + 1).unwrap();
    let mut analysis = Analysis::default();
    for path in &flows.paths {
        use palisade_flow::taint::place::Place;
        let grammar = if path.place == Place::UrlPath {
            "url-path"
        } else {
            path.grammar.word()
        };
        let mut via: Vec<String> = path
            .steps
            .iter()
            .filter(|s| s.kind == PathStepKind::Call)
            .map(|s| s.note.clone())
            .collect();
        via.push(path.holder.clone());
        let across = path
            .crossings
            .iter()
            .flat_map(|(_, by, to)| [by.clone(), to.clone()])
            .collect();
        analysis.found.push(Found {
            grammar: grammar.to_owned(),
            input: words(path),
            line: line(path.sink.start),
            via,
            steps: path.steps.len(),
            also: path.also.len(),
            across,
        });
    }
    for (entry, ..) in &flows.incomplete {
        let name = requests[*entry].export.clone();
        if !analysis.incomplete.contains(&name) {
            analysis.incomplete.push(name);
        }
    }
    for (entry, name) in &flows.coarse {
        let _ = entry;
        if !analysis.coarse.contains(name) {
            analysis.coarse.push(name.clone());
        }
    }
    let _ = program;
    analysis
}
