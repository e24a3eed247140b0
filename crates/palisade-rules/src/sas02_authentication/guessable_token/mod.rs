//! Tokens from generators that can be guessed.

use palisade_model::finding::{Confidence, Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-guessable-token",
        title: "a token that can be guessed",
        sas: &[2],
        cwe: &[330, 338],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let Some(name) = site.names.iter().find(|name| is_credential(name)) else {
            continue;
        };
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let function = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("guess `{name}` of {function}"),
        )
        .code(project, entry)
        .effect("it forges what the token proves")
        .confidence(Confidence::Likely)
        .cut(site.span, "use the system's generator of secrets");
        findings.push(finding.done());
    }
}

/// Whether a name says that nobody may guess the value.
fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "token", "password", "passwd", "secret", "nonce", "otp", "session", "apikey", "api_key",
    ]
    .iter()
    .any(|word| name.contains(word))
}
