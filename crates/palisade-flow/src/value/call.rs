//! What calls give.

use super::Values;
use super::shape::{Piece, Shape};
use super::{InstId, Val};
use crate::ir::{Call, Op, Passing, Sym, ValueId};
use crate::library::port::Base;
use crate::program::FnId;

impl<'p> Values<'p> {
    pub(super) fn call(&mut self, inst: InstId, call: &Call) -> Vec<Val> {
        let function = self.function(inst);
        let callees = self.value(inst, call.callee);
        let mut all = Vec::new();
        if callees.is_empty() {
            return vec![Val::Any];
        }
        for callee in callees.iter() {
            match callee {
                Val::Fn(..) | Val::Method(..) => match self.callee_instance(inst, call, callee) {
                    Some(target) => {
                        let offset = usize::from(matches!(callee, Val::Method(..)));
                        for val in self.returned(target).to_vec() {
                            all.extend(self.seen_by_caller(inst, call, target, val, offset));
                        }
                    }
                    None => all.push(Val::Any),
                },
                Val::Class(class) => all.push(Val::Instance(*class)),
                Val::Api(path) => all.extend(self.api_call(inst, function, call, *path)),
                _ => all.extend(self.unknown_call(inst, function, call)),
            }
        }
        all
    }

    /// What a callee knows in terms of its parameters, in terms of the call.
    pub(crate) fn seen_by_caller(
        &mut self,
        inst: InstId,
        call: &Call,
        target: InstId,
        val: Val,
        offset: usize,
    ) -> Vec<Val> {
        match val {
            Val::Param(at) => match self.handed(call, target, at, offset) {
                Some(value) => self.value(inst, value).to_vec(),
                None => vec![Val::Any],
            },
            Val::EnvOf(at) => match self.handed(call, target, at, offset) {
                Some(value) => self.variables(inst, value),
                None => vec![Val::Any],
            },
            Val::Shape(shape) => vec![self.filled(inst, call, target, &shape, offset)],
            other => vec![other],
        }
    }

    /// The argument for a parameter of a project function, by position or by name.
    fn handed(&self, call: &Call, target: InstId, at: u16, offset: usize) -> Option<ValueId> {
        let param = usize::from(at);
        self.argument(call, param, offset).or_else(|| {
            let params = &self.program.functions[self.function(target)].ir.params;
            let name = params.get(param)?.name;
            call.args
                .iter()
                .find(|a| a.passing == Passing::Named(name))
                .map(|a| a.value)
        })
    }

    /// The parameters of a shape replaced by the shapes of the arguments.
    fn filled(
        &mut self,
        inst: InstId,
        call: &Call,
        target: InstId,
        shape: &Shape,
        offset: usize,
    ) -> Val {
        let mut pieces = Vec::new();
        for piece in shape.pieces().to_vec() {
            match piece {
                Piece::Param(at) => match self.handed(call, target, at, offset) {
                    Some(value) => match self.concat(inst, &[value]) {
                        Val::Text(s) => pieces.push(Piece::Literal(self.words.text(s).to_owned())),
                        Val::Shape(inner) => pieces.extend(inner.pieces().iter().cloned()),
                        _ => pieces.push(Piece::Hole),
                    },
                    None => pieces.push(Piece::Hole),
                },
                other => pieces.push(other),
            }
        }
        self.text_of(Shape::of(pieces))
    }

    /// A positional or named argument of a call of a project function, by parameter number.
    pub(super) fn argument(&self, call: &Call, param: usize, offset: usize) -> Option<ValueId> {
        let position = param.checked_sub(offset)?;
        let mut at = 0;
        for arg in &call.args {
            match arg.passing {
                Passing::Positional if at == position => return Some(arg.value),
                Passing::Positional => at += 1,
                Passing::Spread => return None,
                _ => {}
            }
        }
        None
    }

    pub(super) fn api_call(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &Call,
        path: Sym,
    ) -> Vec<Val> {
        let text = self.words.text(path).to_owned();
        if let Some(joined) = self.path_joined(inst, call, &text) {
            return vec![joined];
        }
        let library = self.library(function);
        let mut all = Vec::new();
        // A literal first argument may decide the type: `boto3.client('s3')`.
        let first = call.args.iter().find(|a| {
            matches!(a.passing, Passing::Positional)
                || matches!(a.passing, Passing::Named(n) if self.program.text(n) == "service_name")
        });
        if let Some(first) = first {
            for val in self.value(inst, first.value).iter() {
                if let Val::Text(s) = val {
                    let typed = format!("{text}('{}')", self.words.text(*s));
                    if let Some(of) = library.and_then(|l| l.type_of(&typed)) {
                        all.push(Val::Typed(self.words.intern(of)));
                    }
                }
            }
        }
        if !all.is_empty() {
            return all;
        }
        if let Some(library) = library {
            for row in library.rows(&text) {
                if let Some(of) = &row.type_of_return {
                    all.push(Val::Typed(self.words.intern(of)));
                }
                all.extend(self.by_row(inst, function, call, row));
            }
            if let Some(of) = library.type_of(&format!("new {text}()")) {
                all.push(Val::Typed(self.words.intern(of)));
            }
        }
        if all.is_empty() {
            all.push(self.api_path(function, format!("{text}()")));
        }
        all
    }

    /// The value a row gives the result: an argument itself, a member, an environment variable, a constant.
    pub(super) fn by_row(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &Call,
        row: &crate::library::row::CallRow,
    ) -> Vec<Val> {
        let mut all = Vec::new();
        if let Some(port) = &row.returns {
            match self.port_value(inst, function, call, port) {
                Some(value) => all.extend(self.value(inst, value).to_vec()),
                None => all.push(Val::Any),
            }
        }
        if let Some(port) = &row.env
            && let Some(name) = self.port_value(inst, function, call, port)
        {
            let named = self.variables(inst, name);
            all.extend(named.into_iter().filter(|v| *v != Val::Any));
        }
        if let Some(port) = &row.load
            && let Some(name) = self.port_value(inst, function, call, port)
            && let Op::Load(receiver, _) = self.program.op(function, call.callee)
        {
            let bases = self.value(inst, *receiver);
            for key in self.value(inst, name).to_vec() {
                for base in bases.iter() {
                    match (&key, base) {
                        (Val::Text(key), _) => all.extend(self.member(function, base, *key)),
                        // A key that is not known may be any: `HANDLERS.get(event["action"])`.
                        (_, Val::Built(..)) => all.extend(self.elements(base)),
                        _ => {}
                    }
                }
            }
        }
        if all.is_empty() && row.type_of_return.is_none() {
            for flow in &row.flows {
                let whole = flow.keep
                    && flow.to.base == Base::Return
                    && flow.to.parts.is_empty()
                    && flow.from.parts.is_empty();
                if whole && let Some(value) = self.port_value(inst, function, call, &flow.from) {
                    all.extend(self.value(inst, value).to_vec());
                }
            }
        }
        if row.result.as_deref() == Some("bool") {
            all.extend([Val::Flag(true), Val::Flag(false)]);
        }
        all
    }

    pub(super) fn port_value(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &Call,
        port: &crate::library::port::Port,
    ) -> Option<ValueId> {
        if !port.parts.is_empty() {
            return None;
        }
        match &port.base {
            Base::Arg { position, names } => self.library_argument(inst, call, *position, names),
            Base::Receiver => match self.program.op(function, call.callee) {
                Op::Load(receiver, _) => Some(*receiver),
                _ => None,
            },
            _ => None,
        }
    }

    /// An argument of a library call by position or name.
    pub fn library_argument(
        &mut self,
        inst: InstId,
        call: &Call,
        position: Option<i32>,
        names: &[String],
    ) -> Option<ValueId> {
        let _ = inst;
        let positional: Vec<ValueId> = call
            .args
            .iter()
            .take_while(|a| a.passing != Passing::Spread)
            .filter(|a| a.passing == Passing::Positional)
            .map(|a| a.value)
            .collect();
        let by_position = position.and_then(|at| {
            let at = if at < 0 {
                positional.len().checked_sub(at.unsigned_abs() as usize)?
            } else {
                at as usize
            };
            positional.get(at).copied()
        });
        by_position.or_else(|| {
            call.args.iter().find_map(|a| match a.passing {
                Passing::Named(name) if names.iter().any(|n| n == self.program.text(name)) => {
                    Some(a.value)
                }
                _ => None,
            })
        })
    }

    pub(super) fn unknown_call(&mut self, inst: InstId, function: FnId, call: &Call) -> Vec<Val> {
        if let Some(parts) = self.text_parts(inst, function, call) {
            return vec![self.concat(inst, &parts)];
        }
        let Op::Load(_, name) = self.program.op(function, call.callee) else {
            return vec![Val::Any];
        };
        let Some(library) = self.library(function) else {
            return vec![Val::Any];
        };
        let path = format!("[any].{}", self.program.text(*name));
        let mut all = Vec::new();
        for row in library.rows(&path) {
            all.extend(self.by_row(inst, function, call, row));
        }
        if all.is_empty() { vec![Val::Any] } else { all }
    }
}
