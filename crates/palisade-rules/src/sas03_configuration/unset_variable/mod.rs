//! Variables of the environment that name what a call is for, and that nothing sets.

use std::collections::BTreeSet;

use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-unset-variable",
        title: "variables that are read and not set",
        sas: &[3],
        cwe: &[456],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Whether a call surely takes its name from a variable: the call reads it, or a reading that fails where it is not set;
/// and its file does not name it again, to test or to set it.
fn is_sure(project: &Project<'_>, place: Span, variable: &str) -> bool {
    let text = project.sources.text(place.file);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let whole = |at: &usize| {
        let before = text.get(..*at).and_then(|t| t.chars().next_back());
        let after = text
            .get(*at + variable.len()..)
            .and_then(|t| t.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    let all = text.match_indices(variable).map(|(at, _)| at);
    let all: Vec<usize> = all.filter(whole).collect();
    let [at] = all[..] else {
        return false;
    };
    let before = text.get(..at).unwrap_or_default();
    let fails = before.ends_with("environ[\"") || before.ends_with("environ['");
    fails || project.sources.slice(place).contains(variable)
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        for (id, needs) in balance.needs.enumerate() {
            let Some(function) = app.functions.get(id) else {
                continue;
            };
            let mut told = BTreeSet::new();
            for (place, variable) in needs.unset() {
                if !told.insert(variable) || !is_sure(project, place, variable) {
                    continue;
                }
                let finding = Draft::at(
                    rule,
                    app,
                    place,
                    format!(
                        "the call takes its name from {variable}, which {} does not set",
                        function.key.address
                    ),
                )
                .function(app, id)
                .hygiene()
                .effect("the call fails, and its right cannot be narrowed")
                .step(StepKind::Line, place, format!("needs {variable}"))
                .cut(
                    function.origin.span,
                    format!("set {variable} in its environment"),
                );
                findings.push(finding.done());
            }
        }
    }
}
