//! Which value a variable or a field has here: environments with an undo log, and their merges.

use palisade_model::index::{Id, IndexVec};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Function, FunctionIndex, Instr, Op, Sym, ValueId};

palisade_model::ids! {
    /// A variable of one function; shadowing makes several of one name.
    VarId,
}

/// What a value is bound to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Place {
    /// A variable.
    Var(VarId),
    /// A key of an object.
    Field(ValueId, Sym),
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Var {
    /// The record that holds it where closures assign it.
    pub(super) cell: Option<ValueId>,
    /// The phi of all its versions where closures read it.
    pub(super) captured: Option<ValueId>,
}

/// Captured objects whose memos each call drops, at most.
const ESCAPED_MAX: usize = 64;

/// What changed since a mark; `None` stands for "no longer known".
pub(super) type Changes = Vec<(Place, Option<ValueId>)>;

/// An open construct of control flow.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) kind: BranchKind,
    /// Length of the log when it began.
    pub(super) mark: usize,
    /// Whether the code before it already ended.
    pub(super) outer_ended: bool,
    /// Ends of alternatives that go on after the construct.
    pub(super) ends: Vec<Changes>,
    /// Ends of `continue`.
    pub(super) continues: Vec<Changes>,
    /// The condition, scrutinee or iterated value.
    pub(super) condition: Option<ValueId>,
    /// Phis at the head of a loop.
    pub(super) phis: Vec<(VarId, ValueId)>,
    /// Index of the open region.
    pub(super) region: Option<usize>,
    /// Number of instructions when it began.
    pub(super) first: usize,
    /// All versions of variables assigned in a try.
    pub(super) versions: Vec<(Place, Vec<ValueId>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BranchKind {
    If,
    Else,
    Logic(bool),
    Loop,
    Switch,
    Try,
    Catch,
}

/// One function being built.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) index: FunctionIndex,
    pub(super) function: Function,
    /// Per value the one behind refinements and awaits.
    objects: Vec<ValueId>,
    pub(super) scopes: Vec<FxHashMap<Sym, VarId>>,
    pub(super) vars: IndexVec<VarId, Var>,
    pub(super) capture_of: FxHashMap<Sym, (ValueId, bool)>,
    pub(super) env: FxHashMap<Place, ValueId>,
    pub(super) log: Vec<(Place, Option<ValueId>)>,
    /// Places that were bound to a value at some time.
    pub(super) bound: FxHashMap<ValueId, Vec<Place>>,
    /// Keys stored on an object, whose memo a call with that object drops.
    pub(super) stored: FxHashMap<ValueId, Vec<Sym>>,
    /// The last store of a key, with its region depth.
    pub(super) pending: FxHashMap<(ValueId, Sym), (ValueId, usize)>,
    /// Number of instructions when a value was last used as more than the base of a store.
    pub(super) used_at: FxHashMap<ValueId, usize>,
    /// Objects that closures captured.
    pub(super) escaped: Vec<ValueId>,
    pub(super) branches: Vec<Branch>,
    /// The variables of the parameters, in order.
    pub(super) params: Vec<VarId>,
    /// Loads that stand for later reads, and where the last of those is.
    reread: FxHashMap<ValueId, u32>,
    /// The last instruction that may have changed an object.
    pub(super) last_effect: usize,
    pub(super) ended: bool,
    pub(super) here: (u32, u32),
}

impl Frame {
    pub(super) fn new(index: FunctionIndex, function: Function) -> Self {
        Self {
            index,
            function,
            objects: Vec::new(),
            scopes: vec![FxHashMap::default()],
            vars: IndexVec::new(),
            capture_of: FxHashMap::default(),
            env: FxHashMap::default(),
            log: Vec::new(),
            bound: FxHashMap::default(),
            stored: FxHashMap::default(),
            pending: FxHashMap::default(),
            used_at: FxHashMap::default(),
            escaped: Vec::new(),
            branches: Vec::new(),
            params: Vec::new(),
            reread: FxHashMap::default(),
            last_effect: 0,
            ended: false,
            here: (0, 0),
        }
    }

    /// The operation that makes a value.
    pub(super) fn op(&self, value: ValueId) -> &Op {
        static NOP: Op = Op::Nop;
        self.function
            .instrs
            .get(value)
            .map_or(&NOP, |i: &Instr| &i.op)
    }

    /// The object behind refinements and awaits.
    pub(super) fn object(&self, value: ValueId) -> ValueId {
        self.objects.get(value.index()).copied().unwrap_or(value)
    }

    /// Adds an instruction.
    pub(super) fn push(&mut self, instr: Instr) -> ValueId {
        let object = match &instr.op {
            Op::Refine(inner, _, _) | Op::Await(inner) => self.object(*inner),
            _ => self.function.instrs.next_id(),
        };
        self.objects.push(object);
        self.function.instrs.push(instr)
    }

    /// The variable a name means here.
    pub(super) fn lookup(&self, name: Sym) -> Option<VarId> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(&name).copied())
    }

    /// Binds a place, or forgets it.
    pub(super) fn bind(&mut self, place: Place, value: Option<ValueId>) {
        let old = match value {
            Some(value) => {
                self.bound.entry(value).or_default().push(place);
                self.env.insert(place, value)
            }
            None => self.env.remove(&place),
        };
        self.log.push((place, old));
    }

    /// Notes that a value stands for another read here, after what it holds may have changed.
    pub(super) fn read_again(&mut self, value: ValueId, depth: u8) {
        if depth > 4 {
            return;
        }
        let versions = match self.op(value) {
            Op::Load(..) if value.index() < self.last_effect => {
                let now = u32::try_from(self.len()).unwrap_or(u32::MAX);
                self.reread.insert(value, now);
                return;
            }
            Op::Refine(inner, _, _) => vec![*inner],
            Op::Phi(values, false) => values.clone(),
            _ => return,
        };
        for version in versions {
            self.read_again(version, depth + 1);
        }
    }

    /// The function as it was built.
    pub(super) fn finished(self) -> Function {
        let mut function = self.function;
        function.reread = self.reread.into_iter().collect();
        function.reread.sort_unstable();
        function
    }

    /// What changed since a mark, in order of first change.
    pub(super) fn changes(&self, mark: usize) -> Changes {
        let mut seen = FxHashSet::default();
        let since = self.log.get(mark..).unwrap_or(&[]);
        since
            .iter()
            .filter(|(place, _)| seen.insert(*place))
            .map(|(place, _)| (*place, self.env.get(place).copied()))
            .collect()
    }

    /// All values places had since a mark, in order.
    pub(super) fn versions(&self, mark: usize) -> Vec<(Place, Vec<ValueId>)> {
        self.changes(mark)
            .into_iter()
            .map(|(place, now)| {
                let since = self.log.get(mark..).unwrap_or(&[]);
                let mut all: Vec<ValueId> = since
                    .iter()
                    .filter(|(p, _)| *p == place)
                    .filter_map(|(_, old)| *old)
                    .collect();
                all.extend(now);
                all.dedup();
                (place, all)
            })
            .collect()
    }

    /// Undoes everything since a mark.
    pub(super) fn rollback(&mut self, mark: usize) {
        while self.log.len() > mark {
            if let Some((place, old)) = self.log.pop() {
                match old {
                    Some(value) => self.env.insert(place, value),
                    None => self.env.remove(&place),
                };
            }
        }
    }

    /// Places that are bound to a value now.
    pub(super) fn places_of(&self, value: ValueId) -> Vec<Place> {
        let mut places: Vec<Place> = self
            .bound
            .get(&value)
            .into_iter()
            .flatten()
            .copied()
            .filter(|p| self.env.get(p) == Some(&value))
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Notes that a closure captured an object. Past a limit further ones keep their memo, so that calls stay cheap.
    pub(super) fn escape(&mut self, value: ValueId) {
        let object = self.object(value);
        if self.escaped.len() < ESCAPED_MAX && !self.escaped.contains(&object) {
            self.escaped.push(object);
        }
    }

    /// How many instructions there are.
    pub(super) fn len(&self) -> usize {
        self.function.instrs.next_id().index()
    }
}
