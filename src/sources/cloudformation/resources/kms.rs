//! KMS keys and their names.

use serde_json::{Value, json};

use crate::inventory::BYPASS;
use crate::sources::cloudformation::reader::{Alias, TemplateReader, document, made};
use crate::sources::cloudformation::template::{is_open, plain, unknown, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::join;

pub fn key<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let state = match reader.of(node, "Enabled") {
        // What somebody else did to a key that is there CloudFormation does not undo where the property is as it was.
        None | Some(Value::Bool(true)) => made(json!("Enabled")),
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
            ("KeySpec", for_good(spec)),
            ("KeyUsage", for_good(usage)),
        ],
    );
    // Without one KMS gives a key that is made its default policy, and leaves one that is there as it is.
    let at = format!("{}:{}: {id}", reader.template.file, node.line);
    let depends = |on: &str| {
        let why = format!(
            "{at}: whether the key is there already, and {on}, can only be told from the deployed template: give --cloudformation-before FILE"
        );
        json!({"made": unknown(why), "stands": true})
    };
    let policy = if policy.is_null() {
        depends("with which policy")
    } else {
        policy
    };
    let tags = reader.tagged(reader.of(node, "Tags"));
    let fields = [
        ("Policy", policy),
        ("Tags", tags),
        ("Grants", depends("with which grants")),
    ];
    reader.set(&home, "keys", &arn, fields);
    if reader.of(node, BYPASS).as_ref().and_then(plain).as_deref() == Some("true") {
        reader.set(&home, "keys", &arn, [(BYPASS, json!(true))]);
    }
}

/// A value that a key has from its making and keeps.
fn for_good(value: Value) -> Value {
    if is_open(&value) {
        return value;
    }
    json!({"made": value, "stands": true})
}

pub fn alias<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let (Some(home), Some(target)) = (reader.home.clone(), reader.of(node, "TargetKeyId")) else {
        return;
    };
    let key = reader.key(&target, &home);
    let name = reader.of(node, "AliasName");
    match (key, name) {
        (Value::String(key), Some(name)) => {
            let own = key.rsplit('/').next().unwrap_or_default();
            let identity = &reader.template.settings.identity;
            let mut by_alias = identity.by_alias.iter();
            let is_by_alias = reader.other.is_none()
                && by_alias.any(|of| identity.names.get(of).is_some_and(|name| name == own));
            let of = reader.world.thing(&home, "keys", &key);
            if is_by_alias {
                let why = format!(
                    "whether the alias {} stands on this key or on another one now can only be told from the deployed template: give --cloudformation-before FILE",
                    plain(&name).unwrap_or_default()
                );
                of.insert("Aliases".to_owned(), unknown(why));
            } else {
                join(of, "Aliases", Some(name.clone()), None);
            }
            reader.aliases.push(Alias {
                home,
                key,
                name,
                by: id.to_owned(),
            });
        }
        (open, _) => {
            let why = why(&open).unwrap_or("not known").to_owned();
            reader.open(format!("an alias is of a key that is not known: {why}"));
        }
    }
}

/// The aliases of the template of now that the change no longer gives are taken from their keys.
pub fn unnamed(
    now: &TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) {
    for was in &now.aliases {
        let stays = match then.aliases.iter().any(|is| is.name == was.name) {
            true => Some(true),
            false => stays(&was.by),
        };
        let key = match stays {
            Some(true) => continue,
            Some(false) | None => then.world.thing(&was.home, "keys", &was.key),
        };
        if stays == Some(false) {
            join(key, "Aliases", None, Some(was.name.clone()));
        } else {
            let why = format!("whether the alias {} stays is not known", was.by);
            key.insert("Aliases".to_owned(), unknown(why));
        }
    }
}
