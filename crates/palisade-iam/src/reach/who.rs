//! Whom a resource policy lets in: principals, conditions and denials as levels.

use palisade_model::app::NodeId;
use palisade_model::guard::Guard;
use palisade_model::policy::{ConditionTest, Effect, Principal, Statement};
use palisade_model::reach::{Hedge, Level};
use palisade_model::setting::Origin;
use palisade_model::text::{Part, Symbol, Text};

use crate::naming::Subject;
use crate::nodes::Nodes;
use crate::pattern::{Fit, Pattern};
use crate::reach::facts::{KeyFact, ReachFacts};
use crate::reach::way::{Way, who};
use crate::rights::{node_in, right};

/// What is asked of a policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    /// The action.
    pub action: &'q str,
    /// What it acts on; `None` takes every statement for the thing the policy belongs to.
    pub subject: Option<&'q Subject>,
    /// Whether requests without a signature are served.
    pub anonymous: bool,
    /// Whether a service named without its source serves everybody's resources.
    pub services: bool,
    /// Whether the thing is a bucket, whose public policies are judged by their own rule.
    pub bucket: bool,
    /// When the thing exists.
    pub world: &'q Guard,
    /// The sentence behind the level: `put an object into feedback`.
    pub deed: &'q str,
}

/// The ways a policy opens for an action, one for each Allow statement.
pub(crate) fn ways(nodes: &Nodes<'_>, policy: &[Statement], question: Question<'_>) -> Vec<Way> {
    let mut found = Vec::new();
    for statement in policy.iter().filter(|s| s.effect == Effect::Allow) {
        if let Some(way) = allowed(nodes, statement, question) {
            found.push(way);
        }
    }
    for statement in policy.iter().filter(|s| s.effect == Effect::Deny) {
        denied(nodes, statement, question, &mut found);
    }
    found
}

/// How a statement meets the action and the subject.
fn meets(nodes: &Nodes<'_>, statement: &Statement, question: Question<'_>) -> Fit {
    let right = right(nodes, statement);
    let action = right.action(question.action);
    if action == Fit::No || statement.exists.and(question.world).impossible() {
        return Fit::No;
    }
    let resource = match question.subject {
        Some(_) => right.resource(question.action, question.subject, question.world),
        None => Fit::Yes,
    };
    action.min(resource)
}

fn allowed(nodes: &Nodes<'_>, statement: &Statement, question: Question<'_>) -> Option<Way> {
    if meets(nodes, statement, question) == Fit::No {
        return None;
    }
    let mut way = Way::new(Level::None, question.action);
    way.when = statement.exists.clone();
    way.resources = statement
        .resources
        .iter()
        .map(|text| crate::naming::pattern(nodes, text))
        .collect();
    way.not_resources = statement.not_resources;
    if statement.not_principals {
        raise(&mut way, (Level::Stranger, Level::Stranger), true);
    }
    for principal in &statement.principals {
        let (surely, possibly) = principal_level(nodes, principal, statement, question);
        raise(
            &mut way,
            (surely, possibly),
            matches!(principal, Principal::Anyone),
        );
    }
    if !question.anonymous {
        way.limit(Level::OtherAccount);
    }
    for test in &statement.conditions {
        limit_by(nodes, &mut way, test, question);
    }
    if statement.exists.and(question.world) != *question.world {
        way.doubt();
    }
    let sentence = format!("{} may {}", who(way.possibly), question.deed);
    way.because.push((named_at(statement), sentence));
    Some(way)
}

/// Where a statement names who is let in.
fn named_at(statement: &Statement) -> Origin {
    let mut origin = statement.origin.clone();
    if let Some(span) = statement.places.principals.first() {
        origin.span = *span;
    }
    origin
}

fn raise(way: &mut Way, (surely, possibly): (Level, Level), public: bool) {
    way.surely = way.surely.max(surely);
    way.possibly = way.possibly.max(possibly);
    way.public |= public;
}

/// How far away a principal stands, surely and possibly.
fn principal_level(
    nodes: &Nodes<'_>,
    principal: &Principal,
    statement: &Statement,
    question: Question<'_>,
) -> (Level, Level) {
    let both = |level| (level, level);
    match principal {
        Principal::Anyone => both(Level::Stranger),
        Principal::Aws(text) if text.literal() == Some("*") => both(Level::Stranger),
        Principal::Aws(text) => account_level(nodes, text),
        Principal::Service(text) => both(service_level(text, statement, question)),
        Principal::Federated(_) => both(Level::SignedIn),
        Principal::Canonical(text) => match node_in(nodes, text) {
            Some(_) => both(Level::Inside),
            None => (Level::Inside, Level::OtherAccount),
        },
        Principal::Unknown(_) => (Level::Inside, Level::Stranger),
    }
}

/// A service acts for the application, but for one that anybody can point here.
fn service_level(text: &Text, statement: &Statement, question: Question<'_>) -> Level {
    let service = text.literal().unwrap_or_default();
    let facts = ReachFacts::all();
    if question.services && facts.foreign(service) && !names_source(statement) {
        Level::OtherAccount
    } else {
        Level::Inside
    }
}

/// Whether a statement for a service says for which source, account or organization.
pub(crate) fn names_source(statement: &Statement) -> bool {
    statement.conditions.iter().any(|test| {
        let fact = ReachFacts::all().key(&test.key);
        matches!(fact, KeyFact::Fixed | KeyFact::Organization)
            && positive(&test.operator)
            && test.values.iter().all(fixed_value)
    })
}

/// The level of an account, role or user: own, of the stack, or another's.
fn account_level(nodes: &Nodes<'_>, text: &Text) -> (Level, Level) {
    let own = |symbol: &Symbol| match symbol {
        Symbol::Pseudo(name) => name == "AWS::AccountId",
        _ => false,
    };
    let holes: Vec<&Symbol> = text
        .parts()
        .iter()
        .filter_map(|part| match part {
            Part::Hole(symbol) => Some(symbol),
            Part::Literal(_) => None,
        })
        .collect();
    if holes.iter().any(|s| own(s)) || node_in(nodes, text).is_some() {
        return (Level::Inside, Level::Inside);
    }
    let words = text.words();
    if words.contains(":iam::cloudfront:user/") {
        return (Level::Inside, Level::Inside);
    }
    if holes.iter().any(|s| matches!(s, Symbol::Attr(..))) {
        return (Level::Inside, Level::Inside);
    }
    // `arn:aws:iam::*:root` is no principal that the platform takes; it is meant as anyone.
    if words.contains("::*:") {
        return (Level::Inside, Level::Stranger);
    }
    if text.literal().is_some() {
        return (Level::OtherAccount, Level::OtherAccount);
    }
    (Level::Inside, Level::OtherAccount)
}

/// Whether an operator asks for equality, and a missing key fails it.
fn positive(operator: &str) -> bool {
    let lower = operator.to_ascii_lowercase();
    let base = lower.strip_prefix("foranyvalue:").unwrap_or(&lower);
    !base.starts_with("forallvalues:")
        && !base.ends_with("ifexists")
        && !base.contains("not")
        && base != "null"
}

/// What stands for the own account in [`flat`].
const OWN: &str = "\u{1}";

/// A text whose holes hold no colons, so that an ARN is split at its own.
fn flat(text: &Text) -> String {
    let part = |part: &Part| match part {
        Part::Literal(text) => text.clone(),
        Part::Hole(Symbol::Pseudo(name)) if name == "AWS::AccountId" => OWN.to_owned(),
        Part::Hole(_) => "\u{2}".to_owned(),
    };
    text.parts().iter().map(part).collect()
}

/// Whether a value leaves no choice of the account or resource: not `*`, no ARN of any account.
fn fixed_value(value: &Text) -> bool {
    let words = flat(value);
    if !words.contains('*') {
        return !words.is_empty();
    }
    let pieces: Vec<&str> = words.splitn(6, ':').collect();
    match pieces.as_slice() {
        // Names of buckets are unique over all accounts, but anybody may register one that fits a pattern; not one
        // with the account's own number in it.
        ["arn", _, "s3", _, _, name] => {
            let bucket = name.split('/').next().unwrap_or_default();
            !bucket.contains('*') || bucket.contains(OWN)
        }
        ["arn", _, _, _, account, _] => !account.contains('*') && !account.is_empty(),
        // A pattern of principals, as in `AROAEXAMPLE:*`.
        _ => !words.starts_with('*'),
    }
}

/// What a test of an Allow limits the way to.
fn limit_by(nodes: &Nodes<'_>, way: &mut Way, test: &ConditionTest, question: Question<'_>) {
    let fact = ReachFacts::all().key(&test.key);
    if fact == KeyFact::Free {
        return;
    }
    if !positive(&test.operator) {
        // "Not this one", or a test that passes without the key, keeps nobody out.
        if fact == KeyFact::Unknown {
            way.doubt();
        }
        return;
    }
    match fact {
        KeyFact::Free => {}
        KeyFact::Unknown => way.doubt(),
        KeyFact::Inside => {
            way.limit(Level::Inside);
            way.public = false;
        }
        KeyFact::Organization => {
            way.limit(Level::OtherAccount);
            way.hedge(Hedge::Organization);
            way.public = false;
        }
        KeyFact::Fixed => {
            let flag = test.values.iter().all(|v| v.literal() == Some("true"));
            if flag {
                way.limit(Level::Inside);
            } else if test.values.iter().all(fixed_value) {
                way.limit(fixed_level(nodes, test));
                way.public = false;
            }
        }
        KeyFact::Address => limit_by_address(way, test, question.bucket),
    }
}

/// The level of fixed accounts and resources: own, or another account's.
fn fixed_level(nodes: &Nodes<'_>, test: &ConditionTest) -> Level {
    let key = test.key.to_ascii_lowercase();
    // A source is set up by whoever owns it: the wiring tells whose data comes through.
    // An id of a user or a token names no account.
    if key.ends_with("sourcearn")
        || matches!(
            key.as_str(),
            "lambda:eventsourcetoken" | "aws:userid" | "aws:username"
        )
    {
        return Level::Inside;
    }
    let own = |value: &Text| account_level(nodes, value).1 == Level::Inside;
    if test.values.iter().all(own) {
        Level::Inside
    } else {
        Level::OtherAccount
    }
}

/// Networks: all of them is no limit, private ones are inside, others slow an attacker.
fn limit_by_address(way: &mut Way, test: &ConditionTest, bucket: bool) {
    let value =
        |test: &ConditionTest| -> Vec<String> { test.values.iter().map(Text::words).collect() };
    let values = value(test);
    let open = |v: &String| v.ends_with("/0") || v == "*";
    let private = |v: &String| {
        let second = v
            .strip_prefix("172.")
            .and_then(|r| r.split('.').next()?.parse().ok());
        v.starts_with("10.")
            || v.starts_with("192.168.")
            || second.is_some_and(|n: u8| (16..32).contains(&n))
    };
    if values.iter().any(open) {
        return;
    }
    if values.iter().all(private) {
        way.limit(Level::Inside);
    } else {
        way.hedge(Hedge::IpList);
        if bucket {
            way.limit(Level::OtherAccount);
        }
    }
    way.public = false;
}

/// What a Deny takes from the ways.
fn denied(nodes: &Nodes<'_>, statement: &Statement, question: Question<'_>, ways: &mut Vec<Way>) {
    let fit = meets(nodes, statement, question);
    let everyone = statement.not_principals
        || statement.principals.iter().any(|p| match p {
            Principal::Anyone => true,
            Principal::Aws(text) => text.literal() == Some("*"),
            _ => false,
        });
    if fit == Fit::No || !everyone {
        return;
    }
    let sure = statement.exists.and(question.world) == *question.world;
    if statement.conditions.is_empty() {
        for way in ways.iter_mut() {
            // A Deny on a part leaves the rest; under a condition it may not hold.
            if fit == Fit::Yes && sure && covered(nodes, statement, way) {
                way.limit(if statement.not_principals {
                    Level::Inside
                } else {
                    Level::None
                });
                way.public = false;
            } else if !sure && fit == Fit::Yes {
                way.doubt();
            }
        }
        ways.retain(|way| way.possibly > Level::None);
        return;
    }
    // All tests must hold for a Deny: only if each of them keeps outsiders out, it does.
    let restricts = |test: &ConditionTest| {
        let fact = ReachFacts::all().key(&test.key);
        negative(&test.operator) && !matches!(fact, KeyFact::Free | KeyFact::Unknown)
    };
    if fit != Fit::Yes || !sure || !statement.conditions.iter().all(restricts) {
        return;
    }
    for way in ways {
        let mut best: Option<Way> = None;
        for test in &statement.conditions {
            let mut limited = way.clone();
            let mirrored = ConditionTest {
                operator: "StringEquals".to_owned(),
                ..test.clone()
            };
            limit_by(nodes, &mut limited, &mirrored, question);
            if best.as_ref().is_none_or(|b| limited.possibly > b.possibly) {
                best = Some(limited);
            }
        }
        if let Some(best) = best {
            *way = best;
        }
    }
}

/// Whether a Deny's resources hold everything a way is for.
fn covered(nodes: &Nodes<'_>, statement: &Statement, way: &Way) -> bool {
    let resources: Vec<Pattern> = statement
        .resources
        .iter()
        .map(|text| crate::naming::pattern(nodes, text))
        .collect();
    if statement.not_resources || way.not_resources || resources.is_empty() {
        return !statement.not_resources && resources.is_empty();
    }
    way.resources
        .iter()
        .all(|mine| resources.iter().any(|r| r.fits(mine) == Fit::Yes))
}

/// Whether an operator asks for difference: `StringNotEquals`, `NotIpAddress`. A missing key passes it.
fn negative(operator: &str) -> bool {
    let lower = operator.to_ascii_lowercase();
    lower.contains("not") && !lower.starts_with("foranyvalue:")
}

/// The nodes that conditions of a statement fix as its source.
pub(crate) fn sources(nodes: &Nodes<'_>, statement: &Statement) -> Vec<NodeId> {
    statement
        .conditions
        .iter()
        .filter(|test| test.key.to_ascii_lowercase().ends_with("sourcearn"))
        .flat_map(|test| &test.values)
        .filter_map(|value| node_in(nodes, value))
        .collect()
}
