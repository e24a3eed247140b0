//! What templates name and do not declare, and what they declare and nobody names.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{Key, Kind, NodeId};
use palisade_model::aside::{Dangling, DanglingKind, Wait};
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind, ProblemPlace};
use palisade_model::setting::{How, Origin};
use palisade_model::text::{Part, StackId, Symbol};

use crate::draft::Draft;
use crate::evaluate::RawResource;
use crate::reader::{Input, Unit};
use crate::value::{Value, ValueKind};

/// Kinds of resources that are there to be named by others.
const NAMED: &[Kind] = &[
    Kind::Bucket,
    Kind::Queue,
    Kind::Topic,
    Kind::Table,
    Kind::Stream,
    Kind::Bus,
    Kind::Alias,
    Kind::Version,
];

/// Transforms whose generated resources have known names.
const TRANSFORMS: &[&str] = &["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

/// Reads both.
pub fn read(input: &Input<'_>, draft: &mut Draft) {
    let mut named = Named::default();
    for unit in &input.units {
        for raw in &unit.template.resources {
            named.by = Some((unit.stack, unit.address(&raw.id)));
            for value in values(raw) {
                named.value(value, &raw.exists);
            }
        }
        named.by = None;
        named.value(&unit.template.outputs, &Guard::always());
    }
    for unit in &input.units {
        dangling(unit, &named, draft);
        waits(unit, draft);
    }
    draft.app.aside.dangling.sort();
    draft.app.aside.dangling.dedup();
    unnamed(&named, draft);
}

fn values(raw: &RawResource) -> [&Value; 4] {
    [
        &raw.properties,
        &raw.metadata,
        &raw.connectors,
        &raw.update_policy,
    ]
}

type Address = (StackId, String);

/// A place that names a resource: whose, in which worlds, where.
type Use<'a> = (Option<Address>, Guard, &'a Origin);

/// Who names what.
#[derive(Default)]
struct Named<'a> {
    /// Who is looked at; `None` for outputs.
    by: Option<Address>,
    /// What is named, with who names it and the first place.
    uses: BTreeMap<Address, Vec<Use<'a>>>,
    /// Words of what was not resolved.
    words: BTreeSet<String>,
}

impl<'a> Named<'a> {
    fn value(&mut self, value: &'a Value, exists: &Guard) {
        match &value.kind {
            ValueKind::Scalar(text, _) => {
                for part in text.parts() {
                    match part {
                        Part::Hole(Symbol::Attr(stack, address, _)) => {
                            let uses = self.uses.entry((*stack, address.clone())).or_default();
                            // One place for each is enough.
                            if !uses.iter().any(|(by, _, _)| *by == self.by) {
                                uses.push((self.by.clone(), exists.clone(), &value.origin));
                            }
                        }
                        Part::Hole(Symbol::Opaque(words)) => self.words(words),
                        _ => {}
                    }
                }
            }
            ValueKind::List(items) => items.iter().for_each(|v| self.value(v, exists)),
            ValueKind::Map(entries) => entries.iter().for_each(|(_, v)| self.value(v, exists)),
            ValueKind::OneOf(branches) => branches
                .iter()
                .for_each(|(guard, v)| self.value(v, &exists.and(guard))),
            ValueKind::Unknown(_, words) => self.words(words),
            ValueKind::Null | ValueKind::NoValue => {}
        }
    }

    fn words(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_owned));
    }
}

/// Who waits for what in a stack.
fn waits(unit: &Unit, draft: &mut Draft) {
    let key = |id: &str| Key {
        stack: unit.stack,
        address: unit.address(id),
    };
    for raw in unit
        .template
        .resources
        .iter()
        .filter(|raw| raw.maker.is_none())
    {
        let on = raw.depends_on.iter().map(|name| Wait {
            by: key(&raw.id),
            on: key(name),
        });
        draft.app.aside.waits.extend(on);
    }
}

/// What a stack names and does not declare.
fn dangling(unit: &Unit, named: &Named<'_>, draft: &mut Draft) {
    let template = &unit.template;
    let format = draft.app.stacks.get(unit.stack).map(|stack| stack.format);
    let loops = template
        .declared
        .iter()
        .any(|key| key.starts_with("Fn::") || key.contains(['{', '}', '$', '<', ' ']));
    let macros = template
        .transforms
        .iter()
        .any(|name| !TRANSFORMS.contains(&name.as_str()));
    let modules = template
        .resources
        .iter()
        .any(|raw| !is_type(&raw.type_name) || raw.type_name.ends_with("::MODULE"));
    // Names that a macro, a module, a plugin or another tool adds are not known, nor those in what could not be read.
    if loops
        || macros
        || modules
        || is_broken(unit, draft)
        || !matches!(format, Some("sam" | "cloudformation"))
    {
        return;
    }
    let made = !template.transforms.is_empty();
    let is_known = |name: &str| {
        template.declared.binary_search(&name.to_owned()).is_ok()
            || template.parameters.iter().any(|(p, _)| p == name)
            || (made && generated(&template.declared, name))
    };
    let of_unit = named.uses.iter().filter(|((of, _), _)| *of == unit.stack);
    for ((_, address), uses) in of_unit {
        let name = address.strip_prefix(&unit.prefix).unwrap_or(address);
        if is_known(name) || name.contains(['$', '{', '#', '/']) {
            continue;
        }
        for (by, exists, origin) in uses {
            // What a tool wrote names what that tool made.
            if !matches!(origin.how, How::Written) || exists.impossible() {
                continue;
            }
            let by = by.as_ref().map_or_else(String::new, |(_, by)| by.clone());
            let kind = DanglingKind::Reference;
            add(unit, by, kind, name, exists, origin, draft);
        }
    }
    for raw in template.resources.iter().filter(|raw| raw.maker.is_none()) {
        for name in raw.depends_on.iter().filter(|name| !is_known(name)) {
            let kind = DanglingKind::Dependency;
            let by = unit.address(&raw.id);
            add(unit, by, kind, name, &raw.exists, &raw.origin(), draft);
        }
    }
}

/// Whether a word is the name of a type; what a tool puts in its place is not.
fn is_type(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || ":-_@".contains(c);
    word.contains("::") && word.chars().all(letter)
}

/// Whether parts of a template could not be read.
fn is_broken(unit: &Unit, draft: &Draft) -> bool {
    let template = &unit.template;
    template.declared.is_empty()
        || draft.app.problems.iter().any(|problem| {
            let lost = [
                ProblemKind::Syntax,
                ProblemKind::Malformed,
                ProblemKind::Limit,
            ];
            lost.contains(&problem.kind)
                && problem.cost != Cost::Nothing
                && matches!(&problem.place, ProblemPlace::Span(span) if span.file == template.file)
        })
}

fn add(
    unit: &Unit,
    by: String,
    kind: DanglingKind,
    name: &str,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    draft.app.aside.dangling.push(Dangling {
        by: Key {
            stack: unit.stack,
            address: by,
        },
        kind,
        name: name.to_owned(),
        exists: exists.clone(),
        origin: origin.clone(),
    });
}

/// Whether the serverless transform may make a resource of this name: it adds to the names of what it makes it for, or
/// names it itself (SAM guide, generated resources, 2026).
fn generated(declared: &[String], name: &str) -> bool {
    let prefixes = ["Serverless", "CodeDeployServiceRole"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
        || declared.iter().any(|id| name.starts_with(id.as_str()))
}

/// What is declared and nobody names.
fn unnamed(named: &Named<'_>, draft: &mut Draft) {
    let mut found: Vec<Key> = Vec::new();
    for (id, resource) in draft.app.resources.enumerate() {
        let key = (resource.key.stack, resource.key.address.clone());
        let mine = Some(&key);
        let others = named.uses.get(&key).into_iter().flatten();
        let word = key.1.rsplit('/').next().unwrap_or_default();
        if NAMED.contains(&resource.kind)
            && matches!(resource.origin.how, How::Written)
            && others.filter(|(by, _, _)| by.as_ref() != mine).count() == 0
            && !named.words.contains(word)
            && !tied(draft, NodeId::Resource(id))
        {
            found.push(resource.key.clone());
        }
    }
    found.sort();
    draft.app.aside.unnamed = found;
}

/// Whether an edge or trigger holds a node.
fn tied(draft: &Draft, node: NodeId) -> bool {
    let mut edges = draft.app.edges.iter();
    edges.any(|edge| edge.from == node || edge.to == node)
        || draft.wires.iter().any(|wire| wire.source == Some(node))
}
