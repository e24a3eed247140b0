//! One spelling for the ARN of each resource: templates and tables have several, some of which no template may use.

use palisade_model::app::{App, Kind, NodeId};
use palisade_model::change::Allowed;
use palisade_model::policy::{Grant, Statement};
use palisade_model::text::{Part, StackId, Symbol, Text};

/// The attribute that is the ARN of a resource of this kind, where it is not `Arn` or has other names.
fn arn(kind: Kind, attribute: &str) -> Option<&'static str> {
    match (kind, attribute) {
        (Kind::Topic, "Arn" | "TopicArn" | "Ref") => Some("Ref"),
        (Kind::Secret, "Arn" | "Id" | "Ref") => Some("Ref"),
        (Kind::Workflow, "Arn" | "Ref") => Some("Arn"),
        _ => None,
    }
}

/// A text with canonical attributes; `kind` tells what an address is.
pub(crate) fn text(text: &Text, kind: &dyn Fn(StackId, &str) -> Option<Kind>) -> Text {
    Text::join(text.parts().iter().map(|part| match part {
        Part::Hole(Symbol::Attr(stack, address, attribute)) => {
            let found = kind(*stack, address).and_then(|kind| arn(kind, attribute));
            let attribute = found.map_or_else(|| attribute.clone(), str::to_owned);
            Part::Hole(Symbol::Attr(*stack, address.clone(), attribute))
        }
        part => part.clone(),
    }))
}

/// A statement, likewise.
pub(crate) fn statement(one: &mut Statement, kind: &dyn Fn(StackId, &str) -> Option<Kind>) {
    for resource in &mut one.resources {
        *resource = text(resource, kind);
    }
}

/// A wish, likewise.
pub(crate) fn allowed(
    all: &[Allowed],
    kind: &dyn Fn(StackId, &str) -> Option<Kind>,
) -> Vec<Allowed> {
    let mut all = all.to_vec();
    for one in &mut all {
        for resource in &mut one.resources {
            *resource = text(resource, kind);
        }
    }
    all
}

/// All statements of roles.
pub(crate) fn app(app: &mut App) {
    let kinds = kinds(app);
    let kind = |stack, address: &str| kinds.get(&(stack, address.to_owned())).copied();
    for role in app.roles.iter_mut() {
        for grant in &mut role.grants {
            if let Grant::Statement(one) = grant {
                statement(one, &kind);
            }
        }
    }
}

/// Kinds by address.
pub(crate) type Kinds = std::collections::BTreeMap<(StackId, String), Kind>;

/// The kinds of all resources.
pub(crate) fn kinds(app: &App) -> Kinds {
    app.resources
        .iter()
        .map(|r| ((r.key.stack, r.key.address.clone()), r.kind))
        .collect()
}

/// The kind of a node of a draft.
pub(crate) fn drafted<'d>(
    draft: &'d crate::draft::Draft,
) -> impl Fn(StackId, &str) -> Option<Kind> + 'd {
    |stack, address| match draft.node(stack, address)? {
        node @ NodeId::Resource(_) => draft.kind(node),
        _ => None,
    }
}
