//! AWS Config: an aggregator with the resources of every account, as configuration items.
//!
//! See <https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html>.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, No, Service, arn, pairs, text};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::{World, many};

/// The aggregator that there is.
pub const AGGREGATOR: &str = "everything";

pub const SERVICE: Service = Service {
    name: "config",
    signing_name: "config",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.1",
        target: "StarlingDoveService",
        namespace: "",
        times: &[],
    },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "Limit",
        most: 100,
        bad_token: "InvalidNextTokenException",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names: |_, call| {
        call.arg("ConfigurationAggregatorName")
            .map(str::to_owned)
            .into_iter()
            .collect()
    },
    answer,
};

/// AWS Config's names of types, and the service and kind that their ARNs have.
#[rustfmt::skip]
const TYPES: &[(&str, &str, &str)] = &[
    ("AWS::CloudFormation::Stack", "cloudformation",    "stack/"),
    ("AWS::DynamoDB::Table",       "dynamodb",          "table/"),
    ("AWS::EC2::Instance",         "ec2",               "instance/"),
    ("AWS::EC2::Volume",           "ec2",               "volume/"),
    ("AWS::EFS::FileSystem",       "elasticfilesystem", "file-system/"),
    ("AWS::EKS::Cluster",          "eks",               "cluster/"),
    ("AWS::RDS::DBCluster",        "rds",               "cluster:"),
    ("AWS::RDS::DBInstance",       "rds",               "db:"),
    ("AWS::S3::Bucket",            "s3",                ""),
];

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    if call.operation != "SelectAggregateResourceConfig" {
        return Err(No::Unknown);
    }
    let name = call.need("ConfigurationAggregatorName")?;
    if name != AGGREGATOR {
        let message = format!("The configuration aggregator {name} does not exist.");
        return Err(No::failure(
            400,
            "NoSuchConfigurationAggregatorException",
            message,
        ));
    }
    let query = call.need("Expression")?;
    let wanted = query
        .split_once("resourceType = '")
        .and_then(|(_, rest)| rest.strip_suffix('\''))
        .ok_or_else(|| No::failure(400, "InvalidExpressionException", query))?;
    let (_, service, prefix) = TYPES
        .iter()
        .find(|(name, ..)| *name == wanted)
        .ok_or_else(|| No::Incomplete(format!("the server has no items of {wanted}")))?;
    let mut items = Vec::new();
    for account in world.accounts() {
        for region in many(account, "regions") {
            for resource in many(region, "resources") {
                let name = text(resource, "ResourceArn").unwrap_or_default();
                let fits = arn(name)
                    .is_some_and(|arn| arn.service == *service && arn.resource.starts_with(prefix));
                if fits && resource.get("ResourceType") != Some(&Value::Null) {
                    let item = json!({
                        "accountId": account["account"], "awsRegion": region["region"], "arn": name,
                        "configuration": configuration(resource, service),
                        "tags": tags(&resource["Tags"]),
                    });
                    items.push(Value::String(item.to_string()));
                }
            }
        }
    }
    Ok(Answer::List {
        field: "Results",
        items,
    })
}

fn tags(tags: &Value) -> Vec<Value> {
    let mut pairs = pairs(tags, "key", "value");
    for pair in &mut pairs {
        pair["tag"] = format!("{}={}", pair["key"], pair["value"]).into();
    }
    pairs
}

fn configuration(resource: &Value, service: &str) -> Value {
    let mut fields = small(&resource["Detail"])
        .as_object()
        .cloned()
        .unwrap_or_default();
    let key = &resource["EncryptionKeyArn"];
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    match service {
        "ec2" | "rds" => {
            set(
                if service == "ec2" {
                    "encrypted"
                } else {
                    "storageEncrypted"
                },
                resource["Encrypted"].clone(),
            );
            set("kmsKeyId", key.clone());
        }
        "elasticfilesystem" => {
            set("Encrypted", resource["Encrypted"].clone());
            set("KmsKeyId", key.clone());
        }
        "dynamodb" if key.is_string() => {
            set(
                "ssedescription",
                json!({"status": "ENABLED", "ssetype": "KMS", "kmsmasterKeyArn": key}),
            );
        }
        _ => {}
    }
    fields.into()
}

/// AWS Config's names have a small first letter.
fn small(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let (first, rest) = name.split_at(1);
                (format!("{}{rest}", first.to_lowercase()), small(value))
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(small).collect(),
        other => other.clone(),
    }
}
