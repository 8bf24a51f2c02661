//! What AWS Backup refuses of a rule, or does not document: with it nobody knows whether the rule ever makes a backup.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>,
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html> (of which none can be adjusted) and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.

use serde_json::Value;

use super::schedule::{DEFAULT, START_WITHIN, Schedule, is_rate};

/// A field of a rule that AWS refuses.
pub struct Refused {
    /// Its name.
    pub field: &'static str,
    /// What stands there, in words.
    pub what: String,
}

/// The fewest minutes in which a backup is to start.
const LEAST_START_WITHIN: i64 = 60;
/// The rules of a plan, at most.
const MOST_RULES: usize = 10;
/// The copy actions of a rule, at most.
const MOST_COPY_ACTIONS: usize = 5;
/// The tags that a rule adds to its backups, at most.
const MOST_TAGS: usize = 10;
/// How many days a continuous backup is kept at most.
const MOST_DAYS_CONTINUOUS: i64 = 35;

/// The rules of a plan, where they are more than AWS takes.
pub fn too_many(rules: &[Value]) -> Option<String> {
    let count = rules.len();
    (count > MOST_RULES).then(|| format!("{count} rules, of which AWS takes {MOST_RULES}"))
}

/// What of a rule AWS refuses. `is_understood`: its schedule is one that AWS documents.
pub fn refused(rule: &Value, is_understood: bool) -> Option<Refused> {
    of_windows(rule)
        .or_else(|| of_schedule(rule, is_understood))
        .map(|field| {
            let value = rule.get(field).cloned().unwrap_or_default();
            let what = format!("`{field}` {value}");
            Refused { field, what }
        })
        .or_else(|| of_rate(rule))
        .or_else(|| of_counts(rule))
        .or_else(|| of_continuous(rule))
}

/// What waits for a plan or a parameter is neither refused nor taken.
fn is_open(rule: &Value, fields: &[&str]) -> bool {
    let mut told = fields.iter().filter_map(|name| rule.get(*name));
    told.any(|value| value.get("unknown").is_some())
}

fn of_windows(rule: &Value) -> Option<&'static str> {
    let names = ["StartWindowMinutes", "CompletionWindowMinutes"];
    if is_open(rule, &names) {
        return None;
    }
    let minutes = |name: &str| match rule.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().ok_or(()).map(Some),
    };
    let [start, complete] = names.map(minutes);
    let (Ok(start), Ok(complete)) = (start, complete) else {
        return names.into_iter().find(|name| minutes(name).is_err());
    };
    if start.is_some_and(|start| start < LEAST_START_WITHIN) {
        return Some("StartWindowMinutes");
    }
    // It counts from when the backup was to start, as API_StartBackupJob says: one that is over before it need start.
    let start = start.unwrap_or(START_WITHIN);
    complete
        .is_some_and(|complete| complete < start)
        .then_some("CompletionWindowMinutes")
}

fn of_schedule(rule: &Value, is_understood: bool) -> Option<&'static str> {
    let names = [
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartWindowMinutes",
        "CompletionWindowMinutes",
    ];
    if is_understood || is_open(rule, &names) {
        return None;
    }
    let zone = rule
        .get("ScheduleExpressionTimezone")
        .and_then(Value::as_str);
    let is_zone = zone.is_none_or(|zone| Schedule::read(DEFAULT, Some(zone)).is_some());
    Some(if is_zone {
        "ScheduleExpression"
    } else {
        "ScheduleExpressionTimezone"
    })
}

/// A rate, as EventBridge takes it: AWS Backup's pages speak of cron expressions alone, none says that it takes a rate, and the
/// Terraform provider's maintainers and the CDK say that it does not.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>,
/// <https://github.com/hashicorp/terraform-provider-aws/issues/8269> and
/// <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_backup.BackupPlanRule.html>.
fn of_rate(rule: &Value) -> Option<Refused> {
    let field = "ScheduleExpression";
    let expression = rule.get(field)?.as_str()?;
    is_rate(expression).then(|| Refused {
        field,
        what: format!("`{field}` {expression:?} (AWS Backup's pages have cron expressions alone)"),
    })
}

fn of_counts(rule: &Value) -> Option<Refused> {
    let list = rule.get("CopyActions").and_then(Value::as_array);
    let tags = rule.get("RecoveryPointTags").and_then(Value::as_object);
    let counts = [
        ("CopyActions", list.map(Vec::len), MOST_COPY_ACTIONS),
        (
            "RecoveryPointTags",
            tags.map(serde_json::Map::len),
            MOST_TAGS,
        ),
    ];
    counts.into_iter().find_map(|(field, count, most)| {
        let count = count.filter(|count| *count > most)?;
        let what = format!("{count} `{field}`, of which AWS takes {most}");
        Some(Refused { field, what })
    })
}

/// A continuous backup is kept for so long, and never moves to cold storage.
fn of_continuous(rule: &Value) -> Option<Refused> {
    let is_on = rule.get("EnableContinuousBackup").and_then(Value::as_bool);
    if is_on != Some(true) {
        return None;
    }
    let field = "Lifecycle";
    let refused = |what: String| Some(Refused { field, what });
    let kept = match rule.get(field) {
        None | Some(Value::Null) => {
            return refused("a continuous rule without a `Lifecycle`".to_owned());
        }
        Some(kept) if is_open(rule, &[field]) || kept.to_string().contains("\"unknown\"") => {
            return None;
        }
        Some(kept) => kept,
    };
    let days = |name: &str| kept.get(name).filter(|days| !days.is_null());
    if let Some(cold) = days("MoveToColdStorageAfterDays") {
        return refused(format!(
            "a continuous rule with `MoveToColdStorageAfterDays` {cold}"
        ));
    }
    match days("DeleteAfterDays") {
        None => refused("a continuous rule whose backups never expire".to_owned()),
        Some(after)
            if after
                .as_i64()
                .is_none_or(|days| days > MOST_DAYS_CONTINUOUS) =>
        {
            refused(format!(
                "a continuous rule with `DeleteAfterDays` {after}, of which AWS takes {MOST_DAYS_CONTINUOUS}"
            ))
        }
        Some(_) => None,
    }
}
