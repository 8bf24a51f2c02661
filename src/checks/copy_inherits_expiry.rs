#![doc = include_str!("copy_inherits_expiry.md")]

use super::retention::Retention;
use super::words::date;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Copy, Facts};
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-inherits-expiry",
    title: "a copy without an expiry takes over its source's",
    doc: include_str!("copy_inherits_expiry.md"),
    cites: &[cite::COPY],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if let Some(over) = over_when_made(copy, facts) {
        return over;
    }
    let lifecycle = copy.lifecycle().as_ref().known().and_then(Option::as_ref);
    let named = lifecycle.and_then(|of| of.delete_after_days.value());
    // -1 is AWS's word for never.
    if named.is_some_and(|days| *days == 0 || *days < -1) {
        return Outcome::not_applicable("AWS Backup takes no such expiry");
    }
    match known!(Retention::of(copy, facts)) {
        Retention::Own(days) => {
            Outcome::pass(format!("the copy has an expiry of its own: {days} days"))
        }
        Retention::Forever => Outcome::pass("neither the copy nor its source expires"),
        Retention::TakenOver(days) => warned(&format!(
            "it is deleted {days} days after the source was made"
        ))
        .saw([Evidence::at(
            copy.subject(),
            "/Lifecycle/DeleteAfterDays",
            format!("is {days}"),
        )]),
        Retention::OfUnknownSource => warned("whether that has one is not known"),
    }
}

/// A copy whose expiry, or day in cold storage, has come when it is made: both count from the day on which its source was made.
fn over_when_made(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let point = copy.transfer.recovery_point.as_ref()?;
    let lifecycle = copy.lifecycle().as_ref().known()?.as_ref()?;
    let cold = lifecycle.move_to_cold_storage_after_days.value();
    let cold = cold.copied().filter(|days| *days > 0);
    let parts = [
        ("DeleteAfterDays", lifecycle.days_kept(), "expires"),
        ("MoveToColdStorageAfterDays", cold, "moves to cold storage"),
    ];
    parts.into_iter().find_map(|(name, days, what)| {
        let days = days?;
        let then = facts.point_is_older_than(point, days)?;
        let seen = [
            Evidence::at(&*copy.id, format!("/lifecycle/{name}"), format!("is {days}")),
            Evidence::at(point, "/CreationDate", format!("and {days} days are {}", date(then))),
        ];
        let message = format!(
            "the copy {what} at once: its {days} days count from when the recovery point was made, and were over on {}",
            date(then)
        );
        Some(Outcome::warn(message).saw(seen))
    })
}

fn warned(says: &str) -> Outcome {
    Outcome::warn(format!(
        "the copy names no expiry, and takes over its source's: {says}"
    ))
}
