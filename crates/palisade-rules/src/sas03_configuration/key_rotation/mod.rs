//! Symmetric keys of the customer without yearly rotation.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, likely, word_is};

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
        for key in app
            .resources
            .iter()
            .filter(|r| r.type_name == "AWS::KMS::Key")
        {
            findings.extend(finding(rule, app, key));
        }
    }
}

/// Only symmetric keys for encryption can be renewed by the platform (KMS Developer Guide, Rotating keys, read 2026-10).
fn finding(rule: &Rule, app: &App, key: &Resource) -> Option<Finding> {
    debug_assert_eq!(key.kind, Kind::EncryptionKey);
    let other = |attribute, word: &str| {
        key.settings.text(attribute).is_some() && !word_is(key, attribute, word).surely()
    };
    if other(Attribute::KeySpec, "SYMMETRIC_DEFAULT")
        || other(Attribute::KeyUsage, "ENCRYPT_DECRYPT")
    {
        return None;
    }
    let answer = flag(key, Attribute::Rotation, false);
    if !likely(&answer) {
        return None;
    }
    let place = key.settings.flag(Attribute::Rotation)?.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("the key {} is never renewed", key.key.address),
    )
    .by(&answer)
    .hygiene()
    .cut(place, "set `EnableKeyRotation: true`");
    Some(draft.done())
}
