//! AWS Account Management: which Regions an account has opted in to.
//!
//! See <https://docs.aws.amazon.com/accounts/latest/reference/API_GetRegionOptStatus.html>.

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, text};
use super::paging::Pager;
use super::protocol::{Protocol, Route};
use super::world::{World, many};

pub const SERVICE: Service = Service {
    name: "account",
    signing_name: "account",
    global: true,
    protocol: Protocol::Rest { route, times: &[] },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "MaxResults",
        most: 50,
        bad_token: "ValidationException",
    },
    denied: (403, "AccessDeniedException"),
    throttled: (429, "TooManyRequestsException"),
    names,
    answer,
};

fn route(method: &str, path: &[&str]) -> Option<Route> {
    let operation = match (method, path) {
        ("POST", ["getRegionOptStatus"]) => "GetRegionOptStatus",
        ("POST", ["listRegions"]) => "ListRegions",
        _ => return None,
    };
    Some(Route {
        operation,
        params: Vec::new(),
    })
}

fn names(_: &World, call: &Call) -> Vec<String> {
    call.arg("RegionName")
        .map(str::to_owned)
        .into_iter()
        .collect()
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    let caller = &call.scope.account;
    if call.arg("AccountId").is_some_and(|id| id != caller) {
        return Err(No::failure(
            403,
            "AccessDeniedException",
            "not the caller's account",
        ));
    }
    match call.operation.as_str() {
        "GetRegionOptStatus" => {
            let region = call.need("RegionName")?;
            Ok(Answer::Whole(status(
                world.region(caller, region)?,
                region,
            )?))
        }
        "ListRegions" => {
            let wanted = many(&call.args, "RegionOptStatusContains");
            let mut items = Vec::new();
            for region in many(world.account(caller)?, "regions") {
                let region = status(region, text(region, "region").unwrap_or_default())?;
                if wanted.is_empty() || wanted.contains(&region["RegionOptStatus"]) {
                    items.push(region);
                }
            }
            Ok(Answer::List {
                field: "Regions",
                items,
            })
        }
        _ => Err(No::Unknown),
    }
}

fn status(place: &Value, region: &str) -> Result<Value, No> {
    let status = match text(place, "opt_in_status") {
        Some("opt-in-not-required") => "ENABLED_BY_DEFAULT",
        Some("opted-in") => "ENABLED",
        Some("not-opted-in") => "DISABLED",
        _ => {
            return Err(No::Incomplete(format!(
                "`opt_in_status` of {region} is absent"
            )));
        }
    };
    Ok(json!({"RegionName": region, "RegionOptStatus": status}))
}
