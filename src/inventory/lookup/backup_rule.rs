//! The rules of backup plans.

use serde_json::Value;

use crate::catalog::backups::is_option;
use crate::catalog::calls::api_call;
use crate::inventory::copy::PlanReference;
use crate::inventory::envelope::FieldType;
use crate::inventory::json::Json;
use crate::inventory::list::items;
use crate::inventory::misspelling::near;
use crate::inventory::objects::{Lifecycle, Plan};
use crate::known::{AccountId, ByHand, Fact, Gap, Region};

use super::Facts;
use super::reads::Object;

/// The fields of a rule that checks read.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.
const FIELDS: &[&str] = &[
    "CopyActions",
    "EnableContinuousBackup",
    "Lifecycle",
    "RecoveryPointTags",
    "TargetBackupVaultName",
    "TargetLogicallyAirGappedBackupVaultArn",
];

/// Whether a field of a rule is nearly one that the rule lacks, or has a value of another type than AWS gives it: what the rule
/// says of it is not known.
fn is_mistyped(rule: &Value) -> bool {
    let types: [FieldType; 6] = [
        ("CopyActions", Value::is_array),
        ("EnableContinuousBackup", Value::is_boolean),
        ("Lifecycle", is_lifecycle),
        ("RecoveryPointTags", are_tags),
        ("TargetBackupVaultName", Value::is_string),
        ("TargetLogicallyAirGappedBackupVaultArn", Value::is_string),
    ];
    let is_other = |(name, is_right): &FieldType| {
        rule.get(*name)
            .is_some_and(|value| !value.is_null() && !is_right(value))
    };
    if types.iter().any(is_other) {
        return true;
    }
    let mut names = rule.as_object().into_iter().flatten().map(|(name, _)| name);
    names.any(|name| near(name, FIELDS).is_some_and(|field| rule.get(field).is_none()))
}

/// Whether a value is a lifecycle with nothing in it that AWS does not print.
fn is_lifecycle(value: &Value) -> bool {
    let read = serde_json::from_value::<Lifecycle>(value.clone());
    read.is_ok_and(|lifecycle| {
        let names = lifecycle.extra.iter();
        names.map(|(name, _)| &**name).all(Lifecycle::is_of_aws)
    })
}

fn are_tags(value: &Value) -> bool {
    let tags = value.as_object();
    tags.is_some_and(|tags| tags.values().all(Value::is_string))
}

impl<'a> Facts<'a> {
    /// The rule that makes a copy. `None`: none does.
    #[must_use]
    pub fn rule_of(&self, plan: Option<&PlanReference>) -> Fact<Option<&'a Value>> {
        match plan {
            None => Fact::Known(None),
            Some(plan) => self.backup_rule(plan).map(Some),
        }
    }

    /// A rule of a backup plan, by its place in the plan, else by its name or id. Unknown where the plan was not read, has
    /// no such rule, or where several are called that and differ.
    #[must_use]
    pub fn backup_rule(&self, wanted: &PlanReference) -> Fact<&'a Value> {
        let is = |rule: &Value, field: &str| {
            rule.get(field).and_then(Value::as_str) == Some(wanted.rule.as_str())
        };
        let index = wanted.made_by.as_ref().and_then(|place| place.rule);
        let mut rules = self
            .plans_of(wanted)
            .into_iter()
            .filter_map(Plan::rules)
            .flat_map(|rules| rules.iter().enumerate())
            .filter(|(at, rule)| match index {
                Some(index) => *at == index,
                None => is(rule, "RuleName") || is(rule, "RuleId"),
            })
            .map(|(_, rule)| rule);
        let first = rules.next();
        match first {
            Some(rule) if rules.all(|other| other == rule) && !is_mistyped(rule) => {
                Fact::Known(rule)
            }
            Some(_) | None => Fact::unknown(self.plan_gap(wanted)),
        }
    }

    /// Whether a plan of an account and a Region has a rule of this name or id: that it has none, only the ids of all of its rules say, or
    /// a list of plans without it. `None`: not known.
    #[must_use]
    pub fn rule_is_there(
        &self,
        plan: &str,
        rule: &str,
        account: AccountId,
        region: &Region,
    ) -> Option<bool> {
        let Some(plan) = self.plan_of_id(plan, account, region) else {
            let listed = self.plans_listed(account, region);
            return (listed == Fact::Known(())).then_some(false);
        };
        let rules = plan.rules()?;
        let text = |of: &Value, field: &str| of.get(field)?.as_str().map(str::to_owned);
        let is = |of: &Value, field: &str| text(of, field).as_deref() == Some(rule);
        if rules
            .iter()
            .any(|of| is(of, "RuleId") || is(of, "RuleName"))
        {
            return Some(true);
        }
        let all_told = rules.iter().all(|of| text(of, "RuleId").is_some());
        all_told.then_some(false)
    }

    /// The options of a backup plan for a resource type, where it has any.
    #[must_use]
    pub fn backup_options(&self, wanted: &PlanReference, resource_type: &str) -> Option<&'a Value> {
        let plans = self.plans_of(wanted).into_iter();
        let mut settings = plans
            .filter_map(|plan| plan.plan.value())
            .filter_map(|Json(plan)| plan.get("AdvancedBackupSettings")?.as_array())
            .flatten();
        let of = |setting: &&Value| setting.get("ResourceType") == Some(&resource_type.into());
        settings.find(of)?.get("BackupOptions")
    }

    /// Where an option of a backup plan for a resource type is not one that AWS documents, or is not known.
    #[must_use]
    pub fn strange_option(&self, wanted: &PlanReference, resource_type: &str) -> Option<Gap> {
        let plans = self.plans_of(wanted).into_iter();
        let mut settings = plans
            .filter_map(|plan| plan.plan.value())
            .filter_map(|Json(plan)| plan.get("AdvancedBackupSettings"));
        let options = self.backup_options(wanted, resource_type);
        let is_strange = |settings: &Value| {
            let is_known =
                |(name, value): (&String, &Value)| is_option(resource_type, name, value.as_str());
            !(settings.is_array() || settings.is_null())
                || options.is_some_and(|options| {
                    options
                        .as_object()
                        .is_none_or(|all| !all.iter().all(is_known))
                })
        };
        let at = format!("{}/BackupPlan/AdvancedBackupSettings", wanted.id);
        let what = format!("what the backups of {resource_type} leave out");
        settings
            .any(is_strange)
            .then(|| Gap::by_hand(ByHand::NotUnderstood, what, at))
    }

    /// The selections of a plan, as far as they were read.
    #[must_use]
    pub fn selections_of(&self, wanted: &PlanReference) -> &'a [Value] {
        let plan = self.plans_of(wanted).into_iter().next();
        let selections = plan.and_then(|plan| plan.selections.value());
        let selections = selections.and_then(|Json(all)| all.as_array());
        selections.map_or(&[], Vec::as_slice)
    }

    /// The plans of a reference: one, where it says where that stands.
    fn plans_of(&self, wanted: &PlanReference) -> Vec<&'a Plan> {
        match &wanted.made_by {
            Some(place) => {
                let region = self.region(place.account, &place.region);
                let mut plans = region.parts().flat_map(|part| items(&part.plans));
                // Of layers the upper one stands.
                let plan = plans.find(|plan| *plan.id == *wanted.id);
                plan.into_iter().collect()
            }
            None => self
                .seen(Object::Stored, |layer| layer.plans(&wanted.id))
                .parts()
                .collect(),
        }
    }

    /// What is not known where a plan was not read, or a part of it.
    #[must_use]
    pub fn plan_gap(&self, wanted: &PlanReference) -> Gap {
        let call = api_call!("backup:GetBackupPlan");
        match &wanted.made_by {
            Some(place) => self.gap_of_plan(call, &wanted.id, place.account, &place.region),
            None => self.gap(call, &wanted.id, None, None),
        }
    }
}
