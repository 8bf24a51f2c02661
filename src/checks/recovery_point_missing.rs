#![doc = include_str!("recovery_point_missing.md")]

use super::{Check, MayFail, known};
use crate::catalog::cite;
use crate::inventory::{Copy, Facts};
use crate::known::Arn;
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-missing",
    title: "the recovery point, or the resource, does not exist",
    doc: include_str!("recovery_point_missing.md"),
    cites: &[cite::API_RECOVERY_POINT, cite::DASHBOARDS],
    may_fail: MayFail::Yes,
    run,
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if let Some(point) = &copy.recovery_point {
        return match known!(facts.point_status(point)) {
            Some(status) => Outcome::pass("the recovery point exists").saw([Evidence::at(
                point,
                "/Status",
                format!("is {status}"),
            )]),
            None => missing(point, "there is no such recovery point"),
        };
    }
    if copy.copy_of.is_some() {
        return Outcome::not_applicable("the recovery point is the one that another copy makes");
    }
    let Some(resource) = known!(copy.resource.as_ref()) else {
        return Outcome::not_applicable("the copy names neither a recovery point nor a resource");
    };
    if known!(facts.resource_exists(resource)) {
        return Outcome::pass("the resource exists").saw([Evidence::of(resource, "exists")]);
    }
    missing(resource, "there is no such resource to back up")
}

fn missing(arn: &Arn, what: &str) -> Outcome {
    Outcome::fail(format!("{what}: {arn}")).saw([Evidence::of(arn, "does not exist")])
}
