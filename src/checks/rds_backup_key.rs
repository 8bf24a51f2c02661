//! The key of an RDS instance that is backed up on a schedule: where RDS makes automated backups, AWS Backup copies one of those, and
//! the role needs the key for that.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html> and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>: "scheduled backups fail with error \"The source
//! snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.\"", of which the remedy is "Add your
//! IAM role to your KMS key".

use serde_json::Value;

use super::described::is_any_of;
use super::words::key_name;
use crate::authorization::{AskedPolicy, KeyAccess, Via};
use crate::catalog::Kind;
use crate::catalog::requests::PLAIN_KEY_ACTIONS;
use crate::inventory::{Copy, Facts, KeyManager, Start};
use crate::known::{Arn, Fact};
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
    if facts.key_manager(key) != Fact::Known(Some(KeyManager::Customer)) || automated == Some(false)
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
    let name = key_name(key, facts);
    let what = ("the key of the database", name);
    let found = rulings.outcome(&AskedPolicy::of_key(key, what, role, role.name()));
    let message = format!("{}: {WHY}", found.message);
    let is_denied = rulings.denied().is_some();
    match (found.status, automated) {
        (Status::Fail, Some(_)) if !is_denied => Some(Outcome {
            message: message.into(),
            ..found
        }),
        (Status::Fail, None) if !is_denied => {
            let gap = facts.describe_gap(resource);
            Some(Outcome::undecided(message, [gap]).saw(found.evidence))
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

/// Whether AWS Backup finds automated backups of RDS's: by its description, or as a continuous rule has them made. `None`: nobody says.
fn has_automated_backups(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<bool> {
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten();
    let is_continuous = rule.and_then(|rule| rule.get("EnableContinuousBackup"));
    if is_continuous.and_then(Value::as_bool) == Some(true) {
        return Some(true);
    }
    let detail = facts.resource_description(resource).known().flatten()?;
    let days = detail.get("BackupRetentionPeriod")?.as_f64()?;
    Some(days > 0.0)
}
