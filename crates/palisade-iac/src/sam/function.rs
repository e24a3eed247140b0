//! Serverless functions: node, role, alias, URL and events.

use palisade_model::app::{FunctionId, Kind, NodeId};
use palisade_model::guard::Guard;
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::{Symbol, Text};

use crate::cloudformation::function::{self, UrlOf};
use crate::cloudformation::target::{Delivery, deliver};
use crate::cloudformation::{code, errand};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::policy::source_test;
use crate::reader::At;
use crate::sam::event::{Permitted, alias, generated, permit};
use crate::sam::{events, role};

/// Declares a function with its generated role, alias and URL.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    let found = code::of_serverless(at);
    let Some(id) = draft.add_function(function::function(at, found)) else {
        return;
    };
    for guard in role::without_role(at) {
        if let Some(generated) = role::declare(at, &guard, "lambda.amazonaws.com", draft) {
            draft.change_function(id).role.push((guard, generated));
        }
    }
    if let Some(alias) = alias(at) {
        let own = Text::hole(Symbol::Attr(at.unit.stack, at.address(), "Ref".to_owned()));
        let name = Some(alias.clone());
        draft.names.alias(
            at.unit.stack,
            format!("{}#alias", at.address()),
            own.clone(),
            name.clone(),
        );
        draft.names.alias(
            at.unit.stack,
            format!("{}Alias{alias}", at.address()),
            own,
            name,
        );
        let span = look::first(at.properties(), "AutoPublishAlias").map(|v| v.origin.span);
        let origin = Origin::generated("sam.alias", span.unwrap_or(at.raw.id_span));
        generated(
            at,
            "alias",
            Kind::Alias,
            "AWS::Lambda::Alias",
            origin,
            draft,
        );
    }
    if let Some(config) = look::first(at.properties(), "FunctionUrlConfig") {
        let origin = Origin::generated("sam.url", config.origin.span);
        generated(at, "url", Kind::Url, "AWS::Lambda::Url", origin, draft);
    }
}

/// Ties a function to its role, URL and events.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.function(at.unit.stack, &at.address()) else {
        return;
    };
    function::roles(at, id, "Role", draft);
    if let Some(generated) = role::generated(at, draft) {
        role::function_grants(at, generated, draft);
        role::policies(at, generated, draft);
    }
    for (guard, config) in look::at(at.properties(), "EventInvokeConfig") {
        let exists = at.raw.exists.and(&guard);
        function::destinations_of(config, id, &at.raw.id, &exists, draft);
    }
    function::dead_letters(at, id, "DeadLetterQueue", draft);
    errand::of_function(at.properties(), id, &at.raw.exists, draft);
    hooks(at, id, draft);
    url(at, id, draft);
    events::tie(at, id, draft);
}

/// Functions that judge a gradual deployment of this one.
fn hooks(at: At<'_>, id: FunctionId, draft: &mut Draft) {
    for (outer, hooks) in look::at(at.properties(), "DeploymentPreference.Hooks") {
        for (guard, name, _, target) in look::entries(hooks) {
            let Some(text) = look::text(target) else {
                continue;
            };
            let delivery = Delivery::new(
                Some(NodeId::Function(id)),
                format!("{}.{name}", at.raw.id),
                "aws.codedeploy-hook",
                Permit::Settled(Answer::Yes),
                at.raw.exists.and(&outer).and(&guard),
                target.origin.clone(),
            );
            if !draft.resolve_function(&text).is_empty() {
                deliver(&text, &delivery, draft);
            }
        }
    }
}

fn url(at: At<'_>, id: FunctionId, draft: &mut Draft) {
    let through = alias(at);
    for (guard, config) in look::at(at.properties(), "FunctionUrlConfig") {
        let exists = at.raw.exists.and(&guard);
        let origin = config.origin.clone();
        for (auth_guard, auth) in look::at(config, "AuthType") {
            let exists = exists.and(&auth_guard);
            if look::literal(auth) == Some("NONE") && !exists.impossible() {
                url_permissions(id, through.clone(), &exists, &auth.origin, draft);
            }
        }
        let wire = UrlOf {
            function: id,
            through: through.clone(),
            node: draft.node(at.unit.stack, &format!("{}#url", at.address())),
            label: "url".to_owned(),
            exists,
            origin,
            permit: Permit::Settled(Answer::Yes),
        };
        function::url_wire(config, &wire, draft);
    }
}

/// The two permissions of an open URL.
fn url_permissions(
    id: FunctionId,
    through: Option<String>,
    exists: &Guard,
    cause: &Origin,
    draft: &mut Draft,
) {
    for (action, operator, key, value) in [
        (
            "lambda:InvokeFunctionUrl",
            "StringEquals",
            "lambda:FunctionUrlAuthType",
            "NONE",
        ),
        (
            "lambda:InvokeFunction",
            "Bool",
            "lambda:InvokedViaFunctionUrl",
            "true",
        ),
    ] {
        permit(
            &Permitted {
                function: id,
                through: through.clone(),
                label: "url",
                action,
                principal: Text::of("*"),
                source_arn: None,
                tests: vec![source_test(operator, key, Text::of(value))],
                exists: exists.clone(),
                cause: cause.clone(),
            },
            draft,
        );
    }
}
