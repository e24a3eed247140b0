//! JSON, `"schema": "palisade/1"`: fields are added, never renamed, retyped or removed within `/1`.

use palisade_model::finding::{Finding, FunctionSummary};
use palisade_model::problem::Cost;
use palisade_model::source::Span;
use serde::Serialize;

use crate::format::Format;
use crate::hostile::{clean, clean_json};
use crate::options::Options;
use crate::rule_info::RuleInfo;
use crate::view::View;
use crate::view::aggregate::Aggregate;
use crate::view::entry::{CutView, Entry, StepView};
use crate::view::place;
use crate::view::severity::Severity;
use crate::view::unread::Unread;

/// The format `json`.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn write(&self, view: &View<'_>, options: &Options) -> String {
        let document = Document::of(view, options);
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        let mut text = clean_json(&text);
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    tool: Tool,
    app: App,
    paths: Vec<PathV1>,
    findings: Vec<FindingV1>,
    aggregates: Vec<AggregateV1>,
    problems: Vec<ProblemV1>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    rules: Vec<&'static str>,
}

#[derive(Serialize)]
struct App {
    name: String,
    functions: Vec<Function>,
    triggers: Vec<Trigger>,
    resources: Vec<Resource>,
    roles: Vec<Role>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Function {
    name: String,
    app: String,
    place: PlaceV1,
    triggers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    incomplete: Vec<String>,
}

#[derive(Serialize)]
struct Trigger {
    function: String,
    words: String,
}

#[derive(Serialize)]
struct Resource {
    name: String,
    kind: &'static str,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Role {
    name: String,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct PlaceV1 {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
struct StepV1 {
    n: usize,
    kind: &'static str,
    place: PlaceV1,
    text: String,
}

#[derive(Serialize)]
struct CutV1 {
    place: PlaceV1,
    text: String,
    effect: String,
    closes: bool,
}

#[derive(Serialize)]
struct PathV1 {
    id: String,
    rank: usize,
    severity: &'static str,
    reach: &'static str,
    consequence: &'static str,
    why: String,
    who: &'static str,
    field: String,
    line: PlaceV1,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    data: Vec<String>,
    steps: Vec<StepV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    cuts: Vec<CutV1>,
    findings: Vec<String>,
}

#[derive(Serialize)]
struct FindingV1 {
    id: String,
    fingerprint: String,
    rule: &'static str,
    sas: Vec<String>,
    cwe: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<usize>,
    severity: &'static str,
    confidence: &'static str,
    reach: &'static str,
    consequence: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    app: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
    place: PlaceV1,
    steps: Vec<StepV1>,
    also: Vec<AlsoV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedV1>,
}

#[derive(Serialize)]
struct AlsoV1 {
    place: PlaceV1,
    text: String,
}

#[derive(Serialize)]
struct SuppressedV1 {
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceV1>,
}

#[derive(Serialize)]
struct AggregateV1 {
    rule: &'static str,
    app: String,
    title: String,
    severity: &'static str,
    count: usize,
    places: Vec<PlaceV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

#[derive(Serialize)]
struct ProblemV1 {
    kind: &'static str,
    place: PlaceV1,
    message: String,
    cost: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    as_of: String,
    files: usize,
    left_out: usize,
    functions: usize,
    functions_linked: usize,
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    note: usize,
    hygiene: usize,
    suppressed: usize,
    hidden: usize,
    problems: usize,
    understood: bool,
    fail_on: &'static str,
    failing: usize,
    exit: u8,
}

impl Document {
    fn of(view: &View<'_>, options: &Options) -> Self {
        let listed = view.entries.iter().map(|entry| FindingV1::of(view, entry));
        let suppressed = view.suppressed.iter();
        Self {
            schema: "palisade/1",
            tool: Tool {
                name: "palisade",
                version: env!("CARGO_PKG_VERSION"),
                rules: view.rules.iter().map(|rule| rule.id).collect(),
            },
            app: App::of(view),
            paths: view
                .listed()
                .filter(|entry| entry.is_path())
                .map(|entry| PathV1::of(view, entry))
                .collect(),
            findings: listed
                .chain(suppressed.map(|entry| FindingV1::of(view, entry)))
                .collect(),
            aggregates: view
                .aggregates
                .iter()
                .map(|aggregate| AggregateV1::of(view, aggregate))
                .collect(),
            problems: view.unread.iter().map(ProblemV1::of).collect(),
            summary: Summary::of(view, options),
        }
    }
}

impl App {
    fn of(view: &View<'_>) -> Self {
        let functions = &view.outcome.functions;
        let mut roles: Vec<Role> = functions
            .iter()
            .filter_map(|function| function.role.clone())
            .map(|name| Role { name })
            .collect();
        roles.sort();
        roles.dedup();
        let trigger = |function: &FunctionSummary| {
            let name = function.name.clone();
            let words = function.triggers.clone().into_iter();
            words
                .map(|words| Trigger {
                    function: name.clone(),
                    words,
                })
                .collect::<Vec<_>>()
        };
        Self {
            name: functions.first().map(|f| f.app.clone()).unwrap_or_default(),
            functions: functions.iter().map(|f| Function::of(view, f)).collect(),
            triggers: functions.iter().flat_map(trigger).collect(),
            resources: view
                .outcome
                .resources
                .iter()
                .map(|(name, kind)| Resource {
                    name: name.clone(),
                    kind,
                })
                .collect(),
            roles,
        }
    }
}

impl Function {
    fn of(view: &View<'_>, function: &FunctionSummary) -> Self {
        Self {
            name: function.name.clone(),
            app: function.app.clone(),
            place: PlaceV1::span(view, function.place),
            triggers: function.triggers.clone(),
            handler: function.handler.clone(),
            role: function.role.clone(),
            incomplete: function.incomplete.clone(),
        }
    }
}

impl PlaceV1 {
    fn of(place: &place::Place) -> Self {
        Self {
            file: place.file.clone(),
            line: Some(place.region.line),
            column: Some(place.region.column),
            end_line: Some(place.region.end_line),
            end_column: Some(place.region.end_column),
        }
    }

    fn span(view: &View<'_>, span: Span) -> Self {
        Self::of(&place::Place::of(view.sources, span))
    }
}

impl StepV1 {
    fn of(step: &StepView<'_>) -> Self {
        Self {
            n: step.number,
            kind: step.step.kind.word(),
            place: PlaceV1::of(&step.place),
            text: clean(&step.step.text),
        }
    }
}

impl CutV1 {
    fn of(cut: &CutView<'_>) -> Self {
        Self {
            place: PlaceV1::of(&cut.place),
            text: clean(&cut.cut.text),
            effect: clean(&cut.cut.effect),
            closes: cut.cut.closes,
        }
    }
}

impl PathV1 {
    fn of(view: &View<'_>, entry: &Entry<'_>) -> Self {
        let finding = entry.finding;
        let links = view.links(entry).map(|link| link.id.short.clone());
        Self {
            id: entry.id.short.clone(),
            rank: entry.rank,
            severity: entry.severity.word(),
            reach: reach(entry),
            consequence: finding.consequence.word(),
            why: entry.why.clone(),
            who: entry.who,
            field: finding.field.clone(),
            line: PlaceV1::of(&entry.place),
            role: finding.role.clone(),
            data: finding.data.clone(),
            steps: entry.steps.iter().map(StepV1::of).collect(),
            payload: finding.example.as_ref().map(|e| e.payload.clone()),
            event: finding.example.as_ref().map(|e| e.event.clone()),
            cuts: entry.cuts.iter().map(CutV1::of).collect(),
            findings: std::iter::once(entry.id.short.clone())
                .chain(links)
                .collect(),
        }
    }
}

impl FindingV1 {
    fn of(view: &View<'_>, entry: &Entry<'_>) -> Self {
        let finding: &Finding = entry.finding;
        let also = finding.also.iter().map(|(span, text)| AlsoV1 {
            place: PlaceV1::span(view, *span),
            text: clean(text),
        });
        Self {
            id: entry.id.short.clone(),
            fingerprint: entry.id.full.clone(),
            rule: finding.rule,
            sas: finding.sas.iter().map(|n| format!("SAS-{n}")).collect(),
            cwe: finding.cwe.iter().map(|n| format!("CWE-{n}")).collect(),
            rank: Some(entry.rank).filter(|rank| *rank > 0),
            severity: entry.severity.word(),
            confidence: entry.confidence.word(),
            reach: reach(entry),
            consequence: finding.consequence.word(),
            title: entry.title.clone(),
            why: Some(entry.why.clone()).filter(|why| !why.is_empty()),
            app: finding.app.clone(),
            function: finding.function.clone(),
            trigger: finding.trigger.clone(),
            place: PlaceV1::of(&entry.place),
            steps: entry.steps.iter().map(StepV1::of).collect(),
            also: also.collect(),
            path: entry.path.clone(),
            change: entry.cuts.first().map(|cut| clean(&cut.cut.text)),
            fix: entry.fix(),
            suppressed: entry.suppressed.map(|suppressed| SuppressedV1 {
                reason: clean(&suppressed.reason),
                place: suppressed.place.map(|span| PlaceV1::span(view, span)),
            }),
        }
    }
}

impl AggregateV1 {
    fn of(view: &View<'_>, aggregate: &Aggregate<'_>) -> Self {
        let places = aggregate.entries.iter().flat_map(|entry| {
            let also = entry.finding.also.iter();
            std::iter::once(PlaceV1::of(&entry.place))
                .chain(also.map(|(span, _)| PlaceV1::span(view, *span)))
        });
        Self {
            rule: aggregate.rule,
            app: clean(aggregate.app),
            title: aggregate.title.clone(),
            severity: aggregate.severity.word(),
            count: aggregate.places(),
            places: places.collect(),
            fix: aggregate.entries.iter().find_map(Entry::fix),
        }
    }
}

impl ProblemV1 {
    fn of(unread: &Unread<'_>) -> Self {
        let nowhere = PlaceV1 {
            file: unread.file.clone(),
            line: None,
            column: None,
            end_line: None,
            end_column: None,
        };
        Self {
            kind: unread.problem.kind.word(),
            place: unread.place.as_ref().map_or(nowhere, PlaceV1::of),
            message: clean(&unread.problem.message),
            cost: cost(unread.problem.cost),
        }
    }
}

impl Summary {
    fn of(view: &View<'_>, options: &Options) -> Self {
        let of = |severity| view.listed().filter(|e| e.severity == severity).count();
        let functions = &view.outcome.functions;
        Self {
            as_of: view.outcome.as_of.clone(),
            files: view.outcome.files,
            left_out: view.outcome.left_out,
            functions: functions.len(),
            functions_linked: functions.iter().filter(|f| f.handler.is_some()).count(),
            critical: of(Severity::Critical),
            high: of(Severity::High),
            medium: of(Severity::Medium),
            low: of(Severity::Low),
            note: of(Severity::Note),
            hygiene: view.aggregates.iter().map(Aggregate::places).sum(),
            suppressed: view.suppressed.len(),
            hidden: view.hidden,
            problems: view.unread.len(),
            understood: view.outcome.understood,
            fail_on: options.fail_on.word(),
            failing: view.at_or_above(options.fail_on),
            exit: view.exit_status(options),
        }
    }
}

/// The word of a cost.
fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Nothing => "nothing",
        Cost::Value => "value",
        Cost::Node => "node",
        Cost::File => "file",
    }
}

/// The reach that severity goes by; `unknown` where no trigger tells.
pub fn reach(entry: &Entry<'_>) -> &'static str {
    use palisade_model::finding::Capped;
    if entry.finding.capped == Some(Capped::Latent) {
        "nobody"
    } else if entry.finding.reach_unknown {
        "unknown"
    } else {
        entry.level.word()
    }
}

/// The rules as a JSON array.
pub fn rules(rules: &[RuleInfo]) -> String {
    let row = |rule: &RuleInfo| {
        serde_json::json!({
            "id": rule.id,
            "title": rule.title,
            "sas": rule.sas.iter().map(|n| format!("SAS-{n}")).collect::<Vec<_>>(),
            "cwe": rule.cwe.iter().map(|n| format!("CWE-{n}")).collect::<Vec<_>>(),
            "consequence": rule.consequence.word(),
        })
    };
    let rows: Vec<serde_json::Value> = rules.iter().map(row).collect();
    let mut text = serde_json::to_string_pretty(&rows).unwrap_or_default();
    text.push('\n');
    text
}

/// An event ready to pipe: equal JSON, without raw characters that turn or hide text.
pub fn event(event: &str) -> String {
    let mut text = clean_json(event.trim_end());
    text.push('\n');
    text
}
