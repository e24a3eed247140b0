//! Lists beside the nodes of an App: parameters, outputs, rules for other websites, open ports.

use palisade_model::app::{Key, Kind, NodeId};
use palisade_model::guard::Guard;
use palisade_model::setting::{Origin, Setting};
use palisade_model::setup::{CrossOrigin, Ingress, Output, Parameter};
use palisade_model::text::{Part, Text};

use crate::draft::Draft;
use crate::look;
use crate::reader::{At, Input, Unit};
use crate::value::{Value, ValueKind};

/// Reads them all.
pub fn read(input: &Input<'_>, draft: &mut Draft) {
    for unit in &input.units {
        parameters(unit, draft);
        outputs(unit, draft);
        for section in ["Api", "HttpApi"] {
            if let Some(global) = look::get(&unit.template.globals, section) {
                cross_origins(global, None, &Guard::always(), draft);
            }
        }
        for raw in &unit.template.resources {
            resource(At { input, unit, raw }, draft);
        }
    }
}

fn key(unit: &Unit, name: &str) -> Key {
    Key {
        stack: unit.stack,
        address: unit.address(name),
    }
}

fn parameters(unit: &Unit, draft: &mut Draft) {
    for declared in &unit.template.defaults {
        draft.app.setup.parameters.push(Parameter {
            key: key(unit, &declared.name),
            default: match &declared.value {
                Some((text, span)) => Setting::written(text.clone(), Origin::written(*span)),
                None => Setting::absent(declared.span),
            },
            hidden: declared.hidden,
            stored: declared.stored,
            origin: Origin::written(declared.span),
        });
    }
}

fn outputs(unit: &Unit, draft: &mut Draft) {
    for (guard, name, _, output) in look::entries(&unit.template.outputs) {
        for (inner, value, origin) in look::texts(output, "Value") {
            draft.app.setup.outputs.push(Output {
                key: key(unit, name),
                value,
                exists: guard.and(&inner),
                origin,
            });
        }
    }
}

fn resource(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let mine = Some(key(at.unit, &at.raw.id));
    let exists = &at.raw.exists;
    match at.raw.type_name.as_str() {
        "AWS::Serverless::Api"
        | "AWS::Serverless::HttpApi"
        | "AWS::ApiGatewayV2::Api"
        | "AWS::Lambda::Url" => cross_origins(properties, mine.as_ref(), exists, draft),
        "AWS::Serverless::Function" => {
            for (guard, url) in look::at(properties, "FunctionUrlConfig") {
                cross_origins(url, mine.as_ref(), &exists.and(&guard), draft);
            }
        }
        "AWS::S3::Bucket" => bucket(properties, mine.as_ref(), exists, draft),
        "AWS::ApiGateway::Method" => {
            let of = owner(properties, "RestApiId", &[Kind::Api], draft);
            method(properties, of.as_ref(), exists, draft);
        }
        "AWS::EC2::SecurityGroup" => {
            for (guard, rule) in look::each_at(properties, "SecurityGroupIngress") {
                ingress(rule, mine.as_ref(), &exists.and(&guard), draft);
            }
        }
        "AWS::EC2::SecurityGroupIngress" => {
            let of = owner(properties, "GroupId", &[Kind::Other], draft);
            ingress(properties, of.as_ref(), exists, draft);
        }
        _ => {}
    }
}

/// The key of the resource that a property names.
fn owner(properties: &Value, path: &str, kinds: &[Kind], draft: &Draft) -> Option<Key> {
    let text = look::first_text(properties, path)?;
    match draft.resolve(&text, kinds).first()? {
        NodeId::Resource(id) => Some(draft.at_resource(*id).key.clone()),
        _ => None,
    }
}

/// The rules of an API or a URL in the words of SAM and CloudFormation.
fn cross_origins(value: &Value, of: Option<&Key>, exists: &Guard, draft: &mut Draft) {
    for name in ["Cors", "CorsConfiguration"] {
        for (guard, rules) in look::at(value, name) {
            let exists = exists.and(&guard);
            if matches!(rules.kind, ValueKind::Map(_)) {
                let found = Found {
                    methods: words(rules, "AllowMethods"),
                    credentials: look::is_true(rules, "AllowCredentials"),
                };
                for path in ["AllowOrigin", "AllowOrigins"] {
                    for (inner, text, origin) in look::texts(rules, path) {
                        add(text, &found, of, &exists.and(&inner), origin, draft);
                    }
                }
            } else if let Some(text) = look::text(rules) {
                // `true` for an HTTP API lets every origin in (SAM, HttpApi CorsConfiguration).
                let text = match look::flag_of(rules) {
                    Some(true) => Text::of("*"),
                    Some(false) => continue,
                    None => text,
                };
                let found = Found::default();
                add(text, &found, of, &exists, rules.origin.clone(), draft);
            }
        }
    }
}

#[derive(Default)]
struct Found {
    methods: Vec<String>,
    credentials: bool,
}

fn bucket(properties: &Value, of: Option<&Key>, exists: &Guard, draft: &mut Draft) {
    for (guard, rule) in look::each_at(properties, "CorsConfiguration.CorsRules") {
        let found = Found {
            methods: words(rule, "AllowedMethods"),
            credentials: false,
        };
        for (inner, text, origin) in look::texts(rule, "AllowedOrigins") {
            let exists = exists.and(&guard).and(&inner);
            add(text, &found, of, &exists, origin, draft);
        }
    }
}

/// The answer to preflight requests of a REST API.
fn method(properties: &Value, of: Option<&Key>, exists: &Guard, draft: &mut Draft) {
    for (guard, answer) in look::each_at(properties, "Integration.IntegrationResponses") {
        let Some(parameters) = look::get(answer, "ResponseParameters") else {
            continue;
        };
        let header = |wanted: &str| {
            look::entries(parameters)
                .into_iter()
                .find(|(_, key, _, _)| {
                    key.strip_prefix("method.response.header.")
                        .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                })
                .map(|(_, _, _, value)| value)
        };
        let Some(value) = header("Access-Control-Allow-Origin") else {
            continue;
        };
        let Some(text) = look::text(value) else {
            continue;
        };
        let credentials = header("Access-Control-Allow-Credentials")
            .and_then(look::literal)
            .is_some_and(|word| word.trim_matches('\'') == "true");
        let found = Found {
            methods: Vec::new(),
            credentials,
        };
        let exists = exists.and(&guard);
        add(text, &found, of, &exists, value.origin.clone(), draft);
    }
}

fn words(value: &Value, path: &str) -> Vec<String> {
    look::texts(value, path)
        .into_iter()
        .map(|(_, text, _)| text.words().trim_matches('\'').to_owned())
        .collect()
}

fn add(
    text: Text,
    found: &Found,
    of: Option<&Key>,
    exists: &Guard,
    origin: Origin,
    draft: &mut Draft,
) {
    if exists.impossible() {
        return;
    }
    draft.app.setup.origins.push(CrossOrigin {
        of: of.cloned(),
        allowed: unquoted(&text),
        methods: found.methods.clone(),
        credentials: found.credentials,
        exists: exists.clone(),
        origin,
    });
}

/// API Gateway takes header values in single quotes.
fn unquoted(text: &Text) -> Text {
    match text.literal() {
        Some(literal) => Text::of(literal.trim().trim_matches('\'')),
        None => Text::join(
            text.parts()
                .iter()
                .filter(|part| !matches!(part, Part::Literal(word) if word == "'"))
                .cloned(),
        ),
    }
}

fn ingress(rule: &Value, of: Option<&Key>, exists: &Guard, draft: &mut Draft) {
    let port = |path: &str| look::word(rule, path).and_then(|w| w.trim().parse::<i64>().ok());
    let protocol = look::word(rule, "IpProtocol").unwrap_or("tcp");
    let all = matches!(protocol, "-1" | "all") || port("FromPort") == Some(-1);
    if !all && !matches!(protocol, "tcp" | "udp" | "6" | "17") {
        return;
    }
    let ports = match (port("FromPort"), port("ToPort")) {
        _ if all => None,
        (Some(from), to) => {
            let cut = |port: i64| u16::try_from(port.clamp(0, 65_535)).unwrap_or(u16::MAX);
            Some((cut(from), cut(to.unwrap_or(from))))
        }
        // A port that is not known is no reason for a finding.
        (None, _) => return,
    };
    for path in ["CidrIp", "CidrIpv6"] {
        for (guard, from, origin) in look::texts(rule, path) {
            draft.app.setup.ingress.push(Ingress {
                of: of.cloned(),
                from,
                ports,
                exists: exists.and(&guard),
                origin,
            });
        }
    }
}
