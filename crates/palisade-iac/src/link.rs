//! Wires and permissions become triggers; nodes get their final order.

use palisade_model::app::{
    App, EdgeKind, FunctionId, Key, Kind, NodeId, ResourceId, RoleId, Trigger,
};
use palisade_model::guard::Guard;
use palisade_model::index::{Id, IndexVec};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::reach::{Auth, Door, Filter, Hedge, Reach};
use palisade_model::setting::{Answer, Reason};
use palisade_model::text::{Part, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::draft::{Draft, Permission, Permit, Protocol, Wire};
use crate::names::{Flat, physical_name};

/// What roles may do for pollers: many functions share one role, and it is asked once.
type Rights = FxHashMap<(RoleId, &'static [&'static str]), Answer>;

/// Finishes an App.
pub fn finish(mut draft: Draft) -> App {
    draft.app.aside.errands.sort();
    let wires = std::mem::take(&mut draft.wires);
    let permissions = std::mem::take(&mut draft.permissions);
    let mut of: FxHashMap<FunctionId, Vec<usize>> = FxHashMap::default();
    for (at, permission) in permissions.iter().enumerate() {
        of.entry(permission.function).or_default().push(at);
    }
    let mut used = vec![false; permissions.len()];
    let mut rights = Rights::default();
    let mut triggers = Vec::new();
    for mut wire in wires {
        if wire
            .source
            .is_some_and(|node| draft.firewalls.contains(&node))
        {
            for door in &mut wire.doors {
                door.hedges.push(Hedge::Firewall);
            }
        }
        let mine = of.get(&wire.function).map_or(&[][..], Vec::as_slice);
        let permitted = permitted(&draft, &wire, mine, &permissions, &mut used, &mut rights);
        if wire.event == "aws.function-url" {
            of_url(mine, &permissions, &mut used);
        }
        triggers.push((wire, permitted));
    }
    for (permission, used) in permissions.iter().zip(&used) {
        if !used && !permission.generated {
            triggers.extend(unwired(&draft, permission));
        }
    }
    let mut seen: FxHashMap<(FunctionId, String), u32> = FxHashMap::default();
    for (wire, permitted) in triggers {
        let trigger = trigger(&draft, wire, permitted, &mut seen);
        draft.app.triggers.push(trigger);
    }
    let mut app = draft.app;
    sort(&mut app);
    app
}

/// Permissions to call the URL of a function belong to that URL, whomever they name.
fn of_url(mine: &[usize], permissions: &[Permission], used: &mut [bool]) {
    for at in mine {
        let action = permissions.get(*at).and_then(|p| p.action.literal());
        if action == Some("lambda:InvokeFunctionUrl")
            && let Some(flag) = used.get_mut(*at)
        {
            *flag = true;
        }
    }
}

fn trigger(
    draft: &Draft,
    wire: Wire,
    permitted: Answer,
    seen: &mut FxHashMap<(FunctionId, String), u32>,
) -> Trigger {
    let owner = &draft.at_function(wire.function).key;
    let count = seen.entry((wire.function, wire.label.clone())).or_insert(0);
    *count += 1;
    let suffix = if *count > 1 {
        format!(".{count}")
    } else {
        String::new()
    };
    Trigger {
        key: Key {
            stack: owner.stack,
            address: format!("{}#{}{suffix}", owner.address, wire.label),
        },
        function: wire.function,
        through: wire.through,
        source: wire.source,
        event: wire.event,
        route: wire.route,
        filter: wire.filter,
        doors: wire.doors,
        wired: wire.wired,
        permitted,
        task: wire.task,
        reach: Reach::default(),
        exists: wire.exists,
        origin: wire.origin,
    }
}

fn permitted(
    draft: &Draft,
    wire: &Wire,
    mine: &[usize],
    permissions: &[Permission],
    used: &mut [bool],
    rights: &mut Rights,
) -> Answer {
    match &wire.permit {
        Permit::Settled(answer) => answer.clone(),
        Permit::Poller(needs) => poller(draft, wire, needs, rights),
        Permit::Service(service) => {
            let mut answer = Answer::No;
            for at in mine {
                let Some(permission) = permissions.get(*at) else {
                    continue;
                };
                let one = covers(draft, wire, permission, service);
                if one.possibly() {
                    if let Some(flag) = used.get_mut(*at) {
                        *flag = true;
                    }
                    answer = answer.or(under(one, &permission.exists, &wire.exists));
                }
            }
            answer
        }
        Permit::Url => url(wire, mine, permissions, used),
    }
}

/// An answer that holds only where a permission exists.
fn under(answer: Answer, permission: &Guard, wire: &Guard) -> Answer {
    if permission.is_always() || permission == wire {
        return answer;
    }
    if permission.and(wire).impossible() {
        return Answer::No;
    }
    answer.and(Answer::Depends(permission.clone()))
}

fn covers(draft: &Draft, wire: &Wire, permission: &Permission, service: &str) -> Answer {
    if permission.through != wire.through || !allows(&permission.action, "lambda:InvokeFunction") {
        return Answer::No;
    }
    let who = match permission.principal.literal() {
        Some("*") => Answer::Yes,
        Some(principal) => Answer::from(same_service(principal, service)),
        None if permission.principal.words().contains(".amazonaws.com") => {
            Answer::from(same_service(&permission.principal.words(), service))
        }
        None => Answer::Unknown(Reason::NoDefault),
    };
    let (Some(source), Some(arn)) = (wire.source, &permission.source_arn) else {
        return who;
    };
    who.and(from(draft, source, arn))
}

/// `logs.eu-west-1.amazonaws.com` is the logs service as well.
fn same_service(principal: &str, service: &str) -> bool {
    let first = |s: &str| s.split('.').next().unwrap_or_default().to_owned();
    principal == service || first(principal) == first(service)
}

fn allows(action: &Text, wanted: &str) -> bool {
    match action.literal() {
        Some(pattern) => glob(&pattern.to_ascii_lowercase(), &wanted.to_ascii_lowercase()),
        None => true,
    }
}

/// `*` stands for any characters, `?` for one.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_none_or(|rest| rest.iter().all(|c| *c == '*'))
}

/// Whether an ARN speaks of a source.
fn from(draft: &Draft, source: NodeId, arn: &Text) -> Answer {
    for part in arn.parts() {
        if let Part::Hole(palisade_model::text::Symbol::Attr(stack, address, _)) = part
            && let Some(node) = draft.node(*stack, address)
        {
            return Answer::from(node == source || belongs(draft, node, source));
        }
    }
    let kinds: Vec<Kind> = draft.kind(source).into_iter().collect();
    let named = draft.resolve(arn, &kinds);
    if !named.is_empty() {
        return Answer::from(named.contains(&source));
    }
    if let NodeId::Outside(id) = source {
        let text = &draft.at_outside(id).text;
        if *text == physical_name(arn) {
            return Answer::Yes;
        }
        return text.same(arn);
    }
    // The source has no name of its own, or the ARN is a parameter: it may be the one.
    match arn.literal() {
        Some(literal) if !literal.contains('*') && named_otherwise(draft, source) => Answer::No,
        _ => Answer::Unknown(Reason::NotInTree),
    }
}

fn named_otherwise(draft: &Draft, source: NodeId) -> bool {
    draft
        .app
        .name(source)
        .and_then(|name| name.known())
        .is_some_and(|name| name.literal().is_some())
}

/// An authorizer or stage belongs to its API.
fn belongs(draft: &Draft, owner: NodeId, part: NodeId) -> bool {
    let (NodeId::Resource(owner), NodeId::Resource(part)) = (owner, part) else {
        return false;
    };
    let (owner, part) = (draft.at_resource(owner), draft.at_resource(part));
    let child = part
        .key
        .address
        .strip_prefix(owner.key.address.as_str())
        .is_some_and(|rest| rest.starts_with('#'));
    child || (owner.kind == Kind::Api && part.kind == Kind::Authorizer)
}

/// Both permissions for anybody, as the platform asks of open URLs.
fn url(wire: &Wire, mine: &[usize], permissions: &[Permission], used: &mut [bool]) -> Answer {
    let mut url = Answer::No;
    let mut invoke = Answer::No;
    for at in mine {
        let Some(permission) = permissions.get(*at) else {
            continue;
        };
        if permission.principal.literal() != Some("*") || permission.through != wire.through {
            continue;
        }
        let yes = under(Answer::Yes, &permission.exists, &wire.exists);
        let mut take = false;
        if allows(&permission.action, "lambda:InvokeFunctionUrl") {
            url = url.or(yes.clone());
            take = true;
        }
        if allows(&permission.action, "lambda:InvokeFunction") {
            invoke = invoke.or(yes);
            take = true;
        }
        if take && let Some(flag) = used.get_mut(*at) {
            *flag = true;
        }
    }
    match (url.possibly(), invoke.possibly()) {
        (true, true) => url.and(invoke),
        // Half of the pair: URLs made before October 2025 still work with it.
        (true, false) => Answer::Unknown(Reason::AfterApply),
        _ => Answer::No,
    }
}

/// Whether the function's role may read the source.
fn poller(
    draft: &Draft,
    wire: &Wire,
    needs: &'static [&'static str],
    rights: &mut Rights,
) -> Answer {
    let function = draft.at_function(wire.function);
    if function.role.is_empty() {
        return Answer::Unknown(Reason::NotInTree);
    }
    let mut answer = Answer::No;
    for (guard, role) in &function.role {
        let known = rights.entry((*role, needs));
        let one = known.or_insert_with(|| may(draft, *role, needs)).clone();
        if one.possibly() {
            answer = answer.or(under(one, guard, &wire.exists));
        }
    }
    answer
}

fn may(draft: &Draft, role: RoleId, needs: &[&str]) -> Answer {
    let mut answer = Answer::No;
    for grant in &draft.at_role(role).grants {
        match grant {
            Grant::Statement(statement) if statement_allows(statement, needs) => {
                answer = answer.or(under(Answer::Yes, &statement.exists, &Guard::always()));
            }
            Grant::Statement(_) => {}
            Grant::Managed(name) => {
                let known = name
                    .values()
                    .iter()
                    .any(|(_, text)| managed_allows(text, needs));
                answer = answer.or(if known {
                    Answer::Yes
                } else if name.values().iter().any(|(_, text)| managed_silent(text)) {
                    Answer::No
                } else {
                    Answer::Unknown(Reason::NotInTree)
                });
            }
            Grant::Unreadable(_) => answer = answer.or(Answer::Unknown(Reason::Unsupported)),
        }
    }
    answer
}

fn statement_allows(statement: &Statement, needs: &[&str]) -> bool {
    statement.effect == Effect::Allow
        && (statement.not_actions
            || needs
                .iter()
                .any(|need| statement.actions.iter().any(|action| allows(action, need))))
}

/// Managed policies that let a role read a source.
fn managed_allows(name: &Text, needs: &[&str]) -> bool {
    let words = name.words();
    let last = words.rsplit('/').next().unwrap_or_default();
    if matches!(last, "AdministratorAccess" | "PowerUserAccess") {
        return true;
    }
    let readers: &[(&str, &[&str])] = &[
        (
            "sqs:",
            &["AWSLambdaSQSQueueExecutionRole", "AmazonSQSFullAccess"],
        ),
        (
            "kinesis:",
            &[
                "AWSLambdaKinesisExecutionRole",
                "AmazonKinesisFullAccess",
                "AmazonKinesisReadOnlyAccess",
            ],
        ),
        (
            "dynamodb:",
            &[
                "AWSLambdaDynamoDBExecutionRole",
                "AmazonDynamoDBFullAccess",
                "AWSLambdaInvocation-DynamoDB",
            ],
        ),
        (
            "kafka:",
            &["AWSLambdaMSKExecutionRole", "AmazonMSKFullAccess"],
        ),
        ("mq:", &["AmazonMQFullAccess", "AmazonMQReadOnlyAccess"]),
    ];
    readers
        .iter()
        .any(|(prefix, names)| needs.iter().any(|n| n.starts_with(prefix)) && names.contains(&last))
}

/// Managed policies known to say nothing about sources.
fn managed_silent(name: &Text) -> bool {
    let words = name.words();
    let last = words.rsplit('/').next().unwrap_or_default();
    matches!(
        last,
        "AWSLambdaBasicExecutionRole"
            | "AWSLambdaVPCAccessExecutionRole"
            | "AWSXRayDaemonWriteAccess"
            | "AWSXrayWriteOnlyAccess"
            | "CloudWatchLambdaInsightsExecutionRolePolicy"
    ) || last.starts_with("AmazonS3")
        || last.starts_with("AmazonSSM")
}

/// A permission for which nothing is wired in the tree.
fn unwired(draft: &Draft, permission: &Permission) -> Option<(Wire, Answer)> {
    let words = permission.principal.words();
    let service = words.split('.').next().unwrap_or_default();
    let is_service =
        words.contains(".amazonaws.com") || (words.contains('.') && !words.starts_with("arn:"));
    let url = permission.action.literal() == Some("lambda:InvokeFunctionUrl");
    let source = permission
        .source_arn
        .as_ref()
        .and_then(|arn| source_of(draft, arn));
    let event = match service {
        _ if url => "aws.function-url",
        _ if !is_service => "aws.direct",
        "s3" => "aws.s3",
        "sns" => "aws.sns",
        "ses" => "aws.ses",
        "events" => "aws.eventbridge",
        "scheduler" => "aws.scheduler",
        "apigateway" => match source.and_then(|node| protocol(draft, node)) {
            Some(Protocol::Http) => "aws.apigateway-http",
            Some(Protocol::WebSocket) => "aws.apigateway-websocket",
            _ => "aws.apigateway-rest",
        },
        "alexa-appkit" => "aws.alexa",
        "alexa-connectedhome" => "aws.alexa-smart-home",
        "elasticloadbalancing" => "aws.alb",
        "iot" => "aws.iot-rule",
        "codecommit" => "aws.codecommit",
        "logs" => "aws.logs",
        "config" => "aws.config",
        "cloudformation" => "aws.custom-resource",
        "edgelambda" | "replicator" => "aws.cloudfront-edge",
        "states" => "aws.stepfunctions-task",
        "kafka" => "aws.kafka",
        "lex" | "lexv2" => "aws.lex",
        "connect" => "aws.connect",
        "bedrock" => "aws.bedrock-agent",
        "vpc-lattice" => "aws.vpc-lattice",
        "secretsmanager" => "aws.secretsmanager-rotation",
        "lambda" => "aws.cloudwatch-alarm",
        "batchoperations" => "aws.s3-batch",
        "appsync" => "aws.appsync-authorizer",
        "codepipeline" => "aws.codepipeline-job",
        "codedeploy" => "aws.codedeploy-hook",
        "workmail" => "aws.workmail",
        _ => "aws.unknown",
    };
    // A source of this tree that is wired elsewhere or not at all does not send here.
    let wired = match (event, source) {
        ("aws.direct" | "aws.alexa" | "aws.alexa-smart-home", _) => Answer::Yes,
        (_, Some(NodeId::Resource(_))) => Answer::No,
        _ => Answer::Unknown(Reason::NotInTree),
    };
    let doors = match event {
        "aws.direct" => vec![door(Auth::Signed, permission)],
        "aws.function-url" => {
            vec![door(Auth::Unknown(Reason::NotInTree), permission)]
        }
        e if e.starts_with("aws.apigateway") || e == "aws.alb" => {
            vec![door(Auth::Unknown(Reason::NotInTree), permission)]
        }
        _ => Vec::new(),
    };
    let wire = Wire {
        label: permission.label.clone(),
        function: permission.function,
        through: permission.through.clone(),
        source,
        event,
        route: None,
        filter: Filter::default(),
        doors,
        wired,
        permit: Permit::Settled(Answer::Yes),
        task: None,
        exists: permission.exists.clone(),
        origin: permission.origin.clone(),
    };
    Some((wire, Answer::Yes))
}

fn door(auth: Auth, permission: &Permission) -> Door {
    Door {
        auth,
        private: false,
        hedges: Vec::new(),
        origin: permission.origin.clone(),
    }
}

fn protocol(draft: &Draft, node: NodeId) -> Option<Protocol> {
    draft
        .apis
        .values()
        .find(|api| NodeId::Resource(api.node) == node)
        .map(|api| api.protocol)
}

fn source_of(draft: &Draft, arn: &Text) -> Option<NodeId> {
    let flat = Flat::of(arn);
    for c in flat.line.chars() {
        if let Some(palisade_model::text::Symbol::Attr(stack, address, _)) = flat.hole(c)
            && let Some(node @ NodeId::Resource(_)) = draft.node(*stack, address)
        {
            return Some(node);
        }
    }
    draft.resolve_one(
        arn,
        &[
            Kind::Bucket,
            Kind::Topic,
            Kind::EventRule,
            Kind::Schedule,
            Kind::Repository,
            Kind::LogGroup,
        ],
    )
}

/// Puts nodes in the order of their keys and rewrites every id.
fn sort(app: &mut App) {
    let functions = order(app.functions.iter().map(|f| &f.key));
    let resources = order(app.resources.iter().map(|r| &r.key));
    let roles = order(app.roles.iter().map(|r| &r.key));
    let map = Renumber {
        functions: inverse(&functions),
        resources: inverse(&resources),
        roles: inverse(&roles),
    };
    app.functions = permute(std::mem::take(&mut app.functions), &functions);
    app.resources = permute(std::mem::take(&mut app.resources), &resources);
    app.roles = permute(std::mem::take(&mut app.roles), &roles);
    for function in app.functions.iter_mut() {
        for (_, role) in &mut function.role {
            *role = map.role(*role);
        }
    }
    for trigger in app.triggers.iter_mut() {
        trigger.function = map.function(trigger.function);
        trigger.source = trigger.source.map(|node| map.node(node));
    }
    for edge in &mut app.edges {
        edge.from = map.node(edge.from);
        edge.to = map.node(edge.to);
    }
    let triggers = order(app.triggers.iter().map(|t| &t.key));
    app.triggers = permute(std::mem::take(&mut app.triggers), &triggers);
    let edges = std::mem::take(&mut app.edges);
    let mut edges: Vec<_> = edges.into_iter().enumerate().collect();
    edges.sort_by_key(|(at, e)| (e.from, e.to, *at));
    let mut seen = FxHashSet::default();
    for (_, edge) in edges {
        let same = (
            edge.from,
            edge.to,
            edge_word(&edge.kind),
            edge.exists.clone(),
            edge.origin.span,
        );
        if seen.insert(same) {
            app.edges.push(edge);
        }
    }
    app.problems.sort();
    app.problems.dedup();
}

fn edge_word(kind: &EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Delivers { .. } => "delivers",
        EdgeKind::GivesRole { guests: true } => "gives guests",
        EdgeKind::GivesRole { guests: false } => "gives",
        EdgeKind::Fronts => "fronts",
        EdgeKind::Uses => "uses",
    }
}

struct Renumber {
    functions: Vec<usize>,
    resources: Vec<usize>,
    roles: Vec<usize>,
}

impl Renumber {
    fn function(&self, id: FunctionId) -> FunctionId {
        FunctionId::from_index(self.functions.get(id.index()).copied().unwrap_or_default())
    }
    fn role(&self, id: RoleId) -> RoleId {
        RoleId::from_index(self.roles.get(id.index()).copied().unwrap_or_default())
    }
    fn node(&self, node: NodeId) -> NodeId {
        match node {
            NodeId::Function(id) => NodeId::Function(self.function(id)),
            NodeId::Resource(id) => NodeId::Resource(ResourceId::from_index(
                self.resources.get(id.index()).copied().unwrap_or_default(),
            )),
            NodeId::Role(id) => NodeId::Role(self.role(id)),
            outside @ NodeId::Outside(_) => outside,
        }
    }
}

/// Old positions in the new order.
fn order<'k>(keys: impl Iterator<Item = &'k Key>) -> Vec<usize> {
    let keys: Vec<&Key> = keys.collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys.get(*a).cmp(&keys.get(*b)).then(a.cmp(b)));
    order
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut found = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        if let Some(slot) = found.get_mut(*old) {
            *slot = new;
        }
    }
    found
}

fn permute<I: Id, T>(items: IndexVec<I, T>, order: &[usize]) -> IndexVec<I, T>
where
    T: Clone,
{
    order
        .iter()
        .filter_map(|at| items.get(I::from_index(*at)).cloned())
        .collect()
}
