//! Buckets that a policy or a canned access list opens to everybody.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Confidence, Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::Answer;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas02_authentication::open_policy::principal_place;
use crate::sas03_configuration::settings::flag;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-public-storage",
        title: "storage that everybody reads or writes",
        sas: &[3],
        cwe: &[732],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// What everybody may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Use {
    Reads,
    Writes,
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for bucket in app.resources.iter().filter(|r| r.kind == Kind::Bucket) {
            findings.extend(by_policy(rule, app, bucket));
            findings.extend(by_list(rule, app, bucket));
        }
    }
}

/// The statements of the policy that open the bucket: one finding, the widest first.
fn by_policy(rule: &Rule, app: &App, bucket: &Resource) -> Option<Finding> {
    let blocked = flag(bucket, Attribute::RestrictPublicBuckets, true).or(flag(
        bucket,
        Attribute::BlockPublicPolicy,
        true,
    ));
    if blocked.surely() {
        return None;
    }
    let mut open: Vec<(Use, &Statement)> = bucket
        .policy
        .iter()
        .filter(|s| is_public(s))
        .filter_map(|s| Some((granted(s)?, s)))
        .collect();
    open.sort_by_key(|(opened, _)| std::cmp::Reverse(*opened));
    let ((opened, statement), rest) = open.split_first()?;
    let place = principal_place(statement);
    let mut draft = opening(rule, app, bucket, *opened, place)
        .step(StepKind::Line, place, "everybody is let in here")
        .cut(place, "name the accounts or the distribution that need it");
    if !statement.exists.is_always() {
        draft = draft.confidence(Confidence::Likely);
    }
    for (_, other) in rest {
        draft = draft.also(principal_place(other), "lets everybody in as well");
    }
    Some(reached(draft, bucket, &blocked, written(bucket)).done())
}

/// Whether the template itself takes the access block away.
fn written(bucket: &Resource) -> bool {
    [
        Attribute::RestrictPublicBuckets,
        Attribute::BlockPublicPolicy,
        Attribute::IgnorePublicAcls,
        Attribute::BlockPublicAcls,
    ]
    .into_iter()
    .any(|a| bucket.settings.flag(a).is_some())
}

/// A block that nobody wrote is on for buckets made since April 2023 (AWS News Blog, 2022-12-13), off for older ones.
fn reached(draft: Draft, bucket: &Resource, blocked: &Answer, written: bool) -> Draft {
    if written && !blocked.possibly() {
        return draft.reach(Reach::exactly(Level::Stranger));
    }
    let mut reach = Reach::exactly(Level::Inside);
    reach.possibly = Level::Stranger;
    let words = "buckets made since April 2023 refuse it unless their access block is taken away";
    reach
        .because
        .push((bucket.origin.clone(), words.to_owned()));
    draft.reach(reach).confidence(Confidence::Likely)
}

fn opening(
    rule: &Rule,
    app: &App,
    bucket: &Resource,
    opened: Use,
    place: palisade_model::source::Span,
) -> Draft {
    let name = &bucket.key.address;
    let website = bucket.settings.flag(Attribute::Website).is_some();
    let (deed, consequence, effect) = match (opened, website) {
        (Use::Writes, _) => (
            format!("write and delete objects of {name}"),
            Consequence::TakesData,
            "it changes what others put there",
        ),
        (Use::Reads, false) => (
            format!("read every object of {name}"),
            Consequence::Weakens,
            "it reads whatever is put there",
        ),
        (Use::Reads, true) => (
            format!("read every object of {name}, a website"),
            Consequence::Untidy,
            "it reads whatever is put beside the pages",
        ),
    };
    Draft::at(rule, app, place, deed)
        .consequence(consequence)
        .effect(effect)
}

/// Whether a statement lets everybody in, whatever they come from.
fn is_public(statement: &Statement) -> bool {
    statement.effect == Effect::Allow
        && !statement.not_principals
        && statement.principals.contains(&Principal::Anyone)
        && statement.conditions.iter().all(|test| {
            let all = |text: &palisade_model::text::Text| {
                matches!(text.literal(), Some("0.0.0.0/0" | "::/0"))
            };
            let key = test.key.to_ascii_lowercase();
            (key == "aws:sourceip"
                && test.operator.starts_with("IpAddress")
                && test.values.iter().any(all))
                || key == "aws:securetransport"
        })
}

/// The most a statement gives out.
fn granted(statement: &Statement) -> Option<Use> {
    if statement.not_actions {
        return Some(Use::Writes);
    }
    let gives = |wanted: &[&str]| {
        statement
            .actions
            .iter()
            .filter_map(|a| a.literal())
            .any(|pattern| {
                let pattern = pattern.to_ascii_lowercase();
                wanted.iter().any(|action| match pattern.strip_suffix('*') {
                    Some(head) => action.starts_with(head),
                    None => pattern == *action,
                })
            })
    };
    if gives(&[
        "s3:putobject",
        "s3:deleteobject",
        "s3:putobjectacl",
        "s3:putbucketpolicy",
        "s3:putbucketacl",
    ]) {
        Some(Use::Writes)
    } else if gives(&["s3:getobject", "s3:getobjectversion", "s3:listbucket"]) {
        Some(Use::Reads)
    } else {
        None
    }
}

/// The canned access list.
fn by_list(rule: &Rule, app: &App, bucket: &Resource) -> Option<Finding> {
    let list = bucket.settings.text(Attribute::AccessControl)?;
    let is = |word: &str| list.is(|text| text.literal() == Some(word));
    let (writes, reads, accounts) = (
        is("PublicReadWrite"),
        is("PublicRead"),
        is("AuthenticatedRead"),
    );
    let told = |answer: &Answer| matches!(answer, Answer::Yes | Answer::Depends(_));
    let (opened, answer) = [
        (Use::Writes, writes),
        (Use::Reads, reads),
        (Use::Reads, accounts.clone()),
    ]
    .into_iter()
    .find(|(_, answer)| told(answer))?;
    let enforced = bucket
        .settings
        .text(Attribute::ObjectOwnership)
        .map_or(Answer::No, |s| {
            s.is(|t| t.literal() == Some("BucketOwnerEnforced"))
        });
    let blocked = flag(bucket, Attribute::IgnorePublicAcls, true).or(flag(
        bucket,
        Attribute::BlockPublicAcls,
        true,
    ));
    if enforced.surely() || blocked.surely() {
        return None;
    }
    let place = list.origin.span;
    let lists = bucket.settings.text(Attribute::ObjectOwnership).is_some();
    let draft = opening(rule, app, bucket, opened, place)
        .step(StepKind::Line, place, "the access list lets everybody in")
        .cut(
            place,
            "keep the list private, and let a policy name who needs it",
        );
    let mut draft = reached(draft, bucket, &blocked, written(bucket) && lists).by(&answer);
    if told(&accounts) {
        draft = draft.reach(Reach::exactly(Level::OtherAccount));
    }
    Some(draft.done())
}
