//! The inventory that the server holds, looked up by account and Region, and what a test has set about it.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::call::{Call, No, Service, text};

/// What the server's AWS looks like.
pub struct World {
    inventory: Value,
    /// The external id that a role insists on, by the role's ARN.
    pub external_ids: HashMap<String, String>,
    /// Member accounts that may read the organization as the management account may.
    pub delegated: HashSet<String>,
    /// Keys that another account may describe: the key's ARN and the account.
    pub shared_keys: HashSet<(String, String)>,
}

impl World {
    pub fn new(inventory: Value) -> Self {
        Self {
            inventory,
            external_ids: HashMap::new(),
            delegated: HashSet::new(),
            shared_keys: HashSet::new(),
        }
    }

    pub fn accounts(&self) -> &[Value] {
        many(&self.inventory, "accounts")
    }

    pub fn known_account(&self, id: &str) -> Option<&Value> {
        self.accounts()
            .iter()
            .find(|account| text(account, "account") == Some(id))
    }

    pub fn account(&self, id: &str) -> Result<&Value, No> {
        self.known_account(id)
            .ok_or_else(|| No::Incomplete(format!("the account {id} is absent")))
    }

    pub fn known_region(&self, account: &str, region: &str) -> Option<&Value> {
        many(self.known_account(account)?, "regions")
            .iter()
            .find(|place| text(place, "region") == Some(region))
    }

    pub fn region(&self, account: &str, region: &str) -> Result<&Value, No> {
        self.account(account)?;
        self.known_region(account, region).ok_or_else(|| {
            No::Incomplete(format!(
                "the Region {region} of account {account} is absent"
            ))
        })
    }

    /// The Region that a call is made in.
    pub fn place(&self, call: &Call) -> Result<&Value, No> {
        self.region(&call.scope.account, &call.scope.region)
    }

    /// A list of the Region that a call is made in, all of it.
    pub fn list(&self, call: &Call, name: &str) -> Result<&[Value], No> {
        let place = self.place(call)?;
        if place.get(name).is_none() {
            return Err(No::Incomplete(format!(
                "`{name}` of {} in account {} is absent",
                call.scope.region, call.scope.account
            )));
        }
        Ok(many(place, name))
    }

    /// The same of a list that has all there is.
    pub fn whole_list(&self, call: &Call, name: &str) -> Result<&[Value], No> {
        let list = self.list(call, name)?;
        let whole = format!("{name}_complete");
        if self.place(call)?[&whole] != true {
            return Err(No::Incomplete(format!(
                "`{whole}` of {} in account {} is not true",
                call.scope.region, call.scope.account
            )));
        }
        Ok(list)
    }

    /// The same, empty where the inventory does not say.
    pub fn known_list(&self, call: &Call, name: &str) -> &[Value] {
        self.known_region(&call.scope.account, &call.scope.region)
            .map_or(&[], |place| many(place, name))
    }

    /// The error that the inventory's gaps have for a call.
    ///
    /// The outer `None`: there is no gap. The inner: there is one, and nobody had asked.
    pub fn gap(&self, service: &Service, call: &Call, names: &[String]) -> Option<Option<&str>> {
        let operation = format!("{}:{}", service.name, call.operation);
        let fits = |gap: &&Value| {
            let account = text(gap, "account");
            let region = text(gap, "region");
            let subject = text(gap, "subject").unwrap_or_default();
            text(gap, "operation") == Some(operation.as_str())
                && account
                    .is_none_or(|id| id == call.scope.account || names.iter().any(|n| n == id))
                && (service.global || region.is_none_or(|region| region == call.scope.region))
                && (subject.is_empty() || names.is_empty() || names.iter().any(|n| n == subject))
        };
        many(&self.inventory, "gaps")
            .iter()
            .find(fits)
            .map(|gap| text(gap, "error"))
    }
}

/// A field that is a list; null and absent have nothing in them.
pub fn many<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The same value without fields that are null: AWS leaves out what is not set.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
