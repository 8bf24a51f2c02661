//! Backup plans and their selections.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_GetBackupPlan.html>.

use aws_sdk_backup::types::{
    AdvancedBackupSetting, BackupPlan, BackupRule, BackupSelection, Condition, ConditionParameter,
    Conditions,
};
use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::Plan;
use crate::known::{ApiCall, Gap, Region};
use crate::sources::live::found::Found;
use crate::sources::live::once::each;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, Reply, about};
use crate::sources::live::session::Session;
use crate::sources::live::shape::{Shape, map};

use super::points::lifecycle;

/// The backup plans of a Region of the account, each with its selections. A plan of which a part could not be read has
/// a gap and is there without that part.
pub async fn plans(session: &Session, region: &Region) -> Found<Option<Vec<Plan>>> {
    let call = session.backup(region).list_backup_plans();
    let listed: Reply<Vec<PlanSummary>> = pages!(session, call.into_paginator(), page => {
        page.backup_plans_list().iter().filter_map(|plan| Some(PlanSummary {
            id: plan.backup_plan_id()?.to_owned(),
            arn: plan.backup_plan_arn()?.to_owned(),
        })).collect::<Vec<_>>()
    });
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            let place = session.place(region);
            return Found::nothing(place.gap(
                api_call!("backup:ListBackupPlans"),
                &subject,
                &error,
            ));
        }
    };
    let tasks = listed.into_iter().map(|plan| {
        let (session, region) = (session.clone(), region.clone());
        async move { one(&session, &region, &plan).await }
    });
    let mut gaps = Vec::new();
    let mut plans = Vec::new();
    for found in each(tasks).await {
        plans.extend(found.into_value(&mut gaps));
    }
    Found {
        value: Some(plans),
        gaps,
    }
}

/// A plan as the list names it.
struct PlanSummary {
    id: String,
    arn: String,
}

async fn one(session: &Session, region: &Region, plan: &PlanSummary) -> Found<Option<Plan>> {
    let (rules, selections) = tokio::join!(
        rules(session, region, plan),
        selections(session, region, plan)
    );
    let mut gaps = Vec::new();
    let rules = rules.map_err(|gap| gaps.push(gap)).ok();
    let (rules, version) = rules.unzip();
    let version = version.flatten();
    let shape = Shape::new()
        .with("BackupPlanId", Some(plan.id.as_str()))
        .with("BackupPlanArn", Some(plan.arn.as_str()))
        .with("VersionId", version)
        .with("BackupPlan", rules)
        .with("Selections", selections.map_err(|gap| gaps.push(gap)).ok());
    match shape.read() {
        Ok(plan) => Found {
            value: Some(plan),
            gaps,
        },
        // The list names a plan that cannot be told from others: it does not say what there is.
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            let place = session.place(region);
            Found::nothing(place.gap(api_call!("backup:ListBackupPlans"), &subject, &error))
        }
    }
}

/// The plan's body, and which version of the plan it is.
async fn rules(
    session: &Session,
    region: &Region,
    plan: &PlanSummary,
) -> Result<(Shape, Option<String>), Gap> {
    let call = session
        .backup(region)
        .get_backup_plan()
        .backup_plan_id(&plan.id)
        .send();
    let gap = |error: CallError| {
        session
            .place(region)
            .gap(api_call!("backup:GetBackupPlan"), &plan.arn, &error)
    };
    let answer = session.ask(call).await.map_err(gap)?;
    if let Some(id) = answer.backup_plan_id() {
        about(Some(id), &plan.id).map_err(gap)?;
    }
    let body = answer.backup_plan().ok_or_else(CallError::unreadable);
    let version = answer.version_id().map(str::to_owned);
    body.map(|body| (described(body), version)).map_err(gap)
}

/// The plan's selections: all of them, or none where one could not be read, as the rest would pass for all.
async fn selections(
    session: &Session,
    region: &Region,
    plan: &PlanSummary,
) -> Result<Vec<Value>, Gap> {
    let gap = |operation: ApiCall, error: &CallError| {
        session.place(region).gap(operation, &plan.arn, error)
    };
    let call = session
        .backup(region)
        .list_backup_selections()
        .backup_plan_id(&plan.id);
    let ids: Reply<Vec<String>> = pages!(session, call.into_paginator(), page => {
        page.backup_selections_list().iter().filter_map(|item| item.selection_id().map(str::to_owned)).collect::<Vec<_>>()
    });
    let ids = ids.map_err(|error| gap(api_call!("backup:ListBackupSelections"), &error))?;
    let tasks = ids.into_iter().map(|id| {
        let session = session.clone();
        let call = session
            .backup(region)
            .get_backup_selection()
            .backup_plan_id(&plan.id)
            .selection_id(id)
            .send();
        async move {
            let answer = session.ask(call).await?;
            let selection = answer
                .backup_selection()
                .ok_or_else(CallError::unreadable)?;
            Ok(Value::from(selected(selection)))
        }
    });
    let read: Reply<Vec<Value>> = each(tasks).await.into_iter().collect();
    read.map_err(|error| gap(api_call!("backup:GetBackupSelection"), &error))
}

fn described(plan: &BackupPlan) -> Shape {
    let settings = plan.advanced_backup_settings.as_deref();
    Shape::new()
        .with("BackupPlanName", Some(plan.backup_plan_name()))
        .with("Rules", Some(all(plan.rules(), rule)))
        .with(
            "AdvancedBackupSettings",
            settings.map(|settings| all(settings, advanced)),
        )
}

fn rule(rule: &BackupRule) -> Shape {
    Shape::new()
        .with("RuleName", Some(rule.rule_name()))
        .with(
            "TargetBackupVaultName",
            Some(rule.target_backup_vault_name()),
        )
        .with(
            "TargetLogicallyAirGappedBackupVaultArn",
            rule.target_logically_air_gapped_backup_vault_arn(),
        )
        .with("ScheduleExpression", rule.schedule_expression())
        .with(
            "ScheduleExpressionTimezone",
            rule.schedule_expression_timezone(),
        )
        .with("StartWindowMinutes", rule.start_window_minutes())
        .with("CompletionWindowMinutes", rule.completion_window_minutes())
        .with("Lifecycle", rule.lifecycle().map(lifecycle))
        .with("RecoveryPointTags", rule.recovery_point_tags().map(map))
        .with("RuleId", rule.rule_id())
        .with(
            "CopyActions",
            rule.copy_actions.as_deref().map(|actions| {
                all(actions, |action| {
                    Shape::new()
                        .with("Lifecycle", action.lifecycle().map(lifecycle))
                        .with(
                            "DestinationBackupVaultArn",
                            Some(action.destination_backup_vault_arn()),
                        )
                })
            }),
        )
        .with("EnableContinuousBackup", rule.enable_continuous_backup())
}

fn advanced(setting: &AdvancedBackupSetting) -> Shape {
    Shape::new()
        .with("ResourceType", setting.resource_type())
        .with("BackupOptions", setting.backup_options().map(map))
}

fn selected(selection: &BackupSelection) -> Shape {
    let texts = |texts: &Option<Vec<String>>| texts.clone();
    Shape::new()
        .with("SelectionName", Some(selection.selection_name()))
        .with("IamRoleArn", Some(selection.iam_role_arn()))
        .with("Resources", texts(&selection.resources))
        .with("NotResources", texts(&selection.not_resources))
        .with(
            "ListOfTags",
            selection.list_of_tags.as_deref().map(|tags| all(tags, tag)),
        )
        .with("Conditions", selection.conditions().map(conditions))
}

fn tag(tag: &Condition) -> Shape {
    Shape::new()
        .with("ConditionType", Some(tag.condition_type().as_str()))
        .with("ConditionKey", Some(tag.condition_key()))
        .with("ConditionValue", Some(tag.condition_value()))
}

fn conditions(conditions: &Conditions) -> Shape {
    let parameters = |parameters: &Option<Vec<ConditionParameter>>| {
        parameters.as_deref().map(|all_of_them| {
            all(all_of_them, |parameter| {
                Shape::new()
                    .with("ConditionKey", parameter.condition_key())
                    .with("ConditionValue", parameter.condition_value())
            })
        })
    };
    Shape::new()
        .with("StringEquals", parameters(&conditions.string_equals))
        .with("StringNotEquals", parameters(&conditions.string_not_equals))
        .with("StringLike", parameters(&conditions.string_like))
        .with("StringNotLike", parameters(&conditions.string_not_like))
}

fn all<T>(items: &[T], shape: impl Fn(&T) -> Shape) -> Vec<Value> {
    items.iter().map(|item| shape(item).into()).collect()
}
