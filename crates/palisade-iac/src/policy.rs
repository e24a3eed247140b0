//! Policy documents to statements, every branch with its guard.

use palisade_model::guard::Guard;
use palisade_model::policy::{ConditionTest, Effect, Places, Principal, Statement};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::setting::{How, Origin};
use palisade_model::source::Span;
use palisade_model::text::{Symbol, Text};

use crate::json;
use crate::look;
use crate::value::{Value, ValueKind};

/// Most combinations of branches inside one statement.
const WORLDS_MAX: usize = 16;

/// What a policy document turned out to be.
#[derive(Debug, Default)]
pub struct Read {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Whether some of it could not be read.
    pub unreadable: bool,
}

/// Reads a policy document: `{Version, Statement}`, in every branch.
pub fn document(document: &Value, exists: &Guard, problems: &mut Vec<Problem>) -> Read {
    let mut read = Read::default();
    for (guard, case) in look::cases(document) {
        let under = exists.and(&guard);
        if under.impossible() {
            continue;
        }
        match &case.kind {
            ValueKind::Map(_) => match look::get(case, "Statement") {
                Some(statements) => statements_into(statements, &under, problems, &mut read),
                // A statement without its document.
                None if look::get(case, "Effect").is_some() => {
                    statements_into(case, &under, problems, &mut read);
                }
                None => {}
            },
            ValueKind::List(_) => statements_into(case, &under, problems, &mut read),
            ValueKind::Scalar(text, _) if text.words().trim_start().starts_with('{') => {
                match json::value(text, &case.origin) {
                    Some(inner) => match look::get(&inner, "Statement") {
                        Some(statements) => {
                            statements_into(statements, &under, problems, &mut read);
                        }
                        None => read.unreadable = true,
                    },
                    None => read.unreadable = true,
                }
            }
            ValueKind::Scalar(text, _) if text.literal().is_some() => {
                problems.push(Problem::at(
                    case.origin.span,
                    ProblemKind::Malformed,
                    Cost::Node,
                    "a policy document must be a map: the policy was left out",
                ));
            }
            _ => read.unreadable = true,
        }
    }
    read
}

fn statements_into(value: &Value, under: &Guard, problems: &mut Vec<Problem>, read: &mut Read) {
    for (guard, case) in look::each(value) {
        let both = under.and(&guard);
        if both.impossible() {
            continue;
        }
        match &case.kind {
            ValueKind::Map(_) => one_into(case, &both, problems, read),
            ValueKind::Unknown(..) => read.unreadable = true,
            _ => {
                problems.push(Problem::at(
                    case.origin.span,
                    ProblemKind::Malformed,
                    Cost::Node,
                    "Statement must be a map or a list of maps: the policy was left out",
                ));
            }
        }
    }
}

fn one_into(value: &Value, under: &Guard, problems: &mut Vec<Problem>, read: &mut Read) {
    let (worlds, cut) = look::worlds(value, WORLDS_MAX);
    if cut {
        problems.push(Problem::at(
            value.origin.span,
            ProblemKind::Limit,
            Cost::Value,
            "the statement has more than 16 combinations of branches: the others were left out",
        ));
    }
    for (guard, world) in worlds {
        let exists = under.and(&guard);
        if exists.impossible() {
            continue;
        }
        if let Some(statement) = statement(&world, exists) {
            read.statements.push(statement);
        }
    }
}

/// Reads one statement without choices inside.
fn statement(value: &Value, exists: Guard) -> Option<Statement> {
    let has = |key: &str| look::get(value, key).is_some();
    let list = |key: &str| -> Vec<Text> { look::get(value, key).map(texts).unwrap_or_default() };
    let spans = |key: &str| -> Vec<Span> {
        let each = look::get(value, key).map(look::each).unwrap_or_default();
        each.iter().map(|(_, v)| v.origin.span).collect()
    };
    if !has("Effect") && !has("Action") && !has("NotAction") {
        return None;
    }
    let deny = look::word(value, "Effect").is_some_and(|e| e.eq_ignore_ascii_case("deny"));
    let (not_actions, not_resources, not_principals) =
        (has("NotAction"), has("NotResource"), has("NotPrincipal"));
    let named = |not: bool, key: &str, not_key: &str| if not { list(not_key) } else { list(key) };
    let principal = look::get(
        value,
        if not_principals {
            "NotPrincipal"
        } else {
            "Principal"
        },
    );
    Some(Statement {
        sid: look::word(value, "Sid").map(str::to_owned),
        effect: if deny { Effect::Deny } else { Effect::Allow },
        actions: named(not_actions, "Action", "NotAction"),
        not_actions,
        resources: named(not_resources, "Resource", "NotResource"),
        not_resources,
        principals: principal.map(principals).unwrap_or_default(),
        not_principals,
        conditions: look::get(value, "Condition")
            .map(conditions)
            .unwrap_or_default(),
        exists,
        origin: value.origin.clone(),
        places: Places {
            actions: spans(if not_actions { "NotAction" } else { "Action" }),
            resources: spans(if not_resources {
                "NotResource"
            } else {
                "Resource"
            }),
            principals: principal.map(principal_spans).unwrap_or_default(),
        },
    })
}

/// Where the principals are written, in the order of [`principals`].
fn principal_spans(value: &Value) -> Vec<Span> {
    let mut found = Vec::new();
    for (_, case) in look::each(value) {
        match &case.kind {
            ValueKind::Map(entries) => {
                for (_, inner) in entries {
                    found.extend(look::each(inner).iter().map(|(_, v)| v.origin.span));
                }
            }
            _ => found.push(case.origin.span),
        }
    }
    found
}

fn texts(value: &Value) -> Vec<Text> {
    look::each(value)
        .into_iter()
        .map(|(_, v)| {
            look::text(v).unwrap_or_else(|| Text::hole(Symbol::Opaque("not a string".to_owned())))
        })
        .collect()
}

fn principals(value: &Value) -> Vec<Principal> {
    let mut found = Vec::new();
    for (_, case) in look::each(value) {
        match &case.kind {
            ValueKind::Map(entries) => {
                for (key, inner) in entries {
                    for text in texts(inner) {
                        found.push(principal(&key.text, text));
                    }
                }
            }
            ValueKind::Scalar(text, _) if text.literal() == Some("*") => {
                found.push(Principal::Anyone)
            }
            ValueKind::Scalar(text, _) => found.push(principal("AWS", text.clone())),
            _ => found.push(Principal::Unknown(String::new())),
        }
    }
    found
}

fn principal(kind: &str, text: Text) -> Principal {
    match kind {
        "AWS" if text.literal() == Some("*") => Principal::Anyone,
        "AWS" => Principal::Aws(text),
        "Service" => Principal::Service(text),
        "Federated" => Principal::Federated(text),
        "CanonicalUser" => Principal::Canonical(text),
        _ => Principal::Unknown(text.words()),
    }
}

fn conditions(value: &Value) -> Vec<ConditionTest> {
    let mut found = Vec::new();
    for (_, operator, _, tests) in look::entries(value) {
        for (_, key, _, values) in look::entries(tests) {
            found.push(ConditionTest {
                operator: operator.to_owned(),
                key: key.to_owned(),
                values: texts(values),
            });
        }
        // `look::entries` leaves out keys whose value is an empty list of lists; nothing to keep then.
    }
    found
}

/// A statement that a reader makes itself.
#[derive(Debug)]
pub struct Made<'t> {
    /// Who makes it, such as `sam.policy-template`.
    pub maker: &'static str,
    /// What is allowed.
    pub actions: &'t [&'t str],
    /// On what.
    pub resources: Vec<Text>,
    /// Whom it names (resource policies).
    pub principals: Vec<Principal>,
    /// Its tests.
    pub conditions: Vec<ConditionTest>,
}

impl Made<'_> {
    /// The statement, caused by the text at an origin.
    pub fn statement(self, exists: Guard, cause: &Origin) -> Statement {
        Statement {
            sid: None,
            effect: Effect::Allow,
            actions: self.actions.iter().map(|a| Text::of(*a)).collect(),
            not_actions: false,
            resources: self.resources,
            not_resources: false,
            principals: self.principals,
            not_principals: false,
            conditions: self.conditions,
            exists,
            origin: Origin {
                span: cause.span,
                how: How::Generated(self.maker),
                via: cause.via.clone(),
            },
            places: Places::default(),
        }
    }
}

/// The test that limits a permission to one source.
pub fn source_test(operator: &str, key: &str, value: Text) -> ConditionTest {
    ConditionTest {
        operator: operator.to_owned(),
        key: key.to_owned(),
        values: vec![value],
    }
}

/// The trust of a service: it may assume the role.
pub fn service_trust(service: &str, exists: &Guard, cause: &Origin) -> Statement {
    Made {
        maker: "sam.role",
        actions: &["sts:AssumeRole"],
        resources: Vec::new(),
        principals: vec![Principal::Service(Text::of(service))],
        conditions: Vec::new(),
    }
    .statement(exists.clone(), cause)
}
