//! Which account and Region a resource of a plan is in: its own `region`, its provider, what the plan knows of that provider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::known::{AccountId, Arn, Region};

use super::file::{PlanError, PlanFile};
use super::object::{Moment, Object};
use super::objects::Objects;

/// The account and Region of each provider, as far as the plan tells.
#[derive(Debug, Default)]
pub struct Providers {
    known: BTreeMap<String, Provider>,
}

#[derive(Debug, Default, Clone)]
struct Provider {
    account: Option<AccountId>,
    region: Option<Region>,
}

impl Providers {
    /// Those of a plan, with the accounts that the command line gives by provider.
    ///
    /// # Errors
    /// Where the command line gives another account than the plan.
    pub fn of(
        file: &str,
        objects: &Objects<'_>,
        given: &BTreeMap<String, AccountId>,
    ) -> Result<Self, PlanError> {
        let mut known: BTreeMap<String, Provider> = BTreeMap::new();
        let configuration = objects.plan.configuration.as_ref();
        for (key, config) in configuration.iter().flat_map(|all| &all.provider_config) {
            let of = |name: &str| {
                value(
                    &config.expressions,
                    name,
                    objects.plan,
                    &config.module_address,
                )
            };
            let region = of("region").and_then(|region| Some(Region::new(region.as_str()?)));
            let assumed = config
                .expressions
                .pointer("/assume_role/0")
                .or(config.expressions.get("assume_role"));
            let role = assumed
                .and_then(|block| value(block, "role_arn", objects.plan, &config.module_address));
            let role = role.and_then(|role| Arn::parse(role.as_str()?).ok()?.account());
            let allowed = of("allowed_account_ids").and_then(|ids| one_account(&ids));
            known.insert(
                key.clone(),
                Provider {
                    account: role.or(allowed),
                    region,
                },
            );
        }
        for (key, account) in by_what_is_known(objects) {
            known.entry(key).or_default().account.get_or_insert(account);
        }
        for (key, given) in given {
            let account = &mut known.entry(key.clone()).or_default().account;
            if let Some(of_plan) = account.filter(|account| account != given) {
                return Err(PlanError::Account {
                    file: file.to_owned(),
                    provider: key.clone(),
                    given: *given,
                    of_plan,
                });
            }
            *account = Some(*given);
        }
        Ok(Self { known })
    }

    /// The names of a plan's providers.
    #[must_use]
    pub fn names(plan: &PlanFile) -> Vec<String> {
        let all = plan.configuration.iter();
        let all = all.flat_map(|all| all.provider_config.iter());
        all.map(|(key, _)| key.clone()).collect()
    }

    /// The account of an object.
    #[must_use]
    pub fn account(&self, object: &Object<'_>) -> Option<AccountId> {
        match provider_of(object) {
            Some(key) => self.known.get(key)?.account,
            // Of what is no longer in the configuration the plan does not name the provider: the only account it can be.
            None => self.only_account(),
        }
    }

    /// The account of all providers, where they are in one.
    fn only_account(&self) -> Option<AccountId> {
        let mut all = self.known.values().map(|provider| provider.account);
        let first = all.next().flatten()?;
        all.all(|account| account == Some(first)).then_some(first)
    }

    /// The Region of an object at a moment.
    #[must_use]
    pub fn region(&self, object: &Object<'_>, moment: Moment) -> Option<Region> {
        if let Some(own) = object.text(moment, "region") {
            return Some(Region::new(own));
        }
        self.known.get(provider_of(object)?)?.region.clone()
    }
}

/// The key of an object's provider.
#[must_use]
pub fn provider_of<'p>(object: &Object<'p>) -> Option<&'p str> {
    let key = object.block.map(|block| block.provider_config_key.as_str());
    key.filter(|key| !key.is_empty())
}

/// An argument that is a constant, or a variable of the root module.
fn value(expressions: &Value, name: &str, plan: &PlanFile, module: &str) -> Option<Value> {
    let expression = expressions.get(name)?;
    if let Some(constant) = expression.get("constant_value") {
        return Some(constant.clone());
    }
    // A reference with a path into a variable is not worked out.
    let references = expression.get("references")?.as_array()?;
    let [reference] = references.as_slice() else {
        return None;
    };
    let variable = reference
        .as_str()?
        .strip_prefix("var.")
        .filter(|_| module.is_empty())?;
    Some(plan.variables.get(variable)?.value.clone())
}

/// The one account of a list.
fn one_account(ids: &Value) -> Option<AccountId> {
    let [id] = ids.as_array()?.as_slice() else {
        return None;
    };
    AccountId::parse(id.as_str()?).ok()
}

/// The account that what is known under a provider agrees on: who Terraform is there, and ARNs of its resources.
fn by_what_is_known(objects: &Objects<'_>) -> BTreeMap<String, AccountId> {
    let mut found: BTreeMap<String, BTreeSet<AccountId>> = BTreeMap::new();
    for object in &objects.all {
        let Some(provider) = provider_of(object) else {
            continue;
        };
        let account = if object.kind == "aws_caller_identity" {
            let id = object.text(Moment::Then, "account_id");
            id.and_then(|id| AccountId::parse(id).ok())
        } else if object.is_data {
            None
        } else {
            // A KMS alias, a policy of AWS's: only what the provider itself makes tells its account.
            let arn = object
                .text(Moment::Now, "arn")
                .or_else(|| object.text(Moment::Then, "arn"));
            arn.and_then(|arn| Arn::parse(arn).ok()?.account())
        };
        if let Some(account) = account {
            found
                .entry(provider.to_owned())
                .or_default()
                .insert(account);
        }
    }
    let one = |(provider, accounts): (String, BTreeSet<AccountId>)| {
        let mut accounts = accounts.into_iter();
        let first = accounts.next()?;
        accounts.next().is_none().then_some((provider, first))
    };
    found.into_iter().filter_map(one).collect()
}
