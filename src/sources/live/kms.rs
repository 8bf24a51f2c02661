//! AWS KMS: keys with their policies, aliases, grants and tags.
//!
//! See <https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html>.

use aws_sdk_kms::types::KeyMetadata;
use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::{Key, Policy};
use crate::known::{ApiCall, Arn, Gap, Region};

use super::answer::Verbatim;
use super::found::{Found, Place};
use super::once::Once;
use super::paging::pages;
use super::reply::{CallError, CallErrorKind, Reply, about};
use super::session::Session;
use super::shape::{Shape, tags as in_order};

const DESCRIBE: ApiCall = api_call!("kms:DescribeKey");

/// What AWS says of every key, and stand-ins for it may not.
const ALWAYS: &[&str] = &["KeyManager", "KeyState", "KeySpec", "KeyUsage"];

/// What was read of KMS in an account: keys by Region and by the name that they were asked by.
#[derive(Default)]
struct KeysRead {
    keys: Once<(Region, String), Reply<KeyMetadata>>,
}

/// The ARN of the key that a service names: most give the ARN, some a bare id or an alias.
pub async fn named(session: &Session, region: &Region, text: &str) -> Result<Arn, Gap> {
    if let Some(arn) = arn_of_key(text) {
        return Ok(arn);
    }
    let place = session.place(region);
    let key = match describe(session, region, text).await {
        Ok(key) => key,
        Err(error) => return Err(place.gap(DESCRIBE, text, &error)),
    };
    key.arn()
        .and_then(|arn| Arn::parse(arn).ok())
        .ok_or_else(|| place.gap(DESCRIBE, text, &CallError::unreadable()))
}

/// The text as the ARN of a key, if it is one.
pub fn arn_of_key(text: &str) -> Option<Arn> {
    let arn = Arn::parse(text).ok()?;
    (arn.service() == "kms" && arn.resource().starts_with("key/")).then_some(arn)
}

/// A key. Another account's key can be described and its grants listed, where its policy says so; the rest is its own
/// account's to read.
pub async fn key(session: &Session, arn: &Arn) -> Found<Option<Key>> {
    let Some(region) = arn.region() else {
        let why = CallError::unreadable();
        return Found::nothing(session.global().gap(DESCRIBE, arn.as_str(), &why));
    };
    let region = &region;
    let own = arn.account() == Some(session.account());
    let owner = Place {
        account: arn.account().unwrap_or_else(|| session.account()),
        region: Some(region.clone()),
    };
    let mut gaps = Vec::new();
    let answer = describe(session, region, arn.as_str()).await;
    let is_described = answer.is_ok();
    let mut shape = match answer {
        Ok(key) => {
            let shape = described(&key).with("Arn", Some(arn.as_str()));
            let lacks = shape.lacking(ALWAYS).into_iter();
            gaps.extend(lacks.map(|why| owner.gap(DESCRIBE, arn.as_str(), &why)));
            shape
        }
        Err(error) if own && error.kind == CallErrorKind::NotThere => {
            let shape = Shape::new().with("Arn", Some(arn.as_str()));
            return Found::all(shape.without("KeyState").read().ok());
        }
        Err(error) => {
            gaps.push(owner.gap(DESCRIBE, arn.as_str(), &error));
            Shape::new().with("Arn", Some(arn.as_str()))
        }
    };
    if own {
        let (aliases, default, second, grants, tags) = tokio::join!(
            aliases(session, region, arn),
            policy(session, region, arn, "default"),
            ram_policy(session, region, arn),
            grants(session, region, arn),
            tags(session, region, arn),
        );
        for (field, operation, read) in [
            ("Aliases", api_call!("kms:ListAliases"), aliases),
            ("Policy", api_call!("kms:GetKeyPolicy"), default),
            ("RamPolicy", api_call!("kms:ListKeyPolicies"), second),
            ("Grants", api_call!("kms:ListGrants"), grants),
            ("Tags", api_call!("kms:ListResourceTags"), tags),
        ] {
            match read {
                Ok(value) => shape = shape.with(field, Some(value)),
                Err(error) => gaps.push(owner.gap(operation, arn.as_str(), &error)),
            }
        }
    } else {
        gaps.push(owner.unasked(api_call!("kms:GetKeyPolicy"), arn.as_str()));
        match grants(session, region, arn).await {
            Ok(value) if is_described => shape = shape.with("Grants", Some(value)),
            Ok(_) => {}
            Err(error) => gaps.push(owner.gap(api_call!("kms:ListGrants"), arn.as_str(), &error)),
        }
    }
    match shape.read() {
        Ok(key) => Found {
            value: Some(key),
            gaps,
        },
        Err(error) => Found::nothing(owner.gap(DESCRIBE, arn.as_str(), &error)),
    }
}

async fn describe(session: &Session, region: &Region, name: &str) -> Reply<KeyMetadata> {
    let call = session.kms(region).describe_key().key_id(name).send();
    let read = async {
        let answer = session.ask(call).await?;
        let key = answer.key_metadata.ok_or_else(CallError::unreadable)?;
        if arn_of_key(name).is_some() {
            about(key.arn(), name)?;
        }
        Ok(key)
    };
    let key = (region.clone(), name.to_owned());
    let found = session.memory::<KeysRead>().keys.get(key, read).await;
    // Asked by another name, the key need not be asked again by its ARN.
    if let Ok(metadata) = &found
        && let Some(arn) = metadata.arn().filter(|arn| *arn != name)
    {
        let key = (region.clone(), arn.to_owned());
        let same = std::future::ready(Ok(metadata.clone()));
        return session.memory::<KeysRead>().keys.get(key, same).await;
    }
    found
}

fn described(key: &KeyMetadata) -> Shape {
    Shape::new()
        .with("Arn", key.arn())
        .with(
            "KeyManager",
            key.key_manager().map(|manager| manager.as_str()),
        )
        .with("KeyState", key.key_state().map(|state| state.as_str()))
        .with("KeySpec", key.key_spec().map(|spec| spec.as_str()))
        .with("KeyUsage", key.key_usage().map(|usage| usage.as_str()))
        .with("Origin", key.origin().map(|origin| origin.as_str()))
        .with("MultiRegion", key.multi_region())
        .at("DeletionDate", key.deletion_date())
        .at("ValidTo", key.valid_to())
}

/// The name of the policy that a key has besides where it is shared through AWS RAM.
const RAM_POLICY: &str = "AWS_RAM";

/// The second policy of a key; null where it has none.
async fn ram_policy(session: &Session, region: &Region, arn: &Arn) -> Reply<Value> {
    let call = session.kms(region).list_key_policies().key_id(arn.as_str());
    let names: Vec<String> = pages!(session, call.into_paginator(), page => {
        page.policy_names().to_vec()
    })?;
    if names.iter().any(|name| name == RAM_POLICY) {
        policy(session, region, arn, RAM_POLICY).await
    } else {
        Ok(Value::Null)
    }
}

async fn policy(session: &Session, region: &Region, arn: &Arn, name: &str) -> Reply<Value> {
    let call = session
        .kms(region)
        .get_key_policy()
        .key_id(arn.as_str())
        .policy_name(name)
        .send();
    let answer = session.ask(call).await?;
    let text = answer.policy().ok_or_else(CallError::unreadable)?;
    Policy::parse(text).map_err(|_| CallError::unreadable())?;
    Ok(text.into())
}

async fn aliases(session: &Session, region: &Region, arn: &Arn) -> Reply<Value> {
    let call = session.kms(region).list_aliases().key_id(arn.as_str());
    let mut names: Vec<String> = pages!(session, call.into_paginator(), page => {
        page.aliases().iter().filter_map(|alias| alias.alias_name().map(str::to_owned)).collect::<Vec<_>>()
    })?;
    names.sort();
    Ok(names.into())
}

async fn grants(session: &Session, region: &Region, arn: &Arn) -> Reply<Value> {
    let mut grants: Vec<Shape> = Vec::new();
    let mut pages = session.pages();
    let mut marker = None;
    loop {
        let said = Verbatim::default();
        let call = session
            .kms(region)
            .list_grants()
            .key_id(arn.as_str())
            .limit(100)
            .set_marker(marker)
            .customize()
            .interceptor(said.clone());
        let page = session.ask(call.send()).await?;
        let listed = said.member("Grants");
        let listed = listed.as_ref().and_then(Value::as_array);
        let listed = listed.ok_or_else(CallError::unreadable)?;
        grants.extend(listed.iter().map(grant));
        if !pages.more(listed.len(), page.next_marker())? {
            break;
        }
        marker = page.next_marker;
    }
    grants.sort_by(|one, other| one.text("GrantId").cmp(&other.text("GrantId")));
    Ok(grants.into_iter().map(Value::from).collect())
}

/// What matters of a grant. Its constraints are as AWS answers them: one of a later API is one, too.
fn grant(grant: &Value) -> Shape {
    let of = |name: &str| grant.get(name).cloned();
    let is_named = |name: &Value| name.as_str() != Some("");
    Shape::new()
        .with("GrantId", of("GrantId"))
        .with("Name", of("Name").filter(is_named))
        .with(
            "GranteePrincipal",
            of("GranteePrincipal").or_else(|| of("GranteeServicePrincipal")),
        )
        .with("Operations", of("Operations"))
        .with("Constraints", of("Constraints"))
        .with("RetiringPrincipal", of("RetiringPrincipal"))
        .with("IssuingAccount", of("IssuingAccount"))
}

async fn tags(session: &Session, region: &Region, arn: &Arn) -> Reply<Value> {
    let call = session
        .kms(region)
        .list_resource_tags()
        .key_id(arn.as_str());
    let tags: Vec<(String, String)> = pages!(session, call.into_paginator(), page => {
        page.tags().iter().map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned())).collect::<Vec<_>>()
    })?;
    Ok(in_order(
        tags.iter().map(|(name, value)| (&**name, &**value)),
    ))
}
