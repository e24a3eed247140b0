//! Environment variables through which a runtime loads code from a place that is written at run time.

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::Setting;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-wrapper",
        title: "a variable that makes the runtime load other code",
        sas: &[3],
        cwe: &[426, 427],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Variables that name code which is loaded before the function's own (Lambda Developer Guide, Modifying the runtime
/// environment; ld.so(8); Node.js command line; read 2026-10).
const NAMES: &[&str] = &[
    "AWS_LAMBDA_EXEC_WRAPPER",
    "NODE_OPTIONS",
    "NODE_PATH",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "JAVA_TOOL_OPTIONS",
    "RUBYOPT",
    "RUBYLIB",
    "PERL5OPT",
    "BASH_ENV",
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            for (name, setting) in &function.env {
                if NAMES.contains(&name.as_str()) {
                    findings.extend(finding(rule, app, id, name, setting));
                }
            }
        }
    }
}

/// Code of the package and of layers cannot change while the function runs; what lies in `/tmp` or on a mounted file
/// system can, and a debugger is a door of its own.
fn is_writable(value: &str) -> bool {
    value.contains("/tmp")
        || value.contains("/mnt")
        || value.contains("/dev/shm")
        || value.contains("--inspect")
        || value.contains("://")
}

fn finding(
    rule: &Rule,
    app: &App,
    id: FunctionId,
    name: &str,
    setting: &Setting<Text>,
) -> Option<Finding> {
    let answer = setting.is(|text| is_writable(&text.words()));
    let place = setting.origin.span;
    let function = app.label(NodeId::Function(id));
    let bad = crate::sas03_configuration::settings::likely(&answer);
    if setting.is_absent() {
        return None;
    }
    let deed = if bad {
        format!("{name} makes {function} load code from where it can be written")
    } else {
        format!("{name} makes {function} load code before its own")
    };
    let draft = Draft::at(rule, app, place, deed)
        .function(app, id)
        .consequence(if bad {
            Consequence::Weakens
        } else {
            Consequence::Untidy
        })
        .effect("whoever writes a file there runs code in it")
        .cut(place, "load it from the package or from a layer");
    Some(if bad { draft.by(&answer) } else { draft }.done())
}
