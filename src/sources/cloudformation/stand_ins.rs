//! The names that stand in for those that AWS gives.

use super::error::TemplateError;
use super::names;
use super::nested;
use super::template::{Settings, Template};

/// Those of what a template makes: logical ids, and what those of a stack within begin
/// with, which ends in a hyphen.
///
/// # Errors
/// Where the file is no template.
pub fn of(file: &str, bytes: &[u8]) -> Result<Vec<String>, TemplateError> {
    let root = super::root_or_none(file, bytes)?;
    let settings = Settings::default();
    let own = names::given(&Template::new(file, &root, &settings));
    let within = nested::ids(file, bytes)?.into_iter();
    Ok(own
        .into_iter()
        .chain(within.map(|id| format!("{id}-")))
        .collect())
}
