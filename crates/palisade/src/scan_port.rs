//! The seam to `palisade-scan`: the one place that names its items.

use palisade_model::finding::Finding;
use palisade_model::need::Roles;
use palisade_model::source::Sources;
use palisade_report::rule_info::RuleInfo;
use palisade_scan::pipeline::ScanError;
pub(crate) use palisade_scan::pipeline::{Request, Scan};
pub(crate) use palisade_scan::repair::{Fix, Refused};

use crate::failure::Failure;
use crate::rim::Progress;

/// What the formats must know of every rule.
pub(crate) fn rule_infos() -> Vec<RuleInfo> {
    palisade_rules::catalog::all()
        .iter()
        .map(|rule| RuleInfo {
            id: rule.id,
            title: rule.title,
            sas: rule.sas,
            cwe: rule.cwe,
            consequence: rule.consequence,
            doc: rule.doc,
        })
        .collect()
}

/// The roles of what was asked for.
pub(crate) fn roles(request: &Request, example: bool) -> Result<(Roles, Sources), Failure> {
    let _progress = Progress::show("reading …".to_owned());
    if example {
        return palisade_scan::roles::example(request).map_err(|error| failure(&error));
    }
    palisade_scan::roles::roles(request).map_err(|error| failure(&error))
}

/// The roles of what was asked for, and the edits that make them the least.
pub(crate) fn fix(request: &Request, names: &[String]) -> Result<(Roles, Sources, Fix), Failure> {
    let _progress = Progress::show("reading …".to_owned());
    palisade_scan::roles::fix(request, names).map_err(|error| failure(&error))
}

/// A scan, and the edits that findings wish for that are told.
pub(crate) fn repaired(
    request: &Request,
    told: &dyn Fn(&Finding) -> bool,
) -> Result<(Scan, Fix), Failure> {
    let _progress = Progress::show("reading …".to_owned());
    palisade_scan::pipeline::fix(request, told).map_err(|error| failure(&error))
}

/// Writes the edits.
pub(crate) fn write(fix: &Fix) -> Result<(), Failure> {
    palisade_scan::repair::write_fix(fix).map_err(|error| failure(&error))
}

fn failure(error: &ScanError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// Scans what was asked for.
pub(crate) fn run(request: &Request, example: bool) -> Result<Scan, Failure> {
    let _progress = Progress::show("reading …".to_owned());
    if example {
        return Ok(palisade_scan::pipeline::example(request));
    }
    palisade_scan::pipeline::scan(request).map_err(|error| failure(&error))
}
