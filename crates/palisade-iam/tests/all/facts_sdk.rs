//! Names of SDKs lead to operations, and operations to the permissions they need.

use palisade_iam::facts::Sdk::{Boto3, Boto3Resource, Js2, Js3, Powertools};
use palisade_iam::facts::{
    self, Arguments, HoleKind, Needed, Operation, Piece, Sdk, Source, embedded,
};

fn op(sdk: Sdk, service: &str, symbol: &str) -> Operation<'static> {
    let found = facts::operation(sdk, service, symbol);
    found.unwrap_or_else(|| panic!("{sdk:?} {service} {symbol}"))
}

/// `action on arn, arn`, `!` where it is optional, `+` where another service asks, `?` where it is not certain.
fn told(needed: &Needed<'_>) -> String {
    let marks = [
        (needed.optional, "!"),
        (needed.dependent, "+"),
        (!needed.certain, "?"),
    ];
    let marks: String = marks
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, mark)| *mark)
        .collect();
    let arns: Vec<String> = needed.resources.iter().map(ToString::to_string).collect();
    format!("{}{marks} on {}", needed.name, arns.join(", "))
}

fn needs(sdk: Sdk, service: &str, symbol: &str, given: &Arguments) -> Vec<String> {
    let operations = facts::operations(sdk, service, symbol);
    assert!(!operations.is_empty(), "{sdk:?} {service} {symbol}");
    operations
        .iter()
        .flat_map(|one| one.actions(given))
        .map(|one| told(&one))
        .collect()
}

/// The certain actions, without what is optional.
fn actions(sdk: Sdk, service: &str, symbol: &str, members: &[&str]) -> Vec<String> {
    let given = Arguments::named(members);
    let operations = facts::operations(sdk, service, symbol);
    assert!(!operations.is_empty(), "{sdk:?} {service} {symbol}");
    let needed = operations.iter().flat_map(|one| one.actions(&given));
    let mut names: Vec<String> = needed
        .filter(|one| one.certain && !one.optional)
        .map(|one| one.name)
        .collect();
    names.dedup();
    names
}

const BUCKET: &[&str] = &["Bucket"];
const OBJECT: &[&str] = &["Bucket", "Key"];
const TABLE: &[&str] = &["TableName"];
const TABLE_ARN: &str = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}";

/// What functions in the wild call: SDK, service, symbol, members, actions.
type Call = (
    Sdk,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

#[rustfmt::skip]
const CALLS: &[Call] = &[
    (Boto3, "dynamodb", "batch_write_item", &["RequestItems"], &["dynamodb:BatchWriteItem"]),
    (Boto3, "dynamodb", "delete_item", TABLE, &["dynamodb:DeleteItem"]),
    (Boto3, "dynamodb", "scan", TABLE, &["dynamodb:Scan"]),
    (Boto3Resource, "dynamodb.Table", "delete_item", &["Key"], &["dynamodb:DeleteItem"]),
    (Boto3Resource, "dynamodb.Table", "get_item", &["Key"], &["dynamodb:GetItem"]),
    (Boto3Resource, "dynamodb.Table", "put_item", &["Item"], &["dynamodb:PutItem"]),
    (Boto3Resource, "dynamodb.Table", "query", &["KeyConditionExpression"], &["dynamodb:Query"]),
    (Boto3Resource, "dynamodb.Table", "scan", &[], &["dynamodb:Scan"]),
    (Boto3Resource, "dynamodb.Table", "update_item", &["Key"], &["dynamodb:UpdateItem"]),
    (Boto3Resource, "dynamodb.Table", "batch_writer", &[], &["dynamodb:BatchWriteItem"]),
    (Boto3, "cognito-idp", "admin_create_user", &["UserPoolId"], &["cognito-idp:AdminCreateUser"]),
    (Boto3, "cognito-idp", "list_users", &["UserPoolId"], &["cognito-idp:ListUsers"]),
    (Boto3, "lambda", "delete_function", &["FunctionName"], &["lambda:DeleteFunction"]),
    (Boto3, "lambda", "invoke", &["FunctionName"], &["lambda:InvokeFunction"]),
    (Boto3, "logs", "delete_log_group", &["logGroupName"], &["logs:DeleteLogGroup"]),
    (Boto3, "logs", "describe_log_groups", &[], &["logs:DescribeLogGroups"]),
    (Boto3, "logs", "put_retention_policy", &["logGroupName"], &["logs:PutRetentionPolicy"]),
    (Boto3, "rds-data", "execute_statement", &["resourceArn", "secretArn"], &["rds-data:ExecuteStatement", "secretsmanager:GetSecretValue"]),
    (Boto3, "rekognition", "detect_moderation_labels", &["Image.Bytes"], &["rekognition:DetectModerationLabels"]),
    (Boto3, "route53", "list_hosted_zones_by_name", &[], &["route53:ListHostedZonesByName"]),
    (Boto3, "bedrock-runtime", "invoke_model", &["modelId"], &["bedrock:InvokeModel"]),
    (Boto3, "ses", "list_identities", &[], &["ses:ListIdentities"]),
    (Boto3, "ses", "send_email", &["Source"], &["ses:SendEmail"]),
    (Boto3, "ses", "verify_email_identity", &["EmailAddress"], &["ses:VerifyEmailIdentity"]),
    (Boto3, "sqs", "send_message", &["QueueUrl"], &["sqs:SendMessage"]),
    (Boto3, "ssm", "get_parameter", &["Name"], &["ssm:GetParameter"]),
    (Boto3, "s3", "get_object", OBJECT, &["s3:GetObject"]),
    (Boto3, "s3", "list_objects", BUCKET, &["s3:ListBucket"]),
    (Boto3, "s3", "download_file", OBJECT, &["s3:GetObject"]),
    (Boto3, "s3", "upload_file", OBJECT, &["s3:PutObject"]),
    (Boto3, "s3", "generate_presigned_post", OBJECT, &["s3:PutObject"]),
    (Boto3Resource, "s3.Bucket", "upload_file", &["Filename", "Key"], &["s3:PutObject"]),
    (Boto3Resource, "s3.Bucket", "delete", &[], &["s3:DeleteBucket"]),
    (Boto3Resource, "s3.Bucket", "objects.delete", &[], &["s3:ListBucket", "s3:DeleteObject"]),
    (Boto3Resource, "s3.Bucket", "object_versions.delete", &[], &["s3:ListBucketVersions", "s3:DeleteObjectVersion"]),
    (Js2, "DynamoDB.DocumentClient", "get", TABLE, &["dynamodb:GetItem"]),
    (Js2, "DynamoDB.DocumentClient", "put", TABLE, &["dynamodb:PutItem"]),
    (Js2, "DynamoDB.DocumentClient", "delete", TABLE, &["dynamodb:DeleteItem"]),
    (Js2, "AWS.DynamoDB.DocumentClient", "scan", TABLE, &["dynamodb:Scan"]),
    (Js2, "ApiGatewayManagementApi", "postToConnection", &["ConnectionId"], &["execute-api:ManageConnections"]),
    (Js2, "S3", "upload", OBJECT, &["s3:PutObject"]),
    (Js2, "S3", "copyObject", &["Bucket", "Key", "CopySource"], &["s3:GetObject", "s3:PutObject"]),
    (Js2, "S3", "getObject", OBJECT, &["s3:GetObject"]),
    (Js2, "S3", "putObject", OBJECT, &["s3:PutObject"]),
    (Js2, "S3", "createPresignedPost", BUCKET, &["s3:PutObject"]),
    (Js2, "Kinesis", "putRecord", &["StreamName"], &["kinesis:PutRecord"]),
    (Js3, "@aws-sdk/client-bedrock-runtime", "InvokeModelCommand", &["modelId"], &["bedrock:InvokeModel"]),
    (Js3, "@aws-sdk/client-cognito-identity-provider", "AdminGetUserCommand", &["UserPoolId"], &["cognito-idp:AdminGetUser"]),
    (Js3, "@aws-sdk/client-dynamodb", "GetItemCommand", TABLE, &["dynamodb:GetItem"]),
    (Js3, "@aws-sdk/client-dynamodb", "PutItemCommand", TABLE, &["dynamodb:PutItem"]),
    (Js3, "@aws-sdk/lib-dynamodb", "DeleteCommand", TABLE, &["dynamodb:DeleteItem"]),
    (Js3, "@aws-sdk/lib-dynamodb", "PutCommand", TABLE, &["dynamodb:PutItem"]),
    (Js3, "@aws-sdk/lib-dynamodb", "UpdateCommand", TABLE, &["dynamodb:UpdateItem"]),
    (Js3, "@aws-sdk/lib-dynamodb", "get", TABLE, &["dynamodb:GetItem"]),
    (Js3, "@aws-sdk/client-apigatewaymanagementapi", "PostToConnectionCommand", &["ConnectionId"], &["execute-api:ManageConnections"]),
    (Js3, "@aws-sdk/client-lambda", "InvokeCommand", &["FunctionName"], &["lambda:InvokeFunction"]),
    (Js3, "@aws-sdk/client-polly", "SynthesizeSpeechCommand", &["Text"], &["polly:SynthesizeSpeech"]),
    (Js3, "@aws-sdk/client-s3", "GetObjectCommand", OBJECT, &["s3:GetObject"]),
    (Js3, "@aws-sdk/client-s3", "PutObjectCommand", OBJECT, &["s3:PutObject"]),
    (Js3, "@aws-sdk/client-s3", "deleteObject", OBJECT, &["s3:DeleteObject"]),
    (Js3, "@aws-sdk/lib-storage", "Upload", &["params.Bucket", "params.Key"], &["s3:PutObject"]),
    (Js3, "@aws-sdk/client-sfn", "StartSyncExecutionCommand", &["stateMachineArn"], &["states:StartSyncExecution"]),
    (Js3, "@aws-sdk/client-translate", "TranslateTextCommand", &["Text"], &["translate:TranslateText"]),
    (Js3, "@aws-sdk/client-ssm", "getParameter", &["Name"], &["ssm:GetParameter"]),
    (Js3, "@aws-sdk/client-ssm", "putParameter", &["Name"], &["ssm:PutParameter"]),
    (Js3, "@aws-sdk/client-scheduler", "DeleteScheduleCommand", &["Name"], &["scheduler:DeleteSchedule"]),
    (Js3, "@aws-sdk/client-scheduler", "GetScheduleCommand", &["Name"], &["scheduler:GetSchedule"]),
    (Js3, "@aws-sdk/client-scheduler", "ListSchedulesCommand", &[], &["scheduler:ListSchedules"]),
    (Js3, "@aws-sdk/client-sqs", "SendMessageBatchCommand", &["QueueUrl"], &["sqs:SendMessage"]),
    (Js3, "@aws-sdk/client-sns", "PublishCommand", &["TopicArn"], &["sns:Publish"]),
    (Js3, "@aws-sdk/client-eventbridge", "PutEventsCommand", &["Entries[].EventBusName"], &["events:PutEvents"]),
    (Js3, "@aws-sdk/client-secrets-manager", "GetSecretValueCommand", &["SecretId"], &["secretsmanager:GetSecretValue"]),
    (Js3, "@aws-sdk/client-iot-data-plane", "publish", &["topic"], &["iot:Publish"]),
    (Powertools, "parameters", "get_secret", &["name"], &["secretsmanager:GetSecretValue"]),
    (Powertools, "parameters", "get_parameter", &["name"], &["ssm:GetParameter"]),
    (Powertools, "parameters", "getParameters", &["path"], &["ssm:GetParametersByPath"]),
];

#[test]
fn calls_lead_to_their_actions() {
    for (sdk, service, symbol, members, expected) in CALLS {
        let found = actions(*sdk, service, symbol, members);
        assert_eq!(found, *expected, "{sdk:?} {service} {symbol}");
    }
}

/// Operations that need another action than that of their name.
#[rustfmt::skip]
const EXCEPTIONS: &[(&str, &str, &[&str], &[&str])] = &[
    ("s3", "HeadObject", OBJECT, &["s3:GetObject"]),
    ("s3", "ListObjectsV2", BUCKET, &["s3:ListBucket"]),
    ("s3", "HeadBucket", BUCKET, &["s3:ListBucket"]),
    ("s3", "ListBuckets", &[], &["s3:ListAllMyBuckets"]),
    ("s3", "ListObjectVersions", BUCKET, &["s3:ListBucketVersions"]),
    ("s3", "ListMultipartUploads", BUCKET, &["s3:ListBucketMultipartUploads"]),
    ("s3", "ListParts", OBJECT, &["s3:ListMultipartUploadParts"]),
    ("s3", "CreateMultipartUpload", OBJECT, &["s3:PutObject"]),
    ("s3", "UploadPart", OBJECT, &["s3:PutObject"]),
    ("s3", "CompleteMultipartUpload", OBJECT, &["s3:PutObject"]),
    ("s3", "UploadPartCopy", &["Bucket", "Key", "CopySource"], &["s3:GetObject", "s3:PutObject"]),
    ("s3", "SelectObjectContent", OBJECT, &["s3:GetObject"]),
    ("s3", "GetBucketLifecycleConfiguration", BUCKET, &["s3:GetLifecycleConfiguration"]),
    ("s3", "PutBucketEncryption", BUCKET, &["s3:PutEncryptionConfiguration"]),
    ("s3", "GetPublicAccessBlock", BUCKET, &["s3:GetBucketPublicAccessBlock"]),
    ("s3", "PutBucketReplication", BUCKET, &["s3:PutReplicationConfiguration", "iam:PassRole"]),
    ("s3", "DeleteBucketCors", BUCKET, &["s3:PutBucketCORS"]),
    ("s3", "DeleteBucketTagging", BUCKET, &["s3:PutBucketTagging"]),
    ("s3", "DeleteBucketLifecycle", BUCKET, &["s3:PutLifecycleConfiguration"]),
    ("s3", "GetObject", &["Bucket", "Key", "VersionId"], &["s3:GetObjectVersion"]),
    ("s3", "DeleteObjects", &["Bucket", "Delete.Objects[].Key"], &["s3:DeleteObject"]),
    ("s3", "DeleteObjects", &["Bucket", "Delete.Objects[].Key", "Delete.Objects[].VersionId"], &["s3:DeleteObjectVersion"]),
    ("s3", "WriteGetObjectResponse", &[], &["s3-object-lambda:WriteGetObjectResponse"]),
    ("s3", "PutObject", &["Bucket", "Key", "ACL", "Tagging"], &["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"]),
    ("lambda", "Invoke", &["FunctionName"], &["lambda:InvokeFunction"]),
    ("lambda", "InvokeWithResponseStream", &["FunctionName"], &["lambda:InvokeFunction"]),
    ("lambda", "GetLayerVersionByArn", &["Arn"], &["lambda:GetLayerVersion"]),
    ("dynamodb", "TransactWriteItems", &["TransactItems[].Put.TableName", "TransactItems[].Delete.TableName"], &["dynamodb:PutItem", "dynamodb:DeleteItem"]),
    ("dynamodb", "TransactGetItems", &["TransactItems[].Get.TableName"], &["dynamodb:GetItem"]),
    ("dynamodb", "DescribeEndpoints", &[], &[]),
    ("sqs", "SendMessageBatch", &["QueueUrl"], &["sqs:SendMessage"]),
    ("sqs", "DeleteMessageBatch", &["QueueUrl"], &["sqs:DeleteMessage"]),
    ("sqs", "ChangeMessageVisibilityBatch", &["QueueUrl"], &["sqs:ChangeMessageVisibility"]),
    ("sns", "PublishBatch", &["TopicArn"], &["sns:Publish"]),
    ("kms", "ReEncrypt", &["DestinationKeyId"], &["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
    ("bedrock-runtime", "Converse", &["modelId"], &["bedrock:InvokeModel"]),
    ("bedrock-runtime", "ConverseStream", &["modelId"], &["bedrock:InvokeModelWithResponseStream"]),
    ("apigatewaymanagementapi", "DeleteConnection", &["ConnectionId"], &["execute-api:ManageConnections"]),
    ("iot-data", "Publish", &["topic"], &["iot:Publish"]),
    ("sts", "GetCallerIdentity", &[], &[]),
    ("sts", "GetSessionToken", &[], &[]),
    ("cognito-idp", "SignUp", &["ClientId"], &[]),
    ("cognito-idp", "InitiateAuth", &["ClientId"], &[]),
    ("cognito-identity", "GetId", &["IdentityPoolId"], &[]),
    ("apigateway", "UpdateStage", &["restApiId", "stageName"], &["apigateway:PATCH"]),
    ("apigateway", "GetDomainNames", &[], &["apigateway:GET"]),
    ("apigatewayv2", "CreateRoute", &["ApiId"], &["apigateway:POST"]),
    ("cloudwatch", "PutMetricData", &["Namespace"], &["cloudwatch:PutMetricData"]),
    ("resourcegroupstaggingapi", "GetResources", &[], &["tag:GetResources"]),
    ("opensearch", "DescribeDomain", &["DomainName"], &["es:DescribeDomain"]),
];

#[test]
fn exceptions_need_other_actions() {
    for (client, operation, members, expected) in EXCEPTIONS {
        let symbol = facts::snake(operation);
        assert_eq!(
            actions(Boto3, client, &symbol, members),
            *expected,
            "{client}:{operation}"
        );
    }
}

#[test]
fn unsigned_operations_need_nothing() {
    assert!(op(Boto3, "cognito-idp", "sign_up").unsigned());
    assert!(!op(Boto3, "cognito-idp", "admin_get_user").unsigned());
    let clients = embedded().clients();
    let unsigned = clients
        .flat_map(|client| client.operations())
        .filter(|one| one.unsigned());
    let unsigned: Vec<_> = unsigned.collect();
    assert!(unsigned.len() >= 45, "{}", unsigned.len());
    assert!(
        unsigned
            .iter()
            .all(|one| one.actions(&Arguments::unknown()).is_empty())
    );
}

#[test]
fn statements_in_partiql_are_read_by_their_verb() {
    let of = |text: &str| {
        let given = Arguments::default().constant("Statement", text);
        needs(Boto3, "dynamodb", "execute_statement", &given)
    };
    let on = "on arn:${Partition}:dynamodb:${Region}:${Account}:table/${Statement|partiql}";
    assert_eq!(
        of("  select * FROM \"T\""),
        [format!("dynamodb:PartiQLSelect {on}")]
    );
    assert_eq!(
        of("INSERT INTO T VALUE {}"),
        [format!("dynamodb:PartiQLInsert {on}")]
    );
    let unknown = Arguments::named(&["Statement"]);
    let unknown = needs(Boto3, "dynamodb", "execute_statement", &unknown);
    assert_eq!(unknown.len(), 4);
    assert!(unknown.iter().all(|one| one.contains('?')));
}

#[test]
fn arns_have_members_as_holes() {
    let one = |service: &str, symbol: &str, members: &[&str]| {
        needs(Boto3, service, symbol, &Arguments::named(members)).join("; ")
    };
    assert_eq!(
        one("dynamodb", "get_item", TABLE),
        format!("dynamodb:GetItem on {TABLE_ARN}")
    );
    assert_eq!(
        one("dynamodb", "query", TABLE),
        format!("dynamodb:Query on {TABLE_ARN}")
    );
    assert_eq!(
        one("dynamodb", "query", &["TableName", "IndexName"]),
        format!(
            "dynamodb:Query on {TABLE_ARN}; dynamodb:Query on {TABLE_ARN}/index/${{IndexName}}"
        )
    );
    assert_eq!(
        one("sqs", "send_message", &["QueueUrl"]),
        "sqs:SendMessage on arn:${Partition}:sqs:${Region}:${Account}:${QueueUrl|queue}"
    );
    assert_eq!(
        one("sns", "publish", &["TopicArn"]),
        "sns:Publish on arn:${Partition}:sns:${Region}:${Account}:${TopicArn|arn}"
    );
    assert_eq!(one("sns", "publish", &["PhoneNumber"]), "sns:Publish on *");
    assert_eq!(
        one("s3", "list_objects_v2", BUCKET),
        "s3:ListBucket on arn:${Partition}:s3:::${Bucket}"
    );
    assert_eq!(
        one("kinesis", "put_record", &["StreamARN"]),
        "kinesis:PutRecord on arn:${Partition}:kinesis:${Region}:${Account}:stream/${StreamARN|arn}"
    );
    assert_eq!(
        one("stepfunctions", "start_execution", &["stateMachineArn"]),
        "states:StartExecution on arn:${Partition}:states:${Region}:${Account}:stateMachine:${stateMachineArn|arn}"
    );
    assert_eq!(
        one("apigateway", "update_stage", &["restApiId", "stageName"]),
        "apigateway:PATCH on arn:${Partition}:apigateway:${Region}::/restapis/${restApiId}/stages/${stageName}"
    );
    assert_eq!(
        one("events", "put_events", &["Entries[].Detail"]),
        "events:PutEvents on arn:${Partition}:events:${Region}:${Account}:event-bus/default"
    );
    assert_eq!(
        one("dynamodb", "tag_resource", &["ResourceArn"]),
        "dynamodb:TagResource on ${ResourceArn|arn}"
    );
    assert_eq!(
        one("dynamodb", "batch_write_item", &["RequestItems"]),
        "dynamodb:BatchWriteItem on arn:${Partition}:dynamodb:${Region}:${Account}:table/${RequestItems{}}"
    );
}

#[test]
fn only_optional_resources_are_star_without_them() {
    let polly = |members: &[&str]| {
        needs(
            Boto3,
            "polly",
            "synthesize_speech",
            &Arguments::named(members),
        )
    };
    assert_eq!(polly(&["Text"]), ["polly:SynthesizeSpeech on *"]);
    let lexicon = "arn:${Partition}:polly:${Region}:${Account}:lexicon/${LexiconNames[]}";
    assert_eq!(
        polly(&["Text", "LexiconNames"]),
        [
            "polly:SynthesizeSpeech on *".to_owned(),
            format!("polly:SynthesizeSpeech on {lexicon}")
        ]
    );
}

#[test]
fn dependents_are_asked_for_where_an_argument_shows_it() {
    let snapshot = |members: &[&str]| actions(Boto3, "fsx", "create_snapshot", members);
    assert_eq!(snapshot(&["Name"]), ["fsx:CreateSnapshot"]);
    assert_eq!(
        snapshot(&["Name", "Tags"]),
        ["fsx:CreateSnapshot", "fsx:TagResource"]
    );
    let labels = |members: &[&str]| {
        needs(
            Boto3,
            "rekognition",
            "detect_labels",
            &Arguments::named(members),
        )
        .join("; ")
    };
    assert_eq!(labels(&["Image.Bytes"]), "rekognition:DetectLabels on *");
    assert_eq!(
        labels(&["Image.S3Object.Bucket"]),
        "rekognition:DetectLabels on *; s3:GetObject+ on arn:${Partition}:s3:::${Image.S3Object.Bucket}/${Image.S3Object.Name}"
    );
    // What an image holds is not known here.
    assert!(labels(&["Image"]).contains("s3:GetObject+?"));
    let run = actions(
        Js3,
        "@aws-sdk/client-ecs",
        "RunTaskCommand",
        &["taskDefinition", "cluster"],
    );
    assert_eq!(run, ["ecs:RunTask", "iam:PassRole"]);
    let make = actions(
        Boto3,
        "lambda",
        "create_function",
        &["FunctionName", "Role", "Code.ZipFile"],
    );
    assert_eq!(make, ["lambda:CreateFunction", "iam:PassRole"]);
    // Services that take up roles, whatever the reference lists.
    let job = actions(Boto3, "mediaconvert", "create_job", &["Settings", "Role"]);
    assert_eq!(job, ["mediaconvert:CreateJob", "iam:PassRole"]);
    let assume = actions(Boto3, "sts", "assume_role", &["RoleArn"]);
    assert_eq!(assume, ["sts:AssumeRole"]);
    let transcribe = [
        "TranscriptionJobName",
        "Media.MediaFileUri",
        "OutputBucketName",
    ];
    let transcribe = actions(
        Js2,
        "TranscribeService",
        "startTranscriptionJob",
        &transcribe,
    );
    assert_eq!(
        transcribe,
        [
            "transcribe:StartTranscriptionJob",
            "s3:GetObject",
            "s3:PutObject"
        ]
    );
}

#[test]
fn methods_that_no_sdk_has_are_not_found() {
    for (sdk, service, symbol) in [
        (Boto3, "dynamodb", "updateItem"),
        (Boto3, "dynamodb", "UpdateItem"),
        (Boto3, "dynamodb", "updateitem"),
        (Boto3, "ses", "_identity"),
        (Boto3, "nothing", "get"),
        (Boto3, "s3", "Bucket.upload_file"),
        (Boto3, "s3", "ManagedUpload"),
        (Boto3Resource, "s3.Bucket", "get_object"),
        (Js2, "S3", "GetObject"),
        (Js2, "S3", "get_object"),
        (Js2, "DynamoDB.DocumentClient", "getItem"),
        (Js3, "@aws-sdk/client-s3", "GetObject"),
        (Js3, "@aws-sdk/client-s3", "getObjectCommand"),
        (Js3, "@aws-sdk/lib-dynamodb", "GetItemCommand"),
        (Js3, "@aws-sdk/client-nothing", "GetCommand"),
    ] {
        assert_eq!(
            facts::operation(sdk, service, symbol),
            None,
            "{service} {symbol}"
        );
    }
}

#[test]
fn names_are_spelled_as_the_sdks_spell_them() {
    for (name, snake) in [
        ("PutItem", "put_item"),
        ("ListObjectsV2", "list_objects_v2"),
        ("DescribeDBInstances", "describe_db_instances"),
        ("AssumeRoleWithSAML", "assume_role_with_saml"),
        ("GetOpenIDConnectProvider", "get_open_id_connect_provider"),
        ("ListJobsByStatus", "list_jobs_by_status"),
        ("CreateHITType", "create_hit_type"),
        ("GetDataLakeSettings", "get_data_lake_settings"),
        (
            "UpdateEC2InstanceConnectEndpoint",
            "update_ec2_instance_connect_endpoint",
        ),
        ("ListTagsForARNs", "list_tags_for_arns"),
    ] {
        assert_eq!(facts::snake(name), snake);
    }
    for (service, symbol, name) in [
        (
            "mturk",
            "list_hits_for_qualification_type",
            "ListHITsForQualificationType",
        ),
        (
            "storagegateway",
            "create_cached_iscsi_volume",
            "CreateCachediSCSIVolume",
        ),
    ] {
        assert_eq!(op(Boto3, service, symbol).name(), name);
    }
    for (class, client) in [
        ("S3", "s3"),
        ("StepFunctions", "stepfunctions"),
        ("EventBridge", "events"),
        ("CognitoIdentityServiceProvider", "cognito-idp"),
        ("SSM", "ssm"),
        ("IotData", "iot-data"),
        ("RDSDataService", "rds-data"),
        ("CloudWatchLogs", "logs"),
    ] {
        assert_eq!(
            embedded().client(Js2, class).map(|one| one.name()),
            Some(client),
            "{class}"
        );
    }
    for (package, client) in [
        ("s3", "s3"),
        ("sfn", "stepfunctions"),
        ("eventbridge", "events"),
        ("cloudwatch-logs", "logs"),
        ("rds-data", "rds-data"),
        ("iot-data-plane", "iot-data"),
        ("elastic-load-balancing-v2", "elbv2"),
        ("lex-runtime-v2", "lexv2-runtime"),
        ("cognito-identity", "cognito-identity"),
        ("sesv2", "sesv2"),
    ] {
        let package = format!("@aws-sdk/client-{package}");
        assert_eq!(
            embedded().client(Js3, &package).map(|one| one.name()),
            Some(client),
            "{package}"
        );
    }
}

#[test]
fn pages_and_waiters_send_their_operations() {
    assert_eq!(
        op(Js3, "@aws-sdk/client-dynamodb", "paginateScan").name(),
        "Scan"
    );
    assert_eq!(
        op(Js3, "@aws-sdk/client-s3", "waitUntilBucketExists").name(),
        "HeadBucket"
    );
    let waiter = |sdk, service, name| embedded().waiter(sdk, service, name).map(Operation::name);
    assert_eq!(waiter(Boto3, "s3", "object_exists"), Some("HeadObject"));
    assert_eq!(
        waiter(Js2, "DynamoDB", "tableExists"),
        Some("DescribeTable")
    );
    assert_eq!(waiter(Boto3, "s3", "nothing"), None);
    assert_eq!(
        op(Boto3Resource, "dynamodb.Table", "wait_until_exists").name(),
        "DescribeTable"
    );
}

#[test]
fn presigners_tell_where_the_operation_stands() {
    let boto3 = embedded()
        .presigner(Boto3, "s3", "generate_presigned_url")
        .unwrap();
    assert_eq!(boto3.operation, ("ClientMethod", 0));
    assert_eq!(boto3.parameters, Some(("Params", 1)));
    assert!(
        embedded()
            .presigner(Boto3, "dynamodb", "generate_presigned_url")
            .is_some()
    );
    let js2 = embedded().presigner(Js2, "S3", "getSignedUrl").unwrap();
    assert_eq!(js2.operation, ("operation", 0));
    let js3 = embedded()
        .presigner(Js3, "@aws-sdk/s3-request-presigner", "getSignedUrl")
        .unwrap();
    assert_eq!((js3.operation, js3.parameters), (("command", 1), None));
    assert!(embedded().presigner(Boto3, "s3", "get_object").is_none());
}

#[test]
fn resources_know_what_they_are_made_of() {
    let facts = embedded();
    assert_eq!(
        facts.identifiers("s3.Object").unwrap(),
        ["BucketName", "Key"]
    );
    assert_eq!(facts.identifiers("dynamodb.Table").unwrap(), ["Name"]);
    assert!(facts.identifiers("s3.Nothing").is_none());
    let table = facts.child("dynamodb", "Table").unwrap();
    assert_eq!(table.class, "dynamodb.Table");
    assert_eq!(table.identifiers[0].source, Source::Argument(0));
    let object = facts.child("s3.Bucket", "Object").unwrap();
    let sources: Vec<_> = object
        .identifiers
        .iter()
        .map(|one| (one.target, one.source))
        .collect();
    assert_eq!(
        sources,
        [
            ("BucketName", Source::Identifier("Name")),
            ("Key", Source::Argument(0))
        ]
    );
    assert_eq!(
        facts.child("s3.Object", "Bucket").unwrap().class,
        "s3.Bucket"
    );
    let objects = facts.collection("s3.Bucket", "objects").unwrap();
    assert_eq!(
        (objects.class, objects.operation.name()),
        ("s3.ObjectSummary", "ListObjects")
    );
    let made = facts.answered("dynamodb", "create_table").unwrap();
    assert_eq!(made.class, "dynamodb.Table");
    let get = op(Boto3Resource, "dynamodb.Table", "get_item");
    assert_eq!(get.filled()[0].target, "TableName");
    assert_eq!(get.filled()[0].source, Source::Identifier("Name"));
    // The first use of an attribute loads the object; collections send when they are walked.
    assert_eq!(
        op(Boto3Resource, "dynamodb.Table", "item_count").name(),
        "DescribeTable"
    );
    assert_eq!(
        op(Boto3Resource, "s3.Object", "content_length").name(),
        "HeadObject"
    );
    assert_eq!(
        op(Boto3Resource, "s3.Bucket", "objects.filter").name(),
        "ListObjects"
    );
    assert_eq!(
        op(Boto3Resource, "s3.Bucket", "objects").name(),
        "ListObjects"
    );
    assert_eq!(
        op(Boto3Resource, "s3.ObjectSummary", "delete").name(),
        "DeleteObject"
    );
    assert_eq!(op(Boto3Resource, "s3.Bucket", "load").name(), "ListBuckets");
    assert_eq!(
        op(Boto3Resource, "sqs.Queue", "send_messages").name(),
        "SendMessageBatch"
    );
}

#[test]
fn undocumented_operations_are_called_by_their_name() {
    let clients = embedded().clients();
    let all = clients.flat_map(|client| client.operations());
    let needed = all.flat_map(|one| one.actions(&Arguments::unknown()));
    let undocumented: Vec<_> = needed.filter(|one| one.action.is_none()).collect();
    assert!(undocumented.len() < 1_200, "{}", undocumented.len());
    for one in undocumented {
        assert!(
            one.name.contains(':') && !one.name.ends_with(':') && !one.name.starts_with(':'),
            "{}",
            one.name
        );
    }
}

/// A brace of a placeholder that stays in the text would be a part of a name.
#[test]
fn templates_are_read_to_the_last_brace() {
    let batch =
        op(Boto3, "dynamodb", "batch_get_item").actions(&Arguments::named(&["RequestItems"]));
    let holes: Vec<_> = batch[0].resources[0].holes().collect();
    assert_eq!(holes[0].path, "RequestItems{}");
    let named = op(Powertools, "parameters", "getParametersByName").actions(&Arguments::unknown());
    let hole = named[0].resources[0].holes().next().unwrap();
    assert_eq!((hole.path, hole.kind), ("parameters{}", HoleKind::Path));
    let clients = embedded().clients();
    for operation in clients.flat_map(|client| client.operations()) {
        for needed in operation.actions(&Arguments::unknown()) {
            assert!(!needed.resources.is_empty(), "{operation:?}");
            for piece in needed
                .resources
                .iter()
                .flat_map(|template| &template.pieces)
            {
                let text = if let Piece::Text(text) = piece {
                    text
                } else {
                    ""
                };
                assert!(
                    !text.contains(['{', '}', '$', ' ', ',']),
                    "{operation:?}: `{text}`"
                );
            }
        }
    }
}
