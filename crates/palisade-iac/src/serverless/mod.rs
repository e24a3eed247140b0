//! The reader of the Serverless Framework: its variables resolved, its service turned into the stack that it deploys.

mod assemble;
mod compile;
mod emit;
mod existing;
mod files;
mod grants;
mod made;
mod names;
mod plugins;
mod resolver;
mod syntax;
mod tree;
mod worlds;

use palisade_model::guard::{Axis, AxisId};
use palisade_model::index::IndexVec;
use palisade_model::problem::Problem;

use crate::document::Document;
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
        compile::compile(&mut template, scope.stack, problems);
    }
    template
}
