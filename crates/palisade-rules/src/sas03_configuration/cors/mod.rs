//! Rules for other websites that let every one in.

use std::collections::BTreeSet;

use palisade_model::app::App;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};
use palisade_model::setup::CrossOrigin;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-cors",
        title: "every website may call from a browser",
        sas: &[3],
        cwe: &[942],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut seen = BTreeSet::new();
        let open = app.setup.origins.iter().filter(|rule| is_open(app, rule));
        for origin in open {
            // What many APIs inherit is written once.
            if seen.insert(origin.origin.span) {
                findings.push(finding(rule, app, origin));
            }
        }
    }
}

/// Whether every website is let in; for a bucket only where it may change something.
fn is_open(app: &App, rule: &CrossOrigin) -> bool {
    let bucket = rule.of.as_ref().is_some_and(|key| {
        app.resources
            .iter()
            .any(|r| r.key == *key && r.kind == palisade_model::app::Kind::Bucket)
    });
    let changes = |method: &String| matches!(method.as_str(), "PUT" | "POST" | "DELETE");
    let every = matches!(rule.allowed.literal(), Some("*" | "https://*" | "http://*"));
    every && (!bucket || rule.methods.iter().any(changes))
}

fn finding(rule: &Rule, app: &App, origin: &CrossOrigin) -> Finding {
    let place = origin.origin.span;
    let name = match &origin.of {
        Some(key) => key.address.clone(),
        None => "each API of the template".to_owned(),
    };
    if origin.credentials {
        let deed = format!("the answers of {name} go to every website, cookies included");
        return Draft::at(rule, app, place, deed)
            .consequence(Consequence::Misuses)
            .reach(Reach::exactly(Level::SignedIn))
            .effect("any page acts in the name of its visitor")
            .cut(place, "name the websites that may call")
            .done();
    }
    let deed = format!("the answers of {name} go to every website");
    Draft::at(rule, app, place, deed)
        .hygiene()
        .effect("any page reads what its visitor may read")
        .cut(place, "name the websites that may call")
        .done()
}
