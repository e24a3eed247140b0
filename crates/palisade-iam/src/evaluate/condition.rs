//! Tests of a `Condition` block against the keys of a request.

use std::cmp::Ordering;

use crate::evaluate::calendar::instant;
use crate::evaluate::context::{Context, Held, variables};
use crate::evaluate::truth::Truth;
use crate::evaluate::value::{bytes, flag, number, within};
use crate::pattern::{Fit, Pattern, Reading};

/// How several values of a key are taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Quantifier {
    /// The key has one value.
    One,
    /// `ForAllValues:`.
    All,
    /// `ForAnyValue:`.
    Any,
}

/// What is compared, and how.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Comparison {
    /// `StringEquals`.
    Equals,
    /// `StringEqualsIgnoreCase`.
    EqualsIgnoreCase,
    /// `StringLike`.
    Like,
    /// `Numeric…`.
    Number(Order),
    /// `Date…`.
    Date(Order),
    /// `Bool`.
    Flag,
    /// `BinaryEquals`.
    Bytes,
    /// `IpAddress`.
    Address,
    /// `ArnEquals` and `ArnLike`, which are the same.
    Arn,
    /// `Null`.
    Null,
    /// Not known here.
    Unknown,
}

/// An order of numbers and dates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Order {
    /// `Equals`.
    Equal,
    /// `LessThan`.
    Less,
    /// `LessThanEquals`.
    LessOrEqual,
    /// `GreaterThan`.
    Greater,
    /// `GreaterThanEquals`.
    GreaterOrEqual,
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// An operator as written: `ForAnyValue:StringNotLikeIfExists`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Operator {
    /// `ForAllValues:`, `ForAnyValue:` or neither.
    pub quantifier: Quantifier,
    /// What is compared.
    pub comparison: Comparison,
    /// Whether the values are those that must not be met.
    pub negated: bool,
    /// Whether a missing key passes.
    pub if_exists: bool,
}

impl Operator {
    /// Of its word, whatever its case.
    pub fn of(word: &str) -> Self {
        let lower = word.to_ascii_lowercase();
        let (quantifier, base) = match lower.split_once(':') {
            Some(("forallvalues", base)) => (Quantifier::All, base),
            Some(("foranyvalue", base)) => (Quantifier::Any, base),
            Some(_) => (Quantifier::One, ""),
            None => (Quantifier::One, lower.as_str()),
        };
        let (base, if_exists) = match base.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        let (comparison, negated) = comparison(base);
        Self {
            quantifier,
            comparison,
            negated,
            if_exists,
        }
    }

    /// How the values of this operator are read, in version 2012-10-17 or before.
    pub fn reading(self, variables: bool) -> Reading {
        match (self.comparison, variables) {
            (Comparison::Like | Comparison::Arn, true) => Reading::Wild,
            (Comparison::Like | Comparison::Arn, false) => Reading::Wildcards,
            (Comparison::Equals | Comparison::EqualsIgnoreCase, true) => Reading::Variables,
            _ => Reading::Plain,
        }
    }
}

fn comparison(base: &str) -> (Comparison, bool) {
    let order = |word: &str| match word {
        "equals" => Some((Order::Equal, false)),
        "notequals" => Some((Order::Equal, true)),
        "lessthan" => Some((Order::Less, false)),
        "lessthanequals" => Some((Order::LessOrEqual, false)),
        "greaterthan" => Some((Order::Greater, false)),
        "greaterthanequals" => Some((Order::GreaterOrEqual, false)),
        _ => None,
    };
    match base {
        "stringequals" => return (Comparison::Equals, false),
        "stringnotequals" => return (Comparison::Equals, true),
        "stringequalsignorecase" => return (Comparison::EqualsIgnoreCase, false),
        "stringnotequalsignorecase" => return (Comparison::EqualsIgnoreCase, true),
        "stringlike" => return (Comparison::Like, false),
        "stringnotlike" => return (Comparison::Like, true),
        "bool" => return (Comparison::Flag, false),
        "binaryequals" => return (Comparison::Bytes, false),
        "ipaddress" => return (Comparison::Address, false),
        "notipaddress" => return (Comparison::Address, true),
        "arnequals" | "arnlike" => return (Comparison::Arn, false),
        "arnnotequals" | "arnnotlike" => return (Comparison::Arn, true),
        "null" => return (Comparison::Null, false),
        _ => {}
    }
    if let Some((order, negated)) = base.strip_prefix("numeric").and_then(order) {
        return (Comparison::Number(order), negated);
    }
    if let Some((order, negated)) = base.strip_prefix("date").and_then(order) {
        return (Comparison::Date(order), negated);
    }
    (Comparison::Unknown, false)
}

/// One test: the key must (not) meet one of the values.
#[derive(Clone, PartialEq, Debug)]
pub struct Test {
    /// How.
    pub operator: Operator,
    /// The key as written.
    pub key: String,
    /// The values.
    pub values: Vec<Pattern>,
}

impl Test {
    /// Whether the test passes.
    pub fn holds(&self, context: &Context) -> Truth {
        self.holds_of(context, context.get(&self.key))
    }

    fn holds_of(&self, context: &Context, held: &Held) -> Truth {
        match held {
            Held::Absent => self.absent(),
            Held::Values(values) if values.is_empty() => self.absent(),
            Held::Values(values) => self.of_values(context, values),
            Held::Present => self.present(context),
            Held::Unknown => self.absent().merge(self.present(context), &self.key),
            Held::AnyOf(each) => each
                .iter()
                .map(|held| self.holds_of(context, held))
                .reduce(|a, b| a.merge(b, &self.key))
                .unwrap_or_else(|| Truth::by(&self.key)),
        }
    }

    /// IAM: a missing key fails a test, but for `…IfExists`, `ForAllValues`, and tests that something is not so.
    fn absent(&self) -> Truth {
        match (self.operator.comparison, self.operator.quantifier) {
            (Comparison::Unknown, _) => Truth::by(&self.key),
            (Comparison::Null, _) => self.null(true),
            _ if self.operator.if_exists => Truth::Yes,
            (_, Quantifier::All) => Truth::Yes,
            (_, Quantifier::Any) => Truth::No,
            (_, Quantifier::One) => Truth::from(self.operator.negated),
        }
    }

    /// The key is there, and nobody knows what it holds.
    fn present(&self, context: &Context) -> Truth {
        let mut values = self.values.iter();
        match self.operator.comparison {
            Comparison::Unknown => Truth::by(&self.key),
            // Values that are nothing at all are met by none.
            _ if values.all(|value| context.bind(value).is_none()) => {
                Truth::from(self.operator.negated)
            }
            Comparison::Null => self.null(false),
            Comparison::Like if self.values.iter().any(Pattern::is_any) => {
                Truth::from(!self.operator.negated)
            }
            _ => Truth::by(&self.key),
        }
    }

    fn null(&self, absent: bool) -> Truth {
        let each = self.values.iter().map(|value| {
            let asked = value.string();
            match asked.as_deref().map(flag) {
                Some(asked) => Truth::from(asked == Some(absent)),
                None => Truth::open(),
            }
        });
        each.reduce(Truth::or).unwrap_or(Truth::No)
    }

    fn of_values(&self, context: &Context, values: &[Pattern]) -> Truth {
        match self.operator.comparison {
            Comparison::Null => return self.null(false),
            Comparison::Unknown => return Truth::by(&self.key),
            _ => {}
        }
        let each = values.iter().map(|value| self.of_value(context, value));
        let all = match (self.operator.quantifier, values) {
            (Quantifier::All, _) => each.reduce(Truth::and),
            (Quantifier::Any, _) | (Quantifier::One, [_]) => each.reduce(Truth::or),
            // IAM: what a key of many values does without a set operator is not defined.
            (Quantifier::One, _) => return Truth::by(&self.key),
        };
        all.unwrap_or(Truth::No)
    }

    /// One value of the request against all of the policy: any of them, or, negated, none.
    fn of_value(&self, context: &Context, value: &Pattern) -> Truth {
        let mut met = Truth::No;
        for wanted in &self.values {
            // IAM: a variable without a value equals nothing, so it is met by no test, and negated by every one.
            let Some(bound) = context.bind(wanted) else {
                continue;
            };
            let Some(one) = self.pair(context, &bound, value) else {
                // What is no number, date or address cannot be compared, negated or not.
                if self.operator.negated {
                    return Truth::No;
                }
                continue;
            };
            met = met.or(one);
        }
        if self.operator.negated {
            met.opposite()
        } else {
            met
        }
    }

    /// A value of the policy against one of the request; `None` where they cannot be compared.
    fn pair(&self, context: &Context, wanted: &Pattern, value: &Pattern) -> Option<Truth> {
        let fit = match self.operator.comparison {
            Comparison::Equals | Comparison::Like => wanted.fits(value),
            Comparison::EqualsIgnoreCase => wanted.clone().lower().fits(&value.clone().lower()),
            Comparison::Arn => wanted.fits_arn(value),
            typed => {
                let (Some(wanted), Some(value)) = (wanted.string(), value.string()) else {
                    return Some(Truth::open());
                };
                return typed_pair(typed, &wanted, &value).map(Truth::from);
            }
        };
        Some(match fit {
            Fit::Maybe => self.left_open(context, value),
            fit => Truth::of(fit, []),
        })
    }

    /// Which variables leave a comparison open.
    fn left_open(&self, context: &Context, value: &Pattern) -> Truth {
        let mut keys = variables(value);
        for wanted in &self.values {
            if let Some(bound) = context.bind(wanted) {
                keys.extend(variables(&bound));
            }
        }
        Truth::Depends(keys)
    }
}

fn typed_pair(comparison: Comparison, wanted: &str, value: &str) -> Option<bool> {
    match comparison {
        Comparison::Number(order) => {
            let ordering = number(value)?.partial_cmp(&number(wanted)?)?;
            Some(order.holds(ordering))
        }
        Comparison::Date(order) => Some(order.holds(instant(value)?.cmp(&instant(wanted)?))),
        Comparison::Flag => Some(flag(value)? == flag(wanted)?),
        Comparison::Bytes => Some(bytes(value)? == bytes(wanted)?),
        Comparison::Address => within(wanted, value),
        _ => None,
    }
}
