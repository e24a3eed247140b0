//! The node of any resource, by its row in the table of types.

use palisade_model::app::{Key, Kind, Resource, ResourceId};
use palisade_model::attribute::{AnySetting, Attribute};
use palisade_model::reach::Reach;
use palisade_model::setting::Setting;

use crate::cloudformation::types;
use crate::draft::Draft;
use crate::look;
use crate::reader::At;

/// Declares a resource by its row in the table of types.
pub fn resource(at: At<'_>, draft: &mut Draft) -> Option<ResourceId> {
    let row = types::row(&at.raw.type_name);
    let span = at.raw.id_span;
    let name = match row.and_then(|r| r.named.as_deref()) {
        Some(path) => look::text_setting(at.properties(), path, span),
        None => Setting::absent(span),
    };
    let mut settings = row
        .map(|r| types::settings(r, at.properties(), span))
        .unwrap_or_default();
    if !look::is_nothing(&at.raw.deletion_policy) {
        let policy = at.raw.deletion_policy.as_text();
        settings.set(Attribute::DeletionPolicy, AnySetting::Text(policy));
    }
    draft.add_resource(Resource {
        key: Key {
            stack: at.unit.stack,
            address: at.address(),
        },
        kind: row.map_or(Kind::Other, |r| r.kind),
        type_name: at.raw.type_name.clone(),
        name,
        settings,
        policy: Vec::new(),
        workflow: None,
        writers: Reach::default(),
        exists: at.raw.exists.clone(),
        origin: at.raw.origin(),
    })
}
