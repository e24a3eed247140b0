//! Evaluates the intrinsics of a CloudFormation template into values with places and guards.

mod call;
mod conditions;
mod embedded;
mod evaluator;
mod foreach;
mod guards;
mod intrinsics;
mod mappings;
mod parameters;

use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::setting::Origin;
use palisade_model::source::{FileId, Sources, Span};
use palisade_model::text::{StackId, Text};

use self::evaluator::Evaluator;
use crate::document::{Document, Entry, NodeRef, Shape};
use crate::value::{KeyAt, Value};

pub use self::embedded::{json_in, value_in};
pub use self::intrinsics::json_of;

/// One resource may take this share of the values a template may have.
const VALUES_SHARE: usize = 4;

/// One evaluated template: one instance of a stack.
#[derive(Clone, PartialEq, Debug)]
pub struct Template {
    /// The file.
    pub file: FileId,
    /// The whole template.
    pub root: Span,
    /// Where `Globals` is named, or `Resources` in a template without it.
    pub head: Span,
    /// Transforms by name, such as `AWS::Serverless-2016-10-31`.
    pub transforms: Vec<String>,
    /// The `Globals` section; Null where there is none.
    pub globals: Value,
    /// Declared parameters with the places of their names.
    pub parameters: Vec<(String, Span)>,
    /// The same with their defaults.
    pub defaults: Vec<Default>,
    /// Resources in order of writing, loops expanded.
    pub resources: Vec<RawResource>,
    /// Keys of the `Resources` section, also those that were left out or never exist; sorted.
    pub declared: Vec<String>,
    /// The `Outputs` section as a map; Null where there is none.
    pub outputs: Value,
}

/// What a parameter is where nobody gives it a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Default {
    /// Its name.
    pub name: String,
    /// Place of its name.
    pub span: Span,
    /// The default with its place.
    pub value: Option<(Text, Span)>,
    /// Whether it is `NoEcho`.
    pub hidden: bool,
    /// Whether its value names a stored parameter.
    pub stored: bool,
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
    /// `UpdatePolicy`; Null where there is none.
    pub update_policy: Value,
    /// `DeletionPolicy`; Null where there is none.
    pub deletion_policy: Value,
    /// `DependsOn`.
    pub depends_on: Vec<String>,
    /// Who generated it, where nobody wrote it.
    pub maker: Option<&'static str>,
}

impl RawResource {
    /// Written at its logical id, or generated because of the text there.
    pub fn origin(&self) -> Origin {
        match self.maker {
            Some(maker) => Origin::generated(maker, self.id_span),
            None => Origin::written(self.id_span),
        }
    }
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
    let mut evaluator = Evaluator::new(document, scope, axes, problems);
    evaluator.parameters = parameters::read(&evaluator, document);
    let none = Value::null(document.span);
    let mut template = Template {
        file: document.file,
        root: document.span,
        head: document.span,
        transforms: Vec::new(),
        globals: none.clone(),
        parameters: Vec::new(),
        defaults: Vec::new(),
        resources: Vec::new(),
        declared: Vec::new(),
        outputs: none,
    };
    let Some(root) = document.root() else {
        return template;
    };
    if !matches!(document.shape(root), Shape::Map(_)) {
        evaluator.report(
            document.span(root),
            ProblemKind::Malformed,
            "template must be a map of sections: nothing was read".into(),
        );
        return template;
    }
    let always = Guard::always();
    evaluator.settle_negations();
    template.transforms = transforms(&mut evaluator, document, root);
    let heads = ["Globals", "Resources"].iter();
    if let Some(entry) = heads.flat_map(|name| document.entry(root, name)).next() {
        template.head = entry.key_span;
    }
    if let Some(section) = section(&mut evaluator, document, root, "Parameters") {
        let names = document.merged(section).into_iter();
        let named = |(entry, _): (&Entry, NodeRef)| (entry.key.to_string(), entry.key_span);
        template.parameters = names.map(named).collect();
        template.defaults = parameters::defaults(&evaluator.parameters);
    }
    if let Some(node) = section(&mut evaluator, document, root, "Globals") {
        template.globals = evaluator.value(document, node, &always);
    }
    if let Some(node) = section(&mut evaluator, document, root, "Resources") {
        let written = document.merged(node).into_iter();
        template.declared = written.map(|(entry, _)| entry.key.to_string()).collect();
        template.declared.sort();
        evaluator.each_entry(
            document,
            node,
            &always,
            &mut |this, document, key, node, when| {
                template
                    .resources
                    .extend(resource(this, document, key, node, when));
            },
        );
    }
    if let Some(node) = section(&mut evaluator, document, root, "Outputs") {
        template.outputs = evaluator.value(document, node, &always);
    }
    template
}

/// A section of the template, if it is a map; one that is null counts as absent.
fn section(
    evaluator: &mut Evaluator<'_>,
    document: &Document,
    root: NodeRef,
    name: &str,
) -> Option<NodeRef> {
    let entry = document.entry(root, name)?;
    let found = match document.shape(entry.value) {
        Shape::Map(_) => return Some(entry.value),
        _ if document.is_null(entry.value) => return None,
        Shape::List(_) => "a list",
        _ => "a word",
    };
    let of = match name {
        "Resources" => "logical ids",
        _ => "names",
    };
    evaluator.problems.push(Problem::at(
        entry.key_span,
        ProblemKind::Malformed,
        Cost::Node,
        format!("{name} must be a map of {of}, found {found}: the section was left out"),
    ));
    None
}

fn transforms(evaluator: &mut Evaluator<'_>, document: &Document, root: NodeRef) -> Vec<String> {
    let Some(node) = document.get(root, "Transform") else {
        return Vec::new();
    };
    let value = evaluator.value(document, node, &Guard::always());
    let name = |value: &Value| {
        let named = value.get("Name").unwrap_or(value);
        named.text().map(|text| text.words())
    };
    value
        .all_items()
        .into_iter()
        .filter_map(|(_, item)| name(item))
        .collect()
}

fn resource(
    evaluator: &mut Evaluator<'_>,
    document: &Document,
    key: &KeyAt,
    node: NodeRef,
    when: &Guard,
) -> Option<RawResource> {
    // Reported where it could not be included.
    if key.text == call::TRANSFORM {
        return None;
    }
    let left_out = |evaluator: &mut Evaluator<'_>, message: String| {
        evaluator.report_loss(key.span, ProblemKind::Malformed, Cost::Node, message);
    };
    if !matches!(document.shape(node), Shape::Map(_)) {
        left_out(
            evaluator,
            format!("resource `{}` is no map: it was left out", key.text),
        );
        return None;
    }
    let Some(kind) = document.get(node, "Type") else {
        left_out(
            evaluator,
            format!("resource `{}` has no `Type`: it was left out", key.text),
        );
        return None;
    };
    let type_name = evaluator.value(document, kind, when).words();
    let exists = exists(evaluator, document, node, when)?;
    let most = evaluator.values_max;
    evaluator.values_end = most.min(evaluator.values + most / VALUES_SHARE);
    let mut part = |name: &str| match document.get(node, name) {
        Some(part) => evaluator.value(document, part, &exists),
        None => Value::null(key.span),
    };
    let (properties, metadata) = (part("Properties"), part("Metadata"));
    let (connectors, depends_on) = (part("Connectors"), part("DependsOn"));
    let (update_policy, deletion_policy) = (part("UpdatePolicy"), part("DeletionPolicy"));
    evaluator.values_end = most;
    let names = depends_on.all_items().into_iter();
    Some(RawResource {
        id: key.text.clone(),
        id_span: key.span,
        span: key.span.to(document.span(node)),
        type_name,
        type_span: document.span(kind),
        exists,
        properties,
        metadata,
        connectors,
        update_policy,
        deletion_policy,
        depends_on: names
            .filter_map(|(_, name)| name.literal().map(str::to_owned))
            .collect(),
        maker: None,
    })
}

/// When a resource exists; `None` if surely never.
fn exists(
    evaluator: &mut Evaluator<'_>,
    document: &Document,
    node: NodeRef,
    when: &Guard,
) -> Option<Guard> {
    let Some(condition) = document.get(node, "Condition") else {
        return Some(when.clone());
    };
    let Some(name) = evaluator.word(document, condition) else {
        return Some(when.clone());
    };
    // Without room for an axis the resource is kept: it may exist.
    let Some(truth) = evaluator.condition_named(&name, document.span(condition)) else {
        return Some(when.clone());
    };
    let both = when.and(truth.yes.first()?);
    (!both.impossible()).then_some(both)
}

/// A document without intrinsics, such as an OpenAPI body, a state machine or a policy.
/// Only dynamic references and placeholders become holes.
pub fn value_of(
    document: &Document,
    sources: &Sources,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Value {
    let find = |_: &str| None;
    let scope = Scope {
        sources,
        limits,
        stack: StackId::default(),
        given: &[],
        inherited: &[],
        find: &find,
    };
    let mut axes = IndexVec::new();
    let mut evaluator = Evaluator::new(document, &scope, &mut axes, problems);
    evaluator.intrinsics = false;
    match document.root() {
        Some(root) => evaluator.value(document, root, &Guard::always()),
        None => Value::null(document.span),
    }
}

/// A file as included by a template: its intrinsics are those of the template, for values such as
/// a `DefinitionUri` that goes through `AWS::Include`.
pub fn value_of_included(
    document: &Document,
    template: &Document,
    scope: &Scope<'_>,
    axes: &mut IndexVec<AxisId, Axis>,
    problems: &mut Vec<Problem>,
) -> Value {
    let mut evaluator = Evaluator::new(template, scope, axes, problems);
    evaluator.parameters = parameters::read(&evaluator, template);
    match document.root() {
        Some(root) => evaluator.value(document, root, &Guard::always()),
        None => Value::null(document.span),
    }
}
