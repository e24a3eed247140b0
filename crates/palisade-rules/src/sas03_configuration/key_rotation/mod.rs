//! Symmetric keys of the customer without yearly rotation.

use palisade_model::app::{App, Kind, NodeId, Resource, ResourceId};
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
        id: "sas03-key-rotation",
        title: "keys that are never renewed",
        sas: &[3],
        cwe: &[324],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, key) in app.resources.enumerate() {
            if key.type_name == "AWS::KMS::Key" {
                findings.extend(finding(rule, app, id, key));
            }
        }
    }
}

/// Only symmetric keys for encryption, of the platform's own making, can be renewed by it (KMS Developer Guide, Rotating
/// keys, read 2026-10).
fn finding(rule: &Rule, app: &App, id: ResourceId, key: &Resource) -> Option<Finding> {
    debug_assert_eq!(key.kind, Kind::EncryptionKey);
    let other = |attribute, word: &str| {
        key.settings.text(attribute).is_some() && !word_is(key, attribute, word).surely()
    };
    if other(Attribute::KeySpec, "SYMMETRIC_DEFAULT")
        || other(Attribute::KeyUsage, "ENCRYPT_DECRYPT")
        || other(Attribute::KeyOrigin, "AWS_KMS")
    {
        return None;
    }
    let answer = flag(key, Attribute::Rotation, false);
    if !likely(&answer) {
        return None;
    }
    let place = key.settings.flag(Attribute::Rotation)?.origin.span;
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("the key {} is never renewed", key.key.address),
    )
    .by(&answer)
    .hygiene()
    .cut(place, "set `EnableKeyRotation: true`");
    if is_plain(key, Attribute::Rotation) {
        let on = NewValue::Flag(true);
        draft = draft.set(NodeId::Resource(id), Attribute::Rotation, on);
    }
    Some(draft.done())
}
