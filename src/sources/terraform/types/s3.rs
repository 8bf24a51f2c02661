//! Buckets and their versioning.

use serde_json::{Value, json};

use super::stored::{resource, told};
use crate::catalog::regions::partition;
use crate::inventory::WHERE_IT_STANDS;
use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::PlanReader;

/// A bucket, whose backups are on the vault's key.
pub fn bucket<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    // The older way to set its versioning; another resource says more.
    let kept = |moment| {
        let block = object.marked(moment, "versioning");
        block.pointer("/0/enabled").and_then(Value::as_bool)
    };
    let was_kept = reader.moment == Moment::Then && kept(Moment::Now) == Some(true);
    let detail = match kept(reader.moment) {
        Some(true) => versioning("Enabled"),
        Some(false) if was_kept => versioning("Suspended"),
        Some(false) | None => json!({}),
    };
    if let Some((home, arn)) = resource(reader, object, "S3", detail) {
        let bucket = reader.world.thing(&home, "resources", &arn);
        bucket.shift_remove(WHERE_IT_STANDS);
        let why = unknown(format!("{}, the encryption of a bucket", object.address));
        reader.set(&home, "resources", &arn, [("EncryptionKeyArn", why)]);
    }
}

fn versioning(status: &str) -> Value {
    json!({"VersioningConfiguration": {"Status": status}})
}

/// The bucket that an object is about; noted where that is not known.
fn of_bucket<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<(Home, String)> {
    let Some(home) = reader.ids.home(object, moment) else {
        let note = reader.ids.without_home(object, moment);
        reader.unplaced(note);
        return None;
    };
    match reader.ids.link(object, "bucket", moment) {
        Link::Value(arn) if arn.starts_with("arn:") => Some((home, arn)),
        Link::Value(name) => {
            let arn = format!("arn:{}:s3:::{name}", partition(&home.region));
            Some((home, arn))
        }
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            let why = other.why();
            reader.unplaced(format!(
                "{} is of a bucket that is not known yet ({why})",
                object.address
            ));
            None
        }
    }
}

/// Says something of a bucket: of one that stands, where the plan does not make it.
fn of_its_versions<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    (home, arn): &(Home, String),
    detail: Value,
) {
    reader.placed(arn, object);
    let bucket = reader.world.thing(home, "resources", arn);
    if !bucket.contains_key("ResourceType") {
        bucket.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    bucket.insert("Detail".to_owned(), detail);
}

/// The versioning of a bucket.
pub fn bucket_versioning<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some(place) = of_bucket(reader, object, reader.moment) else {
        return;
    };
    let block = told(reader, object, "versioning_configuration");
    let detail = match block.pointer("/0/status").and_then(Value::as_str) {
        // What Terraform calls a bucket on which it was never on.
        Some("Disabled") => json!({"VersioningConfiguration": null}),
        Some(status) => versioning(status),
        None => unknown(format!("{}.versioning_configuration", object.address)),
    };
    let detail = reader.sole((&place.1, "VersioningConfiguration"), object, detail);
    of_its_versions(reader, object, &place, detail);
}

/// Its versioning where nothing sets it any more: the provider suspends it.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning>.
pub fn versioning_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = of_bucket(reader, object, Moment::Now) {
        let detail = versioning("Suspended");
        let detail = reader.sole((&place.1, "VersioningConfiguration"), object, detail);
        of_its_versions(reader, object, &place, detail);
    }
}
