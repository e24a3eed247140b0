//! What a value can be, looked through operation by operation.

use std::rc::Rc;

use palisade_model::need::unset_name;
use palisade_model::text::{Part, Symbol, Text};

use super::{At, DEPTH_MAX, Node, SEEN_MAX, Seen, Tracer, is_root};
use crate::ir::{Comparison, Op, Outcome, ValueId};
use crate::program::FnId;
use crate::value::shape::Piece;
use crate::value::{InstId, Val};

impl Tracer<'_, '_> {
    /// The instance and function of a frame.
    pub(super) fn place(&self, at: At) -> Option<(InstId, FnId)> {
        let inst = self.frames.get(at.frame)?.inst;
        Some((inst, self.solver.values.function(inst)))
    }

    /// A value of a function whose callers are not told apart.
    pub(super) fn plain_at(&mut self, function: FnId, value: ValueId) -> At {
        let inst = self.solver.values.plain(function);
        let frame = self.frames.root(inst);
        At { frame, value }
    }

    /// Everything a value can be.
    pub(super) fn see(&mut self, at: At) -> Rc<[Seen]> {
        if let Some(known) = self.memo.get(&at) {
            return known.clone();
        }
        if self.fuel == 0 || self.depth >= DEPTH_MAX {
            return Rc::from(vec![Seen::Unknown]);
        }
        if !self.busy.insert(at) {
            return Rc::from(Vec::new());
        }
        self.fuel -= 1;
        self.depth += 1;
        let mut found = self.look(at);
        // One of several, or known behind a condition: then it matters less that nothing sets it.
        if found.len() > 1 || self.is_chosen(at) {
            found.iter_mut().for_each(doubted);
        }
        self.depth -= 1;
        self.busy.remove(&at);
        let found: Rc<[Seen]> = Rc::from(distinct(found));
        self.memo.insert(at, found.clone());
        found
    }

    /// Whether a value is chosen among several, or stands behind a condition.
    fn is_chosen(&self, at: At) -> bool {
        self.place(at).is_some_and(|(_, function)| {
            let op = self.solver.program.op(function, at.value);
            matches!(op, Op::Refine(..) | Op::Logic(..) | Op::Phi(..))
        })
    }

    fn look(&mut self, at: At) -> Vec<Seen> {
        let Some((inst, function)) = self.place(at) else {
            return vec![Seen::Unknown];
        };
        let vals = self.solver.values.value(inst, at.value);
        if let Some(found) = self.defaulted(at, inst, function) {
            return found;
        }
        if let Some(texts) = self.constants(&vals) {
            return texts;
        }
        let mut found = self.walk(at, inst, function);
        found.retain(|seen| *seen != Seen::Unknown);
        if !found.is_empty() {
            return found;
        }
        for val in vals.iter() {
            found.extend(self.of_val(val));
        }
        if found.is_empty() {
            vec![Seen::Unknown]
        } else {
            found
        }
    }

    /// Constants as they are; `None` where anything else is among the values.
    fn constants(&self, vals: &[Val]) -> Option<Vec<Seen>> {
        if vals.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for val in vals {
            match val {
                // A variable may have a default where it is read.
                Val::Text(_) | Val::Number(_) | Val::Flag(_) | Val::Nothing => {}
                Val::Shape(shape)
                    if shape
                        .pieces()
                        .iter()
                        .all(|p| matches!(p, Piece::Literal(_) | Piece::Env(_))) => {}
                _ => return None,
            }
            all.extend(self.of_val(val));
        }
        Some(all)
    }

    /// What the evaluator of values says.
    pub(super) fn of_val(&self, val: &Val) -> Vec<Seen> {
        let word = |sym| self.solver.values.word(sym);
        match val {
            Val::Text(text) | Val::Number(text) => vec![Seen::Text(Text::of(word(*text)))],
            Val::Flag(flag) => vec![Seen::Flag(*flag)],
            Val::Nothing => vec![Seen::Nothing],
            Val::Env(name) => self.environment(word(*name)),
            Val::Shape(shape) => {
                let pieces = shape.pieces().iter().map(|piece| match piece {
                    Piece::Literal(text) => vec![Text::of(text)],
                    Piece::Env(name) => texts(&self.environment(word(*name))),
                    Piece::Param(_) | Piece::Hole => vec![unknown()],
                });
                joined(pieces.collect())
                    .into_iter()
                    .map(Seen::Text)
                    .collect()
            }
            Val::Module(module) => vec![Seen::Module(*module)],
            Val::Instance(class) => vec![Seen::Instance(*class, None)],
            Val::Class(class) => vec![Seen::Class(*class)],
            Val::Api(path) if is_root(word(*path)) => {
                vec![Seen::Sdk(Rc::new(Node::Root(word(*path).to_owned())))]
            }
            Val::Typed(of) => vec![Seen::Sdk(Rc::new(Node::Root(format!("[{}]", word(*of)))))],
            _ => Vec::new(),
        }
    }

    fn walk(&mut self, at: At, inst: InstId, function: FnId) -> Vec<Seen> {
        let program = self.solver.program;
        let here = |value: ValueId| At {
            frame: at.frame,
            value,
        };
        match program.op(function, at.value) {
            Op::Param(number) => self.param(at.frame, *number).0,
            Op::Capture(number) => self.capture(inst, *number),
            Op::Global(name) => {
                let module = program.functions[function].module;
                let set = program.modules[module].globals.get(name);
                let mut all = Vec::new();
                for (f, value) in set.cloned().unwrap_or_default() {
                    let at = self.plain_at(f, value);
                    all.extend(self.see(at).iter().cloned());
                }
                all
            }
            Op::Import(index) => self.import(program.functions[function].module, *index),
            Op::Load(base, key) => {
                let key = program.text(*key).to_owned();
                self.members(here(*base), &key)
            }
            Op::Index(base, key) => self.indexed(here(*base), here(*key)),
            Op::Iter(base) => {
                let bases = self.see(here(*base));
                bases.iter().flat_map(|b| self.elements(b)).collect()
            }
            Op::Record(_) | Op::List(_) => vec![Seen::Object(at)],
            Op::Rest(base, _) | Op::Await(base) => self.see(here(*base)).to_vec(),
            Op::Refine(base, condition, outcome) => {
                let seen = self.see(here(*base));
                let open = |s: &Seen| !matches!(s, Seen::Text(_));
                if *outcome == Outcome::Holds
                    && seen.iter().all(open)
                    && let Some(texts) = self.refined(at, function, *base, *condition)
                {
                    return texts;
                }
                seen.to_vec()
            }
            Op::Phi(values, _) => self.merged(at, function, values),
            Op::Logic(and, x, y) => {
                // `x && y` gives `x` only where that is nothing.
                let mut all = if *and {
                    Vec::new()
                } else {
                    self.see(here(*x)).to_vec()
                };
                all.extend(self.see(here(*y)).iter().cloned());
                all
            }
            Op::Concat(parts) => {
                let parts: Vec<Vec<Text>> = parts
                    .iter()
                    .map(|part| {
                        let seen = self.see(here(*part));
                        self.texts_of(&seen)
                    })
                    .collect();
                joined(parts).into_iter().map(Seen::Text).collect()
            }
            Op::Call(call) => self.call(at, inst, function, call),
            _ => vec![Seen::Unknown],
        }
    }

    /// One of several; a default counts only where somebody does not pass the parameter.
    fn merged(&mut self, at: At, function: FnId, values: &[ValueId]) -> Vec<Seen> {
        let program = self.solver.program;
        if let [first, _] = values
            && let Op::Param(number) = program.op(function, *first)
        {
            let (seen, passed) = self.param(at.frame, *number);
            if passed
                && seen
                    .iter()
                    .any(|s| !matches!(s, Seen::Unknown | Seen::Nothing))
            {
                return seen;
            }
        }
        let mut all = Vec::new();
        for value in values {
            let seen = self.see(At {
                frame: at.frame,
                value: *value,
            });
            all.extend(seen.iter().cloned());
        }
        if all.iter().any(|s| !matches!(s, Seen::Nothing)) {
            all.retain(|s| *s != Seen::Nothing);
        }
        all
    }

    /// What a condition that held says of an unknown value.
    fn refined(
        &mut self,
        at: At,
        function: FnId,
        base: ValueId,
        condition: ValueId,
    ) -> Option<Vec<Seen>> {
        let program = self.solver.program;
        let here = |value: ValueId| At {
            frame: at.frame,
            value,
        };
        let same =
            |value: ValueId| program.object(function, value) == program.object(function, base);
        match program.op(function, condition) {
            Op::Call(call) => {
                let Op::Load(of, name) = program.op(function, call.callee) else {
                    return None;
                };
                if !same(*of) || !matches!(program.text(*name), "startswith" | "startsWith") {
                    return None;
                }
                let prefix = self.see(here(call.args.first()?.value));
                let mut all = Vec::new();
                for seen in prefix.iter() {
                    let Seen::Text(text) = seen else { return None };
                    all.push(Seen::Text(Text::join(
                        text.parts().iter().cloned().chain([hole()]),
                    )));
                }
                Some(all)
            }
            Op::Compare(Comparison::Equal, x, y) => {
                let other = if same(*x) { *y } else { *x };
                let seen = self.see(here(other));
                let known = seen.iter().all(|s| matches!(s, Seen::Text(_)));
                (known && !seen.is_empty()).then(|| seen.to_vec())
            }
            Op::Compare(Comparison::In, x, list) if same(*x) => {
                let lists = self.see(here(*list));
                let all: Vec<Seen> = lists.iter().flat_map(|l| self.elements(l)).collect();
                let known = all.iter().all(|s| matches!(s, Seen::Text(_)));
                (known && !all.is_empty()).then_some(all)
            }
            _ => None,
        }
    }

    /// The texts that things stand for; what is not known is a hole.
    pub(super) fn texts_of(&self, seen: &[Seen]) -> Vec<Text> {
        let mut all: Vec<Text> = Vec::new();
        for one in seen {
            let texts = match one {
                Seen::Text(text) => vec![text.clone()],
                Seen::Flag(flag) => vec![Text::of(flag.to_string())],
                Seen::Event(path) => {
                    let known = self.event_texts(path);
                    if known.is_empty() {
                        vec![unknown()]
                    } else {
                        known
                    }
                }
                Seen::Nothing if seen.len() > 1 => Vec::new(),
                _ => vec![unknown()],
            };
            for text in texts {
                if !all.contains(&text) {
                    all.push(text);
                }
            }
        }
        if all.is_empty() {
            all.push(unknown());
        }
        all
    }
}

/// A variable that nothing sets, as one that may be set.
fn doubted(seen: &mut Seen) {
    let Seen::Text(text) = seen else { return };
    if let Some(Symbol::Opaque(what)) = text.symbol()
        && let Some(name) = unset_name(what)
    {
        *text = Text::hole(Symbol::Opaque(format!("env {name}")));
    }
}

/// Distinct things, at most as many as are told apart.
fn distinct(found: Vec<Seen>) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for seen in found {
        if !all.contains(&seen) {
            all.push(seen);
        }
    }
    if all.len() > SEEN_MAX {
        vec![Seen::Unknown]
    } else {
        all
    }
}

fn texts(seen: &[Seen]) -> Vec<Text> {
    let known = seen.iter().filter_map(|s| match s {
        Seen::Text(text) => Some(text.clone()),
        _ => None,
    });
    let known: Vec<Text> = known.collect();
    if known.is_empty() {
        vec![unknown()]
    } else {
        known
    }
}

/// A part that is not known.
pub(super) fn hole() -> Part {
    Part::Hole(Symbol::Opaque("?".to_owned()))
}

/// A text that is not known.
pub(super) fn unknown() -> Text {
    Text::join([hole()])
}

/// All texts that parts make in order; where there are too many, a part is a hole.
fn joined(parts: Vec<Vec<Text>>) -> Vec<Text> {
    let mut all = vec![Text::default()];
    for options in parts {
        let options = if all.len() * options.len() > SEEN_MAX {
            vec![unknown()]
        } else {
            options
        };
        all = all
            .iter()
            .flat_map(|before| {
                options
                    .iter()
                    .map(|part| Text::join(before.parts().iter().chain(part.parts()).cloned()))
            })
            .collect();
    }
    all
}
