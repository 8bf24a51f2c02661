//! Each resource type that is read, with what it says.

mod automatic_backups;
mod backup;
mod dynamodb;
mod fsx;
mod iam;
mod kms;
mod organizations;
mod own_policy;
mod plan;
mod rds;
mod s3;
mod stored;
mod volumes;

use super::identity::Identities;
use super::object::{Moment, Object};
use super::objects::Objects;
use super::reader::PlanReader;

/// Reads a plan at one moment.
#[must_use]
pub fn read<'a, 'p>(ids: Identities<'a, 'p>, moment: Moment) -> PlanReader<'a, 'p> {
    let objects: &'a Objects<'p> = ids.objects;
    let mut reader = PlanReader::new(ids, moment);
    if moment == Moment::Then {
        // What is replaced leaves the old one behind; what takes its place is read over that.
        for object in replaced(objects).filter(|object| !goes_last(object)) {
            gone(&mut reader, object);
        }
        // What is renamed where it stands has another ARN, and nothing has the one that it had.
        let stored = objects.all.iter().filter(|object| {
            !object.is_data && object.does("update") && BACKED_UP.contains(&object.kind)
        });
        for object in stored {
            let names = [Moment::Now, Moment::Then].map(|at| reader.ids.arn(object, at));
            if object.is_there(Moment::Then) && names[0].is_some() && names[0] != names[1] {
                stored::gone(&mut reader, object);
            }
        }
    }
    for (kind, read) in READERS {
        for object in objects.of_kind(kind, moment) {
            read(&mut reader, object);
        }
    }
    if moment == Moment::Then {
        let all = objects.all.iter().filter(|object| !object.is_data);
        for object in all.clone().filter(|object| is_read(object.kind)) {
            if let Some(what) = object.contradicts() {
                reader.unplaced(format!("{} {what}", object.address));
            }
        }
        for object in all.clone().filter(|object| !object.is_there(moment)) {
            gone(&mut reader, object);
        }
        for object in replaced(objects).filter(|object| goes_last(object)) {
            gone(&mut reader, object);
        }
        for object in all.clone() {
            volumes::makers(&mut reader, object);
        }
        for object in all.filter(|object| object.is_changed() && is_not_read(object)) {
            reader.open.push(format!(
                "{} is not read, and may change what copies need",
                object.address
            ));
        }
    }
    reader
}

/// What reads an object of a type.
type ReadObject = for<'a, 'p> fn(&mut PlanReader<'a, 'p>, &'a Object<'p>);

/// What takes another's place, and what former replacements left.
fn replaced<'a, 'p>(objects: &'a Objects<'p>) -> impl Iterator<Item = &'a Object<'p>> {
    let all = objects
        .all
        .iter()
        .filter(|object| !object.is_data && object.is_there(Moment::Then) && object.does("delete"));
    all.chain(&objects.deposed)
}

/// What is a part of a thing, and has no id of its own: of two, the one that goes takes the other with it.
///
/// See <https://github.com/hashicorp/terraform/issues/34083>.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "aws_backup_vault_lock_configuration", "aws_backup_vault_policy", "aws_dynamodb_resource_policy", "aws_ebs_default_kms_key",
    "aws_efs_backup_policy", "aws_efs_file_system_policy", "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_kms_key_policy",
    "aws_s3_bucket_policy", "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning",
];

/// Whether what is replaced is such a part and goes after the one that takes its place is made.
fn goes_last(object: &Object<'_>) -> bool {
    let is_made_first = object.change.is_some_and(|change| {
        change.actions.first().is_none_or(|first| first != "delete") || !object.is_made()
    });
    PARTS.contains(&object.kind) && is_made_first
}

/// The types, in an order in which what a thing is comes before what is said of it.
#[rustfmt::skip]
const READERS: &[(&str, ReadObject)] = &[
    ("aws_kms_key",                              kms::key),
    ("aws_kms_replica_key",                      kms::key),
    ("aws_kms_external_key",                     kms::key),
    ("aws_kms_key_policy",                       kms::policy),
    ("aws_kms_alias",                            kms::alias),
    ("aws_kms_grant",                            kms::grant),
    ("aws_ebs_default_kms_key",                  kms::ebs_default),
    ("aws_iam_policy",                           iam::managed_policy),
    ("aws_iam_role",                             iam::role),
    ("aws_iam_service_linked_role",              iam::service_linked_role),
    ("aws_iam_role_policy",                      iam::inline_policy),
    ("aws_iam_role_policy_attachment",           iam::attachment),
    ("aws_backup_vault",                         backup::vault),
    ("aws_backup_logically_air_gapped_vault",    backup::air_gapped_vault),
    ("aws_backup_vault_policy",                  backup::vault_policy),
    ("aws_backup_vault_lock_configuration",      backup::vault_lock),
    ("aws_backup_region_settings",               backup::region_settings),
    ("aws_backup_global_settings",               backup::global_settings),
    ("aws_account_region",                       backup::account_region),
    ("aws_db_instance",                          rds::db_instance),
    ("aws_rds_cluster",                          rds::cluster),
    ("aws_rds_cluster_instance",                 rds::cluster_instance),
    ("aws_docdb_cluster_instance",               rds::cluster_instance),
    ("aws_neptune_cluster_instance",             rds::cluster_instance),
    ("aws_docdb_cluster",                        rds::cluster),
    ("aws_neptune_cluster",                      rds::cluster),
    ("aws_dynamodb_table",                       dynamodb::table),
    ("aws_dynamodb_table_replica",               dynamodb::replica),
    ("aws_ebs_volume",                           stored::volume),
    ("aws_instance",                             stored::instance),
    ("aws_efs_file_system",                      stored::file_system),
    ("aws_fsx_lustre_file_system",               stored::fsx),
    ("aws_fsx_windows_file_system",              stored::fsx),
    ("aws_fsx_openzfs_file_system",              stored::fsx),
    ("aws_fsx_ontap_volume",                     stored::fsx_volume),
    ("aws_fsx_data_repository_association",      fsx::association),
    ("aws_s3_bucket",                            s3::bucket),
    ("aws_s3_bucket_versioning",                 s3::bucket_versioning),
    ("aws_s3_bucket_server_side_encryption_configuration", s3::bucket_encryption),
    ("aws_s3_bucket_policy",                     own_policy::policy),
    ("aws_efs_file_system_policy",               own_policy::policy),
    ("aws_efs_backup_policy",                    automatic_backups::policy),
    ("aws_dynamodb_resource_policy",             own_policy::policy),
    ("aws_redshift_cluster",                     stored::redshift),
    ("aws_timestreamwrite_database",             stored::timestream_database),
    ("aws_timestreamwrite_table",                stored::timestream),
    ("aws_eks_cluster",                          stored::eks),
    ("aws_organizations_policy",                 organizations::policy),
    ("aws_organizations_policy_attachment",      organizations::attachment),
    ("aws_backup_plan",                          plan::plan),
    ("aws_backup_selection",                     plan::selection),
];

/// Whether objects of a type are read.
pub fn is_read(kind: &str) -> bool {
    READERS.iter().any(|(read, _)| *read == kind)
}

/// What an object leaves behind that the plan destroys.
fn gone<'a, 'p>(reader: &mut PlanReader<'a, 'p>, object: &'a Object<'p>) {
    // What is forgotten stays as it is.
    if !object.does("delete") {
        return;
    }
    match object.kind {
        "aws_kms_key" | "aws_kms_replica_key" | "aws_kms_external_key" => kms::gone(reader, object),
        "aws_kms_key_policy" => kms::policy_gone(reader, object),
        "aws_kms_alias" => kms::alias_gone(reader, object),
        "aws_kms_grant" => kms::grant_gone(reader, object),
        "aws_ebs_default_kms_key" => kms::ebs_default_gone(reader, object),
        "aws_iam_role" => iam::role_gone(reader, object),
        "aws_iam_service_linked_role" => iam::service_linked_role_gone(reader, object),
        "aws_iam_policy" => iam::managed_policy_gone(reader, object),
        "aws_iam_role_policy" | "aws_iam_role_policy_attachment" => {
            iam::policy_gone(reader, object);
        }
        "aws_backup_vault" | "aws_backup_logically_air_gapped_vault" => {
            backup::vault_gone(reader, object);
        }
        "aws_backup_vault_policy" => backup::policy_gone(reader, object),
        "aws_backup_vault_lock_configuration" => backup::lock_gone(reader, object),
        "aws_backup_plan" => plan::gone(reader, object),
        "aws_backup_selection" => plan::selection_gone(reader, object),
        "aws_organizations_policy" | "aws_organizations_policy_attachment" => {
            organizations::gone(reader, object);
        }
        "aws_dynamodb_table" => dynamodb::gone(reader, object),
        "aws_fsx_data_repository_association" => fsx::association_gone(reader, object),
        "aws_s3_bucket_server_side_encryption_configuration" => {
            s3::encryption_gone(reader, object);
        }
        "aws_s3_bucket_versioning" => s3::versioning_gone(reader, object),
        "aws_dynamodb_resource_policy" | "aws_efs_file_system_policy" | "aws_s3_bucket_policy" => {
            own_policy::gone(reader, object);
        }
        "aws_efs_backup_policy" => automatic_backups::gone(reader, object),
        "aws_timestreamwrite_database" => reader.unplaced(format!(
            "{}, a database of Timestream, goes, and which of its tables are there is not known",
            object.address
        )),
        kind if BACKED_UP.contains(&kind) => stored::gone(reader, object),
        _ => {}
    }
}

/// What is backed up, of the types that are read.
#[rustfmt::skip]
const BACKED_UP: &[&str] = &[
    "aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "aws_dynamodb_table",
    "aws_dynamodb_table_replica", "aws_ebs_volume",
    "aws_instance", "aws_efs_file_system", "aws_fsx_lustre_file_system", "aws_fsx_windows_file_system",
    "aws_fsx_openzfs_file_system", "aws_fsx_ontap_volume", "aws_s3_bucket", "aws_redshift_cluster", "aws_timestreamwrite_table",
    "aws_eks_cluster",
];

/// What matters to copies by the beginning of its type, those of the Cloud Control provider among them.
#[rustfmt::skip]
const NEAR: &[&str] = &[
    "aws_backup_", "aws_kms_", "aws_fsx_", "aws_iam_role", "aws_iam_policy", "aws_organizations_", "aws_ram_",
    "aws_cloudformation_stack", "aws_db_option_group", "aws_ebs_encryption_by_default", 
    "aws_controltower_", "aws_dsql_cluster", "aws_ec2_tag", "aws_dynamodb_tag", "aws_volume_attachment", "aws_account_region", "aws_redshiftserverless_", "aws_ec2_allowed_images_settings", 
    "aws_storagegateway_cached_iscsi_volume", "aws_storagegateway_stored_iscsi_volume",
    "awscc_backup_", "awscc_kms_", "awscc_iam_role", "awscc_iam_managed_policy", "awscc_organizations_", "awscc_ram_",
    "awscc_rds_", "awscc_dynamodb_", "awscc_efs_", "awscc_fsx_", "awscc_s3_bucket", "awscc_ec2_volume", "awscc_ec2_instance",
    "awscc_redshift_cluster", "awscc_docdb_", "awscc_neptune_", "awscc_cloudformation_", "awscc_dsql_cluster", "awscc_eks_cluster",
    "awscc_iam_service_linked_role", "awscc_redshiftserverless_", "awscc_servicecatalog_cloud_formation_provisioned_product",
    "awscc_timestream_", "awscc_controltower_", "aws_dynamodb_global_table", "aws_efs_replication_configuration", "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product", "aws_rds_instance_state", "aws_rds_global_cluster", "aws_docdb_global_cluster",
    "aws_neptune_global_cluster",
];

/// What of that no check asks for.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "aws_backup_report_plan", "aws_backup_framework", "aws_backup_vault_notifications", "aws_backup_restore_testing_plan",
    "aws_backup_restore_testing_selection", "aws_iam_role_last_used", "aws_kms_ciphertext", 
    "aws_fsx_backup", "aws_fsx_file_cache", "aws_fsx_ontap_file_system",
    "aws_fsx_ontap_storage_virtual_machine", "aws_fsx_openzfs_snapshot", "aws_fsx_openzfs_volume",
    "aws_organizations_organizational_unit", "aws_organizations_resource_policy", "aws_organizations_delegated_administrator",
    "awscc_backup_framework", "awscc_backup_report_plan", "awscc_backup_restore_testing_plan",
    "awscc_backup_restore_testing_selection",
];

/// What Cloud Control makes that matters, by the beginning of its CloudFormation type.
#[rustfmt::skip]
const CLOUD_CONTROL: &[&str] = &[
    "AWS::Backup::", "AWS::KMS::", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::Organizations::", "AWS::RAM::",
    "AWS::ControlTower::", "AWS::CloudFormation::", "AWS::RDS::", "AWS::DocDB::", "AWS::Neptune::", "AWS::DynamoDB::", "AWS::DSQL::",
    "AWS::EC2::Volume", "AWS::EC2::Instance", "AWS::EFS::", "AWS::EKS::Cluster", "AWS::FSx::", "AWS::S3::Bucket",
    "AWS::Redshift", "AWS::Timestream::",
];

/// Whether an object matters to copies and is not read.
pub fn is_not_read(object: &Object<'_>) -> bool {
    if object.kind != "aws_cloudcontrolapi_resource" {
        return not_read(object.kind);
    }
    let mut moments = [Moment::Now, Moment::Then].into_iter();
    moments.any(|moment| {
        object.is_there(moment)
            && object.text(moment, "type_name").is_none_or(|of| {
                let mut near = CLOUD_CONTROL.iter();
                near.any(|prefix| of.starts_with(prefix))
            })
    })
}

/// What a plan may hold that matters to copies and is not read: named in a warning once, and the answer is open where the
/// plan changes it.
fn not_read(kind: &str) -> bool {
    NEAR.iter().any(|prefix| kind.starts_with(prefix))
        && !HARMLESS.contains(&kind)
        && !is_read(kind)
}
