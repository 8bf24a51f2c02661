//! The settings of an account and of a Region, and the tags of what AWS Backup keeps.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::RegionSettings;
use crate::known::{Arn, Gap, Region};
use crate::sources::live::found::Found;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::CallError;
use crate::sources::live::session::Session;
use crate::sources::live::shape::{Shape, map, tags as in_order};

/// Whether cross-account backup is switched on in the account's organization. `Some(None)`: the account is in none, as
/// the caller knows; AWS then answers with an error. `None`: not read.
pub async fn cross_account_backup(
    session: &Session,
    near: &Region,
    in_no_organization: impl Future<Output = bool>,
) -> Found<Option<Option<bool>>> {
    let call = session.backup(near).describe_global_settings().send();
    let (answer, in_none) = tokio::join!(session.ask(call), in_no_organization);
    let gap = |error: &CallError| {
        let account = session.account().to_string();
        Found::nothing(session.global().gap(
            api_call!("backup:DescribeGlobalSettings"),
            &account,
            error,
        ))
    };
    match answer {
        Ok(answer) => {
            let told = answer
                .global_settings()
                .and_then(|settings| settings.get("isCrossAccountBackupEnabled"))
                .map(|text| text.to_ascii_lowercase());
            match told.as_deref() {
                Some("true") => Found::all(Some(Some(true))),
                Some("false") => Found::all(Some(Some(false))),
                Some(_) | None => gap(&CallError::unreadable()),
            }
        }
        Err(error) if in_none && error.code == "InvalidRequestException" => Found::all(Some(None)),
        Err(error) => gap(&error),
    }
}

/// What AWS Backup protects and fully manages in a Region of the account.
pub async fn region_settings(session: &Session, region: &Region) -> Found<Option<RegionSettings>> {
    let call = session.backup(region).describe_region_settings().send();
    let settings = session.ask(call).await.and_then(|answer| {
        Shape::new()
            .with(
                "ResourceTypeOptInPreference",
                answer.resource_type_opt_in_preference().map(map),
            )
            .with(
                "ResourceTypeManagementPreference",
                answer.resource_type_management_preference().map(map),
            )
            .read()
    });
    match settings {
        Ok(settings) => Found::all(Some(settings)),
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            Found::nothing(session.place(region).gap(
                api_call!("backup:DescribeRegionSettings"),
                &subject,
                &error,
            ))
        }
    }
}

/// The tags of a vault, or of a recovery point that AWS Backup manages itself.
pub async fn tags(session: &Session, region: &Region, arn: &Arn) -> (Option<Value>, Option<Gap>) {
    let call = session
        .backup(region)
        .list_tags()
        .resource_arn(arn.as_str());
    let read = pages!(session, call.into_paginator(), page => {
        page.tags().cloned().unwrap_or_else(Default::default)
    });
    match read {
        Ok(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
            (Some(in_order(pairs)), None)
        }
        Err(error) => {
            let gap = session
                .place(region)
                .gap(api_call!("backup:ListTags"), arn.as_str(), &error);
            (None, Some(gap))
        }
    }
}
