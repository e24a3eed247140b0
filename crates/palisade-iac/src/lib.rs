//! Templates to model: documents with spans, intrinsics, CloudFormation, SAM, the Serverless Framework and Chalice.

pub mod app;
pub mod asl;
pub mod catalog;
pub mod chalice;
pub mod cloudformation;
pub mod copies;
pub mod discover;
pub mod document;
pub mod draft;
pub mod evaluate;
pub mod exports;
pub mod files;
pub mod json;
pub mod leftover;
pub mod link;
pub mod look;
pub mod names;
pub mod nested;
pub mod openapi;
pub mod plan;
pub mod policy;
pub mod reader;
pub mod recognize;
pub mod repair;
pub mod resolve;
pub mod sam;
pub mod serverless;
pub mod setup;
pub mod value;

pub use app::{ReadSettings, read};
pub use discover::plan;
pub use plan::AppPlan;
