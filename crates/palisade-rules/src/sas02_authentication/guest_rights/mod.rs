//! What guests of an identity pool may do.

use palisade_model::app::{App, EdgeKind, NodeId, Role};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth::{self, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-guest-rights",
        title: "rights of guests",
        sas: &[2],
        cwe: &[284],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for edge in &app.edges {
            let (EdgeKind::GivesRole { guests: true }, NodeId::Role(role)) = (&edge.kind, edge.to)
            else {
                continue;
            };
            if let Some(role) = app.roles.get(role)
                && lets_guests_in(app, edge.from)
            {
                findings.extend(finding(rule, app, edge.from, role));
            }
        }
    }
}

fn lets_guests_in(app: &App, pool: NodeId) -> bool {
    let NodeId::Resource(id) = pool else {
        return false;
    };
    let flag = app
        .resources
        .get(id)
        .and_then(|r| r.settings.flag(Attribute::AllowGuests));
    flag.is_some_and(|flag| flag.is(|allowed| *allowed).surely())
}

/// What a grant gives to guests.
struct Given {
    worth: Worth,
    place: Span,
    action: String,
    reads: bool,
}

fn finding(rule: &Rule, app: &App, pool: NodeId, role: &Role) -> Option<Finding> {
    let denials = worth::denials(&role.grants);
    let statements = role.grants.iter().filter_map(|grant| match grant {
        Grant::Statement(statement) => given(statement, &denials),
        _ => None,
    });
    let mut all: Vec<Given> = statements.collect();
    all.sort_by_key(|g| (g.reads, std::cmp::Reverse(g.worth)));
    let (first, rest) = all.split_first()?;
    let consequence = match first.worth {
        Worth::Everything | Worth::Control => Consequence::TakesControl,
        _ if first.reads => Consequence::Weakens,
        _ => Consequence::Misuses,
    };
    let mut draft = Draft::at(
        rule,
        app,
        first.place,
        format!("use {} as a guest of {}", first.action, app.label(pool)),
    )
    .reach(Reach::exactly(Level::Stranger))
    .consequence(consequence)
    .effect("guests get credentials for it")
    .step(
        StepKind::Line,
        first.place,
        "granted to whoever opens the page",
    )
    .cut(first.place, "limit guests to what is public anyway");
    for other in rest {
        draft = draft.also(other.place, format!("{} as well", other.action));
    }
    Some(draft.done())
}

/// The most that a statement gives.
fn given(statement: &Statement, denials: &[&Statement]) -> Option<Given> {
    if statement.effect != Effect::Allow
        || statement.not_actions
        || !statement.conditions.is_empty()
    {
        return None;
    }
    let mut best: Option<Given> = None;
    for (at, action) in statement.actions.iter().enumerate() {
        let Some(action) = action.literal() else {
            continue;
        };
        let Some(worth) = worth::of_action(action).filter(|w| *w != Worth::Service) else {
            continue;
        };
        if worth::is_denied(denials, action) {
            continue;
        }
        let verb = action.split_once(':').map_or("", |(_, verb)| verb);
        let reads = ["Get", "List", "Query", "Scan", "BatchGet", "Describe"]
            .iter()
            .any(|r| verb.starts_with(r));
        let better = best
            .as_ref()
            .is_none_or(|b| (!reads, worth) > (!b.reads, b.worth));
        if better {
            let place = statement.places.actions.get(at).copied();
            best = Some(Given {
                worth,
                place: place.unwrap_or(statement.origin.span),
                action: action.to_owned(),
                reads,
            });
        }
    }
    best
}
