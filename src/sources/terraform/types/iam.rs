//! IAM roles and their policies.

use serde_json::{Value, json};

use crate::known::AccountId;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::Reader;

/// A role.
pub fn role<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some(account) = reader.account(object) else {
        return;
    };
    let Some(arn) = reader.ids.arn(object, reader.moment) else {
        return;
    };
    reader.placed(&arn, object);
    let moment = reader.moment;
    let trust = reader.ids.policy(object, "assume_role_policy", moment);
    let boundary = match reader.ids.link(object, "permissions_boundary", moment) {
        Link::Value(boundary) => attached(reader, &boundary),
        Link::NotSet | Link::AwsChooses => Value::Null,
        Link::Unknown(why) => unknown(why),
    };
    let mut inline = Vec::new();
    for policy in object
        .marked(moment, "inline_policy")
        .as_array()
        .into_iter()
        .flatten()
    {
        let name = policy.get("name").and_then(Value::as_str);
        if let Some(name) = name {
            let text = policy.get("policy").cloned().unwrap_or(Value::Null);
            inline.push(json!({"PolicyName": name, "Document": parsed(&text)}));
        }
    }
    let managed = reader.ids.links(object, "managed_policy_arns", moment);
    let managed: Vec<Value> = managed
        .as_array()
        .into_iter()
        .flatten()
        .map(|arn| {
            arn.as_str()
                .map_or_else(|| arn.clone(), |arn| attached(reader, arn))
        })
        .collect();
    let is_made = object.is_made();
    let tags = reader.tags(object);
    let role = reader.world.role(account, &arn);
    role.insert("AssumeRolePolicyDocument".to_owned(), trust);
    role.insert("PermissionsBoundary".to_owned(), boundary);
    if is_made {
        role.insert("Tags".to_owned(), tags);
    }
    for (list, items) in [("AttachedPolicies", managed), ("InlinePolicies", inline)] {
        // A role that is made has what the plan gives it, and nothing else; one that is there may have more.
        let value = if is_made {
            Value::Array(items)
        } else {
            json!({"joined": items, "removed": []})
        };
        role.insert(list.to_owned(), value);
    }
}

fn parsed(text: &Value) -> Value {
    let policy = text
        .as_str()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    policy.unwrap_or_else(|| match text.get("unknown") {
        Some(_) => text.clone(),
        None => unknown("a policy that is not JSON"),
    })
}

/// A managed policy: AWS's own are known by their ARN, others where the plan makes them.
fn attached(reader: &Reader<'_, '_>, arn: &str) -> Value {
    let mut policies = reader.ids.objects.of_kind("aws_iam_policy", reader.moment);
    let made = policies.find(|one| reader.ids.arn(one, reader.moment).as_deref() == Some(arn));
    match made {
        Some(made) => {
            json!({"PolicyArn": arn, "Document": reader.ids.policy(made, "policy", reader.moment)})
        }
        None => json!({"PolicyArn": arn}),
    }
}

/// The role that an object names: its account, and its ARN where the plan has it or its path is the usual one.
fn of_role<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<(AccountId, String)> {
    let account = reader.ids.account(object, moment)?;
    let name = match reader.ids.link(object, "role", moment) {
        Link::Value(name) => name,
        Link::NotSet | Link::AwsChooses => return None,
        Link::Unknown(why) => {
            reader.unplaced(format!(
                "{} is of a role that is not known yet ({why})",
                object.address
            ));
            return None;
        }
    };
    let mut roles = reader
        .ids
        .objects
        .all
        .iter()
        .filter(|one| one.kind == "aws_iam_role" && !one.is_data);
    let made = roles.find(|one| {
        one.text(moment, "name") == Some(name.as_str())
            && reader.ids.account(one, moment) == Some(account)
    });
    let arn = made.and_then(|role| reader.ids.arn(role, moment));
    Some((
        account,
        arn.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/{name}")),
    ))
}

/// An inline policy.
pub fn inline_policy<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some((account, arn)) = of_role(reader, object, reader.moment) else {
        return;
    };
    let name = reader
        .text(object, "name")
        .unwrap_or(object.address)
        .to_owned();
    let document = reader.ids.policy(object, "policy", reader.moment);
    reader.placed(&arn, object);
    add(
        reader,
        account,
        &arn,
        "InlinePolicies",
        json!({"PolicyName": name, "Document": document}),
    );
}

/// A managed policy that is attached.
pub fn attachment<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some((account, arn)) = of_role(reader, object, reader.moment) else {
        return;
    };
    reader.placed(&arn, object);
    let policy = match reader.ids.link(object, "policy_arn", reader.moment) {
        Link::Value(policy) => attached(reader, &policy),
        Link::NotSet | Link::AwsChooses => return,
        Link::Unknown(why) => unknown(why),
    };
    add(reader, account, &arn, "AttachedPolicies", policy);
}

/// Adds a policy to a role's list, or to what is added to it.
fn add(reader: &mut Reader<'_, '_>, account: AccountId, arn: &str, list: &str, policy: Value) {
    let role = reader.world.role(account, arn);
    let all = role
        .entry(list)
        .or_insert_with(|| json!({"joined": [], "removed": []}));
    let items = match all {
        Value::Array(items) => Some(items),
        Value::Object(joined) => joined.get_mut("joined").and_then(Value::as_array_mut),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    if let Some(items) = items {
        items.push(policy);
    }
}

/// AWS Backup's own role.
pub fn service_linked_role<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if reader.text(object, "aws_service_name") != Some("backup.amazonaws.com") {
        return;
    }
    let Some(account) = reader.account(object) else {
        return;
    };
    let arn = reader.world.backup_service_linked_role(account, "aws");
    reader.placed(&arn, object);
}

/// A role that is destroyed.
pub fn role_gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let account = reader.ids.account(object, Moment::Now);
    let arn = reader.ids.arn(object, Moment::Now);
    if let (Some(account), Some(arn), true) = (account, arn, object.does("delete")) {
        reader.placed(&arn, object);
        let role = reader.world.role(account, &arn);
        role.insert("AssumeRolePolicyDocument".to_owned(), Value::Null);
    }
}

/// A policy that a role loses.
pub fn policy_gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if !object.does("delete") {
        return;
    }
    let Some((account, arn)) = of_role(reader, object, Moment::Now) else {
        return;
    };
    let (list, name) = if object.kind == "aws_iam_role_policy" {
        ("InlinePolicies", object.text(Moment::Now, "name"))
    } else {
        ("AttachedPolicies", object.text(Moment::Now, "policy_arn"))
    };
    let Some(name) = name.map(str::to_owned) else {
        return;
    };
    reader.placed(&arn, object);
    let role = reader.world.role(account, &arn);
    let all = role
        .entry(list)
        .or_insert_with(|| json!({"joined": [], "removed": []}));
    if let Some(removed) = all.get_mut("removed").and_then(Value::as_array_mut) {
        removed.push(json!(name));
    }
}
