//! All rules, in order.

use palisade_model::finding::Finding;

use crate::project::Project;
use crate::rule::RuleMeta;
use crate::sas01_injection as sas01;

/// All rules, in order.
pub const ALL: &[&RuleMeta] = &[
    &sas01::os_command::RULE.meta,
    &sas01::argument::RULE.meta,
    &sas01::code_eval::RULE.meta,
    &sas01::sql::RULE.meta,
    &sas01::nosql::RULE.meta,
    &sas01::partiql::RULE.meta,
    &sas01::deserialization::RULE.meta,
    &sas01::xxe::RULE.meta,
    &sas01::ssrf::RULE.meta,
    &sas01::path_traversal::RULE.meta,
    &sas01::template::RULE.meta,
    &sas01::xss::RULE.meta,
    &sas01::header::RULE.meta,
    &sas01::redirect::RULE.meta,
    &sas01::log::RULE.meta,
    &sas01::publish::RULE.meta,
    &sas01::regex::RULE.meta,
    &sas01::ldap::RULE.meta,
    &sas01::xpath::RULE.meta,
    &sas01::format::RULE.meta,
    &sas01::attribute_name::RULE.meta,
];

/// Judges a project by every rule.
pub fn judge(project: &Project<'_>) -> Vec<Finding> {
    sas01::injection::findings(project)
}
