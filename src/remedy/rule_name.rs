//! What a rule is called in a remedy: two rules of one plan may have one name.

use serde_json::Value;

use crate::inventory::{Facts, PlanReference};

/// Its name; where another rule of the plan has the same, with what tells it from that: when it starts, or its place.
///
/// No page says that the names of a plan's rules differ: see
/// <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.
pub fn rule_name(plan: &PlanReference, facts: &Facts<'_>) -> String {
    which(plan, facts).map_or_else(
        || plan.rule.clone(),
        |which| format!("{} ({which})", plan.rule),
    )
}

fn which(plan: &PlanReference, facts: &Facts<'_>) -> Option<String> {
    let by = plan.made_by.as_ref()?;
    let place = by.rule?;
    let rules = facts
        .plan_of_id(&plan.id, by.account, &by.region)?
        .rules()?;
    let is_called_so =
        |rule: &&Value| rule.get("RuleName").and_then(Value::as_str) == Some(&*plan.rule);
    let alike: Vec<&Value> = rules.iter().filter(is_called_so).collect();
    if alike.len() < 2 {
        return None;
    }
    let starts = |rule: &Value| {
        let said =
            ["ScheduleExpression", "ScheduleExpressionTimezone"].map(|field| rule.get(field));
        let said: Option<Vec<&str>> = said.into_iter().flatten().map(Value::as_str).collect();
        said.filter(|said| !said.is_empty())
            .map(|said| said.join(", "))
    };
    let own = starts(rules.get(place)?);
    let is_own_alone = alike.iter().filter(|rule| starts(rule) == own).count() == 1;
    let number = place.saturating_add(1);
    Some(match own.filter(|_| is_own_alone) {
        Some(starts) => format!("the one of {starts}"),
        None => format!("number {number} of the plan's rules"),
    })
}
