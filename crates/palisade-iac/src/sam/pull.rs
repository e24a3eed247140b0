//! Events that the platform polls for the function, with the rights SAM adds to its role.

use palisade_model::guard::Guard;
use palisade_model::setting::Answer;
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::mapping::{self, Mapping, Polled};
use crate::draft::Draft;
use crate::look;
use crate::sam::events::Event;
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
    const NETWORK: &[&str] = &[
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
    ];
    let cause = event.origin();
    let mut add = |actions: &[&str], resources: Vec<Text>| {
        role::grant(
            "sam.poller",
            actions,
            resources,
            &event.exists,
            &cause,
            id,
            draft,
        );
    };
    let text = |path: &str| look::first_text(event.properties, path);
    let secrets: Vec<Text> = look::each_at(event.properties, "SourceAccessConfigurations")
        .into_iter()
        .filter_map(|(_, configuration)| {
            let kind = look::word(configuration, "Type").unwrap_or_default();
            let secret = kind.ends_with("_AUTH") || kind.ends_with("CERTIFICATE");
            secret
                .then(|| look::first_text(configuration, "URI"))
                .flatten()
        })
        .collect();
    match kind {
        "MQ" => {
            add(&["secretsmanager:GetSecretValue"], secrets);
            add(&["mq:DescribeBroker"], text("Broker").into_iter().collect());
        }
        "DocumentDB" => {
            add(&["secretsmanager:GetSecretValue"], secrets);
            add(
                &[
                    "rds:DescribeDBClusters",
                    "rds:DescribeDBClusterParameters",
                    "rds:DescribeDBSubnetGroups",
                ],
                text("Cluster").into_iter().collect(),
            );
            add(NETWORK, vec![Text::of("*")]);
        }
        "SelfManagedKafka" => {
            for secret in secrets {
                add(&["secretsmanager:GetSecretValue"], vec![secret]);
            }
            if text("SourceAccessConfigurations.VPC_SUBNET").is_some() || has_network(event) {
                add(NETWORK, vec![Text::of("*")]);
            }
        }
        _ => {}
    }
    if let Some(key) = text("SecretsManagerKmsKeyId") {
        let arn = Text::join(
            [
                Part::Literal("arn:".to_owned()),
                Part::Hole(Symbol::Pseudo("AWS::Partition".to_owned())),
                Part::Literal(":kms:".to_owned()),
                Part::Hole(Symbol::Pseudo("AWS::Region".to_owned())),
                Part::Literal(":".to_owned()),
                Part::Hole(Symbol::Pseudo("AWS::AccountId".to_owned())),
                Part::Literal(":key/".to_owned()),
            ]
            .into_iter()
            .chain(key.parts().iter().cloned()),
        );
        add(&["kms:Decrypt"], vec![arn]);
    }
    for (_, destination) in look::at(event.properties, "DestinationConfig.OnFailure") {
        let Some(arn) = look::first_text(destination, "Destination") else {
            continue;
        };
        match look::word(destination, "Type") {
            Some("SNS") => add(&["sns:publish"], vec![arn]),
            Some("S3Bucket") => add(&["s3:PutObject", "s3:ListBucket"], vec![arn]),
            Some("SQS") => add(&["sqs:SendMessage"], vec![arn]),
            _ => {}
        }
    }
}

fn has_network(event: &Event<'_>) -> bool {
    look::each_at(event.properties, "SourceAccessConfigurations")
        .iter()
        .any(|(_, c)| look::word(c, "Type").is_some_and(|t| t.starts_with("VPC_")))
}
