//! Roles as Markdown, for a comment or a summary of a job.

use palisade_model::need::{Fit, Roles};
use palisade_model::source::Sources;

use super::{differing, of, words};
use crate::hostile::clean;
use crate::view::sentences::count;

/// Longest document that a comment takes.
const LENGTH_MAX: usize = 60_000;

/// The roles of a tree.
pub fn markdown(roles: &Roles, sources: &Sources) -> String {
    let all = differing(roles);
    let mut out = format!(
        "<!-- palisade-roles -->\n## {} of {} {} a role that does not fit\n",
        all.len(),
        count(roles.functions.len(), "function"),
        if all.len() == 1 { "has" } else { "have" }
    );
    if !all.is_empty() {
        out.push_str("\n| function | role | reached by | needs | granted | worst excess |\n|---|---|---|---|---|---|\n");
    }
    let mut left = all.len();
    for role in &all {
        let own: Vec<String> = role.roles.iter().map(words::role).collect();
        let granted = role.roles.iter().map(|own| own.granted).max();
        let worst = role.excess.first().map(|difference| {
            let harm = words::harm(difference).unwrap_or("unknown");
            format!("{} ({harm})", words::excess(difference))
        });
        let row = format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            cell(&role.function),
            cell(&own.join(" or ")),
            cell(&words::sender(role)),
            role.needs.needs.len(),
            granted.unwrap_or(0),
            cell(&worst.unwrap_or_default()),
        );
        if out.len() + row.len() > LENGTH_MAX / 2 {
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    if left > 0 {
        out.push_str(&format!("\nand {left} more\n"));
    }
    for role in &all {
        let mut part = format!("\n<details><summary>{}</summary>\n\n", cell(&role.function));
        for need in &role.needs.needs {
            part.push_str(&format!(
                "- needs {} {} — {}\n",
                cell(&need.action),
                cell(&words::need(need)),
                cell(&words::place(sources, &need.spans))
            ));
        }
        for (word, list) in [
            ("too much", &role.excess),
            ("unknown", &role.unknown_actions),
        ] {
            for difference in list {
                part.push_str(&format!(
                    "- {word}: {} — {}\n",
                    cell(&words::excess(difference)),
                    cell(&words::place(sources, &difference.spans))
                ));
            }
        }
        for difference in &role.missing {
            part.push_str(&format!(
                "- lacks {} on {} — {}\n",
                cell(&difference.action),
                cell(&words::resources(&difference.resources)),
                cell(&words::place(sources, &difference.spans))
            ));
        }
        for (_, said) in words::for_platform(&role.missing_platform) {
            part.push_str(&format!("- lacks {}\n", cell(&said)));
        }
        for way in &role.ways {
            part.push_str(&format!("- {}\n", cell(&words::way(way))));
        }
        part.push_str("\n</details>\n");
        if out.len() + part.len() > LENGTH_MAX {
            break;
        }
        out.push_str(&part);
    }
    let fits = of(roles, Fit::Fits).count();
    let states = [
        (fits, "whose role fits"),
        (of(roles, Fit::Incomplete).count(), "incomplete"),
        (of(roles, Fit::Unread).count(), "without code that was read"),
        (
            of(roles, Fit::Elsewhere).count(),
            "with a role that no template here declares",
        ),
    ];
    let told = states.iter().filter(|(n, _)| *n > 0);
    let told: Vec<String> = told
        .map(|(n, what)| format!("{} {what}", count(*n, "function")))
        .collect();
    if !told.is_empty() {
        out.push_str(&format!("\n{}\n", told.join(" · ")));
    }
    out
}

/// A text of the repository inside a table: nothing in it is markup.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for c in clean(text).chars() {
        match c {
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '&' => cell.push_str("&amp;"),
            // A name behind it would be called.
            '@' => cell.push_str("@\u{200b}"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                cell.push('\\');
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    cell
}
