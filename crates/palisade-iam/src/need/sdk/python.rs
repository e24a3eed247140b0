//! boto3 and what is built like it: clients, objects, collections, paginators, waiters.

use palisade_model::api::{ApiArg, ApiStep, ApiValue};

use super::is_foreign;
use crate::facts::{Filled, Sdk, Source, embedded};
use crate::need::argument::{Identifiers, Input};
use crate::need::walk::{Beside, Client, Object, On, Seat, Sent, Walked, literals, send};

/// Arguments that are credentials.
const CREDENTIALS: [&str; 3] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];
/// What makes sessions.
const SESSIONS: [&str; 9] = [
    "boto3.Session",
    "boto3.session.Session",
    "boto3.setup_default_session",
    "aioboto3.Session",
    "aioboto3.session.Session",
    "botocore.session.get_session",
    "botocore.session.Session",
    "aiobotocore.session.get_session",
    "aiobotocore.session.AioSession",
];
/// What signs requests to a search engine, and where the name of the service stands.
const SIGNERS: [(&str, usize); 6] = [
    ("opensearchpy.AWSV4SignerAuth", 2),
    ("opensearchpy.AWSV4SignerAsyncAuth", 2),
    ("opensearchpy.RequestsAWSV4SignerAuth", 2),
    ("opensearchpy.Urllib3AWSV4SignerAuth", 2),
    ("opensearchpy.helpers.signer.AWSV4SignerAuth", 2),
    ("requests_aws4auth.AWS4Auth", 3),
];

/// A function of the library is called.
pub(in crate::need) fn called(name: &str, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    if SESSIONS.contains(&name) {
        return vec![On::Session(seat(step, &Seat::default()))];
    }
    match name {
        "boto3.client" | "aioboto3.client" => return clients(step, &Seat::default(), walked),
        "boto3.resource" | "aioboto3.resource" => {
            return resources(step, &Seat::default(), walked);
        }
        _ => {}
    }
    if let Some((_, at)) = SIGNERS.iter().find(|(signer, _)| *signer == name) {
        signed(step, *at, walked);
        return Vec::new();
    }
    if let Some(path) = name.strip_prefix("aws_lambda_powertools.utilities.")
        && let Some((module, function)) = path.split_once('.')
    {
        let operations = embedded().operations(Sdk::Powertools, module, function);
        send(
            walked,
            operations,
            vec![Input::of_call(step)],
            &Seat::default(),
        );
    }
    Vec::new()
}

/// How a client is set up by the arguments of a call; what they do not say is as it was before.
fn seat(step: &ApiStep, before: &Seat) -> Seat {
    let args = || step.args.iter().flatten();
    let foreign = args().any(|arg| is_credential(arg) && arg.values.iter().any(is_foreign));
    let given = |name: &str, before: &[ApiValue]| {
        let arg = step.named(name);
        arg.map_or_else(|| before.to_vec(), |arg| arg.values.clone())
    };
    Seat {
        own: before.own && !foreign,
        region: given("region_name", &before.region),
        endpoint: given("endpoint_url", &before.endpoint),
    }
}

fn is_credential(arg: &ApiArg) -> bool {
    arg.name
        .as_deref()
        .is_some_and(|name| CREDENTIALS.contains(&name))
}

/// The services that a call names; one that is not known is told.
fn services(step: &ApiStep, walked: &mut Walked) -> Vec<String> {
    let named = step.named("service_name").or_else(|| step.at(0));
    let (names, open) = literals(named.map_or(&[], |arg| arg.values.as_slice()));
    if open {
        let why = "the service of a client is known only when it runs".to_owned();
        walked.incomplete.push(why);
    }
    names
}

fn clients(step: &ApiStep, before: &Seat, walked: &mut Walked) -> Vec<On> {
    let seat = seat(step, before);
    let clients = services(step, walked).into_iter().map(|service| {
        On::Client(Client {
            sdk: Sdk::Boto3,
            service,
            typed: false,
            seat: seat.clone(),
        })
    });
    clients.collect()
}

fn resources(step: &ApiStep, before: &Seat, walked: &mut Walked) -> Vec<On> {
    let seat = seat(step, before);
    let objects = services(step, walked).into_iter().map(|class| {
        On::Object(Object {
            class,
            identifiers: Vec::new(),
            seat: seat.clone(),
        })
    });
    objects.collect()
}

/// Requests signed for a search engine: the one of the template, what they ask for is not looked at.
fn signed(step: &ApiStep, at: usize, walked: &mut Walked) {
    let named = step.named("service").or_else(|| step.at(at));
    let (names, _) = literals(named.map_or(&[], |arg| arg.values.as_slice()));
    for name in &names {
        let why =
            format!("requests are signed by hand for `{name}`: what they ask for is not known");
        walked.incomplete.push(why);
        if name == "aoss" {
            walked.sent.push(Sent {
                operation: None,
                input: Input::default(),
                seat: Seat::default(),
                beside: vec![Beside {
                    action: "aoss:APIAccessAll".to_owned(),
                    type_name: "AWS::OpenSearchServerless::Collection",
                    arn: "aoss:collection/",
                }],
            });
        }
    }
}

/// A member of a client.
pub(in crate::need) fn on_client(client: &Client, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let name = step.name.as_str();
    if name == "meta" {
        return vec![On::Meta(client.clone())];
    }
    if step.args.is_none() {
        return Vec::new();
    }
    match name {
        "get_paginator" => {
            return told(step, "operation_name")
                .into_iter()
                .map(|operation| On::Paginator(client.clone(), operation))
                .collect();
        }
        "get_waiter" => {
            return told(step, "waiter_name")
                .into_iter()
                .map(|waiter| On::Waiter(client.clone(), waiter))
                .collect();
        }
        _ => {}
    }
    let facts = embedded();
    if let Some(signs) = facts.presigner(client.sdk, &client.service, name) {
        let (of, at) = signs.operation;
        let named = step.named(of).or_else(|| step.at(at as usize));
        let (names, open) = literals(named.map_or(&[], |arg| arg.values.as_slice()));
        if open {
            walked
                .incomplete
                .push("the operation of a signed address is known only when it runs".to_owned());
        }
        let given = signs.parameters;
        let given = given.and_then(|(of, at)| step.named(of).or_else(|| step.at(at as usize)));
        for name in names {
            let operations = facts.operations(client.sdk, &client.service, &name);
            send(walked, operations, Input::of_map(given), &client.seat);
        }
        return Vec::new();
    }
    let mut operations = facts.operations(client.sdk, &client.service, name);
    if operations.is_empty() && client.typed {
        // A value known by its type alone may be of the other SDK.
        let package = format!("@aws-sdk/client-{}", client.service);
        operations = facts.operations(Sdk::Js3, &package, name);
        send(walked, operations, Input::of_map(step.at(0)), &client.seat);
        return Vec::new();
    }
    if operations.is_empty() {
        walked.unmet.push((client.clone(), name.to_owned()));
    }
    send(walked, operations, vec![Input::of_call(step)], &client.seat);
    Vec::new()
}

/// The literal texts of an argument by name, or the first.
fn told(step: &ApiStep, name: &str) -> Vec<String> {
    let arg = step.named(name).or_else(|| step.at(0));
    literals(arg.map_or(&[], |arg| arg.values.as_slice())).0
}

/// A member of anything else.
pub(in crate::need) fn on(on: &On, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let name = step.name.as_str();
    match on {
        On::Session(seat) => match name {
            "client" | "create_client" => clients(step, seat, walked),
            "resource" => resources(step, seat, walked),
            _ => vec![on.clone()],
        },
        On::Meta(client) => match name {
            "client" => vec![On::Client(client.clone())],
            _ => Vec::new(),
        },
        On::Paginator(client, operation) if name == "paginate" => {
            let operations = embedded().operations(client.sdk, &client.service, operation);
            send(walked, operations, vec![Input::of_call(step)], &client.seat);
            Vec::new()
        }
        On::Waiter(client, waiter) if name == "wait" => {
            let operation = embedded().waiter(client.sdk, &client.service, waiter);
            let operations = operation.into_iter().collect();
            send(walked, operations, vec![Input::of_call(step)], &client.seat);
            Vec::new()
        }
        On::Object(object) => on_object(object, step, walked),
        On::Collection(object, collection) => on_collection(object, collection, step, walked),
        _ => Vec::new(),
    }
}

fn on_object(object: &Object, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let name = step.name.as_str();
    let facts = embedded();
    match name {
        "meta" => {
            let service = object.class.split('.').next().unwrap_or_default();
            return vec![On::Meta(Client {
                sdk: Sdk::Boto3,
                service: service.to_owned(),
                typed: false,
                seat: object.seat.clone(),
            })];
        }
        // A page of a collection holds objects.
        "*" => return vec![On::Object(object.clone())],
        _ => {}
    }
    if let Some(child) = facts.child(&object.class, name) {
        let identifiers = identified(&child.identifiers, object, Some(step));
        return vec![On::Object(Object {
            class: child.class.to_owned(),
            identifiers,
            seat: object.seat.clone(),
        })];
    }
    if facts.collection(&object.class, name).is_some() {
        return vec![On::Collection(object.clone(), name.to_owned())];
    }
    if step.args.is_some() {
        let operations = facts.operations(Sdk::Boto3Resource, &object.class, name);
        let input = Input::of_call(step).on(&object.identifiers);
        send(walked, operations, vec![input], &object.seat);
    }
    Vec::new()
}

fn on_collection(
    object: &Object,
    collection: &str,
    step: &ApiStep,
    walked: &mut Walked,
) -> Vec<On> {
    let facts = embedded();
    if step.name == "*" {
        let Some(found) = facts.collection(&object.class, collection) else {
            return Vec::new();
        };
        return vec![On::Object(Object {
            class: found.class.to_owned(),
            identifiers: identified(&found.identifiers, object, None),
            seat: object.seat.clone(),
        })];
    }
    if step.args.is_none() {
        return Vec::new();
    }
    let symbol = format!("{collection}.{}", step.name);
    let operations = facts.operations(Sdk::Boto3Resource, &object.class, &symbol);
    let input = Input::of_call(step).on(&object.identifiers);
    send(walked, operations, vec![input], &object.seat);
    match step.name.as_str() {
        "all" | "filter" | "limit" | "page_size" | "pages" => {
            vec![On::Collection(object.clone(), collection.to_owned())]
        }
        _ => Vec::new(),
    }
}

/// What an object that another makes is identified by.
fn identified(filled: &[Filled<'_>], of: &Object, step: Option<&ApiStep>) -> Identifiers {
    let values = |source: Source<'_>| -> Vec<ApiValue> {
        match source {
            Source::Identifier(name) => {
                let known = of.identifiers.iter().find(|(n, _)| n == name);
                known.map(|(_, values)| values.clone()).unwrap_or_default()
            }
            Source::Argument(at) => {
                let arg = step.and_then(|step| step.at(at as usize));
                arg.map(|arg| arg.values.clone()).unwrap_or_default()
            }
            Source::Named(name) => {
                let arg = step.and_then(|step| step.named(name));
                arg.map(|arg| arg.values.clone()).unwrap_or_default()
            }
            Source::Constant(text) => vec![ApiValue::Text(palisade_model::text::Text::of(text))],
            Source::Loaded(what) => vec![ApiValue::Unknown(what.to_owned())],
        }
    };
    let mut all = Vec::new();
    for one in filled {
        let mut found = values(one.source);
        if found.is_empty()
            && matches!(one.source, Source::Argument(_))
            && let Some(step) = step
        {
            // `Table(name=…)`: identifiers may be passed by name, in small letters.
            let name = crate::facts::snake(one.target);
            found = step
                .named(&name)
                .map(|arg| arg.values.clone())
                .unwrap_or_default();
        }
        all.push((one.target.to_owned(), found));
    }
    all
}
