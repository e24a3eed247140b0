//! What a grant without limits is worth, from `data/grants.toml`, and who stands before the functions that have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use palisade_iam::balance::Balance;
use palisade_iam::facts::ActionSet;
use palisade_iam::pattern::action_glob;
use palisade_model::app::{App, FunctionId, RoleId};
use palisade_model::finding::Consequence;
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::text::{Part, Text};
use toml_edit::{Document, Item};

/// What a grant is worth, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Worth {
    /// One action on data, on all of it.
    OneOfData,
    /// Every action of a service that holds no data.
    Service,
    /// One action that runs or changes code, on all of it.
    OneOfCode,
    /// Every action of a service that holds data.
    Data,
    /// Every action of a service that runs code.
    Code,
    /// Rights over rights.
    Control,
    /// Everything.
    Everything,
}

#[derive(Debug, Default)]
struct Facts {
    control_services: BTreeSet<String>,
    code_services: BTreeSet<String>,
    data_services: BTreeSet<String>,
    control: Vec<String>,
    code: Vec<String>,
    data: Vec<String>,
    customary: Vec<String>,
    customary_actions: Vec<String>,
    customary_beside: Vec<(String, String)>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| read(include_str!("../../data/grants.toml")))
}

fn read(text: &str) -> Facts {
    let document = Document::parse(text).ok();
    let words = |key: &str| -> Vec<String> {
        let list = document.as_ref().and_then(|d| d.as_table().get(key));
        let list = list.and_then(Item::as_array).into_iter().flatten();
        list.filter_map(|v| v.as_str()).map(str::to_owned).collect()
    };
    let pairs = |key: &str| -> Vec<(String, String)> {
        let list = document.as_ref().and_then(|d| d.as_table().get(key));
        let list = list.and_then(Item::as_array).into_iter().flatten();
        let pair = |value: &toml_edit::Value| {
            let mut words = value.as_array()?.iter().filter_map(|v| v.as_str());
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        };
        list.filter_map(pair).collect()
    };
    Facts {
        control_services: words("control_services").into_iter().collect(),
        code_services: words("code_services").into_iter().collect(),
        data_services: words("data_services").into_iter().collect(),
        control: words("control"),
        code: words("code"),
        data: words("data"),
        customary: words("customary"),
        customary_actions: words("customary_actions"),
        customary_beside: pairs("customary_beside"),
    }
}

/// Whether a managed policy is made for one use, and customary as it is.
pub fn customary(name: &str) -> bool {
    facts()
        .customary
        .iter()
        .any(|end| name.ends_with(end.as_str()))
}

/// Actions that functions are granted by custom, whether a line shows the need or not.
pub fn customary_actions() -> &'static ActionSet {
    static ALL: OnceLock<ActionSet> = OnceLock::new();
    ALL.get_or_init(|| {
        let patterns = facts().customary_actions.iter();
        patterns.fold(ActionSet::default(), |all, pattern| {
            all.or(&palisade_iam::facts::expand(pattern))
        })
    })
}

/// The action beside which alone a customary one is of use.
pub fn customary_beside(action: &str) -> Option<&'static str> {
    let mut pairs = facts().customary_beside.iter();
    let found = pairs.find(|(one, _)| one.eq_ignore_ascii_case(action));
    found.map(|(_, other)| other.as_str())
}

/// What an action, as written, is worth on everything; `None` where nothing is known against it.
pub(crate) fn of_action(action: &str) -> Option<Worth> {
    let facts = facts();
    let lower = action.to_ascii_lowercase();
    if matches!(lower.as_str(), "*" | "*:*") {
        return Some(Worth::Everything);
    }
    let (service, verb) = lower.split_once(':')?;
    if verb == "*" {
        let service = service.to_owned();
        return Some(if facts.control_services.contains(&service) {
            Worth::Control
        } else if facts.code_services.contains(&service) {
            Worth::Code
        } else if facts.data_services.contains(&service) {
            Worth::Data
        } else {
            Worth::Service
        });
    }
    let meets = |list: &[String]| list.iter().any(|known| action_glob(action, known));
    if meets(&facts.control) {
        Some(Worth::Control)
    } else if meets(&facts.code) {
        Some(Worth::OneOfCode)
    } else if meets(&facts.data) {
        Some(Worth::OneOfData)
    } else {
        None
    }
}

/// Whether a resource, as written, is all there is: `*`, or all of a type in ARNs such as `arn:aws:s3:::*`.
pub(crate) fn is_all(resource: &Text) -> bool {
    let words = flat(resource);
    if words == "*" {
        return true;
    }
    let pieces: Vec<&str> = words.splitn(6, ':').collect();
    let [arn, _, service, _, _, name] = pieces.as_slice() else {
        return false;
    };
    let mut parts = name.split(['/', ':']);
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    // `arn:aws:s3:::reports/*` begins with the name of a bucket, `arn:aws:dynamodb:…:table/*` with a type.
    let named = matches!(*service, "s3" | "sns" | "sqs" | "execute-api");
    let typed =
        !named && !first.is_empty() && first.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let stars = |parts: &[&str]| parts.iter().all(|part| *part == "*");
    *arn == "arn" && (first == "*" && stars(&rest) || typed && !rest.is_empty() && stars(&rest))
}

/// A text whose holes hold no colons, so that an ARN is split at its own.
pub(crate) fn flat(text: &Text) -> String {
    let parts = text.parts().iter();
    parts
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Hole(_) => "\u{FFFC}",
        })
        .collect()
}

/// The denials of a role that hold whatever is asked: without conditions, on everything, always.
pub(crate) fn denials(grants: &[Grant]) -> Vec<&Statement> {
    let whole = |s: &Statement| {
        s.effect == Effect::Deny
            && !s.not_actions
            && !s.not_resources
            && s.conditions.is_empty()
            && s.exists.is_always()
            && s.resources.iter().any(|r| r.literal() == Some("*"))
    };
    let statements = grants.iter().filter_map(|grant| match grant {
        Grant::Statement(statement) => Some(statement),
        _ => None,
    });
    statements.filter(|s| whole(s)).collect()
}

/// Whether an action is denied altogether.
pub(crate) fn is_denied(denials: &[&Statement], action: &str) -> bool {
    let mut patterns = denials.iter().flat_map(|s| &s.actions);
    patterns.any(|pattern| pattern.literal().is_some_and(|p| action_glob(p, action)))
}

/// Whether one of the patterns is about an action.
pub(crate) fn is_denied_by(patterns: &[Text], action: &str) -> bool {
    let mut literals = patterns.iter().filter_map(Text::literal);
    literals.any(|pattern| action_glob(pattern, action))
}

/// Who runs as which role, and who reaches which function: for one App.
#[derive(Debug)]
pub(crate) struct Users {
    of_role: BTreeMap<RoleId, Vec<FunctionId>>,
    reach: BTreeMap<FunctionId, Reach>,
    started: BTreeSet<FunctionId>,
}

impl Users {
    /// Reads an App once.
    pub(crate) fn of(app: &App) -> Self {
        let mut of_role: BTreeMap<RoleId, Vec<FunctionId>> = BTreeMap::new();
        for (id, function) in app.functions.enumerate() {
            for (_, role) in &function.role {
                let users = of_role.entry(*role).or_default();
                if users.last() != Some(&id) {
                    users.push(id);
                }
            }
        }
        let mut reach: BTreeMap<FunctionId, Reach> = BTreeMap::new();
        for trigger in app.triggers.iter() {
            let best = reach.entry(trigger.function).or_default();
            *best = std::mem::take(best).or(trigger.reach.clone());
        }
        let started = app.triggers.iter().map(|t| t.function).collect();
        Self {
            of_role,
            reach,
            started,
        }
    }

    /// The functions that run as a role.
    pub(crate) fn of_role(&self, role: RoleId) -> &[FunctionId] {
        self.of_role.get(&role).map_or(&[], Vec::as_slice)
    }

    /// Who reaches a function.
    pub(crate) fn level(&self, function: FunctionId) -> (Level, Level) {
        let reach = self.reach.get(&function);
        reach.map_or((Level::None, Level::None), |r| (r.surely, r.possibly))
    }

    /// Whether anything starts a function.
    pub(crate) fn is_started(&self, function: FunctionId) -> bool {
        self.started.contains(&function)
    }

    /// Who surely reaches one of the functions that run as a role.
    pub(crate) fn reach(&self, role: RoleId) -> Reach {
        let inside = Reach::exactly(Level::Inside);
        let reaches = self
            .of_role(role)
            .iter()
            .filter_map(|id| self.reach.get(id));
        let best = reaches.max_by_key(|reach| reach.surely);
        let mut best = match best {
            Some(best) if best.surely > Level::Inside => best.clone(),
            _ => inside,
        };
        best.possibly = best.surely;
        best
    }
}

/// What a grant is worth to somebody at a level who must first get into the function: everything is high, data and code
/// are medium, the rest is low, whoever stands before it; who it is decides the rank among equals.
pub(crate) fn consequence(worth: Worth, level: Level) -> Consequence {
    use Consequence::{Misuses, TakesControl, TakesData, Untidy, Weakens};
    let grade = match worth {
        Worth::OneOfData | Worth::Service => 0,
        Worth::OneOfCode | Worth::Data | Worth::Code => 1,
        Worth::Control | Worth::Everything => 2,
    };
    match (level, grade) {
        (Level::Stranger, 0) => Untidy,
        (Level::Stranger, 1) => Weakens,
        (Level::Stranger, _) => Misuses,
        (Level::SignedIn | Level::OtherAccount, 0) => Weakens,
        (Level::SignedIn | Level::OtherAccount, 1) => Misuses,
        (Level::SignedIn | Level::OtherAccount, _) => TakesData,
        (_, 0) => Misuses,
        (_, 1) => TakesData,
        (_, _) => TakesControl,
    }
}

/// The functions of a role, if all that they need is known: then their least roles can take its place.
pub(crate) fn known_users(balance: &Balance, role: RoleId) -> &[FunctionId] {
    let users = balance.role(role).map_or(&[][..], |held| &held.users);
    let known = |id: &FunctionId| {
        let needs = balance.needs.get(*id);
        needs.is_some_and(|needs| needs.incomplete.is_empty())
    };
    if users.iter().all(known) { users } else { &[] }
}

/// A role's name for people: `the role of Parse` where it was made for one function.
pub(crate) fn role_words(app: &App, role: RoleId) -> String {
    let address = app.roles.get(role).map_or("", |r| r.key.address.as_str());
    match address.strip_suffix("#role") {
        Some(function) => format!("the role of {function}"),
        None => format!("the role {address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Worth, is_all, of_action};
    use palisade_model::text::Text;

    #[test]
    fn actions_are_worth_what_they_open() {
        assert_eq!(of_action("*"), Some(Worth::Everything));
        assert_eq!(of_action("iam:*"), Some(Worth::Control));
        assert_eq!(of_action("s3:*"), Some(Worth::Data));
        assert_eq!(of_action("polly:*"), Some(Worth::Service));
        assert_eq!(of_action("dynamodb:Put*"), Some(Worth::OneOfData));
        assert_eq!(of_action("ses:VerifyEmailIdentity"), None);
        assert_eq!(of_action("logs:PutLogEvents"), None);
    }

    #[test]
    fn all_of_a_type_is_all() {
        let all = |text: &str| is_all(&Text::of(text));
        assert!(all("*"));
        assert!(all("arn:aws:s3:::*"));
        assert!(all("arn:aws:s3:::*/*"));
        assert!(all("arn:aws:dynamodb:eu-west-1:111122223333:table/*"));
        assert!(!all("arn:aws:s3:::acme-logs/*/*.log"));
        assert!(!all(
            "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*"
        ));
        assert!(!all(
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/*"
        ));
    }
}
