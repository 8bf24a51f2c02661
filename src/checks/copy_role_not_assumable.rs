#![doc = include_str!("copy_role_not_assumable.md")]

use super::role_policies::ANOTHER_ROLE;
use super::words::{foretold, role_meant};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{Ruling, denied_by, may_assume};
use crate::catalog::cite;
use crate::catalog::messages::role_missing;
use crate::inventory::{Endpoints, Facts};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "copy-role-not-assumable",
    title: "AWS Backup cannot assume the copy role",
    doc: include_str!("copy_role_not_assumable.md"),
    cites: &[cite::CROSS_REGION, cite::DASHBOARDS, cite::CROSS_ACCOUNT],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let role = known!(copy.role.as_ref());
    let name = role.name();
    let source = known!(copy.source_account());
    if role.account() != Some(source) {
        return Outcome::fail(format!(
            "the copy role `{name}` is not of the source account {source}"
        ))
        .by_hand("name a role of the source account in the copy")
        .saw([Evidence::of(role, "is of another account")]);
    }
    let source_vault = known!(copy.source_vault.as_ref());
    if role.partition() != source_vault.partition() {
        return Outcome::fail(format!(
            "the copy role `{name}` is of the partition `{}`, and the source vault is in `{}`",
            role.partition(),
            source_vault.partition()
        ))
        .by_hand("name a role of the source account in the copy")
        .saw([Evidence::of(role, "is of another partition")]);
    }
    if !known!(facts.role_exists(role)) {
        return Outcome::fail(format!(
            "there is no role `{name}` in account {source}{}",
            role_meant(role, facts)
        ))
            .by_hand("create it, or name an existing one: AWSBackupDefaultServiceRole is created by the console")
            .foretells(foretold(role_missing(role)))
            .saw([Evidence::of(role, "does not exist")]);
    }
    let Some(ruling) = known!(may_assume(facts, role, source)) else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    match ruling {
        Ruling::Allowed { by, .. } => {
            Outcome::pass(format!("AWS Backup may assume the role `{name}`")).saw(by)
        }
        Ruling::Denied { by, silent, .. } => {
            let is_silent = !silent.is_empty();
            let besides = if is_silent {
                "; and nothing allows it there"
            } else {
                ""
            };
            let fail = Outcome::fail(format!(
                "the trust policy of the role `{name}` denies sts:AssumeRole to backup.amazonaws.com{}{besides}",
                denied_by(&by)
            ));
            let fail = if role.is_role_of_aws() {
                fail.by_hand(ANOTHER_ROLE)
            } else {
                let trust = is_silent.then(|| Need::Trust { role: role.clone() });
                fail.needs(trust).by_hand(match by.len() {
                    0 | 1 => "take the Deny out of it",
                    _ => "take those Denies out of it",
                })
            };
            fail.saw(by)
        }
        Ruling::Missing { near, .. } => {
            let fail = Outcome::fail(format!(
                "the trust policy of the role `{name}` does not let backup.amazonaws.com assume it"
            ))
            .saw(near)
            .saw([Evidence::at(
                role,
                "/AssumeRolePolicyDocument",
                "no statement allows sts:AssumeRole to backup.amazonaws.com",
            )]);
            if role.is_role_of_aws() {
                fail.by_hand(ANOTHER_ROLE)
            } else {
                fail.needs([Need::Trust { role: role.clone() }])
            }
        }
        Ruling::Open { gaps, seen, .. } => Outcome::undecided(
            format!("whether AWS Backup may assume the role `{name}` is not known"),
            gaps,
        )
        .saw(seen),
    }
}
