//! The role of a function: one for all, its own, or one made elsewhere; and what the framework lets it do.

use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashSet;

use super::{Compiler, Function, joined};
use crate::cloudformation::role;
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::{grants, names};
use crate::value::{Value, ValueKind};

/// The plugin that gives functions roles of their own.
const PLUGIN: &str = "serverless-iam-roles-per-function";
/// The role of all functions.
const SHARED: &str = "IamRoleLambdaExecution";
const NETWORK: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

/// A role under construction.
#[derive(Debug)]
pub(super) struct RoleDraft {
    id: String,
    made: Made,
    exists: Guard,
    statements: Vec<Value>,
    /// Actions and resources of the statements that the framework added.
    granted: FxHashSet<(String, String)>,
    managed: Vec<Value>,
    name: Value,
    boundary: Value,
    /// Names of the functions that write logs with it.
    logs: Vec<Value>,
}

impl Compiler<'_> {
    /// Decides which role a function gets.
    pub(super) fn assign_role(&mut self, at: usize) {
        let Some(function) = self.functions.get(at).cloned() else {
            return;
        };
        let own = &function.value;
        let statements = or_else(
            &own.field("iamRoleStatements"),
            &own.path(&["iam", "role", "statements"]),
        );
        let listed = !look::each_at(own, "iamRoleStatements").is_empty()
            || (self.has_plugin(PLUGIN) && !own.field("iamRoleStatements").is_absent());
        let builtin = own.path(&["iam", "role"]).is_map()
            || look::word(&self.provider, "iam.role.mode") == Some("perFunction");
        let by_plugin = listed && self.has_plugin(PLUGIN);
        if listed && !by_plugin {
            let span = own.key_span("iamRoleStatements").unwrap_or(function.span);
            self.report(
                span,
                ProblemKind::Malformed,
                Cost::Value,
                format!(
                    "iamRoleStatements of a function needs {PLUGIN}, which is not among the plugins: they grant nothing"
                ),
            );
            self.void(&function, &statements, span);
        }
        let given = self.given_role(own);
        if given.is_some() {
            return;
        }
        let id = if by_plugin || builtin {
            self.own_role(&function, &statements, by_plugin)
        } else {
            self.shared_role()
        };
        if let Some(role) = self.roles.iter_mut().find(|role| role.id == id) {
            role.logs.push(function.name.clone());
        }
        if let Some(function) = self.functions.get_mut(at) {
            function.role = Some(id);
        }
        let function = self.functions.get(at).cloned().unwrap_or(function);
        self.usual_grants(&function);
    }

    /// Statements that grant nothing: what they name is known all the same.
    fn void(&mut self, function: &Function, statements: &Value, span: Span) {
        let made = self.made(span);
        let properties = made.map([("Statement", statements.clone())]);
        let id = format!("{}VoidStatements", names::resource(&function.key));
        let raw = made.resource(id, role::VOID, &function.exists, properties);
        self.add(raw);
    }

    /// A role that is written: the function's own, else the provider's.
    fn given_role(&self, own: &Value) -> Option<Value> {
        let candidates = [
            own.field("role"),
            own.path(&["iam", "role"]),
            self.provider.field("role"),
            self.provider.path(&["iam", "role"]),
        ];
        candidates.into_iter().find(|value| {
            look::cases(value)
                .iter()
                .any(|(_, v)| look::text(v).is_some())
        })
    }

    /// The role as the function names it: an ARN, or the logical id of a role of the service.
    pub(super) fn role_of(&self, function: &Function) -> Value {
        let made = self.made(function.span);
        if let Some(id) = &function.role {
            return made.attribute(id, "Arn");
        }
        let Some(given) = self.given_role(&function.value) else {
            return made.nothing();
        };
        let named = |value: &Value| {
            let arn = match look::literal(value) {
                Some(word) if !word.contains(':') && !word.contains('$') => {
                    made.attribute(word, "Arn").kind
                }
                _ => value.kind.clone(),
            };
            Value::new(arn, value.origin.clone())
        };
        match &given.kind {
            ValueKind::OneOf(choices) => {
                let each = choices.iter().map(|(guard, v)| (guard.clone(), named(v)));
                Value::one_of(each.collect::<Vec<_>>(), given.origin.clone())
            }
            _ => named(&given),
        }
    }

    fn shared_role(&mut self) -> String {
        if self.roles.iter().any(|role| role.id == SHARED) {
            return SHARED.to_owned();
        }
        let role = self.provider.path(&["iam", "role"]);
        let place = if role.is_map() { &role } else { &self.provider };
        let made = self.made(place.span());
        let statements = self.provider_statements();
        let managed = or_else(
            &role.field("managedPolicies"),
            &self.provider.field("iamManagedPolicies"),
        );
        let boundary = or_else(
            &or_else(
                &role.field("permissionsBoundary"),
                &role.field("permissionBoundary"),
            ),
            &self.provider.field("rolePermissionsBoundary"),
        );
        let draft = RoleDraft {
            id: SHARED.to_owned(),
            made,
            exists: Guard::always(),
            statements,
            granted: FxHashSet::default(),
            managed: guarded_items(&managed),
            name: role.field("name"),
            boundary,
            logs: Vec::new(),
        };
        self.roles.push(draft);
        if !self.provider.field("vpc").is_absent() {
            self.grant_network(SHARED);
        }
        SHARED.to_owned()
    }

    fn provider_statements(&self) -> Vec<Value> {
        let written = or_else(
            &self.provider.path(&["iam", "role", "statements"]),
            &self.provider.field("iamRoleStatements"),
        );
        let mut all = guarded_items(&written);
        all.extend(self.construct_statements());
        all
    }

    /// A role of the function's own.
    fn own_role(&mut self, function: &Function, statements: &Value, by_plugin: bool) -> String {
        let own = &function.value;
        let id = format!("{}IamRoleLambdaExecution", names::resource(&function.key));
        let default = self.service.path(&["custom", PLUGIN, "defaultInherit"]);
        let inherits = or_else(&own.field("iamRoleStatementsInherit"), &default);
        let inherits = look::cases(&inherits)
            .iter()
            .any(|(_, v)| look::flag_of(v) == Some(true));
        let mut all = guarded_items(statements);
        if inherits || !by_plugin {
            all.extend(self.provider_statements());
        }
        let span = ["iamRoleStatements", "iam"]
            .iter()
            .find_map(|key| own.key_span(key))
            .unwrap_or(function.span);
        let managed = if by_plugin {
            self.provider.field("iamManagedPolicies")
        } else {
            own.path(&["iam", "role", "managedPolicies"])
        };
        self.roles.push(RoleDraft {
            id: id.clone(),
            made: self.made(span),
            exists: function.exists.clone(),
            statements: all,
            granted: FxHashSet::default(),
            managed: guarded_items(&managed),
            name: or_else(
                &own.field("iamRoleStatementsName"),
                &own.path(&["iam", "role", "name"]),
            ),
            boundary: own.field("iamPermissionsBoundary"),
            logs: Vec::new(),
        });
        id
    }

    /// What settings of the function ask for.
    fn usual_grants(&mut self, function: &Function) {
        let own = function.value.clone();
        let always = Guard::always();
        let vpc = or_else(&own.field("vpc"), &self.provider.field("vpc"));
        if !vpc.is_absent()
            && let Some(role) = function.role.clone()
        {
            self.grant_network(&role);
        }
        let tracing = or_else(
            &own.field("tracing"),
            &self.provider.path(&["tracing", "lambda"]),
        );
        let on = look::cases(&tracing)
            .iter()
            .any(|(_, v)| matches!(look::literal(v), Some("true" | "Active" | "PassThrough")));
        if on {
            self.grant(function, "tracing", None, &always, tracing.span());
        }
        let key = or_else(
            &or_else(&own.field("kmsKeyArn"), &own.field("awsKmsKeyArn")),
            &self.provider.field("kmsKeyArn"),
        );
        if look::text(&key).is_some() {
            self.grant(function, "key", Some(&key), &always, key.span());
        }
        let dead = own.field("onError");
        if look::text(&dead).is_some() {
            self.grant(function, "to-topic", Some(&dead), &always, dead.span());
        }
        let files = own.path(&["fileSystemConfig", "arn"]);
        if !files.is_absent() {
            self.grant(function, "file-system", Some(&files), &always, files.span());
        }
    }

    /// The shared role may answer over the WebSocket connections of any API.
    pub(super) fn grant_connections(&mut self, span: Span) {
        let made = self.made(span);
        let all = Text::join([
            Part::Literal("arn:".to_owned()),
            Part::Hole(Symbol::Pseudo("AWS::Partition".to_owned())),
            Part::Literal(":execute-api:*:*:*/@connections/*".to_owned()),
        ]);
        let Some(role) = self.roles.iter_mut().find(|role| role.id == SHARED) else {
            return;
        };
        for row in grants::of("connections") {
            let actions: Vec<Value> = row.actions.iter().map(|a| made.word(a)).collect();
            let statement = made.map([
                ("Effect", made.word("Allow")),
                ("Action", made.list(actions)),
                ("Resource", made.text(all.clone())),
            ]);
            if role.granted.insert(("connections".to_owned(), all.words())) {
                role.statements.push(statement);
            }
        }
    }

    fn grant_network(&mut self, role: &str) {
        if let Some(role) = self.roles.iter_mut().find(|r| r.id == role) {
            let policy = role.made.word(NETWORK);
            if !role.managed.iter().any(|v| v.kind == policy.kind) {
                role.managed.push(policy);
            }
        }
    }

    /// Adds what the role of a function may do for a thing; a role made elsewhere gets nothing.
    pub(super) fn grant(
        &mut self,
        function: &Function,
        what: &str,
        on: Option<&Value>,
        exists: &Guard,
        span: Span,
    ) {
        let Some(id) = &function.role else {
            return;
        };
        let made = self.made(span);
        let Some(role) = self.roles.iter_mut().find(|role| role.id == *id) else {
            return;
        };
        for row in grants::of(what) {
            let actions = row.actions.iter().map(|action| made.word(action));
            let resource = match on {
                Some(on) if !row.everything => on.clone(),
                _ => made.word("*"),
            };
            let statement = made.map([
                ("Effect", made.word("Allow")),
                ("Action", made.list(actions)),
                ("Resource", resource),
            ]);
            let words = |key: &str| statement.get(key).map(Value::words).unwrap_or_default();
            if role.granted.insert((words("Action"), words("Resource"))) {
                role.statements.push(under(statement, exists));
            }
        }
    }

    /// Adds all roles that functions got.
    pub(super) fn finish_roles(&mut self) {
        let roles = std::mem::take(&mut self.roles);
        let prefix = self.prefix.text().cloned();
        for role in roles {
            let made = role.made;
            let trust = made.map([
                ("Version", made.word("2012-10-17")),
                (
                    "Statement",
                    made.list([made.map([
                        ("Effect", made.word("Allow")),
                        (
                            "Principal",
                            made.map([("Service", made.word("lambda.amazonaws.com"))]),
                        ),
                        ("Action", made.word("sts:AssumeRole")),
                    ])]),
                ),
            ]);
            let mut statements = log_statements(made, &role.logs, prefix.as_ref());
            statements.extend(role.statements);
            let document = made.map([
                ("Version", made.word("2012-10-17")),
                ("Statement", made.list(statements)),
            ]);
            let inline = made.map([
                ("PolicyName", made.word("lambda")),
                ("PolicyDocument", document),
            ]);
            let properties = made.map([
                ("RoleName", role.name),
                ("AssumeRolePolicyDocument", trust),
                ("Policies", made.list([inline])),
                ("ManagedPolicyArns", made.list(role.managed)),
                ("PermissionsBoundary", role.boundary),
            ]);
            let raw = made.resource(role.id, "AWS::IAM::Role", &role.exists, properties);
            self.add(raw);
        }
    }
}

/// Every role may write the logs of its functions.
fn log_statements(made: Made, names: &[Value], prefix: Option<&Text>) -> Vec<Value> {
    let mut groups: Vec<Text> = Vec::new();
    let mut seen: FxHashSet<Text> = FxHashSet::default();
    for name in names.iter().filter_map(look::text) {
        // Usual names share one pattern.
        let usual = prefix.filter(|prefix| starts_with(&name, prefix));
        let group = match usual {
            Some(prefix) => joined(prefix, "*"),
            None => name,
        };
        let group = Text::join(
            [Part::Literal("log-group:/aws/lambda/".to_owned())]
                .into_iter()
                .chain(group.parts().iter().cloned()),
        );
        if seen.insert(group.clone()) {
            groups.push(group);
        }
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let of = |rest: &str, actions: &[&str]| {
        let resources = groups
            .iter()
            .map(|group| made.text(made.arn("logs", &joined(group, rest))));
        made.map([
            ("Effect", made.word("Allow")),
            ("Action", made.list(actions.iter().map(|a| made.word(a)))),
            ("Resource", made.list(resources)),
        ])
    };
    vec![
        of(
            ":*",
            &[
                "logs:CreateLogStream",
                "logs:CreateLogGroup",
                "logs:TagResource",
            ],
        ),
        of(":*:*", &["logs:PutLogEvents"]),
    ]
}

fn starts_with(name: &Text, prefix: &Text) -> bool {
    match (name.literal(), prefix.literal()) {
        (Some(name), Some(prefix)) => name.starts_with(prefix),
        _ => {
            let shared = prefix.parts().len();
            let head = name.parts().get(..shared);
            head == Some(prefix.parts())
        }
    }
}

/// The items of a list, each under its own guard.
fn guarded_items(list: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for (guard, value) in look::each(list) {
        found.push(under(value.clone(), &guard));
    }
    found
}

/// A value that stands only under a guard.
fn under(value: Value, guard: &Guard) -> Value {
    if guard.is_always() {
        return value;
    }
    let origin = value.origin.clone();
    Value::new(ValueKind::OneOf(vec![(guard.clone(), value)]), origin)
}
