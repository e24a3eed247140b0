//! Evaluates the intrinsics of a CloudFormation template into values with places and guards.

use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::setting::Origin;
use palisade_model::source::{FileId, Sources, Span};
use palisade_model::text::StackId;

use crate::document::Document;
use crate::value::{Value, ValueKind};

/// One evaluated template: one instance of a stack.
#[derive(Clone, PartialEq, Debug)]
pub struct Template {
    /// The file.
    pub file: FileId,
    /// The whole template.
    pub root: Span,
    /// Transforms by name, such as `AWS::Serverless-2016-10-31`.
    pub transforms: Vec<String>,
    /// The `Globals` section; Null where there is none.
    pub globals: Value,
    /// Declared parameters with the places of their names.
    pub parameters: Vec<(String, Span)>,
    /// Resources in order of writing, loops expanded.
    pub resources: Vec<RawResource>,
    /// The `Outputs` section as a map; Null where there is none.
    pub outputs: Value,
}

/// A resource as evaluated, not yet understood.
#[derive(Clone, PartialEq, Debug)]
pub struct RawResource {
    /// Its logical id.
    pub id: String,
    /// Place of the logical id.
    pub id_span: Span,
    /// The whole entry.
    pub span: Span,
    /// Its type, such as `AWS::S3::Bucket`.
    pub type_name: String,
    /// Place of the type.
    pub type_span: Span,
    /// When it exists (its `Condition`).
    pub exists: Guard,
    /// `Properties`; Null where there are none.
    pub properties: Value,
    /// `Metadata`; Null where there is none.
    pub metadata: Value,
    /// `Connectors`; Null where there are none.
    pub connectors: Value,
    /// `DependsOn`.
    pub depends_on: Vec<String>,
}

/// What an evaluation may see.
pub struct Scope<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// Limits.
    pub limits: &'a Limits,
    /// The stack that is evaluated.
    pub stack: StackId,
    /// Parameters given on the command line.
    pub given: &'a [(String, String)],
    /// Parameters handed in by a parent stack.
    pub inherited: &'a [(String, Value)],
    /// Finds a file by its path relative to the root; never leaves the root.
    pub find: &'a dyn Fn(&str) -> Option<FileId>,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope")
            .field("stack", &self.stack)
            .finish_non_exhaustive()
    }
}

/// Evaluates a template.
pub fn evaluate(
    document: &Document,
    scope: &Scope<'_>,
    axes: &mut IndexVec<AxisId, Axis>,
    problems: &mut Vec<Problem>,
) -> Template {
    let _ = (scope, axes, problems);
    let none = Value {
        kind: ValueKind::Null,
        origin: Origin::written(document.span),
    };
    Template {
        file: document.file,
        root: document.span,
        transforms: Vec::new(),
        globals: none.clone(),
        parameters: Vec::new(),
        resources: Vec::new(),
        outputs: none,
    }
}
