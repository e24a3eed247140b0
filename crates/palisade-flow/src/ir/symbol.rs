//! Interned strings.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// An interned string of one module, or of the program after merging.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sym(pub u32);

/// Strings by number and numbers by string. Numbers follow the order of first use.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Interner {
    texts: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, Sym>,
}

impl Interner {
    /// The symbol of a string.
    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.numbers.get(text) {
            return *sym;
        }
        let sym = Sym(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, sym);
        sym
    }

    /// The symbol of a string that was seen before.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.numbers.get(text).copied()
    }

    /// The string of a symbol.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize).map_or("", |t| t)
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        self.texts.iter()
    }
}
