//! Both SDKs for JavaScript: clients, commands, aggregated clients, paginators, waiters, signed addresses.

use palisade_model::api::{ApiStep, ApiValue};

use super::is_foreign;
use crate::facts::{Sdk, embedded};
use crate::need::argument::Input;
use crate::need::walk::{Client, On, Seat, Walked, literals, seat_of, send};

/// Keys of a client's settings that are credentials.
const CREDENTIALS: [&str; 3] = ["credentials", "accessKeyId", "secretAccessKey"];

/// A function or class of the library is called.
pub(in crate::need) fn called(name: &str, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    if let Some(path) = name.strip_prefix("@aws-lambda-powertools/") {
        let (module, function) = path.rsplit_once('.').unwrap_or((path, ""));
        let operations = embedded().operations(Sdk::Powertools, module, function);
        send(
            walked,
            operations,
            vec![Input::of_call(step)],
            &Seat::default(),
        );
        return Vec::new();
    }
    if name.starts_with('@') {
        return version3(name, step, walked);
    }
    version2(name, step, walked)
}

fn version2(name: &str, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let seat = settings(step, true);
    let Some(service) = service2(name) else {
        return Vec::new();
    };
    if service == "S3.ManagedUpload" {
        let inputs = parameters(step, "params");
        send(
            walked,
            embedded().operations(Sdk::Js2, "S3", "upload"),
            inputs,
            &seat,
        );
        return Vec::new();
    }
    vec![On::Client(Client {
        sdk: Sdk::Js2,
        service,
        typed: false,
        seat,
    })]
}

/// `aws-sdk.S3`, `aws-sdk/clients/s3`, `aws-sdk/clients/all.S3`, `aws-sdk/clients/dynamodb.DocumentClient`.
fn service2(name: &str) -> Option<String> {
    let facts = embedded();
    let known = |service: &str| {
        let first = service.split('.').next().unwrap_or_default();
        let plain =
            service == first || matches!(service, "DynamoDB.DocumentClient" | "S3.ManagedUpload");
        (plain && facts.client(Sdk::Js2, first).is_some()).then(|| service.to_owned())
    };
    let path = name.strip_prefix("aws-sdk")?;
    if let Some(rest) = path.strip_prefix("/clients/") {
        let (file, class) = rest.split_once('.').unwrap_or((rest, ""));
        let file = file.trim_end_matches(".js");
        if file == "all" {
            return known(class);
        }
        let service = facts.class_of_file(file)?;
        return match class {
            "" | "default" => known(service),
            // The file exports the class alone; its own members are named behind it.
            class if class == service => known(service),
            class => known(&format!("{service}.{class}")),
        };
    }
    let class = path.strip_prefix("/global").unwrap_or(path);
    known(class.strip_prefix('.')?.trim_start_matches("default."))
}

fn version3(name: &str, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let (package, symbol) = name.split_once('.').unwrap_or((name, ""));
    let symbol = symbol.trim_start_matches("default.");
    let facts = embedded();
    let first = step.at(0).map_or(&[][..], |arg| arg.values.as_slice());
    if symbol.ends_with("Command") {
        let operations = facts.operations(Sdk::Js3, package, symbol);
        send(
            walked,
            operations,
            Input::of_map(step.at(0)),
            &Seat::default(),
        );
        return Vec::new();
    }
    if symbol.starts_with("paginate")
        || symbol.starts_with("waitUntil")
        || symbol.starts_with("waitFor")
    {
        let clients: Vec<ApiValue> = first
            .iter()
            .flat_map(|value| value.get("client").unwrap_or_default().iter().cloned())
            .collect();
        let operations = facts.operations(Sdk::Js3, package, symbol);
        send(
            walked,
            operations,
            Input::of_map(step.at(1)),
            &seat_of(&clients),
        );
        return Vec::new();
    }
    if package.ends_with("/lib-storage") {
        let operations = facts.operations(Sdk::Js3, package, symbol);
        let clients: Vec<ApiValue> = first
            .iter()
            .flat_map(|value| value.get("client").unwrap_or_default().iter().cloned())
            .collect();
        send(
            walked,
            operations,
            Input::of_map(step.at(0)),
            &seat_of(&clients),
        );
        return Vec::new();
    }
    if package.ends_with("/s3-request-presigner") {
        commands(
            step.at(1).map_or(&[], |arg| arg.values.as_slice()),
            &seat_of(first),
            walked,
        );
        return Vec::new();
    }
    if package.ends_with("/s3-presigned-post") {
        let operations = facts.operations(Sdk::Js3, package, symbol);
        send(
            walked,
            operations,
            vec![Input::of_call(step)],
            &seat_of(first),
        );
        return Vec::new();
    }
    if package.contains("credential-provider") {
        return Vec::new();
    }
    if symbol.ends_with(".from") {
        return vec![On::Client(Client {
            sdk: Sdk::Js3,
            service: package.to_owned(),
            typed: false,
            seat: seat_of(first),
        })];
    }
    let class = symbol.chars().next().is_some_and(char::is_uppercase) && !symbol.contains('.');
    if !class {
        return Vec::new();
    }
    vec![On::Client(Client {
        sdk: Sdk::Js3,
        service: package.to_owned(),
        typed: false,
        seat: settings(step, true),
    })]
}

/// How a client is set up by the settings it is made with.
fn settings(step: &ApiStep, own: bool) -> Seat {
    let values = step.at(0).map_or(&[][..], |arg| arg.values.as_slice());
    let given = |key: &str| -> Vec<ApiValue> {
        let found = values.iter().filter_map(|value| value.get(key));
        found.flatten().cloned().collect()
    };
    let foreign = CREDENTIALS
        .iter()
        .any(|key| given(key).iter().any(is_foreign));
    Seat {
        own: own && !foreign,
        region: given("region"),
        endpoint: given("endpoint"),
    }
}

/// The maps under a key of the first argument.
fn parameters(step: &ApiStep, key: &str) -> Vec<Input> {
    let values = step.at(0).map_or(&[][..], |arg| arg.values.as_slice());
    let mut inputs = Vec::new();
    for value in values {
        match value.get(key) {
            Some(values) => inputs.extend(values.iter().map(Input::of_value)),
            None => inputs.push(Input::unknown()),
        }
    }
    if inputs.is_empty() {
        vec![Input::unknown()]
    } else {
        inputs
    }
}

/// Notes who sends commands.
fn commands(values: &[ApiValue], seat: &Seat, walked: &mut Walked) {
    for value in values {
        if let ApiValue::Made(path) = value {
            walked.commands.push((path.clone(), seat.clone()));
        }
    }
}

/// A method of a client.
pub(in crate::need) fn on_client(client: &Client, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    let name = step.name.as_str();
    if step.args.is_none() {
        return Vec::new();
    }
    let facts = embedded();
    let first = step.at(0).map_or(&[][..], |arg| arg.values.as_slice());
    match name {
        "send" => {
            commands(first, &client.seat, walked);
            return Vec::new();
        }
        "waitFor" => {
            for waiter in literals(first).0 {
                let operation = facts.waiter(client.sdk, &client.service, &waiter);
                let operations = operation.into_iter().collect();
                send(walked, operations, Input::of_map(step.at(1)), &client.seat);
            }
            return Vec::new();
        }
        "makeRequest" => {
            for operation in literals(first).0 {
                let operations = facts.operations(client.sdk, &client.service, &operation);
                send(walked, operations, Input::of_map(step.at(1)), &client.seat);
            }
            return Vec::new();
        }
        _ => {}
    }
    if let Some(signs) = facts.presigner(client.sdk, &client.service, name) {
        let (of, at) = signs.operation;
        let named = step.named(of).or_else(|| step.at(at as usize));
        let values = named.map_or(&[][..], |arg| arg.values.as_slice());
        commands(values, &client.seat, walked);
        let given = signs.parameters.and_then(|(_, at)| step.at(at as usize));
        for name in literals(values).0 {
            let operations = facts.operations(client.sdk, &client.service, &name);
            send(walked, operations, Input::of_map(given), &client.seat);
        }
        return Vec::new();
    }
    let operations = facts.operations(client.sdk, &client.service, name);
    if operations.is_empty() {
        walked.unmet.push((client.clone(), name.to_owned()));
    }
    send(walked, operations, Input::of_map(step.at(0)), &client.seat);
    Vec::new()
}
