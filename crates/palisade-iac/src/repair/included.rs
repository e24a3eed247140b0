//! Files that a service of the Serverless Framework includes: they are edited where it alone names them.

use std::collections::BTreeSet;

use palisade_model::app::App;
use palisade_model::source::{FileId, Sources};

use crate::document::{self, Document};
use crate::plan;

use super::Reading;

/// The files beside the templates in which services declare roles, parsed.
pub(crate) fn documents(reading: &Reading<'_>, app: &App) -> Vec<(FileId, Document)> {
    let of_service = |stack| {
        app.stacks
            .get(stack)
            .is_some_and(|s| s.format == "serverless")
    };
    let roles = app.roles.iter();
    let files: BTreeSet<FileId> = roles
        .filter(|role| of_service(role.key.stack))
        .map(|role| role.origin.span.file)
        .filter(|file| !reading.plan.templates.contains(file))
        .filter(|file| is_document(reading.sources.path(*file)))
        .collect();
    let parsed = files.into_iter().filter_map(|file| {
        let mut problems = Vec::new();
        let document = document::parse(reading.sources, file, reading.limits, &mut problems)?;
        problems.is_empty().then_some((file, document))
    });
    parsed.collect()
}

fn is_document(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(ending, "yml" | "yaml" | "json")
}

/// Whether a path is that of something that may include a file.
fn includes(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    is_document(path) || matches!(ending, "js" | "cjs" | "mjs" | "ts" | "py")
}

/// Why a role of an included file is not to be edited: another includes the file as well, or somebody else than a
/// function names the role.
pub(crate) fn check(sources: &Sources, file: FileId, id: &str) -> Result<(), String> {
    let own = sources.path(file);
    let name = plan::name(own);
    let others = || sources.iter().filter(|(_, source)| includes(&source.path));
    let named: usize = others()
        .flat_map(|(_, source)| source.text.lines())
        .map(|line| plain(line).matches(name).count())
        .sum();
    if named != 1 {
        return Err(format!("{own} may be included in several places"));
    }
    for (_, source) in others().filter(|(other, _)| *other != file) {
        let line = source.text.lines().position(|line| {
            let line = plain(line).trim_start();
            line.contains(id) && !line.starts_with("role:")
        });
        if let Some(line) = line {
            return Err(format!(
                "line {} of {} names its role `{id}`, too",
                line + 1,
                source.path
            ));
        }
    }
    Ok(())
}

/// A line without its comment.
fn plain(line: &str) -> &str {
    match line.trim_start().starts_with('#') {
        true => "",
        false => line.split(" #").next().unwrap_or(line),
    }
}
