//! What a recovery point says of itself beyond its state: its expiry, its parts, the plan that made it.

use serde_json::Value;

use crate::catalog::recovery_points::is_continuous;
use crate::inventory::copy::PlanReference;
use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::objects::Lifecycle;
use crate::inventory::objects::RecoveryPoint;
use crate::known::{Arn, Fact, Gap};

use super::Facts;
use super::contradiction::extra;
use super::reads::Object;
use super::stored::moment;

const DAY: i128 = 24 * 60 * 60 * 1000;

/// The date that AWS Backup works out for the move to cold storage.
const COLD_AT: &str = "MoveToColdStorageAt";

impl<'a> Facts<'a> {
    /// When the recovery point expires, in days after its creation. `None`: never.
    #[must_use]
    pub fn point_days_kept(&self, arn: &Arn) -> Fact<Option<i64>> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        if !point.is_listed() {
            return Fact::unknown(self.point_gap(arn));
        }
        match point.field(|p| &p.lifecycle) {
            Field::Is(lifecycle) => Fact::Known(Lifecycle::days_kept(lifecycle)),
            Field::Null => Fact::Known(None),
            // AWS leaves the lifecycle out where there is none.
            Field::Absent if self.is_described(arn) => Fact::Known(None),
            Field::Absent => Fact::unknown(self.point_gap(arn)),
        }
    }

    /// Whether a call told of the recovery point that tells its lifecycle where it has one. ListRecoveryPointsByResource does
    /// not, and leaves these out too.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_RecoveryPointByResource.html>.
    fn is_described(&self, arn: &Arn) -> bool {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        point.field(|p| &p.resource_type).is_present()
            || point.field(|p| &p.is_encrypted).is_present()
            || point.field(|p| &p.storage_class).is_present()
            || point.field(|p| &p.iam_role_arn).is_present()
            || point.field(|p| &p.created_by).is_present()
    }

    /// Whether the recovery point's retention is over, as far as its dates were read.
    #[must_use]
    pub fn point_has_expired(&self, arn: &Arn) -> bool {
        if self.point_is_past(arn, "DeleteAt") {
            return true;
        }
        let Fact::Known(Some(days)) = self.point_days_kept(arn) else {
            return false;
        };
        self.point_is_older_than(arn, days).is_some()
    }

    /// The moment so many days after the recovery point was made, where that has come: expiry and cold storage of a copy count from
    /// there, too.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html>.
    #[must_use]
    pub fn point_is_older_than(&self, arn: &Arn, days: i64) -> Option<i128> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|Json(date)| moment(date))?;
        let then = made.saturating_add(i128::from(days).saturating_mul(DAY));
        self.has_come(then).then_some(then)
    }

    /// Whether a date that AWS Backup worked out of the lifecycle, `DeleteAt` or `MoveToColdStorageAt`, has come.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CalculatedLifecycle.html>.
    #[must_use]
    pub fn point_is_past(&self, arn: &Arn, date: &str) -> bool {
        let date = self.point_date(arn, date);
        date.is_some_and(|date| self.has_come(date))
    }

    /// Whether the recovery point expires or moves to cold storage on a day that was read, or can be counted.
    #[must_use]
    pub fn point_has_dates(&self, arn: &Arn) -> bool {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let is_made = point.field(|p| &p.creation_date).is_present();
        let is_kept = is_made && matches!(self.point_days_kept(arn), Fact::Known(Some(_)));
        let dates = ["DeleteAt", COLD_AT];
        is_kept
            || dates
                .iter()
                .any(|date| self.point_date(arn, date).is_some())
    }

    /// When the recovery point was moved to cold storage, where that is after the facts were read and before the moment that
    /// was named.
    #[must_use]
    pub fn point_moves(&self, arn: &Arn) -> Option<i128> {
        let date = self.point_date(arn, COLD_AT);
        date.filter(|date| self.comes_to_pass(*date))
    }

    /// When the recovery point moves to cold storage, or did, in milliseconds since 1970; as far as its dates were read.
    #[must_use]
    pub fn point_cold_at(&self, arn: &Arn) -> Option<i128> {
        self.point_date(arn, COLD_AT)
    }

    /// When the recovery point's retention is over, or was, in milliseconds since 1970; as far as its dates were read.
    #[must_use]
    pub fn point_expires_at(&self, arn: &Arn) -> Option<i128> {
        let by_lifecycle = || {
            let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
            let made = point.field(|p| &p.creation_date);
            let made = made.value().and_then(|Json(date)| moment(date))?;
            let days = self.point_days_kept(arn).known().flatten()?;
            Some(made.saturating_add(i128::from(days).saturating_mul(DAY)))
        };
        self.point_date(arn, "DeleteAt").or_else(by_lifecycle)
    }

    fn point_date(&self, arn: &Arn, date: &str) -> Option<i128> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let worked_out = |part: &RecoveryPoint| {
            let dates = extra(&part.extra, "CalculatedLifecycle")?;
            moment(dates.get(date)?)
        };
        let told = point.parts().find_map(worked_out);
        told.or_else(|| match date {
            COLD_AT => self.cold_by_lifecycle(arn),
            _ => None,
        })
    }

    /// Whether the dates that AWS Backup worked out for a recovery point are others than its lifecycle comes to, counted from its
    /// creation, by days: it rounds them. A copy's count from the backup that was copied.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CalculatedLifecycle.html> and
    /// <https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html>.
    #[must_use]
    pub fn point_dates_differ(&self, arn: &Arn) -> bool {
        const ROUNDED: i128 = 2 * DAY;
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let moments = |name| {
            let parts = point.parts();
            parts.filter_map(move |part| moment(extra(&part.extra, name)?))
        };
        let worked_out = |name| {
            let mut parts = point.parts();
            parts.find_map(|part| moment(extra(&part.extra, "CalculatedLifecycle")?.get(name)?))
        };
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|Json(date)| moment(date));
        let Some(made) = made.filter(|_| !is_continuous(arn) && !self.is_copied(arn)) else {
            return false;
        };
        let whole = moments("CompletionDate").max().unwrap_or(made).max(made);
        let differs = |date: i128, days: i64| {
            let kept = i128::from(days).saturating_mul(DAY);
            date < made.saturating_add(kept).saturating_sub(ROUNDED)
                || date > whole.saturating_add(kept).saturating_add(ROUNDED)
        };
        let deleted = match (worked_out("DeleteAt"), self.point_days_kept(arn)) {
            (Some(date), Fact::Known(Some(days))) => differs(date, days),
            (Some(_), Fact::Known(None)) => true,
            (Some(_), Fact::Unknown(_)) | (None, _) => false,
        };
        let lifecycle = point.field(|p| &p.lifecycle);
        let cold = lifecycle
            .value()
            .and_then(|of| of.move_to_cold_storage_after_days.value());
        let cold = cold.copied().filter(|days| *days >= 0);
        let moved = worked_out(COLD_AT).zip(cold);
        deleted || moved.is_some_and(|(date, days)| differs(date, days))
    }

    /// When the recovery point moves to cold storage, counted from its lifecycle. An EBS snapshot does so only where that was
    /// opted in to.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Lifecycle.html>.
    fn cold_by_lifecycle(&self, arn: &Arn) -> Option<i128> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let lifecycle = point.field(|p| &p.lifecycle);
        let lifecycle = lifecycle.value()?;
        let days = lifecycle.move_to_cold_storage_after_days.value();
        let days = days.copied().filter(|days| *days >= 0)?;
        let opted_in = extra(&lifecycle.extra, "OptInToArchiveForSupportedResources");
        if arn.service() == "ec2" && opted_in != Some(&Value::Bool(true)) {
            return None;
        }
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|Json(date)| moment(date))?;
        Some(made.saturating_add(i128::from(days).saturating_mul(DAY)))
    }

    /// Where it stands when the recovery point moves to cold storage.
    #[must_use]
    pub fn point_moves_by(&self, arn: &Arn) -> &'static str {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let is_told = point.parts().any(|part| {
            extra(&part.extra, "CalculatedLifecycle")
                .is_some_and(|dates| dates.get(COLD_AT).is_some())
        });
        if is_told {
            "/CalculatedLifecycle/MoveToColdStorageAt"
        } else {
            "/Lifecycle/MoveToColdStorageAfterDays"
        }
    }

    /// The plan and the rule that made the recovery point, by their ids; `None` where none did.
    #[must_use]
    pub fn point_created_by(&self, arn: &Arn) -> Fact<Option<(&'a str, &'a str)>> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        match point.field(|p| &p.created_by) {
            Field::Is(Json(Value::Object(made))) if made.is_empty() => Fact::Known(None),
            Field::Is(Json(made)) => {
                let text = |name| made.get(name).and_then(Value::as_str);
                match text("BackupPlanId").zip(text("BackupRuleId")) {
                    Some(by) => Fact::Known(Some(by)),
                    None => Fact::unknown(self.point_gap(arn)),
                }
            }
            Field::Null => Fact::Known(None),
            // AWS leaves it out where nobody planned it.
            Field::Absent if self.is_described(arn) => Fact::Known(None),
            Field::Absent => Fact::unknown(self.point_gap(arn)),
        }
    }

    /// The rule that made the recovery point, with its plan's id, as it was then; `None` where none did. A plan of which another
    /// version was read, or of which nobody says which, may have had another rule.
    #[must_use]
    pub fn rule_that_made(&self, arn: &Arn) -> Fact<Option<(&'a str, &'a Value)>> {
        let by = match self.point_created_by(arn) {
            Fact::Known(Some(by)) => by,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(gap) => return Fact::Unknown(gap),
        };
        let (plan, rule) = by;
        let found = self.backup_rule(&PlanReference::to_rule(plan, rule));
        found.and_then(|rule| {
            let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
            let made = point.field(|p| &p.created_by);
            let made = made
                .value()
                .and_then(|Json(made)| made.get("BackupPlanVersion"));
            let plans = self.seen(Object::Stored, |layer| layer.plans(plan));
            let read = plans
                .parts()
                .find_map(|plan| extra(&plan.extra, "VersionId"));
            match (made, read) {
                (Some(made), Some(read)) if made == read => Fact::Known(Some((plan, rule))),
                (Some(Value::String(version)), _) => Fact::unknown(
                    Gap::not_asked(
                        format_args!("the version {version} of the plan {plan}"),
                        arn.as_str(),
                    )
                    .where_is(arn),
                ),
                (Some(_) | None, _) => Fact::unknown(self.point_gap(arn)),
            }
        })
    }

    /// A copy job of a resource that had not ended when the facts were read.
    #[must_use]
    pub fn running_copy_job(&self, resource: &Arn) -> Option<&'a str> {
        self.layers(Object::Stored)
            .iter()
            .find_map(|layer| layer.running_copy_job(resource))
    }

    /// Whether the recovery point is a composite one, and the composite that it is nested in; each as far as it was read.
    #[must_use]
    pub fn point_nesting(&self, arn: &Arn) -> (Option<bool>, Option<&'a Arn>) {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let is_parent = point.field(|p| &p.is_parent).value().map(|is| **is);
        let parent = point.field(|p| &p.parent_recovery_point_arn);
        (is_parent, parent.value().copied())
    }

    /// The recovery points that are nested in a composite one, as far as they were read.
    #[must_use]
    pub fn nested_points(&self, composite: &Arn) -> Vec<&'a RecoveryPoint> {
        let mut nested: Vec<&'a RecoveryPoint> = Vec::new();
        for point in self
            .seen(Object::Stored, |layer| layer.nested(composite))
            .parts()
        {
            if !nested.iter().any(|other| other.arn == point.arn) {
                nested.push(point);
            }
        }
        nested.sort_by(|one, other| one.arn.cmp(&other.arn));
        nested
    }
}
