//! The roles of an App against the needs of its functions: compared once, asked by rules, reports and repairs.

use std::collections::BTreeMap;

use palisade_model::app::{FunctionId, RoleId};
use palisade_model::index::IndexVec;
use palisade_model::need::FunctionNeeds;

use crate::compare::{Comparison, compare};
use crate::escalation::{Escalation, escalations};
use crate::evaluate::judge::Judge;

/// What the functions of one App need, and how each of its roles differs from that.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Balance {
    /// By function.
    pub needs: IndexVec<FunctionId, FunctionNeeds>,
    /// By role, with the functions that run as it.
    pub roles: IndexVec<RoleId, Held>,
}

/// One role.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Held {
    /// The functions that may run as it.
    pub users: Vec<FunctionId>,
    /// Against what they need together.
    pub comparison: Comparison,
    /// How its holder can get the rights of others.
    pub escalations: Vec<Escalation>,
}

impl Balance {
    /// Compares every role; there is one entry of needs for each function.
    pub fn of(judge: &Judge<'_>, needs: IndexVec<FunctionId, FunctionNeeds>) -> Self {
        let app = judge.nodes().app();
        let mut users: BTreeMap<RoleId, Vec<FunctionId>> = BTreeMap::new();
        for (id, function) in app.functions.enumerate() {
            for (_, role) in &function.role {
                let users = users.entry(*role).or_default();
                if users.last() != Some(&id) {
                    users.push(id);
                }
            }
        }
        let held = |role| {
            let users = users.remove(&role).unwrap_or_default();
            let together: Vec<&FunctionNeeds> =
                users.iter().filter_map(|id| needs.get(*id)).collect();
            Held {
                comparison: compare(judge, role, &together),
                escalations: escalations(judge, role),
                users,
            }
        };
        let roles = app.roles.ids().map(held).collect();
        Self { needs, roles }
    }

    /// A role, if the App has it.
    pub fn role(&self, role: RoleId) -> Option<&Held> {
        self.roles.get(role)
    }
}
