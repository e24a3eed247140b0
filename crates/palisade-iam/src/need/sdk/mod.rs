//! The SDKs of AWS: how their clients and objects are made, and what their methods send.

pub(super) mod javascript;
pub(super) mod python;

use palisade_model::api::ApiValue;
use palisade_model::text::{Part, Symbol};

/// Whether a value given as a credential is somebody else's: not nothing, not what the platform sets.
fn is_foreign(value: &ApiValue) -> bool {
    match value {
        ApiValue::Nothing => false,
        ApiValue::Text(text) => !matches!(
            text.parts(),
            [Part::Hole(Symbol::Opaque(what))] if what.starts_with("env AWS_")
        ),
        ApiValue::Record(parts) => parts
            .iter()
            .any(|(_, values)| values.iter().any(is_foreign)),
        ApiValue::Made(path) => {
            let last = path.iter().rev().find(|step| step.args.is_some());
            let last = last.map_or("", |step| step.name.as_str());
            let name = last.rsplit('.').next().unwrap_or_default();
            !matches!(
                name,
                "fromEnv"
                    | "fromNodeProviderChain"
                    | "fromContainerMetadata"
                    | "fromInstanceMetadata"
                    | "defaultProvider"
                    | "EnvironmentCredentials"
                    | "get_credentials"
                    | "get_frozen_credentials"
            )
        }
        _ => true,
    }
}
