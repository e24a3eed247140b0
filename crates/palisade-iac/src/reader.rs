//! What every reader of a template format offers, and what it may look at.

use palisade_model::limits::Limits;
use palisade_model::source::{FileId, Sources};
use palisade_model::text::{Part, StackId, Symbol, Text};
use rustc_hash::FxHashMap;

use crate::draft::Draft;
use crate::evaluate::{RawResource, Template};
use crate::look;
use crate::value::Value;

/// A reader of one template format. Both steps run over all resources of all stacks of an App:
/// first every node is declared, then they are tied together.
pub trait Reader: Sync {
    /// The format's word, such as `sam`.
    fn format(&self) -> &'static str;
    /// Whether this reader understands a type of resource.
    fn reads(&self, type_name: &str) -> bool;
    /// Makes the nodes of a resource.
    fn declare(&self, at: At<'_>, draft: &mut Draft);
    /// Ties the nodes of a resource to others: triggers, permissions, policies, edges.
    fn tie(&self, at: At<'_>, draft: &mut Draft);
}

/// One stack as evaluated.
#[derive(Debug)]
pub struct Unit {
    /// The stack.
    pub stack: StackId,
    /// What its addresses begin with: empty, or `Parent/`.
    pub prefix: String,
    /// Folder of its template relative to the root; empty for the root.
    pub folder: String,
    /// Its template.
    pub template: Template,
}

/// Everything that readers may look at.
pub struct Input<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// Limits.
    pub limits: &'a Limits,
    /// Finds a file by its path relative to the root.
    pub find: &'a (dyn Fn(&str) -> Option<FileId> + Sync),
    /// The stacks of the App.
    pub units: Vec<Unit>,
    index: FxHashMap<(StackId, String), (usize, usize)>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("units", &self.units.len())
            .finish_non_exhaustive()
    }
}

/// One resource of one stack.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Everything.
    pub input: &'a Input<'a>,
    /// The stack.
    pub unit: &'a Unit,
    /// The resource.
    pub raw: &'a RawResource,
}

impl<'a> Input<'a> {
    /// Makes the index of addresses.
    pub fn new(
        sources: &'a Sources,
        limits: &'a Limits,
        find: &'a (dyn Fn(&str) -> Option<FileId> + Sync),
        units: Vec<Unit>,
    ) -> Self {
        let mut index = FxHashMap::default();
        for (unit_at, unit) in units.iter().enumerate() {
            for (raw_at, raw) in unit.template.resources.iter().enumerate() {
                index.insert((unit.stack, unit.address(&raw.id)), (unit_at, raw_at));
            }
        }
        Self {
            sources,
            limits,
            find,
            units,
            index,
        }
    }

    /// The resource of an address.
    pub fn raw(&self, stack: StackId, address: &str) -> Option<At<'_>> {
        let (unit, raw) = self.index.get(&(stack, address.to_owned()))?;
        let unit = self.units.get(*unit)?;
        Some(At {
            input: self,
            unit,
            raw: unit.template.resources.get(*raw)?,
        })
    }

    /// The resource a text refers to, alone or inside an ARN.
    pub fn referred(&self, text: &Text) -> Option<At<'_>> {
        text.parts().iter().find_map(|part| match part {
            Part::Hole(Symbol::Attr(stack, address, _)) => self.raw(*stack, address),
            _ => None,
        })
    }
}

impl Unit {
    /// The address of a logical id.
    pub fn address(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }
}

impl<'a> At<'a> {
    /// The resource's address.
    pub fn address(&self) -> String {
        self.unit.address(&self.raw.id)
    }

    /// Its properties.
    pub fn properties(&self) -> &'a Value {
        &self.raw.properties
    }

    /// The resource that a property refers to.
    pub fn referred(&self, value: &Value) -> Option<At<'a>> {
        let text = look::text(value)?;
        self.input.referred(&text)
    }
}

/// Joins a folder and a path written in it, both relative to the root with `/`, and normalizes. `None` if it leaves
/// the root or is no local path.
pub fn join_path(folder: &str, path: &str) -> Option<String> {
    if path.contains("://") || path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = folder
        .split('/')
        .filter(|p| !p.is_empty() && *p != ".")
        .collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Some(".".to_owned());
    }
    Some(parts.join("/"))
}
