//! Stores whose data goes when their template does.

use palisade_model::app::{App, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::Answer;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, likely};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-destructive-default",
        title: "data that goes with its stack",
        sas: &[3],
        cwe: &[1188],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Types that CloudFormation deletes with all they hold. A bucket with objects in it is not deleted. Source: CloudFormation
/// guide, DeletionPolicy (read 2026-10).
const DELETED: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Serverless::SimpleTable",
    "AWS::Cognito::UserPool",
    "AWS::EFS::FileSystem",
    "AWS::OpenSearchService::Domain",
    "AWS::Elasticsearch::Domain",
    "AWS::DocDBElastic::Cluster",
];
/// Types of which it keeps a snapshot where nothing else is written. Same source.
const KEPT: &[&str] = &[
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::DocDB::DBCluster",
    "AWS::Neptune::DBCluster",
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for resource in app.resources.iter() {
            findings.extend(finding(rule, app, resource));
        }
    }
}

fn finding(rule: &Rule, app: &App, resource: &Resource) -> Option<Finding> {
    let of = |types: &[&str]| types.contains(&resource.type_name.as_str());
    let (deleted, kept) = (of(DELETED), of(KEPT));
    // An instance of a cluster holds nothing of its own.
    let instance = resource.settings.text(Attribute::Cluster).is_some();
    if !(deleted || kept)
        || instance
        || flag(resource, Attribute::DeletionProtection, true).possibly()
    {
        return None;
    }
    let policy = resource.settings.text(Attribute::DeletionPolicy);
    let is_delete = |text: &Text| text.literal() == Some("Delete");
    let answer = policy.map_or(Answer::from(deleted), |setting| setting.is(is_delete));
    if !likely(&answer) {
        return None;
    }
    let place = policy.map_or(resource.origin.span, |setting| setting.origin.span);
    let deed = format!("all of {} goes when its stack does", resource.key.address);
    let draft = Draft::at(rule, app, place, deed)
        .by(&answer)
        .effect("a change that replaces it, or a wrong command, deletes the data")
        .cut(place, "set `DeletionPolicy: Retain`");
    // The platform would have kept a snapshot; most tables of most applications are left to their default.
    Some(if kept { draft.hygiene() } else { draft }.done())
}
