//! What routes of all kinds of APIs share: method and path, and the form of an authorizer.

use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::text::{Part, Symbol, Text};

use super::{Compiler, Event};
use crate::look;
use crate::serverless::made::Made;
use crate::serverless::names;
use crate::value::Value;

/// An authorizer as an event names it.
pub(super) enum Named {
    /// None.
    Open,
    /// Signed by the cloud's own keys.
    Signed,
    /// A function, by its ARN; with the name of the authorizer.
    Function(String, Value),
    /// A pool of users, by its ARN.
    Pool(String, Value),
    /// An authorizer that is declared elsewhere: its id.
    Declared(Value, Option<String>),
    /// Something that is not understood.
    Unknown,
}

impl Compiler<'_> {
    /// Whether an event names a path; a problem where it does not.
    pub(super) fn has_path(&mut self, event: &Event<'_>) -> bool {
        let value = event.value;
        let has = look::text(value).is_some() || look::first(value, "path").is_some();
        if !has {
            self.report(
                event.made.span,
                ProblemKind::Malformed,
                Cost::Node,
                format!(
                    "a route of the function `{}` has no path: it was left out",
                    event.function.key
                ),
            );
        }
        has
    }

    /// Every branch of an event's authorizer, and where it is written.
    pub(super) fn authorizers(
        &self,
        event: &Event<'_>,
        written: &Value,
    ) -> Vec<(Guard, Named, Option<Value>)> {
        let branches = written.branches();
        branches
            .into_iter()
            .map(|(guard, value)| {
                let named = self.authorizer(event, value);
                let place = (!look::is_nothing(value)).then(|| value.clone());
                (guard, named, place)
            })
            .collect()
    }

    fn authorizer(&self, event: &Event<'_>, value: &Value) -> Named {
        if look::is_nothing(value) {
            return Named::Open;
        }
        if let Some(text) = look::text(value) {
            return self.by_text(event, &text, value);
        }
        let kind = look::word(value, "type")
            .unwrap_or_default()
            .to_ascii_uppercase();
        if kind == "AWS_IAM" {
            return Named::Signed;
        }
        if let Some(id) = look::first(value, "authorizerId").or_else(|| look::first(value, "id")) {
            return Named::Declared(id.clone(), Some(kind));
        }
        let name = look::word(value, "name").map(str::to_owned);
        if let Some(arn) = look::first(value, "arn") {
            let words = look::text(arn).map(|t| t.words()).unwrap_or_default();
            let name = name.unwrap_or_else(|| name_of(&words));
            let pool = kind == "COGNITO_USER_POOLS"
                || words.contains(":userpool/")
                || words.contains("cognito-idp")
                || look::text(arn).is_some_and(|text| self.names_pool(&text));
            return if pool {
                Named::Pool(name, arn.clone())
            } else {
                Named::Function(name, arn.clone())
            };
        }
        match name {
            Some(name) => self.by_text(event, &Text::of(name), value),
            None => Named::Unknown,
        }
    }

    /// Whether a text refers to a user pool of the service.
    fn names_pool(&self, text: &Text) -> bool {
        text.parts().iter().any(
            |part| matches!(part, Part::Hole(Symbol::Attr(_, id, _)) if self.pools.contains(id)),
        )
    }

    fn by_text(&self, event: &Event<'_>, text: &Text, value: &Value) -> Named {
        let words = text.words();
        if words.eq_ignore_ascii_case("aws_iam") {
            return Named::Signed;
        }
        if let Some(function) = text.literal().and_then(|key| self.named(key)) {
            let arn = event.made.attribute(&function.id, "Arn");
            let arn = Value::new(arn.kind, value.origin.clone());
            return Named::Function(words, arn);
        }
        if words.contains(":userpool/") || words.contains("cognito-idp") || self.names_pool(text) {
            return Named::Pool(name_of(&words), value.clone());
        }
        if text.symbol().is_some() || words.starts_with("arn:") {
            return Named::Function(name_of(&words), value.clone());
        }
        Named::Unknown
    }
}

/// A name for an authorizer that has only an ARN.
fn name_of(arn: &str) -> String {
    let arn = arn.trim_end_matches(".Arn}").trim_end_matches('}');
    let last = arn
        .rsplit([':', '/', '-', '{'])
        .find(|part| !part.is_empty());
    names::letters(last.unwrap_or("Authorizer"))
}

/// Method and path of `GET users`, or of a map with both.
pub(super) fn method_and_path(value: &Value) -> (String, String) {
    let text = |key: &str| look::first_text(value, key).map(|t| t.words());
    let whole = look::text(value).map(|t| t.words());
    let (method, path) = match whole {
        Some(line) => match line.trim().split_once(char::is_whitespace) {
            Some((method, path)) => (method.to_owned(), path.trim().to_owned()),
            None => ("ANY".to_owned(), line.trim().to_owned()),
        },
        None => (
            text("method").unwrap_or_else(|| "ANY".to_owned()),
            text("path").unwrap_or_default(),
        ),
    };
    let method = match method.to_ascii_uppercase().as_str() {
        "*" | "ANY" => "ANY".to_owned(),
        other => other.to_owned(),
    };
    (method, path)
}

/// The ARN by which an API calls a function.
pub(super) fn invocation(made: Made, function: &Value) -> Value {
    let Some(text) = look::text(function) else {
        return function.clone();
    };
    let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
    let word = |text: &str| Part::Literal(text.to_owned());
    let parts = [
        word("arn:"),
        pseudo("AWS::Partition"),
        word(":apigateway:"),
        pseudo("AWS::Region"),
        word(":lambda:path/2015-03-31/functions/"),
    ]
    .into_iter()
    .chain(text.parts().iter().cloned())
    .chain([word("/invocations")]);
    made.text(Text::join(parts))
}

/// The ARN of everything of an API.
pub(super) fn execute_arn(made: Made, api: &str, rest: &str) -> Value {
    let id = made.hole(api, "Ref");
    let rest = Part::Literal(rest.to_owned());
    let text = Text::join(id.parts().iter().cloned().chain([rest]));
    made.text(made.arn("execute-api", &text))
}
