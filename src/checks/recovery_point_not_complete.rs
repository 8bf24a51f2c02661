#![doc = include_str!("recovery_point_not_complete.md")]

use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::inventory::{Facts, Reach};
use crate::known::Gap;
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-not-complete",
    title: "the recovery point is not in a state that can be copied",
    doc: include_str!("recovery_point_not_complete.md"),
    cites: &[cite::API_RECOVERY_POINT, cite::COPY],
    may_fail: MayFail::Yes,
    run: Run::Reach(run),
};

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let Some(point) = &copy.recovery_point else {
        return Outcome::not_applicable("the recovery point is yet to be made");
    };
    let status = match known!(facts.point_status(point)) {
        Some(status) => status,
        None => return Outcome::not_applicable("the recovery point does not exist"),
    };
    let seen = [Evidence::at(point, "/Status", format!("is {status}"))];
    match status {
        "COMPLETED" | "AVAILABLE" | "PARTIAL" if facts.point_has_expired(point) => Outcome::undecided(
            format!(
                "the recovery point is {status}, but its retention is over: AWS Backup deletes it, unless a legal hold keeps it"
            ),
            [Gap::not_asked(
                "whether a legal hold keeps it: backup:ListRecoveryPointsByLegalHold",
                point.as_str(),
            )
            .where_is(point)],
        )
        .saw(seen),
        "COMPLETED" | "AVAILABLE" => {
            Outcome::pass(format!("the recovery point is {status}")).saw(seen)
        }
        "PARTIAL" => Outcome::warn("the recovery point is PARTIAL: only what it holds is copied")
            .on(Basis::Inferred)
            .saw(seen),
        "CREATING" | "DELETING" | "EXPIRED" | "STOPPED" => {
            Outcome::fail(format!("the recovery point is {status}"))
                .by_hand(if status == "CREATING" {
                    "wait until it is complete"
                } else {
                    "copy another recovery point of the resource"
                })
                .on(Basis::Inferred)
                .saw(seen)
        }
        other => Outcome::undecided(
            format!(
                "the recovery point is {other}, and whether it can be copied then is not known"
            ),
            [Gap::not_told(
                "whether a recovery point of this status can be copied",
                point.as_str(),
            )
            .where_is(point)],
        )
        .saw(seen),
    }
}
