//! Every sentence about a finding, written once for all formats.

use palisade_model::finding::{Capped, Consequence, Finding, StepKind};
use palisade_model::reach::{Hedge, Level};

use crate::hostile::clean;
use crate::view::entry::Entry;
use crate::view::rank;
use crate::view::severity::Judgement;

/// Who can do it, as a title begins.
pub fn who(finding: &Finding, judged: Judgement) -> &'static str {
    if finding.reach_unknown || finding.capped == Some(Capped::Latent) {
        return "whoever sends the event";
    }
    match judged.level {
        Level::Stranger => "anyone",
        Level::SignedIn => "any signed-in user",
        Level::OtherAccount => "another account",
        Level::Schedule => "the schedule",
        Level::Inside | Level::None => "another function",
    }
}

/// Who sends, as the first word of the way.
pub fn sender(entry: &Entry<'_>) -> &'static str {
    if entry.finding.capped == Some(Capped::Latent) {
        return "nobody yet";
    }
    if entry.finding.reach_unknown {
        return "unknown";
    }
    match entry.level {
        Level::Schedule => "schedule",
        _ => entry.who,
    }
}

/// `<who> can <deed>`; a deed that is a sentence of its own, or tells no deed of somebody, stands alone.
pub fn title(finding: &Finding, who: &str) -> String {
    let deed = clean(&finding.deed);
    let title = if stands_alone(finding) {
        deed
    } else {
        format!("{who} can {deed}")
    };
    if finding.capped == Some(Capped::Latent) {
        format!("latent: {title}")
    } else {
        title
    }
}

/// What the deed says below a heading that already names function and sender.
pub fn short(finding: &Finding) -> String {
    let deed = clean(&finding.deed);
    let short = match finding.function.as_deref().map(clean) {
        Some(function) if !function.is_empty() && !stands_alone(finding) => {
            without(&deed, &function)
        }
        _ => deed,
    };
    if finding.capped == Some(Capped::Latent) {
        format!("latent: {short}")
    } else {
        short
    }
}

/// The deed without `in <function>` or `through <function>`.
fn without(deed: &str, function: &str) -> String {
    for word in [" in ", " through "] {
        let named = format!("{word}{function}");
        if let Some((before, after)) = deed.split_once(&named)
            && (after.is_empty() || after.starts_with([' ', ',', ':']))
        {
            return format!("{before}{after}");
        }
    }
    deed.to_owned()
}

/// Whether no `<who> can` goes before the deed: hygiene, traces that no event leaves, and sentences that begin with their subject
/// (a name, a number, an article) instead of a verb.
fn stands_alone(finding: &Finding) -> bool {
    let first = finding.deed.split(' ').next().unwrap_or_default();
    finding.capped == Some(Capped::Hygiene)
        || (finding.consequence == Consequence::Untidy && finding.sink.is_empty())
        || first.starts_with(|c: char| !c.is_lowercase())
        || first.contains(['.', '-', '_', '/', '`'])
        || matches!(
            first,
            "the"
                | "a"
                | "an"
                | "no"
                | "one"
                | "every"
                | "each"
                | "all"
                | "nobody"
                | "anyone"
                | "any"
        )
}

/// `[first:] <reach>, <effect>[, and its role reaches <data>][; below N, because …]`.
pub fn why(entry: &Entry<'_>, before: Option<&Entry<'_>>, many: bool) -> String {
    let finding = entry.finding;
    let mut sentence = String::new();
    if many && !entry.link {
        sentence.push_str(&ordinal(entry.rank));
        sentence.push_str(": ");
    }
    sentence.push_str(&reach(entry));
    let effect = clean(&finding.effect);
    if !effect.is_empty() {
        sentence.push_str(", ");
        sentence.push_str(&effect);
    }
    if !effect.contains("its role ") {
        sentence.push_str(&role(finding));
    }
    if let Some(before) = before {
        sentence.push_str(&format!(
            "; below {}, because {}",
            before.rank,
            rank::because(entry, before)
        ));
    }
    sentence
}

/// `, and its role can <verbs> <data>`: the verbs stand in the step of the role.
fn role(finding: &Finding) -> String {
    let steps = finding.steps.iter();
    let verbs = steps
        .filter(|step| step.kind == StepKind::Role)
        .find_map(|step| step.text.strip_prefix("the code may "));
    match verbs {
        Some(verbs) => format!(", and its role can {}", clean(verbs)),
        None if !finding.data.is_empty() => {
            format!(", and its role reaches {}", list(&finding.data))
        }
        None => String::new(),
    }
}

fn reach(entry: &Entry<'_>) -> String {
    let finding = entry.finding;
    let flows = !finding.field.is_empty() && !finding.sink.is_empty();
    if finding.capped == Some(Capped::Latent) {
        return "no entry reaches it yet".to_owned();
    }
    if finding.reach_unknown {
        let verb = if flows { "sends" } else { "reaches" };
        return format!("who {verb} it is unknown");
    }
    let mut words = match (entry.level, flows) {
        (Level::Stranger, true) => "anyone can send it",
        (Level::Stranger, false) => "anyone can reach it",
        (Level::SignedIn, true) => "any signed-in user can send it",
        (Level::SignedIn, false) => "any signed-in user can reach it",
        (Level::OtherAccount, true) => "another account can send it",
        (Level::OtherAccount, false) => "another account can reach it",
        (Level::Schedule, true) => "only the schedule sends it",
        (Level::Schedule, false) => "only the schedule reaches it",
        (Level::Inside | Level::None, true) => "another function sends it",
        (Level::Inside | Level::None, false) => "only the application reaches it",
    }
    .to_owned();
    let mut hedges = finding.reach.hedges.clone();
    hedges.sort_unstable();
    hedges.dedup();
    for hedge in hedges {
        words.push_str(match hedge {
            Hedge::Key => " with an API key",
            Hedge::IpList => " from listed addresses",
            Hedge::MutualTls => " with a client certificate",
            Hedge::Firewall => " past a firewall",
            Hedge::Organization => " within the organization",
            Hedge::SelfSignUp => " and sign-up is open",
        });
    }
    if finding.reach.possibly > finding.reach.surely && finding.reach.possibly == entry.level {
        words.push_str(" if what lies outside this tree allows it");
    }
    words
}

/// At most three, then how many more.
pub fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|n| clean(n)).collect();
    let more = names.len().saturating_sub(3);
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

/// `first`, `second`, … `11th`.
pub fn ordinal(rank: usize) -> String {
    let words = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    match words.get(rank.wrapping_sub(1)) {
        Some(word) => (*word).to_owned(),
        None => {
            let end = match (rank % 100, rank % 10) {
                (11..=13, _) => "th",
                (_, 1) => "st",
                (_, 2) => "nd",
                (_, 3) => "rd",
                _ => "th",
            };
            format!("{rank}{end}")
        }
    }
}

/// `1 finding`, `2 findings`; for words whose plural ends in `s`.
pub fn count(number: usize, word: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {word}{end}")
}

/// The title as documents print it: first letter raised, ended with a full stop. A name keeps its letters.
pub fn sentence(title: &str) -> String {
    let end = if title.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    let word = title.split(' ').next().unwrap_or_default();
    let word = word.trim_end_matches([',', ':', ';']);
    if !word.chars().all(char::is_lowercase) {
        return format!("{title}{end}");
    }
    let mut chars = title.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}{end}", chars.as_str())
}
