//! The least policy of each function as a document, with the intrinsics of the template, ready to paste.

use palisade_model::address::logical_id;
use palisade_model::change::Allowed;
use palisade_model::need::{Fit, FunctionRole, Roles};
use palisade_model::text::{Symbol, Text};
use serde_json::{Map, Value, json};

use super::spell::{pattern, variable};
use crate::hostile::{clean, clean_json};

/// Policies of functions whose template is JSON, as JSON; all others as YAML.
pub fn policies(roles: &Roles, function: Option<&str>) -> String {
    let wanted = |role: &&FunctionRole| function.is_none_or(|name| name == role.function);
    let all: Vec<&FunctionRole> = roles.functions.iter().filter(wanted).collect();
    let is_json = |role: &&FunctionRole| {
        let path = role.template.to_ascii_lowercase();
        path.ends_with(".json") || path.ends_with(".template")
    };
    if !all.is_empty() && all.iter().all(is_json) {
        let documents: Map<String, Value> = all
            .iter()
            .filter(|role| told(role))
            .map(|role| (role.function.clone(), document(&role.least)))
            .collect();
        let text = serde_json::to_string_pretty(&documents).unwrap_or_default();
        return clean_json(&text) + "\n";
    }
    let mut out = String::new();
    for role in all {
        out.push_str(&format!(
            "# {} ({})\n",
            clean(&role.function),
            clean(&role.template)
        ));
        match role.fit {
            Fit::Unread => out.push_str("# its code was not read\n"),
            Fit::Incomplete => out.push_str("# more may be needed than is known\n"),
            _ => {}
        }
        if told(&role) {
            yaml(&mut out, &role.least);
        }
        out.push_str("---\n");
    }
    let kept = out.strip_suffix("---\n").map_or(out.len(), str::len);
    out.truncate(kept);
    out
}

fn told(role: &&FunctionRole) -> bool {
    role.read
}

/// A policy document.
pub fn document(allowed: &[Allowed]) -> Value {
    let statements = allowed.iter().map(|one| {
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Action".to_owned(), json!(one.actions));
        let resources: Vec<Value> = one.resources.iter().map(value).collect();
        statement.insert("Resource".to_owned(), json!(resources));
        let mut conditions: Map<String, Value> = Map::new();
        for (operator, key, values) in &one.conditions {
            let values: Vec<Value> = values.iter().map(value).collect();
            let entry = conditions
                .entry(operator.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(keys) = entry {
                keys.insert(key.clone(), json!(values));
            }
        }
        if !conditions.is_empty() {
            statement.insert("Condition".to_owned(), Value::Object(conditions));
        }
        Value::Object(statement)
    });
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
}

/// A text as a template in JSON writes it.
fn value(text: &Text) -> Value {
    if let Some(literal) = text.literal() {
        return json!(literal);
    }
    match text.symbol() {
        Some(symbol) if let Some(variable) = variable(symbol) => json!(variable),
        Some(Symbol::Attr(_, address, attribute)) if attribute == "Ref" => {
            json!({"Ref": logical_id(address)})
        }
        Some(Symbol::Attr(_, address, attribute)) => {
            json!({"Fn::GetAtt": [logical_id(address), attribute]})
        }
        Some(Symbol::Parameter(_, name) | Symbol::Pseudo(name)) => json!({"Ref": name}),
        Some(Symbol::Import(name)) => json!({"Fn::ImportValue": name}),
        _ => json!({"Fn::Sub": pattern(text)}),
    }
}

fn yaml(out: &mut String, allowed: &[Allowed]) {
    out.push_str("Version: \"2012-10-17\"\nStatement:");
    if allowed.is_empty() {
        out.push_str(" []\n");
        return;
    }
    out.push('\n');
    for one in allowed {
        out.push_str("  - Effect: Allow\n    Action:\n");
        for action in &one.actions {
            out.push_str(&format!("      - {}\n", scalar(action)));
        }
        out.push_str("    Resource:\n");
        for resource in &one.resources {
            out.push_str(&format!("      - {}\n", tagged(resource)));
        }
        if one.conditions.is_empty() {
            continue;
        }
        out.push_str("    Condition:\n");
        let mut last: Option<&str> = None;
        for (operator, key, values) in &one.conditions {
            if last != Some(operator) {
                out.push_str(&format!("      {}:\n", scalar(operator)));
            }
            last = Some(operator);
            out.push_str(&format!("        {}:\n", scalar(key)));
            for value in values {
                out.push_str(&format!("          - {}\n", tagged(value)));
            }
        }
    }
}

/// A text as a template in YAML writes it.
fn tagged(text: &Text) -> String {
    if let Some(literal) = text.literal() {
        return scalar(literal);
    }
    match text.symbol() {
        Some(symbol) if let Some(variable) = variable(symbol) => quoted(&variable),
        Some(Symbol::Attr(_, address, attribute)) if attribute == "Ref" => {
            format!("!Ref {}", scalar(&logical_id(address)))
        }
        Some(Symbol::Attr(_, address, attribute)) => {
            format!(
                "!GetAtt {}",
                scalar(&format!("{}.{attribute}", logical_id(address)))
            )
        }
        Some(Symbol::Parameter(_, name) | Symbol::Pseudo(name)) => {
            format!("!Ref {}", scalar(name))
        }
        Some(Symbol::Import(name)) => format!("!ImportValue {}", scalar(name)),
        _ => format!("!Sub {}", quoted(&pattern(text))),
    }
}

/// Plain where nothing in it means something else.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | ':');
    let safe = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    if safe { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    clean_json(&json!(text).to_string())
}

#[cfg(test)]
mod tests {
    use super::{document, policies, scalar};
    use palisade_model::change::Allowed;
    use palisade_model::need::Roles;
    use palisade_model::text::Text;

    #[test]
    fn what_could_be_read_as_something_else_is_quoted() {
        assert_eq!(scalar("s3:GetObject"), "s3:GetObject");
        assert_eq!(scalar("*"), "\"*\"");
        assert_eq!(scalar("no"), "\"no\"");
        assert_eq!(scalar("a: b"), "\"a: b\"");
    }

    #[test]
    fn a_policy_is_a_document() {
        let one = Allowed::of(["s3:GetObject"], [Text::of("arn:aws:s3:::a/*")]);
        let said = document(&[one]).to_string();
        assert!(
            said.contains("\"Resource\":[\"arn:aws:s3:::a/*\"]"),
            "{said}"
        );
        assert_eq!(policies(&Roles::default(), None), "");
    }
}
