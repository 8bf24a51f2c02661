//! Amazon FSx: file systems, which Cloud Control does not read. One call, made by hand.
//!
//! See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html>.

use serde_json::{Value, json};

use crate::inventory::Resource;
use crate::known::{Arn, Region};

use super::found::Found;
use super::kms;
use super::reply::{Kind, MOST_PAGES, Reply, Trouble};
use super::session::Session;
use super::shape::{Shape, tags as in_order};
use super::signed::{self, Body, Call};

const DESCRIBE: &str = "fsx:DescribeFileSystems";

/// A file system; of a volume, the one that it lies on, whose key is the volume's.
pub async fn resource(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut parts = arn.resource().split('/').skip(1);
    let Some(id) = parts.next() else {
        return Found::nothing(place.unasked(DESCRIBE, arn.as_str()));
    };
    let read = described(session, region, &json!({"FileSystemIds": [id]})).await;
    let of_file_system =
        read.and_then(|all| all.into_iter().next().ok_or_else(Trouble::unreadable));
    match of_file_system {
        Ok(file_system) => {
            // A volume's tags are its own.
            let itself = parts.next().is_none();
            built(session, region, arn, &file_system, itself).await
        }
        Err(trouble) if trouble.kind == Kind::NotThere => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            Found::all(shape.without("ResourceType").read().ok())
        }
        Err(trouble) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &trouble)),
    }
}

/// All file systems of a Region.
pub async fn file_systems(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let place = session.place(region);
    let subject = format!("{}/{region}", session.account());
    let all = match described(session, region, &json!({})).await {
        Ok(all) => all,
        Err(trouble) => return Found::nothing(place.gap(DESCRIBE, &subject, &trouble)),
    };
    let mut gaps = Vec::new();
    let mut resources = Vec::new();
    for file_system in &all {
        let arn = file_system.get("ResourceARN").and_then(Value::as_str);
        match arn.and_then(|arn| Arn::parse(arn).ok()) {
            Some(arn) => {
                let found = built(session, region, &arn, file_system, true).await;
                resources.extend(found.into_value(&mut gaps));
            }
            None => gaps.push(place.gap(DESCRIBE, &subject, &Trouble::unreadable())),
        }
    }
    Found {
        value: Some(resources),
        gaps,
    }
}

async fn described(session: &Session, region: &Region, filter: &Value) -> Reply<Vec<Value>> {
    let mut all = Vec::new();
    let mut asked = filter.clone();
    for _ in 0..MOST_PAGES {
        let text = asked.to_string();
        let call = Call {
            service: "fsx",
            operation: "DescribeFileSystems",
            body: Body::Json {
                target: "AWSSimbaAPIService_v20180301.DescribeFileSystems",
                text: &text,
            },
            error,
        };
        let answer = signed::send(session, region, call).await?;
        let page: Value = serde_json::from_str(&answer).map_err(|_| Trouble::unreadable())?;
        let items = page.get("FileSystems").and_then(Value::as_array);
        all.extend(items.ok_or_else(Trouble::unreadable)?.iter().cloned());
        match page.get("NextToken").and_then(Value::as_str) {
            None => return Ok(all),
            Some(token) => {
                asked = filter.clone();
                if let Some(fields) = asked.as_object_mut() {
                    fields.insert("NextToken".to_owned(), token.into());
                }
            }
        }
    }
    Err(Trouble::endless())
}

fn error(text: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let code = answer
        .get("__type")
        .or_else(|| answer.get("code"))?
        .as_str()?;
    Some(code.rsplit('#').next().unwrap_or(code).to_owned())
}

/// Every file system is encrypted; one that names no key is of a kind whose key FSx owns, or was not told.
async fn built(
    session: &Session,
    region: &Region,
    arn: &Arn,
    file_system: &Value,
    with_tags: bool,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut gaps = Vec::new();
    let text = |name: &str| file_system.get(name).and_then(Value::as_str);
    let detail = Shape::new()
        .with("FileSystemId", text("FileSystemId"))
        .with("FileSystemType", text("FileSystemType"))
        .with("Lifecycle", text("Lifecycle"))
        .with("StorageType", text("StorageType"))
        .with("KmsKeyId", text("KmsKeyId"))
        .with("ResourceARN", text("ResourceARN"));
    let mut shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some("FSx"))
        .with("Encrypted", Some(true))
        .with("Tags", with_tags.then(|| tags(file_system)))
        .with("Detail", Some(detail));
    match text("KmsKeyId") {
        Some(named) => match kms::named(session, region, named).await {
            Ok(key) => shape = shape.with("EncryptionKeyArn", Some(key.as_str())),
            Err(gap) => gaps.push(gap),
        },
        None => gaps.push(place.gap(DESCRIBE, arn.as_str(), &Trouble::failed("NoKmsKeyId"))),
    }
    match shape.read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(trouble) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &trouble)),
    }
}

fn tags(file_system: &Value) -> Value {
    let pairs = file_system.get("Tags").and_then(Value::as_array);
    in_order(pairs.into_iter().flatten().filter_map(|tag| {
        let value = tag.get("Value").and_then(Value::as_str);
        Some((tag.get("Key")?.as_str()?, value.unwrap_or_default()))
    }))
}
