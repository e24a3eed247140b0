//! Regular expressions that take longer than a text is long, on text of a caller.

mod ambiguity;
mod parse;
mod program;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use palisade_flow::flows::{FlowPath, PatternSite, PatternUse};
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::Level;
use palisade_model::source::Span;

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;
use witness::{Growth, Witness};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-regex-dos",
        title: "a pattern that a short text keeps busy",
        sas: &[8],
        cwe: &[1333, 400],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Longest pattern or text in a sentence.
const SHOWN_MAX: usize = 40;

/// Patterns by text, flags, use and language, and what was found against them.
type Known = BTreeMap<(String, String, u8, bool), Option<Witness>>;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let sites: BTreeMap<Span, &PatternSite> = project
        .flows
        .code
        .patterns
        .iter()
        .map(|site| (site.span, site))
        .collect();
    let mut known = Known::new();
    let mut told: BTreeSet<(usize, Span)> = BTreeSet::new();
    for path in &project.flows.paths {
        let is_match = matches!(path.grammar, Grammar::Match | Grammar::LongMatch);
        let Some(site) = sites.get(&path.sink).filter(|_| is_match) else {
            continue;
        };
        let Some(sent) = Sent::of(project, path) else {
            continue;
        };
        let Some((pattern, witness)) = worst(site, &mut known) else {
            continue;
        };
        if !counts(path, &sent, witness.growth) || !told.insert((path.app, path.sink)) {
            continue;
        }
        findings.push(finding(rule, project, &sent, pattern, &witness));
    }
}

/// The worst pattern of a site.
fn worst<'s>(site: &'s PatternSite, known: &mut Known) -> Option<(&'s str, Witness)> {
    let found = site.patterns.iter().filter_map(|(pattern, flags)| {
        let how = match site.how {
            PatternUse::Full => 0,
            PatternUse::Start => 1,
            PatternUse::Search => 2,
        };
        let key = (pattern.clone(), flags.clone(), how, site.python);
        let found = known
            .entry(key)
            .or_insert_with(|| witness::witness(pattern, flags, site.how, site.python));
        Some((pattern.as_str(), found.clone()?))
    });
    found.max_by_key(|(_, witness)| witness.growth)
}

/// Whether texts as long as the field can be keep it busy.
fn counts(path: &FlowPath, sent: &Sent<'_>, growth: Growth) -> bool {
    match growth {
        Growth::Exponential => path.grammar == Grammar::Match,
        // Eight kilobytes of a header do.
        Growth::Cube => path.grammar == Grammar::LongMatch,
        Growth::Square => {
            path.grammar == Grammar::LongMatch
                && sent.is_long()
                && path.origin.surely == Level::Stranger
        }
    }
}

fn finding(
    rule: &Rule,
    project: &Project<'_>,
    sent: &Sent<'_>,
    pattern: &str,
    witness: &Witness,
) -> Finding {
    let name = project.name_of(sent.path.entry);
    let field = sent.field();
    let deed = match witness.growth {
        Growth::Exponential => format!("keep {name} busy with a short text in `{field}`"),
        _ => format!("keep {name} busy with a long text in `{field}`"),
    };
    let draft = sent
        .draft(rule, project, deed)
        .effect("it keeps the function busy until it times out")
        .step(StepKind::Line, sent.path.sink, example(witness))
        .cut(
            sent.path.sink,
            format!(
                "rewrite {} so that each text matches in one way, or limit the length",
                quoted(pattern)
            ),
        );
    match witness.growth {
        Growth::Exponential => draft.done(),
        Growth::Cube | Growth::Square => draft.hygiene().done(),
    }
}

/// The text that takes long, in words.
fn example(witness: &Witness) -> String {
    let mut words = Vec::new();
    if !witness.prefix.is_empty() {
        words.push(quoted(&witness.prefix));
    }
    words.push(format!("{} times {}", witness.times, quoted(&witness.pump)));
    if !witness.suffix.is_empty() {
        words.push(quoted(&witness.suffix));
    }
    let growth = match witness.growth {
        Growth::Exponential => "its time doubles with every few characters",
        Growth::Cube => "its time grows with the cube of the length",
        Growth::Square => "its time grows with the square of the length",
    };
    format!("{growth}: try {}", words.join(", then "))
}

fn quoted(text: &str) -> String {
    let shown: String = text
        .chars()
        .flat_map(char::escape_default)
        .take(SHOWN_MAX)
        .collect();
    let more = if text.chars().flat_map(char::escape_default).count() > SHOWN_MAX {
        "…"
    } else {
        ""
    };
    // What was no letter of ASCII is escaped; quotes of the text are as they are written.
    format!(
        "`{}{more}`",
        shown
            .replace("\\'", "'")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\")
    )
}
