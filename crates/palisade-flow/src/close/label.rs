//! What a write says of itself in constants, so that filters between it and a function can be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use palisade_model::app::EdgeKind;
use palisade_model::index::Id;
use palisade_model::reach::{Filter, Pattern};
use rustc_hash::FxHashMap;

use super::expression::{self, Placed};
use crate::flows::AppContext;
use crate::ir::{Call, Op, Passing};
use crate::library::port::{Base, Part, Port};
use crate::taint::solve::Solver;
use crate::taint::summary::{StoreSite, WriteId};
use crate::value::{InstId, Val, Vals};

/// Known texts by name: of attributes of messages, of fields of an event, of attributes of an item. No texts: surely
/// absent. What is not known is left out.
pub type Labels = BTreeMap<String, Vec<String>>;

/// The name by which a filter's path is a label of writes to a kind of store.
pub fn name<'p>(kind: &str, filter: &Filter, path: &'p [String]) -> Option<&'p str> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    match (kind, words.as_slice()) {
        ("topic", [_]) if filter.on_attributes => path.first().map(String::as_str),
        ("bus", ["source" | "detail-type"]) => path.first().map(String::as_str),
        ("table", ["dynamodb", "NewImage", _, ..]) => path.get(2).map(String::as_str),
        _ => None,
    }
}

/// Whether a filter lets a write through, as far as it is known.
pub fn passes(kind: &str, filter: &Filter, labels: &Labels) -> bool {
    let mut allowed: BTreeMap<&str, Vec<Pattern>> = BTreeMap::new();
    for (path, values) in &filter.values {
        if let Some(name) = name(kind, filter, path) {
            let values = values.iter().cloned().map(Pattern::Is);
            allowed.entry(name).or_default().extend(values);
        }
    }
    for (path, patterns) in &filter.patterns {
        if let Some(name) = name(kind, filter, path) {
            let patterns = patterns.iter().cloned();
            allowed.entry(name).or_default().extend(patterns);
        }
    }
    let refuted = |(name, allowed): (&&str, &Vec<Pattern>)| {
        let Some(known) = labels.get(*name) else {
            return false;
        };
        let passes = |value: Option<&str>| allowed.iter().any(|p| p.may_pass(value));
        match known.as_slice() {
            [] => !passes(None),
            known => !known.iter().any(|k| passes(Some(k))),
        }
    };
    if kind == "table" {
        // Several filters of a mapping are alternatives.
        return allowed.is_empty() || !allowed.iter().all(refuted);
    }
    !allowed.iter().any(refuted)
}

/// What writes say of themselves.
#[derive(Debug, Default)]
pub struct Told {
    /// Labels that filters ask for.
    pub labels: FxHashMap<WriteId, Rc<Labels>>,
    /// Where the placeholders of an update go.
    pub placed: FxHashMap<WriteId, Placed>,
}

/// Reads the labels of every write that some filter asks for. A bus that is surely not named is the default one.
pub fn read(solver: &mut Solver<'_>, apps: &[AppContext<'_>]) -> Told {
    let mut wanted: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for app in apps.iter().map(|c| c.app) {
        let of_edges = app.edges.iter().filter_map(|e| {
            if let EdgeKind::Delivers { filter, .. } = &e.kind {
                Some(filter)
            } else {
                None
            }
        });
        for filter in app.triggers.iter().map(|t| &t.filter).chain(of_edges) {
            for kind in ["topic", "bus", "table"] {
                let values = filter.values.iter().map(|(path, _)| path);
                let patterns = filter.patterns.iter().map(|(path, _)| path);
                wanted.extend(
                    values
                        .chain(patterns)
                        .filter_map(|path| Some((kind, name(kind, filter, path)?.to_owned()))),
                );
            }
        }
    }
    let mut found = Told::default();
    for id in (0..solver.writes.len()).map(WriteId::from_index) {
        let Some(site) = solver.writes.get(id).cloned() else {
            continue;
        };
        if site.kind == "bus" && names_no_bus(solver, &site) {
            solver.writes[id].resource = None;
        }
        let names: Vec<&String> = wanted
            .iter()
            .filter(|(kind, _)| *kind == site.kind)
            .map(|(_, name)| name)
            .collect();
        let mut labels = Labels::new();
        for name in names {
            if let Some(texts) = label(solver, &site, name) {
                labels.insert(name.clone(), texts);
            }
        }
        if !labels.is_empty() {
            found.labels.insert(id, Rc::new(labels));
        }
        if site.kind == "table"
            && let Some(placed) = updated(solver, &site)
        {
            found.placed.insert(id, placed);
        }
    }
    found
}

/// Where the placeholders of an update go, if its expression is a constant.
fn updated(solver: &mut Solver<'_>, site: &StoreSite) -> Option<Placed> {
    let (_, slots) = row(solver, site)?;
    let values = &slots.iter().find(|(slot, _)| *slot == site.slot)?.1;
    let expression = beside(values, "UpdateExpression")?;
    let text = match at_port(solver, site, &expression)?.as_slice() {
        [Val::Text(text)] => solver.values.word(*text).to_owned(),
        _ => return None,
    };
    let names = beside(values, "ExpressionAttributeNames")?;
    let names = at_port(solver, site, &names);
    expression::placed(&text, &mut |placeholder| {
        let found = member(solver, site, names.as_ref()?, placeholder)?;
        match found.as_slice() {
            [Val::Text(name)] => Some(solver.values.word(*name).to_owned()),
            _ => None,
        }
    })
}

/// The port of another argument that stands beside `ExpressionAttributeValues`.
fn beside(port: &Port, name: &str) -> Option<Port> {
    const VALUES: &str = "ExpressionAttributeValues";
    let mut other = port.clone();
    match (&mut other.base, other.parts.last_mut()) {
        (_, Some(Part::Key(key))) if key == VALUES => name.clone_into(key),
        (Base::Arg { names, .. }, None) if names.iter().any(|n| n == VALUES) => {
            *names = vec![name.to_owned()];
        }
        _ => return None,
    }
    Some(other)
}

fn names_no_bus(solver: &mut Solver<'_>, site: &StoreSite) -> bool {
    let Some(port) = row(solver, site).and_then(|(resource, _)| resource) else {
        return false;
    };
    at_port(solver, site, &port).is_some_and(|vals| vals.is_empty())
}

/// The texts of one label at a write; `None` where they are not known.
fn label(solver: &mut Solver<'_>, site: &StoreSite, name: &str) -> Option<Vec<String>> {
    let (_, slots) = row(solver, site)?;
    let port = |slot: &str| {
        slots
            .iter()
            .find(|(s, _)| s == slot)
            .map(|(_, p)| p.clone())
    };
    let vals = match site.kind.as_str() {
        "topic" => {
            let attributes = at_port(solver, site, &port("attributes")?)?;
            let one = member(solver, site, &attributes, name)?;
            if one.is_empty() {
                one
            } else {
                some(member(solver, site, &one, "StringValue")?)?
            }
        }
        "bus" => at_port(solver, site, &port(name)?)?,
        "table" => {
            let whole = port("*").filter(is_item)?;
            let item = some(at_port(solver, site, &whole)?)?;
            let one = member(solver, site, &item, name)?;
            if one.iter().any(|v| matches!(v, Val::Built(..))) {
                some(member(solver, site, &one, "S")?)?
            } else {
                one
            }
        }
        _ => return None,
    };
    vals.iter()
        .map(|v| match v {
            Val::Text(s) | Val::Number(s) => Some(solver.values.word(*s).to_owned()),
            _ => None,
        })
        .collect()
}

fn some(vals: Vec<Val>) -> Option<Vec<Val>> {
    if vals.is_empty() { None } else { Some(vals) }
}

/// Whether a port hands in an item under its own attribute names.
fn is_item(port: &Port) -> bool {
    let by_name =
        matches!(&port.base, Base::Arg { names, .. } if names.iter().any(|n| n == "Item"));
    by_name
        || port
            .parts
            .iter()
            .any(|p| matches!(p, Part::Key(k) if k == "Item"))
}

/// The port of the resource, and slots with theirs.
pub(super) type Ports = (Option<Port>, Vec<(String, Port)>);

/// The ports of the row that a site was made by.
pub(super) fn row(solver: &Solver<'_>, site: &StoreSite) -> Option<Ports> {
    let library = solver.values.library(site.function)?;
    let rows = library.rows(&site.callee).flat_map(|row| &row.writes);
    let store = rows
        .filter(|s| s.kind == site.kind)
        .find(|s| s.slots.iter().any(|(slot, _)| *slot == site.slot))?;
    Some((store.resource.clone(), store.slots.clone()))
}

/// What stands at a port of the call of a site; empty where it is surely absent, `None` where it is not known.
pub(super) fn at_port(solver: &mut Solver<'_>, site: &StoreSite, port: &Port) -> Option<Vec<Val>> {
    let program = solver.program;
    let Op::Call(call) = program.op(site.function, site.call) else {
        return None;
    };
    let Base::Arg { position, names } = &port.base else {
        return None;
    };
    let inst = solver.values.plain(site.function);
    let mut vals: Vec<Val> = match solver.values.library_argument(inst, call, *position, names) {
        Some(value) => solver.values.value(inst, value).to_vec(),
        None => spread(solver, site, inst, call, names)?,
    };
    for part in &port.parts {
        if vals.is_empty() {
            return Some(vals);
        }
        vals = match part {
            Part::Key(key) => member(solver, site, &vals, key)?,
            Part::Elem => {
                let mut all = Vec::new();
                for val in &vals {
                    if !is_settled(solver, site, val) {
                        return None;
                    }
                    all.extend(solver.values.elements(val));
                }
                if all.contains(&Val::Any) {
                    return None;
                }
                all
            }
            _ => return None,
        };
    }
    Some(vals)
}

/// A named argument out of spread records.
fn spread(
    solver: &mut Solver<'_>,
    site: &StoreSite,
    inst: InstId,
    call: &Call,
    names: &[String],
) -> Option<Vec<Val>> {
    let mut all = Vec::new();
    for arg in &call.args {
        match arg.passing {
            Passing::Spread => return None,
            Passing::SpreadNamed => {
                let held: Vals = solver.values.value(inst, arg.value);
                for name in names {
                    all.extend(member(solver, site, &held, name)?);
                }
            }
            _ => {}
        }
    }
    Some(all)
}

/// The members of a name; empty where there surely is none, `None` where it is not known.
fn member(solver: &mut Solver<'_>, site: &StoreSite, vals: &[Val], key: &str) -> Option<Vec<Val>> {
    let sym = solver.values.words.intern(key);
    let mut all = Vec::new();
    let mut absent = false;
    for val in vals {
        if *val == Val::Nothing {
            absent = true;
            continue;
        }
        if !is_settled(solver, site, val) {
            return None;
        }
        let found = solver.values.member(site.function, val, sym);
        if found.contains(&Val::Any) {
            if !lacks(solver, val, key) {
                return None;
            }
            absent = true;
        } else {
            all.extend(found);
        }
    }
    // Sometimes there and sometimes not: not known.
    if absent && !all.is_empty() {
        None
    } else {
        Some(all)
    }
}

/// Whether a record is what its literal and its assignments say: no other call got hold of it.
fn is_settled(solver: &Solver<'_>, site: &StoreSite, val: &Val) -> bool {
    let Val::Built(inst, at) = val else {
        return false;
    };
    let program = solver.program;
    let function = solver.values.function(*inst);
    if program.functions[function].puts.contains_key(at) {
        return false;
    }
    let is_it = |value| program.object(function, value) == *at;
    program.functions[function]
        .ir
        .instrs
        .enumerate()
        .all(|(value, instr)| {
            let Op::Call(call) = &instr.op else {
                return true;
            };
            let receives =
                matches!(program.op(function, call.callee), Op::Load(base, _) if is_it(*base));
            (function == site.function && value == site.call)
                || !(receives || call.args.iter().any(|a| is_it(a.value)))
        })
}

/// Whether a settled record surely has no such key.
fn lacks(solver: &Solver<'_>, val: &Val, key: &str) -> bool {
    let Val::Built(inst, at) = val else {
        return false;
    };
    let program = solver.program;
    let function = solver.values.function(*inst);
    let Op::Record(parts) = program.op(function, *at) else {
        return false;
    };
    let other = |name: &str| name != key && name != "*";
    parts
        .iter()
        .all(|(name, _)| name.is_some_and(|n| other(program.text(n))))
        && program.functions[function]
            .stores
            .get(at)
            .into_iter()
            .flatten()
            .all(|(name, _)| other(program.text(*name)))
}
