//! One App from its plan: templates evaluated, nested stacks joined, nodes declared and tied.

use palisade_model::app::{App, Stack};
use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources};
use palisade_model::text::StackId;
use rustc_hash::FxHashMap;

use crate::catalog;
use crate::chalice;
use crate::draft::Draft;
use crate::evaluate::{self, RawResource, Scope, Template};
use crate::leftover;
use crate::link;
use crate::look;
use crate::nested::{self, Outputs};
use crate::plan::{AppPlan, home};
use crate::reader::{At, Input, Unit, join_path};
use crate::recognize::Format;
use crate::sam::globals;
use crate::serverless;
use crate::setup;
use crate::value::Value;

/// What the user says about the templates.
#[derive(Clone, Debug, Default)]
pub struct ReadSettings {
    /// Values of parameters, by name.
    pub parameters: Vec<(String, String)>,
}

/// Reads an App. Pure: the same plan and sources give the same App.
pub fn read(
    plan: &AppPlan,
    sources: &Sources,
    settings: &ReadSettings,
    limits: &Limits,
    find: &(dyn Fn(&str) -> Option<FileId> + Sync),
) -> App {
    let mut loader = Loader {
        plan,
        sources,
        settings,
        limits,
        find,
        stacks: IndexVec::new(),
        axes: IndexVec::new(),
        problems: Vec::new(),
        units: Vec::new(),
        chain: Vec::new(),
    };
    for root in &plan.roots {
        loader.load(*root, None, &[], &Guard::always());
    }
    if plan.roots.len() > 1 {
        loader.join_exports();
    }
    let Loader {
        stacks,
        axes,
        problems,
        mut units,
        ..
    } = loader;
    units.sort_by_key(|unit| unit.stack);
    let mut draft = Draft::default();
    draft.app.root.clone_from(&plan.root);
    draft.app.stacks = stacks;
    draft.app.axes = axes;
    draft.app.problems = problems;
    let input = Input::new(sources, limits, find, units);
    each(&input, &mut draft, |at, draft| {
        if let Some(reader) = catalog::of(&at.raw.type_name) {
            reader.declare(at, draft);
        }
    });
    draft.index_names();
    each(&input, &mut draft, |at, draft| {
        if let Some(reader) = catalog::of(&at.raw.type_name) {
            reader.tie(at, draft);
        }
    });
    setup::read(&input, &mut draft);
    leftover::read(&input, &mut draft);
    link::finish(draft)
}

fn each(input: &Input<'_>, draft: &mut Draft, step: impl Fn(At<'_>, &mut Draft)) {
    for unit in &input.units {
        for raw in &unit.template.resources {
            step(At { input, unit, raw }, draft);
        }
    }
}

struct Loader<'a> {
    plan: &'a AppPlan,
    sources: &'a Sources,
    settings: &'a ReadSettings,
    limits: &'a Limits,
    find: &'a (dyn Fn(&str) -> Option<FileId> + Sync),
    stacks: IndexVec<StackId, Stack>,
    axes: IndexVec<AxisId, Axis>,
    problems: Vec<Problem>,
    units: Vec<Unit>,
    chain: Vec<FileId>,
}

/// A nested stack: the stack around it and its address there.
type Parent = (StackId, String);

impl Loader<'_> {
    /// Reads one template and everything nested in it; answers its outputs.
    fn load(
        &mut self,
        file: FileId,
        parent: Option<Parent>,
        inherited: &[(String, Value)],
        exists: &Guard,
    ) -> Vec<(String, Value)> {
        let Some(parsed) = self.plan.document(file) else {
            return Vec::new();
        };
        let path = self.sources.path(file).to_owned();
        let prefix = parent
            .as_ref()
            .map_or_else(String::new, |(_, address)| format!("{address}/"));
        let stack = self.stacks.push(Stack {
            path: path.clone(),
            format: match parsed.format {
                Format::Sam => "sam",
                Format::Serverless => "serverless",
                Format::Chalice => "chalice",
                _ => "cloudformation",
            },
            parent,
        });
        self.problems.extend(parsed.problems.iter().cloned());
        let find = |path: &str| (self.find)(path);
        let scope = Scope {
            sources: self.sources,
            limits: self.limits,
            stack,
            // Values of the command line are for the root; children get theirs from their parent.
            given: if prefix.is_empty() {
                &self.settings.parameters
            } else {
                &[]
            },
            inherited,
            find: &find,
        };
        let folder = home(&path).to_owned();
        let (axes, problems) = (&mut self.axes, &mut self.problems);
        let mut template = match parsed.format {
            Format::Serverless => {
                serverless::template(&parsed.document, &folder, &scope, axes, problems)
            }
            Format::Chalice => chalice::template(&parsed.document, &folder, &scope, axes, problems),
            _ => evaluate::evaluate(&parsed.document, &scope, axes, problems),
        };
        globals::apply(&mut template);
        nested::prefix(&mut template, stack, &prefix);
        if !exists.is_always() {
            for raw in &mut template.resources {
                raw.exists = exists.and(&raw.exists);
            }
            template.resources.retain(|raw| !raw.exists.impossible());
        }
        self.chain.push(file);
        self.children(&mut template, stack, &prefix, &folder);
        self.chain.pop();
        let outputs = outputs(&template);
        self.units.push(Unit {
            stack,
            prefix,
            folder,
            template,
        });
        outputs
    }

    /// Stacks of one App see each other's exports.
    fn join_exports(&mut self) {
        let mut exports: FxHashMap<String, Value> = FxHashMap::default();
        let mut twice: Vec<String> = Vec::new();
        for unit in &self.units {
            for (_, _, _, output) in look::entries(&unit.template.outputs) {
                let name = look::first_text(output, "Export.Name").map(|name| name.words());
                if let (Some(name), Some(value)) = (name, look::get(output, "Value"))
                    && exports.insert(name.clone(), value.clone()).is_some()
                {
                    twice.push(name);
                }
            }
        }
        for name in twice {
            exports.remove(&name);
        }
        for unit in &mut self.units {
            nested::import(&mut unit.template, &exports);
        }
    }

    fn children(&mut self, template: &mut Template, stack: StackId, prefix: &str, folder: &str) {
        let mut outputs = Outputs::default();
        for id in order(&template.resources, prefix) {
            let Some(raw) = template.resources.iter().find(|raw| raw.id == id) else {
                continue;
            };
            let Some(file) = self.child(raw, folder) else {
                continue;
            };
            let inherited = parameters(raw, &outputs);
            let address = format!("{prefix}{id}");
            let exists = raw.exists.clone();
            let found = self.load(file, Some((stack, address.clone())), &inherited, &exists);
            for (name, value) in found {
                outputs.insert((stack, address.clone(), name), value);
            }
        }
        nested::substitute(template, &outputs);
    }

    /// The file of a nested stack; a problem where it is not in the tree.
    fn child(&mut self, raw: &RawResource, folder: &str) -> Option<FileId> {
        let key = nested_key(raw)?;
        let place = look::first(&raw.properties, key)?;
        let file = look::word_of_key(&raw.metadata, "aws:asset:path")
            .or_else(|| look::literal(place))
            .and_then(|url| join_path(folder, url))
            .and_then(|path| (self.find)(&path));
        let problem = |kind: ProblemKind, message: String| {
            Problem::at(place.origin.span, kind, Cost::Node, message)
        };
        match file {
            None => self.problems.push(problem(
                ProblemKind::Unresolved,
                format!("the template of the nested stack `{}` is not in the tree: what it declares stays unknown", raw.id),
            )),
            Some(file) if self.chain.contains(&file) => self.problems.push(problem(
                ProblemKind::Malformed,
                format!("the nested stack `{}` contains itself: it was left out", raw.id),
            )),
            Some(_) if self.chain.len() >= self.limits.stack_depth => self.problems.push(problem(
                ProblemKind::Limit,
                format!("the nested stack `{}` lies too deep: it was left out", raw.id),
            )),
            Some(file) if self.plan.document(file).is_none() => self.problems.push(problem(
                ProblemKind::Malformed,
                format!("the nested stack `{}` names a file that is no template: it was left out", raw.id),
            )),
            Some(file) => return Some(file),
        }
        None
    }
}

fn nested_key(raw: &RawResource) -> Option<&'static str> {
    match raw.type_name.as_str() {
        "AWS::CloudFormation::Stack" => Some("TemplateURL"),
        "AWS::Serverless::Application" => Some("Location"),
        _ => None,
    }
}

/// Nested stacks, those whose outputs others take first.
fn order(resources: &[RawResource], prefix: &str) -> Vec<String> {
    let nested: Vec<&RawResource> = resources
        .iter()
        .filter(|raw| nested_key(raw).is_some())
        .collect();
    let needs: Vec<Vec<String>> = nested
        .iter()
        .map(|raw| {
            let mut found = Vec::new();
            nested::uses(&raw.properties, &mut found);
            found
        })
        .collect();
    let mut done: Vec<String> = Vec::new();
    let mut open: Vec<usize> = (0..nested.len()).collect();
    while !open.is_empty() {
        let ready = |at: &usize| {
            needs.get(*at).is_none_or(|needs| {
                needs.iter().all(|need| {
                    let id = need.strip_prefix(prefix).unwrap_or(need);
                    done.iter().any(|d| d == id) || !nested.iter().any(|raw| raw.id == id)
                })
            })
        };
        // A circle of stacks cannot be deployed; the first written goes first.
        let next = open.iter().position(ready).unwrap_or(0);
        let at = open.remove(next);
        done.extend(nested.get(at).map(|raw| raw.id.clone()));
    }
    done
}

fn parameters(raw: &RawResource, outputs: &Outputs) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    if let Some(map) = look::first(&raw.properties, "Parameters")
        && let crate::value::ValueKind::Map(entries) = &map.kind
    {
        for (key, value) in entries {
            let mut value = value.clone();
            nested::substitute_value(&mut value, outputs);
            found.push((key.text.clone(), value));
        }
    }
    found
}

fn outputs(template: &Template) -> Vec<(String, Value)> {
    let crate::value::ValueKind::Map(entries) = &template.outputs.kind else {
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(key, output)| Some((key.text.clone(), look::get(output, "Value")?.clone())))
        .collect()
}
