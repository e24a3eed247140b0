//! Notes on stores, versions and aliases that nothing names.

use palisade_model::app::{App, Kind, NodeId, Resource};
use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-unconnected",
        title: "a resource that nothing names",
        sas: &[11],
        cwe: &[1164],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for key in &app.aside.unnamed {
            let node = app.node(key.stack, &key.address);
            let Some(NodeId::Resource(id)) = node else {
                continue;
            };
            if let Some(resource) = app.resources.get(id)
                && !named_by_word(project, resource)
                && !through(app, resource)
            {
                findings.push(finding(rule, app, resource));
            }
        }
    }
}

/// Whether its physical name stands somewhere else in the tree, or is made of parts that code may know.
fn named_by_word(project: &Project<'_>, resource: &Resource) -> bool {
    if matches!(resource.kind, Kind::Alias | Kind::Version) || resource.name.is_absent() {
        return false;
    }
    let names = resource.name.values();
    let [(_, name)] = names.as_slice() else {
        return true;
    };
    let Some(name) = name.literal() else {
        return true;
    };
    let own = resource.name.origin.span;
    project.sources.iter().any(|(file, _)| {
        let text = project.sources.text(file);
        text.match_indices(name).any(|(at, _)| {
            file != own.file || !(own.start as usize..own.end as usize).contains(&at)
        })
    })
}

/// Whether something starts its function through this alias or version.
fn through(app: &App, resource: &Resource) -> bool {
    let name = resource.name.known().and_then(|name| name.literal());
    let by = |through: &str| Some(through) == name || through == resource.key.address;
    let mut triggers = app.triggers.iter();
    triggers.any(|t| t.through.as_deref().is_some_and(by))
}

fn finding(rule: &Rule, app: &App, resource: &Resource) -> Finding {
    let place = resource.origin.span;
    let deed = match resource.kind {
        Kind::Alias | Kind::Version => format!(
            "the {} {} is used by nothing",
            resource.kind.word(),
            resource.key.address
        ),
        kind => format!("nothing names the {} {}", kind.word(), resource.key.address),
    };
    Draft::at(rule, app, place, deed)
        .step(StepKind::Line, place, "nothing in the tree names it")
        .cut(place, "remove it, or say who uses it")
        .done()
}
