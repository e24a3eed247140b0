//! Buckets whose access block the template takes away.

use palisade_flow::flows::CallSite;
use palisade_model::app::{App, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::change::NewValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::policy::{Effect, Principal};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, is_plain, is_written, likely, word_is};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-access-block-off",
        title: "an access block that is taken away",
        sas: &[3],
        cwe: &[732],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// The members of an access block.
const BLOCKS: [Attribute; 4] = [
    Attribute::RestrictPublicBuckets,
    Attribute::BlockPublicPolicy,
    Attribute::IgnorePublicAcls,
    Attribute::BlockPublicAcls,
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, bucket) in app.resources.enumerate() {
            if bucket.kind == Kind::Bucket {
                findings.extend(finding(rule, project, app, (id, bucket)));
            }
        }
    }
}

fn finding(
    rule: &Rule,
    project: &Project<'_>,
    app: &App,
    (id, bucket): (ResourceId, &Resource),
) -> Option<Finding> {
    let mut answers = BLOCKS
        .map(|attribute| flag(bucket, attribute, false))
        .into_iter();
    let first = answers.next()?;
    let all = answers.fold(first, |all, next| all.and(next));
    if !likely(&all) {
        return None;
    }
    let places = BLOCKS.iter().filter_map(|a| bucket.settings.flag(*a));
    let place = places.map(|s| s.origin.span).min()?;
    let deed = format!("the access block of {} is off", bucket.key.address);
    let mut draft = Draft::at(rule, app, place, deed)
        .by(&all)
        .hygiene()
        .effect("one open policy or list is enough")
        .cut(place, "leave the block on");
    if BLOCKS.iter().all(|a| is_plain(bucket, *a)) && is_private(project, bucket) {
        for attribute in BLOCKS {
            draft = draft.set(NodeId::Resource(id), attribute, NewValue::Flag(true));
        }
    }
    Some(draft.done())
}

/// Whether nothing in the tree opens the bucket, so that the block refuses nobody who is let in now: no website, no
/// policy for everybody whatever its conditions, no access lists, no call that gives access.
fn is_private(project: &Project<'_>, bucket: &Resource) -> bool {
    let lists = is_written(bucket, Attribute::AccessControl)
        && !word_is(bucket, Attribute::AccessControl, "Private").surely();
    let owned = !is_written(bucket, Attribute::ObjectOwnership)
        || word_is(bucket, Attribute::ObjectOwnership, "BucketOwnerEnforced").surely();
    let opened = bucket.policy.iter().any(|statement| {
        let anyone = statement.principals.contains(&Principal::Anyone);
        statement.effect == Effect::Allow && (anyone || statement.not_principals)
    });
    let given = project.flows.code.calls.iter().any(gives);
    !is_written(bucket, Attribute::Website) && !lists && owned && !opened && !given
}

/// Calls that may open a bucket or an object by themselves (Amazon S3 API reference, read 2026-11).
const GIVING: [&str; 3] = ["putbucketpolicy", "putbucketacl", "putobjectacl"];
/// Arguments that do, where they are not `private`.
const LISTS: [&str; 4] = ["ACL", "GrantRead", "GrantFullControl", "GrantWrite"];

/// Whether a call of the code gives somebody access.
fn gives(site: &CallSite) -> bool {
    let named = site.apis.iter().any(|api| {
        let api = api.to_ascii_lowercase().replace('_', "");
        GIVING.iter().any(|call| api.contains(call))
    });
    let listed = site.args.iter().any(|arg| {
        LISTS.iter().any(|list| {
            let own = (arg.name.as_deref() == Some(*list)).then_some(&arg.value);
            let value = own.or_else(|| arg.value.get(list));
            value.is_some_and(|value| value.text() != Some("private"))
        })
    });
    named || listed
}
