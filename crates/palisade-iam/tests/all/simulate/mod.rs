//! Generated requests and policies, decided here and, once, by a public simulator whose answers are recorded.
//!
//! `PALISADE_CASES=<file>` makes the test write the cases for `tools/differential/simulate.mjs`, which writes the
//! recorded answers.

pub mod case;
pub mod generate;

use std::collections::BTreeMap;

use palisade_iam::evaluate::decision::decide;
use serde_json::Value;

/// A letter for each case: `A` allowed, `D` denied.
const RECORDED: &str = include_str!("answers.txt");

const CASES: usize = 6_000;
const SEED: u64 = 20_261_125;

/// Where the simulator says something else than the documentation of IAM.
const EXPLAINED: &[(&str, &str)] = &[
    (
        "variables in version 2008-10-17",
        "Without version 2012-10-17 variables are literal strings (reference_policies_variables, introduction).",
    ),
    (
        "ForAnyValue with IfExists",
        "IfExists can be added to every operator but Null: a missing key makes the test true \
         (reference_policies_elements_condition_operators, IfExists).",
    ),
    (
        "a network of all addresses",
        "0.0.0.0/0 is a range as any other (reference_policies_elements_condition_operators, IP addresses).",
    ),
    (
        "a variable in a resource without a slash",
        "A variable may stand anywhere after the fifth colon of a resource; the colon and the slash of its key divide no \
         ARN (reference_policies_variables, resource element).",
    ),
    (
        "addresses of two families",
        "An IPv6 address is not the IPv4 address 203.0.113.7, so NotIpAddress is met, as for 203.0.113.7/32 \
         (reference_policies_elements_condition_operators, IP addresses).",
    ),
    (
        "a variable without a value, in NotResource",
        "A resource with a variable that has no value matches nothing, so NotResource means everything else \
         (reference_policies_variables, policy variables with no value).",
    ),
    (
        "a variable without a value, negated",
        "A variable without value is null: equal tests do not match, inverted ones do \
         (reference_policies_variables, policy variables with no value).",
    ),
    (
        "NotPrincipal with Deny",
        "A caller that is listed without its account, or without its role, may be denied by the account or the role \
         (reference_policies_elements_notprincipal, key points): left open here.",
    ),
    (
        "a session named by the resource",
        "What a resource's policy grants to the session itself or to everybody is not limited by what a session policy \
         does not allow (reference_policies_evaluation-logic_policy-eval-basics_single-account).",
    ),
    ("several of these", "Two of them in one case."),
];

#[test]
fn a_public_simulator_answers_alike() {
    let cases = generate::cases(SEED, CASES);
    if let Ok(path) = std::env::var("PALISADE_CASES") {
        let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let mut lines = RECORDED.lines().filter(|line| !line.starts_with('#'));
    let sum = lines.next().unwrap_or_default();
    let recorded: Vec<char> = lines.collect::<String>().chars().collect();
    assert_eq!(
        sum,
        generate::sum(&cases),
        "the cases are others: record the answers anew"
    );
    assert_eq!(recorded.len(), CASES);
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for (at, (value, theirs)) in cases.iter().zip(recorded).enumerate() {
        let (policies, request) = case::read(value);
        let decision = decide(&policies, &request);
        let ours = case::letter(&decision);
        *counts.entry(theirs).or_default() += 1;
        if ours == theirs {
            continue;
        }
        match case::explains(value, &decision, theirs) {
            Some(reason) => *explained.entry(reason).or_default() += 1,
            None => wrong.push(format!(
                "case {at}: {ours} here ({:?}), {theirs} there\n{value:#}\n{}",
                decision.why,
                decision
                    .trace
                    .iter()
                    .map(|s| s.words() + "\n")
                    .collect::<String>()
            )),
        }
    }
    if let Ok(path) = std::env::var("PALISADE_DIFFERENCES") {
        std::fs::write(path, wrong.join("\n\n")).unwrap();
    }
    println!("answers {counts:?}, explained {explained:?}");
    assert!(
        explained
            .keys()
            .all(|reason| EXPLAINED.iter().any(|(known, _)| known == reason)),
        "{explained:?}"
    );
    assert!(
        wrong.is_empty(),
        "{} of {CASES} differ; the first:\n{}",
        wrong.len(),
        wrong[0]
    );
}
