//! Roles as JSON: fields are added, never renamed, retyped or removed.

use std::collections::BTreeMap;

use palisade_model::need::{Difference, Fit, FunctionRole, Need, OwnRole, Radius, Roles, Way, Why};
use palisade_model::source::{Sources, Span};
use serde::Serialize;

use super::of;
use super::policy::document;
use super::spell::spelled;
use super::words;
use crate::hostile::cleaned_json;
use crate::view::place::Place;

#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    functions: Functions<'r>,
    summary: SummaryV1,
}

/// The functions, made one by one as they are written: there may be thousands.
struct Functions<'r>(&'r Roles, &'r Sources);

impl Serialize for Functions<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(roles, sources) = self;
        serializer.collect_seq(roles.functions.iter().map(|f| function(f, sources)))
    }
}

#[derive(Serialize)]
struct SummaryV1 {
    functions: usize,
    fits: usize,
    differs: usize,
    incomplete: usize,
    unread: usize,
    elsewhere: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionV1 {
    template: String,
    function: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceV1>,
    read: bool,
    state: &'static str,
    reach: ReachV1,
    started: bool,
    roles: Vec<RoleV1>,
    needed: usize,
    granted: usize,
    needs: BTreeMap<String, Vec<String>>,
    optional: BTreeMap<String, Vec<String>>,
    platform: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excess: Option<Vec<DifferenceV1>>,
    missing: Vec<DifferenceV1>,
    missing_platform: Vec<DifferenceV1>,
    unknown_actions: Vec<DifferenceV1>,
    escalations: Vec<WayV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blast_radius: Option<RadiiV1>,
    incomplete: Vec<NoteV1>,
    unresolved: Vec<NoteV1>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_methods: Vec<NoteV1>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreached: Vec<NoteV1>,
    conditions: Vec<ConditionV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct ReachV1 {
    surely: &'static str,
    possibly: &'static str,
}

#[derive(Serialize)]
struct RoleV1 {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceV1>,
    shared: Vec<String>,
    #[serde(rename = "sharedCount")]
    shared_count: usize,
    granted: usize,
    unread: bool,
}

/// A place, as those of a scan.
#[derive(Serialize)]
pub(super) struct PlaceV1 {
    file: String,
    line: u32,
}

/// The place of a span.
pub(super) fn place(sources: &Sources, span: Span) -> PlaceV1 {
    PlaceV1 {
        file: sources.path(span.file).to_owned(),
        line: Place::of(sources, span).region.line,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferenceV1 {
    action: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    managed_policy: bool,
    resources: Vec<String>,
    why: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needed: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<String>,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    harm: Option<&'static str>,
    places: Vec<PlaceV1>,
}

#[derive(Serialize)]
struct WayV1 {
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    sure: bool,
    places: Vec<PlaceV1>,
}

#[derive(Serialize)]
struct RadiiV1 {
    before: RadiusV1,
    after: RadiusV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RadiusV1 {
    reached: Vec<ReachedV1>,
    reached_count: usize,
    services: Vec<ReachedV1>,
    starts: Vec<String>,
    starts_count: usize,
    takes: Vec<String>,
    weight: u32,
    unread: bool,
}

#[derive(Serialize)]
struct ReachedV1 {
    name: String,
    can: Vec<&'static str>,
}

#[derive(Serialize)]
struct NoteV1 {
    file: String,
    line: u32,
    why: String,
}

#[derive(Serialize)]
struct ConditionV1 {
    action: String,
    operator: String,
    key: String,
    values: Vec<String>,
}

/// The roles of a tree.
pub fn json(roles: &Roles, sources: &Sources) -> String {
    let count = |fit| of(roles, fit).count();
    let document = Document {
        schema: "palisade-roles/1",
        functions: Functions(roles, sources),
        summary: SummaryV1 {
            functions: roles.functions.len(),
            fits: count(Fit::Fits),
            differs: count(Fit::Differs),
            incomplete: count(Fit::Incomplete),
            unread: count(Fit::Unread),
            elsewhere: count(Fit::Elsewhere),
        },
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    let mut text = cleaned_json(text);
    text.push('\n');
    text
}

fn function(role: &FunctionRole, sources: &Sources) -> FunctionV1 {
    let note = |(span, why): &(Span, String)| NoteV1 {
        file: sources.path(span.file).to_owned(),
        line: Place::of(sources, *span).region.line,
        why: why.clone(),
    };
    let conditions = role.needs.needs.iter().flat_map(|need| {
        need.conditions
            .iter()
            .map(|(operator, key, values)| ConditionV1 {
                action: need.action.clone(),
                operator: operator.clone(),
                key: key.clone(),
                values: values.iter().map(spelled).collect(),
            })
    });
    let differences = |all: &[Difference]| -> Vec<DifferenceV1> {
        all.iter().map(|one| difference(one, sources)).collect()
    };
    FunctionV1 {
        template: role.template.clone(),
        function: role.function.clone(),
        place: role.span.map(|span| place(sources, span)),
        read: role.read,
        state: role.fit.word(),
        reach: ReachV1 {
            surely: role.reach.surely.word(),
            possibly: role.reach.possibly.word(),
        },
        started: role.started,
        roles: role
            .roles
            .iter()
            .map(|own| own_role(own, sources))
            .collect(),
        needed: role.needs.needs.len(),
        granted: role.roles.iter().map(|own| own.granted).max().unwrap_or(0),
        needs: table(&role.needs.needs),
        optional: table(&role.needs.optional),
        platform: table(&role.needs.platform),
        excess: role.read.then(|| differences(&role.excess)),
        missing: differences(&role.missing),
        missing_platform: differences(&role.missing_platform),
        unknown_actions: differences(&role.unknown_actions),
        escalations: role.ways.iter().map(|one| way(one, sources)).collect(),
        blast_radius: role.radius.as_ref().map(|(before, after)| RadiiV1 {
            before: radius(before),
            after: radius(after),
        }),
        incomplete: role.needs.incomplete.iter().map(note).collect(),
        unresolved: role.needs.unresolved.iter().map(note).collect(),
        unknown_methods: role
            .needs
            .unknown_methods
            .iter()
            .map(|call| note(&(call.span, words::unknown_method(call))))
            .collect(),
        unreached: role
            .needs
            .spare
            .iter()
            .map(|call| note(&(call.span, words::spare(call))))
            .collect(),
        conditions: conditions.collect(),
        policy: role.read.then(|| document(&role.least)),
    }
}

fn own_role(own: &OwnRole, sources: &Sources) -> RoleV1 {
    RoleV1 {
        name: own.name.clone(),
        place: own.span.map(|span| place(sources, span)),
        shared: own.shared.clone(),
        shared_count: own.shared_count,
        granted: own.granted,
        unread: own.unread,
    }
}

fn difference(difference: &Difference, sources: &Sources) -> DifferenceV1 {
    let (why, needed) = match &difference.why {
        Why::Unused => ("unused", Vec::new()),
        Why::Actions(needed) => ("actions", needed.clone()),
        Why::Resources(_) => ("resources", Vec::new()),
        Why::Lacking => ("missing", Vec::new()),
        Why::Unknown => ("unknown", Vec::new()),
    };
    DifferenceV1 {
        action: difference.action.clone(),
        managed_policy: difference.managed,
        resources: difference.resources.iter().map(spelled).collect(),
        why,
        needed,
        actions: difference.actions.clone(),
        count: difference.count,
        harm: difference.harm.map(|(words, _)| words),
        places: difference
            .spans
            .iter()
            .map(|s| place(sources, *s))
            .collect(),
    }
}

fn way(way: &Way, sources: &Sources) -> WayV1 {
    WayV1 {
        words: format!("it can {}", way.words),
        target: way.target.clone(),
        sure: way.surely,
        places: way.spans.iter().map(|s| place(sources, *s)).collect(),
    }
}

fn radius(radius: &Radius) -> RadiusV1 {
    let reached = |all: &[(String, Vec<&'static str>)]| -> Vec<ReachedV1> {
        all.iter()
            .map(|(name, can)| ReachedV1 {
                name: name.clone(),
                can: can.clone(),
            })
            .collect()
    };
    RadiusV1 {
        reached: reached(&radius.reached),
        reached_count: radius.reached_count,
        services: reached(&radius.everywhere),
        starts: radius.starts.clone(),
        starts_count: radius.starts_count,
        takes: radius.takes.clone(),
        weight: radius.weight,
        unread: radius.unread,
    }
}

fn table(needs: &[Need]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for need in needs {
        let resources = all.entry(need.action.clone()).or_default();
        for text in &need.resources {
            let spelled = spelled(text);
            if !resources.contains(&spelled) {
                resources.push(spelled);
            }
        }
        resources.sort();
    }
    all
}
