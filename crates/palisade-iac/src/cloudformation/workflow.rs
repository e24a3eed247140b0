//! State machines: their definition, and the functions their tasks run.

use palisade_model::app::NodeId;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Text;
use rustc_hash::FxHashMap;

use crate::asl;
use crate::cloudformation::target::{Delivery, deliver};
use crate::draft::{Draft, Permit, Wire};
use crate::files;
use crate::look;
use crate::openapi;
use crate::reader::At;
use crate::value::{Value, ValueKind};

/// Ties an `AWS::StepFunctions::StateMachine` or its serverless form.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.resource(at.unit.stack, &at.address()) else {
        return;
    };
    let substitutions = substitutions(at.properties());
    let Some(definition) = definition(at, &substitutions, draft) else {
        return;
    };
    let workflow = asl::workflow(&definition);
    let node = NodeId::Resource(id);
    for (index, task) in workflow.tasks.iter().enumerate() {
        let target = task.function.as_ref().unwrap_or(&task.resource);
        for (function, through) in draft.resolve_function(target) {
            draft.wires.push(Wire {
                label: format!("{}.{}", at.raw.id, task.name),
                function,
                through,
                source: Some(node),
                event: "aws.stepfunctions-task",
                route: None,
                filter: Filter::default(),
                doors: Vec::new(),
                wired: Answer::Yes,
                permit: Permit::Settled(Answer::Yes),
                task: Some(index),
                exists: at.raw.exists.clone(),
                origin: Origin::written(task.span),
            });
        }
    }
    integrations(at, &definition, node, draft);
    draft.change_resource(id).workflow = Some(workflow);
}

/// Tasks that write to a channel themselves.
fn integrations(at: At<'_>, definition: &Value, node: NodeId, draft: &mut Draft) {
    let mut open: Vec<(&Value, u8)> = vec![(definition, 0)];
    while let Some((value, deep)) = open.pop() {
        if deep > 16 {
            continue;
        }
        for (_, _, _, state) in look::first(value, "States")
            .map(look::entries)
            .unwrap_or_default()
        {
            for key in ["Branches", "Iterator", "ItemProcessor"] {
                open.extend(
                    look::each_at(state, key)
                        .into_iter()
                        .map(|(_, v)| (v, deep + 1)),
                );
            }
            let resource = look::first_text(state, "Resource")
                .map(|t| t.words())
                .unwrap_or_default();
            let writes = resource.contains(":states:::")
                && !resource.contains(":lambda:invoke")
                && !["get", "describe", "list", "query", "scan"]
                    .iter()
                    .any(|verb| {
                        resource
                            .rsplit(':')
                            .next()
                            .is_some_and(|last| last.starts_with(verb))
                    });
            if !writes {
                continue;
            }
            let mut done: Vec<Text> = Vec::new();
            for key in ["Parameters", "Arguments"] {
                for text in look::first(state, key)
                    .map(openapi::details)
                    .unwrap_or_default()
                {
                    if done.contains(&text) {
                        continue;
                    }
                    let delivery = Delivery::new(
                        Some(node),
                        at.raw.id.clone(),
                        "aws.unknown",
                        Permit::Settled(Answer::Yes),
                        at.raw.exists.clone(),
                        state.origin.clone(),
                    );
                    if draft.resolve_function(&text).is_empty() {
                        deliver(&text, &delivery, draft);
                    }
                    done.push(text);
                }
            }
        }
    }
}

fn substitutions(properties: &Value) -> FxHashMap<String, Text> {
    let mut found = FxHashMap::default();
    for (_, map) in look::at(properties, "DefinitionSubstitutions") {
        for (_, name, _, value) in look::entries(map) {
            if let Some(text) = look::text(value) {
                found.entry(name.to_owned()).or_insert(text);
            }
        }
    }
    found
}

fn definition(
    at: At<'_>,
    substitutions: &FxHashMap<String, Text>,
    draft: &mut Draft,
) -> Option<Value> {
    let properties = at.properties();
    if let Some(value) = look::first(properties, "Definition") {
        return Some(asl::substitute(value, substitutions));
    }
    if let Some(value) = look::first(properties, "DefinitionString") {
        if matches!(value.kind, ValueKind::Map(_)) {
            return Some(asl::substitute(value, substitutions));
        }
        let text = asl::substitute_text(&look::text(value)?, substitutions);
        let found = files::json_text(at, &text, &value.origin, draft);
        if found.is_none() {
            draft.problem(
                value.origin.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!(
                    "the definition of `{}` is not readable as JSON: its tasks stay unknown",
                    at.raw.id
                ),
            );
        }
        return found.map(|v| asl::substitute(&v, substitutions));
    }
    for path in ["DefinitionUri", "DefinitionS3Location"] {
        let Some(place) = look::first(properties, path) else {
            continue;
        };
        let path = look::literal(place);
        if let Some((text, origin)) = path.and_then(|p| files::json_file(at, p))
            && text.words().contains("${")
            && let Some(found) = files::json_text(
                at,
                &asl::substitute_text(&text, substitutions),
                &origin,
                draft,
            )
        {
            return Some(found);
        }
        let file = path.and_then(|p| files::document(at, p, draft));
        if file.is_none() {
            draft.problem(
                place.origin.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!(
                    "the definition of `{}` is not in the tree: its tasks stay unknown",
                    at.raw.id
                ),
            );
        }
        return file.map(|v| asl::substitute(&v, substitutions));
    }
    None
}
