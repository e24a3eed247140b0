//! Notes on stores, versions and aliases that nothing names.

use palisade_model::app::{App, Kind, NodeId, Resource};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::Grant;
use palisade_model::text::Text;

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
    // Without a function a template is there for others.
    for app in project.apps.iter().filter(|app| !app.functions.is_empty()) {
        for key in &app.aside.unnamed {
            let node = app.node(key.stack, &key.address);
            let Some(NodeId::Resource(id)) = node else {
                continue;
            };
            if let Some(resource) = app.resources.get(id)
                && !named_by_equals(app, resource)
                && !named_by_word(project, resource)
                && !through(app, resource)
            {
                findings.push(finding(rule, app, resource));
            }
        }
    }
}

/// Whether a function is given its physical name, or a role rights for it.
fn named_by_equals(app: &App, resource: &Resource) -> bool {
    let names: Vec<String> = resource
        .name
        .values()
        .iter()
        .map(|(_, n)| n.words())
        .collect();
    let holds = |text: &Text| {
        let words = text.words();
        names
            .iter()
            .any(|name| !name.is_empty() && words.contains(name.as_str()))
    };
    let env = app.functions.iter().flat_map(|f| &f.env);
    let mut given = env.flat_map(|(_, setting)| setting.values());
    let grants = app.roles.iter().flat_map(|role| &role.grants);
    let mut rights = grants.filter_map(|grant| match grant {
        Grant::Statement(statement) => Some(&statement.resources),
        _ => None,
    });
    given.any(|(_, text)| holds(text)) || rights.any(|texts| texts.iter().any(holds))
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
