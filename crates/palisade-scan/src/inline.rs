//! Code inside a template: lowered from its own text, with places in the template.

use palisade_flow::ir::Module;
use palisade_model::problem::ProblemPlace;
use palisade_model::source::{FileId, Sources, Span};

/// Lines of the template looked at to find one line of the code.
const LOOK_AHEAD: usize = 64;

/// One line of the code.
#[derive(Debug)]
struct Line {
    /// Start of its text in the code, indentation aside.
    start: u32,
    /// Start and end in the template.
    from: u32,
    to: u32,
    /// Whether characters agree one to one.
    exact: bool,
}

/// Where each line of a code text stands in its template.
#[derive(Debug)]
pub struct LineMap {
    lines: Vec<Line>,
}

impl LineMap {
    /// Aligns the text of the code as evaluated with the scalar it was written in.
    pub fn new(sources: &Sources, scalar: Span, code: &str) -> Self {
        let written = sources.slice(scalar);
        let mut raw: Vec<(usize, &str)> = Vec::new();
        let mut at = scalar.start as usize;
        for line in written.split_inclusive('\n') {
            raw.push((at, line.trim_end_matches(['\n', '\r'])));
            at += line.len();
        }
        let mut lines = Vec::new();
        let (mut cursor, mut offset) = (0, 0);
        for line in code.split_inclusive('\n') {
            let text = line.trim_end_matches(['\n', '\r']);
            let (from, to, exact, next) = place(&raw, cursor, text, scalar);
            let lead = text.len() - text.trim_start().len();
            lines.push(Line {
                start: cut(offset + lead),
                from: cut(from),
                to: cut(to),
                exact,
            });
            cursor = next;
            offset += line.len();
        }
        Self { lines }
    }

    /// The place in the template of an offset in the code.
    fn of(&self, offset: u32, end: bool) -> u32 {
        let at = self.lines.partition_point(|line| line.start <= offset);
        let Some(line) = at.checked_sub(1).and_then(|at| self.lines.get(at)) else {
            return self.lines.first().map_or(0, |line| line.from);
        };
        match (line.exact, end) {
            (true, _) => line.from.saturating_add(offset - line.start).min(line.to),
            (false, false) => line.from,
            (false, true) => line.to,
        }
    }

    fn span(&self, file: FileId, span: Span) -> Span {
        let start = self.of(span.start, false);
        Span {
            file,
            start,
            end: self.of(span.end, true).max(start),
        }
    }
}

fn cut(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Start, end and exactness of a line of code, and where to look for the next one.
fn place(
    raw: &[(usize, &str)],
    cursor: usize,
    text: &str,
    scalar: Span,
) -> (usize, usize, bool, usize) {
    let wanted = text.trim_start();
    let ahead = raw.iter().enumerate().skip(cursor).take(LOOK_AHEAD);
    if !wanted.is_empty() {
        let found = ahead.clone().find_map(|(at, (start, line))| {
            let column = line.find(wanted)?;
            Some((at, start + column, start + column + wanted.len()))
        });
        if let Some((at, start, end)) = found {
            return (start, end, true, at + 1);
        }
    }
    match raw.get(cursor) {
        Some((start, line)) => {
            let blank = line.len() - line.trim_start().len();
            (start + blank, start + line.len(), false, cursor + 1)
        }
        None => (scalar.start as usize, scalar.end as usize, false, cursor),
    }
}

/// Moves every place of a module lowered from `code` into the template, under the id `file`.
pub fn relocate(module: &mut Module, map: &LineMap, file: FileId) {
    module.file = file;
    for function in module.functions.iter_mut() {
        function.span = map.span(file, function.span);
        for (span, _) in &mut function.dynamic {
            *span = map.span(file, *span);
        }
        for instr in function.instrs.iter_mut() {
            instr.start = map.of(instr.start, false);
            instr.end = map.of(instr.end, true).max(instr.start);
        }
    }
    for import in &mut module.imports {
        import.span = map.span(file, import.span);
    }
    for problem in &mut module.problems {
        if let ProblemPlace::Span(span) = &mut problem.place {
            *span = map.span(file, *span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineMap;
    use palisade_model::source::{Sources, Span};

    fn at(template: &str, scalar: &str, code: &str, part: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("t.yaml", template);
        let start = template.find(scalar).unwrap();
        let span = Span::new(file, start, start + scalar.len());
        let map = LineMap::new(&sources, span, code);
        let offset = code.find(part).unwrap();
        let place = map.span(file, Span::new(file, offset, offset + part.len()));
        sources.slice(place).to_owned()
    }

    #[test]
    fn a_block_scalar_loses_its_indentation() {
        let template =
            "A:\n  Code: |\n    import os\n    def f(e, c):\n        os.system(e['x'])\n";
        let scalar = "|\n    import os\n    def f(e, c):\n        os.system(e['x'])\n";
        let code = "import os\ndef f(e, c):\n    os.system(e['x'])\n";
        assert_eq!(
            at(template, scalar, code, "os.system(e['x'])"),
            "os.system(e['x'])"
        );
        assert_eq!(at(template, scalar, code, "def f"), "def f");
    }

    #[test]
    fn a_changed_line_is_marked_whole() {
        let template = "A: !Sub |\n    x = '${Name}'\n    y = 1\n";
        let scalar = "|\n    x = '${Name}'\n    y = 1\n";
        let code = "x = 'real'\ny = 1\n";
        assert_eq!(at(template, scalar, code, "y = 1"), "y = 1");
    }

    #[test]
    fn pieces_of_a_join_are_found() {
        let template = "[\"\\n\", [\n  \"import os\",\n  \"os.system(x)\"\n]]";
        assert_eq!(
            at(
                template,
                template,
                "import os\nos.system(x)",
                "os.system(x)"
            ),
            "os.system(x)"
        );
    }
}
