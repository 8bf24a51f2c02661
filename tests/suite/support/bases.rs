//! What scenarios start from, by name: feasible copies, and plans.

use super::Estate;

/// The inventory of this name.
pub fn base(name: &str) -> Result<Estate, String> {
    let names = || BASES.iter().map(|(base, _)| *base).collect::<Vec<_>>();
    match BASES.iter().find(|(base, _)| *base == name) {
        Some((_, build)) => Ok(build()),
        None => Err(format!(
            "unknown base `{name}`; expected one of {}",
            names().join(", ")
        )),
    }
}

type Build = fn() -> Estate;

#[rustfmt::skip]
pub const BASES: &[(&str, Build)] = &[
    ("rds",                             Estate::rds),
    ("rds-within-the-account",          || Estate::rds().within_the_account()),
    ("rds-point",                       Estate::rds_point),
    ("aurora",                          Estate::aurora),
    ("dynamodb",                        Estate::dynamodb),
    ("ebs",                             Estate::ebs),
    ("ebs-point",                       || Estate::ebs().of_point("arn:aws:ec2:us-east-2::snapshot/snap-0123456789abcdef0")),
    ("efs",                             Estate::efs),
    ("into-air-gapped",                 Estate::into_air_gapped),
    ("into-air-gapped-on-customer-key", Estate::into_air_gapped_on_customer_key),
    ("out-of-air-gapped",               Estate::out_of_air_gapped),
    // One account with a plan, and no copy named.
    ("plan",                            || whole(include_str!("bases/plan.json"))),
    // The organization of `rds`, where a plan takes the database by its tag and copies it.
    ("rds-planned",                     || Estate::rds().planned()),
    // Accounts of which little else than the copy takes was read.
    ("rds-minimal",                     || whole(include_str!("bases/rds-minimal.json"))),
    ("efs-point",                       || whole(include_str!("bases/efs-point.json"))),
    ("eks-point",                       || whole(include_str!("bases/eks-point.json"))),
    ("ami-point",                       || whole(include_str!("bases/ami-point.json"))),
    // A rule that backs up into an air-gapped vault by way of a vault of the same account.
    ("air-gapped-primary",              || whole(include_str!("bases/air-gapped-primary.json"))),
    // Databases as in reports from the field: policies without Sids; another Region; everything read.
    ("rds-field",                       || whole(include_str!("bases/rds-field.json"))),
    ("rds-across-regions",              || whole(include_str!("bases/rds-across-regions.json"))),
    ("rds-app",                         || whole(include_str!("bases/rds-app.json"))),
];

fn whole(text: &str) -> Estate {
    Estate(serde_json::from_str(text).unwrap())
}
