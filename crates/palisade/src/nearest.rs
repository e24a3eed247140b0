//! Which known words come closest to one that was mistyped.

/// At most `most` of the known words, closest first; only those with something in common.
pub(crate) fn nearest<'k>(
    word: &str,
    known: impl Iterator<Item = &'k str>,
    most: usize,
) -> Vec<&'k str> {
    let word = word.to_lowercase();
    let mut ranked: Vec<(usize, &str)> = known
        .map(|known| {
            let lower = known.to_lowercase();
            let kind = lower
                .split_once('-')
                .map_or(lower.as_str(), |(_, kind)| kind);
            (distance(&word, &lower).min(distance(&word, kind)), known)
        })
        .filter(|(distance, known)| *distance * 3 <= word.chars().count().max(known.len()) * 2)
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked
        .into_iter()
        .take(most)
        .map(|(_, known)| known)
        .collect()
}

/// Edits from one word to the other; words are cut at 64 characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, x) in a.chars().take(64).enumerate() {
        let mut next = vec![at + 1];
        for (pair, y) in row.windows(2).zip(&b) {
            let [diagonal, above] = pair else { continue };
            let left = next.last().copied().unwrap_or(0);
            next.push(
                (diagonal + usize::from(x != *y))
                    .min(above + 1)
                    .min(left + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn finds_the_closest() {
        assert_eq!(distance("kitten", "sitting"), 3);
        let known = ["FeedbackUpload", "OrderManager", "Feedback"];
        assert_eq!(
            nearest("feedbackupload", known.into_iter(), 1),
            ["FeedbackUpload"]
        );
        assert!(nearest("zzzzzzzz", known.into_iter(), 3).is_empty());
    }
}
