//! Whether a request is allowed by all policies that apply to it, and which statements decide.
//!
//! IAM user guide, "How AWS enforcement code logic evaluates requests": an explicit denial in any policy wins; each
//! level of the organization must allow; then identity, boundary and session policies against the resource's own.

use std::collections::BTreeSet;

use palisade_model::policy::Effect;

use crate::evaluate::caller::{Caller, Named, Naming, Sort};
use crate::evaluate::context::Context;
use crate::evaluate::document::{Clause, Policy};
use crate::evaluate::truth::Truth;
use crate::pattern::Pattern;

/// The most statements a trace names.
const STEPS_MAX: usize = 64;

/// A request.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Who makes it.
    pub caller: Caller,
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The account of the resource; that of its ARN or of the caller where it is not given.
    pub account: Option<String>,
    /// Its keys.
    pub context: Context,
}

/// The policies that apply to a request.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Policies {
    /// Of the identity.
    pub identity: Vec<Policy>,
    /// Its boundary.
    pub boundary: Option<Vec<Policy>>,
    /// Of the session.
    pub session: Option<Vec<Policy>>,
    /// Of the resource.
    pub resource: Option<Policy>,
    /// Whether the resource's policy must allow even within the account: keys, and roles that are taken.
    pub resource_decides: bool,
    /// Service control policies, the root of the organization first.
    pub scps: Vec<Vec<Policy>>,
    /// Resource control policies.
    pub rcps: Vec<Vec<Policy>>,
    /// Of the network's endpoint.
    pub endpoint: Option<Policy>,
}

/// Which policies a statement belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Set {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The endpoint's policy.
    Endpoint,
    /// The resource's policy.
    Resource,
    /// The identity's policies.
    Identity,
    /// The boundary.
    Boundary,
    /// The session's policies.
    Session,
}

impl Set {
    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Scp => "service control policy",
            Self::Rcp => "resource control policy",
            Self::Endpoint => "endpoint policy",
            Self::Resource => "resource policy",
            Self::Identity => "identity policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is allowed.
    Allow,
    /// It is denied.
    Deny,
    /// By the values of these keys.
    Depends(BTreeSet<String>),
}

/// Why it is not simply allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// It is allowed, or may be.
    Allowed,
    /// A statement denies it.
    Explicit(Set),
    /// Nothing of a set allows it.
    Implicit(Set),
}

/// A statement that met the request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which policies.
    pub set: Set,
    /// The policy's name.
    pub policy: String,
    /// Which statement of it.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// Whether that is sure.
    pub sure: bool,
}

impl Step {
    /// One line: `identity policy "reader", statement 2 (ReadAll) allows`.
    pub fn words(&self) -> String {
        let sid = self.sid.as_ref().map(|sid| format!(" ({sid})"));
        let verb = match (self.effect, self.sure) {
            (Effect::Allow, true) => "allows",
            (Effect::Allow, false) => "may allow",
            (Effect::Deny, true) => "denies",
            (Effect::Deny, false) => "may deny",
        };
        let (set, policy, at) = (self.set.words(), &self.policy, self.statement + 1);
        format!(
            "{set} `{policy}`, statement {at}{} {verb}",
            sid.unwrap_or_default()
        )
    }
}

/// An answer with its reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub why: Why,
    /// The statements that met the request, denials first.
    pub trace: Vec<Step>,
}

impl Decision {
    /// One line: `denied by the resource policy: resource policy `p`, statement 1 (Never) denies`.
    pub fn words(&self) -> String {
        let verdict = match (&self.verdict, self.why) {
            (Verdict::Allow, _) => "allowed".to_owned(),
            (Verdict::Deny, Why::Explicit(set)) => format!("denied by the {}", set.words()),
            (Verdict::Deny, Why::Implicit(set)) => format!("not allowed by the {}", set.words()),
            (Verdict::Deny, Why::Allowed) => "denied".to_owned(),
            (Verdict::Depends(keys), _) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                format!("depends on {}", keys.join(", "))
            }
        };
        let wanted = match self.verdict {
            Verdict::Allow => Some(Effect::Allow),
            Verdict::Deny => Some(Effect::Deny),
            Verdict::Depends(_) => None,
        };
        let decisive = |step: &&Step| match wanted {
            Some(effect) => step.effect == effect && step.sure,
            None => !step.sure,
        };
        match self.trace.iter().find(decisive) {
            Some(step) => format!("{verdict}: {}", step.words()),
            None => verdict,
        }
    }
}

/// What one set of policies says.
struct Said {
    denies: Truth,
    allows: Truth,
}

/// Whether something holds for a caller, by how a resource's policy names it.
struct Direct {
    itself: Truth,
    owner: Truth,
    account: Truth,
}

impl Direct {
    fn none() -> Self {
        Self {
            itself: Truth::No,
            owner: Truth::No,
            account: Truth::No,
        }
    }

    fn add(&mut self, naming: Naming, truth: Truth) {
        let slot = match naming {
            Naming::Itself => &mut self.itself,
            Naming::Owner => &mut self.owner,
            Naming::Account => &mut self.account,
        };
        *slot = std::mem::replace(slot, Truth::No).or(truth);
    }

    fn anyhow(&self) -> Truth {
        self.itself
            .clone()
            .or(self.owner.clone())
            .or(self.account.clone())
    }
}

struct Asking<'a> {
    request: &'a Request,
    resource: Pattern,
    bounded: bool,
    trace: Vec<Step>,
}

/// Decides.
pub fn decide(policies: &Policies, request: &Request) -> Decision {
    let mut asking = Asking {
        request,
        resource: Pattern::literal(&request.resource),
        bounded: policies.boundary.is_some(),
        trace: Vec::new(),
    };
    let caller = &request.caller;
    let identity = caller.identity();
    let free = caller.is_linked();
    let levels = |asking: &mut Asking<'_>, set, levels: &[Vec<Policy>], apply: bool| {
        let mut all = Said {
            denies: Truth::No,
            allows: Truth::Yes,
        };
        for level in levels.iter().filter(|_| apply) {
            let said = asking.set(set, level);
            all.denies = all.denies.or(said.denies);
            all.allows = all.allows.and(said.allows);
        }
        all
    };
    let scp = levels(
        &mut asking,
        Set::Scp,
        &policies.scps,
        identity.is_some() && !free,
    );
    let rcp = levels(&mut asking, Set::Rcp, &policies.rcps, !free);
    let optional = |asking: &mut Asking<'_>, set, some: Option<&[Policy]>| match some {
        Some(policies) => asking.set(set, policies),
        None => Said {
            denies: Truth::No,
            allows: Truth::Yes,
        },
    };
    let endpoint = policies.endpoint.as_ref().map(std::slice::from_ref);
    let endpoint = optional(&mut asking, Set::Endpoint, endpoint);
    let own = asking.set(Set::Identity, &policies.identity);
    let boundary = optional(&mut asking, Set::Boundary, policies.boundary.as_deref());
    let session = optional(&mut asking, Set::Session, policies.session.as_deref());
    let (denied_there, direct) = match &policies.resource {
        Some(policy) => asking.policy(Set::Resource, policy),
        None => (Truth::No, Direct::none()),
    };

    let denials = [
        (Set::Scp, scp.denies),
        (Set::Rcp, rcp.denies),
        (Set::Endpoint, endpoint.denies),
        (Set::Resource, denied_there),
        (Set::Identity, own.denies),
        (Set::Boundary, boundary.denies),
        (Set::Session, session.denies),
    ];
    let explicit = denials.iter().find(|(_, denies)| *denies == Truth::Yes);
    let explicit = explicit.map(|(set, _)| *set);
    let denied = denials.into_iter().fold(Truth::No, |all, (_, d)| all.or(d));

    let root = identity.is_some_and(|i| i.sort == Sort::Root);
    let granted = if root { Truth::Yes } else { own.allows };
    let (limit, lacks) = match root {
        true => (Truth::Yes, Set::Resource),
        false => (
            boundary.allows.clone().and(session.allows.clone()),
            first_no(&[
                (Set::Identity, &granted),
                (Set::Boundary, &boundary.allows),
                (Set::Session, &session.allows),
            ]),
        ),
    };
    let (core, lacks) = core(
        policies,
        request,
        &direct,
        granted.and(limit.clone()),
        limit,
        lacks,
    );
    let guards = [
        (Set::Rcp, &rcp.allows),
        (Set::Scp, &scp.allows),
        (Set::Endpoint, &endpoint.allows),
    ];
    let why = match (
        explicit,
        guards.iter().find(|(_, allows)| **allows == Truth::No),
    ) {
        (Some(set), _) => Why::Explicit(set),
        (None, Some((set, _))) => Why::Implicit(*set),
        (None, None) if core == Truth::No => Why::Implicit(lacks),
        (None, None) => Why::Allowed,
    };
    let whole = denied
        .opposite()
        .and(rcp.allows)
        .and(scp.allows)
        .and(endpoint.allows)
        .and(core);
    asking
        .trace
        .sort_by_key(|step| (step.effect == Effect::Allow, step.set));
    asking.trace.truncate(STEPS_MAX);
    Decision {
        verdict: match whole {
            Truth::Yes => Verdict::Allow,
            Truth::No => Verdict::Deny,
            Truth::Depends(keys) => Verdict::Depends(keys),
        },
        why,
        trace: asking.trace,
    }
}

fn first_no(sets: &[(Set, &Truth)]) -> Set {
    let none = sets.iter().find(|(_, allows)| **allows == Truth::No);
    none.map_or(Set::Identity, |(set, _)| *set)
}

/// Identity and resource against each other. `own` is what the identity may within its limits.
fn core(
    policies: &Policies,
    request: &Request,
    direct: &Direct,
    own: Truth,
    limit: Truth,
    lacks: Set,
) -> (Truth, Set) {
    let Some(identity) = request.caller.identity() else {
        // Services, providers and nobody at all have no policies of their own.
        return (direct.itself.clone(), Set::Resource);
    };
    let anyhow = direct.anyhow();
    if account_of(request).is_some_and(|account| account != identity.account) {
        let lacks = match anyhow {
            Truth::No => Set::Resource,
            _ => lacks,
        };
        return (anyhow.and(own), lacks);
    }
    // IAM: a grant to the session, the user or everybody is not limited by what is merely not allowed elsewhere; one
    // to the role is limited by boundary and session.
    let there = direct.itself.clone().or(direct.owner.clone().and(limit));
    match policies.resource_decides {
        true => {
            let lacks = match direct.account {
                Truth::No => Set::Resource,
                _ => lacks,
            };
            (there.or(direct.account.clone().and(own)), lacks)
        }
        false => (there.or(own), lacks),
    }
}

/// The account a request's resource belongs to; `None` is that of the caller.
fn account_of(request: &Request) -> Option<&str> {
    if let Some(account) = &request.account {
        return Some(account);
    }
    let mut parts = request.resource.splitn(6, ':');
    parts
        .nth(4)
        .filter(|account| !account.is_empty() && *account != "*")
}

impl Asking<'_> {
    /// Policies of which it matters only that one of them allows.
    fn set(&mut self, set: Set, policies: &[Policy]) -> Said {
        let mut said = Said {
            denies: Truth::No,
            allows: Truth::No,
        };
        for policy in policies {
            let (denied, direct) = self.policy(set, policy);
            said.denies = said.denies.or(denied);
            said.allows = said.allows.or(direct.anyhow());
        }
        said
    }

    /// What a policy denies, and what it allows.
    fn policy(&mut self, set: Set, policy: &Policy) -> (Truth, Direct) {
        let (mut denied, mut direct) = (Truth::No, Direct::none());
        let request = self.request;
        for (at, clause) in policy.statements.iter().enumerate() {
            let means = self.means(clause);
            let named = means.anyhow();
            if !named.possibly() {
                continue;
            }
            let rule = &clause.rule;
            let met = rule.meets(&request.action, &self.resource, &request.context);
            let sure = met.clone().and(named);
            if !sure.possibly() {
                continue;
            }
            self.note(set, policy, (at, clause), &sure);
            match rule.effect {
                Effect::Deny => denied = denied.or(sure),
                Effect::Allow => {
                    direct.add(Naming::Itself, met.clone().and(means.itself));
                    direct.add(Naming::Owner, met.clone().and(means.owner));
                    direct.add(Naming::Account, met.and(means.account));
                }
            }
        }
        (denied, direct)
    }

    /// How a statement means the caller.
    fn means(&self, clause: &Clause) -> Direct {
        let caller = &self.request.caller;
        let mut means = Direct::none();
        for named in &clause.principals {
            if let Some((naming, sure)) = caller.named(named) {
                means.add(naming, sure);
            }
        }
        if !clause.not_principals {
            return means;
        }
        let mut left_out = Direct::none();
        if clause.principals.contains(&Named::Anyone) {
            return left_out;
        }
        left_out.itself = match (clause.rule.effect, caller.identity()) {
            // IAM: such a Deny meets every identity that has a boundary.
            (Effect::Deny, Some(_)) if self.bounded => Truth::Yes,
            (Effect::Deny, Some(identity)) => spared(identity.sort, means).opposite(),
            _ => means.anyhow().opposite(),
        };
        left_out
    }

    fn note(
        &mut self,
        set: Set,
        policy: &Policy,
        (statement, clause): (usize, &Clause),
        met: &Truth,
    ) {
        self.trace.push(Step {
            set,
            policy: policy.name.clone(),
            statement,
            sid: clause.sid.clone(),
            effect: clause.rule.effect,
            sure: *met == Truth::Yes,
        });
    }
}

/// Whether a list of those who are not denied spares a caller. IAM: account, role and session are checked one after
/// the other; whether one that is listed without the others is denied, "may" depend on the service.
fn spared(sort: Sort, listed: Direct) -> Truth {
    let whole = match sort {
        Sort::Root => listed.itself.clone(),
        Sort::User => listed.itself.clone().and(listed.account.clone()),
        Sort::Session | Sort::Federated => {
            let session = listed.itself.clone().and(listed.owner.clone());
            session.and(listed.account.clone())
        }
    };
    match (whole, listed.anyhow()) {
        (Truth::Yes, _) => Truth::Yes,
        (_, Truth::No) => Truth::No,
        _ => Truth::by("aws:PrincipalArn"),
    }
}
