//! Roles and the five places in which their policies stand.

use palisade_model::app::{Key, Role, RoleId};
use palisade_model::aside::LooseKind;
use palisade_model::guard::Guard;
use palisade_model::policy::{Grant, Statement};
use palisade_model::setting::{Given, How, Origin, Setting};
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::function::loose;
use crate::draft::Draft;
use crate::look;
use crate::policy;
use crate::reader::At;
use crate::value::Value;

/// The type of statements that a tool leaves out; no template writes it.
pub const VOID: &str = "palisade::VoidStatements";

/// Declares an `AWS::IAM::Role` with its trust and inline policies.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let span = at.raw.id_span;
    let trust = match look::get(properties, "AssumeRolePolicyDocument") {
        Some(document) => {
            policy::document(document, &at.raw.exists, &mut draft.app.problems).statements
        }
        None => Vec::new(),
    };
    let mut grants = Vec::new();
    for (guard, inline) in look::each_at(properties, "Policies") {
        let exists = at.raw.exists.and(&guard);
        if let Some(document) = look::get(inline, "PolicyDocument") {
            grants_into(document, &exists, draft, &mut grants);
        }
    }
    draft.add_role(Role {
        key: Key {
            stack: at.unit.stack,
            address: at.address(),
        },
        name: look::text_setting(properties, "RoleName", span),
        trust,
        grants,
        boundary: look::text_setting(properties, "PermissionsBoundary", span),
        exists: at.raw.exists.clone(),
        origin: at.raw.origin(),
    });
}

/// The grants of a policy document.
pub fn grants_into(document: &Value, exists: &Guard, draft: &mut Draft, grants: &mut Vec<Grant>) {
    let read = policy::document(document, exists, &mut draft.app.problems);
    grants.extend(read.statements.into_iter().map(Grant::Statement));
    if read.unreadable {
        grants.push(Grant::Unreadable(document.origin.clone()));
    }
}

/// Notes the statements of an `AWS::IAM::ManagedPolicy`.
pub fn declare_managed(at: At<'_>, draft: &mut Draft) {
    let Some(document) = look::get(at.properties(), "PolicyDocument") else {
        return;
    };
    let read = policy::document(document, &at.raw.exists, &mut draft.app.problems);
    draft
        .policies
        .insert((at.unit.stack, at.address()), read.statements);
}

/// Ties a role to its managed policies.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(role) = draft.resolve_address(at) else {
        return;
    };
    for (guard, arn) in look::each_at(at.properties(), "ManagedPolicyArns") {
        let exists = at.raw.exists.and(&guard);
        managed(arn, &exists, role, draft);
    }
}

/// Grants a managed policy: its statements if it is declared in the tree, else its name.
pub fn managed(arn: &Value, exists: &Guard, role: RoleId, draft: &mut Draft) {
    if exists.impossible() {
        return;
    }
    let grants = match look::text(arn) {
        Some(text) => managed_grants(&text, &arn.origin, exists, draft),
        None => vec![Grant::Unreadable(arn.origin.clone())],
    };
    draft.change_role(role).grants.extend(grants);
}

fn managed_grants(text: &Text, origin: &Origin, exists: &Guard, draft: &Draft) -> Vec<Grant> {
    let declared = text.parts().iter().find_map(|part| match part {
        Part::Hole(Symbol::Attr(stack, address, _)) => {
            draft.policies.get(&(*stack, address.clone()))
        }
        _ => None,
    });
    match declared {
        Some(statements) => statements
            .iter()
            .filter_map(|statement| guarded(statement, exists))
            .map(Grant::Statement)
            .collect(),
        None => vec![Grant::Managed(guarded_setting(text, origin, exists))],
    }
}

/// A managed policy's name; under a guard it is one choice beside nothing.
pub fn guarded_setting(text: &Text, origin: &Origin, exists: &Guard) -> Setting<Text> {
    let known = Given::Known(text.clone(), look::basis(origin));
    let given = if exists.is_always() {
        known
    } else {
        Given::OneOf(vec![palisade_model::setting::Choice {
            when: exists.clone(),
            given: known,
        }])
    };
    Setting {
        given,
        origin: origin.clone(),
    }
}

fn guarded(statement: &Statement, exists: &Guard) -> Option<Statement> {
    let both = statement.exists.and(exists);
    (!both.impossible()).then(|| Statement {
        exists: both,
        ..statement.clone()
    })
}

/// Attaches a managed policy that names its roles itself.
pub fn attach_managed(at: At<'_>, draft: &mut Draft) {
    attach(at, draft, "Roles");
}

/// Attaches the policy of a resource to the roles that it names.
pub fn attach(at: At<'_>, draft: &mut Draft, path: &str) {
    let properties = at.properties();
    let Some(document) = look::get(properties, "PolicyDocument") else {
        return;
    };
    let mut roles: Vec<(Guard, RoleId)> = Vec::new();
    for (guard, text, _) in look::texts(properties, path) {
        if let Some(role) = draft.resolve_role(&text) {
            roles.push((guard, role));
        }
    }
    // A managed policy was read when it was declared; reading it again would repeat its problems.
    let known = draft.policies.get(&(at.unit.stack, at.address())).cloned();
    if roles.is_empty() {
        outside(at, document, known.as_deref(), path, draft);
    }
    for (guard, role) in roles {
        let exists = at.raw.exists.and(&guard);
        if exists.impossible() {
            continue;
        }
        let grants: Vec<Grant> = match &known {
            Some(statements) => statements
                .iter()
                .filter_map(|s| guarded(s, &exists))
                .map(Grant::Statement)
                .collect(),
            None => {
                let mut grants = Vec::new();
                grants_into(document, &exists, draft, &mut grants);
                grants
            }
        };
        draft.change_role(role).grants.extend(grants);
    }
}

/// A policy whose roles lie outside the tree. Of managed ones nobody knows who is given them, unless they say it.
fn outside(
    at: At<'_>,
    document: &Value,
    known: Option<&[Statement]>,
    path: &str,
    draft: &mut Draft,
) {
    let named = [path, "Users", "Groups"].into_iter();
    let named = named.flat_map(|path| look::texts(at.properties(), path));
    let to: Vec<Text> = named.map(|(_, text, _)| text).collect();
    let statements = match known {
        Some(statements) => statements.to_vec(),
        None => policy::document(document, &at.raw.exists, &mut draft.app.problems).statements,
    };
    if !to.is_empty() {
        loose(at, LooseKind::Identity, to, statements, draft);
    }
}

/// Notes statements that a tool leaves out.
pub fn void(at: At<'_>, draft: &mut Draft) {
    let read = policy::document(at.properties(), &at.raw.exists, &mut draft.app.problems);
    loose(at, LooseKind::Void, Vec::new(), read.statements, draft);
}

impl Draft {
    /// The role that a resource declares.
    pub fn resolve_address(&self, at: At<'_>) -> Option<RoleId> {
        match self.node(at.unit.stack, &at.address()) {
            Some(palisade_model::app::NodeId::Role(role)) => Some(role),
            _ => None,
        }
    }
}

/// A grant of a managed policy that a reader makes itself.
pub fn generated_managed(name: &str, maker: &'static str, cause: &Origin, exists: &Guard) -> Grant {
    let origin = Origin {
        span: cause.span,
        how: How::Generated(maker),
        via: None,
    };
    Grant::Managed(guarded_setting(&Text::of(name), &origin, exists))
}
