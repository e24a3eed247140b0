//! What a literal schema proves of each part of the value it admits: `z.object({ id: z.string().uuid() })`.

use super::fact::Fact;
use super::pattern::{Applied, proves};
use super::solve::Solver;
use crate::ir::{Call, Const, Imported, Op, Sym, ValueId};
use crate::path::Step;
use crate::program::{FnId, Target};
use crate::transfer::{ALL_BITS, Bits, Grammar, Transfer};
use crate::value::Val;

/// Calls of one schema followed at most.
const DEPTH_MAX: u8 = 24;
/// Properties of one schema kept.
const FIELDS_MAX: usize = 64;

/// What is admitted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Schema {
    /// Anything.
    Any,
    /// A value with these bits.
    Bits(Bits),
    /// A record of these properties.
    Object(Vec<(Sym, Self)>),
    /// A list.
    Array(Box<Self>),
}

impl Schema {
    fn bits(&self) -> Bits {
        match self {
            Self::Bits(bits) => *bits,
            _ => 0,
        }
    }

    /// What both admit.
    fn either(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bits(a), Self::Bits(b)) => Self::Bits(a & b),
            (a, b) if a == b => a,
            _ => Self::Any,
        }
    }
}

impl Solver<'_> {
    /// Facts of an admitted value, part by part.
    pub(super) fn admitted(&self, fact: &Fact, schema: &Schema, depth: u8) -> Vec<Fact> {
        match schema {
            Schema::Any => vec![fact.clone()],
            Schema::Bits(bits) => {
                let mut fact = fact.clone();
                fact.transfer = fact.transfer.then(Transfer::setting(*bits));
                vec![fact]
            }
            _ if depth > 3 => vec![fact.clone()],
            Schema::Object(fields) => fields
                .iter()
                .flat_map(|(key, schema)| self.admitted_part(fact, Step::Key(*key), schema, depth))
                .collect(),
            Schema::Array(inner) => self.admitted_part(fact, Step::Elem, inner, depth),
        }
    }

    fn admitted_part(&self, fact: &Fact, step: Step, schema: &Schema, depth: u8) -> Vec<Fact> {
        let Some(part) = fact.part(step) else {
            return Vec::new();
        };
        let parts = self.admitted(&part, schema, depth + 1);
        parts.into_iter().map(|f| f.inside(step)).collect()
    }

    /// The schema a value is, where the program shows it.
    pub(super) fn schema(&mut self, function: FnId, value: ValueId, depth: u8) -> Option<Schema> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut found: Option<Schema> = None;
        for (function, made) in self.makers(function, value) {
            let Op::Call(call) = self.program.op(function, made) else {
                return None;
            };
            let call = call.clone();
            let schema = self.schema_call(function, &call, depth + 1)?;
            found = Some(match found {
                Some(known) => known.either(schema),
                None => schema,
            });
        }
        found
    }

    /// One link of a chain: `z.string()`, `….uuid()`.
    fn schema_call(&mut self, function: FnId, call: &Call, depth: u8) -> Option<Schema> {
        let program = self.program;
        let (receiver, name) = match program.op(function, program.object(function, call.callee)) {
            Op::Load(receiver, name) => (Some(*receiver), program.text(*name).to_owned()),
            Op::Import(index) => {
                let module = program.functions[function].module;
                match program.modules[module].imports.get(*index as usize)?.what {
                    Imported::Name(name) => (None, program.text(name).to_owned()),
                    _ => return None,
                }
            }
            Op::Global(name) => (None, program.text(*name).to_owned()),
            _ => return None,
        };
        let before = receiver.and_then(|r| self.schema(function, r, depth));
        let argument = |at: usize| call.args.get(at).map(|a| a.value);
        let text = Grammar::IsText.bit() | Grammar::NosqlOperator.bit();
        Some(match (name.as_str(), before) {
            ("object" | "strictObject" | "looseObject" | "interface", _) => match argument(0) {
                Some(fields) => self.fields(function, fields, depth)?,
                None => Schema::Object(Vec::new()),
            },
            ("keys" | "extend" | "shape" | "append" | "safeExtend", Some(before)) => {
                let more = self.fields(function, argument(0)?, depth)?;
                match (before, more) {
                    (Schema::Object(mut all), Schema::Object(more)) => {
                        all.retain(|(key, _)| more.iter().all(|(k, _)| k != key));
                        all.extend(more);
                        Schema::Object(all)
                    }
                    _ => Schema::Any,
                }
            }
            ("merge" | "concat" | "and", Some(before)) => {
                match (before, self.schema(function, argument(0)?, depth)?) {
                    (Schema::Object(mut all), Schema::Object(more)) => {
                        all.extend(more);
                        Schema::Object(all)
                    }
                    _ => Schema::Any,
                }
            }
            ("array" | "list", None) => {
                Schema::Array(Box::new(self.inner(function, argument(0), depth)))
            }
            ("array", Some(before)) => Schema::Array(Box::new(before)),
            ("items" | "of" | "element", Some(Schema::Array(_))) => {
                Schema::Array(Box::new(self.inner(function, argument(0), depth)))
            }
            ("string", None) => Schema::Bits(text),
            ("optional" | "nullable" | "nullish" | "readonly" | "lazy", None) => {
                self.inner(function, argument(0), depth)
            }
            (
                "number" | "integer" | "int" | "float" | "boolean" | "bool" | "bigint" | "date"
                | "literal" | "enum" | "nativeEnum" | "picklist" | "null" | "undefined" | "nan"
                | "int32" | "uint32" | "float32" | "float64" | "stringbool" | "enums" | "uuid"
                | "uuidv4" | "guid" | "cuid" | "cuid2" | "ulid" | "nanoid" | "hex",
                None,
            ) => Schema::Bits(ALL_BITS),
            (
                "uuid" | "guid" | "cuid" | "cuid2" | "ulid" | "nanoid" | "xid" | "ksuid"
                | "datetime" | "date" | "time" | "isoDate" | "iso" | "timestamp" | "hex"
                | "alphanum" | "creditCard" | "token" | "integer" | "int" | "hexColor"
                | "base64url" | "jwt",
                Some(Schema::Bits(_)),
            ) => Schema::Bits(ALL_BITS),
            ("valid" | "oneOf" | "equal" | "only" | "equals", Some(_))
                if self.fixed(function, call) =>
            {
                Schema::Bits(ALL_BITS)
            }
            ("regex" | "pattern" | "matches", Some(before)) => {
                Schema::Bits(before.bits() | self.pattern_bits(function, argument(0)?))
            }
            ("email", Some(before)) => {
                Schema::Bits(before.bits() | Grammar::Header.bit() | Grammar::Log.bit())
            }
            ("or", Some(before)) => before.either(self.inner(function, argument(0), depth)),
            ("union", None) => self.union(function, argument(0), depth),
            (
                "transform" | "preprocess" | "pipe" | "custom" | "external" | "catchall"
                | "passthrough" | "unknown" | "loose" | "any" | "mixed" | "record" | "map"
                | "alternatives" | "when",
                _,
            ) => Schema::Any,
            (_, Some(before)) => before,
            _ => return None,
        })
    }

    fn inner(&mut self, function: FnId, value: Option<ValueId>, depth: u8) -> Schema {
        value
            .and_then(|v| self.schema(function, v, depth + 1))
            .unwrap_or(Schema::Any)
    }

    /// The properties of a record of schemas.
    fn fields(&mut self, function: FnId, value: ValueId, depth: u8) -> Option<Schema> {
        let program = self.program;
        let (function, made) = self.makers(function, value).into_iter().next()?;
        let Op::Record(parts) = program.op(function, made) else {
            return None;
        };
        let mut fields = Vec::new();
        for (key, value) in parts.iter().take(FIELDS_MAX) {
            let schema = self.inner(function, Some(*value), depth);
            match key {
                Some(key) => fields.push((*key, schema)),
                // A spread record of schemas.
                None => match self.fields(function, *value, depth + 1)? {
                    Schema::Object(more) => fields.extend(more),
                    _ => return None,
                },
            }
        }
        Some(Schema::Object(fields))
    }

    fn union(&mut self, function: FnId, value: Option<ValueId>, depth: u8) -> Schema {
        let program = self.program;
        let list = value.and_then(|v| self.makers(function, v).into_iter().next());
        let Some((function, made)) = list else {
            return Schema::Any;
        };
        let Op::List(parts) = program.op(function, made) else {
            return Schema::Any;
        };
        let mut all: Option<Schema> = None;
        for (part, _) in parts {
            let schema = self.inner(function, Some(*part), depth);
            all = Some(match all {
                Some(known) => known.either(schema),
                None => schema,
            });
        }
        all.unwrap_or(Schema::Any)
    }

    /// Whether every argument is a constant, or a list of constants.
    fn fixed(&mut self, function: FnId, call: &Call) -> bool {
        let inst = self.values.plain(function);
        !call.args.is_empty()
            && call.args.iter().all(|a| {
                let values = self.values.value(inst, a.value);
                !values.is_empty()
                    && values
                        .iter()
                        .all(|v| v.is_constant() || self.values.constants_of(v).is_some())
            })
    }

    fn pattern_bits(&mut self, function: FnId, value: ValueId) -> Bits {
        match self
            .program
            .op(function, self.program.object(function, value))
        {
            Op::Const(Const::Regex(pattern, flags)) => {
                let (pattern, flags) = (self.program.text(*pattern), self.program.text(*flags));
                proves(pattern, flags, Applied::Search, false)
            }
            _ => {
                let inst = self.values.plain(function);
                match self.values.value(inst, value).to_vec().as_slice() {
                    [Val::Regex(pattern, flags)] => {
                        let pattern = self.values.word(*pattern).to_owned();
                        let flags = self.values.word(*flags).to_owned();
                        proves(&pattern, &flags, Applied::Search, false)
                    }
                    _ => 0,
                }
            }
        }
    }

    /// The instructions that make a value, through names, imports and members.
    fn makers(&mut self, function: FnId, value: ValueId) -> Vec<(FnId, ValueId)> {
        let program = self.program;
        let mut open = vec![(function, value)];
        let mut found = Vec::new();
        for _ in 0..16 {
            let Some((function, value)) = open.pop() else {
                break;
            };
            let object = program.object(function, value);
            let module = program.functions[function].module;
            match program.op(function, object) {
                Op::Global(name) => {
                    open.extend(
                        program.modules[module]
                            .globals
                            .get(name)
                            .into_iter()
                            .flatten(),
                    );
                }
                Op::Import(index) => {
                    let bound = program.modules[module].imports.get(*index as usize);
                    let Some(bound) = bound else { continue };
                    if let (Target::Module(other), Imported::Name(name)) =
                        (&bound.target, bound.what)
                    {
                        let globals = &program.modules[*other].globals;
                        match globals.get(&name) {
                            Some(set) => open.extend(set.iter().copied()),
                            None => {
                                let exports = program
                                    .symbols
                                    .find("exports")
                                    .and_then(|e| globals.get(&e));
                                for (f, v) in exports.into_iter().flatten() {
                                    open.extend(self.stored_at(*f, *v, name));
                                }
                            }
                        }
                    }
                }
                Op::Phi(values, _) => open.extend(values.iter().map(|v| (function, *v))),
                Op::Capture(at) => {
                    if let Some((outer, captured)) = &program.functions[function].made {
                        open.extend(captured.get(usize::from(*at)).map(|v| (*outer, *v)));
                    }
                }
                Op::Load(base, key) => {
                    let inst = self.values.plain(function);
                    for val in self.values.value(inst, *base).to_vec() {
                        if let Val::Built(i, at) = val {
                            let holder = self.values.function(i);
                            open.extend(self.stored_at(holder, at, *key));
                        }
                    }
                }
                _ => found.push((function, object)),
            }
        }
        found
    }

    /// What a record holds under a key.
    fn stored_at(&self, function: FnId, record: ValueId, key: Sym) -> Vec<(FnId, ValueId)> {
        let mut found = Vec::new();
        if let Op::Record(parts) = self.program.op(function, record) {
            let named = parts.iter().filter(|(k, _)| *k == Some(key));
            found.extend(named.map(|(_, v)| (function, *v)));
        }
        let stores = self.program.functions[function].stores.get(&record);
        let named = stores.into_iter().flatten().filter(|(k, _)| *k == key);
        found.extend(named.map(|(_, v)| (function, *v)));
        found
    }
}
