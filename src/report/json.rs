//! The report as one JSON object, and its JSON Schema.

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::Report;
use crate::quote::json::printable;

/// The report as JSON, indented, with a line's end at the end.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = pretty(report);
    text.push('\n');
    text
}

/// The JSON Schema of what [`json`] writes.
#[must_use]
pub fn report_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "backup-preflight report".into());
    schema.to_value()
}

/// Any value of ours as indented JSON.
#[expect(
    clippy::expect_used,
    reason = "only a map with keys that are not text, or a failing writer, is refused; ours has neither"
)]
pub(super) fn pretty(value: &impl Serialize) -> String {
    printable(serde_json::to_string_pretty(value).expect("our types are JSON"))
}
