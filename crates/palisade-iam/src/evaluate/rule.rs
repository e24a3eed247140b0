//! What a statement says, apart from where it stands: actions, resources and conditions.

use palisade_model::policy::Effect;

use crate::evaluate::condition::Test;
use crate::evaluate::context::{Context, variables};
use crate::evaluate::truth::Truth;
use crate::facts::{self, ActionSet};
use crate::pattern::{Fit, Pattern, action_glob};

/// One pattern of actions.
#[derive(Clone, PartialEq, Debug)]
pub enum ActionPattern {
    /// Without holes: with `*` and `?`.
    Known(String),
    /// With holes; lower case.
    Open(Pattern),
}

impl ActionPattern {
    /// How the pattern meets an action.
    pub fn fits(&self, action: &str) -> Fit {
        match self {
            Self::Known(known) if action_glob(known, action) => Fit::Yes,
            Self::Known(_) => Fit::No,
            Self::Open(open) => open.fits(&Pattern::literal(&action.to_ascii_lowercase())),
        }
    }
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// Allow or Deny.
    pub effect: Effect,
    /// The actions, or those not meant.
    pub actions: Vec<ActionPattern>,
    /// Whether the actions are those not meant.
    pub not_actions: bool,
    /// The resources, or those not meant.
    pub resources: Vec<Pattern>,
    /// Whether the resources are those not meant.
    pub not_resources: bool,
    /// The conditions; all must hold.
    pub tests: Vec<Test>,
}

impl Rule {
    /// How the actions meet an action.
    pub fn action(&self, action: &str) -> Fit {
        let each = self.actions.iter().map(|pattern| pattern.fits(action));
        let fit = each.max().unwrap_or(Fit::No);
        if self.not_actions {
            fit.opposite()
        } else {
            fit
        }
    }

    /// All actions of the table that it names.
    pub fn named_actions(&self) -> ActionSet {
        let mut named = ActionSet::default();
        for action in &self.actions {
            if let ActionPattern::Known(pattern) = action {
                named = named.or(&facts::expand(pattern));
            }
        }
        match self.not_actions {
            // The empty set does not know how many there are.
            true => facts::expand("*").minus(&named),
            false => named,
        }
    }

    /// The best fit of its resources, without regard to `NotResource`.
    pub fn named(&self, resource: &Pattern) -> Fit {
        let each = self.resources.iter().map(|r| r.fits(resource));
        each.max().unwrap_or(Fit::No)
    }

    /// Whether its resources are met in a request; variables have the values of the request.
    pub fn resource(&self, resource: &Pattern, context: &Context) -> Truth {
        let mut met = Truth::No;
        for pattern in &self.resources {
            if let Some(bound) = context.bind(pattern) {
                met = met.or(Truth::of(bound.fits(resource), variables(&bound)));
            }
        }
        if self.not_resources {
            met.opposite()
        } else {
            met
        }
    }

    /// Whether its conditions hold.
    pub fn conditions(&self, context: &Context) -> Truth {
        let mut held = Truth::Yes;
        for test in &self.tests {
            held = held.and(test.holds(context));
            if held == Truth::No {
                break;
            }
        }
        held
    }

    /// Whether a request is meant.
    pub fn meets(&self, action: &str, resource: &Pattern, context: &Context) -> Truth {
        let fit = self.action(action);
        if fit == Fit::No {
            return Truth::No;
        }
        let met = Truth::of(fit, []).and(self.resource(resource, context));
        if met == Truth::No {
            return Truth::No;
        }
        met.and(self.conditions(context))
    }
}
