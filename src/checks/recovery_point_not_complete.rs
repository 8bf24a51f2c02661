#![doc = include_str!("recovery_point_not_complete.md")]

use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::{Kind, cite};
use crate::inventory::{Facts, Transfer};
use crate::known::{Arn, ByHand, Fact, Gap, near};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-not-complete",
    title: "the recovery point is not in a state that can be copied",
    doc: include_str!("recovery_point_not_complete.md"),
    cites: &[cite::API_RECOVERY_POINT, cite::COPY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

/// What the service says of the state of a snapshot, an image or a backup that is not ready, by the field that says it.
fn unready<'a>(point: &Arn, facts: &Facts<'a>) -> Option<(&'static str, &'a str)> {
    const READY: &[&str] = &["available", "completed"];
    let detail = facts.point_description(point).known().flatten()?;
    let name = match point.service() {
        "rds" => "Status",
        "ec2" => "State",
        "fsx" => "Lifecycle",
        _ => return None,
    };
    let state = detail.get(name)?;
    let state = state.get("Name").unwrap_or(state).as_str()?;
    let is_ready = READY.iter().any(|ready| state.eq_ignore_ascii_case(ready));
    (!is_ready).then_some((name, state))
}

/// What is wrong with the dates of a recovery point that is said to be complete.
fn wrong_dates(point: &Arn, facts: &Facts<'_>) -> Option<&'static str> {
    if facts.point_is_ahead(point) {
        return Some(
            "say which is right: its `CreationDate` or `CompletionDate`, or `collected_at`, which is before it",
        );
    }
    if facts.point_ends_first(point) {
        return Some(
            "say which is right: its `CreationDate`, or `CompletionDate`, which is before it",
        );
    }
    facts.point_dates_differ(point).then_some(
        "say which is right: its `Lifecycle`, counted from its `CreationDate`, or `CalculatedLifecycle`, which has another day",
    )
}

/// Whether the recovery point holds others. Only of such a one may a part be missing: of any other type, PARTIAL is a backup that
/// was not finished within its window.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html>.
fn is_composite(copy: &Transfer) -> Fact<bool> {
    let composite = copy
        .route
        .kind
        .agreed(|kind| matches!(kind, Kind::CloudFormation | Kind::Eks));
    composite.map(|composite| composite.unwrap_or(false))
}

/// The gap that a status leaves of which it is not known whether such a recovery point can be copied: it may be misspelt.
fn strange(status: &str, point: &Arn) -> Gap {
    const KNOWN: &[&str] = &[
        "AVAILABLE",
        "COMPLETED",
        "CREATING",
        "DELETING",
        "EXPIRED",
        "PARTIAL",
        "STOPPED",
    ];
    let gap = match near::meant(status, KNOWN.iter().copied()) {
        Some(meant) => Gap::by_hand(
            ByHand::NotUnderstood,
            format!("say what `Status` {status} is: did you mean {meant}?"),
            point.as_str(),
        ),
        None => Gap::not_told(
            format!("whether a recovery point whose `Status` is {status} can be copied"),
            point.as_str(),
        ),
    };
    gap.where_is(point)
}

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let Some(point) = &copy.recovery_point else {
        return Outcome::not_applicable("the recovery point is yet to be made");
    };
    if let Fact::Unknown(gap) = facts.point_description(point)
        && gap.hand() == Some(ByHand::Contradiction)
    {
        return not_read(*gap);
    }
    let status = match known!(facts.point_status(point)) {
        Some(status) => status,
        None => return Outcome::not_applicable("the recovery point does not exist"),
    };
    let seen = [Evidence::at(point, "/Status", format!("is {status}"))];
    if matches!(status, "COMPLETED" | "AVAILABLE" | "PARTIAL")
        && let Some((name, other)) = unready(point, facts)
    {
        return not_read(
            Gap::by_hand(
                ByHand::Contradiction,
                format!(
                    "say which is right: `Status` {status}, or `{name}` {other} in its `Detail`"
                ),
                point.as_str(),
            )
            .where_is(point),
        )
        .saw(seen);
    }
    if matches!(status, "COMPLETED" | "AVAILABLE" | "PARTIAL")
        && let Some(says) = wrong_dates(point, facts)
    {
        let gap = Gap::by_hand(ByHand::Contradiction, says, point.as_str());
        return not_read(gap.where_is(point)).saw(seen);
    }
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
        "PARTIAL" if known!(is_composite(copy)) => {
            Outcome::warn("the recovery point is PARTIAL: only what it holds is copied")
                .on(Basis::Inferred)
                .saw(seen)
        }
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
            [strange(other, point)],
        )
        .saw(seen),
    }
}
