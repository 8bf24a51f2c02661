//! Backup plans and their selections.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::sources::planned::{Home, join};
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Moment, Object, is_empty, unknown};
use crate::sources::terraform::reader::PlanReader;

/// A plan.
pub fn plan<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some(home) = reader.home(object) else {
        let why = reader.ids.without_home(object, reader.moment);
        reader
            .open
            .push(format!("{} may make copies: {why}", object.address));
        return;
    };
    let id = reader.ids.plan_id(object, reader.moment);
    let rules = reader.ids.blocks(object, "rule", reader.moment);
    let waiting = waiting(reader, object, &rules);
    let rules: Value = match &rules {
        Value::Array(rules) => rules.iter().map(|one| rule(one, &waiting)).collect(),
        Value::Null => json!([]),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => rules,
    };
    let name = name(reader, object);
    // A plan that is there may have selections of others.
    let removed = reader.world.known(&home, "plans", &id);
    let removed = removed.and_then(|plan| plan.get("Selections")?.get("removed").cloned());
    let selections = if object.is_new(reader.moment) {
        json!([])
    } else {
        json!({"joined": [], "removed": removed.unwrap_or(json!([])), "alone": true})
    };
    let settings = match reader
        .ids
        .blocks(object, "advanced_backup_setting", reader.moment)
    {
        Value::Array(settings) => settings.iter().map(setting).collect(),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => other,
    };
    let body = if settings.is_null() || settings == json!([]) {
        json!({"BackupPlanName": name, "Rules": rules})
    } else {
        json!({"BackupPlanName": name, "Rules": rules, "AdvancedBackupSettings": settings})
    };
    reader.placed(&id, object);
    reader.set(
        &home,
        "plans",
        &id,
        [("BackupPlan", body), ("Selections", selections)],
    );
}

/// The name of a plan or selection. What made it stands for one that waits for apply: it decides nothing.
fn name<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> Value {
    let name = object.marked(reader.moment, "name");
    match name.get("unknown") {
        Some(_) if object.is_new(reader.moment) => json!(reader.ids.name_of_plan(object)),
        Some(_) | None => name,
    }
}

/// What waits for apply in the rules of a plan, and is one thing wherever it does.
struct Waiting {
    /// The ARN of their destinations.
    destination: Option<String>,
    /// The name of the vault that they back up to.
    vault: Option<String>,
}

/// What the unknown destinations and vaults of a plan are.
fn waiting<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>, rules: &Value) -> Waiting {
    let configured: Vec<&Value> =
        blocks(object.expression("rule").unwrap_or(&Value::Null)).collect();
    let planned: Vec<&Value> = blocks(rules).collect();
    let actions = |rules: &[&'p Value]| -> Vec<&'p Value> {
        let all = rules.iter().filter_map(|rule| rule.get("copy_action"));
        all.flat_map(blocks).collect()
    };
    let planned_actions = planned.iter().filter_map(|rule| rule.get("copy_action"));
    let planned_actions: Vec<&Value> = planned_actions.flat_map(blocks).collect();
    let one = |configured: &[&Value], planned: &[&Value], name, whole| {
        the_one(reader, object, (configured, planned), name, whole)
    };
    Waiting {
        destination: one(
            &actions(&configured),
            &planned_actions,
            "destination_vault_arn",
            "arn",
        ),
        vault: one(&configured, &planned, "target_vault_name", "name"),
    }
}

fn blocks(all: &Value) -> impl Iterator<Item = &Value> {
    all.as_array().into_iter().flatten()
}

/// What an attribute of blocks is that waits for apply, where there is one candidate for as many as wait.
fn the_one<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    (configured, planned): (&[&Value], &[&Value]),
    name: &str,
    whole: &str,
) -> Option<String> {
    let is_open = |block: &&&Value| {
        let value = block.get(name);
        value.is_some_and(|value| value.get("unknown").is_some())
    };
    let open = planned.iter().filter(is_open).count();
    let named = configured.iter().filter_map(|block| block.get(name));
    let named: Vec<&Value> = named
        .filter(|expression| expression.get("references").is_some())
        .collect();
    // Blocks that a dynamic block makes are not in the configuration: then there are more than it names.
    if open == 0 || named.len() != open {
        return None;
    }
    let mut found = Vec::new();
    for expression in named {
        let all = reader.ids.all_of(object, expression, whole, reader.moment);
        found.extend(all.ok()?);
    }
    found.sort();
    found.dedup();
    let first = found.pop()?;
    found.is_empty().then_some(first)
}

/// A rule as AWS Backup prints it.
fn rule(rule: &Value, waiting: &Waiting) -> Value {
    if rule.get("unknown").is_some() {
        return rule.clone();
    }
    let mut made = Map::new();
    for (name, field) in [
        ("rule_name", "RuleName"),
        ("target_vault_name", "TargetBackupVaultName"),
        (
            "target_logically_air_gapped_backup_vault_arn",
            "TargetLogicallyAirGappedBackupVaultArn",
        ),
        ("schedule", "ScheduleExpression"),
        ("schedule_expression_timezone", "ScheduleExpressionTimezone"),
        ("start_window", "StartWindowMinutes"),
        ("completion_window", "CompletionWindowMinutes"),
        ("enable_continuous_backup", "EnableContinuousBackup"),
        ("recovery_point_tags", "RecoveryPointTags"),
    ] {
        // The provider keeps an empty text where AWS tells nothing.
        let value = rule.get(name).filter(|value| !is_empty(value));
        if let Some(value) = value {
            let value = match (name, &waiting.vault) {
                ("target_vault_name", Some(vault)) => or_waiting(value, vault),
                _ => value.clone(),
            };
            made.insert(field.to_owned(), value);
        }
    }
    if let Some(lifecycle) = rule.get("lifecycle").and_then(lifecycle) {
        made.insert("Lifecycle".to_owned(), lifecycle);
    }
    let actions = match rule.get("copy_action") {
        Some(open) if open.get("unknown").is_some() => {
            made.insert("CopyActions".to_owned(), open.clone());
            return Value::Object(made);
        }
        Some(Value::Array(actions)) => actions.as_slice(),
        Some(_) | None => &[],
    };
    let actions = actions.iter().map(|action| {
        if action.get("unknown").is_some() {
            return action.clone();
        }
        let vault = action
            .get("destination_vault_arn")
            .cloned()
            .unwrap_or(Value::Null);
        let vault = match &waiting.destination {
            Some(one) => or_waiting(&vault, one),
            None => vault,
        };
        let mut made = Map::new();
        made.insert("DestinationBackupVaultArn".to_owned(), vault);
        if let Some(lifecycle) = action.get("lifecycle").and_then(lifecycle) {
            made.insert("Lifecycle".to_owned(), lifecycle);
        }
        Value::Object(made)
    });
    made.insert("CopyActions".to_owned(), actions.collect());
    Value::Object(made)
}

/// A value, or what it is where it waits for apply.
fn or_waiting(value: &Value, is: &str) -> Value {
    match value.get("unknown") {
        Some(_) => json!(is),
        None => value.clone(),
    }
}

/// An advanced setting as AWS Backup prints it.
fn setting(block: &Value) -> Value {
    if block.get("unknown").is_some() {
        return block.clone();
    }
    let of = |name| block.get(name).cloned().unwrap_or(Value::Null);
    json!({"ResourceType": of("resource_type"), "BackupOptions": of("backup_options")})
}

fn lifecycle(block: &Value) -> Option<Value> {
    let block = match block {
        Value::Array(blocks) => blocks.first()?,
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => other,
    };
    if block.get("unknown").is_some() {
        return Some(block.clone());
    }
    let mut made = Map::new();
    for (name, field) in [
        ("delete_after", "DeleteAfterDays"),
        ("cold_storage_after", "MoveToColdStorageAfterDays"),
        (
            "opt_in_to_archive_for_supported_resources",
            "OptInToArchiveForSupportedResources",
        ),
    ] {
        if let Some(value) = block
            .get(name)
            .filter(|value| !value.is_null() && **value != json!(0))
        {
            made.insert(field.to_owned(), value.clone());
        }
    }
    Some(Value::Object(made))
}

/// A selection.
pub fn selection<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let moment = reader.moment;
    let home = reader.ids.home(object, moment);
    let home = home.or_else(|| of_its_plan(reader, object, moment));
    let Some(home) = home.or_else(|| reader.home(object)) else {
        return;
    };
    let id = match reader.ids.link(object, "plan_id", moment) {
        Link::Value(id) => id,
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            let why = other.why();
            return reader.unplaced(format!(
                "{} is of a plan that is not known yet ({why})",
                object.address
            ));
        }
    };
    let mut made = Map::new();
    made.insert("SelectionName".to_owned(), name(reader, object));
    // One that is made is none of those that are there, whatever their names.
    let anew = object.is_new(moment).then_some(object.address);
    if let Some(own) = object.text(moment, "id").or(anew) {
        made.insert("SelectionId".to_owned(), json!(own));
    }
    made.insert(
        "IamRoleArn".to_owned(),
        reader.ids.link(object, "iam_role_arn", moment).to_value(),
    );
    for (name, field) in [
        ("resources", "Resources"),
        ("not_resources", "NotResources"),
    ] {
        let list = reader.ids.links(object, name, moment);
        if !list.is_null() {
            made.insert(field.to_owned(), list);
        }
    }
    match reader.ids.blocks(object, "selection_tag", moment) {
        Value::Array(tags) => {
            let tags = tags.iter().map(|tag| {
                let of = |name: &str| tag.get(name).cloned().unwrap_or_else(|| unknown(object.address));
                json!({"ConditionType": of("type"), "ConditionKey": of("key"), "ConditionValue": of("value")})
            });
            made.insert("ListOfTags".to_owned(), tags.collect());
        }
        Value::Null => {}
        open @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            made.insert("ListOfTags".to_owned(), open);
        }
    }
    let blocks = reader.ids.blocks(object, "condition", moment);
    made.insert("Conditions".to_owned(), conditions(object, blocks));
    reader.placed(&id, object);
    let made = Value::Object(made);
    // Of a plan that stands elsewhere this is one selection more.
    let plan = reader.world.thing(&home, "plans", &id);
    join(plan, "Selections", Some(made), None);
}

/// Where the plan of a selection is: of what is no longer in the configuration the provider is not told.
fn of_its_plan<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<Home> {
    let id = object.text(moment, "plan_id")?;
    let mut plans = reader.ids.objects.of_kind("aws_backup_plan", moment);
    let plan = plans.find(|plan| plan.text(moment, "id") == Some(id))?;
    reader.ids.home(plan, moment)
}

/// A selection that is destroyed.
pub fn selection_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let home = reader.ids.home(object, Moment::Now);
    let home = home.or_else(|| of_its_plan(reader, object, Moment::Now));
    let named = |name: &str| object.text(Moment::Now, name);
    let (Some(home), Some(plan), Some(name)) = (home, named("plan_id"), named("name")) else {
        let why = format!(
            "{} is destroyed, and which plan it belongs to is not known",
            object.address
        );
        return reader.unplaced(why);
    };
    reader.placed(plan, object);
    let plan = reader.world.thing(&home, "plans", plan);
    let gone = match named("id") {
        Some(id) => json!({"SelectionName": name, "SelectionId": id}),
        None => json!(name),
    };
    join(plan, "Selections", None, Some(gone));
}

fn conditions(object: &Object<'_>, blocks: Value) -> Value {
    let mut made: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    if blocks.get("unknown").is_some() {
        return blocks;
    }
    for block in blocks.as_array().into_iter().flatten() {
        if block.get("unknown").is_some() {
            return block.clone();
        }
        for (name, operator) in [
            ("string_equals", "StringEquals"),
            ("string_like", "StringLike"),
            ("string_not_equals", "StringNotEquals"),
            ("string_not_like", "StringNotLike"),
        ] {
            match block.get(name) {
                Some(Value::Array(all)) => {
                    for one in all {
                        let of = |name: &str| {
                            one.get(name)
                                .cloned()
                                .unwrap_or_else(|| unknown(object.address))
                        };
                        let condition =
                            json!({"ConditionKey": of("key"), "ConditionValue": of("value")});
                        made.entry(operator).or_default().push(condition);
                    }
                }
                Some(other) if other.get("unknown").is_some() => return other.clone(),
                _ => {}
            }
        }
    }
    json!(made)
}

/// A plan that is destroyed makes no copies.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some(home) = reader.ids.home(object, Moment::Now) else {
        return reader.unplaced(reader.ids.without_home(object, Moment::Now));
    };
    let id = reader.ids.plan_id(object, Moment::Now);
    reader.placed(&id, object);
    reader.set(
        &home,
        "plans",
        &id,
        [
            ("BackupPlan", json!({"Rules": []})),
            ("Selections", json!([])),
        ],
    );
}
