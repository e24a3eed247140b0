//! Roles as JSON: fields are added, never renamed, retyped or removed.

use std::collections::BTreeMap;

use palisade_model::need::{Difference, FunctionRole, Need, Roles};
use palisade_model::source::{Sources, Span};
use serde::Serialize;

use super::spell::spelled;
use crate::hostile::clean_json;
use crate::view::place::Place;

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    functions: Vec<FunctionV1>,
}

#[derive(Serialize)]
struct FunctionV1 {
    template: String,
    function: String,
    read: bool,
    needs: BTreeMap<String, Vec<String>>,
    optional: BTreeMap<String, Vec<String>>,
    platform: BTreeMap<String, Vec<String>>,
    excess: Vec<DifferenceV1>,
    missing: Vec<DifferenceV1>,
    incomplete: Vec<NoteV1>,
    unresolved: Vec<NoteV1>,
    conditions: Vec<ConditionV1>,
}

#[derive(Serialize)]
struct DifferenceV1 {
    action: String,
    resources: Vec<String>,
}

#[derive(Serialize)]
struct NoteV1 {
    file: String,
    line: u32,
    why: String,
}

#[derive(Serialize)]
struct ConditionV1 {
    action: String,
    operator: String,
    key: String,
    values: Vec<String>,
}

/// The roles of a tree.
pub fn json(roles: &Roles, sources: &Sources) -> String {
    let functions = roles.functions.iter().map(|f| function(f, sources));
    let document = Document {
        schema: "palisade-roles/1",
        functions: functions.collect(),
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    let mut text = clean_json(&text);
    text.push('\n');
    text
}

fn function(role: &FunctionRole, sources: &Sources) -> FunctionV1 {
    let note = |(span, why): &(Span, String)| NoteV1 {
        file: sources.path(span.file).to_owned(),
        line: Place::of(sources, *span).region.line,
        why: why.clone(),
    };
    let conditions = role.needs.needs.iter().flat_map(|need| {
        need.conditions
            .iter()
            .map(|(operator, key, values)| ConditionV1 {
                action: need.action.clone(),
                operator: operator.clone(),
                key: key.clone(),
                values: values.iter().map(spelled).collect(),
            })
    });
    FunctionV1 {
        template: role.template.clone(),
        function: role.function.clone(),
        read: role.read,
        needs: table(&role.needs.needs),
        optional: table(&role.needs.optional),
        platform: table(&role.needs.platform),
        excess: role.excess.iter().map(difference).collect(),
        missing: role.missing.iter().map(difference).collect(),
        incomplete: role.needs.incomplete.iter().map(note).collect(),
        unresolved: role.needs.unresolved.iter().map(note).collect(),
        conditions: conditions.collect(),
    }
}

fn difference(difference: &Difference) -> DifferenceV1 {
    DifferenceV1 {
        action: difference.action.clone(),
        resources: difference.resources.iter().map(spelled).collect(),
    }
}

fn table(needs: &[Need]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for need in needs {
        let resources = all.entry(need.action.clone()).or_default();
        for text in &need.resources {
            let spelled = spelled(text);
            if !resources.contains(&spelled) {
                resources.push(spelled);
            }
        }
        resources.sort();
    }
    all
}
