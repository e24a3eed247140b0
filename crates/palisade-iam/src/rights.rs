//! What a role is granted, ready to be asked: statements and managed documents in one form.

use palisade_model::app::{NodeId, Role};
use palisade_model::guard::Guard;
use palisade_model::policy::{ConditionTest, Effect, Grant, Statement};
use palisade_model::setting::{Answer, Basis, Choice, Given, Origin, Reason, Setting};
use palisade_model::text::{Part, Text};

use crate::evaluate::condition::{Operator, Test};
use crate::evaluate::context::Context;
use crate::evaluate::rule::{ActionPattern, Rule};
use crate::managed::{Document, ManagedStatement, document};
use crate::naming::{Form, Subject, about_parts, pattern, pattern_read};
use crate::nodes::Nodes;
use crate::pattern::{Fit, Pattern};

/// One statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Right {
    /// What it says.
    pub rule: Rule,
    /// Whether its conditions hold for whoever acts as the role.
    pub conditions: Answer,
    /// When it exists.
    pub when: Guard,
    /// Where it is written; of a managed policy, where it is attached.
    pub origin: Origin,
    /// The managed policy it stands in.
    pub managed: Option<&'static str>,
    /// Which of the role's grants it is part of.
    pub grant: usize,
}

/// Everything a role is granted.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rights {
    /// The statements.
    pub rights: Vec<Right>,
    /// Why it may be granted more than these.
    pub unread: Option<(Reason, Origin)>,
    /// The statements of its boundary, if it has one that could be read.
    pub boundary: Option<Vec<Right>>,
    /// Whether it has a boundary that could not be read.
    pub boundary_unread: bool,
    /// When the role exists.
    pub when: Guard,
}

impl Rights {
    /// The rights of a role.
    pub fn of(nodes: &Nodes<'_>, role: &Role) -> Self {
        let mut rights = Self {
            when: role.exists.clone(),
            ..Self::default()
        };
        for (at, grant) in role.grants.iter().enumerate() {
            match grant {
                Grant::Statement(statement) => {
                    rights.rights.push(right(nodes, statement).of_role(at));
                }
                Grant::Managed(setting) => rights.add_managed(setting, at),
                Grant::Unreadable(origin) => {
                    rights.unread = Some((Reason::NotInTree, origin.clone()));
                }
            }
        }
        rights.add_boundary(&role.boundary);
        rights
    }

    fn add_managed(&mut self, setting: &Setting<Text>, grant: usize) {
        let (known, unread) = managed_rights(setting, grant);
        self.rights.extend(known);
        if let Some(reason) = unread {
            self.unread = Some((reason, setting.origin.clone()));
        }
    }

    fn add_boundary(&mut self, setting: &Setting<Text>) {
        if setting.is_absent() {
            return;
        }
        let (known, unread) = managed_rights(setting, 0);
        if unread.is_none() {
            self.boundary = Some(known);
        } else {
            self.boundary_unread = true;
        }
    }
}

/// The rights of a managed policy, by guard, and why there may be more.
fn managed_rights(setting: &Setting<Text>, grant: usize) -> (Vec<Right>, Option<Reason>) {
    let mut rights = Vec::new();
    let mut unread = None;
    let mut one = |given: &Given<Text>, when: &Guard| match given {
        Given::Known(text, _) => match known_document(text) {
            Some(document) => {
                rights.extend(of_document(document, when, &setting.origin, grant));
                if document.partial {
                    unread = Some(Reason::Unsupported);
                }
            }
            None => unread = Some(Reason::NotInTree),
        },
        Given::Unknown(reason, _) => unread = Some(*reason),
        Given::Absent | Given::OneOf(_) => {}
    };
    match &setting.given {
        Given::OneOf(choices) => {
            for Choice { when, given } in choices {
                one(given, when);
            }
        }
        given => one(given, &Guard::always()),
    }
    (rights, unread)
}

/// The document a text names, whatever the partition.
fn known_document(text: &Text) -> Option<&'static Document> {
    if let Some(literal) = text.literal() {
        return document(literal);
    }
    match text.parts() {
        [Part::Literal(arn), Part::Hole(_), Part::Literal(rest)] if arn == "arn:" => {
            rest.strip_prefix(":iam::aws:policy/").and_then(document)
        }
        _ => None,
    }
}

/// The statements of a managed document.
fn of_document<'d>(
    document: &'d Document,
    when: &'d Guard,
    origin: &'d Origin,
    grant: usize,
) -> impl Iterator<Item = Right> + 'd {
    let right = move |s: &ManagedStatement| {
        let rule = Rule {
            effect: if s.deny { Effect::Deny } else { Effect::Allow },
            actions: s
                .actions
                .iter()
                .cloned()
                .map(ActionPattern::Known)
                .collect(),
            not_actions: s.not_actions,
            resources: s.resources.iter().map(|r| Pattern::of(r)).collect(),
            not_resources: s.not_resources,
            tests: s.conditions.iter().map(managed_test).collect(),
        };
        Right {
            conditions: conditions(&rule),
            rule,
            when: when.clone(),
            origin: origin.clone(),
            managed: Some(document.name),
            grant,
        }
        .of_role(grant)
    };
    document.statements.iter().map(right)
}

/// A statement of a template.
pub fn right(nodes: &Nodes<'_>, statement: &Statement) -> Right {
    let action = |text: &Text| match text.literal() {
        Some(literal) => ActionPattern::Known(literal.to_owned()),
        None => ActionPattern::Open(pattern(nodes, text).lower()),
    };
    let test = |test: &ConditionTest| {
        let operator = Operator::of(&test.operator);
        let value = |text| pattern_read(nodes, text, operator.reading(true));
        Test {
            operator,
            key: test.key.clone(),
            values: test.values.iter().map(value).collect(),
        }
    };
    let rule = Rule {
        effect: statement.effect,
        actions: statement.actions.iter().map(action).collect(),
        not_actions: statement.not_actions,
        resources: statement
            .resources
            .iter()
            .map(|text| pattern(nodes, text))
            .collect(),
        not_resources: statement.not_resources,
        tests: statement.conditions.iter().map(test).collect(),
    };
    Right {
        conditions: conditions(&rule),
        rule,
        when: statement.exists.clone(),
        origin: statement.origin.clone(),
        managed: None,
        grant: 0,
    }
}

fn managed_test((operator, key, values): &(String, String, Vec<String>)) -> Test {
    let operator = Operator::of(operator);
    Test {
        operator,
        key: key.clone(),
        values: values
            .iter()
            .map(|value| Pattern::read(value, operator.reading(true)))
            .collect(),
    }
}

/// Resources with the variables of a role's session replaced; what has a variable without value means nothing.
fn bound(resources: impl Iterator<Item = Pattern>) -> Vec<Pattern> {
    let bind = |pattern: Pattern| Some(Context::role().bind(&pattern)?.into_owned());
    resources.filter_map(bind).collect()
}

/// Whether conditions hold for whoever acts as the role.
fn conditions(rule: &Rule) -> Answer {
    rule.conditions(Context::role()).answer()
}

impl Right {
    /// How the actions meet an action.
    pub fn action(&self, action: &str) -> Fit {
        self.rule.action(action)
    }

    /// As a right of a role: variables of its resources that each session lacks or holds alike are replaced.
    fn of_role(mut self, grant: usize) -> Self {
        self.grant = grant;
        let resources = std::mem::take(&mut self.rule.resources);
        self.rule.resources = bound(resources.into_iter());
        self
    }

    /// How the resources meet a subject; `None` is a resource nobody knows.
    pub fn resource(&self, action: &str, subject: Option<&Subject>, world: &Guard) -> Fit {
        let Some(subject) = subject else {
            return self.resource_unknown();
        };
        let parts = about_parts(action) && !subject.parts.is_empty();
        let fit = if parts {
            self.forms(&subject.parts, world)
        } else {
            self.forms(&subject.whole, world)
        };
        // An index, an alias or an execution is reached through the whole's own action, too.
        let whole_only = action.starts_with("s3:") || self.rule.not_resources;
        if !parts && fit == Fit::No && self.rule.effect == Effect::Allow && !whole_only {
            return match self.forms(&subject.parts, world) {
                Fit::No => Fit::No,
                _ => Fit::Maybe,
            };
        }
        fit
    }

    fn resource_unknown(&self) -> Fit {
        let all = self.rule.resources.iter().any(Pattern::is_any);
        // Where a variable has no value the list is empty.
        let none = self.rule.resources.is_empty();
        match (self.rule.not_resources, all, none) {
            (false, true, _) | (true, _, true) => Fit::Yes,
            (true, true, _) | (false, _, true) => Fit::No,
            _ => Fit::Maybe,
        }
    }

    /// The best fit over what the subject is called by.
    fn forms(&self, forms: &[Form], world: &Guard) -> Fit {
        let mut best = Fit::No;
        for form in forms {
            let when = form.when.and(world).and(&self.when);
            if when.impossible() {
                continue;
            }
            let sure = form.symbolic || form.when.is_always();
            let fit = match self.rule.named(&form.pattern) {
                Fit::Yes if !sure => Fit::Maybe,
                fit => fit,
            };
            best = best.max(fit);
        }
        if self.rule.not_resources {
            best.opposite()
        } else {
            best
        }
    }
}

/// Whether a setting is assumed or platform's; such values may be others.
pub fn assumed<T>(setting: &Setting<T>) -> bool {
    matches!(setting.given, Given::Known(_, Basis::Assumed))
}

/// The node a principal or text names alone, by any attribute.
pub fn node_in(nodes: &Nodes<'_>, text: &Text) -> Option<NodeId> {
    text.parts().iter().find_map(|part| match part {
        Part::Hole(palisade_model::text::Symbol::Attr(stack, address, _)) => {
            nodes.find(*stack, address)
        }
        _ => None,
    })
}
