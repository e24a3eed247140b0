//! Who else takes a role: then what its function needs is not all that it is for.

use palisade_model::app::Role;
use palisade_model::policy::Principal;

use crate::document::{NodeRef, Shape};

use super::bench::{Bench, key_of};
use super::sheet::Sheet;

/// Services that run functions as a role.
const FUNCTIONS: [&str; 2] = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"];
/// Keys below which a role is named and not taken.
const NAMED: [&str; 8] = [
    "Principal",
    "NotPrincipal",
    "Condition",
    "Outputs",
    "Roles",
    "RoleName",
    "Statement",
    "DependsOn",
];

/// Somebody beside functions who takes a role, in words.
pub(crate) fn user(bench: &Bench<'_>, sheet: &Sheet<'_>, role: &Role) -> Option<String> {
    let address = role.key.address.as_str();
    let own = address.rsplit('/').next().unwrap_or(address);
    if let Some(function) = own.strip_suffix("#role") {
        return taker(bench, sheet, &format!("{function}Role"));
    }
    if own.ends_with("IamRoleLambdaExecution") {
        return taker(bench, sheet, own);
    }
    let named = bench.resource(sheet, role.key.stack, address).ok()?;
    let name = sheet.find(named, &["Properties", "RoleName"])?;
    let name = sheet.document.text(name)?;
    if let Some(other) = role
        .trust
        .iter()
        .flat_map(|s| &s.principals)
        .find_map(other)
    {
        return Some(other);
    }
    // By its name, in an ARN that is spelled out.
    let mut all = bench.sheets().flat_map(|(_, sheet)| {
        let nodes = sheet.document.all();
        nodes.map(move |(at, node)| (sheet, at, node))
    });
    let wanted = format!("role/{name}");
    all.find_map(|(sheet, at, node)| {
        let Shape::Scalar(scalar) = &node.shape else {
            return None;
        };
        let ends = scalar.text.ends_with(&wanted);
        (ends && !is_named(sheet, at)).then(|| format!("what is written in {}", sheet.path))
    })
}

/// Who takes the role of a logical id by reference.
fn taker(bench: &Bench<'_>, sheet: &Sheet<'_>, id: &str) -> Option<String> {
    let resources = bench.resources(sheet)?;
    let references = bench.references(sheet, id).into_iter();
    let mut taken = references.filter(|node| !is_named(sheet, *node));
    let node = taken.next()?;
    let mut entries = sheet.own(resources).iter();
    let by = entries.find(|entry| sheet.within(node, entry.value));
    Some(by.map_or_else(
        || "another resource".to_owned(),
        |by| format!("`{}`", by.key),
    ))
}

fn is_named(sheet: &Sheet<'_>, node: NodeRef) -> bool {
    let above = sheet.around(node).filter_map(|at| sheet.entry_of(at));
    let mut keys = above.map(|entry| &*entry.key);
    key_of(sheet, node).is_some_and(|key| NAMED.contains(&key))
        || keys.any(|key| NAMED.contains(&key))
}

/// A principal beside functions.
fn other(principal: &Principal) -> Option<String> {
    match principal {
        Principal::Service(text) if FUNCTIONS.contains(&text.literal()?) => None,
        Principal::Service(text) | Principal::Aws(text) => Some(text.words()),
        _ => None,
    }
}
