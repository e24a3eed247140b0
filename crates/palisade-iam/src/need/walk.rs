//! Walks a path into an SDK, from its root to the call, and tells the requests that are sent.

use palisade_model::api::{ApiStep, ApiValue};

use super::argument::{Identifiers, Input};
use super::sdk::{javascript, python};
use crate::facts::{Operation, Sdk};

/// An action that is needed beside operations: a protocol that is signed by hand.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Beside {
    pub(super) action: String,
    /// The type of the resources it is for.
    pub(super) type_name: &'static str,
    /// The ARN where the template has none.
    pub(super) arn: &'static str,
}

/// A request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sent {
    /// What is asked for.
    pub(super) operation: Option<Operation<'static>>,
    /// With what.
    pub(super) input: Input,
    /// How its client is set up.
    pub(super) seat: Seat,
    /// Needed beside.
    pub(super) beside: Vec<Beside>,
}

/// What walking one path tells.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Walked {
    /// Requests of its last call.
    pub(super) sent: Vec<Sent>,
    /// Commands that its last call sends, and how the client is set up that sends them.
    pub(super) commands: Vec<(Vec<ApiStep>, Seat)>,
    /// What is not understood.
    pub(super) incomplete: Vec<String>,
    /// Clients whose SDK does not have the method that is called last, with the method.
    pub(super) unmet: Vec<(Client, String)>,
}

/// What a path has come to.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum On {
    /// A name of the library.
    Name(String),
    /// A session.
    Session(Seat),
    /// A client.
    Client(Client),
    /// A paginator of an operation.
    Paginator(Client, String),
    /// A waiter.
    Waiter(Client, String),
    /// An object of boto3's resources.
    Object(Object),
    /// A collection of such objects.
    Collection(Object, String),
    /// What `meta` of an object is.
    Meta(Client),
}

/// A client.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Client {
    /// Of which SDK.
    pub(super) sdk: Sdk,
    /// The service as that SDK names it.
    pub(super) service: String,
    /// Whether it is known by its type alone, so that it may be of another SDK.
    pub(super) typed: bool,
    /// How it is set up.
    pub(super) seat: Seat,
}

/// How a client is set up.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Seat {
    /// Whether its rights are those of the function.
    pub(super) own: bool,
    /// The region it is given.
    pub(super) region: Vec<ApiValue>,
    /// The address it is given.
    pub(super) endpoint: Vec<ApiValue>,
}

impl Default for Seat {
    fn default() -> Self {
        Self {
            own: true,
            region: Vec::new(),
            endpoint: Vec::new(),
        }
    }
}

/// An object of boto3's resources.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Object {
    /// Its class, such as `s3.Bucket`.
    pub(super) class: String,
    /// What identifies it.
    pub(super) identifiers: Identifiers,
    /// How its client is set up.
    pub(super) seat: Seat,
}

/// Walks a path.
pub(super) fn walk(path: &[ApiStep]) -> Walked {
    let mut walked = Walked::default();
    states(path, &mut walked);
    walked
}

/// What a path comes to; what its last call sends is noted.
pub(super) fn states(path: &[ApiStep], walked: &mut Walked) -> Vec<On> {
    let mut states = vec![On::Name(String::new())];
    for step in path {
        walked.sent.clear();
        walked.commands.clear();
        walked.unmet.clear();
        let before = std::mem::take(&mut states);
        for on in before {
            states.extend(next(&on, step, walked));
        }
        states.truncate(16);
    }
    states
}

fn next(on: &On, step: &ApiStep, walked: &mut Walked) -> Vec<On> {
    match on {
        On::Name(name) => {
            let name = match name.as_str() {
                "" => step.name.clone(),
                _ => format!("{name}.{}", step.name),
            };
            if let Some(typed) = typed(&name) {
                return vec![typed];
            }
            if step.args.is_none() {
                return vec![On::Name(name)];
            }
            if name.starts_with("aws-sdk") || name.starts_with('@') {
                javascript::called(&name, step, walked)
            } else {
                python::called(&name, step, walked)
            }
        }
        On::Client(client) => match client.sdk {
            Sdk::Js2 | Sdk::Js3 => javascript::on_client(client, step, walked),
            _ => python::on_client(client, step, walked),
        },
        other => python::on(other, step, walked),
    }
}

/// A value that is known by its type alone.
fn typed(name: &str) -> Option<On> {
    let of = name.strip_prefix('[')?.strip_suffix(']')?;
    let of = of.strip_prefix("aws.").unwrap_or(of);
    let (service, kind) = of.split_once('.')?;
    Some(match kind {
        "Client" => On::Client(Client {
            sdk: Sdk::Boto3,
            service: service.to_owned(),
            typed: true,
            seat: Seat::default(),
        }),
        "DocumentClient" => On::Client(Client {
            sdk: Sdk::Js2,
            service: "DynamoDB.DocumentClient".to_owned(),
            typed: true,
            seat: Seat::default(),
        }),
        "Resource" => On::Object(Object {
            class: service.to_owned(),
            identifiers: Vec::new(),
            seat: Seat::default(),
        }),
        _ => On::Object(Object {
            class: of.to_owned(),
            identifiers: Vec::new(),
            seat: Seat::default(),
        }),
    })
}

/// Notes requests for all operations of a name.
pub(super) fn send(
    walked: &mut Walked,
    operations: Vec<Operation<'static>>,
    inputs: Vec<Input>,
    seat: &Seat,
) {
    for operation in operations {
        for input in &inputs {
            walked.sent.push(Sent {
                operation: Some(operation),
                input: input.clone().named_by(&operation),
                seat: seat.clone(),
                beside: Vec::new(),
            });
        }
    }
}

/// The literal texts that values are; the flag says that there is more.
pub(super) fn literals(values: &[ApiValue]) -> (Vec<String>, bool) {
    let mut open = values.is_empty();
    let mut all = Vec::new();
    for value in values {
        match value.text().and_then(|text| text.literal()) {
            Some(text) => all.push(text.to_owned()),
            None => open = true,
        }
    }
    (all, open)
}

/// How the client that values are is set up; one with the rights of the function is told before others.
pub(super) fn seat_of(values: &[ApiValue]) -> Seat {
    let mut found: Option<Seat> = None;
    for value in values {
        let ApiValue::Made(path) = value else {
            continue;
        };
        for on in states(path, &mut Walked::default()) {
            let On::Client(client) = on else { continue };
            if client.seat.own {
                return client.seat;
            }
            found = Some(client.seat);
        }
    }
    found.unwrap_or_default()
}
