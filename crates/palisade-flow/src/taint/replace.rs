//! What is left of a text in which a program replaces characters: for which grammars it is harmless then.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::pattern;
use super::solve::Solver;
use crate::ir::{Call, Op, ValueId};
use crate::library::row::{FlowRow, PlainText, Replacing};
use crate::program::FnId;
use crate::transfer::{Bits, Grammar};
use crate::value::{InstId, Val};

/// How many replacements one after another are looked at.
const CHAIN_MAX: u8 = 16;

/// The characters that a text may hold.
#[derive(Clone)]
struct Left {
    /// All of them.
    any: ClassUnicode,
    /// Those that mean something in markup, where entities are put in.
    in_markup: ClassUnicode,
}

impl Left {
    fn everything() -> Self {
        let all = ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)]);
        Self {
            any: all.clone(),
            in_markup: all,
        }
    }

    fn without(&mut self, removed: &ClassUnicode) {
        self.any.difference(removed);
        self.in_markup.difference(removed);
    }

    fn with(&mut self, text: &str) {
        let put: ClassUnicode = chars(text);
        self.any.union(&put);
        if !is_entity(text) {
            self.in_markup.union(&put);
        }
    }

    fn bits(&self) -> Bits {
        let markup = Grammar::Html.bit() | Grammar::Xml.bit();
        pattern::bits_of_class(&self.any) | pattern::bits_of_class(&self.in_markup) & markup
    }
}

/// What stands where something was taken out.
enum Put {
    /// A constant.
    Text(String),
    /// What a function of the program answers; it is followed on its own.
    Answer,
}

impl Solver<'_> {
    /// The bits that a flow of a row gives at a call.
    pub(super) fn made_bits(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        flow: &FlowRow,
    ) -> Bits {
        let Some(replacing) = &flow.replaces else {
            return flow.safe;
        };
        let left = self.left(inst, function, value, call, flow, replacing, CHAIN_MAX);
        flow.safe | left.map_or(0, |left| left.bits())
    }

    /// What a call leaves of a text; `None` where that is not known.
    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    fn left(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        flow: &FlowRow,
        replacing: &Replacing,
        chain: u8,
    ) -> Option<Left> {
        let removed = self.removed(inst, function, value, call, replacing)?;
        let put = self.put(inst, function, value, call, replacing)?;
        let from = self.ports(inst, function, value, call, &flow.from);
        let mut left = match from.as_slice() {
            [(text, parts)] if parts.is_empty() && chain > 0 => {
                let text = *text;
                self.left_before(inst, function, text, chain - 1)
            }
            _ => None,
        }
        .unwrap_or_else(Left::everything);
        left.without(&removed);
        match put {
            Put::Text(text) => left.with(&text),
            // Entities are looked up in a table; of other answers nothing is known.
            Put::Answer => left.any = Left::everything().any,
        }
        Some(left)
    }

    /// What an earlier replacement left of a text.
    fn left_before(
        &mut self,
        inst: InstId,
        function: FnId,
        text: ValueId,
        chain: u8,
    ) -> Option<Left> {
        let program = self.program;
        let made = program.object(function, text);
        let Op::Call(call) = program.op(function, made) else {
            return None;
        };
        let library = self.values.library(function)?;
        for path in self.api_paths(inst, function, call) {
            for flow in library.rows(&path).flat_map(|row| &row.flows) {
                let Some(replacing) = &flow.replaces else {
                    continue;
                };
                if self.applies(inst, function, made, call, flow) {
                    return self.left(inst, function, made, call, flow, replacing, chain);
                }
            }
        }
        None
    }

    /// Whether the conditions of a flow hold at a call.
    pub(super) fn applies(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        flow: &FlowRow,
    ) -> bool {
        let mut holds = |test| self.test(inst, function, value, call, test);
        !flow.unless.iter().any(&mut holds) && flow.when.iter().all(holds)
    }

    /// The characters of which none stays where it stood.
    fn removed(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        replacing: &Replacing,
    ) -> Option<ClassUnicode> {
        let vals = self.port_vals_plain(inst, function, value, call, &replacing.what);
        let [val] = vals.as_slice() else {
            return None;
        };
        match (val, replacing.text) {
            (Val::Regex(pattern, flags), how) => {
                let flags = self.values.word(*flags);
                // JavaScript replaces once without `g`; sticky, only where matches adjoin.
                let everywhere = how == PlainText::Regex || flags.contains('g');
                if !everywhere || flags.contains('y') {
                    return None;
                }
                pattern::removes(self.values.word(*pattern), flags)
            }
            (Val::Text(text), PlainText::Regex) => pattern::removes(self.values.word(*text), ""),
            (Val::Text(text), PlainText::Everywhere) => {
                let text = self.values.word(*text);
                (text.chars().count() == 1).then(|| chars(text))
            }
            _ => None,
        }
    }

    /// What is put in; a text that takes up matches again tells nothing.
    fn put(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        replacing: &Replacing,
    ) -> Option<Put> {
        let vals = self.port_vals_plain(inst, function, value, call, &replacing.with);
        match vals.as_slice() {
            [Val::Text(text)] => {
                let text = self.values.word(*text);
                (!text.contains(['\\', '$'])).then(|| Put::Text(text.to_owned()))
            }
            [Val::Fn(..)] => Some(Put::Answer),
            _ => None,
        }
    }

    /// The values at a port that is a whole argument or the receiver, types left out.
    fn port_vals_plain(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &crate::library::port::Port,
    ) -> Vec<Val> {
        let ports = self.ports(inst, function, value, call, port);
        let [(at, parts)] = ports.as_slice() else {
            return Vec::new();
        };
        if !parts.is_empty() {
            return Vec::new();
        }
        let vals = self.values.value(inst, *at);
        vals.iter()
            .filter(|v| !matches!(v, Val::Typed(_)))
            .cloned()
            .collect()
    }
}

fn chars(text: &str) -> ClassUnicode {
    ClassUnicode::new(text.chars().map(|c| ClassUnicodeRange::new(c, c)))
}

/// `&lt;`, `&#39;`.
fn is_entity(text: &str) -> bool {
    text.strip_prefix('&')
        .and_then(|rest| rest.strip_suffix(';'))
        .is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
}
