//! Circles in which the work of a function starts the function again.

mod hops;

use std::collections::{BTreeSet, VecDeque};

use palisade_model::app::{App, FunctionId, Kind, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Confidence, Consequence, Finding, StepKind};
use palisade_model::reach::Reach;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas08_limits::prices;
use crate::sas08_limits::recursion::hops::{Hop, Hops, passes};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-recursion",
        title: "a function that starts itself",
        sas: &[8],
        cwe: &[674],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let hops = hops::read(project, at, app);
        let mut told: BTreeSet<BTreeSet<NodeId>> = BTreeSet::new();
        for id in app.functions.ids() {
            let Some(circle) = circle(&hops, NodeId::Function(id)) else {
                continue;
            };
            if circle.iter().any(|hop| tells_its_own(project, app, hop)) {
                continue;
            }
            // A circle of several functions is one finding.
            if told.insert(circle.iter().map(|hop| hop.to).collect::<BTreeSet<_>>()) {
                findings.extend(finding(rule, app, id, &circle));
            }
        }
    }
}

/// What code asks that tells its own writes from those of others: the kind of change of a table, the name of an object.
const ASKED: &[(Kind, &[&str])] = &[
    (Kind::Table, &["eventName", "event_name"]),
    (
        Kind::Bucket,
        &[
            "startswith(",
            "endswith(",
            "startsWith(",
            "endsWith(",
            "splitext(",
        ],
    ),
];

/// Whether a step writes from code that may leave out what it wrote itself: then the circle may end at once.
fn tells_its_own(project: &Project<'_>, app: &App, hop: &Hop) -> bool {
    let NodeId::Resource(id) = hop.to else {
        return false;
    };
    let kind = app.resources.get(id).map(|r| r.kind);
    let asked = ASKED.iter().find(|(of, _)| Some(*of) == kind);
    let text = project.sources.text(hop.span.file);
    !hop.is_named() && asked.is_some_and(|(_, words)| words.iter().any(|word| text.contains(word)))
}

/// The shortest way from a function back to itself.
fn circle(hops: &Hops, start: NodeId) -> Option<Vec<Hop>> {
    let mut seen: BTreeSet<NodeId> = BTreeSet::new();
    let mut open: VecDeque<Vec<Hop>> = VecDeque::from([Vec::new()]);
    while let Some(way) = open.pop_front() {
        let here = way.last().map_or(start, |hop| hop.to);
        for hop in hops.get(&here).into_iter().flatten() {
            if !passes(way.last(), hop) {
                continue;
            }
            let mut longer = way.clone();
            longer.push(hop.clone());
            if hop.to == start {
                return Some(longer);
            }
            if longer.len() < 12 && seen.insert(hop.to) {
                open.push_back(longer);
            }
        }
    }
    None
}

fn finding(rule: &Rule, app: &App, id: FunctionId, circle: &[Hop]) -> Option<Finding> {
    let first = circle.first()?;
    let name = app.label(NodeId::Function(id));
    let through: Vec<String> = circle
        .iter()
        .filter(|hop| hop.to != NodeId::Function(id))
        .map(|hop| app.label(hop.to))
        .collect();
    let reach = app
        .triggers_of(id)
        .map(|(_, t)| t.reach.clone())
        .reduce(Reach::or)
        .unwrap_or_default();
    let memory = app
        .functions
        .get(id)
        .and_then(|f| f.settings.number(Attribute::Memory))
        .and_then(|m| m.known().copied())
        .unwrap_or(128.0);
    let deed = format!("start {name} over and over through {}", through.join(", "));
    let deed = if through.is_empty() || deed.chars().count() > 70 {
        format!("start {name} over and over with one event")
    } else {
        deed
    };
    let mut draft = Draft::at(rule, app, first.span, deed)
        .function(app, id)
        .reach(reach)
        .effect(format!(
            "it costs up to {} an hour where nothing stops it",
            prices::hour(memory)
        ));
    for hop in circle.iter().skip(1) {
        draft = draft.step(StepKind::Crossing, hop.span, hop.words.clone());
    }
    draft = draft
        .step(StepKind::Line, first.span, first.words.clone())
        .cut(
            first.span,
            "write somewhere else, or under a prefix that the trigger leaves out",
        );
    // Whether each round changes something is not known of a table.
    let table = |hop: &Hop| match hop.to {
        NodeId::Resource(id) => app.resources.get(id).is_some_and(|r| r.kind == Kind::Table),
        _ => false,
    };
    if circle.iter().any(|hop| hop.on_purpose) {
        draft = draft.confidence(Confidence::Possible);
    } else if circle.iter().any(|hop| hop.drawn || table(hop)) {
        draft = draft.confidence(Confidence::Likely);
    }
    Some(draft.done())
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::sas08_limits::writes;

    #[test]
    fn the_table_of_writes_is_read() {
        let kinds: Vec<Option<Kind>> = writes::all().iter().map(|write| write.kind).collect();
        for kind in [
            Kind::Bucket,
            Kind::Queue,
            Kind::Topic,
            Kind::Table,
            Kind::Bus,
        ] {
            assert!(kinds.contains(&Some(kind)), "{kind:?}");
        }
        assert!(kinds.contains(&None), "functions are started");
        let rows = include_str!("../writes.toml").matches("[[write]]").count();
        assert_eq!(rows, kinds.len());
    }
}
