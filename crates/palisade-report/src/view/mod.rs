//! The one view of a result: ranked, worded, aggregated. Formats only lay it out.

pub mod severity;

pub mod place;

pub mod mask;

pub mod id;

pub mod entry;

pub mod rank;

pub mod sentences;

pub mod frames;

pub mod cover;

pub mod paths;

pub mod aggregate;

pub mod unread;

use std::collections::BTreeMap;

use palisade_model::finding::{Confidence, Finding, Outcome, Suppressed};
use palisade_model::source::Sources;

use crate::options::Options;
use crate::rule_info::RuleInfo;
use crate::view::aggregate::{Aggregate, is_hygiene};
use crate::view::cover::Cover;
use crate::view::entry::Entry;
use crate::view::id::Id;
use crate::view::mask::Masks;
use crate::view::place::Place;
use crate::view::severity::Severity;
use crate::view::unread::Unread;

/// A result as every format shows it.
#[derive(Debug)]
pub struct View<'a> {
    /// The facts.
    pub outcome: &'a Outcome,
    /// The files.
    pub sources: &'a Sources,
    /// All rules.
    pub rules: &'a [RuleInfo],
    /// Findings in rank order; links stand behind the entry whose path they are part of.
    pub entries: Vec<Entry<'a>>,
    /// Hygiene.
    pub aggregates: Vec<Aggregate<'a>>,
    /// Suppressed findings in rank order.
    pub suppressed: Vec<Entry<'a>>,
    /// Problems in order of place.
    pub unread: Vec<Unread<'a>>,
    /// Which changes close which paths.
    pub cover: Cover,
    /// Findings that only `--pedantic` shows.
    pub hidden: usize,
    /// What may not be shown of code.
    pub masks: Masks,
}

/// Makes the view of an outcome.
pub fn view<'a>(
    outcome: &'a Outcome,
    sources: &'a Sources,
    rules: &'a [RuleInfo],
    options: &Options,
) -> View<'a> {
    let findings: Vec<&Finding> = outcome.findings.iter().map(|(f, _)| f).collect();
    let masks = Masks::of(sources, findings.iter().copied());
    let ids = id::ids(sources, &masks, &findings);
    let mut entries = Vec::new();
    let mut suppressed = Vec::new();
    let mut hygiene = Vec::new();
    let mut hidden = 0;
    for ((finding, suppression), id) in outcome.findings.iter().zip(ids) {
        let entry = entry_of(sources, finding, suppression.as_ref(), id);
        if suppression.is_some() {
            suppressed.push(entry);
        } else if !is_told(finding, options) {
            hidden += 1;
        } else if is_hygiene(finding) {
            hygiene.push(entry);
        } else {
            entries.push(entry);
        }
    }
    suppressed.sort_by(rank::order);
    entries.sort_by(rank::order);
    link(&mut entries);
    number(&mut entries);
    let cover = cover::cover(&entries);
    View {
        outcome,
        sources,
        rules,
        entries,
        aggregates: aggregate::aggregates(hygiene, rules),
        suppressed,
        unread: unread::unread(sources, &outcome.problems),
        cover,
        hidden,
        masks,
    }
}

/// Whether a finding that nobody accepted is shown: notes and what is possible only are asked for.
pub fn is_told(finding: &Finding, options: &Options) -> bool {
    let judged = severity::judge(finding);
    let pedantic = judged.severity == Severity::Note || judged.confidence == Confidence::Possible;
    options.pedantic || !pedantic
}

fn entry_of<'a>(
    sources: &Sources,
    finding: &'a Finding,
    suppressed: Option<&'a Suppressed>,
    id: Id,
) -> Entry<'a> {
    let judged = severity::judge(finding);
    let who = sentences::who(finding, judged);
    Entry {
        finding,
        suppressed,
        severity: judged.severity,
        level: judged.level,
        confidence: judged.confidence,
        id,
        rank: 0,
        path: None,
        link: false,
        who,
        title: sentences::title(finding, who),
        short: sentences::short(finding),
        why: String::new(),
        place: Place::of(sources, finding.place),
        steps: entry::steps(sources, finding),
        cuts: entry::cuts(sources, finding),
    }
}

/// Ties findings of templates to the best path that passes through their place, where that path is at least as severe.
fn link(entries: &mut [Entry<'_>]) {
    let mut by_line: BTreeMap<(String, u32), Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter_mut().enumerate().filter(|(_, e)| e.is_path()) {
        entry.path = Some(entry.id.short.clone());
        for place in entry.link_places() {
            let key = (place.file.clone(), place.region.line);
            by_line.entry(key).or_default().push(at);
        }
    }
    let owner = |entry: &Entry<'_>| {
        let key = (entry.place.file.clone(), entry.place.region.line);
        let fits = |at: &usize| {
            entries.get(*at).is_some_and(|path| {
                path.severity >= entry.severity
                    && path.finding.app == entry.finding.app
                    && (entry.finding.function.is_none()
                        || entry.finding.function == path.finding.function)
            })
        };
        by_line.get(&key)?.iter().copied().filter(fits).min()
    };
    let candidate = |entry: &Entry<'_>| entry.finding.sink.is_empty() && entry.path.is_none();
    let owners: Vec<Option<usize>> = entries
        .iter()
        .map(|entry| candidate(entry).then(|| owner(entry)).flatten())
        .collect();
    let paths: Vec<Option<String>> = entries.iter().map(|e| e.path.clone()).collect();
    for (entry, owner) in entries.iter_mut().zip(&owners) {
        if let Some(owner) = owner {
            entry.link = true;
            entry.path = paths.get(*owner).cloned().flatten();
        }
    }
}

/// Gives ranks and reasons; moves links behind their path.
fn number(entries: &mut Vec<Entry<'_>>) {
    let (links, mut listed): (Vec<_>, Vec<_>) = entries.drain(..).partition(|e| e.link);
    for (at, entry) in listed.iter_mut().enumerate() {
        entry.rank = at + 1;
    }
    let many = listed.len() > 1;
    let mut whys: Vec<String> = Vec::new();
    for (at, entry) in listed.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| listed.get(at));
        whys.push(sentences::why(entry, before, many));
    }
    for (entry, why) in listed.iter_mut().zip(whys) {
        entry.why = why;
    }
    let mut by_path: BTreeMap<String, Vec<Entry<'_>>> = BTreeMap::new();
    for link in links {
        let path = link.path.clone().unwrap_or_default();
        by_path.entry(path).or_default().push(link);
    }
    for entry in listed {
        let (rank, path) = (entry.rank, entry.path.clone());
        entries.push(entry);
        for mut link in path
            .and_then(|path| by_path.remove(&path))
            .unwrap_or_default()
        {
            link.rank = rank;
            link.why = sentences::why(&link, None, many);
            entries.push(link);
        }
    }
}

impl<'a> View<'a> {
    /// Entries that are listed: not links.
    pub fn listed(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| !entry.link)
    }

    /// How many findings have a repair that breaks nothing.
    pub fn repairable(&self) -> usize {
        let hygiene = self.aggregates.iter().flat_map(|a| &a.entries);
        let all = self.entries.iter().chain(hygiene);
        all.filter(|entry| entry.finding.remedy.is_some()).count()
    }

    /// The links of a path.
    pub fn links<'v>(&'v self, path: &'v Entry<'a>) -> impl Iterator<Item = &'v Entry<'a>> {
        self.entries
            .iter()
            .filter(|entry| entry.link && entry.rank == path.rank)
    }

    /// How many listed findings are at or above a severity; links are never above their path.
    pub fn at_or_above(&self, severity: Severity) -> usize {
        let hygiene = self
            .aggregates
            .iter()
            .filter(|aggregate| aggregate.severity >= severity);
        self.listed().filter(|e| e.severity >= severity).count() + hygiene.count()
    }

    /// 0 nothing at or above `fail_on`, 1 something, 3 nothing understood. A finding or two win over 3.
    pub fn exit_status(&self, options: &Options) -> u8 {
        if self.at_or_above(options.fail_on) > 0 {
            1
        } else if !self.outcome.understood && !options.allow_empty {
            3
        } else {
            0
        }
    }

    /// The applications of the tree by their roots, and how many functions each has.
    pub fn applications(&self) -> BTreeMap<&str, usize> {
        let mut apps: BTreeMap<&str, usize> = BTreeMap::new();
        for function in &self.outcome.functions {
            *apps.entry(function.app.as_str()).or_default() += 1;
        }
        let listed = self.listed().map(|entry| entry.finding.app.as_str());
        for app in listed.chain(self.aggregates.iter().map(|aggregate| aggregate.app)) {
            apps.entry(app).or_default();
        }
        apps
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&'a RuleInfo> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}
