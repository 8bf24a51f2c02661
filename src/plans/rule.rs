//! Rules: the vault that backups go to, and those that they are copied to.

use serde_json::Value;

use crate::catalog;
use crate::inventory::Lifecycle;
use crate::known::{AccountId, Arn, Region};

/// One rule of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its place among the plan's rules: two may have one name.
    pub place: usize,
    /// The vault that backups go to.
    pub vault: Arn,
    /// Where they are copied to.
    pub targets: Vec<Target>,
}

/// One vault that the backups of a rule are copied to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The vault.
    pub vault: Arn,
    /// How long the copy is kept; `None`: it never expires.
    pub lifecycle: Option<Lifecycle>,
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

    /// Reads a rule as AWS prints it; `None` where it is none.
    pub(super) fn of_json(value: &Value, account: AccountId, region: &Region) -> Option<Self> {
        let vault = format!(
            "arn:{}:backup:{region}:{account}:backup-vault:{}",
            catalog::partition(region),
            value.get("TargetBackupVaultName")?.as_str()?
        );
        let mut targets = Vec::new();
        // What a rule sends to an air-gapped vault is the backup itself, and is kept for as long.
        if let Some(target) = value
            .get("TargetLogicallyAirGappedBackupVaultArn")
            .filter(|target| !target.is_null())
        {
            targets.push(Target {
                vault: Arn::parse(target.as_str()?).ok()?,
                lifecycle: lifecycle(value)?,
                by: TargetBy::AirGappedTarget,
            });
        }
        let actions = match value.get("CopyActions") {
            None | Some(Value::Null) => &Vec::new(),
            Some(actions) => actions.as_array()?,
        };
        for action in actions {
            targets.push(Target {
                vault: Arn::parse(action.get("DestinationBackupVaultArn")?.as_str()?).ok()?,
                lifecycle: lifecycle(action)?,
                by: TargetBy::CopyAction,
            });
        }
        Some(Self {
            name: value.get("RuleName")?.as_str()?.to_owned(),
            place: 0,
            vault: Arn::parse(&vault).ok()?,
            targets,
        })
    }
}

/// How long a rule as AWS prints it keeps its copies in a vault. `None` where it copies nothing there, or where two of its
/// copies are kept differently there.
#[must_use]
pub fn kept_by(rule: &Value, vault: &Arn) -> Option<Option<Lifecycle>> {
    let is =
        |of: &Value, field: &str| of.get(field).and_then(Value::as_str) == Some(vault.as_str());
    let target = is(rule, "TargetLogicallyAirGappedBackupVaultArn").then_some(rule);
    let actions = rule.get("CopyActions").and_then(Value::as_array);
    let actions = actions.into_iter().flatten();
    let into = actions.filter(|action| is(action, "DestinationBackupVaultArn"));
    let mut kept = target.into_iter().chain(into).map(lifecycle);
    let first = kept.next()?;
    kept.all(|other| other == first).then_some(first)?
}

/// The lifecycle that a rule or a copy action names; `None` where it is none that can be read.
fn lifecycle(of: &Value) -> Option<Option<Lifecycle>> {
    match of.get("Lifecycle") {
        None | Some(Value::Null) => Some(None),
        Some(lifecycle) => serde_json::from_value(lifecycle.clone()).ok().map(Some),
    }
}
