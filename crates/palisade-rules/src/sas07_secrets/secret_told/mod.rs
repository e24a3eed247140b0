//! The value of a fetched secret in a log line or an answer.

use palisade_events::Step;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-secret-told",
        title: "a fetched secret in a log or an answer",
        sas: &[7],
        cwe: &[532, 200],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for path in &project.flows.paths {
        let told = matches!(path.grammar, Grammar::Telling | Grammar::Answer);
        // A signed address is made to be answered; in a log it lies for everybody who reads that.
        let secret = match path.origin.event {
            "code.secret" => is_value(&path.origin.field),
            "code.signed" => path.grammar == Grammar::Telling,
            _ => false,
        };
        if !told || !secret || path.latent {
            continue;
        }
        let Some(app) = project.app_of(path.entry) else {
            continue;
        };
        let name = project.name_of(path.entry);
        let draft = if path.grammar == Grammar::Telling {
            // Whoever reads the log, not whoever calls.
            let what = match path.origin.event {
                "code.signed" => "an address that it signed",
                _ => "a secret that it fetched",
            };
            let deed = format!("the log of {name} holds {what}");
            let draft = Draft::at(rule, app, path.sink, deed).code(project, path.entry);
            let draft = draft.reach(Reach::exactly(Level::Inside)).known();
            if path.origin.event == "code.signed" {
                // It ends by itself.
                draft
                    .consequence(Consequence::Weakens)
                    .effect("whoever reads the log may use it")
            } else {
                draft.effect("it gives a secret to whoever reads the log")
            }
        } else {
            Draft::at(
                rule,
                app,
                path.sink,
                format!("read a secret in the answer of {name}"),
            )
            .code(project, path.entry)
            .effect("it gives the secret away")
        };
        findings.push(draft.cut(path.sink, "leave the secret out").done());
    }
}

/// Whether it is the value of the secret, not its name or version.
fn is_value(field: &[Step]) -> bool {
    let first = field.iter().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        _ => None,
    });
    matches!(
        first,
        None | Some("SecretString" | "SecretBinary" | "Plaintext")
    )
}
