//! Calls of the libraries of a cloud: how each receiver was made, and what its arguments are in an entry's surroundings.

mod argument;
mod call;
mod event;
mod frame;
mod look;
mod member;
mod part;
mod variable;

use std::collections::BTreeSet;
use std::rc::Rc;

use palisade_model::api::{ApiArg, ApiCall, ApiStep};
use palisade_model::app::App;
use palisade_model::index::Id;
use palisade_model::text::Text;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Begun;
use crate::flows::{AppContext, EntryRequest};
use crate::ir::{Op, ValueId};
use crate::program::{ClassId, FnId, ModuleId, Target};
use crate::taint::solve::{Callee, Runs, Solver};
use crate::value::{InstId, Val};
use frame::{FrameId, Frames};
use variable::Written;

/// Libraries whose calls are told: their first words.
const ROOTS: [&str; 12] = [
    "boto3",
    "aioboto3",
    "botocore",
    "aiobotocore",
    "aws-sdk",
    "@aws-sdk/",
    "@aws-lambda-powertools/parameters",
    "aws_lambda_powertools.utilities.parameters",
    "dynamodb-toolbox",
    "opensearchpy",
    "requests_aws4auth",
    "aws_requests_auth",
];
/// Most things a value can be.
const SEEN_MAX: usize = 16;
/// How deep values are looked through.
const DEPTH_MAX: usize = 120;
/// How many calls are written out inside each other.
const NESTED_MAX: usize = 3;
/// How many looks one entry may take.
const FUEL: usize = 400_000;
/// How many callers a function is told apart by.
const CALLERS_MAX: usize = 12;
/// Most calls told of one entry.
const CALLS_MAX: usize = 4096;
/// Most functions of an entry's modules that are looked at though nothing reaches them.
const SPARE_MAX: usize = 200;

/// Calls by instance and place.
pub(super) type Callees = FxHashMap<(InstId, ValueId), Rc<[Callee]>>;

/// A value in a frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct At {
    frame: FrameId,
    value: ValueId,
}

/// Something a library gives.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Node {
    /// A name of the library.
    Root(String),
    /// A member of something.
    Member(Rc<Node>, String),
    /// What a call of something gives.
    Called(Rc<Node>, At),
    /// An element of something.
    Element(Rc<Node>),
}

impl Node {
    fn depth(&self) -> usize {
        match self {
            Self::Root(_) => 1,
            Self::Member(of, _) | Self::Called(of, _) | Self::Element(of) => 1 + of.depth(),
        }
    }
}

/// One thing a value can be.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Seen {
    /// A text.
    Text(Text),
    /// True or false.
    Flag(bool),
    /// A part of the event.
    Event(Vec<String>),
    /// A record or list of the program.
    Object(At),
    /// Something of a library.
    Sdk(Rc<Node>),
    /// A module of the program.
    Module(ModuleId),
    /// An instance of a class, with the call that constructed it.
    Instance(ClassId, Option<At>),
    /// A class.
    Class(ClassId),
    /// Nothing.
    Nothing,
    /// Not known.
    Unknown,
}

/// Who calls a function of the program: the instance, the call, the first parameter that its arguments fill.
type Caller = (InstId, ValueId, u16);

/// Looks through the values of one entry.
struct Tracer<'a, 'p> {
    solver: &'a mut Solver<'p>,
    callees: &'a Callees,
    app: Option<&'a App>,
    request: &'a EntryRequest,
    /// Variables of the environment that the program sets.
    set: &'a Written,
    /// Instances whose first parameter is the event: the number of that parameter.
    begun: FxHashMap<InstId, u16>,
    frames: Frames,
    callers: FxHashMap<InstId, Vec<Caller>>,
    callers_of_function: FxHashMap<FnId, Vec<Caller>>,
    /// Functions handed to a call: the call, and the position.
    handed: FxHashMap<FnId, Vec<(InstId, ValueId, usize)>>,
    memo: FxHashMap<At, Rc<[Seen]>>,
    /// Arguments by call and by how many calls they are inside of.
    written: FxHashMap<(At, usize), Vec<ApiArg>>,
    busy: FxHashSet<At>,
    depth: usize,
    /// How many calls are written out inside each other.
    nested: usize,
    fuel: usize,
}

/// What is needed of one entry.
pub(super) struct Begins {
    /// Instances that are started, each with how and the events of its parameters.
    pub(super) entries: Vec<Begun>,
    /// Everything it can run.
    pub(super) all: Vec<InstId>,
}

/// Whether the program uses a library whose calls are told.
pub(super) fn is_used(solver: &Solver<'_>) -> bool {
    let imports = solver.program.modules.iter().flat_map(|m| &m.imports);
    imports.into_iter().any(|bound| match &bound.target {
        Target::External(path) => is_root(solver.program.text(*path)),
        _ => false,
    })
}

/// The calls of every entry.
#[derive(Default)]
pub(super) struct Calls {
    /// Those that it reaches.
    pub(super) reached: Vec<ApiCall>,
    /// Those in functions of its modules that no entry reaches.
    pub(super) spare: Vec<ApiCall>,
}

/// Reads the calls of every entry.
pub(super) fn read(
    solver: &mut Solver<'_>,
    callees: &Callees,
    requests: &[EntryRequest],
    apps: &[AppContext<'_>],
    begins: &[Begins],
) -> Calls {
    let (mut calls, mut spare) = (BTreeSet::new(), BTreeSet::new());
    let all = begins.iter().flat_map(|begins| &begins.all);
    let reached: FxHashSet<FnId> = all.map(|inst| solver.values.function(*inst)).collect();
    let set = Written::of(solver.program);
    for (entry, (request, begins)) in requests.iter().zip(begins).enumerate() {
        let app = apps.get(request.app).map(|context| context.app);
        let begun = begins
            .entries
            .iter()
            .filter(|(.., params)| params.is_none());
        let begun = begun.map(|(inst, runs, _)| (*inst, u16::from(*runs != Runs::Function)));
        let mut tracer = Tracer {
            solver,
            callees,
            app,
            request,
            set: &set,
            begun: begun.collect(),
            frames: Frames::default(),
            callers: FxHashMap::default(),
            callers_of_function: FxHashMap::default(),
            handed: FxHashMap::default(),
            memo: FxHashMap::default(),
            written: FxHashMap::default(),
            busy: FxHashSet::default(),
            depth: 0,
            nested: 0,
            fuel: FUEL,
        };
        tracer.index(&begins.all);
        let mut found = BTreeSet::new();
        for inst in &begins.all {
            tracer.calls(*inst, entry, &mut found);
        }
        calls.extend(found);
        if !request.latent && request.function.is_some() {
            for inst in tracer.spare_functions(&begins.all, &reached) {
                if tracer.is_told(inst) {
                    tracer.calls(inst, entry, &mut spare);
                }
            }
        }
    }
    Calls {
        reached: calls.into_iter().collect(),
        spare: spare.into_iter().collect(),
    }
}

/// Whether a path begins with the name of a library whose calls are told.
fn is_root(path: &str) -> bool {
    ROOTS.iter().any(|root| {
        path.strip_prefix(root).is_some_and(|rest| {
            root.ends_with('/') || rest.is_empty() || rest.starts_with(['.', '/', '('])
        })
    })
}

impl Tracer<'_, '_> {
    /// Notes who calls whom among the instances of the entry.
    fn index(&mut self, instances: &[InstId]) {
        let program = self.solver.program;
        for inst in instances {
            let function = self.solver.values.function(*inst);
            for (value, instr) in program.functions[function].ir.instrs.enumerate() {
                let Op::Call(call) = &instr.op else { continue };
                for callee in self
                    .callees
                    .get(&(*inst, value))
                    .into_iter()
                    .flat_map(|c| c.iter())
                {
                    let shift = u16::from(callee.runs != Runs::Function);
                    let caller = (*inst, value, shift);
                    self.callers.entry(callee.inst).or_default().push(caller);
                    let of = self.solver.values.function(callee.inst);
                    self.callers_of_function.entry(of).or_default().push(caller);
                }
                for (at, arg) in call.args.iter().enumerate() {
                    if matches!(
                        program.op(function, arg.value),
                        Op::Const(_) | Op::Concat(_)
                    ) {
                        continue;
                    }
                    for val in self.solver.values.value(*inst, arg.value).iter() {
                        if let Val::Fn(f, _) | Val::Method(f, _) = val {
                            self.handed.entry(*f).or_default().push((*inst, value, at));
                        }
                    }
                }
            }
        }
    }

    /// The functions of an entry's modules that no entry reaches.
    fn spare_functions(&self, own: &[InstId], reached: &FxHashSet<FnId>) -> Vec<InstId> {
        let program = self.solver.program;
        let functions = own.iter().map(|inst| self.solver.values.function(*inst));
        let modules: BTreeSet<ModuleId> = functions.map(|f| program.functions[f].module).collect();
        let all = modules.iter().flat_map(|module| {
            let module = &program.modules[*module];
            let first = module.first_function.index();
            (first + 1..first + module.functions).map(FnId::from_index)
        });
        let spare = all.filter(|function| !reached.contains(function));
        let spare = spare.take(SPARE_MAX);
        spare
            .map(|function| self.solver.values.plain(function))
            .collect()
    }

    /// Whether something in an instance is surely such a library's.
    fn is_told(&mut self, inst: InstId) -> bool {
        let program = self.solver.program;
        let function = self.solver.values.function(inst);
        let instrs = program.functions[function].ir.instrs.iter();
        let mut callees = instrs.filter_map(|instr| match &instr.op {
            Op::Call(call) => Some(call.callee),
            _ => None,
        });
        callees.any(|callee| {
            let vals = self.solver.values.value(inst, callee);
            vals.iter().any(|val| match val {
                Val::Api(path) => {
                    let path = self.solver.values.word(*path);
                    is_root(path) || path.starts_with("[aws.") || path.starts_with("[dynamodb.")
                }
                _ => false,
            })
        })
    }

    /// The calls that stand in an instance.
    fn calls(&mut self, inst: InstId, entry: usize, found: &mut BTreeSet<ApiCall>) {
        let program = self.solver.program;
        let function = self.solver.values.function(inst);
        let ir = &program.functions[function].ir;
        let mut frames: Option<Vec<FrameId>> = None;
        for (value, instr) in ir.instrs.enumerate() {
            let Op::Call(call) = &instr.op else { continue };
            if self.callees.contains_key(&(inst, value)) || !self.may_be_told(inst, call.callee) {
                continue;
            }
            let frames = frames.get_or_insert_with(|| self.frames_of(inst)).clone();
            for frame in frames {
                let at = At { frame, value };
                for seen in self.see(at).iter() {
                    let Seen::Sdk(node) = seen else { continue };
                    if !matches!(&**node, Node::Called(_, made) if *made == at) {
                        continue;
                    }
                    if found.len() >= CALLS_MAX {
                        return;
                    }
                    found.insert(ApiCall {
                        entry,
                        span: program.span(function, value),
                        function: program.text(ir.name).to_owned(),
                        path: self.steps(node),
                    });
                }
            }
        }
    }

    /// Whether what is called may be of such a library: it is not surely something else.
    fn may_be_told(&mut self, inst: InstId, callee: ValueId) -> bool {
        let vals = self.solver.values.value(inst, callee);
        vals.is_empty()
            || vals.iter().any(|val| match val {
                Val::Api(path) => {
                    let path = self.solver.values.word(*path);
                    is_root(path)
                        || path.starts_with("[aws.")
                        || path.starts_with("[dynamodb.")
                        || path.contains("capture")
                        || path.starts_with("getattr(")
                        || path.starts_with('[')
                }
                Val::Typed(_) | Val::Any | Val::Param(_) => true,
                _ => false,
            })
    }

    /// The frames that a function is looked at in: one for each caller where there are few.
    fn frames_of(&mut self, inst: InstId) -> Vec<FrameId> {
        let root = self.frames.root(inst);
        if self.begun.contains_key(&inst) {
            return vec![root];
        }
        let callers = self.callers_of(inst);
        if callers.is_empty() || callers.len() > CALLERS_MAX {
            return vec![root];
        }
        let mut frames = Vec::new();
        for (caller, call, shift) in callers {
            let above = self.frames.root(caller);
            let frame = self.frames.child(above, call, inst, shift);
            if !frames.contains(&frame) {
                frames.push(frame);
            }
        }
        frames
    }

    fn callers_of(&self, inst: InstId) -> Vec<Caller> {
        if let Some(callers) = self.callers.get(&inst) {
            return callers.clone();
        }
        let function = self.solver.values.function(inst);
        let callers = self.callers_of_function.get(&function);
        callers.cloned().unwrap_or_default()
    }

    /// The path of a node, with the arguments of its calls.
    fn steps(&mut self, node: &Node) -> Vec<ApiStep> {
        match node {
            Node::Root(name) => vec![ApiStep {
                name: name.clone(),
                args: None,
            }],
            Node::Member(of, name) => {
                let mut steps = self.steps(of);
                steps.push(ApiStep {
                    name: name.clone(),
                    args: None,
                });
                steps
            }
            Node::Element(of) => {
                let mut steps = self.steps(of);
                steps.push(ApiStep {
                    name: "*".to_owned(),
                    args: None,
                });
                steps
            }
            Node::Called(of, at) => {
                let mut steps = self.steps(of);
                let key = (*at, self.nested);
                let args = match self.written.get(&key) {
                    Some(known) => known.clone(),
                    // What is made with itself is not written out for ever.
                    None if self.nested >= NESTED_MAX || self.fuel == 0 => Vec::new(),
                    None => {
                        self.nested += 1;
                        let args = self.arguments(*at);
                        self.nested -= 1;
                        self.written.insert(key, args.clone());
                        args
                    }
                };
                if let Some(last) = steps.last_mut() {
                    last.args = Some(args);
                }
                steps
            }
        }
    }
}
