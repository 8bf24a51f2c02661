//! Tables of DynamoDB, and their replicas: a table in the Region of each, with a key of its own, and the tags of the table where they
//! are given to it.
//!
//! See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table> and
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table_replica>.

use serde_json::{Value, json};

use crate::inventory::ANEW;
use crate::known::{Arn, Region};
use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::{PlanReader, fields};

use super::stored;

/// What encrypts a table and its replicas.
enum TableKey {
    /// Keys that AWS owns.
    Owned,
    /// The keys that AWS manages.
    Managed,
    /// A key that the table names; each replica names its own.
    Named(Value),
    /// Nobody knows.
    Unknown(String),
}

/// A table. Without a block for it, it is on a key that AWS owns.
pub fn table<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let detail = fields([("TableName", stored::told(reader, object, "name"))]);
    let Some((home, arn)) = stored::resource(reader, object, "DynamoDB", detail) else {
        return;
    };
    let key = match encryption(reader, object, &home) {
        TableKey::Owned => Value::Null,
        TableKey::Managed => json!(reader.aws_managed(&home, "dynamodb")),
        TableKey::Named(key) => key,
        TableKey::Unknown(why) => unknown(why),
    };
    let fields = [("Encrypted", json!(true)), ("EncryptionKeyArn", key)];
    reader.set(&home, "resources", &arn, fields);
    replicas(reader, object, &home, &arn);
}

fn encryption<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home) -> TableKey {
    let block = reader
        .ids
        .blocks(object, "server_side_encryption", reader.moment);
    let blocks = block.as_array();
    let block = blocks.map_or(&block, |blocks| blocks.first().unwrap_or(&Value::Null));
    let at = format!("{}.server_side_encryption", object.address);
    match (block.get("enabled"), block.get("kms_key_arn")) {
        _ if block.is_null() => TableKey::Owned,
        (Some(Value::Bool(false)), _) => TableKey::Owned,
        (Some(Value::Bool(true)), Some(Value::String(key))) => {
            TableKey::Named(reader.key_named(key, home))
        }
        (Some(Value::Bool(true)), Some(Value::Null) | None) => TableKey::Managed,
        (Some(Value::Bool(true)), Some(_)) => {
            let expression = object.expression("server_side_encryption");
            let expression = expression.and_then(|all| all.pointer("/0/kms_key_arn"));
            let at = format!("{at}.kms_key_arn");
            match expression {
                Some(expression) => {
                    let link = reader.ids.one_of(object, expression, &at, reader.moment);
                    TableKey::Named(reader.key_linked(&link, home))
                }
                None => TableKey::Unknown(at),
            }
        }
        _ => TableKey::Unknown(at),
    }
}

/// The Regions of the replicas that a table has at a moment, each with its block; an error where they are not known.
fn replicas_at(object: &Object<'_>, moment: Moment) -> Result<Vec<(Region, Value)>, ()> {
    let all = match object.marked(moment, "replica") {
        Value::Null => return Ok(Vec::new()),
        Value::Array(all) => all,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => return Err(()),
    };
    let each = all.into_iter().map(|block| {
        let region = block.get("region_name").and_then(Value::as_str);
        Ok((Region::new(region.ok_or(())?), block))
    });
    each.collect()
}

/// The tables of a table in other Regions.
fn replicas<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home, arn: &str) {
    let Ok(all) = replicas_at(object, reader.moment) else {
        return reader.unplaced(format!("{}, whose replicas are not known", object.address));
    };
    let now = replicas_at(object, Moment::Now).unwrap_or_default();
    let had = |region: &Region| now.iter().any(|(of, _)| of == region);
    for (region, block) in &all {
        let Some(there) = in_region(arn, region) else {
            continue;
        };
        let home = Home {
            account: home.account,
            region: region.clone(),
        };
        let key = key(reader, object, (&home, block));
        reader.placed(&there, object);
        let is_new = reader.moment == Moment::Then && (object.is_new(Moment::Then) || !had(region));
        let tags = match block.get("propagate_tags") {
            Some(Value::Bool(true)) => Some(reader.tags(object)),
            // It keeps those that it has.
            Some(Value::Bool(false) | Value::Null) | None => is_new.then(|| json!({})),
            Some(_) => Some(unknown(format!(
                "{}.replica.propagate_tags",
                object.address
            ))),
        };
        if object.is_replaced(reader.moment) {
            reader.set(&home, "resources", &there, [(ANEW, json!(true))]);
        }
        let fields = [
            ("ResourceType", json!("DynamoDB")),
            ("Detail", json!({})),
            ("Encrypted", json!(true)),
            ("EncryptionKeyArn", key),
        ];
        reader.set(&home, "resources", &there, fields);
        if let Some(tags) = tags {
            reader.set(&home, "resources", &there, [("Tags", tags)]);
        }
    }
    if reader.moment == Moment::Then && !object.is_made() {
        let stays = |region: &Region| all.iter().any(|(of, _)| of == region);
        let left = now.into_iter().filter(|(region, _)| !stays(region));
        leave(reader, object, home, arn, left.map(|(region, _)| region));
    }
}

/// The key of a replica.
fn key<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    (home, block): (&Home, &Value),
) -> Value {
    let at = format!("{}.replica.kms_key_arn ({})", object.address, home.region);
    let named = block
        .get("kms_key_arn")
        .filter(|key| !key.is_null() && *key != "");
    let expression = expression_of(object, &home.region);
    let is_unset = match named {
        None => true,
        // What nobody sets waits for apply, too.
        Some(Value::Object(_)) => expression.is_some_and(|all| all.get("kms_key_arn").is_none()),
        Some(_) => false,
    };
    match (encryption(reader, object, home), named) {
        (TableKey::Owned, _) => Value::Null,
        (TableKey::Unknown(why), _) => unknown(why),
        (TableKey::Managed, _) if is_unset => json!(reader.aws_managed(home, "dynamodb")),
        (TableKey::Managed | TableKey::Named(_), Some(Value::String(key))) => {
            reader.key_named(key, home)
        }
        (TableKey::Managed | TableKey::Named(_), _) => {
            match expression.and_then(|all| all.get("kms_key_arn")) {
                Some(expression) => {
                    let link = reader.ids.one_of(object, expression, &at, reader.moment);
                    reader.key_linked(&link, home)
                }
                None => unknown(at),
            }
        }
    }
}

/// The block of the configuration for the replica of a Region. A set has no order: the Region tells it from the others.
fn expression_of<'p>(object: &Object<'p>, region: &Region) -> Option<&'p Value> {
    let blocks = object.expression("replica")?.as_array()?;
    let name = |block: &Value| {
        let name = block.pointer("/region_name/constant_value")?.as_str()?;
        Some(name == region.as_str())
    };
    let mut of_region = blocks.iter().filter(|block| name(block) == Some(true));
    of_region.next().filter(|_| of_region.next().is_none())
}

/// The table of a name in another Region.
fn in_region(arn: &str, region: &Region) -> Option<String> {
    Some(Arn::parse(arn).ok()?.in_region(region).to_string())
}

/// Replicas that are deleted.
fn leave<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    arn: &str,
    regions: impl Iterator<Item = Region>,
) {
    for region in regions {
        if let Some(there) = in_region(arn, &region) {
            let home = Home {
                account: home.account,
                region,
            };
            reader.placed(&there, object);
            let of = reader.no_more(object);
            reader.set(&home, "resources", &there, [("ResourceType", of)]);
        }
    }
}

/// A table that is deleted, and its replicas with it.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    stored::gone(reader, object);
    let replicas = replicas_at(object, Moment::Now).unwrap_or_default();
    if !replicas.is_empty()
        && let Some((home, arn)) = reader.leaves(object)
    {
        let regions = replicas.into_iter().map(|(region, _)| region);
        leave(reader, object, &home, &arn, regions);
    }
}

/// A replica that is a resource of its own.
pub fn replica<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let moment = reader.moment;
    let Some(home) = reader.home(object) else {
        return;
    };
    let of = match reader.ids.link(object, "global_table_arn", moment) {
        Link::Value(of) => of,
        open @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            return reader.unplaced(format!(
                "{}, a replica of a table that is not known ({})",
                object.address,
                open.why()
            ));
        }
    };
    let Some(arn) = in_region(&of, &home.region) else {
        return reader.unplaced(format!(
            "{}.global_table_arn, which is not an ARN",
            object.address
        ));
    };
    let objects = reader.ids.objects;
    let mut tables = objects.of_kind("aws_dynamodb_table", moment);
    let table = tables.find(|table| reader.ids.arn(table, moment).as_ref() == Some(&of));
    let of_table = match table {
        Some(table) => encryption(reader, table, &home),
        None => TableKey::Unknown(format!("{}, the encryption of its table", object.address)),
    };
    let chosen = reader.ids.link(object, "kms_key_arn", moment);
    let key = match (chosen, of_table) {
        (Link::Value(key), _) => reader.key_named(&key, &home),
        (Link::Unknown(why), _) => unknown(why),
        (Link::NotSet | Link::AwsChooses, TableKey::Owned) => Value::Null,
        (Link::NotSet | Link::AwsChooses, TableKey::Managed) => {
            json!(reader.aws_managed(&home, "dynamodb"))
        }
        (Link::NotSet | Link::AwsChooses, TableKey::Named(_)) => {
            unknown(format!("{}.kms_key_arn", object.address))
        }
        (Link::NotSet | Link::AwsChooses, TableKey::Unknown(why)) => unknown(why),
    };
    let tags = reader.tags(object);
    reader.placed(&arn, object);
    let fields = [
        ("ResourceType", json!("DynamoDB")),
        ("Tags", tags),
        ("Detail", json!({})),
        ("Encrypted", json!(true)),
        ("EncryptionKeyArn", key),
    ];
    reader.set(&home, "resources", &arn, fields);
}
