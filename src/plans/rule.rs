//! Rules: the vault that backups go to, and those that they are copied to.

use serde_json::Value;

use crate::catalog;
use crate::catalog::calls::api_call;
use crate::inventory::{Lifecycle, unknown_within};
use crate::known::{ApiCall, Arn, Fact, Gap};

use super::reading::Reading;
use super::refused::{Refused, refused};
use super::schedule::{DEFAULT, START_WITHIN, Schedule};

/// What says what a rule is.
const CALL: ApiCall = api_call!("backup:GetBackupPlan");

/// What AWS prints of a rule.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.
const OF_RULE: &[&str] = &[
    "RuleName",
    "RuleId",
    "TargetBackupVaultName",
    "TargetLogicallyAirGappedBackupVaultArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartWindowMinutes",
    "CompletionWindowMinutes",
    "Lifecycle",
    "RecoveryPointTags",
    "CopyActions",
    "EnableContinuousBackup",
    "IndexActions",
    "ScanActions",
];

/// What AWS prints of a lifecycle.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Lifecycle.html>.
const OF_LIFECYCLE: &[&str] = &[
    "DeleteAfterDays",
    "MoveToColdStorageAfterDays",
    "OptInToArchiveForSupportedResources",
    "DeleteAfterEvent",
];

/// One rule of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its place among the plan's rules: two may have one name.
    pub place: usize,
    /// The vault that backups go to.
    pub vault: Arn,
    /// When its backups start.
    pub starts: Starts,
    /// Where they are copied to.
    pub targets: Vec<Target>,
    /// Why they may be copied elsewhere, too.
    pub more: Option<Gap>,
    /// What of it AWS refuses, and so the plan.
    pub refused: Option<Gap>,
}

/// When the backups of a rule start, and how long they may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Starts {
    /// The expression, with its time zone where it has one.
    pub text: String,
    /// It, as it is read; `None` where it is not one that AWS documents.
    pub schedule: Option<Schedule>,
    /// The minutes in which a backup is to start.
    pub start_within: i64,
    /// The minutes from the start until the backup is done, or given up: both windows.
    pub minutes: i64,
}

impl Starts {
    /// The minutes in which it is to be done: 7 days, as the console has it.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>.
    const COMPLETE_WITHIN: i64 = 7 * 24 * 60;

    fn read(rule: &Value) -> Self {
        let text = |name| match rule.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => value.as_str().map(Some),
        };
        let window = |name, default| match rule.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(value) => value.as_i64().filter(|minutes| *minutes >= 0),
        };
        let (expression, zone) = (
            text("ScheduleExpression"),
            text("ScheduleExpressionTimezone"),
        );
        let (start, complete) = (
            window("StartWindowMinutes", START_WITHIN),
            window("CompletionWindowMinutes", Self::COMPLETE_WITHIN),
        );
        let shown = expression.flatten().unwrap_or(DEFAULT);
        let schedule =
            expression
                .zip(zone)
                .zip(start.zip(complete))
                .and_then(|((expression, zone), _)| {
                    Schedule::read(expression.unwrap_or(DEFAULT), zone)
                });
        Self {
            text: match zone.flatten() {
                Some(zone) => format!("{shown}, {zone}"),
                None => shown.to_owned(),
            },
            schedule,
            start_within: start.unwrap_or_default(),
            minutes: start
                .unwrap_or_default()
                .saturating_add(complete.unwrap_or_default()),
        }
    }
}

/// One vault that the backups of a rule are copied to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The vault.
    pub vault: Arn,
    /// How long the copy is kept; `None`: it never expires.
    pub lifecycle: Fact<Option<Lifecycle>>,
    /// Whose it is.
    pub by: TargetBy,
}

/// What makes a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetBy {
    /// A copy action.
    CopyAction,
    /// The rule itself, whose backups go to a logically air-gapped vault.
    AirGappedTarget,
}

impl Rule {
    /// The logically air-gapped vault that its backups go to, where it names one.
    pub(super) fn air_gapped_target(&self) -> Option<&Arn> {
        let by_rule = |target: &&Target| target.by == TargetBy::AirGappedTarget;
        self.targets
            .iter()
            .find(by_rule)
            .map(|target| &target.vault)
    }

    /// Reads the rule at a place of a plan; `None` where it is not one. What of it was not understood is noted.
    pub(super) fn read(place: usize, rule: &Value, plan: &mut Reading<'_>) -> Option<Self> {
        let text = |name| rule.get(name).and_then(Value::as_str);
        let named = text("RuleName").zip(text("TargetBackupVaultName"));
        let vault = named.and_then(|(_, vault)| {
            let (account, region) = (plan.account, plan.region);
            let partition = catalog::partition(region);
            let arn = format!("arn:{partition}:backup:{region}:{account}:backup-vault:{vault}");
            Arn::parse(&arn).ok()
        });
        let Some(((name, _), vault)) = named.zip(vault) else {
            let gap = plan.misses_in(CALL, Some(rule));
            let name = text("RuleName").map(str::to_owned);
            plan.lost.rules.push((name, gap));
            return None;
        };
        let pointer = format!("/BackupPlan/Rules/{place}");
        let before = plan.unread.len();
        plan.strange(rule, &pointer, OF_RULE);
        let mut more = plan.unread.get(before).cloned();
        // A copy without an expiry takes over its source's.
        drop(lifecycle_of(rule, &pointer, plan));
        let mut targets = Vec::new();
        let mut target =
            |vault: Option<&Value>, of: &Value, pointer: &str, by, plan: &mut Reading<'_>| {
                match vault.and_then(Value::as_str).map(Arn::parse) {
                    Some(Ok(vault)) => targets.push(Target {
                        vault,
                        lifecycle: lifecycle_of(of, pointer, plan),
                        by,
                    }),
                    Some(Err(_)) | None => {
                        let gap = plan.misses_in(CALL, vault.or(Some(of)));
                        more.get_or_insert(gap);
                    }
                }
            };
        // What a rule sends to an air-gapped vault is the backup itself, and is kept for as long.
        let air_gapped = rule.get("TargetLogicallyAirGappedBackupVaultArn");
        if let Some(vault) = air_gapped.filter(|vault| !vault.is_null()) {
            target(Some(vault), rule, &pointer, TargetBy::AirGappedTarget, plan);
        }
        match rule.get("CopyActions") {
            None | Some(Value::Null) => {}
            Some(Value::Array(actions)) => {
                for (at, action) in actions.iter().enumerate() {
                    let pointer = format!("{pointer}/CopyActions/{at}");
                    plan.strange(
                        action,
                        &pointer,
                        &["DestinationBackupVaultArn", "Lifecycle"],
                    );
                    let vault = action.get("DestinationBackupVaultArn");
                    target(vault, action, &pointer, TargetBy::CopyAction, plan);
                }
            }
            Some(other) => {
                let gap = plan.misses_in(CALL, Some(other));
                more.get_or_insert(gap);
            }
        }
        let starts = Starts::read(rule);
        let refused = refused(rule, starts.schedule.as_ref());
        let refused = refused.map(|Refused { field, what }| {
            let what = format!("rule `{name}`: {what}");
            plan.refused(what, &format!("{pointer}/{field}"))
        });
        Some(Self {
            refused,
            name: name.to_owned(),
            place,
            vault,
            starts,
            targets,
            more,
        })
    }
}

/// How long what a rule or a copy action copies is kept. Unknown where that is not as AWS prints it.
fn lifecycle_of(of: &Value, pointer: &str, plan: &mut Reading<'_>) -> Fact<Option<Lifecycle>> {
    let strange = match of.get("Lifecycle") {
        Some(kept) => plan.strange(kept, &format!("{pointer}/Lifecycle"), OF_LIFECYCLE),
        None => Vec::new(),
    };
    let is_known = of.get("Lifecycle").and_then(unknown_within).is_none();
    match lifecycle(of) {
        Some(kept) if strange.is_empty() && is_known => Fact::Known(kept),
        Some(_) | None => Fact::unknown(plan.misses_in(CALL, of.get("Lifecycle"))),
    }
}

/// How long a rule keeps its copies in a vault.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// It copies nothing there.
    Nothing,
    /// All of them so; `None`: they never expire.
    As(Option<Lifecycle>),
    /// Two of them differently, or one in a way that was not understood.
    Differently,
}

/// For how many days a rule as AWS prints it keeps its backups: for good, where it says none, or AWS's -1.
#[must_use]
pub fn days_kept(rule: &Value) -> u64 {
    let said = rule
        .get("Lifecycle")
        .and_then(|kept| kept.get("DeleteAfterDays"));
    let days = said.and_then(Value::as_i64);
    days.and_then(|days| u64::try_from(days).ok())
        .unwrap_or(u64::MAX)
}

/// How long a rule as AWS prints it keeps its copies in a vault.
#[must_use]
pub fn kept_by(rule: &Value, vault: &Arn) -> Kept {
    let is =
        |of: &Value, field: &str| of.get(field).and_then(Value::as_str) == Some(vault.as_str());
    let target = is(rule, "TargetLogicallyAirGappedBackupVaultArn").then_some(rule);
    let actions = rule.get("CopyActions").and_then(Value::as_array);
    let actions = actions.into_iter().flatten();
    let into = actions.filter(|action| is(action, "DestinationBackupVaultArn"));
    let mut kept = target.into_iter().chain(into).map(lifecycle);
    match kept.next() {
        None => Kept::Nothing,
        Some(Some(first)) if kept.all(|other| other.as_ref() == Some(&first)) => Kept::As(first),
        Some(_) => Kept::Differently,
    }
}

/// What of a rule says for how long copies into a vault are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidBy {
    /// The rule itself, of what goes to its logically air-gapped target.
    pub rule: bool,
    /// Its copy actions to the vault.
    pub actions: bool,
}

/// What of a rule as AWS prints it says that copies into a vault are kept so; `kept` is `None` where that is not known, and then
/// all that copies there says it.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
#[must_use]
pub fn said_by(rule: &Value, vault: &Arn, kept: Option<Option<&Lifecycle>>) -> SaidBy {
    let is =
        |of: &Value, field: &str| of.get(field).and_then(Value::as_str) == Some(vault.as_str());
    let says = |of: &Value| {
        kept.is_none_or(|kept| lifecycle(of).is_some_and(|said| said.as_ref() == kept))
    };
    if !is(rule, "TargetLogicallyAirGappedBackupVaultArn") {
        return SaidBy {
            rule: false,
            actions: true,
        };
    }
    let actions = rule.get("CopyActions").and_then(Value::as_array);
    let actions = actions.into_iter().flatten();
    let mut into = actions.filter(|action| is(action, "DestinationBackupVaultArn"));
    let actions = into.any(says);
    SaidBy {
        rule: says(rule) || !actions,
        actions,
    }
}

/// The lifecycle that a rule or a copy action names; `None` where it is not one that can be read.
fn lifecycle(of: &Value) -> Option<Option<Lifecycle>> {
    match of.get("Lifecycle") {
        None | Some(Value::Null) => Some(None),
        Some(lifecycle) => serde_json::from_value(lifecycle.clone()).ok().map(Some),
    }
}
