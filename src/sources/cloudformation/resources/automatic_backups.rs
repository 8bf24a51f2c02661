//! The automatic backups of file systems of EFS: while they are on, AWS gives a file system the tag by which its own plan takes it.
//!
//! See <https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-efs-filesystem-backuppolicy.html>.

use serde_json::{Map, Value, json};

use crate::catalog::backups::AUTOMATIC_BACKUP_TAG;
use crate::inventory::{GIVEN_BY_AWS, GIVEN_WHEN_MADE};
use crate::sources::cloudformation::mentions::parameters;
use crate::sources::cloudformation::reader::TemplateReader;
use crate::sources::cloudformation::template::{is_open, unknown};
use crate::sources::cloudformation::text::Node;
use crate::sources::cloudformation::updates::property;

const POLICY: &str = "BackupPolicy";

/// What a template says of that tag of a file system, and whether it is so of one that is there, or only of one that is made; `None`:
/// nothing, so that one that is made does not have it.
pub fn tag(reader: &TemplateReader<'_>, id: &str, node: &Node) -> Option<(&'static str, Value)> {
    let open = |why: &str| {
        unknown(format!(
            "{}:{}: {id}, {why}",
            reader.template.file, node.line
        ))
    };
    let policy = reader.of(node, POLICY);
    let status = policy.as_ref().and_then(|policy| policy.get("Status"));
    let (mark, value) = match (&policy, status.and_then(Value::as_str)) {
        (Some(_), Some("ENABLED")) => (mark(reader, id, node), json!("enabled")),
        (Some(_), Some("DISABLED")) => (mark(reader, id, node), Value::Null),
        (Some(policy), _) if is_open(policy) => (mark(reader, id, node), policy_open(policy)),
        (Some(_), _) => (
            mark(reader, id, node),
            open("a backup policy without a status"),
        ),
        // What CloudFormation does where the property goes no page says.
        (None, _) if may_have_been_on(reader, id) => (
            GIVEN_BY_AWS,
            open(
                "which has a BackupPolicy no more: whether its automatic backups stay on is not documented",
            ),
        ),
        // EFS turns them on for a file system of One Zone, unless whoever makes it says otherwise.
        (None, _) if reader.of(node, "AvailabilityZoneName").is_some() => (
            GIVEN_WHEN_MADE,
            open(
                "a One Zone file system without a BackupPolicy, whose automatic backups may be on by default",
            ),
        ),
        (None, _) => return None,
    };
    Some((
        mark,
        Value::Object(Map::from_iter([(AUTOMATIC_BACKUP_TAG.to_owned(), value)])),
    ))
}

fn policy_open(policy: &Value) -> Value {
    policy
        .get("Status")
        .filter(|status| is_open(status))
        .unwrap_or(policy)
        .clone()
}

fn other<'r>(reader: &TemplateReader<'r>, id: &str) -> Option<&'r Node> {
    property(reader.was(id)?, POLICY)
}

/// What both templates of a change say alike nothing changes: of a file system that is there the tag stands as it was read.
fn mark(reader: &TemplateReader<'_>, id: &str, node: &Node) -> &'static str {
    let is = property(node, POLICY);
    let is_same = other(reader, id).zip(is).is_some_and(|(was, is)| {
        let is_literal = parameters(&reader.template, is).is_empty();
        was.to_value() == is.to_value() && (is_literal || reader.is_alike(was, is))
    });
    match is_same {
        true => GIVEN_WHEN_MADE,
        false => GIVEN_BY_AWS,
    }
}

fn may_have_been_on(reader: &TemplateReader<'_>, id: &str) -> bool {
    let status = other(reader, id).map(|policy| policy.get("Status").and_then(Node::text));
    status.is_some_and(|status| status != Some("DISABLED"))
}
