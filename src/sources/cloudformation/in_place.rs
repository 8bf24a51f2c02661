//! Changes of a resource that neither replace it nor touch what its other properties say of it.

use serde_json::Value;

use super::names::kind;
use super::reader::TemplateReader;
use super::stored_values;
use super::text::{Kind, Node};
use super::updates::{is_in_place, property, telling};
use crate::catalog::instance_types::{are_compatible, has_root_on_ebs};

const INSTANCE: &str = "AWS::EC2::Instance";

/// Whether a resource is the same in the other template of a change, but for what is changed in place.
pub fn is_kept(reader: &TemplateReader<'_>, id: &str, resource: &Node) -> bool {
    let Some(was) = reader.was(id) else {
        return false;
    };
    let is_told = [was, resource].map(|of| without(of, resource));
    reader.is_written_alike(&is_told[0], &is_told[1])
        && match kind(resource) {
            INSTANCE => is_instance_kept(reader, id, (was, resource)),
            "AWS::DynamoDB::Table" => are_attributes_kept(was, resource),
            _ => true,
        }
        && stored_values::may_replace(&reader.template, id, resource).is_none()
}

/// Whether an instance stands through a change of what restarts it: one whose root volume is in the instance store is replaced, and for
/// another type one on EBS may be. What is compatible is ours to say, as CloudFormation does not.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html>.
fn is_instance_kept(reader: &TemplateReader<'_>, id: &str, (was, is): (&Node, &Node)) -> bool {
    let is_alike = |name: &str| match (property(was, name), property(is, name)) {
        (None, None) => true,
        (Some(was), Some(is)) => reader.is_alike(was, is),
        (None, Some(_)) | (Some(_), None) => false,
    };
    let of = "InstanceType";
    let read = reader.template.settings.identity.instances.get(id);
    let told = property(was, of).and_then(Node::text);
    let old = told.or_else(|| read?.of.as_deref());
    let new = reader.of(is, of);
    let both = old.zip(new.as_ref().and_then(Value::as_str));
    let is_of_type = is_alike(of) || both.is_some_and(|(old, new)| are_compatible(old, new));
    let restarts = [of, "UserData", "EbsOptimized"];
    let is_restarted = !restarts.iter().all(|name| is_alike(name));
    let root = read.and_then(|read| read.root.as_deref());
    let is_on_ebs = root.map_or_else(|| old.is_some_and(has_root_on_ebs), |root| root == "ebs");
    is_of_type && (!is_restarted || is_on_ebs)
}

/// Whether a table stands through a change of its attributes: another type of one replaces it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>.
pub fn are_attributes_kept(was: &Node, is: &Node) -> bool {
    let of = |of: &Node| {
        let all = property(of, "AttributeDefinitions").map(Node::items);
        let each = all.unwrap_or_default().iter();
        each.map(|one| {
            let text = |name: &str| one.get(name).and_then(Node::text).map(str::to_owned);
            text("AttributeName").zip(text("AttributeType"))
        })
        .collect::<Option<Vec<_>>>()
    };
    let value = |of: &Node| property(of, "AttributeDefinitions").map(Node::to_value);
    value(was) == value(is)
        || of(was).zip(of(is)).is_some_and(|(was, is)| {
            let mut both = was.iter().flat_map(|(name, of)| {
                let same = is.iter().filter(move |(other, _)| other == name);
                same.map(move |(_, other)| of == other)
            });
            both.all(|same| same)
        })
}

/// Whether one that is kept may be told otherwise in a field of the facts.
pub fn tells_anew(reader: &TemplateReader<'_>, id: &str, field: &str) -> bool {
    let (Some(was), Some(is)) = (reader.was(id), reader.template.resource(id)) else {
        return true;
    };
    // Those of the stack may be new.
    if field == "Tags" && !reader.template.settings.tags.is_empty() {
        return true;
    }
    let value = |of: &Node, name: &str| property(of, name).map(Node::to_value);
    let is_set = |name: &&str| [was, is].iter().any(|of| value(of, name).is_some());
    let told = telling(is).filter(|(_, of)| *of == field);
    told.map(|(name, _)| name).filter(is_set).any(|name| {
        property(is, name).is_none_or(|own| {
            let told: Option<Value> = value(was, name);
            told != Some(own.to_value()) || !reader.is_alike(own, own)
        })
    })
}

/// A resource without the properties that are changed in place in one of its type, and without its metadata.
fn without(resource: &Node, of: &Node) -> Node {
    keeping(
        resource,
        |name| name != "Metadata",
        |name, value| match name {
            "Properties" => keeping(
                value,
                |name| !is_in_place(of, name),
                |_, value| value.clone(),
            ),
            _ => value.clone(),
        },
    )
}

/// An object with some of its fields.
fn keeping(node: &Node, is_kept: impl Fn(&str) -> bool, of: impl Fn(&str, &Node) -> Node) -> Node {
    let Kind::Map(fields) = &node.kind else {
        return node.clone();
    };
    let kept = fields.iter().filter(|(name, _)| is_kept(name));
    Node {
        line: node.line,
        kind: Kind::Map(
            kept.map(|(name, value)| (name.clone(), of(name, value)))
                .collect(),
        ),
    }
}
