//! Which functions of the program something starts: linked, named in the settings, or recognized by their shape.

use palisade_flow::flows::EntryRequest;
use palisade_flow::ir::Module;
use palisade_lang::catalog::ALL;
use palisade_model::app::{App, Code, Function, FunctionId, Key, Stack, Trigger};
use palisade_model::attribute::Settings as Attributes;
use palisade_model::guard::Guard;
use palisade_model::reach::{Filter, Level, Reach};
use palisade_model::setting::{Answer, Origin, Reason, Setting};
use palisade_model::source::{FileId, Span};
use palisade_model::text::{StackId, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::files::{Files, folder, upward, within};
use crate::guarded::guarded;
use crate::link::{Linked, first_literal};
use crate::lower::Lowered;
use crate::settings::NamedFunction;
use crate::tree::Use;

/// Files that make their folder a package.
const PACKAGES: [&str; 6] = [
    "package.json",
    "requirements.txt",
    "pyproject.toml",
    "setup.py",
    "Pipfile",
    "setup.cfg",
];

/// A handler that no template names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unnamed {
    /// Number of the App.
    pub app: usize,
    /// Its file.
    pub file: FileId,
    /// The path of the file.
    pub path: String,
    /// The exported name.
    pub export: String,
    /// Where it stands.
    pub span: Span,
    /// Whether templates name every other function around it.
    pub latent: bool,
}

/// Adds the functions that the settings name to the App around them, or to one of their own.
pub fn add_named(apps: &mut Vec<App>, named: &[NamedFunction]) {
    for function in named {
        let path = function.handler.as_str();
        let at = match around(apps, path, |_| true) {
            Some(at) => at,
            None => {
                apps.push(App {
                    root: folder(path).to_owned(),
                    ..App::default()
                });
                apps.len() - 1
            }
        };
        if let Some(app) = apps.get_mut(at) {
            add(app, function);
        }
    }
}

fn add(app: &mut App, named: &NamedFunction) {
    if app.stacks.is_empty() {
        app.stacks.push(Stack {
            path: crate::settings::NAME.to_owned(),
            format: "settings",
            parent: None,
        });
    }
    let span = named.span;
    let origin = Origin::written(span);
    let unknown = |what: &str| Setting::unknown(Reason::NotInTree, what, origin.clone());
    let key = |address: String| Key {
        stack: StackId::default(),
        address,
    };
    let function = app.functions.push(Function {
        key: key(named.name.clone()),
        name: Setting::absent(span),
        handler: Setting::written(Text::of(named.handler.clone()), origin.clone()),
        runtime: unknown("runtime"),
        code: Code::Directory(".".to_owned()),
        build_entries: Vec::new(),
        role: Vec::new(),
        env: Vec::new(),
        env_open: true,
        layers: Vec::new(),
        layer_folders: Vec::new(),
        settings: Attributes::default(),
        policy: Vec::new(),
        exists: Guard::always(),
        origin: origin.clone(),
        incomplete: Vec::new(),
    });
    if let Some(event) = named.trigger {
        app.triggers.push(Trigger {
            key: key(format!("{}#{event}", named.name)),
            function,
            through: None,
            source: None,
            event,
            route: None,
            filter: Filter::default(),
            doors: Vec::new(),
            wired: Answer::Yes,
            permitted: Answer::Yes,
            task: None,
            reach: Reach {
                surely: Level::Inside,
                possibly: Level::Stranger,
                ..Reach::default()
            },
            exists: Guard::always(),
            origin,
        });
    }
}

/// The App with the deepest root around a path.
fn around(apps: &[App], path: &str, fits: impl Fn(&App) -> bool) -> Option<usize> {
    let depth = |app: &App| if app.root == "." { 0 } else { app.root.len() };
    let inside = apps
        .iter()
        .enumerate()
        .filter(|(_, app)| within(path, &app.root) && fits(app));
    // Of several in one folder the first counts.
    inside
        .max_by_key(|(at, app)| (depth(app), std::cmp::Reverse(*at)))
        .map(|(at, _)| at)
}

/// Entries of declared functions whose code was lowered, in order.
pub fn declared(
    links: &[Vec<Linked>],
    inline: &FxHashMap<(usize, FunctionId), FileId>,
    find: impl Fn(&str) -> Option<FileId>,
) -> Vec<EntryRequest> {
    let mut entries = Vec::new();
    for (app, links) in links.iter().enumerate() {
        for (at, linked) in links.iter().enumerate() {
            let function: FunctionId = palisade_model::index::Id::from_index(at);
            let found = match linked {
                Linked::File { source, .. } => {
                    find(&source.path).map(|file| (file, source.function.clone()))
                }
                Linked::Inline {
                    function: export, ..
                } => inline
                    .get(&(app, function))
                    .map(|file| (*file, export.clone())),
                Linked::Nowhere(_) => None,
            };
            entries.extend(found.map(|(file, export)| EntryRequest {
                app,
                function: Some(function),
                file,
                export,
                latent: false,
            }));
        }
    }
    entries
}

/// Handlers by their shape in files that no function names. Packages without an App get one.
pub fn unnamed(
    apps: &mut Vec<App>,
    links: &[Vec<Linked>],
    lowered: &[Lowered],
    files: &Files,
) -> Vec<Unnamed> {
    let used: FxHashSet<&str> = links
        .iter()
        .flatten()
        .filter_map(|linked| match linked {
            Linked::File { source, .. } => Some(source.path.as_str()),
            _ => None,
        })
        .collect();
    let declared = apps.len();
    let mut packages: FxHashMap<String, usize> = FxHashMap::default();
    let mut found = Vec::new();
    for lowered in lowered {
        let read = files
            .get(&lowered.path)
            .is_some_and(|entry| entry.usage == Use::Read);
        if lowered.inline || !read || used.contains(lowered.path.as_str()) {
            continue;
        }
        let Some(frontend) = ALL.get(lowered.frontend) else {
            continue;
        };
        let exports = guarded(|| frontend.handlers_by_shape(&lowered.module)).unwrap_or_default();
        for export in exports {
            let known = apps.get(..declared).unwrap_or_default();
            let with_functions = |app: &App| !app.functions.is_empty();
            let named = around(known, &lowered.path, with_functions);
            let latent = named.is_some_and(|at| {
                let root = known.get(at).map(|app| app.root.as_str());
                all_linked(known, links, root.unwrap_or("."), &export)
            });
            let app = named.or_else(|| around(known, &lowered.path, |_| true));
            let app = match app {
                Some(app) => app,
                None => {
                    let package = package(&lowered.path, files);
                    *packages.entry(package.clone()).or_insert_with(|| {
                        apps.push(App {
                            root: package,
                            ..App::default()
                        });
                        apps.len() - 1
                    })
                }
            };
            found.push(Unnamed {
                app,
                file: lowered.module.file,
                path: lowered.path.clone(),
                span: span_of(&lowered.module, &export),
                export,
                latent,
            });
        }
    }
    found
}

/// Whether every function of the Apps of a folder was linked, those aside that cannot be this one.
fn all_linked(apps: &[App], links: &[Vec<Linked>], root: &str, export: &str) -> bool {
    apps.iter()
        .zip(links)
        .filter(|(app, _)| app.root == root)
        .all(|(app, links)| {
            app.functions.iter().zip(links).all(|(function, linked)| {
                let other = || {
                    first_literal(&function.handler)
                        .is_some_and(|h| h.rsplit('.').next() != Some(export))
                };
                !matches!(linked, Linked::Nowhere(_)) || other()
            })
        })
}

/// The nearest folder that is a package; the file's own where there is none.
fn package(path: &str, files: &Files) -> String {
    let here = folder(path);
    let is_package = |folder: &&str| {
        PACKAGES.iter().any(|file| {
            let path = if *folder == "." {
                (*file).to_owned()
            } else {
                format!("{folder}/{file}")
            };
            files.get(&path).is_some()
        })
    };
    upward(here).find(is_package).unwrap_or(here).to_owned()
}

/// Where an exported function stands; the start of the file where its name is not found.
fn span_of(module: &Module, export: &str) -> Span {
    let last = export.rsplit('.').next().unwrap_or(export);
    let named = module
        .functions
        .iter()
        .find(|f| module.symbols.text(f.name) == last);
    named.map_or_else(|| Span::new(module.file, 0, 0), |f| f.span)
}

/// The words for a handler that no template names.
pub fn label(unnamed: &Unnamed) -> String {
    format!("{} ({})", unnamed.export, unnamed.path)
}
