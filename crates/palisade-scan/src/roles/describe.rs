//! One function's role in words and numbers: what it grants, what is needed of it, and how they differ.

use std::collections::{BTreeMap, BTreeSet};

use palisade_iam::Judge;
use palisade_iam::balance::Balance;
use palisade_iam::blast::{Blast, blast, blast_of_needs};
use palisade_iam::compare::{Comparison, Excess, Why as Because, compare};
use palisade_iam::facts::{self, ActionSet};
use palisade_iam::harm::{Harm, harm};
use palisade_iam::naming::{Subject, forms_of, pattern};
use palisade_iam::pattern::{Fit as Meets, action_glob};
use palisade_iam::rights::Right;
use palisade_model::app::{App, Function, FunctionId, NodeId, RoleId};
use palisade_model::change::Allowed;
use palisade_model::guard::Guard;
use palisade_model::need::{
    Difference, Fit, FunctionNeeds, FunctionRole, Held, Need, OwnRole, Radius, Way, Why,
};
use palisade_model::policy::{Effect, Grant};
use palisade_model::reach::Reach;
use palisade_model::text::{Part, Symbol, Text};
use palisade_rules::sas04_permissions::worth::customary_actions;

use super::least::{is_customary, is_written, least, stays};
use crate::words;

/// Names of actions that a difference lists.
const NAMES_MAX: usize = 200;
/// Names of other functions that a role lists.
const SHARED_MAX: usize = 20;
/// Names of nodes that a radius lists.
const REACHED_MAX: usize = 100;
/// So many radii are reckoned of an App; each takes a walk over everything in it. Functions with the same roles and
/// the same needs have the same.
const RADII_MAX: usize = 300;

/// What a radius follows from: whose rights it is, and the needs of the code and of the platform.
type Cause = (Owner, Vec<Asked>, Vec<Asked>);

/// The roles of a function, and when it exists.
type Owner = (Vec<(Guard, RoleId)>, Guard);

/// An action and its resources.
type Asked = (String, Vec<Text>);

/// Describes the functions of one App.
pub(super) struct Describer<'j, 'a> {
    pub(super) judge: &'j Judge<'a>,
    pub(super) balance: &'j Balance,
    radii: BTreeMap<Cause, (Radius, Radius)>,
    radii_max: usize,
    held: BTreeMap<Owner, Radius>,
}

impl<'j, 'a> Describer<'j, 'a> {
    pub(super) fn new(judge: &'j Judge<'a>, balance: &'j Balance) -> Self {
        Self {
            judge,
            balance,
            radii: BTreeMap::new(),
            radii_max: RADII_MAX,
            held: BTreeMap::new(),
        }
    }

    /// Without what is reached, which takes longest.
    pub(super) fn brief(judge: &'j Judge<'a>, balance: &'j Balance) -> Self {
        Self {
            radii_max: 0,
            ..Self::new(judge, balance)
        }
    }

    fn app(&self) -> &'a App {
        self.judge.nodes().app()
    }

    /// The role of a function.
    pub(super) fn role(&mut self, id: FunctionId, read: bool) -> Option<FunctionRole> {
        let app = self.app();
        let function = app.functions.get(id)?;
        let needs = self.balance.needs.get(id)?;
        let ids = roles_of(function);
        let mut role = FunctionRole {
            template: app
                .stacks
                .get(function.key.stack)
                .map(|s| s.path.clone())
                .unwrap_or_default(),
            function: app.label(NodeId::Function(id)),
            span: Some(function.origin.span),
            read,
            reach: reach(app, id),
            started: app.triggers.iter().any(|t| t.function == id),
            roles: ids.iter().map(|role| self.own(id, *role, needs)).collect(),
            fit: Fit::Fits,
            needs: needs.clone(),
            excess: Vec::new(),
            missing: Vec::new(),
            missing_platform: Vec::new(),
            unknown_actions: Vec::new(),
            ways: Vec::new(),
            radius: None,
            least: least(self.judge, id, needs, &ids).allowed,
        };
        for of in &ids {
            self.compared(&mut role, *of, needs);
        }
        let least = std::mem::take(&mut role.least);
        role.excess.retain(|excess| !keeps(&least, excess));
        role.least = least;
        // The most harmful first, then what is most.
        role.excess.sort_by(|a, b| {
            let weight = |d: &Difference| d.harm.map_or(0, |(_, weight)| weight);
            (weight(b), b.count, &a.spans).cmp(&(weight(a), a.count, &b.spans))
        });
        role.fit = fit(&role);
        let differs = !role.excess.is_empty() || !role.ways.is_empty();
        if differs && read {
            role.radius = self.radii(id, function, needs);
        }
        Some(role)
    }

    /// The radii of a function, reckoned once for all that are like it; none where there are too many.
    fn radii(
        &mut self,
        id: FunctionId,
        function: &Function,
        needs: &FunctionNeeds,
    ) -> Option<(Radius, Radius)> {
        let asked = |needs: &[Need]| -> Vec<Asked> {
            let each = needs.iter();
            each.map(|need| (need.action.clone(), need.resources.clone()))
                .collect()
        };
        let owner = (function.role.clone(), function.exists.clone());
        let (code, platform) = (asked(&needs.needs), asked(&needs.platform));
        let cause = (owner.clone(), code, platform);
        if let Some(known) = self.radii.get(&cause) {
            return Some(known.clone());
        }
        if self.radii.len() >= self.radii_max {
            return None;
        }
        let (app, judge) = (self.app(), self.judge);
        let held = self.held.entry(owner);
        let held = held
            .or_insert_with(|| radius(app, &blast(judge, id)))
            .clone();
        let radii = self.radii_of(held, needs);
        self.radii.insert(cause, radii.clone());
        Some(radii)
    }

    /// What is reached with the role as it is, and with the least one; what the platform asks for is no difference.
    fn radii_of(&self, held: Radius, needs: &FunctionNeeds) -> (Radius, Radius) {
        let app = self.app();
        let (platform, code) = (
            FunctionNeeds {
                needs: Vec::new(),
                ..needs.clone()
            },
            FunctionNeeds {
                platform: Vec::new(),
                ..needs.clone()
            },
        );
        let platform = radius(app, &blast_of_needs(self.judge, &platform));
        let mut now = held;
        now.reached.retain(|one| !platform.reached.contains(one));
        now.everywhere
            .retain(|one| !platform.everywhere.contains(one));
        let mut then = radius(app, &blast_of_needs(self.judge, &code));
        for (name, harm) in named(app, &code) {
            match then.reached.iter_mut().find(|(other, _)| *other == name) {
                Some((_, harms)) if harms.contains(&harm.words()) => {}
                Some((_, harms)) => harms.push(harm.words()),
                None => {
                    then.reached.push((name, vec![harm.words()]));
                    then.weight += harm.weight();
                }
            }
        }
        then.reached.sort();
        (shortened(now), shortened(then))
    }

    /// What a role holds, as this function sees it.
    fn own(&self, function: FunctionId, id: RoleId, needs: &FunctionNeeds) -> OwnRole {
        let app = self.app();
        let mut own = OwnRole::default();
        let Some(role) = app.roles.get(id) else {
            return own;
        };
        own.name = words::role(&role.key.address);
        own.span = Some(role.origin.span);
        let users = self.balance.role(id).map_or(&[][..], |held| &held.users);
        let others = users.iter().filter(|user| **user != function);
        own.shared_count = others.clone().count();
        // Thousands of functions may share one role: each of them names but a few of the others.
        own.shared = others
            .take(SHARED_MAX)
            .map(|user| app.label(NodeId::Function(*user)))
            .collect();
        let Some(rights) = self.judge.rights(id) else {
            return own;
        };
        own.unread = rights.unread.is_some();
        let (mut allowed, mut denied) = (ActionSet::default(), ActionSet::default());
        for right in &rights.rights {
            let set = match right.rule.effect {
                Effect::Allow => &mut allowed,
                Effect::Deny if right.rule.resources.iter().any(|r| r.is_any()) => &mut denied,
                Effect::Deny => continue,
            };
            *set = set.or(&right.rule.named_actions());
        }
        own.granted = allowed.minus(&denied).len();
        own.held = self.held(role.grants.as_slice(), &rights.rights, needs);
        own
    }

    fn held(&self, grants: &[Grant], rights: &[Right], needs: &FunctionNeeds) -> Vec<Held> {
        let mut all: Vec<Held> = Vec::new();
        let mut policies: BTreeMap<usize, usize> = BTreeMap::new();
        for right in rights.iter().filter(|r| r.rule.effect == Effect::Allow) {
            if let Some(name) = right.managed {
                let at = *policies.entry(right.grant).or_insert_with(|| {
                    all.push(Held {
                        pattern: name.to_owned(),
                        managed: Some(name),
                        span: right.origin.span,
                        resources: Vec::new(),
                        needed: Vec::new(),
                    });
                    all.len() - 1
                });
                let needed = self.needed(right, None, needs);
                if let Some(held) = all.get_mut(at) {
                    for one in needed {
                        if !held.needed.contains(&one) {
                            held.needed.push(one);
                        }
                    }
                }
                continue;
            }
            let Some(Grant::Statement(statement)) = grants.get(right.grant) else {
                continue;
            };
            let span = |at: usize| statement.places.actions.get(at).copied();
            let patterns: Vec<(String, Option<&str>, usize)> = match statement.not_actions {
                true => vec![("NotAction".to_owned(), None, 0)],
                false => statement
                    .actions
                    .iter()
                    .enumerate()
                    .map(|(at, text)| (text.words(), text.literal(), at))
                    .collect(),
            };
            for (words, literal, at) in patterns {
                all.push(Held {
                    needed: self.needed(right, literal, needs),
                    pattern: words,
                    managed: None,
                    span: span(at).unwrap_or(right.origin.span),
                    resources: statement.resources.clone(),
                });
            }
        }
        all
    }

    /// The needs that a statement serves, through one of its patterns or as a whole.
    fn needed(
        &self,
        right: &Right,
        through: Option<&str>,
        needs: &FunctionNeeds,
    ) -> Vec<(String, Vec<palisade_model::source::Span>)> {
        let nodes = self.judge.nodes();
        let all = needs.needs.iter().chain(&needs.optional);
        let serves = |need: &&Need| {
            let named = match through {
                Some(pattern) => action_glob(pattern, &need.action),
                None => right.action(&need.action) != Meets::No,
            };
            named
                && need.resources.iter().any(|text| {
                    let subject = Subject {
                        whole: forms_of(nodes, &pattern(nodes, text)),
                        parts: Vec::new(),
                    };
                    right.resource(&need.action, Some(&subject), &Guard::always()) != Meets::No
                })
        };
        let told = |need: &Need| (need.action.clone(), need.spans.clone());
        all.chain(&needs.platform)
            .filter(serves)
            .map(told)
            .collect()
    }

    /// Adds what a role has too much and too little.
    fn compared(&self, role: &mut FunctionRole, id: RoleId, needs: &FunctionNeeds) {
        let Some(held) = self.balance.role(id) else {
            return;
        };
        // A role that several functions share is compared with what this one needs.
        let alone: Comparison;
        let comparison = if held.users.len() == 1 {
            &held.comparison
        } else {
            alone = compare(self.judge, id, &[needs]);
            &alone
        };
        let grants = self.app().roles.get(id).map_or(&[][..], |r| &r.grants);
        let excess = comparison.excess.iter();
        let excess = excess.filter_map(|excess| too_much(excess, grants, needs));
        push(&mut role.excess, excess);
        push(&mut role.missing, comparison.missing.iter().map(lacking));
        let platform = comparison.missing_platform.iter().map(lacking);
        push(&mut role.missing_platform, platform);
        let unknown = comparison.unknown_actions.iter();
        let unknown = unknown.map(|(action, span)| Difference {
            action: action.clone(),
            managed: false,
            resources: Vec::new(),
            spans: vec![*span],
            why: Why::Unknown,
            actions: Vec::new(),
            count: 0,
            harm: None,
        });
        push(&mut role.unknown_actions, unknown);
        for way in &held.escalations {
            let way = Way {
                words: way.path.words.clone(),
                target: way.target.map(|node| self.app().label(node)),
                surely: way.answer.surely(),
                spans: way.statements.iter().map(|origin| origin.span).collect(),
            };
            if !role.ways.contains(&way) {
                role.ways.push(way);
            }
        }
    }
}

fn push(all: &mut Vec<Difference>, more: impl Iterator<Item = Difference>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Whether the least policy has an action on all that it is granted on: then it is not too much.
fn keeps(least: &[Allowed], excess: &Difference) -> bool {
    let named = |allowed: &&Allowed| {
        let mut actions = allowed.actions.iter();
        actions.any(|action| action.eq_ignore_ascii_case(&excess.action))
    };
    let holds = |resource: &Text| {
        let mut named = least.iter().filter(named);
        named.any(|allowed| allowed.resources.contains(resource))
    };
    !excess.managed && !excess.resources.is_empty() && excess.resources.iter().all(holds)
}

/// The roles a function may run as.
pub(super) fn roles_of(function: &Function) -> Vec<RoleId> {
    let mut roles: Vec<RoleId> = function.role.iter().map(|(_, role)| *role).collect();
    roles.dedup();
    roles
}

fn fit(role: &FunctionRole) -> Fit {
    // Whether it keeps logs and traces is its owner's choice; without its events it does nothing.
    let mut platform = role.missing_platform.iter();
    let differs = !role.excess.is_empty()
        || !role.missing.is_empty()
        || !role.unknown_actions.is_empty()
        || platform.any(|lacking| !is_customary(&lacking.action));
    if role.roles.is_empty() {
        Fit::Elsewhere
    } else if !role.read {
        Fit::Unread
    } else if !role.needs.incomplete.is_empty() {
        Fit::Incomplete
    } else if differs {
        Fit::Differs
    } else {
        Fit::Fits
    }
}

/// Who reaches a function through any of its triggers.
fn reach(app: &App, id: FunctionId) -> Reach {
    let triggers = app.triggers_of(id);
    triggers.fold(Reach::default(), |best, (_, trigger)| {
        best.or(trigger.reach.clone())
    })
}

/// A difference, but for what every function may do by custom.
fn too_much(excess: &Excess, grants: &[Grant], needs: &FunctionNeeds) -> Option<Difference> {
    if excess.managed.is_some_and(|name| stays(name, needs)) {
        return None;
    }
    let on = match grants.get(excess.grant) {
        // What a tool grants by itself is not for its user to narrow.
        Some(Grant::Statement(statement)) if !is_written(&statement.origin.how) => return None,
        Some(Grant::Statement(statement)) => statement.resources.as_slice(),
        _ => &[],
    };
    let left = match excess.why {
        Because::Resources { .. } => excess.actions.clone(),
        _ => excess.actions.minus(customary_actions()),
    };
    // What the facts do not know is told by its name.
    if left.is_empty() && !excess.actions.is_empty() {
        return None;
    }
    if matches!(excess.why, Because::Resources { .. }) && left.is_subset(customary_actions()) {
        return None;
    }
    let table = facts::embedded();
    let names = left.iter().filter_map(|id| table.action_by_id(id));
    let mut resources = on.to_vec();
    let why = match &excess.why {
        Because::Unused => Why::Unused,
        Because::Actions(needed) => Why::Actions(needed.clone()),
        Because::Resources { wider, unused } => {
            let at: BTreeSet<usize> = wider.iter().chain(unused).copied().collect();
            let wide: Vec<Text> = at.iter().filter_map(|at| on.get(*at).cloned()).collect();
            resources.clone_from(&wide);
            Why::Resources(wide)
        }
    };
    Some(Difference {
        action: excess.pattern.clone(),
        managed: excess.managed.is_some(),
        resources,
        spans: vec![excess.span],
        why,
        actions: names.take(NAMES_MAX).map(facts::Action::name).collect(),
        count: left.len(),
        harm: excess.harm.map(|harm| (harm.words(), harm.weight())),
    })
}

fn lacking(need: &Need) -> Difference {
    Difference {
        action: need.action.clone(),
        managed: false,
        resources: need.resources.clone(),
        spans: need.spans.clone(),
        why: Why::Lacking,
        actions: vec![need.action.clone()],
        count: 1,
        harm: None,
    }
}

/// The nodes that needs name, also where only a part of one is needed.
fn named(app: &App, needs: &FunctionNeeds) -> BTreeSet<(String, Harm)> {
    let mut all = BTreeSet::new();
    for need in &needs.needs {
        let parts = need.resources.iter().flat_map(|text| text.parts());
        for part in parts {
            if let Part::Hole(Symbol::Attr(stack, address, _)) = part
                && let Some(node) = app.node(*stack, address)
            {
                all.insert((app.label(node), harm(&need.action)));
            }
        }
    }
    all
}

/// With the first names alone: of a wide role it would name the whole application, once for each function.
fn shortened(mut radius: Radius) -> Radius {
    radius.reached_count = radius.reached.len();
    radius.reached.truncate(REACHED_MAX);
    radius.starts_count = radius.starts.len();
    radius.starts.truncate(REACHED_MAX);
    radius
}

fn radius(app: &App, blast: &Blast) -> Radius {
    let words = |harms: &BTreeSet<Harm>| harms.iter().map(|harm| harm.words()).collect();
    let reached = blast.reached.iter();
    let everywhere = blast.everywhere.iter();
    let mut radius = Radius {
        reached: reached
            .map(|reached| (app.label(reached.node), words(&reached.harms)))
            .collect(),
        everywhere: everywhere
            .map(|all| (all.service.clone(), words(&all.harms)))
            .collect(),
        starts: blast
            .invokes
            .iter()
            .map(|id| app.label(NodeId::Function(*id)))
            .collect(),
        takes: blast
            .assumes
            .iter()
            .filter_map(|(id, _)| app.roles.get(*id))
            .map(|role| words::role(&role.key.address))
            .collect(),
        weight: blast.weight(),
        unread: blast.unread,
        ..Radius::default()
    };
    radius.reached.sort();
    radius.reached.dedup();
    radius.everywhere.sort();
    radius.everywhere.dedup();
    radius
}
