//! Secrets in plain text: in templates, in settings, in code.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{App, Kind, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::{Basis, Given, Setting};
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas07_secrets::handed;
use crate::sas07_secrets::hits::{self, Hit};
use crate::sas07_secrets::names;
use crate::sas07_secrets::plausible;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-secret",
        title: "a secret in plain text",
        sas: &[7],
        cwe: &[798],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// A secret that a template gives to something.
struct InTemplate {
    span: Span,
    /// What it is, with its article.
    what: &'static str,
    /// Where it stands, such as ``in the environment of Pay as `API_KEY` ``.
    place: String,
    /// How to do it instead.
    cut: &'static str,
    function: Option<String>,
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut hits = hits(project);
    let mut found: Vec<Finding> = Vec::new();
    let mut placed: BTreeSet<(&str, u32)> = BTreeSet::new();
    for app in project.apps {
        for given in given(app) {
            let path = project.sources.path(given.span.file);
            // A value that many functions inherit is one secret.
            if !placed.insert((path, given.span.start)) {
                continue;
            }
            let text = take(&mut hits, path, given.span);
            found.push(of_given(rule, app, &given, text.as_ref()));
        }
    }
    let none = App::default();
    for (path, hits) in &hits {
        let app = around(project.apps, path).unwrap_or(&none);
        found.extend(hits.iter().map(|(span, hit)| of_hit(rule, app, *span, hit)));
    }
    found.sort_by_key(|finding| finding.place);
    findings.extend(found);
}

/// Secrets of texts by path, each with its place.
type Hits<'a> = BTreeMap<&'a str, Vec<(Span, Hit)>>;

fn hits<'a>(project: &Project<'a>) -> Hits<'a> {
    let mut found = Hits::new();
    for (file, source) in project.sources.iter() {
        let path = source.path.as_str();
        // Code inside a template has the text of the template once more.
        let Some(style) = hits::style(path).filter(|_| !found.contains_key(path)) else {
            continue;
        };
        let placed = |hit: Hit| (Span::new(file, hit.start, hit.end), hit);
        let mut hits = hits::of_text(&source.text, style);
        hits.retain(|hit| !hits::has_expired(&source.text, hit, project.as_of));
        found.insert(path, hits.into_iter().map(placed).collect());
    }
    for site in &project.flows.code.calls {
        let Some((what, span)) = handed::of_call(site, project.sources) else {
            continue;
        };
        let path = project.sources.path(span.file);
        let Some(hits) = found.get_mut(path) else {
            continue;
        };
        let covers = |(place, _): &(Span, Hit)| place.start < span.end && span.start < place.end;
        if !hits.iter().any(covers) {
            let hit = Hit {
                start: span.start as usize,
                end: span.end as usize,
                what: what.to_owned(),
                name: None,
                gain: Consequence::TakesData,
                id: None,
            };
            hits.push((span, hit));
        }
    }
    found
}

/// Takes the hit that a place covers: it is the same secret.
fn take(hits: &mut Hits<'_>, path: &str, span: Span) -> Option<Hit> {
    let hits = hits.get_mut(path)?;
    let covers = |(place, _): &(Span, Hit)| place.start < span.end && span.start < place.end;
    let at = hits.iter().position(covers)?;
    Some(hits.remove(at).1)
}

/// The App whose root lies nearest around a path.
fn around<'a>(apps: &'a [App], path: &str) -> Option<&'a App> {
    let holds = |app: &&App| {
        app.root == "."
            || path
                .strip_prefix(app.root.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
    };
    apps.iter()
        .filter(holds)
        .max_by_key(|app| if app.root == "." { 0 } else { app.root.len() })
}

fn of_hit(rule: &Rule, app: &App, span: Span, hit: &Hit) -> Finding {
    let deed = match &hit.name {
        Some(name) => format!("{} stands in plain text under `{name}`", hit.what),
        None => format!("{} stands in plain text", hit.what),
    };
    let mut draft = Draft::at(rule, app, span, short(&deed))
        .consequence(hit.gain)
        .effect("whoever reads the project has it")
        .cut(
            span,
            "keep it in a secret store, fetch it when it runs, and change it now",
        );
    if let Some((start, end)) = hit.id {
        draft = draft.also(Span::new(span.file, start, end), "its id");
    }
    draft.done()
}

fn of_given(rule: &Rule, app: &App, given: &InTemplate, text: Option<&Hit>) -> Finding {
    let what = text
        .filter(|hit| hit.name.is_none())
        .map_or(given.what, |hit| hit.what.as_str());
    let mut draft = Draft::at(
        rule,
        app,
        given.span,
        short(&format!("{what} {}", given.place)),
    )
    .consequence(text.map_or(rule.meta.consequence, |hit| hit.gain))
    .effect("whoever reads the template or the configuration has it")
    .cut(given.span, given.cut);
    if let Some((start, end)) = text.and_then(|hit| hit.id) {
        draft = draft.also(Span::new(given.span.file, start, end), "its id");
    }
    if let Some(function) = &given.function {
        draft = draft.named(function);
    }
    draft.done()
}

/// Titles stay short, whatever the user's names.
fn short(deed: &str) -> String {
    if deed.chars().count() <= 90 {
        return deed.to_owned();
    }
    let cut: String = deed.chars().take(86).collect();
    format!("{cut} …")
}

/// Secrets in the environment of functions, in defaults of parameters, and in open parameters of the store.
fn given(app: &App) -> Vec<InTemplate> {
    let mut found = Vec::new();
    for (id, function) in app.functions.enumerate() {
        let label = app.label(NodeId::Function(id));
        for (name, setting) in &function.env {
            let what = judged(name, setting);
            found.extend(what.map(|what| InTemplate {
                span: setting.origin.span,
                what,
                place: format!("stands in the environment of {label} as `{name}`"),
                cut: "name the secret there, and fetch its value when the function starts",
                function: Some(label.clone()),
            }));
        }
    }
    for parameter in &app.setup.parameters {
        let name = parameter.key.address.rsplit('/').next().unwrap_or_default();
        let what = judged(name, &parameter.default);
        found.extend(what.map(|what| InTemplate {
            span: parameter.default.origin.span,
            what,
            place: format!("is the default of the parameter `{name}`"),
            cut: "take the default away, and refer to a secret by a dynamic reference",
            function: None,
        }));
    }
    for resource in app.resources.iter().filter(|r| r.kind == Kind::Parameter) {
        let Some(value) = resource.settings.text(Attribute::StoredValue) else {
            continue;
        };
        let stored = resource.name.known().map(Text::words);
        let last = stored.as_deref().and_then(|name| name.rsplit('/').next());
        let what = [last, Some(resource.key.address.as_str())]
            .into_iter()
            .flatten()
            .find_map(|name| judged(name, value));
        found.extend(what.map(|what| InTemplate {
            span: value.origin.span,
            what,
            place: format!(
                "is written into the open parameter {}",
                resource.key.address
            ),
            cut: "store it as a SecureString, outside the template",
            function: None,
        }));
    }
    found
}

/// What a setting holds, if its name and its written value agree that it is a secret.
fn judged(name: &str, setting: &Setting<Text>) -> Option<&'static str> {
    let promise = names::promise(name)?;
    let Given::Known(text, Basis::Written) = &setting.given else {
        return None;
    };
    let literal = text.literal()?;
    plausible::under(promise, literal, true).then(|| promise.word())
}
