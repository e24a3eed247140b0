//! Cases in text IR: their headers, the applications they declare, and the comparison with what was found.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod app;
pub(crate) mod engine;

use std::fmt;
use std::path::Path;

use palisade_flow::ir::Module;
use palisade_flow::ir::text::parse;
use palisade_model::app::App;

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    /// File name without ending, such as `01-direct`.
    pub(crate) name: String,
    /// The whole text, after repetition; its lines are those of the file.
    pub(crate) text: String,
    /// What must come out, sorted.
    pub(crate) expected: Vec<Expected>,
    /// Its modules.
    pub(crate) modules: Vec<(String, Module)>,
    /// Its application.
    pub(crate) app: App,
}

/// A line of expectation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Expected {
    /// A finding.
    Finding(Finding),
    /// A function is incomplete.
    Incomplete(String),
    /// A function is coarse.
    Coarse(String),
}

/// An expected finding. What is `None` is not compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Finding {
    /// The sink's grammar.
    pub(crate) grammar: String,
    /// The input's words; a trailing `...` admits every longer path.
    pub(crate) input: String,
    /// Line of the sink call.
    pub(crate) line: u32,
    /// A function its steps name.
    pub(crate) via: Option<String>,
    /// How many steps.
    pub(crate) steps: Option<usize>,
    /// How many alternatives it holds.
    pub(crate) also: Option<usize>,
    /// A node it crosses.
    pub(crate) across: Option<String>,
}

/// A finding of the engine, in the words of expectations.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Found {
    /// The sink's grammar.
    pub(crate) grammar: String,
    /// Words of the input, such as `event.Records[].s3.object.key` or `event.body~json.name`.
    pub(crate) input: String,
    /// Line of the sink call in the text.
    pub(crate) line: u32,
    /// Functions its steps name.
    pub(crate) via: Vec<String>,
    /// How many steps.
    pub(crate) steps: usize,
    /// How many alternatives it holds.
    pub(crate) also: usize,
    /// Nodes it crosses, by their names in the `app:` lines; a function that is called directly by its own.
    pub(crate) across: Vec<String>,
}

/// What the engine says about a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Analysis {
    /// Findings.
    pub(crate) found: Vec<Found>,
    /// Functions that are incomplete.
    pub(crate) incomplete: Vec<String>,
    /// Functions that are coarse.
    pub(crate) coarse: Vec<String>,
}

/// Reads all cases of a folder, sorted by name.
pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "ir"));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            case(&name, &std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Reads one case.
pub(crate) fn case(name: &str, text: &str) -> Case {
    let text = repeated(text);
    let header = |prefix: &str| {
        text.lines()
            .filter_map(|l| l.strip_prefix(prefix))
            .map(|l| l.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let lines = header("# expect:");
    assert!(!lines.is_empty(), "{name}: no `# expect:` line");
    let mut expected: Vec<Expected> = lines
        .iter()
        .filter(|l| *l != "silent")
        .map(|l| expectation(l).unwrap_or_else(|| panic!("{name}: `{l}`")))
        .collect();
    assert!(
        lines.len() == expected.len() || expected.is_empty(),
        "{name}: silent, yet something is expected"
    );
    expected.sort();
    let modules = parse(&text, 0).unwrap_or_else(|e| panic!("{name}: {e}"));
    let app = app::build(&modules, &header("# app:")).unwrap_or_else(|e| panic!("{name}: {e}"));
    Case {
        name: name.to_owned(),
        text,
        expected,
        modules,
        app,
    }
}

/// `statement k0 # repeat 3` becomes `statement k0 ; statement k1 ; statement k2`; lines stay.
fn repeated(text: &str) -> String {
    let line = |line: &str| match line.split_once("# repeat ") {
        Some((statement, count)) if !line.starts_with('#') => {
            let count: usize = count.trim().parse().expect("a number after `# repeat`");
            (0..count)
                .map(|n| statement.trim_end().replace("k0", &format!("k{n}")))
                .collect::<Vec<_>>()
                .join(" ; ")
        }
        _ => line.to_owned(),
    };
    text.lines().map(|l| line(l) + "\n").collect()
}

fn expectation(line: &str) -> Option<Expected> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["incomplete", name] => return Some(Expected::Incomplete((*name).to_owned())),
        ["coarse", name] => return Some(Expected::Coarse((*name).to_owned())),
        _ => {}
    }
    let [grammar, "from", input, "at", line, more @ ..] = words.as_slice() else {
        return None;
    };
    let mut finding = Finding {
        grammar: (*grammar).to_owned(),
        input: (*input).to_owned(),
        line: line.parse().ok()?,
        via: None,
        steps: None,
        also: None,
        across: None,
    };
    let mut more = more;
    loop {
        more = match more {
            [] => return Some(Expected::Finding(finding)),
            ["via", "fn", name, rest @ ..] => {
                finding.via = Some((*name).to_owned());
                rest
            }
            ["steps", n, rest @ ..] => {
                finding.steps = Some(n.parse().ok()?);
                rest
            }
            ["also", n, rest @ ..] => {
                finding.also = Some(n.parse().ok()?);
                rest
            }
            ["across", node, rest @ ..] => {
                finding.across = Some((*node).to_owned());
                rest
            }
            _ => return None,
        };
    }
}

impl Finding {
    /// Whether a finding of the engine is this one.
    pub(crate) fn fits(&self, found: &Found) -> bool {
        let input = match self.input.strip_suffix("...") {
            Some(prefix) => found.input.starts_with(prefix),
            None => found.input == self.input,
        };
        input
            && self.grammar == found.grammar
            && self.line == found.line
            && self.via.as_ref().is_none_or(|f| found.via.contains(f))
            && self.steps.is_none_or(|n| n == found.steps)
            && self.also.is_none_or(|n| n == found.also)
            && self
                .across
                .as_ref()
                .is_none_or(|n| found.across.contains(n))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} at {}", self.grammar, self.input, self.line)?;
        self.via
            .iter()
            .try_for_each(|name| write!(f, " via fn {name}"))?;
        self.steps
            .iter()
            .try_for_each(|n| write!(f, " steps {n}"))?;
        self.also.iter().try_for_each(|n| write!(f, " also {n}"))?;
        self.across
            .iter()
            .try_for_each(|n| write!(f, " across {n}"))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} at {}", self.grammar, self.input, self.line)?;
        self.via
            .iter()
            .try_for_each(|name| write!(f, " via fn {name}"))?;
        write!(f, " steps {} also {}", self.steps, self.also)?;
        self.across
            .iter()
            .try_for_each(|n| write!(f, " across {n}"))
    }
}

/// What differs, as lines; empty when everything expected was found and nothing else.
pub(crate) fn compare(case: &Case, analysis: &Analysis) -> Vec<String> {
    let mut found = analysis.found.clone();
    found.sort();
    let mut differences = Vec::new();
    for expected in &case.expected {
        match expected {
            // Two expectations may share a line: the one that says more takes its finding first.
            Expected::Finding(finding) => match found.iter().position(|f| finding.fits(f)) {
                Some(at) => {
                    found.remove(at);
                }
                None => differences.push(format!("missing    {finding}")),
            },
            Expected::Incomplete(name) if !analysis.incomplete.contains(name) => {
                differences.push(format!("missing    incomplete {name}"))
            }
            Expected::Coarse(name) if !analysis.coarse.contains(name) => {
                differences.push(format!("missing    coarse {name}"))
            }
            Expected::Incomplete(_) | Expected::Coarse(_) => {}
        }
    }
    differences.extend(found.iter().map(|f| format!("unexpected {f}")));
    let unexpected = |names: &[String], of: fn(String) -> Expected, word: &str| {
        let extra = names
            .iter()
            .filter(|n| !case.expected.contains(&of((*n).clone())));
        extra
            .map(|n| format!("unexpected {word} {n}"))
            .collect::<Vec<_>>()
    };
    differences.extend(unexpected(
        &analysis.incomplete,
        Expected::Incomplete,
        "incomplete",
    ));
    differences.extend(unexpected(&analysis.coarse, Expected::Coarse, "coarse"));
    differences
}
