//! SARIF 2.1.0 as code scanning reads it.

use std::collections::BTreeMap;

use palisade_model::finding::StepKind;
use palisade_model::problem::{Cost, ProblemKind};
use serde_json::{Map, Value, json};

use crate::format::Format;
use crate::hostile::{clean, clean_json};
use crate::json::reach;
use crate::options::Options;
use crate::rule_info::RuleInfo;
use crate::view::View;
use crate::view::aggregate::Aggregate;
use crate::view::entry::{Entry, StepView};
use crate::view::frames::chosen;
use crate::view::place::Place;
use crate::view::sentences::sentence;
use crate::view::severity::Severity;
use crate::view::unread::Unread;

/// Most results: readers keep few, so the most important come first.
const RESULTS_MAX: usize = 1000;
/// Most related places of a result.
const RELATED_MAX: usize = 100;
/// Most steps of a flow.
const STEPS_MAX: usize = 50;
/// Most notifications.
const NOTIFICATIONS_MAX: usize = 1000;
/// Longest `fullDescription` that code scanning takes.
const DESCRIPTION_MAX: usize = 1024;

/// The format `sarif`.
#[derive(Clone, Copy, Debug)]
pub struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn write(&self, view: &View<'_>, options: &Options) -> String {
        let mut rules = Rules::default();
        let mut results: Vec<Value> = Vec::new();
        for entry in view.entries.iter().take(RESULTS_MAX) {
            results.push(result(view, &mut rules, entry));
        }
        let rank = view.listed().count();
        for (at, aggregate) in view.aggregates.iter().enumerate() {
            results.push(aggregate_result(view, &mut rules, aggregate, rank + at + 1));
        }
        for entry in &view.suppressed {
            results.push(result(view, &mut rules, entry));
        }
        let all = view.entries.len() + view.aggregates.len() + view.suppressed.len();
        results.truncate(RESULTS_MAX);
        let mut notifications: Vec<Value> = view
            .unread
            .iter()
            .take(NOTIFICATIONS_MAX)
            .map(notification)
            .collect();
        let left = [
            ("results", all.saturating_sub(RESULTS_MAX)),
            (
                "problems",
                view.unread.len().saturating_sub(NOTIFICATIONS_MAX),
            ),
        ];
        for (what, number) in left.into_iter().filter(|(_, number)| *number > 0) {
            let text = format!("{number} {what} were left out: a limit of this format.");
            notifications.push(json!({"level": "warning", "message": {"text": text}}));
        }
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "Palisade",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules.descriptors,
                }},
                "automationDetails": {"id": automation_id(&options.root)},
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The scanned folder."}}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{
                    "executionSuccessful": true,
                    "exitCode": view.exit_status(options),
                    "toolExecutionNotifications": notifications,
                }],
                "results": results,
                "properties": {"asOf": view.outcome.as_of},
            }],
        });
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        let mut text = clean_json(&text);
        text.push('\n');
        text
    }
}

/// Descriptors, one for each rule *and* severity that occurs: the badge is the rule's, never the result's.
#[derive(Default)]
struct Rules {
    descriptors: Vec<Value>,
    index: BTreeMap<(&'static str, Severity), usize>,
}

impl Rules {
    fn of(
        &mut self,
        view: &View<'_>,
        rule: &'static str,
        severity: Severity,
        entry: &Entry<'_>,
    ) -> usize {
        let descriptors = &mut self.descriptors;
        *self.index.entry((rule, severity)).or_insert_with(|| {
            let finding = entry.finding;
            descriptors.push(descriptor(
                view.rule(rule),
                rule,
                severity,
                (finding.sas, finding.cwe),
            ));
            descriptors.len() - 1
        })
    }
}

fn descriptor(
    info: Option<&RuleInfo>,
    rule: &str,
    severity: Severity,
    (sas, cwe): (&[u8], &[u16]),
) -> Value {
    let title = info.map_or(rule, |info| info.title);
    let doc = info.map_or(title, |info| info.doc).trim();
    let sas = info.map_or(sas, |info| info.sas);
    let cwe = info.map_or(cwe, |info| info.cwe);
    let mut tags = vec!["security".to_owned(), "serverless".to_owned()];
    tags.extend(sas.iter().map(|n| format!("SAS-{n}")));
    tags.extend(cwe.iter().map(|n| format!("external/cwe/cwe-{n:03}")));
    tags.truncate(20);
    let doc = if doc.is_empty() { title } else { doc };
    json!({
        "id": rule_id(rule, severity),
        "name": rule,
        "shortDescription": {"text": sentence(title)},
        "fullDescription": {"text": description(doc, title)},
        "help": {"text": doc, "markdown": doc},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "tags": tags,
            "precision": "high",
            "problem.severity": problem_severity(severity),
            "security-severity": security_severity(severity),
            "sas": sas_words(sas),
        },
    })
}

fn rule_id(rule: &str, severity: Severity) -> String {
    format!("{rule}/{}", severity.word())
}

/// The first paragraph that is no heading.
fn description(doc: &str, title: &str) -> String {
    let paragraph = doc
        .split("\n\n")
        .map(|part| {
            let lines = part
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'));
            lines.map(str::trim).collect::<Vec<_>>().join(" ")
        })
        .find(|part| !part.trim().is_empty());
    let text = paragraph.unwrap_or_else(|| sentence(title));
    text.chars().take(DESCRIPTION_MAX).collect()
}

fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Note => "1.0",
    }
}

/// SARIF §3.27.10.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "note",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "recommendation",
    }
}

fn sas_words(sas: &[u8]) -> Vec<String> {
    sas.iter().map(|n| format!("SAS-{n}")).collect()
}

fn result(view: &View<'_>, rules: &mut Rules, entry: &Entry<'_>) -> Value {
    let finding = entry.finding;
    let index = rules.of(view, finding.rule, entry.severity, entry);
    let mut related = Related::default();
    let mut links = Vec::new();
    for cut in &entry.cuts {
        let words = format!("{}: {}", cut.cut.text, cut.cut.effect);
        links.extend(related.add(&cut.place, &words, &cut.cut.text));
    }
    for (span, words) in &finding.also {
        let place = Place::of(view.sources, *span);
        links.extend(related.add(&place, words, words));
    }
    let mut message = plain(&sentence(&entry.title));
    if !entry.why.is_empty() {
        message.push(' ');
        message.push_str(&plain(&sentence(&entry.why)));
    }
    if !links.is_empty() {
        message.push_str(" See ");
        message.push_str(&links.join(", "));
        message.push('.');
    }
    // A finding of a template may stand for several places; those of a flow are other ways to one line.
    let several = finding.sink.is_empty() && !finding.also.is_empty();
    if several {
        related = Related::default();
        for (span, words) in &finding.also {
            related.add(&Place::of(view.sources, *span), words, words);
        }
        message = plain(&sentence(&entry.title));
    }
    let mut properties = Map::new();
    properties.insert("sas".to_owned(), json!(sas_words(finding.sas)));
    properties.insert("severity".to_owned(), json!(entry.severity.word()));
    properties.insert("confidence".to_owned(), json!(entry.confidence.word()));
    properties.insert("aggregate".to_owned(), json!(several));
    properties.insert("reach".to_owned(), json!(reach(entry)));
    properties.insert("consequence".to_owned(), json!(finding.consequence.word()));
    if let Some(path) = &entry.path {
        properties.insert("path".to_owned(), json!(path));
    }
    if entry.rank > 0 {
        properties.insert("rank".to_owned(), json!(entry.rank));
    }
    if let Some(function) = &finding.function {
        properties.insert("function".to_owned(), json!(plain(function)));
    }
    properties.insert("id".to_owned(), json!(entry.id.short));
    let mut result = Map::new();
    result.insert(
        "ruleId".to_owned(),
        json!(rule_id(finding.rule, entry.severity)),
    );
    result.insert("ruleIndex".to_owned(), json!(index));
    result.insert("level".to_owned(), json!(level(entry.severity)));
    result.insert("message".to_owned(), json!({"text": message}));
    result.insert(
        "locations".to_owned(),
        json!([{"physicalLocation": one_line(view, &entry.place)}]),
    );
    if !related.places.is_empty() {
        result.insert("relatedLocations".to_owned(), json!(related.places));
    }
    if !entry.steps.is_empty() {
        result.insert("codeFlows".to_owned(), code_flows(entry));
    }
    result.insert(
        "partialFingerprints".to_owned(),
        fingerprints(&entry.id.full),
    );
    if let Some(suppressed) = entry.suppressed {
        result.insert(
            "suppressions".to_owned(),
            json!([suppression(view, suppressed)]),
        );
    }
    result.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(result)
}

fn aggregate_result(
    view: &View<'_>,
    rules: &mut Rules,
    aggregate: &Aggregate<'_>,
    rank: usize,
) -> Value {
    let Some(first) = aggregate.entries.first() else {
        return json!({"message": {"text": sentence(&aggregate.title)}});
    };
    let index = rules.of(view, aggregate.rule, aggregate.severity, first);
    let mut related = Related::default();
    for entry in &aggregate.entries {
        if entry.id != first.id {
            related.add(&entry.place, &entry.title, &entry.title);
        }
        for (span, words) in &entry.finding.also {
            related.add(&Place::of(view.sources, *span), words, words);
        }
    }
    let places = aggregate.places();
    let message = if places == 1 {
        sentence(&first.title)
    } else {
        sentence(&format!(
            "{}: {places} places in {}",
            aggregate.title,
            application(aggregate.app)
        ))
    };
    let mut result = json!({
        "ruleId": rule_id(aggregate.rule, aggregate.severity),
        "ruleIndex": index,
        "level": level(aggregate.severity),
        "message": {"text": plain(&message)},
        "locations": [{"physicalLocation": one_line(view, &first.place)}],
        "relatedLocations": related.places,
        "partialFingerprints": fingerprints(&aggregate.fingerprint),
        "properties": {
            "sas": sas_words(first.finding.sas),
            "severity": aggregate.severity.word(),
            "confidence": first.confidence.word(),
            "aggregate": places > 1,
            "application": plain(aggregate.app),
            "reach": reach(first),
            "consequence": first.finding.consequence.word(),
            "rank": rank,
            "places": places,
        },
    });
    if let Some(object) = result.as_object_mut()
        && places == 1
    {
        object.remove("relatedLocations");
    }
    result
}

/// The words for an application by its root.
fn application(root: &str) -> String {
    match root {
        "" | "." => "the application".to_owned(),
        root => root.to_owned(),
    }
}

/// Related places, numbered from 1, each once.
#[derive(Default)]
struct Related {
    places: Vec<Value>,
    seen: Vec<Place>,
}

impl Related {
    /// Adds a place; answers with the link that a message may hold.
    fn add(&mut self, place: &Place, words: &str, link: &str) -> Option<String> {
        if self.places.len() >= RELATED_MAX || self.seen.contains(place) {
            return None;
        }
        self.seen.push(place.clone());
        let id = self.places.len() + 1;
        self.places.push(json!({
            "id": id,
            "physicalLocation": physical(place),
            "message": {"text": plain(words)},
        }));
        Some(format!(
            "[{}]({id})",
            plain(link).replace(['[', ']', '\\'], "")
        ))
    }
}

fn code_flows(entry: &Entry<'_>) -> Value {
    let (steps, _) = chosen(&entry.steps, STEPS_MAX);
    let location = |step: &&StepView<'_>| {
        let essential = !matches!(step.step.kind, StepKind::HandOver | StepKind::Guard);
        json!({
            "location": {
                "physicalLocation": physical(&step.place),
                "message": {"text": plain(&step.step.text)},
            },
            "kinds": [step.step.kind.word()],
            "nestingLevel": step.step.depth,
            "executionOrder": step.number,
            "importance": if essential { "essential" } else { "important" },
        })
    };
    let locations: Vec<Value> = steps.iter().map(location).collect();
    json!([{"threadFlows": [{"locations": locations}]}])
}

fn fingerprints(full: &str) -> Value {
    json!({"primaryLocationLineHash": full, "palisade/v1": full})
}

fn suppression(view: &View<'_>, suppressed: &palisade_model::finding::Suppressed) -> Value {
    let mut value = json!({
        "kind": if suppressed.place.is_some() { "inSource" } else { "external" },
        "status": "accepted",
        "justification": plain(&suppressed.reason),
    });
    if let (Some(span), Some(object)) = (suppressed.place, value.as_object_mut()) {
        let place = physical(&Place::of(view.sources, span));
        object.insert("location".to_owned(), json!({"physicalLocation": place}));
    }
    value
}

fn notification(unread: &Unread<'_>) -> Value {
    let physical = match &unread.place {
        Some(place) => physical(place),
        None => json!({
            "artifactLocation": artifact(&unread.file),
            "region": {"startLine": 1},
        }),
    };
    let level = match (unread.problem.kind, unread.problem.cost) {
        (ProblemKind::Internal, _) => "error",
        (_, Cost::Nothing) => "note",
        _ => "warning",
    };
    json!({
        "level": level,
        "message": {"text": plain(&sentence(&clean(&unread.problem.message)))},
        "locations": [{"physicalLocation": physical}],
        "properties": {"kind": unread.problem.kind.word()},
    })
}

/// The first line of a place: annotations show only where all lines are in the diff.
fn one_line(view: &View<'_>, place: &Place) -> Value {
    let mut place = place.clone();
    if place.region.end_line > place.region.line {
        let line = place.region.line;
        let end = view.sources.find(&place.file).map(|file| {
            view.sources
                .region(view.sources.line_span(file, line))
                .end_column
        });
        place.region.end_line = line;
        place.region.end_column = end.unwrap_or(place.region.column);
    }
    physical(&place)
}

fn physical(place: &Place) -> Value {
    let region = place.region;
    json!({
        "artifactLocation": artifact(&place.file),
        "region": {
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        },
    })
}

fn artifact(path: &str) -> Value {
    json!({"uri": uri(path), "uriBaseId": "%SRCROOT%"})
}

/// A path as a relative reference (RFC 3986): what is no path character is percent-encoded.
pub fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut encoded = String::with_capacity(path.len());
    // A colon in the first segment would read as a scheme, a leading slash as a root.
    let first_end = path.find('/').unwrap_or(path.len());
    for (at, byte) in path.bytes().enumerate() {
        let kept = byte.is_ascii_alphanumeric()
            || b"-._~!$&'()*+,;=@".contains(&byte)
            || (byte == b'/' && at > 0)
            || (byte == b':' && at > first_end);
        if kept {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Text of a message: nothing in it may read as a link (SARIF §3.11.6).
fn plain(text: &str) -> String {
    clean(text).replace("](", "] (")
}

/// Never an absolute path: of one, its last name.
fn automation_id(root: &str) -> String {
    let root = root.replace('\\', "/");
    let trimmed = root.trim_end_matches('/');
    let name = if root.starts_with('/') || trimmed.contains(':') {
        trimmed.rsplit('/').next().unwrap_or_default()
    } else {
        trimmed.trim_start_matches("./")
    };
    match name {
        "" | "." => "palisade/".to_owned(),
        name => format!("palisade/{}/", uri(name)),
    }
}
