//! How long the answer of an authorizer is kept, and for which requests.

use palisade_model::attribute::{AnySetting, Attribute, Settings};
use palisade_model::setting::{Given, Setting};
use palisade_model::source::Span;
use palisade_model::text::{Part, Text};

use crate::look;
use crate::value::Value;

/// How a format writes it.
#[derive(Debug)]
pub struct Form {
    /// Where the seconds stand.
    seconds: &'static str,
    /// Seconds where none are written.
    default: f64,
    /// Lists of what a request is known by, and what stands before each of their words.
    keys: &'static [(&'static str, &'static str)],
}

const IDENTITY: &[(&str, &str)] = &[
    ("Identity.Headers", "header."),
    ("Identity.QueryStrings", "querystring."),
    ("Identity.StageVariables", "stageVariables."),
    ("Identity.Context", "context."),
];

/// `AWS::ApiGateway::Authorizer`. Source: CloudFormation resource reference (2026).
pub const REST: Form = Form {
    seconds: "AuthorizerResultTtlInSeconds",
    default: 300.0,
    keys: &[("IdentitySource", "")],
};
/// `AWS::ApiGatewayV2::Authorizer`. Source: CloudFormation resource reference (2026).
pub const HTTP: Form = Form {
    seconds: "AuthorizerResultTtlInSeconds",
    default: 0.0,
    keys: &[("IdentitySource", "")],
};
/// An authorizer in the definition of a REST API. Source: API Gateway guide, x-amazon-apigateway-authorizer (2026).
pub const BODY: Form = Form {
    seconds: "authorizerResultTtlInSeconds",
    default: 300.0,
    keys: &[("identitySource", "")],
};
/// An authorizer of `AWS::Serverless::Api`. Source: SAM guide, LambdaRequestAuthorizationIdentity (2026).
pub const SAM_REST: Form = Form {
    seconds: "Identity.ReauthorizeEvery",
    default: 300.0,
    keys: IDENTITY,
};
/// An authorizer of `AWS::Serverless::HttpApi`. Source: SAM guide, LambdaAuthorizationIdentity (2026).
pub const SAM_HTTP: Form = Form {
    seconds: "Identity.ReauthorizeEvery",
    default: 0.0,
    keys: IDENTITY,
};

/// What an authorizer that gets whole requests says about it.
pub fn settings(authorizer: &Value, form: &Form, span: Span) -> Settings {
    let mut found = Settings::default();
    let seconds = match look::number_setting(authorizer, form.seconds, span) {
        setting if setting.is_absent() => Setting::platform(form.default, span),
        setting => setting,
    };
    found.set(Attribute::CacheSeconds, AnySetting::Number(seconds));
    found.set(
        Attribute::CacheKey,
        AnySetting::Text(key(authorizer, form, span)),
    );
    found
}

/// All words of its lists in one text; absent where there are none.
fn key(authorizer: &Value, form: &Form, span: Span) -> Setting<Text> {
    let mut parts: Vec<Part> = Vec::new();
    let mut first = None;
    for (path, before) in form.keys {
        for (_, item) in look::each_at(authorizer, path) {
            first.get_or_insert_with(|| item.origin.clone());
            let Some(text) = look::text(item) else {
                parts.push(Part::Hole(palisade_model::text::Symbol::Opaque(
                    item.words(),
                )));
                continue;
            };
            if !parts.is_empty() {
                parts.push(Part::Literal(",".to_owned()));
            }
            parts.push(Part::Literal((*before).to_owned()));
            parts.extend(text.parts().iter().cloned());
        }
    }
    match first {
        Some(origin) => Setting::written(Text::join(parts), origin),
        None => Setting {
            given: Given::Absent,
            ..Setting::absent(span)
        },
    }
}
