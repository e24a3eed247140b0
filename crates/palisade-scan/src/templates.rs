//! Templates to Apps, several at once; a bug in one costs that one.

use palisade_iac::{AppPlan, ReadSettings, recognize};
use palisade_model::app::App;
use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::{FileId, Sources};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::guarded::{guarded, words};

/// The plans over all documents; where planning hits a bug, the document that shows it is left out.
pub fn plans(
    sources: &Sources,
    documents: &[FileId],
    limits: &Limits,
) -> (Vec<AppPlan>, Vec<Problem>) {
    let whole = |documents: &[FileId]| guarded(|| palisade_iac::plan(sources, documents, limits));
    if let Ok(found) = whole(documents) {
        return found;
    }
    let mut problems = Vec::new();
    let mut sound = Vec::new();
    for file in documents {
        match whole(&[*file]) {
            Ok(_) => sound.push(*file),
            Err(said) => problems.push(bug(sources.path(*file), &said)),
        }
    }
    let (plans, more) = whole(&sound).unwrap_or_else(|said| (Vec::new(), vec![bug(".", &said)]));
    problems.extend(more);
    (plans, problems)
}

/// The names of documents that stand in a template's text.
pub fn named_documents<'t>(text: &'t str, found: &mut FxHashSet<&'t str>) {
    if !recognize::may_be_template(text) {
        return;
    }
    for ending in [".yaml", ".yml", ".json", ".template"] {
        for (at, _) in text.match_indices(ending) {
            let before = text.get(..at).unwrap_or_default();
            let is_name =
                |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '+' | '@');
            // Names are short; the text before may be long.
            let start = before
                .char_indices()
                .rev()
                .take(255)
                .take_while(|(_, c)| is_name(*c))
                .last();
            let start = start.map_or(at, |(start, _)| start);
            found.extend(text.get(start..at + ending.len()));
        }
    }
}

/// The Apps of the plans, in their order.
pub fn apps(
    plans: &[AppPlan],
    sources: &Sources,
    parameters: &[(String, String)],
    limits: &Limits,
    find: &(dyn Fn(&str) -> Option<FileId> + Sync),
) -> (Vec<App>, Vec<Problem>) {
    let settings = ReadSettings {
        parameters: parameters.to_vec(),
    };
    let read: Vec<Result<App, Problem>> = plans
        .par_iter()
        .map(|plan| {
            guarded(|| palisade_iac::read(plan, sources, &settings, limits, find)).map_err(|said| {
                let path = plan
                    .templates
                    .first()
                    .map_or(".", |file| sources.path(*file));
                bug(path, &said)
            })
        })
        .collect();
    let mut problems = Vec::new();
    let mut apps = Vec::new();
    for read in read {
        match read {
            Ok(app) => apps.push(app),
            Err(problem) => problems.push(problem),
        }
    }
    (apps, problems)
}

fn bug(path: &str, said: &str) -> Problem {
    Problem::path(
        path,
        ProblemKind::Internal,
        words("the file was left out", said),
    )
}
