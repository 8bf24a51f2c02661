//! What scenarios start from, by name: the estates that are feasible, and three inventories in full.

use super::Estate;

/// The inventory of this name.
pub fn base(name: &str) -> Estate {
    let found = BASES.iter().find(|(base, _)| *base == name);
    let (_, build) = found.unwrap_or_else(|| {
        let names: Vec<_> = BASES.iter().map(|(base, _)| *base).collect();
        panic!(
            "unknown base `{name}`; expected one of {}",
            names.join(", ")
        )
    });
    build()
}

#[rustfmt::skip]
pub const BASES: &[(&str, fn() -> Estate)] = &[
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
    // A recovery point of a file system, with little else in either account.
    ("efs-point",                       || whole(include_str!("bases/efs-point.json"))),
    // A database as in reports from the field: statements without Sids, another Region.
    ("rds-field",                       || whole(include_str!("bases/rds-field.json"))),
    // One account with a plan, and no copy named.
    ("plan",                            || whole(include_str!("bases/plan.json"))),
];

fn whole(text: &str) -> Estate {
    Estate(serde_json::from_str(text).unwrap())
}
