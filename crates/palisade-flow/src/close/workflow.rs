//! Data of workflows: what tasks are given, what they answer, and what services are sent.

use palisade_events::Step as EventStep;
use palisade_model::app::{App, FunctionId, NodeId, ResourceId};
use palisade_model::workflow::{Copied, ELEMENT, Selection, Task, Workflow};
use rustc_hash::FxHashSet;

use super::Closer;
use super::store::{SlotPath, overlaps};

impl Closer<'_, '_> {
    /// Where a part of what a function returns goes in the data of the workflows whose tasks it runs.
    pub(crate) fn task_results(
        &self,
        number: usize,
        function: FunctionId,
        part: &SlotPath,
    ) -> Vec<(ResourceId, SlotPath)> {
        let Some(app) = self.apps.get(number).map(|c| c.app) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (_, trigger) in app.triggers_of(function) {
            let (Some(NodeId::Resource(id)), Some(at)) = (trigger.source, trigger.task) else {
                continue;
            };
            let Some(workflow) = app.resources.get(id).and_then(|r| r.workflow.as_ref()) else {
                continue;
            };
            let Some(task) = workflow.tasks.get(at) else {
                continue;
            };
            let Some(result) = &task.result else { continue };
            for selected in given(&task.selector, part) {
                let whole: SlotPath = result.iter().chain(&selected).cloned().collect();
                found.push((id, whole));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Which paths of a workflow's data an event path of its tasks, or of one of them, reads.
    pub(crate) fn state_paths(
        &self,
        app: &App,
        workflow: ResourceId,
        task: Option<usize>,
        steps: &[EventStep],
    ) -> Vec<SlotPath> {
        let path: SlotPath = steps
            .iter()
            .filter_map(|s| match s {
                EventStep::Key(key) => Some(key.clone()),
                EventStep::Elem | EventStep::KeyOf => Some("*".to_owned()),
                EventStep::Decode(_) => None,
            })
            .collect();
        let Some(workflow) = app
            .resources
            .get(workflow)
            .and_then(|r| r.workflow.as_ref())
        else {
            return Vec::new();
        };
        let is_it = |at: usize| task.is_none_or(|task| task == at);
        let tasks = workflow.tasks.iter().enumerate();
        let read = tasks
            .filter(|(at, _)| is_it(*at))
            .flat_map(|(_, task)| selected(&task.input, &path))
            .collect();
        with_sources(workflow, read)
    }

    /// Which paths of a workflow's data a path into what it sends to another service reads.
    pub(super) fn sent_paths(
        &self,
        app: &App,
        workflow: ResourceId,
        path: &SlotPath,
    ) -> Vec<SlotPath> {
        let Some(workflow) = app
            .resources
            .get(workflow)
            .and_then(|r| r.workflow.as_ref())
        else {
            return Vec::new();
        };
        let tasks = workflow.tasks.iter();
        let mut found: Vec<SlotPath> = Vec::new();
        for (task, argument) in tasks.filter_map(|t| Some((t, argument(t)?))) {
            let whole: SlotPath = std::iter::once(argument.to_owned())
                .chain(path.iter().cloned())
                .collect();
            found.extend(selected(&task.input, &whole));
        }
        let mut found = with_sources(workflow, found);
        found.sort();
        found.dedup();
        found
    }
}

/// Most places that data of one path may come from; beyond, it may come from anywhere.
const SOURCES_MAX: usize = 512;
/// Longest path that copies make.
const PATH_MAX: usize = 16;

/// The paths, and those from which states bring data there.
fn with_sources(workflow: &Workflow, paths: Vec<SlotPath>) -> Vec<SlotPath> {
    let mut seen: FxHashSet<SlotPath> = FxHashSet::default();
    let mut found: Vec<SlotPath> = Vec::new();
    let mut open = paths;
    open.reverse();
    while let Some(path) = open.pop() {
        if path.len() > PATH_MAX || !seen.insert(path.clone()) {
            continue;
        }
        if found.len() >= SOURCES_MAX {
            return vec![vec!["*".to_owned()]];
        }
        for copied in copies_to(workflow, &path) {
            let rest = path.get(copied.to.len()..).unwrap_or_default();
            open.extend(selected(&copied.from, rest));
        }
        found.push(path);
    }
    found
}

/// The copies that bring data to a path.
fn copies_to<'w>(
    workflow: &'w Workflow,
    path: &'w [String],
) -> impl Iterator<Item = &'w Copied> + 'w {
    let place = path.first();
    let copies = workflow.copies.as_slice();
    let first = copies.partition_point(|c| c.to.first() < place);
    copies
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take_while(move |c| place.is_some() && c.to.first() == place)
        .filter(|c| reads(path, &c.to) && !c.but.as_ref().is_some_and(|but| path.starts_with(but)))
}

/// Whether a path that is read meets the place to which data is copied; keys are no elements.
fn reads(path: &[String], to: &[String]) -> bool {
    path.iter().zip(to).all(|(step, to)| match to.as_str() {
        ELEMENT => step == "*" || step.bytes().all(|b| b.is_ascii_digit()),
        _ => step == to || step == "*",
    })
}

/// The argument of a service integration that carries what is sent.
fn argument(task: &Task) -> Option<&'static str> {
    let resource = task.resource.words();
    let sends = [
        ("sqs:sendMessage", "MessageBody"),
        ("sns:publish", "Message"),
        ("events:putEvents", "Entries"),
        ("dynamodb:putItem", "Item"),
    ];
    sends
        .into_iter()
        .find(|(call, _)| resource.contains(call))
        .map(|(_, argument)| argument)
}

/// Through a selection: from a path of what a task answers to paths of what is made of it.
fn given(selection: &Selection, path: &[String]) -> Vec<SlotPath> {
    match selection {
        Selection::Path(base) => below(base, path).into_iter().collect(),
        Selection::Constant => Vec::new(),
        Selection::Anything => vec![vec!["*".to_owned()]],
        // What is made of them stands there.
        Selection::Parts(parts) => match parts.iter().any(|part| overlaps(part, path)) {
            true => vec![Vec::new()],
            false => Vec::new(),
        },
        Selection::Map(parts) => parts
            .iter()
            .flat_map(|(key, inner)| {
                given(inner, path)
                    .into_iter()
                    .map(move |rest| std::iter::once(key.clone()).chain(rest).collect())
            })
            .collect(),
    }
}

/// A path as seen from `base`; empty where it ends above, none where it lies elsewhere.
fn below(base: &[String], path: &[String]) -> Option<SlotPath> {
    overlaps(base, path).then(|| path.get(base.len()..).unwrap_or_default().to_vec())
}

/// Through a selection: from a path of the task's event to paths of the state's data.
fn selected(selection: &Selection, path: &[String]) -> Vec<SlotPath> {
    match selection {
        Selection::Path(base) => vec![base.iter().chain(path).cloned().collect()],
        Selection::Constant => Vec::new(),
        Selection::Anything => vec![vec!["*".to_owned()]],
        Selection::Parts(parts) => parts.clone(),
        Selection::Map(parts) => match path.split_first() {
            Some((first, rest)) => parts
                .iter()
                .filter(|(key, _)| key == first || first == "*")
                .flat_map(|(_, inner)| selected(inner, rest))
                .collect(),
            None => parts
                .iter()
                .flat_map(|(_, inner)| selected(inner, path))
                .collect(),
        },
    }
}
