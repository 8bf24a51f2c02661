//! AWS STS.
//!
//! See <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.

use serde_json::json;

use super::call::{Answer, Call, No, Service, arn};
use super::paging::Pager;
use super::protocol::Protocol;
use super::scope::role_keys;
use super::world::World;
use super::xml::Many;

pub const SERVICE: Service = Service {
    name: "sts",
    signing_name: "sts",
    global: true,
    protocol: Protocol::Query {
        version: "2011-06-15",
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        shape: |_| Many::Items("member"),
    },
    pager: Pager {
        ask: "",
        give: "",
        truncated: None,
        limit: "",
        most: 1,
        bad_token: "",
    },
    denied: (403, "AccessDenied"),
    throttled: (400, "Throttling"),
    names,
    answer,
};

fn names(_: &World, call: &Call) -> Vec<String> {
    let Some(role) = call.arg("RoleArn") else {
        return Vec::new();
    };
    // A gap names the account that could not be entered, and not the one that the call came from.
    let account = arn(role).map(|arn| arn.account.to_owned());
    std::iter::once(role.to_owned()).chain(account).collect()
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(who(call)),
        "AssumeRole" => assume(world, call),
        _ => Err(No::Unknown),
    }
}

fn who(call: &Call) -> Answer {
    let (account, partition) = (&call.scope.account, call.scope.partition());
    // The token of a role's session says which session it is.
    let (id, arn) = match call
        .scope
        .token
        .as_deref()
        .and_then(|token| token.split_once('|'))
    {
        Some((_, session)) => (
            format!("AROATESTROLE{account}:session"),
            format!("arn:{partition}:sts::{account}:assumed-role/{session}"),
        ),
        None => (
            format!("AIDATESTUSER{account}"),
            format!("arn:{partition}:iam::{account}:user/tester"),
        ),
    };
    Answer::Whole(json!({"Arn": arn, "UserId": id, "Account": account}))
}

fn assume(world: &World, call: &Call) -> Result<Answer, No> {
    let role = call.need("RoleArn")?;
    let session = call.need("RoleSessionName")?;
    let refused = || {
        let message =
            format!("User is not authorized to perform: sts:AssumeRole on resource: {role}");
        No::failure(403, "AccessDenied", message)
    };
    let parts = arn(role)
        .filter(|arn| arn.service == "iam")
        .ok_or_else(|| No::failure(400, "ValidationError", format!("{role} is invalid")))?;
    let name = parts.resource.strip_prefix("role/").ok_or_else(refused)?;
    let name = name.rsplit('/').next().unwrap_or(name);
    if let Some(wanted) = world.external_ids.get(role)
        && call.arg("ExternalId") != Some(wanted)
    {
        return Err(refused());
    }
    let (id, secret) = role_keys(parts.account);
    Ok(Answer::Whole(json!({
        "Credentials": {
            "AccessKeyId": id,
            "SecretAccessKey": secret,
            "SessionToken": format!("session|{name}/{session}"),
            "Expiration": "2099-01-01T00:00:00Z",
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("AROATESTROLE{}:{session}", parts.account),
            "Arn": format!("arn:{}:sts::{}:assumed-role/{name}/{session}", parts.partition, parts.account),
        },
    })))
}
