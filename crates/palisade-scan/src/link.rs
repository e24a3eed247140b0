//! Declared functions to the source that they run.

use palisade_flow::ir::Language;
use palisade_lang::catalog::ALL;
use palisade_lang::frontend::{Frontend, HandlerSource, Paths, Roots};
use palisade_model::app::{App, Code, Function};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::setting::{Given, Setting};
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::files::{Files, PathsOf, folder, name, upward, within};
use crate::lower::Owners;
use crate::tree::Use;

/// Candidates named in a problem at most.
const NAMED_MOST: usize = 4;
/// Names of handler files that say nothing about whose they are.
const COMMON: [&str; 9] = [
    "index",
    "app",
    "main",
    "handler",
    "lambda_function",
    "lambda",
    "function",
    "code",
    "src",
];

/// Where the code of a function is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Linked {
    /// In a file of the tree.
    File {
        /// Place of the front end in the catalog.
        frontend: usize,
        /// File and function.
        source: HandlerSource,
    },
    /// In the template: the scalar, its text, and the function in it.
    Inline {
        /// Place of the front end in the catalog.
        frontend: usize,
        /// The scalar.
        span: Span,
        /// The text as evaluated.
        text: String,
        /// The exported name.
        function: String,
    },
    /// Not found, for this reason.
    Nowhere(String),
}

/// The link of every function of an App, in order.
pub fn link(
    app: &App,
    files: &Files,
    paths: &PathsOf<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Linked> {
    let linker = Linker { app, files, paths };
    app.functions
        .iter()
        .map(|function| linker.of(function, problems))
        .collect()
}

struct Linker<'a> {
    app: &'a App,
    files: &'a Files,
    paths: &'a PathsOf<'a>,
}

impl Linker<'_> {
    fn of(&self, function: &Function, problems: &mut Vec<Problem>) -> Linked {
        let found = self.find(function);
        match found {
            Ok(linked) => linked,
            Err((span, kind, words)) => {
                let cost = "its code was not read";
                let message = format!("{words}: {cost}");
                problems.push(Problem::at(span, kind, Cost::Node, message));
                Linked::Nowhere(words)
            }
        }
    }

    fn find(&self, function: &Function) -> Result<Linked, (Span, ProblemKind, String)> {
        let label = function.key.address.as_str();
        let frontends = self.frontends(function)?;
        let (handler, span) = self.handler(function)?;
        if let Code::Inline(span, text) = &function.code {
            let Some(frontend) = frontends.first() else {
                let words = format!("the language of {label} is not known");
                return Err((*span, ProblemKind::Unresolved, words));
            };
            let export = handler.rsplit('.').next().unwrap_or("handler");
            return Ok(Linked::Inline {
                frontend: *frontend,
                span: *span,
                text: text.clone(),
                function: export.to_owned(),
            });
        }
        for roots in self.roots(function) {
            let mut found: Vec<(usize, HandlerSource)> = Vec::new();
            for at in &frontends {
                let Some(frontend) = ALL.get(*at) else {
                    continue;
                };
                let sources = self.candidates(*frontend, function, &handler, &roots);
                found.extend(sources.into_iter().map(|source| (*at, source)));
            }
            match found.as_slice() {
                [] => {}
                [(frontend, source)] => {
                    return Ok(Linked::File {
                        frontend: *frontend,
                        source: source.clone(),
                    });
                }
                several => {
                    return Err((
                        span,
                        ProblemKind::Ambiguous,
                        ambiguous(&handler, label, several),
                    ));
                }
            }
        }
        if handler.contains("::") {
            // A class and its method: compiled languages write handlers so.
            let words = format!("the language of handler `{handler}` of {label} is not read yet");
            return Err((span, ProblemKind::Unsupported, words));
        }
        Err((
            span,
            ProblemKind::HandlerNotFound,
            self.not_found(function, &handler),
        ))
    }

    /// Candidates of one language: one, where the front end is sure of the first.
    fn candidates(
        &self,
        frontend: &dyn Frontend,
        function: &Function,
        handler: &str,
        roots: &Roots,
    ) -> Vec<HandlerSource> {
        let entries = &function.build_entries;
        let mut found = frontend.handler(handler, roots, entries, self.paths);
        found.retain(|source| self.files.get(&source.path).is_some());
        // Several answers are alternatives in Python, and a ranking elsewhere.
        if frontend.language() != Language::Python {
            found.truncate(1);
        }
        if found.is_empty() && !self.has_code(function) {
            found = self.only_one(frontend, handler);
        }
        found
    }

    fn has_code(&self, function: &Function) -> bool {
        match &function.code {
            Code::Directory(folder) => self.files.has_folder(folder),
            Code::Image { context, .. } => context.is_some(),
            _ => false,
        }
    }

    /// The only file of this handler's name: in the App's folder, or for a telling name in a folder around it.
    fn only_one(&self, frontend: &dyn Frontend, handler: &str) -> Vec<HandlerSource> {
        let Some((module, export)) = handler.trim().trim_start_matches("./").rsplit_once('.')
        else {
            return Vec::new();
        };
        let mut found: Vec<&str> = Vec::new();
        for ending in frontend.extensions() {
            let path = format!("{}.{ending}", module.replace('.', "/"));
            found.extend(
                self.files
                    .ending(&path)
                    .filter(|e| e.usage == Use::Read)
                    .map(|e| e.path.as_str()),
            );
        }
        let common = COMMON.contains(&name(module)) && !module.contains('/');
        let scopes = upward(&self.app.root).take(if common { 1 } else { usize::MAX });
        for scope in scopes {
            let inside = found.iter().filter(|path| within(path, scope));
            let inside: Vec<HandlerSource> = inside
                .map(|path| HandlerSource {
                    path: (*path).to_owned(),
                    function: export.to_owned(),
                })
                .collect();
            if !inside.is_empty() {
                return inside;
            }
        }
        Vec::new()
    }

    /// The front ends whose language the function may run.
    fn frontends(&self, function: &Function) -> Result<Vec<usize>, (Span, ProblemKind, String)> {
        let all: Vec<usize> = (0..ALL.len()).collect();
        let span = function.runtime.origin.span;
        let words: Vec<&str> = function
            .runtime
            .values()
            .into_iter()
            .filter_map(|(_, t)| t.literal())
            .collect();
        if words.is_empty() {
            return Ok(match (&function.code, &function.runtime.given) {
                (Code::Inline(_, text), _) => vec![guess_inline(text)],
                _ => all,
            });
        }
        let runs = |at: &usize| {
            ALL.get(*at)
                .is_some_and(|f| words.iter().any(|word| f.runs(word)))
        };
        let found: Vec<usize> = all.into_iter().filter(runs).collect();
        if found.is_empty() {
            let label = &function.key.address;
            let words = format!(
                "runtime `{}` of {label} is not read yet",
                words.join("`, `")
            );
            return Err((span, ProblemKind::Unsupported, words));
        }
        Ok(found)
    }

    fn handler(&self, function: &Function) -> Result<(String, Span), (Span, ProblemKind, String)> {
        let label = &function.key.address;
        if let Some(handler) = first_literal(&function.handler) {
            return Ok((handler.to_owned(), function.handler.origin.span));
        }
        let here = function.origin.span;
        match (&function.handler.given, &function.code) {
            (
                Given::Absent,
                Code::Image {
                    command: Some(command),
                    ..
                },
            ) => Ok((command.clone(), here)),
            (
                Given::Absent,
                Code::Image {
                    image,
                    context,
                    dockerfile,
                    ..
                },
            ) => {
                let context = context.clone().or_else(|| self.context_of(image));
                let command = context.and_then(|context| {
                    let file = beneath(&context, dockerfile.as_deref().unwrap_or("Dockerfile"));
                    docker_command(&self.paths.settings(&file)?)
                });
                let words = format!("the command of the image of {label} is not in the tree");
                command
                    .map(|c| (c, here))
                    .ok_or((here, ProblemKind::HandlerNotFound, words))
            }
            (Given::Absent, Code::Inline(..)) => Ok(("index.handler".to_owned(), here)),
            (Given::Absent, _) => Err((
                here,
                ProblemKind::HandlerNotFound,
                format!("{label} names no handler"),
            )),
            (Given::Unknown(_, text), _) => {
                let words = format!("handler `{text}` of {label} is not known");
                Err((
                    function.handler.origin.span,
                    ProblemKind::HandlerNotFound,
                    words,
                ))
            }
            _ => {
                let words = format!("the handler of {label} is not known");
                Err((
                    function.handler.origin.span,
                    ProblemKind::HandlerNotFound,
                    words,
                ))
            }
        }
    }

    /// The folder of a Dockerfile whose name is that of the image.
    fn context_of(&self, image: &Text) -> Option<String> {
        let words = image.words();
        let last = words.rsplit('/').next()?.split([':', '@']).next()?;
        let short = last.strip_suffix("-lambda").unwrap_or(last);
        let mut found = self
            .files
            .ending("Dockerfile")
            .map(|entry| folder(&entry.path))
            .filter(|folder| {
                within(folder, &self.app.root) && (name(folder) == last || name(folder) == short)
            });
        let first = found.next()?;
        found.next().is_none().then(|| first.to_owned())
    }

    /// Where to look, in order.
    fn roots(&self, function: &Function) -> Vec<Roots> {
        let root = |code: &str| Roots {
            code: code.to_owned(),
            layers: function.layer_folders.clone(),
        };
        match &function.code {
            Code::Directory(code) => {
                let mut all = vec![root(code)];
                // Code that is built elsewhere: the sources lie somewhere in the App's folder.
                if !self.files.has_folder(code) {
                    all.push(root(&self.app.root));
                }
                all
            }
            Code::Archive(path) => {
                let stem = path
                    .rsplit_once('.')
                    .map_or(path.as_str(), |(stem, _)| stem);
                let mut all = Vec::new();
                let named = self.files.has_folder(stem).then(|| stem.to_owned());
                all.extend(named.as_deref().map(root));
                all.extend(self.folder_named(name(stem)).as_deref().map(root));
                all.push(root(folder(path)));
                all.push(root(&self.app.root));
                all
            }
            Code::Image {
                context,
                image,
                dockerfile,
                ..
            } => {
                let Some(context) = context.clone().or_else(|| self.context_of(image)) else {
                    return vec![root(&self.app.root)];
                };
                let file = beneath(&context, dockerfile.as_deref().unwrap_or("Dockerfile"));
                let text = self.paths.settings(&file).unwrap_or_default();
                let mut all: Vec<String> =
                    copied(&text).map(|from| beneath(&context, from)).collect();
                all.push(folder(&file).to_owned());
                all.push(context);
                let mut seen = Vec::new();
                for place in all {
                    let is_file = self.files.get(&place).is_some();
                    let place = if is_file {
                        folder(&place).to_owned()
                    } else {
                        place
                    };
                    if self.files.has_folder(&place) && !seen.contains(&place) {
                        seen.push(place);
                    }
                }
                seen.iter().map(|place| root(place)).collect()
            }
            Code::Elsewhere(_) | Code::Nowhere => vec![root(&self.app.root)],
            Code::Inline(..) => Vec::new(),
        }
    }

    /// The only folder of this name in the App's folder.
    fn folder_named(&self, wanted: &str) -> Option<String> {
        let mut found = self
            .files
            .folders_named(wanted)
            .filter(|f| within(f, &self.app.root));
        let first = found.next()?;
        found.next().is_none().then(|| first.to_owned())
    }

    fn not_found(&self, function: &Function, handler: &str) -> String {
        let label = &function.key.address;
        match &function.code {
            Code::Directory(code) if code == "." => {
                format!("handler `{handler}` of {label} names no file of the tree")
            }
            Code::Directory(code) if !self.files.has_folder(code) => {
                format!(
                    "handler `{handler}` of {label} names no file below {code}, which is not in the tree"
                )
            }
            Code::Directory(code) => {
                format!("handler `{handler}` of {label} names no file below {code}")
            }
            Code::Archive(path) => {
                format!("handler `{handler}` of {label} lies in {path}, which is not read")
            }
            Code::Image { .. } => {
                format!("handler `{handler}` of {label} names no file of its image's folder")
            }
            Code::Elsewhere(place) => {
                format!("handler `{handler}` of {label} lies at `{place}`, outside the tree")
            }
            _ => format!("handler `{handler}` of {label} names no file of the tree"),
        }
    }
}

fn ambiguous(handler: &str, label: &str, several: &[(usize, HandlerSource)]) -> String {
    let mut named: Vec<&str> = several
        .iter()
        .map(|(_, source)| source.path.as_str())
        .collect();
    named.sort_unstable();
    named.dedup();
    let more = match named.len().saturating_sub(NAMED_MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.truncate(NAMED_MOST);
    format!(
        "handler `{handler}` of {label} may be any of {}{more}",
        named.join(", ")
    )
}

/// Notes the folder a function's code is imported from.
pub fn own(function: &Function, linked: &Linked, owners: &mut Owners, files: &Files) {
    let code = match (&function.code, linked) {
        (Code::Directory(code), _) if files.has_folder(code) => Some(code.clone()),
        (
            Code::Image {
                context: Some(context),
                ..
            },
            _,
        ) => Some(context.clone()),
        // Of code that lies elsewhere, the folder in which its handler was found.
        (_, Linked::File { source, .. }) => Some(folder(&source.path).to_owned()),
        _ => None,
    };
    if let Some(code) = code {
        owners.add(&code, &function.layer_folders);
    }
}

/// The first text a setting may have that is known whole.
pub fn first_literal(setting: &Setting<Text>) -> Option<&str> {
    setting
        .values()
        .into_iter()
        .find_map(|(_, text)| text.literal())
        .filter(|text| !text.is_empty())
}

/// The language of code without a runtime, by words that only one of them has.
fn guess_inline(text: &str) -> usize {
    let python = text.contains("def ") && !text.contains("function");
    let wanted = if python {
        Language::Python
    } else {
        Language::JavaScript
    };
    ALL.iter()
        .position(|frontend| frontend.language() == wanted)
        .unwrap_or(0)
}

/// A path below a folder, `.` and `..` worked out.
fn beneath(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// What a Dockerfile copies from its context, wildcards cut off.
fn copied(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| {
        let word = line.split_whitespace().next().unwrap_or_default();
        (word.eq_ignore_ascii_case("copy") || word.eq_ignore_ascii_case("add"))
            && !line.contains("--from")
    });
    lines.flat_map(|line| {
        let words: Vec<&str> = line
            .split([' ', '\t', ',', '[', ']', '"'])
            .filter(|word| !word.is_empty() && !word.starts_with("--"))
            .collect();
        let end = words.len().saturating_sub(1);
        let from: Vec<&str> = words.get(1..end).unwrap_or_default().to_vec();
        from.into_iter()
            .map(|word| word.split('*').next().unwrap_or(word))
    })
}

/// The first word of the last `CMD` of a Dockerfile.
fn docker_command(text: &str) -> Option<String> {
    let line = text.lines().rev().map(str::trim).find(|line| {
        line.get(..4).is_some_and(|word| {
            word.eq_ignore_ascii_case("cmd ") || word.eq_ignore_ascii_case("cmd[")
        })
    })?;
    let rest = line.get(3..)?.trim();
    let words = rest.trim_start_matches('[').trim_end_matches(']');
    let first = words
        .split([',', ' '])
        .find(|word| !word.trim().is_empty())?;
    let first = first.trim().trim_matches(['"', '\'']);
    (!first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{beneath, copied, docker_command};

    #[test]
    fn the_last_command_counts() {
        assert_eq!(
            docker_command("FROM x\nCMD [\"a.b\"]\nCMD [ \"app.handler\" ]\n").unwrap(),
            "app.handler"
        );
        assert_eq!(
            docker_command("FROM x\ncmd app.main --x\n").unwrap(),
            "app.main"
        );
        assert_eq!(docker_command("FROM x\n"), None);
    }

    #[test]
    fn what_is_copied_is_where_the_code_is() {
        let text = "FROM x\nCOPY --from=build /a /b\nCOPY workflow/app.py req.txt ${T}/\nadd [\"src/*\", \"./\"]\n";
        assert_eq!(
            copied(text).collect::<Vec<_>>(),
            ["workflow/app.py", "req.txt", "src/"]
        );
        assert_eq!(beneath("a/b", "../c/./d"), "a/c/d");
        assert_eq!(beneath(".", "."), ".");
    }
}
