//! One event of a serverless function, and what SAM generates for it: nodes and permissions.

use palisade_model::app::{FunctionId, Key, Kind, Resource, ResourceId};
use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::policy::Principal;
use palisade_model::reach::Reach;
use palisade_model::setting::{Origin, Setting};
use palisade_model::source::Span;
use palisade_model::text::{Symbol, Text};

use crate::draft::{Draft, Permission};
use crate::look;
use crate::policy::{Made, source_test};
use crate::reader::At;
use crate::value::Value;

/// One event of one function.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The function's resource.
    pub at: At<'a>,
    /// The function.
    pub function: FunctionId,
    /// The alias that is published.
    pub through: Option<String>,
    /// The event's name.
    pub name: &'a str,
    /// Its properties.
    pub properties: &'a Value,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub span: Span,
}

impl Event<'_> {
    /// Written at the event's name.
    pub fn origin(&self) -> Origin {
        Origin::written(self.span)
    }
}

/// The alias that is published with every deployment.
pub fn alias(at: At<'_>) -> Option<String> {
    look::first_text(at.properties(), "AutoPublishAlias").map(|t| t.words())
}

/// Declares a node that SAM generates, at `F#word`.
pub fn generated(
    at: At<'_>,
    word: &str,
    kind: Kind,
    type_name: &str,
    origin: Origin,
    draft: &mut Draft,
) -> Option<ResourceId> {
    draft.add_resource(Resource {
        key: Key {
            stack: at.unit.stack,
            address: format!("{}#{word}", at.address()),
        },
        kind,
        type_name: type_name.to_owned(),
        name: Setting::absent(origin.span),
        settings: Settings::default(),
        policy: Vec::new(),
        workflow: None,
        writers: Reach::default(),
        exists: at.raw.exists.clone(),
        origin,
    })
}

/// A permission that SAM generates.
#[derive(Debug)]
pub struct Permitted<'l> {
    /// The function.
    pub function: FunctionId,
    /// Its alias.
    pub through: Option<String>,
    /// Name of the event.
    pub label: &'l str,
    /// What is allowed.
    pub action: &'l str,
    /// Who.
    pub principal: Text,
    /// `SourceArn`.
    pub source_arn: Option<Text>,
    /// Other tests.
    pub tests: Vec<palisade_model::policy::ConditionTest>,
    /// When it exists.
    pub exists: Guard,
    /// What causes it.
    pub cause: Origin,
}

/// Adds a generated permission to a function.
pub fn permit(permitted: &Permitted<'_>, draft: &mut Draft) {
    let principal = match permitted.principal.literal() {
        Some("*") => Principal::Anyone,
        _ => Principal::Service(permitted.principal.clone()),
    };
    let mut conditions = permitted.tests.clone();
    if let Some(arn) = &permitted.source_arn {
        conditions.insert(0, source_test("ArnLike", "AWS:SourceArn", arn.clone()));
    }
    let key = &draft.at_function(permitted.function).key;
    let arn = Text::hole(Symbol::Attr(
        key.stack,
        key.address.clone(),
        "Arn".to_owned(),
    ));
    let statement = Made {
        maker: "sam.permission",
        actions: &[permitted.action],
        resources: vec![arn],
        principals: vec![principal],
        conditions,
    }
    .statement(permitted.exists.clone(), &permitted.cause);
    let origin = statement.origin.clone();
    draft
        .change_function(permitted.function)
        .policy
        .push(statement);
    draft.permissions.push(Permission {
        label: permitted.label.to_owned(),
        function: permitted.function,
        through: permitted.through.clone(),
        action: Text::of(permitted.action),
        principal: permitted.principal.clone(),
        source_arn: permitted.source_arn.clone(),
        exists: permitted.exists.clone(),
        origin,
        generated: true,
    });
}
