//! The doors of HTTP routes: authorization, resource policies, private networks, function URLs.

use palisade_model::app::{EdgeKind, FunctionId, Kind, NodeId, Resource, ResourceId, Trigger};
use palisade_model::attribute::Attribute;
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Auth, Door, Filter, Hedge, Level, Reach, Route};
use palisade_model::setting::{Answer, How, Reason};
use palisade_model::text::{StackId, Symbol, Text};

use crate::naming::{Form, Subject};
use crate::pattern::{Fit, Pattern, Token, segment};
use crate::reach::facts::{By, ReachFacts};
use crate::reach::field::{Field, open_pool};
use crate::reach::way::{Way, who, wider};
use crate::reach::who::{Question, ways};
use crate::rights::right;

/// The level of what a route of an API puts straight into a store, where the filter tells route and guard.
pub(crate) fn through_api(field: &Field<'_>, id: ResourceId, filter: &Filter) -> Option<Reach> {
    let api = field.app.resources.get(id)?;
    let (_, words) = filter.values.iter().find(|(path, _)| path == &["auth"])?;
    if api.kind != Kind::Api {
        return None;
    }
    let unknown = || Auth::Unknown(Reason::Unsupported);
    let auth = match words.first().map(String::as_str) {
        Some("none") => Auth::None,
        Some("key") => Auth::Key,
        Some("signed") => Auth::Signed,
        Some("token") => Auth::Token(String::new()),
        Some("custom") => Auth::Custom(String::new()),
        Some("certificate") => Auth::Certificate,
        Some("service") => Auth::ServiceOnly,
        _ => unknown(),
    };
    let words = filter.events.first().and_then(|e| e.split_once(' '));
    let route = words.map(|(method, path)| Route {
        method: method.to_owned(),
        path: path.to_owned(),
    });
    let door = Door {
        auth,
        private: false,
        hedges: Vec::new(),
        origin: api.origin.clone(),
    };
    let mut way = way_of(field, api.key.stack, &door);
    let target = match &route {
        Some(route) => format!("{} {}", route.method, route.path),
        None => field.label(NodeId::Resource(id)),
    };
    by_api(field, (id, api), route.as_ref(), &door, &mut way);
    say(&mut way, &door, &target);
    Some(way.reach())
}

/// The level of a route by its doors.
pub(crate) fn of_trigger(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let doors = doors_of(field, trigger);
    let mut best: Option<Reach> = None;
    for door in doors {
        let reach = of_door(field, trigger, door);
        best = Some(match best {
            Some(best) => wider(best, reach),
            None => reach,
        });
    }
    best.unwrap_or_else(|| unknown(trigger))
}

fn unknown(trigger: &Trigger) -> Reach {
    Reach {
        surely: Level::Inside,
        possibly: Level::Stranger,
        because: vec![(
            trigger.origin.clone(),
            "who may send requests here is not known".to_owned(),
        )],
        ..Reach::default()
    }
}

/// Authorization of a WebSocket API exists on `$connect` alone and holds for every route.
fn doors_of<'t>(field: &'t Field<'_>, trigger: &'t Trigger) -> &'t [Door] {
    let socket = ReachFacts::all()
        .event(trigger.event)
        .is_some_and(|fact| fact.connect);
    if !socket {
        return &trigger.doors;
    }
    let siblings = trigger.source.and_then(|s| field.by_source.get(&s));
    let connect = siblings
        .into_iter()
        .flatten()
        .filter_map(|id| field.app.triggers.get(*id))
        .find(|t| t.route.as_ref().is_some_and(|r| r.path == "$connect"));
    connect.map_or(&trigger.doors, |t| &t.doors)
}

fn of_door(field: &Field<'_>, trigger: &Trigger, door: &Door) -> Reach {
    let mut way = way_of(field, trigger.key.stack, door);
    for hedge in &door.hedges {
        way.hedge(*hedge);
    }
    if let Some(api) = api_of(field, trigger) {
        by_api(field, api, trigger.route.as_ref(), door, &mut way);
    }
    if door.private {
        way.limit(Level::Inside);
    }
    say(&mut way, door, &target(field, trigger));
    way.reach()
}

/// What the API around a route adds: its policy, the roles of outsiders, its network.
fn by_api(
    field: &Field<'_>,
    (id, api): (ResourceId, &Resource),
    route: Option<&Route>,
    door: &Door,
    way: &mut Way,
) {
    by_policy(field, (id, api), route, door, way);
    by_holders(field, (id, api), route, door, way);
    if private(api) {
        way.limit(Level::Inside);
    }
}

/// Says who it is, unless something said it already.
fn say(way: &mut Way, door: &Door, target: &str) {
    if way.because.is_empty() {
        let sentence = format!("{} may send a request to {target}", who(way.possibly));
        way.because.push((door.origin.clone(), sentence));
    }
}

/// What a request is sent to: the route, or the function.
fn target(field: &Field<'_>, trigger: &Trigger) -> String {
    match &trigger.route {
        Some(route) if !route.method.is_empty() => format!("{} {}", route.method, route.path),
        Some(route) => route.path.clone(),
        None => field.label(NodeId::Function(trigger.function)),
    }
}

/// What a door alone says.
fn way_of(field: &Field<'_>, stack: StackId, door: &Door) -> Way {
    let way = |level| Way::new(level, "execute-api:Invoke");
    match &door.auth {
        Auth::None => way(Level::Stranger),
        Auth::Key => {
            let mut way = way(Level::Stranger);
            way.hedge(Hedge::Key);
            way
        }
        Auth::Signed | Auth::ServiceOnly => way(Level::Inside),
        Auth::Token(authorizer) => {
            let mut way = way(Level::SignedIn);
            if open_sign_up(field, stack, authorizer) {
                way.hedge(Hedge::SelfSignUp);
            }
            way
        }
        Auth::Custom(_) => way(Level::SignedIn),
        Auth::Certificate => {
            let mut way = way(Level::SignedIn);
            way.hedge(Hedge::MutualTls);
            way
        }
        Auth::Unknown(_) => {
            let mut way = way(Level::Stranger);
            way.doubt();
            way
        }
    }
}

/// Whether anyone can register at the issuer of an authorizer.
fn open_sign_up(field: &Field<'_>, stack: StackId, authorizer: &str) -> bool {
    let node = field.judge.nodes().find(stack, authorizer);
    let Some(node) = node else {
        return field.open_pools;
    };
    let is_pool = |id: &ResourceId| {
        let resource = field.app.resources.get(*id);
        resource.is_some_and(|r| r.kind == Kind::UserPool)
    };
    let pool = match node {
        NodeId::Resource(id) if is_pool(&id) => Some(id),
        node => field.edges_from(node).find_map(|edge| match edge.to {
            NodeId::Resource(id) if is_pool(&id) => Some(id),
            _ => None,
        }),
    };
    match pool {
        Some(pool) => open_pool(field.app, Some(pool)),
        None => field.open_pools,
    }
}

fn api_of<'a>(field: &Field<'a>, trigger: &Trigger) -> Option<(ResourceId, &'a Resource)> {
    let Some(NodeId::Resource(id)) = trigger.source else {
        return None;
    };
    let api = field.app.resources.get(id)?;
    matches!(api.kind, Kind::Api | Kind::Graph).then_some((id, api))
}

fn private(api: &Resource) -> bool {
    let kind = api.settings.text(Attribute::EndpointType);
    kind.is_some_and(|s| s.is(|t: &Text| t.literal() == Some("PRIVATE")) == Answer::Yes)
}

/// The policy of an API: with open doors it must allow, with signed ones it may let others in.
fn by_policy(
    field: &Field<'_>,
    (id, api): (ResourceId, &Resource),
    route: Option<&Route>,
    door: &Door,
    way: &mut Way,
) {
    if api.policy.is_empty() || api.kind != Kind::Api {
        return;
    }
    let subject = route_subject(id, route);
    let deed = format!("send a request to {}", field.label(NodeId::Resource(id)));
    let signed = door.auth == Auth::Signed;
    let policy: Vec<Statement> = api.policy.iter().map(whole_arns).collect();
    let found = ways(
        field.judge.nodes(),
        &policy,
        Question {
            action: "execute-api:Invoke",
            subject: Some(&subject),
            anonymous: !signed,
            services: false,
            bucket: false,
            world: &api.exists,
            deed: &deed,
        },
    );
    let best = found.into_iter().max_by_key(|w| {
        let unhedged = usize::MAX - w.hedges.len();
        (w.surely, w.possibly, unhedged)
    });
    match best {
        // The owner's own identities need no Allow in the policy.
        None if signed => {}
        None => way.limit(Level::None),
        Some(best) if signed => {
            if best.possibly > way.possibly {
                *way = best;
            }
        }
        Some(best) => {
            let lower = best.possibly < way.possibly || best.surely < way.surely;
            way.surely = way.surely.min(best.surely);
            way.possibly = way.possibly.min(best.possibly);
            for hedge in &best.hedges {
                way.hedge(*hedge);
            }
            if lower {
                way.because.extend(best.because);
            }
        }
    }
}

/// `execute-api:/stage/GET/path` is short for the ARN of the API itself.
fn whole_arns(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    for text in &mut statement.resources {
        let parts = text.parts().to_vec();
        if let Some(palisade_model::text::Part::Literal(first)) = parts.first()
            && let Some(rest) = first.strip_prefix("execute-api:")
        {
            let path = rest.trim_start_matches('/');
            let head = format!("arn:aws:execute-api:*:*:*/{path}");
            let rest = parts.into_iter().skip(1);
            let head = palisade_model::text::Part::Literal(head);
            *text = Text::join(std::iter::once(head).chain(rest));
        }
    }
    statement
}

/// What a route is called by: `arn:aws:execute-api:…:api/stage/GET/path`.
fn route_subject(api: ResourceId, route: Option<&Route>) -> Subject {
    let literal = |text: &str| Pattern::literal(text).0;
    let pseudo = |name: &str| Token::hole(Symbol::Pseudo(name.to_owned()));
    let mut tokens = literal("arn:aws:execute-api:");
    tokens.push(pseudo("AWS::Region"));
    tokens.push(Token::Char(':'));
    tokens.push(pseudo("AWS::AccountId"));
    tokens.push(Token::Char(':'));
    tokens.push(Token::Name(NodeId::Resource(api)));
    tokens.extend([Token::Char('/'), segment(), Token::Char('/')]);
    match route {
        Some(route) if !route.path.starts_with('$') => {
            match route.method.as_str() {
                "ANY" | "*" | "" => tokens.push(segment()),
                method => tokens.extend(literal(method)),
            }
            let mut depth = 0;
            for c in route.path.chars() {
                match c {
                    '{' => {
                        depth += 1;
                        tokens.push(segment());
                    }
                    '}' => depth -= 1,
                    // `{proxy+}` takes the rest of the path.
                    '+' if depth > 0 => tokens.push(Token::Star),
                    c if depth == 0 => tokens.push(Token::Char(c)),
                    _ => {}
                }
            }
        }
        _ => tokens.push(Token::Star),
    }
    let form = Form {
        pattern: Pattern(tokens),
        when: palisade_model::guard::Guard::always(),
        symbolic: true,
    };
    Subject {
        whole: vec![form.clone()],
        parts: vec![form],
    }
}

/// Roles that outsiders hold sign requests, too.
fn by_holders(
    field: &Field<'_>,
    (id, api): (ResourceId, &Resource),
    route: Option<&Route>,
    door: &Door,
    way: &mut Way,
) {
    if door.auth != Auth::Signed {
        return;
    }
    let Some(fact) = ReachFacts::all().store(api.kind) else {
        return;
    };
    let deed = format!("{} {}", fact.verb, field.label(NodeId::Resource(id)));
    let subject = match api.kind {
        Kind::Api => Some(route_subject(id, route)),
        _ => crate::naming::subject_of(field.judge.nodes(), NodeId::Resource(id)),
    };
    let Some(subject) = subject else { return };
    for action in &fact.puts {
        for held in field.held_ways(action, &subject, &api.exists, &deed) {
            if (held.surely, held.possibly) > (way.surely, way.possibly) {
                *way = held;
            }
        }
    }
}

/// The level of everything that comes through an API or URL: its most open route.
pub(crate) fn of_source(field: &Field<'_>, id: ResourceId) -> Reach {
    let triggers = field.by_source.get(&NodeId::Resource(id));
    let triggers = triggers.into_iter().flatten();
    let routes = triggers.filter_map(|id| field.app.triggers.get(*id));
    let each = routes.map(|trigger| {
        let fact = ReachFacts::all().event(trigger.event);
        match fact.map(|f| f.by) {
            Some(By::Url) => of_url(field, trigger),
            _ => of_trigger(field, trigger),
        }
    });
    // Routes to other things than functions are not read here.
    each.reduce(wider).unwrap_or(Reach {
        surely: Level::Inside,
        possibly: Level::Stranger,
        ..Reach::default()
    })
}

/// A function URL: two permissions, or the distribution in front of it.
pub(crate) fn of_url(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let Some(function) = field.app.functions.get(trigger.function) else {
        return unknown(trigger);
    };
    let label = field.label(NodeId::Function(trigger.function));
    let signed = trigger.doors.iter().all(|d| d.auth == Auth::Signed);
    if !signed {
        return open_url(field, trigger, &function.policy, &label);
    }
    let mut best = Reach::exactly(Level::Inside);
    if let Some(front) = front(field, trigger, trigger.function) {
        best = wider(best, front);
    }
    let deed = format!("send a request to the URL of {label}");
    let found = ways(
        field.judge.nodes(),
        &function.policy,
        Question {
            action: "lambda:InvokeFunctionUrl",
            subject: None,
            anonymous: false,
            services: false,
            bucket: false,
            world: &function.exists,
            deed: &deed,
        },
    );
    for way in found {
        best = wider(best, way.reach());
    }
    best
}

/// A URL without authorization serves whoever its policy allows both actions.
fn open_url(field: &Field<'_>, trigger: &Trigger, policy: &[Statement], label: &str) -> Reach {
    let allows = |action: &str| {
        policy.iter().find(|statement| {
            let right = right(field.judge.nodes(), statement);
            statement.effect == Effect::Allow
                && right.action(action) != Fit::No
                && statement.principals.iter().any(anyone)
        })
    };
    let (url, invoke) = (
        allows("lambda:InvokeFunctionUrl"),
        allows("lambda:InvokeFunction"),
    );
    let origin = trigger.doors.first().map_or(&trigger.origin, |d| &d.origin);
    let generated = matches!(trigger.origin.how, How::Generated(_));
    let mut best: Option<Reach> = None;
    for door in &trigger.doors {
        let mut reach = of_door(field, trigger, door);
        if door.auth == Auth::None {
            reach.because = vec![(
                origin.clone(),
                format!("anyone may send a request to the URL of {label}"),
            )];
        }
        best = Some(match best {
            Some(best) => wider(best, reach),
            None => reach,
        });
    }
    let mut reach = best.unwrap_or_else(|| unknown(trigger));
    let whole = (url.is_some() && invoke.is_some()) || trigger.permitted == Answer::Yes;
    if whole || (generated && policy.is_empty()) {
        return reach;
    }
    let missing = match (url, invoke) {
        (None, None) => "both permissions",
        (None, Some(_)) => "lambda:InvokeFunctionUrl",
        _ => "lambda:InvokeFunction",
    };
    reach.surely = Level::None;
    reach.because.push((
        origin.clone(),
        format!("the URL of {label} lacks {missing} for everyone, so it may not answer"),
    ));
    reach
}

fn anyone(principal: &Principal) -> bool {
    match principal {
        Principal::Anyone => true,
        Principal::Aws(text) => text.literal() == Some("*"),
        _ => false,
    }
}

/// The distribution that signs for everyone, if there is one in front of a URL.
fn front(field: &Field<'_>, trigger: &Trigger, function: FunctionId) -> Option<Reach> {
    let behind = trigger
        .source
        .into_iter()
        .chain(std::iter::once(NodeId::Function(function)));
    let edges = behind.flat_map(|node| field.edges_into(node));
    let fronting = edges
        .filter(|edge| edge.kind == EdgeKind::Fronts)
        .find(|edge| !edge.exists.and(&trigger.exists).impossible());
    if let Some(edge) = fronting {
        let mut reach = Reach::exactly(Level::Stranger);
        let label = field.label(edge.from);
        let sentence = format!("anyone may send a request through {label}, which signs it");
        reach.because.push((edge.origin.clone(), sentence));
        return Some(reach);
    }
    let policy = &field.app.functions.get(function)?.policy;
    let statement = policy.iter().find(|statement| {
        statement.effect == Effect::Allow
            && statement.principals.iter().any(|p| match p {
                Principal::Service(text) => text.literal() == Some("cloudfront.amazonaws.com"),
                _ => false,
            })
    })?;
    let mut reach = Reach::exactly(Level::Stranger);
    let named = crate::reach::who::sources(field.judge.nodes(), statement);
    let through = named
        .first()
        .map_or_else(|| "a distribution".to_owned(), |node| field.label(*node));
    let sentence = format!("anyone may send a request through {through}, which signs it");
    reach.because.push((statement.origin.clone(), sentence));
    Some(reach)
}
