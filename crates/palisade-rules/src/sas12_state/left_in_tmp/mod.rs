//! Files below `/tmp` that nothing removes.

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas12-left-in-tmp",
        title: "files stay in /tmp for later invocations",
        sas: &[12],
        cwe: &[459, 377],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let calls = &project.flows.code.calls;
    for site in calls.iter().filter(|site| writes(site)) {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        // Any removal in the same entry counts: which file it means is not told apart.
        let removed = calls
            .iter()
            .any(|other| other.entries.contains(&entry) && removes(other));
        if removed {
            continue;
        }
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("{name} leaves a file in /tmp"),
        )
        .code(project, entry)
        .hygiene()
        .cut(site.span, "remove it before the function answers");
        findings.push(finding.done());
    }
}

/// Whether a call makes a file below `/tmp`.
fn writes(site: &CallSite) -> bool {
    let target = |value: Option<&SiteValue>| {
        value
            .and_then(SiteValue::text)
            .is_some_and(|path| path.starts_with("/tmp/") || path == "/tmp")
    };
    let mode = site
        .named("mode")
        .or_else(|| site.at(1))
        .and_then(SiteValue::text);
    site.apis.iter().any(|api| match api.as_str() {
        "open" | "io.open" | "codecs.open" => {
            mode.is_some_and(|m| m.starts_with(['w', 'a', 'x'])) && target(site.at(0))
        }
        "os.open" => target(site.at(0)),
        "zipfile.ZipFile" | "tarfile.open" => {
            mode.is_some_and(|m| m.starts_with(['w', 'a', 'x'])) && target(site.at(0))
        }
        _ if api.ends_with(".download_file") => {
            target(site.at(2)) || target(site.at(1)) || target(site.named("Filename"))
        }
        _ if FILE_WRITERS.iter().any(|w| api.ends_with(w)) => target(site.at(0)),
        _ => false,
    })
}

/// Calls of Node whose first argument is the file they make.
const FILE_WRITERS: [&str; 6] = [
    "fs.writeFile",
    "fs.writeFileSync",
    "fs.appendFile",
    "fs.appendFileSync",
    "fs.createWriteStream",
    "fs/promises.writeFile",
];

fn removes(site: &CallSite) -> bool {
    let last = |api: &String| {
        let name = api.rsplit('.').next().unwrap_or(api);
        matches!(
            name,
            "remove"
                | "unlink"
                | "unlinkSync"
                | "rmtree"
                | "rm"
                | "rmSync"
                | "rmdir"
                | "removeSync"
                | "TemporaryDirectory"
                | "NamedTemporaryFile"
                | "rimraf"
                | "truncate"
        )
    };
    let shell = |value: &SiteValue| value.text().is_some_and(|t| t.contains("rm -"));
    site.apis.iter().any(last) || site.args.iter().any(|arg| shell(&arg.value))
}
