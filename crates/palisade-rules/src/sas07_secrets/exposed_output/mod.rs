//! Outputs that hold a secret.

use palisade_model::app::{App, NodeId};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setup::Output;
use palisade_model::text::{Part, Symbol};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-exposed-output",
        title: "a secret among the outputs of a stack",
        sas: &[7],
        cwe: &[200],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for output in &app.setup.outputs {
            findings.extend(finding(rule, app, output));
        }
    }
}

fn finding(rule: &Rule, app: &App, output: &Output) -> Option<Finding> {
    let what = output.value.parts().iter().find_map(|part| match part {
        Part::Hole(symbol) => secret(app, symbol),
        Part::Literal(_) => None,
    })?;
    let place = output.origin.span;
    let name = output.key.address.rsplit('/').next().unwrap_or_default();
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("the output `{name}` shows {what}"),
    )
    .effect("whoever may describe the stack reads it")
    .cut(
        place,
        "put it into a secret store, and let the output name it",
    );
    Some(draft.done())
}

/// What a hole of an output stands for, if it is a secret.
fn secret(app: &App, symbol: &Symbol) -> Option<&'static str> {
    match symbol {
        Symbol::Attr(stack, address, attribute) if attribute == "SecretAccessKey" => {
            let node = app.node(*stack, address);
            let key = |id| {
                app.resources
                    .get(id)
                    .is_some_and(|r| r.type_name == "AWS::IAM::AccessKey")
            };
            matches!(node, Some(NodeId::Resource(id)) if key(id)).then_some("a secret access key")
        }
        Symbol::Dynamic(text)
            if text.contains("resolve:secretsmanager:") || text.contains("resolve:ssm-secure:") =>
        {
            Some("a secret of the store")
        }
        Symbol::Parameter(stack, name) => {
            let hidden = |p: &palisade_model::setup::Parameter| {
                p.hidden && p.key.stack == *stack && p.key.address == *name
            };
            app.setup
                .parameters
                .iter()
                .any(hidden)
                .then_some("a parameter that is meant to be hidden")
        }
        _ => None,
    }
}
