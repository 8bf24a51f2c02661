//! Copy jobs that ran.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::list::items;
use crate::inventory::objects::CopyJob;
use crate::inventory::word::Timestamp;
use crate::known::{AccountId, Region};

use super::Facts;
use super::reads::Object;
use super::stored::moment;

/// The milliseconds of a day.
const DAY: i128 = 24 * 60 * 60 * 1000;

impl<'a> Facts<'a> {
    /// Every copy job, with the account and Region that it was read in, in the order of their ids and of these.
    #[must_use]
    pub fn copy_jobs(&self) -> Vec<(AccountId, &'a Region, &'a CopyJob)> {
        let mut jobs = BTreeMap::new();
        for layer in self.layers(Object::Stored) {
            for account in items(&layer.inventory.accounts) {
                for region in items(&account.regions) {
                    for job in items(&region.copy_jobs) {
                        let found = (account.account, &region.region, job);
                        jobs.entry((&job.id, found.0, found.1)).or_insert(found);
                    }
                }
            }
        }
        jobs.into_values().collect()
    }
}

impl CopyJob {
    /// Whether it was made within so many days before a moment. `None` where its date was not read.
    #[must_use]
    pub fn is_within(&self, days: i64, before: &Timestamp) -> Option<bool> {
        Some(
            self.made_at()?
                >= before
                    .milliseconds()
                    .saturating_sub(i128::from(days).saturating_mul(DAY)),
        )
    }

    /// When it was made, in milliseconds since 1970.
    #[must_use]
    pub fn made_at(&self) -> Option<i128> {
        moment(&self.creation_date.value()?.0)
    }

    /// When it was made, as it was read.
    #[must_use]
    pub fn made(&self) -> Option<String> {
        match &self.creation_date {
            Field::Is(Json(Value::String(text))) => Some(text.clone()),
            Field::Is(Json(date)) => Some(date.to_string()),
            Field::Null | Field::Absent => None,
        }
    }

    /// The plan and the rule that started it. `None`: it was started on demand.
    #[must_use]
    pub fn plan_and_rule(&self) -> Option<(&str, &str)> {
        let Json(by) = self.created_by.value()?;
        let text = |name| by.get(name).and_then(Value::as_str);
        text("BackupPlanId").zip(text("BackupRuleId"))
    }

    /// The name of the rule that started it, where AWS says it.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_RecoveryPointCreator.html>.
    #[must_use]
    pub fn rule_name(&self) -> Option<&str> {
        let Json(by) = self.created_by.value()?;
        by.get("BackupRuleName")?.as_str()
    }
}
