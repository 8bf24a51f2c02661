//! KMS keys: what they are, their policies, aliases and grants.

use serde_json::{Map, Value, json};

use crate::inventory::{BYPASS, SAVED};
use crate::sources::planned::{Home, default_key_policy, join};
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::PlanReader;

/// A key.
pub fn key<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = reader.thing(object, "keys") else {
        return;
    };
    let moment = reader.moment;
    let or = |name: &str, otherwise: &str| match object.marked(moment, name) {
        Value::Null => json!(otherwise),
        value @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => value,
    };
    let state = state(object, moment);
    // Without a policy of its own a key that is made has the one that KMS gives: its account administers it.
    let own = reader.ids.policy(object, "policy", moment);
    let is_default = object.is_new(moment) && own.is_null();
    let is_saved = saves_policy(reader, object);
    let own = if is_saved {
        reader.saved_after_roles(object, "policy", own)
    } else {
        own
    };
    let policy = if is_default {
        default_key_policy(&home)
    } else if object.is_not_configured("policy") || own.is_null() {
        own
    } else {
        reader.sole((&arn, "Policy"), object, own)
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
    bypass(reader, object, (&home, &arn));
    if !policy.is_null() {
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
        if is_saved {
            reader.set(&home, "keys", &arn, [(SAVED, json!(true))]);
        }
    }
    if reader.says_tags(object) {
        let tags = reader.tags(object);
        reader.set(&home, "keys", &arn, [("Tags", tags)]);
    }
    if object.is_new(moment) {
        reader.set(
            &home,
            "keys",
            &arn,
            [
                ("Aliases", json!([])),
                ("Grants", json!([])),
                ("RamPolicy", Value::Null),
            ],
        );
    }
}

/// Says that a policy of a key may lock everybody out, where the plan says so.
fn bypass<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, (home, arn): (&Home, &str)) {
    const NAME: &str = "bypass_policy_lockout_safety_check";
    if object.switch(reader.moment, NAME) == json!(true) {
        reader.set(home, "keys", arn, [(BYPASS, json!(true))]);
    }
}

/// Whether the plan saves the policy that an object says: a change of something else leaves it.
fn saves_policy<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> bool {
    let policy = |moment| object.attribute(moment, "policy");
    let is_changed = object.is_made() || policy(Moment::Now) != policy(Moment::Then);
    is_changed && reader.saves(object)
}

/// Whether a key can be used. A key is not made disabled by leaving `is_enabled` out.
fn state(object: &Object<'_>, moment: Moment) -> Value {
    let is_external = object.kind == "aws_kms_external_key";
    let name = match object.kind {
        "aws_kms_key" => "is_enabled",
        _ => "enabled",
    };
    match object.switch(moment, name) {
        Value::Bool(false) => json!("Disabled"),
        // The key material may not be imported yet: AWS tells, of a key that stays enabled or disabled as it is.
        Value::Bool(true) | Value::Null if is_external => {
            let is_same = object.switch(Moment::Now, name) == object.switch(Moment::Then, name);
            match object.text(moment, "key_state") {
                Some(state) if is_same || moment == Moment::Now => json!(state),
                Some(_) | None => unknown(format!("{}.key_state", object.address)),
            }
        }
        Value::Bool(true) | Value::Null => json!("Enabled"),
        open @ (Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => open,
    }
}

/// The ARN of the key that an object names.
fn of_key<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    name: &str,
) -> Option<(Home, String)> {
    if let Some(found) = of_same_id(reader, object, name, reader.moment) {
        return Some(found);
    }
    let home = reader.home(object)?;
    match reader.ids.link(object, name, reader.moment) {
        Link::Value(key) => {
            let arn = reader.key_named(&key, &home).as_str().map(str::to_owned);
            if arn.is_none() {
                reader.unplaced(format!(
                    "{} is of the key {key}, whose ARN is not known",
                    object.address
                ));
            }
            arn.map(|arn| (home, arn))
        }
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            let why = other.why();
            reader.unplaced(format!(
                "{} is of a key that is not known yet ({why})",
                object.address
            ));
            None
        }
    }
}

/// The key of the plan that an object names by its id, where its own provider is not told.
fn of_same_id<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    name: &str,
    moment: Moment,
) -> Option<(Home, String)> {
    if reader.ids.home(object, moment).is_some() {
        return None;
    }
    let id = object.text(moment, name)?;
    let mut keys = ["aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key"]
        .into_iter()
        .flat_map(|kind| reader.ids.objects.of_kind(kind, moment));
    let key =
        keys.find(|key| [key.text(moment, "key_id"), key.text(moment, "arn")].contains(&Some(id)))?;
    reader
        .ids
        .home(key, moment)
        .zip(reader.ids.arn(key, moment))
}

/// A key's policy that stands apart from the key.
pub fn policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_key(reader, object, "key_id") {
        let policy = reader.ids.policy(object, "policy", reader.moment);
        let is_saved = saves_policy(reader, object);
        let policy = if is_saved {
            reader.saved_after_roles(object, "policy", policy)
        } else {
            policy
        };
        reader.placed(&arn, object);
        let policy = reader.sole((&arn, "Policy"), object, policy);
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
        bypass(reader, object, (&home, &arn));
        if is_saved {
            reader.set(&home, "keys", &arn, [(SAVED, json!(true))]);
        }
    }
}

/// A policy that is taken away: the provider puts the default one in its place, unless the policy may lock its writer out.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key_policy> and `resourceKeyPolicyDelete`
/// in the provider's `internal/service/kms/key_policy.go`.
pub fn policy_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_key_now(reader, object, "key_id") {
        reader.placed(&arn, object);
        let is_kept = object.switch(Moment::Now, "bypass_policy_lockout_safety_check");
        let policy = match is_kept {
            Value::Bool(false) | Value::Null => default_key_policy(&home),
            Value::Bool(true)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => unknown(format!("{}, which is destroyed", object.address)),
        };
        let policy = reader.left((&arn, "Policy"), object, policy);
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
    }
}

/// The ARN of the key that an object names now.
fn of_key_now<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    name: &str,
) -> Option<(Home, String)> {
    let home = reader.ids.home(object, Moment::Now);
    let key = object.text(Moment::Now, name);
    let found = home.zip(key).and_then(|(home, key)| {
        let arn = reader.key_named(key, &home).as_str().map(str::to_owned);
        arn.map(|arn| (home, arn))
    });
    let found = found.or_else(|| of_same_id(reader, object, name, Moment::Now));
    if found.is_none() {
        let of = format!(
            "the key of {} is not known, and it is destroyed",
            object.address
        );
        reader.unplaced(of);
    }
    found
}

/// An alias.
pub fn alias<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = of_key(reader, object, "target_key_id") else {
        return;
    };
    let now = object.text(Moment::Now, "target_key_id");
    let then = object.text(Moment::Then, "target_key_id");
    if reader.moment == Moment::Then && now.is_some() && now != then && !object.does("delete") {
        alias_gone(reader, object);
    }
    let name = match reader.text(object, "name") {
        Some(name) => json!(name),
        None => unknown(format!("{}.name", object.address)),
    };
    let key = reader.world.thing(&home, "keys", &arn);
    join(key, "Aliases", Some(name), None);
}

/// An alias that is taken from a key.
pub fn alias_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_key_now(reader, object, "target_key_id")
        && let Some(name) = object.text(Moment::Now, "name")
    {
        let key = reader.world.thing(&home, "keys", &arn);
        join(key, "Aliases", None, Some(json!(name)));
    }
}

/// A grant. It adds to those that there are.
pub fn grant<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = of_key(reader, object, "key_id") else {
        return;
    };
    let moment = reader.moment;
    // What is there already is among those that AWS tells of the key, if anything is.
    if moment == Moment::Then && !object.is_made() {
        return;
    }
    let grantee = match reader
        .ids
        .link(object, "grantee_principal", moment)
        .to_value()
    {
        // A grant is to somebody: that nothing names it is not known yet.
        Value::Null => unknown(format!("{}.grantee_principal", object.address)),
        named @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => named,
    };
    let grantee = if reader.saves(object) {
        reader.saved_after_roles(object, "grantee_principal", grantee)
    } else {
        grantee
    };
    let operations = object.marked(moment, "operations");
    let mut grant = json!({"GranteePrincipal": grantee, "Operations": operations});
    let constraints = object.marked(moment, "constraints");
    if let Some(constraints) = constraints_of(&constraints, object)
        && let Some(grant) = grant.as_object_mut()
    {
        grant.insert("Constraints".to_owned(), constraints);
    }
    reader.placed(&arn, object);
    let key = reader.world.thing(&home, "keys", &arn);
    join(key, "Grants", Some(grant), None);
}

/// The constraints of a grant, which a plan prints as a set of one block.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_grant>.
fn constraints_of(blocks: &Value, object: &Object<'_>) -> Option<Value> {
    let open = || Some(unknown(format!("{}.constraints", object.address)));
    let block = match blocks {
        Value::Null => return None,
        Value::Array(blocks) => match blocks.as_slice() {
            [] => return None,
            [one] => one,
            [_, ..] => return open(),
        },
        Value::Object(_) => blocks,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => return open(),
    };
    if block.get("unknown").is_some() {
        return Some(block.clone());
    }
    let mut made = Map::new();
    for (name, field) in [
        ("encryption_context_equals", "EncryptionContextEquals"),
        ("encryption_context_subset", "EncryptionContextSubset"),
    ] {
        match block.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(pairs)) if pairs.is_empty() => {}
            Some(pairs) => drop(made.insert(field.to_owned(), pairs.clone())),
        }
    }
    (!made.is_empty()).then_some(Value::Object(made))
}

/// A grant that is taken back: which of those that AWS tells of the key it is, and what others there are, is not known.
pub fn grant_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_key_now(reader, object, "key_id") {
        reader.placed(&arn, object);
        let why = unknown(format!("{}, which is destroyed", object.address));
        reader.set(&home, "keys", &arn, [("Grants", why)]);
    }
}

const EBS_DEFAULT: &str = "ebs_default_kms_key_id";

/// The key that EBS uses where none is named, of a Region of an account.
pub fn ebs_default<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some(home) = reader.home(object) else {
        return;
    };
    let key = reader.key(object, "key_arn", &home, "ebs");
    let place = format!("{}/{}", home.account, home.region);
    let key = reader.sole((&place, EBS_DEFAULT), object, key);
    set_ebs_default(reader, object, &home, key);
}

/// Without it, AWS's own key is the default.
pub fn ebs_default_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(home) = reader.ids.home(object, Moment::Now) {
        let place = format!("{}/{}", home.account, home.region);
        let key = reader.left((&place, EBS_DEFAULT), object, Value::Null);
        set_ebs_default(reader, object, &home, key);
    } else {
        reader.unplaced(reader.ids.without_home(object, Moment::Now));
    }
}

fn set_ebs_default<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    key: Value,
) {
    let place = format!("{}/{}", home.account, home.region);
    reader.placed(&place, object);
    reader
        .world
        .region(home)
        .insert(EBS_DEFAULT.to_owned(), key);
}

/// A key that is destroyed waits for its deletion, and cannot be used.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = reader.leaves(object) {
        reader.placed(&arn, object);
        reader.set(
            &home,
            "keys",
            &arn,
            [("KeyState", json!("PendingDeletion"))],
        );
    }
}
