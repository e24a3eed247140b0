//! What calls give: results of functions of the program, things of libraries, values handed through.

use std::rc::Rc;

use super::{At, Node, Seen, Tracer};
use crate::ir::{Call, Op};
use crate::program::FnId;
use crate::taint::solve::Runs;
use crate::value::{InstId, Val};

/// Functions that give what they are handed, as far as names of resources go.
const SAME: [&str; 28] = [
    "unquote_plus",
    "unquote",
    "decodeURIComponent",
    "decodeURI",
    "unescape",
    "str",
    "String",
    "loads",
    "parse",
    "cast",
    "freeze",
    "copy",
    "deepcopy",
    "toString",
    "decode",
    "encode",
    "trim",
    "strip",
    "rstrip",
    "replace",
    "replaceAll",
    "captureAWSClient",
    "captureAWSv3Client",
    "captureAWS",
    "encodeURIComponent",
    "encodeURI",
    "quote",
    "quote_plus",
];
/// Methods that give the parts of a collection.
const PARTS: [&str; 6] = ["items", "entries", "values", "slice", "filter", "reverse"];

impl Tracer<'_, '_> {
    pub(super) fn call(&mut self, at: At, inst: InstId, function: FnId, call: &Call) -> Vec<Seen> {
        if let Some(callees) = self.callees.get(&(inst, at.value)) {
            let mut all = Vec::new();
            for callee in callees.iter() {
                all.extend(match callee.runs {
                    Runs::Constructor(class) => vec![Seen::Instance(class, Some(at))],
                    Runs::Function => self.returned(at, callee.inst, 0),
                    Runs::Method => self.returned(at, callee.inst, 1),
                });
            }
            return all;
        }
        let program = self.solver.program;
        let here = |value| At {
            frame: at.frame,
            value,
        };
        let name = match program.op(function, program.object(function, call.callee)) {
            Op::Load(base, name) => Some((Some(*base), program.text(*name))),
            Op::Global(name) => Some((None, program.text(*name))),
            _ => None,
        };
        if let Some((Some(base), name)) = name {
            let bases = self.see(here(base));
            let sdk = bases.iter().any(|b| matches!(b, Seen::Sdk(_)));
            if matches!(name, "__enter__" | "__aenter__") {
                return bases.to_vec();
            }
            if !sdk && matches!(name, "get" | "pop" | "setdefault" | "getItem") {
                return self.got(at, &bases, call);
            }
            if !sdk && SAME.contains(&name) {
                // `JSON.parse(x)` gives its argument, `x.trim()` its receiver.
                let known = |s: &Seen| !matches!(s, Seen::Unknown);
                let of = if bases.iter().any(known) {
                    Some(base)
                } else {
                    call.args.first().map(|a| a.value)
                };
                return of.map_or_else(Vec::new, |of| self.same(here(of), name));
            }
            if !sdk && PARTS.contains(&name) && bases.iter().any(|b| matches!(b, Seen::Object(_))) {
                return bases.to_vec();
            }
            if !sdk && PARTS.contains(&name) && bases.iter().any(|b| matches!(b, Seen::Event(_))) {
                return bases.iter().flat_map(|b| self.elements(b)).collect();
            }
            if name == "assign" && !sdk {
                let args: Vec<_> = call.args.iter().map(|a| here(a.value)).collect();
                return args
                    .into_iter()
                    .flat_map(|a| self.see(a).to_vec())
                    .collect();
            }
        }
        if let Some((_, "getattr")) = name
            && let [base, key, ..] = call.args.as_slice()
        {
            let (base, key) = (here(base.value), here(key.value));
            return self.indexed(base, key);
        }
        let seen = self.see(here(call.callee));
        let mut all = Vec::new();
        for one in seen.iter() {
            let Seen::Sdk(node) = one else { continue };
            all.push(Seen::Sdk(match &**node {
                // `client.putObject.bind(client)` is the method itself.
                Node::Member(of, name) if name == "bind" => of.clone(),
                Node::Member(_, name) | Node::Root(name)
                    if SAME
                        .iter()
                        .any(|same| name.ends_with(same) && name.contains("capture")) =>
                {
                    let arg = call.args.first().map(|a| here(a.value));
                    return arg.map_or_else(Vec::new, |arg| self.see(arg).to_vec());
                }
                _ => Rc::new(Node::Called(node.clone(), at)),
            }));
        }
        if !all.is_empty() {
            return all;
        }
        if let Some((None, name)) = name
            && SAME.contains(&name)
        {
            let arg = call.args.first().map(|a| here(a.value));
            return arg.map_or_else(Vec::new, |arg| self.same(arg, name));
        }
        self.by_path(at, inst, call)
    }

    /// What a function imported from a library gives, by its path.
    fn by_path(&mut self, at: At, inst: InstId, call: &Call) -> Vec<Seen> {
        let vals = self.solver.values.value(inst, call.callee);
        for val in vals.iter() {
            let Val::Api(path) = val else { continue };
            let path = self.solver.values.word(*path).to_owned();
            let arg = call.args.first().map(|a| At {
                frame: at.frame,
                value: a.value,
            });
            let Some(arg) = arg else { continue };
            let last = path.rsplit(['.', '/']).next().unwrap_or_default();
            if matches!(
                path.as_str(),
                "os.environ" | "os.getenv" | "os.environ.get" | "process.env"
            ) {
                // Called like a function it is a mistake: the variable is meant.
                let names = self.see(arg);
                let names: Vec<_> = self.texts_of(&names);
                let known = names.iter().filter_map(|n| n.literal());
                return known.flat_map(|n| self.environment(n)).collect();
            }
            if matches!(path.as_str(), "random.choice" | "secrets.choice") {
                let lists = self.see(arg);
                return lists.iter().flat_map(|l| self.elements(l)).collect();
            }
            if SAME.contains(&last) {
                return self.same(arg, last);
            }
        }
        // What the evaluator makes of it is taken by the caller.
        Vec::new()
    }

    /// What a function that changes no name hands through.
    fn same(&mut self, of: At, name: &str) -> Vec<Seen> {
        let seen = self.see(of);
        let changed = matches!(name, "replace" | "replaceAll" | "loads" | "parse");
        let keep = |one: &Seen| match one {
            Seen::Text(_) if changed => Seen::Unknown,
            other => other.clone(),
        };
        seen.iter().map(keep).collect()
    }

    /// `x.get(key, default)`.
    fn got(&mut self, at: At, bases: &[Seen], call: &Call) -> Vec<Seen> {
        let here = |value| At {
            frame: at.frame,
            value,
        };
        let Some(key) = call.args.first() else {
            return vec![Seen::Unknown];
        };
        let keys = self.see(here(key.value));
        let mut all = Vec::new();
        for base in bases {
            for key in keys.iter() {
                match key {
                    Seen::Text(text) => match text.literal() {
                        Some(key) => all.extend(self.member(base, key)),
                        None => all.extend(self.elements(base)),
                    },
                    _ => all.extend(self.elements(base)),
                }
            }
        }
        let known = all
            .iter()
            .any(|s| !matches!(s, Seen::Unknown | Seen::Nothing));
        if let Some(default) = call.args.get(1)
            && (!known || !matches!(all.as_slice(), [Seen::Event(_)]))
        {
            all.extend(self.see(here(default.value)).iter().cloned());
        }
        all
    }

    /// What an instance returns to a call.
    fn returned(&mut self, at: At, inst: InstId, shift: u16) -> Vec<Seen> {
        let frame = self.frames.child(at.frame, at.value, inst, shift);
        let function = self.solver.values.function(inst);
        let program = self.solver.program;
        let mut all = Vec::new();
        for instr in program.functions[function].ir.instrs.iter() {
            if let Op::Return(value) = &instr.op {
                all.extend(
                    self.see(At {
                        frame,
                        value: *value,
                    })
                    .iter()
                    .cloned(),
                );
            }
        }
        all
    }

    /// What a function returns, whoever calls it.
    pub(super) fn returned_plainly(&mut self, function: FnId) -> Vec<Seen> {
        let program = self.solver.program;
        let mut all = Vec::new();
        for instr in program.functions[function].ir.instrs.iter() {
            if let Op::Return(value) = &instr.op {
                let at = self.plain_at(function, *value);
                all.extend(self.see(at).iter().cloned());
            }
        }
        all
    }
}
