//! What the `aws` command prints, opened: documents inside answers, inside JSON text, percent-encoded; lists with the name of
//! their operation around them. Each kind of document is read in one way, wherever it comes from, and a text that is not one is an error
//! that says what was found and what was expected.

mod answer;
mod detail;
mod document;
mod list;
mod words;

pub(super) use answer::FieldType;
pub use answer::{
    AllowedImages, Constraints, CreatedBy, GlobalSettings, KmsKeyId, Moment, Options, PlanOf,
    Preferences, Simulated,
};
pub use detail::Detail;
pub(super) use document::RawFields;
pub use document::{BackupPolicy, OF_KEY, Owner, TagPolicy, bare, policy_document};
pub use list::{ListElement, is_beside_a_list, is_more_to_come, read_list};
pub use words::unknown_word;
