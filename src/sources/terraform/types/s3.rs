//! Buckets, their versioning and the key that they encrypt with by default.

use serde_json::{Value, json};

use super::stored::{resource, told};
use crate::catalog::regions::partition;
use crate::inventory::WHERE_IT_STANDS;
use crate::sources::planned::Home;
use crate::sources::terraform::link::{Link, policy_of};
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
    let mut detail = match kept(reader.moment) {
        Some(true) => versioning("Enabled"),
        Some(false) if was_kept => versioning("Suspended"),
        Some(false) | None => json!({}),
    };
    // The older way to set its policy, and what the provider reads of it.
    let policy = object.text(reader.moment, "policy");
    if let (Some(text), Value::Object(all)) = (policy.filter(|text| !text.is_empty()), &mut detail)
    {
        let policy = policy_of(text, &format!("{}.policy", object.address));
        all.insert("Policy".to_owned(), policy);
    }
    if let Some((home, arn)) = resource(reader, object, "S3", detail) {
        let bucket = reader.world.thing(&home, "resources", &arn);
        bucket.shift_remove(WHERE_IT_STANDS);
        let told = inline(reader, object, &home);
        reader.set(&home, "resources", &arn, told);
    }
}

fn versioning(status: &str) -> Value {
    json!({"VersioningConfiguration": {"Status": status}})
}

/// The bucket that an object is about; noted where that is not known.
pub fn of_bucket<'p>(
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
            // The name may wait for apply, and the bucket be told that has it.
            let named = reader
                .ids
                .named(object, "bucket", &["aws_s3_bucket"], moment);
            if let Some(arn) = named.and_then(|bucket| reader.ids.arn(bucket, moment)) {
                return Some((home, arn));
            }
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
    match (bucket.get_mut("Detail"), detail) {
        (Some(Value::Object(all)), Value::Object(detail))
            if !all.contains_key("unknown") && !detail.contains_key("unknown") =>
        {
            all.extend(detail);
        }
        (_, detail) => drop(bucket.insert("Detail".to_owned(), detail)),
    }
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
        let detail = reader.left((&place.1, "VersioningConfiguration"), object, detail);
        of_its_versions(reader, object, &place, detail);
    }
}

/// How a bucket encrypts by default, whether it is on a key and which.
type BucketEncryption = [(&'static str, Value); 2];

/// What Amazon S3 does where nobody sets it: it encrypts with keys of its own.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html>.
const fn by_default() -> BucketEncryption {
    [
        ("Encrypted", Value::Bool(true)),
        ("EncryptionKeyArn", Value::Null),
    ]
}

/// What the bucket itself says, which is the older way; another resource says more.
fn inline<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
) -> BucketEncryption {
    const BLOCK: &str = "server_side_encryption_configuration";
    let block = reader.ids.blocks(object, BLOCK, reader.moment);
    let is_free = object.is_new(reader.moment) && (block.is_null() || block == json!([]));
    let rule = block.pointer("/0/rule").cloned();
    match rule {
        Some(rule) => encrypted(reader, object, home, (BLOCK, "/0/rule"), &rule),
        None if is_free => by_default(),
        None => not_known(object, "the encryption of a bucket"),
    }
}

fn not_known(object: &Object<'_>, what: &str) -> BucketEncryption {
    let why = unknown(format!("{}, {what}", object.address));
    [("Encrypted", why.clone()), ("EncryptionKeyArn", why)]
}

/// What the rule of a bucket's encryption says; where it stands in the configuration: an attribute, and the path in it.
fn encrypted<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    (attribute, path): (&str, &str),
    rules: &Value,
) -> BucketEncryption {
    const KEY: &str = "/0/apply_server_side_encryption_by_default/0/kms_master_key_id";
    let of = |name: &str| {
        let at = format!("/0/apply_server_side_encryption_by_default/0/{name}");
        rules.pointer(&at).filter(|value| !value.is_null())
    };
    let is_one = rules.as_array().is_some_and(|rules| rules.len() == 1);
    let algorithm = of("sse_algorithm").and_then(Value::as_str);
    let key = match (algorithm, of("kms_master_key_id")) {
        _ if !is_one => return not_known(object, attribute),
        // A key beside it is one that Amazon S3 refuses.
        (Some("AES256"), Some(key)) if key != "" => return not_known(object, attribute),
        (Some("AES256"), _) => return by_default(),
        (Some("aws:kms" | "aws:kms:dsse"), None) => json!(reader.aws_managed(home, "s3")),
        (Some("aws:kms" | "aws:kms:dsse"), Some(Value::String(key))) if key.is_empty() => {
            json!(reader.aws_managed(home, "s3"))
        }
        (Some("aws:kms" | "aws:kms:dsse"), Some(Value::String(key))) => reader.key_named(key, home),
        (Some("aws:kms" | "aws:kms:dsse"), Some(_)) => {
            let at = format!("{}.{attribute}", object.address);
            let expression = object.expression(attribute);
            let expression = expression.and_then(|all| all.pointer(&format!("{path}{KEY}")));
            match expression.map(|of| reader.ids.one_of(object, of, &at, reader.moment)) {
                Some(Link::Value(key)) => reader.key_named(&key, home),
                Some(Link::NotSet | Link::AwsChooses | Link::Unknown(_)) | None => unknown(at),
            }
        }
        (Some(_) | None, _) => return not_known(object, attribute),
    };
    [("Encrypted", json!(true)), ("EncryptionKeyArn", key)]
}

/// The encryption of a bucket.
pub fn bucket_encryption<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = of_bucket(reader, object, reader.moment) {
        let rules = told(reader, object, "rule");
        let told = encrypted(reader, object, &place.0, ("rule", ""), &rules);
        let told = told.map(|(field, value)| {
            let value = reader.sole((&place.1, field), object, value);
            (field, value)
        });
        of_its_encryption(reader, object, &place, told);
    }
}

/// Its encryption where nothing sets it any more.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html>.
pub fn encryption_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = of_bucket(reader, object, Moment::Now) {
        let left = by_default().map(|(field, value)| {
            let value = reader.left((&place.1, field), object, value);
            (field, value)
        });
        of_its_encryption(reader, object, &place, left);
    }
}

/// Says how a bucket encrypts: one that stands, where the plan does not make it.
fn of_its_encryption<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    (home, arn): &(Home, String),
    told: BucketEncryption,
) {
    reader.placed(arn, object);
    let bucket = reader.world.thing(home, "resources", arn);
    if !bucket.contains_key("ResourceType") {
        bucket.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    bucket.extend(told.map(|(field, value)| (field.to_owned(), value)));
}
