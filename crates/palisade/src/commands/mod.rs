//! The commands, one file each.

pub(crate) mod scan;

pub(crate) mod scan_fix;

pub(crate) mod repair;

pub(crate) mod explain;

pub(crate) mod explain_pair;

pub(crate) mod paths;

pub(crate) mod rules;

pub(crate) mod roles;

pub(crate) mod roles_fix;
