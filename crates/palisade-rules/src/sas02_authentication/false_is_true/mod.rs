//! Switches whose text "false" counts as true.

use std::collections::BTreeSet;

use palisade_model::app::App;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-false-is-true",
        title: "a switch that is set to the word false is on",
        sas: &[2, 3],
        cwe: &[697, 1287],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for site in &project.flows.code.flags {
        for entry in &site.entries {
            let off = project.app_of(*entry).and_then(|app| {
                let place = switched_off(project, app, *entry, &site.name)?;
                Some((app, place))
            });
            let Some((app, place)) = off else { continue };
            if !told.insert((site.span, app.root.clone())) {
                continue;
            }
            let name = project.name_of(*entry);
            let deed = format!(
                "`{}` of {name} is on, although it is set to \"false\"",
                site.name
            );
            let finding = Draft::at(rule, app, site.span, deed)
                .code(project, *entry)
                .hygiene()
                .step(
                    StepKind::Entry,
                    place,
                    "a text, and no text but the empty one is false",
                )
                .cut(site.span, "compare it with \"true\"");
            findings.push(finding.done());
        }
    }
}

/// Where a template sets a variable of an entry to a word for no.
fn switched_off(project: &Project<'_>, app: &App, entry: usize, name: &str) -> Option<Span> {
    let function = project.entries.get(entry)?.function?;
    let env = &app.functions.get(function)?.env;
    let (_, value) = env.iter().find(|(known, _)| known == name)?;
    let off = |text: &palisade_model::text::Text| {
        let text = text.literal().unwrap_or_default();
        matches!(
            text.to_ascii_lowercase().as_str(),
            "false" | "no" | "off" | "0"
        )
    };
    value.is(off).surely().then_some(value.origin.span)
}
