//! The rules of backup plans.

use serde_json::Value;

use crate::inventory::copy::PlanReference;
use crate::inventory::json::Json;
use crate::known::Fact;

use super::Facts;

impl<'a> Facts<'a> {
    /// The rule that makes a copy. `None`: none does.
    #[must_use]
    pub fn rule_of(&self, plan: Option<&PlanReference>) -> Fact<Option<&'a Value>> {
        let Some(plan) = plan else {
            return Fact::Known(None);
        };
        match self.backup_rule(&plan.id, &plan.rule) {
            Some(rule) => Fact::Known(Some(rule)),
            None => Fact::unknown(self.gap("backup:GetBackupPlan", &plan.id, None, None)),
        }
    }

    /// A rule of a backup plan, by the plan's id and the rule's name or id. `None` where the plan was not read, or has no
    /// such rule.
    #[must_use]
    pub fn backup_rule(&self, plan: &str, rule: &str) -> Option<&'a Value> {
        let is = |candidate: &Value, field: &str| {
            candidate.get(field).and_then(Value::as_str) == Some(rule)
        };
        self.seen(|layer| layer.plans(plan))
            .parts()
            .filter_map(|plan| plan.plan.value())
            .filter_map(|Json(plan)| plan.get("Rules")?.as_array())
            .flatten()
            .find(|candidate| is(candidate, "RuleName") || is(candidate, "RuleId"))
    }
}
