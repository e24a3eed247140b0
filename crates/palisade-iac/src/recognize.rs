//! Which kind of file a document is, judged by its content.

use crate::document::{Document, NodeRef, Shape};

/// What a document turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// A CloudFormation template with the serverless transform or serverless resources.
    Sam,
    /// A CloudFormation template.
    CloudFormation,
    /// A service of the Serverless Framework.
    Serverless,
    /// The configuration of a Chalice application.
    Chalice,
    /// An OpenAPI or Swagger document.
    OpenApi,
    /// A state machine in the Amazon States Language.
    Asl,
    /// Anything else.
    Other,
}

/// Whether a text may be a template at all; cheap enough for every YAML and JSON file of a tree.
pub fn may_be_template(text: &str) -> bool {
    has_cloud_words(text) || may_be_service(text) || text.contains("\"app_name\"")
}

/// Whether a text has words that hardly any document but a template has.
pub fn has_cloud_words(text: &str) -> bool {
    let words = ["AWS::", "AWSTemplateFormatVersion", "Fn::", "cookiecutter."];
    text.contains("Resources") && words.iter().any(|word| text.contains(word))
}

/// Whether a text may be a service of the Serverless Framework: both keys, bare or in quotes.
fn may_be_service(text: &str) -> bool {
    let has_key = |key: &str| {
        text.match_indices(key).any(|(at, _)| {
            let rest = text.get(at + key.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', '\'']).trim_start();
            rest.starts_with(':')
        })
    };
    has_key("service") && has_key("provider")
}

/// What a document is.
pub fn recognize(document: &Document) -> Format {
    let Some(root) = document.root() else {
        return Format::Other;
    };
    let has = |key: &str| document.entry(root, key).is_some();
    let serverless = document
        .get(root, "Transform")
        .is_some_and(|transform| names_serverless(document, transform));
    let cloud = [
        "AWSTemplateFormatVersion",
        "Transform",
        "Parameters",
        "Outputs",
        "Description",
        "Globals",
        "Conditions",
        "Mappings",
        "Metadata",
    ];
    match document.get(root, "Resources") {
        Some(resources) => {
            let types = types(document, resources);
            if serverless || types.iter().any(|t| t.starts_with("AWS::Serverless::")) {
                return Format::Sam;
            }
            if types.iter().any(|t| t.contains("::")) {
                return Format::CloudFormation;
            }
            // A template whose resources are broken or made by loops is still one.
            if has("AWSTemplateFormatVersion") {
                return Format::CloudFormation;
            }
            let placeholders = types.iter().any(|t| t.contains("{{"));
            if placeholders && cloud.iter().any(|key| has(key)) {
                return Format::CloudFormation;
            }
            Format::Other
        }
        None if has("service") && has("provider") && is_service(document, root) => {
            Format::Serverless
        }
        None if has("app_name") && (has("stages") || has("version")) => Format::Chalice,
        None if has("AWSTemplateFormatVersion") && serverless => Format::Sam,
        None if has("AWSTemplateFormatVersion") => Format::CloudFormation,
        None if (has("openapi") || has("swagger")) && (has("paths") || has("info")) => {
            Format::OpenApi
        }
        None if has("StartAt") && has("States") => Format::Asl,
        None => Format::Other,
    }
}

/// A provider is a name, a map with a name, or a file; a service is a name or a map.
fn is_service(document: &Document, root: NodeRef) -> bool {
    let named = |key: &str| {
        let node = document.get(root, key);
        node.is_some_and(|node| {
            document.text(node).is_some()
                || document.get(node, "name").is_some()
                || matches!(document.shape(node), Shape::Map(entries) if entries.iter().any(|e| e.merge))
        })
    };
    let parts = [
        "functions",
        "resources",
        "plugins",
        "custom",
        "frameworkVersion",
        "package",
        "stepFunctions",
        "appSync",
        "constructs",
    ];
    named("service")
        && named("provider")
        && parts
            .iter()
            .any(|part| document.entry(root, part).is_some())
}

fn names_serverless(document: &Document, transform: NodeRef) -> bool {
    let named = |node: NodeRef| {
        let name = document.get(node, "Name").unwrap_or(node);
        document
            .text(name)
            .is_some_and(|text| text.starts_with("AWS::Serverless"))
    };
    named(transform) || document.items(transform).iter().any(|item| named(*item))
}

/// Types of resources, those of loops too.
fn types(document: &Document, resources: NodeRef) -> Vec<&str> {
    let mut found = Vec::new();
    let mut waiting = vec![resources];
    // Loops nest a few levels at most; merges may not make this long.
    for _ in 0..1_000 {
        let Some(map) = waiting.pop() else {
            break;
        };
        for (entry, value) in document.merged(map) {
            if entry.key.starts_with("Fn::ForEach")
                && let [_, _, body] = document.items(value)
            {
                waiting.push(*body);
            } else if let Shape::Map(_) = document.shape(value)
                && let Some(kind) = document.get(value, "Type")
            {
                found.extend(document.text(kind));
            }
        }
    }
    found
}
