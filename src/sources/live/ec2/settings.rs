//! What an account has switched on in EC2: Regions, the Allowed AMIs setting, the key that EBS takes by default.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::Json;
use crate::known::{ApiCall, Gap, Region};
use crate::sources::live::found::Found;
use crate::sources::live::kms;
use crate::sources::live::reply::{CallError, Reply};
use crate::sources::live::session::Session;

use super::super::once::Once;
use super::tables::{ALLOWED_IMAGES, DEFAULT_KEY, REGIONS};
use super::{call, pages};

/// What was read of EC2's settings in an account.
#[derive(Default)]
struct RegionsRead {
    regions: Once<(), Reply<Vec<(Region, String)>>>,
}

/// All Regions of the partition, each with whether the account has opted in to it. Asked once an account.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>.
pub async fn opt_in_statuses(session: &Session) -> Found<Option<Vec<(Region, String)>>> {
    match statuses(session).await {
        Ok(regions) => Found::all(Some(regions)),
        Err(error) => {
            let account = session.account().to_string();
            let place = session.global();
            Found::nothing(place.gap(api_call!("ec2:DescribeRegions"), &account, &error))
        }
    }
}

/// Whether the account has opted in to a Region. `Some(None)`: AWS does not know the Region.
pub async fn opt_in_status(session: &Session, region: &Region) -> Found<Option<Option<String>>> {
    match statuses(session).await {
        Ok(regions) => {
            let found = regions.into_iter().find(|(name, _)| name == region);
            Found::all(Some(found.map(|(_, status)| status)))
        }
        Err(error) => {
            let place = session.place(region);
            Found::nothing(place.gap(api_call!("ec2:DescribeRegions"), region.as_str(), &error))
        }
    }
}

async fn statuses(session: &Session) -> Reply<Vec<(Region, String)>> {
    let home = session.home();
    let read = async {
        let params = [("AllRegions", "true")];
        let all = pages(
            session,
            home,
            "DescribeRegions",
            &params,
            REGIONS,
            "Regions",
        )
        .await?;
        let regions: Option<Vec<_>> = all.iter().map(status).collect();
        regions.ok_or_else(CallError::unreadable)
    };
    session.memory::<RegionsRead>().regions.get((), read).await
}

fn status(region: &Value) -> Option<(Region, String)> {
    let name = region.get("RegionName")?.as_str()?;
    let status = region.get("OptInStatus")?.as_str()?;
    Some((Region::new(name), status.to_owned()))
}

/// The Allowed AMIs setting of a Region. Where it was never set, AWS says that it is disabled.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html>.
pub async fn allowed_images(session: &Session, region: &Region) -> Found<Option<Json>> {
    match call(
        session,
        region,
        "GetAllowedImagesSettings",
        &[],
        ALLOWED_IMAGES,
    )
    .await
    {
        Ok(setting) => Found::all(Some(Json(setting.into()))),
        Err(error) => Found::nothing(gap(
            session,
            region,
            api_call!("ec2:GetAllowedImagesSettings"),
            &error,
        )),
    }
}

/// The key that EBS takes in a Region where none is named: its ARN, or `alias/aws/ebs`, which KMS is not asked about, as
/// asking would make that key where there is none yet.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html>.
pub async fn ebs_default_key(session: &Session, region: &Region) -> Found<Option<String>> {
    let read: Reply<String> = async {
        let answer = call(session, region, "GetEbsDefaultKmsKeyId", &[], DEFAULT_KEY).await?;
        let key = answer.get("KmsKeyId").and_then(Value::as_str);
        key.map(str::to_owned).ok_or_else(CallError::unreadable)
    }
    .await;
    match read {
        Ok(alias) if alias.ends_with("alias/aws/ebs") => Found::all(Some(alias)),
        Ok(named) => match kms::named(session, region, &named).await {
            Ok(key) => Found::all(Some(key.as_str().to_owned())),
            Err(gap) => Found::nothing(gap),
        },
        Err(error) => Found::nothing(gap(
            session,
            region,
            api_call!("ec2:GetEbsDefaultKmsKeyId"),
            &error,
        )),
    }
}

fn gap(session: &Session, region: &Region, call: ApiCall, error: &CallError) -> Gap {
    let subject = format!("{}/{region}", session.account());
    session.place(region).gap(call, &subject, error)
}
