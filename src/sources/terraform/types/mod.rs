//! Each resource type that is read, with what it says.

mod backup;
mod iam;
mod kms;
mod organizations;
mod plan;
mod stored;

use super::identity::Identities;
use super::object::{Moment, Object, Objects};
use super::reader::Reader;

/// Reads a plan at one moment.
#[must_use]
pub fn read<'a, 'p>(ids: Identities<'a, 'p>, moment: Moment) -> Reader<'a, 'p> {
    let objects: &'a Objects<'p> = ids.objects;
    let mut reader = Reader::new(ids, moment);
    for (kind, read) in READERS {
        for object in objects.of_kind(kind, moment) {
            read(&mut reader, object);
        }
    }
    if moment == Moment::Then {
        for object in objects
            .all
            .iter()
            .filter(|object| !object.is_data && !object.is_there(moment))
        {
            gone(&mut reader, object);
        }
    }
    reader
}

/// What reads an object of a type.
type Read = for<'r, 'a, 'p> fn(&'r mut Reader<'a, 'p>, &'r Object<'p>);

/// The types, in an order in which what a thing is comes before what is said of it.
#[rustfmt::skip]
const READERS: &[(&str, Read)] = &[
    ("aws_kms_key",                              kms::key),
    ("aws_kms_replica_key",                      kms::key),
    ("aws_kms_external_key",                     kms::key),
    ("aws_kms_key_policy",                       kms::policy),
    ("aws_kms_alias",                            kms::alias),
    ("aws_kms_grant",                            kms::grant),
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
    ("aws_db_instance",                          stored::db_instance),
    ("aws_rds_cluster",                          stored::cluster),
    ("aws_docdb_cluster",                        stored::cluster),
    ("aws_neptune_cluster",                      stored::cluster),
    ("aws_dynamodb_table",                       stored::table),
    ("aws_ebs_volume",                           stored::volume),
    ("aws_instance",                             stored::instance),
    ("aws_efs_file_system",                      stored::file_system),
    ("aws_fsx_lustre_file_system",               stored::fsx),
    ("aws_fsx_windows_file_system",              stored::fsx),
    ("aws_fsx_openzfs_file_system",              stored::fsx),
    ("aws_fsx_ontap_volume",                     stored::fsx_volume),
    ("aws_s3_bucket",                            stored::bucket),
    ("aws_redshift_cluster",                     stored::redshift),
    ("aws_timestreamwrite_table",                stored::timestream),
    ("aws_organizations_policy",                 organizations::policy),
    ("aws_organizations_policy_attachment",      organizations::attachment),
    ("aws_backup_plan",                          plan::plan),
    ("aws_backup_selection",                     plan::selection),
];

/// What an object leaves behind that the plan destroys.
fn gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    match object.kind {
        "aws_kms_key" | "aws_kms_replica_key" | "aws_kms_external_key" => kms::gone(reader, object),
        "aws_kms_key_policy" => kms::policy_gone(reader, object),
        "aws_iam_role" => iam::role_gone(reader, object),
        "aws_iam_role_policy" | "aws_iam_role_policy_attachment" => {
            iam::policy_gone(reader, object)
        }
        "aws_backup_vault" | "aws_backup_logically_air_gapped_vault" => {
            backup::vault_gone(reader, object)
        }
        "aws_backup_vault_policy" => backup::policy_gone(reader, object),
        "aws_backup_vault_lock_configuration" => backup::lock_gone(reader, object),
        "aws_backup_plan" => plan::gone(reader, object),
        "aws_organizations_policy" | "aws_organizations_policy_attachment" => {
            organizations::gone(reader, object);
        }
        _ => {}
    }
}

/// What a plan may hold that matters to copies and is not read: named in a warning once.
pub fn not_read(kind: &str) -> bool {
    let is_near = [
        "aws_backup_",
        "aws_kms_",
        "aws_fsx_",
        "aws_iam_role",
        "aws_iam_policy_attachment",
    ]
    .iter()
    .any(|prefix| kind.starts_with(prefix));
    let is_harmless = [
        "aws_backup_report_plan",
        "aws_backup_framework",
        "aws_backup_vault_notifications",
        "aws_iam_role_last_used",
    ];
    is_near && !is_harmless.contains(&kind) && !READERS.iter().any(|(read, _)| *read == kind)
}
