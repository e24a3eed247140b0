//! Which way a role is repaired: where it is generated, where it is declared, or by a new one for each function.

use std::collections::BTreeMap;

use palisade_model::app::{FunctionId, RoleId};
use palisade_model::change::RoleChange;

use super::bench::{Bench, Work, in_order};
use super::want;
use super::{declared, others, sam, service, split};
use crate::recognize::Format;

/// Changes of one role: they are made together or not at all.
#[derive(Clone, Debug)]
pub(crate) struct Group<'c> {
    pub(crate) changes: Vec<(FunctionId, &'c RoleChange)>,
    /// Their places in the list that was asked for.
    pub(crate) asked: Vec<usize>,
}

/// Groups changes by the role they concern; those of functions without one stand alone.
pub(crate) fn groups<'c>(
    bench: &Bench<'_>,
    changes: &[(usize, FunctionId, &'c RoleChange)],
) -> Vec<Group<'c>> {
    let mut by_role: BTreeMap<RoleId, Group<'c>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (asked, id, change) in changes {
        let role = bench
            .function(*id)
            .and_then(|function| bench.role_of(function).ok());
        let group = match role {
            Some((role, _)) => by_role.entry(role).or_insert_with(|| Group {
                changes: Vec::new(),
                asked: Vec::new(),
            }),
            None => {
                alone.push(Group {
                    changes: Vec::new(),
                    asked: Vec::new(),
                });
                match alone.last_mut() {
                    Some(group) => group,
                    None => continue,
                }
            }
        };
        // Of two wishes for one function the last one counts.
        group.changes.retain(|(other, _)| other != id);
        group.changes.push((*id, change));
        group.asked.push(*asked);
    }
    by_role.into_values().chain(alone).collect()
}

/// Marks for a group of changes, or why there are none.
pub(crate) fn plan(bench: &Bench<'_>, group: &Group<'_>) -> Result<Work, String> {
    let (first, _) = group.changes.first().ok_or("nothing was asked for")?;
    let function = bench.function(*first).ok_or("the function was not read")?;
    let (id, role) = bench.role_of(function)?;
    let sheet = bench.home(role)?;
    let mut work = Work::default();
    for (id, change) in &group.changes {
        let Some(function) = bench.function(*id) else {
            continue;
        };
        let key = (function.key.stack, function.key.address.clone());
        work.expected
            .insert(key.clone(), want::wanted(&change.allowed));
        work.keep.insert(key, change.keep.clone());
    }
    work.touched
        .insert((role.key.stack, role.key.address.clone()));
    if let Some(other) = others::user(bench, sheet, role) {
        return Err(format!(
            "{other} takes its role too: what that needs is not known"
        ));
    }
    let users = bench.users(id);
    if role.key.address.ends_with("#role") {
        sam::plan(bench, sheet, group, role, &mut work)?;
        return Ok(work);
    }
    if bench.format(sheet.file) == Format::Serverless
        && role.key.address.ends_with("IamRoleLambdaExecution")
    {
        service::plan(bench, sheet, group, role, &users, &mut work)?;
        return Ok(work);
    }
    let own = declared::Declared::find(bench, sheet, role)?;
    let alone = users.len() == 1 && own.others.is_empty();
    if alone {
        own.narrow(bench, group, role, &mut work)?;
    } else {
        let left: Vec<FunctionId> = in_order(users)
            .into_iter()
            .filter(|user| group.changes.iter().all(|(id, _)| id != user))
            .collect();
        split::plan(bench, &own, group, role, &left, &mut work)?;
    }
    Ok(work)
}
