//! The list of event sources.

use std::sync::OnceLock;

use crate::read;
use crate::shape::Shape;

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        /// Each source and its file, in the order of the names.
        pub(crate) const FILES: &[(&str, &str)] = &[$(($id, include_str!(concat!("../data/", $id, ".toml")))),*];
    };
}

files![
    "aws.alb",
    "aws.alexa",
    "aws.alexa-smart-home",
    "aws.apigateway-authorizer-request",
    "aws.apigateway-authorizer-token",
    "aws.apigateway-custom",
    "aws.apigateway-http",
    "aws.apigateway-http-v1",
    "aws.apigateway-rest",
    "aws.apigateway-websocket",
    "aws.appsync",
    "aws.appsync-authorizer",
    "aws.bedrock-agent",
    "aws.cloudfront-edge",
    "aws.cloudwatch-alarm",
    "aws.codecommit",
    "aws.codedeploy-hook",
    "aws.codepipeline-job",
    "aws.cognito-create-auth-challenge",
    "aws.cognito-custom-message",
    "aws.cognito-custom-sender",
    "aws.cognito-define-auth-challenge",
    "aws.cognito-post-authentication",
    "aws.cognito-post-confirmation",
    "aws.cognito-pre-authentication",
    "aws.cognito-pre-sign-up",
    "aws.cognito-pre-token-generation",
    "aws.cognito-user-migration",
    "aws.cognito-verify-auth-challenge",
    "aws.config",
    "aws.connect",
    "aws.custom-resource",
    "aws.direct",
    "aws.documentdb",
    "aws.dynamodb-kinesis",
    "aws.dynamodb-stream",
    "aws.eventbridge",
    "aws.eventbridge-alarm",
    "aws.eventbridge-autoscaling",
    "aws.eventbridge-cloudtrail",
    "aws.eventbridge-codebuild",
    "aws.eventbridge-codecommit",
    "aws.eventbridge-codedeploy",
    "aws.eventbridge-codepipeline",
    "aws.eventbridge-config",
    "aws.eventbridge-ec2",
    "aws.eventbridge-ecr",
    "aws.eventbridge-ecs",
    "aws.eventbridge-guardduty",
    "aws.eventbridge-health",
    "aws.eventbridge-s3",
    "aws.eventbridge-securityhub",
    "aws.eventbridge-stepfunctions",
    "aws.firehose",
    "aws.function-url",
    "aws.iot-authorizer",
    "aws.iot-rule",
    "aws.kafka",
    "aws.kafka-self-managed",
    "aws.kinesis",
    "aws.lambda-destination",
    "aws.lex",
    "aws.logs",
    "aws.logs-batch",
    "aws.macro",
    "aws.mq",
    "aws.s3",
    "aws.s3-batch",
    "aws.s3-object-lambda",
    "aws.scheduler",
    "aws.secretsmanager-rotation",
    "aws.ses",
    "aws.ses-notification",
    "aws.sns",
    "aws.sns-envelope",
    "aws.sqs",
    "aws.stepfunctions-task",
    "aws.unknown",
    "aws.vpc-lattice",
    "aws.workmail",
    "code.exception",
    "code.secret",
    "code.signed",
    "http.chalice",
    "http.django",
    "http.express",
    "http.fastapi",
    "http.fastify",
    "http.flask",
    "http.hono",
    "http.koa",
    "http.powertools",
];

/// All event sources, by name.
#[must_use]
pub fn all() -> &'static [Shape] {
    static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        // A test reads every file, so none is dropped here.
        let mut shapes: Vec<Shape> = FILES
            .iter()
            .filter_map(|(id, text)| read::shape(id, text).ok())
            .collect();
        shapes.sort_by_key(|shape| shape.id);
        shapes
    })
}

/// The event source of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Shape> {
    let shapes = all();
    shapes
        .binary_search_by(|shape| shape.id.cmp(id))
        .ok()
        .and_then(|at| shapes.get(at))
}

/// What a rule on the bus sends for events of that source and detail type: the sender's own shape, else the envelope.
#[must_use]
pub fn on_bus(source: &str, detail_type: Option<&str>) -> Option<&'static Shape> {
    let id = match detail_type {
        Some("Scheduled Event") => Some("aws.scheduler"),
        Some(words) if words.ends_with(" via CloudTrail") => Some("aws.eventbridge-cloudtrail"),
        _ => None,
    };
    let sends = |shape: &&Shape| {
        shape.id.starts_with("aws.eventbridge-")
            && shape.id != "aws.eventbridge-cloudtrail"
            && shape
                .example
                .get("source")
                .and_then(serde_json::Value::as_str)
                == Some(source)
    };
    id.and_then(find)
        .or_else(|| all().iter().find(sends))
        .or_else(|| find("aws.eventbridge"))
}
