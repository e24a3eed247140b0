//! How the SDKs for JavaScript name the services, and which methods of boto3 are not spelled by the rule.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::archive::Archive;
use super::curated::{Curated, Sends};
use super::operations::Client;

/// Packages of version 3 by the client's service id: `@aws-sdk/client-` and the id in small letters with dashes.
pub(super) fn packages(clients: &BTreeMap<String, Client>) -> BTreeMap<String, String> {
    let package = |id: &str| format!("@aws-sdk/client-{}", id.to_lowercase().replace(' ', "-"));
    clients
        .iter()
        .map(|(name, client)| (package(&client.service_id), name.clone()))
        .collect()
}

/// Classes of version 2: the list of its package leads to descriptions with service ids.
pub(super) fn classes(
    sdk: &Archive,
    clients: &BTreeMap<String, Client>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let listed = sdk.json("apis/metadata.json")?;
    let mut found = BTreeMap::new();
    for (key, service) in listed.as_object().context("no services")? {
        let class = service
            .get("name")
            .and_then(Value::as_str)
            .context("no name")?;
        let prefix = service.get("prefix").and_then(Value::as_str).unwrap_or(key);
        let below = format!("apis/{prefix}-2");
        let newest = sdk
            .below(&below)
            .filter(|path| path.ends_with(".min.json"))
            .last();
        let Some(newest) = newest else {
            continue;
        };
        let description = sdk.json(newest)?;
        let id = description
            .pointer("/metadata/serviceId")
            .and_then(Value::as_str);
        let client = clients
            .iter()
            .find(|(_, client)| Some(client.service_id.as_str()) == id);
        if let Some((client, _)) = client {
            found.insert(class.to_owned(), client.clone());
        }
    }
    Ok(found)
}

/// Methods of boto3 that botocore spells by a list: `execute_partiql_statement`.
pub(super) fn spellings(botocore: &Archive) -> anyhow::Result<BTreeMap<String, String>> {
    let source = String::from_utf8(botocore.bytes("botocore/__init__.py")?)?;
    let packed: String = source
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let (_, table) = packed
        .split_once("_xform_cache={")
        .context("no table of spellings")?;
    let (table, _) = table.split_once('}').context("no table of spellings")?;
    let mut found = BTreeMap::new();
    for entry in table.split("('").skip(1) {
        let mut texts = entry.split('\'').step_by(2);
        if let (Some(name), Some("_"), Some(spelled)) = (texts.next(), texts.next(), texts.next()) {
            found.insert(name.to_owned(), spelled.to_owned());
        }
    }
    ensure!(!found.is_empty(), "no table of spellings");
    Ok(found)
}

/// Every command and method of the packages above the clients stands in the curated list.
pub(super) fn check(document: &Archive, curated: &Curated) -> anyhow::Result<()> {
    let package = "@aws-sdk/lib-dynamodb";
    let known = |symbol: &str| {
        let of = curated
            .methods
            .iter()
            .filter(|method| method.services.iter().any(|name| name == package));
        of.clone().any(|method| {
            matches!(method.sends, Sends::Operations(_))
                && method.symbols.iter().any(|name| name == symbol)
        })
    };
    for path in document.below("dist-types/commands/") {
        let file = path.rsplit('/').next().unwrap_or(path);
        if let Some(command) = file
            .strip_suffix(".d.ts")
            .filter(|name| name.ends_with("Command"))
        {
            ensure!(
                known(command),
                "`{command}` of {package} is not in methods.toml"
            );
        }
    }
    Ok(())
}
