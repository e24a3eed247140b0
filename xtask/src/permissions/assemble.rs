//! Puts clients, operations, rules and names into rows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use palisade_iam::facts::HoleKind;
use palisade_iam::facts::layout::{
    CLIENTS, COMPOSED, MEMBER_REQUIRED, NAMES, NONE, OPERATIONS, RULES, TEMPLATES, UNSIGNED,
    WAITERS,
};

use super::authorization::Authorization;
use super::bind::Template;
use super::curated::{Curated, Sends};
use super::operations::{Client, Holds, Member, Operation};
use super::resources::Names;
use super::rules::{Maker, Of, Rule};
use super::symbols;
use super::write::{Cell, Rows, Word};

/// All that is read.
pub(super) struct Parts<'a> {
    pub(super) authorization: &'a Authorization,
    pub(super) clients: &'a BTreeMap<String, Client>,
    pub(super) curated: &'a Curated,
    pub(super) resources: &'a Names,
    /// Class of version 2 → client.
    pub(super) classes: &'a BTreeMap<String, String>,
    /// Package of version 3 → client.
    pub(super) packages: &'a BTreeMap<String, String>,
    /// Operation → method of boto3, where the rule does not say so.
    pub(super) spellings: &'a BTreeMap<String, String>,
}

/// Numbers for the build's report.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) operations: usize,
    pub(super) unmapped: Vec<String>,
}

/// One operation as it is written.
struct Entry {
    flags: u32,
    members: Vec<Word>,
    rules: Vec<Rule>,
}

/// By client and lower-case name.
type Entries<'a> = BTreeMap<(&'a str, String), (String, Entry)>;

impl<'a> Parts<'a> {
    /// Adds the rows of all sections but those of the service authorization reference.
    pub(super) fn write(&self, rows: &mut Rows) -> anyhow::Result<Counts> {
        self.check()?;
        let mut entries = self.operations();
        let mut counts = Counts {
            operations: entries.len(),
            unmapped: Vec::new(),
        };
        self.compose(&mut entries)?;
        let ids = self.authorization.ids();
        for ((client, _), (name, entry)) in &entries {
            let unknown = |rule: &Rule| !ids.contains_key(&rule.action.to_ascii_lowercase());
            if entry.flags & COMPOSED == 0 && entry.rules.iter().any(unknown) {
                counts.unmapped.push(format!("{client}:{name}"));
            }
        }
        self.write_operations(&entries, &ids, rows)?;
        let places: BTreeMap<(&str, &str), u32> = (0..)
            .zip(&entries)
            .map(|(place, ((client, _), (name, _)))| ((*client, name.as_str()), place))
            .collect();
        self.write_clients(&entries, &places, rows)?;
        symbols::write(self, &places, rows)?;
        Ok(counts)
    }

    /// Curated rows are about operations that exist.
    fn check(&self) -> anyhow::Result<()> {
        for of in self.curated.exceptions.keys() {
            let (client, operation) = of.split_once(':').unwrap_or((of, ""));
            let operations = self.clients.get(client).map(|client| &client.operations);
            let known =
                operations.is_some_and(|all| operation == "*" || all.contains_key(operation));
            ensure!(known, "no operation `{of}`");
        }
        let unknown = |name: &&String| !self.clients.contains_key(*name);
        let named = self
            .curated
            .prefixes
            .keys()
            .chain(self.curated.binds.keys())
            .chain(&self.curated.passes);
        match named.filter(|name| *name != "any").find(unknown) {
            Some(name) => bail!("no client `{name}`"),
            None => Ok(()),
        }
    }

    fn operations(&self) -> Entries<'a> {
        let maker = Maker::new(self.authorization, self.curated);
        let mut entries = Entries::new();
        for (name, client) in self.clients {
            let prefix = maker.prefix(name, client);
            for (operation_name, operation) in &client.operations {
                let of = Of {
                    client: name,
                    prefix,
                    name: operation_name,
                    operation,
                };
                let entry = Entry {
                    flags: if operation.unsigned { UNSIGNED } else { 0 },
                    members: members(operation),
                    rules: maker.rules(of),
                };
                let key = (name.as_str(), operation_name.to_ascii_lowercase());
                entries.insert(key, (operation_name.clone(), entry));
            }
        }
        entries
    }

    /// Adds the methods that SDKs make of operations.
    fn compose(&self, entries: &mut Entries<'a>) -> anyhow::Result<()> {
        let maker = Maker::new(self.authorization, self.curated);
        let methods = &self.curated.methods;
        for (at, method) in methods.iter().enumerate() {
            // One row may be for several SDKs.
            if methods
                .iter()
                .take(at)
                .any(|before| before.sends == method.sends)
            {
                continue;
            }
            let Sends::Composed {
                client,
                name,
                parameters,
                needs,
            } = &method.sends
            else {
                continue;
            };
            let (client_name, described) = self
                .clients
                .get_key_value(client)
                .with_context(|| format!("no client `{client}`"))?;
            let operation = composed(parameters);
            let prefix = maker.prefix(client_name, described);
            let of = Of {
                client: client_name,
                prefix,
                name,
                operation: &operation,
            };
            let entry = Entry {
                flags: COMPOSED,
                members: members(&operation),
                rules: needs
                    .iter()
                    .flat_map(|need| maker.curated(of, need))
                    .collect(),
            };
            let key = (client_name.as_str(), name.to_ascii_lowercase());
            let before = entries.insert(key, (name.clone(), entry));
            ensure!(before.is_none(), "`{client}:{name}` is there twice");
        }
        Ok(())
    }

    fn write_operations(
        &self,
        entries: &Entries<'_>,
        ids: &BTreeMap<String, u32>,
        rows: &mut Rows,
    ) -> anyhow::Result<()> {
        let all = entries.values().flat_map(|(_, entry)| &entry.rules);
        let templates: BTreeSet<&Template> = all.flat_map(|rule| &rule.templates).collect();
        let templates: BTreeMap<&Template, u32> = templates.into_iter().zip(0..).collect();
        for template in templates.keys() {
            check_kinds(template)?;
            rows.push(
                TEMPLATES,
                vec![
                    Cell::Text(template.format.clone()),
                    Cell::List(template.bound.iter().map(Word::text).collect()),
                ],
            );
        }
        let clients: BTreeMap<&str, u32> =
            self.clients.keys().map(String::as_str).zip(0..).collect();
        for ((client, _), (name, entry)) in entries {
            let client = clients.get(client).context("a client not listed")?;
            rows.push(
                OPERATIONS,
                vec![
                    Cell::Text(name.clone()),
                    Cell::Number(client | entry.flags),
                    Cell::List(entry.members.clone()),
                    Cell::Number(rows.count(RULES)),
                ],
            );
            for rule in &entry.rules {
                let id = ids.get(&rule.action.to_ascii_lowercase()).copied();
                // What is not documented is the operation's own action; curated rows name no other.
                let own = rule.action.ends_with(&format!(":{name}"));
                ensure!(id.is_some() || own, "`{}` is no action", rule.action);
                let of = rule
                    .templates
                    .iter()
                    .filter_map(|template| templates.get(template));
                rows.push(
                    RULES,
                    vec![
                        Cell::Number(id.unwrap_or(NONE) | rule.flags),
                        Cell::List(of.map(|place| Word::Number(*place)).collect()),
                        Cell::Text(rule.when.clone()),
                    ],
                );
            }
        }
        Ok(())
    }

    fn write_clients(
        &self,
        entries: &Entries<'_>,
        places: &BTreeMap<(&str, &str), u32>,
        rows: &mut Rows,
    ) -> anyhow::Result<()> {
        let maker = Maker::new(self.authorization, self.curated);
        let mut first = 0;
        for (name, client) in self.clients {
            rows.push(
                CLIENTS,
                vec![
                    Cell::Text(name.clone()),
                    Cell::Number(first),
                    Cell::Number(rows.count(WAITERS)),
                    Cell::Text(maker.prefix(name, client).to_owned()),
                ],
            );
            let own = entries.keys().filter(|(client, _)| client == name).count();
            first += u32::try_from(own)?;
            for (waiter, operation) in &client.waiters {
                let place = places.get(&(name.as_str(), operation.as_str()));
                let place = place.with_context(|| format!("waiter `{waiter}` of `{name}`"))?;
                rows.push(
                    WAITERS,
                    vec![Cell::Text(waiter.clone()), Cell::Number(*place)],
                );
            }
        }
        for (sdk, names) in [(2, self.classes), (3, self.packages)] {
            for (name, client) in names {
                let place = self.clients.keys().position(|other| other == client);
                rows.push(
                    NAMES,
                    vec![
                        Cell::Number(sdk),
                        Cell::Text(name.clone()),
                        Cell::Number(u32::try_from(place.context("a client not listed")?)?),
                    ],
                );
            }
        }
        Ok(())
    }
}

fn members(operation: &Operation) -> Vec<Word> {
    let bits = |member: &Member| if member.required { MEMBER_REQUIRED } else { 0 };
    let members = operation.members.iter();
    members
        .map(|member| Word::Text(member.name.clone(), bits(member)))
        .collect()
}

/// Parameters of a method; `?` at the end says that it may be left out.
fn composed(parameters: &[String]) -> Operation {
    let member = |parameter: &String| Member {
        name: parameter.trim_end_matches('?').to_owned(),
        required: !parameter.ends_with('?'),
        holds: Holds::Text,
        in_path: None,
    };
    Operation {
        unsigned: false,
        verb: String::new(),
        path: String::new(),
        members: parameters.iter().map(member).collect(),
        s3_objects: Vec::new(),
    }
}

fn check_kinds(template: &Template) -> anyhow::Result<()> {
    for bound in &template.bound {
        if let Some((_, kind)) = bound.split_once('|') {
            ensure!(
                HoleKind::by_word(kind).is_some(),
                "unknown kind `{kind}` in {}",
                template.format
            );
        }
    }
    Ok(())
}
