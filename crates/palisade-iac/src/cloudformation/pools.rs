//! User pools with their hooks, and identity pools with the roles they give out.

use palisade_model::app::{EdgeKind, Key, Kind, NodeId};
use palisade_model::aside::Member;
use palisade_model::guard::Guard;
use palisade_model::setting::Origin;

use crate::cloudformation::target::{Delivery, deliver};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// The hooks of a pool and the shapes of their events.
const HOOKS: &[(&str, &str)] = &[
    ("PreSignUp", "aws.cognito-pre-sign-up"),
    ("CustomMessage", "aws.cognito-custom-message"),
    ("PostConfirmation", "aws.cognito-post-confirmation"),
    ("PreAuthentication", "aws.cognito-pre-authentication"),
    ("PostAuthentication", "aws.cognito-post-authentication"),
    ("DefineAuthChallenge", "aws.cognito-define-auth-challenge"),
    ("CreateAuthChallenge", "aws.cognito-create-auth-challenge"),
    (
        "VerifyAuthChallengeResponse",
        "aws.cognito-verify-auth-challenge",
    ),
    ("PreTokenGeneration", "aws.cognito-pre-token-generation"),
    (
        "PreTokenGenerationConfig",
        "aws.cognito-pre-token-generation",
    ),
    ("UserMigration", "aws.cognito-user-migration"),
    ("CustomEmailSender", "aws.cognito-custom-sender"),
    ("CustomSMSSender", "aws.cognito-custom-sender"),
];

/// The event of a hook.
pub fn hook(name: &str) -> &'static str {
    HOOKS
        .iter()
        .find(|(hook, _)| *hook == name)
        .map_or("aws.unknown", |(_, event)| event)
}

/// Ties a user pool to its hooks.
pub fn user_pool(at: At<'_>, draft: &mut Draft) {
    members(at, draft);
    let node = draft.node(at.unit.stack, &at.address());
    for (guard, configuration) in look::at(at.properties(), "LambdaConfig") {
        for (inner, name, _, target) in look::entries(configuration) {
            let text = look::text(target).or_else(|| look::first_text(target, "LambdaArn"));
            let Some(text) = text else {
                continue;
            };
            let mut delivery = Delivery::new(
                node,
                format!("{}.{name}", at.raw.id),
                hook(name),
                Permit::Service("cognito-idp.amazonaws.com"),
                at.raw.exists.and(&guard).and(&inner),
                target.origin.clone(),
            );
            delivery.filter.events = vec![name.to_owned()];
            deliver(&text, &delivery, draft);
        }
    }
}

/// The attributes that every pool has; others are the application's own, and carry `custom:` before their name.
/// Source: AWS Cognito guide, standard attributes (2026).
const STANDARD: &[&str] = &[
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Notes the attributes that a pool declares for its users.
fn members(at: At<'_>, draft: &mut Draft) {
    for (guard, attribute) in look::each_at(at.properties(), "Schema") {
        let Some(name) = look::word(attribute, "Name") else {
            continue;
        };
        let own = !STANDARD.contains(&name) && !name.starts_with("custom:");
        // A developer's attribute is written with the rights of the account alone.
        if look::is_true(attribute, "DeveloperOnlyAttribute") {
            continue;
        }
        let mutable = look::word(attribute, "Mutable").map(str::to_ascii_lowercase);
        draft.app.aside.members.push(Member {
            pool: Key {
                stack: at.unit.stack,
                address: at.address(),
            },
            name: if own {
                format!("custom:{name}")
            } else {
                name.to_owned()
            },
            mutable: mutable.as_deref() != Some("false"),
            exists: at.raw.exists.and(&guard),
            origin: attribute.origin.clone(),
        });
    }
}

/// Ties the client of a user pool to it.
pub fn client(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    for (guard, text, origin) in look::texts(at.properties(), "UserPoolId") {
        if let Some(pool) = draft.resolve_one(&text, &[Kind::UserPool]) {
            let exists = at.raw.exists.and(&guard);
            draft.edge(node, pool, EdgeKind::Uses, exists, origin);
        }
    }
}

/// Ties an identity pool to the roles of its guests and users.
pub fn role_attachment(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let Some(pool) = look::first_text(properties, "IdentityPoolId")
        .and_then(|text| draft.resolve_one(&text, &[Kind::IdentityPool]))
    else {
        return;
    };
    for (guard, roles) in look::at(properties, "Roles") {
        for (inner, name, _, role) in look::entries(roles) {
            let exists = at.raw.exists.and(&guard).and(&inner);
            give(pool, role, name == "unauthenticated", &exists, draft);
        }
    }
    for (guard, mappings) in look::at(properties, "RoleMappings") {
        for (inner, _, _, mapping) in look::entries(mappings) {
            for (deep, rule) in look::each_at(mapping, "RulesConfiguration.Rules") {
                for (_, role) in look::at(rule, "RoleARN") {
                    let exists = at.raw.exists.and(&guard).and(&inner).and(&deep);
                    give(pool, role, false, &exists, draft);
                }
            }
        }
    }
}

fn give(pool: NodeId, role: &Value, guests: bool, exists: &Guard, draft: &mut Draft) {
    let Some(id) = look::text(role).and_then(|text| draft.resolve_role(&text)) else {
        return;
    };
    let origin = Origin::written(role.origin.span);
    draft.edge(
        pool,
        NodeId::Role(id),
        EdgeKind::GivesRole { guests },
        exists.clone(),
        origin,
    );
}
