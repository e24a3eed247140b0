//! Which files are templates, and which of them belong together.

use std::sync::Arc;

use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::{FileId, Sources};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::document::{self, Document, NodeRef};
use crate::exports;
use crate::reader::join_path;
use crate::recognize::{self, Format};

/// One App to read: a root template, and the templates nested in it.
#[derive(Clone, Debug)]
pub struct AppPlan {
    /// Folder of the root template, `.` for the root of the tree.
    pub root: String,
    /// Its root templates: one, or several that import what another exports.
    pub roots: Vec<FileId>,
    /// The root templates first, then those nested in them.
    pub templates: Vec<FileId>,
    documents: FxHashMap<FileId, Parsed>,
}

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The document.
    pub document: Arc<Document>,
    /// Its format.
    pub format: Format,
    /// What its parser reported.
    pub problems: Vec<Problem>,
}

impl AppPlan {
    /// Takes another App's templates in: both are one App.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.root = common(&self.root, &other.root);
        let nested = self
            .templates
            .split_off(self.roots.len().min(self.templates.len()));
        self.roots.extend(&other.roots);
        self.templates.extend(&other.roots);
        for file in nested.iter().chain(&other.templates) {
            if !self.templates.contains(file) {
                self.templates.push(*file);
            }
        }
        self.documents.extend(other.documents);
    }

    /// The parsed document of one of its templates.
    pub fn document(&self, file: FileId) -> Option<&Parsed> {
        self.documents.get(&file)
    }
}

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
        if !recognize::may_be_template(sources.text(*file)) || parsed.contains_key(file) {
            continue;
        }
        let mut found = Vec::new();
        let Some(document) = document::parse(sources, *file, limits, &mut found) else {
            problems.extend(found);
            continue;
        };
        let format = recognize::recognize(&document);
        if matches!(format, Format::Sam | Format::CloudFormation) {
            order.push(*file);
            parsed.insert(
                *file,
                Parsed {
                    document: Arc::new(document),
                    format,
                    problems: found,
                },
            );
        }
    }
    order.sort_by_key(|file| sources.path(*file));
    let order = without_copies(sources, order, &parsed, &mut problems);
    let plans = apps(sources, &order, &parsed);
    (exports::join(sources, plans, &mut problems), problems)
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
        let root = match folder(sources.path(*file)) {
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

/// The folder that holds both folders.
fn common(a: &str, b: &str) -> String {
    let parts = a.split('/').zip(b.split('/'));
    let same: Vec<&str> = parts.take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    if same.is_empty() {
        ".".to_owned()
    } else {
        same.join("/")
    }
}

/// The folder of a path; empty for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
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

/// Folder of a template, and logical id and type of all its resources.
type Likeness = (String, Vec<(String, String)>);

/// What a template declares, for telling copies from others.
struct Face {
    /// Logical id and type of every resource.
    resources: Vec<(String, String)>,
    /// The functions.
    functions: Vec<FunctionFace>,
}

/// A function as far as copies must agree in it.
struct FunctionFace {
    id: String,
    handler: Written,
    code: Written,
}

/// A property as written; what an intrinsic makes is not compared.
#[derive(Clone)]
enum Written {
    Absent,
    Text(String),
    Made,
}

impl FunctionFace {
    fn like(&self, other: &Self) -> bool {
        let same = |a: &Written, b: &Written| match (a, b) {
            (Written::Text(a), Written::Text(b)) => a.trim() == b.trim(),
            (Written::Made, _) | (_, Written::Made) | (Written::Absent, Written::Absent) => true,
            (Written::Absent, Written::Text(_)) | (Written::Text(_), Written::Absent) => false,
        };
        self.id == other.id && same(&self.handler, &other.handler) && same(&self.code, &other.code)
    }
}

fn face(document: &Document) -> Face {
    let mut face = Face {
        resources: Vec::new(),
        functions: Vec::new(),
    };
    let Some(root) = document.root() else {
        return face;
    };
    let Some(resources) = document.get(root, "Resources") else {
        return face;
    };
    for (entry, _) in document.merged(resources) {
        let kind = document
            .get(entry.value, "Type")
            .and_then(|node| document.text(node))
            .unwrap_or_default();
        face.resources
            .push((entry.key.to_string(), kind.to_owned()));
        if kind.ends_with("::Function") {
            let properties = document.get(entry.value, "Properties");
            let text = |node: Option<NodeRef>| match node {
                None => Written::Absent,
                Some(node) => document
                    .text(node)
                    .map_or(Written::Made, |text| Written::Text(text.to_owned())),
            };
            let of = |key: &str| properties.and_then(|node| document.get(node, key));
            let inline = of("Code").and_then(|code| document.get(code, "ZipFile"));
            face.functions.push(FunctionFace {
                id: entry.key.to_string(),
                handler: text(of("Handler")),
                code: text(of("CodeUri").or(of("InlineCode")).or(inline)),
            });
        }
    }
    face.resources.sort();
    face.functions.sort_by(|a, b| a.id.cmp(&b.id));
    face
}

/// Leaves out what a tool made from a template beside it, and variants: templates of one folder that declare the same
/// resources by id and type and the same functions by code and handler. The one with the plainest name stays.
fn without_copies(
    sources: &Sources,
    order: Vec<FileId>,
    parsed: &FxHashMap<FileId, Parsed>,
    problems: &mut Vec<Problem>,
) -> Vec<FileId> {
    let folders: FxHashSet<&str> = order.iter().map(|f| folder(sources.path(*f))).collect();
    let made = |path: &str| {
        ["/.aws-sam/", "/cdk.out/"].iter().any(|word| {
            let padded = format!("/{path}");
            padded.split_once(word).is_some_and(|(before, _)| {
                *word == "/.aws-sam/" && folders.contains(before.trim_start_matches('/'))
            })
        })
    };
    let mut groups: FxHashMap<Likeness, Vec<FileId>> = FxHashMap::default();
    let mut kept: Vec<FileId> = Vec::new();
    for file in order {
        let path = sources.path(file);
        if made(path) {
            problems.push(built(path));
            continue;
        }
        kept.push(file);
        if let Some(parsed) = parsed.get(&file) {
            let face = face(&parsed.document);
            if !face.functions.is_empty() {
                groups
                    .entry((folder(path).to_owned(), face.resources))
                    .or_default()
                    .push(file);
            }
        }
    }
    let mut left_out: FxHashSet<FileId> = FxHashSet::default();
    for files in groups.values().filter(|files| files.len() > 1) {
        let mut files = files.clone();
        files.sort_by_key(|file| plainness(sources.path(*file)));
        let Some((first, others)) = files.split_first() else {
            continue;
        };
        let functions = |file: &FileId| {
            parsed
                .get(file)
                .map(|p| face(&p.document).functions)
                .unwrap_or_default()
        };
        let original = functions(first);
        for other in others {
            let copied = functions(other);
            let same = copied.len() == original.len()
                && copied.iter().zip(&original).all(|(a, b)| a.like(b));
            if same || is_packaged(sources.path(*other)) {
                problems.push(copy_of(sources.path(*other), sources.path(*first)));
                left_out.insert(*other);
            }
        }
    }
    kept.retain(|file| !left_out.contains(file));
    problems.sort();
    kept
}

fn built(path: &str) -> Problem {
    let mut problem = Problem::path(
        path,
        ProblemKind::Skipped,
        "built from a template of the tree: it was left out",
    );
    problem.cost = palisade_model::problem::Cost::Nothing;
    problem
}

fn copy_of(path: &str, original: &str) -> Problem {
    let mut problem = Problem::path(
        path,
        ProblemKind::Skipped,
        format!("the same functions as `{original}`: it was left out"),
    );
    problem.cost = palisade_model::problem::Cost::Nothing;
    problem
}

fn is_packaged(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["packaged", "output", "generated"]
        .iter()
        .any(|word| name.contains(word))
}

fn plainness(path: &str) -> (bool, u8, usize, String) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let rank = match stem {
        "template" => 0,
        "sam" | "app" => 1,
        _ => 2,
    };
    (is_packaged(path), rank, name.len(), path.to_owned())
}
