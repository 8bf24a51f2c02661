//! Values of the Parameter Store: a stack takes the latest ones wherever it is created or updated, so that what is written alike in both
//! templates of a change may have another value after it.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html>.

use serde_json::Value;

use super::mentions::parameters;
use super::names::{has_arn, kind};
use super::template::{Template, of_store, plain};
use super::text::{Kind, Node};
use super::updates::{is_in_place, property, telling};

/// Properties of what makes another thing in another place or under another name: a value that is stored for these is taken for the one that
/// the stack has, and a warning says so.
const TAKEN: &[&str] = &[
    "ClusterSubnetGroupName",
    "DBName",
    "DBSubnetGroupName",
    "DatabaseName",
    "KeyName",
    "MasterUsername",
    "NetworkInterfaces",
    "SecurityGroupIds",
    "SecurityGroups",
    "SubnetId",
    "SubnetIds",
    "VpcSecurityGroupIds",
];

/// Types without an ARN of their own of which something is read.
const BESIDE: &[&str] = &[
    "AWS::Backup::",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Organizations::Policy",
    "AWS::S3::BucketPolicy",
];

/// Whether what is read of a resource depends on such values.
pub fn is_read(resource: &Node) -> bool {
    let of = kind(resource);
    has_arn(resource) || BESIDE.iter().any(|prefix| of.starts_with(prefix))
}

/// The name in the Parameter Store of a value of which a part of a template takes the latest.
pub fn latest(template: &Template<'_>, node: &Node) -> Option<String> {
    let all = template.root.get("Parameters");
    let on = parameters(template, node).into_iter();
    let mut stored = on.filter_map(|id| {
        let parameter = all?.get(&id).filter(|node| of_store(node).is_some())?;
        let given = template.settings.parameters.get(&id).cloned().flatten();
        let default = || plain(&parameter.get("Default")?.to_value());
        Some(given.or_else(default).unwrap_or(id))
    });
    stored.next().or_else(|| referred(node))
}

/// The same of a dynamic reference, which may name a version: that stays what it is.
fn referred(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Text(text) => {
            let all = text.split("{{resolve:ssm:").skip(1);
            let mut names = all.map(|rest| rest.split("}}").next().unwrap_or(rest));
            let latest = names.find(|name| {
                let version = name.rsplit_once(':').map(|(_, version)| version);
                !version.is_some_and(|it| it.bytes().all(|one| one.is_ascii_digit()))
            });
            latest.map(str::to_owned)
        }
        Kind::List(items) => items.iter().find_map(referred),
        Kind::Map(fields) => fields.iter().find_map(|(_, value)| referred(value)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Doubtful(_) => None,
    }
}

/// The properties of a resource.
fn of(resource: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let all = resource.get("Properties").map_or(&[][..], Node::fields);
    all.iter().map(|(name, node)| (name.as_str(), node))
}

/// Why a resource may be another thing, or tell another, for such a value of a property that is not changed in place.
pub fn may_replace(template: &Template<'_>, id: &str, resource: &Node) -> Option<String> {
    let mut all = of(resource).filter(|(name, _)| !is_in_place(resource, name));
    all.find_map(|(name, node)| {
        let stored = latest(template, node).filter(|_| !TAKEN.contains(&name))?;
        let is_read = name == "ImageId" && is_image(template, id, node);
        (!is_read).then(|| {
            format!(
                "its {name} is the latest value that the Parameter Store has under {stored}: give --ssm {stored}=VALUE"
            )
        })
    })
}

/// Whether an image is the one that was read of the instance.
fn is_image(template: &Template<'_>, id: &str, node: &Node) -> bool {
    let read = template.settings.identity.instances.get(id);
    let read = read.and_then(|read| read.image.as_deref());
    let told = template.value(node);
    read.is_some() && read == told.as_ref().and_then(Value::as_str)
}

/// Whether a resource is written alike, and may not be the same for such a value.
pub fn may_tell_anew(template: &Template<'_>, id: &str, resource: &Node) -> bool {
    let is_latest = |name| property(resource, name).and_then(|node| latest(template, node));
    is_read(resource)
        && (may_replace(template, id, resource).is_some()
            || telling(resource).any(|(name, _)| is_latest(name).is_some()))
}

/// What is taken of a resource, in words.
pub fn taken(template: &Template<'_>, id: &str, resource: &Node) -> Option<String> {
    let mut all = of(resource).filter(|(name, _)| TAKEN.contains(name));
    let (name, stored, line) = all.find_map(|(name, node)| {
        let is_taken = is_read(resource) && !is_in_place(resource, name);
        let stored = latest(template, node).filter(|_| is_taken)?;
        Some((name, stored, node.line))
    })?;
    Some(format!(
        "{}:{line}: {id}, whose {name} is the latest value that the Parameter Store has under {stored}: it is assumed to be the one that the stack has",
        template.file
    ))
}
