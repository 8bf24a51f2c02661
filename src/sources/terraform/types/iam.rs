//! IAM roles and their policies.

use serde_json::{Value, json};

use crate::inventory::{ANEW, NAME_SHAPE, NAME_TO_COME};
use crate::known::AccountId;
use crate::sources::planned::join;
use crate::sources::terraform::identity::is_of_backup;
use crate::sources::terraform::link::{Link, policy_of};
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::provider::provider_of;
use crate::sources::terraform::reader::PlanReader;

/// A role.
pub fn role<'a, 'p>(reader: &mut PlanReader<'a, 'p>, object: &'a Object<'p>) {
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
    let inline = own_inline(reader, object);
    let managed = own_managed(reader, object);
    let is_made = object.is_new(moment);
    let tags = reader.says_tags(object).then(|| reader.tags(object));
    // What the role gave itself and no longer does.
    let lost = |list: &str, name: &str| -> Vec<Value> {
        let names = |moment| -> Vec<Value> {
            let all = object.marked(moment, list);
            let all = all.as_array().into_iter().flatten();
            all.map(|one| one.get(name).unwrap_or(one).clone())
                .collect()
        };
        let then = names(Moment::Then);
        let now = names(Moment::Now).into_iter();
        now.filter(|one| moment == Moment::Then && !then.contains(one))
            .collect()
    };
    let (lost_managed, lost_inline) = (
        lost("managed_policy_arns", ""),
        lost("inline_policy", "name"),
    );
    for (list, all) in [
        ("AttachedPolicies", &lost_managed),
        ("InlinePolicies", &lost_inline),
    ] {
        for name in all.iter().filter_map(Value::as_str) {
            reader.takes((&arn, list), object, name);
        }
    }
    let to_come = reader.ids.role_name_to_come(object, moment);
    let role = reader.world.role(account, &arn);
    if object.is_replaced(moment) {
        role.insert(ANEW.to_owned(), json!(true));
    }
    if let Some((shape, why)) = to_come {
        role.insert(NAME_TO_COME.to_owned(), unknown(why));
        role.insert(NAME_SHAPE.to_owned(), json!(shape));
    }
    role.insert("AssumeRolePolicyDocument".to_owned(), trust);
    role.insert("PermissionsBoundary".to_owned(), boundary);
    if let Some(tags) = tags {
        role.insert("Tags".to_owned(), tags);
    }
    for (list, items, mut lost) in [
        ("AttachedPolicies", managed, lost_managed),
        ("InlinePolicies", inline, lost_inline),
    ] {
        let before = role
            .get(list)
            .and_then(|list| list.get("removed")?.as_array());
        lost.extend(before.into_iter().flatten().cloned());
        // A role that is made has what the plan gives it, and nothing else; one that is there may have more.
        let value = if is_made || !items.is_array() {
            items
        } else {
            json!({"joined": items, "removed": lost})
        };
        role.insert(list.to_owned(), value);
    }
}

/// The managed policies of a role's own list that a plan tells anew. The provider also reads back into it whatever is attached, so that what
/// stays in it says nothing: another resource may give or take it.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#managed_policy_arns-1>.
fn own_managed<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> Value {
    const LIST: &str = "managed_policy_arns";
    if reader.moment == Moment::Then && object.keeps(LIST) {
        return json!([]);
    }
    match reader.ids.links(object, LIST, reader.moment) {
        Value::Null => json!([]),
        Value::Array(all) => told_anew(reader, object, LIST, all)
            .map(|arn| match arn.as_str() {
                Some(text) => attached(reader, text),
                None => arn,
            })
            .collect(),
        open @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => open,
    }
}

/// The inline policies of a role's own blocks that a plan tells anew; the same is read back into them. Of a role that is made without
/// such blocks the list waits for apply.
fn own_inline<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> Value {
    const LIST: &str = "inline_policy";
    let moment = reader.moment;
    if moment == Moment::Then && object.keeps(LIST) {
        return json!([]);
    }
    let at = format!("{}.{LIST}", object.address);
    let blocks = reader.ids.blocks(object, LIST, moment);
    let told = blocks.as_array().cloned();
    let anew = told.map(|all| told_anew(reader, object, LIST, all).collect::<Value>());
    inline_policies(&anew.unwrap_or(blocks), &at)
}

/// The items of a list of an object without those that it has already.
fn told_anew<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    list: &str,
    all: Vec<Value>,
) -> impl Iterator<Item = Value> {
    let stands = reader.moment == Moment::Then && !object.is_made();
    let now = if stands {
        object.marked(Moment::Now, list)
    } else {
        Value::Null
    };
    all.into_iter().filter(move |item| {
        let mut now = now.as_array().into_iter().flatten();
        !now.any(|one| one == item)
    })
}

/// The policies that a role's own blocks make.
fn inline_policies(blocks: &Value, at: &str) -> Value {
    match blocks {
        Value::Null => json!([]),
        Value::Array(blocks) => {
            let made = blocks.iter().filter(|block| {
                // An empty block says that there are none.
                let fields = block
                    .as_object()
                    .into_iter()
                    .flat_map(|block| block.values());
                fields
                    .into_iter()
                    .any(|value| !value.is_null() && value != "")
            });
            let made = made.map(|block| match block.get("name").and_then(Value::as_str) {
                Some(name) => {
                    let text = block.get("policy").unwrap_or(&Value::Null);
                    let at = format!("{at}.policy");
                    json!({"PolicyName": name, "Document": parsed(text, &at)})
                }
                None => unknown("an inline policy whose name is not known"),
            });
            made.collect()
        }
        open @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            open.clone()
        }
    }
}

fn parsed(text: &Value, at: &str) -> Value {
    match text {
        Value::String(text) => policy_of(text, at),
        open if open.get("unknown").is_some() => open.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            unknown(format!("{at}, which is not a text"))
        }
    }
}

/// A managed policy, of whichever roles have it.
pub fn managed_policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if reader.account(object).is_none() {
        return;
    }
    if let Some(arn) = reader.ids.arn(object, reader.moment) {
        let document = reader.ids.policy(object, "policy", reader.moment);
        // What is not told of one that stays as it is the facts may tell.
        if object.stays() && document.get("unknown").is_some() {
            return;
        }
        reader.world.policies.insert(arn, document);
    }
}

/// A managed policy that is destroyed: which roles keep something like it is not known.
pub fn managed_policy_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    match reader.ids.arn(object, Moment::Now) {
        Some(arn) => {
            let why = unknown(format!("{}, which is destroyed", object.address));
            reader.world.policies.insert(arn, why);
        }
        None => reader.unplaced(reader.ids.without_home(object, Moment::Now)),
    }
}

/// A managed policy: AWS's own are known by their ARN, others where the plan makes them.
fn attached(reader: &PlanReader<'_, '_>, arn: &str) -> Value {
    match reader.world.policies.get(arn) {
        Some(document) => json!({"PolicyArn": arn, "Document": document}),
        None => json!({"PolicyArn": arn}),
    }
}

/// The role that an object names: its account, and its ARN where the plan has it or its path is the usual one.
fn of_role<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<(AccountId, String)> {
    let own = reader.ids.account(object, moment);
    let Some(account) = own.or_else(|| of_same_name(reader, object, moment)) else {
        let why = reader.ids.without_home(object, moment);
        reader.unplaced(why);
        return None;
    };
    let arn_of = |reader: &PlanReader<'_, 'p>, role: &Object<'p>| {
        let is_there = reader.ids.account(role, moment) == Some(account);
        reader.ids.arn(role, moment).filter(|_| is_there)
    };
    let arn = match reader.ids.link(object, "role", moment) {
        Link::Value(name) => {
            let mut roles = reader.ids.objects.roles(&name);
            let made = roles.find_map(|role| arn_of(reader, role));
            made.or_else(|| {
                let partition = reader.ids.partition(object, moment);
                Some(reader.world.role_named(account, partition, &name).0)
            })
        }
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            // The name may wait for apply, and the role be told that has it.
            let named = reader.ids.named(object, "role", &["aws_iam_role"], moment);
            let arn = named.and_then(|role| arn_of(reader, role));
            if arn.is_none() {
                let why = other.why();
                reader.unplaced(format!(
                    "{} is of a role that is not known yet ({why})",
                    object.address
                ));
            }
            arn
        }
    };
    arn.map(|arn| (account, arn))
}

/// The account of the role that an object names, where the plan has one role of that name: of what is no longer in the configuration, of
/// which the plan does not tell the provider, and where none may be of an account that is not known.
fn of_same_name<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<AccountId> {
    if provider_of(object).is_some() || !reader.ids.providers.are_all_known() {
        return None;
    }
    let mut roles = reader.ids.objects.roles(object.text(moment, "role")?);
    let role = roles.next()?;
    roles
        .next()
        .is_none()
        .then(|| reader.ids.account(role, moment))?
}

/// An inline policy.
pub fn inline_policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((account, arn)) = of_role(reader, object, reader.moment) else {
        return;
    };
    let name = reader.text(object, "name");
    let name = name.map_or_else(|| reader.ids.address(object), str::to_owned);
    let document = reader.ids.policy(object, "policy", reader.moment);
    reader.placed(&arn, object);
    let policy = match reader.is_lost(&arn, object) {
        Some(open) => open,
        None => json!({"PolicyName": name, "Document": document}),
    };
    let policy = reader.given((&arn, "InlinePolicies"), object, policy);
    give(reader, (account, &arn), "InlinePolicies", policy);
}

/// A managed policy that is attached.
pub fn attachment<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((account, arn)) = of_role(reader, object, reader.moment) else {
        return;
    };
    reader.placed(&arn, object);
    let policy = match reader.ids.link(object, "policy_arn", reader.moment) {
        Link::Value(policy) => attached(reader, &policy),
        Link::NotSet | Link::AwsChooses => unknown(format!("{}.policy_arn", object.address)),
        Link::Unknown(why) => unknown(why),
    };
    let policy = reader.is_lost(&arn, object).unwrap_or(policy);
    let policy = reader.given((&arn, "AttachedPolicies"), object, policy);
    give(reader, (account, &arn), "AttachedPolicies", policy);
}

/// Gives a role a policy. What is there now is also read back into the role's own list, as another text of the same.
fn give(
    reader: &mut PlanReader<'_, '_>,
    (account, arn): (AccountId, &str),
    list: &str,
    policy: Value,
) {
    let moment = reader.moment;
    let role = reader.world.role(account, arn);
    if moment == Moment::Now
        && let Some(Value::Array(told)) = role.get_mut(list).and_then(|all| all.get_mut("joined"))
    {
        let name = |one: &Value| ["PolicyArn", "PolicyName"].map(|name| one.get(name).cloned());
        told.retain(|one| one.get("unknown").is_some() || name(one) != name(&policy));
    }
    join(role, list, Some(policy), None);
}

/// AWS Backup's own role.
pub fn service_linked_role<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if !is_of_backup(object, reader.moment) {
        let is_of_it = reader.text(object, "aws_service_name") == Some("backup.amazonaws.com");
        if is_of_it && object.is_new(reader.moment) {
            let why = "is made with a suffix, which AWS Backup may not take";
            reader.unplaced(format!("{} {why}", object.address));
        }
        return;
    }
    let Some(account) = reader.account(object) else {
        return;
    };
    let partition = reader.ids.partition(object, reader.moment);
    let arn = reader.world.backup_service_linked_role(account, partition);
    if object.is_replaced(reader.moment) {
        let role = reader.world.role(account, &arn);
        role.insert(ANEW.to_owned(), json!(true));
    }
    reader.placed(&arn, object);
}

/// AWS Backup's own role that is destroyed.
pub fn service_linked_role_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let service = object.text(Moment::Now, "aws_service_name");
    if service.is_none_or(|service| service == "backup.amazonaws.com") {
        role_gone(reader, object);
    }
}

/// A role that is destroyed.
pub fn role_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let account = reader.ids.account(object, Moment::Now);
    let (Some(account), Some(arn)) = (account, reader.ids.arn(object, Moment::Now)) else {
        reader.unplaced(reader.ids.without_home(object, Moment::Now));
        return;
    };
    reader.placed(&arn, object);
    reader.replaced.insert(arn.clone());
    let trust = reader.no_more(object);
    let role = reader.world.role(account, &arn);
    role.insert("AssumeRolePolicyDocument".to_owned(), trust);
}

/// A policy that a role loses.
pub fn policy_gone<'a, 'p>(reader: &mut PlanReader<'a, 'p>, object: &'a Object<'p>) {
    let Some((account, arn)) = of_role(reader, object, Moment::Now) else {
        return;
    };
    let (list, name) = if object.kind == "aws_iam_role_policy" {
        ("InlinePolicies", object.text(Moment::Now, "name"))
    } else {
        ("AttachedPolicies", object.text(Moment::Now, "policy_arn"))
    };
    reader.placed(&arn, object);
    let is_given = name.is_some_and(|name| reader.takes((&arn, list), object, name));
    let role = reader.world.role(account, &arn);
    match name {
        Some(_) if is_given => {
            let why = format!(
                "{}, which is destroyed while the plan gives the role that policy",
                object.address
            );
            join(role, list, Some(unknown(why)), None);
        }
        Some(name) => join(role, list, None, Some(json!(name))),
        None => {
            let why = unknown(format!("{}, which is destroyed", object.address));
            role.insert(list.to_owned(), why);
        }
    }
}
