#![doc = include_str!("nested_copies_dropped.md")]

use super::described::is_any_of;
use super::{Check, MayFail, Run, known};
use crate::catalog::{Encryption, Kind, capabilities, cite, route};
use crate::inventory::{Copy, Facts, KeyManager, RecoveryPoint, VaultType};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "nested-copies-dropped",
    title: "parts of a composite recovery point stay behind",
    doc: include_str!("nested_copies_dropped.md"),
    cites: &[cite::CLOUDFORMATION, cite::EKS],
    may_fail: MayFail::OnlyWarns,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if !known!(is_any_of(copy, &[Kind::CloudFormation, Kind::Eks])) {
        return Outcome::not_applicable("the backup is not a composite one");
    }
    let vault = known!(copy.source_vault.as_ref());
    let unlisted = |subject: &Arn| {
        facts.gap(
            "backup:ListRecoveryPointsByBackupVault",
            subject.as_str(),
            vault.account(),
            vault.region().as_ref(),
        )
    };
    let Some(point) = &copy.recovery_point else {
        return Outcome::undecided(
            "what the composite will hold is known only once it is made",
            [unlisted(vault)],
        );
    };
    let nested = facts.nested_points(point);
    if nested.is_empty() {
        return Outcome::undecided(
            "what the composite recovery point holds was not read",
            [unlisted(point)],
        );
    }
    let mut left = Vec::new();
    let mut gaps = Vec::new();
    for part in &nested {
        match stays(copy, facts, part) {
            Fact::Known(Some(reason)) => left.push(Evidence::of(&part.arn, reason)),
            Fact::Known(None) => {}
            Fact::Unknown(gap) => gaps.push(*gap),
        }
    }
    if !left.is_empty() {
        return Outcome::warn(format!(
            "{} of the {} nested recovery points that were read cannot go along: the copy ends PARTIAL, without them",
            left.len(),
            nested.len()
        ))
        .saw(left);
    }
    if !gaps.is_empty() {
        return Outcome::undecided(
            "whether every nested recovery point can go along is not known",
            gaps,
        );
    }
    Outcome::pass(format!(
        "all {} nested recovery points that were read can go along",
        nested.len()
    ))
    .on(Basis::Inferred)
}

/// Why a nested recovery point cannot take the route; `None`: it can.
fn stays(copy: &Copy, facts: &Facts<'_>, part: &RecoveryPoint) -> Fact<Option<String>> {
    let unread = || -> Gap {
        facts.gap(
            "backup:DescribeRecoveryPoint",
            part.arn.as_str(),
            part.arn.account(),
            part.arn.region().as_ref(),
        )
    };
    let Some(of) = part.resource_type.value() else {
        return Fact::unknown(unread());
    };
    let place = copy
        .source_region()
        .and_then(|from| copy.destination_region().map(|to| (from, to)));
    place.and_then(|(from, to)| {
        copy.is_cross_account().and_then(|cross_account| {
            copy.destination_type.clone().and_then(|vault| {
                let into_lagv = vault == Some(VaultType::AirGapped);
                // Of RDS a nested recovery point may be of either kind: its ARN tells.
                let kinds: Vec<Kind> = Kind::candidates(of)
                    .iter()
                    .copied()
                    .filter(|kind| *kind != Kind::RdsMultiAzCluster || part.arn.resource().starts_with("cluster-snapshot"))
                    .filter(|kind| *kind != Kind::DynamoDbBasic || part.arn.service() == "dynamodb")
                    .filter(|kind| *kind != Kind::DynamoDbAdvanced || part.arn.service() == "backup")
                    .collect();
                let Some(first) = kinds.first() else {
                    return Fact::Known(Some(format!("is of the type `{of}`, which AWS's table does not have")));
                };
                let refused = kinds.iter().filter(|kind| !route(**kind, &from, &to, cross_account, into_lagv).is_supported()).count();
                if refused == kinds.len() {
                    return Fact::Known(Some(format!("is a backup of {}, which cannot take this route", first.with_article())));
                }
                if refused > 0 {
                    return Fact::unknown(unread());
                }
                let shares = cross_account || into_lagv;
                let own_key = kinds.iter().all(|kind| capabilities(*kind).encryption == Encryption::OfResource);
                match part.encryption_key_arn.value() {
                    Some(key) if shares && own_key => facts.key_manager(key).map(|manager| {
                        (manager == Some(KeyManager::Aws))
                            .then(|| format!("is encrypted with the AWS managed key {key}, which cannot be shared"))
                    }),
                    None if shares && own_key && may_have_key(part) => Fact::unknown(unread()),
                    Some(_) | None => Fact::Known(None),
                }
            })
        })
    })
}

/// Whether a nested recovery point may have a key that was not read.
fn may_have_key(part: &RecoveryPoint) -> bool {
    !part.encryption_key_arn.is_present() && part.is_encrypted.value() != Some(&false)
}
