//! Folders of applications: parsing alone against the whole scan.

use crate::case::{Settings, ask};
use crate::numbers::{Measures, of, table};

const STAGES: [&str; 7] = [
    "walk",
    "read",
    "templates",
    "lower",
    "flow",
    "rules",
    "rest",
];

/// One row a folder, the sum last.
pub(crate) fn measure(folders: &[String], settings: Settings) -> String {
    let head = "folder|MB parsed|modules|functions|parse ms|scan ms|ratio|MB/s|templates|lower|flow|other|peak MB|findings";
    let mut rows = vec![head.split('|').map(str::to_owned).collect::<Vec<_>>()];
    let mut sum = Measures::new();
    let mut failed = String::new();
    for folder in folders {
        match ask(&["folder", folder], settings) {
            Ok(measures) => {
                rows.push(row(folder.rsplit('/').next().unwrap_or(folder), &measures));
                for (name, value) in measures {
                    let all = sum.entry(name.clone()).or_default();
                    *all = if name == "peak" {
                        all.max(value)
                    } else {
                        *all + value
                    };
                }
            }
            Err(why) => failed.push_str(&format!("{folder}: {why}\n")),
        }
    }
    rows.push(row("all (peak: the largest)", &sum));
    let note = format!(
        "parse: the texts that the scan read, by the same parsers (ruff, tree-sitter, granit, jsonc) and nothing else\nscan: everything from walking the tree to the outcome; library models are parsed in each run (part of flow)\nmedian of {}, {} thread(s)\n\n",
        settings.repeat, settings.jobs
    );
    format!("{note}{}{failed}", table(&rows))
}

fn row(name: &str, measures: &Measures) -> Vec<String> {
    let of = |name| of(measures, name);
    let scan: f64 = STAGES.iter().map(|stage| of(stage)).sum();
    let megabytes = of("parsed_bytes") / 1e6;
    let other = of("walk") + of("read") + of("rules") + of("rest");
    vec![
        name.to_owned(),
        format!("{megabytes:.2}"),
        format!("{:.0}", of("modules")),
        format!("{:.0}", of("functions")),
        format!("{:.0}", of("parse")),
        format!("{scan:.0}"),
        format!("{:.2}", scan / of("parse").max(0.001)),
        format!("{:.2}", megabytes / (scan / 1000.0).max(0.001)),
        format!("{:.0}", of("templates")),
        format!("{:.0}", of("lower")),
        format!("{:.0}", of("flow")),
        format!("{other:.0}"),
        format!("{:.0}", of("peak")),
        format!("{:.0}", of("findings")),
    ]
}
