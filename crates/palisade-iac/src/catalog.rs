//! All readers, the first that knows a type reads it.

use crate::cloudformation::CloudFormation;
use crate::reader::Reader;
use crate::sam::Sam;
use crate::serverless::Serverless;

/// All readers in order.
pub const ALL: &[&dyn Reader] = &[&Sam, &Serverless, &CloudFormation];

/// The reader of a type.
pub fn of(type_name: &str) -> Option<&'static dyn Reader> {
    ALL.iter().copied().find(|reader| reader.reads(type_name))
}
