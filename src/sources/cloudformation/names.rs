//! What a resource of a template is called: its ARN, what `Ref` gives, what `Fn::GetAtt` gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::properties::{PropertyPlace, taken};
use super::property_types::type_in;
use super::template::{Template, is_open, partition, plain, unknown, why};
use super::text::Node;

/// How the ARN of a type is made.
struct ArnTemplate {
    kind: &'static str,
    /// With `{partition}`, `{region}`, `{account}`, `{name}`.
    arn: &'static str,
    /// The property that is the name; empty: AWS names it.
    name: &'static str,
    /// What `Ref` gives.
    reference: Gives,
    /// The attributes that are the ARN.
    arns: &'static [&'static str],
}

/// What `Ref` gives.
#[derive(Clone, Copy, PartialEq)]
enum Gives {
    Name,
    Arn,
    /// Its page says the one, and the schema of its type the other.
    Open,
}

#[rustfmt::skip]
const FORMS: &[ArnTemplate] = &[
    ArnTemplate { kind: "AWS::Backup::BackupVault",                    arn: "arn:{partition}:backup:{region}:{account}:backup-vault:{name}",           name: "BackupVaultName",       reference: Gives::Name, arns: &["BackupVaultArn"] },
    ArnTemplate { kind: "AWS::Backup::LogicallyAirGappedBackupVault",  arn: "arn:{partition}:backup:{region}:{account}:backup-vault:{name}",           name: "BackupVaultName",       reference: Gives::Open, arns: &["BackupVaultArn"] },
    ArnTemplate { kind: "AWS::Backup::BackupPlan",                     arn: "arn:{partition}:backup:{region}:{account}:backup-plan:{name}",            name: "",                      reference: Gives::Name, arns: &["BackupPlanArn"] },
    ArnTemplate { kind: "AWS::KMS::Key",                               arn: "arn:{partition}:kms:{region}:{account}:key/{name}",                       name: "",                      reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::KMS::ReplicaKey",                        arn: "arn:{partition}:kms:{region}:{account}:key/{name}",                       name: "",                      reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::IAM::Role",                              arn: "arn:{partition}:iam::{account}:role/{name}",                              name: "RoleName",              reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::IAM::ManagedPolicy",                     arn: "arn:{partition}:iam::{account}:policy/{name}",                            name: "ManagedPolicyName",     reference: Gives::Arn,  arns: &["PolicyArn"] },
    ArnTemplate { kind: "AWS::RDS::DBInstance",                        arn: "arn:{partition}:rds:{region}:{account}:db:{name}",                        name: "DBInstanceIdentifier",  reference: Gives::Name, arns: &["DBInstanceArn"] },
    ArnTemplate { kind: "AWS::RDS::DBCluster",                         arn: "arn:{partition}:rds:{region}:{account}:cluster:{name}",                   name: "DBClusterIdentifier",   reference: Gives::Name, arns: &["DBClusterArn"] },
    ArnTemplate { kind: "AWS::DocDB::DBCluster",                       arn: "arn:{partition}:rds:{region}:{account}:cluster:{name}",                   name: "DBClusterIdentifier",   reference: Gives::Name, arns: &[] },
    ArnTemplate { kind: "AWS::Neptune::DBCluster",                     arn: "arn:{partition}:rds:{region}:{account}:cluster:{name}",                   name: "DBClusterIdentifier",   reference: Gives::Name, arns: &[] },
    ArnTemplate { kind: "AWS::DynamoDB::Table",                        arn: "arn:{partition}:dynamodb:{region}:{account}:table/{name}",                name: "TableName",             reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::DynamoDB::GlobalTable",                  arn: "arn:{partition}:dynamodb:{region}:{account}:table/{name}",                name: "TableName",             reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::Serverless::SimpleTable",                arn: "arn:{partition}:dynamodb:{region}:{account}:table/{name}",                name: "TableName",             reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::EKS::Cluster",                           arn: "arn:{partition}:eks:{region}:{account}:cluster/{name}",                   name: "Name",                  reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::EC2::Volume",                            arn: "arn:{partition}:ec2:{region}:{account}:volume/{name}",                    name: "",                      reference: Gives::Name, arns: &[] },
    ArnTemplate { kind: "AWS::EC2::Instance",                          arn: "arn:{partition}:ec2:{region}:{account}:instance/{name}",                  name: "",                      reference: Gives::Name, arns: &[] },
    ArnTemplate { kind: "AWS::EFS::FileSystem",                        arn: "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{name}", name: "",                      reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::FSx::FileSystem",                        arn: "arn:{partition}:fsx:{region}:{account}:file-system/{name}",               name: "",                      reference: Gives::Name, arns: &["ResourceARN"] },
    ArnTemplate { kind: "AWS::FSx::Volume",                            arn: "arn:{partition}:fsx:{region}:{account}:volume/{name}",                    name: "",                      reference: Gives::Name, arns: &["ResourceARN"] },
    ArnTemplate { kind: "AWS::S3::Bucket",                             arn: "arn:{partition}:s3:::{name}",                                             name: "BucketName",            reference: Gives::Name, arns: &["Arn"] },
    ArnTemplate { kind: "AWS::Redshift::Cluster",                      arn: "arn:{partition}:redshift:{region}:{account}:cluster:{name}",              name: "ClusterIdentifier",     reference: Gives::Name, arns: &[] },
    ArnTemplate { kind: "AWS::Timestream::Table",                      arn: "arn:{partition}:timestream:{region}:{account}:database/{name}",           name: "",                      reference: Gives::Name, arns: &["Arn"] },
];

/// The type of a resource.
pub fn kind(resource: &Node) -> &str {
    resource
        .get("Type")
        .and_then(Node::text)
        .unwrap_or_default()
}

/// A property of a resource; `None`: not set.
pub fn property(template: &Template<'_>, resource: &Node, name: &str) -> Option<Value> {
    let node = resource.get("Properties")?.get(name)?;
    let at = PropertyPlace {
        file: template.file,
        path: name.to_owned(),
        node,
    };
    let of = type_in(kind(resource), name);
    Some(taken(of, template.value(node)?, &at))
}

/// What says which thing a resource of a type without an ARN of its own makes.
const NAMING: &[(&str, &[&str])] = &[
    ("AWS::IAM::Policy", &["PolicyName", "Roles"]),
    ("AWS::IAM::RolePolicy", &["PolicyName", "RoleName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::Timestream::Table", &["DatabaseName", "TableName"]),
];

/// The properties that say which thing a resource makes.
pub fn naming(resource: &Node) -> Vec<&Node> {
    let of = kind(resource);
    let own = form(resource).map(|form| form.name);
    let own = own.filter(|name| !name.is_empty());
    let path = matches!(of, "AWS::IAM::Role" | "AWS::IAM::ManagedPolicy").then_some("Path");
    let others = NAMING.iter().filter(|(kind, _)| *kind == of);
    let others = others.flat_map(|(_, names)| names.iter().copied());
    let names = own.into_iter().chain(path).chain(others);
    let properties = resource.get("Properties");
    names
        .filter_map(|name| properties.and_then(|all| all.get(name)))
        .collect()
}

/// The same with the names by which plans and selections are found.
pub fn called(resource: &Node) -> Vec<&Node> {
    let inside = match kind(resource) {
        "AWS::Backup::BackupPlan" => Some(("BackupPlan", "BackupPlanName")),
        "AWS::Backup::BackupSelection" => Some(("BackupSelection", "SelectionName")),
        _ => None,
    };
    let properties = resource.get("Properties");
    let inside = inside.and_then(|(body, name)| properties?.get(body)?.get(name));
    let mut all = naming(resource);
    all.extend(inside);
    all
}

/// What `Fn::GetAtt` gives of types, all of it, by their pages under `Return values` and their schemas as of 2026-11-30.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-backupvault.html> and its like.
#[rustfmt::skip]
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("AWS::Backup::BackupVault",                   &["BackupVaultArn", "BackupVaultName"]),
    ("AWS::Backup::LogicallyAirGappedBackupVault", &["BackupVaultArn", "BackupVaultName", "VaultState", "VaultType"]),
    ("AWS::Backup::BackupPlan",                    &["BackupPlanArn", "BackupPlanId", "VersionId"]),
    ("AWS::Backup::BackupSelection",               &["BackupPlanId", "Id", "SelectionId"]),
    ("AWS::KMS::Key",                              &["Arn", "KeyId"]),
    ("AWS::KMS::ReplicaKey",                       &["Arn", "KeyId"]),
    ("AWS::IAM::Role",                             &["Arn", "RoleId", "RoleName"]),
    ("AWS::IAM::ManagedPolicy",                    &["AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "UpdateDate"]),
    ("AWS::DynamoDB::Table",                       &["Arn", "StreamArn", "TableId", "TableName"]),
    ("AWS::DynamoDB::GlobalTable",                 &["Arn", "StreamArn", "TableId", "TableName"]),
    ("AWS::EFS::FileSystem",                       &["Arn", "FileSystemId"]),
];

/// The attributes of a resource, where all of its type are known.
pub fn attributes(resource: &Node) -> Option<&'static [&'static str]> {
    let row = ATTRIBUTES.iter().find(|(of, _)| *of == kind(resource));
    row.map(|(_, all)| *all)
}

/// What `Ref` gives of a resource.
pub fn reference(template: &Template<'_>, id: &str, resource: &Node) -> Value {
    let form = form(resource);
    match form {
        Some(form) if form.reference == Gives::Arn => arn(template, id, resource),
        Some(form) if form.reference == Gives::Open => unknown(format!(
            "{}:{}: Ref {id}, which may be its ARN or its name: use Fn::GetAtt {id}.{}",
            template.file,
            resource.line,
            form.arns.first().unwrap_or(&"")
        )),
        Some(form) => name(template, id, resource, form),
        None => {
            let open = || unknown(format!("{}:{}: Ref {id}", template.file, resource.line));
            let alias = (kind(resource) == "AWS::KMS::Alias")
                .then(|| template.naming(|| property(template, resource, "AliasName")));
            alias.flatten().unwrap_or_else(open)
        }
    }
}

/// What `Fn::GetAtt` gives of a resource.
pub fn attribute(template: &Template<'_>, id: &str, resource: &Node, attribute: &str) -> Value {
    let form = form(resource);
    match form {
        Some(form) if form.arns.contains(&attribute) => arn(template, id, resource),
        // The name, and the ids that stand in for those that AWS gives.
        Some(form)
            if attribute == form.name
                || matches!(
                    attribute,
                    "KeyId" | "BackupPlanId" | "RoleName" | "FileSystemId"
                ) =>
        {
            name(template, id, resource, form)
        }
        Some(_) | None => unknown(format!(
            "{}:{}: Fn::GetAtt {id}.{attribute}",
            template.file, resource.line
        )),
    }
}

/// Whether a resource is of a type whose ARNs are known.
pub fn has_arn(resource: &Node) -> bool {
    form(resource).is_some()
}

/// The ARN of a resource, with its logical id for a name that AWS gives.
pub fn arn(template: &Template<'_>, id: &str, resource: &Node) -> Value {
    let Some(form) = form(resource) else {
        return unknown(format!(
            "{}:{}: the ARN of {id}",
            template.file, resource.line
        ));
    };
    let name = name(template, id, resource, form);
    let Some(mut name) = plain(&name) else {
        return if is_open(&name) {
            name
        } else {
            unknown(format!(
                "{}:{}: the name of {id}",
                template.file, resource.line
            ))
        };
    };
    if matches!(form.kind, "AWS::IAM::Role" | "AWS::IAM::ManagedPolicy") {
        match template.naming(|| property(template, resource, "Path")) {
            Some(Value::String(path)) => {
                let path = path.trim_matches('/');
                if !path.is_empty() {
                    name = format!("{path}/{name}");
                }
            }
            Some(open) => return open,
            None => {}
        }
    }
    let mut arn = form.arn.replace("{name}", &name);
    let account = template.settings.account.map(|account| account.to_string());
    let region = template.settings.region.as_ref();
    for (part, value, flag) in [
        ("{account}", account, "--account ACCOUNT_ID"),
        (
            "{region}",
            region.map(ToString::to_string),
            "--template-region REGION",
        ),
        (
            "{partition}",
            region.map(|region| partition(region).to_owned()),
            "--template-region REGION",
        ),
    ] {
        if arn.contains(part) {
            match value {
                Some(value) => arn = arn.replace(part, &value),
                None => {
                    return unknown(format!(
                        "{}:{}: the ARN of {id}: give {flag}",
                        template.file, resource.line
                    ));
                }
            }
        }
    }
    json!(arn)
}

/// Why it is not known which thing a resource makes; `None` where that is known, or is no question of ARNs.
pub fn open_name(template: &Template<'_>, id: &str, resource: &Node) -> Option<String> {
    form(resource)?;
    let arn = arn(template, id, resource);
    why(&arn).map(str::to_owned)
}

fn form(resource: &Node) -> Option<&'static ArnTemplate> {
    let kind = kind(resource);
    FORMS.iter().find(|form| form.kind == kind)
}

fn name(template: &Template<'_>, id: &str, resource: &Node, form: &ArnTemplate) -> Value {
    let own = || match template.settings.identity.names.get(id) {
        Some(name) => json!(name),
        None => json!(format!("{}{id}", template.settings.prefix)),
    };
    let name = match form.name {
        "" if form.kind == "AWS::Timestream::Table" => table(template, resource),
        "" => None,
        of => template.naming(|| property(template, resource, of)),
    };
    match name {
        Some(Value::String(name)) if form.is_lower() => json!(name.to_lowercase()),
        name => name.unwrap_or_else(own),
    }
}

/// The name that stands in for the one that AWS gives to a resource; `None`: the template names it.
pub fn given_by_aws(template: &Template<'_>, id: &str, resource: &Node) -> Option<String> {
    let form = form(resource)?;
    let name = name(template, id, resource, form);
    let own = format!("{}{id}", template.settings.prefix);
    let is_set = !form.name.is_empty() && property(template, resource, form.name).is_some();
    (name == own && !is_set).then_some(own)
}

/// All names that stand in for those that AWS gives.
pub fn given(template: &Template<'_>) -> BTreeSet<String> {
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let each = resources.iter();
    each.filter_map(|(id, resource)| given_by_aws(template, id, resource))
        .collect()
}

/// How long the names that CloudFormation gives may be in most services: it shortens longer ones.
const LONGEST: usize = 45;

/// What the ARNs begin with of things that CloudFormation names, by those that stand in for them: `STACK-LOGICALID-` and letters.
/// Things with ids of their own are not named so.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>.
pub fn begun(template: &Template<'_>) -> BTreeMap<String, String> {
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let each = resources.iter().filter_map(|(id, resource)| {
        let form = form(resource).filter(|form| !form.name.is_empty())?;
        let own = given_by_aws(template, id, resource)?;
        let arn = arn(template, id, resource).as_str()?.to_owned();
        let begins = arn.strip_suffix(&own)?;
        let settings = template.settings;
        let name = match &settings.stack {
            Some(stack) if stack.len().saturating_add(id.len()) > LONGEST => String::new(),
            Some(stack) if settings.is_nested => format!("{stack}-"),
            Some(stack) => format!("{stack}-{id}-"),
            None => String::new(),
        };
        let is_lower = form.is_lower() || form.arn.contains(":s3:");
        let name = if is_lower { name.to_lowercase() } else { name };
        Some((arn.clone(), format!("{begins}{name}")))
    });
    each.collect()
}

/// The name of a table of Timestream, after that of its database.
fn table(template: &Template<'_>, resource: &Node) -> Option<Value> {
    let of = |name: &str| template.naming(|| property(template, resource, name));
    let (database, table) = (of("DatabaseName")?, of("TableName")?);
    match (&database, &table) {
        (Value::String(database), Value::String(table)) => {
            Some(json!(format!("{database}/table/{table}")))
        }
        (Value::String(_), open) | (open, _) => Some(open.clone()),
    }
}

impl ArnTemplate {
    /// Whether AWS keeps the name in lower case.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>.
    fn is_lower(&self) -> bool {
        self.arn.contains(":rds:") || self.arn.contains(":redshift:")
    }
}
