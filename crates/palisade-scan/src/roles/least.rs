//! The least policy of a function: what its code needs, on what the role grants where the code leaves it open.

use std::collections::BTreeMap;

use palisade_iam::Judge;
use palisade_iam::facts;
use palisade_iam::managed;
use palisade_iam::naming::{Subject, forms_of, pattern};
use palisade_iam::pattern::{Fit, Pattern, action_glob};
use palisade_iam::rights::Right;
use palisade_model::app::{App, FunctionId, RoleId};
use palisade_model::change::{Allowed, RoleChange, Test, test_of};
use palisade_model::guard::Guard;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::setting::How;
use palisade_model::text::{Part, Symbol, Text};
use palisade_rules::sas04_permissions::worth::{customary, customary_actions, customary_beside};

/// By resources and conditions: the actions.
#[derive(Debug, Default)]
struct Sum(BTreeMap<(Vec<Text>, Vec<Test>), Vec<String>>);

impl Sum {
    fn add(&mut self, action: &str, resources: &[Text], tests: &[Test]) {
        if resources.is_empty() {
            return;
        }
        let mut resources = resources.to_vec();
        resources.sort();
        resources.dedup();
        let mut tests = tests.to_vec();
        tests.sort();
        tests.dedup();
        let actions = self.0.entry((resources, tests)).or_default();
        if !actions.iter().any(|a| a.eq_ignore_ascii_case(action)) {
            actions.push(action.to_owned());
        }
    }

    /// Statements in order: those with equal resources and conditions stand together, nothing else does.
    fn list(self) -> Vec<Allowed> {
        let each = self.0.into_iter();
        let mut all: Vec<Allowed> = each
            .map(|((resources, conditions), mut actions)| {
                actions.sort();
                Allowed {
                    actions,
                    resources,
                    conditions,
                }
            })
            .collect();
        all.sort();
        all
    }
}

/// A statement that somebody wrote, with what it says about resources.
struct Written<'r> {
    statement: &'r Statement,
    right: &'r Right,
}

impl Written<'_> {
    /// The patterns of actions that it allows, as written.
    fn patterns(&self) -> impl Iterator<Item = &str> {
        self.statement.actions.iter().filter_map(Text::literal)
    }

    fn names(&self, action: &str) -> bool {
        match self.statement.not_actions {
            true => self.right.action(action) == Fit::Yes,
            false => self.patterns().any(|pattern| action_glob(pattern, action)),
        }
    }

    fn serves(&self, need: &Need, subjects: &[Subject]) -> bool {
        let world = Guard::always();
        let on = |s: &Subject| self.right.resource(&need.action, Some(s), &world) != Fit::No;
        self.names(&need.action) && subjects.iter().any(on)
    }

    fn tests(&self) -> Vec<Test> {
        self.statement.conditions.iter().map(test_of).collect()
    }

    fn is_open(&self) -> bool {
        let mut resources = self.statement.resources.iter();
        self.statement.not_resources || resources.any(|r| r.literal() == Some("*"))
    }
}

/// What a function's role shall allow, and the managed policies that stay.
pub(super) fn least(
    judge: &Judge<'_>,
    function: FunctionId,
    needs: &FunctionNeeds,
    roles: &[RoleId],
) -> RoleChange {
    let written = written(judge, roles);
    let mut sum = Sum::default();
    for need in &needs.needs {
        needed(judge, need, &written, &mut sum);
    }
    for need in &needs.optional {
        let subjects = subjects(judge, need);
        if written.iter().any(|w| w.serves(need, &subjects)) {
            needed(judge, need, &written, &mut sum);
        }
    }
    for need in &needs.platform {
        kept(&need.action, &written, &mut sum);
    }
    for written in written.iter().filter(|w| !w.statement.not_actions) {
        for pattern in written.patterns() {
            let of_use = customary_beside(pattern).is_none_or(|other| is_needed(needs, other));
            if of_use && is_customary(pattern) && !written.statement.not_resources {
                let resources = &written.statement.resources;
                sum.add(pattern, resources, &written.tests());
            }
        }
    }
    RoleChange {
        function,
        allowed: sum.list(),
        keep: kept_policies(judge, roles, needs),
    }
}

fn is_needed(needs: &FunctionNeeds, action: &str) -> bool {
    let mut all = needs.needs.iter().chain(&needs.optional);
    all.any(|need| need.action.eq_ignore_ascii_case(action))
}

fn written<'j>(judge: &'j Judge<'_>, roles: &[RoleId]) -> Vec<Written<'j>> {
    let app = judge.nodes().app();
    let mut all = Vec::new();
    for id in roles {
        let (Some(role), Some(rights)) = (app.roles.get(*id), judge.rights(*id)) else {
            continue;
        };
        for right in rights.rights.iter().filter(|r| r.managed.is_none()) {
            if let Some(Grant::Statement(statement)) = role.grants.get(right.grant)
                && statement.effect == Effect::Allow
                && is_written(&statement.origin.how)
            {
                all.push(Written { statement, right });
            }
        }
    }
    all
}

/// Whether somebody wrote it: a policy template counts, what tools add by themselves does not.
pub(super) fn is_written(how: &How) -> bool {
    !matches!(how, How::Generated(maker) if *maker != "sam.policy-template")
}

fn subjects(judge: &Judge<'_>, need: &Need) -> Vec<Subject> {
    let nodes = judge.nodes();
    let each = need.resources.iter();
    each.map(|text| Subject {
        whole: forms_of(nodes, &pattern(nodes, text)),
        parts: Vec::new(),
    })
    .collect()
}

/// A need: on its resources; where one of them is a guess, on what is granted. Conditions under which it is granted
/// stay, as without them more would be allowed than is.
fn needed(judge: &Judge<'_>, need: &Need, written: &[Written<'_>], sum: &mut Sum) {
    let subjects = subjects(judge, need);
    let serving: Vec<&Written<'_>> = written
        .iter()
        .filter(|w| w.serves(need, &subjects))
        .collect();
    let bound = serving.iter().all(|w| !w.statement.conditions.is_empty());
    let tests = |w: &Written<'_>| -> Vec<Test> {
        let mut tests = match bound {
            true => w.tests(),
            false => Vec::new(),
        };
        let has =
            |key: &str, tests: &[Test]| tests.iter().any(|(_, k, _)| k.eq_ignore_ascii_case(key));
        for test in &need.conditions {
            if !has(&test.1, &tests) {
                tests.push(test.clone());
            }
        }
        tests
    };
    if serving.is_empty() {
        sum.add(&need.action, &need.resources, &need.conditions);
    } else if need.exact {
        let each = need.resources.iter().zip(&subjects);
        let resources: Vec<Text> = each
            .map(|(text, subject)| as_written(judge, text, subject, &serving))
            .collect();
        for w in &serving {
            sum.add(&need.action, &resources, &tests(w));
        }
    } else if serving.iter().any(|w| w.is_open()) {
        for w in serving.iter().filter(|w| w.is_open()) {
            sum.add(&need.action, &need.resources, &tests(w));
        }
    } else {
        for w in &serving {
            sum.add(&need.action, &w.statement.resources, &tests(w));
        }
    }
}

/// Whether a pattern names customary actions alone; such patterns stay as they are.
fn is_customary(pattern: &str) -> bool {
    let all = facts::expand(pattern);
    !all.is_empty() && all.is_subset(customary_actions())
}

/// A resource in the words of the statement that names exactly it, so that nothing is written anew.
fn as_written(judge: &Judge<'_>, text: &Text, subject: &Subject, serving: &[&Written<'_>]) -> Text {
    let nodes = judge.nodes();
    let by_default = by_default(nodes.app(), text);
    let own = pattern(nodes, &by_default);
    let by_hand = serving
        .iter()
        .filter(|w| !matches!(w.statement.origin.how, How::Generated(_)));
    let written = by_hand.flat_map(|w| &w.statement.resources);
    let same = |written: &&Text| {
        let pattern = pattern(nodes, written);
        let equals =
            |form: &Pattern| pattern.fits(form) == Fit::Yes && form.fits(&pattern) == Fit::Yes;
        **written == by_default
            || equals(&own)
            || subject
                .whole
                .iter()
                .any(|form| (form.symbolic || form.when.is_always()) && equals(&form.pattern))
    };
    let mut same = written.filter(same);
    same.next().unwrap_or(text).clone()
}

/// A text with the defaults of the parameters it names.
fn by_default(app: &App, text: &Text) -> Text {
    let default = |symbol: &Symbol| {
        let Symbol::Parameter(stack, name) = symbol else {
            return None;
        };
        let mut all = app.setup.parameters.iter();
        let of = all.find(|p| p.key.stack == *stack && p.key.address == *name)?;
        of.default.known().cloned()
    };
    Text::join(text.parts().iter().flat_map(|part| match part {
        Part::Hole(symbol) => match default(symbol) {
            Some(value) => value.parts().to_vec(),
            None => vec![part.clone()],
        },
        part => vec![part.clone()],
    }))
}

/// What the platform may ask for stays where it is granted, on what it is granted.
fn kept(action: &str, written: &[Written<'_>], sum: &mut Sum) {
    for w in written.iter().filter(|w| w.names(action)) {
        let stays = |pattern: &str| action_glob(pattern, action) && is_customary(pattern);
        if !w.statement.not_resources && !w.patterns().any(stays) {
            sum.add(action, &w.statement.resources, &w.tests());
        }
    }
}

/// Managed policies that are made for one use, or allow only what the platform asks for.
fn kept_policies(judge: &Judge<'_>, roles: &[RoleId], needs: &FunctionNeeds) -> Vec<String> {
    let app = judge.nodes().app();
    let mut keep = Vec::new();
    let grants = roles.iter().filter_map(|id| app.roles.get(*id));
    for grant in grants.flat_map(|role| &role.grants) {
        let Grant::Managed(name) = grant else {
            continue;
        };
        for (_, text) in name.values() {
            let words = text.words();
            let known = managed::managed_name(&words).unwrap_or(&words);
            let named = known.rsplit('/').next().unwrap_or(known);
            if stays(named, needs) {
                keep.push(words.clone());
                keep.push(named.to_owned());
            }
        }
    }
    keep.sort();
    keep.dedup();
    keep
}

/// Whether a managed policy stays: it is customary, or nothing is known of it.
pub(super) fn stays(name: &str, needs: &FunctionNeeds) -> bool {
    if customary(name) {
        return true;
    }
    let Some(document) = managed::document(name) else {
        return false;
    };
    let asked = |action: &str| {
        let by_platform = |need: &Need| need.action.eq_ignore_ascii_case(action);
        is_customary(action) || needs.platform.iter().any(by_platform)
    };
    let mut statements = document.statements.iter();
    statements.all(|s| !s.not_actions && (s.deny || s.actions.iter().all(|action| asked(action))))
}
