//! Handlers that no template names, and names of handlers that no code exports.

use palisade_model::app::{App, Code, NodeId};
use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-dead-handler",
        title: "handlers that run nowhere",
        sas: &[11],
        cwe: &[561],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// How many handlers are asked for among all files.
const ASKED_MAX: usize = 200;
/// How much text is searched for them in all; handlers beyond are not told.
const SEARCHED_BYTES_MAX: usize = 2_000_000_000;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let bytes: usize = project.sources.iter().map(|(_, f)| f.text.len()).sum();
    let most = ASKED_MAX.min(SEARCHED_BYTES_MAX / bytes.max(1));
    for (at, span, name) in project.spare.handlers.iter().take(most) {
        let Some(app) = project.apps.get(*at) else {
            continue;
        };
        let path = project.sources.path(span.file);
        if is_named(project, path, name) {
            continue;
        }
        findings.push(
            Draft::at(
                rule,
                app,
                *span,
                format!("no template names {name} of {path}"),
            )
            .step(StepKind::Line, *span, "it has the shape of a handler")
            .cut(*span, "remove it, or declare its function")
            .hygiene()
            .done(),
        );
    }
    for entry in &project.spare.lost {
        findings.extend(lost(rule, project, *entry));
    }
}

/// Whether some other file of the tree takes the file in or names the handler, in a way that was not followed.
fn is_named(project: &Project<'_>, path: &str, export: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let words = [
        format!("/{stem}'"),
        format!("/{stem}\""),
        format!("/{stem}."),
        format!("import {stem}"),
        format!("from {stem}"),
        format!(".{stem} import"),
        format!("from .{stem}"),
        format!("{stem}.{export}"),
    ];
    let mut others = project
        .sources
        .iter()
        .filter(|(_, file)| file.path != path && file.text.contains(stem));
    others.any(|(_, file)| words.iter().any(|word| file.text.contains(word.as_str())))
}

/// A function whose file does not export its handler.
fn lost(rule: &Rule, project: &Project<'_>, at: usize) -> Option<Finding> {
    let entry = project.entries.get(at)?;
    let app: &App = project.apps.get(entry.app)?;
    let id = entry.function?;
    let function = app.functions.get(id)?;
    // Code may give itself names in ways that were not followed; then the word stands in it.
    let text = match &function.code {
        Code::Inline(_, text) => text.as_str(),
        _ => project.sources.text(entry.file),
    };
    let word = entry.export.rsplit('.').next().unwrap_or(&entry.export);
    if text.is_empty() || text.contains(word) {
        return None;
    }
    let place = function.handler.origin.span;
    let path = project.sources.path(entry.file);
    let name = app.label(NodeId::Function(id));
    Some(
        Draft::at(
            rule,
            app,
            place,
            format!(
                "{name} fails at every call: {path} exports no {}",
                entry.export
            ),
        )
        .function(app, id)
        .step(StepKind::Line, place, "the handler that is named")
        .cut(place, "name a function that the file exports")
        .hygiene()
        .done(),
    )
}
