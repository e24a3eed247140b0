//! Which roles can get the rights of somebody else, by the catalogue of known paths.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use palisade_model::app::{NodeId, Role, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Principal};
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Symbol;
use toml_edit::{DocumentMut, Item, Table};

use crate::access::administrator;
use crate::compare::span_of;
use crate::evaluate::context::Context;
use crate::evaluate::judge::{Judge, decide_in};
use crate::evaluate::theirs::is_own_account;
use crate::facts;
use crate::naming::{Form, Subject};
use crate::pattern::{Fit, Pattern, Token};
use crate::rights::{Rights, node_in};

/// What is won.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gives {
    /// The role itself gets any right.
    Own,
    /// The rights of another role.
    Role,
    /// The rights of a user.
    User,
}

/// What an action of a path acts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// The own role.
    Own,
    /// Another role that trusts this one, its account or everybody.
    Trusting,
    /// Any other role.
    Other,
    /// A function that runs as another role.
    Function,
    /// A role that trusts the service it is passed to.
    Passed,
    /// Anything.
    Any,
}

/// A known path.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// Its id, as in the sources of the catalogue.
    pub id: String,
    /// The actions, all of which are needed, with what they act on.
    pub actions: Vec<(String, On)>,
    /// The service a role is passed to.
    pub passes: Option<String>,
    /// Whether there must be a boundary.
    pub needs_boundary: bool,
    /// What is won.
    pub gives: Gives,
    /// What can be done, after "it can".
    pub words: String,
}

/// A path that is open to a role.
#[derive(Clone, PartialEq, Debug)]
pub struct Escalation {
    /// Which.
    pub path: &'static Path,
    /// For each action where it is granted: its place in the statement.
    pub statements: Vec<Origin>,
    /// The role, or the function, whose rights are won; `None` where it is any of the account.
    pub target: Option<NodeId>,
    /// Whether it is open: yes, or it depends.
    pub answer: Answer,
}

static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| {
    let text = include_str!("../data/escalation.toml");
    let document: DocumentMut = text.parse().unwrap_or_default();
    let rows = document.get("path").and_then(Item::as_array_of_tables);
    let rows = rows.into_iter().flat_map(|rows| rows.iter());
    let mut paths: Vec<Path> = rows.filter_map(path).collect();
    // What needs less comes first: a path that needs more is no news then.
    paths.sort_by_key(|path| path.actions.len());
    paths
});

/// The catalogue, paths of few actions first.
pub fn paths() -> &'static [Path] {
    &PATHS
}

fn path(row: &Table) -> Option<Path> {
    let word = |key: &str| row.get(key).and_then(Item::as_str).map(str::to_owned);
    let passes = word("passes");
    let on = |action: &str| {
        let on = row.get("on").and_then(Item::as_table_like);
        match on.and_then(|on| on.get(action)).and_then(Item::as_str) {
            Some("self") => On::Own,
            Some("role") => On::Trusting,
            Some("other role") => On::Other,
            Some("function") => On::Function,
            _ if action == "iam:PassRole" => On::Passed,
            _ => On::Any,
        }
    };
    let actions = row.get("actions")?.as_array()?.iter();
    let actions = actions.filter_map(|v| v.as_str());
    Some(Path {
        id: word("id")?,
        actions: actions.map(|a| (a.to_owned(), on(a))).collect(),
        passes,
        needs_boundary: row.get("needs_boundary").and_then(Item::as_bool) == Some(true),
        gives: match word("gives")?.as_str() {
            "own" => Gives::Own,
            "user" => Gives::User,
            _ => Gives::Role,
        },
        words: word("words")?,
    })
}

/// The paths that are open to a role. Nothing is told of a role that may do everything as it is.
pub fn escalations(judge: &Judge<'_>, role: RoleId) -> Vec<Escalation> {
    let Some(rights) = judge.rights(role) else {
        return Vec::new();
    };
    if administrator(judge, role).is_some() {
        return Vec::new();
    }
    let asking = Asking {
        judge,
        role,
        rights,
    };
    let mut open: Vec<Escalation> = Vec::new();
    for path in paths() {
        // Nothing of a path can be granted where none of its actions is named.
        let named = |(action, _): &(String, On)| {
            let mut rights = rights
                .rights
                .iter()
                .filter(|r| r.rule.effect == Effect::Allow);
            rights.any(|r| r.action(action) != Fit::No)
        };
        let bounded = rights.boundary.is_some() || rights.boundary_unread;
        if !path.actions.iter().all(named) || (path.needs_boundary && !bounded) {
            continue;
        }
        let known = |other: &&Escalation| {
            let needs = |action: &str| path.actions.iter().any(|(a, _)| a == action);
            other.answer == Answer::Yes && other.path.actions.iter().all(|(a, _)| needs(a))
        };
        if open.iter().find(known).is_none() {
            open.extend(asking.open(path));
        }
    }
    open
}

struct Asking<'j, 'a> {
    judge: &'j Judge<'a>,
    role: RoleId,
    rights: &'j Rights,
}

/// What a path is tried on: a role, a function, or anything.
#[derive(Clone, Copy)]
struct Target {
    node: Option<NodeId>,
    /// Whether it is sure that it takes part.
    sure: bool,
}

impl Asking<'_, '_> {
    /// The path with the target on which it is open most surely.
    fn open(&self, path: &'static Path) -> Option<Escalation> {
        let mut best: Option<Escalation> = None;
        for target in self.targets(path) {
            let answer = self.answer(path, target);
            let better = match (&answer, &best) {
                (Answer::Yes, None) => true,
                (Answer::Yes, Some(best)) => best.answer != Answer::Yes,
                (Answer::Depends(_), None) => true,
                _ => false,
            };
            if better {
                let of = |(action, on): &(String, On)| self.statement(action, *on, target);
                best = Some(Escalation {
                    path,
                    statements: path.actions.iter().filter_map(of).collect(),
                    target: target.node,
                    answer,
                });
            }
            if best.as_ref().is_some_and(|best| best.answer == Answer::Yes) {
                break;
            }
        }
        best
    }

    /// What a path may be tried on: nodes of the App, then anything of the account.
    fn targets(&self, path: &Path) -> Vec<Target> {
        let on = |wanted: On| path.actions.iter().any(|(_, on)| *on == wanted);
        let mut targets = Vec::new();
        let app = self.judge.nodes().app();
        if on(On::Function) {
            let others = app.functions.enumerate();
            let others = others.filter(|(_, f)| f.role.iter().any(|(_, r)| *r != self.role));
            targets.extend(others.map(|(id, _)| (NodeId::Function(id), true)));
        } else if on(On::Passed) || on(On::Trusting) || on(On::Other) {
            for (id, role) in app.roles.enumerate().filter(|(id, _)| *id != self.role) {
                let sure = match &path.passes {
                    Some(service) => trusts_service(role, service),
                    None if on(On::Trusting) => self.trusts_this(role),
                    None => Answer::Yes,
                };
                if sure.possibly() {
                    targets.push((NodeId::Role(id), sure == Answer::Yes));
                }
            }
        }
        let mut targets: Vec<Target> = targets
            .into_iter()
            .map(|(node, sure)| Target {
                node: Some(node),
                sure,
            })
            .collect();
        targets.push(Target {
            node: None,
            sure: true,
        });
        targets
    }

    fn answer(&self, path: &Path, target: Target) -> Answer {
        let mut answer = match target.sure {
            true => Answer::Yes,
            false => Answer::Depends(Guard::always()),
        };
        for (action, on) in &path.actions {
            answer = answer.and(self.may(path, action, *on, target));
            if answer == Answer::No {
                break;
            }
        }
        answer
    }

    fn may(&self, path: &Path, action: &str, on: On, target: Target) -> Answer {
        let subject = self.subject(action, on, target);
        let world = self.world(target);
        if world.impossible() {
            return Answer::No;
        }
        let context = match &path.passes {
            Some(service) if action == "iam:PassRole" => Some(
                Context::role()
                    .clone()
                    .with("iam:PassedToService", &[service]),
            ),
            _ => None,
        };
        let answer = decide_in(
            self.rights,
            action,
            subject.as_ref(),
            &world,
            context.as_ref(),
        );
        let any = target.node.is_none() && on != On::Own;
        match answer {
            // What is named is meant: that it might be anything is no path.
            Answer::Depends(_) if any && !self.means_many(action) => Answer::No,
            answer => answer,
        }
    }

    /// Whether a statement that allows an action leaves open on which of many things: by `*`, and not by a name or
    /// a reference.
    fn means_many(&self, action: &str) -> bool {
        let mut allows =
            self.rights.rights.iter().filter(|right| {
                right.rule.effect == Effect::Allow && right.action(action) != Fit::No
            });
        allows.any(|right| right.rule.not_resources || right.rule.resources.iter().any(is_many))
    }

    fn world(&self, target: Target) -> Guard {
        let app = self.judge.nodes().app();
        let exists = match target.node {
            Some(NodeId::Function(id)) => app.functions.get(id).map(|f| f.exists.clone()),
            Some(NodeId::Role(id)) => app.roles.get(id).map(|r| r.exists.clone()),
            _ => None,
        };
        self.rights.when.and(&exists.unwrap_or_default())
    }

    fn subject(&self, action: &str, on: On, target: Target) -> Option<Subject> {
        let node = match on {
            On::Own => Some(NodeId::Role(self.role)),
            On::Any => None,
            On::Trusting | On::Other | On::Function | On::Passed => target.node,
        };
        match node {
            Some(node) => self.judge.subject(action, Some(node), None),
            None => Some(every(action)),
        }
    }

    /// Where an action is granted.
    fn statement(&self, action: &str, on: On, target: Target) -> Option<Origin> {
        let subject = self.subject(action, on, target);
        let world = self.world(target);
        let granting = self
            .judge
            .granting(self.role, action, subject.as_ref(), &world);
        let (right, mut origin) = granting.into_iter().next()?;
        let mut patterns = right.rule.actions.iter();
        let at = patterns.position(|pattern| pattern.fits(action) != Fit::No);
        if let Some(at) = at.filter(|_| !right.rule.not_actions) {
            origin.span = span_of(self.judge, self.role, right, at);
        }
        Some(origin)
    }

    /// The roles of the App that it may surely take: they trust it, and it may, or they name it.
    fn assumable(&self) -> Vec<RoleId> {
        let roles = self.judge.nodes().app().roles.enumerate();
        let may = |(id, role): &(RoleId, &Role)| {
            let target = Target {
                node: Some(NodeId::Role(*id)),
                sure: true,
            };
            let action = "sts:AssumeRole";
            let subject = self.subject(action, On::Trusting, target);
            *id != self.role
                && self.trusts_this(role) == Answer::Yes
                && decide_in(
                    self.rights,
                    action,
                    subject.as_ref(),
                    &self.world(target),
                    None,
                ) == Answer::Yes
        };
        roles.filter(may).map(|(id, _)| id).collect()
    }

    /// Whether a role may be taken by this one: because it names it, its account, or everybody.
    fn trusts_this(&self, role: &Role) -> Answer {
        let nodes = self.judge.nodes();
        let names = |principal: &Principal| match principal {
            Principal::Anyone => true,
            Principal::Aws(text) => {
                node_in(nodes, text) == Some(NodeId::Role(self.role)) || is_own_account(text)
            }
            _ => false,
        };
        trust(role, &names)
    }
}

/// Whether a pattern has a `*` or `?` where an ARN has the name, or is no ARN.
fn is_many(pattern: &Pattern) -> bool {
    let wild = |token: &Token| matches!(token, Token::Star | Token::One);
    let colons = pattern.0.iter().enumerate();
    let mut colons = colons.filter(|(_, token)| **token == Token::Char(':'));
    let from = colons.nth(4).map_or(0, |(at, _)| at);
    pattern.0.iter().skip(from).any(wild)
}

/// Everything of the account that an action can act on; `*` for an action that knows no resources.
fn every(action: &str) -> Subject {
    let kinds = facts::action(action).map(facts::Action::resource_types);
    let arn = |kind: &facts::ActionResource<'_>| Form {
        pattern: of_kind(kind.resource.arn()),
        when: Guard::always(),
        symbolic: true,
    };
    let mut whole: Vec<Form> = kinds.iter().flatten().map(arn).collect();
    if whole.is_empty() {
        whole.push(Form {
            pattern: Pattern::literal("*"),
            when: Guard::always(),
            symbolic: true,
        });
    }
    Subject {
        whole,
        parts: Vec::new(),
    }
}

/// The ARN of a kind of resource with `*` for names, in the region and account of the deployment.
fn of_kind(arn: &str) -> Pattern {
    let mut tokens = Vec::new();
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(before.chars().map(Token::Char));
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        match name {
            "Partition" => tokens.extend("aws".chars().map(Token::Char)),
            "Region" => tokens.push(Token::hole(Symbol::Pseudo("AWS::Region".to_owned()))),
            "Account" => tokens.push(Token::hole(Symbol::Pseudo("AWS::AccountId".to_owned()))),
            _ => tokens.push(Token::Star),
        }
        rest = after;
    }
    tokens.extend(rest.chars().map(Token::Char));
    Pattern(tokens)
}

fn trusts_service(role: &Role, service: &str) -> Answer {
    let names = |principal: &Principal| match principal {
        Principal::Service(text) => text
            .literal()
            .is_some_and(|t| t.eq_ignore_ascii_case(service)),
        // An identity pool is trusted as a provider.
        Principal::Federated(text) => text.literal() == Some(service),
        Principal::Anyone => true,
        _ => false,
    };
    trust(role, &names)
}

/// Whether a statement of a role's trust names somebody, and no other denies it.
fn trust(role: &Role, names: &dyn Fn(&Principal) -> bool) -> Answer {
    let mut trusted = Answer::No;
    for statement in &role.trust {
        let named = statement.principals.iter().any(names) != statement.not_principals;
        if !named {
            continue;
        }
        match (statement.effect, statement.conditions.is_empty()) {
            (Effect::Deny, true) => return Answer::No,
            (Effect::Deny, false) => {}
            (Effect::Allow, true) => trusted = Answer::Yes,
            (Effect::Allow, false) => trusted = trusted.or(Answer::Depends(Guard::always())),
        }
    }
    trusted
}

/// The roles whose rights a role surely gets, through which path; of the App alone.
pub fn taken(judge: &Judge<'_>, role: RoleId) -> Vec<(RoleId, &'static Path)> {
    let app = judge.nodes().app();
    let mut taken: BTreeMap<RoleId, &'static Path> = BTreeMap::new();
    let mut add = |role: RoleId, path| {
        taken.entry(role).or_insert(path);
    };
    let named = paths().iter().find(|path| path.id == "sts-001");
    if let (Some(path), Some(rights)) = (named, judge.rights(role)) {
        let asking = Asking {
            judge,
            role,
            rights,
        };
        for target in asking.assumable() {
            add(target, path);
        }
    }
    for escalation in escalations(judge, role) {
        if escalation.answer != Answer::Yes {
            continue;
        }
        match escalation.target {
            Some(NodeId::Role(target)) => add(target, escalation.path),
            Some(NodeId::Function(function)) => {
                let roles = app.functions.get(function).map(|f| f.role.as_slice());
                for (_, target) in roles.unwrap_or_default() {
                    if *target != role {
                        add(*target, escalation.path);
                    }
                }
            }
            _ => {}
        }
    }
    taken.into_iter().collect()
}
