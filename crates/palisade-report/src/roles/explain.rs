//! What `palisade roles --explain` prints: for each action of one function's role the line that needs it.

use palisade_model::need::{FunctionRole, Held};
use palisade_model::source::Sources;
use serde_json::{Value, json};

use super::json::place;
use super::spell::spelled;
use super::words;
use crate::hostile::clean_json;
use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::place::Place;

/// One function, for a terminal.
pub fn text(role: &FunctionRole, sources: &Sources, options: &Options) -> String {
    let mut ink = Ink::new(options);
    for own in &role.roles {
        let head = format!(
            "{} runs as {}, {}",
            role.function,
            words::role(own),
            words::needs_of(role)
        );
        ink.wrapped(Style::Bold, &head).end();
        for held in &own.held {
            row(&mut ink, held, sources);
        }
        if own.held.is_empty() {
            ink.pad(3).put("it is granted nothing here").end();
        }
    }
    if role.roles.is_empty() {
        let said = format!(
            "{} runs as a role that no template here declares",
            role.function
        );
        ink.wrapped(Style::Bold, &said).end();
    }
    for missing in &role.missing {
        ink.pad(3).styled(Style::Bold, &missing.action).end();
        let said = format!(
            "needed on {} by {}, granted nowhere",
            words::resources(&missing.resources),
            words::place(sources, &missing.spans)
        );
        ink.pad(6).wrapped(Style::Plain, &said).end();
    }
    for call in &role.needs.spare {
        let place = Place::of(sources, call.span).short();
        let said = format!("not needed: {}, {place}", words::spare(call));
        ink.pad(3).wrapped(Style::Plain, &said).end();
    }
    for (span, why) in &role.needs.incomplete {
        let place = Place::of(sources, *span).short();
        let said = format!("more may be needed: {why}, {place}");
        ink.pad(3).wrapped(Style::Plain, &said).end();
    }
    if !role.read {
        ink.pad(3).put("its code was not read").end();
    }
    ink.finish()
}

fn row(ink: &mut Ink, held: &Held, sources: &Sources) {
    let granted = Place::of(sources, held.span).short();
    ink.pad(3).styled(Style::Bold, &held.pattern);
    if !held.resources.is_empty() {
        let on = format!("on {}", words::resources(&held.resources));
        ink.pad(1).wrapped(Style::Plain, &on);
    }
    let by = format!("granted by {granted}");
    if ink.column() + 3 + ink.width(&by) > ink.columns {
        ink.end().pad(6);
    } else {
        ink.pad(3);
    }
    ink.styled(Style::Dim, &by).end();
    if held.needed.is_empty() {
        ink.pad(6).put("no line needs it").end();
    }
    for (action, spans) in &held.needed {
        let by = match spans.as_slice() {
            [] => "the platform".to_owned(),
            spans => {
                let places: Vec<String> = spans
                    .iter()
                    .map(|span| Place::of(sources, *span).short())
                    .collect();
                words::listed(&places, 4)
            }
        };
        let said = match action.eq_ignore_ascii_case(&held.pattern) {
            true => format!("needed by {by}"),
            false => format!("{action} needed by {by}"),
        };
        ink.pad(6).wrapped(Style::Plain, &said).end();
    }
}

/// One function, for programs.
pub fn json(role: &FunctionRole, sources: &Sources) -> String {
    let actions: Vec<Value> = role
        .roles
        .iter()
        .flat_map(|own| {
            own.held.iter().map(|held| {
                json!({
                    "role": own.name,
                    "pattern": held.pattern,
                    "managedPolicy": held.managed.is_some(),
                    "resources": held.resources.iter().map(spelled).collect::<Vec<_>>(),
                    "grantedBy": place(sources, held.span),
                    "neededBy": held.needed.iter().map(|(action, spans)| json!({
                        "action": action,
                        "platform": spans.is_empty(),
                        "places": spans.iter().map(|s| place(sources, *s)).collect::<Vec<_>>(),
                    })).collect::<Vec<_>>(),
                })
            })
        })
        .collect();
    let missing: Vec<Value> = role
        .missing
        .iter()
        .map(|missing| {
            json!({
                "action": missing.action,
                "resources": missing.resources.iter().map(spelled).collect::<Vec<_>>(),
                "places": missing.spans.iter().map(|s| place(sources, *s)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let spare: Vec<Value> = role
        .needs
        .spare
        .iter()
        .map(|call| {
            json!({
                "actions": call.actions,
                "within": call.within,
                "place": place(sources, call.span),
            })
        })
        .collect();
    let document = json!({
        "schema": "palisade-roles-explain/1",
        "template": role.template,
        "function": role.function,
        "state": role.fit.word(),
        "actions": actions,
        "missing": missing,
        "unreached": spare,
    });
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    clean_json(&text) + "\n"
}
