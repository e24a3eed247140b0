//! Acceptances in comments: `# palisade: ignore[rule] reason until 2026-12-31`.

use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Sources, Span};
use rustc_hash::FxHashSet;

use super::{Acceptance, Context, Scope, Written, checked, reason_and_date, wrong};

/// What opens a comment.
const MARKS: [&str; 5] = ["#", "//", "/*", "*", "<!--"];
/// Words that others use for the same.
const LIKE: [&str; 6] = ["ignore", "suppress", "disable", "noqa", "nosec", "skip"];

/// Finds them in all files.
pub(super) fn find(context: Context<'_>, all: &mut Vec<Acceptance>, problems: &mut Vec<Problem>) {
    let sources = context.sources;
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for (file, source) in sources.iter() {
        let data = source.path.ends_with(".json") || source.path.ends_with(".toml");
        // Code inside templates bears the path of its template.
        if data || !seen.insert(&source.path) {
            continue;
        }
        let mut last = 0;
        for (at, _) in source.text.match_indices("alisade") {
            let line = sources.line(file, u32::try_from(at).unwrap_or(u32::MAX));
            if line == last {
                continue;
            }
            last = line;
            of_line(context, file, line, all, problems);
        }
    }
}

fn of_line(
    context: Context<'_>,
    file: FileId,
    line: u32,
    all: &mut Vec<Acceptance>,
    problems: &mut Vec<Problem>,
) {
    let sources = context.sources;
    let span = sources.line_span(file, line);
    let text = sources.slice(span);
    let Some((before, after)) = split(text) else {
        return;
    };
    let place = Span::new(file, span.start as usize + before.len(), span.end as usize);
    let Some(mark) = MARKS
        .iter()
        .find(|mark| before.trim_end().ends_with(**mark))
    else {
        return;
    };
    let Some((rules, rest)) = exact(after) else {
        if looks_like(after) {
            let mark = if *mark == "*" { "//" } else { mark };
            problems.push(wrong(
                place,
                format!("this looks like an exception but is none: write `{mark} palisade: ignore[rule] reason`"),
            ));
        }
        return;
    };
    let rest = rest
        .trim_end()
        .trim_end_matches("*/")
        .trim_end_matches("-->");
    let (reason, until) = reason_and_date(rest);
    // A comment that has its line to itself is about the next line that is none.
    let code = before.trim_end().trim_end_matches(['#', '/', '*']).trim();
    let alone = code.is_empty() || code == "<!--";
    let about = if alone {
        next_line(sources, file, line)
    } else {
        line
    };
    let rules: Vec<&str> = rules
        .split(',')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .collect();
    let words = format!("`palisade: ignore[{}]`", rules.join(", "));
    let written = Written {
        rules,
        reason,
        until,
        place,
        words,
        scope: Scope::Line(sources.path(file).to_owned(), about),
    };
    checked(written, context.rules, all, problems);
}

/// What stands before and after the word `palisade`.
fn split(line: &str) -> Option<(&str, &str)> {
    line.match_indices("alisade").find_map(|(at, word)| {
        let start = at.checked_sub(1)?;
        let first = line.get(start..at)?;
        let before = line.get(..start)?;
        let apart = before
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '/' || before.ends_with("//"));
        let ours = first.eq_ignore_ascii_case("p") && apart;
        ours.then_some((before, line.get(at + word.len()..)?))
    })
}

/// Rules and rest of the exact form.
fn exact(after: &str) -> Option<(&str, &str)> {
    let rest = after
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix("ignore")?;
    rest.strip_prefix('[')?.split_once(']')
}

fn looks_like(after: &str) -> bool {
    let word = after
        .trim_start_matches([' ', '\t', '.', ':', ';', ',', '-', '_', '=', '[', '('])
        .to_ascii_lowercase();
    after.len() != word.len()
        && LIKE.iter().any(|like| {
            let rest = word.strip_prefix(like);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        })
}

fn next_line(sources: &Sources, file: FileId, line: u32) -> u32 {
    let most = sources.line_count(file);
    let comment = |line: u32| {
        let text = sources.slice(sources.line_span(file, line)).trim_start();
        ["#", "//", "/*", "*/", "* "]
            .iter()
            .any(|mark| text.starts_with(mark))
    };
    (line + 1..=most)
        .take(64)
        .find(|line| !comment(*line))
        .unwrap_or(line + 1)
}

#[cfg(test)]
mod tests {
    use super::{exact, looks_like, split};

    #[test]
    fn the_exact_form() {
        let (before, after) = split("    f(x)  # palisade: ignore[sql, xxe] own data").unwrap();
        assert_eq!(before, "    f(x)  # ");
        assert_eq!(exact(after).unwrap(), ("sql, xxe", " own data"));
        assert!(split("// palisade: ignore[a] b").is_some());
    }

    #[test]
    fn near_misses_are_seen_and_prose_is_not() {
        for text in [
            ". ignore[x] y",
            " ignore x",
            ":ignore",
            "-ignore[x]",
            ": disable=x",
            ": ignore x",
        ] {
            assert!(exact(text).is_none() && looks_like(text), "{text}");
        }
        for text in ["'s rules", " finds this", "ignored", " ignores tests"] {
            assert!(!looks_like(text), "{text}");
        }
        assert!(split("import notpalisade").is_none());
    }
}
