//! The policies of what is backed up itself: a property of file systems and tables, a resource of its own of buckets.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-filesystem.html>,
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dynamodb-table-resourcepolicy.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html>.

use serde_json::{Value, json};

use crate::sources::cloudformation::names::{kind, reference};
use crate::sources::cloudformation::reader::TemplateReader;
use crate::sources::cloudformation::template::{is_open, unknown};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::what_may_deny;

const BUCKET_POLICY: &str = "AWS::S3::BucketPolicy";

/// The part of a description that has the policy that a resource sets in a property: it has none where only the other template of a
/// change sets one, and where none does nobody says.
pub fn within(reader: &TemplateReader<'_>, id: &str, node: &Node, name: &str) -> Value {
    match reader.of(node, name) {
        Some(policy) => json!({ name: what_may_deny(policy) }),
        None if reader.other_says(id, name) => json!({ name: null }),
        None => json!({}),
    }
}

/// The policy of a bucket of the template; `None`: nobody says.
pub fn of_bucket(reader: &mut TemplateReader<'_>, id: &str, node: &Node) -> Option<Value> {
    let bucket = reference(&reader.template, id, node);
    let resources = reader.template.root.get("Resources");
    let mut of_it = Vec::new();
    for (by, policy) in resources.map_or(&[][..], Node::fields) {
        if kind(policy) != BUCKET_POLICY || reader.of(policy, "Bucket").as_ref() != Some(&bucket) {
            continue;
        }
        let document = match reader.is_made(policy) {
            Some(true) => what_may_deny(reader.of(policy, "PolicyDocument").unwrap_or(Value::Null)),
            Some(false) => continue,
            None => unknown(format!("{by}, whose condition is not known")),
        };
        of_it.push((by, document));
    }
    match of_it.as_slice() {
        [] => had_one(reader, id).then_some(Value::Null),
        [(_, document)] => Some(document.clone()),
        [(one, _), (other, _), ..] => Some(unknown(format!(
            "{one} and {other}, which set the policy of one bucket"
        ))),
    }
}

/// Whether the other template of a change sets the policy of a bucket.
fn had_one(reader: &TemplateReader<'_>, id: &str) -> bool {
    let resources = reader.other.and_then(|other| other.get("Resources"));
    let mut all = resources.map_or(&[][..], Node::fields).iter();
    all.any(|(_, policy)| {
        let bucket = policy.get("Properties").and_then(|all| all.get("Bucket"));
        kind(policy) == BUCKET_POLICY
            && bucket.is_some_and(|bucket| bucket.to_value() == json!({ "Ref": id }))
    })
}

/// Whether the policy of a bucket of the template, if it is one, is the same in the other.
pub fn is_same_of(reader: &TemplateReader<'_>, id: &str, node: &Node) -> bool {
    if kind(node) != "AWS::S3::Bucket" {
        return true;
    }
    let bucket = reference(&reader.template, id, node);
    let resources = reader.template.root.get("Resources");
    let all = resources.map_or(&[][..], Node::fields).iter();
    let mut of_it = all.filter(|(_, policy)| {
        kind(policy) == BUCKET_POLICY && reader.of(policy, "Bucket").as_ref() == Some(&bucket)
    });
    match of_it.next() {
        Some((by, policy)) => of_it.next().is_none() && reader.is_same(by, policy),
        None => !had_one(reader, id),
    }
}

/// The policy of a bucket that is not of the template: what it says is not read, and may deny.
pub fn of_another_bucket(reader: &mut TemplateReader<'_>, id: &str, node: &Node) {
    if kind(node) != BUCKET_POLICY || reader.is_made(node) == Some(false) {
        return;
    }
    let bucket = reader.of(node, "Bucket");
    let resources = reader.template.root.get("Resources");
    let mut buckets = resources.map_or(&[][..], Node::fields).iter();
    let is_own = buckets.any(|(id, node)| {
        kind(node) == "AWS::S3::Bucket" && Some(reference(&reader.template, id, node)) == bucket
    });
    let document = what_may_deny(reader.of(node, "PolicyDocument").unwrap_or(Value::Null));
    let denies = is_open(&document) || document.to_string().contains("Deny");
    if !is_own && denies && !reader.is_same(id, node) {
        reader.open(format!(
            "{}:{}: {id} sets the policy of a bucket that the template does not make, which is not read",
            reader.template.file, node.line
        ));
    }
}
