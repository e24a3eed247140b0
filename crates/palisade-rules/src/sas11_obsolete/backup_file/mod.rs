//! Copies of code and dumps that are shipped with a function.

use palisade_model::app::{App, Code, FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-backup-file",
        title: "copies left beside the code",
        sas: &[11],
        cwe: &[530],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for file in &project.spare.leftovers {
        let path = project.sources.path(*file);
        let shipped = project
            .apps
            .iter()
            .find_map(|app| Some((app, ships(app, path)?)));
        let Some((app, function)) = shipped else {
            continue;
        };
        let place = Span::new(*file, 0, 0);
        let name = app.label(NodeId::Function(function));
        findings.push(
            Draft::at(rule, app, place, format!("{path} is shipped with {name}"))
                .function(app, function)
                .effect("whoever reads the package reads it")
                .step(StepKind::Line, place, "a copy by its name")
                .cut(place, "remove it")
                .hygiene()
                .done(),
        );
    }
}

/// The function whose folder holds a file.
fn ships(app: &App, path: &str) -> Option<FunctionId> {
    let holds = |code: &Code| match code {
        Code::Directory(folder) if folder == "." => true,
        Code::Directory(folder) => path
            .strip_prefix(folder.as_str())
            .is_some_and(|rest| rest.starts_with('/')),
        _ => false,
    };
    let mut functions = app.functions.enumerate();
    functions.find(|(_, f)| holds(&f.code)).map(|(id, _)| id)
}
