//! AWS IAM, as far as roles and their policies go.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>.

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, default, document, pairs, reveals, text, without};
use super::paging::Pager;
use super::protocol::Protocol;
use super::query::{encode, members};
use super::world::{World, many};
use super::xml::Many;

pub const SERVICE: Service = Service {
    name: "iam",
    signing_name: "iam",
    global: true,
    protocol: Protocol::Query {
        version: "2010-05-08",
        namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
        shape: |path| match path.last().map(String::as_str) {
            Some("EvalDecisionDetails") => Many::Entries,
            _ => Many::Items("member"),
        },
    },
    pager: Pager {
        ask: "Marker",
        give: "Marker",
        truncated: Some("IsTruncated"),
        limit: "MaxItems",
        most: 100,
        bad_token: "InvalidInput",
    },
    denied: (403, "AccessDenied"),
    throttled: (400, "Throttling"),
    names,
    answer,
};

/// What comes from calls of its own, and not from GetRole.
const ELSEWHERE: &[&str] = &[
    "AttachedPolicies",
    "InlinePolicies",
    "Simulated",
    "PermissionsBoundary",
    "Tags",
];

fn names(world: &World, call: &Call) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(role) = call.arg("RoleName") {
        if let Some(arn) = known_role(world, call, role).and_then(|role| text(role, "Arn")) {
            names.push(arn.to_owned());
        }
        names.push(role.to_owned());
    }
    for field in ["PolicySourceArn", "PolicyArn", "PolicyName"] {
        names.extend(call.arg(field).map(str::to_owned));
    }
    names
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "GetRole" => {
            let role = find_role(world, call)?;
            let mut fields = frame(role)?;
            if let Some(arn) = role
                .get("PermissionsBoundary")
                .and_then(|b| text(b, "PolicyArn"))
            {
                let boundary = json!({
                    "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                    "PermissionsBoundaryArn": arn,
                });
                fields.insert("PermissionsBoundary".to_owned(), boundary);
            }
            let tags = pairs(&role["Tags"], "Key", "Value");
            if !tags.is_empty() {
                fields.insert("Tags".to_owned(), tags.into());
            }
            Ok(Answer::Whole(json!({"Role": fields})))
        }
        "ListRoles" => list_roles(world, call),
        "ListRoleTags" => {
            let role = find_role(world, call)?;
            reveals(role, &["Tags"], &arn(role))?;
            let items = pairs(&role["Tags"], "Key", "Value");
            Ok(Answer::List {
                field: "Tags",
                items,
            })
        }
        "ListAttachedRolePolicies" => {
            let role = find_role(world, call)?;
            reveals(role, &["AttachedPolicies"], &arn(role))?;
            let items = many(role, "AttachedPolicies")
                .iter()
                .filter_map(|policy| text(policy, "PolicyArn"))
                .map(|arn| json!({"PolicyName": last(arn), "PolicyArn": arn}))
                .collect();
            Ok(Answer::List {
                field: "AttachedPolicies",
                items,
            })
        }
        "ListRolePolicies" => {
            let role = find_role(world, call)?;
            reveals(role, &["InlinePolicies"], &arn(role))?;
            let items = many(role, "InlinePolicies")
                .iter()
                .filter_map(|policy| policy.get("PolicyName").cloned())
                .collect();
            Ok(Answer::List {
                field: "PolicyNames",
                items,
            })
        }
        "GetRolePolicy" => role_policy(world, call),
        "GetPolicy" => {
            let (policy, arn) = find_policy(world, call)?;
            built_in(policy, arn)?;
            Ok(Answer::Whole(json!({"Policy": {
                "PolicyName": last(arn),
                "PolicyId": "ANPATESTPOLICY000000A",
                "Arn": arn,
                "Path": path(arn, "policy"),
                "DefaultVersionId": VERSION,
                "AttachmentCount": 1,
                "PermissionsBoundaryUsageCount": 0,
                "IsAttachable": true,
                "CreateDate": "2025-01-01T00:00:00Z",
                "UpdateDate": "2025-01-01T00:00:00Z",
            }})))
        }
        "GetPolicyVersion" => policy_version(world, call),
        "SimulatePrincipalPolicy" => simulate(world, call),
        _ => Err(No::Unknown),
    }
}

/// Not the first, so that a client which asks for `v1` whatever GetPolicy said is found out.
const VERSION: &str = "v7";

fn list_roles(world: &World, call: &Call) -> Result<Answer, No> {
    let account = world.account(&call.scope.account)?;
    if account["roles_complete"] != true {
        let message = format!(
            "`roles_complete` of account {} is not true",
            call.scope.account
        );
        return Err(No::Incomplete(message));
    }
    let prefix = call.arg("PathPrefix").unwrap_or("/");
    let mut items = Vec::new();
    for role in many(account, "roles") {
        if path(&arn(role), "role").starts_with(prefix) {
            items.push(without(&frame(role)?.into(), &["RoleLastUsed"]).into());
        }
    }
    Ok(Answer::List {
        field: "Roles",
        items,
    })
}

fn frame(role: &Value) -> Result<serde_json::Map<String, Value>, No> {
    let arn = arn(role);
    reveals(role, &["AssumeRolePolicyDocument"], &arn)?;
    let mut fields = without(role, ELSEWHERE);
    let trust = encode(&document(&role["AssumeRolePolicyDocument"]));
    fields.insert("AssumeRolePolicyDocument".to_owned(), trust.into());
    default(&mut fields, "Path", path(&arn, "role"));
    default(&mut fields, "RoleName", last(&arn));
    default(&mut fields, "RoleId", "AROATESTROLE00000000A");
    default(&mut fields, "CreateDate", "2025-01-01T00:00:00Z");
    default(&mut fields, "MaxSessionDuration", 3600);
    Ok(fields)
}

fn role_policy(world: &World, call: &Call) -> Result<Answer, No> {
    let role = find_role(world, call)?;
    let name = call.need("PolicyName")?;
    reveals(role, &["InlinePolicies"], &arn(role))?;
    let policy = many(role, "InlinePolicies")
        .iter()
        .find(|policy| text(policy, "PolicyName") == Some(name))
        .ok_or_else(|| no_entity(format!("The role policy with name {name} cannot be found.")))?;
    let content = content(policy, name)?;
    Ok(Answer::Whole(json!({
        "RoleName": last(&arn(role)),
        "PolicyName": name,
        "PolicyDocument": content,
    })))
}

fn policy_version(world: &World, call: &Call) -> Result<Answer, No> {
    let (policy, arn) = find_policy(world, call)?;
    built_in(policy, arn)?;
    let version = call.need("VersionId")?;
    if version != VERSION {
        let message =
            format!("Policy {arn} version {version} does not exist or is not attachable.");
        return Err(no_entity(message));
    }
    Ok(Answer::Whole(json!({"PolicyVersion": {
        "Document": content(policy, arn)?,
        "VersionId": version,
        "IsDefaultVersion": true,
        "CreateDate": "2025-01-01T00:00:00Z",
    }})))
}

/// AWS managed policies that the inventory has no document for are not there: the program has its own copies.
fn built_in(policy: &Value, arn: &str) -> Result<(), No> {
    if policy.get("Document").is_none() && arn.contains(":iam::aws:policy/") {
        return Err(no_entity(format!(
            "Policy {arn} does not exist or is not attachable."
        )));
    }
    Ok(())
}

fn content(policy: &Value, name: &str) -> Result<String, No> {
    match policy.get("Document") {
        None => Err(No::Incomplete(format!("`Document` of {name} is absent"))),
        Some(Value::Null) => Err(no_entity(format!("{name} cannot be found."))),
        Some(policy) => Ok(encode(&document(policy))),
    }
}

/// A managed policy, of those that the account's roles have; the one with a document where several name it.
fn find_policy<'a>(world: &'a World, call: &'a Call) -> Result<(&'a Value, &'a str), No> {
    let arn = call.need("PolicyArn")?;
    let account = world.account(&call.scope.account)?;
    let mut found: Vec<&Value> = many(account, "roles")
        .iter()
        .flat_map(|role| {
            many(role, "AttachedPolicies")
                .iter()
                .chain(role.get("PermissionsBoundary"))
        })
        .filter(|policy| text(policy, "PolicyArn") == Some(arn))
        .collect();
    found.sort_by_key(|policy| policy.get("Document").is_none());
    match found.first() {
        Some(policy) => Ok((policy, arn)),
        None => Err(no_entity(format!(
            "Policy {arn} does not exist or is not attachable."
        ))),
    }
}

fn simulate(world: &World, call: &Call) -> Result<Answer, No> {
    let source = call.need("PolicySourceArn")?;
    let role = known_role(world, call, last(source))
        .filter(|role| text(role, "Arn") == Some(source))
        .ok_or_else(|| no_entity(format!("{source} cannot be found.")))?;
    reveals(role, &["Simulated"], source)?;
    let resources = members(&call.args, "ResourceArns.member");
    let mut items = Vec::new();
    for action in members(&call.args, "ActionNames.member") {
        let before = items.len();
        items.extend(
            many(role, "Simulated")
                .iter()
                .filter(|result| text(result, "EvalActionName") == Some(&action))
                .filter(|result| {
                    resources.is_empty()
                        || text(result, "EvalResourceName")
                            .is_none_or(|name| name == "*" || resources.iter().any(|r| r == name))
                })
                .cloned(),
        );
        if items.len() == before {
            let message = format!("`Simulated` of {source} has nothing on {action} {resources:?}");
            return Err(No::Incomplete(message));
        }
    }
    Ok(Answer::List {
        field: "EvaluationResults",
        items,
    })
}

fn known_role<'a>(world: &'a World, call: &Call, name: &str) -> Option<&'a Value> {
    many(world.known_account(&call.scope.account)?, "roles")
        .iter()
        .find(|role| last(&arn(role)) == name)
}

fn find_role<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let name = call.need("RoleName")?;
    let account = world.account(&call.scope.account)?;
    match known_role(world, call, name) {
        // A null trust policy says that the role was looked up and is not there.
        Some(role) if role.get("AssumeRolePolicyDocument") != Some(&Value::Null) => Ok(role),
        // That of a service, which nobody here has used yet, is not there.
        None if account["roles_complete"] != true && name != "AWSServiceRoleForRDS" => {
            Err(No::Incomplete(format!(
                "the role {name} of account {} is absent, and `roles_complete` is not true",
                call.scope.account
            )))
        }
        Some(_) | None => Err(no_entity(format!(
            "The role with name {name} cannot be found."
        ))),
    }
}

fn arn(role: &Value) -> String {
    text(role, "Arn").unwrap_or_default().to_owned()
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The path in an ARN: `/service-role/`, or `/`.
fn path(arn: &str, kind: &str) -> String {
    let inner = arn
        .split_once(&format!(":{kind}/"))
        .map_or("", |(_, rest)| rest);
    let folder = inner
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    format!("/{folder}")
}

fn no_entity(message: String) -> No {
    No::failure(404, "NoSuchEntity", message)
}
