//! What a program does with data that is no harm by itself: it decides by it, it works as long as it says, it keeps it.

use palisade_model::index::Id;

use super::fact::{Fact, Root};
use super::solve::Solver;
use super::summary::ReadId;
use super::words::{is_flag, is_high, is_identity, is_right, is_secret, plain};
use crate::ir::{Comparison, Const, FunctionKind, Op, Passing, RegionKind, Sym, ValueId};
use crate::path::Step;
use crate::program::FnId;
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

/// How deep conditions are looked into.
const DEPTH_MAX: u8 = 8;
/// Shortest constant that is a secret where a field that is named like one is compared with it.
const SECRET_LENGTH: usize = 8;

/// What a compared value is called in [`crate::flows::FlowPath::callee`] where the other side is a secret.
pub const SECRET: &str = "secret";
/// The same where a right is named: `role == "admin"`.
pub const RIGHT: &str = "right";
/// The same where a field is only tested for truth.
pub const TRUTH: &str = "truth";
/// Who somebody is, looked up to see what they may.
pub const IDENTITY: &str = "identity";
/// A list of the module that grows; the name follows.
pub const LIST: &str = "list ";
/// A name of the module that is set once, by whoever comes first; the name follows.
pub const FIRST: &str = "first ";
/// The environment of the process.
pub const ENVIRONMENT: &str = "environment";

impl Solver<'_> {
    /// Looks over a function whose facts are known.
    pub(super) fn watch(&mut self, inst: InstId, function: FnId) {
        let program = self.program;
        let ir = &program.functions[function].ir;
        for (value, instr) in ir.instrs.enumerate() {
            self.here = u32::try_from(value.index()).unwrap_or(u32::MAX);
            match &instr.op {
                Op::Compare(Comparison::Equal | Comparison::Differs, x, y) => {
                    self.compared(inst, function, value, *x, *y);
                    self.compared(inst, function, value, *y, *x);
                }
                Op::SetGlobal(name, from) if ir.kind != FunctionKind::Module => {
                    self.set_once(function, value, *name, *from);
                }
                Op::Store(base, _, from) | Op::Put(base, _, from) => {
                    self.stored_in_environment(inst, function, value, *base, *from);
                }
                Op::Load(..) | Op::Call(_) => self.looked_up(function, value),
                _ => {}
            }
        }
        for region in &ir.regions {
            self.here = region.first;
            match (region.kind, region.condition) {
                (RegionKind::If, Some(condition)) => self.decided(function, condition, 0),
                (RegionKind::Loop, None) => self.repeated(inst, function, region),
                _ => {}
            }
        }
    }

    fn compared(&mut self, inst: InstId, function: FnId, at: ValueId, x: ValueId, y: ValueId) {
        let facts = self.sent(x);
        if facts.is_empty() {
            return;
        }
        let values = self.values.value(inst, y);
        let from_environment =
            |v: &Val| matches!(v, Val::Env(name) if is_secret(self.values.word(*name)));
        if values.iter().any(from_environment)
            || self.is_fetched_secret(y)
            || self.is_signature(inst, function, y, 0)
        {
            self.told(function, at, Grammar::Decision, SECRET, facts);
            return;
        }
        let fixed = |v: &Val| matches!(v, Val::Text(text) if self.values.word(*text).len() >= SECRET_LENGTH);
        if !values.is_empty() && values.iter().all(fixed) {
            let facts = self.named_so(facts.clone(), is_secret);
            self.told(function, at, Grammar::Decision, SECRET, facts);
        }
        let high = |v: &Val| matches!(v, Val::Text(text) if is_high(self.values.word(*text)));
        if !values.is_empty() && values.iter().all(high) {
            let facts = self.named_so(facts, is_right);
            self.told(function, at, Grammar::Decision, RIGHT, facts);
        }
    }

    /// Whether a value is a signature that the program makes with a secret, to compare one that is sent with it.
    fn is_signature(&mut self, inst: InstId, function: FnId, value: ValueId, depth: u8) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let program = self.program;
        let object = program.object(function, value);
        match program.op(function, object) {
            Op::Concat(parts) => parts
                .iter()
                .any(|part| self.is_signature(inst, function, *part, depth + 1)),
            Op::Call(call) => {
                for val in self.values.value(inst, call.callee).to_vec() {
                    match val {
                        Val::Api(path)
                            if matches!(
                                self.values.word(path),
                                "hmac.new" | "crypto.createHmac"
                            ) =>
                        {
                            return true;
                        }
                        Val::Fn(made_by, _) => {
                            let plain = self.values.plain(made_by);
                            let instrs = &program.functions[made_by].ir.instrs;
                            let made = instrs.iter().filter_map(|i| match i.op {
                                Op::Return(answer) => Some(answer),
                                _ => None,
                            });
                            for answer in made.collect::<Vec<_>>() {
                                if self.is_signature(plain, made_by, answer, depth + 3) {
                                    return true;
                                }
                            }
                        }
                        _ => {}
                    }
                }
                match program.op(function, call.callee) {
                    Op::Load(receiver, name)
                        if matches!(
                            program.text(*name),
                            "digest" | "hexdigest" | "update" | "toString" | "decode"
                        ) =>
                    {
                        self.is_signature(inst, function, *receiver, depth + 1)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether a value comes from a store of secrets.
    fn is_fetched_secret(&self, value: ValueId) -> bool {
        self.own(value).iter().any(|fact| {
            matches!(fact.input.root, Root::Source(event) if self.values.word(event) == "code.secret")
        })
    }

    /// `if body["isAdmin"]:`, and the parts of `and`, `or`, `not`.
    fn decided(&mut self, function: FnId, condition: ValueId, depth: u8) {
        if depth > DEPTH_MAX {
            return;
        }
        let object = self.program.object(function, condition);
        match self.program.op(function, object) {
            Op::Not(inner) => self.decided(function, *inner, depth + 1),
            Op::Logic(_, x, y) => {
                let (x, y) = (*x, *y);
                self.decided(function, x, depth + 1);
                self.decided(function, y, depth + 1);
            }
            // `=== true`.
            Op::Compare(Comparison::Equal | Comparison::Differs, x, y)
                if matches!(self.program.op(function, *y), Op::Const(Const::Bool(_))) =>
            {
                self.decided(function, *x, depth + 1);
            }
            Op::Load(..) | Op::Index(..) | Op::Call(_) | Op::Phi(..) => {
                let facts = self.sent(object);
                let facts = self.named_so(facts, is_flag);
                self.told(function, object, Grammar::Decision, TRUTH, facts);
            }
            _ => {}
        }
    }

    /// `table.get_item(Key={"id": body["userId"]})["Item"]["isAdmin"]`: a right looked up for whoever somebody says to be.
    fn looked_up(&mut self, function: FnId, at: ValueId) {
        let rights = self.of(at).iter().filter(|fact| {
            let last = fact.input.path.iter().rev().find_map(|step| match step {
                Step::Key(key) => Some(is_flag(&plain(self.values.word(*key)))),
                _ => None,
            });
            fact.at.is_empty() && last == Some(true)
        });
        let mut reads: Vec<u32> = rights
            .filter_map(|fact| match fact.input.root {
                Root::Read(read) => Some(read),
                _ => None,
            })
            .collect();
        reads.sort_unstable();
        reads.dedup();
        let program = self.program;
        for read in reads {
            let Some(site) = self.reads.get(ReadId(read)) else {
                continue;
            };
            if site.kind != "table" || site.function != function {
                continue;
            }
            let Op::Call(call) = program.op(function, site.call) else {
                continue;
            };
            let is_key = |name: Sym| self.values.word(name) == "Key";
            let mut facts: Vec<Fact> = Vec::new();
            for arg in &call.args {
                let all = self.of(arg.value).iter();
                facts.extend(match arg.passing {
                    Passing::Named(name) if is_key(name) => all.cloned().collect(),
                    Passing::Positional => all
                        .filter(|f| matches!(f.at.first(), Some(Step::Key(k)) if is_key(*k)))
                        .cloned()
                        .collect::<Vec<_>>(),
                    _ => Vec::new(),
                });
            }
            let facts = self.named_so(facts, is_identity);
            self.told(function, at, Grammar::Decision, IDENTITY, facts);
        }
    }

    /// An answer that holds the whole event.
    pub(super) fn echoes(&mut self, inst: InstId, function: FnId, at: ValueId, answer: ValueId) {
        if !self.begun.contains(&inst) {
            return;
        }
        // A function that is returned holds what it captured, and answers nothing yet.
        let whole = |fact: &&Fact| {
            fact.input.root == Root::Param(0)
                && fact.input.path.is_empty()
                && matches!(fact.at.first(), Some(Step::Key(_)))
                && !fact.at.iter().any(|step| matches!(step, Step::Captured(_)))
        };
        let facts: Vec<Fact> = self.of(answer).iter().filter(whole).cloned().collect();
        self.told(function, at, Grammar::Echo, "answer", facts);
    }

    /// Facts about what somebody sends.
    pub(super) fn sent(&self, value: ValueId) -> Vec<Fact> {
        let own = self.own(value);
        let is_own = |f: &Fact| own.iter().any(|o| o.input == f.input && o.at == f.at);
        self.of(value)
            .iter()
            .filter(|f| f.at.is_empty() && !is_own(f))
            .cloned()
            .collect()
    }

    /// Those facts whose field bears a name of a kind.
    fn named_so(&self, facts: Vec<Fact>, is: fn(&str) -> bool) -> Vec<Fact> {
        let named = |fact: &Fact| {
            let last = fact.input.path.iter().rev().find_map(|step| match step {
                Step::Key(key) => Some(self.values.word(*key)),
                _ => None,
            });
            last.is_some_and(|key| is(&plain(key)))
        };
        facts.into_iter().filter(named).collect()
    }
}
