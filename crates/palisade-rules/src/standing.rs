//! How much is at stake where somebody starts a function: by what its role may do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use palisade_iam::{Judge, role_words_by};
use palisade_model::app::{App, FunctionId, RoleId};
use palisade_model::finding::Consequence;

/// Roles with more grants than this are not asked about every resource.
const GRANTS_MAX: usize = 100;

/// What somebody gains who starts a function, and the words for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stake {
    /// The role, where there is one.
    pub(crate) role: Option<String>,
    /// The data its role reaches.
    pub(crate) data: Vec<String>,
    /// What can be done with it: `read and delete`.
    pub(crate) verbs: String,
    /// Whether the role may do everything in the account.
    pub(crate) everything: bool,
}

impl Stake {
    /// Of a function; for many of them use [`Stakes`].
    pub(crate) fn of(judge: Option<&Judge<'_>>, function: FunctionId) -> Self {
        let Some(judge) = judge else {
            return Self::none();
        };
        if let Some(many) = Self::of_many(judge, function) {
            return many;
        }
        let (role, _, data, verbs) = role_words_by(judge, function);
        let everything = data.first().is_some_and(|d| d.starts_with("everything "));
        Self {
            role: Some(role).filter(|role| !role.is_empty()),
            data,
            verbs,
            everything,
        }
    }

    /// Of a role with very many statements, which are not asked one by one about every resource.
    fn of_many(judge: &Judge<'_>, function: FunctionId) -> Option<Self> {
        let app = judge.nodes().app();
        let roles = app.functions.get(function)?.role.iter();
        let mut roles = roles.filter_map(|(_, role)| app.roles.get(*role));
        let role = roles.find(|role| role.grants.len() > GRANTS_MAX)?;
        Some(Self {
            role: Some(role.key.address.clone()),
            data: vec![format!("what {} statements grant", role.grants.len())],
            verbs: "do".to_owned(),
            everything: false,
        })
    }

    fn none() -> Self {
        Self {
            role: None,
            data: Vec::new(),
            verbs: String::new(),
            everything: false,
        }
    }

    /// What an open door to the function is worth: nothing known, data that the function handles, or all rights.
    pub(crate) fn consequence(&self) -> Consequence {
        match (self.everything, self.data.is_empty()) {
            (true, _) => Consequence::Misuses,
            (false, false) => Consequence::Weakens,
            (false, true) => Consequence::Untidy,
        }
    }

    /// `its role can read and delete orders`; empty where it reaches nothing.
    pub(crate) fn words(&self) -> String {
        match self.data.as_slice() {
            [] => String::new(),
            [one] => format!("its role can {} {one}", self.verbs),
            [first, rest @ ..] => {
                format!(
                    "its role can {} {first} and {} more",
                    self.verbs,
                    rest.len()
                )
            }
        }
    }
}

/// The stakes of many functions of one App: functions that run as the same roles have the same.
#[derive(Debug)]
pub(crate) struct Stakes<'a> {
    app: &'a App,
    judge: Option<&'a Judge<'a>>,
    known: RefCell<BTreeMap<Vec<RoleId>, Stake>>,
}

impl<'a> Stakes<'a> {
    /// Of an App, with the judge of its permissions.
    pub(crate) fn new(app: &'a App, judge: Option<&'a Judge<'a>>) -> Self {
        Self {
            app,
            judge,
            known: RefCell::new(BTreeMap::new()),
        }
    }

    /// Of a function.
    pub(crate) fn of(&self, function: FunctionId) -> Stake {
        let roles = self.app.functions.get(function).map(|f| f.role.as_slice());
        let roles = roles.unwrap_or_default().iter().map(|(_, role)| *role);
        let roles: Vec<RoleId> = roles.collect();
        let mut known = self.known.borrow_mut();
        let stake = known
            .entry(roles)
            .or_insert_with(|| Stake::of(self.judge, function));
        stake.clone()
    }
}
