//! Roles that SAM generates, with everything it grants them.

use palisade_model::app::{Key, Role, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::Grant;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::setting::{Given, How, Origin, Setting};
use palisade_model::text::Text;

use crate::cloudformation::role::{generated_managed, managed};
use crate::draft::Draft;
use crate::look;
use crate::policy::{self, Made};
use crate::reader::At;
use crate::sam::templates;
use crate::value::{Value, ValueKind};

/// When `Role` is not given: SAM generates one then.
pub fn without_role(at: At<'_>) -> Vec<Guard> {
    let role: Setting<Text> = look::text_setting(at.properties(), "Role", at.raw.id_span);
    match role.given {
        Given::Absent => vec![Guard::always()],
        Given::OneOf(choices) => choices
            .into_iter()
            .filter(|c| matches!(c.given, Given::Absent))
            .map(|c| c.when)
            .collect(),
        Given::Known(..) | Given::Unknown(..) => Vec::new(),
    }
}

/// Declares the role `F#role` of a function or state machine.
pub fn declare(at: At<'_>, guard: &Guard, service: &str, draft: &mut Draft) -> Option<RoleId> {
    let span = at.raw.id_span;
    let exists = at.raw.exists.and(guard);
    let cause = Origin::written(span);
    let trust = match look::first(at.properties(), "AssumeRolePolicyDocument") {
        Some(document) => policy::document(document, &exists, &mut draft.app.problems).statements,
        None => vec![policy::service_trust(service, &exists, &cause)],
    };
    draft.add_role(Role {
        key: Key {
            stack: at.unit.stack,
            address: format!("{}#role", at.address()),
        },
        name: Setting::absent(span),
        trust,
        grants: Vec::new(),
        boundary: look::text_setting(at.properties(), "PermissionsBoundary", span),
        exists,
        origin: Origin::generated("sam.role", span),
    })
}

/// The role that SAM generated for a resource, if it did.
pub fn generated(at: At<'_>, draft: &Draft) -> Option<RoleId> {
    match draft.node(at.unit.stack, &format!("{}#role", at.address())) {
        Some(palisade_model::app::NodeId::Role(role)) => Some(role),
        _ => None,
    }
}

/// Grants a managed policy by name.
pub fn grant_managed(name: &str, cause: &Origin, role: RoleId, draft: &mut Draft) {
    let exists = draft.at_role(role).exists.clone();
    let there = draft.at_role(role).grants.iter().any(|grant| {
        matches!(grant, Grant::Managed(setting)
            if setting.values().iter().any(|(_, text)| text.literal() == Some(name)))
    });
    if !there {
        let grant = generated_managed(name, "sam.role", cause, &under_role(&exists));
        draft.change_role(role).grants.push(grant);
    }
}

/// A grant exists whenever its role does: its own guard says nothing more.
fn under_role(_exists: &Guard) -> Guard {
    Guard::always()
}

/// Grants actions.
pub fn grant(
    maker: &'static str,
    actions: &[&str],
    resources: Vec<Text>,
    exists: &Guard,
    cause: &Origin,
    role: RoleId,
    draft: &mut Draft,
) {
    let both = draft.at_role(role).exists.and(exists);
    if both.impossible() {
        return;
    }
    let statement = Made {
        maker,
        actions,
        resources,
        principals: Vec::new(),
        conditions: Vec::new(),
    }
    .statement(both, cause);
    draft
        .change_role(role)
        .grants
        .push(Grant::Statement(statement));
}

/// The managed policy for tracing in regions of the commercial partition.
pub const XRAY: &str = "AWSXrayWriteOnlyAccess";

/// What a function's own settings ask for: basic execution, tracing, network, dead letters, destinations.
pub fn function_grants(at: At<'_>, role: RoleId, draft: &mut Draft) {
    let properties = at.properties();
    let cause = Origin::written(at.raw.id_span);
    let durable = look::first(properties, "DurableConfig").is_some();
    let basic = if durable {
        "AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "AWSLambdaBasicExecutionRole"
    };
    grant_managed(basic, &cause, role, draft);
    if let Some(tracing) = look::first(properties, "Tracing")
        && look::literal(tracing) != Some("Disabled")
    {
        grant_managed(XRAY, &generated_at(tracing), role, draft);
    }
    if let Some(vpc) = look::first(properties, "VpcConfig") {
        grant_managed(
            "AWSLambdaVPCAccessExecutionRole",
            &generated_at(vpc),
            role,
            draft,
        );
    }
    if let Some(queue) = look::first(properties, "DeadLetterQueue") {
        let action = match look::word(queue, "Type") {
            Some("SNS") => "sns:Publish",
            _ => "sqs:SendMessage",
        };
        if let Some(arn) = look::first_text(queue, "TargetArn") {
            grant(
                "sam.dead-letters",
                &[action],
                vec![arn],
                &Guard::always(),
                &queue.origin,
                role,
                draft,
            );
        }
    }
    for path in ["OnSuccess", "OnFailure"] {
        let path = format!("EventInvokeConfig.DestinationConfig.{path}");
        if let Some(destination) = look::first(properties, &path) {
            destination_grant(at, destination, role, draft);
        }
    }
}

fn generated_at(value: &Value) -> Origin {
    Origin::written(value.origin.span)
}

fn destination_grant(at: At<'_>, destination: &Value, role: RoleId, draft: &mut Draft) {
    let arn = look::first_text(destination, "Destination").unwrap_or_else(|| {
        // SAM makes the queue or topic itself.
        Text::hole(palisade_model::text::Symbol::Opaque(format!(
            "destination of {}",
            at.raw.id
        )))
    });
    let actions: &[&str] = match look::word(destination, "Type") {
        Some("SQS") => &["sqs:SendMessage"],
        Some("SNS") => &["sns:publish"],
        Some("EventBridge") => &["events:PutEvents"],
        Some("Lambda") => &["lambda:InvokeFunction"],
        Some("S3Bucket") => &["s3:PutObject", "s3:ListBucket"],
        _ => return,
    };
    grant(
        "sam.destination",
        actions,
        vec![arn],
        &Guard::always(),
        &destination.origin,
        role,
        draft,
    );
}

/// Grants every entry of `Policies`.
pub fn policies(at: At<'_>, role: RoleId, draft: &mut Draft) {
    let exists = draft.at_role(role).exists.clone();
    for (guard, entry) in look::each_at(at.properties(), "Policies") {
        let both = exists.and(&guard);
        if both.impossible() {
            continue;
        }
        match &entry.kind {
            ValueKind::Map(entries) => {
                let template = match entries.as_slice() {
                    [(key, parameters)] if templates::has(&key.text) => {
                        Some((key.text.as_str(), parameters))
                    }
                    _ => None,
                };
                if let Some((name, parameters)) = template {
                    let statements =
                        templates::expand(name, parameters, &both, &entry.origin, draft);
                    let grants = statements.into_iter().map(Grant::Statement);
                    draft.change_role(role).grants.extend(grants);
                } else if look::get(entry, "Statement").is_some()
                    || look::get(entry, "Effect").is_some()
                {
                    let read = policy::document(entry, &both, &mut draft.app.problems);
                    let grants = read.statements.into_iter().map(Grant::Statement);
                    draft.change_role(role).grants.extend(grants);
                    if read.unreadable {
                        draft
                            .change_role(role)
                            .grants
                            .push(Grant::Unreadable(entry.origin.clone()));
                    }
                } else {
                    let name = entries
                        .first()
                        .map(|(k, _)| k.text.clone())
                        .unwrap_or_default();
                    draft.problem(
                        entry.origin.span,
                        ProblemKind::Unsupported,
                        Cost::Value,
                        format!("`{name}` is no policy template: what it grants stays unknown"),
                    );
                    draft
                        .change_role(role)
                        .grants
                        .push(Grant::Unreadable(entry.origin.clone()));
                }
            }
            _ => managed(entry, &under_guard(&exists, &guard), role, draft),
        }
    }
}

/// The guard of a managed policy: what it adds to its role's own.
fn under_guard(_role: &Guard, entry: &Guard) -> Guard {
    entry.clone()
}

/// An origin that says who made something.
pub fn made(maker: &'static str, origin: &Origin) -> Origin {
    Origin {
        span: origin.span,
        how: How::Generated(maker),
        via: None,
    }
}
