//! Who may start a function and who may put data into a store: the table of doors at work.

mod bucket;
mod deliver;
mod door;
mod facts;
mod field;
mod trigger;
mod way;
mod who;

use palisade_model::app::{App, FunctionId, Kind, NodeId, Trigger, TriggerId};
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Auth, Door, Filter, Level, Reach};
use palisade_model::setting::Answer;

use crate::reach::facts::ReachFacts;
use crate::reach::field::Field;
pub(crate) use crate::reach::field::label;
use crate::reach::way::wider;

/// Fills `reach` of every trigger and `writers` of every store and channel. A function that somebody outside may
/// invoke directly gets a trigger `#direct` if it has none.
pub fn fill(app: &mut App) {
    let (writers, reaches, direct) = {
        let mut field = Field::new(app);
        deliver::settle(&mut field);
        (writers(&field), reaches(&field), direct(&field))
    };
    for (resource, reach) in app.resources.iter_mut().zip(writers) {
        resource.writers = reach;
    }
    for (trigger, reach) in app.triggers.iter_mut().zip(reaches) {
        trigger.reach = reach;
    }
    for trigger in direct {
        app.triggers.push(trigger);
    }
}

fn writers(field: &Field<'_>) -> Vec<Reach> {
    let one = |(id, resource): (_, &palisade_model::app::Resource)| {
        let node = NodeId::Resource(id);
        match resource.kind {
            // These hold nothing that somebody could have put there.
            Kind::Authorizer | Kind::Layer | Kind::Version | Kind::Alias | Kind::Other => {
                Reach::default()
            }
            Kind::Schedule => Reach::exactly(Level::Schedule),
            _ => field.carried(node, &Filter::default(), &resource.exists),
        }
    };
    field.app.resources.enumerate().map(one).collect()
}

fn reaches(field: &Field<'_>) -> Vec<Reach> {
    let triggers = field.app.triggers.iter();
    triggers.map(|t| trigger::reach_of(field, t)).collect()
}

/// Triggers for functions that outsiders may invoke and that have no trigger for it.
fn direct(field: &Field<'_>) -> Vec<Trigger> {
    let has = |t: &&Trigger| t.event == "aws.direct";
    let have: std::collections::BTreeSet<FunctionId> = field
        .app
        .triggers
        .iter()
        .filter(has)
        .map(|t| t.function)
        .collect();
    let mut made = Vec::new();
    for (id, function) in field.app.functions.enumerate() {
        if have.contains(&id) {
            continue;
        }
        let mut reach = Reach::default();
        let mut when: Option<Guard> = None;
        for way in trigger::direct_ways(field, id, function) {
            when.get_or_insert_with(|| way.when.clone());
            reach = wider(reach, way.reach());
        }
        if reach.possibly < Level::OtherAccount {
            continue;
        }
        let origin = reach
            .because
            .first()
            .map_or_else(|| function.origin.clone(), |(origin, _)| origin.clone());
        let mut key = function.key.clone();
        key.address.push_str("#direct");
        made.push(Trigger {
            key,
            function: id,
            through: None,
            source: None,
            event: "aws.direct",
            route: None,
            filter: Filter::default(),
            doors: vec![Door {
                auth: Auth::Signed,
                private: false,
                hedges: reach.hedges.clone(),
                origin: origin.clone(),
            }],
            wired: Answer::Yes,
            permitted: Answer::Yes,
            task: None,
            reach,
            exists: when.unwrap_or_default().and(&function.exists),
            origin,
        });
    }
    made
}

/// The service that a statement lets in without saying for which source or account, where everybody can point that
/// service at it.
pub fn unnamed_source(statement: &Statement) -> Option<String> {
    let service = statement.principals.iter().find_map(|p| match p {
        Principal::Service(text) => text.literal(),
        _ => None,
    })?;
    let open = ReachFacts::all().foreign(service) && !who::names_source(statement);
    (open && statement.effect == Effect::Allow).then(|| service.to_owned())
}

/// The best reach over the triggers of a function: who may start it at all.
pub fn of_function(app: &App, function: FunctionId) -> Reach {
    app.triggers_of(function)
        .map(|(_, t): (TriggerId, &Trigger)| t.reach.clone())
        .fold(Reach::default(), wider)
}
