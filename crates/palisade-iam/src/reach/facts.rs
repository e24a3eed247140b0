//! The facts of reach: kinds of events, stores, condition keys, hooks; read from `reach.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use palisade_model::app::Kind;
use palisade_model::reach::Level;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

/// How the level of a kind of event is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// By the doors of the route.
    Door,
    /// By the policy of a function URL.
    Url,
    /// By the writers of its source.
    Store,
    /// By the function's policy alone.
    Direct,
    /// By who may start the execution.
    Workflow,
    /// Always the same.
    Fixed(Level),
    /// By the policies of devices.
    Device,
    /// By what a stranger may do with the user pool.
    Hook,
    /// By the load balancer's scheme and doors.
    Balancer,
    /// Not known.
    Unknown,
}

/// A kind of event.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct EventFact {
    /// How its level is found.
    pub by: By,
    /// Whether doors exist on `$connect` alone.
    pub connect: bool,
    /// The principal that is allowed to invoke; none for polled sources.
    pub service: Option<String>,
    /// What somebody does: `send a mail to`.
    pub verb: String,
}

/// A kind of store.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct StoreFact {
    /// The actions that put data in.
    pub puts: Vec<String>,
    /// Whether a policy for `*` serves requests without a signature.
    pub anonymous: bool,
    /// What somebody does: `put an object into`.
    pub verb: String,
    /// Prefix of an event's name, and the action it follows from.
    pub events: Vec<(String, String)>,
}

/// What a test on a condition key limits a request to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KeyFact {
    /// The application's network.
    Inside,
    /// Named accounts, principals or resources.
    Fixed,
    /// An organization.
    Organization,
    /// Networks.
    Address,
    /// Nothing: the sender chooses the value.
    Free,
    /// Not known.
    Unknown,
}

/// Who runs a hook of a user pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HookFact {
    /// Whoever may sign up.
    SignUp,
    /// Anyone who tries to sign in.
    Anyone,
    /// Who signed in.
    SignedIn,
}

/// All facts.
#[derive(Debug, Default)]
pub(crate) struct ReachFacts {
    events: BTreeMap<String, EventFact>,
    stores: BTreeMap<String, StoreFact>,
    foreign: BTreeSet<String>,
    keys: BTreeMap<String, KeyFact>,
    hooks: BTreeMap<String, HookFact>,
}

static FACTS: LazyLock<ReachFacts> =
    LazyLock::new(|| read(include_str!("../../data/reach.toml")).unwrap_or_default());

impl ReachFacts {
    /// The facts.
    pub(crate) fn all() -> &'static Self {
        &FACTS
    }

    /// The kind of an event's shape; ids with a suffix (`aws.cognito-presignup`) fall back to their beginning.
    pub(crate) fn event(&self, id: &str) -> Option<&EventFact> {
        let mut id = id;
        loop {
            if let Some(fact) = self.events.get(id) {
                return Some(fact);
            }
            let cut = id.rfind(['-', '.'])?;
            id = id.get(..cut).filter(|rest| rest.contains('.'))?;
        }
    }

    /// The store of a kind.
    pub(crate) fn store(&self, kind: Kind) -> Option<&StoreFact> {
        self.stores.get(kind.word())
    }

    /// Whether somebody else can configure a service to invoke.
    pub(crate) fn foreign(&self, service: &str) -> bool {
        self.foreign.contains(service)
    }

    /// What a condition key limits to.
    pub(crate) fn key(&self, key: &str) -> KeyFact {
        let key = key.to_ascii_lowercase();
        let whole = self.keys.get(&key);
        let family = || self.keys.get(key.split_once('/')?.0);
        whole
            .copied()
            .or_else(|| family().copied())
            .unwrap_or(KeyFact::Unknown)
    }

    /// Who runs a hook, by its name or an event id that ends in it.
    pub(crate) fn hook(&self, name: &str) -> Option<HookFact> {
        let letters: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        self.hooks.get(&letters).copied().or_else(|| {
            let mut fitting = self
                .hooks
                .iter()
                .filter(|(hook, _)| letters.ends_with(*hook));
            fitting.next().map(|(_, fact)| *fact)
        })
    }
}

fn read(text: &str) -> Option<ReachFacts> {
    let document: DocumentMut = text.parse().ok()?;
    let mut facts = ReachFacts::default();
    for row in rows(&document, "event")? {
        let fact = EventFact {
            by: by(&word(row, "way"), &word(row, "level"))?,
            connect: row.get("connect").and_then(Item::as_bool) == Some(true),
            service: row.get("service").and_then(Item::as_str).map(str::to_owned),
            verb: word(row, "verb"),
        };
        for id in words(row.get("ids")) {
            facts.events.insert(id, fact.clone());
        }
    }
    for row in rows(&document, "store")? {
        let fact = StoreFact {
            puts: words(row.get("puts")),
            anonymous: row.get("anonymous").and_then(Item::as_bool) == Some(true),
            verb: word(row, "verb"),
            events: pairs(row.get("events")),
        };
        facts.stores.insert(word(row, "kind"), fact);
    }
    let foreign = document.get("foreign")?.as_table()?;
    facts.foreign = words(foreign.get("services")).into_iter().collect();
    read_lists(&mut facts, &document)?;
    Some(facts)
}

fn read_lists(facts: &mut ReachFacts, document: &DocumentMut) -> Option<()> {
    let keys = document.get("condition")?.as_table()?;
    for (list, fact) in [
        ("inside", KeyFact::Inside),
        ("fixed", KeyFact::Fixed),
        ("organization", KeyFact::Organization),
        ("address", KeyFact::Address),
        ("free", KeyFact::Free),
    ] {
        let each = words(keys.get(list)).into_iter().map(|key| (key, fact));
        facts.keys.extend(each);
    }
    let hooks = document.get("hook")?.as_table()?;
    for (list, fact) in [
        ("sign_up", HookFact::SignUp),
        ("anyone", HookFact::Anyone),
        ("signed_in", HookFact::SignedIn),
    ] {
        let each = words(hooks.get(list)).into_iter().map(|hook| (hook, fact));
        facts.hooks.extend(each);
    }
    Some(())
}

fn by(way: &str, level: &str) -> Option<By> {
    Some(match way {
        "door" => By::Door,
        "url" => By::Url,
        "store" => By::Store,
        "direct" => By::Direct,
        "workflow" => By::Workflow,
        "device" => By::Device,
        "hook" => By::Hook,
        "balancer" => By::Balancer,
        "fixed" => By::Fixed(self::level(level)?),
        _ => return None,
    })
}

fn level(word: &str) -> Option<Level> {
    [
        Level::None,
        Level::Schedule,
        Level::Inside,
        Level::OtherAccount,
        Level::SignedIn,
        Level::Stranger,
    ]
    .into_iter()
    .find(|l| l.word() == word)
}

fn rows<'d>(document: &'d DocumentMut, name: &str) -> Option<&'d ArrayOfTables> {
    document.get(name)?.as_array_of_tables()
}

fn word(row: &Table, key: &str) -> String {
    let text = row.get(key).and_then(Item::as_str);
    text.unwrap_or_default().to_owned()
}

fn words(item: Option<&Item>) -> Vec<String> {
    let array = item.and_then(Item::as_array).into_iter().flatten();
    array
        .filter_map(|v| v.as_str())
        .map(str::to_owned)
        .collect()
}

fn pairs(item: Option<&Item>) -> Vec<(String, String)> {
    let array = item.and_then(Item::as_array).into_iter().flatten();
    array
        .filter_map(|pair| {
            let pair = pair.as_array()?;
            let at = |i: usize| Some(pair.get(i)?.as_str()?.to_owned());
            Some((at(0)?, at(1)?))
        })
        .collect()
}
