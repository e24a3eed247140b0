//! From the names that SDKs give to what they send.

use std::cmp::Ordering;

use super::layout::{CALL, CHILD, CLASS, COLLECTION, NAMES, PRESIGNER, SYMBOLS};
use super::operation::{Client, Filled, Operation, filled};
use super::spelling::{camel, snake};
use super::table::Facts;

/// A software development kit, and the way it names things.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sdk {
    /// `boto3.client("s3")`: the service is `s3`, the symbol a method.
    Boto3,
    /// `boto3.resource("s3").Bucket(…)`: the service is a class such as `s3` or `s3.Bucket`, the symbol a method, `collection`
    /// or `collection.method`.
    Boto3Resource,
    /// `new AWS.S3()`: the service is `S3`, `DynamoDB.DocumentClient`, the symbol a method.
    Js2,
    /// The service is a package such as `@aws-sdk/client-s3`, the symbol what it exports or a method of its aggregated client.
    Js3,
    /// AWS Lambda Powertools: the service is a module such as `parameters`, the symbol a function, in either language.
    Powertools,
}

/// A method that makes a signed address: the operation it is for is told by an argument, or always the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Presigner<'f> {
    /// The parameter that names the operation or holds its command, by name and place.
    pub operation: (&'f str, u32),
    /// The parameter that holds the operation's own parameters, by name and place; `None` where the command holds them.
    pub parameters: Option<(&'f str, u32)>,
}

/// An object that another makes without a call: `resource.Table(name)`, `bucket.Object(key)`, `object.Bucket()`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child<'f> {
    /// Its class, such as `s3.Object`.
    pub class: &'f str,
    /// What its identifiers are filled with.
    pub identifiers: Vec<Filled<'f>>,
}

/// Several objects of one class, fetched as they are walked: `bucket.objects`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collection<'f> {
    /// What lists them.
    pub operation: Operation<'f>,
    /// The class of each.
    pub class: &'f str,
    /// What the identifiers of each are filled with.
    pub identifiers: Vec<Filled<'f>>,
}

/// Methods of a collection that walk it.
const WALKS: &[&str] = &["all", "filter", "limit", "page_size", "pages"];

#[derive(Clone, Copy)]
struct Symbol<'f> {
    facts: &'f Facts<'f>,
    row: u32,
}

impl<'f> Facts<'f> {
    /// A service as an SDK names it; classes of boto3's resources have that of their service.
    pub fn client(&'f self, sdk: Sdk, service: &str) -> Option<Client<'f>> {
        match sdk {
            Sdk::Boto3 => Client::by_name(self, service),
            Sdk::Boto3Resource => Client::by_name(self, service.split('.').next()?),
            Sdk::Js2 | Sdk::Js3 => {
                let key = |row| (self.at(NAMES, row, 0), self.string(self.at(NAMES, row, 1)));
                let wanted = (sdk as u32, service.strip_prefix("AWS.").unwrap_or(service));
                let rows = self.rows(NAMES);
                let row = Facts::partition(0, rows, |row| key(row) < wanted);
                let found = row < rows && key(row) == wanted;
                found
                    .then(|| Client::at(self, self.at(NAMES, row, 2)))
                    .flatten()
            }
            Sdk::Powertools => None,
        }
    }

    /// What a call of that name sends, in order; several for a method that an SDK composes.
    pub fn operations(&'f self, sdk: Sdk, service: &str, symbol: &str) -> Vec<Operation<'f>> {
        if let Some(special) = Symbol::find(self, sdk, service, symbol) {
            return special.operations();
        }
        let client = self.client(sdk, service);
        let by_rule = match sdk {
            Sdk::Boto3 => client.and_then(|client| by_snake(client, symbol)),
            Sdk::Js2 => client.and_then(|client| by_camel(client, symbol)),
            Sdk::Js3 => client.and_then(|client| exported(client, symbol)),
            Sdk::Boto3Resource => {
                let walked = symbol
                    .rsplit_once('.')
                    .filter(|(_, walk)| WALKS.contains(walk));
                return match walked {
                    Some((collection, _)) => self.operations(sdk, service, collection),
                    None => Vec::new(),
                };
            }
            Sdk::Powertools => None,
        };
        by_rule.into_iter().collect()
    }

    /// The operation behind a waiter's name, as `get_waiter` and `waitFor` take it.
    pub fn waiter(&'f self, sdk: Sdk, service: &str, name: &str) -> Option<Operation<'f>> {
        let spelled = |waiter: &str| match sdk {
            Sdk::Boto3 | Sdk::Boto3Resource => snake(waiter) == name,
            _ => camel(waiter) == name || waiter == name,
        };
        let mut waiters = self.client(sdk, service)?.waiters();
        waiters
            .find(|(waiter, _)| spelled(waiter))
            .map(|(_, operation)| operation)
    }

    /// How a method signs addresses, if it does.
    pub fn presigner(&'f self, sdk: Sdk, service: &str, symbol: &str) -> Option<Presigner<'f>> {
        let named = |service| Symbol::find(self, sdk, service, symbol)?.of_kind(PRESIGNER);
        let words = named(service).or_else(|| named("*"))?;
        let pair = |at: usize| Some((self.string(*words.get(at)?), *words.get(at + 1)?));
        Some(Presigner {
            operation: pair(0)?,
            parameters: pair(2),
        })
    }

    /// The object that a class of boto3's resources makes under a name.
    pub fn child(&'f self, class: &str, symbol: &str) -> Option<Child<'f>> {
        let symbol = Symbol::find(self, Sdk::Boto3Resource, class, symbol)?;
        let words = symbol.of_kind(CHILD)?;
        let (class, identifiers) = (words.first()?, words.get(1)?);
        Some(Child {
            class: self.string(*class),
            identifiers: filled(self, *identifiers),
        })
    }

    /// The object that a method of a class of boto3's resources answers: `create_table` a `Table`.
    pub fn answered(&'f self, class: &str, symbol: &str) -> Option<Child<'f>> {
        let words = Symbol::find(self, Sdk::Boto3Resource, class, symbol)?.of_kind(CALL)?;
        let (class, identifiers) = (words.first()?, words.get(1)?);
        Some(Child {
            class: self.string(*class),
            identifiers: filled(self, *identifiers),
        })
    }

    /// The collection that a class of boto3's resources has under a name.
    pub fn collection(&'f self, class: &str, symbol: &str) -> Option<Collection<'f>> {
        let symbol = Symbol::find(self, Sdk::Boto3Resource, class, symbol)?;
        let words = symbol.of_kind(COLLECTION)?;
        let (class, identifiers) = (words.first()?, words.get(1)?);
        Some(Collection {
            operation: symbol.operations().into_iter().next()?,
            class: self.string(*class),
            identifiers: filled(self, *identifiers),
        })
    }

    /// The names of what a class of boto3's resources is made with, in order; `None` where there is no such class.
    pub fn identifiers(&'f self, class: &str) -> Option<Vec<&'f str>> {
        let words = Symbol::find(self, Sdk::Boto3Resource, class, "")?.of_kind(CLASS)?;
        Some(words.iter().map(|word| self.string(*word)).collect())
    }
}

impl<'f> Symbol<'f> {
    fn find(facts: &'f Facts<'f>, sdk: Sdk, service: &str, symbol: &str) -> Option<Self> {
        let service = match sdk {
            Sdk::Js2 => service.strip_prefix("AWS.").unwrap_or(service),
            _ => service,
        };
        let compare = |row| {
            let of_sdk = (facts.at(SYMBOLS, row, 0) & 0xff).cmp(&(sdk as u32));
            let text = |column| facts.string(facts.at(SYMBOLS, row, column));
            of_sdk
                .then_with(|| text(1).cmp(service))
                .then_with(|| text(2).cmp(symbol))
        };
        let rows = facts.rows(SYMBOLS);
        let row = Facts::partition(0, rows, |row| compare(row) == Ordering::Less);
        (row < rows && compare(row) == Ordering::Equal).then_some(Self { facts, row })
    }

    fn operations(self) -> Vec<Operation<'f>> {
        let list = self.facts.at(SYMBOLS, self.row, 3);
        let words: Vec<u32> = self.facts.list(list).iter().collect();
        let pairs = words.chunks_exact(2);
        pairs
            .filter_map(|pair| Operation::at(self.facts, *pair.first()?, *pair.get(1)?))
            .collect()
    }

    fn of_kind(self, kind: u32) -> Option<Vec<u32>> {
        let same = self.facts.at(SYMBOLS, self.row, 0) >> 8 == kind;
        same.then(|| {
            self.facts
                .list(self.facts.at(SYMBOLS, self.row, 4))
                .iter()
                .collect()
        })
    }
}

fn by_snake<'f>(client: Client<'f>, symbol: &str) -> Option<Operation<'f>> {
    let operation = client.operation(&symbol.replace('_', ""))?;
    (snake(operation.name()) == symbol).then_some(operation)
}

fn by_camel<'f>(client: Client<'f>, symbol: &str) -> Option<Operation<'f>> {
    let operation = client.operation(symbol)?;
    (camel(operation.name()) == symbol).then_some(operation)
}

fn exported<'f>(client: Client<'f>, symbol: &str) -> Option<Operation<'f>> {
    let exactly = |name: &str| client.operation(name).filter(|found| found.name() == name);
    if let Some(found) = symbol.strip_suffix("Command").and_then(exactly) {
        return Some(found);
    }
    if let Some(found) = symbol.strip_prefix("paginate").and_then(exactly) {
        return Some(found);
    }
    let waited = symbol
        .strip_prefix("waitUntil")
        .or_else(|| symbol.strip_prefix("waitFor"));
    if let Some(waited) = waited {
        let mut waiters = client.waiters();
        return waiters
            .find(|(name, _)| *name == waited)
            .map(|(_, operation)| operation);
    }
    by_camel(client, symbol)
}
