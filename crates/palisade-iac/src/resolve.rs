//! Which node a text names: by reference, by equal physical name, or by an ARN or URL around either.

use palisade_model::app::{FunctionId, Kind, NodeId, RoleId};
use palisade_model::text::{Part, StackId, Symbol, Text};

use crate::draft::Draft;
use crate::names::{Flat, physical_name};

impl Draft {
    /// The nodes of the wanted kinds that a text names. Several mean that it is ambiguous.
    pub fn resolve(&self, text: &Text, want: &[Kind]) -> Vec<NodeId> {
        let fits = |node: &NodeId| self.kind(*node).is_some_and(|k| want.contains(&k));
        for part in text.parts() {
            if let Part::Hole(Symbol::Attr(stack, address, _)) = part
                && let Some(node) = self.node(*stack, address)
                && fits(&node)
            {
                return vec![node];
            }
        }
        let whole: Vec<NodeId> = self
            .names
            .named(text)
            .iter()
            .copied()
            .filter(|n| fits(n))
            .collect();
        if !whole.is_empty() {
            return whole;
        }
        self.names
            .named(&physical_name(text))
            .iter()
            .copied()
            .filter(|n| fits(n))
            .collect()
    }

    /// The one node of the wanted kinds that a text names.
    pub fn resolve_one(&self, text: &Text, want: &[Kind]) -> Option<NodeId> {
        match self.resolve(text, want).as_slice() {
            [node] => Some(*node),
            _ => None,
        }
    }

    /// The role that a text names.
    pub fn resolve_role(&self, text: &Text) -> Option<RoleId> {
        for part in text.parts() {
            if let Part::Hole(Symbol::Attr(stack, address, attribute)) = part {
                if let Some(NodeId::Role(role)) = self.node(*stack, address) {
                    return Some(role);
                }
                // `!GetAtt FunctionRole.Arn` of a role that SAM generates for `Function`.
                if (attribute == "Arn" || attribute == "Ref")
                    && let Some(owner) = address.strip_suffix("Role")
                    && let Some(NodeId::Role(role)) = self.node(*stack, &format!("{owner}#role"))
                {
                    return Some(role);
                }
            }
        }
        let roles = |text: &Text| {
            self.names.named(text).iter().find_map(|n| match n {
                NodeId::Role(role) => Some(*role),
                _ => None,
            })
        };
        roles(text).or_else(|| roles(&physical_name(text)))
    }

    /// The functions that a text names, each with the alias or version it goes through.
    pub fn resolve_function(&self, text: &Text) -> Vec<(FunctionId, Option<String>)> {
        self.function_of(text, 0)
    }

    fn function_of(&self, text: &Text, deep: u8) -> Vec<(FunctionId, Option<String>)> {
        if deep > 4 {
            return Vec::new();
        }
        let flat = Flat::of(text);
        // The ARN inside an integration: `…:lambda:path/2015-03-31/functions/<ARN>/invocations`.
        let line = match flat.line.split_once("/functions/") {
            Some((_, rest)) => rest.split("/invocations").next().unwrap_or(rest),
            None => flat.line.as_str(),
        };
        for (at, c) in line.char_indices() {
            let Some(Symbol::Attr(stack, address, attribute)) = flat.hole(c) else {
                continue;
            };
            let rest = line.get(at + c.len_utf8()..).unwrap_or("");
            let qualifier = rest.strip_prefix(':').map(|q| flat.text(q).words());
            let found = self.by_symbol(*stack, address, attribute, deep);
            if !found.is_empty() {
                return found
                    .into_iter()
                    .map(|(function, through)| (function, qualifier.clone().or(through)))
                    .collect();
            }
        }
        let (name, qualifier) = function_name(line);
        self.names
            .named(&flat.text(name))
            .iter()
            .filter_map(|node| match node {
                NodeId::Function(id) => Some((*id, qualifier.map(|q| flat.text(q).words()))),
                _ => None,
            })
            .collect()
    }

    fn by_symbol(
        &self,
        stack: StackId,
        address: &str,
        attribute: &str,
        deep: u8,
    ) -> Vec<(FunctionId, Option<String>)> {
        if let Some(NodeId::Function(id)) = self.node(stack, address) {
            return vec![(id, self.qualifier(stack, address, attribute))];
        }
        if let Some((function, name)) = self.names.alias_of(stack, address) {
            return self
                .function_of(function, deep + 1)
                .into_iter()
                .map(|(id, through)| (id, name.clone().or(through)))
                .collect();
        }
        // SAM: `!Ref Function.Alias`, `!Ref Function.Version`.
        if let Some((owner, what)) = address.rsplit_once('.')
            && let Some(NodeId::Function(id)) = self.node(stack, owner)
        {
            return vec![(id, self.qualifier(stack, owner, what))];
        }
        Vec::new()
    }

    /// The alias that `F.Alias` stands for.
    fn qualifier(&self, stack: StackId, address: &str, attribute: &str) -> Option<String> {
        let attribute = attribute.split('.').next().unwrap_or(attribute);
        if attribute != "Alias" {
            return None;
        }
        self.names
            .alias_of(stack, &format!("{address}#alias"))
            .and_then(|(_, name)| name.clone())
    }
}

/// The name and the qualifier of `name`, `name:alias`, `account:function:name`, or an ARN.
fn function_name(line: &str) -> (&str, Option<&str>) {
    let rest = match line.split_once("function:") {
        Some((before, rest)) if before.is_empty() || before.ends_with(':') => rest,
        _ => line,
    };
    match rest.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (rest, None),
    }
}
