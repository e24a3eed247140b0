//! SAS-1, event-data injection: one rule per grammar, all of one making.

pub mod argument;
pub mod attribute_name;
pub mod code_eval;
pub mod deserialization;
pub mod format;
pub mod header;
pub mod injection;
pub mod ldap;
pub mod log;
pub mod nosql;
pub mod os_command;
pub mod partiql;
pub mod path_traversal;
pub mod prompt;
pub mod publish;
pub mod redirect;
pub mod regex;
pub mod sql;
pub mod ssrf;
pub mod template;
pub mod xpath;
pub mod xss;
pub mod xxe;

use injection::Injection;

/// The rules of this risk.
pub const ALL: &[&Injection] = &[
    &os_command::RULE,
    &argument::RULE,
    &code_eval::RULE,
    &sql::RULE,
    &nosql::RULE,
    &partiql::RULE,
    &deserialization::RULE,
    &xxe::RULE,
    &ssrf::RULE,
    &path_traversal::RULE,
    &template::RULE,
    &xss::RULE,
    &header::RULE,
    &redirect::RULE,
    &log::RULE,
    &publish::RULE,
    &regex::RULE,
    &ldap::RULE,
    &xpath::RULE,
    &format::RULE,
    &attribute_name::RULE,
    &prompt::RULE,
];

/// The cases of a rule of this risk.
pub fn cases(id: &str) -> Option<&'static str> {
    let rule = ALL.iter().find(|rule| rule.meta.id == id)?;
    Some(rule.cases)
}
