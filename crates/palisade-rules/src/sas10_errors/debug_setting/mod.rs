//! Environment variables by which frameworks and libraries tell more than they should.

use std::sync::OnceLock;

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::Setting;
use palisade_model::text::Text;
use toml_edit::{Document, Item, Table};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::likely;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-debug-setting",
        title: "a debug setting left on",
        sas: &[10],
        cwe: &[489, 215],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// One variable.
struct Variable {
    name: String,
    values: Vec<String>,
    effect: String,
}

fn variables() -> &'static [Variable] {
    static ALL: OnceLock<Vec<Variable>> = OnceLock::new();
    ALL.get_or_init(|| {
        let document = Document::parse(include_str!("variables.toml")).ok();
        let rows = document
            .as_ref()
            .and_then(|d| d.as_table().get("variable")?.as_array_of_tables().cloned());
        rows.iter().flatten().filter_map(row).collect()
    })
}

fn row(row: &Table) -> Option<Variable> {
    let values = row.get("values").and_then(Item::as_array)?;
    Some(Variable {
        name: row.get("name").and_then(Item::as_str)?.to_owned(),
        values: values
            .iter()
            .filter_map(|v| v.as_str())
            .map(str::to_owned)
            .collect(),
        effect: row.get("effect").and_then(Item::as_str)?.to_owned(),
    })
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            for (name, setting) in &function.env {
                if let Some(variable) = variables().iter().find(|v| v.name == *name) {
                    findings.extend(finding(rule, app, id, variable, setting));
                }
            }
        }
    }
    merge(findings, rule);
}

/// `Globals` set it for many functions in one place.
fn merge(findings: &mut Vec<Finding>, rule: &Rule) {
    let mut seen = std::collections::BTreeSet::new();
    findings.retain(|finding| finding.rule != rule.meta.id || seen.insert(finding.place));
}

fn finding(
    rule: &Rule,
    app: &App,
    id: FunctionId,
    variable: &Variable,
    setting: &Setting<Text>,
) -> Option<Finding> {
    let answer = setting.is(|text| {
        text.literal().is_some_and(|word| {
            let word = word.trim();
            variable.values.iter().any(|v| v.eq_ignore_ascii_case(word))
        })
    });
    if !likely(&answer) {
        return None;
    }
    let place = setting.origin.span;
    let function = app.label(NodeId::Function(id));
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} is on in {function}", variable.name),
    )
    .by(&answer)
    .hygiene()
    .effect(variable.effect.clone())
    .cut(place, "switch it off outside of development");
    Some(draft.done())
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn the_table_is_read() {
        let rows = include_str!("variables.toml")
            .matches("[[variable]]")
            .count();
        assert_eq!(rows, variables().len());
        assert!(variables().iter().all(|v| !v.values.is_empty()));
    }
}
