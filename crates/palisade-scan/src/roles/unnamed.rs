//! Functions that no template of the tree names: what their code needs is known all the same.

use std::collections::BTreeMap;

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_flow::program::Program;
use palisade_iam::need::needs;
use palisade_model::api::ApiCall;
use palisade_model::app::{App, FunctionId};
use palisade_model::index::Id;
use palisade_model::need::{Fit, FunctionRole};
use palisade_model::reach::Reach;
use palisade_model::source::Sources;

use super::beyond::Beyond;

/// Their needs, in order of the entries; whose role it is nobody shows.
pub(super) fn unnamed(
    entries: &[EntryRequest],
    program: &Program,
    flows: &Flows,
    sources: &Sources,
) -> Vec<FunctionRole> {
    let none = App::default();
    let mut beyond = Beyond::new(program);
    let mut calls: BTreeMap<usize, Vec<&ApiCall>> = BTreeMap::new();
    for call in &flows.code.api {
        calls.entry(call.entry).or_default().push(call);
    }
    let open = entries.iter().enumerate();
    let open = open.filter(|(_, entry)| entry.function.is_none() && !entry.latent);
    open.map(|(at, entry)| {
        let own = calls.get(&at).into_iter().flatten().copied();
        let mut needs = needs(&none, FunctionId::from_index(0), own);
        let dynamic = flows.incomplete.iter().filter(|(of, ..)| *of == at);
        let dynamic = dynamic.map(|(_, span, why)| (*span, why.clone()));
        needs.incomplete.extend(dynamic);
        needs.incomplete.extend_from_slice(beyond.of(entry.file));
        needs.incomplete.sort();
        needs.incomplete.dedup();
        // Who pays for logs and polls is not known either.
        needs.platform.clear();
        FunctionRole {
            template: String::new(),
            function: format!("{} ({})", entry.export, sources.path(entry.file)),
            span: None,
            read: true,
            reach: Reach::default(),
            started: false,
            roles: Vec::new(),
            fit: Fit::Elsewhere,
            needs,
            excess: Vec::new(),
            missing: Vec::new(),
            missing_platform: Vec::new(),
            unknown_actions: Vec::new(),
            ways: Vec::new(),
            radius: None,
            least: Vec::new(),
        }
    })
    .filter(|role| !role.needs.needs.is_empty() || !role.needs.incomplete.is_empty())
    .collect()
}
