//! The change that limits what a path reaches: a role that is granted what the code needs, and nothing else.

use palisade_iam::balance::{Balance, Held};
use palisade_iam::compare::Excess;
use palisade_iam::harm::Harm;
use palisade_model::app::{App, FunctionId};
use palisade_model::finding::Cut;
use palisade_model::need::Need;
use palisade_model::setting::How;
use palisade_model::text::{Part, Symbol, Text};

use super::worth;

/// Names in a sentence.
const NAMES: usize = 3;

/// Where the role of a function grants more than its code needs, and all that it needs is known.
pub(crate) fn cut(app: &App, balance: &Balance, id: FunctionId) -> Option<Cut> {
    let needs = balance.needs.get(id)?;
    let [(_, role)] = app.functions.get(id)?.role.as_slice() else {
        return None;
    };
    let held = balance.role(*role)?;
    if !needs.incomplete.is_empty() || held.comparison.incomplete {
        return None;
    }
    let worst = worst(held)?;
    let names = named(app, &needs.needs);
    let shared = if held.users.len() > 1 {
        "in a role of its own, "
    } else {
        ""
    };
    let text = match needs.needs.as_slice() {
        [] => "take it away: no line needs it".to_owned(),
        [only] => format!("{shared}grant {} on {names} alone", only.action),
        many => format!(
            "{shared}grant the {} actions that its code needs",
            many.len()
        ),
    };
    let effect = match needs.needs.as_slice() {
        [] => "leaves it no rights".to_owned(),
        _ => format!("limits it to {names}"),
    };
    Some(Cut {
        span: worst.span,
        text,
        effect,
        closes: false,
    })
}

/// The most harmful grant that is too much, of those that somebody wrote.
fn worst(held: &Held) -> Option<&Excess> {
    let written = held.comparison.excess.iter().filter(|excess| {
        let named = excess.managed.is_some_and(worth::customary);
        let made =
            matches!(excess.origin.how, How::Generated(maker) if maker != "sam.policy-template");
        !named && !made && excess.harm >= Some(Harm::Reads)
    });
    written.max_by_key(|excess| {
        let before = std::cmp::Reverse((excess.span.file, excess.span.start));
        (excess.harm, excess.actions.len(), before)
    })
}

/// What needs are on, in a few words.
fn named(app: &App, needs: &[Need]) -> String {
    let mut names: Vec<String> = Vec::new();
    for resource in needs.iter().flat_map(|need| &need.resources) {
        let name = name_of(app, resource);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn name_of(app: &App, resource: &Text) -> String {
    let node = resource.parts().iter().find_map(|part| match part {
        Part::Hole(Symbol::Attr(stack, address, _)) => app.node(*stack, address),
        _ => None,
    });
    if let Some(node) = node {
        return app.label(node);
    }
    let words = worth::flat(resource);
    if words == "*" {
        return "what knows no limits".to_owned();
    }
    let tail = words.rsplit(':').next().unwrap_or(&words);
    tail.replace('\u{FFFC}', "*")
}
