//! Stores that the platform encrypts only when asked, and that do not ask.

use palisade_model::app::{App, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, is_written, likely};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-unencrypted",
        title: "data that is stored without encryption",
        sas: &[3],
        cwe: &[311],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for store in app.resources.iter() {
            findings.extend(finding(rule, app, store));
        }
    }
}

fn finding(rule: &Rule, app: &App, store: &Resource) -> Option<Finding> {
    // A topic without a key of its own is what everybody has.
    let topic = store.type_name == "AWS::SNS::Topic" && !is_written(store, Attribute::OwnKey);
    if topic {
        let deed = format!("the topic {} has no key of its own", store.key.address);
        let draft = Draft::at(rule, app, store.origin.span, deed)
            .consequence(Consequence::Untidy)
            .cut(store.origin.span, "give it `KmsMasterKeyId: alias/aws/sns`");
        return Some(draft.done());
    }
    let answer = flag(store, Attribute::Encrypted, false);
    // What is restored or belongs to a cluster has the encryption of its source.
    let inherits = [Attribute::Snapshot, Attribute::Cluster, Attribute::CopyOf];
    if !likely(&answer) || inherits.into_iter().any(|a| is_written(store, a)) {
        return None;
    }
    let setting = store.settings.flag(Attribute::Encrypted)?;
    let kind = store.type_name.rsplit("::").next().unwrap_or_default();
    let place = setting.origin.span;
    let deed = format!("the {kind} {} is not encrypted", store.key.address);
    let draft = Draft::at(rule, app, place, deed)
        .by(&answer)
        .hygiene()
        .effect("copies and disks show what it holds")
        .cut(place, "switch its encryption on; it cannot be added later");
    Some(draft.done())
}
