#![doc = include_str!("recovery_point_not_complete.md")]

use super::words::not_read;
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::inventory::{Facts, Reach};
use crate::known::{Arn, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-not-complete",
    title: "the recovery point is not in a state that can be copied",
    doc: include_str!("recovery_point_not_complete.md"),
    cites: &[cite::API_RECOVERY_POINT, cite::COPY],
    may_fail: MayFail::Yes,
    run: Run::Reach(run),
};

/// What the service says of the state of a snapshot, an image or a backup that is not ready, by the field that says it.
fn unready<'a>(point: &Arn, facts: &Facts<'a>) -> Option<(&'static str, &'a str)> {
    const READY: &[&str] = &["available", "completed"];
    let detail = facts.point_detail(point).known().flatten()?;
    let name = match point.service() {
        "rds" => "Status",
        "ec2" => "State",
        "fsx" => "Lifecycle",
        _ => return None,
    };
    let state = detail.get(name)?.as_str()?;
    let is_ready = READY.iter().any(|ready| state.eq_ignore_ascii_case(ready));
    (!is_ready).then_some((name, state))
}

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let Some(point) = &copy.recovery_point else {
        return Outcome::not_applicable("the recovery point is yet to be made");
    };
    let status = match known!(facts.point_status(point)) {
        Some(status) => status,
        None => return Outcome::not_applicable("the recovery point does not exist"),
    };
    let seen = [Evidence::at(point, "/Status", format!("is {status}"))];
    if matches!(status, "COMPLETED" | "AVAILABLE" | "PARTIAL")
        && let Some((name, other)) = unready(point, facts)
    {
        return not_read(Gap {
            account: point.account().map(|id| id.to_string()),
            region: point.region().map(|region| region.to_string()),
            operation: format!(
                "say which is right: `Status` {status}, or `{name}` {other} in its `Detail`"
            ),
            subject: point.to_string(),
            error: None,
            permission: "none".to_owned(),
        })
        .saw(seen);
    }
    match status {
        "COMPLETED" | "AVAILABLE" | "PARTIAL" if facts.point_has_expired(point) => Outcome::undecided(
            format!(
                "the recovery point is {status}, but its retention is over: AWS Backup deletes it, unless a legal hold keeps it"
            ),
            [facts.gap(
                "backup:ListRecoveryPointsByLegalHold",
                point.as_str(),
                point.account(),
                point.region().as_ref(),
            )],
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
            [Gap {
                account: point.account().map(|id| id.to_string()),
                region: point.region().map(|region| region.to_string()),
                operation: "backup:DescribeRecoveryPoint".to_owned(),
                subject: point.to_string(),
                error: None,
                permission: "backup:DescribeRecoveryPoint".to_owned(),
            }],
        )
        .saw(seen),
    }
}
