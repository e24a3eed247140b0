//! Functions of a network that have one subnet.

use palisade_model::app::{App, Function, FunctionId, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-single-zone",
        title: "a function that runs in one zone",
        sas: &[8],
        cwe: &[1088],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            findings.extend(finding(rule, app, id, function));
        }
    }
}

fn finding(rule: &Rule, app: &App, id: FunctionId, function: &Function) -> Option<Finding> {
    let subnet = function.settings.flag(Attribute::Subnet)?;
    // A list that a parameter gives may hold several.
    let listed = subnet.origin.via.is_none();
    if !subnet.is(|there| *there).surely()
        || !listed
        || function.settings.flag(Attribute::SecondSubnet).is_some()
    {
        return None;
    }
    let place = subnet.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} runs in one zone only", app.label(NodeId::Function(id))),
    )
    .function(app, id)
    .effect("it stands still when that zone does, or when its addresses run out")
    .cut(place, "name subnets of two zones");
    Some(draft.done())
}
