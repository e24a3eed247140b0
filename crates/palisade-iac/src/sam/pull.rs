//! Events that the platform polls for the function, with the rights SAM adds to its role.

use palisade_model::guard::Guard;
use palisade_model::setting::Answer;
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::mapping::{self, Mapping, Polled};
use crate::draft::Draft;
use crate::look;
use crate::sam::event::Event;
use crate::sam::role;

/// Ties a polled event.
pub fn tie(kind: &str, event: &Event<'_>, draft: &mut Draft) {
    let (polled, path): (&'static Polled, &str) = match kind {
        "SQS" => (&mapping::SQS, "Queue"),
        "Kinesis" => (&mapping::KINESIS, "Stream"),
        "DynamoDB" => (&mapping::DYNAMODB, "Stream"),
        "MSK" => (&mapping::KAFKA, "Stream"),
        "MQ" => (&mapping::MQ, "Broker"),
        "DocumentDB" => (&mapping::DOCUMENT_DB, "Cluster"),
        _ => (&mapping::KAFKA_ELSEWHERE, ""),
    };
    let granted = grants(kind, event, draft);
    let mapping = Mapping {
        function: event.function,
        through: event.through.clone(),
        label: event.name.to_owned(),
        exists: event.exists.clone(),
        origin: event.origin(),
        permitted: granted.then_some(Answer::Yes),
    };
    let sources = look::texts(event.properties, path);
    if path.is_empty() || sources.is_empty() {
        mapping::wire(
            &mapping,
            &Guard::always(),
            None,
            polled,
            event.properties,
            draft,
        );
        return;
    }
    for (guard, text, _) in sources {
        mapping::wire(
            &mapping,
            &guard,
            Some(&text),
            polled,
            event.properties,
            draft,
        );
    }
}

/// Adds the poller's rights to the generated role; false where the function has a role of its own.
pub fn grants(kind: &str, event: &Event<'_>, draft: &mut Draft) -> bool {
    let Some(role) = role::generated(event.at, draft) else {
        return false;
    };
    let cause = event.origin();
    let managed = match kind {
        "SQS" => "AWSLambdaSQSQueueExecutionRole",
        "Kinesis" => "AWSLambdaKinesisExecutionRole",
        "DynamoDB" => "AWSLambdaDynamoDBExecutionRole",
        "MSK" => "AWSLambdaMSKExecutionRole",
        _ => "",
    };
    if !managed.is_empty() {
        role::grant_managed(managed, &cause, role, draft);
    }
    inline(kind, event, role, draft);
    true
}

/// Statements for sources whose rights are no managed policy.
fn inline(kind: &str, event: &Event<'_>, id: palisade_model::app::RoleId, draft: &mut Draft) {
    let cause = event.origin();
    let mut add = |actions: &[&str], resources: Vec<Text>| {
        if !resources.is_empty() {
            role::grant(
                "sam.poller",
                actions,
                resources,
                &event.exists,
                &cause,
                id,
                draft,
            );
        }
    };
    let text = |path: &str| look::first_text(event.properties, path);
    match kind {
        "MQ" => {
            for secret in secrets(event, &["BASIC_AUTH"]) {
                add(&["secretsmanager:GetSecretValue"], vec![secret]);
            }
            add(&["mq:DescribeBroker"], text("Broker").into_iter().collect());
        }
        "DocumentDB" => {
            for secret in secrets(event, &["BASIC_AUTH"]) {
                add(&["secretsmanager:GetSecretValue"], vec![secret]);
            }
            add(
                &["rds:DescribeDBClusterParameters"],
                vec![own_arn("rds", "cluster-pg:*")],
            );
            add(
                &["rds:DescribeDBSubnetGroups"],
                vec![own_arn("rds", "subgrp:*")],
            );
            add(
                &["rds:DescribeDBClusters"],
                text("Cluster").into_iter().collect(),
            );
            add(NETWORK, vec![Text::of("*")]);
        }
        "MSK" => {
            registry(event, &mut add);
            for secret in secrets(event, &["CLIENT_CERTIFICATE_TLS_AUTH"]) {
                add(&["secretsmanager:GetSecretValue"], vec![secret]);
            }
        }
        "SelfManagedKafka" => {
            for secret in secrets(event, KAFKA_SECRETS) {
                add(&["secretsmanager:GetSecretValue"], vec![secret]);
            }
            if !secrets(event, &["VPC_SUBNET"]).is_empty() {
                add(NETWORK, vec![Text::of("*")]);
            }
            registry(event, &mut add);
        }
        _ => {}
    }
    if kind != "MSK"
        && let Some(key) = text("SecretsManagerKmsKeyId")
    {
        let arn = own_arn("kms", "key/");
        let arn = Text::join(arn.parts().iter().chain(key.parts()).cloned());
        add(&["kms:Decrypt"], vec![arn]);
    }
    failures(event, &mut add);
}

/// Where records go that could not be handled.
fn failures(event: &Event<'_>, add: &mut dyn FnMut(&[&str], Vec<Text>)) {
    for (_, destination) in look::at(event.properties, "DestinationConfig.OnFailure") {
        let Some(arn) = look::first_text(destination, "Destination") else {
            continue;
        };
        match look::word(destination, "Type") {
            Some("SNS") => add(&["sns:publish"], vec![arn]),
            Some("S3") => {
                let objects = arn
                    .parts()
                    .iter()
                    .cloned()
                    .chain([Part::Literal("/*".to_owned())]);
                add(&["s3:PutObject"], vec![Text::join(objects)]);
                add(&["s3:ListBucket"], vec![arn]);
            }
            Some("SQS") => add(&["sqs:SendMessage"], vec![arn]),
            _ => {}
        }
    }
}

const NETWORK: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

const KAFKA_SECRETS: &[&str] = &[
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "OAUTHBEARER_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
];

/// The places that access configurations of some kinds name.
fn secrets(event: &Event<'_>, kinds: &[&str]) -> Vec<Text> {
    look::each_at(event.properties, "SourceAccessConfigurations")
        .into_iter()
        .filter(|(_, c)| look::word(c, "Type").is_some_and(|kind| kinds.contains(&kind)))
        .filter_map(|(_, c)| look::first_text(c, "URI"))
        .collect()
}

/// What a schema registry asks for.
fn registry(event: &Event<'_>, add: &mut dyn FnMut(&[&str], Vec<Text>)) {
    for (_, configuration) in look::each_at(event.properties, "SchemaRegistryConfig.AccessConfigs")
    {
        add(
            &["secretsmanager:GetSecretValue"],
            look::first_text(configuration, "URI").into_iter().collect(),
        );
    }
    let Some(uri) = look::first_text(event.properties, "SchemaRegistryConfig.SchemaRegistryURI")
    else {
        return;
    };
    let words = uri.words();
    if let Some((before, name)) = words.split_once(":registry/")
        && before.starts_with("arn")
    {
        let name = name.to_owned();
        add(&["glue:GetRegistry"], vec![uri]);
        add(
            &["glue:GetSchemaVersion"],
            vec![own_arn("glue", &format!("schema/{name}/*"))],
        );
    }
}

/// An ARN of the own account and region.
pub fn own_arn(service: &str, rest: &str) -> Text {
    let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
    let word = |text: &str| Part::Literal(text.to_owned());
    Text::join([
        word("arn:"),
        pseudo("AWS::Partition"),
        word(&format!(":{service}:")),
        pseudo("AWS::Region"),
        word(":"),
        pseudo("AWS::AccountId"),
        word(&format!(":{rest}")),
    ])
}
