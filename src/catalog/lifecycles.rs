//! The lifecycles that AWS Backup takes.

/// What is in cold storage stays there for so many days.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Lifecycle.html>.
pub const COLD_DAYS: i64 = 90;

/// What is kept, is kept for so many days at most: a hundred years.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRuleInput.html>.
pub const MOST_DAYS: i64 = 36_500;

/// Whether AWS Backup takes what is deleted after so many days, and moves to cold storage after so many; -1 is its word for never.
#[must_use]
pub fn is_taken(delete: Option<i64>, cold: Option<i64>) -> bool {
    let deletes = delete.is_none_or(|days| days == -1 || (1..=MOST_DAYS).contains(&days));
    let moves = cold.is_none_or(|days| days >= -1);
    deletes && moves && !is_too_short(delete, cold)
}

/// Whether it is deleted before it has been in cold storage for as long as it must.
fn is_too_short(delete: Option<i64>, cold: Option<i64>) -> bool {
    let kept = delete.filter(|days| *days > 0);
    let moved = cold.filter(|days| *days >= 0);
    kept.zip(moved)
        .is_some_and(|(kept, moved)| kept < moved.saturating_add(COLD_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifecycle_is_taken_that_keeps_what_is_in_cold_storage_for_90_days() {
        let taken = [
            (None, None),
            (Some(1), None),
            (Some(36_500), None),
            (Some(-1), Some(30)),
            (None, Some(0)),
            (Some(120), Some(30)),
            (Some(60), Some(-1)),
        ];
        let refused = [
            (Some(0), None),
            (Some(36_501), None),
            (Some(-2), None),
            (None, Some(-2)),
            (Some(119), Some(30)),
        ];
        for (delete, cold) in taken {
            assert!(is_taken(delete, cold), "{delete:?} {cold:?}");
        }
        for (delete, cold) in refused {
            assert!(!is_taken(delete, cold), "{delete:?} {cold:?}");
        }
    }
}
