//! The least policy of a function: what its code needs, on what the role grants where the code leaves it open.

use std::collections::{BTreeMap, BTreeSet};

use super::by_name;
use palisade_iam::Judge;
use palisade_iam::compare::is_lacking;
use palisade_iam::facts;
use palisade_iam::managed;
use palisade_iam::naming::{Form, Subject, forms_of, pattern};
use palisade_iam::need::named_along;
use palisade_iam::nodes::Nodes;
use palisade_iam::pattern::{Fit, action_glob};
use palisade_iam::rights::Right;
use palisade_model::app::{FunctionId, RoleId};
use palisade_model::change::{Allowed, RoleChange, Test, test_of};
use palisade_model::guard::Guard;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::setting::How;
use palisade_model::text::{Part, Text};
use palisade_rules::sas04_permissions::worth::{customary, customary_actions, customary_beside};

/// By conditions and action: its spelling and its resources.
#[derive(Debug, Default)]
struct Sum(BTreeMap<(Vec<Test>, String), (String, BTreeSet<Text>)>);

impl Sum {
    fn add(&mut self, action: &str, resources: &[Text], tests: &[Test]) {
        if resources.is_empty() {
            return;
        }
        let mut tests = tests.to_vec();
        tests.sort();
        tests.dedup();
        let key = (tests, action.to_ascii_lowercase());
        let row = self.0.entry(key);
        let row = row.or_insert_with(|| (action.to_owned(), BTreeSet::new()));
        row.1.extend(resources.iter().cloned());
    }

    /// Statements in order: actions with equal resources and conditions stand together, nothing else does.
    fn list(self) -> Vec<Allowed> {
        let mut groups: BTreeMap<(BTreeSet<Text>, Vec<Test>), Vec<String>> = BTreeMap::new();
        for ((tests, _), (action, mut resources)) in self.0 {
            let all = resources.clone();
            resources.retain(|one| !all.iter().any(|other| is_within(one, other)));
            groups.entry((resources, tests)).or_default().push(action);
        }
        let each = groups.into_iter();
        let mut all: Vec<Allowed> = each
            .map(|((resources, conditions), actions)| Allowed {
                actions,
                resources: resources.into_iter().collect(),
                conditions,
            })
            .collect();
        all.sort();
        all
    }
}

/// Whether a resource lies in another, which ends in `*`.
fn is_within(one: &Text, other: &Text) -> bool {
    let Some((Part::Literal(last), before)) = other.parts().split_last() else {
        return false;
    };
    let (Some(last), Some(rest)) = (last.strip_suffix('*'), one.parts().get(before.len()..)) else {
        return false;
    };
    let begins = match rest.first() {
        Some(Part::Literal(text)) => text.starts_with(last),
        _ => last.is_empty(),
    };
    one != other && one.parts().starts_with(before) && begins
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
        // How an action without resources is to be granted, services judge differently.
        let alone = need.resources.iter().all(|r| r.literal() == Some("*"));
        self.names(&need.action) && (alone || subjects.iter().any(on))
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
    let keep = kept_policies(judge, roles, needs);
    for need in needs.needs.iter().filter(|need| !is_held(&keep, need)) {
        needed(judge, need, &written, &mut sum);
    }
    for need in &needs.optional {
        let subjects = subjects(judge, need);
        if written.iter().any(|w| w.serves(need, &subjects)) {
            needed(judge, need, &written, &mut sum);
        }
    }
    for need in &needs.platform {
        platform(judge, need, &written, &mut sum);
        // Without it nothing arrives. Whether it keeps logs and traces is its owner's choice.
        let lacks = |role: &RoleId| is_lacking(judge, *role, needs, need);
        if !is_customary(&need.action) && !roles.is_empty() && roles.iter().all(lacks) {
            sum.add(&need.action, &need.resources, &need.conditions);
        }
    }
    for need in named_along(&needs.platform) {
        let subjects = subjects(judge, &need);
        let by_name = |w: &Written<'_>| {
            let mut patterns = w.patterns();
            patterns.any(|pattern| pattern.eq_ignore_ascii_case(&need.action))
        };
        if written
            .iter()
            .any(|w| by_name(w) && w.serves(&need, &subjects))
        {
            needed(judge, &need, &written, &mut sum);
        }
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
    let mut allowed = sum.list();
    by_name::spell_out(judge.nodes().app(), function, roles, &mut allowed);
    RoleChange {
        function,
        allowed,
        keep,
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

/// What a need is on.
pub(super) fn subjects(judge: &Judge<'_>, need: &Need) -> Vec<Subject> {
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
    let tests = |w: &Written<'_>| with_tests(w.tests(), &need.conditions);
    let alone = need.resources.iter().all(|r| r.literal() == Some("*"));
    if serving.is_empty() {
        sum.add(&need.action, &need.resources, &need.conditions);
    } else if need.exact && !alone {
        for (text, subject) in need.resources.iter().zip(&subjects) {
            for (resource, conditions) in narrowed(judge, text, subject, &serving) {
                let conditions = with_tests(conditions, &need.conditions);
                sum.add(&need.action, &[resource], &conditions);
            }
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

/// Conditions as granted, and those of a need on keys that they do not test.
fn with_tests(granted: Vec<Test>, needed: &[Test]) -> Vec<Test> {
    let mut tests = granted;
    for test in needed {
        let same = |(_, key, _): &Test| key.eq_ignore_ascii_case(&test.1);
        if !tests.iter().any(same) {
            tests.push(test.clone());
        }
    }
    tests
}

/// Whether a pattern names customary actions alone; such patterns stay as they are.
pub(super) fn is_customary(pattern: &str) -> bool {
    let all = facts::expand(pattern);
    !all.is_empty() && all.is_subset(customary_actions())
}

/// How a granted resource meets a needed one.
#[derive(PartialEq)]
enum Meets {
    /// They are the same.
    Same,
    /// It holds the needed one and more.
    Holds,
    /// Some of it may be what is needed, and all of it was granted.
    Perhaps,
    /// Nothing of it is.
    No,
}

/// A needed resource as it shall be granted, with the conditions under which it is: never wider than it was, and in the
/// words of the statement that names exactly it, so that nothing is written anew.
fn narrowed(
    judge: &Judge<'_>,
    text: &Text,
    subject: &Subject,
    serving: &[&Written<'_>],
) -> Vec<(Text, Vec<Test>)> {
    let default = judge.nodes().app().by_default(text);
    let (mut held, mut perhaps) = (Vec::new(), Vec::new());
    for w in serving {
        if w.statement.not_resources {
            held.push((text.clone(), w.tests()));
            continue;
        }
        let template = matches!(w.statement.origin.how, How::Generated(_));
        for written in &w.statement.resources {
            match meets(judge.nodes(), written, &default, subject) {
                Meets::Same if !template => held.insert(0, (written.clone(), w.tests())),
                Meets::Same | Meets::Holds => held.push((text.clone(), w.tests())),
                Meets::Perhaps => perhaps.push((written.clone(), w.tests())),
                Meets::No => {}
            }
        }
    }
    // Without conditions it is granted whatever else is.
    if let Some(free) = held.iter().find(|(_, tests)| tests.is_empty()) {
        return vec![free.clone()];
    }
    if !held.is_empty() {
        return held;
    }
    if !perhaps.is_empty() {
        return perhaps;
    }
    vec![(text.clone(), Vec::new())]
}

fn meets(nodes: &Nodes<'_>, written: &Text, text: &Text, subject: &Subject) -> Meets {
    if written == text {
        return Meets::Same;
    }
    let granted = pattern(nodes, written);
    if granted.is_any() {
        return match text.literal() == Some("*") {
            true => Meets::Same,
            false => Meets::Holds,
        };
    }
    let sure = |form: &&Form| form.symbolic || form.when.is_always();
    let mut needed = vec![pattern(nodes, text)];
    let forms = subject.whole.iter().filter(sure);
    needed.extend(forms.map(|form| form.pattern.clone()));
    let granted_forms = forms_of(nodes, &granted);
    let mut best = Meets::No;
    for form in granted_forms.iter().filter(sure) {
        for needed in &needed {
            let (out, back) = (form.pattern.fits(needed), needed.fits(&form.pattern));
            match (out, back) {
                (Fit::Yes, Fit::Yes) => return Meets::Same,
                (Fit::Yes, _) => best = Meets::Holds,
                (Fit::No, Fit::No) => {}
                _ if best == Meets::No => best = Meets::Perhaps,
                _ => {}
            }
        }
    }
    best
}

/// Whether a managed policy that stays grants a need on everything.
fn is_held(keep: &[String], need: &Need) -> bool {
    let named = |action: &String| action_glob(action, &need.action);
    keep.iter()
        .filter_map(|name| managed::document(name))
        .any(|document| {
            document.statements.iter().any(|s| {
                let all = !s.not_resources && s.resources.iter().any(|r| r == "*");
                let plain = !s.deny && !s.not_actions && s.conditions.is_empty();
                plain && all && s.actions.iter().any(named)
            })
        })
}

/// What the platform asks for on something known is granted on that; all else stays where it is granted.
fn platform(judge: &Judge<'_>, need: &Need, written: &[Written<'_>], sum: &mut Sum) {
    let subjects = subjects(judge, need);
    let alone = need.resources.iter().all(|r| r.literal() == Some("*"));
    match !alone && written.iter().any(|w| w.serves(need, &subjects)) {
        true => needed(judge, need, written, sum),
        false => kept(&need.action, written, sum),
    }
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
    // What nobody knows may hold a denial.
    let Some(document) = managed::document(name) else {
        return true;
    };
    let asked = |action: &str| {
        let by_platform = |need: &Need| need.action.eq_ignore_ascii_case(action);
        is_customary(action) || needs.platform.iter().any(by_platform)
    };
    let mut statements = document.statements.iter();
    statements.all(|s| !s.not_actions && (s.deny || s.actions.iter().all(|action| asked(action))))
}
