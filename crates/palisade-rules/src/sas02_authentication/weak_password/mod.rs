//! Password policies below what the platform would ask for.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::setting::Answer;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-weak-password",
        title: "passwords that are easily guessed",
        sas: &[2],
        cwe: &[521],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Fewest characters. Source: NIST SP 800-63B §5.1.1.2.
const LENGTH_MIN: f64 = 8.0;
/// From here on length makes up for classes.
const LONG: f64 = 12.0;

const CLASSES: [Attribute; 4] = [
    Attribute::PasswordLowercase,
    Attribute::PasswordUppercase,
    Attribute::PasswordNumbers,
    Attribute::PasswordSymbols,
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for pool in app.resources.iter().filter(|r| r.kind == Kind::UserPool) {
            findings.extend(finding(rule, app, pool));
        }
    }
}

fn finding(rule: &Rule, app: &App, pool: &Resource) -> Option<Finding> {
    let length = pool.settings.number(Attribute::PasswordLength)?;
    let short = length.is(|n| *n < LENGTH_MIN);
    // Where no policy is written there is no answer, and the platform asks for all.
    let classless = CLASSES
        .iter()
        .map(|class| match pool.settings.flag(*class) {
            Some(flag) => flag.is(|asked| !*asked),
            None => Answer::No,
        })
        .fold(length.is(|n| *n < LONG), Answer::and);
    let known = |answer: &Answer| matches!(answer, Answer::Yes | Answer::Depends(_));
    let pool_name = &pool.key.address;
    let (answer, deed) = if known(&short) {
        let least = length
            .values()
            .iter()
            .map(|(_, n)| **n)
            .fold(LENGTH_MIN, f64::min);
        (
            short,
            format!("{pool_name} takes passwords of {least} characters"),
        )
    } else if known(&classless) {
        (
            classless,
            format!("{pool_name} takes passwords of one kind of characters"),
        )
    } else {
        return None;
    };
    let flag = CLASSES.iter().find_map(|class| pool.settings.flag(*class));
    let place = match (length.is_absent(), flag) {
        (false, _) if !is_platform(length) => length.origin.span,
        (_, Some(flag)) => flag.origin.span,
        _ => pool.origin.span,
    };
    // The name comes first, so that it is read as a sentence of its own.
    Some(
        Draft::at(rule, app, place, format!("the pool {deed}"))
            .effect("they are tried out in days")
            .by(&answer)
            .step(StepKind::Line, place, "the policy asks for no more")
            .cut(place, "ask for 12 characters or more")
            .done(),
    )
}

fn is_platform<T>(setting: &palisade_model::setting::Setting<T>) -> bool {
    setting.origin.how == palisade_model::setting::How::Platform
}
