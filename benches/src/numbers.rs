//! Numbers on the command line, between processes, and in tables.

use std::collections::BTreeMap;

/// What a process measured, by name.
pub(crate) type Measures = BTreeMap<String, f64>;

/// Takes `--name N` out of the words.
pub(crate) fn option(words: &mut Vec<String>, name: &str) -> Option<usize> {
    let at = words.iter().position(|word| word == name)?;
    let value = words.get(at + 1)?.parse().ok();
    words.drain(at..at + 2);
    value
}

/// `a=1 b=2` as measures.
pub(crate) fn read(text: &str) -> Measures {
    let pairs = text
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='));
    pairs
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect()
}

/// Measures as `a=1 b=2`.
pub(crate) fn write(measures: &[(&str, f64)]) -> String {
    measures
        .iter()
        .map(|(name, value)| format!("{name}={value} "))
        .collect()
}

/// Of several runs the median of each measure.
pub(crate) fn median(runs: &[Measures]) -> Measures {
    let Some(first) = runs.first() else {
        return Measures::new();
    };
    let middle = |name: &String| {
        let mut all: Vec<f64> = runs
            .iter()
            .filter_map(|run| run.get(name).copied())
            .collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    first
        .keys()
        .map(|name| (name.clone(), middle(name)))
        .collect()
}

/// One measure, zero where it is missing.
pub(crate) fn of(measures: &Measures, name: &str) -> f64 {
    measures.get(name).copied().unwrap_or_default()
}

/// A table with its columns aligned.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| {
            if at == 0 {
                format!("{cell:<width$}")
            } else {
                format!("  {cell:>width$}")
            }
        });
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(line).collect()
}
