//! Buckets and user pools of others that a service attaches itself to, and functions of other clouds.

use palisade_model::app::{Kind, NodeId, OutsideKind};
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Reason};

use crate::cloudformation::target::{Delivery, deliver};
use crate::cloudformation::{code, function, pools, store};
use crate::draft::{Draft, Permit, Wire};
use crate::look;
use crate::reader::At;

/// A bucket that exists already: `BucketName`, `NotificationConfiguration`.
pub(super) const BUCKET: &str = "Serverless::ExistingBucket";
/// A user pool that exists already: `UserPoolName`, `LambdaConfig`.
pub(super) const POOL: &str = "Serverless::ExistingUserPool";
/// A function of a cloud whose triggers are not read: the properties of a function, `Events` by name.
pub(super) const ELSEWHERE: &str = "Serverless::Function";

pub(super) fn declare(at: At<'_>, draft: &mut Draft) {
    if at.raw.type_name == ELSEWHERE {
        let code = code::of_lambda(at);
        draft.add_function(function::function(at, code));
    }
}

pub(super) fn tie(at: At<'_>, draft: &mut Draft) {
    match at.raw.type_name.as_str() {
        BUCKET => bucket(at, draft),
        POOL => pool(at, draft),
        ELSEWHERE => elsewhere(at, draft),
        _ => {}
    }
}

fn source(at: At<'_>, path: &str, kind: Kind, draft: &mut Draft) -> Option<NodeId> {
    let name = look::first_text(at.properties(), path)?;
    Some(match draft.resolve_one(&name, &[kind]) {
        Some(node) => node,
        None => draft.outside(OutsideKind::Arn, name, kind),
    })
}

fn bucket(at: At<'_>, draft: &mut Draft) {
    let Some(node) = source(at, "BucketName", Kind::Bucket, draft) else {
        return;
    };
    for (guard, configuration) in look::at(at.properties(), "NotificationConfiguration") {
        let exists = at.raw.exists.and(&guard);
        store::notifications(configuration, node, &at.raw.id, &exists, draft);
    }
}

fn pool(at: At<'_>, draft: &mut Draft) {
    let node = source(at, "UserPoolName", Kind::UserPool, draft);
    for (guard, configuration) in look::at(at.properties(), "LambdaConfig") {
        for (inner, name, _, target) in look::entries(configuration) {
            let Some(text) = look::text(target) else {
                continue;
            };
            let mut delivery = Delivery::new(
                node,
                format!("{}.{name}", at.raw.id),
                pools::hook(name),
                Permit::Service("cognito-idp.amazonaws.com"),
                at.raw.exists.and(&guard).and(&inner),
                target.origin.clone(),
            );
            delivery.filter.events = vec![name.to_owned()];
            deliver(&text, &delivery, draft);
        }
    }
}

/// What starts a function of another cloud is not known by kind.
fn elsewhere(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.function(at.unit.stack, &at.address()) else {
        return;
    };
    for (guard, event) in look::each_at(at.properties(), "Events") {
        let label = look::literal(event).unwrap_or("event").to_owned();
        draft.wires.push(Wire {
            label,
            function: id,
            through: None,
            source: None,
            event: "aws.unknown",
            route: None,
            filter: Filter::default(),
            doors: Vec::new(),
            wired: Answer::Yes,
            permit: Permit::Settled(Answer::Unknown(Reason::Unsupported)),
            task: None,
            exists: at.raw.exists.and(&guard),
            origin: event.origin.clone(),
        });
    }
}
