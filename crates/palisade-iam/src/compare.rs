//! What a role is granted against what its functions need: what is too much, and what is missing.

use std::collections::BTreeSet;

use palisade_model::app::{NodeId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::{Effect, Grant};
use palisade_model::setting::{Answer, How, Origin};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use crate::evaluate::judge::{Judge, decide};
use crate::evaluate::rule::ActionPattern;
use crate::facts::{self, ActionSet};
use crate::harm::{Harm, worst};
use crate::naming::{Subject, forms_of, pattern};
use crate::need::named_along;
use crate::nodes::Nodes;
use crate::pattern::{Fit, Pattern, Token};
use crate::rights::{Right, Rights};

/// How a role and its needs differ.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Comparison {
    /// What is granted and not needed.
    pub excess: Vec<Excess>,
    /// What code needs and is surely not granted.
    pub missing: Vec<Need>,
    /// What the platform asks for and is surely not granted.
    pub missing_platform: Vec<Need>,
    /// Actions that do not exist, where they are granted.
    pub unknown_actions: Vec<(String, Span)>,
    /// Whether more may be needed than is known: then nothing of the excess is sure.
    pub incomplete: bool,
}

/// Why a pattern of a statement is too much.
#[derive(Clone, PartialEq, Debug)]
pub enum Why {
    /// No line needs any of it.
    Unused,
    /// It names more actions than these, which are needed.
    Actions(Vec<String>),
    /// It is granted on more than what is needed.
    Resources {
        /// Resources of the statement, by their number, that hold what is needed and more.
        wider: Vec<usize>,
        /// Those that hold nothing that is needed.
        unused: Vec<usize>,
    },
}

/// A pattern of actions that is granted and not, or not all, needed.
#[derive(Clone, PartialEq, Debug)]
pub struct Excess {
    /// The statement, or where the managed policy is attached.
    pub origin: Origin,
    /// Where the pattern is written.
    pub span: Span,
    /// Which of the role's grants.
    pub grant: usize,
    /// Which pattern of its statement.
    pub at: usize,
    /// The managed policy, if it is one: then its patterns are told as one.
    pub managed: Option<&'static str>,
    /// The pattern as written; the name of a managed policy.
    pub pattern: String,
    /// What is too much of it.
    pub why: Why,
    /// The actions that are granted and not needed; of [`Why::Resources`] those that are needed on less.
    pub actions: ActionSet,
    /// The most that those can do; nothing is known of actions that do not exist.
    pub harm: Option<Harm>,
}

impl Excess {
    /// The names of the actions, at most so many.
    pub fn names(&self, most: usize) -> Vec<String> {
        let table = facts::embedded();
        let each = self.actions.iter().filter_map(|id| table.action_by_id(id));
        each.take(most).map(facts::Action::name).collect()
    }
}

/// Whether everything needed lies in what is granted; both are resources or patterns of them.
pub fn includes(granted: &Pattern, needed: &Pattern) -> bool {
    granted.fits(needed) == Fit::Yes
}

/// Whether something may lie in both.
pub fn intersects(one: &Pattern, other: &Pattern) -> bool {
    one.fits(other) != Fit::No
}

/// A need, ready to be asked for.
struct Wanted<'n> {
    need: &'n Need,
    /// Whether it is asked for without a resource: how that is to be granted, services judge differently.
    alone: bool,
    /// For each resource what it is called.
    subjects: Vec<Subject>,
    /// In which worlds.
    world: Guard,
}

/// Compares a role with what the functions need that run as it.
pub fn compare(judge: &Judge<'_>, role: RoleId, users: &[&FunctionNeeds]) -> Comparison {
    let Some(rights) = judge.rights(role) else {
        return Comparison::default();
    };
    let mut comparison = Comparison {
        incomplete: users.iter().any(|user| !user.incomplete.is_empty()),
        ..Comparison::default()
    };
    let along: Vec<Vec<Need>> = users.iter().map(|u| named_along(&u.platform)).collect();
    let (mut wanted, mut beside) = (Vec::new(), Vec::new());
    for (user, along) in users.iter().zip(&along) {
        let world = world_of(judge, role, user);
        let ready = |need| ready(judge.nodes(), need, &world);
        for (needs, missing) in [
            (&user.needs, &mut comparison.missing),
            (&user.platform, &mut comparison.missing_platform),
        ] {
            for need in needs {
                let need = ready(need);
                if lacks(judge, role, rights, &need) && !missing.contains(need.need) {
                    missing.push(need.need.clone());
                }
                wanted.push(need);
            }
        }
        wanted.extend(user.optional.iter().map(ready));
        beside.extend(along.iter().map(ready));
    }
    comparison.unknown_actions = unknown_actions(judge, role, rights);
    comparison.excess = excess(judge, role, rights, &wanted);
    // What policies name along with what the platform asks for is no excess.
    comparison.excess.retain(|excess| {
        let named = |w: &&Wanted<'_>| w.need.action.eq_ignore_ascii_case(&excess.pattern);
        let mut own = rights.rights.iter().filter(|r| r.grant == excess.grant);
        let plain = excess.managed.is_none() && excess.why == Why::Unused;
        let along = |right: &Right| served(right, Some(excess.at), &beside).iter().any(named);
        !(plain && own.any(along))
    });
    comparison
}

/// Whether a role surely does not grant a need of a function.
pub fn is_lacking(judge: &Judge<'_>, role: RoleId, user: &FunctionNeeds, need: &Need) -> bool {
    let world = world_of(judge, role, user);
    judge.rights(role).is_some_and(|rights| {
        let wanted = ready(judge.nodes(), need, &world);
        lacks(judge, role, rights, &wanted)
    })
}

/// In which worlds a function runs as a role.
fn world_of(judge: &Judge<'_>, role: RoleId, user: &FunctionNeeds) -> Guard {
    let Some(function) = judge.nodes().app().functions.get(user.function) else {
        return Guard::always();
    };
    let as_role = function.role.iter().find(|(_, r)| *r == role);
    match as_role {
        Some((when, _)) => when.and(&function.exists),
        None => function.exists.clone(),
    }
}

fn ready<'n>(nodes: &Nodes<'_>, need: &'n Need, world: &Guard) -> Wanted<'n> {
    let kinds = facts::action(&need.action).map(facts::Action::resource_types);
    let kinds = kinds.as_deref();
    // An action without resources, and one that is asked for without one, is allowed by `*` alone.
    let alone = kinds.is_some_and(<[_]>::is_empty)
        || need.exact && kinds.is_some_and(|kinds| kinds.iter().all(|kind| !kind.required));
    let subject = |text: &Text| {
        let mut resource = pattern(nodes, text);
        if alone && resource.is_any() {
            resource = Pattern::literal("*");
        }
        let mut whole = forms_of(nodes, &resource);
        // A statement may spell out the default of a parameter that the code goes by.
        let default = nodes.app().by_default(text);
        if default != *text {
            whole.extend(forms_of(nodes, &pattern(nodes, &default)));
        }
        Subject {
            whole,
            parts: Vec::new(),
        }
    };
    Wanted {
        need,
        alone: alone && need.resources.iter().all(|r| r.literal() == Some("*")),
        subjects: need.resources.iter().map(subject).collect(),
        world: world.clone(),
    }
}

/// Whether one of the resources of a need is surely refused.
fn lacks(judge: &Judge<'_>, role: RoleId, rights: &Rights, wanted: &Wanted<'_>) -> bool {
    let action = &wanted.need.action;
    let world = wanted.world.and(&rights.when);
    // A pattern that stands for one unknown resource may well be that which is granted.
    let open = |text: &Text| {
        let is_open = |part: &Part| {
            use Symbol::{Dynamic, Each, Import, Opaque, Placeholder};
            matches!(
                part,
                Part::Hole(Opaque(_) | Placeholder(_) | Each(_) | Dynamic(_) | Import(_))
            )
        };
        text.parts().iter().any(is_open)
    };
    if world.impossible() || !wanted.need.exact || wanted.need.resources.iter().any(open) {
        return false;
    }
    if wanted.alone {
        let named =
            |right: &Right| grants(right) && is_wide(right) && right.action(action) != Fit::No;
        return !rights.rights.iter().any(named);
    }
    let refused = |subject: &Subject| {
        if decide(rights, action, Some(subject), &world) != Answer::No {
            return false;
        }
        let named = subject.whole.iter().flat_map(|form| &form.pattern.0);
        let node = named.into_iter().find_map(|token| match token {
            Token::Name(node @ NodeId::Resource(_)) => Some(*node),
            _ => None,
        });
        !node.is_some_and(|node| {
            let answer = judge.resource_allows(role, action, node, &world);
            answer.possibly()
        })
    };
    // Of a thing and a part of it (a table and its index) one is asked for: which, the call alone does not tell.
    let stands_for = |one: &Subject, other: &Subject| {
        let forms = |subject: &Subject| -> Vec<Pattern> {
            subject
                .whole
                .iter()
                .map(|form| form.pattern.clone())
                .collect()
        };
        let others = forms(other);
        forms(one)
            .iter()
            .any(|a| others.iter().any(|b| extends(a, b) || extends(b, a)))
    };
    let (refused, allowed): (Vec<&Subject>, Vec<&Subject>) =
        wanted.subjects.iter().partition(|subject| refused(subject));
    refused
        .iter()
        .any(|one| !allowed.iter().any(|other| stands_for(one, other)))
}

/// Whether a statement is on more than what it names: how an action without resources is granted, services judge
/// differently.
fn is_wide(right: &Right) -> bool {
    let open = |pattern: &Pattern| pattern.0.contains(&Token::Star);
    right.rule.not_resources || right.rule.resources.iter().any(open)
}

fn unknown_actions(judge: &Judge<'_>, role: RoleId, rights: &Rights) -> Vec<(String, Span)> {
    let mut unknown = Vec::new();
    // What a policy template of a tool names is not its user's to mend.
    let written =
        |right: &&Right| right.managed.is_none() && !matches!(right.origin.how, How::Generated(_));
    for right in rights.rights.iter().filter(written) {
        for (at, action) in right.rule.actions.iter().enumerate() {
            let ActionPattern::Known(name) = action else {
                continue;
            };
            let Some((prefix, _)) = name.split_once(':') else {
                continue;
            };
            if facts::service(prefix).is_some() && facts::expand(name).is_empty() {
                unknown.push((name.clone(), span_of(judge, role, right, at)));
            }
        }
    }
    unknown
}

/// Where a pattern of actions is written.
pub(crate) fn span_of(judge: &Judge<'_>, role: RoleId, right: &Right, at: usize) -> Span {
    let grants = judge.nodes().app().roles.get(role).map(|r| &r.grants);
    match grants.and_then(|grants| grants.get(right.grant)) {
        Some(Grant::Statement(statement)) => statement.places.actions.get(at).copied(),
        _ => None,
    }
    .unwrap_or(right.origin.span)
}

fn excess(judge: &Judge<'_>, role: RoleId, rights: &Rights, wanted: &[Wanted<'_>]) -> Vec<Excess> {
    let denied = denied(rights);
    let mut all = Vec::new();
    let mut managed: BTreeSet<usize> = BTreeSet::new();
    for right in rights.rights.iter().filter(|r| grants(r)) {
        if right.managed.is_some() {
            if managed.insert(right.grant) {
                all.extend(of_managed(rights, right, wanted, &denied));
            }
            continue;
        }
        let patterns = if right.rule.not_actions {
            1
        } else {
            right.rule.actions.len()
        };
        for at in 0..patterns {
            let span = span_of(judge, role, right, at);
            all.extend(of_pattern(right, (at, span), wanted, &denied));
        }
    }
    all
}

fn grants(right: &Right) -> bool {
    right.rule.effect == Effect::Allow && right.conditions.possibly()
}

/// What is denied altogether.
fn denied(rights: &Rights) -> ActionSet {
    let whole = |r: &&Right| {
        r.rule.effect == Effect::Deny
            && r.conditions == Answer::Yes
            && r.when.is_always()
            && !r.rule.not_resources
            && r.rule.resources.iter().any(Pattern::is_any)
    };
    let mut denied = ActionSet::default();
    for right in rights.rights.iter().filter(whole) {
        denied = denied.or(&right.rule.named_actions());
    }
    denied
}

/// The needs that a statement may serve through one of its patterns; all of them for `NotAction`.
fn served<'w, 'n>(
    right: &Right,
    at: Option<usize>,
    wanted: &'w [Wanted<'n>],
) -> Vec<&'w Wanted<'n>> {
    let serves = |wanted: &&Wanted<'_>| {
        let action = &wanted.need.action;
        let fit = match at.and_then(|at| right.rule.actions.get(at)) {
            Some(pattern) if !right.rule.not_actions => pattern.fits(action),
            _ => right.action(action),
        };
        let world = wanted.world.and(&right.when);
        let on_any = wanted.alone && is_wide(right);
        let on = |subject| right.resource(action, Some(subject), &world) != Fit::No;
        fit != Fit::No && !world.impossible() && (on_any || wanted.subjects.iter().any(on))
    };
    wanted.iter().filter(serves).collect()
}

fn of_managed(
    rights: &Rights,
    first: &Right,
    wanted: &[Wanted<'_>],
    denied: &ActionSet,
) -> Option<Excess> {
    let parts = rights.rights.iter();
    let parts = parts.filter(|r| r.grant == first.grant && r.managed == first.managed && grants(r));
    let (mut actions, mut needed) = (ActionSet::default(), BTreeSet::new());
    for right in parts {
        actions = actions.or(&right.rule.named_actions());
        for wanted in served(right, None, wanted) {
            needed.insert(wanted.need.action.clone());
        }
    }
    let actions = without(&actions.minus(denied), &needed);
    if actions.is_empty() {
        return None;
    }
    let why = match needed.is_empty() {
        true => Why::Unused,
        false => Why::Actions(needed.into_iter().collect()),
    };
    Some(Excess {
        origin: first.origin.clone(),
        span: first.origin.span,
        grant: first.grant,
        at: 0,
        managed: first.managed,
        pattern: first.managed.unwrap_or_default().to_owned(),
        why,
        harm: worst(&actions),
        actions,
    })
}

fn without(actions: &ActionSet, names: &BTreeSet<String>) -> ActionSet {
    let mut needed = ActionSet::default().or(actions).minus(actions);
    for name in names {
        if let Some(action) = facts::action(name) {
            needed.insert(action.id());
        }
    }
    actions.minus(&needed)
}

fn of_pattern(
    right: &Right,
    (at, span): (usize, Span),
    wanted: &[Wanted<'_>],
    denied: &ActionSet,
) -> Option<Excess> {
    let (words, all, wild) = match right.rule.actions.get(at)? {
        _ if right.rule.not_actions => ("NotAction".to_owned(), right.rule.named_actions(), true),
        ActionPattern::Known(pattern) => {
            let wild = pattern.contains(['*', '?']);
            (pattern.clone(), facts::expand(pattern), wild)
        }
        // What a template leaves open is not judged.
        ActionPattern::Open(_) => return None,
    };
    let unknown = all.is_empty();
    let actions = all.minus(denied);
    // What is denied anyway is no permission; what does not exist is told as that.
    if !unknown && actions.is_empty() || unknown && facts_know(&words) {
        return None;
    }
    let served = served(right, Some(at), wanted);
    let needed: BTreeSet<String> = served.iter().map(|w| w.need.action.clone()).collect();
    let left = without(&actions, &needed);
    let (why, actions) = if served.is_empty() {
        (Why::Unused, actions)
    } else if wild && !left.is_empty() {
        (Why::Actions(needed.into_iter().collect()), left)
    } else {
        (resources(right, &served)?, actions)
    };
    Some(Excess {
        origin: right.origin.clone(),
        span,
        grant: right.grant,
        at,
        managed: None,
        pattern: words,
        why,
        harm: worst(&actions),
        actions,
    })
}

/// Whether the service of an action is known.
fn facts_know(action: &str) -> bool {
    let prefix = action.split_once(':').map(|(prefix, _)| prefix);
    prefix.is_some_and(|prefix| facts::service(prefix).is_some())
}

/// Which resources of a statement are wider than what is needed of it, or hold nothing that is needed.
fn resources(right: &Right, served: &[&Wanted<'_>]) -> Option<Why> {
    // A pattern that stands for one unknown resource says nothing about how wide the grant may be.
    if right.rule.not_resources || served.iter().any(|wanted| !wanted.need.exact) {
        return None;
    }
    let needed: Vec<&Pattern> = served
        .iter()
        .flat_map(|wanted| &wanted.subjects)
        .flat_map(|subject| &subject.whole)
        .map(|form| &form.pattern)
        .collect();
    if needed
        .iter()
        .any(|n| n.is_any() || **n == Pattern::literal("*"))
    {
        return None;
    }
    let (mut wider, mut unused) = (Vec::new(), Vec::new());
    for (at, resource) in right.rule.resources.iter().enumerate() {
        let resource = placed(resource);
        let held = |n: &&&Pattern| n.fits(&resource) == Fit::Yes;
        if needed.iter().any(|n| held(&n)) {
            continue;
        }
        if needed.iter().any(|n| resource.fits(n) != Fit::No) {
            if needed.iter().any(|n| within_one(&resource, n)) {
                continue;
            }
            wider.push(at);
        } else if !needed
            .iter()
            .any(|n| extends(&resource, n) || extends(n, &resource))
        {
            unused.push(at);
        }
    }
    (!wider.is_empty() || !unused.is_empty()).then_some(Why::Resources { wider, unused })
}

/// Whether a pattern is the needed resource with its own contents left open: `${Table.Arn}*`, and not `table/orders*`.
fn within_one(resource: &Pattern, needed: &Pattern) -> bool {
    let fixed = |pattern: &Pattern| -> Vec<Token> {
        let tokens = pattern.0.iter();
        let tokens = tokens.take_while(|t| !matches!(t, Token::Star | Token::One));
        tokens.cloned().collect()
    };
    let (mine, theirs) = (fixed(resource), fixed(needed));
    let ends = !matches!(theirs.last(), Some(Token::Char(c)) if c.is_alphanumeric());
    let goes_on = matches!(mine.get(theirs.len()), Some(Token::Char('/' | ':')));
    mine.starts_with(&theirs) && (ends || goes_on)
}

/// Whether one is the other followed by the name of a part of it.
fn extends(longer: &Pattern, shorter: &Pattern) -> bool {
    let rest = longer.0.get(shorter.0.len()..).unwrap_or_default();
    longer.0.starts_with(&shorter.0) && matches!(rest.first(), Some(Token::Char('/' | ':')))
}

/// With the region and the account of the deployment in the place of `*`: these are no width.
fn placed(pattern: &Pattern) -> Pattern {
    let pseudo = |name: &str| Token::hole(Symbol::Pseudo(name.to_owned()));
    let mut colons = 0;
    let alone = |at: usize| {
        let colon = |at: usize| pattern.0.get(at) == Some(&Token::Char(':'));
        at > 0 && colon(at - 1) && colon(at + 1)
    };
    let token = |(at, token): (usize, &Token)| {
        match (token, colons) {
            (Token::Char(':'), _) => colons += 1,
            (Token::Star, 3) if alone(at) => return pseudo("AWS::Region"),
            (Token::Star, 4) if alone(at) => return pseudo("AWS::AccountId"),
            _ => {}
        }
        token.clone()
    };
    Pattern(pattern.0.iter().enumerate().map(token).collect())
}
