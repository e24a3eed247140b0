//! Listeners and domains that speak plain HTTP or versions of TLS that are no longer safe.

use palisade_model::app::{App, Function, FunctionId, Kind, NodeId, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::policy::{ConditionTest, Effect, Statement};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{likely, word_is};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-weak-transport",
        title: "plain HTTP or old TLS",
        sas: &[3],
        cwe: &[319, 327],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Sets of ciphers, or oldest versions, that still take TLS 1.0 or 1.1 (ELB, CloudFront and API Gateway guides, read 2026-10;
/// RFC 8996 of 2021 forbids both).
const OLD: &[&str] = &[
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLS_1_0",
    "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-2015-05",
    "ELBSecurityPolicy-TLS-1-0-2015-04",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-FS-2018-06",
    "ELBSecurityPolicy-FS-1-1-2019-08",
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for resource in app.resources.iter() {
            findings.extend(plain(rule, app, resource));
            findings.extend(old(rule, app, resource));
            findings.extend(bucket(rule, app, resource));
        }
        for (id, function) in app.functions.enumerate() {
            findings.extend(unverified(rule, app, id, function));
        }
    }
}

/// Variables that switch the check of certificates off for all calls of a function, and the value that does (Node.js command
/// line options; PEP 493; read 2026-11).
const UNVERIFIED: &[&str] = &["NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY"];

fn unverified(rule: &Rule, app: &App, id: FunctionId, function: &Function) -> Option<Finding> {
    let mut set = function
        .env
        .iter()
        .filter(|(name, _)| UNVERIFIED.contains(&name.as_str()));
    let (name, setting) = set.find(|(_, value)| likely(&value.is(|t| t.literal() == Some("0"))))?;
    let answer = setting.is(|text| text.literal() == Some("0"));
    let place = setting.origin.span;
    let deed = format!(
        "{name} lets {} talk to whoever answers",
        app.label(NodeId::Function(id))
    );
    let draft = Draft::at(rule, app, place, deed)
        .function(app, id)
        .by(&answer)
        .effect("whoever is on the way reads and changes what it sends")
        .cut(
            place,
            "remove it, and trust the certificate that is missing",
        );
    Some(draft.done())
}

fn plain(rule: &Rule, app: &App, resource: &Resource) -> Option<Finding> {
    let (word, what) = match resource.type_name.as_str() {
        "AWS::ElasticLoadBalancingV2::Listener" => ("HTTP", "listens to plain HTTP"),
        "AWS::CloudFront::Distribution" => ("allow-all", "answers plain HTTP"),
        _ => return None,
    };
    let answer = word_is(resource, Attribute::Protocol, word);
    if !likely(&answer)
        || word_is(resource, Attribute::Action, "redirect").possibly()
        || is_internal(app, resource)
    {
        return None;
    }
    let place = resource.settings.text(Attribute::Protocol)?.origin.span;
    let draft = Draft::at(rule, app, place, format!("{} {what}", resource.key.address))
        .by(&answer)
        .hygiene()
        .effect("whoever is on the way reads and changes it")
        .cut(place, "redirect to HTTPS");
    Some(draft.done())
}

/// Whether the listener belongs to a load balancer inside the network.
fn is_internal(app: &App, listener: &Resource) -> bool {
    let Some(balancer) = listener.settings.text(Attribute::Balancer) else {
        return false;
    };
    balancer.values().iter().any(|(_, text)| {
        app.denotes(text, |node| matches!(node, NodeId::Resource(_)))
            .iter()
            .any(|node| match node {
                NodeId::Resource(id) => app
                    .resources
                    .get(*id)
                    .is_some_and(|r| word_is(r, Attribute::Scheme, "internal").possibly()),
                _ => false,
            })
    })
}

fn old(rule: &Rule, app: &App, resource: &Resource) -> Option<Finding> {
    let setting = resource.settings.text(Attribute::TlsPolicy)?;
    let answer = setting.is(|text| text.literal().is_some_and(|word| OLD.contains(&word)));
    if !likely(&answer) {
        return None;
    }
    let place = setting.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} takes old versions of TLS", resource.key.address),
    )
    .by(&answer)
    .hygiene()
    .cut(place, "ask for TLS 1.2 or newer");
    Some(draft.done())
}

/// A note: nearly everybody leaves it out, and clients of the platform ask for HTTPS by themselves.
fn bucket(rule: &Rule, app: &App, bucket: &Resource) -> Option<Finding> {
    let asks = |statement: &Statement| {
        let transport = |test: &ConditionTest| test.key.eq_ignore_ascii_case("aws:SecureTransport");
        statement.effect == Effect::Deny && statement.conditions.iter().any(transport)
    };
    let first = bucket
        .policy
        .first()
        .filter(|_| bucket.kind == Kind::Bucket)?;
    if bucket.policy.iter().any(asks) {
        return None;
    }
    let place = first.origin.span;
    let deed = format!("the policy of {} takes plain HTTP", bucket.key.address);
    let draft = Draft::at(rule, app, place, deed)
        .consequence(Consequence::Untidy)
        .cut(place, "deny what comes without `aws:SecureTransport`");
    Some(draft.done())
}
