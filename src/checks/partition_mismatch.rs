#![doc = include_str!("partition_mismatch.md")]

use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "partition-mismatch",
    title: "the two vaults are in different partitions of AWS",
    doc: include_str!("partition_mismatch.md"),
    cites: &[cite::FEATURES],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, _: &Facts<'_>) -> Outcome {
    let source = known!(copy.source_vault.as_ref());
    let (from, to) = (source.partition(), copy.destination_vault.partition());
    let outcome = if from == to {
        Outcome::pass(format!("both vaults are in the partition `{from}`"))
    } else {
        Outcome::fail(format!(
            "nothing is copied from the partition `{from}` to `{to}`"
        ))
        .nothing_helps("name a vault of the same partition")
    };
    outcome.on(Basis::Inferred).saw([
        Evidence::of(source, format!("is in the partition `{from}`")),
        Evidence::of(
            &copy.destination_vault,
            format!("is in the partition `{to}`"),
        ),
    ])
}
