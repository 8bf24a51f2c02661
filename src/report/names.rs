//! What things are called by people: a key by its alias.

use std::collections::BTreeMap;

use crate::inventory::Facts;
use crate::known::Arn;

use super::causes::Cause;

/// The names of things, by their ARNs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Those of what is at fault.
    #[must_use]
    pub fn of(causes: &[Cause], facts: &Facts<'_>) -> Self {
        let subjects = causes.iter().filter_map(|cause| cause.subject.as_deref());
        let names = subjects.filter_map(|subject| {
            let key = Arn::parse(subject)
                .ok()
                .filter(|arn| arn.service() == "kms")?;
            let aliases = facts.key_aliases(&key).known().flatten()?;
            let alias = aliases.first()?.trim_start_matches("alias/");
            Some((subject.to_owned(), alias.to_owned()))
        });
        Self(names.collect())
    }

    /// What a thing is called; the name in its ARN where it has no other.
    #[must_use]
    pub fn name<'n>(&'n self, arn: &'n Arn) -> &'n str {
        self.0
            .get(arn.as_str())
            .map_or_else(|| arn.name(), String::as_str)
    }
}
