//! Each resource type that is read, with what it says.

mod automatic_backups;
mod backup;
mod custom;
pub mod fsx;
mod functions;
mod global_table;
pub mod iam;
pub mod kms;
mod launch_templates;
pub mod organizations;
pub mod own_policy;
pub mod plan;
mod stored;
pub mod volumes;

use crate::known::near;
use crate::sources::planned::UnreadMaker;

use super::mentions::parameters_of_condition;
use super::names::{kind, open_name};
use super::properties::wrong;
use super::reader::TemplateReader;
use super::template::Template;
use super::text::Node;
use global_table::global_table;
use stored::stored;

/// What reads a resource of a type.
type ReadResource = for<'r, 't> fn(&'r mut TemplateReader<'t>, &'r str, &'r Node);

/// The types, in an order in which what a thing is comes before what is said of it.
#[rustfmt::skip]
const READERS: &[(&str, ReadResource)] = &[
    ("AWS::KMS::Key",                               kms::key),
    ("AWS::KMS::ReplicaKey",                        kms::key),
    ("AWS::KMS::Alias",                             kms::alias),
    ("AWS::IAM::Role",                              iam::role),
    ("AWS::IAM::ServiceLinkedRole",                 iam::service_linked_role),
    ("AWS::IAM::Policy",                            iam::inline_policy),
    ("AWS::IAM::RolePolicy",                        iam::inline_policy),
    ("AWS::IAM::ManagedPolicy",                     iam::managed_policy),
    ("AWS::Backup::BackupVault",                    backup::vault),
    ("AWS::Backup::LogicallyAirGappedBackupVault",  backup::air_gapped_vault),
    ("AWS::RDS::DBInstance",                        |reader, id, node| stored(reader, id, node, "RDS")),
    ("AWS::RDS::DBCluster",                         |reader, id, node| stored(reader, id, node, "Aurora")),
    ("AWS::DocDB::DBCluster",                       |reader, id, node| stored(reader, id, node, "DocumentDB")),
    ("AWS::Neptune::DBCluster",                     |reader, id, node| stored(reader, id, node, "Neptune")),
    ("AWS::DynamoDB::Table",                        |reader, id, node| stored(reader, id, node, "DynamoDB")),
    ("AWS::DynamoDB::GlobalTable",                  global_table),
    ("AWS::Serverless::SimpleTable",                |reader, id, node| stored(reader, id, node, "DynamoDB")),
    ("AWS::EKS::Cluster",                           |reader, id, node| stored(reader, id, node, "EKS")),
    ("AWS::EC2::Volume",                            |reader, id, node| stored(reader, id, node, "EBS")),
    ("AWS::EC2::Instance",                          |reader, id, node| stored(reader, id, node, "EC2")),
    ("AWS::EFS::FileSystem",                        |reader, id, node| stored(reader, id, node, "EFS")),
    ("AWS::FSx::FileSystem",                        |reader, id, node| stored(reader, id, node, "FSx")),
    ("AWS::FSx::Volume",                            |reader, id, node| stored(reader, id, node, "FSx")),
    ("AWS::FSx::DataRepositoryAssociation",         fsx::association),
    ("AWS::S3::Bucket",                             |reader, id, node| stored(reader, id, node, "S3")),
    ("AWS::Redshift::Cluster",                      |reader, id, node| stored(reader, id, node, "Redshift")),
    ("AWS::Timestream::Table",                      |reader, id, node| stored(reader, id, node, "Timestream")),
    ("AWS::Backup::BackupPlan",                     plan::plan),
    ("AWS::Backup::BackupSelection",                plan::selection),
    ("AWS::Organizations::Policy",                  organizations::policy),
];

/// Whether a resource is of a type that is read.
pub fn is_read(resource: &Node) -> bool {
    READERS.iter().any(|(read, _)| *read == kind(resource))
}

/// Reads every resource of a template.
pub fn read(reader: &mut TemplateReader<'_>) {
    let resources = reader
        .template
        .root
        .get("Resources")
        .map_or(&[][..], Node::fields);
    for (of, read) in READERS {
        for (id, resource) in resources
            .iter()
            .filter(|(_, resource)| kind(resource) == *of)
        {
            let properties = resource.get("Properties").map_or(&[][..], Node::fields);
            if let Some((function, _)) =
                properties.iter().find(|(name, _)| name.starts_with("Fn::"))
            {
                let text = format!(
                    "{}:{}: {function} may set any property of {id}",
                    reader.template.file, resource.line
                );
                // What is the same in both templates is not what the change changes.
                match reader.is_same(id, resource) {
                    true => reader.note(text.clone()),
                    false => reader.open(text.clone()),
                }
                reader.unread.insert(id.clone(), text);
                continue;
            }
            if let Some(why) = open_name(&reader.template, id, resource) {
                reader.unread.insert(id.clone(), why);
            }
            let condition = resource.get("Condition").and_then(Node::text);
            let template = &reader.template;
            match condition.map(|name| template.makes(id, name)) {
                None | Some(Some(true)) => read(reader, id, resource),
                Some(Some(false)) => {}
                Some(None) => {
                    let name = condition.unwrap_or_default();
                    let why = template.naming(|| template.why_open(name));
                    let text = format!(
                        "{}:{}: whether {id} is made depends on the condition {name}{}",
                        template.file,
                        resource.line,
                        why.map_or_else(String::new, |why| format!(" ({why})"))
                    );
                    // Whatever it is: what the facts say of it may be what it changes.
                    reader.open(text.clone());
                    if *of == "AWS::Backup::BackupSelection" {
                        plan::perhaps_selects(reader, id, resource, &text);
                    }
                    reader.unread.insert(id.clone(), text);
                }
            }
        }
    }
    for (id, resource) in resources {
        unread(reader, id, resource);
        own_policy::of_another_bucket(reader, id, resource);
        if !id.starts_with("Fn::") && reader.is_made(resource) != Some(false) {
            let read = READERS.iter().any(|(read, _)| *read == kind(resource));
            let wrong = if read || kind(resource).is_empty() {
                wrong(id, resource)
            } else {
                Vec::new()
            };
            for text in wrong {
                let file = reader.template.file;
                reader.open(format!("{file}:{}: {text}", resource.line));
            }
        }
    }
}

/// What may make more resources than those that are told.
#[rustfmt::skip]
const MAKERS: &[&str] = &[
    "AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// What matters to copies by the beginning of its type.
#[rustfmt::skip]
const NEAR: &[&str] = &[
    "AWS::Backup::", "AWS::KMS::", "AWS::Organizations::", "AWS::RAM::", "AWS::RDS::OptionGroup", "AWS::ControlTower::", "AWS::EC2::VolumeAttachment",
    "AWS::RedshiftServerless::Namespace", "AWS::DSQL::Cluster",
];

/// What of that no check asks for.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "AWS::Backup::Framework", "AWS::Backup::ReportPlan", "AWS::Backup::RestoreTestingPlan",
    "AWS::Backup::RestoreTestingSelection", "AWS::Organizations::OrganizationalUnit", "AWS::Organizations::ResourcePolicy",
];

/// Whether the template of a stack within is a file, and no address that changes with it.
fn is_of_a_file(reader: &TemplateReader<'_>, resource: &Node) -> bool {
    let location = match kind(resource) {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => return false,
    };
    let location = reader.of(resource, location);
    location.is_some_and(|location| location.as_str().is_some_and(|path| !path.contains("://")))
}

/// What a resource does that is not read and matters, in words.
fn not_read(template: &Template<'_>, id: &str, resource: &Node) -> Option<String> {
    let of = kind(resource);
    let at = format!("{}:{}: {id}", template.file, resource.line);
    let is_custom = of.starts_with("Custom::") || of == "AWS::CloudFormation::CustomResource";
    if id.starts_with("Fn::") || MAKERS.contains(&of) || of.ends_with("::MODULE") {
        return Some(format!("{at} may make more resources, and is not read"));
    }
    if is_custom {
        return custom::does(template, resource).map(|does| format!("{at} {does}"));
    }
    if of == "AWS::SSM::Association" {
        return custom::runs(resource).map(|runs| format!("{at} {runs}"));
    }
    let is_near = NEAR.iter().any(|prefix| of.starts_with(prefix));
    let is_unread =
        is_near && !HARMLESS.contains(&of) && !READERS.iter().any(|(read, _)| *read == of);
    is_unread.then(|| {
        let meant = near::meant(of, READERS.iter().map(|(read, _)| *read));
        let meant = meant.map_or_else(String::new, |meant| {
            format!(": fix it: did you mean {meant}?")
        });
        format!("{at} is of type {of}, which is not read{meant}")
    })
}

/// Says what is not read, which leaves the answer open where it matters.
fn unread(reader: &mut TemplateReader<'_>, id: &str, resource: &Node) {
    if reader.template.settings.nested.contains(id) {
        return;
    }
    let Some(text) = not_read(&reader.template, id, resource) else {
        return;
    };
    // A template that lies in a file may have changed, where the stack that it makes says the same.
    let is_same = reader.is_same(id, resource) && !is_of_a_file(reader, resource);
    if reader.is_made(resource) == Some(false) && !is_perhaps_made(reader, resource) {
        return;
    }
    if !is_same {
        reader.open(text);
    } else if MAKERS.contains(&kind(resource)) {
        reader.unread_makers.push(UnreadMaker {
            by: text,
            home: reader.home.clone(),
            plan: None,
        });
    }
}

/// Whether the values that are given for a change tell whether a resource is made, so that it may have been before, or not.
fn is_perhaps_made(reader: &TemplateReader<'_>, resource: &Node) -> bool {
    let condition = resource.get("Condition").and_then(Node::text);
    let on = condition.map(|name| parameters_of_condition(&reader.template, name));
    let settings = reader.template.settings;
    let mut on = on.into_iter().flatten();
    reader.other.is_some() && on.any(|name| settings.may_be_new(&name))
}
