//! A function URL, route or listener without any authorizer.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{App, FunctionId, Kind, NodeId, Resource, Trigger};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::guard::Guard;
use palisade_model::reach::{Auth, Level, Reach};
use palisade_model::setting::Answer;
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas02_authentication::public_route::is_public;
use crate::standing::{Stake, Stakes};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-unauthenticated-endpoint",
        title: "an endpoint that asks nobody to sign in",
        sas: &[2],
        cwe: &[306],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let mut open: BTreeMap<Cause, Vec<&Trigger>> = BTreeMap::new();
        for trigger in app.triggers.iter().filter(|t| is_open(t)) {
            open.entry(cause(app, trigger)).or_default().push(trigger);
        }
        let stakes = Stakes::new(app, project.judges.get(at));
        for triggers in open.into_values() {
            findings.extend(finding(rule, app, &triggers, |t| stakes.of(t.function)));
        }
        let tied: BTreeSet<NodeId> = app.triggers.iter().filter_map(|t| t.source).collect();
        for (id, url) in app.resources.enumerate() {
            let node = NodeId::Resource(id);
            if url.kind == Kind::Url && !tied.contains(&node) {
                findings.extend(elsewhere(rule, app, node, url));
            }
        }
    }
}

/// What open doors have in common that make one finding: the function, or the API that guards all of its routes at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Function(FunctionId),
    Api(NodeId),
}

fn cause(app: &App, trigger: &Trigger) -> Cause {
    let at_once = matches!(trigger.event, "aws.apigateway-websocket" | "aws.appsync");
    match trigger.source {
        Some(api @ NodeId::Resource(id)) if at_once && app.resources.get(id).is_some() => {
            Cause::Api(api)
        }
        _ => Cause::Function(trigger.function),
    }
}

/// Whether strangers come in through a door of HTTP that nobody guards.
fn is_open(trigger: &Trigger) -> bool {
    let http = matches!(
        trigger.event,
        "aws.apigateway-rest"
            | "aws.apigateway-http"
            | "aws.apigateway-http-v1"
            | "aws.apigateway-custom"
            | "aws.apigateway-websocket"
            | "aws.function-url"
            | "aws.alb"
            | "aws.appsync"
    );
    // A preflight is asked before anybody signs in.
    let meant =
        |route: &palisade_model::reach::Route| route.method == "OPTIONS" || is_public(route);
    http && !trigger.route.as_ref().is_some_and(meant)
        && trigger.wired.possibly()
        && comes_in(trigger)
        && unguarded(trigger)
}

/// Half of a URL's permissions still serves strangers where the URL is older than the rule that asks for both.
fn comes_in(trigger: &Trigger) -> bool {
    let half =
        trigger.event == "aws.function-url" && matches!(trigger.permitted, Answer::Unknown(_));
    trigger.reach.surely == Level::Stranger || half && trigger.reach.possibly == Level::Stranger
}

/// Of a graph the first door guards what says nothing else; other ways beside a key are meant for the rest.
fn unguarded(trigger: &Trigger) -> bool {
    if trigger.event == "aws.appsync" {
        return matches!(trigger.doors.as_slice(), [only] if only.auth == Auth::Key);
    }
    let open = |auth: &Auth| matches!(auth, Auth::None | Auth::Key);
    trigger.doors.iter().any(|door| open(&door.auth))
}

/// One finding a cause.
fn finding(
    rule: &Rule,
    app: &App,
    triggers: &[&Trigger],
    stake: impl Fn(&Trigger) -> Stake,
) -> Option<Finding> {
    let first = triggers.iter().find(|t| connects(t)).or(triggers.first())?;
    let mut worst: Option<(Consequence, Stake)> = None;
    for trigger in triggers {
        let stake = stake(trigger);
        if worst.as_ref().is_none_or(|(c, _)| stake.consequence() > *c) {
            worst = Some((stake.consequence(), stake));
        }
    }
    let (consequence, stake) = worst?;
    let key = first.doors.iter().all(|door| door.auth == Auth::Key);
    let place = place(first);
    let says = if key {
        "only a key is asked for here"
    } else {
        "nobody is asked to sign in here"
    };
    let mut draft = Draft::at(rule, app, place, deed(app, first, triggers, key))
        .function(app, first.function)
        .trigger(route_words(app, first))
        .reach(first.reach.clone())
        .consequence(consequence)
        .step(StepKind::Line, place, says)
        .cut(place, cut(first));
    draft = draft.by(&match first.reach.surely {
        Level::Stranger => Answer::Yes,
        _ => Answer::Depends(Guard::always()),
    });
    let words = stake.words();
    draft = draft.effect(if words.is_empty() {
        "it does for everybody what it does".to_owned()
    } else {
        words
    });
    draft = draft.role(stake.role, stake.data);
    if consequence == Consequence::Untidy {
        // Many applications have many of them: a function that holds nothing is one line beside the others.
        draft = draft.hygiene();
    }
    let mut seen = vec![place];
    for other in triggers {
        let at = self::place(other);
        if !seen.contains(&at) {
            seen.push(at);
            draft = draft.also(at, format!("{} is open as well", route_words(app, other)));
        }
    }
    Some(draft.done())
}

/// Whether it is where a connection begins: there alone a WebSocket API asks who it is.
fn connects(trigger: &Trigger) -> bool {
    trigger
        .route
        .as_ref()
        .is_some_and(|route| route.path == "$connect")
}

/// Where nobody is asked.
fn place(trigger: &Trigger) -> Span {
    let open = trigger
        .doors
        .iter()
        .find(|door| matches!(door.auth, Auth::None | Auth::Key));
    open.map_or(trigger.origin.span, |door| door.origin.span)
}

fn deed(app: &App, first: &Trigger, triggers: &[&Trigger], key: bool) -> String {
    let name = app.label(NodeId::Function(first.function));
    let asks = match (key, triggers.len()) {
        (true, _) => "asks for a key that callers share, for no sign-in",
        (false, _) => "asks nobody to sign in",
    };
    let more = match triggers.len() {
        0 | 1 => String::new(),
        n => format!(", as {} more", n - 1),
    };
    match &first.route {
        _ if first.event == "aws.function-url" => format!("the URL of {name} {asks}"),
        Some(route) if first.event == "aws.apigateway-websocket" => {
            format!("the WebSocket route {} of {name} {asks}{more}", route.path)
        }
        Some(_) => format!("{} of {name} {asks}{more}", route_words(app, first)),
        None => format!("the API in front of {name} {asks}{more}"),
    }
}

fn route_words(app: &App, trigger: &Trigger) -> String {
    match &trigger.route {
        _ if trigger.event == "aws.function-url" => "function URL".to_owned(),
        Some(route) if route.method.is_empty() || route.path.starts_with('$') => route.path.clone(),
        Some(route) => format!("{} {}", route.method, route.path),
        None => trigger
            .source
            .map(|node| app.label(node))
            .unwrap_or_default(),
    }
}

fn cut(trigger: &Trigger) -> &'static str {
    match trigger.event {
        "aws.function-url" => "set AuthType to AWS_IAM",
        "aws.appsync" => "let users sign in, and keep the key for what is public",
        _ => "attach an authorizer",
    }
}

/// An open URL of a function that lies outside the tree.
fn elsewhere(rule: &Rule, app: &App, node: NodeId, url: &Resource) -> Option<Finding> {
    let auth = url.settings.text(Attribute::AuthType)?;
    let open = auth.is(|text: &Text| text.literal() == Some("NONE"));
    if matches!(open, Answer::No | Answer::Unknown(_)) {
        return None;
    }
    let place = auth.origin.span;
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("the URL {} asks nobody to sign in", app.label(node)),
    )
    .reach(Reach::exactly(Level::Stranger))
    .consequence(Consequence::Untidy)
    .by(&open)
    .effect("the function behind it does for everybody what it does")
    .step(StepKind::Line, place, "nobody is asked to sign in here")
    .cut(place, "set AuthType to AWS_IAM");
    for permission in app.aside.loose.iter().filter(|l| serves_url(l)) {
        draft = draft.step(
            StepKind::Entry,
            permission.origin.span,
            "everybody is allowed to call a URL",
        );
    }
    Some(draft.done())
}

/// Whether a permission is one of the pair that an open URL needs.
fn serves_url(loose: &palisade_model::aside::Loose) -> bool {
    loose.statements.iter().any(|statement| {
        statement.conditions.iter().any(|test| {
            let key = test.key.to_ascii_lowercase();
            key == "lambda:functionurlauthtype" || key == "lambda:invokedviafunctionurl"
        })
    })
}
