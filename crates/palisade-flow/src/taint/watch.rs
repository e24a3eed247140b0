//! What a program does with data that is no harm by itself: it decides by it, it works as long as it says, it keeps it.

use palisade_model::index::Id;

use super::fact::{Fact, Root};
use super::solve::Solver;
use super::summary::{ReadId, Target};
use crate::ir::{
    Call, Comparison, Const, FunctionKind, Language, Op, Passing, Region, RegionKind, Sym, ValueId,
};
use crate::library::port::Port;
use crate::library::row::SinkRow;
use crate::path::Step;
use crate::program::{FnId, ModuleId};
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

/// How deep conditions and numbers are looked into.
const DEPTH_MAX: u8 = 8;
/// Longest text that no pattern takes long over.
const SHORT: u32 = 24;
/// Longest text over which a pattern that is no worse than cubic takes no time worth speaking of.
const LONG: u32 = 2_000;

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
        if values.iter().any(from_environment) || self.is_fetched_secret(y) {
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
        let whole = |fact: &&Fact| {
            fact.input.root == Root::Param(0) && fact.input.path.is_empty() && !fact.at.is_empty()
        };
        let facts: Vec<Fact> = self.of(answer).iter().filter(whole).cloned().collect();
        self.told(function, at, Grammar::Echo, "answer", facts);
    }

    /// `for (let i = 0; i < body.n; i++)`: the test of a loop compares what its rounds change.
    fn repeated(&mut self, inst: InstId, function: FnId, region: &Region) {
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

    /// A module-level name set where it was found empty: it stays what the first caller made it.
    fn set_once(&mut self, function: FnId, at: ValueId, name: Sym, from: ValueId) {
        let program = self.program;
        let ir = &program.functions[function].ir;
        let here = u32::try_from(at.index()).unwrap_or(u32::MAX);
        let asks = ir.regions.iter().any(|region| {
            region.kind == RegionKind::If
                && (region.first..region.last).contains(&here)
                && region
                    .condition
                    .is_some_and(|c| self.asks_for(function, c, name, 0))
        });
        if !asks {
            return;
        }
        let mut facts = self.sent(from);
        if let Op::Call(call) = program.op(function, program.object(function, from)) {
            facts.extend(call.args.iter().flat_map(|arg| self.sent(arg.value)));
        }
        let what = format!("{FIRST}{}", program.text(name));
        self.told(function, at, Grammar::Kept, &what, facts);
    }

    /// Whether a condition asks whether a module-level name is empty.
    fn asks_for(&self, function: FnId, condition: ValueId, name: Sym, depth: u8) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let asks = |v: ValueId| self.asks_for(function, v, name, depth + 1);
        let object = self.program.object(function, condition);
        match self.program.op(function, object) {
            Op::Global(asked) => *asked == name,
            Op::Not(inner) => asks(*inner),
            Op::Logic(_, x, y) => asks(*x) || asks(*y),
            Op::Compare(Comparison::Equal, x, y) => {
                let empty = |v: ValueId| {
                    matches!(
                        self.program.op(function, v),
                        Op::Const(Const::Null | Const::Undefined)
                    )
                };
                empty(*y) && asks(*x) || empty(*x) && asks(*y)
            }
            _ => false,
        }
    }

    fn stored_in_environment(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        base: ValueId,
        from: ValueId,
    ) {
        let facts = self.sent(from);
        if facts.is_empty() {
            return;
        }
        let values = self.values.value(inst, base);
        let is_environment = |v: &Val| matches!(v, Val::Api(path) if matches!(self.values.word(*path), "os.environ" | "process.env"));
        if values.iter().any(is_environment) {
            self.told(function, at, Grammar::Kept, ENVIRONMENT, facts);
        }
    }

    /// Something is added to a module-level list.
    pub(super) fn added_to_global(&mut self, function: FnId, target: Target, facts: &[Fact]) {
        let Target::Global(module, name) = target else {
            return;
        };
        let grows = match self.growing.get(&(module, name)) {
            Some(known) => *known,
            None => {
                let found = self.grows_and_is_read(module, name);
                self.growing.insert((module, name), found);
                found
            }
        };
        if !grows || self.program.functions[function].ir.kind == FunctionKind::Module {
            return;
        }
        let what = format!("{LIST}{}", self.program.text(name));
        let at = ValueId::from_index(self.here as usize);
        self.told(function, at, Grammar::Kept, &what, facts.to_vec());
    }

    /// Whether a module-level name is one list for the life of the process that functions read, and nothing empties it.
    fn grows_and_is_read(&self, module: ModuleId, name: Sym) -> bool {
        let program = self.program;
        let Some(set) = program.modules[module].globals.get(&name) else {
            return false;
        };
        let [(top, made)] = set.as_slice() else {
            return false;
        };
        let is_list = match program.op(*top, program.object(*top, *made)) {
            Op::List(_) => true,
            Op::Call(call) => matches!(
                program.op(*top, call.callee),
                Op::Global(class) if matches!(program.text(*class), "list" | "Array")
            ),
            _ => false,
        };
        if !is_list || program.functions[*top].ir.kind != FunctionKind::Module {
            return false;
        }
        let mut is_read = false;
        for (id, function) in program.functions.enumerate() {
            if function.module != module {
                continue;
            }
            for (value, instr) in function.ir.instrs.enumerate() {
                let mut uses = false;
                instr.op.operands(|operand| {
                    let object = program.object(id, operand);
                    uses |= *program.op(id, object) == Op::Global(name);
                });
                if !uses {
                    continue;
                }
                match &instr.op {
                    Op::Refine(..) | Op::Await(_) => {}
                    Op::Load(_, member) => match program.text(*member) {
                        "append" | "push" | "unshift" | "extend" | "add" | "insert" => {}
                        "clear" | "pop" | "shift" | "splice" | "remove" => return false,
                        _ => is_read = true,
                    },
                    Op::Store(_, member, _) if program.text(*member) == "length" => return false,
                    Op::Store(..) | Op::Put(..) => {}
                    // `del items[:]` and the like are calls of nobody knows what.
                    Op::Error(_) => return false,
                    _ => is_read |= function.ir.kind != FunctionKind::Module || value.index() == 0,
                }
            }
        }
        is_read
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

    /// Facts about what somebody sends.
    fn sent(&self, value: ValueId) -> Vec<Fact> {
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

/// Letters alone, in lower case.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

fn is_secret(name: &str) -> bool {
    let name = plain(name);
    let words = [
        "secret",
        "token",
        "password",
        "passwd",
        "apikey",
        "accesskey",
        "signingkey",
        "authkey",
    ];
    words.iter().any(|word| name.contains(word)) && !name.ends_with("id") && !name.ends_with("arn")
}

fn is_right(name: &str) -> bool {
    is_flag(name)
        || matches!(
            name,
            "role"
                | "roles"
                | "userrole"
                | "usertype"
                | "accountype"
                | "group"
                | "usergroup"
                | "privilege"
        )
}

fn is_identity(name: &str) -> bool {
    matches!(
        name,
        "user"
            | "userid"
            | "username"
            | "uid"
            | "sub"
            | "email"
            | "account"
            | "accountid"
            | "customerid"
            | "memberid"
            | "login"
    )
}

fn is_flag(name: &str) -> bool {
    matches!(
        name,
        "admin"
            | "isadmin"
            | "administrator"
            | "isadministrator"
            | "issuperuser"
            | "superuser"
            | "isstaff"
            | "isroot"
            | "isowner"
            | "isauthenticated"
            | "isauthorized"
            | "authenticated"
            | "authorized"
            | "isprivileged"
            | "isinternal"
            | "skipauth"
            | "bypassauth"
    )
}

fn is_high(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("admin") || matches!(text.as_str(), "root" | "superuser" | "owner" | "staff")
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
