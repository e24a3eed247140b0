//! Roles that everybody, any token or another account may take.

use palisade_model::app::{App, Role};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-wide-trust",
        title: "a role that others may take",
        sas: &[4],
        cwe: &[284],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, role) in app.roles.enumerate() {
            let whose = worth::role_words(app, id);
            findings.extend(finding(rule, app, role, &whose));
        }
    }
}

/// Who may take a role though nobody is meant.
struct Open {
    level: Level,
    consequence: Consequence,
    who: &'static str,
    place: Span,
}

fn finding(rule: &Rule, app: &App, role: &Role, whose: &str) -> Option<Finding> {
    let opens: Vec<Open> = role.trust.iter().filter_map(open).collect();
    let (first, rest) = opens.split_first()?;
    let mut draft = Draft::at(
        rule,
        app,
        first.place,
        format!("{whose} may be taken by {}", first.who),
    )
    .reach(Reach::exactly(first.level))
    .consequence(first.consequence)
    .effect("it gives out all of its rights")
    .step(
        StepKind::Line,
        first.place,
        format!("{} is let in here", first.who),
    )
    .cut(first.place, "name who is meant, and test it");
    for other in rest {
        draft = draft.also(other.place, format!("{} as well", other.who));
    }
    Some(draft.done())
}

fn open(statement: &Statement) -> Option<Open> {
    if statement.effect != Effect::Allow {
        return None;
    }
    let tests = |ends: &str| {
        let mut keys = statement
            .conditions
            .iter()
            .map(|t| t.key.to_ascii_lowercase());
        keys.any(|key| key.ends_with(ends))
    };
    for (at, principal) in statement.principals.iter().enumerate() {
        let place = statement.places.principals.get(at).copied();
        let place = place.unwrap_or(statement.origin.span);
        let found = |level, consequence, who| {
            Some(Open {
                level,
                consequence,
                who,
                place,
            })
        };
        match principal {
            Principal::Anyone if statement.conditions.is_empty() => {
                return found(
                    Level::OtherAccount,
                    Consequence::TakesControl,
                    "any account of the cloud",
                );
            }
            Principal::Federated(provider) => {
                let provider = provider.words();
                if provider.contains("cognito-identity.amazonaws.com") && !tests(":aud") {
                    return found(
                        Level::Stranger,
                        Consequence::TakesData,
                        "guests of any identity pool",
                    );
                }
                let shared = provider.ends_with("token.actions.githubusercontent.com");
                if shared && !tests(":sub") && !tests(":repository") && !tests(":job_workflow_ref")
                {
                    return found(
                        Level::Stranger,
                        Consequence::TakesControl,
                        "workflows of any repository",
                    );
                }
            }
            Principal::Aws(text) => {
                let other = text.literal().is_some_and(is_account);
                if other && statement.conditions.is_empty() {
                    return found(
                        Level::OtherAccount,
                        Consequence::Untidy,
                        "the whole of another account",
                    );
                }
            }
            _ => {}
        }
    }
    None
}

/// An account as a whole: twelve digits, or its root.
fn is_account(text: &str) -> bool {
    let digits = |t: &str| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit());
    let root = text
        .strip_suffix(":root")
        .and_then(|t| t.rsplit(':').next());
    digits(text) || root.is_some_and(digits)
}
