//! The inventories that the other tests start from: each is feasible, so that what a test changes is what decides.

use backup_preflight::verdict::{Status, Verdict};

use crate::support::Estate;

/// Each estate by what it is.
pub fn feasible() -> Vec<(&'static str, Estate)> {
    vec![
        ("rds", Estate::rds()),
        ("rds within the account", Estate::rds().within_the_account()),
        ("rds recovery point", Estate::rds_point()),
        ("dynamodb", Estate::dynamodb()),
        ("ebs", Estate::ebs()),
        ("efs", Estate::efs()),
        ("aurora", Estate::aurora()),
        ("into an air-gapped vault", Estate::into_air_gapped()),
        (
            "into an air-gapped vault on a customer managed key",
            Estate::into_air_gapped_on_customer_key(),
        ),
        ("out of an air-gapped vault", Estate::out_of_air_gapped()),
    ]
}

#[test]
fn every_estate_is_feasible_and_nothing_in_it_warns() {
    for (name, estate) in feasible() {
        let found = estate.verdict();
        let odd: Vec<_> = found
            .checks
            .iter()
            .filter(|(_, status)| !matches!(status, Status::Pass | Status::NotApplicable))
            .collect();
        assert!(odd.is_empty(), "{name}: {odd:?}");
        assert_eq!(found.verdict, Verdict::Feasible, "{name}");
    }
}
