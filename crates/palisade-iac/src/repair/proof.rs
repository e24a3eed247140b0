//! The proof of a repair: the App read from the new texts differs from the old one by exactly what was asked.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{App, Function, FunctionId, NodeId};
use palisade_model::change::{NewValue, SettingChange};
use palisade_model::edit::FileEdit;
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::print::print;
use palisade_model::setting::{Given, How, Setting};
use palisade_model::source::Sources;
use palisade_model::text::Text;

use crate::document;
use crate::plan::AppPlan;

use super::Reading;
use super::bench::{Work, replanned};
use super::canon;
use super::graph::Graph;
use super::sheet::Sheet;
use super::waits;
use super::want::{self, Pairs};

/// What must hold afterwards.
#[derive(Debug, Default)]
pub(crate) struct Asked<'c> {
    pub(crate) work: Work,
    pub(crate) settings: Vec<&'c SettingChange>,
}

/// Reads the App again with edited files; an error says what else changed, or what did not.
pub(crate) fn prove(
    reading: &Reading<'_>,
    before: &App,
    files: &[FileEdit],
    asked: &Asked<'_>,
) -> Result<(), String> {
    let (sources, plan, after) = reread(reading, files)?;
    sound(reading, &plan, &sources, files)?;
    roles(before, &after, asked)?;
    settings(before, &after, asked)?;
    let old = portrait(before, reading.sources, asked);
    let new = portrait(&after, &sources, asked);
    same(before, &after, &old, &new, asked)
}

/// The App of the edited texts.
fn reread(reading: &Reading<'_>, files: &[FileEdit]) -> Result<(Sources, AppPlan, App), String> {
    let mut sources = Sources::default();
    for (file, source) in reading.sources.iter() {
        match files.iter().find(|edit| edit.file() == file) {
            Some(edit) => sources.add(source.path.clone(), edit.after()),
            None => sources.add(source.path.clone(), source.text.clone()),
        };
    }
    let mut parsed = BTreeMap::new();
    for edit in files {
        let mut problems = Vec::new();
        let document = document::parse(&sources, edit.file(), reading.limits, &mut problems)
            .ok_or_else(|| format!("{} would be no template any more", edit.path()))?;
        let known = reading
            .plan
            .document(edit.file())
            .map_or(0, |p| p.problems.len());
        if problems.len() > known {
            let message = problems.first().map_or("", |p| p.message.as_str());
            return Err(format!("{} would not parse: {message}", edit.path()));
        }
        parsed.insert(edit.file(), (document, problems));
    }
    let plan = replanned(reading.plan, parsed);
    let mut app = crate::read(
        &plan,
        &sources,
        reading.settings,
        reading.limits,
        reading.find,
    );
    canon::app(&mut app);
    Ok((sources, plan, app))
}

/// What is known of the resources of a file.
struct Known {
    graph: Graph,
    ids: BTreeSet<String>,
    /// Roles and policies among them.
    identities: BTreeSet<String>,
    waits: waits::Names,
    references: waits::Names,
}

/// No resource waits for itself that did not before, nothing refers to what is gone, and nobody stops to wait for what
/// is not referred to.
fn sound(
    reading: &Reading<'_>,
    plan: &AppPlan,
    sources: &Sources,
    files: &[FileEdit],
) -> Result<(), String> {
    let graph = |plan: &AppPlan, sources: &Sources, edit: &FileEdit| {
        let document = &plan.document(edit.file())?.document;
        let sheet = Sheet::new(edit.path(), sources.text(edit.file()), document);
        let resources = document.get(document.root()?, "Resources")?;
        let kind = |entry: &document::Entry| {
            let kind = document.get(entry.value, "Type")?;
            document.text(kind)
        };
        let identity = |entry: &&document::Entry| {
            kind(entry).is_some_and(|kind| kind.starts_with("AWS::IAM::"))
        };
        let entries = sheet.own(resources).iter();
        let identities = entries.clone().filter(identity);
        Some(Known {
            graph: Graph::of(&sheet, resources),
            identities: identities.map(|e| e.key.to_string()).collect(),
            ids: entries.map(|e| e.key.to_string()).collect(),
            waits: waits::waits(&sheet, resources),
            references: waits::references(&sheet, resources),
        })
    };
    for edit in files {
        let (Some(old), Some(new)) = (
            graph(reading.plan, reading.sources, edit),
            graph(plan, sources, edit),
        ) else {
            continue;
        };
        let circles = old.graph.circles();
        if let Some(id) = new.graph.circles().iter().find(|id| !circles.contains(*id)) {
            return Err(format!("`{id}` would wait for itself"));
        }
        let referred = new.graph.referred();
        let mut gone = old.ids.difference(&new.ids);
        if let Some(id) = gone.find(|id| referred.contains(id.as_str())) {
            return Err(format!("something still refers to `{id}`"));
        }
        waiting(&old, &new)?;
    }
    Ok(())
}

/// Whoever waited for something does so still, or refers to it now; of roles and policies others come to be used.
fn waiting(old: &Known, new: &Known) -> Result<(), String> {
    for (id, had) in &old.waits {
        let has =
            |all: &waits::Names, to: &String| all.get(id).is_some_and(|all| all.contains_key(to));
        let lost = had.keys().find(|to| {
            let needless = !new.ids.contains(*to) || old.identities.contains(*to);
            !has(&new.waits, to) && !has(&new.references, to) && !needless
        });
        if let Some(to) = lost.filter(|_| new.ids.contains(id)) {
            return Err(format!("`{id}` would no longer wait for `{to}`"));
        }
    }
    Ok(())
}

/// Every function that was asked for has the permissions that were asked for, and nothing more.
fn roles(before: &App, after: &App, asked: &Asked<'_>) -> Result<(), String> {
    for ((stack, address), expected) in &asked.work.expected {
        let find = |app: &App| match app.node(*stack, address) {
            Some(NodeId::Function(id)) => Some(id),
            _ => None,
        };
        let (Some(old), Some(new)) = (find(before), find(after)) else {
            return Err(format!("{address} would be no function any more"));
        };
        let keep = asked.work.keep.get(&(*stack, address.clone()));
        let keep = keep.map(Vec::as_slice).unwrap_or_default();
        let new = Held::of(after, new, keep)?;
        let old = Held::of(before, old, keep)?;
        let allowed: BTreeSet<&want::Pair> = new.pairs.keys().collect();
        // A parameter that is named is read as its default.
        let read: Vec<want::Pair> = expected
            .keys()
            .map(|pair| match new.pairs.contains_key(pair) {
                true => pair.clone(),
                false => want::Pair {
                    resource: after.by_default(&pair.resource),
                    ..pair.clone()
                },
            })
            .collect();
        let wanted: BTreeSet<&want::Pair> = read.iter().collect();
        if let Some(extra) = allowed.difference(&wanted).next() {
            return Err(format!(
                "{address} would still be allowed {} on {}",
                extra.action,
                extra.resource.words()
            ));
        }
        if let Some(missing) = wanted.difference(&allowed).next() {
            return Err(format!(
                "{address} would not be allowed {} on {}",
                missing.action,
                missing.resource.words()
            ));
        }
        if new.denies != old.denies {
            return Err(format!("a `Deny` of {address} would change"));
        }
        if let Some(name) = new.others.iter().next() {
            return Err(format!("{address} would keep the policy {name}"));
        }
        if !old.boundary.is_empty() && old.boundary != new.boundary {
            return Err(format!("the boundary of {address} would be lost"));
        }
    }
    Ok(())
}

/// What a function's roles hold.
#[derive(Debug, Default)]
struct Held {
    pairs: Pairs,
    denies: BTreeSet<String>,
    /// Managed policies that were not to stay.
    others: BTreeSet<String>,
    boundary: String,
}

impl Held {
    fn of(app: &App, id: FunctionId, keep: &[String]) -> Result<Self, String> {
        let mut held = Self::default();
        let roles = app
            .functions
            .get(id)
            .map(|f| f.role.clone())
            .unwrap_or_default();
        for (_, role) in roles {
            let Some(role) = app.roles.get(role) else {
                continue;
            };
            held.boundary = words(&role.boundary);
            for grant in &role.grants {
                match grant {
                    Grant::Unreadable(_) => return Err("a policy could not be read".to_owned()),
                    Grant::Statement(statement) => held.statement(statement),
                    Grant::Managed(name) => {
                        let made = matches!(name.origin.how, How::Generated(_));
                        let text = words(name);
                        let last = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
                        if !made && !keep.iter().any(|keep| last(keep) == last(&text)) {
                            held.others.insert(text);
                        }
                    }
                }
            }
        }
        Ok(held)
    }

    fn statement(&mut self, statement: &Statement) {
        let made =
            matches!(statement.origin.how, How::Generated(maker) if maker != "sam.policy-template");
        if statement.effect == Effect::Deny {
            self.denies.insert(format!(
                "{:?} {:?} {:?} {} {}",
                statement.actions,
                statement.resources,
                statement.conditions,
                statement.not_actions,
                statement.not_resources
            ));
        } else if made {
        } else if let Some(pairs) = want::granted(statement) {
            self.pairs.extend(pairs);
        } else {
            self.others
                .insert("with `NotAction` or `NotResource`".to_owned());
        }
    }
}

fn words(setting: &Setting<Text>) -> String {
    let each: Vec<String> = setting
        .values()
        .iter()
        .map(|(_, text)| text.words())
        .collect();
    each.join(" or ")
}

/// Whether a setting is already what it shall be.
pub(crate) fn holds(app: &App, setting: &SettingChange) -> bool {
    let asked = Asked {
        work: Work::default(),
        settings: vec![setting],
    };
    settings(app, app, &asked).is_ok()
}

/// Every setting that was asked for has its value in the worlds that were meant, and its old one in all others.
fn settings(before: &App, after: &App, asked: &Asked<'_>) -> Result<(), String> {
    for change in &asked.settings {
        let Some(key) = key_of(before, change.node) else {
            return Err("the node was not read".to_owned());
        };
        let new = after
            .node(key.0, &key.1)
            .ok_or_else(|| format!("{} would be gone", key.1))?;
        let old = branches(before, change.node, change);
        let new = branches(after, new, change);
        let wanted = match &change.value {
            NewValue::Text(text) => format!("{:?}", Text::of(text.clone())),
            NewValue::Number(number) => format!("{number:?}"),
            NewValue::Flag(flag) => format!("{flag:?}"),
        };
        for (guard, value) in &new {
            let meant = guard.and(&change.when);
            let inside = !meant.impossible();
            let covered = inside && (change.when.is_always() || meant == *guard);
            if covered && *value != wanted {
                return Err(format!("{} would be {value}", change.attribute.word()));
            }
            if inside && !covered {
                return Err("a branch would change in part".to_owned());
            }
            if !inside
                && !old
                    .iter()
                    .any(|(other, before)| other == guard && before == value)
            {
                return Err(format!(
                    "{} would change in other worlds",
                    change.attribute.word()
                ));
            }
        }
        if new.is_empty() {
            return Err(format!("{} would not be known", change.attribute.word()));
        }
    }
    Ok(())
}

fn key_of(app: &App, node: NodeId) -> Option<(palisade_model::text::StackId, String)> {
    let key = match node {
        NodeId::Function(id) => app.functions.get(id).map(|f| &f.key),
        NodeId::Resource(id) => app.resources.get(id).map(|r| &r.key),
        NodeId::Role(id) => app.roles.get(id).map(|r| &r.key),
        NodeId::Outside(_) => None,
    }?;
    Some((key.stack, key.address.clone()))
}

/// The values of a setting by world, as words that compare.
fn branches(
    app: &App,
    node: NodeId,
    change: &SettingChange,
) -> Vec<(palisade_model::guard::Guard, String)> {
    let settings = match node {
        NodeId::Function(id) => app.functions.get(id).map(|f| &f.settings),
        NodeId::Resource(id) => app.resources.get(id).map(|r| &r.settings),
        _ => None,
    };
    let Some(settings) = settings else {
        return Vec::new();
    };
    fn each<T: std::fmt::Debug>(
        setting: &Setting<T>,
    ) -> Vec<(palisade_model::guard::Guard, String)> {
        let unknown = matches!(setting.given, Given::Unknown(..));
        if unknown {
            return Vec::new();
        }
        let values = setting.values();
        values
            .into_iter()
            .map(|(guard, value)| (guard, format!("{value:?}")))
            .collect()
    }
    let attribute = change.attribute;
    settings
        .flag(attribute)
        .map(each)
        .or_else(|| settings.number(attribute).map(each))
        .or_else(|| settings.text(attribute).map(each))
        .unwrap_or_default()
}

/// The App in words without places: each node with its lines.
type Portrait = BTreeMap<String, Vec<String>>;

fn portrait(app: &App, sources: &Sources, asked: &Asked<'_>) -> Portrait {
    let mut found = Portrait::new();
    let mut title = String::new();
    for line in print(app, sources).lines() {
        let mut plain = sorted_guard(&without_places(line));
        if plain.starts_with("problem ") {
            plain.retain(|c| !c.is_ascii_digit());
        }
        if plain.starts_with("  ") {
            found.entry(title.clone()).or_default().push(plain);
        } else {
            title = plain;
            found.entry(title.clone()).or_default();
        }
    }
    let mut setup = app.setup.clone();
    // Variables of a service are known by their use alone.
    setup.parameters.retain(|parameter| {
        let stack = app.stacks.get(parameter.key.stack);
        stack.is_none_or(|stack| stack.format != "serverless")
    });
    for parameter in &mut setup.parameters {
        let key = (parameter.key.stack, parameter.key.address.clone());
        if asked.work.defaults.contains(&key) {
            parameter.default = Setting::absent(parameter.origin.span);
        }
    }
    let setup = without_spans(&format!("{setup:?}"));
    found.insert("setup".to_owned(), vec![setup]);
    // What no permission names is counted there, too; that may change.
    let aside = format!("{:?} {:?}", app.aside.loose, app.aside.members);
    found.insert("aside".to_owned(), vec![without_spans(&aside)]);
    found
}

/// A line of the printed App without numbers of lines.
fn without_places(line: &str) -> String {
    let body = line.trim_end();
    let start = body.len() - body.trim_start().len();
    let gap = body
        .get(start..)
        .and_then(|rest| rest.rfind("  "))
        .map(|at| start + at);
    let Some(gap) = gap else {
        return body.to_owned();
    };
    let (fact, place) = body.split_at_checked(gap).unwrap_or((body, ""));
    let mut out = fact.trim_end().to_owned();
    let mut digits = false;
    out.push_str("  ");
    for c in place.trim_start().chars() {
        digits = c == ':' || (digits && c.is_ascii_digit());
        if !(digits && c.is_ascii_digit()) {
            out.push(c);
        }
    }
    out
}

/// The parts of a condition are in the order of axes, which may differ.
fn sorted_guard(line: &str) -> String {
    let Some((fact, guard)) = line.rsplit_once(" if ") else {
        return line.to_owned();
    };
    let (guard, place) = guard.split_once("  ").unwrap_or((guard, ""));
    let mut parts: Vec<&str> = guard.split(", ").collect();
    parts.sort_unstable();
    format!("{fact} if {}  {place}", parts.join(", "))
}

/// Debug text without spans.
fn without_spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("Span { ") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}

/// Nothing else changed.
fn same(
    before: &App,
    after: &App,
    old: &Portrait,
    new: &Portrait,
    asked: &Asked<'_>,
) -> Result<(), String> {
    let addresses = |set: &BTreeSet<(palisade_model::text::StackId, String)>| -> BTreeSet<String> {
        set.iter().map(|(_, address)| address.clone()).collect()
    };
    let touched = addresses(&asked.work.touched);
    let functions: BTreeSet<&str> = asked
        .work
        .expected
        .keys()
        .map(|(_, a)| a.as_str())
        .collect();
    let settings: BTreeSet<(String, &'static str)> = asked
        .settings
        .iter()
        .filter_map(|change| Some((key_of(before, change.node)?.1, change.attribute.word())))
        .collect();
    let is_touched = |title: &str| {
        let mut words = title.split_whitespace();
        let kind = words.next().unwrap_or("");
        let address = words.next().unwrap_or("");
        (kind == "role" || (kind == "resource" && title.contains("AWS::IAM::")))
            && touched.contains(address)
    };
    let lines = |title: &str, lines: &[String]| -> Vec<String> {
        let mut words = title.split_whitespace();
        let kind = words.next().unwrap_or("");
        let address = words.next().unwrap_or("").to_owned();
        let role = kind == "function" && functions.contains(address.as_str());
        let keeps = |line: &&String| {
            let word = line.trim_start().split(' ').next().unwrap_or("");
            let set = settings
                .iter()
                .any(|(a, attribute)| *a == address && *attribute == word);
            !(set || (role && word == "role"))
        };
        lines.iter().filter(keeps).cloned().collect()
    };
    for (title, body) in old {
        // An axis is there because something branches on it.
        if is_touched(title) || title.starts_with("problem ") || title.starts_with("axis ") {
            continue;
        }
        let Some(now) = new.get(title) else {
            if let Some(trigger) = title.strip_prefix("trigger ") {
                let address = trigger.split(' ').next().unwrap_or(trigger);
                return Err(format!("what starts it would no longer do so: {address}"));
            }
            return Err(format!("`{}` would be different", title.trim()));
        };
        let (was, is) = (lines(title, body), lines(title, now));
        if was != is {
            let other = was.iter().find(|line| !is.contains(line));
            let other = other.or_else(|| is.iter().find(|line| !was.contains(line)));
            let other: String = other
                .map_or("", |line| line.trim())
                .chars()
                .take(200)
                .collect();
            return Err(format!("`{}` would be different: {other}", title.trim()));
        }
    }
    for title in new.keys() {
        if !is_touched(title) && !title.starts_with("axis ") && !old.contains_key(title) {
            return Err(format!("`{}` would come to be", title.trim()));
        }
    }
    untouched_roles(before, after, &touched, &functions)
}

/// Functions of which nothing was asked keep the roles they had.
fn untouched_roles(
    before: &App,
    after: &App,
    touched: &BTreeSet<String>,
    functions: &BTreeSet<&str>,
) -> Result<(), String> {
    let grants = |app: &App, function: &Function| -> Vec<String> {
        let roles = function
            .role
            .iter()
            .filter_map(|(_, role)| app.roles.get(*role));
        roles
            .filter(|role| touched.contains(&role.key.address))
            .flat_map(|role| {
                role.grants
                    .iter()
                    .map(|grant| without_spans(&format!("{grant:?}")))
            })
            .collect()
    };
    for function in before.functions.iter() {
        let address = function.key.address.as_str();
        if functions.contains(address) {
            continue;
        }
        let now = after
            .functions
            .iter()
            .find(|other| other.key == function.key);
        let now = now.ok_or_else(|| format!("{address} would be no function any more"))?;
        if grants(before, function) != grants(after, now) {
            return Err(format!("the role of {address} would change, too"));
        }
    }
    Ok(())
}

/// Whether bytes outside of the edits are the same; true by the way edits are applied, and checked all the same.
pub(crate) fn untouched(files: &[FileEdit]) -> bool {
    files.iter().all(|file| {
        let mut at_old = 0;
        let mut at_new = 0;
        for edit in file.edits() {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            let old = file.before().get(at_old..start);
            let length = start.saturating_sub(at_old);
            if old.is_none() || old != file.after().get(at_new..at_new + length) {
                return false;
            }
            at_old = end;
            at_new += length + edit.text.len();
        }
        file.before().get(at_old..) == file.after().get(at_new..)
    })
}
