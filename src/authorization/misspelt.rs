//! A principal that a statement nearly names: an account one digit off, a role by another path.

use crate::known::Arn;
use crate::known::near::{is_a_slip, meant};
use crate::policy::{Effect, Miss, NearMiss};
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
                Some(Evidence::at(
                    self.subject.clone(),
                    format!("{}/Statement/{index}", self.pointer),
                    format!("statement {index} {says}"),
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
