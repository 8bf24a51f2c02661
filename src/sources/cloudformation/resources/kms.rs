//! KMS keys and their names.

use serde_json::{Value, json};

use crate::sources::cloudformation::reader::{Reader, document};
use crate::sources::cloudformation::template::{unknown, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::join;

pub fn key<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let state = match reader.of(node, "Enabled") {
        None | Some(Value::Bool(true)) => json!("Enabled"),
        Some(Value::Bool(false)) => json!("Disabled"),
        Some(open) => open,
    };
    let state = match reader.of(node, "Origin") {
        None => state,
        Some(Value::String(origin)) if origin == "AWS_KMS" => state,
        Some(_) => unknown(format!("{id}, whose key material is imported")),
    };
    let or = |value: Option<Value>, otherwise: &str| value.unwrap_or_else(|| json!(otherwise));
    let spec = or(reader.of(node, "KeySpec"), "SYMMETRIC_DEFAULT");
    let usage = or(reader.of(node, "KeyUsage"), "ENCRYPT_DECRYPT");
    let policy = document(reader.of(node, "KeyPolicy"));
    reader.set(
        &home,
        "keys",
        &arn,
        [
            ("KeyManager", json!("CUSTOMER")),
            ("KeyState", state),
            ("KeySpec", spec),
            ("KeyUsage", usage),
        ],
    );
    // Without one KMS gives a key that is made its default policy, and leaves one that is there as it is.
    let at = format!("{}:{}: {id}", reader.template.file, node.line);
    let depends = |on: &str| {
        let why = format!(
            "{at}: whether the key is there already, and {on}, is told by the template of now, --cloudformation-before FILE"
        );
        json!({"made": unknown(why), "stands": true})
    };
    let policy = if policy.is_null() {
        depends("with which policy")
    } else {
        policy
    };
    let fields = [("Policy", policy), ("Grants", depends("with which grants"))];
    reader.set(&home, "keys", &arn, fields);
}

pub fn alias<'t>(reader: &mut Reader<'t>, _: &str, node: &Node) {
    let (Some(home), Some(target)) = (reader.home.clone(), reader.of(node, "TargetKeyId")) else {
        return;
    };
    let key = reader.key(&target, &home);
    let name = reader.of(node, "AliasName");
    match (key, name) {
        (Value::String(key), Some(name)) => {
            let key = reader.world.thing(&home, "keys", &key);
            join(key, "Aliases", Some(name), None);
        }
        (open, _) => {
            let why = why(&open).unwrap_or("not known").to_owned();
            reader.open(format!("an alias is of a key that is not known: {why}"));
        }
    }
}
