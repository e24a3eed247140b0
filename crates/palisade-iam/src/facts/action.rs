//! Services and their actions, with what each may be granted on.

use std::cmp::Ordering;

use super::layout::{ACTIONS, REQUIRED, SERVICES, TYPES};
use super::set::ActionSet;
use super::table::Facts;

/// What an action does, as AWS classifies it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Tells what exists.
    List,
    /// Tells what is inside.
    Read,
    /// Changes, creates or deletes.
    Write,
    /// Changes tags.
    Tagging,
    /// Changes who may do what.
    Permissions,
}

/// A service by the prefix of its actions.
#[derive(Clone, Copy)]
pub struct Service<'f> {
    facts: &'f Facts<'f>,
    row: u32,
}

/// An action that AWS documents.
#[derive(Clone, Copy)]
pub struct Action<'f> {
    facts: &'f Facts<'f>,
    id: u32,
}

/// A kind of resource that a service knows.
#[derive(Clone, Copy)]
pub struct ResourceType<'f> {
    facts: &'f Facts<'f>,
    row: u32,
}

/// A kind of resource that an action may be granted on.
#[derive(Clone, Copy, Debug)]
pub struct ActionResource<'f> {
    /// The kind.
    pub resource: ResourceType<'f>,
    /// Whether each request names one of it.
    pub required: bool,
}

impl<'f> Service<'f> {
    pub(super) fn by_prefix(facts: &'f Facts<'f>, prefix: &str) -> Option<Self> {
        let rows = facts.rows(SERVICES);
        let name = |row| facts.string(facts.at(SERVICES, row, 0));
        let row = Facts::partition(0, rows, |row| {
            compare_ignoring_case(name(row), prefix) == Ordering::Less
        });
        (row < rows && name(row).eq_ignore_ascii_case(prefix)).then_some(Self { facts, row })
    }

    pub(super) fn at(facts: &'f Facts<'f>, row: u32) -> Option<Self> {
        (row < facts.rows(SERVICES)).then_some(Self { facts, row })
    }

    /// Its prefix, such as `dynamodb`.
    pub fn prefix(self) -> &'f str {
        self.facts.string(self.facts.at(SERVICES, self.row, 0))
    }

    /// Its name, such as `Amazon DynamoDB`.
    pub fn title(self) -> &'f str {
        self.facts.string(self.facts.at(SERVICES, self.row, 1))
    }

    /// Its actions in order of their names, letter case aside.
    pub fn actions(self) -> impl Iterator<Item = Action<'f>> {
        let (from, to) = self.range(2, ACTIONS);
        (from..to).map(move |id| Action {
            facts: self.facts,
            id,
        })
    }

    /// Its kinds of resources.
    pub fn resource_types(self) -> impl Iterator<Item = ResourceType<'f>> {
        let (from, to) = self.range(3, TYPES);
        (from..to).map(move |row| ResourceType {
            facts: self.facts,
            row,
        })
    }

    /// One of its actions, letter case aside.
    pub fn action(self, name: &str) -> Option<Action<'f>> {
        let (from, to) = self.range(2, ACTIONS);
        let of = |id| Action {
            facts: self.facts,
            id,
        };
        let id = Facts::partition(from, to, |id| {
            compare_ignoring_case(of(id).short_name(), name) == Ordering::Less
        });
        (id < to && of(id).short_name().eq_ignore_ascii_case(name)).then_some(of(id))
    }

    fn range(self, column: usize, section: usize) -> (u32, u32) {
        let rows = self.facts.rows(section);
        let from = self.facts.at(SERVICES, self.row, column).min(rows);
        let last = self.row.saturating_add(1) >= self.facts.rows(SERVICES);
        let to = match last {
            true => rows,
            false => self
                .facts
                .at(SERVICES, self.row.saturating_add(1), column)
                .min(rows),
        };
        (from, to.max(from))
    }

    pub(super) fn ids(self) -> (u32, u32) {
        self.range(2, ACTIONS)
    }
}

impl<'f> Action<'f> {
    pub(super) fn by_name(facts: &'f Facts<'f>, name: &str) -> Option<Self> {
        let (prefix, name) = name.split_once(':')?;
        Service::by_prefix(facts, prefix)?.action(name)
    }

    pub(super) fn by_id(facts: &'f Facts<'f>, id: u32) -> Option<Self> {
        (id < facts.rows(ACTIONS)).then_some(Self { facts, id })
    }

    /// Its place in the table, for [`ActionSet`].
    pub fn id(self) -> u32 {
        self.id
    }

    /// As AWS spells it: `dynamodb:GetItem`.
    pub fn name(self) -> String {
        let prefix = self.service().map_or("", Service::prefix);
        format!("{prefix}:{}", self.short_name())
    }

    /// One of its three lists.
    fn list(self, place: usize) -> impl Iterator<Item = u32> {
        let lists = self.facts.list(self.facts.at(ACTIONS, self.id, 2));
        let offset = lists.iter().nth(place).unwrap_or(0);
        self.facts.list(offset).iter()
    }

    /// Its name without the prefix.
    pub fn short_name(self) -> &'f str {
        self.facts.string(self.facts.at(ACTIONS, self.id, 0))
    }

    /// Whose action it is.
    pub fn service(self) -> Option<Service<'f>> {
        Service::at(self.facts, self.facts.at(ACTIONS, self.id, 1) & 0xffff)
    }

    /// What it does.
    pub fn level(self) -> Level {
        match self.facts.at(ACTIONS, self.id, 1) >> 16 {
            0 => Level::List,
            1 => Level::Read,
            3 => Level::Tagging,
            4 => Level::Permissions,
            _ => Level::Write,
        }
    }

    /// The kinds of resources it may be granted on; none means that it is granted on `*` alone.
    pub fn resource_types(self) -> Vec<ActionResource<'f>> {
        let words = self.list(0);
        words
            .filter_map(|word| {
                let resource = ResourceType::at(self.facts, word >> 1)?;
                Some(ActionResource {
                    resource,
                    required: word & REQUIRED != 0,
                })
            })
            .collect()
    }

    /// The condition keys that are present when it is asked for, beside the global ones.
    pub fn condition_keys(self) -> Vec<&'f str> {
        let words = self.list(1);
        words.map(|word| self.facts.string(word)).collect()
    }

    /// The actions that a call may need beside it, depending on its arguments.
    pub fn dependents(self) -> Vec<Action<'f>> {
        let words = self.list(2);
        words
            .filter_map(|word| Self::by_id(self.facts, word))
            .collect()
    }
}

impl<'f> ResourceType<'f> {
    fn at(facts: &'f Facts<'f>, row: u32) -> Option<Self> {
        (row < facts.rows(TYPES)).then_some(Self { facts, row })
    }

    /// Its name, such as `table`.
    pub fn name(self) -> &'f str {
        self.facts.string(self.facts.at(TYPES, self.row, 0))
    }

    /// Its ARN with placeholders, such as `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`; a few
    /// types have several, separated by `, `.
    pub fn arn(self) -> &'f str {
        self.facts.string(self.facts.at(TYPES, self.row, 1))
    }

    /// Each of its ARNs.
    pub fn arns(self) -> impl Iterator<Item = &'f str> {
        self.arn().split(", ")
    }

    /// The condition keys that it brings.
    pub fn condition_keys(self) -> Vec<&'f str> {
        let words = self.facts.list(self.facts.at(TYPES, self.row, 2)).iter();
        words.map(|word| self.facts.string(word)).collect()
    }
}

/// Every action that an action pattern of a policy names: `s3:Get*`, `*`, `S3:getobject`.
pub(super) fn expand<'f>(facts: &'f Facts<'f>, pattern: &str) -> ActionSet {
    let total = facts.rows(ACTIONS);
    let mut set = ActionSet::empty(total);
    if pattern == "*" {
        return set.complement();
    }
    let Some((prefix, name)) = pattern.split_once(':') else {
        return set;
    };
    let services = 0..facts.rows(SERVICES);
    let wild = prefix.contains(['*', '?']);
    let services = match Service::by_prefix(facts, prefix) {
        Some(service) if !wild => service.row..service.row + 1,
        None if !wild => 0..0,
        _ => services,
    };
    for row in services {
        let service = Service { facts, row };
        if !glob(prefix, service.prefix()) {
            continue;
        }
        let (from, to) = service.ids();
        for id in from..to {
            if name == "*" || glob(name, (Action { facts, id }).short_name()) {
                set.insert(id);
            }
        }
    }
    set
}

/// Whether a pattern with `*` and `?` takes the whole text, letter case aside; linear but for backing up to the last `*`.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut to) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(to) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, to));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) => {
                at += 1;
                to += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    at = back + 1;
                    to = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(|byte| *byte == b'*')
}

pub(super) fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    let left = left.bytes().map(|byte| byte.to_ascii_lowercase());
    left.cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()))
}

macro_rules! told_by_name {
    ($($kind:ident by $name:ident),*) => {$(
        impl std::fmt::Debug for $kind<'_> {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.debug_tuple(stringify!($kind)).field(&self.$name()).finish()
            }
        }

        impl PartialEq for $kind<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.$name() == other.$name()
            }
        }

        impl Eq for $kind<'_> {}
    )*};
}

told_by_name!(Service by prefix, Action by name, ResourceType by arn);
