#![doc = include_str!("copy_inherits_expiry.md")]

use super::retention::Retention;
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

fn warned(says: &str) -> Outcome {
    Outcome::warn(format!(
        "the copy names no expiry, and takes over its source's: {says}"
    ))
}
