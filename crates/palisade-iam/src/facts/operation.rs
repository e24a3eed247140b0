//! Operations of services, and what a call of one needs.

use std::cmp::Ordering;

use super::action::{Action, Service, compare_ignoring_case};
use super::given::Arguments;
use super::layout::{
    ALTERNATIVES, CLIENTS, COMPOSED, DEPENDENT, MEMBER_REQUIRED, NONE, OPERATIONS, OPTIONAL, RULES,
    UNSIGNED, WAITERS,
};
use super::table::Facts;
use super::template::ArnTemplate;

/// A service as an SDK knows it.
#[derive(Clone, Copy, Debug)]
pub struct Client<'f> {
    pub(super) facts: &'f Facts<'f>,
    pub(super) row: u32,
}

/// An operation that a call leads to.
#[derive(Clone, Copy)]
pub struct Operation<'f> {
    facts: &'f Facts<'f>,
    row: u32,
    /// The list of what the call itself fills in.
    filled: u32,
}

/// A member of an operation's input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member<'f> {
    /// Its name as the service spells it.
    pub name: &'f str,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// A member that is not an argument of that name: the object or the method tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Filled<'f> {
    /// The path of the member.
    pub target: &'f str,
    /// Where its value comes from.
    pub source: Source<'f>,
}

/// Where the value of a filled member comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source<'f> {
    /// An identifier of the object: `Name` of a `Bucket`.
    Identifier(&'f str),
    /// Always this.
    Constant(&'f str),
    /// A field of what the object has loaded, or of an answer.
    Loaded(&'f str),
    /// The argument at a place.
    Argument(u32),
    /// An argument of another name, or a path into one.
    Named(&'f str),
}

/// One permission that a call needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Needed<'f> {
    /// The action as AWS spells it.
    pub name: String,
    /// The action, if it is documented; one that is not may be newer than the table.
    pub action: Option<Action<'f>>,
    /// What it is needed on. `*` alone where the action knows no resources.
    pub resources: Vec<ArnTemplate<'f>>,
    /// Whether one of the resources is meant, as the values decide, and not all.
    pub alternatives: bool,
    /// Whether the arguments decide that it is needed; otherwise it may be.
    pub certain: bool,
    /// Whether it is needed only in situations that no argument shows, and harmless elsewhere.
    pub optional: bool,
    /// Whether another service asks for it on behalf of the call.
    pub dependent: bool,
}

impl<'f> Client<'f> {
    pub(super) fn by_name(facts: &'f Facts<'f>, name: &str) -> Option<Self> {
        let rows = facts.rows(CLIENTS);
        let of = |row| facts.string(facts.at(CLIENTS, row, 0));
        let row = Facts::partition(0, rows, |row| of(row) < name);
        (row < rows && of(row) == name).then_some(Self { facts, row })
    }

    pub(super) fn at(facts: &'f Facts<'f>, row: u32) -> Option<Self> {
        (row < facts.rows(CLIENTS)).then_some(Self { facts, row })
    }

    /// Its name in botocore: `dynamodb`, `lambda`, `apigatewaymanagementapi`.
    pub fn name(self) -> &'f str {
        self.facts.string(self.facts.at(CLIENTS, self.row, 0))
    }

    /// The prefix of most of its actions; `None` where IAM documents none.
    pub fn prefix(self) -> Option<&'f str> {
        let prefix = self.undocumented_prefix();
        Service::by_prefix(self.facts, prefix).map(Service::prefix)
    }

    /// The prefix that its actions would have.
    fn undocumented_prefix(self) -> &'f str {
        self.facts.string(self.facts.at(CLIENTS, self.row, 3))
    }

    /// Its operations in order of their names.
    pub fn operations(self) -> impl Iterator<Item = Operation<'f>> {
        let (from, to) = self.range(1, OPERATIONS);
        (from..to).map(move |row| Operation {
            facts: self.facts,
            row,
            filled: 0,
        })
    }

    /// The operation of that name, letter case aside; not a method of an SDK.
    pub(super) fn operation(self, name: &str) -> Option<Operation<'f>> {
        let (from, to) = self.range(1, OPERATIONS);
        let of = |row| Operation {
            facts: self.facts,
            row,
            filled: 0,
        };
        let row = Facts::partition(from, to, |row| {
            compare_ignoring_case(of(row).name(), name) == Ordering::Less
        });
        let found = (row < to).then(|| of(row))?;
        let same = found.name().eq_ignore_ascii_case(name) && !found.composed();
        same.then_some(found)
    }

    /// The waiters: name and the operation that is asked until it says so.
    pub(super) fn waiters(self) -> impl Iterator<Item = (&'f str, Operation<'f>)> {
        let (from, to) = self.range(2, WAITERS);
        let facts = self.facts;
        (from..to).filter_map(move |row| {
            let operation = Operation::at(facts, facts.at(WAITERS, row, 1), 0)?;
            Some((facts.string(facts.at(WAITERS, row, 0)), operation))
        })
    }

    fn range(self, column: usize, section: usize) -> (u32, u32) {
        let rows = self.facts.rows(section);
        let from = self.facts.at(CLIENTS, self.row, column).min(rows);
        let next = self.row.saturating_add(1);
        let to = match next < self.facts.rows(CLIENTS) {
            true => self.facts.at(CLIENTS, next, column).min(rows),
            false => rows,
        };
        (from, to.max(from))
    }
}

impl<'f> Operation<'f> {
    pub(super) fn at(facts: &'f Facts<'f>, row: u32, filled: u32) -> Option<Self> {
        (row < facts.rows(OPERATIONS)).then_some(Self { facts, row, filled })
    }

    /// The service it is sent to, as botocore calls it.
    pub fn client(self) -> &'f str {
        self.client_row().name()
    }

    fn client_row(self) -> Client<'f> {
        let row = self.facts.at(OPERATIONS, self.row, 1) & 0xffff;
        Client {
            facts: self.facts,
            row,
        }
    }

    /// Its name: `GetItem`; that of the method where an SDK composes it: `upload_file`.
    pub fn name(self) -> &'f str {
        self.facts.string(self.facts.at(OPERATIONS, self.row, 0))
    }

    /// The members of its input, in order; for a method of an SDK the order of its parameters.
    pub fn members(self) -> Vec<Member<'f>> {
        let words = self
            .facts
            .list(self.facts.at(OPERATIONS, self.row, 2))
            .iter();
        words
            .map(|word| Member {
                name: self.facts.string(word & !MEMBER_REQUIRED),
                required: word & MEMBER_REQUIRED != 0,
            })
            .collect()
    }

    /// Whether it is sent without a signature: no permission is asked for.
    pub fn unsigned(self) -> bool {
        self.facts.at(OPERATIONS, self.row, 1) & UNSIGNED != 0
    }

    /// Whether it is a method that an SDK makes of operations, with parameters of its own.
    pub fn composed(self) -> bool {
        self.facts.at(OPERATIONS, self.row, 1) & COMPOSED != 0
    }

    /// The members that the object or the method tells.
    pub fn filled(self) -> Vec<Filled<'f>> {
        filled(self.facts, self.filled)
    }

    /// What a call with these arguments needs. Empty for what needs no permission.
    pub fn actions(self, given: &Arguments) -> Vec<Needed<'f>> {
        let mut given = given.clone();
        for filled in self.filled() {
            given = match filled.source {
                Source::Constant(value) => given.constant(filled.target, value),
                _ => given.with(filled.target),
            };
        }
        let rows = self.facts.rows(RULES);
        let from = self.facts.at(OPERATIONS, self.row, 3).min(rows);
        let next = self.row.saturating_add(1);
        let to = match next < self.facts.rows(OPERATIONS) {
            true => self.facts.at(OPERATIONS, next, 3).min(rows),
            false => rows,
        };
        (from..to.max(from))
            .filter_map(|row| self.needed(row, &given))
            .collect()
    }

    fn needed(self, row: u32, given: &Arguments) -> Option<Needed<'f>> {
        let column = |column| self.facts.at(RULES, row, column);
        let decided = given.satisfies(self.facts.string(column(2)));
        if decided == Some(false) {
            return None;
        }
        let flags = column(0);
        let action = Action::by_id(self.facts, flags & NONE);
        let name = match action {
            Some(action) => action.name(),
            None => format!(
                "{}:{}",
                self.client_row().undocumented_prefix(),
                self.name()
            ),
        };
        let templates = self.facts.list(column(1)).iter();
        Some(Needed {
            name,
            action,
            resources: templates
                .map(|row| ArnTemplate::at(self.facts, row))
                .collect(),
            alternatives: flags & ALTERNATIVES != 0,
            certain: decided == Some(true),
            optional: flags & OPTIONAL != 0,
            dependent: flags & DEPENDENT != 0,
        })
    }
}

impl std::fmt::Debug for Operation<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.client(), self.name())
    }
}

impl PartialEq for Operation<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.client(), self.name()) == (other.client(), other.name())
            && self.filled() == other.filled()
    }
}

impl Eq for Operation<'_> {}

/// Triples of target, kind of source, source.
pub(super) fn filled<'f>(facts: &Facts<'f>, list: u32) -> Vec<Filled<'f>> {
    let mut words = facts.list(list).iter();
    let mut found = Vec::new();
    while let (Some(target), Some(kind), Some(source)) = (words.next(), words.next(), words.next())
    {
        let text = facts.string(source);
        found.push(Filled {
            target: facts.string(target),
            source: match kind {
                0 => Source::Identifier(text),
                1 => Source::Constant(text),
                2 => Source::Loaded(text),
                3 => Source::Argument(source),
                _ => Source::Named(text),
            },
        });
    }
    found
}
