//! A unified diff of edited files, with three lines around each change.

use std::fmt::Write as _;

use palisade_model::edit::FileEdit;

/// Lines shown around a change.
const AROUND: usize = 3;

/// Runs of more lines than this, old times new, are shown as replaced whole.
const TABLE_MAX: usize = 1 << 20;

/// A run of lines that differ: half-open ranges of old and new lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Change {
    old: (usize, usize),
    new: (usize, usize),
}

/// The diff of one file, in the form of `diff -u`; empty where nothing changes.
pub fn unified(file: &FileEdit) -> String {
    let mut text = String::new();
    let old = lines(file.before());
    let new = lines(file.after());
    let changes = changes(file, &old, &new);
    if changes.is_empty() {
        return text;
    }
    let _ = writeln!(text, "--- a/{0}\n+++ b/{0}", file.path());
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Changes whose surroundings touch are shown as one.
        let near = rest
            .windows(2)
            .take_while(|two| match two {
                [a, b] => b.old.0 <= a.old.1 + 2 * AROUND,
                _ => false,
            })
            .count();
        let (hunk, after) = rest.split_at_checked(near + 1).unwrap_or((rest, &[]));
        rest = after;
        let last = hunk.last().unwrap_or(first);
        show(&mut text, &old, &new, hunk, first, last);
    }
    text
}

fn show(
    text: &mut String,
    old: &[&str],
    new: &[&str],
    hunk: &[Change],
    first: &Change,
    last: &Change,
) {
    let lead = first.old.0.min(AROUND);
    let tail = (old.len() - last.old.1.min(old.len())).min(AROUND);
    let (from_old, from_new) = (first.old.0 - lead, first.new.0 - lead);
    let (count_old, count_new) = (last.old.1 + tail - from_old, last.new.1 + tail - from_new);
    let place = |from: usize, count: usize| {
        let from = if count == 0 { from } else { from + 1 };
        if count == 1 {
            from.to_string()
        } else {
            format!("{from},{count}")
        }
    };
    let _ = writeln!(
        text,
        "@@ -{} +{} @@",
        place(from_old, count_old),
        place(from_new, count_new)
    );
    let mut at = from_old;
    for change in hunk {
        put(text, ' ', old, (at, change.old.0));
        put(text, '-', old, change.old);
        put(text, '+', new, change.new);
        at = change.old.1;
    }
    put(text, ' ', old, (at, last.old.1 + tail));
}

fn put(text: &mut String, mark: char, lines: &[&str], range: (usize, usize)) {
    for line in lines.get(range.0..range.1).unwrap_or_default() {
        text.push(mark);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Lines with their line breaks.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The lines that edits touch, with equal lines at both ends taken off.
fn changes(file: &FileEdit, old: &[&str], new: &[&str]) -> Vec<Change> {
    let starts = |lines: &[&str]| -> Vec<usize> {
        let mut at = 0;
        let mut found = vec![0];
        for line in lines {
            at += line.len();
            found.push(at);
        }
        found
    };
    let (old_starts, new_starts) = (starts(old), starts(new));
    let line = |starts: &[usize], at: usize| starts.partition_point(|start| *start <= at) - 1;
    let mut found: Vec<Change> = Vec::new();
    let mut shift: isize = 0;
    for edit in file.edits() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let from_new = start.saturating_add_signed(shift);
        let to_new = from_new + edit.text.len();
        shift += isize::try_from(edit.text.len()).unwrap_or(0)
            - isize::try_from(end - start).unwrap_or(0);
        let range = |starts: &[usize], from: usize, to: usize, count: usize| {
            let first = line(starts, from).min(count);
            (first, (line(starts, to) + 1).min(count))
        };
        let change = Change {
            old: range(&old_starts, start, end, old.len()),
            new: range(&new_starts, from_new, to_new, new.len()),
        };
        match found.last_mut() {
            Some(last) if change.old.0 <= last.old.1 => {
                last.old.1 = last.old.1.max(change.old.1);
                last.new.1 = last.new.1.max(change.new.1);
            }
            _ => found.push(change),
        }
    }
    found
        .into_iter()
        .flat_map(|change| trimmed(change, old, new))
        .collect()
}

/// The parts of a run that differ: equal lines are taken off at both ends, and in between while both go in step.
fn trimmed(change: Change, old: &[&str], new: &[&str]) -> Vec<Change> {
    let Change {
        old: (mut a, mut b),
        new: (mut c, mut d),
    } = change;
    while a < b && c < d && old.get(a) == new.get(c) {
        a += 1;
        c += 1;
    }
    while a < b && c < d && old.get(b - 1) == new.get(d - 1) {
        b -= 1;
        d -= 1;
    }
    if a == b && c == d {
        return Vec::new();
    }
    if (b - a).saturating_mul(d - c) > TABLE_MAX {
        return vec![Change {
            old: (a, b),
            new: (c, d),
        }];
    }
    let slice = |lines: &[&str], from: usize, to: usize| -> Vec<String> {
        let lines = lines.get(from..to).unwrap_or_default();
        lines.iter().map(|line| (*line).to_owned()).collect()
    };
    aligned(&slice(old, a, b), &slice(new, c, d))
        .into_iter()
        .map(|change| Change {
            old: (change.old.0 + a, change.old.1 + a),
            new: (change.new.0 + c, change.new.1 + c),
        })
        .collect()
}

/// The runs between the lines of a longest common subsequence.
fn aligned(old: &[String], new: &[String]) -> Vec<Change> {
    let width = new.len() + 1;
    let mut table = vec![0_u32; (old.len() + 1) * width];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            let best = if left == right {
                at(&table, i + 1, j + 1) + 1
            } else {
                at(&table, i + 1, j).max(at(&table, i, j + 1))
            };
            if let Some(slot) = table.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let mut found: Vec<Change> = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut from_i, mut from_j) = (0, 0);
    loop {
        let same = i < old.len() && j < new.len() && old.get(i) == new.get(j);
        let ended = i >= old.len() && j >= new.len();
        if same || ended {
            if i > from_i || j > from_j {
                found.push(Change {
                    old: (from_i, i),
                    new: (from_j, j),
                });
            }
            if ended {
                return found;
            }
            (i, j) = (i + 1, j + 1);
            (from_i, from_j) = (i, j);
        } else if i < old.len() && at(&table, i + 1, j) >= at(&table, i, j + 1) {
            i += 1;
        } else if j < new.len() {
            j += 1;
        } else {
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unified;
    use palisade_model::edit::{Edit, FileEdit};
    use palisade_model::source::{FileId, Span};

    fn diff(before: &str, edits: &[(usize, usize, &str)]) -> String {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            span: Span::new(FileId(0), *start, *end),
            text: (*text).to_owned(),
        };
        let edits = edits.iter().map(edit).collect();
        unified(&FileEdit::new(FileId(0), "t", before, edits).unwrap())
    }

    #[test]
    fn hunks_have_the_numbers_of_diff() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
        assert_eq!(
            diff(before, &[(2, 4, ""), (24, 24, "m\n")]),
            "--- a/t\n+++ b/t\n@@ -1,5 +1,4 @@\n a\n-b\n c\n d\n e\n@@ -10,3 +9,4 @@\n j\n k\n l\n+m\n"
        );
    }

    #[test]
    fn a_file_without_a_last_line_break() {
        assert_eq!(
            diff("a\nb", &[(2, 3, "c")]),
            "--- a/t\n+++ b/t\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn nothing_changed_is_no_diff() {
        assert_eq!(diff("a\n", &[(0, 1, "a")]), "");
    }
}
