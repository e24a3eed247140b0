//! Variables of the environment: set by the template, by the platform, by the program, or not at all.

use palisade_model::need::unset_words;
use palisade_model::text::{Symbol, Text};
use rustc_hash::FxHashSet;

use super::{At, Seen, Tracer};
use crate::ir::{Call, Op, Passing, Sym, ValueId};
use crate::program::{FnId, Program, Target};
use crate::value::{InstId, Val};

/// Variables that the platform sets, with what they hold.
const PLATFORM: [(&str, &str); 4] = [
    ("AWS_REGION", "AWS::Region"),
    ("AWS_DEFAULT_REGION", "AWS::Region"),
    ("AWS_PARTITION", "AWS::Partition"),
    ("AWS_ACCOUNT_ID", "AWS::AccountId"),
];
/// Beginnings of others that it sets. Source: Lambda developer guide, defined runtime environment variables, 2026-11.
const RESERVED: [&str; 12] = [
    "AWS_", "LAMBDA_", "_", "TZ", "LANG", "PATH", "HOME", "LD_", "NODE_", "PYTHON", "GEM_",
    "DOTNET_",
];
/// Packages that set variables from files.
const FROM_FILES: [&str; 6] = [
    "dotenv",
    "@dotenvx/",
    "decouple",
    "environs",
    "dynaconf",
    "env-cmd",
];

/// What the program itself sets.
#[derive(Debug, Default)]
pub(super) struct Written {
    names: FxHashSet<String>,
    /// Whether others may be set as well.
    open: bool,
}

/// What is known of a variable.
enum Variable {
    /// It is set to one of these.
    Set(Vec<Text>),
    /// Nothing sets it.
    Unset,
    /// It may be set.
    Open,
}

impl Written {
    pub(super) fn of(program: &Program) -> Self {
        let mut written = Self::default();
        let imports = program.modules.iter().flat_map(|m| &m.imports);
        written.open = imports.into_iter().any(|bound| match &bound.target {
            Target::External(path) => {
                let path = program.text(*path);
                FROM_FILES.iter().any(|package| path.starts_with(package))
            }
            _ => false,
        });
        for (function, body) in program.functions.enumerate() {
            for instr in body.ir.instrs.iter() {
                written.note(program, function, &instr.op);
            }
        }
        written
    }

    fn note(&mut self, program: &Program, function: FnId, op: &Op) {
        let is_environment = |value: ValueId| {
            let name = match program.op(function, program.object(function, value)) {
                Op::Load(_, name) | Op::Global(name) => program.text(*name),
                _ => return false,
            };
            matches!(name, "environ" | "env")
        };
        match op {
            Op::Store(base, name, _) if is_environment(*base) => {
                self.names.insert(program.text(*name).to_owned());
            }
            Op::Put(base, ..) if is_environment(*base) => self.open = true,
            Op::Call(call) => {
                let Op::Load(base, method) = program.op(function, call.callee) else {
                    return;
                };
                let first = call.args.first().is_some_and(|a| is_environment(a.value));
                self.open |= match program.text(*method) {
                    "update" | "setdefault" => is_environment(*base),
                    "putenv" => true,
                    "assign" | "defineProperty" => first,
                    _ => false,
                };
            }
            _ => {}
        }
    }
}

impl Tracer<'_, '_> {
    /// A variable of the environment; one that nothing is known of is unknown by its name.
    pub(super) fn environment(&self, name: &str) -> Vec<Seen> {
        let unknown = |what: String| vec![Seen::Text(Text::hole(Symbol::Opaque(what)))];
        match self.variable(name) {
            Variable::Set(texts) => texts.into_iter().map(Seen::Text).collect(),
            Variable::Unset => unknown(unset_words(name)),
            Variable::Open => unknown(format!("env {name}")),
        }
    }

    fn variable(&self, name: &str) -> Variable {
        let function = self.function().and_then(|(app, id)| app.functions.get(id));
        let setting = function
            .and_then(|f| f.env.iter().find(|(n, _)| n == name))
            .map(|(_, setting)| setting);
        let texts = setting.into_iter().flat_map(|s| s.values());
        let texts: Vec<Text> = texts.map(|(_, text)| text.clone()).collect();
        if !texts.is_empty() {
            return Variable::Set(texts);
        }
        if let Some((_, pseudo)) = PLATFORM.iter().find(|(n, _)| *n == name) {
            return Variable::Set(vec![Text::hole(Symbol::Pseudo((*pseudo).to_owned()))]);
        }
        if name == "AWS_LAMBDA_FUNCTION_NAME"
            && let Some(f) = function
        {
            let own = Symbol::Attr(f.key.stack, f.key.address.clone(), "Ref".to_owned());
            return Variable::Set(vec![Text::hole(own)]);
        }
        let closed = function.is_some_and(|f| !f.env_open && setting.is_none());
        let by_others = RESERVED.iter().any(|start| name.starts_with(start))
            || self.set.open
            || self.set.names.contains(name);
        match closed && !by_others {
            true => Variable::Unset,
            false => Variable::Open,
        }
    }

    /// A variable that is read with a default: what is set, else what may be and the default.
    pub(super) fn defaulted(&mut self, at: At, inst: InstId, function: FnId) -> Option<Vec<Seen>> {
        let (variable, default) = match self.solver.program.op(function, at.value) {
            Op::Logic(false, x, y) => (*x, *y),
            // A function of the program has no defaults of variables.
            Op::Call(_) if self.callees.contains_key(&(inst, at.value)) => return None,
            Op::Call(call) => {
                let program = self.solver.program;
                (at.value, default(call, |sym| program.text(sym))?)
            }
            _ => return None,
        };
        let name = match self.solver.values.value(inst, variable)[..] {
            [Val::Env(name)] => self.solver.values.word(name).to_owned(),
            // A call with a default may be either.
            [Val::Env(name), ..] if variable == at.value => {
                self.solver.values.word(name).to_owned()
            }
            _ => return None,
        };
        let default = At {
            frame: at.frame,
            value: default,
        };
        Some(match self.variable(&name) {
            Variable::Set(texts) if texts.iter().all(|t| !t.parts().is_empty()) => {
                texts.into_iter().map(Seen::Text).collect()
            }
            // Something that is not looked at may set it all the same: both are meant.
            _ => {
                let mut all = self.environment(&name);
                all.extend(self.see(default).iter().cloned());
                all
            }
        })
    }
}

/// The second argument of a call, or the one named `default`.
fn default<'a>(call: &Call, text: impl Fn(Sym) -> &'a str) -> Option<ValueId> {
    let mut positions = call.args.iter();
    let named = positions.find(|arg| match &arg.passing {
        Passing::Named(name) => text(*name) == "default",
        _ => false,
    });
    let second = call
        .args
        .get(1)
        .filter(|arg| arg.passing == Passing::Positional);
    named.or(second).map(|arg| arg.value)
}
