//! Which attribute each placeholder of an update expression goes to: `SET #a = :v` puts `:v` into `a`.

use std::collections::BTreeMap;

/// The attributes that a placeholder goes to, by placeholder. A placeholder that only a condition reads goes nowhere.
pub type Placed = BTreeMap<String, Vec<String>>;

/// Reads a constant expression; `name` gives the attribute of a `#name`, where it is known. `None` where a name is not
/// known, or the text is no update expression.
pub fn placed(text: &str, name: &mut dyn FnMut(&str) -> Option<String>) -> Option<Placed> {
    let mut found = Placed::new();
    let mut clause = Clause::None;
    let mut target: Option<String> = None;
    let mut depth = 0_usize;
    // In `SET` the value follows `=`; in `ADD` and `DELETE` it follows the path.
    let mut behind = false;
    for token in tokens(text) {
        match token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                target = None;
                behind = false;
            }
            "," | "+" | "-" => {}
            "=" => behind = true,
            word if word.starts_with(':') => {
                let to = found.entry(word.to_owned()).or_default();
                to.extend(
                    target
                        .clone()
                        .filter(|_| clause != Clause::None && (behind || clause == Clause::Add)),
                );
            }
            word => match word.to_ascii_uppercase().as_str() {
                "SET" if depth == 0 => (clause, target, behind) = (Clause::Set, None, false),
                "ADD" | "DELETE" if depth == 0 => {
                    (clause, target, behind) = (Clause::Add, None, false)
                }
                "REMOVE" if depth == 0 => (clause, target, behind) = (Clause::None, None, false),
                _ if behind || depth > 0 || target.is_some() => {}
                _ => {
                    // `a.b[0]` writes into `a`.
                    let head = word.split(['.', '[']).next().unwrap_or(word);
                    target = Some(if head.starts_with('#') {
                        name(head)?
                    } else {
                        head.to_owned()
                    });
                }
            },
        }
    }
    (!found.is_empty()).then_some(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    None,
    Set,
    Add,
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mark = |c: char| matches!(c, '(' | ')' | ',' | '=' | '+');
    text.split(char::is_whitespace)
        .flat_map(move |word| word.split_inclusive(mark))
        .flat_map(move |piece| {
            let cut = piece
                .char_indices()
                .next_back()
                .filter(|(_, c)| mark(*c))
                .map_or(piece.len(), |(at, _)| at);
            let (word, mark) = piece.split_at_checked(cut).unwrap_or((piece, ""));
            [word, mark].into_iter().filter(|t| !t.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::placed;

    fn shown(text: &str) -> String {
        let found = placed(text, &mut |name| {
            (name != "#x").then(|| name.trim_start_matches('#').to_uppercase())
        });
        found.map_or("-".to_owned(), |placed| {
            placed
                .into_iter()
                .map(|(p, to)| format!("{p}>{}", to.join("+")))
                .collect::<Vec<_>>()
                .join(" ")
        })
    }

    #[test]
    fn placeholders_go_to_attributes() {
        let cases = [
            ("SET a = :v", ":v>a"),
            ("set a=:v,b = :w", ":v>a :w>b"),
            ("SET #n = :v REMOVE c ADD d :n", ":n>d :v>N"),
            (
                "SET a.b[0] = if_not_exists(c, :v), e = list_append(e, :w)",
                ":v>a :w>e",
            ),
            ("SET a = a + :one, b = :one", ":one>a+b"),
            ("SET #x = :v", "-"),
            ("DELETE tags :t", ":t>tags"),
            ("a = :v", ":v>"),
            ("", "-"),
        ];
        for (text, want) in cases {
            assert_eq!(shown(text), want, "{text}");
        }
    }
}
