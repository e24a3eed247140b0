//! Data of a caller unpacked without a limit.

use palisade_flow::flows::SiteValue;
use palisade_model::app::App;
use palisade_model::finding::{Confidence, Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-decompression",
        title: "data unpacked without a limit",
        sas: &[8],
        cwe: &[409],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let limited = site
            .args
            .iter()
            .any(|arg| arg.value.get("maxOutputLength").is_some());
        let given = site.at(0) == Some(&SiteValue::Other);
        if limited || !given || site.at_top || !site.apis.iter().any(|api| unpacks(api)) {
            continue;
        }
        let Some(entry) = project.most_exposed(&site.entries) else {
            continue;
        };
        // Where nothing says who sends it, it may be a log group, which packs what it sends.
        let sent = !project.starter_of(entry).unknown;
        let Some(app) = project
            .app_of(entry)
            .filter(|app| sent && !is_packed(app, project, entry))
        else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("stop {name} with data that unpacks to gigabytes"),
        )
        .code(project, entry)
        .effect("it stops the service")
        .confidence(Confidence::Likely)
        .hygiene()
        .cut(site.span, "limit the size of what is unpacked");
        findings.push(finding.done());
    }
}

fn unpacks(api: &str) -> bool {
    let name = api.rsplit('.').next().unwrap_or(api);
    match api.split('.').next().unwrap_or(api) {
        "zlib" => {
            let packs = [
                "unzip",
                "gunzip",
                "inflate",
                "brotliDecompress",
                "decompress",
            ];
            packs.iter().any(|p| name.starts_with(p))
        }
        "gzip" | "bz2" | "lzma" | "brotli" => name == "decompress",
        _ => false,
    }
}

/// Whether the platform itself packs what arrives: log groups do.
fn is_packed(app: &App, project: &Project<'_>, entry: usize) -> bool {
    let function = project.entries.get(entry).and_then(|r| r.function);
    function.is_some_and(|f| {
        app.triggers_of(f)
            .any(|(_, t)| t.event.starts_with("aws.logs"))
    })
}
