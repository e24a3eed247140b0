//! Notes on functions in subnets that hold few addresses.

use palisade_model::app::{App, Function, FunctionId, NodeId, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::likely;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-small-subnet",
        title: "a subnet whose addresses run out",
        sas: &[8],
        cwe: &[770],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Subnets with so many bits of network or more have at most 11 addresses for all that runs in them: a block holds 16, and the
/// platform keeps five (VPC guide, subnet sizing, read 2026-10).
const BITS: u8 = 28;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut told = std::collections::BTreeSet::new();
        for (id, function) in app.functions.enumerate() {
            if let Some(subnet) = subnet_of(app, function)
                && told.insert(&subnet.key)
            {
                findings.extend(finding(rule, app, id, subnet));
            }
        }
    }
}

fn subnet_of<'a>(app: &'a App, function: &Function) -> Option<&'a Resource> {
    let setting = function.settings.text(Attribute::FirstSubnet)?;
    let named = setting.values().into_iter().find_map(|(_, text)| {
        let nodes = app.denotes(text, |node| matches!(node, NodeId::Resource(_)));
        nodes.into_iter().next()
    });
    match named? {
        NodeId::Resource(id) => app.resources.get(id),
        _ => None,
    }
}

/// How many bits of a block of addresses name the network.
fn bits(block: &Text) -> Option<u8> {
    block.literal()?.rsplit_once('/')?.1.parse().ok()
}

fn finding(rule: &Rule, app: &App, id: FunctionId, subnet: &Resource) -> Option<Finding> {
    let block = subnet.settings.text(Attribute::AddressBlock)?;
    let small = block.is(|text| bits(text).is_some_and(|bits| (BITS..=32).contains(&bits)));
    if !likely(&small) {
        return None;
    }
    let place = block.origin.span;
    let name = app.label(NodeId::Function(id));
    let draft = Draft::at(
        rule,
        app,
        place,
        format!(
            "{} of {name} holds at most 11 addresses",
            subnet.key.address
        ),
    )
    .function(app, id)
    .by(&small)
    .effect("nothing new starts in it when they are used up")
    .step(
        StepKind::Line,
        place,
        "five of its addresses are the platform's",
    )
    .cut(place, "give it a larger block, such as /24");
    Some(draft.done())
}
