//! Plugins of the framework: which are known, and events that they add.

use std::sync::OnceLock;

use palisade_model::source::Span;
use toml_edit::{Document as Toml, Item};

use crate::look;
use crate::sam::templates::words;
use crate::value::Value;

/// Keys of `provider` that are slips of others, and what is meant.
pub(super) const SLIPS: &[(&str, &str)] = &[
    ("iamRoleStatement", "iam.role.statements"),
    ("iamManagedPolicy", "iam.role.managedPolicies"),
    ("env", "environment"),
    ("environments", "environment"),
];

struct Facts {
    known: Vec<String>,
    events: Vec<String>,
    variables: Vec<String>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let Ok(document) = Toml::parse(include_str!("plugins.toml")) else {
            return Facts {
                known: Vec::new(),
                events: Vec::new(),
                variables: Vec::new(),
            };
        };
        let mut known = Vec::new();
        for list in ["read", "silent", "variables"] {
            known.extend(words(document.get(list)));
        }
        Facts {
            known,
            variables: words(document.get("variables")),
            events: words(document.get("events").filter(|i: &&Item| i.is_array())),
        }
    })
}

/// The plugins that a service names.
pub(super) fn named(service: &Value) -> Vec<String> {
    listed(service).into_iter().map(|(name, _)| name).collect()
}

fn listed(service: &Value) -> Vec<(String, Span)> {
    let plugins = service.field("plugins");
    let modules = plugins.field("modules");
    let list = if modules.is_absent() {
        &plugins
    } else {
        &modules
    };
    look::each(list)
        .into_iter()
        .filter_map(|(_, item)| Some((look::literal(item)?.to_owned(), item.span())))
        .collect()
}

/// The plugins that are not known, with their places.
pub(super) fn unknown(service: &Value) -> Vec<(String, Span)> {
    let known = |name: &str| facts().known.iter().any(|k| k == name);
    listed(service)
        .into_iter()
        .filter(|(name, _)| !known(name))
        .collect()
}

/// Whether a plugin sets variables of functions from files that are not read.
pub(super) fn sets_variables(plugin: &str) -> bool {
    facts().variables.iter().any(|name| name == plugin)
}

/// Whether a plugin understands an event of this kind.
pub(super) fn is_event(kind: &str) -> bool {
    facts().events.iter().any(|event| event == kind)
}

#[cfg(test)]
mod tests {
    #[test]
    fn facts_are_read() {
        assert!(super::facts().known.len() > 20);
        assert!(super::is_event("alexaSkills"));
    }
}
