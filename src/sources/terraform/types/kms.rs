//! KMS keys: what they are, their policies, aliases and grants.

use serde_json::{Value, json};

use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Object, unknown};
use crate::sources::terraform::reader::Reader;

/// A key.
pub fn key<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = reader.thing(object, "keys") else {
        return;
    };
    let moment = reader.moment;
    let or = |name: &str, otherwise: &str| match object.attribute(moment, name) {
        Attribute::Value(value) => value.clone(),
        Attribute::NotSet => json!(otherwise),
        Attribute::AfterApply | Attribute::Sensitive => {
            unknown(format!("{}.{name}", object.address))
        }
    };
    let is_external = object.kind == "aws_kms_external_key";
    let state = match object.attribute(moment, if is_external { "enabled" } else { "is_enabled" }) {
        Attribute::Value(Value::Bool(false)) => json!("Disabled"),
        Attribute::Value(_) | Attribute::NotSet if !is_external => json!("Enabled"),
        // The key material may not be imported yet.
        Attribute::Value(_) | Attribute::NotSet | Attribute::AfterApply | Attribute::Sensitive => {
            unknown(format!("{}.key_state", object.address))
        }
    };
    // Without a policy of its own a key that is made has the one that KMS gives: its account administers it.
    let own = reader.ids.policy(object, "policy", moment);
    let is_default = object.is_made() && (own.is_null() || object.is_not_configured("policy"));
    let policy = if is_default {
        default_policy(&home)
    } else {
        own
    };
    reader.set(
        &home,
        "keys",
        &arn,
        [
            ("KeyManager", json!("CUSTOMER")),
            ("KeyState", state),
            (
                "KeySpec",
                or("customer_master_key_spec", "SYMMETRIC_DEFAULT"),
            ),
            ("KeyUsage", or("key_usage", "ENCRYPT_DECRYPT")),
        ],
    );
    if !policy.is_null() {
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
    }
    if object.is_made() {
        reader.set(
            &home,
            "keys",
            &arn,
            [
                ("Aliases", json!([])),
                ("Grants", json!([])),
                ("Tags", reader.tags(object)),
            ],
        );
    }
}

fn default_policy(home: &Home) -> Value {
    json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{
        "Sid": "Enable IAM User Permissions", "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", home.account)}, "Action": "kms:*", "Resource": "*",
    }]})
}

/// The ARN of the key that an object names.
fn of_key<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    name: &str,
) -> Option<(Home, String)> {
    let home = reader.home(object)?;
    match reader.ids.link(object, name, reader.moment) {
        Link::Value(key) => {
            let arn = reader.key_named(&key, &home).as_str().map(str::to_owned);
            arn.map(|arn| (home, arn))
        }
        Link::NotSet | Link::AwsChooses => None,
        Link::Unknown(why) => {
            reader.unplaced(format!(
                "{} is of a key that is not known yet ({why})",
                object.address
            ));
            None
        }
    }
}

/// A key's policy that stands apart from the key.
pub fn policy<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_key(reader, object, "key_id") {
        let policy = reader.ids.policy(object, "policy", reader.moment);
        reader.placed(&arn, object);
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
    }
}

/// A policy that is taken away: what KMS or somebody else puts in its place is not known.
pub fn policy_gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let key = object
        .values(super::super::object::Moment::Now)
        .and_then(|now| now.get("key_id"));
    let home = reader.home(object);
    if let (Some(key), Some(home)) = (key.and_then(Value::as_str), home)
        && let Some(arn) = reader.key_named(key, &home).as_str()
    {
        let arn = arn.to_owned();
        reader.placed(&arn, object);
        let why = unknown(format!("{}, which is destroyed", object.address));
        reader.set(&home, "keys", &arn, [("Policy", why)]);
    }
}

/// An alias.
pub fn alias<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = of_key(reader, object, "target_key_id") else {
        return;
    };
    let Some(name) = reader.text(object, "name").map(str::to_owned) else {
        return;
    };
    let aliases = reader
        .world
        .known(&home, "keys", &arn)
        .and_then(|key| key.get_mut("Aliases"));
    if let Some(aliases) = aliases.and_then(Value::as_array_mut) {
        aliases.push(json!(name));
    }
}

/// A grant. It adds to those that there are: what they are is known of a key that the plan makes.
pub fn grant<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = of_key(reader, object, "key_id") else {
        return;
    };
    let moment = reader.moment;
    let grantee = reader
        .ids
        .link(object, "grantee_principal", moment)
        .to_value();
    let operations = object.marked(moment, "operations");
    let mut grant = json!({"GranteePrincipal": grantee, "Operations": operations});
    let constraints = object.marked(moment, "constraints");
    if constraints.as_array().is_some_and(|all| !all.is_empty())
        && let Some(grant) = grant.as_object_mut()
    {
        grant.insert("Constraints".to_owned(), constraints);
    }
    let grants = reader
        .world
        .known(&home, "keys", &arn)
        .and_then(|key| key.get_mut("Grants"));
    if let Some(grants) = grants.and_then(Value::as_array_mut) {
        grants.push(grant);
    }
}

/// A key that is destroyed waits for its deletion, and cannot be used.
pub fn gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let now = super::super::object::Moment::Now;
    if let (Some(home), Some(arn)) = (reader.ids.home(object, now), reader.ids.arn(object, now))
        && object.does("delete")
    {
        reader.placed(&arn, object);
        reader.set(
            &home,
            "keys",
            &arn,
            [("KeyState", json!("PendingDeletion"))],
        );
    }
}
