//! Which files are templates, and which of them belong together.

use std::sync::Arc;

use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::{FileId, Sources};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::copies::without_copies;
use crate::document::{self, Document};
use crate::exports;
use crate::plan::{self, AppPlan, Parsed, folder, home};
use crate::reader::join_path;
use crate::recognize::{self, Format};
use crate::serverless;

/// Parses the candidates, tells templates by their content, groups nested stacks under their parents, and leaves out
/// packaged copies and variants of a template beside it.
pub fn plan(
    sources: &Sources,
    candidates: &[FileId],
    limits: &Limits,
) -> (Vec<AppPlan>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut parsed: FxHashMap<FileId, Parsed> = FxHashMap::default();
    let mut order: Vec<FileId> = Vec::new();
    for file in candidates {
        let path = sources.path(*file);
        let program = path.ends_with(".py");
        if program || !recognize::may_be_template(sources.text(*file)) || parsed.contains_key(file)
        {
            continue;
        }
        let mut found = Vec::new();
        // Services have common words: a document that is none is nobody's loss.
        let telling = recognize::has_cloud_words(sources.text(*file))
            || plan::name(path).starts_with("serverless.");
        let Some(document) = document::parse(sources, *file, limits, &mut found) else {
            if telling {
                problems.extend(found);
            }
            continue;
        };
        let format = recognize::recognize(&document);
        if matches!(
            format,
            Format::Sam | Format::CloudFormation | Format::Serverless
        ) || (format == Format::Chalice && path.ends_with(".chalice/config.json"))
        {
            order.push(*file);
            parsed.insert(
                *file,
                Parsed {
                    document: Arc::new(document),
                    format,
                    problems: found,
                },
            );
        } else if format == Format::Other && telling {
            // It has the words of a template: what broke may be why it is none.
            let broken = |p: &Problem| matches!(p.kind, ProblemKind::Syntax | ProblemKind::Limit);
            problems.extend(found.into_iter().filter(broken));
        }
    }
    order.sort_by_key(|file| sources.path(*file));
    let included = included(sources, &order, &parsed);
    order.retain(|file| !included.contains(sources.path(*file)));
    let order = without_copies(sources, order, &parsed, &mut problems);
    let plans = apps(sources, &order, &parsed);
    (exports::join(sources, plans, &mut problems), problems)
}

/// Templates that a service takes in are part of it, not Apps of their own.
fn included(
    sources: &Sources,
    order: &[FileId],
    parsed: &FxHashMap<FileId, Parsed>,
) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    for file in order {
        let Some(parsed) = parsed.get(file) else {
            continue;
        };
        if parsed.format == Format::Serverless {
            let folder = folder(sources.path(*file));
            for path in serverless::included(&parsed.document) {
                found.extend(join_path(folder, &path));
            }
        }
    }
    found.retain(|path| {
        let file = order.iter().find(|file| sources.path(**file) == path);
        file.and_then(|file| parsed.get(file))
            .is_some_and(|parsed| parsed.format != Format::Serverless)
    });
    found
}

fn apps(sources: &Sources, order: &[FileId], parsed: &FxHashMap<FileId, Parsed>) -> Vec<AppPlan> {
    let by_path: FxHashMap<&str, FileId> = order
        .iter()
        .map(|file| (sources.path(*file), *file))
        .collect();
    let mut children: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
    let mut nested: FxHashSet<FileId> = FxHashSet::default();
    for file in order {
        let Some(parsed) = parsed.get(file) else {
            continue;
        };
        let folder = folder(sources.path(*file));
        for place in nested_places(&parsed.document) {
            let child =
                join_path(folder, &place).and_then(|path| by_path.get(path.as_str()).copied());
            if let Some(child) = child.filter(|c| c != file) {
                children.entry(*file).or_default().push(child);
                nested.insert(child);
            }
        }
    }
    let mut plans: Vec<AppPlan> = Vec::new();
    let mut reached: FxHashSet<FileId> = FxHashSet::default();
    // Templates that nest each other in a circle have no root: the first of them is one.
    let roots = order.iter().filter(|f| !nested.contains(f));
    let rest = order.iter().filter(|f| nested.contains(f));
    for (file, is_root) in roots.map(|f| (f, true)).chain(rest.map(|f| (f, false))) {
        if !is_root && reached.contains(file) {
            continue;
        }
        let mut templates = vec![*file];
        let mut seen: FxHashSet<FileId> = templates.iter().copied().collect();
        let mut at = 0;
        while let Some(here) = templates.get(at).copied() {
            at += 1;
            for child in children.get(&here).map_or(&[][..], Vec::as_slice) {
                if seen.insert(*child) {
                    templates.push(*child);
                }
            }
        }
        reached.extend(&templates);
        let root = match home(sources.path(*file)) {
            "" => ".".to_owned(),
            folder => folder.to_owned(),
        };
        plans.push(AppPlan {
            root,
            roots: vec![*file],
            documents: templates
                .iter()
                .filter_map(|f| Some((*f, parsed.get(f)?.clone())))
                .collect(),
            templates,
        });
    }
    plans.sort_by_key(|plan| plan.templates.first().map(|f| sources.path(*f)));
    plans
}

/// Local paths of the templates that a template nests.
fn nested_places(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    let Some(resources) = document
        .root()
        .and_then(|root| document.get(root, "Resources"))
    else {
        return found;
    };
    for (entry, _) in document.merged(resources) {
        let kind = document
            .get(entry.value, "Type")
            .and_then(|node| document.text(node));
        let key = match kind {
            Some("AWS::CloudFormation::Stack") => "TemplateURL",
            Some("AWS::Serverless::Application") => "Location",
            _ => continue,
        };
        // The CDK names the file of a nested stack in the metadata.
        let asset = document
            .get(entry.value, "Metadata")
            .and_then(|node| document.get(node, "aws:asset:path"));
        let place = document
            .get(entry.value, "Properties")
            .and_then(|node| document.get(node, key));
        let place = asset.or(place).and_then(|node| document.text(node));
        found.extend(place.map(str::to_owned));
    }
    found
}
