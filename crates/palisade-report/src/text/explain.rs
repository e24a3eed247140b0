//! What `palisade explain` prints: a finding whole, a function's card, a rule's page, the ranking.

use palisade_model::finding::{Consequence, FunctionSummary};
use palisade_model::reach::Level;

use crate::options::Options;
use crate::rule_info::RuleInfo;
use crate::text::entry;
use crate::text::ink::{Ink, Style};
use crate::text::rest;
use crate::view::View;
use crate::view::entry::Entry;
use crate::view::place::Place;
use crate::view::severity::table;

/// One finding: every step with three lines of context, the whole event, every cut.
pub fn finding(view: &View<'_>, finding: &Entry<'_>, options: &Options) -> String {
    let mut ink = Ink::new(options);
    entry::write(&mut ink, view, finding, true, 3);
    if let Some(suppressed) = finding.suppressed {
        ink.pad(3)
            .wrapped(Style::Plain, &format!("suppressed: {}", suppressed.reason))
            .end();
    }
    if let Some(example) = &finding.finding.example {
        ink.end().put("event").end();
        for line in example.event.lines() {
            ink.pad(3).put(line).end();
        }
    }
    ink.finish()
}

/// One function: what starts it, its code and role, its findings.
pub fn function(view: &View<'_>, function: &FunctionSummary, options: &Options) -> String {
    let mut ink = Ink::new(options);
    ink.styled(Style::Bold, &function.name);
    if !matches!(function.app.as_str(), "" | ".") {
        ink.put(&format!(" ({})", function.app));
    }
    ink.end();
    let place = Place::of(view.sources, function.place).short();
    let mut row = |word: &str, lines: &[String]| {
        for (at, line) in lines.iter().enumerate() {
            ink.pad(3)
                .styled(Style::Dim, if at == 0 { word } else { "" });
            ink.to(14, 1).wrapped(Style::Plain, line).end();
        }
    };
    row("declared", &[place]);
    if function.triggers.is_empty() {
        row("started by", &["nothing in this tree".to_owned()]);
    }
    row("started by", &function.triggers);
    let unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    row("code", &[unknown(&function.handler)]);
    row("role", &[unknown(&function.role)]);
    row("unread", &function.incomplete);
    let mine: Vec<&Entry<'_>> = view
        .listed()
        .filter(|e| {
            e.finding.app == function.app && e.finding.function.as_ref() == Some(&function.name)
        })
        .collect();
    ink.end();
    if mine.is_empty() {
        ink.put("no findings").end();
    } else {
        let heading = crate::view::sentences::count(mine.len(), "finding");
        rest::by_function(&mut ink, view, &mine, &heading);
    }
    ink.finish()
}

/// A rule's page, with code that it finds and the same repaired, in Markdown.
pub fn rule(rule: &RuleInfo, pair: &str, options: &Options) -> String {
    let mut ink = Ink::new(options);
    ink.styled(Style::Bold, rule.id)
        .put("  ")
        .wrapped(Style::Plain, rule.title)
        .end();
    let mut words: Vec<String> = rule.sas.iter().map(|n| format!("SAS-{n}")).collect();
    words.extend(rule.cwe.iter().map(|n| format!("CWE-{n}")));
    words.push(rule.consequence.word().to_owned());
    ink.styled(Style::Dim, &words.join(", ")).end().end();
    let doc = rule.doc.trim_start();
    let doc = match doc.split_once('\n') {
        Some((heading, rest)) if heading.starts_with("# ") => rest,
        _ => doc,
    };
    page(&mut ink, doc);
    if !pair.is_empty() {
        ink.end();
        page(&mut ink, pair);
    }
    ink.end().styled(Style::Bold, "Suppress").end();
    let line = format!("palisade: ignore[{}] <reason>", rule.id);
    ink.pad(3).put(&line).end();
    ink.finish()
}

/// All rules: id, consequence, one line.
pub fn rules(rules: &[RuleInfo], options: &Options) -> String {
    let mut ink = Ink::new(options);
    let id = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        ink.put(rule.id).to(id + 2, 2).put(rule.consequence.word());
        if id + 40 <= ink.columns {
            ink.to(id + 17, 2);
        } else {
            ink.end().pad(3);
        }
        ink.wrapped(Style::Plain, rule.title).end();
    }
    ink.finish()
}

/// Markdown as far as rule pages use it: headings bold, code indented, paragraphs wrapped.
fn page(ink: &mut Ink, doc: &str) {
    let mut fenced = false;
    let mut paragraph = String::new();
    let flush = |ink: &mut Ink, paragraph: &mut String| {
        if !paragraph.is_empty() {
            ink.wrapped(Style::Plain, paragraph).end();
            paragraph.clear();
        }
    };
    for line in doc.trim().lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            flush(ink, &mut paragraph);
            fenced = !fenced;
        } else if fenced {
            ink.pad(3).put(line).end();
        } else if trimmed.is_empty() {
            flush(ink, &mut paragraph);
            ink.end();
        } else if let Some(heading) = trimmed.strip_prefix('#') {
            flush(ink, &mut paragraph);
            let heading = heading.trim_start_matches('#').trim();
            ink.styled(Style::Bold, heading).end();
        } else if trimmed.starts_with("- ") || trimmed.starts_with("* ") {
            flush(ink, &mut paragraph);
            paragraph.push_str(trimmed);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(trimmed);
        }
    }
    flush(ink, &mut paragraph);
}

/// How findings are ranked: the table and its exceptions.
pub fn ranking(options: &Options) -> String {
    let mut ink = Ink::new(options);
    ink.put("severity = who can do it × what it does")
        .end()
        .end();
    let levels = [
        (Level::Stranger, "anyone"),
        (Level::SignedIn, "signed in"),
        (Level::OtherAccount, "other account"),
        (Level::Inside, "inside"),
        (Level::Schedule, "schedule"),
    ];
    ink.pad(15);
    for (at, (level, word)) in levels.into_iter().enumerate() {
        ink.styled(Style::level(level), word).to(column(at + 1), 1);
    }
    ink.end();
    for consequence in [
        Consequence::TakesControl,
        Consequence::TakesData,
        Consequence::Misuses,
        Consequence::Weakens,
        Consequence::Untidy,
    ] {
        ink.put(consequence.word());
        for (at, (level, _)) in levels.into_iter().enumerate() {
            let severity = table(consequence, level);
            ink.to(column(at), 1)
                .styled(Style::severity(severity), severity.word());
        }
        ink.end();
    }
    ink.end();
    for line in NOTES.lines() {
        ink.wrapped(Style::Plain, line).end();
    }
    ink.finish()
}

/// Columns of the table; the third is wider.
fn column(at: usize) -> usize {
    15 + at * 11 + if at > 2 { 4 } else { 0 }
}

const NOTES: &str = "\
takes control: runs code, assumes rights, gets past sign-in
takes data: reads or changes what belongs to others
misuses: acts in a user's name, forges, costs money, stops service
weakens: tells internals, lacks a defense
untidy: leaves traces, lacks a habit

A sender who is unknown counts as signed in, and the finding is likely at most. Nobody at all counts as inside. Where more is possible only because something lies outside the tree, the possible counts, and the finding is likely at most.
Three exceptions: code that no entry reaches yet (latent), the path of a fixed address, and hygiene show at low. Where the characters arrive encoded, the severity is one step lower.
Within a severity: reach, consequence, confidence, data the role reaches (more first), length of the way (shorter first), place.
Notes and possible findings show with --pedantic only.";
