//! Permissions as pairs of one action and one resource: compared, and merged again without widening.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::change::{Allowed, Test, test_of};
use palisade_model::policy::{Effect, Statement};
use palisade_model::text::{Part, Symbol, Text};

/// One action on one resource under conditions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Pair {
    /// In small letters: the platform does not tell them apart.
    pub(crate) action: String,
    pub(crate) resource: Text,
    pub(crate) tests: Vec<Test>,
}

/// Pairs with the spelling of their actions.
pub(crate) type Pairs = BTreeMap<Pair, String>;

/// The pairs of statements that are to be.
pub(crate) fn wanted(allowed: &[Allowed]) -> Pairs {
    let mut pairs = Pairs::new();
    for one in allowed {
        for action in &one.actions {
            for resource in &one.resources {
                pairs.insert(pair(action, resource, &one.conditions), action.clone());
            }
        }
    }
    pairs
}

fn pair(action: &str, resource: &Text, tests: &[Test]) -> Pair {
    let mut tests = tests.to_vec();
    tests.sort();
    Pair {
        action: action.to_ascii_lowercase(),
        resource: resource.clone(),
        tests,
    }
}

/// The pairs of a statement; `None` where it is no plain permission.
pub(crate) fn granted(statement: &Statement) -> Option<Pairs> {
    if statement.effect == Effect::Deny || statement.not_actions || statement.not_resources {
        return None;
    }
    let tests: Vec<Test> = statement.conditions.iter().map(test_of).collect();
    let mut pairs = Pairs::new();
    for action in &statement.actions {
        let action = action.literal()?;
        for resource in &statement.resources {
            pairs.insert(pair(action, resource, &tests), action.to_owned());
        }
    }
    Some(pairs)
}

/// An action under conditions.
type Under<'p> = (&'p [Test], &'p str);

/// Statements that allow exactly these pairs: actions with equal resources stand together, and nothing else does.
pub(crate) fn merged(pairs: &Pairs) -> Vec<Allowed> {
    let mut resources: BTreeMap<Under<'_>, (&str, BTreeSet<&Text>)> = BTreeMap::new();
    for (pair, spelled) in pairs {
        let slot = resources.entry((&pair.tests, &pair.action));
        let slot = slot.or_insert_with(|| (spelled, BTreeSet::new()));
        slot.1.insert(&pair.resource);
    }
    let mut groups: BTreeMap<(&[Test], Vec<&Text>), Vec<&str>> = BTreeMap::new();
    for ((tests, _), (spelled, on)) in resources {
        let key = (tests, on.into_iter().collect());
        groups.entry(key).or_default().push(spelled);
    }
    let mut found: Vec<Allowed> = groups
        .into_iter()
        .map(|((tests, on), actions)| Allowed {
            actions: actions.into_iter().map(str::to_owned).collect(),
            resources: on.into_iter().cloned().collect(),
            conditions: tests.to_vec(),
        })
        .collect();
    for one in &mut found {
        one.actions.sort();
    }
    found.sort_by(|a, b| (&a.actions, &a.resources).cmp(&(&b.actions, &b.resources)));
    found
}

/// How well a statement that stands there fits a pair that is wanted: 0 for not at all.
pub(crate) fn fit(statement: &Statement, pair: &Pair) -> u8 {
    if statement.effect == Effect::Deny {
        return 0;
    }
    let covers = |pattern: &Text| {
        pattern
            .literal()
            .is_some_and(|pattern| glob(&pattern.to_ascii_lowercase(), &pair.action))
    };
    if statement.not_actions || !statement.actions.iter().any(covers) {
        return 0;
    }
    if statement.resources.contains(&pair.resource) && !statement.not_resources {
        return 4;
    }
    let near = statement.resources.iter().any(|text| {
        let wide = text.literal() == Some("*");
        wide || shared_symbol(text, &pair.resource)
    });
    if near { 3 } else { 2 }
}

/// Whether both name one resource of the template.
fn shared_symbol(a: &Text, b: &Text) -> bool {
    let addresses = |text: &Text| -> Vec<String> {
        text.parts()
            .iter()
            .filter_map(|part| match part {
                Part::Hole(Symbol::Attr(_, address, _)) => Some(address.clone()),
                _ => None,
            })
            .collect()
    };
    let (a, b) = (addresses(a), addresses(b));
    a.iter().any(|address| b.contains(address))
}

/// Whether a pattern with `*` and `?` fits a word.
pub(crate) fn glob(pattern: &str, word: &str) -> bool {
    let (pattern, word): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), word.chars().collect());
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, w));
                p += 1;
            }
            Some(c) if *c == '?' || word.get(w) == Some(c) => {
                p += 1;
                w += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    w = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == '*')
}

/// About how many characters of a policy a statement takes; holes are taken for long names.
pub(crate) fn size(allowed: &Allowed) -> usize {
    const HOLE: usize = 64;
    let text = |text: &Text| -> usize {
        let part = |part: &Part| match part {
            Part::Literal(word) => word.len(),
            // An ARN brings its account, region and kind along.
            Part::Hole(Symbol::Attr(_, _, attribute)) if attribute.ends_with("Arn") => HOLE * 2,
            Part::Hole(Symbol::Pseudo(_)) => 16,
            Part::Hole(_) => HOLE,
        };
        text.parts().iter().map(part).sum::<usize>() + 3
    };
    let actions: usize = allowed.actions.iter().map(|action| action.len() + 3).sum();
    let resources: usize = allowed.resources.iter().map(text).sum();
    let tests: usize = allowed
        .conditions
        .iter()
        .map(|(operator, key, values)| {
            operator.len() + key.len() + 12 + values.iter().map(text).sum::<usize>()
        })
        .sum();
    48 + actions + resources + tests
}

#[cfg(test)]
mod tests {
    use super::{glob, merged, wanted};
    use palisade_model::change::Allowed;
    use palisade_model::text::Text;

    #[test]
    fn merging_never_forms_a_cross_product() {
        let (a, b) = (Text::of("a"), Text::of("b"));
        let asked = [
            Allowed::of(["s3:GetObject"], [a.clone()]),
            Allowed::of(["s3:PutObject", "s3:GetObject"], [b.clone()]),
            Allowed::of(["s3:ListBucket"], [a, b]),
        ];
        let pairs = wanted(&asked);
        let merged = merged(&pairs);
        assert_eq!(wanted(&merged), pairs);
        assert_eq!(merged.len(), 2, "{merged:?}");
    }

    #[test]
    fn patterns() {
        assert!(glob("s3:*", "s3:getobject"));
        assert!(glob("dynamodb:batch?etitem", "dynamodb:batchgetitem"));
        assert!(glob("*", ""));
        assert!(!glob("s3:get*", "s3:putobject"));
    }
}
