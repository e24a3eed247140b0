//! Arrows between crates point down, and heavy crates enter through the room that owns them.

use serde_json::Value;

use super::{packages, text};

/// A room: its name, its floor, the rooms it imports, and the outside crates it imports.
struct Room {
    name: &'static str,
    floor: u8,
    rooms: &'static [&'static str],
    outside: &'static [&'static str],
}

/// The edge table. A new import is a change of the architecture: it is made here, in the same commit, with the reason.
const ROOMS: &[Room] = &[
    Room {
        name: "palisade",
        floor: 7,
        rooms: &[
            "palisade-model",
            "palisade-report",
            "palisade-rules",
            "palisade-scan",
        ],
        // The words of the command line, and how wide the terminal is.
        outside: &["clap", "terminal_size"],
    },
    Room {
        name: "palisade-scan",
        floor: 4,
        rooms: &[
            "palisade-model",
            "palisade-events",
            "palisade-iac",
            "palisade-iam",
            "palisade-flow",
            "palisade-lang",
            "palisade-rules",
        ],
        // Threads, git's ignored files, and its settings.
        outside: &["ignore", "rayon", "rustc-hash", "toml_edit"],
    },
    Room {
        name: "palisade-lang",
        floor: 3,
        rooms: &["palisade-model", "palisade-flow"],
        // Parsers of programming languages live here alone; `serde_json` reads `package.json` and `tsconfig.json`.
        outside: &[
            "ruff_python_ast",
            "ruff_python_parser",
            "ruff_text_size",
            "rustc-hash",
            "serde_json",
            "tree-sitter",
            "tree-sitter-javascript",
            "tree-sitter-typescript",
        ],
    },
    Room {
        name: "palisade-rules",
        floor: 3,
        // `events` generates the example that proves a path.
        rooms: &[
            "palisade-model",
            "palisade-events",
            "palisade-flow",
            "palisade-iam",
        ],
        // Dated facts are TOML.
        outside: &["serde_json", "toml_edit"],
    },
    Room {
        name: "palisade-flow",
        floor: 2,
        rooms: &["palisade-model", "palisade-events"],
        outside: &["regex-syntax", "rustc-hash", "smallvec", "toml_edit"],
    },
    Room {
        name: "palisade-iac",
        floor: 2,
        // `events` names the shape that a trigger delivers.
        rooms: &["palisade-model", "palisade-events"],
        outside: &[
            "granit-parser",
            "jsonc-parser",
            "rustc-hash",
            "serde_json",
            "toml_edit",
        ],
    },
    Room {
        name: "palisade-iam",
        floor: 2,
        rooms: &["palisade-model"],
        // Managed policies lie deflated in the program.
        outside: &["miniz_oxide", "serde_json", "toml_edit"],
    },
    Room {
        name: "palisade-report",
        floor: 2,
        rooms: &["palisade-model"],
        outside: &["serde", "serde_json", "sha2"],
    },
    Room {
        name: "palisade-events",
        floor: 1,
        rooms: &[],
        outside: &["serde_json", "toml_edit"],
    },
    Room {
        name: "palisade-model",
        floor: 0,
        rooms: &[],
        outside: &[],
    },
    Room {
        name: "palisade-bench",
        floor: 8,
        // It measures a scan against the parsers alone.
        rooms: &[
            "palisade-iac",
            "palisade-lang",
            "palisade-model",
            "palisade-scan",
        ],
        outside: &[
            "granit-parser",
            "jsonc-parser",
            "ruff_python_ast",
            "ruff_python_parser",
            "tree-sitter",
            "tree-sitter-javascript",
            "tree-sitter-typescript",
        ],
    },
    Room {
        name: "xtask",
        floor: 8,
        // `iam` holds the layout of the table of facts, which is built here.
        rooms: &[
            "palisade-iac",
            "palisade-iam",
            "palisade-model",
            "palisade-scan",
        ],
        // Packages are archives: deflated and known by their digests.
        outside: &["anyhow", "miniz_oxide", "serde_json", "sha2", "toml_edit"],
    },
];

/// Rooms of one floor that may know each other.
const ACROSS: &[(&str, &str)] = &[];

/// Compares the table with what the manifests say.
pub(super) fn check(metadata: &Value, wrong: &mut Vec<String>) {
    table(wrong);
    let members: Vec<&Value> = packages(metadata)
        .filter(|p| p.get("source").is_none_or(Value::is_null))
        .collect();
    for package in &members {
        let name = text(package, "name");
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            wrong.push(format!("crate {name} stands in no floor of the edge table"));
            continue;
        };
        let imports = package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        // Imports of tests have a kind; those of the crate itself have none.
        let mut imports: Vec<&str> = imports
            .filter(|d| d.get("kind").is_none_or(Value::is_null))
            .map(|d| text(d, "name"))
            .collect();
        imports.sort_unstable();
        imports.dedup();
        let mut allowed: Vec<&str> = room.rooms.iter().chain(room.outside).copied().collect();
        allowed.sort_unstable();
        for extra in imports.iter().filter(|import| !allowed.contains(import)) {
            wrong.push(format!("{name} imports {extra}: no such edge in the table"));
        }
        for missing in allowed.iter().filter(|edge| !imports.contains(edge)) {
            wrong.push(format!(
                "{name} does not import {missing}: take the edge out of the table"
            ));
        }
    }
    for room in ROOMS {
        if !members
            .iter()
            .any(|package| text(package, "name") == room.name)
        {
            wrong.push(format!(
                "the edge table names {}, which is no crate",
                room.name
            ));
        }
    }
}

/// Every arrow of the table points down.
fn table(wrong: &mut Vec<String>) {
    for room in ROOMS {
        for to in room.rooms {
            let below = ROOMS
                .iter()
                .find(|r| r.name == *to)
                .is_some_and(|r| r.floor < room.floor);
            if !below && !ACROSS.contains(&(room.name, to)) {
                wrong.push(format!(
                    "the edge from {} to {to} does not point down",
                    room.name
                ));
            }
        }
    }
}
