//! Reads the bytes of a table in place: every read is checked, and one outside the bytes is 0, empty or nothing.

use super::layout::{LISTS, MAGIC, ROW_BYTES, SECTIONS, STRING_BYTES, STRING_ENDS};

/// The sections of one table of facts.
#[derive(Clone, Copy, Default)]
pub struct Facts<'f> {
    sections: [&'f [u8]; SECTIONS],
    /// The bytes of all strings, read once; empty where they are no text.
    strings: &'f str,
}

impl std::fmt::Debug for Facts<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Facts").finish_non_exhaustive()
    }
}

impl<'f> Facts<'f> {
    /// The table in these bytes; `None` where they are not one. Whatever the sections hold, reading them never panics.
    pub fn new(bytes: &'f [u8]) -> Option<Self> {
        let mut heads = bytes.strip_prefix(MAGIC.as_slice())?.chunks_exact(8);
        let mut sections: [&'f [u8]; SECTIONS] = [&[]; SECTIONS];
        for section in &mut sections {
            let head = heads.next()?;
            let start = usize::try_from(word(head, 0)).ok()?;
            let length = usize::try_from(word(head, 4)).ok()?;
            *section = bytes.get(start..start.checked_add(length)?)?;
        }
        let strings = sections.get(STRING_BYTES).copied().unwrap_or_default();
        Some(Self {
            sections,
            strings: std::str::from_utf8(strings).unwrap_or_default(),
        })
    }

    /// How many rows a section has.
    pub(super) fn rows(&self, section: usize) -> u32 {
        let bytes = self.section(section).len();
        let row = ROW_BYTES.get(section).copied().unwrap_or(1);
        u32::try_from(bytes / row).unwrap_or(u32::MAX)
    }

    /// The word at a column of a row; 0 outside the section.
    pub(super) fn at(&self, section: usize, row: u32, column: usize) -> u32 {
        let stride = ROW_BYTES.get(section).copied().unwrap_or(1);
        let Ok(row) = usize::try_from(row) else {
            return 0;
        };
        let start = row
            .checked_mul(stride)
            .and_then(|at| at.checked_add(4 * column));
        start.map_or(0, |start| word(self.section(section), start))
    }

    /// A string of the pool; empty outside it.
    pub(super) fn string(&self, index: u32) -> &'f str {
        let ends = |row: u32| usize::try_from(self.at(STRING_ENDS, row, 0)).ok();
        let range = ends(index).zip(ends(index.saturating_add(1)));
        range
            .and_then(|(start, end)| self.strings.get(start..end))
            .unwrap_or("")
    }

    /// The words of a list; none where it does not lie inside the pool.
    pub(super) fn list(&self, offset: u32) -> List<'f> {
        let pool = self.section(LISTS);
        let words = usize::try_from(offset).ok().and_then(|at| {
            let start = at.checked_mul(3)?;
            let length = usize::try_from(triple(pool.get(start..)?)?).ok()?;
            let first = start.checked_add(3)?;
            pool.get(first..first.checked_add(length.checked_mul(3)?)?)
        });
        List {
            words: words.unwrap_or(&[]),
        }
    }

    /// The first row in `from..to` for which `before` no longer holds; rows are sorted by it.
    pub(super) fn partition(from: u32, to: u32, before: impl Fn(u32) -> bool) -> u32 {
        let (mut low, mut high) = (from, to.max(from));
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn section(&self, section: usize) -> &'f [u8] {
        self.sections.get(section).copied().unwrap_or(&[])
    }
}

/// The words of a list, in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'f> {
    words: &'f [u8],
}

impl<'f> List<'f> {
    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + 'f {
        self.words
            .chunks_exact(3)
            .map(|three| triple(three).unwrap_or(0))
    }
}

fn word(bytes: &[u8], start: usize) -> u32 {
    let four = start.checked_add(4).and_then(|end| bytes.get(start..end));
    let four: Option<[u8; 4]> = four.and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_le_bytes)
}

fn triple(bytes: &[u8]) -> Option<u32> {
    let [low, middle, high, ..] = *bytes else {
        return None;
    };
    Some(u32::from_le_bytes([low, middle, high, 0]))
}
