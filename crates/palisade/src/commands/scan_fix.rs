//! `palisade scan --fix`: the repairs of findings first, then the question, then the files.

use std::collections::{BTreeMap, BTreeSet};

use palisade_report::roles::words::listed;
use palisade_report::view::is_told;
use palisade_report::view::sentences::count;

use crate::args::ScanArgs;
use crate::commands::repair::{self, Lines};
use crate::commands::roles::print;
use crate::failure::Failure;
use crate::intent;
use crate::scan_port::{Fix, Scan, repaired, rule_infos};

/// Rules that a line names.
const NAMES: usize = 12;

/// Shows and writes the safe repairs of what a scan tells; the exit status: 0 where nothing is left to do, else 1.
pub(crate) fn fix(args: &ScanArgs) -> Result<u8, Failure> {
    repair::check(&args.format, args.input.example)?;
    let request = intent::request(&args.input, &rule_infos())?;
    let options = intent::options(args)?;
    let (scan, fix) = repaired(&request, &|finding| is_told(finding, &options))?;
    if !scan.outcome.understood {
        print("no function or resource was understood\n")?;
        return Ok(if args.allow_empty { 0 } else { 3 });
    }
    let told = scan.outcome.findings.iter().enumerate();
    let told =
        told.filter(|(_, (finding, accepted))| accepted.is_none() && is_told(finding, &options));
    let told: BTreeSet<usize> = told.map(|(number, _)| number).collect();
    repair::settle(&fix, &lines(&scan, &fix, &told), args.yes, &options)
}

/// What is repaired, and what is not and why.
fn lines(scan: &Scan, fix: &Fix, told: &BTreeSet<usize>) -> Lines {
    let mut lines = Lines::default();
    let rule = |number: &usize| scan.outcome.findings.get(*number).map(|(f, _)| f.rule);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in fix.changed.iter().filter_map(rule) {
        *rules.entry(rule).or_default() += 1;
    }
    let names: Vec<String> = rules
        .iter()
        .map(|(rule, number)| format!("{rule} ({number})"))
        .collect();
    match fix.changed.len() {
        0 => lines.put("nothing to repair"),
        n => lines.put(format!(
            "repairs for {}: {}",
            count(n, "finding"),
            listed(&names, NAMES)
        )),
    }
    lines.notes(fix);
    lines.refused(fix, &scan.sources, &|refused| {
        let rule = refused.by.first().and_then(rule).unwrap_or_default();
        format!("{rule} stays")
    });
    let refused = fix.refused.iter().flat_map(|refused| &refused.by);
    let known: BTreeSet<usize> = fix.changed.iter().chain(refused).copied().collect();
    match told.difference(&known).count() {
        0 => {}
        n => {
            let (have, them) = if n == 1 {
                ("has", "it")
            } else {
                ("have", "them")
            };
            lines.put(format!(
                "{} {have} no safe repair: read {them} with `palisade scan`",
                count(n, "finding")
            ));
        }
    }
    lines
}
