//! A line of code cut around a span, with every character as it will be printed.

use palisade_model::source::Span;

use crate::hostile::width;
use crate::text::ink::Ink;
use crate::view::View;
use crate::view::mask::MASK;

/// How many bytes before and after the span are looked at: lines may be millions of bytes long.
const AROUND: usize = 600;

/// A line of code that fits its room.
#[derive(Debug)]
pub struct CodeLine {
    /// The code, cut where needed.
    pub text: String,
    /// Columns before the span.
    pub before: usize,
    /// Columns of the span, at least 1.
    pub marked: usize,
}

struct Cell {
    text: String,
    width: usize,
    marked: bool,
}

/// The line on which a span begins.
pub fn code_line(ink: &Ink, view: &View<'_>, span: Span, room: usize) -> CodeLine {
    let (mut cells, cut_before, cut_after) = cells(ink, view, span);
    if !cells.iter().any(|cell| cell.marked) {
        match cells.last_mut() {
            Some(cell) => cell.marked = true,
            None => cells.push(Cell {
                text: " ".to_owned(),
                width: 1,
                marked: true,
            }),
        }
    }
    let first = cells.iter().position(|c| c.marked).unwrap_or(0);
    let past = cells
        .iter()
        .rposition(|c| c.marked)
        .map_or(first, |at| at + 1);
    let total: usize = cells.iter().map(|c| c.width).sum();
    let sign = width(ink.signs.cut);
    let wide = |range: std::ops::Range<usize>| -> usize {
        cells
            .get(range)
            .unwrap_or(&[])
            .iter()
            .map(|c| c.width)
            .sum()
    };
    // From which cell on: the start of the line where the span fits after it, else a little before the span.
    let mut from = 0;
    if cut_before || (total > room && wide(0..past) + sign > room) {
        from = first;
        let mut spare = room
            .saturating_sub(wide(first..past) + 2 * sign)
            .min(room / 4);
        while from > 0 && wide(from - 1..from) <= spare {
            spare -= wide(from - 1..from);
            from -= 1;
        }
    }
    let mut text = String::new();
    if from > 0 || cut_before {
        text.push_str(ink.signs.cut);
    }
    let mut used = width(&text);
    let (mut before, mut marked) = (used, 0);
    let rest = wide(from..cells.len());
    let fits = used + rest <= room && !cut_after;
    for cell in cells.get(from..).unwrap_or(&[]) {
        let keep = if fits { 0 } else { sign };
        if used + cell.width + keep > room {
            break;
        }
        used += cell.width;
        text.push_str(&cell.text);
        if cell.marked {
            marked += cell.width;
        } else if marked == 0 {
            before += cell.width;
        }
    }
    if !fits {
        text.push_str(ink.signs.cut);
    }
    CodeLine {
        text,
        before,
        marked: marked.max(1),
    }
}

/// The characters of the line near the span, and whether some were left out before and after.
fn cells(ink: &Ink, view: &View<'_>, span: Span) -> (Vec<Cell>, bool, bool) {
    let sources = view.sources;
    let line = sources.line_span(span.file, sources.line(span.file, span.start));
    let (start, end) = (line.start as usize, line.end as usize);
    let from = (span.start as usize).saturating_sub(AROUND).max(start);
    let to = (span.start as usize)
        .saturating_add(AROUND)
        .min(end)
        .max(from);
    let text = sources.text(span.file);
    let from = (from..=to)
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(to);
    let to = (from..=to)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(from);
    let mut cells = Vec::new();
    let mut hidden = false;
    for (at, c) in text.get(from..to).unwrap_or("").char_indices() {
        let offset = from + at;
        let masked = view.masks.hides(span.file, offset);
        let printed = match c {
            _ if masked && hidden => String::new(),
            _ if masked => ink.shown(MASK),
            '\t' => "    ".to_owned(),
            c => ink.shown(c.encode_utf8(&mut [0; 4])),
        };
        hidden = masked;
        cells.push(Cell {
            width: width(&printed),
            text: printed,
            marked: (span.start as usize..span.end as usize).contains(&offset),
        });
    }
    // Spaces at the end of the line are not worth a mark.
    while cells
        .last()
        .is_some_and(|c| c.text.trim().is_empty() && c.width > 0)
    {
        cells.pop();
    }
    (cells, from > start, to < end)
}
