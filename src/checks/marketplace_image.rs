#![doc = include_str!("marketplace_image.md")]

use super::described::described;
use super::words::status_message;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::messages::MessageId;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, Tree};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "marketplace-image",
    title: "the image comes from AWS Marketplace, and does not leave the account",
    doc: include_str!("marketplace_image.md"),
    cites: &[cite::DASHBOARDS],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::Ec2, Kind::Ec2Vss],
        others: "the backup is not of an EC2 instance",
    },
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let cross_account = known!(copy.endpoints().is_cross_account());
    if !cross_account && !known!(copy.endpoints().touches_air_gapped_vault()) {
        return Outcome::not_applicable("the copy stays in its account");
    }
    let described = known!(described(copy, facts));
    let codes: Vec<&str> = described
        .list("ProductCodes")
        .iter()
        .map(|code| {
            ["ProductCodeId", "ProductCode"]
                .iter()
                .find_map(|name| code.get(name)?.as_str())
                .unwrap_or("unnamed")
        })
        .collect();
    if codes.is_empty() {
        if described.detail.is_some_and(|detail| {
            detail
                .get("ProductCodes")
                .is_some_and(|codes| !matches!(codes, Tree::List(_) | Tree::Null))
        }) {
            return Outcome::undecided(
                "whether the image has product codes is not known",
                [facts.describe_gap(&described.of)],
            );
        }
        return Outcome::pass("the image has no product codes")
            .saw([Evidence::of(&described.of, "has no ProductCodes")]);
    }
    let fail = Outcome::fail(format!(
        "the image has product codes of AWS Marketplace ({}), and such a one is not copied to another account",
        codes.join(", ")
    ))
    .nothing_helps("copy backups of the volumes alone, or keep the copy in the account")
    .foretells(status_message(MessageId::E19))
    .saw([Evidence::at(&described.of, "/ProductCodes", format!("has {}", codes.join(", ")))]);
    // What a logically air-gapped vault holds lies in an account of AWS's.
    if cross_account {
        fail
    } else {
        fail.on(Basis::Inferred)
    }
}
