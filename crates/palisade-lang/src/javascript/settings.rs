//! What `package.json` and `tsconfig.json` say about names.

use serde_json::Value;

use crate::frontend::Paths;

/// `tsconfig.json` files followed through `extends`.
const EXTENDS_MAX: usize = 8;

/// The folder of a path, `` for the root.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins a folder and a relative name; `None` where it leaves the tree.
pub(super) fn join(folder: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let inside = if name.starts_with('/') { "" } else { folder };
    for part in inside.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A folder and all folders above it, the root last.
pub(super) fn upward(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(if folder == "." { "" } else { folder });
    std::iter::from_fn(move || {
        let now = next?;
        next = if now.is_empty() {
            None
        } else {
            Some(self::folder(now))
        };
        Some(now)
    })
}

/// Reads a JSON settings file; comments and trailing commas are allowed.
pub(super) fn read(paths: &dyn Paths, path: &str) -> Option<Value> {
    let text = paths.settings(path)?;
    serde_json::from_str(&text)
        .or_else(|_| serde_json::from_str(&plain(&text)))
        .ok()
}

/// JSON without comments, trailing commas and a mark at its start.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = chars.next() {
                    out.push(c);
                    match c {
                        '\\' => out.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                        break;
                    }
                }
            }
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '}' | ']' => {
                let kept = out.trim_end().len();
                if out.trim_end().ends_with(',') {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The nearest `package.json` at or above a folder: its folder and content.
pub(super) fn package(paths: &dyn Paths, from: &str) -> Option<(String, Value)> {
    upward(from).find_map(|folder| {
        let path = join(folder, "package.json")?;
        if paths.has(&path) {
            Some((folder.to_owned(), read(paths, &path)?))
        } else {
            None
        }
    })
}

/// What a `tsconfig.json` says about where modules lie.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Config {
    /// Its folder.
    pub(super) folder: String,
    /// `baseUrl`, resolved.
    pub(super) base: Option<String>,
    /// `paths`, resolved: pattern and targets.
    pub(super) paths: Vec<(String, Vec<String>)>,
    /// `outDir`, resolved.
    pub(super) out: Option<String>,
    /// `rootDir`, resolved.
    pub(super) root: Option<String>,
}

/// The nearest `tsconfig.json` or `jsconfig.json` at or above a folder.
pub(super) fn config(paths: &dyn Paths, from: &str) -> Option<Config> {
    upward(from).find_map(|folder| {
        ["tsconfig.json", "jsconfig.json"]
            .into_iter()
            .find_map(|name| {
                let path = join(folder, name)?;
                if paths.has(&path) {
                    Some(config_at(paths, &path))
                } else {
                    None
                }
            })
    })
}

fn config_at(paths: &dyn Paths, path: &str) -> Config {
    let mut config = Config {
        folder: folder(path).to_owned(),
        ..Config::default()
    };
    let mut open = vec![path.to_owned()];
    let mut steps = 0;
    while let Some(path) = open.pop() {
        steps += 1;
        let Some(value) = read(paths, &path).filter(|_| steps <= EXTENDS_MAX) else {
            continue;
        };
        inherit(
            &mut config,
            folder(&path),
            value.get("compilerOptions").unwrap_or(&Value::Null),
        );
        let extends = match value.get("extends") {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one.as_str()],
            _ => Vec::new(),
        };
        for name in extends.into_iter().filter(|name| name.starts_with('.')) {
            let candidates = [
                name.to_owned(),
                format!("{name}.json"),
                format!("{name}/tsconfig.json"),
            ];
            let found = candidates
                .iter()
                .filter_map(|name| join(folder(&path), name))
                .find(|path| paths.has(path) && path.ends_with(".json"));
            open.extend(found);
        }
    }
    config
}

/// Takes over what is not set yet: the extending file wins.
fn inherit(config: &mut Config, folder: &str, options: &Value) {
    let at = |key: &str| {
        options
            .get(key)
            .and_then(Value::as_str)
            .and_then(|name| join(folder, name))
    };
    let base = at("baseUrl");
    if let Some(map) = options
        .get("paths")
        .and_then(Value::as_object)
        .filter(|_| config.paths.is_empty())
    {
        let from = base
            .clone()
            .or_else(|| config.base.clone())
            .unwrap_or_else(|| folder.to_owned());
        for (pattern, targets) in map {
            let targets = targets
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter_map(|t| join(&from, t))
                .collect();
            config.paths.push((pattern.clone(), targets));
        }
    }
    config.base = config.base.take().or(base);
    config.out = config.out.take().or_else(|| at("outDir"));
    config.root = config.root.take().or_else(|| at("rootDir"));
}

impl Config {
    /// Where a bare import may lie, the best first.
    pub(super) fn places(&self, import: &str) -> Vec<String> {
        let mut matching: Vec<(usize, &[String], &str)> = self
            .paths
            .iter()
            .filter_map(|(pattern, targets)| {
                matched(pattern, import).map(|hole| {
                    (
                        pattern.find('*').unwrap_or(pattern.len()),
                        targets.as_slice(),
                        hole,
                    )
                })
            })
            .collect();
        // The pattern with the longest text before its star wins.
        matching.sort_by_key(|(before, ..)| std::cmp::Reverse(*before));
        let mut places: Vec<String> = matching
            .into_iter()
            .flat_map(|(_, targets, hole)| targets.iter().map(|t| t.replacen('*', hole, 1)))
            .collect();
        places.extend(self.base.as_deref().and_then(|base| join(base, import)));
        places
    }
}

/// What the star of a pattern stands for, if the pattern matches.
pub(super) fn matched<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        Some((before, after)) => {
            let hole = name.strip_prefix(before)?;
            hole.strip_suffix(after)
        }
        None => (pattern == name).then_some(""),
    }
}

/// Files an entry of `exports` or `imports` names under any condition, the best first.
pub(super) fn exported(entry: &Value, hole: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![entry];
    let mut steps = 0;
    while let Some(value) = open.pop() {
        steps += 1;
        if steps > 64 {
            break;
        }
        match value {
            Value::String(path) => found.push(path.replace('*', hole)),
            Value::Array(all) => open.extend(all.iter().rev()),
            Value::Object(map) => {
                let order = ["types", "default", "require", "import", "node", "source"];
                open.extend(
                    order
                        .iter()
                        .filter(|key| **key != "types")
                        .filter_map(|key| map.get(*key)),
                );
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{join, matched, plain, upward};

    #[test]
    fn paths_are_joined_inside_the_tree() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("", "../x"), None);
        assert_eq!(join(".", "x").as_deref(), Some("x"));
    }

    #[test]
    fn folders_end_at_the_root() {
        assert_eq!(upward("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(upward(".").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn comments_and_trailing_commas_go() {
        let text = "{ // one\n \"a\": \"//x\", /* two */ \"b\": [1, 2,], }";
        let value: serde_json::Value = serde_json::from_str(&plain(text)).unwrap();
        assert_eq!(value["a"], "//x");
        assert_eq!(value["b"][1], 2);
    }

    #[test]
    fn stars_match_any_text() {
        assert_eq!(matched("@app/*", "@app/x/y"), Some("x/y"));
        assert_eq!(matched("@app", "@app"), Some(""));
        assert_eq!(matched("@app/*", "other"), None);
    }
}
