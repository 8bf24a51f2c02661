//! The continuous recovery points of buckets.

use serde_json::Value;

use crate::catalog::recovery_points::is_continuous_of_bucket;
use crate::inventory::field::Field;
use crate::known::{Arn, Fact, Gap};

use super::Facts;
use super::contradiction::{contradiction, extra};
use super::reads::Object;

/// Whether a bucket's recovery point is continuous.
#[derive(Debug)]
pub enum Continuity<'a> {
    /// Whether it is, and what says so.
    Told(bool, &'static str),
    /// A rule with `EnableContinuousBackup` made it, of this plan, which makes snapshots for its copies too.
    MadeByContinuousRule(&'a str, Box<Gap>),
    /// What would tell was not read, or contradicts itself.
    NotTold(Box<Gap>),
}

/// A continuous recovery point of a bucket.
pub struct ContinuousPoint<'a> {
    /// It.
    pub arn: &'a Arn,
    /// The vault that it is in.
    pub vault: Fact<&'a Arn>,
    /// Its status: `AVAILABLE` is in force, and of some that were used before nobody says. Unknown, too, where it may be none.
    pub status: Fact<&'a str>,
}

impl<'a> Facts<'a> {
    /// Whether a bucket's recovery point is continuous: its id tells, with the rule that made it, which no copy and no backup on demand
    /// has.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html> and
    /// <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.
    #[must_use]
    pub fn continuity(&self, point: &Arn) -> Continuity<'a> {
        let bucket = self.point_resource(point).known().flatten();
        let by_id = is_continuous_of_bucket(point, bucket);
        match by_id {
            Some((true, true)) => return Continuity::Told(true, "its id begins with `continuous`"),
            Some((false, _)) => {
                return Continuity::Told(
                    false,
                    "its id has a date, as those of periodic backups do",
                );
            }
            Some((true, false)) if self.is_copied(point) => {
                return Continuity::Told(false, "it is a copy, and those are not continuous");
            }
            Some((true, false)) | None => {}
        }
        let of_continuous = by_id.is_some();
        let contradicted = |says: &str| {
            let id = "its id, which is that of a continuous recovery point";
            let gap = contradiction(point, id, says);
            Continuity::NotTold(Box::new(gap))
        };
        match self.rule_that_made(point) {
            Fact::Unknown(gap) => Continuity::NotTold(gap),
            Fact::Known(None) if of_continuous => {
                contradicted("its `CreatedBy`, which names no rule that made it")
            }
            Fact::Known(None) => Continuity::Told(false, "its id does not begin with `continuous`"),
            Fact::Known(Some((plan, rule))) => {
                let flag = rule.get("EnableContinuousBackup").and_then(Value::as_bool);
                match (flag, of_continuous) {
                    (Some(true), true) => {
                        Continuity::Told(true, "its id is that of a continuous recovery point")
                    }
                    (Some(true), false) => {
                        let what = "a bucket's continuous recovery point";
                        let gap = Gap::not_told(what, point.as_str()).where_is(point);
                        Continuity::MadeByContinuousRule(plan, Box::new(gap))
                    }
                    (Some(false) | None, true) => {
                        contradicted("the rule that made it, which makes no continuous ones")
                    }
                    (Some(false) | None, false) => {
                        let says = "the rule that made it makes no continuous ones";
                        Continuity::Told(false, says)
                    }
                }
            }
        }
    }

    /// Whether the recovery point is known to be a copy of another.
    pub(super) fn is_copied(&self, point: &Arn) -> bool {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(point));
        let mut parts = point.parts();
        parts.any(|part| extra(&part.extra, "SourceBackupVaultArn").is_some())
    }

    /// The continuous recovery points of a bucket that are in force, or may be.
    #[must_use]
    pub fn continuous_points(&self, bucket: &Arn) -> Vec<ContinuousPoint<'a>> {
        const ENDED: &[&str] = &["DELETING", "EXPIRED", "STOPPED"];
        let points = self.seen(Object::Stored, |layer| layer.backups(bucket));
        let may_be_in_force = points.parts().filter_map(|point| {
            let unread = || Box::new(self.point_gap(&point.arn));
            let status = match &point.status {
                Field::Null => return None,
                Field::Is(status) if ENDED.contains(&&**status) => return None,
                Field::Is(status) => Fact::Known(&**status),
                Field::Absent => Fact::Unknown(unread()),
            };
            let status = match self.continuity(&point.arn) {
                Continuity::Told(true, _) => status,
                Continuity::Told(false, _) => return None,
                Continuity::MadeByContinuousRule(_, gap) | Continuity::NotTold(gap) => {
                    Fact::Unknown(gap)
                }
            };
            let vault = self.point_vault(&point.arn);
            let there =
                |vault: Option<_>| vault.map_or_else(|| Fact::Unknown(unread()), Fact::Known);
            Some(ContinuousPoint {
                arn: &point.arn,
                vault: vault.and_then(there),
                status,
            })
        });
        may_be_in_force.collect()
    }
}
