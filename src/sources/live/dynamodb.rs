//! Amazon DynamoDB: tables.
//!
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html>.

use aws_sdk_dynamodb::types::{SseDescription, SseStatus, TableDescription};
use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::Resource;
use crate::known::{ApiCall, Arn, Gap, Region};

use super::found::Found;
use super::kms;
use super::once::each;
use super::paging::pages;
use super::reply::{CallError, CallErrorKind, Reply, about};
use super::session::Session;
use super::shape::{Shape, tags as in_order};

const DESCRIBE: ApiCall = api_call!("dynamodb:DescribeTable");

/// A table. Every one is encrypted: without a description of how, with a key that AWS owns.
pub async fn table(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Resource>> {
    let place = session.place(region);
    let name = arn
        .resource()
        .strip_prefix("table/")
        .unwrap_or_else(|| arn.resource());
    let call = session
        .dynamodb(region)
        .describe_table()
        .table_name(name)
        .send();
    let (answer, tags) = tokio::join!(session.ask(call), tags(session, region, arn));
    let table = answer.and_then(|answer| {
        let table = answer.table.ok_or_else(CallError::unreadable)?;
        about(table.table_arn(), arn.as_str()).map(|()| table)
    });
    let table = match table {
        Ok(table) => table,
        Err(error) if error.kind == CallErrorKind::NotThere => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            return Found::all(shape.without("ResourceType").read().ok());
        }
        Err(error) => return Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    };
    let mut gaps: Vec<Gap> = Vec::new();
    let shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some("DynamoDB"))
        .with("Encrypted", Some(true));
    let shape = match encrypted_with(table.sse_description()) {
        Some(Sse::AwsOwned) => shape.without("EncryptionKeyArn"),
        Some(Sse::Key(named)) => match kms::named(session, region, named).await {
            Ok(key) => shape.with("EncryptionKeyArn", Some(key.as_str())),
            Err(gap) => {
                gaps.push(gap);
                shape
            }
        },
        None => {
            let why = CallError::lacks("SSEDescription/KMSMasterKeyArn");
            gaps.push(place.gap(DESCRIBE, arn.as_str(), &why));
            shape
        }
    };
    let shape = match tags {
        Ok(tags) => shape.with("Tags", Some(tags)),
        Err(error) => {
            gaps.push(place.gap(
                api_call!("dynamodb:ListTagsOfResource"),
                arn.as_str(),
                &error,
            ));
            shape
        }
    };
    match shape.with("Detail", Some(detail(&table))).read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    }
}

/// All tables of a Region.
pub async fn tables(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let call = session.dynamodb(region).list_tables();
    let names: Reply<Vec<String>> =
        pages!(session, call.into_paginator(), page => page.table_names().to_vec());
    let names = match names {
        Ok(names) => names,
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            let place = session.place(region);
            return Found::nothing(place.gap(api_call!("dynamodb:ListTables"), &subject, &error));
        }
    };
    let (partition, account) = (regions::partition(region), session.account());
    let tasks = names.into_iter().map(|name| {
        let arn = format!("arn:{partition}:dynamodb:{region}:{account}:table/{name}");
        let (session, region) = (session.clone(), region.clone());
        async move {
            let Ok(arn) = Arn::parse(&arn) else {
                let why = CallError::unreadable();
                let subject = format!("{account}/{region}");
                let place = session.place(&region);
                return Found::nothing(place.gap(api_call!("dynamodb:ListTables"), &subject, &why));
            };
            let found = table(&session, &region, &arn).await;
            // That there is such a table was just said.
            let itself = found.value.or_else(|| named(&arn));
            Found {
                value: itself,
                gaps: found.gaps,
            }
        }
    });
    Found::whole(each(tasks).await)
}

fn named(arn: &Arn) -> Option<Resource> {
    let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
    shape.with("ResourceType", Some("DynamoDB")).read().ok()
}

enum Sse<'a> {
    AwsOwned,
    Key(&'a str),
}

fn encrypted_with(sse: Option<&SseDescription>) -> Option<Sse<'_>> {
    let Some(sse) = sse else {
        return Some(Sse::AwsOwned);
    };
    match (sse.status(), sse.kms_master_key_arn()) {
        (Some(SseStatus::Disabled), _) => Some(Sse::AwsOwned),
        (_, Some(key)) => Some(Sse::Key(key)),
        (_, None) => None,
    }
}

fn detail(table: &TableDescription) -> Shape {
    Shape::new()
        .with("TableName", table.table_name())
        .with("TableArn", table.table_arn())
        .with("TableId", table.table_id())
        .with(
            "TableStatus",
            table.table_status().map(|status| status.as_str()),
        )
        .at("CreationDateTime", table.creation_date_time())
        .with("GlobalTableVersion", table.global_table_version())
        .list(
            "Replicas",
            table.replicas().iter().map(|replica| {
                Shape::new()
                    .with("RegionName", replica.region_name())
                    .with(
                        "ReplicaStatus",
                        replica.replica_status().map(|status| status.as_str()),
                    )
                    .with("KMSMasterKeyId", replica.kms_master_key_id())
            }),
        )
        .with(
            "SSEDescription",
            table.sse_description().map(|sse| {
                Shape::new()
                    .with("Status", sse.status().map(|status| status.as_str()))
                    .with("SSEType", sse.sse_type().map(|kind| kind.as_str()))
                    .with("KMSMasterKeyArn", sse.kms_master_key_arn())
                    .at(
                        "InaccessibleEncryptionDateTime",
                        sse.inaccessible_encryption_date_time(),
                    )
            }),
        )
}

/// The table's tags. The SDK has no paginator for this list.
async fn tags(session: &Session, region: &Region, arn: &Arn) -> Reply<Value> {
    let mut tags: Vec<(String, String)> = Vec::new();
    let mut next = None;
    let mut pages = session.pages();
    loop {
        let call = session
            .dynamodb(region)
            .list_tags_of_resource()
            .resource_arn(arn.as_str())
            .set_next_token(next)
            .send();
        let page = session.ask(call).await?;
        tags.extend(
            page.tags()
                .iter()
                .map(|tag| (tag.key().to_owned(), tag.value().to_owned())),
        );
        if !pages.more(page.tags().len(), page.next_token())? {
            return Ok(in_order(
                tags.iter().map(|(name, value)| (&**name, &**value)),
            ));
        }
        next = page.next_token;
    }
}
