//! Layers of accounts that are neither known publishers nor the own one.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::source::Span;
use toml_edit::{Document, Item};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-unknown-layer",
        title: "a layer of an account that nobody knows",
        sas: &[3, 6],
        cwe: &[829],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Publishers of layers.
#[derive(Debug, Default)]
struct Publishers {
    accounts: Vec<String>,
    names: Vec<String>,
}

fn publishers() -> &'static Publishers {
    static ALL: OnceLock<Publishers> = OnceLock::new();
    ALL.get_or_init(|| {
        let Ok(document) = Document::parse(include_str!("publishers.toml")) else {
            return Publishers::default();
        };
        let rows = document
            .as_table()
            .get("publisher")
            .and_then(Item::as_array_of_tables);
        let words = |key: &str| {
            let lists = rows
                .into_iter()
                .flatten()
                .filter_map(|row| row.get(key)?.as_array());
            lists
                .flatten()
                .filter_map(|w| w.as_str())
                .map(str::to_owned)
                .collect()
        };
        Publishers {
            accounts: words("accounts"),
            names: words("names"),
        }
    })
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut by_layer: BTreeMap<String, Vec<(Span, FunctionId)>> = BTreeMap::new();
        for (id, function) in app.functions.enumerate() {
            for layer in &function.layers {
                for (_, text) in layer.values() {
                    if let Some(name) = unknown(&text.words()) {
                        by_layer
                            .entry(name)
                            .or_default()
                            .push((layer.origin.span, id));
                    }
                }
            }
        }
        for (name, uses) in by_layer {
            findings.extend(finding(rule, app, &name, &uses));
        }
    }
}

/// Account and name of a layer that no known publisher offers.
fn unknown(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "lambda", _, account, "layer", name, ..] = parts.as_slice() else {
        return None;
    };
    let number = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let known = publishers();
    let published = known.accounts.iter().any(|a| a == account)
        || known.names.iter().any(|n| name.starts_with(n.as_str()));
    (number && !published).then(|| format!("{name} of account {account}"))
}

fn finding(rule: &Rule, app: &App, name: &str, uses: &[(Span, FunctionId)]) -> Option<Finding> {
    let ((place, id), rest) = uses.split_first()?;
    let function = app.label(NodeId::Function(*id));
    let mut draft = Draft::at(
        rule,
        app,
        *place,
        format!("{function} runs the layer {name}"),
    )
    .hygiene()
    .effect("whoever owns that account decides what runs")
    .cut(*place, "publish the layer in the own account");
    for (span, _) in rest.iter().filter(|(span, _)| span != place) {
        draft = draft.also(*span, "runs it as well");
    }
    Some(draft.done())
}

#[cfg(test)]
mod tests {
    use super::{publishers, unknown};

    #[test]
    fn accounts_are_numbers_of_twelve_digits() {
        assert!(publishers().accounts.len() > 5 && publishers().names.len() > 3);
        for account in &publishers().accounts {
            assert!(
                account.len() == 12 && account.chars().all(|c| c.is_ascii_digit()),
                "{account}"
            );
        }
        assert!(
            unknown("arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3:5")
                .is_none()
        );
        assert!(unknown("arn:aws:lambda:eu-west-1:${AWS::AccountId}:layer:mine:5").is_none());
        assert!(unknown("arn:aws:lambda:eu-west-1:111122223333:layer:theirs:5").is_some());
    }
}
