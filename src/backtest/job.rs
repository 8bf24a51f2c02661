//! From a copy job that ran to the copy that is decided in its place.

use crate::inventory::{CopyJob, Facts, Field, Lifecycle, MadeBy, Named, PlanReference, Start};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans::{self, Kept};

/// The copy of a job, which may be part of a composite's, the `whole`. `None` where it does not say where it went. A recovery point that is no longer there, as most of
/// last month's are not, is the next one of the same resource.
pub fn named(
    (account, region): (AccountId, &Region),
    job: &CopyJob,
    whole: Option<&CopyJob>,
    facts: &Facts<'_>,
) -> Option<Named> {
    let destination = job.destination_vault.value()?.clone();
    let resource = job.resource_arn.value().cloned();
    let mut assumptions = Vec::new();
    let point = job.source_point.value().filter(|point| {
        matches!(facts.point_status(point), Fact::Known(Some(_))) || resource.is_none()
    });
    if let (None, Some(other)) = (point, job.source_point.value()) {
        let why = match facts.point_status(other) {
            Fact::Known(_) => "is gone",
            Fact::Unknown(_) => "was not read",
        };
        assumptions.push(format!(
            "recovery point: `{}` {why}; the next one of the resource is decided in its place",
            other.name()
        ));
    }
    // What started a composite's job started those of its members.
    let started = whole.unwrap_or(job);
    let plan = started.plan_and_rule().map(|(plan, rule)| PlanReference {
        made_by: Some(MadeBy {
            account,
            region: region.clone(),
            rule: None,
        }),
        ..PlanReference::to_rule(plan, rule)
    });
    Some(Named {
        id: job.id.clone(),
        resource,
        recovery_point: point.cloned(),
        source_vault: job.source_vault.value().cloned(),
        role: match &job.role {
            Field::Is(role) => Fact::Known(role.clone()),
            Field::Null | Field::Absent => Fact::unknown(gap(job)),
        },
        lifecycle: lifecycle(job, plan.as_ref(), &destination, facts),
        destination_vault: destination,
        start: if plan.is_some() {
            Start::Scheduled
        } else {
            Start::OnDemand
        },
        plan,
        assumptions,
        copy_of: None,
        made: Fact::Known(()),
    })
}

/// How long the copy is kept: as the job says, else as the rule that started it does. AWS leaves the lifecycle out of a job
/// whose copy has none of its own.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CopyJob.html>.
fn lifecycle(
    job: &CopyJob,
    plan: Option<&PlanReference>,
    destination: &Arn,
    facts: &Facts<'_>,
) -> Fact<Option<Lifecycle>> {
    match &job.destination_lifecycle {
        Field::Is(kept) => return Fact::Known(Some(kept.clone())),
        Field::Null => return Fact::Known(None),
        Field::Absent => {}
    }
    let rule = plan.and_then(|plan| facts.backup_rule(plan).known());
    match rule.map(|rule| plans::kept_by(rule, destination)) {
        Some(Kept::As(kept)) => Fact::Known(kept),
        Some(Kept::Differently) => Fact::unknown(gap(job)),
        Some(Kept::Nothing) | None => Fact::Known(None),
    }
}

fn gap(job: &CopyJob) -> Gap {
    Gap::not_told("the retention that a copy job asked for", &*job.id)
}
