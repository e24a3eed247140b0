//! `palisade roles`.

use std::collections::BTreeSet;

use palisade_model::need::{FunctionRole, Roles};
use palisade_report::options::Options;
use palisade_report::roles::json::json;
use palisade_report::roles::markdown::markdown;
use palisade_report::roles::policy::policies;
use palisade_report::roles::{exit_status, explain, text};
use palisade_report::view::view;

use crate::args::{Input, RolesArgs};
use crate::commands::roles_fix;
use crate::failure::Failure;
use crate::intent;
use crate::nearest::nearest;
use crate::rim;
use crate::scan_port::{Request, roles as read, rule_infos, run};

/// The rules that tell the same in a scan.
const RULES: [&str; 5] = [
    "sas04-excess",
    "sas04-missing-permission",
    "sas04-unknown-action",
    "sas04-unknown-method",
    "sas04-escalation",
];

/// Compares roles with what functions need; the exit status.
pub(crate) fn roles(args: &RolesArgs) -> Result<u8, Failure> {
    if args.fix {
        return roles_fix::fix(args);
    }
    let known = ["text", "json", "markdown", "policy", "sarif"];
    if !known.contains(&args.format.as_str()) {
        let said = format!("`--format {}` is no format of `roles`", args.format);
        return Err(Failure::new(said).help(format!("formats are {}", known.join(", "))));
    }
    let request = intent::request(&args.input, &rule_infos())?;
    let options = look(args, &args.input)?;
    if args.format == "sarif" {
        return sarif(args, request, &options);
    }
    let (mut roles, sources) = read(&request, args.input.example)?;
    if let Some(name) = &args.explain {
        let role = named(&roles, name)?;
        let said = match args.format.as_str() {
            "json" => explain::json(role, &sources),
            "text" => explain::text(role, &sources, &options),
            other => {
                let said = format!("`--format {other}` is no format of `--explain`");
                return Err(Failure::new(said).help("formats are text, json"));
            }
        };
        print(&said)?;
        return Ok(0);
    }
    for name in &args.function {
        named(&roles, name)?;
    }
    if !args.function.is_empty() {
        let wanted = |role: &FunctionRole| args.function.contains(&role.function);
        roles.functions.retain(wanted);
    }
    print(&match args.format.as_str() {
        "json" => json(&roles, &sources),
        "markdown" => markdown(&roles, &sources),
        "policy" => policies(&roles, None),
        _ => text::text(&roles, &sources, &options),
    })?;
    Ok(exit_status(&roles))
}

/// How to show it.
pub(crate) fn look(args: &RolesArgs, input: &Input) -> Result<Options, Failure> {
    Ok(Options {
        full: args.full,
        ..intent::look(&args.look, input, rim::is_terminal())?
    })
}

/// Prints a document.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    rim::print(text).map_err(|error| Failure::new(format!("cannot write to the output: {error}")))
}

/// The findings of a scan that are about roles.
fn sarif(args: &RolesArgs, mut request: Request, options: &Options) -> Result<u8, Failure> {
    if args.input.only.is_empty() {
        request.only = RULES.iter().map(|&rule| rule.to_owned()).collect();
    }
    let scan = run(&request, args.input.example)?;
    let rules = rule_infos();
    // What a scan counts as a note is what was asked for here.
    let options = &Options {
        pedantic: true,
        ..options.clone()
    };
    let view = view(&scan.outcome, &scan.sources, &rules, options);
    let Some(format) = palisade_report::catalog::find("sarif") else {
        return Err(Failure::new("no format `sarif`"));
    };
    print(&format.write(&view, options))?;
    Ok(if !view.entries.is_empty() || !view.aggregates.is_empty() {
        1
    } else if view.outcome.understood {
        0
    } else {
        3
    })
}

/// The role of a function, or which names come closest.
pub(crate) fn named<'r>(roles: &'r Roles, name: &str) -> Result<&'r FunctionRole, Failure> {
    let mut all = roles.functions.iter();
    if let Some(role) = all.find(|role| role.function == name) {
        return Ok(role);
    }
    let known: BTreeSet<&str> = roles
        .functions
        .iter()
        .map(|r| r.function.as_str())
        .collect();
    let near: Vec<String> = nearest(name, known.into_iter(), 3)
        .into_iter()
        .map(|known| format!("`{known}`"))
        .collect();
    let failure = Failure::new(format!("`{name}` is no function here"));
    Err(if near.is_empty() {
        failure.help("`palisade roles --format json` lists the functions")
    } else {
        failure.help(format!("the nearest are {}", near.join(", ")))
    })
}
