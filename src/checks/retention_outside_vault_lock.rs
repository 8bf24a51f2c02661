#![doc = include_str!("retention_outside_vault_lock.md")]

use smol_str::format_smolstr;

use super::retention::Retention;
use super::words::{date, no_destination_vault, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::messages::MessageId;
use crate::catalog::{cite, goes_into_air_gapped_vault_itself};
use crate::inventory::{Copy, Facts, VaultLock};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "retention-outside-vault-lock",
    title: "the copy, or the backup that a rule makes for it, would be kept for less or more time than its vault's lock allows",
    doc: include_str!("retention_outside_vault_lock.md"),
    cites: &[cite::VAULT_LOCK, cite::LAGV_PRIMARY, cite::COPY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

/// For how long a vault would keep something.
#[derive(Clone)]
struct Kept {
    vault: Arn,
    retention: Fact<Retention>,
}

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let of_backup = backup_refused(copy, facts);
    if let Some(refused) = &of_backup
        && refused.status == Status::Fail
    {
        return refused.clone();
    }
    let of_copy = copy_refused(copy, facts);
    match of_backup {
        Some(open) if of_copy.status != Status::Fail => open,
        Some(_) | None => of_copy,
    }
}

/// What the lock of the vault says that a rule backs up to: where it refuses the backup, there is nothing to copy. `None`: it
/// takes it.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html>.
fn backup_refused(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    // What a rule sends to its air-gapped vault is the backup itself, where AWS Backup manages the type fully.
    let is_of_rule = sent_by_rule(copy, facts);
    if is_of_rule
        && copy.route().kind.agreed(goes_into_air_gapped_vault_itself) == Fact::Known(Some(true))
    {
        return None;
    }
    let kept = Kept {
        retention: Retention::of_backup(copy, facts)?,
        vault: copy.endpoints().source_vault.as_ref().known()?.clone(),
    };
    let refused = Backup(kept.clone()).refused(facts)?;
    if !is_of_rule || refused.status != Status::Fail {
        return Some(refused);
    }
    let what = "whether a backup that only passes through the vault is held against its lock";
    let gap = Gap::not_told(what, kept.vault.as_str()).where_is(&kept.vault);
    let message = format!(
        "{}; no page says whether that holds for what passes through to an air-gapped vault",
        refused.message
    );
    Some(Outcome::undecided(message, [gap]).saw(refused.evidence))
}

/// Whether the copy is what the rule sends to its logically air-gapped vault.
fn sent_by_rule(copy: &Copy, facts: &Facts<'_>) -> bool {
    let plan = copy.plan.as_ref();
    let rule = plan.and_then(|plan| facts.backup_rule(plan).known());
    let vault = rule.and_then(|rule| rule.get("TargetLogicallyAirGappedBackupVaultArn")?.as_str());
    vault == Some(copy.endpoints().destination_vault.as_str())
}

fn copy_refused(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let kept = Kept {
        vault: copy.endpoints().destination_vault.clone(),
        retention: Retention::of(copy, facts),
    };
    let mut found = kept.found(facts);
    if found.status != Status::Fail {
        return found;
    }
    if let Some(at) = facts.vault_lock_date(&kept.vault) {
        found = found.saw([Evidence::at(&kept.vault, "/LockDate", lock_date(at, facts))]);
    }
    let lock = facts.vault_lock(&kept.vault).known().flatten();
    let VaultLock { min, max, unread } = lock.unwrap_or_default();
    if unread.is_some() {
        return found
            .by_hand("name a `DeleteAfterDays` within both bounds, once the other is known");
    }
    found.needs([Need::Retention {
        copy: copy.id.to_string(),
        vault: kept.vault,
        min,
        max,
    }])
}

/// A backup that a rule makes, and the vault that it goes to.
struct Backup(Kept);

impl Backup {
    fn refused(&self, facts: &Facts<'_>) -> Option<Outcome> {
        let Kept { vault, retention } = &self.0;
        let lock = match facts.vault_lock(vault) {
            Fact::Known(lock) => lock.filter(|lock| *lock != VaultLock::default())?,
            Fact::Unknown(gap) => {
                return Some(Outcome::undecided(
                    "whether the source vault's lock lets the rule's backups in is not known",
                    [*gap],
                ));
            }
        };
        let retention = match retention {
            Fact::Known(retention) => *retention,
            Fact::Unknown(gap) => {
                return Some(Outcome::undecided(gap.to_string(), [(**gap).clone()]));
            }
        };
        let VaultLock { min, max, unread } = lock;
        if missed(retention, min, max) {
            let name = vault.name();
            return Some(
                Outcome::fail(format!(
                    "the rule keeps its backups {}, and the lock of the vault `{name}` that they go to allows {}: no backup is made, \
                     and none is copied",
                    kept(retention),
                    bounds(min, max)
                ))
                .by_hand("give the rule a `DeleteAfterDays` that the lock allows")
                .foretells(status_message(MessageId::E14))
                .saw(evidence(vault, min, max)),
            );
        }
        unread.map(|gap| Outcome::undecided(gap.to_string(), [*gap]))
    }
}

/// Whether one of a lock's bounds is missed.
fn missed(retention: Retention, min: Option<i64>, max: Option<i64>) -> bool {
    let too_short = matches!((retention.days(), min), (Some(days), Some(min)) if days < min);
    let too_long = match (retention, max) {
        (Retention::Own(days) | Retention::TakenOver(days), Some(max)) => days > max,
        (Retention::Forever, Some(_)) => true,
        (Retention::OfUnknownSource, _) | (_, None) => false,
    };
    too_short || too_long
}

fn kept(retention: Retention) -> String {
    retention
        .days()
        .map_or_else(|| "for ever".to_owned(), |days| format!("for {days} days"))
}

impl Kept {
    fn found(&self, facts: &Facts<'_>) -> Outcome {
        let vault = &self.vault;
        if !known!(facts.vault_exists(vault)) {
            return no_destination_vault();
        }
        let Some(lock) = known!(facts.vault_lock(vault)) else {
            return Outcome::pass("the destination vault is not locked")
                .saw([Evidence::at(vault, "/Locked", "is false")]);
        };
        if lock == VaultLock::default() {
            return Outcome::pass("the destination vault's lock sets no bounds");
        }
        self.against(&lock, known!(self.retention.clone()))
    }

    /// A bound that is known and missed decides, whatever the other one is.
    fn against(&self, lock: &VaultLock, retention: Retention) -> Outcome {
        let VaultLock { min, max, .. } = *lock;
        let bounds = bounds(min, max);
        let seen = evidence(&self.vault, min, max);
        let kept = kept(retention);
        match (missed(retention, min, max), retention, &lock.unread) {
            (true, Retention::TakenOver(days), _) => self.not_told(
                &format!("takes over its source's expiry of {days} days"),
                &bounds,
            ),
            (true, _, _) => Outcome::fail(format!(
                "the copy would be kept {kept}, and the destination's lock allows {bounds}"
            ))
            .foretells(status_message(MessageId::E13)),
            (false, _, Some(gap)) => Outcome::undecided(gap.to_string(), [(**gap).clone()]),
            (false, Retention::OfUnknownSource, None) => self.not_told(
                "takes over that of its source, which is not known",
                &bounds,
            ),
            (false, Retention::TakenOver(days), None) => Outcome::pass(format!(
                "the copy names no expiry and takes over its source's, {days} days; the lock allows {bounds}"
            ))
            .on(Basis::Observed),
            (false, Retention::Own(_) | Retention::Forever, None) => Outcome::pass(format!(
                "the copy is kept {kept}; the lock allows {bounds}"
            )),
        }
        .saw(seen)
    }

    /// No page says whether the lock is compared with the expiry that the copy takes over, or with none.
    fn not_told(&self, takes_over: &str, bounds: &str) -> Outcome {
        let gap = Gap::by_hand(
            ByHand::Name,
            "name `DeleteAfterDays` in the copy's lifecycle",
            self.vault.as_str(),
        )
        .where_is(&self.vault);
        Outcome::undecided(
            format!(
                "the copy names no expiry, and {takes_over}; the destination's lock allows {bounds}, and no page says what it is compared with: name one"
            ),
            [gap],
        )
        .on(Basis::Inferred)
    }
}

/// Until when a lock can be changed or taken away, or since when not.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html>.
fn lock_date(at: i128, facts: &Facts<'_>) -> String {
    match facts.now() {
        Some(now) if now < at => format!(
            "is {}: until then the lock can be changed or removed",
            date(at)
        ),
        Some(_) => format!("is {}: nobody can change the lock since", date(at)),
        None => format!("is {}: from then on nobody can change the lock", date(at)),
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
    let of = |pointer: &'static str, days: Option<i64>| {
        days.map(|days| Evidence::at(vault, pointer, format_smolstr!("is {days}")))
    };
    of("/MinRetentionDays", min)
        .into_iter()
        .chain(of("/MaxRetentionDays", max))
        .collect()
}
