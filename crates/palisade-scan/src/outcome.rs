//! What a scan says at its end: functions, resources, problems in order, counts.

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_flow::ir::Op;
use palisade_flow::program::Program;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::finding::{Finding, FunctionSummary, Outcome, Suppressed};
use palisade_model::index::Id;
use palisade_model::problem::{Cost, Problem, ProblemKind, ProblemPlace};
use palisade_model::source::{FileId, Sources};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::entries::{self, Unnamed};
use crate::files::Files;
use crate::link::Linked;
use crate::read::Texts;
use crate::request::Request;
use crate::tree::Use;
use crate::words;

/// Everything the outcome is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What was asked for.
    pub request: &'a Request,
    /// What was read.
    pub texts: &'a Texts,
    /// The files of the tree.
    pub files: &'a Files,
    /// Folders that were not entered.
    pub closed: usize,
    /// The Apps.
    pub apps: &'a [App],
    /// The links of their functions.
    pub links: &'a [Vec<Linked>],
    /// Handlers that no template names.
    pub unnamed: &'a [Unnamed],
    /// All entries.
    pub entries: &'a [EntryRequest],
    /// The program.
    pub program: &'a Program,
    /// What the engine found.
    pub flows: &'a Flows,
    /// Findings with what accepts them.
    pub findings: Vec<(Finding, Option<Suppressed>)>,
    /// Problems in any order.
    pub problems: Vec<Problem>,
}

/// Puts an outcome together.
pub fn outcome(parts: Parts<'_>) -> Outcome {
    let sources = &parts.texts.sources;
    let mut problems = parts.problems.clone();
    missing(&parts, &mut problems);
    let resources: Vec<(String, &'static str)> = parts
        .apps
        .iter()
        .flat_map(|app| {
            app.resources
                .iter()
                .map(|resource| (resource.key.address.clone(), resource.kind.word()))
        })
        .collect();
    let functions = functions(&parts);
    let aside = parts
        .files
        .entries()
        .iter()
        .filter(|e| e.usage == Use::Aside && parts.texts.find(&e.path).is_none())
        .count();
    Outcome {
        understood: !functions.is_empty() || !resources.is_empty() || !parts.unnamed.is_empty(),
        problems: sorted(problems, sources),
        functions,
        resources,
        files: parts.texts.count,
        left_out: aside + parts.closed,
        as_of: parts.request.as_of.clone(),
        findings: parts.findings,
    }
}

/// Entries that the engine did not find in their files.
fn missing(parts: &Parts<'_>, problems: &mut Vec<Problem>) {
    for at in &parts.flows.missing {
        let Some(entry) = parts.entries.get(*at) else {
            continue;
        };
        let function = entry
            .function
            .and_then(|id| parts.apps.get(entry.app)?.functions.get(id));
        let Some(function) = function else { continue };
        let path = parts.texts.sources.path(entry.file);
        let (kind, message) = match exports(parts.program, entry) {
            Some(true) => (
                ProblemKind::DynamicCode,
                format!(
                    "`{}` of {path}, the handler of {}, is made by code that was not understood: it was not followed",
                    entry.export, function.key.address
                ),
            ),
            Some(false) => (
                ProblemKind::HandlerNotFound,
                format!(
                    "{path} exports no `{}`, the handler of {}: its code was not followed",
                    entry.export, function.key.address
                ),
            ),
            // The file was left out, and a problem of its own says why.
            None => continue,
        };
        let span = function.handler.origin.span;
        problems.push(Problem::at(span, kind, Cost::Node, message));
    }
}

/// Whether an entry's file gives its name any value; `None` where the file was not lowered.
pub(crate) fn exports(program: &Program, entry: &EntryRequest) -> Option<bool> {
    let module = program.modules.get(*program.by_file.get(&entry.file)?)?;
    let last = entry.export.rsplit('.').next().unwrap_or(&entry.export);
    let first = module.first_function.index();
    let functions = program
        .functions
        .as_slice()
        .get(first..first + module.functions)
        .unwrap_or_default();
    let named = functions
        .iter()
        .flat_map(|function| function.ir.instrs.iter())
        .any(|instr| match &instr.op {
            Op::Store(_, key, _) | Op::SetGlobal(key, _) => program.text(*key) == last,
            _ => false,
        });
    Some(named)
}

/// Entries of functions, and what the engine said of each entry.
struct Index {
    declared: FxHashMap<(usize, FunctionId), usize>,
    unnamed: FxHashMap<(FileId, String), usize>,
    /// Entries whose file gives their name no value.
    lost: FxHashSet<usize>,
    incomplete: FxHashMap<usize, Vec<String>>,
}

impl Index {
    fn new(parts: &Parts<'_>) -> Self {
        let mut index = Self {
            declared: FxHashMap::default(),
            unnamed: FxHashMap::default(),
            lost: FxHashSet::default(),
            incomplete: FxHashMap::default(),
        };
        for (at, entry) in parts.entries.iter().enumerate() {
            match entry.function {
                Some(function) => index.declared.insert((entry.app, function), at),
                None => index.unnamed.insert((entry.file, entry.export.clone()), at),
            };
        }
        for at in &parts.flows.missing {
            let entry = parts.entries.get(*at);
            if entry.and_then(|entry| exports(parts.program, entry)) != Some(true) {
                index.lost.insert(*at);
            }
        }
        let sources = &parts.texts.sources;
        for (at, span, why) in &parts.flows.incomplete {
            let words = format!(
                "{}:{}: {why}",
                sources.path(span.file),
                sources.line(span.file, span.start)
            );
            index.incomplete.entry(*at).or_default().push(words);
        }
        index
    }

    fn incomplete(&self, entry: Option<usize>) -> Vec<String> {
        entry
            .and_then(|at| self.incomplete.get(&at))
            .cloned()
            .unwrap_or_default()
    }
}

fn functions(parts: &Parts<'_>) -> Vec<FunctionSummary> {
    let index = Index::new(parts);
    let mut all = Vec::new();
    for (at, app) in parts.apps.iter().enumerate() {
        let links = parts.links.get(at).map_or(&[][..], Vec::as_slice);
        let mut triggers: FxHashMap<FunctionId, Vec<String>> = FxHashMap::default();
        for trigger in app.triggers.iter() {
            triggers
                .entry(trigger.function)
                .or_default()
                .push(words::trigger(app, trigger));
        }
        for (id, function) in app.functions.enumerate() {
            let entry = index.declared.get(&(at, id)).copied();
            let mut incomplete = function.incomplete.clone();
            let mut handler = None;
            match links.get(id.index()) {
                Some(Linked::File { source, .. }) => {
                    handler = Some(format!("{} {}", source.path, source.function));
                }
                Some(Linked::Inline { span, function, .. }) => {
                    handler = Some(format!(
                        "{} {function}",
                        parts.texts.sources.path(span.file)
                    ));
                }
                Some(Linked::Nowhere(why)) => incomplete.push(why.clone()),
                None => {}
            }
            if entry.is_some_and(|entry| index.lost.contains(&entry)) {
                handler = None;
            }
            incomplete.extend(index.incomplete(entry));
            let role = function
                .role
                .first()
                .and_then(|(_, role)| app.roles.get(*role));
            all.push(FunctionSummary {
                name: app.label(NodeId::Function(id)),
                app: app.root.clone(),
                place: function.origin.span,
                triggers: triggers.remove(&id).unwrap_or_default(),
                handler,
                role: role.map(|role| words::role(&role.key.address)),
                incomplete,
            });
        }
    }
    for unnamed in parts.unnamed.iter().filter(|u| !u.latent) {
        let entry = index
            .unnamed
            .get(&(unnamed.file, unnamed.export.clone()))
            .copied();
        let app = parts.apps.get(unnamed.app);
        all.push(FunctionSummary {
            name: entries::label(unnamed),
            app: app.map_or_else(|| ".".to_owned(), |app| app.root.clone()),
            place: unnamed.span,
            triggers: Vec::new(),
            handler: Some(format!("{} {}", unnamed.path, unnamed.export)),
            role: None,
            incomplete: index.incomplete(entry),
        });
    }
    all
}

/// Problems by path, place, kind and words; each once.
fn sorted(problems: Vec<Problem>, sources: &Sources) -> Vec<Problem> {
    let key = |problem: &Problem| match &problem.place {
        ProblemPlace::Span(span) => (sources.path(span.file).to_owned(), span.start, span.end),
        ProblemPlace::Path(path) => (path.clone(), 0, 0),
    };
    let mut keyed: Vec<_> = problems
        .into_iter()
        .map(|p| (key(&p), p.kind, p.message.clone(), p))
        .collect();
    keyed.sort_by(|a, b| (&a.0, a.1, &a.2).cmp(&(&b.0, b.1, &b.2)));
    keyed.dedup_by(|a, b| (&a.0, a.1, &a.2) == (&b.0, b.1, &b.2));
    keyed.into_iter().map(|(.., problem)| problem).collect()
}
