//! The names that no rule of spelling tells: boto3's resources, odd spellings, and the curated methods.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use palisade_iam::facts::layout::{CALL, PRESIGNER, SYMBOLS};
use palisade_iam::facts::{Sdk, snake};

use super::assemble::Parts;
use super::curated::{Filled, Method, Sends};
use super::write::{Cell, Rows, Word};

/// Where each operation stands, by client and name.
pub(super) type Places<'a> = BTreeMap<(&'a str, &'a str), u32>;

/// What a name leads to.
struct Symbol {
    kind: u32,
    sends: Vec<Word>,
    says: Vec<Word>,
}

/// By SDK, service and name.
type Symbols = BTreeMap<(u32, String, String), Symbol>;

/// Adds the rows.
pub(super) fn write(parts: &Parts<'_>, places: &Places<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let mut symbols = Symbols::new();
    resources(parts, places, &mut symbols)?;
    spellings(parts, places, &mut symbols)?;
    methods(parts, places, &mut symbols)?;
    for ((sdk, service, name), symbol) in symbols {
        rows.push(
            SYMBOLS,
            vec![
                Cell::Number(sdk | symbol.kind << 8),
                Cell::Text(service),
                Cell::Text(name),
                Cell::List(symbol.sends),
                Cell::List(symbol.says),
            ],
        );
    }
    Ok(())
}

fn resources(parts: &Parts<'_>, places: &Places<'_>, symbols: &mut Symbols) -> anyhow::Result<()> {
    for ((class, name), found) in parts.resources {
        let client = class.split('.').next().unwrap_or(class);
        let mut sends = Vec::new();
        for (operation, filled) in &found.sends {
            let waiters = parts.clients.get(client).map(|client| &client.waiters);
            let operation = match operation.strip_prefix("waiter ") {
                Some(waiter) => waiters.and_then(|waiters| waiters.get(waiter)),
                None => Some(operation),
            };
            let operation = operation.with_context(|| format!("`{name}` of `{class}`"))?;
            sends.extend(sent(places, client, operation, filled)?);
        }
        let says = match &found.class {
            Some((made, filled)) => vec![Word::text(made), Word::List(words(filled)?)],
            None => found.identifiers.iter().map(Word::text).collect(),
        };
        let key = (Sdk::Boto3Resource as u32, class.clone(), name.clone());
        let kind = found.kind;
        symbols.insert(key, Symbol { kind, sends, says });
    }
    Ok(())
}

fn spellings(parts: &Parts<'_>, places: &Places<'_>, symbols: &mut Symbols) -> anyhow::Result<()> {
    for (client, described) in parts.clients {
        for operation in described.operations.keys() {
            let spelled = parts.spellings.get(operation);
            let Some(spelled) = spelled.filter(|spelled| **spelled != snake(operation)) else {
                continue;
            };
            let sends = sent(places, client, operation, &[])?.to_vec();
            let key = (Sdk::Boto3 as u32, client.clone(), spelled.clone());
            let says = Vec::new();
            symbols.insert(
                key,
                Symbol {
                    kind: CALL,
                    sends,
                    says,
                },
            );
        }
    }
    Ok(())
}

fn methods(parts: &Parts<'_>, places: &Places<'_>, symbols: &mut Symbols) -> anyhow::Result<()> {
    for method in &parts.curated.methods {
        for service in &method.services {
            for name in &method.symbols {
                let key = (method.sdk, service.clone(), name.clone());
                let before = symbols.insert(key, symbol(places, method)?);
                // What boto3 adds by hand stands before what its descriptions say.
                let may = before.is_none() || method.sdk == Sdk::Boto3Resource as u32;
                ensure!(may, "`{name}` of `{service}` is there twice");
            }
        }
    }
    Ok(())
}

fn symbol(places: &Places<'_>, method: &Method) -> anyhow::Result<Symbol> {
    let mut symbol = Symbol {
        kind: CALL,
        sends: Vec::new(),
        says: Vec::new(),
    };
    match &method.sends {
        Sends::Operations(operations) => {
            for (client, operation) in operations {
                symbol
                    .sends
                    .extend(sent(places, client, operation, &method.filled)?);
            }
        }
        Sends::Composed { client, name, .. } => {
            symbol
                .sends
                .extend(sent(places, client, name, &method.filled)?);
        }
        Sends::Presigner(parameters) => {
            symbol.kind = PRESIGNER;
            for (name, place) in parameters {
                symbol.says.extend([Word::text(name), Word::Number(*place)]);
            }
        }
    }
    Ok(symbol)
}

/// An operation, and what the call fills in.
fn sent(
    places: &Places<'_>,
    client: &str,
    operation: &str,
    filled: &[Filled],
) -> anyhow::Result<[Word; 2]> {
    let place = places.get(&(client, operation));
    let place = place.with_context(|| format!("no operation `{client}:{operation}`"))?;
    Ok([Word::Number(*place), Word::List(words(filled)?)])
}

fn words(filled: &[Filled]) -> anyhow::Result<Vec<Word>> {
    let mut found = Vec::new();
    for one in filled {
        found.push(Word::text(&one.target));
        found.push(Word::Number(one.kind));
        found.push(match one.kind {
            3 => Word::Number(one.source.parse()?),
            _ => Word::text(&one.source),
        });
    }
    Ok(found)
}
