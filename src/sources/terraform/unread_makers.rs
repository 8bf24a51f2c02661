//! What of a plan stays as it is, is not read, and may make copies.

use super::identity::Identities;
use super::object::{Moment, Object};
use crate::sources::planned::UnreadMaker;

/// The types that make backup plans, or stacks that may, with whether they are one backup plan.
const MAKERS: &[(&str, bool)] = &[
    ("awscc_backup_backup_plan", true),
    ("awscc_backup_backup_selection", false),
    ("awscc_cloudformation_stack", false),
    ("awscc_cloudformation_stack_set", false),
    (
        "awscc_servicecatalog_cloud_formation_provisioned_product",
        false,
    ),
    ("aws_cloudformation_stack", false),
    ("aws_cloudformation_stack_instances", false),
    ("aws_cloudformation_stack_set_instance", false),
    ("aws_servicecatalog_provisioned_product", false),
    (
        "aws_serverlessapplicationrepository_cloudformation_stack",
        false,
    ),
];

/// The same of what Cloud Control makes, by their CloudFormation types.
const CLOUD_CONTROL: &[(&str, bool)] = &[
    ("AWS::Backup::BackupPlan", true),
    ("AWS::Backup::BackupSelection", false),
    ("AWS::CloudFormation::Stack", false),
    ("AWS::CloudFormation::StackSet", false),
];

/// All of them.
pub fn all(ids: &Identities<'_, '_>) -> Vec<UnreadMaker> {
    let objects = ids.objects.all.iter();
    let stay = objects
        .filter(|object| !object.is_data && !object.is_changed() && object.is_there(Moment::Then));
    let makers = stay.filter_map(|object| {
        let is_plan = is_plan(object)?;
        let id = ["backup_plan_id", "id"].iter();
        let mut id = id.filter_map(|name| object.text(Moment::Now, name));
        Some(UnreadMaker {
            by: format!("{}, which may make copies and is not read", object.address),
            home: ids.home(object, Moment::Then),
            plan: is_plan.then(|| id.next().map(str::to_owned)),
        })
    });
    makers.collect()
}

/// Whether an object is one backup plan; `None`: it makes no copies.
fn is_plan(object: &Object<'_>) -> Option<bool> {
    let (kind, all) = match object.kind {
        "aws_cloudcontrolapi_resource" => (object.text(Moment::Now, "type_name")?, CLOUD_CONTROL),
        kind => (kind, MAKERS),
    };
    let (_, is_plan) = all.iter().find(|(of, _)| *of == kind)?;
    Some(*is_plan)
}
