//! From a path of the engine to a finding: who, which field, which line, which role, which data.

use std::collections::BTreeMap;

use palisade_flow::flows::{FlowPath, PathStep, PathStepKind};
use palisade_flow::taint::place::Place;
use palisade_flow::transfer::Grammar;
use palisade_iam::Judge;
use palisade_model::app::{App, NodeId, RoleId, Trigger};
use palisade_model::finding::{
    Capped, Confidence, Consequence, Cut, Example, Finding, Step, StepKind,
};
use palisade_model::guard::Guard;
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::Origin;
use palisade_model::source::Span;

use super::{ALL, prompt};
use crate::project::Project;
use crate::rule::RuleMeta;
use crate::sas04_permissions::narrow;

/// A rule of this risk: data of the event in a grammar that obeys it.
#[derive(Debug)]
pub struct Injection {
    /// What it says about itself.
    pub meta: RuleMeta,
    /// Markdown: small projects in pairs, and what is found in them; the first pair shows the rule best.
    pub cases: &'static str,
    /// The grammars it stands for.
    pub grammars: &'static [Grammar],
    /// What follows `<who> can`.
    pub deed: &'static str,
    /// The consequence for the reason of a rank.
    pub effect: &'static str,
    /// What happens at the sink.
    pub at_sink: &'static str,
    /// What to do there.
    pub repair: &'static str,
    /// A harmless payload.
    pub payload: &'static str,
}

/// One finding for each path.
pub fn findings(project: &Project<'_>) -> Vec<Finding> {
    let mut powers = BTreeMap::new();
    let prompts = prompt::prompts(project);
    project
        .flows
        .paths
        .iter()
        .filter_map(|path| {
            let asked = prompt::asked(path, &prompts);
            finding(project, &mut powers, path, asked)
        })
        .collect()
}

/// What the role of a function can do.
#[derive(Clone, Debug, Default)]
struct Power {
    role: String,
    origin: Option<Origin>,
    data: Vec<String>,
    verbs: String,
    /// How much data it reaches.
    weight: usize,
}

/// Powers by App and by when which role is whose; functions share roles, and findings share functions.
type Powers<'a> = BTreeMap<(usize, &'a [(Guard, RoleId)], &'a Guard), Power>;

fn power<'a>(project: &Project<'a>, powers: &mut Powers<'a>, path: &FlowPath) -> Power {
    let (apps, judges): (&'a [App], &'a [Judge<'a>]) = (project.apps, project.judges);
    let both = apps.get(path.app).zip(judges.get(path.app));
    let Some(((app, judge), id)) = both.zip(path.function) else {
        return Power::default();
    };
    let Some(function) = app.functions.get(id) else {
        return Power::default();
    };
    let fresh = || {
        let (role, origin, data, verbs) = palisade_iam::role_words_by(judge, id);
        let weight = palisade_iam::data_reached_by(judge, id).len();
        Power {
            role,
            origin,
            data,
            verbs,
            weight,
        }
    };
    powers
        .entry((path.app, &function.role, &function.exists))
        .or_insert_with(fresh)
        .clone()
}

fn finding<'a>(
    project: &Project<'a>,
    powers: &mut Powers<'a>,
    path: &FlowPath,
    asked: Option<Span>,
) -> Option<Finding> {
    let rule = ALL.iter().find(|r| r.grammars.contains(&path.grammar))?;
    let rule = if asked.is_some() {
        &&prompt::RULE
    } else {
        rule
    };
    let json = path
        .callee
        .trim_start_matches('[')
        .starts_with("json.Logger");
    let framed = json || path.function.is_some() && is_framed(&path.callee);
    if path.grammar == Grammar::Log && framed {
        return None;
    }
    let app = project.apps.get(path.app)?;
    let entry = project.entries.get(path.entry)?;
    let name = match path.function {
        Some(function) => app.label(NodeId::Function(function)),
        None => {
            let file = project.sources.path(entry.file);
            format!("{} ({file})", entry.export)
        }
    };
    let trigger = path.origin.trigger.and_then(|id| app.triggers.get(id));
    let Power {
        role,
        origin: role_origin,
        data,
        verbs,
        weight,
    } = power(project, powers, path);
    let mut steps = entry_steps(app, path, trigger);
    steps.extend(middle(path, rule, asked));
    if !verbs.is_empty()
        && !data.is_empty()
        && let Some(origin) = &role_origin
    {
        let text = format!("the code may {verbs} {}", list(&data));
        steps.push(Step {
            kind: StepKind::Role,
            span: origin.span,
            text,
            depth: 0,
        });
    }
    let field = palisade_events::words(&path.origin.field);
    let field = if field.is_empty() {
        "event".to_owned()
    } else {
        short(&field)
    };
    let by = path
        .origin
        .by
        .clone()
        .unwrap_or_else(|| format!("with `{field}` of the event"));
    let deed = deed(rule, path, &name, &by);
    Some(Finding {
        rule: rule.meta.id,
        sas: rule.meta.sas,
        cwe: rule.meta.cwe,
        app: app.root.clone(),
        function: Some(name),
        trigger: trigger.map(|t| words(app, t)),
        place: path.sink,
        reach: reach(path, trigger),
        reach_unknown: path.origin.unknown,
        consequence: rule.meta.consequence,
        confidence: confidence(path),
        capped: capped(path),
        encoded: path.encoded,
        deed,
        effect: rule.effect.to_owned(),
        field,
        sink: path.callee.replace(['[', ']'], ""),
        steps,
        role: (!role.is_empty()).then_some(role),
        data,
        data_weight: weight,
        example: example(path, rule),
        cuts: cuts(project, rule, path, trigger),
        remedy: None,
        also: path.also.clone(),
        more: path.more,
    })
}

/// Whether the runtime of Lambda hands a record over in a frame, so that line breaks in it begin no other record: what
/// `console` of Node and `logging` of Python write (aws-lambda-nodejs-runtime-interface-client 4 `LogPatch`,
/// awslambdaric 3 `FramedTelemetryLogSink`, read 2026-11). `print` and `process.stdout` are split at line breaks.
fn is_framed(callee: &str) -> bool {
    let callee = callee.trim_start_matches('[');
    callee.starts_with("console.") || callee.starts_with("logging.")
}

/// What follows `<who> can`.
fn deed(rule: &Injection, path: &FlowPath, name: &str, by: &str) -> String {
    let deed = match (path.grammar, path.place) {
        (Grammar::UrlHost, Place::UrlPath) => "choose the path of a request",
        (Grammar::Archive, _) => "write files of their choice with an archive",
        _ => rule.deed,
    };
    let through = match path.crossings.first() {
        Some((from, _, _)) if from != name => format!(" through {from}"),
        _ => String::new(),
    };
    format!("{deed} in {name}{through} {by}")
}

fn confidence(path: &FlowPath) -> Confidence {
    let doubts = path.opaque + u8::from(path.doubtful) + u8::from(path.origin.unknown);
    match doubts {
        0 => Confidence::Certain,
        1 => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

fn capped(path: &FlowPath) -> Option<Capped> {
    match (path.latent, path.place) {
        (true, _) => Some(Capped::Latent),
        _ if path.grammar == Grammar::Log => Some(Capped::Hygiene),
        (_, Place::UrlPath) => Some(Capped::UrlPath),
        _ => None,
    }
}

fn reach(path: &FlowPath, trigger: Option<&Trigger>) -> Reach {
    let mut reach = trigger.map(|t| t.reach.clone()).unwrap_or_default();
    reach.surely = path.origin.surely;
    reach.possibly = path.origin.possibly.max(path.origin.surely);
    reach
}

/// The steps in the template: why somebody can send it, and what it starts.
fn entry_steps(app: &App, path: &FlowPath, trigger: Option<&Trigger>) -> Vec<Step> {
    let Some(trigger) = trigger else {
        return Vec::new();
    };
    let mut steps: Vec<Step> = trigger
        .reach
        .because
        .iter()
        .filter(|(origin, _)| origin.span != trigger.origin.span)
        .take(2)
        .map(|(origin, text)| Step {
            kind: StepKind::Entry,
            span: origin.span,
            text: text.clone(),
            depth: 0,
        })
        .collect();
    let function = path
        .origin
        .function
        .map(|f| app.label(NodeId::Function(f)))
        .unwrap_or_default();
    let text = palisade_events::find(trigger.event)
        .map_or_else(String::new, |s| s.entry.replace("{function}", &function));
    steps.push(Step {
        kind: StepKind::Entry,
        span: trigger.origin.span,
        text,
        depth: 0,
    });
    steps
}

/// The steps in the code.
fn middle(path: &FlowPath, rule: &Injection, asked: Option<Span>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    // What a decoder reads is as foreign as before.
    let last_decode = path
        .steps
        .iter()
        .rposition(|s| s.kind == PathStepKind::Decode);
    let last_field = path
        .steps
        .iter()
        .rposition(|s| s.kind == PathStepKind::Field);
    for (at, step) in path.steps.iter().enumerate() {
        let (kind, text) = match step.kind {
            PathStepKind::Field if Some(at) == last_field => {
                (StepKind::Field, "chosen by the sender".to_owned())
            }
            PathStepKind::Field => (StepKind::Field, "as it was sent".to_owned()),
            PathStepKind::Call => (StepKind::HandOver, format!("handed to `{}`", step.note)),
            PathStepKind::Opaque => (
                StepKind::HandOver,
                "through a call whose code was not read".to_owned(),
            ),
            PathStepKind::Library if Some(step.span) == asked => (
                StepKind::HandOver,
                "asked of a model, which answers as the text says".to_owned(),
            ),
            PathStepKind::Library | PathStepKind::Decode => continue,
            PathStepKind::Safe if last_decode.is_some_and(|decode| at < decode) => continue,
            PathStepKind::Safe => (
                StepKind::Guard,
                format!("safe for {}, not for {}", step.note, path.grammar.word()),
            ),
            PathStepKind::Check => (
                StepKind::Guard,
                "checked here, which does not stop it".to_owned(),
            ),
            PathStepKind::Concat => (StepKind::HandOver, "built into the text".to_owned()),
            PathStepKind::Write => (StepKind::Crossing, format!("written to {}", step.note)),
            PathStepKind::Read => (StepKind::Crossing, format!("read from {}", step.note)),
            PathStepKind::Sink => (StepKind::Line, sink_text(path, rule)),
        };
        // A text that is built in the sink call itself needs no step of its own.
        let inside_sink = step.kind == PathStepKind::Concat
            && step.span.file == path.sink.file
            && step.span.start >= path.sink.start
            && step.span.end <= path.sink.end;
        if inside_sink || is_repeated(&path.steps, at) {
            continue;
        }
        steps.push(Step {
            kind,
            span: step.span,
            text,
            depth: step.depth,
        });
    }
    steps
}

fn is_repeated(steps: &[PathStep], at: usize) -> bool {
    let Some(step) = steps.get(at) else {
        return false;
    };
    steps
        .get(at + 1)
        .is_some_and(|next| next.kind == step.kind && next.span == step.span)
}

fn sink_text(path: &FlowPath, rule: &Injection) -> String {
    match (path.grammar, path.place) {
        (Grammar::Program, _) => "it names the program that is started".to_owned(),
        (Grammar::UrlHost, Place::UrlPath) => "it chooses the path at a fixed host".to_owned(),
        _ => rule.at_sink.to_owned(),
    }
}

fn cuts(
    project: &Project<'_>,
    rule: &Injection,
    path: &FlowPath,
    trigger: Option<&Trigger>,
) -> Vec<Cut> {
    let mut cuts = vec![Cut {
        span: path.sink,
        text: rule.repair.to_owned(),
        effect: "closes the path".to_owned(),
        closes: true,
    }];
    let open = trigger.filter(|t| t.reach.surely >= Level::OtherAccount && t.event == "aws.s3");
    if let Some((origin, _)) = open.and_then(|t| t.reach.because.first()) {
        cuts.push(Cut {
            span: origin.span,
            text: "take uploads only with a signed form".to_owned(),
            effect: "closes the path".to_owned(),
            closes: true,
        });
    }
    if rule.meta.consequence >= Consequence::TakesData {
        let of = project
            .apps
            .get(path.app)
            .zip(project.balances.get(path.app));
        let narrow = of.zip(path.function);
        cuts.extend(narrow.and_then(|((app, balance), id)| narrow::cut(app, balance, id)));
    }
    cuts
}

fn example(path: &FlowPath, rule: &Injection) -> Option<Example> {
    let shape = palisade_events::find(path.origin.event)?;
    let nested: Vec<&palisade_events::Shape> = path
        .origin
        .nested
        .iter()
        .filter_map(|id| palisade_events::find(id))
        .collect();
    let payload = payload(path, rule);
    let event = palisade_events::generate(shape, &nested, &path.origin.field, &payload);
    Some(Example {
        payload,
        event: serde_json::to_string_pretty(&event).ok()?,
    })
}

/// The payload that fits the text in front of it.
fn payload(path: &FlowPath, rule: &Injection) -> String {
    let quoted = |c: char| path.prefix.chars().filter(|p| *p == c).count() % 2 == 1;
    match path.grammar {
        _ if rule.grammars.is_empty() => rule.payload.to_owned(),
        Grammar::Shell => {
            let close = if quoted('"') {
                "\""
            } else if quoted('\'') {
                "'"
            } else {
                ""
            };
            // Spaces do not survive every field; the shell's own separator does.
            format!("x{close};touch${{IFS}}/tmp/palisade-canary;{close}")
        }
        Grammar::Path if path.prefix.is_empty() => "/tmp/palisade-canary".to_owned(),
        _ => rule.payload.to_owned(),
    }
}

/// A trigger in words, such as `POST /order`.
fn words(app: &App, trigger: &Trigger) -> String {
    if let Some(route) = &trigger.route {
        return format!("{} {}", route.method, route.path).trim().to_owned();
    }
    let title = palisade_events::find(trigger.event).map_or(trigger.event, |s| s.title.as_str());
    match trigger.source {
        Some(node) => format!("{title} of {}", app.label(node)),
        None => title.to_owned(),
    }
}

/// The end of a field's path, where its beginning is only the envelope.
fn short(field: &str) -> String {
    field.strip_prefix("Records[].").unwrap_or(field).to_owned()
}

fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
