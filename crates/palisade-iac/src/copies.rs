//! Templates that are copies of another one: built by a tool, or variants beside it.

use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::document::{Document, NodeRef};
use crate::plan::{Parsed, folder};

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
        return service(document, root, face);
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

/// The functions of a service, where they are written out.
fn service(document: &Document, root: NodeRef, mut face: Face) -> Face {
    let provider = document.get(root, "provider");
    let Some(functions) = document
        .get(root, "functions")
        .filter(|_| provider.is_some())
    else {
        return face;
    };
    let cloud = provider
        .and_then(|node| document.get(node, "name").or(Some(node)))
        .and_then(|node| document.text(node));
    if let Some(cloud) = cloud {
        face.resources
            .push((cloud.to_owned(), "provider".to_owned()));
    }
    for (entry, value) in document.merged(functions) {
        let text = |key: &str| match document.get(value, key) {
            None => Written::Absent,
            Some(node) => document
                .text(node)
                .map_or(Written::Made, |text| Written::Text(text.to_owned())),
        };
        face.resources
            .push((entry.key.to_string(), "function".to_owned()));
        face.functions.push(FunctionFace {
            id: entry.key.to_string(),
            handler: text("handler"),
            code: text("image"),
        });
    }
    face.resources.sort();
    face.functions.sort_by(|a, b| a.id.cmp(&b.id));
    face
}

/// Leaves out what a tool made from a template beside it, and variants: templates of one folder that declare the same
/// resources by id and type and the same functions by code and handler. The one with the plainest name stays.
pub fn without_copies(
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
    problem.cost = Cost::Nothing;
    problem
}

fn copy_of(path: &str, original: &str) -> Problem {
    let mut problem = Problem::path(
        path,
        ProblemKind::Skipped,
        format!("the same functions as `{original}`: it was left out"),
    );
    problem.cost = Cost::Nothing;
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
        "template" | "serverless" => 0,
        "sam" | "app" => 1,
        _ => 2,
    };
    (is_packaged(path), rank, name.len(), path.to_owned())
}
