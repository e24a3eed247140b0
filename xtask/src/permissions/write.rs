//! Rows of text and numbers to the bytes that `palisade_iam::facts` searches.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use palisade_iam::facts::layout::{LISTS, MAGIC, ROW_BYTES, SECTIONS, STRING_BYTES, STRING_ENDS};

/// One word of a list.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Word {
    /// A string, and the bits that are set beside its index.
    Text(String, u32),
    /// As it stands.
    Number(u32),
    /// Another list.
    List(Vec<Word>),
}

/// One column of a row.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Text(String),
    Number(u32),
    List(Vec<Word>),
}

/// The rows of all sections but those of strings and lists.
#[derive(Default)]
pub(super) struct Rows {
    sections: BTreeMap<usize, Vec<Vec<Cell>>>,
}

impl Word {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), 0)
    }
}

impl Rows {
    /// Adds a row; rows of a section come in order.
    pub(super) fn push(&mut self, section: usize, row: Vec<Cell>) {
        self.sections.entry(section).or_default().push(row);
    }

    /// How many rows a section has so far.
    pub(super) fn count(&self, section: usize) -> u32 {
        let rows = self.sections.get(&section).map_or(0, Vec::len);
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    /// The file.
    pub(super) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut pools = Pools::of(self)?;
        let mut sections: Vec<Vec<u8>> = vec![Vec::new(); SECTIONS];
        for (section, rows) in &self.sections {
            let width = ROW_BYTES.get(*section).copied().unwrap_or(0);
            let out = sections.get_mut(*section).context("no such section")?;
            for row in rows {
                ensure!(
                    row.len() * 4 == width,
                    "section {section}: a row of {} columns",
                    row.len()
                );
                for cell in row {
                    out.extend(pools.cell(cell)?.to_le_bytes());
                }
            }
        }
        let mut end = 0;
        for text in &pools.texts {
            push(
                &mut sections,
                STRING_ENDS,
                &u32::try_from(end)?.to_le_bytes(),
            );
            push(&mut sections, STRING_BYTES, text.as_bytes());
            end += text.len();
        }
        push(
            &mut sections,
            STRING_ENDS,
            &u32::try_from(end)?.to_le_bytes(),
        );
        push(&mut sections, LISTS, &pools.words);
        let mut out = MAGIC.to_vec();
        let mut start = MAGIC.len() + 8 * SECTIONS;
        for section in &sections {
            out.extend(u32::try_from(start)?.to_le_bytes());
            out.extend(u32::try_from(section.len())?.to_le_bytes());
            start += section.len();
        }
        for section in sections {
            out.extend(section);
        }
        Ok(out)
    }
}

fn push(sections: &mut [Vec<u8>], section: usize, bytes: &[u8]) {
    if let Some(out) = sections.get_mut(section) {
        out.extend(bytes);
    }
}

/// Strings, each once, in order; lists, each once, in the order they are first met.
struct Pools {
    texts: Vec<String>,
    lists: BTreeMap<Vec<u32>, u32>,
    words: Vec<u8>,
}

impl Pools {
    fn of(rows: &Rows) -> anyhow::Result<Self> {
        let mut texts = BTreeSet::from([String::new()]);
        for cell in rows.sections.values().flatten().flatten() {
            match cell {
                Cell::Text(text) => drop(texts.insert(text.clone())),
                Cell::List(words) => collect(words, &mut texts),
                Cell::Number(_) => {}
            }
        }
        let mut pools = Self {
            texts: texts.into_iter().collect(),
            lists: BTreeMap::new(),
            words: Vec::new(),
        };
        pools.list(&[])?;
        Ok(pools)
    }

    fn text(&self, text: &str) -> anyhow::Result<u32> {
        let found = self
            .texts
            .binary_search_by(|other| other.as_str().cmp(text));
        let index = found.map_err(|_place| anyhow::anyhow!("a string not collected"))?;
        Ok(u32::try_from(index)?)
    }

    fn cell(&mut self, cell: &Cell) -> anyhow::Result<u32> {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Number(number) => Ok(*number),
            Cell::List(words) => self.list(words),
        }
    }

    fn list(&mut self, words: &[Word]) -> anyhow::Result<u32> {
        let mut numbers = Vec::with_capacity(words.len());
        for word in words {
            numbers.push(match word {
                Word::Text(text, bits) => self.text(text)? | bits,
                Word::Number(number) => *number,
                Word::List(words) => self.list(words)?,
            });
        }
        if let Some(offset) = self.lists.get(&numbers) {
            return Ok(*offset);
        }
        let offset = u32::try_from(self.words.len() / 3)?;
        for number in std::iter::once(u32::try_from(numbers.len())?).chain(numbers.iter().copied())
        {
            let [low, middle, high, top] = number.to_le_bytes();
            ensure!(top == 0, "{number} is more than a word of a list holds");
            self.words.extend([low, middle, high]);
        }
        self.lists.insert(numbers, offset);
        Ok(offset)
    }
}

fn collect(words: &[Word], texts: &mut BTreeSet<String>) {
    for word in words {
        match word {
            Word::Text(text, _) => drop(texts.insert(text.clone())),
            Word::List(words) => collect(words, texts),
            Word::Number(_) => {}
        }
    }
}
