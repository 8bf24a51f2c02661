//! The key of an RDS instance that is backed up on a schedule: where RDS makes automated backups, AWS Backup copies one of those, and
//! the role needs the key for that.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html> and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>: "scheduled backups fail with error \"The source
//! snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.\"", of which the remedy is "Add your
//! IAM role to your KMS key".

use super::continuous_rules::is_continuous_of;
use super::described::is_any_of;
use super::words::key_name;
use crate::authorization::{AskedPolicy, KeyAccess, Via};
use crate::catalog::Kind;
use crate::catalog::requests::PLAIN_KEY_ACTIONS;
use crate::inventory::{Copy, Facts, KeyManager, Start};
use crate::known::{Arn, Fact, Gap};
use crate::plans::Holds;
use crate::verdict::{Outcome, Status};

/// Why that matters.
const WHY: &str = "where RDS makes automated backups AWS Backup copies one of those, and AWS says that scheduled backups fail unless the role is in the policy of the key";

/// Why the backup that a copy waits for may not be made, as the key keeps the role out that makes it; `None`: it does not, or what
/// it says is another check's: a Deny, and a policy that was not read.
pub fn keeps_out(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let is_scheduled = copy.endpoints().start == Start::Scheduled;
    if !is_scheduled || is_any_of(copy, &[Kind::Rds]) != Fact::Known(true) {
        return None;
    }
    let role = copy.endpoints().role.as_ref().known()?;
    let key = copy.route().backup_key.as_ref().known()?;
    let key = key.key()?;
    let automated = has_automated_backups(copy, resource, facts);
    if facts.key_manager(key) != Fact::Known(Some(KeyManager::Customer))
        || automated == Fact::Known(false)
    {
        return None;
    }
    let access = KeyAccess {
        copy: copy.route(),
        facts,
        key,
        principal: role,
        via: Via::OfTypeHere,
    };
    let rulings = access.ask(PLAIN_KEY_ACTIONS);
    if rulings.is_all_allowed() {
        return None;
    }
    let name = key_name(key, facts);
    let what = ("the key of the database", name);
    let found = rulings.outcome(&AskedPolicy::of_key(key, what, role, role.name()));
    let message = format!("{}: {WHY}", found.message);
    let is_denied = rulings.denied().is_some();
    match (found.status, automated) {
        (Status::Fail, Fact::Known(_)) if !is_denied => Some(Outcome {
            message: message.into(),
            ..found
        }),
        (Status::Fail, Fact::Unknown(gap)) if !is_denied => {
            Some(Outcome::undecided(message, [*gap]).saw(found.evidence))
        }
        (Status::Undecided, _) if rulings.open().is_some_and(|(_, may_deny, _)| !may_deny) => {
            Some(Outcome {
                message: message.into(),
                ..found
            })
        }
        (
            Status::Fail | Status::Undecided | Status::Pass | Status::Warn | Status::NotApplicable,
            _,
        ) => None,
    }
}

/// Whether AWS Backup finds automated backups of RDS's: by its description, or as a continuous rule of any plan has them made.
fn has_automated_backups(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Fact<bool> {
    let vault = copy.endpoints().source_vault.as_ref().known();
    let place = vault.and_then(|vault| vault.account().zip(vault.region()));
    let plan = copy.plan.as_ref().map_or("", |plan| plan.id.as_str());
    let is_continuous = place.map_or(Holds::No, |(account, region)| {
        is_continuous_of(resource, (plan, account, &region), facts)
    });
    if is_continuous == Holds::Yes {
        return Fact::Known(true);
    }
    let detail = facts.resource_description(resource).known().flatten();
    let days = detail.and_then(|detail| detail.get("BackupRetentionPeriod")?.as_f64());
    match (days, is_continuous) {
        (Some(days), _) if days > 0.0 => Fact::Known(true),
        (_, Holds::Assumed(_) | Holds::Open(_)) => {
            let what = "whether another plan makes continuous backups of it";
            Fact::unknown(Gap::not_told(what, resource.as_str()).where_is(resource))
        }
        (Some(_), Holds::No | Holds::Yes) => Fact::Known(false),
        (None, Holds::No | Holds::Yes) => Fact::unknown(facts.describe_gap(resource)),
    }
}
