//! The CloudFormation reader: one file for each family of types.

pub mod types;

pub mod api_rest;
pub mod api_routes;
pub mod api_v2;
pub mod balancer;
pub mod cache;
pub mod code;
pub mod distribution;
pub mod errand;
pub mod events;
pub mod filter;
pub mod function;
pub mod graph;
pub mod mapping;
pub mod node;
pub mod pools;
pub mod role;
pub mod services;
pub mod store;
pub mod target;
pub mod workflow;

use crate::cloudformation::node::resource;
use crate::draft::Draft;
use crate::reader::{At, Reader};

/// The reader of plain CloudFormation types.
#[derive(Debug)]
pub struct CloudFormation;

impl Reader for CloudFormation {
    fn format(&self) -> &'static str {
        "cloudformation"
    }

    fn reads(&self, _type_name: &str) -> bool {
        true
    }

    fn declare(&self, at: At<'_>, draft: &mut Draft) {
        match at.raw.type_name.as_str() {
            "AWS::Lambda::Function" => function::declare(at, draft),
            "AWS::IAM::Role" => role::declare(at, draft),
            "AWS::IAM::ManagedPolicy" => role::declare_managed(at, draft),
            "AWS::Lambda::Alias" => {
                function::declare_alias(at, draft);
                resource(at, draft);
            }
            "AWS::Lambda::Version" => {
                function::declare_version(at, draft);
                resource(at, draft);
            }
            "AWS::ApiGateway::RestApi" => api_rest::declare(at, draft),
            "AWS::ApiGatewayV2::Api" => api_v2::declare(at, draft),
            "AWS::ApiGatewayV2::Route" => api_v2::declare_route(at, draft),
            "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage" => {
                api_routes::declare_stage(at, draft);
                resource(at, draft);
            }
            "AWS::S3::BucketPolicy"
            | "AWS::SQS::QueuePolicy"
            | "AWS::SQS::QueueInlinePolicy"
            | "AWS::SNS::TopicPolicy"
            | "AWS::SNS::TopicInlinePolicy"
            | "AWS::IAM::Policy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::GroupPolicy"
            | "AWS::Lambda::Permission"
            | "AWS::Lambda::EventSourceMapping"
            | "AWS::Lambda::LayerVersionPermission"
            | "AWS::ApiGateway::Resource"
            | "AWS::ApiGateway::Method"
            | "AWS::ApiGatewayV2::Integration"
            | "AWS::Cognito::IdentityPoolRoleAttachment"
            | "AWS::Events::EventBusPolicy"
            | role::VOID => {}
            _ => {
                resource(at, draft);
            }
        }
    }

    fn tie(&self, at: At<'_>, draft: &mut Draft) {
        match at.raw.type_name.as_str() {
            "AWS::Lambda::Function" => function::tie(at, draft),
            "AWS::Lambda::Permission" => function::permission(at, draft),
            "AWS::Lambda::Url" => function::url(at, draft),
            "AWS::Lambda::EventInvokeConfig" => function::destinations(at, draft),
            "AWS::AppSync::DataSource" => graph::data_source(at, draft),
            "AWS::Lambda::EventSourceMapping" => mapping::tie(at, draft),
            "AWS::IAM::Role" => role::tie(at, draft),
            "AWS::IAM::ManagedPolicy" => role::attach_managed(at, draft),
            "AWS::IAM::Policy" => role::attach(at, draft, "Roles"),
            "AWS::IAM::RolePolicy" => role::attach(at, draft, "RoleName"),
            role::VOID => role::void(at, draft),
            "AWS::S3::Bucket" => store::bucket(at, draft),
            "AWS::S3::BucketPolicy"
            | "AWS::SQS::QueuePolicy"
            | "AWS::SQS::QueueInlinePolicy"
            | "AWS::SNS::TopicPolicy"
            | "AWS::SNS::TopicInlinePolicy" => store::policy(at, draft),
            "AWS::SQS::Queue" => store::queue(at, draft),
            "AWS::SNS::Topic" => store::topic(at, draft),
            "AWS::SNS::Subscription" => store::subscription(at, draft),
            "AWS::DynamoDB::Table"
            | "AWS::Kinesis::Stream"
            | "AWS::SecretsManager::Secret"
            | "AWS::KMS::Key"
            | "AWS::IoT::Policy" => {
                store::inline_policy(at, draft);
            }
            "AWS::KinesisFirehose::DeliveryStream" => store::delivery(at, draft),
            "AWS::SecretsManager::ResourcePolicy" => store::policy(at, draft),
            "AWS::Events::Rule" => events::rule(at, draft),
            "AWS::Events::EventBus" => events::bus(at, draft),
            "AWS::Events::EventBusPolicy" => events::bus_policy(at, draft),
            "AWS::Pipes::Pipe" => events::pipe(at, draft),
            "AWS::Scheduler::Schedule" => events::schedule(at, draft),
            "AWS::IoT::TopicRule" => events::device_rule(at, draft),
            "AWS::SES::ReceiptRule" => events::mail_rule(at, draft),
            "AWS::CodeCommit::Repository" => events::repository(at, draft),
            "AWS::Logs::SubscriptionFilter" => events::log_filter(at, draft),
            "AWS::Cognito::UserPool" => pools::user_pool(at, draft),
            "AWS::Cognito::UserPoolClient" => pools::client(at, draft),
            "AWS::Cognito::IdentityPoolRoleAttachment" => pools::role_attachment(at, draft),
            "AWS::ApiGateway::RestApi" => api_rest::tie(at, draft),
            "AWS::ApiGateway::Method" => api_rest::method(at, draft),
            "AWS::ApiGateway::Authorizer" => api_rest::authorizer(at, draft),
            "AWS::ApiGatewayV2::Api" => api_v2::tie(at, draft),
            "AWS::ApiGatewayV2::Route" => api_v2::route(at, draft),
            "AWS::ApiGatewayV2::Authorizer" => api_v2::authorizer(at, draft),
            "AWS::ElasticLoadBalancingV2::Listener"
            | "AWS::ElasticLoadBalancingV2::ListenerRule" => {
                balancer::listener(at, draft);
            }
            "AWS::CloudFront::Distribution" => distribution::tie(at, draft),
            "AWS::WAFv2::WebACLAssociation" | "AWS::WAFRegional::WebACLAssociation" => {
                balancer::firewall(at, draft);
            }
            "AWS::StepFunctions::StateMachine" => workflow::tie(at, draft),
            "AWS::CloudFormation::CustomResource" => events::custom(at, draft),
            "Custom::S3BucketNotifications" => {
                store::custom_notifications(at, draft);
                events::custom(at, draft);
            }
            custom if custom.starts_with("Custom::") => events::custom(at, draft),
            "AWS::Lambda::Alias" => services::hooks(at, draft),
            _ => services::tie(at, draft),
        }
    }
}
