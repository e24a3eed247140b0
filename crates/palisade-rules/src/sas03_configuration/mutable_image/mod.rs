//! Container images without a pinned version, and registries that let a tag move.

use palisade_model::app::{App, Function, FunctionId, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::change::NewValue;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, is_plain, likely, word_is};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-mutable-image",
        title: "images that can change under their name",
        sas: &[3, 6],
        cwe: &[494],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            findings.extend(of_function(rule, app, id, function));
        }
        for (id, registry) in app.resources.enumerate() {
            if registry.type_name == "AWS::ECR::Repository" {
                findings.extend(of_registry(rule, app, id, registry));
            }
        }
    }
}

fn of_function(rule: &Rule, app: &App, id: FunctionId, function: &Function) -> Option<Finding> {
    let image = function.settings.text(Attribute::Image)?;
    let answer = image.is(|text| text.words().ends_with(":latest"));
    if !likely(&answer) {
        return None;
    }
    let place = image.origin.span;
    let deed = format!(
        "the image of {} is whatever is latest",
        app.label(NodeId::Function(id))
    );
    let draft = Draft::at(rule, app, place, deed)
        .function(app, id)
        .by(&answer)
        .hygiene()
        .cut(place, "name its digest");
    Some(draft.done())
}

fn of_registry(rule: &Rule, app: &App, id: ResourceId, registry: &Resource) -> Option<Finding> {
    let tags = word_is(registry, Attribute::Tags, "MUTABLE");
    let scan = flag(registry, Attribute::Scanned, false);
    let (answer, place, deed, cut) = if likely(&tags) {
        let place = registry.settings.text(Attribute::Tags)?.origin.span;
        (
            tags.clone(),
            place,
            "lets a tag move to another image",
            "set `ImageTagMutability: IMMUTABLE`",
        )
    } else if likely(&scan) {
        let place = registry.settings.flag(Attribute::Scanned)?.origin.span;
        (scan, place, "scans no image", "set `ScanOnPush: true`")
    } else {
        return None;
    };
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("the registry {} {deed}", registry.key.address),
    )
    .by(&answer)
    .hygiene()
    .cut(place, cut);
    // A tag that no longer moves would stop whoever pushes `latest`; a scan stops nobody.
    if !likely(&tags) && is_plain(registry, Attribute::Scanned) {
        let on = NewValue::Flag(true);
        draft = draft.set(NodeId::Resource(id), Attribute::Scanned, on);
    }
    Some(draft.done())
}
