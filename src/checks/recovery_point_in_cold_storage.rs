#![doc = include_str!("recovery_point_in_cold_storage.md")]

use super::words::{date, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::{Support, capabilities, cite};
use crate::inventory::{Facts, Transfer, Tree};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-in-cold-storage",
    title: "the recovery point has moved to cold storage",
    doc: include_str!("recovery_point_in_cold_storage.md"),
    cites: &[cite::COPY, cite::CROSS_ACCOUNT],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

/// Whether EC2 says that the EBS snapshot is in its archive tier. It always names the tier.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html>.
fn is_archived(point: &Arn, facts: &Facts<'_>) -> Fact<bool> {
    if point.service() != "ec2" || !point.resource().starts_with("snapshot/") {
        return Fact::Known(false);
    }
    facts.point_description(point).and_then(|detail| {
        let Some(detail) = detail else {
            return Fact::Known(false);
        };
        match detail.get("StorageTier").and_then(Tree::as_str) {
            Some(tier) => Fact::Known(tier == "archive"),
            None => Fact::unknown(facts.describe_gap(point)),
        }
    })
}

/// The classes that AWS has.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeRecoveryPoint.html>.
const CLASSES: &[&str] = &["COLD", "DELETED", "WARM"];

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let Some(point) = &copy.recovery_point else {
        return Outcome::not_applicable("the recovery point is yet to be made");
    };
    let class = match known!(facts.point_storage_class(point)) {
        Some(class) => class,
        // One that is there has a class, which AWS always names.
        None if facts.point_status(point) != Fact::Known(None) => {
            return not_read(facts.gap(
                api_call!("backup:DescribeRecoveryPoint"),
                point.as_str(),
                point.account(),
                point.region().as_ref(),
            ));
        }
        None => return Outcome::not_applicable("the recovery point does not exist"),
    };
    // Of types that do not move there AWS Backup ignores the dates.
    let moves = |kind| capabilities(kind).cold_storage != Support::No;
    let may_move = copy.route.kind.agreed(moves).known() != Some(Some(false));
    let moved_on = facts.point_moves(point).filter(|_| may_move);
    if let ("WARM", Some(at)) = (class, moved_on) {
        return Outcome::fail(format!(
            "the recovery point is moved to cold storage on {}, which is not copied from",
            date(at)
        ))
        .nothing_helps("copy it before, or a newer recovery point, which is still warm")
        .on(Basis::Inferred)
        .saw([Evidence::at(
            point,
            facts.point_moves_by(point),
            format!("comes to {}", date(at)),
        )]);
    }
    if class == "WARM" {
        let is_archived = known!(is_archived(point, facts));
        let doubt = if is_archived {
            Some(("/Detail/StorageTier", "is archive"))
        } else if may_move && facts.point_is_past(point, "MoveToColdStorageAt") {
            Some((facts.point_moves_by(point), "is past"))
        } else {
            None
        };
        // They contradict each other: neither counts.
        if let Some((pointer, says)) = doubt {
            return not_read(
                Gap::by_hand(
                    ByHand::Contradiction,
                    format!(
                        "say which is right: `StorageClass` WARM, or `{pointer}`, which {says}"
                    ),
                    point.as_str(),
                )
                .where_is(point),
            )
            .saw([Evidence::at(point, pointer, says)]);
        }
    }
    if !CLASSES.contains(&class) {
        let gap = Gap::strange_word("StorageClass", class, point.as_str());
        return not_read(gap.where_is(point));
    }
    let seen = [Evidence::at(point, "/StorageClass", format!("is {class}"))];
    if class == "WARM" {
        Outcome::pass("the recovery point is in warm storage").saw(seen)
    } else {
        Outcome::fail(format!(
            "the recovery point is in {} storage, which is not copied from",
            class.to_lowercase()
        ))
        .nothing_helps("copy a newer recovery point, which is still warm")
        .saw(seen)
    }
}
