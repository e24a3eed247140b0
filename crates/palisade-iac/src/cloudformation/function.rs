//! Lambda functions with their aliases, permissions and URLs.

use palisade_model::app::{Function, FunctionId, Key, NodeId};
use palisade_model::aside::{Loose, LooseKind};
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Places, Principal, Statement};
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::{Auth, Door, Filter, Hedge, Route};
use palisade_model::setting::{Answer, Origin, Reason, Setting};
use palisade_model::text::Text;

use crate::cloudformation::target::{Delivery, deliver};
use crate::cloudformation::{code, errand, types};
use crate::draft::{Draft, Permission, Permit, Wire};
use crate::look;
use crate::policy::source_test;
use crate::reader::{At, join_path};
use crate::value::{Value, ValueKind};

/// Declares an `AWS::Lambda::Function`.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    let found = code::of_lambda(at);
    draft.add_function(function(at, found));
}

/// The node of a function, but for its role.
pub fn function(at: At<'_>, code: palisade_model::app::Code) -> Function {
    let properties = at.properties();
    let span = at.raw.id_span;
    Function {
        key: Key {
            stack: at.unit.stack,
            address: at.address(),
        },
        name: look::text_setting(properties, "FunctionName", span),
        handler: look::text_setting(properties, "Handler", span),
        runtime: look::text_setting(properties, "Runtime", span),
        code,
        build_entries: code::build_entries(at),
        role: Vec::new(),
        env: environment(properties, span),
        env_open: is_open(properties),
        layers: layers(properties),
        layer_folders: layer_folders(at),
        settings: types::row(&at.raw.type_name)
            .map(|row| types::settings(row, properties, span))
            .unwrap_or_default(),
        policy: Vec::new(),
        exists: at.raw.exists.clone(),
        origin: Origin::written(span),
        incomplete: Vec::new(),
    }
}

fn environment(
    properties: &Value,
    span: palisade_model::source::Span,
) -> Vec<(String, Setting<Text>)> {
    let mut found: Vec<(String, Setting<Text>)> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for (_, variables) in look::at(properties, "Environment.Variables") {
        for (_, name, _, _) in look::entries(variables) {
            if seen.insert(name.to_owned()) {
                let path = format!("Environment.Variables.{name}");
                found.push((name.to_owned(), look::text_setting(properties, &path, span)));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

/// Whether the environment, or a branch of it, is not written out.
fn is_open(properties: &Value) -> bool {
    let unread = |path: &str| {
        let mut all = look::at(properties, path).into_iter();
        all.any(|(_, value)| !matches!(value.kind, ValueKind::Map(_)))
    };
    unread("Environment") || unread("Environment.Variables")
}

fn layers(properties: &Value) -> Vec<Setting<Text>> {
    look::each_at(properties, "Layers")
        .into_iter()
        .map(|(_, v)| look::text_setting(v, "", v.origin.span))
        .collect()
}

/// Content folders of layers declared in the tree.
fn layer_folders(at: At<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (_, layer) in look::each_at(at.properties(), "Layers") {
        let Some(layer) = at.referred(layer) else {
            continue;
        };
        let content = look::word(layer.properties(), "ContentUri")
            .or_else(|| look::word(layer.properties(), "Content"))
            .or_else(|| look::word_of_key(&layer.raw.metadata, "aws:asset:path"));
        if let Some(folder) = content.and_then(|c| join_path(&layer.unit.folder, c))
            && !found.contains(&folder)
        {
            found.push(folder);
        }
    }
    found
}

/// Notes the function that an alias stands for.
pub fn declare_alias(at: At<'_>, draft: &mut Draft) {
    if let Some(function) = look::first_text(at.properties(), "FunctionName") {
        let name = look::first_text(at.properties(), "Name").map(|n| n.words());
        draft
            .names
            .alias(at.unit.stack, at.address(), function, name);
    }
}

/// Notes the function that a version stands for.
pub fn declare_version(at: At<'_>, draft: &mut Draft) {
    if let Some(function) = look::first_text(at.properties(), "FunctionName") {
        draft
            .names
            .alias(at.unit.stack, at.address(), function, None);
    }
}

/// Ties a function to its role and its dead letters.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    if let Some(id) = draft.function(at.unit.stack, &at.address()) {
        roles(at, id, "Role", draft);
        dead_letters(at, id, "DeadLetterConfig", draft);
        errand::of_function(at.properties(), id, &at.raw.exists, draft);
    }
}

/// The roles that a property names, in every branch.
pub fn roles(at: At<'_>, id: FunctionId, path: &str, draft: &mut Draft) {
    for (guard, text, _) in look::texts(at.properties(), path) {
        let both = at.raw.exists.and(&guard);
        if both.impossible() {
            continue;
        }
        let role = draft.resolve_role(&text);
        let function = draft.change_function(id);
        match role {
            Some(role) => function.role.push((guard, role)),
            None => function
                .incomplete
                .push(format!("the role `{}` is not in the tree", text.words())),
        }
    }
}

/// Reads a permission.
pub fn permission(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let names = look::texts(properties, "FunctionName");
    let principals = look::texts(properties, "Principal");
    let action =
        look::first_text(properties, "Action").unwrap_or_else(|| Text::of("lambda:InvokeFunction"));
    for (name_guard, name, name_origin) in &names {
        let functions = draft.resolve_function(name);
        if functions.is_empty() {
            draft.problem(
                name_origin.span,
                ProblemKind::Unresolved,
                Cost::Node,
                format!(
                    "the permission `{}` names the function `{}`: it is not in the tree",
                    at.raw.id,
                    name.words()
                ),
            );
        }
        let source_arn = look::first_text(properties, "SourceArn");
        let mut statements = Vec::new();
        for (principal_guard, principal, origin) in &principals {
            let exists = at.raw.exists.and(name_guard).and(principal_guard);
            if exists.impossible() {
                continue;
            }
            let statement = Statement {
                sid: Some(at.raw.id.clone()),
                effect: Effect::Allow,
                actions: vec![action.clone()],
                not_actions: false,
                resources: vec![name.clone()],
                not_resources: false,
                principals: vec![principal_of(principal)],
                not_principals: false,
                conditions: tests(properties, source_arn.as_ref()),
                exists,
                origin: at.raw.origin(),
                places: Places {
                    principals: vec![origin.span],
                    ..Places::default()
                },
            };
            statements.push((principal, statement));
        }
        if functions.is_empty() {
            let statements = statements.iter().map(|(_, s)| s.clone()).collect();
            loose(
                at,
                LooseKind::Function,
                vec![name.clone()],
                statements,
                draft,
            );
        }
        for (function, through) in functions {
            for (principal, statement) in &statements {
                let exists = statement.exists.clone();
                let source_arn = source_arn.clone();
                draft
                    .change_function(function)
                    .policy
                    .push(statement.clone());
                draft.permissions.push(Permission {
                    label: at.raw.id.clone(),
                    function,
                    through: through.clone(),
                    action: action.clone(),
                    principal: (*principal).clone(),
                    source_arn,
                    exists,
                    origin: at.raw.origin(),
                    generated: false,
                });
            }
        }
    }
}

/// Notes a policy for something outside the tree.
pub fn loose(
    at: At<'_>,
    kind: LooseKind,
    to: Vec<Text>,
    statements: Vec<Statement>,
    draft: &mut Draft,
) {
    draft.app.aside.loose.push(Loose {
        key: Key {
            stack: at.unit.stack,
            address: at.address(),
        },
        kind,
        to,
        statements,
        exists: at.raw.exists.clone(),
        origin: at.raw.origin(),
    });
}

/// Whom a permission names: a service has a dot, an account none.
fn principal_of(text: &Text) -> Principal {
    match text.literal() {
        Some("*") => Principal::Anyone,
        Some(service)
            if service.ends_with(".amazonaws.com") || service.ends_with(".amazonaws.com.cn") =>
        {
            Principal::Service(text.clone())
        }
        Some(service) if service.contains('.') && !service.starts_with("arn:") => {
            Principal::Service(text.clone())
        }
        Some(_) => Principal::Aws(text.clone()),
        // `!Sub "logs.${AWS::Region}.amazonaws.com"`.
        None if text.words().contains(".amazonaws.com") => Principal::Service(text.clone()),
        None => Principal::Aws(text.clone()),
    }
}

fn tests(
    properties: &Value,
    source_arn: Option<&Text>,
) -> Vec<palisade_model::policy::ConditionTest> {
    let mut found = Vec::new();
    if let Some(arn) = source_arn {
        found.push(source_test("ArnLike", "AWS:SourceArn", arn.clone()));
    }
    let mut add = |path: &str, operator: &str, key: &str| {
        if let Some(text) = look::first_text(properties, path) {
            found.push(source_test(operator, key, text));
        }
    };
    add("SourceAccount", "StringEquals", "AWS:SourceAccount");
    add("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID");
    add(
        "EventSourceToken",
        "StringEquals",
        "lambda:EventSourceToken",
    );
    add(
        "FunctionUrlAuthType",
        "StringEquals",
        "lambda:FunctionUrlAuthType",
    );
    add(
        "InvokedViaFunctionUrl",
        "Bool",
        "lambda:InvokedViaFunctionUrl",
    );
    found
}

/// Reads an `AWS::Lambda::Url`.
pub fn url(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    for (guard, target, origin) in look::texts(at.properties(), "TargetFunctionArn") {
        let exists = at.raw.exists.and(&guard);
        let qualifier = look::first_text(at.properties(), "Qualifier").map(|q| q.words());
        let functions = draft.resolve_function(&target);
        if functions.is_empty() {
            draft.problem(
                origin.span,
                ProblemKind::Unresolved,
                Cost::Node,
                format!(
                    "the URL `{}` names the function `{}`: it is not in the tree",
                    at.raw.id,
                    target.words()
                ),
            );
        }
        for (function, through) in functions {
            url_wire(
                at.properties(),
                &UrlOf {
                    function,
                    through: qualifier.clone().or(through),
                    node,
                    label: at.raw.id.clone(),
                    exists: exists.clone(),
                    origin: at.raw.origin(),
                    permit: Permit::Url,
                },
                draft,
            );
        }
    }
}

/// A function URL that is about to become a trigger.
#[derive(Debug)]
pub struct UrlOf {
    /// The function.
    pub function: FunctionId,
    /// Its alias.
    pub through: Option<String>,
    /// The URL's node.
    pub node: Option<NodeId>,
    /// Label of the trigger.
    pub label: String,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
    /// What allows it.
    pub permit: Permit,
}

/// Adds the trigger of a URL whose settings stand in `config`.
pub fn url_wire(config: &Value, url: &UrlOf, draft: &mut Draft) {
    let mut cases = look::at(config, "AuthType");
    if cases.is_empty() {
        cases.push((Guard::always(), config));
    }
    let signed = |v: &Value| match look::literal(v) {
        Some("AWS_IAM") => Auth::Signed,
        Some("NONE") => Auth::None,
        _ => Auth::Unknown(Reason::NoDefault),
    };
    let doors: Vec<(Guard, Door)> = cases
        .iter()
        .map(|(guard, v)| {
            let door = Door {
                auth: signed(v),
                private: false,
                hedges: Vec::<Hedge>::new(),
                origin: v.origin.clone(),
            };
            (guard.clone(), door)
        })
        .collect();
    for (guard, door) in doors {
        let exists = url.exists.and(&guard);
        if exists.impossible() {
            continue;
        }
        let permit = match (&door.auth, &url.permit) {
            // Signed URLs are judged by the caller's own rights and the function's policy.
            (Auth::Signed, _) => Permit::Settled(Answer::Yes),
            (_, permit) => permit.clone(),
        };
        draft.wires.push(Wire {
            label: url.label.clone(),
            function: url.function,
            through: url.through.clone(),
            source: url.node,
            event: "aws.function-url",
            route: Some(Route {
                method: "ANY".to_owned(),
                path: "$default".to_owned(),
            }),
            filter: Filter::default(),
            doors: vec![door],
            wired: Answer::Yes,
            permit,
            task: None,
            exists,
            origin: url.origin.clone(),
        });
    }
}

/// Ties an `AWS::Lambda::EventInvokeConfig`.
pub fn destinations(at: At<'_>, draft: &mut Draft) {
    for (guard, name, _) in look::texts(at.properties(), "FunctionName") {
        for (function, _) in draft.resolve_function(&name) {
            let exists = at.raw.exists.and(&guard);
            destinations_of(at.properties(), function, &at.raw.id, &exists, draft);
        }
    }
}

/// Where a function's results and failures go: another function, or a channel.
pub fn destinations_of(
    config: &Value,
    function: FunctionId,
    label: &str,
    exists: &Guard,
    draft: &mut Draft,
) {
    errand::of_destinations(config, function, exists, draft);
    for path in ["OnSuccess", "OnFailure"] {
        let full = format!("DestinationConfig.{path}.Destination");
        for (guard, target, origin) in look::texts(config, &full) {
            let delivery = Delivery::new(
                Some(NodeId::Function(function)),
                format!("{label}.{path}"),
                "aws.lambda-destination",
                // The sender's own role must allow it.
                Permit::Settled(Answer::Yes),
                exists.and(&guard),
                origin,
            );
            deliver(&target, &delivery, draft);
        }
    }
}

/// Events that failed go on to a queue or topic.
pub fn dead_letters(at: At<'_>, function: FunctionId, path: &str, draft: &mut Draft) {
    for (guard, config) in look::at(at.properties(), path) {
        let said = look::word(config, "Type");
        for (inner, target, origin) in look::texts(config, "TargetArn") {
            let exists = at.raw.exists.and(&guard).and(&inner);
            errand::of_target(&target, said, function, &exists, &origin, draft);
            let delivery = Delivery::new(
                Some(NodeId::Function(function)),
                format!("{}.DeadLetter", at.raw.id),
                "aws.lambda-destination",
                Permit::Settled(Answer::Yes),
                exists,
                origin,
            );
            deliver(&target, &delivery, draft);
        }
    }
}
