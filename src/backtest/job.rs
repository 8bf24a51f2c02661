//! From a copy job that ran to the copy that is decided in its place.

use super::started::Started;
use crate::catalog::recovery_points::{is_continuous, is_continuous_of_bucket};
use crate::checks::{Decided, decide};
use crate::inventory::{Copy, CopyJob, Facts, Field, Lifecycle, Named, PlanReference, Start};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans::{self, Kept};

/// The copy of a job, which may be part of a composite's, the `whole`. `None` where it does not say where it went. A recovery point that is no longer there, as most of
/// last month's are not, or that can no longer be copied for what became of it since, is the next one of the same resource.
pub fn named(
    place: (AccountId, &Region),
    job: &CopyJob,
    whole: Option<&CopyJob>,
    facts: &Facts<'_>,
) -> Option<Named> {
    let destination = job.destination_vault.value()?.clone();
    let resource = job.resource_arn.value().cloned();
    // What started a composite's job started those of its members.
    let Started {
        start,
        plan,
        assumption,
    } = Started::of(whole.unwrap_or(job), place, facts);
    let mut assumptions: Vec<String> = assumption.into_iter().collect();
    let told = job.source_point.value();
    let instead = told.and_then(|point| Some((point, why_instead(point, job, facts)?)));
    let instead = instead.filter(|_| resource.is_some());
    if let Some((point, why)) = instead {
        assumptions.push(format!(
            "recovery point: `{}` {why}; the next one of the resource is decided in its place",
            point.name()
        ));
    }
    let point = told.filter(|_| instead.is_none()).cloned();
    let source_vault = job.source_vault.value().cloned();
    let copy_of = resource.as_ref().zip(source_vault.as_ref());
    let copy_of = copy_of.filter(|_| point.is_none());
    Some(Named {
        id: (*job.id).into(),
        copy_of: copy_of.and_then(|(resource, vault)| {
            // What was copied was there.
            Named::into_other_place(&job.id, resource, vault, Fact::Known(()))
        }),
        resource,
        recovery_point: point,
        source_vault,
        role: match &job.role {
            Field::Is(role) => Fact::Known(role.clone()),
            Field::Null | Field::Absent => Fact::unknown(gap(job)),
        },
        lifecycle: lifecycle(job, plan.as_ref(), &destination, facts),
        destination_vault: destination,
        start,
        plan,
        assumptions,
        made: Fact::Known(()),
    })
}

/// Why the next recovery point of the resource is decided in the place of the one that a job copied; `None`: that one is.
fn why_instead(point: &Arn, job: &CopyJob, facts: &Facts<'_>) -> Option<&'static str> {
    let status = match facts.point_status(point) {
        Fact::Known(Some(status)) => status,
        Fact::Known(None) => return Some("is gone"),
        Fact::Unknown(_) => return Some("was not read"),
    };
    let since = |then: Option<i128>| {
        then.zip(job.made_at())
            .is_some_and(|(then, made)| then > made)
    };
    let expires = facts.point_expires_at(point);
    let is_before = expires.is_some() && !since(expires);
    let class = facts.point_storage_class(point).known().flatten();
    match (status, class) {
        ("DELETING" | "EXPIRED", _) | (_, Some("DELETED")) if !is_before => {
            Some("is no longer there to be copied")
        }
        _ if since(expires) && facts.point_has_expired(point) => Some("has expired since"),
        (_, Some("COLD")) if since(facts.point_cold_at(point)) => {
            Some("has moved to cold storage since")
        }
        _ => None,
    }
}

/// What the recovery point that a job copied on demand says of itself, where the next one is decided in its place: that it is
/// continuous, its id tells, whether it is there or not.
pub fn with_its_own_point(decided: Decided, job: &CopyJob, facts: &Facts<'_>) -> Decided {
    let instead = decided.copy.transfer.recovery_point.is_none();
    let on_demand = decided.copy.endpoints().start == Start::OnDemand;
    let bucket = job.resource_arn.value().filter(|of| of.service() == "s3");
    let is_told = |point: &Arn| match bucket {
        Some(_) => matches!(is_continuous_of_bucket(point, bucket), Some((true, _))),
        None => is_continuous(point),
    };
    let point = job.source_point.value();
    let Some(point) = point.filter(|point| instead && on_demand && is_told(point)) else {
        return decided;
    };
    let named = Named {
        recovery_point: Some(point.clone()),
        copy_of: None,
        ..decided.copy.named()
    };
    let of_point = decide(Copy::new(named, facts), facts).outcomes.into_iter();
    let of_point = of_point.filter(|(check, _)| check.id == "recovery-point-continuous");
    decided.with(of_point)
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
