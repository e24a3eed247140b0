//! All rules, in order.

use std::sync::OnceLock;

use palisade_model::finding::Finding;

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas01_injection as sas01;
use crate::sas02_authentication as sas02;
use crate::sas03_configuration as sas03;
use crate::sas04_permissions as sas04;
use crate::sas05_monitoring as sas05;
use crate::sas07_secrets as sas07;
use crate::sas08_limits as sas08;
use crate::sas09_order as sas09;
use crate::sas10_errors as sas10;
use crate::sas11_obsolete as sas11;
use crate::sas12_state as sas12;

/// The rules that judge the model, one list a risk.
pub const JUDGING: &[&[&Rule]] = &[
    sas02::ALL,
    sas03::ALL,
    sas04::ALL,
    sas05::ALL,
    sas07::ALL,
    sas08::ALL,
    sas09::ALL,
    sas10::ALL,
    sas11::ALL,
    sas12::ALL,
];

/// What every rule says about itself, in order.
pub fn all() -> &'static [&'static RuleMeta] {
    static ALL: OnceLock<Vec<&'static RuleMeta>> = OnceLock::new();
    ALL.get_or_init(|| {
        let injections = sas01::ALL.iter().map(|rule| &rule.meta);
        injections.chain(judging().map(|rule| &rule.meta)).collect()
    })
}

/// The rules that judge the model.
pub fn judging() -> impl Iterator<Item = &'static Rule> {
    JUDGING.iter().flat_map(|risk| risk.iter().copied())
}

/// The cases beside a rule.
pub fn cases(id: &str) -> Option<&'static str> {
    let judged = || judging().find(|rule| rule.meta.id == id).map(|r| r.cases);
    sas01::cases(id).or_else(judged)
}

/// Judges a project by every rule.
pub fn judge(project: &Project<'_>) -> Vec<Finding> {
    let mut findings = sas01::injection::findings(project);
    for rule in judging() {
        (rule.judge)(rule, project, &mut findings);
    }
    findings
}
