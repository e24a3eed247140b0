//! `palisade explain`.

use palisade_report::options::Options;
use palisade_report::rule_info::RuleInfo;
use palisade_report::text::explain;
use palisade_report::view::entry::Entry;
use palisade_report::view::{View, view};

use crate::args::ExplainArgs;
use crate::commands::explain_pair::pair;
use crate::failure::Failure;
use crate::intent;
use crate::nearest::nearest;
use crate::rim;
use crate::scan_port::{Scan, rule_infos, run};

/// Explains one thing; the exit status.
pub(crate) fn explain(args: &ExplainArgs) -> Result<u8, Failure> {
    let rules = rule_infos();
    let options = intent::look(&args.look, &args.input, rim::is_terminal())?;
    let text = if args.what == "ranking" {
        explain::ranking(&options)
    } else if let Some(rule) = rule_of(&args.what, &rules) {
        let cases = palisade_rules::catalog::cases(rule.id).unwrap_or_default();
        explain::rule(rule, &pair(cases), &options)
    } else {
        let request = intent::request(&args.input, &rules)?;
        let scan = run(&request, args.input.example)?;
        of_scan(args, &scan, &rules, &options)?
    };
    rim::print(&text)
        .map_err(|error| Failure::new(format!("cannot write to the output: {error}")))?;
    Ok(0)
}

fn rule_of<'r>(word: &str, rules: &'r [RuleInfo]) -> Option<&'r RuleInfo> {
    let word = word.to_ascii_lowercase();
    let kind = |rule: &RuleInfo| {
        rule.id
            .split_once('-')
            .is_some_and(|(_, kind)| kind == word)
    };
    rules
        .iter()
        .find(|rule| rule.id == word)
        .or_else(|| rules.iter().find(|rule| kind(rule)))
}

/// A finding or a function of what was scanned.
fn of_scan(
    args: &ExplainArgs,
    scan: &Scan,
    rules: &[RuleInfo],
    options: &Options,
) -> Result<String, Failure> {
    let usual = view(&scan.outcome, &scan.sources, rules, options);
    let pedantic = Options {
        pedantic: true,
        ..options.clone()
    };
    let everything = view(&scan.outcome, &scan.sources, rules, &pedantic);
    // The ranks are those of `palisade scan` where it shows the finding.
    for view in [&usual, &everything] {
        if let Some(entry) = entry_of(view, &args.what) {
            return finding(args, view, entry, options);
        }
    }
    if let Some(function) = scan.outcome.functions.iter().find(|f| f.name == args.what) {
        return Ok(explain::function(&usual, function, options));
    }
    Err(unknown(&args.what, &everything, rules))
}

fn entries<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Entry<'a>> {
    let hygiene = view.aggregates.iter().flat_map(|a| &a.entries);
    view.entries.iter().chain(hygiene).chain(&view.suppressed)
}

/// The finding of an id, or of at least six of its digits.
fn entry_of<'v, 'a>(view: &'v View<'a>, word: &str) -> Option<&'v Entry<'a>> {
    let word = word.to_ascii_lowercase();
    if word.len() < 6 || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut found = entries(view).filter(|entry| entry.id.full.starts_with(&word));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn finding(
    args: &ExplainArgs,
    view: &View<'_>,
    entry: &Entry<'_>,
    options: &Options,
) -> Result<String, Failure> {
    if !args.event {
        return Ok(explain::finding(view, entry, options));
    }
    match &entry.finding.example {
        Some(example) => Ok(palisade_report::json::event(&example.event)),
        None => Err(
            Failure::new(format!("{} has no event to send", entry.id.short)).help(format!(
                "`palisade explain {}` shows the rest",
                entry.id.short
            )),
        ),
    }
}

fn unknown(word: &str, view: &View<'_>, rules: &[RuleInfo]) -> Failure {
    let ids: Vec<&str> = entries(view).map(|entry| entry.id.short.as_str()).collect();
    let functions = view.outcome.functions.iter().map(|f| f.name.as_str());
    let known = rules.iter().map(|rule| rule.id).chain(functions).chain(ids);
    let near: Vec<String> = nearest(word, known.chain(["ranking"]), 3)
        .into_iter()
        .map(|known| format!("`{known}`"))
        .collect();
    let failure = Failure::new(format!("`{word}` is no rule, finding or function here"));
    if near.is_empty() {
        failure.help("`palisade rules` lists the rules, `palisade scan` the findings")
    } else {
        failure.help(format!("the nearest are {}", near.join(", ")))
    }
}
