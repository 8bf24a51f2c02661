//! AWS Cloud Control API: resources of the inventory as the properties of their CloudFormation types.
//!
//! See <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_GetResource.html>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, No, Service, arn, pairs, reveals, text};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::World;

pub const SERVICE: Service = Service {
    // Its actions are CloudFormation's.
    name: "cloudformation",
    signing_name: "cloudcontrolapi",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.0",
        target: "CloudApiService",
        namespace: "com.amazonaws.cloudapi#",
        times: &[],
    },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "MaxResults",
        most: 100,
        bad_token: "InvalidRequestException",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names,
    answer,
};

/// A type: its name, its service in ARNs, what stands before the parts of its identifier there, the property that is its
/// identifier, the one that has its tags, and whether it says what it is encrypted with.
struct Type {
    name: &'static str,
    service: &'static str,
    before: &'static [&'static str],
    identifier: &'static [&'static str],
    tags: &'static str,
    has_key: bool,
}

#[rustfmt::skip]
const TYPES: &[Type] = &[
    Type { name: "AWS::DSQL::Cluster",        service: "dsql",              before: &["cluster/"],             identifier: &["Identifier"],        tags: "Tags",           has_key: false },
    Type { name: "AWS::EFS::FileSystem",      service: "elasticfilesystem", before: &["file-system/"],         identifier: &["FileSystemId"],      tags: "FileSystemTags", has_key: true },
    Type { name: "AWS::EKS::Cluster",         service: "eks",               before: &["cluster/"],             identifier: &["Name"],              tags: "Tags",           has_key: false },
    Type { name: "AWS::Redshift::Cluster",    service: "redshift",          before: &["cluster:"],             identifier: &["ClusterIdentifier"], tags: "Tags",           has_key: true },
    Type { name: "AWS::S3::Bucket",           service: "s3",                before: &[""],                     identifier: &["BucketName"],        tags: "Tags",           has_key: false },
    Type { name: "AWS::Timestream::Table",    service: "timestream",        before: &["database/", "/table/"], identifier: &["DatabaseName", "TableName"], tags: "Tags",   has_key: false },
    Type { name: "AWS::CloudFormation::Stack", service: "cloudformation",   before: &[],                       identifier: &["StackId"],           tags: "Tags",           has_key: false },
    Type { name: "AWS::RedshiftServerless::Namespace", service: "redshift-serverless", before: &["namespace/"],   identifier: &["NamespaceName"],     tags: "Tags",           has_key: false },
    // Not resources of the inventory, but what their tables are in.
    Type { name: "AWS::Timestream::Database", service: "timestream",        before: &["database/"],            identifier: &["DatabaseName"],      tags: "Tags",           has_key: false },
];

impl Type {
    fn of(call: &Call) -> Result<&'static Self, No> {
        let name = call.need("TypeName")?;
        TYPES.iter().find(|of| of.name == name).ok_or_else(|| {
            let message = format!("The type '{name}' cannot be found.");
            No::failure(400, "TypeNotFoundException", message)
        })
    }

    /// The parts of the identifier of a resource of this type.
    fn parts<'a>(&self, resource: &'a Value) -> Option<Vec<&'a str>> {
        let whole = text(resource, "ResourceArn")?;
        let parsed = arn(whole).filter(|arn| arn.service == self.service)?;
        match self.before {
            [] => Some(vec![whole]),
            [one] => Some(vec![parsed.resource.strip_prefix(one)?]),
            [one, two] => {
                let (first, second) = parsed.resource.strip_prefix(one)?.split_once(two)?;
                Some(vec![first, second])
            }
            _ => None,
        }
    }

    fn identifier(&self, resource: &Value) -> Option<String> {
        self.parts(resource).map(|parts| parts.join("|"))
    }
}

fn names(world: &World, call: &Call) -> Vec<String> {
    let (Ok(of), Some(asked)) = (Type::of(call), call.arg("Identifier")) else {
        return Vec::new();
    };
    let found = world
        .known_list(call, "resources")
        .iter()
        .find(|resource| of.identifier(resource).as_deref() == Some(asked))
        .and_then(|resource| text(resource, "ResourceArn"));
    found
        .map(str::to_owned)
        .into_iter()
        .chain([asked.to_owned()])
        .collect()
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "GetResource" => get(world, call),
        "ListResources" => list(world, call),
        _ => Err(No::Unknown),
    }
}

fn get(world: &World, call: &Call) -> Result<Answer, No> {
    let (of, asked) = (Type::of(call)?, call.need("Identifier")?);
    let found = world
        .list(call, "resources")?
        .iter()
        .find(|resource| of.identifier(resource).as_deref() == Some(asked));
    match found {
        None => Err(No::Incomplete(format!("the {} {asked} is absent", of.name))),
        Some(resource) if resource.get("ResourceType") == Some(&Value::Null) => {
            let message = format!(
                "Resource of type '{}' with identifier '{asked}' was not found.",
                of.name
            );
            Err(No::failure(400, "ResourceNotFoundException", message))
        }
        Some(resource) => Ok(Answer::Whole(json!({
            "TypeName": of.name,
            "ResourceDescription": {"Identifier": asked, "Properties": properties(of, resource)?.to_string()},
        }))),
    }
}

/// A list names its resources; of their properties it has few.
fn list(world: &World, call: &Call) -> Result<Answer, No> {
    let of = Type::of(call)?;
    let model: Value = call
        .arg("ResourceModel")
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let database = text(&model, "DatabaseName");
    if of.name == "AWS::Timestream::Table" && database.is_none() {
        let message =
            "Missing or invalid ResourceModel property in AWS::Timestream::Table list handler";
        return Err(No::failure(400, "InvalidRequestException", message));
    }
    let of_database = |identifier: &str| match (of.name, identifier.split_once('/')) {
        // The databases are those that the tables name.
        ("AWS::Timestream::Database", Some((name, _))) => Some(name.to_owned()),
        ("AWS::Timestream::Table", _) => {
            let here = identifier.split('|').next() == database;
            here.then(|| identifier.to_owned())
        }
        _ => Some(identifier.to_owned()),
    };
    let identifiers: BTreeSet<String> = world
        .whole_list(call, "resources")?
        .iter()
        .filter(|resource| resource.get("ResourceType") != Some(&Value::Null))
        .filter_map(|resource| of_database(&of.identifier(resource)?))
        .collect();
    let items = identifiers
        .into_iter()
        .map(|identifier| json!({"Identifier": identifier, "Properties": "{}"}))
        .collect();
    Ok(Answer::List {
        field: "ResourceDescriptions",
        items,
    })
}

fn properties(of: &Type, resource: &Value) -> Result<Value, No> {
    let name = text(resource, "ResourceArn").unwrap_or_default();
    reveals(resource, &["Tags"], name)?;
    let mut properties = Map::new();
    if of.name == "AWS::RedshiftServerless::Namespace" {
        properties.insert("Namespace".to_owned(), json!({"NamespaceArn": name}));
    }
    for (field, part) in of
        .identifier
        .iter()
        .zip(of.parts(resource).unwrap_or_default())
    {
        properties.insert((*field).to_owned(), part.into());
    }
    let tags = pairs(&resource["Tags"], "Key", "Value");
    if !tags.is_empty() {
        properties.insert(of.tags.to_owned(), tags.into());
    }
    if of.name == "AWS::S3::Bucket" {
        reveals(resource, &["Detail"], name)?;
    }
    let key = &resource["EncryptionKeyArn"];
    if of.name == "AWS::EKS::Cluster" && !key.is_null() {
        let config = json!([{"Provider": {"KeyArn": key}, "Resources": ["secrets"]}]);
        properties.insert("EncryptionConfig".to_owned(), config);
    }
    for field in [
        "VersioningConfiguration",
        "FileSystemPolicy",
        "EncryptionDetails",
        "CreationTime",
        "Status",
        "StackStatus",
    ] {
        let told = &resource["Detail"][field];
        if !told.is_null() {
            properties.insert(field.to_owned(), told.clone());
        }
    }
    if of.has_key {
        reveals(resource, &["Encrypted", "EncryptionKeyArn"], name)?;
        properties.insert("Encrypted".to_owned(), resource["Encrypted"].clone());
        let key = match (&resource["Encrypted"], &resource["EncryptionKeyArn"]) {
            (Value::Bool(true), Value::Null) => Some("AWS_OWNED_KMS_KEY".into()),
            (_, Value::Null) => None,
            (_, key) => Some(key.clone()),
        };
        if let Some(key) = key {
            properties.insert("KmsKeyId".to_owned(), key);
        }
    }
    Ok(properties.into())
}
