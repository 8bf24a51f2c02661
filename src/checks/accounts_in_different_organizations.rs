#![doc = include_str!("accounts_in_different_organizations.md")]

use super::words::{not_read, same_account, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::inventory::{Endpoints, Facts};
use crate::known::{AccountId, Fact};
use crate::verdict::{Evidence, Outcome};

/// What is left to do.
const MOVE: &str =
    "move one account to the other's organization, or copy to an account of the same";

pub(super) const CHECK: Check = Check {
    id: "accounts-in-different-organizations",
    title: "the two accounts are not in one organization",
    doc: include_str!("accounts_in_different_organizations.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::KC_CROSS_ACCOUNT],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.is_cross_account()) {
        return same_account();
    }
    let from = known!(copy.source_account());
    let to = known!(copy.destination_account());
    match (facts.organization_id(from), facts.organization_id(to)) {
        (Fact::Known(None), _) => alone(from),
        (_, Fact::Known(None)) => alone(to),
        (Fact::Known(Some(one)), Fact::Known(Some(other))) => {
            let seen = [
                Evidence::of(from, format!("is in the organization {one}")),
                Evidence::of(to, format!("is in the organization {other}")),
            ];
            if one == other {
                Outcome::pass(format!("both accounts are in the organization {one}")).saw(seen)
            } else {
                Outcome::fail(format!(
                    "account {from} is in the organization {one}, account {to} in {other}"
                ))
                .nothing_helps(MOVE)
                .foretells(status_message(MessageId::E1))
                .saw(seen)
            }
        }
        (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => not_read(*gap),
    }
}

fn alone(account: AccountId) -> Outcome {
    Outcome::fail(format!("account {account} is in no organization"))
        .nothing_helps(MOVE)
        .foretells(status_message(MessageId::E1))
        .saw([Evidence::of(account, "is in no organization")])
}
