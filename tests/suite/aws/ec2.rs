//! Amazon EC2: Regions, the Allowed AMIs setting, the default key of EBS, and its machines.
//!
//! See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html>.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, No, Service, text};
use super::machines;
use super::paging::Pager;
use super::protocol::Protocol;
use super::query::members;
use super::world::{World, many};
use super::xml::Many;

pub const SERVICE: Service = Service {
    name: "ec2",
    signing_name: "ec2",
    global: false,
    protocol: Protocol::Ec2 {
        version: "2016-11-15",
        shape: |_| Many::Items("item"),
    },
    pager: Pager {
        ask: "NextToken",
        give: "nextToken",
        truncated: None,
        limit: "MaxResults",
        most: 1000,
        bad_token: "InvalidParameterValue",
    },
    denied: (403, "UnauthorizedOperation"),
    throttled: (503, "RequestLimitExceeded"),
    names: machines::names,
    answer,
};

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    if let Some(answer) = machines::answer(world, call) {
        return answer;
    }
    match call.operation.as_str() {
        "GetAllowedImagesSettings" => match world.place(call)?.get("allowed_images") {
            None => Err(No::Incomplete(format!(
                "`allowed_images` of {} in account {} is absent",
                call.scope.region, call.scope.account
            ))),
            Some(Value::Null) => Ok(Answer::Whole(json!({"state": "disabled"}))),
            Some(settings) => Ok(Answer::Whole(on_the_wire(settings))),
        },
        // EC2 always names one: AWS's own, where nobody set another.
        "GetEbsDefaultKmsKeyId" => match default_key(world.place(call)?) {
            None => Err(No::Incomplete(format!(
                "`ebs_default_kms_key_id` of {} in account {} is absent",
                call.scope.region, call.scope.account
            ))),
            Some(key) => Ok(Answer::Whole(json!({"kmsKeyId": key}))),
        },
        "DescribeRegions" => regions(world, call),
        _ => Err(No::Unknown),
    }
}

fn default_key(place: &Value) -> Option<&str> {
    match place.get("ebs_default_kms_key_id")? {
        Value::Null => Some("alias/aws/ebs"),
        key => key.as_str(),
    }
}

fn regions(world: &World, call: &Call) -> Result<Answer, No> {
    let named = members(&call.args, "RegionName");
    let all = call.arg("AllRegions") == Some("true");
    let mut items = Vec::new();
    for place in many(world.account(&call.scope.account)?, "regions") {
        let region = text(place, "region").unwrap_or_default();
        let status = text(place, "opt_in_status")
            .ok_or_else(|| No::Incomplete(format!("`opt_in_status` of {region} is absent")))?;
        let asked = if named.is_empty() {
            all || status != "not-opted-in"
        } else {
            named.iter().any(|name| name == region)
        };
        if asked {
            items.push(json!({
                "regionName": region,
                "regionEndpoint": format!("ec2.{region}.amazonaws.com"),
                "optInStatus": status,
            }));
        }
    }
    Ok(Answer::Whole(json!({"regionInfo": items})))
}

/// The same with EC2's names on the wire: a small first letter, and `Set` behind lists.
fn on_the_wire(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let wire = match name.as_str() {
                    "ImageCriteria" => "imageCriterionSet".to_owned(),
                    "ImageProviders" => "imageProviderSet".to_owned(),
                    "MarketplaceProductCodes" => "marketplaceProductCodeSet".to_owned(),
                    "ImageNames" => "imageNameSet".to_owned(),
                    "ImageWatermarks" => "imageWatermarkSet".to_owned(),
                    name => {
                        let (first, rest) = name.split_at(1);
                        format!("{}{rest}", first.to_lowercase())
                    }
                };
                (wire, on_the_wire(value))
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values.iter().map(on_the_wire).collect(),
        other => other.clone(),
    }
}
