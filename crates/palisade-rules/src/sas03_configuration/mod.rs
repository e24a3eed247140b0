//! SAS-3: settings of the deployment that open something, or leave it unguarded.

pub mod public_storage;

pub mod access_block_off;

pub mod cors;

pub mod cors_in_code;

pub mod public_object;

pub mod open_network;

pub mod open_key;

pub mod unencrypted;

pub mod weak_transport;

pub mod wrapper;

pub mod request_validation;

pub mod mutable_image;

pub mod no_backup;

pub mod destructive_default;

pub mod key_rotation;

pub(crate) mod settings;

pub mod unknown_layer;

pub mod unset_variable;

use crate::rule::Rule;

/// The rules of this risk, in order.
pub const ALL: &[&Rule] = &[
    &public_storage::RULE,
    &access_block_off::RULE,
    &cors::RULE,
    &cors_in_code::RULE,
    &public_object::RULE,
    &open_network::RULE,
    &open_key::RULE,
    &unencrypted::RULE,
    &weak_transport::RULE,
    &wrapper::RULE,
    &request_validation::RULE,
    &mutable_image::RULE,
    &no_backup::RULE,
    &key_rotation::RULE,
    &unknown_layer::RULE,
    &unset_variable::RULE,
    &destructive_default::RULE,
];
