//! Circles in which the work of a function starts the function again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::app::{App, EdgeKind, FunctionId, Kind, NodeId, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Confidence, Consequence, Finding, StepKind};
use palisade_model::reach::{Filter, Reach};
use palisade_model::setting::Answer;
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas08_limits::prices;
use crate::sas08_limits::writes::{self, Write};

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

/// What stands for the unknown in a text of the code.
const UNKNOWN: char = '\u{FFFC}';

/// One step of a circle.
#[derive(Clone, Debug)]
struct Hop {
    to: NodeId,
    /// Where it is written.
    span: Span,
    /// What happens, such as `writes to inbox`.
    words: String,
    /// What the code names the object it writes; `None` where it is unknown.
    key: Option<String>,
    /// What is let through.
    filter: Filter,
    /// Whether it was drawn from the rights of the role, not read in the code.
    drawn: bool,
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let hops = hops(project, at, app);
        let mut told: BTreeSet<BTreeSet<NodeId>> = BTreeSet::new();
        for id in app.functions.ids() {
            let Some(circle) = circle(&hops, NodeId::Function(id)) else {
                continue;
            };
            // A circle of several functions is one finding.
            if told.insert(circle.iter().map(|hop| hop.to).collect()) {
                findings.extend(finding(rule, app, id, &circle));
            }
        }
    }
}

type Hops = BTreeMap<NodeId, Vec<Hop>>;

fn hops(project: &Project<'_>, at: usize, app: &App) -> Hops {
    let mut hops = Hops::new();
    for trigger in app
        .triggers
        .iter()
        .filter(|t| t.wired.possibly() && t.permitted.possibly())
    {
        if let Some(source @ NodeId::Resource(_)) = trigger.source {
            let to = NodeId::Function(trigger.function);
            hops.entry(source).or_default().push(Hop {
                to,
                span: trigger.origin.span,
                words: format!("what arrives there starts {}", app.label(to)),
                key: None,
                filter: trigger.filter.clone(),
                drawn: false,
            });
        }
    }
    // What a queue gives up goes to another one; that somebody sends it back is how it is meant.
    let queue = |node: NodeId| match node {
        NodeId::Resource(id) => app.resources.get(id).is_some_and(|r| r.kind == Kind::Queue),
        _ => false,
    };
    for edge in app.edges.iter().filter(|e| !(queue(e.from) && queue(e.to))) {
        if let EdgeKind::Delivers { filter, .. } = &edge.kind {
            hops.entry(edge.from).or_default().push(Hop {
                to: edge.to,
                span: edge.origin.span,
                words: format!("it goes on to {}", app.label(edge.to)),
                key: None,
                filter: filter.clone(),
                drawn: false,
            });
        }
    }
    for site in &project.flows.code.calls {
        let Some(write) = writes::of(site) else {
            continue;
        };
        for entry in &site.entries {
            let request = project
                .entries
                .get(*entry)
                .filter(|r| r.app == at && !r.latent);
            if let Some(function) = request.and_then(|r| r.function) {
                written(project, (at, app), function, site, write, &mut hops);
            }
        }
    }
    hops
}

/// What a call of the code writes to: by name, or the only thing of its kind that the role may write to.
fn written(
    project: &Project<'_>,
    (at, app): (usize, &App),
    function: FunctionId,
    site: &CallSite,
    write: &Write,
    hops: &mut Hops,
) {
    let Some(target) = write.target(site) else {
        return;
    };
    let of_kind: Vec<(ResourceId, NodeId)> = app
        .resources
        .enumerate()
        .filter(|(_, r)| r.kind == write.kind)
        .map(|(id, _)| (id, NodeId::Resource(id)))
        .collect();
    let (to, drawn) = match target {
        SiteValue::Text(name) if !name.contains(UNKNOWN) => {
            let named = of_kind.iter().find(|(_, node)| {
                let given = app.name(*node).and_then(|s| s.known().cloned());
                given.is_some_and(|text| text.literal() == Some(name.as_str()))
            });
            match named {
                Some((_, node)) => (*node, false),
                None => return,
            }
        }
        _ => {
            let Some(judge) = project.judges.get(at) else {
                return;
            };
            let may = |node: &NodeId| judge.may(function, write.action, Some(*node), None);
            let mut open = of_kind.iter().filter(|(_, node)| may(node).possibly());
            match (open.next(), open.next()) {
                (Some((_, node)), None) if may(node) == Answer::Yes => (*node, true),
                _ => return,
            }
        }
    };
    let key = match write.key(site) {
        Some(SiteValue::Text(text)) => Some(text.clone()),
        _ => None,
    };
    hops.entry(NodeId::Function(function))
        .or_default()
        .push(Hop {
            to,
            span: site.span,
            words: format!("writes to {}", app.label(to)),
            key,
            filter: Filter::default(),
            drawn,
        });
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

/// Whether what the last step wrote is let through by this one. What a filter does with something unknown is unknown, and
/// no reason for a finding.
fn passes(before: Option<&Hop>, hop: &Hop) -> bool {
    let filter = &hop.filter;
    let made = |event: &String| {
        event.starts_with("s3:ObjectCreated") || event == "s3:*" || !event.starts_with("s3:")
    };
    if !filter.events.is_empty() && !filter.events.iter().any(made) {
        return false;
    }
    if !filter.values.is_empty() || !filter.patterns.is_empty() {
        return false;
    }
    let key = before.and_then(|hop| hop.key.as_deref());
    let prefix = filter.prefix.as_ref().map(|t| t.words());
    let suffix = filter.suffix.as_ref().map(|t| t.words());
    let begins = |prefix: &String| key.is_some_and(|key| key.starts_with(prefix.as_str()));
    let ends = |suffix: &String| key.is_some_and(|key| key.ends_with(suffix.as_str()));
    prefix.as_ref().is_none_or(|p| p.is_empty() || begins(p))
        && suffix.as_ref().is_none_or(|s| s.is_empty() || ends(s))
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
    let deed = if deed.chars().count() > 70 {
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
    if circle.iter().any(|hop| hop.drawn) {
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
        let kinds: Vec<Kind> = writes::all().iter().map(|write| write.kind).collect();
        for kind in [Kind::Bucket, Kind::Queue, Kind::Topic] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        let rows = include_str!("../writes.toml").matches("[[write]]").count();
        assert_eq!(rows, kinds.len());
    }
}
