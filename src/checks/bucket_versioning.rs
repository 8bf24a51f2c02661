//! Whether a bucket keeps versions: AWS Backup backs up no other.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html>.

use super::words::not_read;
use crate::inventory::{Facts, Tree};
use crate::known::{Arn, Fact, Gap, ResourceType};
use crate::verdict::{Evidence, Outcome};

/// What a bucket's description says of its versions.
enum Versioning<'a> {
    /// They are kept.
    Enabled,
    /// They are not: the state that it names, where it names one, and where.
    Off(&'static str, Option<&'a str>),
    /// A state that S3 does not document.
    Strange(&'a str),
    /// Nothing.
    NotTold,
}

/// Why no backup of a bucket is made, or may not be. `None`: it keeps versions, or is no bucket.
pub fn not_versioned(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    // Of a directory bucket another check says more.
    if ResourceType::of_resource(resource) != Some(ResourceType::S3) {
        return None;
    }
    let detail = match facts.resource_description(resource) {
        Fact::Known(detail) => detail,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let (at, status) = match detail.map_or(Versioning::NotTold, versioning) {
        Versioning::Enabled => return None,
        Versioning::Off(at, status) => (at, status),
        Versioning::Strange(status) => {
            let what = format!("whether a bucket whose versioning is {status} is backed up");
            let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
            let message = format!("the versioning of the bucket is {status}, which is not known");
            return Some(Outcome::undecided(message, [gap]));
        }
        Versioning::NotTold => return Some(not_read(facts.describe_gap(resource))),
    };
    let is = status.map_or_else(|| "is not on".to_owned(), |status| format!("is {status}"));
    Some(
        Outcome::fail(format!(
            "the versioning of the bucket {is}, and AWS Backup does not back up such a bucket: {resource}"
        ))
        .by_hand("enable versioning on the bucket (`aws s3api put-bucket-versioning`)")
        .saw([Evidence::at(resource, format!("/Detail{at}"), is)]),
    )
}

/// As Cloud Control says it, `VersioningConfiguration`, or s3:GetBucketVersioning, `Status`.
fn versioning(detail: &Tree) -> Versioning<'_> {
    const BY_CLOUD_CONTROL: &str = "/VersioningConfiguration/Status";
    let (at, status) = match (detail.get("VersioningConfiguration"), detail.get("Status")) {
        (Some(Tree::Null), _) => return Versioning::Off("/VersioningConfiguration", None),
        (Some(all), _) => (BY_CLOUD_CONTROL, all.get("Status")),
        (None, Some(status)) => ("/Status", Some(status)),
        // Cloud Control leaves it out where it was never on; another description may not have it at all.
        (None, None) if detail.get("BucketName").or(detail.get("Arn")).is_some() => {
            return Versioning::Off("", None);
        }
        (None, None) => return Versioning::NotTold,
    };
    match status {
        None | Some(Tree::Null) => Versioning::Off(at, None),
        Some(status) => match status.as_str() {
            Some("Enabled") => Versioning::Enabled,
            Some(status @ "Suspended") => Versioning::Off(at, Some(status)),
            Some(status) => Versioning::Strange(status),
            None => Versioning::NotTold,
        },
    }
}
