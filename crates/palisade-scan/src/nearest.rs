//! Which known word was probably meant.

/// Known words at most this long are compared.
const LONG: usize = 64;

/// The known words that differ least from a word, the nearest first; none that differ by more than a third.
pub fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let far = (word.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|k| k.len() <= LONG && word.len() <= LONG)
        .map(|k| (distance(&word, &k.to_lowercase()), k))
        .filter(|(distance, _)| *distance <= far)
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(most).map(|(_, k)| k).collect()
}

/// How many letters must be added, dropped, changed or swapped with their neighbor.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&last, j) + usize::from(x != y))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn swapped_and_missing_letters_are_near() {
        let known = ["threshold", "exclude", "include"];
        assert_eq!(nearest("treshold", known, 1), ["threshold"]);
        assert_eq!(nearest("exlcude", known, 1), ["exclude"]);
        assert!(nearest("paths", known, 1).is_empty());
    }
}
