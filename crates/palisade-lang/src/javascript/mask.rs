//! Text that is not JavaScript in files that are: merge conflict markers and placeholders of project templates.
//! Masked text has the same length, so that places stay true.

use std::borrow::Cow;

/// The text to parse, and where conflict markers stood.
pub(super) fn masked<'t>(path: &str, text: &'t str) -> (Cow<'t, str>, Vec<(usize, usize)>) {
    let conflicts = if text.contains("<<<<<<< ") || text.contains(">>>>>>> ") {
        conflicts(text)
    } else {
        Vec::new()
    };
    let templated = (text.contains("{%") && text.contains("%}"))
        || (path.contains("{{") && text.contains("{{"));
    if conflicts.is_empty() && !templated {
        return (Cow::Borrowed(text), conflicts);
    }
    let mut out = text.as_bytes().to_vec();
    for (start, end) in &conflicts {
        blank(&mut out, *start, *end);
    }
    if templated {
        for (start, end) in spans(text, "{%", "%}") {
            blank(&mut out, start, end);
        }
        for (start, end) in spans(text, "{{", "}}") {
            // A placeholder may stand for a name or a part of one.
            for byte in out
                .get_mut(start..end)
                .into_iter()
                .flatten()
                .filter(|b| !b.is_ascii_alphanumeric() && b.is_ascii())
            {
                *byte = b'_';
            }
        }
    }
    match String::from_utf8(out) {
        Ok(text) => (Cow::Owned(text), conflicts),
        Err(_) => (Cow::Borrowed(text), conflicts),
    }
}

/// Bytes that are no line breaks become blanks.
fn blank(out: &mut [u8], start: usize, end: usize) {
    for byte in out
        .get_mut(start..end)
        .into_iter()
        .flatten()
        .filter(|b| **b != b'\n' && **b != b'\r')
    {
        *byte = b' ';
    }
}

/// Lines that only a merge tool writes.
fn conflicts(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_end();
        if plain.starts_with("<<<<<<< ")
            || plain.starts_with(">>>>>>> ")
            || plain == "======="
            || plain.starts_with("||||||| ")
        {
            found.push((at, at + plain.len()));
        }
        at += line.len();
    }
    found
}

/// Ranges from an opening to the next closing text on the same line, or within a few lines for blocks.
fn spans(text: &str, open: &str, close: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text
        .get(from..)
        .and_then(|t| t.find(open))
        .map(|n| from + n)
    {
        let inside = text.get(start..).unwrap_or("");
        let near = inside.find('\n').unwrap_or(inside.len());
        match inside.find(close).filter(|end| *end < near) {
            Some(end) => {
                found.push((start, start + end + close.len()));
                from = start + end + close.len();
            }
            None => from = start + open.len(),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_keep_the_length() {
        let text = "a();\n<<<<<<< HEAD\nb();\n=======\nc();\n>>>>>>> other\n";
        let (out, conflicts) = masked("a.js", text);
        assert_eq!(out.len(), text.len());
        assert_eq!(conflicts.len(), 3);
        assert!(!out.contains("HEAD") && out.contains("b();") && out.contains("c();"));
        let text = "{%- if x %}\nconst a = '{{cookiecutter.b}}';\n{%- endif %}\n";
        let (out, _) = masked("{{x}}/a.ts", text);
        assert_eq!(out.len(), text.len());
        assert!(out.contains("const a = '__cookiecutter_b__';"), "{out}");
        assert_eq!(masked("a.js", "const a = {{}};").0, "const a = {{}};");
    }
}
