//! How much a sender makes a program do: numbers of rounds and bytes, texts for patterns, and what limits them.

use super::fact::Fact;
use super::solve::Solver;
use crate::ir::{Call, Comparison, Const, Language, Op, Region, ValueId};
use crate::library::port::Port;
use crate::library::row::SinkRow;
use crate::program::FnId;
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

/// How deep conditions and numbers are looked into.
const DEPTH_MAX: u8 = 8;
/// Longest text that no pattern takes long over.
const SHORT: u32 = 24;
/// Longest text over which a pattern that is no worse than cubic takes no time worth speaking of.
const LONG: u32 = 2_000;

impl Solver<'_> {
    /// `for (let i = 0; i < body.n; i++)`: the test of a loop compares what its rounds change.
    pub(super) fn repeated(&mut self, inst: InstId, function: FnId, region: &Region) {
        let program = self.program;
        let mut inside = (region.first..region.last).map(ValueId);
        let test = inside.find(|v| matches!(program.op(function, *v), Op::Compare(..)));
        let Some(test) = test else { return };
        let Op::Compare(Comparison::Order, x, y) = program.op(function, test) else {
            return;
        };
        let turns = |v: ValueId| {
            matches!(
                program.op(function, program.object(function, v)),
                Op::Phi(_, true)
            )
        };
        for (counter, limit) in [(*x, *y), (*y, *x)] {
            if turns(counter) && !turns(limit) {
                let facts = self.amount(inst, function, limit, 0);
                self.told(function, test, Grammar::Amount, "loop", facts);
            }
        }
    }

    /// Facts of a number: through conversions and arithmetic, unless something compared it with a limit.
    pub(super) fn amount(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        depth: u8,
    ) -> Vec<Fact> {
        if depth > DEPTH_MAX || self.is_limited(function, value) {
            return Vec::new();
        }
        let program = self.program;
        let mut facts = self.alive(function, value);
        let object = program.object(function, value);
        match program.op(function, object) {
            Op::Arith(parts) => {
                for part in parts {
                    facts.extend(self.amount(inst, function, *part, depth + 1));
                }
            }
            Op::Logic(_, x, y) => {
                facts.extend(self.amount(inst, function, *x, depth + 1));
                facts.extend(self.amount(inst, function, *y, depth + 1));
            }
            Op::Call(call) => {
                let names = self.api_paths(inst, function, call);
                if names.iter().any(|name| limits(name)) {
                    return Vec::new();
                }
                if names.iter().any(|name| converts(name))
                    && let Some(first) = call.args.first()
                {
                    facts.extend(self.amount(inst, function, first.value, depth + 1));
                }
            }
            _ => {}
        }
        facts
    }

    /// Whether a method that may take a pattern is given one; in Python the names of the calls tell.
    pub(super) fn applies_pattern(&mut self, inst: InstId, function: FnId, call: &Call) -> bool {
        let program = self.program;
        if program.language(function) != Language::JavaScript {
            return true;
        }
        let receiver = match program.op(function, call.callee) {
            Op::Load(receiver, _) => Some(*receiver),
            _ => None,
        };
        let first = call.args.first().map(|a| a.value);
        receiver
            .into_iter()
            .chain(first)
            .any(|value| !self.patterns_of(inst, function, value).is_empty())
    }

    /// The regular expressions that a value of JavaScript is: literals, and `new RegExp("…")` where it is written out.
    pub(crate) fn patterns_of(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
    ) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for val in self.values.value(inst, value).iter() {
            if let Val::Regex(pattern, flags) = val {
                let words = (self.values.word(*pattern), self.values.word(*flags));
                found.push((words.0.to_owned(), words.1.to_owned()));
            }
        }
        if !found.is_empty() {
            return found;
        }
        let program = self.program;
        let (mut inst, mut function) = (inst, function);
        let mut object = program.object(function, value);
        if let Op::Global(name) = program.op(function, object) {
            let module = program.functions[function].module;
            let set = program.modules[module].globals.get(name);
            if let Some([(top, made)]) = set.map(Vec::as_slice) {
                (inst, function) = (self.values.plain(*top), *top);
                object = program.object(function, *made);
            }
        }
        let Op::Call(call) = program.op(function, object) else {
            return found;
        };
        let callee = self.values.value(inst, call.callee);
        if !callee
            .iter()
            .any(|v| matches!(v, Val::Api(path) if self.values.word(*path) == "RegExp"))
        {
            return found;
        }
        let mut texts = call
            .args
            .iter()
            .map(|arg| match &*self.values.value(inst, arg.value) {
                [Val::Text(text)] => Some(self.values.word(*text).to_owned()),
                _ => None,
            });
        match (texts.next(), texts.next()) {
            (Some(Some(pattern)), Some(Some(flags))) => found.push((pattern, flags)),
            (Some(Some(pattern)), None) => found.push((pattern, String::new())),
            _ => {}
        }
        found
    }

    /// Whether the function compares the length of a matched text with a limit before.
    pub(super) fn is_short(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
        sink: &SinkRow,
    ) -> bool {
        let program = self.program;
        let texts: Vec<ValueId> = self
            .ports(inst, function, at, call, &sink.at)
            .into_iter()
            .filter(|(_, parts)| parts.is_empty())
            .map(|(text, _)| program.object(function, text))
            .collect();
        let before = program.functions[function].ir.instrs.enumerate();
        for (_, instr) in before.take_while(|(value, _)| *value != at) {
            let Op::Compare(Comparison::Order, x, y) = &instr.op else {
                continue;
            };
            let sides = [program.object(function, *x), program.object(function, *y)];
            for text in &texts {
                let bits = self.length_bits(inst, function, sides, *text);
                if bits & sink.grammar.bit() != 0 {
                    return true;
                }
            }
        }
        false
    }

    /// Facts of the numbers that a port names.
    pub(super) fn amounts(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
        port: &Port,
    ) -> Vec<Fact> {
        let ports = self.ports(inst, function, at, call, port);
        let plain = ports.into_iter().filter(|(_, parts)| parts.is_empty());
        plain
            .flat_map(|(value, _)| self.amount(inst, function, value, 0))
            .collect()
    }

    /// Whether a value stands behind a comparison by size.
    fn is_limited(&self, function: FnId, value: ValueId) -> bool {
        let mut at = value;
        for _ in 0..DEPTH_MAX {
            at = match self.program.op(function, at) {
                Op::Refine(inner, condition, _) => {
                    if self.orders(function, *condition, 0) {
                        return true;
                    }
                    *inner
                }
                Op::Await(inner) => *inner,
                _ => return false,
            };
        }
        true
    }

    fn orders(&self, function: FnId, condition: ValueId, depth: u8) -> bool {
        if depth > DEPTH_MAX {
            return true;
        }
        let object = self.program.object(function, condition);
        match self.program.op(function, object) {
            Op::Compare(Comparison::Order | Comparison::In, ..) => true,
            Op::Compare(Comparison::Equal, _, y) => {
                matches!(self.program.op(function, *y), Op::Const(Const::Number(_)))
            }
            Op::Not(inner) => self.orders(function, *inner, depth + 1),
            Op::Logic(_, x, y) => {
                self.orders(function, *x, depth + 1) || self.orders(function, *y, depth + 1)
            }
            _ => false,
        }
    }

    /// `len(x) > 20`, `x.length <= 20`: for which patterns such a text is short enough.
    pub(super) fn length_bits(
        &mut self,
        inst: InstId,
        function: FnId,
        sides: [ValueId; 2],
        target: ValueId,
    ) -> u32 {
        let [x, y] = sides;
        for (measured, limit) in [(x, y), (y, x)] {
            let is_length = match self.program.op(function, measured) {
                Op::Load(base, key) => {
                    self.program.text(*key) == "length"
                        && self.program.object(function, *base) == target
                }
                Op::Call(call) => {
                    let of = call
                        .args
                        .first()
                        .map(|a| self.program.object(function, a.value));
                    of == Some(target)
                        && self
                            .api_paths(inst, function, call)
                            .iter()
                            .any(|p| p == "len")
                }
                _ => false,
            };
            if !is_length {
                continue;
            }
            let limits: Vec<Option<u32>> = self
                .values
                .value(inst, limit)
                .iter()
                .map(|v| match v {
                    Val::Number(n) => self.values.word(*n).parse().ok(),
                    _ => None,
                })
                .collect();
            return match limits.as_slice() {
                // Nobody limits a text to nothing: that asks whether there is one.
                [Some(0 | 1)] => 0,
                [Some(n)] if *n <= SHORT => Grammar::Match.bit() | Grammar::LongMatch.bit(),
                [Some(n)] if *n > LONG => 0,
                _ => Grammar::LongMatch.bit(),
            };
        }
        0
    }
}

fn converts(api: &str) -> bool {
    matches!(
        api,
        "int"
            | "float"
            | "abs"
            | "round"
            | "Number"
            | "parseInt"
            | "parseFloat"
            | "Number.parseInt"
            | "Number.parseFloat"
            | "Math.floor"
            | "Math.ceil"
            | "Math.round"
            | "Math.abs"
            | "Math.trunc"
            | "math.floor"
            | "math.ceil"
    )
}

fn limits(api: &str) -> bool {
    matches!(api, "min" | "Math.min" | "lodash.clamp")
}
