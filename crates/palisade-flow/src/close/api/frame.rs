//! Frames: an instance of a function, as one of its callers calls it.

use rustc_hash::FxHashMap;

use crate::ir::ValueId;
use crate::value::InstId;

/// How deep frames are nested.
const DEPTH_MAX: u8 = 10;
/// How many frames there may be.
const FRAMES_MAX: usize = 50_000;

/// A frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct FrameId(u32);

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Frame {
    /// The instance.
    pub(super) inst: InstId,
    /// The frame and the call it was called from, and the first parameter that the arguments fill.
    pub(super) caller: Option<(FrameId, ValueId, u16)>,
}

/// All frames of an entry.
#[derive(Debug, Default)]
pub(super) struct Frames {
    all: Vec<(Frame, u8)>,
    known: FxHashMap<Frame, FrameId>,
}

impl Frames {
    /// The frame of an instance whose callers are not told apart.
    pub(super) fn root(&mut self, inst: InstId) -> FrameId {
        self.intern(Frame { inst, caller: None }, 0)
    }

    /// The frame of an instance under one call; a circle and what is too deep have their callers not told apart.
    pub(super) fn child(
        &mut self,
        above: FrameId,
        call: ValueId,
        inst: InstId,
        shift: u16,
    ) -> FrameId {
        let depth = self
            .all
            .get(above.0 as usize)
            .map_or(0, |(_, depth)| *depth);
        let mut at = Some(above);
        let mut circle = false;
        while let Some(frame) = at.and_then(|at| self.get(at)) {
            circle |= frame.inst == inst;
            at = frame.caller.map(|(above, ..)| above);
        }
        if circle || depth >= DEPTH_MAX || self.all.len() >= FRAMES_MAX {
            return self.root(inst);
        }
        let caller = Some((above, call, shift));
        self.intern(Frame { inst, caller }, depth + 1)
    }

    /// What a frame is.
    pub(super) fn get(&self, id: FrameId) -> Option<Frame> {
        self.all.get(id.0 as usize).map(|(frame, _)| *frame)
    }

    fn intern(&mut self, frame: Frame, depth: u8) -> FrameId {
        if let Some(known) = self.known.get(&frame) {
            return *known;
        }
        let id = FrameId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push((frame, depth));
        self.known.insert(frame, id);
        id
    }
}
