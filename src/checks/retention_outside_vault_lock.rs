#![doc = include_str!("retention_outside_vault_lock.md")]

use super::described::source_days_kept;
use super::words::{foretold, no_destination_vault};
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::inventory::{Copy, Facts, Lifecycle, VaultLock};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Need, Outcome, Status};

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
    let lock = facts.vault_lock(&kept.vault).known().flatten();
    let VaultLock { min, max } = lock.unwrap_or_default();
    match (found.status, min) {
        (Status::Fail, _) => found.needs([Need::Retention {
            copy: copy.id.to_string(),
            vault: kept.vault,
            min,
            max,
        }]),
        (Status::Pass, Some(min)) if kept.days == Fact::Known(None) => {
            inherited(copy, facts, min, found)
        }
        (Status::Pass | Status::Warn | Status::Undecided | Status::NotApplicable, _) => found,
    }
}

/// A copy without an expiry is not shorter than the lock's minimum, but takes over that of its source, which may be. No page
/// says which of the two counts.
fn inherited(copy: &Copy, facts: &Facts<'_>, min: i64, passes: Outcome) -> Outcome {
    let source = known!(source_days_kept(copy, facts));
    let short = match source {
        Some(Some(days)) if days < min => format!("expires after {days} days"),
        None => "may expire before that".to_owned(),
        Some(Some(_) | None) => return passes,
    };
    let vault = &copy.destination_vault;
    let gap = Gap {
        account: vault.account().map(|id| id.to_string()),
        region: vault.region().map(|region| region.to_string()),
        operation: "no call tells whether the lock's minimum is compared with the expiry that the copy takes over".to_owned(),
        subject: vault.to_string(),
        error: None,
        permission: "none".to_owned(),
    };
    Outcome::undecided(
        format!("the copy names no expiry, its source {short}, and the lock asks for {min} days or more: name one"),
        [gap],
    )
    .on(Basis::Inferred)
    .saw(evidence(vault, Some(min), None))
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
