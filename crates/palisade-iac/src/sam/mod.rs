//! The reader of serverless types: functions with their events, APIs, state machines and connectors.

pub mod api;
pub mod auth;
pub mod connector;
pub mod event;
pub mod events;
pub mod function;
pub mod globals;
pub mod machine;
pub mod pull;
pub mod push;
pub mod role;
pub mod templates;

use crate::cloudformation;
use crate::draft::Draft;
use crate::reader::{At, Reader};

/// The reader of `AWS::Serverless::…`.
#[derive(Debug)]
pub struct Sam;

impl Reader for Sam {
    fn format(&self) -> &'static str {
        "sam"
    }

    fn reads(&self, type_name: &str) -> bool {
        type_name.starts_with("AWS::Serverless::")
    }

    fn declare(&self, at: At<'_>, draft: &mut Draft) {
        match at.raw.type_name.as_str() {
            "AWS::Serverless::Function" => function::declare(at, draft),
            "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "AWS::Serverless::WebSocketApi" => {
                api::declare(at, draft);
            }
            "AWS::Serverless::StateMachine" => machine::declare(at, draft),
            "AWS::Serverless::Connector" => {}
            _ => {
                cloudformation::node::resource(at, draft);
            }
        }
    }

    fn tie(&self, at: At<'_>, draft: &mut Draft) {
        match at.raw.type_name.as_str() {
            "AWS::Serverless::Function" => function::tie(at, draft),
            "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => api::tie(at, draft),
            "AWS::Serverless::WebSocketApi" => api::socket(at, draft),
            "AWS::Serverless::StateMachine" => machine::tie(at, draft),
            "AWS::Serverless::Connector" => connector::tie(at, draft),
            "AWS::Serverless::GraphQLApi" => {
                cloudformation::graph::serverless(at, draft);
                cloudformation::services::tie(at, draft);
            }
            "AWS::Serverless::SimpleTable" => cloudformation::store::inline_policy(at, draft),
            _ => {}
        }
        connector::embedded(at, draft);
    }
}
