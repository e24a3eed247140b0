//! Effects that happen twice where a message is delivered twice.

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas09-twice-delivered",
        title: "a message that comes twice counts twice",
        sas: &[9],
        cwe: &[799, 837],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let calls = &project.flows.code.calls;
    for site in calls.iter().filter(|site| adds(site)) {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let in_entry = |other: &&CallSite| other.entries.contains(&entry);
        if !is_queued(project, entry) || calls.iter().filter(in_entry).any(remembers) {
            continue;
        }
        let name = project.name_of(entry);
        let deed = format!("{name} counts a message that is delivered twice a second time");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .hygiene()
            .cut(
                site.span,
                "note the id of the message, and add only where it is new",
            );
        findings.push(finding.done());
    }
}

/// Whether all that starts an entry delivers at least once.
fn is_queued(project: &Project<'_>, entry: usize) -> bool {
    let function = project.entries.get(entry).and_then(|r| r.function);
    let both = project.app_of(entry).zip(function);
    let Some((app, function)) = both else {
        return false;
    };
    let mut events = app.triggers_of(function).map(|(_, t)| t.event).peekable();
    events.peek().is_some()
        && events.all(|event| {
            matches!(
                event,
                "aws.sqs" | "aws.sns" | "aws.s3" | "aws.kinesis" | "aws.dynamodb-stream"
            )
        })
}

/// Whether a call adds to a number that a table holds, without a condition.
fn adds(site: &CallSite) -> bool {
    let updates = site.apis.iter().any(|api| {
        let name = api.rsplit('.').next().unwrap_or_default();
        api.contains("dynamodb")
            && matches!(
                name,
                "update_item" | "update" | "updateItem" | "UpdateCommand" | "UpdateItemCommand"
            )
    });
    if !updates || site.is_open() {
        return false;
    }
    let argument = |name: &str| {
        site.named(name)
            .or_else(|| site.at(0).and_then(|first| first.get(name)))
    };
    let text = argument("UpdateExpression").and_then(SiteValue::text);
    let adds = text.is_some_and(|text| {
        let text = text.trim().to_ascii_uppercase();
        text.starts_with("ADD ") || text.contains(" ADD ") || increments(&text)
    });
    adds && argument("ConditionExpression").is_none()
}

/// `SET COUNT = COUNT + :N`.
fn increments(text: &str) -> bool {
    text.split(',').any(|part| {
        let part = part.trim().trim_start_matches("SET ").trim();
        part.split_once('=').is_some_and(|(name, value)| {
            let name = name.trim();
            !name.is_empty() && value.contains(name) && value.contains('+')
        })
    })
}

/// Whether a call notes or asks what was done already.
fn remembers(site: &CallSite) -> bool {
    site.apis.iter().any(|api| {
        let name = api.rsplit('.').next().unwrap_or_default();
        api.to_ascii_lowercase().contains("idempoten")
            || matches!(
                name,
                "get_item"
                    | "get"
                    | "getItem"
                    | "GetCommand"
                    | "GetItemCommand"
                    | "query"
                    | "QueryCommand"
                    | "transact_write_items"
                    | "TransactWriteCommand"
                    | "TransactWriteItemsCommand"
            )
    }) || site.named("ConditionExpression").is_some()
        || site
            .at(0)
            .is_some_and(|first| first.get("ConditionExpression").is_some())
}
