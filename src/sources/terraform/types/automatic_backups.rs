//! The automatic backups of file systems of EFS: while they are on, AWS gives a file system the tag by which its own plan takes it.
//!
//! See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_backup_policy>.

use serde_json::{Value, json};

use crate::catalog::backups::AUTOMATIC_BACKUP_TAG;
use crate::inventory::{GIVEN_BY_AWS, GIVEN_WHEN_MADE, WHERE_IT_STANDS};
use crate::sources::planned::Home;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::PlanReader;

use super::own_policy::place;

/// What switches them on or off.
pub fn policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn, _)) = place(reader, object, reader.moment) {
        let policy = object.marked(reader.moment, "backup_policy");
        let status = policy.pointer("/0/status");
        let value = match status.and_then(Value::as_str) {
            Some("ENABLED" | "ENABLING") => json!("enabled"),
            Some("DISABLED" | "DISABLING") => Value::Null,
            Some(_) | None => unknown(format!("{}.backup_policy", object.address)),
        };
        let value = reader.sole((&arn, GIVEN_BY_AWS), object, value);
        give(reader, object, (&home, &arn), value);
    }
}

/// Of what goes the provider switches them off.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn, _)) = place(reader, object, Moment::Now) {
        let value = reader.left((&arn, GIVEN_BY_AWS), object, Value::Null);
        give(reader, object, (&home, &arn), value);
    }
}

fn give<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    (home, arn): (&Home, &str),
    value: Value,
) {
    reader.placed(arn, object);
    let thing = reader.world.thing(home, "resources", arn);
    if !thing.contains_key("ResourceType") {
        thing.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    thing.insert(
        GIVEN_BY_AWS.to_owned(),
        json!({ AUTOMATIC_BACKUP_TAG: value }),
    );
}

/// A file system of One Zone, which is in a `zone`, has them on where it is made, and nothing switches them off.
///
/// See <https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html>.
pub fn by_default(reader: &mut PlanReader<'_, '_>, (home, arn): &(Home, String), zone: Value) {
    let value = match zone {
        Value::Null => return,
        Value::String(_) => json!("enabled"),
        open @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => open,
    };
    let given = json!({ AUTOMATIC_BACKUP_TAG: value });
    reader.set(home, "resources", arn, [(GIVEN_WHEN_MADE, given)]);
}
