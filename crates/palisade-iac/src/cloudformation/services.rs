//! Services that name the functions they start in properties of their own.

use palisade_model::guard::Guard;
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Text;

use crate::cloudformation::target::{Delivery, deliver};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// One property of a type that names functions.
struct Row {
    type_name: &'static str,
    /// Its keys may lead through lists.
    path: &'static str,
    event: &'static str,
    /// The service that must be allowed; none where it acts with a role or with the deployer's rights.
    service: Option<&'static str>,
}

const fn row(
    type_name: &'static str,
    path: &'static str,
    event: &'static str,
    service: Option<&'static str>,
) -> Row {
    Row {
        type_name,
        path,
        event,
        service,
    }
}

const ALARMS: Option<&str> = Some("lambda.alarms.cloudwatch.amazonaws.com");
const APPSYNC: Option<&str> = Some("appsync.amazonaws.com");
const BEDROCK: Option<&str> = Some("bedrock.amazonaws.com");
const CONFIG: Option<&str> = Some("config.amazonaws.com");
const LEX: Option<&str> = Some("lexv2.amazonaws.com");

/// Source: the CloudFormation resource reference of each type; the guide of each service on Lambda functions (2026).
const ROWS: &[Row] = &[
    row(
        "AWS::Config::ConfigRule",
        "Source.SourceIdentifier",
        "aws.config",
        CONFIG,
    ),
    row(
        "AWS::Config::OrganizationConfigRule",
        "OrganizationCustomRuleMetadata.LambdaFunctionArn",
        "aws.config",
        CONFIG,
    ),
    row(
        "AWS::SecretsManager::RotationSchedule",
        "RotationLambdaARN",
        "aws.secretsmanager-rotation",
        Some("secretsmanager.amazonaws.com"),
    ),
    row(
        "AWS::CloudFormation::Macro",
        "FunctionName",
        "aws.macro",
        None,
    ),
    row(
        "AWS::S3ObjectLambda::AccessPoint",
        "ObjectLambdaConfiguration.TransformationConfigurations.ContentTransformation.AwsLambda.FunctionArn",
        "aws.s3-object-lambda",
        None,
    ),
    row(
        "AWS::AppSync::GraphQLApi",
        "LambdaAuthorizerConfig.AuthorizerUri",
        "aws.appsync-authorizer",
        APPSYNC,
    ),
    row(
        "AWS::AppSync::GraphQLApi",
        "AdditionalAuthenticationProviders.LambdaAuthorizerConfig.AuthorizerUri",
        "aws.appsync-authorizer",
        APPSYNC,
    ),
    // SAM lets the API call its authorizers.
    row(
        "AWS::Serverless::GraphQLApi",
        "Auth.LambdaAuthorizer.AuthorizerUri",
        "aws.appsync-authorizer",
        None,
    ),
    row(
        "AWS::Serverless::GraphQLApi",
        "Auth.Additional.LambdaAuthorizer.AuthorizerUri",
        "aws.appsync-authorizer",
        None,
    ),
    row(
        "AWS::IoT::Authorizer",
        "AuthorizerFunctionArn",
        "aws.iot-authorizer",
        Some("iot.amazonaws.com"),
    ),
    row(
        "AWS::VpcLattice::TargetGroup",
        "Targets.Id",
        "aws.vpc-lattice",
        Some("vpc-lattice.amazonaws.com"),
    ),
    row(
        "AWS::CloudWatch::Alarm",
        "AlarmActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::CloudWatch::Alarm",
        "OKActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::CloudWatch::Alarm",
        "InsufficientDataActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::CloudWatch::CompositeAlarm",
        "AlarmActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::CloudWatch::CompositeAlarm",
        "OKActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::CloudWatch::CompositeAlarm",
        "InsufficientDataActions",
        "aws.cloudwatch-alarm",
        ALARMS,
    ),
    row(
        "AWS::Bedrock::Agent",
        "ActionGroups.ActionGroupExecutor.Lambda",
        "aws.bedrock-agent",
        BEDROCK,
    ),
    row(
        "AWS::Lex::Bot",
        "TestBotAliasSettings.BotAliasLocaleSettings.BotAliasLocaleSetting.CodeHookSpecification.LambdaCodeHook.LambdaArn",
        "aws.lex",
        LEX,
    ),
    row(
        "AWS::Lex::BotAlias",
        "BotAliasLocaleSettings.BotAliasLocaleSetting.CodeHookSpecification.LambdaCodeHook.LambdaArn",
        "aws.lex",
        LEX,
    ),
    row(
        "AWS::Connect::IntegrationAssociation",
        "IntegrationArn",
        "aws.connect",
        Some("connect.amazonaws.com"),
    ),
    row(
        "AWS::CodePipeline::Pipeline",
        "Stages.Actions.Configuration.FunctionName",
        "aws.codepipeline-job",
        None,
    ),
];

/// Ties a resource that names functions in properties of its own.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    for row in ROWS.iter().filter(|row| row.type_name == at.raw.type_name) {
        for (guard, text, origin) in through_lists(at.properties(), row.path) {
            let permit = match row.service {
                Some(service) => Permit::Service(service),
                None => Permit::Settled(Answer::Yes),
            };
            start(at, &text, row.event, permit, &guard, origin, draft);
        }
    }
}

/// Functions that judge a gradual deployment of an alias. CodeDeploy acts with the role of the deployment.
pub fn hooks(at: At<'_>, draft: &mut Draft) {
    for hook in ["BeforeAllowTrafficHook", "AfterAllowTrafficHook"] {
        let path = format!("CodeDeployLambdaAliasUpdate.{hook}");
        for (guard, text, origin) in look::texts(&at.raw.update_policy, &path) {
            let permit = Permit::Settled(Answer::Yes);
            start(
                at,
                &text,
                "aws.codedeploy-hook",
                permit,
                &guard,
                origin,
                draft,
            );
        }
    }
}

fn start(
    at: At<'_>,
    target: &Text,
    event: &'static str,
    permit: Permit,
    guard: &Guard,
    origin: Origin,
    draft: &mut Draft,
) {
    let node = draft.node(at.unit.stack, &at.address());
    let exists = at.raw.exists.and(guard);
    let delivery = Delivery::new(node, at.raw.id.clone(), event, permit, exists, origin);
    deliver(target, &delivery, draft);
}

/// The texts at a path whose keys may lead through lists.
fn through_lists(value: &Value, path: &str) -> Vec<(Guard, Text, Origin)> {
    let mut here = vec![(Guard::always(), value)];
    for key in path.split('.') {
        here = here
            .into_iter()
            .flat_map(|(guard, value)| {
                look::each_at(value, key)
                    .into_iter()
                    .map(move |(inner, v)| (guard.and(&inner), v))
            })
            .filter(|(guard, _)| !guard.impossible())
            .collect();
    }
    here.into_iter()
        .filter_map(|(guard, v)| Some((guard, look::text(v)?, v.origin.clone())))
        .collect()
}
