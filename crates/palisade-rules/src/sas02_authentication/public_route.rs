//! Routes that everybody is meant to reach, by the words in their paths.

use std::sync::OnceLock;

use palisade_model::reach::Route;
use toml_edit::{Document, Item};

/// Whether a route says by its words that nobody can be asked to sign in.
pub(crate) fn is_public(route: &Route) -> bool {
    let pieces = route
        .path
        .split('/')
        .filter(|piece| !piece.starts_with('{'));
    let words = words();
    pieces
        .map(str::to_ascii_lowercase)
        .any(|piece| words.contains(&piece))
}

fn words() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| read(include_str!("../../data/public-routes.toml")))
}

fn read(text: &str) -> Vec<String> {
    let document = Document::parse(text).ok();
    let list = document
        .as_ref()
        .and_then(|d| d.as_table().get("words"))
        .and_then(Item::as_array);
    let words = list.into_iter().flatten().filter_map(|word| word.as_str());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_public, words};
    use palisade_model::reach::Route;

    #[test]
    fn words_are_pieces_of_the_path() {
        let route = |path: &str| Route {
            method: "POST".to_owned(),
            path: path.to_owned(),
        };
        assert!(words().len() > 30);
        assert!(is_public(&route("/v1/login")));
        assert!(is_public(&route("/Webhooks/{id}")));
        assert!(!is_public(&route("/logins/{login}")));
    }
}
