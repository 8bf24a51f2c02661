//! What started a copy job: a rule of a plan, as far as that is there, or somebody on demand.

use crate::inventory::{CopyJob, Facts, MadeBy, PlanReference, Start};
use crate::known::{AccountId, Region};

/// What started a job.
pub struct Started {
    /// By a rule, or on demand.
    pub start: Start,
    /// The rule that it is decided by. `None` of one on demand, and where the plan no longer has it: then what the job says of itself
    /// counts.
    pub plan: Option<PlanReference>,
    /// What was taken for granted of it, in words.
    pub assumption: Option<String>,
}

impl Started {
    /// What started a job that was read in an account and a Region. Whoever updates a plan gives its rules other ids: the rule of the
    /// same name is what is left of one.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_UpdateBackupPlan.html> (`BackupRuleInput` has no id) and
    /// <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_RecoveryPointCreator.html>.
    pub fn of(job: &CopyJob, (account, region): (AccountId, &Region), facts: &Facts<'_>) -> Self {
        let Some((id, rule)) = job.plan_and_rule() else {
            return Self {
                start: Start::OnDemand,
                plan: None,
                assumption: None,
            };
        };
        let by = |rule: &str| {
            let made_by = Some(MadeBy {
                account,
                region: region.clone(),
                rule: None,
            });
            Some(PlanReference {
                made_by,
                ..PlanReference::to_rule(id, rule)
            })
        };
        let (plan, assumption) = match facts.rule_is_there(id, rule, account, region) {
            Some(false) => match job.rule_name() {
                Some(name) if facts.rule_is_there(id, name, account, region) == Some(true) => (
                    by(name),
                    Some(format!(
                        "rule: the plan {id} has no rule {rule} any more; its rule `{name}` is used in its place"
                    )),
                ),
                Some(_) | None => (
                    None,
                    Some(format!(
                        "rule: the plan {id} has no rule {rule} any more; what the job says of itself is used in its place"
                    )),
                ),
            },
            Some(true) | None => (by(rule), None),
        };
        Self {
            start: Start::Scheduled,
            plan,
            assumption,
        }
    }
}
