#![doc = include_str!("source_vault_denies_copy.md")]

use super::reserved_vault::is_reserved;
use super::words::status_message;
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    AskedPolicy, Ruling, Rulings, copy_from, denied_by, depends_on_who_starts, may_start,
};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::catalog::requests::{COPY_FROM, START_COPY};
use crate::inventory::{Facts, Start, Transfer};
use crate::known::{Arn, Fact};
use crate::verdict::{Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "source-vault-denies-copy",
    title: "the copy out of the source vault is denied",
    doc: include_str!("source_vault_denies_copy.md"),
    cites: &[
        cite::CROSS_ACCOUNT,
        cite::ACTIONS,
        cite::SCP,
        cite::LAGV_PRIMARY,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.endpoints().source_vault.as_ref());
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return Outcome::not_applicable("the source vault does not exist");
    }
    if copy.is_backup_itself {
        return Outcome::not_applicable(
            "the backup itself goes into the air-gapped vault: nothing is copied out of the source vault",
        );
    }
    let name = vault.name();
    let start = match copy.endpoints().start {
        Start::OnDemand => may_start(START_COPY, copy, facts, vault),
        // AWS Backup starts the job itself.
        Start::Scheduled => Ruling::allowed(Vec::new()),
    };
    let for_some = depends_on_who_starts(&start);
    match start {
        Ruling::Allowed { .. } => of_role(copy, facts, vault),
        Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } => {
            let by_vault = seen.iter().any(|seen| seen.subject == vault.as_str());
            let by_organization = seen.iter().any(|seen| seen.subject != vault.as_str());
            Outcome::fail(format!(
                "nobody can start this copy: {START_COPY} out of the vault `{name}` is denied to everybody{}",
                denied_by(&seen)
            ))
            .by_hand(match (by_vault, by_organization) {
                (true, false) if is_reserved(vault) => {
                    "AWS sets that policy: back up into a vault of your own, and copy out of that"
                }
                (true, false) => "exempt whoever starts the copy from each Deny, or copy out of another vault",
                (true, true) => {
                    "exempt whoever starts the copy from each Deny, the organization's included: using another vault alone does not help"
                }
                (false, _) => {
                    "have the organization allow it to whoever starts the copy: using another vault does not help"
                }
            })
            .foretells(status_message(MessageId::E3))
            .saw(seen)
            .and(of_role(copy, facts, vault))
        }
        Ruling::Open { gaps, seen, .. } => match of_role(copy, facts, vault) {
            found if found.status != Status::Pass => found,
            _ if for_some => Outcome::warn(format!(
                "the access policy of the source vault `{name}` denies {START_COPY} to some: whether you are one of them is not known{}",
                denied_by(&seen)
            ))
            .saw(seen),
            _ => Outcome::undecided(format!("whether {START_COPY} is denied to everybody is not known"), gaps)
                .saw(seen),
        },
    }
}

/// What the vault's policy says to the copy role.
fn of_role(copy: &Transfer, facts: &Facts<'_>, vault: &Arn) -> Outcome {
    if known!(facts.vault_policy(vault)).is_none() {
        return Outcome::pass(format!(
            "the source vault `{}` has no access policy",
            vault.name()
        ));
    }
    let role = known!(copy.endpoints().role.as_ref());
    let rulings = Rulings::new([(COPY_FROM, copy_from(copy, facts, role, vault))]).deny_only();
    rulings.outcome(&AskedPolicy {
        may: "copy out of it",
        target: Some(&copy.endpoints().destination_vault),
        predicted: &|| status_message(MessageId::E3),
        ..AskedPolicy::of_vault(vault, "the source vault", role)
    })
}
