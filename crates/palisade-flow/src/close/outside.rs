//! What others than the application put into its stores.

use palisade_events::Step as EventStep;
use palisade_model::app::{Kind, NodeId, ResourceId, TriggerId};
use palisade_model::reach::Level;
use palisade_model::setting::Answer;

use super::store::StoreKey;
use super::{Arrival, Closer};
use crate::flows::PathOrigin;
use crate::taint::summary::StoreSite;
use crate::transfer::Grammar;

impl Closer<'_, '_> {
    /// What somebody who is no function of the application put into a store.
    pub(super) fn outside_writer(
        &self,
        entry: usize,
        key: &StoreKey,
        site: &StoreSite,
    ) -> Option<Arrival> {
        let StoreKey::Resource(app, id) = key else {
            return None;
        };
        let resource = self.apps.get(*app)?.app.resources.get(*id)?;
        let (surely, possibly) = (resource.writers.surely, resource.writers.possibly);
        // Somebody filled the bucket whose event this is; if nobody in the application does, it is somebody inside.
        let own = self.own_trigger(entry, *id);
        let inside = own.is_some()
            && resource.kind == Kind::Bucket
            && !self.writers.contains(&(*app, key.clone()));
        if surely.max(possibly) < Level::OtherAccount && !inside {
            return None;
        }
        let least = if inside { Level::Inside } else { Level::None };
        let (surely, possibly) = (surely.max(least), possibly.max(least));
        let what = match (resource.kind, site.slot.as_str()) {
            (Kind::Bucket, "key") => "by naming an object in",
            (Kind::Bucket, _) => "with an object in",
            (Kind::Queue | Kind::Topic, _) => "with a message in",
            (Kind::Table, _) => "with an item in",
            _ => "with what they write into",
        };
        let origin = PathOrigin {
            function: self.requests.get(entry).and_then(|r| r.function),
            entry,
            trigger: own,
            event: "store",
            nested: Vec::new(),
            field: vec![EventStep::Key(site.slot.clone())],
            by: Some(format!("{what} {}", self.key_label(entry, key))),
            surely,
            possibly,
            unknown: false,
        };
        // Names of objects are texts; what lies in them can be anything.
        let bits = if site.slot == "key" {
            Grammar::IsText.bit() | Grammar::NosqlOperator.bit()
        } else {
            0
        };
        let mut arrival = self.arrival(origin, bits, false);
        arrival.whole = site.slot != "key";
        Some(arrival)
    }

    /// The trigger by which a store starts an entry.
    fn own_trigger(&self, entry: usize, store: ResourceId) -> Option<TriggerId> {
        let request = self.requests.get(entry)?;
        let app = self.apps.get(request.app)?.app;
        app.triggers_of(request.function?)
            .find(|(_, t)| t.source == Some(NodeId::Resource(store)) && t.wired != Answer::No)
            .map(|(id, _)| id)
    }
}
