//! Backup policies of an organization: from the effective policy of an account to the plans that AWS Backup makes of it
//! in each Region, in the shape in which it prints them.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html>.

use serde_json::{Map, Value, json};

use crate::catalog;
use crate::inventory::{Account, Field, Inventory, Json, List, Plan, RegionFacts};
use crate::known::{AccountId, Region};

/// What the ids of plans begin with that AWS Backup made of a policy.
const MADE_OF_POLICY: &str = "orgs/";

/// Adds the plans that AWS Backup makes of the backup policies in force, each to the Regions of its account that were
/// looked at; to all that the policy names where no Region was. A plan that was read already is there.
pub fn add_those_of_policies(inventory: &mut Inventory) {
    let Field::Is(List(accounts)) = &mut inventory.accounts else {
        return;
    };
    for account in accounts {
        let Field::Is(Json(policy)) = account.backup_policy.clone() else {
            continue;
        };
        let plans = policy.get("plans").and_then(Value::as_object);
        for (name, plan) in plans.into_iter().flatten() {
            add(account, name, plan);
        }
    }
}

fn add(account: &mut Account, name: &str, plan: &Value) {
    let id = account.account;
    let wanted: Vec<Region> = texts(plan.get("regions"))
        .into_iter()
        .map(Region::new)
        .collect();
    if !matches!(&account.regions, Field::Is(List(regions)) if !regions.is_empty()) {
        let regions = wanted.iter().cloned().map(RegionFacts::named).collect();
        account.regions = Field::Is(List(regions));
    }
    let Field::Is(List(regions)) = &mut account.regions else {
        return;
    };
    for region in regions
        .iter_mut()
        .filter(|region| wanted.contains(&region.region))
    {
        let made = made(id, &region.region, name, plan);
        match &mut region.plans {
            Field::Is(List(plans)) => {
                if !plans.iter().any(|plan| is_made_of(plan, name)) {
                    plans.push(made);
                }
            }
            Field::Null | Field::Absent => region.plans = Field::Is(List(vec![made])),
        }
    }
}

/// Whether a plan that was read is the one that AWS Backup made of a policy's plan of this name.
fn is_made_of(plan: &Plan, name: &str) -> bool {
    let named = plan.plan.value().and_then(|Json(plan)| {
        plan.get("BackupPlanName")
            .and_then(Value::as_str)
            .map(|own| own.eq_ignore_ascii_case(name))
    });
    plan.id.starts_with(MADE_OF_POLICY) && named.unwrap_or(true)
}

/// The plan as AWS Backup prints it. AWS gives it an id of its own, which is not known before.
fn made(account: AccountId, region: &Region, name: &str, plan: &Value) -> Plan {
    let here = Here { account, region };
    let rules: Vec<Value> = members(plan.get("rules"))
        .map(|(name, rule)| here.rule(name, rule))
        .collect();
    let selections = plan.get("selections");
    let of = |kind: &str| selections.and_then(|all| all.get(kind));
    let by_tags = members(of("tags")).map(|(name, one)| here.selection(name, one));
    let by_resources = members(of("resources")).map(|(name, one)| here.selection(name, one));
    let selections: Vec<Value> = by_tags.chain(by_resources).collect();
    Plan {
        id: format!("{MADE_OF_POLICY}{account}/{region}/{name}").into(),
        arn: Field::Absent,
        plan: Field::Is(Json(json!({"BackupPlanName": name, "Rules": rules}))),
        selections: Field::Is(Json(Value::Array(selections))),
        extra: Vec::new(),
    }
}

/// Where a policy is in force.
struct Here<'a> {
    account: AccountId,
    region: &'a Region,
}

impl Here<'_> {
    fn rule(&self, name: &str, rule: &Value) -> Value {
        let mut made = Map::new();
        made.insert("RuleName".to_owned(), name.into());
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                made.insert(name.to_owned(), value);
            }
        };
        put(
            "TargetBackupVaultName",
            self.text(rule, "target_backup_vault_name"),
        );
        put(
            "TargetLogicallyAirGappedBackupVaultArn",
            self.text(rule, "target_logically_air_gapped_backup_vault_arn"),
        );
        put("ScheduleExpression", self.text(rule, "schedule_expression"));
        put("Lifecycle", rule.get("lifecycle").map(lifecycle));
        put(
            "EnableContinuousBackup",
            flag(rule.get("enable_continuous_backup")),
        );
        let tags = members(rule.get("recovery_point_tags")).filter_map(|(_, tag)| {
            let key = plain(tag.get("tag_key")?).as_str()?.to_owned();
            Some((key, plain(tag.get("tag_value")?).clone()))
        });
        let tags: Map<String, Value> = tags.collect();
        put(
            "RecoveryPointTags",
            (!tags.is_empty()).then_some(Value::Object(tags)),
        );
        let actions: Vec<Value> = members(rule.get("copy_actions"))
            .map(|(key, action)| self.copy_action(key, action))
            .collect();
        put("CopyActions", Some(Value::Array(actions)));
        Value::Object(made)
    }

    /// The key of a copy action is its vault's ARN, which the policy may say once more.
    fn copy_action(&self, key: &str, action: &Value) -> Value {
        let vault = self
            .text(action, "target_backup_vault_arn")
            .unwrap_or_else(|| self.filled(key).into());
        let mut made = Map::new();
        made.insert("DestinationBackupVaultArn".to_owned(), vault);
        if let Some(kept) = action.get("lifecycle") {
            made.insert("Lifecycle".to_owned(), lifecycle(kept));
        }
        Value::Object(made)
    }

    fn selection(&self, name: &str, selection: &Value) -> Value {
        let mut made = Map::new();
        made.insert("SelectionName".to_owned(), name.into());
        if let Some(role) = self.text(selection, "iam_role_arn") {
            made.insert("IamRoleArn".to_owned(), role);
        }
        let lists = [
            ("resource_types", "Resources"),
            ("not_resource_types", "NotResources"),
        ];
        for (theirs, ours) in lists {
            made.insert(ours.to_owned(), texts(selection.get(theirs)).into());
        }
        let key = self.text(selection, "tag_key");
        let tags: Vec<Value> = texts(selection.get("tag_value"))
            .into_iter()
            .map(|value| json!({"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}))
            .collect();
        made.insert("ListOfTags".to_owned(), Value::Array(tags));
        let mut conditions = Map::new();
        for (operator, all) in members(selection.get("conditions")) {
            let all: Vec<Value> = members(Some(all))
                .map(|(_, one)| {
                    json!({
                        "ConditionKey": one.get("condition_key").map(plain),
                        "ConditionValue": one.get("condition_value").map(plain),
                    })
                })
                .collect();
            conditions.insert(camel(operator), Value::Array(all));
        }
        made.insert("Conditions".to_owned(), Value::Object(conditions));
        Value::Object(made)
    }

    fn text(&self, of: &Value, field: &str) -> Option<Value> {
        let text = plain(of.get(field)?).as_str()?;
        Some(self.filled(text).into())
    }

    /// A text with the account and the Region in the places that a policy keeps for them.
    fn filled(&self, text: &str) -> String {
        let text = text
            .replace("$account", &self.account.to_string())
            .replace("$region", self.region.as_str());
        match catalog::partition(self.region) {
            "aws" => text,
            // AWS's pages have a policy name the partition; where it does not, its own is meant.
            partition => match text.strip_prefix("arn:aws:") {
                Some(rest) => format!("arn:{partition}:{rest}"),
                None => text,
            },
        }
    }
}

/// The days of a lifecycle, which policies write as text.
fn lifecycle(value: &Value) -> Value {
    let mut made = Map::new();
    let days = [
        ("delete_after_days", "DeleteAfterDays"),
        (
            "move_to_cold_storage_after_days",
            "MoveToColdStorageAfterDays",
        ),
    ];
    for (theirs, ours) in days {
        let Some(value) = value.get(theirs).map(plain) else {
            continue;
        };
        let number = value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        // What is no number stays as it is, and is refused where the plan is read.
        made.insert(
            ours.to_owned(),
            number.map_or_else(|| value.clone(), Value::from),
        );
    }
    Value::Object(made)
}

fn flag(value: Option<&Value>) -> Option<Value> {
    match plain(value?) {
        Value::Bool(on) => Some((*on).into()),
        Value::String(text) => Some(text.eq_ignore_ascii_case("true").into()),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `string_not_like` is `StringNotLike`.
fn camel(words: &str) -> String {
    words
        .split('_')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}

fn members(of: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    of.and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(name, _)| !name.starts_with("@@"))
}

fn texts(of: Option<&Value>) -> Vec<&str> {
    match of.map(plain) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// An effective policy has no operators left; AWS's own example of one has some.
fn plain(value: &Value) -> &Value {
    value.get("@@assign").unwrap_or(value)
}
