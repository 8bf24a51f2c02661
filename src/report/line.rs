//! Values of ours as JSON text.

use serde::Serialize;

use crate::quote::json::printable;

/// Any value of ours as JSON on one line.
#[expect(
    clippy::expect_used,
    reason = "only a map with keys that are not text, or a failing writer, is refused; ours has neither"
)]
pub(super) fn line(value: &impl Serialize) -> String {
    printable(serde_json::to_string(value).expect("our types are JSON"))
}

/// Any value of ours as indented JSON.
#[expect(
    clippy::expect_used,
    reason = "only a map with keys that are not text, or a failing writer, is refused; ours has neither"
)]
pub(super) fn pretty(value: &impl Serialize) -> String {
    printable(serde_json::to_string_pretty(value).expect("our types are JSON"))
}
