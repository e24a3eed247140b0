//! Roles of the Serverless Framework: of one function by plugin or setting, else one for all.

use std::collections::BTreeSet;

use palisade_model::app::{FunctionId, Role};
use palisade_model::policy::Grant;
use palisade_model::setting::How;

use crate::document::{NodeRef, Shape};

use super::batch::Batch;
use super::bench::{Bench, Work, in_order};
use super::fit::{Fitting, statements_of, stays};
use super::leaves::Leaves;
use super::limits;
use super::piece::Piece;
use super::roles::Group;
use super::sam::Home;
use super::sheet::Sheet;
use super::want::{self, Pairs};

/// The plugin that gives functions roles of their own.
const PLUGIN: &str = "serverless-iam-roles-per-function";
const SHARED: &str = "IamRoleLambdaExecution";

/// Marks the statements of functions or of the provider.
pub(crate) fn plan(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    group: &Group<'_>,
    role: &Role,
    users: &[FunctionId],
    work: &mut Work,
) -> Result<(), String> {
    let root = sheet.document.root().ok_or("the service is empty")?;
    let service = Service {
        bench,
        sheet,
        root,
        role,
    };
    if !role
        .key
        .address
        .trim_start_matches(&bench.prefix(role.key.stack))
        .starts_with(SHARED)
    {
        return service.own(group, work);
    }
    let left: Vec<FunctionId> = in_order(users.to_vec())
        .into_iter()
        .filter(|user| group.changes.iter().all(|(id, _)| id != user))
        .collect();
    if service.has_plugin() {
        service.part(group, &left, work)
    } else {
        service.narrow(group, &left, work)
    }
}

struct Service<'s> {
    bench: &'s Bench<'s>,
    sheet: &'s Sheet<'s>,
    root: NodeRef,
    role: &'s Role,
}

impl Service<'_> {
    fn has_plugin(&self) -> bool {
        let sheet = self.sheet;
        let Some(plugins) = sheet.document.get(self.root, "plugins") else {
            return false;
        };
        let list = sheet.document.get(plugins, "modules").unwrap_or(plugins);
        let items = sheet.document.items(list);
        items
            .iter()
            .any(|item| sheet.document.text(*item) == Some(PLUGIN))
    }

    fn function(&self, id: FunctionId) -> Result<NodeRef, String> {
        function(self.bench, self.sheet, id)
    }

    /// Where the provider's statements are written: the map, the key, the value.
    fn statements(&self) -> Option<(NodeRef, &'static str, NodeRef)> {
        let sheet = self.sheet;
        let provider = sheet.document.get(self.root, "provider")?;
        if let Some(role) = sheet.find(provider, &["iam", "role"])
            && let Some(value) = sheet.own_value(role, "statements")
        {
            return Some((role, "statements", value));
        }
        let value = sheet.own_value(provider, "iamRoleStatements")?;
        Some((provider, "iamRoleStatements", value))
    }

    /// Whether a node stands in the provider's settings.
    fn is_provider(&self, node: NodeRef) -> bool {
        let provider = self.sheet.document.get(self.root, "provider");
        provider.is_some_and(|provider| self.sheet.within(node, provider))
    }

    /// Names of managed policies of all functions.
    fn managed(&self) -> Option<NodeRef> {
        let sheet = self.sheet;
        let provider = sheet.document.get(self.root, "provider")?;
        sheet
            .find(provider, &["iam", "role", "managedPolicies"])
            .or_else(|| sheet.document.get(provider, "iamManagedPolicies"))
    }

    /// The grants that somebody wrote within a value; the framework's own are left alone.
    fn written(&self, within: &[NodeRef]) -> Vec<Grant> {
        let sheet = self.sheet;
        let inside = |span| {
            sheet
                .at(span)
                .is_some_and(|node| within.iter().any(|outer| sheet.within(node, *outer)))
        };
        let keeps = |grant: &&Grant| match grant {
            Grant::Statement(s) => {
                !matches!(s.origin.how, How::Generated(_)) && inside(s.origin.span)
            }
            Grant::Managed(name) => {
                !matches!(name.origin.how, How::Generated(_)) && inside(name.origin.span)
            }
            Grant::Unreadable(_) => true,
        };
        self.role.grants.iter().filter(keeps).cloned().collect()
    }

    /// How many grants somebody wrote in all.
    fn count(&self) -> usize {
        let made = |how: &How| matches!(how, How::Generated(_));
        self.role
            .grants
            .iter()
            .filter(|grant| match grant {
                Grant::Statement(s) => !made(&s.origin.how),
                Grant::Managed(name) => !made(&name.origin.how),
                Grant::Unreadable(_) => true,
            })
            .count()
    }

    /// A role that a function has for itself.
    fn own(&self, group: &Group<'_>, work: &mut Work) -> Result<(), String> {
        let sheet = self.sheet;
        let (id, change) = group.changes.last().ok_or("nothing was asked for")?;
        let function = self.function(*id)?;
        let by_plugin = sheet.own_value(function, "iamRoleStatements");
        let builtin = sheet.find(function, &["iam", "role"]);
        let (map, key, value) = match (by_plugin, builtin) {
            (Some(value), _) => (function, "iamRoleStatements", Some(value)),
            (None, Some(role)) => (role, "statements", sheet.own_value(role, "statements")),
            (None, None) => return Err("its statements are not written at the function".to_owned()),
        };
        let mut leaves = Leaves::default();
        let mut places = Vec::new();
        if let Some(value) = value {
            leaves.statements(sheet, value, None);
            places.push(value);
        }
        if let Some(role) = builtin
            && let Some(managed) = sheet.own_value(role, "managedPolicies")
        {
            leaves.managed(sheet, managed);
            places.push(managed);
        }
        let mut grants = self.written(&places);
        let shared: Vec<NodeRef> = self
            .statements()
            .map(|(_, _, value)| value)
            .into_iter()
            .collect();
        let inherited = self.written(&shared).len();
        if let Some(managed) = self.managed() {
            let kept = sheet.items(managed);
            let kept = kept.iter().all(|item| stays(sheet, *item, &change.keep));
            let of_all = self.written(&[managed]);
            if !kept && !of_all.is_empty() {
                return Err(
                    "the managed policies of the provider hold for every function".to_owned(),
                );
            }
            if grants.len() + inherited + of_all.len() != self.count() {
                return Err("a statement of its role stands in another place or file".to_owned());
            }
        } else if grants.len() + inherited != self.count() {
            return Err("a statement of its role stands in another place or file".to_owned());
        }
        grants.retain(|grant| !matches!(grant, Grant::Unreadable(_)));
        if grants.len() + inherited > self.count() {
            return Err("a policy of its role could not be read".to_owned());
        }
        if inherited > 0 {
            if by_plugin.is_none() {
                return Err("every function inherits the provider's statements".to_owned());
            }
            let batch = work.batch(sheet.file);
            match sheet.own_value(function, "iamRoleStatementsInherit") {
                Some(flag) => batch.remove(flag),
                None => batch.add(
                    function,
                    "iamRoleStatementsInherit",
                    Piece::Plain("false".to_owned()),
                ),
            }
        }
        let wanted = want::wanted(&change.allowed);
        let place = Place { map, key, value };
        let mut batch = Batch::default();
        self.fit(&leaves, &grants, &wanted, &change.keep, place, &mut batch)?;
        work.batch(sheet.file).join(batch);
        Ok(())
    }

    fn fit(
        &self,
        leaves: &Leaves,
        grants: &[Grant],
        wanted: &Pairs,
        keep: &[String],
        place: Place,
        batch: &mut Batch,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        let spelling = self.bench.spelling(sheet, self.role.key.stack, grants);
        let fitting = Fitting {
            sheet,
            grants,
            spelling: &spelling,
            keep,
            template: &|_| None,
            condition: &|_| None,
            circular: &|_| false,
        };
        let rest = fitting.fit(leaves, wanted, batch)?;
        let parts = limits::parts(&want::merged(&rest.pairs), rest.size)?;
        if !parts.managed.is_empty() {
            return Err("it needs more permissions than one role may hold".to_owned());
        }
        let statements = statements_of(&parts.inline, &spelling)?;
        if statements.is_empty() && rest.again.is_empty() {
            // A list of nothing still says that nothing is inherited.
            if let Some(value) = place.value
                && place.key == "iamRoleStatements"
                && place.value.is_some_and(|value| !self.is_provider(value))
                && wanted.is_empty()
            {
                let mut spread = batch.clone();
                spread.spread(sheet);
                if spread.is_gone(value) {
                    *batch = Batch::default();
                    batch.swap(value, Piece::List(Vec::new()));
                }
            }
            return Ok(());
        }
        let home = Home {
            sheet,
            lists: &[],
            map: place.map,
            key: place.key,
            value: place.value,
        };
        let mut items = rest.again;
        items.extend(statements);
        home.write(Vec::new(), items, &Piece::List, batch)
    }

    /// With the plugin: each function of the shared role gets statements of its own.
    fn part(&self, group: &Group<'_>, left: &[FunctionId], work: &mut Work) -> Result<(), String> {
        let sheet = self.sheet;
        let spelling = self
            .bench
            .spelling(sheet, self.role.key.stack, &self.role.grants);
        let keep: BTreeSet<&String> = group
            .changes
            .iter()
            .flat_map(|(_, change)| &change.keep)
            .collect();
        let keep: Vec<String> = keep.into_iter().cloned().collect();
        if let Some(managed) = self.managed() {
            let all = sheet
                .items(managed)
                .iter()
                .all(|item| stays(sheet, *item, &keep));
            if !all {
                return Err(
                    "the managed policies of the provider hold for every function".to_owned(),
                );
            }
        }
        for (id, change) in &group.changes {
            let function = self.function(*id)?;
            let parts = limits::parts(&want::merged(&want::wanted(&change.allowed)), 0)?;
            if !parts.managed.is_empty() {
                return Err("it needs more permissions than one role may hold".to_owned());
            }
            let statements = statements_of(&parts.inline, &spelling)?;
            let batch = work.batch(sheet.file);
            let list = Piece::List(statements);
            match sheet.own_value(function, "iamRoleStatements") {
                Some(value) => batch.swap(value, list),
                None => batch.add(function, "iamRoleStatements", list),
            }
            if self.inherits_by_default() {
                batch.add(
                    function,
                    "iamRoleStatementsInherit",
                    Piece::Plain("false".to_owned()),
                );
            }
            let address = self
                .bench
                .function(*id)
                .map_or("", |f| f.key.address.as_str());
            let key = address.rsplit("functions.").next().unwrap_or(address);
            work.touched.insert((
                self.role.key.stack,
                format!("{}{}{SHARED}", spelling.prefix, own_role(key)),
            ));
        }
        if left.is_empty() {
            if let Some((_, _, value)) = self.statements() {
                work.batch(sheet.file).remove(value);
            }
        } else {
            let names: Vec<&str> = left
                .iter()
                .filter_map(|id| self.bench.function(*id))
                .map(|function| function.key.address.as_str())
                .collect();
            work.notes.push(format!(
                "{} keep the role of the provider",
                names.join(", ")
            ));
        }
        Ok(())
    }

    fn inherits_by_default(&self) -> bool {
        let sheet = self.sheet;
        sheet
            .find(self.root, &["custom", PLUGIN, "defaultInherit"])
            .and_then(|node| sheet.document.text(node))
            .is_some_and(|text| text == "true")
    }

    /// Without it: the role of all functions allows what all of them need together.
    fn narrow(
        &self,
        group: &Group<'_>,
        left: &[FunctionId],
        work: &mut Work,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        if !left.is_empty() {
            let names: Vec<&str> = left
                .iter()
                .filter_map(|id| self.bench.function(*id))
                .map(|function| function.key.address.as_str())
                .collect();
            return Err(format!(
                "it shares one role with {}, of which nothing was asked for; the plugin {PLUGIN} gives each function its own",
                names.join(", ")
            ));
        }
        let mut union = Pairs::new();
        let mut keep: Vec<String> = Vec::new();
        for (_, change) in &group.changes {
            union.extend(want::wanted(&change.allowed));
            keep.extend(change.keep.iter().cloned());
        }
        keep.sort();
        keep.dedup();
        let mut leaves = Leaves::default();
        let mut places = Vec::new();
        let statements = self.statements();
        if let Some((_, _, value)) = statements {
            leaves.statements(sheet, value, None);
            places.push(value);
        }
        if let Some(managed) = self.managed() {
            leaves.managed(sheet, managed);
            places.push(managed);
        }
        let grants = self.written(&places);
        if grants.len() != self.count() {
            return Err("a statement of its role stands in another place or file".to_owned());
        }
        let mut batch = Batch::default();
        match statements {
            Some((map, key, value)) => {
                let place = Place {
                    map,
                    key,
                    value: Some(value),
                };
                self.fit(&leaves, &grants, &union, &keep, place, &mut batch)?;
            }
            None => {
                let fresh = self.fresh(&union)?;
                // Managed policies that shall go are marked all the same.
                let place = Place {
                    map: self.root,
                    key: "provider",
                    value: None,
                };
                self.fit(&leaves, &grants, &Pairs::new(), &keep, place, &mut batch)?;
                if let Some((map, key, piece)) = fresh {
                    batch.add(map, key, piece);
                }
            }
        }
        work.batch(sheet.file).join(batch);
        for (id, _) in &group.changes {
            if let Some(function) = self.bench.function(*id) {
                let key = (function.key.stack, function.key.address.clone());
                work.expected.insert(key.clone(), union.clone());
                work.keep.insert(key, keep.clone());
            }
        }
        if group.changes.len() > 1 {
            work.notes.push(format!(
                "{} functions share one role: it allows what all of them need together; the plugin {PLUGIN} gives each its own",
                group.changes.len()
            ));
        }
        Ok(())
    }

    /// Statements of a provider that has none yet.
    fn fresh(&self, pairs: &Pairs) -> Result<Option<(NodeRef, &'static str, Piece)>, String> {
        let sheet = self.sheet;
        if pairs.is_empty() {
            return Ok(None);
        }
        let spelling = self
            .bench
            .spelling(sheet, self.role.key.stack, &self.role.grants);
        let list = Piece::List(statements_of(&want::merged(pairs), &spelling)?);
        let provider = sheet
            .document
            .get(self.root, "provider")
            .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
            .ok_or("the provider is not written out")?;
        Ok(Some(match sheet.own_value(provider, "iam") {
            Some(iam) => match sheet.own_value(iam, "role") {
                Some(role) if matches!(sheet.shape(role), Some(Shape::Map(_))) => {
                    (role, "statements", list)
                }
                Some(_) => return Err("the provider names a role".to_owned()),
                None => (iam, "role", Piece::map([("statements", list)])),
            },
            None => {
                let role = Piece::map([("statements", list)]);
                (provider, "iam", Piece::map([("role", role)]))
            }
        }))
    }
}

/// The map of a function, as written in the service's own file.
pub(crate) fn function(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    id: FunctionId,
) -> Result<NodeRef, String> {
    let key = key_of(bench, id);
    let root = sheet.document.root().ok_or("the service is empty")?;
    let found = sheet.document.get(root, "functions").and_then(|functions| {
        let maps: Vec<NodeRef> = match sheet.shape(functions) {
            Some(Shape::List(items)) => items.to_vec(),
            _ => vec![functions],
        };
        maps.into_iter().find_map(|map| sheet.own_value(map, key))
    });
    found
        .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
        .ok_or_else(|| format!("the function `{key}` is not written out in {}", sheet.path))
}

/// What a service calls a function.
fn key_of<'b>(bench: &'b Bench<'_>, id: FunctionId) -> &'b str {
    let address = bench.function(id).map_or("", |f| f.key.address.as_str());
    address.rsplit("functions.").next().unwrap_or(address)
}

/// The logical id of a role that a service declares for one of its functions.
pub(crate) fn role_name(bench: &Bench<'_>, id: FunctionId) -> String {
    format!("{}Role", own_role(key_of(bench, id)))
}

#[derive(Clone, Copy)]
struct Place {
    map: NodeRef,
    key: &'static str,
    value: Option<NodeRef>,
}

/// The first part of the logical id of a function's own role.
fn own_role(key: &str) -> String {
    palisade_model::address::normalized(key)
}
