//! Templates that CloudFormation does not take: with a section, a property or a name that nobody has, or a circle of references, it
//! refuses the whole template, and all stays as it was.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html>.

use super::circles;
use super::names::kind;
use super::no_such_name;
use super::property_types::misspelt;
use super::reader::TemplateReader;
use super::text::{Kind, Node};
use crate::known::near;

/// The sections of a template.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The section of a template of SAM, and its transform.
const SAM: (&str, &str) = ("Globals", "AWS::Serverless-2016-10-31");

/// The sections that `aws cloudformation package` writes out.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>.
const PACKAGED: &[&str] = &["Constants", "Modules"];

/// The properties of types, and of what is in them by the name beside, by the types' schemas as of 2026-11-30; those that are only read
/// are among them.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Backup.html>, `AWS_KMS.html` and `AWS_IAM.html`.
#[rustfmt::skip]
const SCHEMAS: &[(&str, &[(&str, &str)])] = &[
    ("AWS::Backup::BackupVault",     &[("AccessPolicy", ""), ("BackupVaultArn", ""), ("BackupVaultName", ""), ("BackupVaultTags", ""), ("EncryptionKeyArn", ""),
                                       ("LockConfiguration", ""), ("Notifications", "")]),
    ("AWS::Backup::LogicallyAirGappedBackupVault",
                                     &[("AccessPolicy", ""), ("BackupVaultArn", ""), ("BackupVaultName", ""), ("BackupVaultTags", ""), ("EncryptionKeyArn", ""),
                                       ("MaxRetentionDays", ""), ("MinRetentionDays", ""), ("MpaApprovalTeamArn", ""), ("Notifications", ""), ("VaultState", ""),
                                       ("VaultType", "")]),
    ("AWS::Backup::BackupPlan",      &[("BackupPlan", "the plan"), ("BackupPlanArn", ""), ("BackupPlanId", ""), ("BackupPlanTags", ""), ("VersionId", "")]),
    ("the plan",                     &[("AdvancedBackupSettings", ""), ("BackupPlanName", ""), ("BackupPlanRule", "a rule"), ("ScanSettings", "")]),
    ("a rule",                       &[("CompletionWindowMinutes", ""), ("CopyActions", "a copy action"), ("EnableContinuousBackup", ""), ("IndexActions", ""),
                                       ("Lifecycle", ""), ("RecoveryPointTags", ""), ("RuleName", ""), ("ScanActions", ""), ("ScheduleExpression", ""),
                                       ("ScheduleExpressionTimezone", ""), ("StartWindowMinutes", ""), ("TargetBackupVault", ""),
                                       ("TargetLogicallyAirGappedBackupVaultArn", "")]),
    ("a copy action",                &[("DestinationBackupVaultArn", ""), ("Lifecycle", "")]),
    ("AWS::Backup::BackupSelection", &[("BackupPlanId", ""), ("BackupSelection", "the selection"), ("Id", ""), ("SelectionId", "")]),
    ("the selection",                &[("Conditions", ""), ("IamRoleArn", ""), ("ListOfTags", ""), ("NotResources", ""), ("Resources", ""), ("SelectionName", "")]),
    ("AWS::KMS::Key",                &[("Arn", ""), ("BypassPolicyLockoutSafetyCheck", ""), ("Description", ""), ("EnableKeyRotation", ""), ("Enabled", ""), ("KeyId", ""),
                                       ("KeyPolicy", ""), ("KeySpec", ""), ("KeyUsage", ""), ("MultiRegion", ""), ("Origin", ""), ("PendingWindowInDays", ""),
                                       ("RotationPeriodInDays", ""), ("Tags", "")]),
    ("AWS::KMS::ReplicaKey",         &[("Arn", ""), ("Description", ""), ("Enabled", ""), ("KeyId", ""), ("KeyPolicy", ""), ("PendingWindowInDays", ""), ("PrimaryKeyArn", ""),
                                       ("Tags", "")]),
    ("AWS::KMS::Alias",              &[("AliasName", ""), ("TargetKeyId", "")]),
    ("AWS::IAM::Role",               &[("Arn", ""), ("AssumeRolePolicyDocument", ""), ("Description", ""), ("ManagedPolicyArns", ""), ("MaxSessionDuration", ""), ("Path", ""),
                                       ("PermissionsBoundary", ""), ("Policies", ""), ("RoleId", ""), ("RoleName", ""), ("Tags", "")]),
    ("AWS::IAM::Policy",             &[("Groups", ""), ("Id", ""), ("PolicyDocument", ""), ("PolicyName", ""), ("Roles", ""), ("Users", "")]),
    ("AWS::IAM::RolePolicy",         &[("PolicyDocument", ""), ("PolicyName", ""), ("RoleName", "")]),
];

/// Says why CloudFormation refuses the template, where it does.
pub fn refused(reader: &mut TemplateReader<'_>) {
    let root = reader.template.root;
    let mut all = sections(root);
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let more_may_be_made = makes_more(root);
    all.extend(no_such_name::told(reader, more_may_be_made));
    all.extend(circles::of(reader));
    for (id, resource) in resources {
        if !more_may_be_made {
            all.extend(depends_on(id, resource, resources));
        }
        if reader.is_made(resource) != Some(false)
            && let Some(properties) = resource.get("Properties")
        {
            let mut found = Vec::new();
            properties_of(kind(resource), properties, &mut found);
            let says = |(line, of, name): (usize, &str, String)| {
                let text = format!("{id} has the property `{name}`, which {of} does not");
                (line, text)
            };
            all.extend(found.into_iter().map(says));
        }
    }
    for (line, what) in all {
        let file = reader.template.file;
        reader.open(format!(
            "{file}:{line}: {what}: CloudFormation refuses the template"
        ));
    }
}

/// The transforms of a template by their names.
fn transforms(root: &Node) -> impl Iterator<Item = &str> {
    let all = root.get("Transform").into_iter();
    all.flat_map(|one| [one].into_iter().chain(one.items()))
        .filter_map(Node::text)
}

/// Whether there may be resources that are not written in the template.
fn makes_more(root: &Node) -> bool {
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    transforms(root).any(|name| name == SAM.1)
        || resources
            .iter()
            .any(|(id, resource)| id.starts_with("Fn::") || kind(resource).ends_with("::MODULE"))
}

fn sections(root: &Node) -> Vec<(usize, String)> {
    let is_sam = transforms(root).any(|name| name == SAM.1);
    let odd = root.fields().iter().filter(|(name, _)| {
        let is_of_sam = name == SAM.0 && is_sam;
        !SECTIONS.contains(&name.as_str()) && !is_of_sam && !name.starts_with("Fn::")
    });
    let each = odd.map(|(name, node)| {
        let meant = near::meant(name, SECTIONS.iter().copied());
        let hint = match meant {
            _ if PACKAGED.contains(&name.as_str()) => {
                ", which `aws cloudformation package` writes out: give what that makes of it"
                    .to_owned()
            }
            Some(meant) => format!(", which no template has (did you mean `{meant}`?)"),
            None => ", which no template has".to_owned(),
        };
        (node.line, format!("the section `{name}`{hint}"))
    });
    each.collect()
}

fn depends_on(id: &str, resource: &Node, resources: &[(String, Node)]) -> Vec<(usize, String)> {
    let Some(on) = resource.get("DependsOn") else {
        return Vec::new();
    };
    let names = [on].into_iter().chain(on.items()).filter_map(Node::text);
    let odd = names.filter(|name| !resources.iter().any(|(id, _)| id == name));
    let each = odd.map(|name| {
        (
            on.line,
            format!("{id} depends on `{name}`, which is not in the template"),
        )
    });
    each.collect()
}

/// The properties that the schema of a name does not have, with their lines.
fn properties_of<'s>(of: &'s str, node: &Node, found: &mut Vec<(usize, &'s str, String)>) {
    let Some((of, known)) = SCHEMAS.iter().find(|(name, _)| *name == of) else {
        return;
    };
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| properties_of(of, item, found)),
        Kind::Map(fields) => {
            for (name, value) in fields {
                match known.iter().find(|(own, _)| own == name) {
                    Some((_, within)) => properties_of(within, value, found),
                    None if name == "Fn::If" => {
                        let branches = value.items().iter().skip(1);
                        branches.for_each(|branch| properties_of(of, branch, found));
                    }
                    // What an intrinsic function comes to is read elsewhere, and so is what is misspelt told.
                    None if name.starts_with("Fn::")
                        || name == "Ref"
                        || misspelt(name).is_some() => {}
                    None => found.push((value.line, of, name.clone())),
                }
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Doubtful(_) => {}
    }
}
