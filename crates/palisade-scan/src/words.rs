//! Words people use for rules, triggers and risks.

use palisade_model::app::{App, NodeId, Trigger};
use palisade_model::reach::{Level, Reach};
use palisade_rules::rule::RuleMeta;

use crate::error::ScanError;
use crate::nearest::nearest;

/// The rules, as words name them.
#[derive(Clone, Debug)]
pub struct Rules {
    all: Vec<&'static RuleMeta>,
}

impl Rules {
    /// All rules of the catalog.
    pub fn new() -> Self {
        Self {
            all: palisade_rules::catalog::all().to_vec(),
        }
    }

    /// The ids a word names: an id with or without `sasNN-`, or a risk (`sas1`, `SAS-01`).
    pub fn named(&self, word: &str) -> Vec<&'static str> {
        let word = word.trim().to_ascii_lowercase();
        let risk = risk(&word);
        let fits = |rule: &&&RuleMeta| {
            rule.id == word || kind(rule.id) == word || risk.is_some_and(|n| rule.sas.contains(&n))
        };
        self.all.iter().filter(fits).map(|rule| rule.id).collect()
    }

    /// Every id, with and without its prefix.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().flat_map(|rule| [rule.id, kind(rule.id)])
    }

    /// The ids that words of an option name.
    pub fn of_option(
        &self,
        option: &str,
        words: &[String],
    ) -> Result<Vec<&'static str>, ScanError> {
        let mut ids = Vec::new();
        for word in words {
            let named = self.named(word);
            if named.is_empty() && !is_risk(word) {
                let help = "risks are sas1 to sas12; `palisade rules` lists the rules";
                let help = match nearest(word, self.words(), 1).first() {
                    Some(near) => format!("did you write `{near}`? {help}"),
                    None => help.to_owned(),
                };
                return Err(ScanError::new(
                    format!("`{option} {word}` names no rule or risk"),
                    Some(help),
                ));
            }
            ids.extend(named);
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new()
    }
}

/// A rule's id without `sasNN-`.
fn kind(id: &str) -> &str {
    id.split_once('-').map_or(id, |(_, kind)| kind)
}

/// The number of a risk: `sas1`, `SAS-01`.
fn risk(word: &str) -> Option<u8> {
    let digits = word.strip_prefix("sas")?;
    digits.trim_start_matches('-').parse().ok()
}

/// Whether a word names one of the twelve risks, with or without rules.
fn is_risk(word: &str) -> bool {
    risk(&word.trim().to_ascii_lowercase()).is_some_and(|n| (1..=12).contains(&n))
}

/// The id of an event source as the catalog keeps it.
pub fn event_id(word: &str) -> Option<&'static str> {
    palisade_events::find(word).map(|shape| shape.id)
}

/// All ids of event sources.
pub fn event_ids() -> impl Iterator<Item = &'static str> {
    palisade_events::all().iter().map(|shape| shape.id)
}

/// A role for people: one that a tool makes is named after its function.
pub fn role(address: &str) -> String {
    match address.strip_suffix("#role") {
        Some(function) => format!("{function}Role"),
        None => address.to_owned(),
    }
}

/// A trigger and who can start it: `POST /order, anyone`, `queue orders-paid, inside`.
pub fn trigger(app: &App, trigger: &Trigger) -> String {
    format!("{}, {}", what(app, trigger), who(&trigger.reach))
}

fn what(app: &App, trigger: &Trigger) -> String {
    if let Some(route) = &trigger.route {
        let method = if route.method == "ANY" {
            "any method of"
        } else {
            &route.method
        };
        return match route.path.as_str() {
            "$default" => "any request".to_owned(),
            path if method.is_empty() => path.to_owned(),
            path => format!("{method} {path}"),
        };
    }
    match trigger.source {
        Some(NodeId::Resource(id)) => {
            let kind = app
                .resources
                .get(id)
                .map_or("resource", |resource| resource.kind.word());
            format!("{kind} {}", app.label(NodeId::Resource(id)))
        }
        Some(node) => app.label(node),
        None => trigger.event.to_owned(),
    }
}

fn who(reach: &Reach) -> String {
    let (surely, possibly) = (reach.surely, reach.possibly);
    match (surely, possibly) {
        (Level::None, Level::None) => "nobody".to_owned(),
        (Level::None, possibly) => format!("possibly {}", possibly.word()),
        (surely, possibly) if possibly > surely => {
            format!("{}, possibly {}", surely.word(), possibly.word())
        }
        (surely, _) => surely.word().to_owned(),
    }
}
