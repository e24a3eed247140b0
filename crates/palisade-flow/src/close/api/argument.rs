//! Arguments of a call, written out.

use palisade_model::api::{ApiArg, ApiValue};
use palisade_model::text::Text;

use super::member::puts;
use super::{At, Seen, Tracer};
use crate::ir::{Op, Passing};

/// How deep maps and lists are written out.
const DEPTH_MAX: usize = 6;
/// Most entries of a map or list.
const ENTRIES_MAX: usize = 64;

impl Tracer<'_, '_> {
    /// The arguments of a call; lists and maps of the program that are spread are spread out.
    pub(super) fn arguments(&mut self, at: At) -> Vec<ApiArg> {
        let program = self.solver.program;
        let Some((_, function)) = self.place(at) else {
            return Vec::new();
        };
        let Op::Call(call) = program.op(function, at.value) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for arg in &call.args {
            let here = At {
                frame: at.frame,
                value: arg.value,
            };
            let seen = self.see(here);
            let name = match arg.passing {
                Passing::Named(name) => Some(program.text(name).to_owned()),
                Passing::SpreadNamed => {
                    self.spread_names(&seen, &mut all);
                    continue;
                }
                _ => None,
            };
            let spread = arg.passing == Passing::Spread;
            let values = self.written(&seen, 0);
            all.push(ApiArg {
                name,
                spread,
                values,
            });
        }
        all
    }

    /// `**kwargs`: the names of maps that the program writes out; what else may be in it is a spread.
    fn spread_names(&mut self, seen: &[Seen], all: &mut Vec<ApiArg>) {
        let mut open = false;
        for one in seen {
            match self.one(one, 0) {
                ApiValue::Record(parts) => {
                    for (name, values) in parts {
                        match name.literal() {
                            Some(name) => all.push(ApiArg {
                                name: Some(name.to_owned()),
                                spread: false,
                                values,
                            }),
                            None => open = true,
                        }
                    }
                }
                _ => open = true,
            }
        }
        if open {
            let values = vec![ApiValue::Unknown(String::new())];
            all.push(ApiArg {
                name: None,
                spread: true,
                values,
            });
        }
    }

    /// Everything a value can be, written out.
    fn written(&mut self, seen: &[Seen], depth: usize) -> Vec<ApiValue> {
        let mut all: Vec<ApiValue> = Vec::new();
        for one in seen {
            let values = match one {
                Seen::Event(path) => {
                    let texts = self.event_texts(path);
                    if texts.is_empty() {
                        vec![ApiValue::Unknown(event_words(path))]
                    } else {
                        texts.into_iter().map(ApiValue::Text).collect()
                    }
                }
                other => vec![self.one(other, depth)],
            };
            for value in values {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
        }
        if all.is_empty() {
            all.push(ApiValue::Unknown(String::new()));
        }
        all
    }

    fn one(&mut self, seen: &Seen, depth: usize) -> ApiValue {
        self.fuel = self.fuel.saturating_sub(1);
        match seen {
            Seen::Text(text) => ApiValue::Text(text.clone()),
            Seen::Flag(flag) => ApiValue::Flag(*flag),
            Seen::Nothing => ApiValue::Nothing,
            Seen::Sdk(node) if depth < DEPTH_MAX && self.fuel > 0 => {
                ApiValue::Made(self.steps(node))
            }
            Seen::Object(at) if depth < DEPTH_MAX && self.fuel > 0 => self.object(*at, depth),
            _ => ApiValue::Unknown(String::new()),
        }
    }

    fn object(&mut self, at: At, depth: usize) -> ApiValue {
        let program = self.solver.program;
        let Some((_, function)) = self.place(at) else {
            return ApiValue::Unknown(String::new());
        };
        if let Op::List(_) = program.op(function, at.value) {
            let elements = self.elements(&Seen::Object(at));
            let mut values = if elements.is_empty() {
                Vec::new()
            } else {
                self.written(&elements, depth + 1)
            };
            values.truncate(ENTRIES_MAX);
            return ApiValue::List(values);
        }
        let here = |value| At {
            frame: at.frame,
            value,
        };
        let mut parts: Vec<(Text, Vec<ApiValue>)> = Vec::new();
        if let Op::Record(fields) = program.op(function, at.value) {
            for (name, value) in fields.iter().take(ENTRIES_MAX) {
                let seen = self.see(here(*value));
                match name {
                    Some(name) => {
                        let values = self.written(&seen, depth + 1);
                        put(&mut parts, Text::of(program.text(*name)), values);
                    }
                    None => {
                        for one in seen.iter() {
                            if let ApiValue::Record(more) = self.one(one, depth + 1) {
                                for (name, values) in more {
                                    put(&mut parts, name, values);
                                }
                            }
                        }
                    }
                }
            }
        }
        let stores = program.functions[function].stores.get(&at.value);
        for (name, value) in stores.into_iter().flatten() {
            let seen = self.see(here(*value));
            let values = self.written(&seen, depth + 1);
            put(&mut parts, Text::of(program.text(*name)), values);
        }
        for (name, value) in puts(program, function, at.value) {
            let names = self.see(here(name));
            let names = self.texts_of(&names);
            let seen = self.see(here(value));
            let values = self.written(&seen, depth + 1);
            for name in names {
                put(&mut parts, name, values.clone());
            }
        }
        ApiValue::Record(parts)
    }
}

/// Adds what a map holds under a key.
fn put(parts: &mut Vec<(Text, Vec<ApiValue>)>, name: Text, values: Vec<ApiValue>) {
    let full = parts.len() >= ENTRIES_MAX;
    match parts.iter_mut().find(|(n, _)| *n == name) {
        Some((_, known)) => known.extend(values),
        None if full => {}
        None => parts.push((name, values)),
    }
}

fn event_words(path: &[String]) -> String {
    let mut words = "event".to_owned();
    for step in path {
        if step == super::event::CONTEXT {
            "context".clone_into(&mut words);
            continue;
        }
        words.push('.');
        words.push_str(step);
    }
    words
}
