//! The names that a template gives: under one that something has already nothing else is made. What is new in a template is made before
//! what it no longer has is deleted.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>.

use serde_json::Value;

use super::names::kind;
use super::reader::TemplateReader;
use super::text::Node;

/// Types, each with what its names are told apart among, and the properties that are the name.
#[rustfmt::skip]
const NAMED: &[(&str, &str, &[&str])] = &[
    ("AWS::Backup::BackupVault",                   "vault",          &["BackupVaultName"]),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "vault",          &["BackupVaultName"]),
    ("AWS::Backup::Framework",                     "framework",      &["FrameworkName"]),
    ("AWS::Backup::ReportPlan",                    "report plan",    &["ReportPlanName"]),
    ("AWS::Backup::RestoreTestingPlan",            "testing plan",   &["RestoreTestingPlanName"]),
    ("AWS::KMS::Alias",                            "alias",          &["AliasName"]),
    ("AWS::IAM::Role",                             "role",           &["RoleName"]),
    ("AWS::IAM::ManagedPolicy",                    "managed policy", &["ManagedPolicyName"]),
    ("AWS::IAM::User",                             "user",           &["UserName"]),
    ("AWS::IAM::Group",                            "group",          &["GroupName"]),
    ("AWS::IAM::InstanceProfile",                  "profile",        &["InstanceProfileName"]),
    ("AWS::RDS::DBInstance",                       "database",       &["DBInstanceIdentifier"]),
    ("AWS::DocDB::DBInstance",                     "database",       &["DBInstanceIdentifier"]),
    ("AWS::Neptune::DBInstance",                   "database",       &["DBInstanceIdentifier"]),
    ("AWS::RDS::DBCluster",                        "cluster",        &["DBClusterIdentifier"]),
    ("AWS::DocDB::DBCluster",                      "cluster",        &["DBClusterIdentifier"]),
    ("AWS::Neptune::DBCluster",                    "cluster",        &["DBClusterIdentifier"]),
    ("AWS::RDS::DBSubnetGroup",                    "subnet group",   &["DBSubnetGroupName"]),
    ("AWS::RDS::OptionGroup",                      "option group",   &["OptionGroupName"]),
    ("AWS::Redshift::Cluster",                     "warehouse",      &["ClusterIdentifier"]),
    ("AWS::DynamoDB::Table",                       "table",          &["TableName"]),
    ("AWS::DynamoDB::GlobalTable",                 "table",          &["TableName"]),
    ("AWS::Serverless::SimpleTable",               "table",          &["TableName"]),
    ("AWS::S3::Bucket",                            "bucket",         &["BucketName"]),
    ("AWS::EKS::Cluster",                          "EKS cluster",    &["Name"]),
    ("AWS::Timestream::Database",                  "Timestream",     &["DatabaseName"]),
    ("AWS::Timestream::Table",                     "Timestream",     &["DatabaseName", "TableName"]),
    ("AWS::Lambda::Function",                      "function",       &["FunctionName"]),
    ("AWS::Logs::LogGroup",                        "log group",      &["LogGroupName"]),
    ("AWS::SecretsManager::Secret",                "secret",         &["Name"]),
    ("AWS::SNS::Topic",                            "topic",          &["TopicName"]),
    ("AWS::SQS::Queue",                            "queue",          &["QueueName"]),
    ("AWS::SSM::Parameter",                        "parameter",      &["Name"]),
];

/// What tells names apart by no case.
const WITHOUT_CASE: &[&str] = &[
    "cluster",
    "database",
    "group",
    "managed policy",
    "option group",
    "profile",
    "role",
    "subnet group",
    "user",
    "warehouse",
];

/// The name that a template gives to what a resource makes, and what it is told apart among; `None`: it gives none, or it is not known.
fn name(reader: &TemplateReader<'_>, node: &Node) -> Option<(&'static str, String)> {
    let (_, among, properties) = NAMED.iter().find(|(of, ..)| *of == kind(node))?;
    let template = &reader.template;
    let parts = properties.iter().map(|property| {
        let value = template.naming(|| reader.of(node, property));
        value.as_ref().and_then(Value::as_str).map(str::to_owned)
    });
    let name = parts.collect::<Option<Vec<_>>>()?.join("/");
    let name = match WITHOUT_CASE.contains(among) {
        true => name.to_lowercase(),
        false => name,
    };
    Some((among, name))
}

/// The resources of a template that are made, with their names.
fn made<'n>(reader: &TemplateReader<'n>) -> Vec<(&'n str, &'n Node, (&'static str, String))> {
    let all = reader.template.root.get("Resources");
    let all = all.map_or(&[][..], Node::fields).iter();
    let made = all.filter(|(_, node)| reader.is_made(node) == Some(true));
    made.filter_map(|(id, node)| Some((id.as_str(), node, name(reader, node)?)))
        .collect()
}

/// Says of a template what has the name of another that it makes.
pub fn given_twice(reader: &mut TemplateReader<'_>) {
    let all = made(reader);
    let mut open = Vec::new();
    for (at, (id, node, name)) in all.iter().enumerate() {
        let before = all.iter().take(at).find(|(_, _, other)| other == name);
        // What is deployed so was taken.
        let is_of_now = |id: &str| reader.was(id).is_some();
        if let Some((other, ..)) = before.filter(|(other, ..)| !is_of_now(id) || !is_of_now(other))
        {
            open.push(format!(
                "{}:{}: {id} has the name that {other} has, and AWS makes no two of one: fix it: give it another name",
                reader.template.file, node.line
            ));
        }
    }
    for text in open {
        reader.open(text);
    }
}

/// Whether both templates of a change give one name, in other letters.
fn is_recased(
    (now, was): (&TemplateReader<'_>, &Node),
    (then, is): (&TemplateReader<'_>, &Node),
) -> bool {
    let row = NAMED.iter().find(|(of, ..)| *of == kind(is));
    let properties = row.map_or(&[][..], |(.., properties)| *properties);
    let written = |reader: &TemplateReader<'_>, node: &Node| {
        let all = properties.iter();
        all.map(|property| reader.template.naming(|| reader.of(node, property)))
            .collect::<Vec<_>>()
    };
    let names = [name(now, was), name(then, is)];
    names[0].is_some() && names[0] == names[1] && written(now, was) != written(then, is)
}

/// Says of a change what it makes under a name that something has: what the template of now made, or what stands in the facts.
pub fn taken(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    let resources = now.template.root.get("Resources");
    let was = resources.map_or(&[][..], Node::fields).iter();
    let was = was.filter(|(_, node)| now.is_made(node) != Some(false));
    let was: Vec<_> = was
        .filter_map(|(id, node)| Some((id, name(now, node)?)))
        .collect();
    let mut open = Vec::new();
    for (id, node, name) in made(then) {
        let was_of = now.template.resource(id);
        let was_of =
            was_of.filter(|was| kind(was) == kind(node) && now.is_made(was) != Some(false));
        if let Some(was_of) = was_of {
            if is_recased((now, was_of), (then, node)) {
                open.push(format!(
                    "{}:{}: {id} has its name in other letters, for which CloudFormation makes another, and AWS takes the two for one: fix it: leave the name as it is, or give it another",
                    then.template.file, node.line
                ));
            }
            continue;
        }
        let other = was.iter().find(|(other, own)| *other != id && *own == name);
        let has = match other {
            Some((other, _)) => format!(
                "{other} has, as CloudFormation makes what is new before it deletes what goes"
            ),
            None if then.template.settings.identity.taken.contains(id) => {
                "something has already".to_owned()
            }
            None => continue,
        };
        open.push(format!(
            "{}:{}: {id} would be made under a name that {has}: fix it: give it another name, or import what is there",
            then.template.file, node.line
        ));
    }
    for text in open {
        then.open(text);
    }
}
