//! What a function does, symbolically in its inputs.

use palisade_model::source::Span;

use super::fact::{Fact, Prefix, Root};
use crate::ir::{Sym, ValueId};
use crate::program::{FnId, ModuleId};
use crate::transfer::{Bits, Grammar};
use crate::value::{InstId, Vals};

palisade_model::ids! {
    /// A place where text does harm.
    SinkId,
    /// A place that reads a store.
    ReadId,
    /// A place that writes a store.
    WriteId,
}

/// A place where text does harm.
#[derive(Clone, PartialEq, Debug)]
pub struct SinkSite {
    /// The function it stands in.
    pub function: FnId,
    /// The call.
    pub call: ValueId,
    /// The bytes of the call.
    pub span: Span,
    /// What reads the text.
    pub grammar: Grammar,
    /// The API, such as `os.system`.
    pub callee: String,
    /// The library file of the row, such as `sqlite3`.
    pub library: String,
    /// The permission the call needs.
    pub action: Option<String>,
    /// The resource the call works on.
    pub resource: Option<Vals>,
}

/// Taint that reaches a sink.
#[derive(Clone, Debug)]
pub struct SinkFlow {
    /// The sink.
    pub sink: SinkId,
    /// The taint; `at` is the part of the argument, `prefix` the text in front.
    pub fact: Fact,
}

/// An effect on a store, or a read of one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StoreSite {
    /// The function the call stands in.
    pub function: FnId,
    /// The call.
    pub call: ValueId,
    /// The bytes of the call.
    pub span: Span,
    /// `bucket`, `queue`, …
    pub kind: String,
    /// Which resource; parameters of the summarized function may stand in it.
    pub resource: Option<Vals>,
    /// Which part of it.
    pub partition: Option<Vals>,
    /// Which slot.
    pub slot: String,
    /// The permission the call needs.
    pub action: Option<String>,
    /// The API.
    pub callee: String,
}

/// Taint that is written to a store.
#[derive(Clone, Debug)]
pub struct StoreFlow {
    /// Where it goes.
    pub site: WriteId,
    /// The taint; `at` is the part of the slot.
    pub fact: Fact,
}

/// What taint is written to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A parameter's object.
    Param(u16),
    /// A captured object.
    Capture(u16),
    /// A module-level name.
    Global(ModuleId, Sym),
}

/// What a function's outcome says about a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ensure {
    /// Bits when it returned something true.
    pub holds: Bits,
    /// Bits when it returned something false.
    pub fails: Bits,
    /// Bits when it returned at all.
    pub returned: Bits,
}

/// A summary.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Into the result.
    pub returns: Vec<Fact>,
    /// Into what is thrown.
    pub throws: Vec<Fact>,
    /// Into objects handed in or shared.
    pub writes: Vec<(Target, Fact)>,
    /// Into sinks.
    pub sinks: Vec<SinkFlow>,
    /// Into stores.
    pub stores: Vec<StoreFlow>,
    /// Writes to stores, tainted or not.
    pub uses: Vec<WriteId>,
    /// Per parameter.
    pub ensures: Vec<Ensure>,
    /// Instances called.
    pub callees: Vec<InstId>,
    /// Whether a limit cost precision.
    pub coarse: bool,
}

/// Most entries per list of a summary.
pub const ENTRIES_MAX: usize = 64;

impl Summary {
    /// Gives back what it does not fill: summaries are kept to the end.
    pub(super) fn shrink(&mut self) {
        self.returns.shrink_to_fit();
        self.throws.shrink_to_fit();
        self.writes.shrink_to_fit();
        self.sinks.shrink_to_fit();
        self.stores.shrink_to_fit();
        self.uses.shrink_to_fit();
        self.ensures.shrink_to_fit();
        self.callees.shrink_to_fit();
    }

    /// A number that grows with everything callers can see.
    pub fn size(&self) -> (usize, usize, usize, usize, u64) {
        let bits = |fact: &Fact| {
            u64::from(fact.transfer.keep.count_zeros() + fact.transfer.set.count_ones())
                + u64::from(fact.exact)
                + u64::from(fact.opaque)
        };
        let all: u64 = self.returns.iter().map(bits).sum::<u64>()
            + self.writes.iter().map(|(_, f)| bits(f)).sum::<u64>()
            + self.sinks.iter().map(|s| bits(&s.fact)).sum::<u64>()
            + self.stores.iter().map(|s| bits(&s.fact)).sum::<u64>()
            + self
                .ensures
                .iter()
                .map(|e| {
                    u64::from(e.holds.count_ones() + e.fails.count_ones() + e.returned.count_ones())
                })
                .sum::<u64>();
        (
            self.returns.len(),
            self.writes.len(),
            self.sinks.len(),
            self.stores.len(),
            all,
        )
    }
}

/// An open hole in front of a sink is closed by the caller's text.
pub fn is_open(prefix: &Prefix) -> bool {
    prefix.is_empty()
}

/// Whether a root belongs to the function itself, so that the flow closes where it stands.
pub fn closes(root: Root) -> bool {
    !root.is_open()
}
