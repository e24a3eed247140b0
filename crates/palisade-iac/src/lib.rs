//! Templates to model: documents with spans, intrinsics, CloudFormation and SAM.

pub mod document;
pub mod evaluate;
pub mod recognize;
pub mod value;
