//! What a recovery point says of itself beyond its state: its expiry, its parts, the plan that made it.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::frame::Lifecycle;
use crate::inventory::json::Json;
use crate::inventory::leaf::RecoveryPoint;
use crate::inventory::word::Timestamp;
use crate::known::{Arn, Fact};

use super::Facts;
use super::stored::moment;

impl<'a> Facts<'a> {
    /// When the recovery point expires, in days after its creation. `None`: never.
    #[must_use]
    pub fn point_days_kept(&self, arn: &Arn) -> Fact<Option<i64>> {
        let point = self.seen(|layer| layer.recovery_points(arn));
        if !point.is_listed() {
            return Fact::unknown(self.gap(
                api_call!("backup:DescribeRecoveryPoint"),
                arn.as_str(),
                arn.account(),
                arn.region().as_ref(),
            ));
        }
        // AWS leaves the lifecycle out where there is none.
        Fact::Known(match point.field(|p| &p.lifecycle) {
            Field::Is(lifecycle) => Lifecycle::days_kept(lifecycle),
            Field::Null | Field::Absent => None,
        })
    }

    /// Whether the recovery point's retention was over when the facts were read, as far as its dates were read.
    #[must_use]
    pub fn point_has_expired(&self, arn: &Arn) -> bool {
        const DAY: i128 = 24 * 60 * 60 * 1000;
        let Fact::Known(Some(days)) = self.point_days_kept(arn) else {
            return false;
        };
        let point = self.seen(|layer| layer.recovery_points(arn));
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|Json(date)| moment(date));
        let now = self.collected_at().and_then(Timestamp::parse);
        now.zip(made).is_some_and(|(now, made)| {
            now.milliseconds() > made.saturating_add(i128::from(days).saturating_mul(DAY))
        })
    }

    /// The plan and the rule that made the recovery point, by their ids; `None` where none did, or where that was not
    /// read: `CreatedBy` is left out for both.
    #[must_use]
    pub fn point_created_by(&self, arn: &Arn) -> Option<(&'a str, &'a str)> {
        let point = self.seen(|layer| layer.recovery_points(arn));
        let Json(made) = point.field(|p| &p.created_by).value().copied()?;
        let text = |name| made.get(name).and_then(Value::as_str);
        text("BackupPlanId").zip(text("BackupRuleId"))
    }

    /// A copy job of a resource that had not ended when the facts were read.
    #[must_use]
    pub fn running_copy_job(&self, resource: &Arn) -> Option<&'a str> {
        self.layers
            .iter()
            .find_map(|layer| layer.running_copy_job(resource))
    }

    /// Whether the recovery point is a composite one, and the composite that it is nested in; each as far as it was read.
    #[must_use]
    pub fn point_nesting(&self, arn: &Arn) -> (Option<bool>, Option<&'a Arn>) {
        let point = self.seen(|layer| layer.recovery_points(arn));
        let is_parent = point.field(|p| &p.is_parent).value().map(|is| **is);
        let parent = point.field(|p| &p.parent_recovery_point_arn);
        (is_parent, parent.value().copied())
    }

    /// The recovery points that are nested in a composite one, as far as they were read.
    #[must_use]
    pub fn nested_points(&self, composite: &Arn) -> Vec<&'a RecoveryPoint> {
        let mut nested: Vec<&'a RecoveryPoint> = Vec::new();
        for point in self.seen(|layer| layer.nested(composite)).parts() {
            if !nested.iter().any(|other| other.arn == point.arn) {
                nested.push(point);
            }
        }
        nested.sort_by(|one, other| one.arn.cmp(&other.arn));
        nested
    }
}
