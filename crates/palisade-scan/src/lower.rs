//! Source files to IR: what is asked for and everything it imports, in rounds; imports bound to files.

use palisade_flow::ir::{Imported, Language, Module};
use palisade_flow::program::Link;
use palisade_lang::catalog::ALL;
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::files::{Files, folder, upward};
use crate::guarded::{guarded, words};
use crate::inline::{LineMap, relocate};
use crate::kinds::{self, FileKind};
use crate::own::{OwnApi, describe};
use crate::read::{Texts, Want};
use crate::tree::Tree;

/// Files that are read only because something imports them, at most.
const IMPORTED_MOST: usize = 20_000;

/// A lowered file.
#[derive(Debug)]
pub struct Lowered {
    /// Its path.
    pub path: String,
    /// Place of its front end in the catalog.
    pub frontend: usize,
    /// The IR.
    pub module: Module,
    /// Where its imports lead, in their order.
    pub links: Vec<Link>,
    /// Whether it stands in a template.
    pub inline: bool,
    /// How many of its last imports stand for rows of the settings.
    pub own: usize,
}

/// Code inside a template.
#[derive(Clone, Debug)]
pub struct InlineCode {
    /// Place of its front end in the catalog.
    pub frontend: usize,
    /// The scalar.
    pub span: Span,
    /// The text as evaluated.
    pub text: String,
    /// The id its places bear.
    pub file: FileId,
}

/// Which code folder and layers a file belongs to.
#[derive(Debug, Default)]
pub struct Owners {
    by_folder: FxHashMap<String, Roots>,
}

impl Owners {
    /// Adds the code folder of a declared function.
    pub fn add(&mut self, code: &str, layers: &[String]) {
        let roots = self
            .by_folder
            .entry(code.to_owned())
            .or_insert_with(|| Roots {
                code: code.to_owned(),
                layers: Vec::new(),
            });
        for layer in layers {
            if !roots.layers.contains(layer) {
                roots.layers.push(layer.clone());
            }
        }
        for layer in layers {
            self.by_folder
                .entry(layer.clone())
                .or_insert_with(|| Roots {
                    code: layer.clone(),
                    layers: vec![layer.clone()],
                });
        }
    }

    /// Whether a declared code folder holds a file.
    pub fn holds(&self, path: &str) -> bool {
        upward(folder(path)).any(|f| self.by_folder.contains_key(f))
    }

    /// The roots of the nearest folder around a file; the file's own folder where none is declared.
    pub fn of(&self, path: &str) -> Roots {
        let here = folder(path);
        upward(here)
            .find_map(|f| self.by_folder.get(f))
            .cloned()
            .unwrap_or_else(|| Roots {
                code: here.to_owned(),
                layers: Vec::new(),
            })
    }
}

/// What lowering needs.
pub struct Lowering<'a> {
    /// The tree.
    pub tree: &'a dyn Tree,
    /// Its files.
    pub files: &'a Files,
    /// Its files as front ends ask for them.
    pub paths: &'a (dyn Paths + Sync),
    /// Code folders.
    pub owners: &'a Owners,
    /// Functions of the tree that the settings describe.
    pub own: &'a [OwnApi],
    /// Limits.
    pub limits: &'a Limits,
}

impl std::fmt::Debug for Lowering<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lowering").finish_non_exhaustive()
    }
}

impl Lowering<'_> {
    /// Lowers files and code of templates, then what they import, until nothing new is imported.
    pub fn run(
        &self,
        wanted: Vec<(String, Want)>,
        inline: &[InlineCode],
        texts: &mut Texts,
        problems: &mut Vec<Problem>,
    ) -> Vec<Lowered> {
        let mut all = self.inline(inline, &texts.sources);
        let mut asked: FxHashSet<String> = FxHashSet::default();
        let mut wanted = wanted;
        let mut imports: Vec<Vec<Found>> = Vec::new();
        loop {
            wanted.retain(|(path, _)| asked.insert(path.clone()));
            texts.read(self.tree, &wanted, self.limits, problems);
            let mut paths: Vec<&str> = wanted.iter().map(|(path, _)| path.as_str()).collect();
            paths.sort_unstable();
            let new: Vec<Result<Lowered, Problem>> = paths
                .par_iter()
                .filter_map(|path| Some((*path, texts.find(path)?)))
                .filter_map(|(path, file)| self.file(path, file, &texts.sources))
                .collect();
            for lowered in new {
                match lowered {
                    Ok(lowered) => all.push(lowered),
                    Err(problem) => problems.push(problem),
                }
            }
            let rest = all.get(imports.len()..).unwrap_or_default();
            imports.par_extend(rest.par_iter().map(|lowered| self.imports(lowered)));
            let begun = imports.len() - rest.len();
            let mut next: Vec<String> = imports
                .iter()
                .skip(begun)
                .flatten()
                .flat_map(Found::files)
                .filter(|path| !asked.contains(*path) && frontend_of(path).is_some())
                .map(str::to_owned)
                .collect();
            next.sort_unstable();
            next.dedup();
            next.truncate(IMPORTED_MOST.saturating_sub(asked.len()));
            if next.is_empty() {
                break;
            }
            wanted = next.into_iter().map(|path| (path, Want::Source)).collect();
        }
        for (lowered, found) in all.iter_mut().zip(imports) {
            lowered.links = self.links(lowered, &found, texts, problems);
            problems.append(&mut lowered.module.problems);
        }
        all.sort_by(|a, b| {
            (a.inline, &a.path, a.module.file).cmp(&(b.inline, &b.path, b.module.file))
        });
        all
    }

    fn inline(&self, inline: &[InlineCode], sources: &Sources) -> Vec<Lowered> {
        let lower = |code: &InlineCode| {
            let frontend = ALL.get(code.frontend)?;
            let path = sources.path(code.file).to_owned();
            // The code's kind is that of its runtime, not that of the template it stands in.
            let ending = frontend.extensions().first().copied().unwrap_or_default();
            let named = format!("{path}.{ending}");
            let mut module =
                guarded(|| frontend.lower(code.file, &named, &code.text, self.limits)).ok()?;
            let map = LineMap::new(sources, code.span, &code.text);
            relocate(&mut module, &map, code.file);
            Some(Lowered {
                path,
                frontend: code.frontend,
                module,
                links: Vec::new(),
                inline: true,
                own: 0,
            })
        };
        inline.par_iter().filter_map(lower).collect()
    }

    /// Lowers one file; `None` for what is no source.
    fn file(
        &self,
        path: &str,
        file: FileId,
        sources: &Sources,
    ) -> Option<Result<Lowered, Problem>> {
        let at = frontend_of(path)?;
        let frontend: &dyn Frontend = *ALL.get(at)?;
        let text = sources.text(file);
        let lowered = guarded(|| frontend.lower(file, path, text, self.limits));
        Some(match lowered {
            Ok(mut module) => Ok(Lowered {
                path: path.to_owned(),
                frontend: at,
                own: describe(&mut module, path, self.own),
                module,
                links: Vec::new(),
                inline: false,
            }),
            Err(said) => {
                let start = Span::new(file, 0, 0);
                let message = words("the file was left out", &said);
                Err(Problem::at(
                    start,
                    ProblemKind::Internal,
                    Cost::File,
                    message,
                ))
            }
        })
    }

    fn imports(&self, lowered: &Lowered) -> Vec<Found> {
        let Some(frontend) = ALL.get(lowered.frontend) else {
            return Vec::new();
        };
        let roots = self.owners.of(&lowered.path);
        let module = &lowered.module;
        let mut known: FxHashMap<String, (Resolved, bool)> = FxHashMap::default();
        let mut resolve = |name: &str| -> (Resolved, bool) {
            if let Some(found) = known.get(name) {
                return found.clone();
            }
            let asked = || frontend.resolve(name, &lowered.path, &roots, self.paths);
            let mut found = guarded(asked).unwrap_or((Resolved::Unresolved, false));
            if let (Resolved::File(path), _) = &mut found {
                // Behind links there is one file of many names.
                if let Some(entry) = self.files.get(path) {
                    path.clone_from(&entry.path);
                }
            }
            known.insert(name.to_owned(), found.clone());
            found
        };
        let mut found = Vec::with_capacity(module.imports.len());
        let own = module.imports.len() - lowered.own.min(module.imports.len());
        for (at, import) in module.imports.iter().enumerate() {
            let name = module.symbols.text(import.module);
            if at >= own {
                found.push(Found {
                    target: Resolved::External(name.to_owned()),
                    submodule: None,
                    guessed: false,
                });
                continue;
            }
            let (target, mut guessed) = resolve(name);
            let mut submodule = None;
            if frontend.language() == Language::Python
                && let Imported::Name(part) = import.what
            {
                let part = module.symbols.text(part);
                let dot = if name.ends_with('.') { "" } else { "." };
                let package = match &target {
                    Resolved::File(path) => path.ends_with("/__init__.py") || path == "__init__.py",
                    _ => true,
                };
                if part != "*" && package {
                    let (inner, inner_guessed) = resolve(&format!("{name}{dot}{part}"));
                    if let Resolved::File(path) = inner {
                        guessed |= inner_guessed;
                        submodule = Some(path);
                    }
                }
            }
            found.push(Found {
                target,
                submodule,
                guessed,
            });
        }
        found
    }

    fn links(
        &self,
        lowered: &Lowered,
        found: &[Found],
        texts: &Texts,
        problems: &mut Vec<Problem>,
    ) -> Vec<Link> {
        let mut links = Vec::with_capacity(found.len());
        // Of code that nothing declares the search path is not known, so a guess is no news.
        let declared = self.owners.holds(&lowered.path);
        for (import, found) in lowered.module.imports.iter().zip(found) {
            let package = match &found.target {
                Resolved::File(path) => texts.find(path),
                _ => None,
            };
            let submodule = found.submodule.as_deref().and_then(|path| texts.find(path));
            let link = match (&found.target, package, submodule) {
                (_, package, Some(file)) => Link::Submodule(package.filter(|p| *p != file), file),
                (Resolved::File(_), Some(file), None) => Link::File(file),
                (Resolved::External(path), ..) => Link::External(path.clone()),
                _ => Link::Unresolved,
            };
            if declared && found.guessed && !matches!(link, Link::Unresolved) {
                let name = lowered.module.symbols.text(import.module);
                let path = found.files().last().unwrap_or_default();
                let message =
                    format!("import `{name}` was taken for {path}: no search path leads there");
                problems.push(Problem::at(
                    import.span,
                    ProblemKind::ImportGuessed,
                    Cost::Nothing,
                    message,
                ));
            }
            links.push(link);
        }
        links
    }
}

/// The front end that lowers a file where something imports it; data is a record to JavaScript.
fn frontend_of(path: &str) -> Option<usize> {
    match kinds::file(path) {
        FileKind::Source(at) => Some(at),
        FileKind::Document if path.ends_with(".json") => ALL
            .iter()
            .position(|frontend| frontend.language() == Language::JavaScript),
        _ => None,
    }
}

/// Where an import leads.
#[derive(Debug)]
struct Found {
    target: Resolved,
    submodule: Option<String>,
    guessed: bool,
}

impl Found {
    fn files(&self) -> impl Iterator<Item = &str> {
        let target = match &self.target {
            Resolved::File(path) => Some(path.as_str()),
            _ => None,
        };
        target.into_iter().chain(self.submodule.as_deref())
    }
}
