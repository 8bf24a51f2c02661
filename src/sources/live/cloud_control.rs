//! AWS Cloud Control API: one small SDK for the resource types whose own would each serve one list.
//!
//! See <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_GetResource.html>.

use serde_json::{Map, Value, json};

use crate::catalog::calls::api_call;
use crate::catalog::cloud_control::{KeyTold, Listing, Row};
use crate::catalog::regions;
use crate::inventory::Resource;
use crate::known::{ApiCall, Arn, Region, ResourceType};

use super::found::Found;
use super::kms;
use super::once::each;
use super::paging::pages;
use super::reply::{CallError, CallErrorKind, Reply};
use super::session::Session;
use super::shape::{Shape, tags as in_order};

const GET: ApiCall = api_call!("cloudformation:GetResource");
const LIST: ApiCall = api_call!("cloudformation:ListResources");

/// A resource of a type that Cloud Control reads.
pub async fn resource(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    row: &Row,
    arn: &Arn,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let Some(identifier) = row.identifier(arn) else {
        return Found::nothing(place.unasked(GET, arn.as_str()));
    };
    match properties(session, region, row, &identifier).await {
        Ok(properties) => described(session, region, of, row, arn, &properties).await,
        // A bucket's ARN does not say where it is: it may be in another Region.
        Err(error) if error.kind == CallErrorKind::NotThere && arn.region().is_some() => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            Found::all(shape.without("ResourceType").read().ok())
        }
        Err(error) => Found::nothing(place.gap(GET, arn.as_str(), &error)),
    }
}

/// All resources of a type in a Region. `None`: they could not be listed, or one that was listed could be in another
/// Region. One that was listed and not read is there by its name.
pub async fn resources(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    row: &'static Row,
) -> Found<Option<Vec<Resource>>> {
    let place = session.place(region);
    let subject = format!("{}/{region}/{}", session.account(), row.name);
    let identifiers = match row.listing {
        Listing::OfRegion | Listing::OfAccount => {
            identifiers(session, region, row.name, None).await
        }
        Listing::OfEach(parent, property) => {
            of_each(session, region, row.name, parent, property).await
        }
    };
    let identifiers = match identifiers {
        Ok(identifiers) => identifiers,
        Err(error) => return Found::nothing(place.gap(LIST, &subject, &error)),
    };
    let tasks = identifiers.into_iter().map(|identifier| {
        let (session, region, of) = (session.clone(), region.clone(), of.clone());
        async move {
            let read = listed(&session, &region, &of, row, &identifier).await;
            (identifier, read)
        }
    });
    let mut gaps = Vec::new();
    let mut resources = Vec::new();
    for (identifier, read) in each(tasks).await {
        match read {
            Ok(found) => resources.extend(found.into_value(&mut gaps)),
            Err(error) => match by_name(session, region, of, row, &identifier) {
                Some(resource) => {
                    gaps.push(place.gap(GET, resource.arn.as_str(), &error));
                    resources.push(resource);
                }
                None => {
                    gaps.push(place.gap(GET, &subject, &error));
                    return Found { value: None, gaps };
                }
            },
        }
    }
    Found {
        value: Some(resources),
        gaps,
    }
}

/// A resource that was listed, as far as its identifier says. `None`: not where it is, or what it is called.
fn by_name(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    row: &Row,
    identifier: &str,
) -> Option<Resource> {
    if row.listing == Listing::OfAccount {
        return None;
    }
    let arn = arn_of(session, region, row, identifier)?;
    let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
    shape.with("ResourceType", Some(of.as_str())).read().ok()
}

fn arn_of(session: &Session, region: &Region, row: &Row, identifier: &str) -> Option<Arn> {
    let (partition, account) = (regions::partition(region), session.account().to_string());
    row.arn(partition, region.as_str(), &account, identifier)
}

async fn identifiers(
    session: &Session,
    region: &Region,
    of: &str,
    model: Option<String>,
) -> Reply<Vec<String>> {
    let call = session
        .cloudcontrol(region)
        .list_resources()
        .type_name(of)
        .set_resource_model(model);
    pages!(session, call.into_paginator(), page => {
        page.resource_descriptions().iter().filter_map(|one| one.identifier().map(str::to_owned)).collect::<Vec<_>>()
    })
}

async fn of_each(
    session: &Session,
    region: &Region,
    of: &str,
    parent: &str,
    property: &str,
) -> Reply<Vec<String>> {
    let mut all = Vec::new();
    for name in identifiers(session, region, parent, None).await? {
        let model = json!({property: name}).to_string();
        all.extend(identifiers(session, region, of, Some(model)).await?);
    }
    Ok(all)
}

async fn listed(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    row: &Row,
    identifier: &str,
) -> Reply<Found<Option<Resource>>> {
    let properties = match properties(session, region, row, identifier).await {
        Ok(properties) => properties,
        // Gone since it was listed, or a bucket of another Region.
        Err(error) if error.kind == CallErrorKind::NotThere => return Ok(Found::all(None)),
        Err(error) => return Err(error),
    };
    let told = row.arn.and_then(|at| properties.pointer(at)?.as_str());
    let arn = match told {
        Some(arn) => Arn::parse(arn).ok(),
        None => arn_of(session, region, row, identifier),
    };
    let arn = arn.ok_or_else(CallError::unreadable)?;
    Ok(described(session, region, of, row, &arn, &properties).await)
}

async fn properties(
    session: &Session,
    region: &Region,
    row: &Row,
    identifier: &str,
) -> Reply<Value> {
    let call = session
        .cloudcontrol(region)
        .get_resource()
        .type_name(row.name)
        .identifier(identifier)
        .send();
    let answer = session.ask(call).await.map_err(|error| {
        // That the type is not there says nothing of the resource.
        if error.code.starts_with("TypeNotFound") {
            CallError::failed(error.code)
        } else {
            error
        }
    })?;
    let text = answer
        .resource_description()
        .and_then(|resource| resource.properties())
        .ok_or_else(CallError::unreadable)?;
    serde_json::from_str(text).map_err(|_| CallError::unreadable())
}

async fn described(
    session: &Session,
    region: &Region,
    of: &ResourceType,
    row: &Row,
    arn: &Arn,
    properties: &Value,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut gaps = Vec::new();
    let mut shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some(of.as_str()))
        .with("Tags", Some(tags(properties.pointer(row.tags))))
        .with("Detail", detail(row, properties));
    match with(row.key, properties) {
        With::NotTold => {}
        With::Nothing => {
            shape = shape.with("Encrypted", Some(false));
            shape = shape.without("EncryptionKeyArn");
        }
        With::AwsOwned => {
            shape = shape.with("Encrypted", Some(true));
            shape = shape.without("EncryptionKeyArn");
        }
        With::Key(encrypted, named) => {
            shape = shape.with("Encrypted", encrypted);
            match kms::named(session, region, named).await {
                Ok(key) => shape = shape.with("EncryptionKeyArn", Some(key.as_str())),
                Err(gap) => gaps.push(gap),
            }
        }
        With::Lacking(encrypted, field) => {
            shape = shape.with("Encrypted", encrypted);
            gaps.push(place.gap(GET, arn.as_str(), &CallError::lacks(field)));
        }
    }
    match shape.read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(GET, arn.as_str(), &error)),
    }
}

/// What the properties say that a resource is encrypted with.
enum With<'p> {
    NotTold,
    Nothing,
    AwsOwned,
    /// A key, and whether they say that it is encrypted.
    Key(Option<bool>, &'p str),
    /// A key that they do not name, in this field.
    Lacking(Option<bool>, &'static str),
}

fn with(told: KeyTold, properties: &Value) -> With<'_> {
    const OWNED: &str = "AWS_OWNED_KMS_KEY";
    let text = |at: &str| properties.pointer(at).and_then(Value::as_str);
    let is_there = |at: &str| properties.pointer(at).is_some_and(|it| !it.is_null());
    match told {
        KeyTold::Nowhere => With::NotTold,
        KeyTold::Flagged(encrypted, key) => {
            let encrypted = properties.pointer(encrypted).and_then(Value::as_bool);
            match (encrypted, text(key)) {
                (Some(false), _) => With::Nothing,
                (Some(true), Some(OWNED)) => With::AwsOwned,
                (_, Some(named)) => With::Key(encrypted, named),
                (_, None) => With::Lacking(encrypted, "KmsKeyId"),
            }
        }
        KeyTold::Always(key) => {
            let of = key.split('/').nth(1).and_then(|of| properties.get(of));
            let is_told = of.is_some_and(|of| of.as_array().is_none_or(|all| !all.is_empty()));
            match text(key) {
                Some(named) => With::Key(Some(true), named),
                None if is_told => With::Lacking(Some(true), "KeyArn"),
                None => With::AwsOwned,
            }
        }
        KeyTold::Within(all, _) if !is_there(all) => With::NotTold,
        KeyTold::Within(all, key) => {
            let kind = properties
                .pointer(all)
                .and_then(|all| all.get("EncryptionType"));
            match (kind.and_then(Value::as_str), text(key)) {
                (_, Some(OWNED)) | (Some(OWNED), None) => With::AwsOwned,
                (_, Some(named)) => With::Key(Some(true), named),
                (_, None) => With::NotTold,
            }
        }
    }
}

/// What of the properties describes the resource, null where they leave it out. `None`: nothing does.
fn detail(row: &Row, properties: &Value) -> Option<Value> {
    let of = |name: &&str| {
        let value = properties.get(*name).cloned();
        ((*name).to_owned(), value.unwrap_or_default())
    };
    let detail: Map<String, Value> = row.detail.iter().map(of).collect();
    (!detail.is_empty()).then(|| detail.into())
}

/// The tags, which are left out where there are none.
fn tags(list: Option<&Value>) -> Value {
    let pairs = list.and_then(Value::as_array).into_iter().flatten();
    in_order(pairs.filter_map(|tag| {
        let value = tag.get("Value").and_then(Value::as_str);
        Some((tag.get("Key")?.as_str()?, value.unwrap_or_default()))
    }))
}
