//! What stands there is fitted to what is wanted: kept, narrowed where it stands, or taken away.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::change::{Allowed, Test, test_of};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::setting::How;
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use crate::document::{NodeRef, Shape};

use super::batch::Batch;
use super::intrinsic::Spelling;
use super::leaves::{Leaf, LeafKind, Leaves};
use super::piece::Piece;
use super::sheet::Sheet;
use super::want::{self, Pair, Pairs};

/// What is still to be written after everything that stands there was fitted.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    /// Permissions that stand nowhere yet.
    pub(crate) pairs: Pairs,
    /// What stays but lost its place.
    pub(crate) again: Vec<Piece>,
    /// Characters of the statements that stay.
    pub(crate) size: usize,
}

/// One role's permissions in one file.
pub(crate) struct Fitting<'a> {
    pub(crate) sheet: &'a Sheet<'a>,
    pub(crate) grants: &'a [Grant],
    pub(crate) spelling: &'a Spelling,
    pub(crate) keep: &'a [String],
    /// Entries of SAM for pairs, where one fits exactly.
    pub(crate) template: &'a dyn Fn(&Pairs) -> Option<Piece>,
    /// The condition under which a resource of the template exists, where the role exists without it.
    pub(crate) condition: &'a dyn Fn(&Pair) -> Option<String>,
    /// Whether the role, or what it stands in, must not name what a pair names.
    pub(crate) circular: &'a dyn Fn(&Pair) -> bool,
}

/// Leaves that go or stay together.
struct Unit<'a> {
    place: NodeRef,
    leaves: Vec<(&'a Leaf, Vec<&'a Statement>)>,
}

/// What becomes of a unit.
enum Fate {
    Stays,
    Goes,
}

impl Fitting<'_> {
    /// Marks what stands there; answers what is left to be written.
    pub(crate) fn fit(
        &self,
        leaves: &Leaves,
        wanted: &Pairs,
        batch: &mut Batch,
    ) -> Result<Rest, String> {
        self.check_all_found(leaves)?;
        let mut rest = Rest {
            pairs: wanted.clone(),
            ..Rest::default()
        };
        let mut open: Vec<(&Leaf, Vec<&Statement>)> = Vec::new();
        for unit in self.units(leaves) {
            match self.fate(&unit, wanted)? {
                Fate::Stays => {
                    for (_, statements) in &unit.leaves {
                        for pairs in statements.iter().filter_map(|s| want::granted(s)) {
                            rest.size += size_of(&pairs);
                            rest.pairs.retain(|pair, _| !pairs.contains_key(pair));
                        }
                    }
                }
                Fate::Goes => {
                    for (leaf, statements) in unit.leaves {
                        if leaf.is_own() && leaf.kind != LeafKind::Managed {
                            open.push((leaf, statements));
                        } else if self.stays_by_name(leaf) {
                            rest.again.push(Piece::copy(self.sheet, leaf.node));
                        }
                    }
                    batch.remove(unit.place);
                }
            }
        }
        let mut assigned = self.assign(&open, &mut rest.pairs);
        self.give_single(leaves, &open, &mut assigned, &mut rest.pairs);
        for ((leaf, statements), pairs) in open.into_iter().zip(assigned) {
            if !pairs.is_empty() {
                self.narrow(leaf, &statements, pairs, batch, &mut rest)?;
            }
        }
        Ok(rest)
    }

    /// Every permission that somebody wrote must stand at a leaf, or it would be overlooked.
    fn check_all_found(&self, leaves: &Leaves) -> Result<(), String> {
        let mut spans: BTreeSet<Span> = BTreeSet::new();
        for leaf in &leaves.leaves {
            spans.insert(self.sheet.document.span(leaf.shown));
        }
        for grant in self.grants {
            let (origin, what) = match grant {
                Grant::Statement(statement) => (&statement.origin, "a statement"),
                Grant::Managed(name) => (&name.origin, "a managed policy"),
                Grant::Unreadable(_) => {
                    return Err("a policy of its role could not be read".to_owned());
                }
            };
            let made =
                matches!(origin.how, How::Generated(maker) if maker != "sam.policy-template");
            if !made && !spans.contains(&origin.span) {
                return Err(format!(
                    "{what} of its role does not stand where its role is declared"
                ));
            }
        }
        Ok(())
    }

    fn units<'l>(&'l self, leaves: &'l Leaves) -> Vec<Unit<'l>> {
        let mut by_span: BTreeMap<Span, Vec<&Statement>> = BTreeMap::new();
        for grant in self.grants {
            if let Grant::Statement(statement) = grant {
                let made = matches!(statement.origin.how, How::Generated(maker) if maker != "sam.policy-template");
                if !made {
                    by_span
                        .entry(statement.origin.span)
                        .or_default()
                        .push(statement);
                }
            }
        }
        let mut units: Vec<Unit<'_>> = Vec::new();
        let mut index: BTreeMap<NodeRef, usize> = BTreeMap::new();
        for leaf in &leaves.leaves {
            let span = self.sheet.document.span(leaf.shown);
            let statements = by_span.get(&span).cloned().unwrap_or_default();
            let at = *index.entry(leaf.place).or_insert_with(|| {
                units.push(Unit {
                    place: leaf.place,
                    leaves: Vec::new(),
                });
                units.len() - 1
            });
            if let Some(unit) = units.get_mut(at) {
                unit.leaves.push((leaf, statements));
            }
        }
        units
    }

    fn fate(&self, unit: &Unit<'_>, wanted: &Pairs) -> Result<Fate, String> {
        let denies =
            |statements: &[&Statement]| statements.iter().any(|s| s.effect == Effect::Deny);
        let mut all = true;
        for (leaf, statements) in &unit.leaves {
            all &= match leaf.kind {
                LeafKind::Managed => self.stays_by_name(leaf),
                _ if denies(statements) => true,
                _ => {
                    let within = |statement: &&Statement| {
                        want::granted(statement)
                            .is_some_and(|pairs| pairs.keys().all(|pair| wanted.contains_key(pair)))
                    };
                    !statements.is_empty() && statements.iter().all(within)
                }
            };
        }
        if all {
            return Ok(Fate::Stays);
        }
        if unit.leaves.iter().any(|(_, statements)| denies(statements)) {
            return Err(
                "a `Deny` stands behind one name with permissions that shall go".to_owned(),
            );
        }
        Ok(Fate::Goes)
    }

    /// Whether a managed policy is one that shall stay.
    fn stays_by_name(&self, leaf: &Leaf) -> bool {
        leaf.kind == LeafKind::Managed && stays(self.sheet, leaf.node, self.keep)
    }

    /// Gives each pair to the leaf that grants it now, or something near it.
    fn assign(&self, open: &[(&Leaf, Vec<&Statement>)], left: &mut Pairs) -> Vec<Pairs> {
        let mut assigned: Vec<Pairs> = open.iter().map(|_| Pairs::new()).collect();
        let mut rest = Pairs::new();
        for (pair, spelled) in std::mem::take(left) {
            let least = if (self.condition)(&pair).is_some() || (self.circular)(&pair) {
                4
            } else {
                2
            };
            let mut best: Option<(u8, usize)> = None;
            for (at, (leaf, statements)) in open.iter().enumerate() {
                let fits = statements
                    .iter()
                    .map(|s| want::fit(s, &pair))
                    .max()
                    .unwrap_or(0);
                let changes = leaf.kind == LeafKind::Statement || leaf.kind == LeafKind::Template;
                if changes && fits >= least && best.is_none_or(|(score, _)| fits > score) {
                    best = Some((fits, at));
                }
            }
            match best.and_then(|(_, at)| assigned.get_mut(at)) {
                Some(slot) => slot.insert(pair, spelled),
                None => rest.insert(pair, spelled),
            };
        }
        *left = rest;
        assigned
    }

    /// A statement that stands alone, without a list, takes what has no list to go to.
    fn give_single(
        &self,
        leaves: &Leaves,
        open: &[(&Leaf, Vec<&Statement>)],
        assigned: &mut [Pairs],
        left: &mut Pairs,
    ) {
        let is_list = |list: &NodeRef| matches!(self.sheet.shape(*list), Some(Shape::List(_)));
        if leaves.lists.iter().any(is_list) {
            return;
        }
        let lists = &leaves.lists;
        let single = open.iter().position(|(leaf, _)| lists.contains(&leaf.node));
        if let Some(slot) = single.and_then(|at| assigned.get_mut(at)) {
            let free = |pair: &Pair| (self.condition)(pair).is_none() && !(self.circular)(pair);
            let taken: Vec<Pair> = left.keys().filter(|pair| free(pair)).cloned().collect();
            for pair in taken {
                if let Some(spelled) = left.remove(&pair) {
                    slot.insert(pair, spelled);
                }
            }
        }
    }

    /// Changes one leaf to grant what it was given; what needs a statement of its own goes to the rest.
    fn narrow(
        &self,
        leaf: &Leaf,
        statements: &[&Statement],
        pairs: Pairs,
        batch: &mut Batch,
        rest: &mut Rest,
    ) -> Result<(), String> {
        batch.keep(leaf.node);
        rest.size += size_of(&pairs);
        if leaf.kind == LeafKind::Template {
            let piece = match (self.template)(&pairs) {
                Some(piece) => piece,
                None => document(statements_of(&want::merged(&pairs), self.spelling)?),
            };
            batch.swap(leaf.node, piece);
            return Ok(());
        }
        let groups = want::merged(&pairs);
        let entry = self.sheet.entry_of(leaf.node);
        if groups.len() > 1 && entry.is_some_and(|entry| &*entry.key == "Statement") {
            let all = statements_of(&groups, self.spelling)?;
            batch.swap(leaf.node, Piece::List(all));
            return Ok(());
        }
        let near = |allowed: &&Allowed| {
            let equal = |s: &&&Statement| {
                let on: BTreeSet<&Text> = s.resources.iter().collect();
                on == allowed.resources.iter().collect()
            };
            (
                statements.iter().filter(equal).count(),
                allowed.actions.len() * allowed.resources.len(),
            )
        };
        let Some(first) = groups.iter().max_by_key(near) else {
            return Ok(());
        };
        match statements {
            [one] if !one.not_actions && !one.not_resources => {
                self.narrow_statement(leaf.node, one, first, batch)?;
            }
            _ => batch.swap(leaf.node, statement_of(first, self.spelling)?),
        }
        let others: Vec<Allowed> = groups
            .iter()
            .filter(|group| *group != first)
            .cloned()
            .collect();
        for (pair, spelled) in want::wanted(&others) {
            rest.pairs.insert(pair, spelled);
        }
        Ok(())
    }

    fn narrow_statement(
        &self,
        node: NodeRef,
        statement: &Statement,
        allowed: &Allowed,
        batch: &mut Batch,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        let merges = sheet.own(node).iter().any(|entry| entry.merge);
        let value = |key: &str| sheet.own_value(node, key);
        let (Some(actions), Some(resources), false) = (value("Action"), value("Resource"), merges)
        else {
            batch.swap(node, statement_of(allowed, self.spelling)?);
            return Ok(());
        };
        let texts: Vec<Text> = allowed.actions.iter().map(Text::of).collect();
        let has = |item: NodeRef| -> Vec<Text> {
            let text = sheet
                .document
                .text(item)
                .filter(|_| sheet.document.tag(item).is_none());
            let same = |action: &&Text| {
                text.is_some_and(|text| {
                    action
                        .literal()
                        .is_some_and(|a| a.eq_ignore_ascii_case(text))
                })
            };
            let found: Vec<Text> = texts.iter().filter(same).cloned().collect();
            // Something that is not wanted: answered as what it is not, so that it goes.
            if found.is_empty() {
                vec![Text::of(text.unwrap_or(""))]
            } else {
                found
            }
        };
        let word = |text: &Text| Ok(Piece::Word(text.words()));
        self.members(actions, &texts, &has, &word, batch)?;
        let places: Vec<(&Text, &Span)> = statement
            .resources
            .iter()
            .zip(&statement.places.resources)
            .collect();
        let has = |item: NodeRef| -> Vec<Text> {
            let outer = sheet.document.span(item);
            let inside = |place: &Span| {
                place.file == outer.file && place.start >= outer.start && place.end <= outer.end
            };
            let inside = places.iter().filter(|(_, place)| inside(place));
            inside.map(|(text, _)| (*text).clone()).collect()
        };
        let spell = |text: &Text| self.spelling.text(text);
        self.members(resources, &allowed.resources, &has, &spell, batch)?;
        let tests: BTreeSet<Test> = statement.conditions.iter().map(test_of).collect();
        if tests != allowed.conditions.iter().cloned().collect() {
            match (
                value("Condition"),
                tests_of(&allowed.conditions, self.spelling)?,
            ) {
                (Some(old), None) => batch.remove(old),
                (Some(old), Some(piece)) => batch.swap(old, piece),
                (None, Some(piece)) => batch.add(node, "Condition", piece),
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Makes the members of `Action` or `Resource` those that are wanted.
    fn members(
        &self,
        value: NodeRef,
        wanted: &[Text],
        has: &dyn Fn(NodeRef) -> Vec<Text>,
        spell: &dyn Fn(&Text) -> Result<Piece, String>,
        batch: &mut Batch,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        let wants: BTreeSet<&Text> = wanted.iter().collect();
        let pieces = |texts: &mut dyn Iterator<Item = &Text>| -> Result<Vec<Piece>, String> {
            texts.map(spell).collect()
        };
        let fits = |item: NodeRef| {
            let texts = has(item);
            !texts.is_empty() && texts.iter().all(|text| wants.contains(text))
        };
        let is_list = matches!(sheet.shape(value), Some(Shape::List(_)))
            && sheet.document.tag(value).is_none();
        let kept: Vec<NodeRef> = if is_list {
            sheet
                .items(value)
                .iter()
                .copied()
                .filter(|item| fits(*item))
                .collect()
        } else {
            Vec::new()
        };
        let found: BTreeSet<Text> = kept.iter().flat_map(|item| has(*item)).collect();
        if !is_list || sheet.items(value).is_empty() {
            let all: BTreeSet<Text> = has(value).into_iter().collect();
            if all.iter().collect::<BTreeSet<_>>() == wants {
                return Ok(());
            }
            let mut all = pieces(&mut wanted.iter())?;
            let piece = match all.len() {
                1 => all.pop().unwrap_or(Piece::List(Vec::new())),
                _ => Piece::List(all),
            };
            batch.swap(value, piece);
            return Ok(());
        }
        for item in sheet.items(value) {
            if !kept.contains(item) {
                batch.remove(*item);
            }
        }
        let mut missing = wanted.iter().filter(|text| !found.contains(text));
        for piece in pieces(&mut missing)? {
            batch.append(value, piece);
        }
        Ok(())
    }
}

fn size_of(pairs: &Pairs) -> usize {
    want::merged(pairs).iter().map(want::size).sum()
}

/// Whether a node names a managed policy that shall stay.
pub(crate) fn stays(sheet: &Sheet<'_>, node: NodeRef, keep: &[String]) -> bool {
    let text = sheet.slice(node).trim_matches(['"', '\'']);
    let last = text.rsplit('/').next().unwrap_or(text);
    let last = last.trim_end_matches(['"', '\'', '}', ' ']);
    let name = |keep: &String| keep.rsplit('/').next().unwrap_or(keep) == last;
    keep.iter().any(|keep| keep == text || name(keep))
}

/// One statement as it is written.
pub(crate) fn statement_of(allowed: &Allowed, spelling: &Spelling) -> Result<Piece, String> {
    let actions = allowed.actions.iter().map(|action| Piece::word(action));
    let mut resources: Vec<Piece> = Vec::new();
    for text in &allowed.resources {
        resources.push(spelling.text(text)?);
    }
    let resources = match resources.len() {
        1 => resources.pop().unwrap_or(Piece::List(Vec::new())),
        _ => Piece::List(resources),
    };
    let mut entries = vec![
        ("Effect".to_owned(), Piece::word("Allow")),
        ("Action".to_owned(), Piece::List(actions.collect())),
        ("Resource".to_owned(), resources),
    ];
    if let Some(tests) = tests_of(&allowed.conditions, spelling)? {
        entries.push(("Condition".to_owned(), tests));
    }
    Ok(Piece::Map(entries))
}

/// Several statements.
pub(crate) fn statements_of(all: &[Allowed], spelling: &Spelling) -> Result<Vec<Piece>, String> {
    all.iter().map(|one| statement_of(one, spelling)).collect()
}

/// A policy document.
pub(crate) fn document(statements: Vec<Piece>) -> Piece {
    Piece::map([
        ("Version", Piece::word("2012-10-17")),
        ("Statement", Piece::List(statements)),
    ])
}

fn tests_of(tests: &[Test], spelling: &Spelling) -> Result<Option<Piece>, String> {
    let mut operators: BTreeMap<&str, Vec<(String, Piece)>> = BTreeMap::new();
    for (operator, key, values) in tests {
        let mut all: Vec<Piece> = Vec::new();
        for value in values {
            all.push(spelling.text(value)?);
        }
        let value = match all.len() {
            1 => all.pop().unwrap_or(Piece::List(Vec::new())),
            _ => Piece::List(all),
        };
        operators
            .entry(operator)
            .or_default()
            .push((key.clone(), value));
    }
    let map = operators
        .into_iter()
        .map(|(operator, tests)| (operator.to_owned(), Piece::Map(tests)));
    let map: Vec<(String, Piece)> = map.collect();
    Ok((!map.is_empty()).then_some(Piece::Map(map)))
}

/// The resources of a template that a pair names.
pub(crate) fn named(pair: &Pair) -> impl Iterator<Item = &str> {
    pair.resource.parts().iter().filter_map(|part| match part {
        Part::Hole(Symbol::Attr(_, address, _)) => Some(address.as_str()),
        _ => None,
    })
}
