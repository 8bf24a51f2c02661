//! What AWS Backup refuses of a plan, or does not document: with it nobody knows whether the plan ever makes a backup. Of a plan
//! that is there already it contradicts what was read.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRuleInput.html>,
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html> (of which none can be adjusted) and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schedule::{DEFAULT, START_WITHIN, Schedule, is_rate};
use crate::catalog::lifecycles::is_taken;
use crate::catalog::quotas::{COPY_ACTIONS, POINT_TAGS, RULES};
use crate::inventory::unknown_within;

/// A field that AWS refuses.
pub struct Refused {
    /// Its name.
    pub field: &'static str,
    /// What stands there, in words.
    pub what: String,
}

/// The fewest minutes in which a backup is to start.
const LEAST_START_WITHIN: i64 = 60;
/// The most: a hundred years.
const MOST_START_WITHIN: i64 = 52_560_000;
/// How many days a continuous backup is kept at most.
const MOST_DAYS_CONTINUOUS: i64 = 35;
/// The characters of a name of a rule or a selection, at most.
const LONGEST_NAME: usize = 50;
/// The characters of a tag's key and of its value, at most.
///
/// See <https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html>.
const LONGEST_TAG: (usize, usize) = (128, 256);

/// What of the rules of a plan, taken together, AWS refuses: more than it takes, and continuous ones that go to several vaults.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-overlapping.html>.
pub fn of_rules(rules: &[Value]) -> Option<String> {
    let count = rules.len();
    if count > RULES {
        return Some(format!("{count} rules, of which AWS accepts {RULES}"));
    }
    let continuous = rules.iter().filter(|rule| is_continuous(rule));
    let vaults: BTreeSet<&str> = continuous
        .filter_map(|rule| rule.get("TargetBackupVaultName")?.as_str())
        .collect();
    let (first, second) = (vaults.first()?, vaults.last()?);
    (first != second).then(|| {
        format!(
            "continuous rules into the vaults `{first}` and `{second}`, for which AWS refuses the plan,"
        )
    })
}

/// What of a rule AWS refuses. `schedule`: its own, where that is one that AWS documents.
pub fn refused(rule: &Value, schedule: Option<&Schedule>) -> Option<Refused> {
    of_windows(rule)
        .or_else(|| of_schedule(rule, schedule.is_some()))
        .map(|field| {
            let value = rule.get(field).cloned().unwrap_or_default();
            let what = format!("`{field}` {value}");
            Refused { field, what }
        })
        .or_else(|| of_frequency(rule, schedule?))
        .or_else(|| of_rate(rule))
        .or_else(|| of_name(rule, "RuleName"))
        .or_else(|| of_counts(rule))
        .or_else(|| of_tags(rule))
        .or_else(|| of_lifecycles(rule))
        .or_else(|| of_continuous(rule))
}

/// The name of a plan, a rule or a selection. AWS's own plans, such as `aws/efs/automatic-backup-plan`, have names of another form.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupPlanInput.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupSelection.html>.
pub fn of_name(named: &Value, field: &'static str) -> Option<Refused> {
    let name = named.get(field)?.as_str()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_taken = (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(plain);
    (!is_taken && !name.starts_with("aws/")).then(|| Refused {
        field,
        what: format!(
            "`{field}` \"{name}\", which has not 1 to {LONGEST_NAME} letters, digits and -_. alone,"
        ),
    })
}

/// Backups are made hourly at most: `The interval between backup jobs shouldn't be less than 60 minutes`.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>.
fn of_frequency(rule: &Value, schedule: &Schedule) -> Option<Refused> {
    let field = "ScheduleExpression";
    let said = rule.get(field)?.as_str()?;
    schedule.is_more_than_hourly().then(|| Refused {
        field,
        what: format!("`{field}` \"{said}\", whose backups are less than 60 minutes apart,"),
    })
}

/// The tags that a rule adds to its backups. Those that begin with `aws:` are AWS's own.
///
/// See <https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html>.
fn of_tags(rule: &Value) -> Option<Refused> {
    let field = "RecoveryPointTags";
    let tags = rule.get(field).and_then(Value::as_object)?;
    if is_open(rule, &[field]) {
        return None;
    }
    let is_taken = |(key, value): &(&String, &Value)| {
        let value = value.as_str().unwrap_or_default();
        may_be_tag(key, value)
    };
    let (key, _) = tags.iter().find(|tag| !is_taken(tag))?;
    let what = format!("the tag `{key}` of `{field}`, whose key or value AWS does not accept,");
    Some(Refused { field, what })
}

/// Whether people may set a tag with this key and this value, so far as their lengths and the key's beginning tell.
#[must_use]
pub fn may_be_tag(key: &str, value: &str) -> bool {
    let (of_key, of_value) = LONGEST_TAG;
    let is_own = key
        .get(..4)
        .is_some_and(|it| it.eq_ignore_ascii_case("aws:"));
    let is_short = (1..=of_key).contains(&key.chars().count()) && value.chars().count() <= of_value;
    is_short && !is_own
}

/// The lifecycles of a rule and of its copy actions: for one that is invalid AWS refuses the plan, with its other rules.
fn of_lifecycles(rule: &Value) -> Option<Refused> {
    let actions = rule.get("CopyActions").and_then(Value::as_array);
    let actions = actions.into_iter().flatten();
    let of = |of: &Value| {
        let kept = of.get("Lifecycle")?;
        let [delete, cold] = ["DeleteAfterDays", "MoveToColdStorageAfterDays"]
            .map(|field| kept.get(field).and_then(Value::as_i64));
        let is_known = unknown_within(kept).is_none();
        (is_known && !is_taken(delete, cold)).then(|| format!("the lifecycle {kept}"))
    };
    let of_rule = of(rule).map(|what| ("Lifecycle", what));
    let of_action = || Some(("CopyActions", actions.filter_map(of).next()?));
    let (field, what) = of_rule.or_else(of_action)?;
    let what = format!("{what}, for which AWS refuses the plan,");
    Some(Refused { field, what })
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
    if start.is_some_and(|start| !(LEAST_START_WITHIN..=MOST_START_WITHIN).contains(&start)) {
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
    let list = |field: &str| rule.get(field).and_then(Value::as_array);
    let tags = rule.get("RecoveryPointTags").and_then(Value::as_object);
    let indexes = list("IndexActions").into_iter().flatten();
    let indexed = indexes.filter_map(|index| index.get("ResourceTypes")?.as_array());
    let counts = [
        (
            "CopyActions",
            list("CopyActions").map(Vec::len),
            COPY_ACTIONS,
        ),
        (
            "RecoveryPointTags",
            tags.map(serde_json::Map::len),
            POINT_TAGS,
        ),
        ("IndexActions", list("IndexActions").map(Vec::len), 1),
        ("IndexActions", indexed.map(Vec::len).max(), 1),
    ];
    counts
        .into_iter()
        .find_map(|(field, count, most)| more_than(field, count?, most))
}

/// A list with more in it than AWS takes.
pub fn more_than(field: &'static str, count: usize, most: usize) -> Option<Refused> {
    (count > most).then(|| Refused {
        field,
        what: format!("{count} `{field}`, of which AWS accepts {most}"),
    })
}

/// Whether the backups of a rule are continuous, where their type has such.
#[must_use]
pub fn is_continuous(rule: &Value) -> bool {
    rule.get("EnableContinuousBackup").and_then(Value::as_bool) == Some(true)
}

/// A continuous backup is kept for so long, and never moves to cold storage.
fn of_continuous(rule: &Value) -> Option<Refused> {
    if !is_continuous(rule) {
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
    let never = || refused("a continuous rule whose backups never expire".to_owned());
    let days = |name: &str| kept.get(name).filter(|days| !days.is_null());
    if let Some(cold) = days("MoveToColdStorageAfterDays") {
        return refused(format!(
            "a continuous rule with `MoveToColdStorageAfterDays` {cold}"
        ));
    }
    match days("DeleteAfterDays") {
        // -1 is AWS's word for never.
        Some(after) if after.as_i64() == Some(-1) => never(),
        None => never(),
        Some(after)
            if after
                .as_i64()
                .is_none_or(|days| days > MOST_DAYS_CONTINUOUS) =>
        {
            refused(format!(
                "a continuous rule with `DeleteAfterDays` {after}, of which AWS accepts {MOST_DAYS_CONTINUOUS}"
            ))
        }
        Some(_) => None,
    }
}
