//! A principal that a statement nearly names: an account one digit off, a role by another path.

use crate::known::Arn;
use crate::known::near::{is_a_slip, meant};
use crate::policy::{Effect, Miss, Named, NearMiss};
use crate::verdict::Evidence;

use super::located::LocatedPolicy;

impl LocatedPolicy<'_> {
    /// The statements that would allow a principal but for a slip in how they name it.
    pub fn misspelt(&self, near: &[NearMiss], principal: &Arn) -> Vec<Evidence> {
        near.iter()
            .filter(|miss| matches!(miss.why, Miss::Principal))
            .filter(|miss| miss.statement.effect == Effect::Allow)
            .filter_map(|miss| {
                let index = miss.statement.index;
                let statement = self.document.statements().get(index)?;
                let mut named = statement.principals().iter();
                let says = named.find_map(|named| slip(named.text(), principal))?;
                Some(self.says(index, format!("{} {says}", self.name(index))))
            })
            .collect()
    }

    /// The statements that would allow an action, but to others.
    pub fn of_others(&self, near: &[NearMiss], action: &str) -> Vec<Evidence> {
        near.iter()
            .filter(|miss| matches!(miss.why, Miss::Principal))
            .filter(|miss| miss.statement.effect == Effect::Allow)
            .filter_map(|miss| {
                let index = miss.statement.index;
                let statement = self.document.statements().get(index)?;
                let named: Vec<&str> = statement.principals().iter().map(Named::text).collect();
                let (first, rest) = named.split_first()?;
                let more = match rest.len() {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let name = self.name(index);
                Some(self.says(
                    index,
                    format!("{name} allows {action} to {first}{more} alone"),
                ))
            })
            .collect()
    }
}

/// What is wrong with a name that is nearly the principal's.
fn slip(named: &str, principal: &Arn) -> Option<String> {
    let account = principal.account()?.to_string();
    let role = Arn::parse(named).ok();
    let theirs = match &role {
        Some(role) => role.account()?.to_string(),
        None => named.to_owned(),
    };
    if is_a_slip(&theirs, &account) {
        return Some(format!(
            "names account {theirs}, and the principal is of account {account}: one digit is off"
        ));
    }
    let role = role.filter(|role| theirs == account && role.resource().starts_with("role/"))?;
    if role == *principal {
        return None;
    }
    if role.name() == principal.name() {
        return Some(format!(
            "names {}, and the role is {}: the path is another",
            role.resource(),
            principal.resource()
        ));
    }
    meant(role.name(), [principal.name()])
        .map(|name| format!("names the role `{}`, and the role is `{name}`", role.name()))
}
