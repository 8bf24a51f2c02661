//! Which account and Region a resource of a plan is in: its own `region`, its provider, what the plan knows of that provider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::known::{AccountId, Arn, Region};

use super::file::{Configuration, PlanError, PlanFile};
use super::object::{Moment, Object};
use super::objects::Objects;

/// The account and Region of each provider, as far as the plan tells.
///
/// A plan prints an expression as what it refers to, and not what it does with that: `var.region` and
/// `var.primary == "us-west-2" ? "us-east-2" : "us-west-2"` look alike. So only a constant, what the configuration's own text comes to,
/// and what the provider made tell them.
#[derive(Debug, Default)]
pub struct Providers {
    known: BTreeMap<String, Provider>,
    told: Vec<String>,
}

#[derive(Debug, Default, Clone)]
struct Provider {
    account: Option<AccountId>,
    region: Option<Region>,
}

impl Providers {
    /// Those of a plan, with the accounts that the command line gives by provider, and what the blocks of providers come to in the
    /// configuration's own text.
    ///
    /// # Errors
    /// Where the command line gives another account than the plan.
    pub fn of(
        file: &str,
        objects: &Objects<'_>,
        given: &BTreeMap<String, AccountId>,
        written: &BTreeMap<String, Value>,
    ) -> Result<Self, PlanError> {
        let mut known: BTreeMap<String, Provider> = BTreeMap::new();
        let configuration = objects.plan.configuration.as_ref();
        for (key, config) in configuration.iter().flat_map(|all| &all.provider_config) {
            let written = written.get(key).unwrap_or(&Value::Null);
            let of = |name: &str| value(&config.expressions, written, name);
            let region = of("region").and_then(|region| Some(Region::new(region.as_str()?)));
            let role = last_role(&config.expressions, written);
            let role = role.and_then(|role| Arn::parse(&role).ok()?.account());
            let allowed = of("allowed_account_ids").and_then(|ids| one_account(&ids));
            known.insert(
                key.clone(),
                Provider {
                    account: role.or(allowed),
                    region,
                },
            );
        }
        for (key, account) in agreed(objects, account_of) {
            known.entry(key).or_default().account.get_or_insert(account);
        }
        for (key, region) in agreed(objects, region_of) {
            known.entry(key).or_default().region.get_or_insert(region);
        }
        let mut told = Vec::new();
        for (key, given) in given {
            let account = &mut known.entry(key.clone()).or_default().account;
            match *account {
                Some(of_plan) if of_plan != *given => {
                    return Err(PlanError::Account {
                        file: file.to_owned(),
                        provider: key.clone(),
                        given: *given,
                        of_plan,
                    });
                }
                Some(_) => {}
                None => told.push(key.clone()),
            }
            *account = Some(*given);
        }
        // What is no longer in the configuration may be under any.
        let is_under = |object: &Object<'_>, key: &str| {
            !object.is_data && provider_of(object).is_none_or(|own| own == key)
        };
        told.retain(|key| objects.all.iter().any(|object| is_under(object, key)));
        Ok(Self { known, told })
    }

    /// Those whose account nothing but the command line tells, of those that something may be under.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.told.clone()
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

/// The tags that the provider of an object ignores: `{"keys": […], "prefixes": […]}`; null where it is not told which. `None`: it
/// ignores none.
#[must_use]
pub fn ignored_tags(object: &Object<'_>, configuration: Option<&Configuration>) -> Option<Value> {
    const BLOCK: &str = "ignore_tags";
    let all = &configuration?.provider_config;
    let Some(key) = provider_of(object) else {
        // Of what is no longer in the configuration the plan does not name the provider.
        let mut all = all.values();
        let is_any = all.any(|config| config.expressions.get(BLOCK).is_some());
        return is_any.then_some(Value::Null);
    };
    let block = all.get(key)?.expressions.get(BLOCK)?;
    let block = block.get(0).unwrap_or(block);
    let constants = |name: &str| match block.get(name) {
        None => Some(Value::Array(Vec::new())),
        Some(told) => told.get("constant_value").cloned().filter(Value::is_array),
    };
    let told = constants("keys").zip(constants("key_prefixes"));
    Some(told.map_or(
        Value::Null,
        |(keys, prefixes)| json!({"keys": keys, "prefixes": prefixes}),
    ))
}

/// An argument that is a constant, or what it comes to as it is written.
fn value(expressions: &Value, written: &Value, name: &str) -> Option<Value> {
    let expression = expressions.get(name)?;
    let constant = expression.get("constant_value");
    let written = written.get(name).filter(|value| !is_open(value));
    constant.or(written).cloned()
}

fn is_open(value: &Value) -> bool {
    value.to_string().contains("{\"unknown\":")
}

/// The role that a provider ends in: of several `assume_role` blocks each is assumed with the credentials of the one before it.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assuming-an-iam-role>.
fn last_role(expressions: &Value, written: &Value) -> Option<String> {
    const NAME: &str = "assume_role";
    let blocks = |of: &Value| match of.get(NAME) {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let (planned, written) = (blocks(expressions), blocks(written));
    // A dynamic block stands in the text alone.
    let is_dynamic =
        written.len() != planned.len() || written.iter().any(|one| one.get("unknown").is_some());
    let (planned, written) = match written.last() {
        Some(last) if is_dynamic => (Value::Null, last.clone()),
        last => (planned.last()?.clone(), last.cloned().unwrap_or_default()),
    };
    let constant = planned.pointer("/role_arn/constant_value");
    let role = constant.or_else(|| written.get("role_arn"))?;
    role.as_str().map(str::to_owned)
}

/// The one account of a list.
fn one_account(ids: &Value) -> Option<AccountId> {
    let [id] = ids.as_array()?.as_slice() else {
        return None;
    };
    AccountId::parse(id.as_str()?).ok()
}

/// What all that is known under a provider agrees on.
fn agreed<T: Clone + Ord>(
    objects: &Objects<'_>,
    tells: impl Fn(&Object<'_>) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut found: BTreeMap<String, BTreeSet<T>> = BTreeMap::new();
    for object in &objects.all {
        if let (Some(provider), Some(told)) = (provider_of(object), tells(object)) {
            let of = found.entry(provider.to_owned()).or_default();
            of.insert(told);
        }
    }
    let one = |(provider, mut all): (String, BTreeSet<T>)| {
        let first = all.pop_first()?;
        all.is_empty().then_some((provider, first))
    };
    found.into_iter().filter_map(one).collect()
}

/// The ARN of what a provider made. A KMS alias, a policy of AWS's: only what the provider itself makes tells where it is.
fn made_by(object: &Object<'_>) -> Option<Arn> {
    let mut texts = [Moment::Now, Moment::Then].into_iter();
    let arn = texts.find_map(|moment| object.text(moment, "arn"))?;
    Arn::parse(arn).ok().filter(|_| !object.is_data)
}

/// The account of a provider by one of its objects: who Terraform is there, or an ARN.
fn account_of(object: &Object<'_>) -> Option<AccountId> {
    if object.kind == "aws_caller_identity" {
        let id = object.text(Moment::Then, "account_id");
        return id.and_then(|id| AccountId::parse(id).ok());
    }
    made_by(object)?.account()
}

/// The Region of a provider by one of its objects that names none of its own: where Terraform is there, or an ARN.
fn region_of(object: &Object<'_>) -> Option<Region> {
    const CHOOSE: [&str; 3] = ["region", "name", "endpoint"];
    let is_asked = object.kind == "aws_region" && object.is_data;
    let choose = if is_asked { &CHOOSE[..] } else { &CHOOSE[..1] };
    if !choose.iter().all(|name| object.is_not_configured(name)) {
        return None;
    }
    if is_asked {
        let mut names = ["region", "name", "id"].into_iter();
        return names.find_map(|name| Some(Region::new(object.text(Moment::Then, name)?)));
    }
    made_by(object)?.region()
}
