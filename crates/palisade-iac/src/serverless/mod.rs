//! The reader of the Serverless Framework: its variables resolved, its service turned into the stack that it deploys.

mod assemble;
mod compile;
mod constructs;
mod emit;
mod existing;
mod files;
mod grants;
mod made;
mod names;
mod plugins;
mod resolver;
mod show;
mod syntax;
mod tree;
mod worlds;

pub(crate) use emit::STAGE;

pub(crate) use self::compile::compile;
pub(crate) use self::made::Made;

use palisade_model::guard::{Axis, AxisId};
use palisade_model::index::IndexVec;
use palisade_model::problem::Problem;

use crate::document::{Document, Shape};
use crate::draft::Draft;
use crate::evaluate::{self, Scope, Template};
use crate::reader::{At, Reader};

/// The reader of what the framework adds beside CloudFormation types.
#[derive(Debug)]
pub struct Serverless;

impl Reader for Serverless {
    fn format(&self) -> &'static str {
        "serverless"
    }

    fn reads(&self, type_name: &str) -> bool {
        type_name.starts_with("Serverless::")
    }

    fn declare(&self, at: At<'_>, draft: &mut Draft) {
        existing::declare(at, draft);
    }

    fn tie(&self, at: At<'_>, draft: &mut Draft) {
        existing::tie(at, draft);
    }
}

/// Paths of the files that a service takes in, as written; those with variables in their names are left out.
pub fn included(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for (_, node) in document.all() {
        let Shape::Scalar(scalar) = &node.shape else {
            continue;
        };
        for (at, _) in scalar.text.match_indices("file(") {
            let rest = scalar.text.get(at + "file(".len()..).unwrap_or_default();
            if let Some((path, _)) = rest.split_once(')')
                && !path.contains('$')
            {
                found.push(path.split(',').next().unwrap_or(path).trim().to_owned());
            }
        }
    }
    found
}

/// The stack that a service deploys.
pub fn template(
    document: &Document,
    folder: &str,
    scope: &Scope<'_>,
    axes: &mut IndexVec<AxisId, Axis>,
    problems: &mut Vec<Problem>,
) -> Template {
    let whole = document.span;
    let mut files = files::Files::new(scope.sources, scope.limits, scope.find, folder, document);
    let service = worlds::resolve(&mut files, scope.given, whole, problems);
    problems.append(&mut files.problems);
    let assembled = service
        .as_ref()
        .and_then(|service| assemble::document(service, document, scope.limits.document_nodes));
    let document = assembled.as_ref().unwrap_or(document);
    let mut template = evaluate::evaluate(document, scope, axes, problems);
    if assembled.is_some() {
        compile(&mut template, scope.stack, problems);
    }
    template
}

/// A service as resolved for one stage, as JSON text whose scalars are strings.
pub fn resolved(
    document: &Document,
    folder: &str,
    stage: &str,
    scope: &Scope<'_>,
) -> Option<String> {
    let mut files = files::Files::new(scope.sources, scope.limits, scope.find, folder, document);
    let given = [("stage".to_owned(), stage.to_owned())];
    let service = worlds::resolve(&mut files, &given, document.span, &mut Vec::new())?;
    Some(show::json(&service.tree, stage))
}
