//! Connectors: who is granted what, by the types of source and destination.

use std::sync::OnceLock;

use palisade_model::app::{NodeId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::{Grant, Principal};
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::setting::Origin;
use palisade_model::text::{Symbol, Text};
use toml_edit::{Document as Toml, Item};

use crate::draft::Draft;
use crate::look;
use crate::policy::{Made, source_test};
use crate::reader::At;
use crate::sam::event::{Permitted, permit};
use crate::sam::templates::{fill, words};
use crate::value::Value;

#[derive(Debug)]
struct Row {
    source: String,
    destination: String,
    form: String,
    statements: Vec<StatementRow>,
}

#[derive(Debug)]
struct StatementRow {
    access: String,
    actions: Vec<String>,
    resources: Vec<String>,
    principal: Option<String>,
    source_arn: Option<String>,
    condition: Option<[String; 3]>,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| parse(include_str!("connectors.toml")))
}

fn parse(text: &str) -> Vec<Row> {
    let Ok(document) = Toml::parse(text) else {
        return Vec::new();
    };
    let Some(tables) = document.get("connector").and_then(Item::as_array_of_tables) else {
        return Vec::new();
    };
    tables
        .iter()
        .map(|table| {
            let word = |key: &str| {
                table
                    .get(key)
                    .and_then(Item::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let statements = table.get("statement").and_then(Item::as_array_of_tables);
            Row {
                source: word("source"),
                destination: word("destination"),
                form: word("form"),
                statements: statements
                    .map(|list| list.iter().map(statement_row).collect())
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn statement_row(table: &toml_edit::Table) -> StatementRow {
    let word = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    StatementRow {
        access: word("access").unwrap_or_default(),
        actions: words(table.get("actions")),
        resources: words(table.get("resources")),
        principal: word("principal"),
        source_arn: word("source_arn"),
        condition: <[String; 3]>::try_from(words(table.get("condition"))).ok(),
    }
}

/// One end of a connector.
#[derive(Clone, Debug)]
struct End {
    type_name: String,
    arn: Text,
    name: Text,
    id: Text,
    node: Option<NodeId>,
    role: Vec<(Guard, RoleId)>,
}

/// Ties an `AWS::Serverless::Connector`.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let Some(source) = look::first(properties, "Source") else {
        return;
    };
    let from = end(at, source, draft);
    connect(
        at,
        from,
        properties,
        &at.raw.exists.clone(),
        &Origin::written(at.raw.id_span),
        draft,
    );
}

/// Ties the connectors that stand in their source.
pub fn embedded(at: At<'_>, draft: &mut Draft) {
    for (guard, _, span, connector) in look::entries(&at.raw.connectors) {
        let Some(properties) = look::first(connector, "Properties") else {
            continue;
        };
        let from = own_end(at, draft);
        let exists = at.raw.exists.and(&guard);
        connect(at, from, properties, &exists, &Origin::written(span), draft);
    }
}

fn connect(
    at: At<'_>,
    from: Option<End>,
    properties: &Value,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    let wanted: Vec<String> = look::texts(properties, "Permissions")
        .into_iter()
        .map(|(_, t, _)| t.words())
        .collect();
    for (guard, destination) in look::each_at(properties, "Destination") {
        let to = end(at, destination, draft);
        let (Some(from), Some(to)) = (&from, to) else {
            draft.problem(
                destination.origin.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!("the connector `{}` has an end that is not in the tree: what it grants stays unknown", at.raw.id),
            );
            continue;
        };
        let row = rows()
            .iter()
            .find(|r| r.source == from.type_name && r.destination == to.type_name);
        match row {
            Some(row) => grant(row, from, &to, &wanted, &exists.and(&guard), origin, draft),
            None => draft.problem(
                destination.origin.span,
                ProblemKind::Unsupported,
                Cost::Value,
                format!(
                    "no connector leads from `{}` to `{}`: it was left out",
                    from.type_name, to.type_name
                ),
            ),
        }
    }
}

fn plain(type_name: &str) -> &str {
    match type_name {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}

fn end(at: At<'_>, value: &Value, draft: &Draft) -> Option<End> {
    if let Some(id) = look::word(value, "Id") {
        let found = at.input.raw(at.unit.stack, &at.unit.address(id))?;
        return own_end(found, draft);
    }
    let type_name = look::word(value, "Type")?;
    let arn = look::first_text(value, "Arn").unwrap_or_default();
    let role = look::first_text(value, "RoleName").and_then(|t| draft.resolve_role(&t));
    Some(End {
        type_name: plain(type_name).to_owned(),
        name: look::first_text(value, "Name").unwrap_or_else(|| arn.clone()),
        id: look::first_text(value, "ResourceId").unwrap_or_default(),
        arn,
        node: None,
        role: role.map(|r| (Guard::always(), r)).into_iter().collect(),
    })
}

fn own_end(at: At<'_>, draft: &Draft) -> Option<End> {
    let address = at.address();
    let node = draft.node(at.unit.stack, &address)?;
    let hole = |attribute: &str| {
        Text::hole(Symbol::Attr(
            at.unit.stack,
            address.clone(),
            attribute.to_owned(),
        ))
    };
    let type_name = plain(&at.raw.type_name);
    // `Ref` of these two is their ARN.
    let arn = match type_name {
        "AWS::SNS::Topic" | "AWS::StepFunctions::StateMachine" => hole("Ref"),
        _ => hole("Arn"),
    };
    let role = match node {
        NodeId::Function(id) => draft.at_function(id).role.clone(),
        _ => ["Role", "RoleArn", "ServiceRoleArn"]
            .iter()
            .find_map(|path| look::first_text(at.properties(), path))
            .and_then(|t| draft.resolve_role(&t))
            .or_else(|| crate::sam::role::generated(at, draft))
            .map(|r| (Guard::always(), r))
            .into_iter()
            .collect(),
    };
    Some(End {
        type_name: type_name.to_owned(),
        arn,
        name: hole("Name"),
        id: hole("Ref"),
        node: Some(node),
        role,
    })
}

fn grant(
    row: &Row,
    from: &End,
    to: &End,
    wanted: &[String],
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    for statement in &row.statements {
        if !wanted.iter().any(|w| w == &statement.access) {
            continue;
        }
        let value = |name: &str| match name {
            "Source.Arn" => Some(from.arn.clone()),
            "Destination.Arn" => Some(to.arn.clone()),
            "Destination.Name" => Some(to.name.clone()),
            "Source.ResourceId" => Some(from.id.clone()),
            "Source.Qualifier" => Some(Text::of("*")),
            _ => None,
        };
        let text = |pattern: &String| fill(pattern, &value, draft);
        let actions: Vec<&str> = statement.actions.iter().map(String::as_str).collect();
        let conditions: Vec<_> = statement
            .condition
            .iter()
            .map(|[operator, key, pattern]| source_test(operator, key, text(pattern)))
            .collect();
        let made = Made {
            maker: "sam.connector",
            actions: &actions,
            resources: statement.resources.iter().map(text).collect(),
            principals: statement
                .principal
                .iter()
                .map(|p| Principal::Service(Text::of(p.as_str())))
                .collect(),
            conditions: conditions.clone(),
        };
        let source_arn = statement.source_arn.as_ref().map(text);
        match row.form.as_str() {
            "permission" => allow(to, statement, source_arn, conditions, exists, origin, draft),
            "queue" | "topic" => {
                if let Some(NodeId::Resource(id)) = to.node {
                    let statement = made.statement(exists.clone(), origin);
                    draft.change_resource(id).policy.push(statement);
                }
            }
            form => {
                let roles = if form == "role" { &from.role } else { &to.role };
                let statement = made.statement(exists.clone(), origin);
                for (guard, role) in roles {
                    let mut statement = statement.clone();
                    statement.exists = exists.and(guard);
                    if !statement.exists.impossible() {
                        draft
                            .change_role(*role)
                            .grants
                            .push(Grant::Statement(statement));
                    }
                }
            }
        }
    }
}

/// A permission of the function at the other end. A connector wires nothing: without a source that sends, the
/// permission stands alone.
fn allow(
    to: &End,
    statement: &StatementRow,
    source_arn: Option<Text>,
    tests: Vec<palisade_model::policy::ConditionTest>,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    let Some(NodeId::Function(function)) = to.node else {
        return;
    };
    let permitted = Permitted {
        function,
        through: None,
        label: "connector",
        action: "lambda:InvokeFunction",
        principal: Text::of(statement.principal.clone().unwrap_or_default()),
        source_arn,
        tests,
        exists: exists.clone(),
        cause: origin.clone(),
    };
    permit(&permitted, draft);
    if let Some(permission) = draft.permissions.last_mut() {
        permission.generated = false;
    }
}
