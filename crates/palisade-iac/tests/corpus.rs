//! Reads whole trees where `PALISADE_CORPUS` names a folder of repositories: nothing may panic, and what was read is
//! written to `PALISADE_CORPUS_OUT`, one JSON object a line, for comparison with other tools.

#![expect(clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use palisade_iac::{ReadSettings, plan, read};
use palisade_model::app::{App, Code};
use palisade_model::limits::Limits;
use palisade_model::policy::{Grant, Principal, Statement};
use palisade_model::print::print;
use palisade_model::setting::Setting;
use palisade_model::source::Sources;
use palisade_model::text::Text;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && !matches!(name.as_str(), ".git" | "node_modules") {
            files(&path, found);
        } else if kind.is_file() {
            let wanted = [".yaml", ".yml", ".json", ".template"]
                .iter()
                .any(|end| name.ends_with(end));
            if wanted {
                found.push(path);
            }
        }
    }
}

fn first(setting: &Setting<Text>) -> String {
    setting
        .values()
        .first()
        .map(|(_, text)| text.words())
        .unwrap_or_default()
}

fn words(texts: &[Text]) -> Vec<String> {
    texts.iter().map(Text::words).collect()
}

fn statement(statement: &Statement) -> serde_json::Value {
    let principals: Vec<String> = statement
        .principals
        .iter()
        .map(|p| match p {
            Principal::Anyone => "*".to_owned(),
            Principal::Aws(t)
            | Principal::Service(t)
            | Principal::Federated(t)
            | Principal::Canonical(t) => t.words(),
            Principal::Unknown(t) => t.clone(),
        })
        .collect();
    let tests: Vec<_> = statement
        .conditions
        .iter()
        .map(|c| (c.key.clone(), c.operator.clone(), words(&c.values)))
        .collect();
    serde_json::json!({"effect": format!("{:?}", statement.effect), "actions": words(&statement.actions),
        "resources": words(&statement.resources), "principals": principals, "tests": tests})
}

/// Everything a differential test compares.
fn facts_of(repository: &str, app: &App) -> serde_json::Value {
    let functions: Vec<_> = app
        .functions
        .iter()
        .map(|f| {
            serde_json::json!({"id": f.key.address, "handler": first(&f.handler), "runtime": first(&f.runtime),
                "roles": f.role.iter().map(|(_, r)| app.roles[*r].key.address.clone()).collect::<Vec<_>>(),
                "policy": f.policy.iter().map(statement).collect::<Vec<_>>()})
        })
        .collect();
    let roles: Vec<_> = app
        .roles
        .iter()
        .map(|r| {
            let grants: Vec<_> = r
                .grants
                .iter()
                .map(|g| match g {
                    Grant::Statement(s) => statement(s),
                    Grant::Managed(m) => serde_json::json!({"managed": first(m)}),
                    Grant::Unreadable(_) => serde_json::json!("unreadable"),
                })
                .collect();
            serde_json::json!({"id": r.key.address, "grants": grants})
        })
        .collect();
    let resources: Vec<_> = app
        .resources
        .iter()
        .map(|r| serde_json::json!({"id": r.key.address, "type": r.type_name}))
        .collect();
    let triggers: Vec<_> = app
        .triggers
        .iter()
        .map(|t| {
            serde_json::json!({"id": t.key.address, "function": app.functions[t.function].key.address, "event": t.event,
                "source": t.source.map(|s| app.label(s)), "method": t.route.as_ref().map(|r| r.method.clone()),
                "path": t.route.as_ref().map(|r| r.path.clone()), "through": t.through,
                "auth": t.doors.first().map(|d| format!("{:?}", d.auth)), "key": t.doors.first().is_some_and(|d| !d.hedges.is_empty()),
                "wired": format!("{:?}", t.wired), "permitted": format!("{:?}", t.permitted)})
        })
        .collect();
    let template = app.stacks.iter().next().map(|s| s.path.clone());
    serde_json::json!({"repo": repository, "template": template, "stacks": app.stacks.len(), "functions": functions,
        "roles": roles, "resources": resources, "triggers": triggers})
}

#[test]
fn corpus() {
    let Some(root) = std::env::var_os("PALISADE_CORPUS") else {
        return;
    };
    let only = std::env::var("PALISADE_CORPUS_ONLY").ok();
    let full = std::env::var_os("PALISADE_CORPUS_PRINT").is_some();
    let facts = std::env::var_os("PALISADE_CORPUS_FACTS").is_some();
    let out = std::env::var_os("PALISADE_CORPUS_OUT").unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(out).unwrap());
    let mut repositories: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    repositories.sort();
    let limits = Limits::default();
    for repository in repositories {
        let name = repository
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let mut paths = Vec::new();
        files(&repository, &mut paths);
        paths.sort();
        let mut sources = Sources::default();
        let mut ids = Vec::new();
        let mut by_path = HashMap::new();
        for path in paths {
            let relative = path
                .strip_prefix(&repository)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            if bytes.len() > limits.template_bytes {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let id = sources.add(relative.clone(), text);
            ids.push(id);
            by_path.insert(relative, id);
        }
        let begin = Instant::now();
        let (plans, problems) = plan(&sources, &ids, &limits);
        let planned = begin.elapsed();
        let (mut functions, mut triggers, mut count) = (0, 0, problems.len());
        for plan in &plans {
            let app = read(plan, &sources, &ReadSettings::default(), &limits, &|path| {
                by_path.get(path).copied()
            });
            functions += app.functions.len();
            triggers += app.triggers.len();
            count += app.problems.len();
            if full {
                writeln!(out, "{}", print(&app, &sources)).unwrap();
                continue;
            }
            if facts {
                writeln!(out, "{}", facts_of(&name, &app)).unwrap();
                continue;
            }
            for (id, function) in app.functions.enumerate() {
                let (kind, code) = match &function.code {
                    Code::Directory(path) => ("directory", path.clone()),
                    Code::Archive(path) => ("archive", path.clone()),
                    Code::Inline(..) => ("inline", String::new()),
                    Code::Image { image, .. } => ("image", image.words()),
                    Code::Elsewhere(place) => ("elsewhere", place.clone()),
                    Code::Nowhere => ("none", String::new()),
                };
                let line = serde_json::json!({
                    "repo": name, "template": app.stacks[function.key.stack].path,
                    "logical_id": function.key.address, "handler": first(&function.handler),
                    "runtime": first(&function.runtime), "code_kind": kind, "code": code,
                    "roles": function.role.len(), "incomplete": function.incomplete,
                    "triggers": app.triggers_of(id).map(|(_, t)| t.event).collect::<Vec<_>>(),
                });
                writeln!(out, "{line}").unwrap();
            }
            for problem in &app.problems {
                let place = match &problem.place {
                    palisade_model::problem::ProblemPlace::Span(span) => {
                        format!(
                            "{}:{}",
                            sources.path(span.file),
                            sources.line(span.file, span.start)
                        )
                    }
                    palisade_model::problem::ProblemPlace::Path(path) => path.clone(),
                };
                let line = serde_json::json!({"repo": name, "problem": problem.message, "kind": problem.kind.word(), "place": place});
                writeln!(out, "{line}").unwrap();
            }
        }
        for problem in &problems {
            let line = serde_json::json!({"repo": name, "problem": problem.message, "kind": problem.kind.word(), "place": format!("{:?}", problem.place)});
            writeln!(out, "{line}").unwrap();
        }
        println!(
            "{name}: {} apps, {functions} functions, {triggers} triggers, {count} problems, plan {planned:?}, read {:?}",
            plans.len(),
            begin.elapsed() - planned
        );
    }
}
