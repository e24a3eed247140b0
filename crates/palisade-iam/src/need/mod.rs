//! What each function's code needs to be allowed: calls of SDKs become actions on resources of the template.

pub mod argument;
mod bind;
mod connections;
mod keys;
mod mail;
mod passed;
mod platform;
mod sdk;
mod shape;
mod unmet;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::api::{ApiCall, ApiStep};
use palisade_model::app::{App, FunctionId};
use palisade_model::change::Test;
pub use palisade_model::need::{FunctionNeeds, Need, SpareCall};
use palisade_model::source::Span;
use palisade_model::text::Text;
pub use platform::named_along;

use crate::facts::Needed;
use bind::{Binder, Bound};
use walk::{Seat, Sent, Walked};

/// Reads the calls of one function of an App.
pub fn needs<'c>(
    app: &App,
    function: FunctionId,
    calls: impl IntoIterator<Item = &'c ApiCall>,
) -> FunctionNeeds {
    let calls: Vec<&ApiCall> = calls.into_iter().collect();
    let walked: Vec<(&ApiCall, Walked)> = calls
        .iter()
        .map(|call| (*call, walk::walk(&call.path)))
        .collect();
    let senders = Senders::new(&walked);
    let mut found = Found::default();
    let binder = Binder { app, function };
    for (call, walked) in &walked {
        for why in &walked.incomplete {
            found.incomplete.insert((call.span, why.clone()));
        }
        let sender = senders.of(&call.path);
        if sender.is_some_and(|seat| !seat.own) {
            continue;
        }
        for sent in walked.sent.iter().filter(|sent| sent.seat.own) {
            match sender {
                // A command goes where its client sends it.
                Some(seat) => {
                    let mut sent = sent.clone();
                    sent.seat = seat.clone();
                    found.sent(&binder, call.span, &sent);
                }
                None => found.sent(&binder, call.span, sent),
            }
        }
    }
    let platform = platform::needs(app, function);
    found.incomplete.extend(platform.unknown);
    let mut optional = found.optional.list();
    optional.extend(platform.also);
    FunctionNeeds {
        function,
        needs: found.needs.list(),
        optional,
        platform: platform.sure,
        incomplete: found.incomplete.into_iter().collect(),
        unresolved: found.unresolved.into_iter().collect(),
        unknown_methods: unmet::methods(&walked),
        spare: Vec::new(),
    }
}

/// What calls would need that nothing reaches.
pub fn spare<'c>(
    app: &App,
    function: FunctionId,
    calls: impl IntoIterator<Item = &'c ApiCall>,
) -> Vec<SpareCall> {
    let calls: Vec<&ApiCall> = calls.into_iter().collect();
    let within: BTreeMap<Span, &str> = calls
        .iter()
        .map(|c| (c.span, c.function.as_str()))
        .collect();
    let mut actions: BTreeMap<Span, BTreeSet<String>> = BTreeMap::new();
    for need in needs(app, function, calls).needs {
        for span in need.spans {
            actions.entry(span).or_default().insert(need.action.clone());
        }
    }
    let all = actions.into_iter().map(|(span, actions)| SpareCall {
        span,
        within: within
            .get(&span)
            .map_or_else(String::new, |&name| name.to_owned()),
        actions: actions.into_iter().collect(),
    });
    all.collect()
}

/// How the clients are set up that send commands; one with the rights of the function comes before others.
struct Senders<'w>(BTreeMap<&'w [ApiStep], &'w Seat>);

impl<'w> Senders<'w> {
    fn new(walked: &'w [(&ApiCall, Walked)]) -> Self {
        let mut senders: BTreeMap<&[ApiStep], &Seat> = BTreeMap::new();
        for (command, seat) in walked.iter().flat_map(|(_, walked)| &walked.commands) {
            let known = senders.entry(command).or_insert(seat);
            if !known.own {
                *known = seat;
            }
        }
        Self(senders)
    }

    fn of(&self, command: &[ApiStep]) -> Option<&'w Seat> {
        self.0.get(command).copied()
    }
}

/// Needs by action and conditions.
#[derive(Debug, Default)]
struct Table(BTreeMap<(String, Vec<Test>), Row>);

#[derive(Debug)]
struct Row {
    resources: BTreeSet<Text>,
    spans: BTreeSet<Span>,
    exact: bool,
}

impl Table {
    fn add(&mut self, action: &str, bound: Bound, span: Span) {
        let key = (action.to_owned(), bound.conditions);
        let row = self.0.entry(key).or_insert_with(|| Row {
            resources: BTreeSet::new(),
            spans: BTreeSet::new(),
            exact: true,
        });
        row.resources.extend(bound.resources);
        row.spans.insert(span);
        row.exact &= bound.unknown.is_empty();
    }

    fn list(self) -> Vec<Need> {
        let rows = self.0.into_iter();
        rows.map(|((action, conditions), row)| Need {
            action,
            resources: row.resources.into_iter().collect(),
            spans: row.spans.into_iter().collect(),
            exact: row.exact,
            conditions,
        })
        .collect()
    }
}

#[derive(Debug, Default)]
struct Found {
    needs: Table,
    optional: Table,
    incomplete: BTreeSet<(Span, String)>,
    unresolved: BTreeSet<(Span, String)>,
}

impl Found {
    /// What one request needs.
    fn sent(&mut self, binder: &Binder<'_>, span: Span, sent: &Sent) {
        for action in &sent.beside {
            let bound = binder.kind(action);
            self.needs.add(&action.action, bound, span);
        }
        let Some(operation) = sent.operation else {
            return;
        };
        if operation.unsigned() {
            return;
        }
        let needed = operation.actions(&sent.input.arguments(&operation));
        let certain = needed
            .iter()
            .any(|n| n.certain && !n.optional && !n.dependent);
        let mut taken = certain;
        for one in needed {
            let harmless = one.optional || !one.certain && (one.dependent || taken);
            taken |= !harmless && !one.dependent;
            self.needed(binder, span, sent, &one, harmless);
        }
    }

    fn needed(
        &mut self,
        binder: &Binder<'_>,
        span: Span,
        sent: &Sent,
        needed: &Needed<'_>,
        harmless: bool,
    ) {
        let bound = if needed.name == "iam:PassRole" {
            match passed::roles(binder, sent, needed) {
                Some(bound) => bound,
                None => return,
            }
        } else {
            binder.bind(needed, sent)
        };
        let harmless =
            harmless || needed.name == "sts:AssumeRole" && passed::is_trusted(binder, &bound);
        if !harmless {
            for what in &bound.unknown {
                self.unresolved.insert((span, what.clone()));
            }
            for (action, bound) in keys::needs(binder.app, &needed.name, &bound) {
                self.needs.add(&action, bound, span);
            }
        }
        let table = if harmless {
            &mut self.optional
        } else {
            &mut self.needs
        };
        table.add(&needed.name, bound, span);
    }
}
