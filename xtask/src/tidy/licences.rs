//! Every dependency has a licence of the list and comes from the public registry.

use serde_json::Value;

use super::{packages, text};

/// Licences that may be shipped; `deny.toml` says the same.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "BSL-1.0",
];

/// Crates with a licence that is allowed for them alone, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The tables of character names, under the older wording of the Unicode licence.
    ("unicode_names2", "(MIT OR Apache-2.0) AND Unicode-DFS-2016"),
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks all packages, those of tests too.
pub(super) fn check(metadata: &Value, wrong: &mut Vec<String>) {
    for package in packages(metadata) {
        let name = text(package, "name");
        match package.get("source").and_then(Value::as_str) {
            None | Some(REGISTRY) => {}
            Some(other) => wrong.push(format!("{name} comes from {other}, not from the registry")),
        }
        let licence = text(package, "license");
        if !allowed(licence) && !EXCEPTIONS.contains(&(name, licence)) {
            wrong.push(format!(
                "{name} has the licence `{licence}`, which is not allowed"
            ));
        }
    }
}

/// Whether one way to read an SPDX expression is allowed whole.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let fits = any(&words, &mut at, 0);
    fits && at == words.len()
}

fn any(words: &[&str], at: &mut usize, depth: usize) -> bool {
    let mut fits = all(words, at, depth);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        fits |= all(words, at, depth);
    }
    fits
}

fn all(words: &[&str], at: &mut usize, depth: usize) -> bool {
    let mut fits = one(words, at, depth);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        fits &= one(words, at, depth);
    }
    fits
}

fn one(words: &[&str], at: &mut usize, depth: usize) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    let fits = if *word == "(" && depth < 16 {
        let fits = any(words, at, depth + 1);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        fits && closed
    } else {
        ALLOWED.contains(word)
    };
    // An exception only adds rights.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "",
            "MPL-2.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "GPL-2.0 OR LGPL-2.1",
        ] {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
