//! What is printed: from decided copies and their remedies to a table, JSON and pages of text.
//!
//! Plain functions from values to text. How wide the terminal is, and whether it takes colours, is passed in.

mod audit;
mod backtest;
mod capabilities;
mod causes;
mod check;
mod collected;
mod configuration;
mod copy;
mod explain;
mod fault;
mod findings;
mod fixes;
mod gap;
mod github;
mod headline;
mod html;
mod in_source;
mod json;
mod junit;
mod kept_in_source;
mod line;
mod links;
mod location;
mod markdown;
mod mermaid;
mod message;
mod model;
mod names;
mod ndjson;
mod parts;
mod plan;
mod planned;
mod reading;
mod reason;
mod remedy;
mod repository;
mod resource;
mod same_cause;
mod sarif;
mod settle;
mod summed;
mod sums;
mod table;
mod waiver;
mod ways;

pub use audit::beside;
pub use backtest::{backtest_json, backtest_markdown, backtest_ndjson, backtest_table};
pub use capabilities::{capabilities_json, capabilities_table};
pub use causes::Cause;
pub use check::{CheckReport, Waived};
pub use collected::gaps_by_cause;
pub use configuration::configuration;
pub use copy::{
    CopyReport, CopySource, CopyTarget, EncryptionModel, EncryptionReport, KeyManagedBy, Retention,
};
pub use explain::{flowing, list, page, page_to_read};
pub use fault::{BACKUP_POLICY, PlaceOfChange};
pub use findings::{Finding, Subject, severity};
pub use fixes::{FixFile, Unwritten, fixes, fixes_summary, is_kept_policy};
pub use gap::{GapReport, Gaps};
pub use github::github;
pub use headline::in_a_line;
pub use html::{Page, Row};
pub use in_source::into_source;
pub use json::{json, json_copy, json_head, json_tail, report_schema};
pub use junit::{Case, Junit};
pub use links::{About, Found, Links, Places, is_finding};
pub use location::Location;
pub use markdown::{COMMENT, MARKER, SUMMARY, markdown};
pub use mermaid::{Picture, Way};
pub use message::{
    Explained, Foretold, Meaning, NamedThing, message_json, message_page, nearest_message,
};
pub use model::{
    Assumed, AuditRead, Audited, CheckNote, Count, FileOfChange, HowMany, Report, SchemaId,
    Summary, Tool, VaultReport,
};
pub use names::Names;
pub use ndjson::{ndjson, ndjson_copy, ndjson_tail};
pub use parts::Parts;
pub use plan::{PlanName, PlanReport};
pub use reading::Reading;
pub use reason::Reason;
pub use remedy::RemedyReport;
pub use repository::Repository;
pub use resource::{LeavesAccount, ResourceReport};
pub use sarif::{RESULTS, sarif};
pub use settle::{permission, settle};
pub use summed::{Place, Summed};
pub use sums::Sums;
pub use table::{NARROWEST, Options, SHOWN, render, set};
pub use waiver::{Fate, WaiverReport};
