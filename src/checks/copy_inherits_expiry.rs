#![doc = include_str!("copy_inherits_expiry.md")]

use super::described::source_days_kept;
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::inventory::{Copy, Facts, Lifecycle};
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-inherits-expiry",
    title: "a copy without an expiry takes over its source's",
    doc: include_str!("copy_inherits_expiry.md"),
    cites: &[cite::COPY],
    may_fail: MayFail::OnlyWarns,
    run: Run::Copy(run),
};

/// An expiry in days. Many copies have the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct OfItsOwn(i64);

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let days = known!(copy.lifecycle.as_ref())
        .as_ref()
        .and_then(Lifecycle::days_kept);
    if let Some(days) = days {
        return facts.once(&OfItsOwn(days), |OfItsOwn(days), _| {
            Outcome::pass(format!("the copy has an expiry of its own: {days} days"))
        });
    }
    match known!(source_days_kept(copy, facts)) {
        Some(None) => Outcome::pass("neither the copy nor its source expires"),
        Some(Some(days)) => Outcome::warn(format!(
            "the copy names no expiry, and takes over its source's: it is deleted {days} days after the source was made"
        ))
        .saw([Evidence::at(copy.subject(), "/Lifecycle/DeleteAfterDays", format!("is {days}"))]),
        None => Outcome::warn("the copy names no expiry, and takes over its source's, if that has one"),
    }
}
