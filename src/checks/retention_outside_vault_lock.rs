#![doc = include_str!("retention_outside_vault_lock.md")]

use super::words::{foretold, no_destination_vault};
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::inventory::{Copy, Facts, Lifecycle, VaultLock};
use crate::known::{Arn, Fact};
use crate::verdict::{Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "retention-outside-vault-lock",
    title: "the copy would be kept for less or more time than the destination's lock allows",
    doc: include_str!("retention_outside_vault_lock.md"),
    cites: &[cite::VAULT_LOCK, cite::LAGV_PRIMARY],
    may_fail: MayFail::Yes,
    run: Run::Copy(run),
};

/// For how long a vault would keep something. Many copies ask for the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Kept {
    vault: Arn,
    days: Fact<Option<i64>>,
}

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let lifecycle = copy.lifecycle.as_ref();
    let kept = Kept {
        vault: copy.destination_vault.clone(),
        days: lifecycle.map(|lifecycle| lifecycle.as_ref().and_then(Lifecycle::days_kept)),
    };
    let found = facts.once(&kept, Kept::found);
    if found.status != Status::Fail {
        return found;
    }
    let VaultLock { min, max } = known!(facts.vault_lock(&kept.vault)).unwrap_or_default();
    found.needs([Need::Retention {
        copy: copy.id.to_string(),
        vault: kept.vault,
        min,
        max,
    }])
}

impl Kept {
    fn found(&self, facts: &Facts<'_>) -> Outcome {
        let vault = &self.vault;
        if !known!(facts.vault_exists(vault)) {
            return no_destination_vault();
        }
        let VaultLock { min, max } = match known!(facts.vault_lock(vault)) {
            Some(lock) if lock != VaultLock::default() => lock,
            Some(_) => return Outcome::pass("the destination vault's lock sets no bounds"),
            None => {
                return Outcome::pass("the destination vault is not locked")
                    .saw([Evidence::at(vault, "/Locked", "is false")]);
            }
        };
        let days = known!(self.days.clone());
        let bounds = bounds(min, max);
        let seen = evidence(vault, min, max);
        let too_short = matches!((days, min), (Some(days), Some(min)) if days < min);
        let too_long = max.is_some_and(|max| days.is_none_or(|days| days > max));
        let kept = days.map_or_else(|| "for ever".to_owned(), |days| format!("for {days} days"));
        if !too_short && !too_long {
            return Outcome::pass(format!("the copy is kept {kept}; the lock allows {bounds}"))
                .saw(seen);
        }
        Outcome::fail(format!(
            "the copy would be kept {kept}, and the destination's lock allows {bounds}"
        ))
        .foretells(foretold(predict(MessageId::E13)))
        .saw(seen)
    }
}

fn bounds(min: Option<i64>, max: Option<i64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max} days"),
        (Some(min), None) => format!("{min} days or more"),
        (None, Some(max)) => format!("{max} days at most"),
        (None, None) => "any time".to_owned(),
    }
}

fn evidence(vault: &Arn, min: Option<i64>, max: Option<i64>) -> Vec<Evidence> {
    let of = |name: &str, days: Option<i64>| {
        days.map(|days| Evidence::at(vault, format!("/{name}"), format!("is {days}")))
    };
    of("MinRetentionDays", min)
        .into_iter()
        .chain(of("MaxRetentionDays", max))
        .collect()
}
