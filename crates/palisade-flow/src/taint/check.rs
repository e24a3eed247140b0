//! What a condition proves of a value.

use super::pattern::{Applied, proves, proves_when_absent};
use super::schema::Schema;
use super::solve::Solver;
use crate::ir::{Call, Comparison, Const, Language, Op, Outcome, ValueId};
use crate::library::Library;
use crate::library::row::{CheckRow, Tester};
use crate::program::FnId;
use crate::transfer::{ALL_BITS, Bits, Grammar};
use crate::value::{InstId, Val};

impl Solver<'_> {
    /// The bits `condition` gives `target` under an outcome.
    pub(super) fn check(
        &mut self,
        inst: InstId,
        function: FnId,
        condition: ValueId,
        outcome: Outcome,
        target: ValueId,
    ) -> Bits {
        let target = self.program.object(function, target);
        self.proof(inst, function, condition, outcome, target, 0)
    }

    /// The same for a parameter, whose refinements all denote it.
    pub(super) fn check_param(
        &mut self,
        inst: InstId,
        function: FnId,
        condition: ValueId,
        outcome: Outcome,
        param: ValueId,
    ) -> Bits {
        self.proof(inst, function, condition, outcome, param, 0)
    }

    fn proof(
        &mut self,
        inst: InstId,
        function: FnId,
        condition: ValueId,
        outcome: Outcome,
        target: ValueId,
        depth: u8,
    ) -> Bits {
        if depth > 8 {
            return 0;
        }
        let program = self.program;
        let condition = program.object(function, condition);
        match program.op(function, condition) {
            Op::Not(inner) => {
                self.proof(inst, function, *inner, flipped(outcome), target, depth + 1)
            }
            Op::Logic(and, x, y) => {
                let a = self.proof(inst, function, *x, outcome, target, depth + 1);
                let b = self.proof(inst, function, *y, outcome, target, depth + 1);
                if *and == (outcome == Outcome::Holds) {
                    a | b
                } else {
                    a & b
                }
            }
            Op::Phi(values, _) => values
                .iter()
                .map(|v| self.proof(inst, function, *v, outcome, target, depth + 1))
                .fold(ALL_BITS, |a, b| a & b),
            Op::Compare(how, x, y) => {
                self.comparison(inst, function, *how, *x, *y, outcome, target, depth)
            }
            Op::Call(call) => {
                self.call_proof(inst, function, condition, call, outcome, target, depth)
            }
            Op::Load(base, key) => match (
                program.text(*key),
                program.op(function, program.object(function, *base)),
            ) {
                ("success" | "ok" | "valid" | "isValid", Op::Call(_)) => {
                    self.proof(inst, function, *base, outcome, target, depth + 1)
                }
                ("error" | "errors", Op::Call(_)) => {
                    self.proof(inst, function, *base, flipped(outcome), target, depth + 1)
                }
                _ => 0,
            },
            _ => 0,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one condition is a place, its two sides and an outcome"
    )]
    fn comparison(
        &mut self,
        inst: InstId,
        function: FnId,
        how: Comparison,
        x: ValueId,
        y: ValueId,
        outcome: Outcome,
        target: ValueId,
        depth: u8,
    ) -> Bits {
        let program = self.program;
        let positive = match how {
            Comparison::Equal | Comparison::In | Comparison::Type => outcome == Outcome::Holds,
            Comparison::Differs | Comparison::NotIn => outcome == Outcome::Fails,
            Comparison::Order => {
                let sides = [program.object(function, x), program.object(function, y)];
                return self.length_bits(inst, function, sides, target);
            }
        };
        let (left, right) = (program.object(function, x), program.object(function, y));
        match how {
            Comparison::Equal | Comparison::Differs => {
                let other = match (left == target, right == target) {
                    (true, _) => right,
                    (_, true) => left,
                    _ => {
                        return self
                            .compared_call(inst, function, left, right, positive, target, depth);
                    }
                };
                if !positive {
                    return 0;
                }
                let values = self.values.value(inst, other);
                if !values.is_empty() && values.iter().all(Val::is_constant) {
                    return ALL_BITS;
                }
                // `basename(x) == x`: what the function makes safe, x is.
                match program.op(function, other) {
                    Op::Call(call) => self.made_safe(inst, function, call, target),
                    _ => 0,
                }
            }
            Comparison::In | Comparison::NotIn if positive && left == target => {
                let values = self.values.value(inst, right);
                let fixed = !values.is_empty()
                    && values.iter().all(|v| self.values.constants_of(v).is_some());
                if fixed { ALL_BITS } else { 0 }
            }
            Comparison::Type if positive && left == target => self.type_bits(inst, right),
            // `typeof x` and `type(x)` compared with a name.
            _ => 0,
        }
    }

    /// `typeof`-like names, and classes.
    fn type_bits(&mut self, inst: InstId, of: ValueId) -> Bits {
        let values = self.values.value(inst, of);
        let mut bits = ALL_BITS;
        for val in values.iter() {
            let name = match val {
                Val::Text(s) | Val::Api(s) => self.values.word(*s).to_owned(),
                Val::Built(i, at) => {
                    // A tuple of types.
                    let inner = match self.program.op(self.values.function(*i), *at) {
                        Op::List(parts) => parts.clone(),
                        _ => return 0,
                    };
                    for (part, _) in inner {
                        bits &= self.type_bits(*i, part);
                    }
                    continue;
                }
                _ => return 0,
            };
            bits &= match name.as_str() {
                "str" | "string" | "String" | "bytes" => {
                    Grammar::IsText.bit() | Grammar::NosqlOperator.bit()
                }
                "int" | "float" | "number" | "bool" | "boolean" | "Number" | "bigint"
                | "decimal.Decimal" => ALL_BITS,
                _ => 0,
            };
        }
        if values.is_empty() { 0 } else { bits }
    }

    /// `xs.indexOf(x) !== -1`, `re.match(p, x) is not None`.
    #[expect(
        clippy::too_many_arguments,
        reason = "one condition is a place, its two sides and an outcome"
    )]
    fn compared_call(
        &mut self,
        inst: InstId,
        function: FnId,
        left: ValueId,
        right: ValueId,
        equal: bool,
        target: ValueId,
        depth: u8,
    ) -> Bits {
        let program = self.program;
        let (call, other) = match (program.op(function, left), program.op(function, right)) {
            (Op::Call(_), Op::Const(other)) => (left, other),
            (Op::Const(other), Op::Call(_)) => (right, other),
            _ => return 0,
        };
        let nothing = match other {
            Const::Number(sym) => program.text(*sym) == "-1",
            Const::Null | Const::Undefined | Const::Bool(false) => true,
            _ => false,
        };
        if !nothing {
            return 0;
        }
        let outcome = if equal {
            Outcome::Fails
        } else {
            Outcome::Holds
        };
        self.proof(inst, function, call, outcome, target, depth + 1)
    }

    /// The bits a library call's result has when it is made from `target`.
    fn made_safe(&mut self, inst: InstId, function: FnId, call: &Call, target: ValueId) -> Bits {
        let Some(library) = self.values.library(function) else {
            return 0;
        };
        let mut bits = 0;
        for path in self.api_paths(inst, function, call) {
            for row in library.rows(&path) {
                for flow in &row.flows {
                    if flow.safe == 0 && flow.replaces.is_none()
                        || !self.applies(inst, function, target, call, flow)
                    {
                        continue;
                    }
                    let safe = self.made_bits(inst, function, target, call, flow);
                    let from = self.ports(inst, function, target, call, &flow.from);
                    if from
                        .iter()
                        .any(|(v, _)| self.program.object(function, *v) == target)
                    {
                        bits |= safe;
                    }
                }
            }
        }
        bits
    }

    /// The API paths a call may run, the bare method name as `[any].name` last.
    pub(super) fn api_paths(&mut self, inst: InstId, function: FnId, call: &Call) -> Vec<String> {
        let values = self.values.value(inst, call.callee);
        let mut paths: Vec<String> = values
            .iter()
            .filter_map(|v| {
                if let Val::Api(p) = v {
                    Some(self.values.word(*p).to_owned())
                } else {
                    None
                }
            })
            .collect();
        if let Op::Load(_, name) = self.program.op(function, call.callee) {
            paths.push(format!("[any].{}", self.program.text(*name)));
        }
        paths
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one condition is a place, a call and an outcome"
    )]
    fn call_proof(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
        outcome: Outcome,
        target: ValueId,
        depth: u8,
    ) -> Bits {
        let program = self.program;
        if let Some(callees) = self.callees.get(&(inst, at)).cloned() {
            let mut bits = ALL_BITS;
            for callee in callees.iter() {
                let summary = self.summaries[callee.inst].clone();
                self.asked.insert(callee.inst);
                let mut found = 0;
                for (param, ensure) in summary.ensures.iter().enumerate() {
                    let handed = self.handed_value(function, call, at, callee.runs, param);
                    if handed.is_some_and(|v| program.object(function, v) == target) {
                        found |= match outcome {
                            Outcome::Holds => ensure.holds | ensure.returned,
                            Outcome::Fails => ensure.fails | ensure.returned,
                            Outcome::Returned => ensure.returned,
                        };
                    }
                }
                bits &= found;
            }
            return bits;
        }
        let Some(library) = self.values.library(function) else {
            return 0;
        };
        let mut bits = 0;
        for path in self.api_paths(inst, function, call) {
            for row in library.checks(&path) {
                let tests = self.ports(inst, function, at, call, &row.tests);
                if target == at
                    || tests.iter().any(|(v, parts)| {
                        parts.is_empty() && program.object(function, *v) == target
                    })
                {
                    bits |= self.tested(inst, function, call, row, outcome, target, at);
                }
            }
            if outcome == Outcome::Returned {
                bits |= self.number_or_throw(inst, function, at, call, library, &path, target);
            }
        }
        // A wrapper around the call that tells: `bool(re.match(…))`, `Boolean(…)`, `!!`.
        if bits == 0 && depth < 8 && outcome != Outcome::Returned {
            let values = self.values.value(inst, call.callee);
            let wrapper = values.iter().any(|v| matches!(v, Val::Api(p) if matches!(self.values.word(*p), "bool" | "Boolean" | "all" | "any")));
            if wrapper && let Some(inner) = call.args.first() {
                return self.proof(inst, function, inner.value, outcome, target, depth + 1);
            }
        }
        bits
    }

    /// `int(x)` returned, so x was a number (Python raises; JavaScript yields NaN).
    #[expect(
        clippy::too_many_arguments,
        reason = "one condition is a place, a call and an outcome"
    )]
    fn number_or_throw(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
        library: &Library,
        path: &str,
        target: ValueId,
    ) -> Bits {
        if self.program.language(function) == Language::JavaScript {
            return 0;
        }
        let numeric = library
            .rows(path)
            .any(|r| r.result.as_deref() == Some("number") && !path.starts_with('['));
        let first = call
            .args
            .first()
            .is_some_and(|a| self.program.object(function, a.value) == target);
        let _ = (inst, at);
        if numeric && first && matches!(path, "int" | "float" | "decimal.Decimal" | "uuid.UUID") {
            ALL_BITS
        } else {
            0
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one condition is a place, a call and an outcome"
    )]
    fn tested(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &Call,
        row: &CheckRow,
        outcome: Outcome,
        target: ValueId,
        at: ValueId,
    ) -> Bits {
        if !row
            .when
            .iter()
            .all(|t| self.test(inst, function, at, call, t))
        {
            return 0;
        }
        let holds = outcome == Outcome::Holds || (row.throws && outcome == Outcome::Returned);
        match &row.by {
            Tester::Bits(bits) => {
                if holds {
                    *bits
                } else {
                    0
                }
            }
            Tester::Regex {
                pattern,
                whole,
                start,
            } => {
                let applied = match (whole, start) {
                    (true, _) => Applied::Full,
                    (_, true) => Applied::Start,
                    _ => Applied::Search,
                };
                let python = self.program.language(function) != Language::JavaScript;
                let mut all = ALL_BITS;
                let mut any = false;
                for (value, _) in self.ports(inst, function, at, call, pattern) {
                    for val in self.values.value(inst, value).to_vec() {
                        let (text, flags) = match val {
                            Val::Text(s) => (self.values.word(s).to_owned(), String::new()),
                            Val::Regex(p, f) => (
                                self.values.word(p).to_owned(),
                                self.values.word(f).to_owned(),
                            ),
                            Val::Typed(_) => continue,
                            _ => return 0,
                        };
                        any = true;
                        all &= match outcome {
                            Outcome::Holds => proves(&text, &flags, applied, python),
                            Outcome::Returned if row.throws => {
                                proves(&text, &flags, applied, python)
                            }
                            Outcome::Fails if applied == Applied::Search => {
                                proves_when_absent(&text, &flags)
                            }
                            _ => 0,
                        };
                    }
                }
                if any { all } else { 0 }
            }
            Tester::Member(of) => {
                let mut all = holds;
                let mut any = false;
                for (value, _) in self.ports(inst, function, at, call, of) {
                    for val in self.values.value(inst, value).to_vec() {
                        if matches!(val, Val::Typed(_)) {
                            continue;
                        }
                        any = true;
                        all &= self.values.constants_of(&val).is_some();
                    }
                }
                if all && any { ALL_BITS } else { 0 }
            }
            Tester::Prefix(with) => {
                if !holds {
                    return 0;
                }
                let mut bits = ALL_BITS;
                let mut any = false;
                for (value, _) in self.ports(inst, function, at, call, with) {
                    let text = self.known_text(inst, value);
                    any = true;
                    let closed = text
                        .split_once("://")
                        .is_some_and(|(_, rest)| rest.contains('/') && !rest.starts_with('/'));
                    let mut here = if closed {
                        Grammar::UrlHost.bit() | Grammar::Redirect.bit()
                    } else {
                        0
                    };
                    if self.normalized(inst, function, target) {
                        here |= Grammar::Path.bit();
                    }
                    bits &= here;
                }
                if any { bits } else { 0 }
            }
            Tester::Inside if holds && self.normalized(inst, function, target) => {
                Grammar::Path.bit()
            }
            Tester::Schema(of) if holds => {
                let schemas = self.ports(inst, function, at, call, of);
                let found = schemas
                    .first()
                    .and_then(|(schema, _)| self.schema(function, *schema, 0));
                match found {
                    Some(Schema::Bits(bits)) => bits,
                    // The parts of a record are judged where the admitted value is read.
                    _ => 0,
                }
            }
            Tester::Inside | Tester::Schema(_) => 0,
        }
    }

    /// Whether a value is the result of a call that normalizes paths.
    fn normalized(&mut self, inst: InstId, function: FnId, value: ValueId) -> bool {
        let object = self.program.object(function, value);
        let Op::Call(call) = self.program.op(function, object) else {
            return false;
        };
        let Some(library) = self.values.library(function) else {
            return false;
        };
        self.api_paths(inst, function, call)
            .iter()
            .any(|p| library.rows(p).any(|r| r.normalizes))
    }
}

fn flipped(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Holds => Outcome::Fails,
        Outcome::Fails => Outcome::Holds,
        Outcome::Returned => Outcome::Returned,
    }
}
