//! For how long a copy is kept: the one answer for every check that compares it with something.

use crate::inventory::{Copy, Facts, Lifecycle, Named, PlanReference};
use crate::known::{Arn, Fact};

/// For how long a copy is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retention {
    /// The copy names so many days.
    Own(i64),
    /// The copy names none, and takes over the expiry of its source: so many days after the source was made.
    TakenOver(i64),
    /// Neither the copy nor its source expires.
    Forever,
    /// The copy names none, and whether its source expires is not known.
    OfUnknownSource,
}

impl Retention {
    /// The retention of a copy.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html>.
    pub fn of(copy: &Copy, facts: &Facts<'_>) -> Fact<Self> {
        let source = || source_of(copy.transfer.recovery_point.as_ref(), copy, facts);
        kept(copy.lifecycle(), source)
    }

    /// The retention of the backup that a plan's rule is yet to make. `None`: no rule makes it.
    pub fn of_backup(copy: &Copy, facts: &Facts<'_>) -> Option<Fact<Self>> {
        if copy.transfer.recovery_point.is_some() || copy.copy_of.is_some() {
            return None;
        }
        Some(match facts.backup_rule(copy.plan.as_ref()?) {
            Fact::Known(_) => source_of(None, copy, facts),
            Fact::Unknown(gap) => Fact::Unknown(gap),
        })
    }

    /// The days, where there are any.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Own(days) | Self::TakenOver(days) => Some(days),
            Self::Forever | Self::OfUnknownSource => None,
        }
    }
}

/// What makes a backup: the copy before, or the rule of a plan.
trait Made {
    fn copy_of(&self) -> Option<&Named>;
    fn plan(&self) -> Option<&PlanReference>;
}

impl Made for Copy {
    fn copy_of(&self) -> Option<&Named> {
        self.copy_of.as_deref()
    }
    fn plan(&self) -> Option<&PlanReference> {
        self.plan.as_ref()
    }
}

impl Made for Named {
    fn copy_of(&self) -> Option<&Named> {
        self.copy_of.as_deref()
    }
    fn plan(&self) -> Option<&PlanReference> {
        self.plan.as_ref()
    }
}

fn kept(
    lifecycle: &Fact<Option<Lifecycle>>,
    source: impl FnOnce() -> Fact<Retention>,
) -> Fact<Retention> {
    match lifecycle {
        Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
        Fact::Known(lifecycle) => match lifecycle.as_ref().and_then(Lifecycle::days_kept) {
            Some(days) => Fact::Known(Retention::Own(days)),
            None => source(),
        },
    }
}

/// What is taken over: the expiry of the recovery point, of the copy before, or of the rule that makes the backup.
fn source_of(point: Option<&Arn>, made: &impl Made, facts: &Facts<'_>) -> Fact<Retention> {
    let taken = |days: Option<i64>| match days {
        Some(days) => Retention::TakenOver(days),
        None => Retention::Forever,
    };
    if let Some(point) = point {
        return facts.point_days_kept(point).map(taken);
    }
    if let Some(first) = made.copy_of() {
        let source = || source_of(first.recovery_point.as_ref(), first, facts);
        let kept = kept(&first.lifecycle, source);
        return kept.map(|kept| match kept {
            Retention::Own(days) | Retention::TakenOver(days) => Retention::TakenOver(days),
            Retention::Forever | Retention::OfUnknownSource => kept,
        });
    }
    let plan = made.plan();
    let rule = plan.and_then(|plan| facts.backup_rule(plan).known());
    Fact::Known(match rule {
        None => Retention::OfUnknownSource,
        Some(rule) => {
            let days = || rule.get("Lifecycle")?.get("DeleteAfterDays")?.as_i64();
            taken(days().filter(|days| *days >= 0))
        }
    })
}
