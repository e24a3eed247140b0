//! Claims of a token whose signature nobody checks.

use std::collections::BTreeSet;

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-unverified-token",
        title: "a token that nobody verifies",
        sas: &[2],
        cwe: &[347, 345],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let calls = &project.flows.code.calls;
    let mut told: BTreeSet<(usize, String)> = BTreeSet::new();
    for site in calls.iter().filter(|site| believes(site)) {
        let Some(entry) = project.most_exposed(&site.entries) else {
            continue;
        };
        // Who verifies as well reads the header first, to choose a key.
        let verified = calls.iter().any(|other| {
            other.entries.contains(&entry) && other.apis.iter().any(|api| verifies(api, other))
        });
        let Some(app) = project.app_of(entry) else {
            continue;
        };
        if verified || !told.insert((entry, site.function.clone())) {
            continue;
        }
        let name = project.name_of(entry);
        let deed = format!("sign in to {name} as anybody: its token is read and never verified");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it gets past sign-in")
            .cut(
                site.span,
                "verify the token, or take the claims of an authorizer",
            );
        findings.push(finding.done());
    }
}

/// Whether a call reads a token without a look at its signature.
fn believes(site: &CallSite) -> bool {
    let off = |options: Option<&SiteValue>| {
        options.and_then(|o| o.get("verify_signature")) == Some(&SiteValue::Flag(false))
    };
    site.apis.iter().any(|api| match api.as_str() {
        "jwt.decode" | "jose.jwt.decode" | "jwt.api_jwt.decode" => {
            off(site.named("options"))
                || off(site.at(3))
                || site.named("verify") == Some(&SiteValue::Flag(false))
        }
        "jose.jwt.get_unverified_claims"
        | "jsonwebtoken.decode"
        | "jwt-decode"
        | "jwt-decode.jwtDecode"
        | "jwt-decode.default"
        | "jose.decodeJwt" => true,
        _ => {
            let decodes = [
                "b64decode",
                "urlsafe_b64decode",
                "Buffer.from",
                "atob",
                "base64url.decode",
            ];
            decodes.iter().any(|d| api.ends_with(d))
                && site.at(0) == Some(&SiteValue::Piece(".".to_owned(), 1))
        }
    })
}

/// Whether a call checks a signature.
fn verifies(api: &str, site: &CallSite) -> bool {
    let last = api.rsplit('.').next().unwrap_or(api);
    let library = ["jwt", "jose", "jwk", "cognito", "token", "Verif"]
        .iter()
        .any(|w| api.contains(w));
    library && (last.contains("verify") || last.contains("Verify"))
        || matches!(api, "jwt.decode" | "jose.jwt.decode") && !believes(site)
}
