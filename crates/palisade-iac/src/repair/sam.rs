//! Roles that SAM generates: the `Policies` of their function.

use palisade_model::app::Role;

use crate::document::{NodeRef, Shape};

use super::bench::{Bench, Work};
use super::choose;
use super::declared::{Owner, apart_policy, attached, drop_named, drop_waits, expand};
use super::fit::{self, Fitting, Rest, document, statements_of};
use super::intrinsic::{Spelling, refers_to};
use super::leaves::Leaves;
use super::limits::{self, Parts};
use super::piece::Piece;
use super::roles::Group;
use super::sheet::Sheet;
use super::want::{self, Pairs};

/// Marks the `Policies` of the one function that the role is generated for.
pub(crate) fn plan(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    group: &Group<'_>,
    role: &Role,
    work: &mut Work,
) -> Result<(), String> {
    let (id, change) = group.changes.last().ok_or("nothing was asked for")?;
    let function = bench.function(*id).ok_or("the function was not read")?;
    let resource = bench.resource(sheet, function.key.stack, &function.key.address)?;
    let properties = sheet
        .own_value(resource, "Properties")
        .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
        .ok_or("its properties are not written out")?;
    let spelling = bench.spelling(sheet, role.key.stack, &role.grants);
    let own = sheet.own_value(properties, "Policies");
    let value = own.or_else(|| sheet.document.get(properties, "Policies"));
    let mut leaves = Leaves::default();
    if let Some(value) = value {
        let outer = own.is_none().then_some(value);
        leaves.policies(sheet, value, outer);
    }
    let named = expand(bench, sheet, &mut leaves);
    let id = spelling.id(&function.key.address)?;
    let role_id = format!("{id}Role");
    let attached = attached(bench, sheet, &mut leaves, &|node| {
        refers_to(sheet, node, &role_id)
    });
    let circular = |pair: &want::Pair| bench.is_circular(sheet, role.key.stack, pair, &id);
    let exact = |pairs: &Pairs| choose::exact(pairs, bench.draft(), &spelling);
    let condition = |pair: &want::Pair| conditional(bench, sheet, resource, role, pair);
    let fitting = Fitting {
        sheet,
        grants: &role.grants,
        spelling: &spelling,
        keep: &change.keep,
        template: &exact,
        condition: &condition,
        circular: &circular,
    };
    let wanted = want::wanted(&change.allowed);
    let batch = work.batch(sheet.file);
    let rest = match own {
        None if value.is_some() => {
            // What a merge brings stands elsewhere: an own entry wins over it.
            let mut scratch = super::batch::Batch::default();
            fitting.fit(&leaves, &wanted, &mut scratch)?;
            let kept = leaves.leaves.iter().filter(|leaf| {
                leaf.kind == super::leaves::LeafKind::Managed
                    && fit::stays(sheet, leaf.node, &change.keep)
            });
            Rest {
                again: kept.map(|leaf| Piece::copy(sheet, leaf.node)).collect(),
                pairs: wanted,
                size: 0,
            }
        }
        _ => fitting.fit(&leaves, &wanted, batch)?,
    };
    if own.is_none() && value.is_none() && rest.pairs.is_empty() {
        return Ok(());
    }
    let home = Home {
        sheet,
        lists: &leaves.lists,
        map: properties,
        key: "Policies",
        value: own,
    };
    let mut rest = rest;
    let mut items = std::mem::take(&mut rest.again);
    let pairs = std::mem::take(&mut rest.pairs);
    let (apart, pairs): (Pairs, Pairs) = pairs.into_iter().partition(|(pair, _)| circular(pair));
    let (mut plain, guarded): (Pairs, Pairs) = pairs
        .into_iter()
        .partition(|(pair, _)| condition(pair).is_none());
    // One document without a list around it takes statements, not entries.
    let alone = own.is_some_and(|own| {
        matches!(sheet.shape(own), Some(Shape::Map(_))) && !work.batch(sheet.file).is_gone(own)
    });
    while !alone && let Some((piece, taken)) = choose::within(&plain, bench.draft(), &spelling) {
        plain.retain(|pair, _| !taken.contains_key(pair));
        rest.size += want::merged(&taken).iter().map(want::size).sum::<usize>();
        items.push(piece);
    }
    let parts = limits::parts(&want::merged(&plain), rest.size)?;
    let mut statements = statements_of(&parts.inline, &spelling)?;
    statements.extend(guarded_statements(&guarded, &condition, &spelling)?);
    managed_policies(bench, sheet, &spelling, &id, parts, &mut items, work)?;
    let mut ids = Vec::new();
    let batch = work.batch(sheet.file);
    home.write(statements, items, &document, batch)?;
    drop_named(sheet, &named, batch);
    for (id, _, _) in &named {
        ids.push(id.clone());
    }
    drop_waits(bench, sheet, &attached, batch)?;
    ids.extend(attached.iter().map(|(id, _, _)| id.clone()));
    for id in &ids {
        work.touched
            .insert((role.key.stack, format!("{}{id}", spelling.prefix)));
    }
    let owner = Owner {
        id: &id,
        resource,
        role: &role_id,
    };
    apart_policy(bench, sheet, &spelling, &owner, &apart, &attached, work)
}

/// The condition of a resource that a pair names, unless the function has it too.
pub(crate) fn conditional(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    function: NodeRef,
    role: &Role,
    pair: &want::Pair,
) -> Option<String> {
    let of = |node: NodeRef| {
        let condition = sheet.own_value(node, "Condition")?;
        sheet.document.text(condition)
    };
    fit::named(pair).find_map(|address| {
        let resource = bench.resource(sheet, role.key.stack, address).ok()?;
        let condition = of(resource)?;
        (of(function) != Some(condition)).then(|| condition.to_owned())
    })
}

/// Statements that hold only where what they name exists.
pub(crate) fn guarded_statements(
    pairs: &Pairs,
    condition: &dyn Fn(&want::Pair) -> Option<String>,
    spelling: &Spelling,
) -> Result<Vec<Piece>, String> {
    let mut by_condition: std::collections::BTreeMap<String, Pairs> =
        std::collections::BTreeMap::new();
    for (pair, spelled) in pairs {
        if let Some(condition) = condition(pair) {
            let slot = by_condition.entry(condition).or_default();
            slot.insert(pair.clone(), spelled.clone());
        }
    }
    let mut found = Vec::new();
    for (condition, pairs) in by_condition {
        for piece in statements_of(&want::merged(&pairs), spelling)? {
            found.push(Piece::call(
                "Fn::If",
                Piece::List(vec![
                    Piece::Word(condition.clone()),
                    piece,
                    super::batch::no_value(),
                ]),
            ));
        }
    }
    Ok(found)
}

/// What is too long for a role becomes policies of its own.
pub(crate) fn managed_policies(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    spelling: &Spelling,
    id: &str,
    parts: Parts,
    items: &mut Vec<Piece>,
    work: &mut Work,
) -> Result<(), String> {
    if parts.managed.is_empty() {
        return Ok(());
    }
    let resources = bench
        .resources(sheet)
        .ok_or("the file has no list of resources")?;
    for (at, statements) in parts.managed.iter().enumerate() {
        let name = limits::free_name(sheet, resources, &format!("{id}Permissions{}", at + 1));
        let piece = Piece::map([
            ("Type", Piece::word("AWS::IAM::ManagedPolicy")),
            (
                "Properties",
                Piece::map([(
                    "PolicyDocument",
                    document(statements_of(statements, spelling)?),
                )]),
            ),
        ]);
        work.touched
            .insert((spelling.stack, format!("{}{name}", spelling.prefix)));
        work.batch(sheet.file).add(resources, name.clone(), piece);
        items.push(Piece::call("Ref", Piece::Word(name)));
    }
    work.notes.push(format!(
        "the permissions of {id} are longer than a role may hold: {} policies were added",
        parts.managed.len()
    ));
    Ok(())
}

/// A list of policies, and what may be added to it.
pub(crate) struct Home<'h> {
    pub(crate) sheet: &'h Sheet<'h>,
    /// Lists of statements that are this role's own.
    pub(crate) lists: &'h [NodeRef],
    /// The map that holds the list of policies.
    pub(crate) map: NodeRef,
    /// Under which key.
    pub(crate) key: &'static str,
    /// The list as it is.
    pub(crate) value: Option<NodeRef>,
}

impl Home<'_> {
    /// Puts statements beside others, or into a policy of their own; items into the list of policies.
    pub(crate) fn write(
        &self,
        mut statements: Vec<Piece>,
        mut items: Vec<Piece>,
        policy: &dyn Fn(Vec<Piece>) -> Piece,
        batch: &mut super::batch::Batch,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        if !statements.is_empty() {
            let open = self.lists.iter().find(|list| {
                matches!(sheet.shape(**list), Some(Shape::List(_)))
                    && !self.is_choice(**list)
                    && !batch.is_swapped_around(sheet, **list)
            });
            if let Some(list) = open {
                // The list stays for its new members, and so does what holds it.
                for around in sheet.around(*list).take_while(|at| *at != self.map) {
                    batch.keep(around);
                }
                for piece in statements.drain(..) {
                    batch.append(*list, piece);
                }
            }
        }
        let single = self.lists.iter().find(|list| {
            matches!(sheet.shape(**list), Some(Shape::Map(_)))
                && !self.is_choice(**list)
                && !batch.is_swapped_around(sheet, **list)
                && !batch.has_marks_in(sheet, **list)
        });
        if let Some(single) = single.filter(|_| !statements.is_empty()) {
            // A statement without a list around it: a list takes its place.
            if !batch.is_gone(*single) {
                statements.insert(0, Piece::copy(sheet, *single));
            }
            batch.keep(*single);
            batch.swap(*single, Piece::List(std::mem::take(&mut statements)));
        }
        if !statements.is_empty() {
            items.push(policy(statements));
        }
        if items.is_empty() {
            return Ok(());
        }
        let Some(value) = self.value else {
            batch.add(self.map, self.key, Piece::List(items));
            return Ok(());
        };
        let is_list = matches!(sheet.shape(value), Some(Shape::List(_)));
        match sheet.shape(value) {
            Some(Shape::List(_)) if sheet.document.tag(value).is_none() => {
                batch.keep(value);
                for item in items {
                    batch.append(value, item);
                }
            }
            // A single entry, or something that goes: a list takes its place.
            _ if batch.is_gone(value) || sheet.document.is_null(value) => {
                batch.keep(value);
                batch.swap(value, Piece::List(items));
            }
            _ if is_list
                || sheet.own_value(value, "Fn::If").is_some()
                || is_choice(sheet, value) =>
            {
                return Err(format!("a condition decides its `{}`", self.key));
            }
            _ if batch.has_marks_in(sheet, value) => {
                return Err(format!(
                    "its `{}` is a single entry without a list",
                    self.key
                ));
            }
            _ => {
                let old = batch
                    .take_swap(value)
                    .unwrap_or_else(|| Piece::copy(sheet, value));
                items.insert(0, old);
                batch.swap(value, Piece::List(items));
            }
        }
        Ok(())
    }

    /// Whether a condition decides whether a node is there.
    fn is_choice(&self, node: NodeRef) -> bool {
        let sheet = self.sheet;
        sheet
            .around(node)
            .take_while(|at| *at != self.map)
            .any(|at| {
                is_choice(sheet, at)
                    || sheet
                        .entry_of(at)
                        .is_some_and(|entry| &*entry.key == "Fn::If")
            })
    }
}

fn is_choice(sheet: &Sheet<'_>, node: NodeRef) -> bool {
    sheet
        .node(node)
        .is_some_and(|node| node.tag.as_deref() == Some("!If"))
}
