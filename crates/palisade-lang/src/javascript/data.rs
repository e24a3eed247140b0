//! JSON files that code requires: a record of constants.

use palisade_flow::ir::build::Builder;
use palisade_flow::ir::{Const, ValueId};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use serde_json::Value;

/// Values of one file kept; the rest reads as `undefined`.
const VALUES_MAX: usize = 20_000;

/// Lowers the content of a JSON file as what its module exports.
pub(super) fn lower(b: &mut Builder, text: &str, limits: &Limits) {
    b.declare("exports", false);
    let value = match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        Ok(value) => {
            let mut left = VALUES_MAX;
            record(b, &value, limits.json_depth.min(128), &mut left)
        }
        Err(_) => {
            let span = b.span(0, 0);
            b.problem(Problem::at(
                span,
                ProblemKind::Syntax,
                Cost::Value,
                "a required file is no JSON: its values stay unknown",
            ));
            b.error(Vec::new())
        }
    };
    b.write("exports", value);
}

fn record(b: &mut Builder, value: &Value, depth: usize, left: &mut usize) -> ValueId {
    if depth == 0 || *left == 0 {
        return b.constant(Const::Undefined);
    }
    *left -= 1;
    match value {
        Value::Null => b.constant(Const::Null),
        Value::Bool(flag) => b.constant(Const::Bool(*flag)),
        Value::Number(number) => b.number(&number.to_string()),
        Value::String(text) => b.string(text),
        Value::Array(all) => {
            let parts = all
                .iter()
                .map(|v| (record(b, v, depth - 1, left), false))
                .collect();
            b.list(parts)
        }
        Value::Object(map) => {
            let mut parts = Vec::with_capacity(map.len());
            for (key, value) in map {
                let value = record(b, value, depth - 1, left);
                let key = b.sym(key);
                parts.push((Some(key), value));
            }
            b.record(parts)
        }
    }
}
