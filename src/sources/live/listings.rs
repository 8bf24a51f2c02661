//! Lists of services that neither Cloud Control nor an SDK in the tree reads: virtual machines, Storage Gateway's
//! volumes, SAP HANA's databases. Most accounts have none, and to know so takes one call.

use serde_json::{Value, json};

use crate::catalog::calls::api_call;
use crate::inventory::Resource;
use crate::known::{ApiCall, Arn, Gap, Region, ResourceType};

use super::found::Found;
use super::reply::{CallError, Reply};
use super::session::Session;
use super::shape::{Shape, map, tags as in_order};
use super::signed::{self, Body, Call, JSON_1_0, JSON_1_1};

/// A list that comes in pages of JSON.
pub struct List {
    /// The service, as its endpoint and its signatures name it.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// How the parameters are sent.
    pub body: fn(&str) -> Body<'_>,
    /// The field that the items are in.
    pub items: &'static str,
    /// The parameter that asks for the next page, and the field that names it.
    pub token: (&'static str, &'static str),
}

impl List {
    /// All pages.
    pub async fn all(
        &self,
        session: &Session,
        region: &Region,
        filter: &Value,
    ) -> Reply<Vec<Value>> {
        let (ask, give) = self.token;
        let mut all = Vec::new();
        let mut asked = filter.clone();
        let mut pages = session.pages();
        loop {
            let text = asked.to_string();
            let call = Call {
                service: self.service,
                operation: self.operation,
                body: (self.body)(&text),
                error: signed::json_error,
            };
            let answer = signed::send(session, region, call).await?;
            let page: Value = serde_json::from_str(&answer).map_err(|_| CallError::unreadable())?;
            let items = page.get(self.items).and_then(Value::as_array);
            let items = items.ok_or_else(CallError::unreadable)?;
            all.extend(items.iter().cloned());
            let token = match page.get(give) {
                None | Some(Value::Null) => None,
                Some(token) => Some(token.as_str().ok_or_else(CallError::unreadable)?),
            };
            if !pages.more(items.len(), token)? {
                return Ok(all);
            }
            asked = filter.clone();
            if let Some(fields) = asked.as_object_mut() {
                fields.insert(ask.to_owned(), token.into());
            }
        }
    }
}

/// A resource type, its list, where an item has its ARN, and where its tags are.
struct Row {
    call: ApiCall,
    list: List,
    arn: &'static str,
    tags: Tags,
}

/// Where the tags of an item are.
enum Tags {
    /// In a field of it, as a map.
    Field(&'static str),
    /// In an answer to a call of their own, whose parameter is the ARN.
    Call(ApiCall, List, &'static str),
}

fn row(of: &ResourceType) -> Option<Row> {
    match of {
        // <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BGW_ListVirtualMachines.html>
        ResourceType::VirtualMachine => Some(Row {
            call: api_call!("backup-gateway:ListVirtualMachines"),
            list: List {
                service: "backup-gateway",
                operation: "ListVirtualMachines",
                body: |text| Body::Json {
                    kind: JSON_1_0,
                    target: "BackupOnPremises_v20210101.ListVirtualMachines",
                    text,
                },
                items: "VirtualMachines",
                token: ("NextToken", "NextToken"),
            },
            arn: "ResourceArn",
            tags: Tags::Call(
                api_call!("backup-gateway:ListTagsForResource"),
                List {
                    service: "backup-gateway",
                    operation: "ListTagsForResource",
                    body: |text| Body::Json {
                        kind: JSON_1_0,
                        target: "BackupOnPremises_v20210101.ListTagsForResource",
                        text,
                    },
                    items: "Tags",
                    token: ("NextToken", "NextToken"),
                },
                "ResourceArn",
            ),
        }),
        // <https://docs.aws.amazon.com/storagegateway/latest/APIReference/API_ListVolumes.html>
        ResourceType::StorageGateway => Some(Row {
            call: api_call!("storagegateway:ListVolumes"),
            list: List {
                service: "storagegateway",
                operation: "ListVolumes",
                body: |text| Body::Json {
                    kind: JSON_1_1,
                    target: "StorageGateway_20130630.ListVolumes",
                    text,
                },
                items: "VolumeInfos",
                token: ("Marker", "Marker"),
            },
            arn: "VolumeARN",
            tags: Tags::Call(
                api_call!("storagegateway:ListTagsForResource"),
                List {
                    service: "storagegateway",
                    operation: "ListTagsForResource",
                    body: |text| Body::Json {
                        kind: JSON_1_1,
                        target: "StorageGateway_20130630.ListTagsForResource",
                        text,
                    },
                    items: "Tags",
                    token: ("Marker", "Marker"),
                },
                "ResourceARN",
            ),
        }),
        // <https://docs.aws.amazon.com/ssmsap/latest/APIReference/API_ListDatabases.html>
        ResourceType::SapHana => Some(Row {
            call: api_call!("ssm-sap:ListDatabases"),
            list: List {
                service: "ssm-sap",
                operation: "ListDatabases",
                body: |text| Body::Rest {
                    path: "/list-databases",
                    text,
                },
                items: "Databases",
                token: ("NextToken", "NextToken"),
            },
            arn: "Arn",
            tags: Tags::Field("Tags"),
        }),
        ResourceType::Aurora
        | ResourceType::AuroraDsql
        | ResourceType::CloudFormation
        | ResourceType::DocumentDb
        | ResourceType::DynamoDb
        | ResourceType::Ebs
        | ResourceType::Ec2
        | ResourceType::Efs
        | ResourceType::Eks
        | ResourceType::Fsx
        | ResourceType::Neptune
        | ResourceType::Rds
        | ResourceType::Redshift
        | ResourceType::RedshiftServerless
        | ResourceType::S3
        | ResourceType::Timestream
        | ResourceType::Other(_) => None,
    }
}

/// All resources of a type in a Region, by its own list: what they are called, and their tags. `None`: it has no list
/// here.
pub async fn resources(
    session: &Session,
    region: &Region,
    of: &ResourceType,
) -> Option<Found<Option<Vec<Resource>>>> {
    let row = row(of)?;
    let place = session.place(region);
    let subject = format!("{}/{region}", session.account());
    let nothing = |error: &CallError| Some(Found::nothing(place.gap(row.call, &subject, error)));
    let items = match row.list.all(session, region, &json!({})).await {
        Ok(items) => items,
        Err(error) => return nothing(&error),
    };
    let mut gaps = Vec::new();
    let mut resources = Vec::new();
    for item in &items {
        let arn = item.get(row.arn).and_then(Value::as_str);
        let Some(arn) = arn.and_then(|arn| Arn::parse(arn).ok()) else {
            return nothing(&CallError::unreadable());
        };
        let (tags, gap) = tags(session, region, &row.tags, item, &arn).await;
        gaps.extend(gap);
        let shape = Shape::new()
            .with("ResourceArn", Some(arn.as_str()))
            .with("ResourceType", Some(of.as_str()))
            .with("Tags", tags);
        match shape.read() {
            Ok(resource) => resources.push(resource),
            Err(error) => return nothing(&error),
        }
    }
    Some(Found {
        value: Some(resources),
        gaps,
    })
}

/// A resource of a type that only its own list tells of. `None`: the type has no list here.
pub async fn one(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    arn: &Arn,
) -> Option<Found<Option<Resource>>> {
    let row = row(of)?;
    let place = session.place(region);
    let nothing =
        |error: &CallError| Some(Found::nothing(place.gap(row.call, arn.as_str(), error)));
    let items = match row.list.all(session, region, &json!({})).await {
        Ok(items) => items,
        Err(error) => return nothing(&error),
    };
    let named = |item: &&Value| item.get(row.arn).and_then(Value::as_str) == Some(arn.as_str());
    let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
    let (shape, gap) = match items.iter().find(named) {
        Some(item) => {
            let (tags, gap) = tags(session, region, &row.tags, item, arn).await;
            let shape = shape.with("ResourceType", Some(of.as_str()));
            (shape.with("Tags", tags), gap)
        }
        None => (shape.without("ResourceType"), None),
    };
    match shape.read() {
        Ok(resource) => Some(Found {
            value: Some(resource),
            gaps: gap.into_iter().collect(),
        }),
        Err(error) => nothing(&error),
    }
}

async fn tags(
    session: &Session,
    region: &Region,
    of: &Tags,
    item: &Value,
    arn: &Arn,
) -> (Option<Value>, Option<Gap>) {
    match of {
        Tags::Field(name) => {
            let pairs = item.get(*name).and_then(Value::as_object);
            let pairs = pairs.into_iter().flatten();
            let pairs = pairs.map(|(name, value)| (name.clone(), value.clone()));
            (Some(map(&pairs.collect())), None)
        }
        Tags::Call(call, list, argument) => {
            let filter = json!({*argument: arn.as_str()});
            match list.all(session, region, &filter).await {
                Ok(pairs) => {
                    let pairs = pairs.iter().filter_map(|tag| {
                        let value = tag.get("Value").and_then(Value::as_str);
                        Some((tag.get("Key")?.as_str()?, value.unwrap_or_default()))
                    });
                    (Some(in_order(pairs)), None)
                }
                Err(error) => {
                    let place = session.place(region);
                    (None, Some(place.gap(*call, arn.as_str(), &error)))
                }
            }
        }
    }
}
