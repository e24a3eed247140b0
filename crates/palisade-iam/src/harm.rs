//! What an action does to others: from telling names to handing out rights.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use toml_edit::{DocumentMut, Item};

use crate::facts::{self, ActionSet, Level};

/// How much an action can do, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Harm {
    /// Tells what exists.
    Lists,
    /// Reads what is inside.
    Reads,
    /// Changes, creates or deletes.
    Writes,
    /// Reads secrets or hands out credentials.
    Secrets,
    /// Runs code of one's own with other rights.
    Code,
    /// Changes who may do what.
    Permissions,
}

impl Harm {
    /// How heavy it weighs.
    pub fn weight(self) -> u32 {
        match self {
            Self::Lists => 1,
            Self::Reads => 2,
            Self::Writes => 3,
            Self::Secrets | Self::Code => 4,
            Self::Permissions => 5,
        }
    }

    /// In a sentence: `read secrets`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Lists => "list",
            Self::Reads => "read",
            Self::Writes => "change",
            Self::Secrets => "read secrets",
            Self::Code => "run code",
            Self::Permissions => "change permissions",
        }
    }
}

static LISTS: LazyLock<(BTreeSet<String>, BTreeSet<String>)> = LazyLock::new(|| {
    let text = include_str!("../data/harm.toml");
    let document: DocumentMut = text.parse().unwrap_or_default();
    let list = |key: &str| -> BTreeSet<String> {
        let values = document.get(key).and_then(Item::as_array);
        let values = values.into_iter().flatten().filter_map(|v| v.as_str());
        values.map(str::to_ascii_lowercase).collect()
    };
    (list("secrets"), list("code"))
});

/// What an action does; one that is not known is taken to change something.
pub fn harm(action: &str) -> Harm {
    let lower = action.to_ascii_lowercase();
    let (secrets, code) = &*LISTS;
    if secrets.contains(&lower) {
        return Harm::Secrets;
    }
    if code.contains(&lower) {
        return Harm::Code;
    }
    facts::action(&lower).map_or(Harm::Writes, |action| of_level(action.level()))
}

fn of_level(level: Level) -> Harm {
    match level {
        Level::List => Harm::Lists,
        Level::Read => Harm::Reads,
        Level::Permissions => Harm::Permissions,
        Level::Write | Level::Tagging => Harm::Writes,
    }
}

/// The actions of the table by what they do.
static SETS: LazyLock<BTreeMap<Harm, ActionSet>> = LazyLock::new(|| {
    let table = facts::embedded();
    let none = table.expand("");
    let mut sets: BTreeMap<Harm, ActionSet> = BTreeMap::new();
    // Tens of thousands are told by their level alone; few have a name of their own in the lists.
    for action in (0..).map_while(|id| table.action_by_id(id)) {
        let set = sets.entry(of_level(action.level()));
        set.or_insert_with(|| none.clone()).insert(action.id());
    }
    let (secrets, code) = &*LISTS;
    for (harm, names) in [(Harm::Code, code), (Harm::Secrets, secrets)] {
        let mut named = none.clone();
        let ids = names.iter().filter_map(|name| facts::action(name));
        ids.for_each(|action| named.insert(action.id()));
        for set in sets.values_mut() {
            *set = set.minus(&named);
        }
        sets.insert(harm, named);
    }
    sets
});

/// What the actions of a set do.
pub fn harms(actions: &ActionSet) -> BTreeSet<Harm> {
    let each = SETS.iter().filter(|(_, set)| set.intersects(actions));
    each.map(|(harm, _)| *harm).collect()
}

/// The most that a set of actions can do.
pub fn worst(actions: &ActionSet) -> Option<Harm> {
    let mut each = SETS.iter().rev();
    let worst = each.find(|(_, set)| set.intersects(actions));
    worst.map(|(harm, _)| *harm)
}
