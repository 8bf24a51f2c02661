//! Backup plans and their selections, as AWS answers them: what a later API says in one leaves open what it does.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_GetBackupPlan.html>.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::Plan;
use crate::known::{ApiCall, Gap, Region};
use crate::sources::live::answer::Verbatim;
use crate::sources::live::found::Found;
use crate::sources::live::once::each;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, Reply, about};
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

/// The backup plans of a Region of the account, each with its selections. A plan of which a part could not be read has
/// a gap and is there without that part.
pub async fn plans(session: &Session, region: &Region) -> Found<Option<Vec<Plan>>> {
    let call = session.backup(region).list_backup_plans();
    let listed: Reply<Vec<PlanSummary>> = pages!(session, call.into_paginator(), page => {
        page.backup_plans_list().iter().filter_map(|plan| Some(PlanSummary {
            id: plan.backup_plan_id()?.to_owned(),
            arn: plan.backup_plan_arn()?.to_owned(),
            name: plan.backup_plan_name().map(str::to_owned),
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
    name: Option<String>,
}

async fn one(session: &Session, region: &Region, plan: &PlanSummary) -> Found<Option<Plan>> {
    let (body, selections) = tokio::join!(
        body(session, region, plan),
        selections(session, region, plan)
    );
    let mut gaps = Vec::new();
    let body = body.unwrap_or_else(|gap| {
        gaps.push(gap);
        // The list's word for its name counts where the plan itself was not read.
        Shape::new().with("BackupPlanName", plan.name.as_deref())
    });
    let shape = body
        .with("BackupPlanId", Some(plan.id.as_str()))
        .with("BackupPlanArn", Some(plan.arn.as_str()))
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

/// The plan's body, which version of the plan it is, and when that was made.
async fn body(session: &Session, region: &Region, plan: &PlanSummary) -> Result<Shape, Gap> {
    let said = Verbatim::default();
    let call = session
        .backup(region)
        .get_backup_plan()
        .backup_plan_id(&plan.id)
        .customize()
        .interceptor(said.clone())
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
    let body = said.member("BackupPlan");
    let body = body.ok_or_else(CallError::unreadable).map_err(gap)?;
    Ok(Shape::new()
        .with("VersionId", answer.version_id())
        .at("CreationDate", answer.creation_date())
        .with("BackupPlan", Some(body)))
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
        let said = Verbatim::default();
        let call = session
            .backup(region)
            .get_backup_selection()
            .backup_plan_id(&plan.id)
            .selection_id(id)
            .customize()
            .interceptor(said.clone())
            .send();
        async move {
            let answer = session.ask(call).await?;
            let selection = said.member("BackupSelection").filter(Value::is_object);
            let selection = selection.ok_or_else(CallError::unreadable)?;
            let shape = Shape::of(&selection).at("CreationDate", answer.creation_date());
            Ok(shape.into())
        }
    });
    let read: Reply<Vec<Value>> = each(tasks).await.into_iter().collect();
    read.map_err(|error| gap(api_call!("backup:GetBackupSelection"), &error))
}
