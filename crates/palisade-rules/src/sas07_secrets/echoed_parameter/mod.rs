//! Parameters for passwords and keys whose values nobody hides.

use palisade_model::app::App;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setup::Parameter;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas07_secrets::names;
use crate::sas07_secrets::plausible;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-echoed-parameter",
        title: "a parameter for a secret that consoles show",
        sas: &[7],
        cwe: &[549],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for parameter in &app.setup.parameters {
            findings.extend(finding(rule, app, parameter));
        }
    }
}

/// Only what CloudFormation calls a parameter can be hidden; a default that is a secret itself is worse, and said elsewhere.
fn finding(rule: &Rule, app: &App, parameter: &Parameter) -> Option<Finding> {
    let stack = app.stacks.get(parameter.key.stack)?;
    let name = parameter.key.address.rsplit('/').next().unwrap_or_default();
    let open = !parameter.hidden && !parameter.stored && stack.parent.is_none();
    let written = matches!(stack.format, "sam" | "cloudformation");
    let promise = names::promise(name).filter(|_| open && written)?;
    let names_one = parameter
        .default
        .known()
        .is_some_and(|t| t.words().starts_with('/') || t.words().starts_with("arn:"));
    let told = |text: &palisade_model::text::Text| {
        let literal = text.literal();
        literal.is_some_and(|value| plausible::under(promise, value, true))
    };
    if names_one || parameter.default.known().is_some_and(told) {
        return None;
    }
    let place = parameter.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!(
            "the parameter `{name}` shows {} to whoever sees the stack",
            promise.word()
        ),
    )
    .hygiene()
    .effect("consoles, logs of pipelines and everybody who may describe the stack show it")
    .cut(
        place,
        "set `NoEcho: true`, or take the value from a secret store",
    );
    Some(draft.done())
}
