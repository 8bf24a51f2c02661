//! The exit codes.

use crate::report::Summary;
use crate::sources::stop;

/// Everything that was asked holds.
pub(super) const GOOD: u8 = 0;
/// Something is blocked.
pub(super) const BLOCKED: u8 = 1;
/// Nothing was decided.
pub(super) const WRONG: u8 = 2;
/// Something is undecided, and nothing blocked.
pub(super) const UNDECIDED: u8 = 3;
/// Ctrl-C.
pub(super) const INTERRUPTED: u8 = 130;

/// The exit code of a run that a signal ended.
pub(super) fn stopped_code() -> u8 {
    stop::asked().unwrap_or(INTERRUPTED)
}

/// The contract's exit codes. `open`: a plan may make more copies, as not all of it was read.
pub(super) fn exit_code(summary: Summary, open: bool, strict: bool) -> u8 {
    let unclean = open || summary.undecided > 0 || summary.warnings > 0 || summary.copies == 0;
    if summary.blocked > 0 || (strict && unclean) {
        BLOCKED
    } else if open || summary.undecided > 0 {
        UNDECIDED
    } else {
        GOOD
    }
}
