//! What repairs work on: the App as read anew, its files as sheets, and who uses what.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{App, Function, FunctionId, Role, RoleId};
use palisade_model::index::Id as _;
use palisade_model::policy::Grant;
use palisade_model::problem::Problem;
use palisade_model::setting::{Basis, Given, How, Origin};
use palisade_model::source::FileId;
use palisade_model::text::{Part, StackId, Symbol, Text};

use crate::document::{Document, NodeRef, Shape, is_script};
use crate::draft::Draft;
use crate::plan::AppPlan;
use crate::recognize::Format;

use super::Reading;
use super::batch::Batch;
use super::fit::named;
use super::graph::Graph;
use super::included;
use super::intrinsic::{Spelling, refers_to};
use super::piece::Piece;
use super::sheet::Sheet;
use super::want::{Pair, Pairs};

/// The App and its files.
pub(crate) struct Bench<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) app: &'a App,
    sheets: BTreeMap<FileId, Sheet<'a>>,
    /// Files that a service includes.
    parts: BTreeSet<FileId>,
    users: BTreeMap<RoleId, BTreeSet<FunctionId>>,
    draft: OnceCell<Draft>,
    graphs: BTreeMap<FileId, Graph>,
    names: BTreeMap<FileId, Vec<(Text, String)>>,
}

/// What one group of changes comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    pub(crate) batches: BTreeMap<FileId, Batch>,
    /// What roles of functions shall allow when all is done, by the function's address.
    pub(crate) expected: BTreeMap<(StackId, String), Pairs>,
    /// Managed policies that may stay, likewise.
    pub(crate) keep: BTreeMap<(StackId, String), Vec<String>>,
    /// Roles and policies that may come or go, by address.
    pub(crate) touched: BTreeSet<(StackId, String)>,
    /// Parameters whose defaults change.
    pub(crate) defaults: BTreeSet<(StackId, String)>,
    pub(crate) notes: Vec<String>,
}

impl Work {
    pub(crate) fn batch(&mut self, file: FileId) -> &mut Batch {
        self.batches.entry(file).or_default()
    }

    pub(crate) fn join(&mut self, other: Self) {
        for (file, batch) in other.batches {
            self.batch(file).join(batch);
        }
        self.expected.extend(other.expected);
        self.keep.extend(other.keep);
        self.touched.extend(other.touched);
        self.defaults.extend(other.defaults);
        self.notes.extend(other.notes);
    }
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        reading: &'a Reading<'a>,
        app: &'a App,
        parts: &'a [(FileId, Document)],
    ) -> Self {
        let mut users: BTreeMap<RoleId, BTreeSet<FunctionId>> = BTreeMap::new();
        for (id, function) in app.functions.enumerate() {
            for (_, role) in &function.role {
                users.entry(*role).or_default().insert(id);
            }
        }
        let mut sheets = BTreeMap::new();
        for file in &reading.plan.templates {
            if let Some(parsed) = reading.plan.document(*file) {
                let path = reading.sources.path(*file);
                let text = reading.sources.text(*file);
                sheets.insert(*file, Sheet::new(path, text, &parsed.document));
            }
        }
        for (file, document) in parts {
            let (path, text) = (reading.sources.path(*file), reading.sources.text(*file));
            sheets.insert(*file, Sheet::new(path, text, document));
        }
        let mut bench = Self {
            reading,
            app,
            parts: parts.iter().map(|(file, _)| *file).collect(),
            sheets,
            users,
            draft: OnceCell::new(),
            graphs: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        bench.names = bench
            .sheets
            .iter()
            .map(|(file, sheet)| (*file, bench.names_in(sheet)))
            .collect();
        bench.graphs = bench
            .sheets
            .iter()
            .filter_map(|(file, sheet)| Some((*file, Graph::of(sheet, bench.resources(sheet)?))))
            .collect();
        bench
    }

    /// Whether a pair names something that waits for a resource: the resource must not wait for it in turn.
    pub(crate) fn is_circular(
        &self,
        sheet: &Sheet<'_>,
        stack: StackId,
        pair: &Pair,
        id: &str,
    ) -> bool {
        let prefix = self.prefix(stack);
        let graph = self.graphs.get(&sheet.file);
        named(pair).any(|address| {
            let other = address.strip_prefix(&prefix).unwrap_or(address);
            graph.is_some_and(|graph| graph.reaches(other, id))
        })
    }

    pub(crate) fn sheet(&self, file: FileId) -> Option<&Sheet<'a>> {
        self.sheets.get(&file)
    }

    pub(crate) fn sheets(&self) -> impl Iterator<Item = (&FileId, &Sheet<'a>)> {
        self.sheets.iter()
    }

    /// The template of a stack, if it is a file that may be edited; else why not.
    pub(crate) fn editable(&self, stack: StackId) -> Result<&Sheet<'a>, String> {
        let path = self.app.stacks.get(stack).map_or("", |s| s.path.as_str());
        let file = self.reading.sources.find(path);
        let sheet = file
            .and_then(|file| self.sheet(file))
            .ok_or_else(|| format!("{path} was not read as a template"))?;
        if let Some(why) = closed(path, sheet.document, sheet.text) {
            return Err(format!("{path} {why}"));
        }
        let stacks = self.app.stacks.enumerate();
        let twins: Vec<String> = stacks
            .filter(|(_, other)| other.path == path)
            .map(|(_, other)| match &other.parent {
                Some((_, address)) => address.clone(),
                None => other.path.clone(),
            })
            .collect();
        let others = (self.reading.used_by)(sheet.file);
        if twins.len() > 1 || others.len() > 1 {
            let list = if twins.len() > 1 { twins } else { others };
            return Err(format!(
                "{path} is used by several stacks: {}",
                list.join(", ")
            ));
        }
        let broken = |problem: &Problem| {
            use palisade_model::problem::ProblemKind;
            problem.kind == ProblemKind::Syntax
        };
        let parsed = self.reading.plan.document(sheet.file);
        if parsed.is_some_and(|parsed| parsed.problems.iter().any(broken)) {
            return Err(format!("{path} could not be parsed as a whole"));
        }
        Ok(sheet)
    }

    /// The file that declares a role: the template of its stack, or what that includes; else why not.
    pub(crate) fn home(&self, role: &Role) -> Result<&Sheet<'a>, String> {
        let template = self.editable(role.key.stack)?;
        let file = role.origin.span.file;
        let Some(sheet) = self.sheet(file).filter(|_| self.parts.contains(&file)) else {
            return Ok(template);
        };
        if let Some(why) = closed(sheet.path, sheet.document, sheet.text) {
            return Err(format!("{} {why}", sheet.path));
        }
        let address = role.key.address.as_str();
        let id = address.rsplit('/').next().unwrap_or(address);
        included::check(self.reading.sources, sheet.file, id)?;
        Ok(sheet)
    }

    pub(crate) fn format(&self, file: FileId) -> Format {
        if self.parts.contains(&file) {
            return Format::Serverless;
        }
        let parsed = self.reading.plan.document(file);
        parsed.map_or(Format::Other, |parsed| parsed.format)
    }

    pub(crate) fn users(&self, role: RoleId) -> Vec<FunctionId> {
        self.users
            .get(&role)
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    pub(crate) fn function(&self, id: FunctionId) -> Option<&'a Function> {
        self.app.functions.get(id)
    }

    /// The one role of a function in all worlds.
    pub(crate) fn role_of(&self, function: &Function) -> Result<(RoleId, &'a Role), String> {
        match function.role.as_slice() {
            [(guard, role)] if guard.is_always() || *guard == function.exists => {
                let found = self.app.roles.get(*role);
                Ok((*role, found.ok_or("its role was not read")?))
            }
            [] => Err("its role is not in the tree".to_owned()),
            _ => Err("a condition decides which role it has".to_owned()),
        }
    }

    /// What addresses of a stack begin with.
    pub(crate) fn prefix(&self, stack: StackId) -> String {
        let parent = self.app.stacks.get(stack).and_then(|s| s.parent.as_ref());
        parent.map_or_else(String::new, |(_, address)| format!("{address}/"))
    }

    /// The map of resources of a template.
    pub(crate) fn resources(&self, sheet: &Sheet<'_>) -> Option<NodeRef> {
        let root = sheet.document.root()?;
        match self.format(sheet.file) {
            Format::Serverless if self.parts.contains(&sheet.file) => {
                let listed = sheet.document.get(root, "Resources");
                Some(listed.unwrap_or(root))
            }
            Format::Serverless => sheet.find(root, &["resources", "Resources"]),
            _ => sheet.document.get(root, "Resources"),
        }
    }

    /// The resource of an address, as written in the file of its stack.
    pub(crate) fn resource(
        &self,
        sheet: &Sheet<'_>,
        stack: StackId,
        address: &str,
    ) -> Result<NodeRef, String> {
        let prefix = self.prefix(stack);
        let id = address.strip_prefix(&prefix).unwrap_or(address);
        let resources = self.resources(sheet);
        resources
            .and_then(|resources| sheet.own_value(resources, id))
            .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
            .ok_or_else(|| {
                format!(
                    "`{id}` is not written out among the resources of {}",
                    sheet.path
                )
            })
    }

    /// How texts are written for a role.
    pub(crate) fn spelling(&self, sheet: &Sheet<'_>, stack: StackId, grants: &[Grant]) -> Spelling {
        let mut known: BTreeMap<Text, Piece> = BTreeMap::new();
        for grant in grants {
            let Grant::Statement(statement) = grant else {
                continue;
            };
            for (text, place) in statement.resources.iter().zip(&statement.places.resources) {
                let node = sheet.at(*place).filter(|node| {
                    sheet.is_one_line(*node)
                        && !matches!(sheet.shape(*node), Some(Shape::Alias(_)))
                        && sheet.start(*node) == sheet.document.span(*node).start as usize
                });
                if let Some(node) = node {
                    let own = match sheet.own(node) {
                        // The long form in block style is no text of one line.
                        [only] if !sheet.is_flow(node) && sheet.is_scalar(only.value) => {
                            let value = Piece::Own(sheet.slice(only.value).to_owned(), None);
                            Piece::Map(vec![(only.key.to_string(), value)])
                        }
                        [] if matches!(sheet.shape(node), Some(Shape::Scalar(_)))
                            || sheet.document.tag(node).is_some() =>
                        {
                            Piece::Own(sheet.slice(node).to_owned(), None)
                        }
                        _ if sheet.is_flow(node) => Piece::Own(sheet.slice(node).to_owned(), None),
                        _ => continue,
                    };
                    known.entry(text.clone()).or_insert(own);
                }
            }
        }
        let root = sheet.document.root();
        let declared = root.and_then(|root| sheet.find(root, &["resources", "Parameters"]));
        let declared = declared.into_iter().flat_map(|node| sheet.own(node));
        Spelling {
            stack,
            prefix: self.prefix(stack),
            service: self.format(sheet.file) == Format::Serverless,
            parameters: declared.map(|entry| entry.key.to_string()).collect(),
            known,
            names: self.names.get(&sheet.file).cloned().unwrap_or_default(),
        }
    }

    /// Names of nodes and values of variables that come through a parameter: its default, or what is passed in.
    fn names_in(&self, sheet: &Sheet<'_>) -> Vec<(Text, String)> {
        let functions = self.app.functions.iter();
        let resources = self.app.resources.iter();
        let settings = functions
            .flat_map(|f| std::iter::once(&f.name).chain(f.env.iter().map(|(_, value)| value)))
            .chain(resources.map(|r| &r.name));
        let mut found: Vec<(Text, String)> = Vec::new();
        for setting in settings {
            let (text, passed) = match &setting.given {
                Given::Known(text, Basis::Assumed) => (text, false),
                Given::Known(text, _) => (text, true),
                _ => continue,
            };
            // What a stack around this one passes in is named as its parameter here.
            if passed && !text.parts().iter().any(|part| self.is_foreign(part, sheet)) {
                continue;
            }
            if text.words().len() < NAME_LEAST || found.iter().any(|(other, _)| other == text) {
                continue;
            }
            let service = self.format(sheet.file) == Format::Serverless;
            let written = sheet.at(setting.origin.span);
            let spelled = written.and_then(|node| match service {
                // The framework reads its variables wherever they stand.
                true => sheet.document.text(node).filter(|text| text.contains("${")),
                false => None,
            });
            let spelled = spelled.map(str::to_owned);
            let spelled = spelled.or_else(|| pattern(sheet, written?));
            // What a service takes from elsewhere holds for one stage alone.
            let spelled = spelled.or_else(|| service.then(String::new));
            if let Some(pattern) = spelled {
                let passed = self.passed(&setting.origin);
                let passed = passed.filter(|part| self.is_foreign(part, sheet));
                if let Some(part) = passed {
                    found.push((Text::join([part]), pattern.clone()));
                }
                found.push((text.clone(), pattern));
            }
        }
        found
    }

    /// The parameter whose default a value is.
    fn passed(&self, origin: &Origin) -> Option<Part> {
        let mut at = Some(origin);
        while let Some(origin) = at {
            if origin.how == How::ParameterDefault {
                let mut all = self.app.setup.parameters.iter();
                let key = &all.find(|p| p.default.origin.span == origin.span)?.key;
                let symbol = Symbol::Parameter(key.stack, key.address.clone());
                return Some(Part::Hole(symbol));
            }
            at = origin.via.as_deref();
        }
        None
    }

    /// Whether a part of a text belongs to another template than that of a file.
    fn is_foreign(&self, part: &Part, sheet: &Sheet<'_>) -> bool {
        let stack = match part {
            Part::Hole(Symbol::Parameter(stack, _) | Symbol::Attr(stack, _, _)) => *stack,
            _ => return false,
        };
        let path = self.app.stacks.get(stack).map(|stack| stack.path.as_str());
        path.is_some_and(|path| path != sheet.path)
    }

    /// The App as readers look names up in it.
    pub(crate) fn draft(&self) -> &Draft {
        self.draft.get_or_init(|| {
            let mut draft = Draft::default();
            for function in self.app.functions.iter() {
                draft.add_function(function.clone());
            }
            for resource in self.app.resources.iter() {
                draft.add_resource(resource.clone());
            }
            for role in self.app.roles.iter() {
                draft.add_role(role.clone());
            }
            draft
        })
    }

    /// Everything in a file that refers to a logical id.
    pub(crate) fn references(&self, sheet: &Sheet<'_>, id: &str) -> Vec<NodeRef> {
        let within = |text: &str| {
            let hole = |end: char| text.contains(&format!("${{{id}{end}"));
            hole('}') || hole('.')
        };
        let mut found = Vec::new();
        for (at, node) in sheet.document.all() {
            let substitution = matches!(&node.shape, Shape::Scalar(scalar) if within(&scalar.text));
            let depends = matches!(&node.shape, Shape::Scalar(scalar) if &*scalar.text == id)
                && node.tag.is_none()
                && key_of(sheet, at) == Some("DependsOn");
            if substitution || depends || refers_to(sheet, at, id) {
                found.push(at);
            }
        }
        found
    }
}

/// Shorter names may stand in a text by chance.
const NAME_LEAST: usize = 4;

/// What a reference or substitution is inside of `Fn::Sub`.
fn pattern(sheet: &Sheet<'_>, node: NodeRef) -> Option<String> {
    let text = |node: NodeRef| sheet.document.text(node);
    match sheet.document.tag(node) {
        Some("!Ref") => return Some(format!("${{{}}}", text(node)?)),
        Some("!Sub") => return text(node).map(str::to_owned),
        _ => {}
    }
    if let Some(inner) = sheet.own_value(node, "Ref") {
        return Some(format!("${{{}}}", text(inner)?));
    }
    text(sheet.own_value(node, "Fn::Sub")?).map(str::to_owned)
}

/// The key under which a node stands, lists aside.
pub(crate) fn key_of<'s>(sheet: &Sheet<'s>, node: NodeRef) -> Option<&'s str> {
    sheet
        .around(node)
        .find_map(|at| sheet.entry_of(at))
        .map(|entry| &*entry.key)
}

/// Why a file is not to be edited by hand or by us.
fn closed(path: &str, document: &Document, text: &str) -> Option<&'static str> {
    let made = [".aws-sam/", "cdk.out/", ".serverless/", "node_modules/"];
    if made
        .iter()
        .any(|part| path.starts_with(part) || path.contains(&format!("/{part}")))
    {
        return Some("is generated by a tool: change what it is made from");
    }
    if text.contains("aws:cdk:path") {
        return Some("is generated by the CDK: change the construct");
    }
    if is_script(path) {
        return Some("is a program");
    }
    let holes = document.all().any(|(_, node)| match &node.shape {
        Shape::Scalar(scalar) => !scalar.holes.is_empty(),
        Shape::Map(entries) => entries.iter().any(|entry| entry.key.contains("{{")),
        _ => false,
    });
    let marks = ["{{ cookiecutter", "{{cookiecutter", "{%"];
    if holes || marks.iter().any(|mark| text.contains(mark)) {
        return Some("is a template of a template: its placeholders are filled in later");
    }
    let odd = path.ends_with(".snap") || path.ends_with(".chalice/config.json");
    odd.then_some("is written by a tool")
}

/// The plan with other texts in place of some files.
pub(crate) fn replanned(
    plan: &AppPlan,
    parsed: BTreeMap<FileId, (Document, Vec<Problem>)>,
) -> AppPlan {
    let mut plan = plan.clone();
    for (file, (document, problems)) in parsed {
        if let Some(slot) = plan.documents.get_mut(&file) {
            slot.document = std::sync::Arc::new(document);
            slot.problems = problems;
        }
    }
    plan
}

/// Ids in the order of the App.
pub(crate) fn in_order(ids: impl IntoIterator<Item = FunctionId>) -> Vec<FunctionId> {
    let mut ids: Vec<FunctionId> = ids.into_iter().collect();
    ids.sort_by_key(|id| id.index());
    ids
}
