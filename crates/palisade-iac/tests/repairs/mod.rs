//! Projects in memory, changes in a small notation, and what repairs make of them.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing has failed")]
#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]
#![allow(dead_code, reason = "each test binary uses a part of the kit")]

use palisade_iac::repair::{Reading, Repair, repair};
use palisade_iac::{AppPlan, ReadSettings, plan, read};
use palisade_model::app::{App, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::change::{Allowed, Change, NewValue, RoleChange, SettingChange};
use palisade_model::guard::Guard;
use palisade_model::index::Id as _;
use palisade_model::limits::Limits;
use palisade_model::source::{FileId, Sources};
use palisade_model::text::{Part, StackId, Symbol, Text};

/// A project as read.
pub(crate) struct Project {
    sources: Sources,
    plans: Vec<AppPlan>,
    apps: Vec<App>,
    limits: Limits,
    settings: ReadSettings,
}

impl Project {
    pub(crate) fn read(files: &[(String, String)]) -> Self {
        let mut sources = Sources::default();
        let mut ids = Vec::new();
        for (path, text) in files {
            ids.push(sources.add(path.clone(), text.as_str()));
        }
        let limits = Limits::default();
        let settings = ReadSettings::default();
        let (plans, _) = plan(&sources, &ids, &limits);
        let find = |path: &str| sources.find(path);
        let apps = plans
            .iter()
            .map(|plan| read(plan, &sources, &settings, &limits, &find))
            .collect();
        Self {
            sources,
            plans,
            apps,
            limits,
            settings,
        }
    }

    pub(crate) fn apps(&self) -> &[App] {
        &self.apps
    }

    /// The changes of the first App.
    pub(crate) fn repair(&self, changes: &str) -> Repair {
        self.apply(0, &changes_of(&self.apps[0], changes))
    }

    pub(crate) fn apply(&self, at: usize, changes: &[Change]) -> Repair {
        let find = |path: &str| self.sources.find(path);
        let used_by = |file: FileId| -> Vec<String> {
            let users = self
                .plans
                .iter()
                .filter(|plan| plan.templates.contains(&file));
            users
                .filter_map(|plan| plan.roots.first())
                .map(|root| self.sources.path(*root).to_owned())
                .collect()
        };
        let reading = Reading {
            plan: &self.plans[at],
            sources: &self.sources,
            settings: &self.settings,
            limits: &self.limits,
            find: &find,
            used_by: &used_by,
        };
        repair(&reading, &self.apps[at], changes)
    }
}

/// The files after a repair.
pub(crate) fn after(files: &[(String, String)], repair: &Repair) -> Vec<(String, String)> {
    files
        .iter()
        .map(|(path, text)| {
            let edit = repair.files.iter().find(|edit| edit.path() == path);
            (
                path.clone(),
                edit.map_or(text.clone(), |edit| edit.after().to_owned()),
            )
        })
        .collect()
}

/// `role F` begins the role of a function; then `allow A A on R, R [where KEY OPERATOR VALUE]` and `keep POLICY`.
/// `set F ATTRIBUTE VALUE [when AXIS=VALUE]` changes a setting. `${A.B}` is an attribute, `${P}` a parameter where one
/// is declared, else a reference, `${AWS::X}` a pseudo parameter.
pub(crate) fn changes_of(app: &App, text: &str) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "role" => found.push(Change::Role(RoleChange {
                function: function(app, rest),
                allowed: Vec::new(),
                keep: Vec::new(),
            })),
            "allow" => {
                let (rest, test) = match rest.split_once(" where ") {
                    Some((rest, test)) => (rest, Some(test)),
                    None => (rest, None),
                };
                let (actions, resources) = rest.split_once(" on ").unwrap();
                let mut allowed = Allowed::of(
                    actions.split(' '),
                    resources.split(", ").map(|resource| text_of(app, resource)),
                );
                if let Some(test) = test {
                    let mut words = test.split(' ');
                    let (key, operator) = (words.next().unwrap(), words.next().unwrap());
                    let values = words.map(|value| text_of(app, value)).collect();
                    allowed
                        .conditions
                        .push((operator.to_owned(), key.to_owned(), values));
                }
                match found.last_mut() {
                    Some(Change::Role(role)) => role.allowed.push(allowed),
                    _ => panic!("{line}"),
                }
            }
            "keep" => match found.last_mut() {
                Some(Change::Role(role)) => role.keep.push(rest.to_owned()),
                _ => panic!("{line}"),
            },
            "set" => found.push(setting(app, rest)),
            _ => panic!("{line}"),
        }
    }
    found
}

fn function(app: &App, name: &str) -> palisade_model::app::FunctionId {
    let found = app
        .functions
        .enumerate()
        .find(|(_, f)| f.key.address == name || f.key.address == format!("functions.{name}"));
    found.unwrap_or_else(|| panic!("no function {name}")).0
}

fn setting(app: &App, text: &str) -> Change {
    let (text, when) = match text.split_once(" when ") {
        Some((text, when)) => (text, Some(when)),
        None => (text, None),
    };
    let words: Vec<&str> = text.split(' ').collect();
    let resource = app
        .resources
        .enumerate()
        .find(|(_, r)| r.key.address == words[0]);
    let node = match resource {
        Some((id, _)) => NodeId::Resource(id),
        None => NodeId::Function(function(app, words[0])),
    };
    let attribute = Attribute::ALL
        .iter()
        .find(|a| a.word() == words[1])
        .unwrap();
    let value = match (words[2].parse::<f64>(), words[2].parse::<bool>()) {
        (Ok(number), _) => NewValue::Number(number),
        (_, Ok(flag)) => NewValue::Flag(flag),
        _ => NewValue::Text(words[2].to_owned()),
    };
    let when = when.map_or_else(Guard::always, |when| {
        let (name, value) = when.split_once('=').unwrap();
        let (id, axis) = app
            .axes
            .enumerate()
            .find(|(_, axis)| axis.name == name)
            .unwrap();
        let at = axis.values.iter().position(|v| v == value).unwrap();
        Guard::on(id, 1 << at)
    });
    Change::Setting(SettingChange {
        node,
        attribute: *attribute,
        value,
        when,
    })
}

/// A text with holes.
pub(crate) fn text_of(app: &App, text: &str) -> Text {
    let stack = StackId::from_index(0);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, tail) = after.split_once('}').unwrap();
        parts.push(Part::Literal(before.to_owned()));
        if name.starts_with("aws:") {
            // For the platform's evaluation.
            parts.push(Part::Literal(format!("${{{name}}}")));
            rest = tail;
            continue;
        }
        let parameter = app.setup.parameters.iter().any(|p| p.key.address == name);
        let symbol = match name.split_once('.') {
            _ if name.starts_with("AWS::") => Symbol::Pseudo(name.to_owned()),
            _ if name.starts_with("import ") => Symbol::Import(name[7..].to_owned()),
            Some((id, attribute)) => Symbol::Attr(stack, id.to_owned(), attribute.to_owned()),
            None if parameter => Symbol::Parameter(stack, name.to_owned()),
            None => Symbol::Attr(stack, name.to_owned(), "Ref".to_owned()),
        };
        parts.push(Part::Hole(symbol));
        rest = tail;
    }
    parts.push(Part::Literal(rest.to_owned()));
    Text::join(parts)
}
