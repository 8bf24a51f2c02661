//! What is printed: from decided copies and their remedies to a table, JSON and pages of text.
//!
//! Plain functions from values to text. How wide the terminal is, and whether it takes colours, is passed in.

mod audit;
mod backtest;
mod capabilities;
mod causes;
mod copy;
mod explain;
mod fixes;
mod json;
mod message;
mod model;
mod ndjson;
mod table;
mod totals;

pub use audit::{PlanName, PlanReport};
pub use backtest::{backtest_json, backtest_ndjson, backtest_table};
pub use capabilities::{capabilities_json, capabilities_table};
pub use causes::{Blame, Cause, Causes, Subjects};
pub use copy::{
    CheckReport, CopyReport, CopySource, CopyTarget, EncryptionModel, EncryptionReport,
    KeyManagedBy, Retention,
};
pub use explain::{list, page};
pub use fixes::{FixFile, fixes, fixes_summary};
pub use json::{json, report_schema};
pub use message::{
    Explained, Foretold, Meaning, NamedThing, message_json, message_page, nearest_message,
};
pub use model::{Mended, RemedyReport, Report, SchemaId, Summary, Tool, VaultReport};
pub use ndjson::{ndjson, ndjson_copy};
pub use table::{NARROWEST, Options, render};
pub use totals::{Place, Totals};
