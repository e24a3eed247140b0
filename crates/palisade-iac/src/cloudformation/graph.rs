//! GraphQL APIs: their ways in, and the functions behind their data sources.

use palisade_model::app::NodeId;
use palisade_model::reach::{Auth, Door, Filter, Hedge};
use palisade_model::setting::{Answer, Origin, Reason};
use palisade_model::text::Text;

use crate::draft::{Draft, Permit, Wire};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// Ties an `AWS::AppSync::DataSource`.
pub fn data_source(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let api = look::first_text(properties, "ApiId").and_then(|text| at.input.referred(&text));
    let node = api.and_then(|api| draft.node(api.unit.stack, &api.address()));
    let doors = api
        .map(|api| doors(api.properties(), api))
        .unwrap_or_default();
    for (guard, target, origin) in look::texts(properties, "LambdaConfig.LambdaFunctionArn") {
        let exists = at.raw.exists.and(&guard);
        source(&at.raw.id, &target, node, &doors, &exists, &origin, draft);
    }
}

/// Ties the data sources of an `AWS::Serverless::GraphQLApi`.
pub fn serverless(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    let doors = doors(at.properties(), at);
    for (outer, sources) in look::at(at.properties(), "DataSources.Lambda") {
        for (guard, name, _, entry) in look::entries(sources) {
            for (inner, target, origin) in look::texts(entry, "FunctionArn") {
                let exists = at.raw.exists.and(&outer).and(&guard).and(&inner);
                let label = format!("{}.{name}", at.raw.id);
                source(&label, &target, node, &doors, &exists, &origin, draft);
            }
        }
    }
}

fn source(
    label: &str,
    target: &Text,
    node: Option<NodeId>,
    doors: &[Door],
    exists: &palisade_model::guard::Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    if exists.impossible() {
        return;
    }
    for (function, through) in draft.resolve_function(target) {
        draft.wires.push(Wire {
            label: label.to_owned(),
            function,
            through,
            source: node,
            event: "aws.appsync",
            route: None,
            filter: Filter::default(),
            doors: doors.to_vec(),
            wired: Answer::Yes,
            // The API acts with the role of its data source.
            permit: Permit::Settled(Answer::Yes),
            task: None,
            exists: exists.clone(),
            origin: origin.clone(),
        });
    }
}

/// One door for each mode: the API's own and the additional ones.
fn doors(properties: &Value, api: At<'_>) -> Vec<Door> {
    let address = api.address();
    let mut found = Vec::new();
    let mut add = |value: &Value| {
        let auth = match look::literal(value) {
            Some("API_KEY") => Auth::Key,
            Some("AWS_IAM") => Auth::Signed,
            Some("AMAZON_COGNITO_USER_POOLS" | "OPENID_CONNECT") => Auth::Token(address.clone()),
            Some("AWS_LAMBDA") => Auth::Custom(address.clone()),
            _ => Auth::Unknown(Reason::NoDefault),
        };
        found.push(Door {
            hedges: if auth == Auth::Key {
                vec![Hedge::Key]
            } else {
                Vec::new()
            },
            auth,
            private: false,
            origin: value.origin.clone(),
        });
    };
    for path in ["AuthenticationType", "Auth.Type"] {
        for (_, value) in look::at(properties, path) {
            add(value);
        }
    }
    for path in ["AdditionalAuthenticationProviders", "Auth.Additional"] {
        for (_, provider) in look::each_at(properties, path) {
            for key in ["AuthenticationType", "Type"] {
                for (_, value) in look::at(provider, key) {
                    add(value);
                }
            }
        }
    }
    found
}
