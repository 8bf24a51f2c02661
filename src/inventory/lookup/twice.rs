//! What the calls that describe a resource say of one thing by two names: Cloud Control by one, its service by the other. Where both
//! stand in a description, and differ, neither counts.

use crate::inventory::tree::Tree;
use crate::known::{Arn, Gap};

use super::contradiction::contradiction;

/// A field within a description, step by step.
type Path = &'static [&'static str];

/// The two names of one thing, by the service that it is of.
const TWICE: &[(&str, Path, Path)] = &[
    // API_Cluster of EKS; AWS::EKS::Cluster
    ("eks", &["status"], &["Status"]),
    (
        "eks",
        &["accessConfig", "authenticationMode"],
        &["AccessConfig", "AuthenticationMode"],
    ),
    // API_GetCluster of Aurora DSQL; AWS::DSQL::Cluster
    ("dsql", &["status"], &["Status"]),
    (
        "dsql",
        &["encryptionDetails", "encryptionStatus"],
        &["EncryptionDetails", "EncryptionStatus"],
    ),
    (
        "dsql",
        &["encryptionDetails", "kmsKeyArn"],
        &["EncryptionDetails", "KmsKeyArn"],
    ),
    // API_DBCluster, API_DBInstance
    ("rds", &["Status"], &["DBInstanceStatus"]),
    // API_GetBucketVersioning; AWS::S3::Bucket
    ("s3", &["Status"], &["VersioningConfiguration", "Status"]),
];

/// The gap that a description leaves which says two things of one.
pub fn told_twice(of: &Arn, detail: &Tree) -> Option<Gap> {
    let said = |path: Path| at(detail, path).filter(|said| !matches!(said, Tree::Null));
    let service = of.service();
    let rows = TWICE.iter().filter(|(of, ..)| *of == service);
    let mut both = rows.filter_map(|(_, one, other)| {
        Some(((*one, said(one)?.as_str()), (*other, said(other)?.as_str())))
    });
    // What is no text says nothing that could be compared.
    let ((one, says), (other, also)) = both.find(|((_, says), (_, also))| {
        let texts = says.zip(*also);
        texts.is_none_or(|(says, also)| !says.eq_ignore_ascii_case(also))
    })?;
    let name = |path: Path, says: Option<&str>| {
        format!("`{}` {}", path.join("."), says.unwrap_or("that is no text"))
    };
    Some(contradiction(of, name(one, says), name(other, also)))
}

/// A field within a description.
pub fn at(detail: &Tree, path: Path) -> Option<&Tree> {
    let mut steps = path.iter();
    steps.try_fold(detail, |within, step| within.get(step))
}
