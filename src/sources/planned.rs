//! What a plan or a template says of the facts, put together thing by thing: an overlay in the making.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::inventory::{
    ANEW, BY_NAME, ENCRYPTED_ANEW, NOT_MADE_NOW, Overlay, PolicyChange, WHERE_IT_STANDS, Waiting,
};
use crate::known::{AccountId, Region};

/// What a plan or a template says.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What is there now.
    pub before: Overlay,
    /// What will be there.
    pub after: Overlay,
    /// Which resources say what of which ARN or id.
    pub places: Places,
    /// The file and line of a resource, by its address, where they are known.
    pub lines: BTreeMap<String, (String, usize)>,
    /// What is not read, or has no place, in words.
    pub warnings: Vec<String>,
    /// Why there may be other copies than those that are told, in words.
    pub open: Vec<String>,
    /// The providers of a plan, for which accounts may be given.
    pub providers: Vec<String>,
}

/// The resources that say something of a thing, by its ARN or id: addresses of a plan, logical ids of a template.
pub type Places = BTreeMap<String, Vec<String>>;

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// The facts that a plan or a template tells, by account, Region, list and name.
#[derive(Debug, Default)]
pub struct World {
    accounts: BTreeMap<AccountId, AccountFacts>,
    /// The documents of managed policies, by their ARNs: each is in force wherever a role has the policy.
    pub policies: BTreeMap<String, Value>,
    /// What becomes of policies of the organization.
    pub organization: Vec<PolicyChange>,
}

#[derive(Debug, Default)]
struct AccountFacts {
    fields: Map<String, Value>,
    roles: BTreeMap<String, Map<String, Value>>,
    regions: BTreeMap<Region, RegionFacts>,
}

#[derive(Debug, Default)]
struct RegionFacts {
    fields: Map<String, Value>,
    lists: BTreeMap<&'static str, BTreeMap<String, Map<String, Value>>>,
}

/// Whether a value is unknown, or in a part.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Object(fields) => match fields.get("unknown") {
            Some(Value::String(_)) if fields.len() == 1 => true,
            _ => fields.values().any(is_open),
        },
        Value::Array(items) => items.iter().any(is_open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Says of what is not known of a thing that it stands, where the thing is there.
fn stands_where_open(thing: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Object(detail)) = thing.get_mut("Detail")
        && detail.get("unknown").is_none()
    {
        detail.retain(|_, value| !is_open(value));
    }
    for (field, value) in thing.iter_mut() {
        if is_open(value) && value.get("stands").is_none() && *value != name && field != "Arn" {
            *value = json!({"made": value.take(), "stands": true});
        }
    }
}

/// The service whose key, which AWS manages, an alias names: `alias/aws/backup`.
#[must_use]
pub fn aws_managed_by(key: &str) -> Option<&str> {
    let (before, service) = key.split_once("alias/aws/")?;
    (before.is_empty() || before.ends_with(':')).then_some(service)
}

/// The policy that KMS gives a key that is made without one: its account administers it.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>.
#[must_use]
pub fn default_key_policy(home: &Home) -> Value {
    json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{
        "Sid": "Enable IAM User Permissions", "Effect": "Allow",
        "Principal": {"AWS": format!("arn:{}:iam::{}:root", partition(&home.region), home.account)}, "Action": "kms:*", "Resource": "*",
    }]})
}

/// What is said of a thing that is deleted.
fn gone(list: &str) -> Vec<(String, Value)> {
    let fields: &[(&str, Value)] = match list {
        "vaults" => &[("VaultState", Value::Null)],
        "keys" => &[("KeyState", json!("PendingDeletion"))],
        "roles" => &[("AssumeRolePolicyDocument", Value::Null)],
        "plans" => &[
            ("BackupPlan", json!({"Rules": []})),
            ("Selections", json!([])),
        ],
        _ => &[("ResourceType", Value::Null)],
    };
    let each = fields.iter();
    each.map(|(field, value)| ((*field).to_owned(), value.clone()))
        .collect()
}

/// The field that tells the things of a list apart.
fn key(list: &'static str) -> &'static str {
    match list {
        "vaults" => "BackupVaultArn",
        "resources" => "ResourceArn",
        "plans" => "BackupPlanId",
        _ => "Arn",
    }
}

/// Fields that say how a thing is laid over the facts.
const MARKS: &[&str] = &[BY_NAME, WHERE_IT_STANDS, ANEW, ENCRYPTED_ANEW, NOT_MADE_NOW];

/// The value of `{"made": value}`: all that there is of it where the thing is made.
fn made(value: &Value) -> Option<&Value> {
    value
        .as_object()
        .filter(|object| object.len() == 1)?
        .get("made")
}

/// Settles the fields of a thing that are told as for one that is made: it is, or the field changes, or stands as it is.
fn settle(now: &mut Map<String, Value>, was: Option<&Map<String, Value>>) {
    let name = |item: &Value| {
        let names = ["PolicyArn", "PolicyName", "SelectionName"];
        names
            .iter()
            .find_map(|name| item.get(*name))
            .unwrap_or(item)
            .clone()
    };
    let all = std::mem::take(now).into_iter();
    now.extend(all.filter_map(|(field, mut value)| {
        let tags = |value: &Value| value.get("tagged")?.as_object().cloned();
        if let Some(is) = tags(&value)
            && let Some(had) = was.and_then(|was| tags(was.get(&field)?))
        {
            let removed = had.keys().filter(|key| !is.contains_key(*key));
            let removed: Value = removed.map(String::as_str).collect();
            value = json!({"tagged": is, "untagged": removed});
        }
        let Some(whole) = made(&value) else {
            return Some((field, value));
        };
        let before = was.map(|was| was.get(&field).map(|value| made(value).unwrap_or(value)));
        match (before, whole) {
            (Some(Some(before)), whole) if before == whole && is_open(whole) => None,
            (Some(Some(Value::Array(before))), Value::Array(items)) => {
                let kept: Vec<Value> = items.iter().map(name).collect();
                let removed = before.iter().map(name).filter(|name| !kept.contains(name));
                let removed: Vec<Value> = removed.collect();
                Some((
                    field,
                    json!({"joined": items, "removed": removed, "alone": true}),
                ))
            }
            _ => Some((field, whole.clone())),
        }
    }));
}

/// Adds to a list of a thing, or takes a name from it: one that is told whole, or is laid over the one that is there.
pub fn join(
    thing: &mut Map<String, Value>,
    list: &str,
    added: Option<Value>,
    removed: Option<Value>,
) {
    let all = thing
        .entry(list)
        .or_insert_with(|| json!({"joined": [], "removed": []}));
    match all {
        Value::Array(items) => items.extend(added),
        Value::Object(joined) => {
            if let Some(Value::Array(items)) = joined.get_mut("made") {
                return items.extend(added);
            }
            for (name, item) in [("joined", added), ("removed", removed)] {
                if let Some(items) = joined.get_mut(name).and_then(Value::as_array_mut) {
                    items.extend(item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a resource is encrypted otherwise than it was, and it is known how.
fn is_encrypted_anew(resource: &Map<String, Value>, is_known: impl Fn(&str) -> bool) -> bool {
    let told = ["Encrypted", "EncryptionKeyArn"].map(|field| resource.get(field));
    let mut changed = told.iter().flatten();
    let all_known = told.iter().flatten().all(|value| !is_open(value));
    all_known
        && changed.any(|value| value.get("stands").is_none())
        && told[1].and_then(Value::as_str).is_none_or(is_known)
}

impl World {
    /// A thing of a list of a Region: its fields, to be set.
    pub fn thing(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
    ) -> &mut Map<String, Value> {
        let region = self.region_facts(home);
        let things = region.lists.entry(list).or_default();
        things.entry(name.to_owned()).or_insert_with(|| {
            let mut fields = Map::new();
            fields.insert(key(list).to_owned(), json!(name));
            fields
        })
    }

    /// The same, where it is there already.
    pub fn known(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
    ) -> Option<&mut Map<String, Value>> {
        let region = self
            .accounts
            .get_mut(&home.account)?
            .regions
            .get_mut(&home.region)?;
        region.lists.get_mut(list)?.get_mut(name)
    }

    /// A role: its fields, to be set.
    pub fn role(&mut self, account: AccountId, arn: &str) -> &mut Map<String, Value> {
        let roles = &mut self.accounts.entry(account).or_default().roles;
        roles.entry(arn.to_owned()).or_insert_with(|| {
            let mut fields = Map::new();
            fields.insert("Arn".to_owned(), json!(arn));
            fields
        })
    }

    /// What is said of a thing, by its ARN or id, in whichever list it is.
    #[must_use]
    pub fn says(&self, name: &str) -> Option<&Map<String, Value>> {
        self.accounts.values().find_map(|account| {
            let mut regions = account.regions.values();
            let listed =
                || regions.find_map(|region| region.lists.values().find_map(|all| all.get(name)));
            account.roles.get(name).or_else(listed)
        })
    }

    /// Whether something is said of a role.
    #[must_use]
    pub fn knows_role(&self, account: AccountId, arn: &str) -> bool {
        let account = self.accounts.get(&account);
        account.is_some_and(|account| account.roles.contains_key(arn))
    }

    /// A role of which only the name is known: the one of that name, whatever its path.
    pub fn role_named(
        &mut self,
        account: AccountId,
        partition: &str,
        name: &str,
    ) -> (String, &mut Map<String, Value>) {
        let arn = format!("arn:{partition}:iam::{account}:role/{name}");
        let roles = self.accounts.entry(account).or_default();
        let is_new = !roles.roles.contains_key(&arn);
        let role = self.role(account, &arn);
        if is_new {
            role.insert(BY_NAME.to_owned(), json!(true));
        }
        (arn, role)
    }

    /// AWS Backup's own role.
    pub fn backup_service_linked_role(&mut self, account: AccountId, partition: &str) -> String {
        let arn = format!(
            "arn:{partition}:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
        );
        let policy = format!(
            "arn:{partition}:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"
        );
        let role = self.role(account, &arn);
        for (field, value) in [
            (
                "AssumeRolePolicyDocument",
                json!({"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ]}),
            ),
            ("AttachedPolicies", json!([{"PolicyArn": policy}])),
            ("InlinePolicies", json!([])),
            ("PermissionsBoundary", Value::Null),
        ] {
            role.insert(field.to_owned(), value);
        }
        arn
    }

    /// The key that AWS manages for a service in an account and Region; its ARN, in which a name stands in for its id.
    pub fn aws_managed_key(&mut self, home: &Home, service: &str) -> String {
        let arn = format!(
            "arn:{}:kms:{}:{}:key/aws-managed-{service}",
            partition(&home.region),
            home.region,
            home.account
        );
        let key = self.thing(home, "keys", &arn);
        for (field, value) in [
            ("KeyManager", json!("AWS")),
            ("KeyState", json!("Enabled")),
            ("KeySpec", json!("SYMMETRIC_DEFAULT")),
            ("KeyUsage", json!("ENCRYPT_DECRYPT")),
            ("Aliases", json!([format!("alias/aws/{service}")])),
            ("Grants", json!([])),
        ] {
            key.insert(field.to_owned(), value);
        }
        arn
    }

    /// The fields of an account.
    pub fn account(&mut self, account: AccountId) -> &mut Map<String, Value> {
        &mut self.accounts.entry(account).or_default().fields
    }

    /// The fields of a Region.
    pub fn region(&mut self, home: &Home) -> &mut Map<String, Value> {
        &mut self.region_facts(home).fields
    }

    /// Says of the keys that do not stand in another world that they have no grants, and the policy that KMS gives where they
    /// are given none: they are made.
    pub fn makes_keys(&mut self, before: &Self) {
        for (account, facts) in &mut self.accounts {
            for (region, facts) in &mut facts.regions {
                let was = before.accounts.get(account);
                let was = was.and_then(|account| account.regions.get(region));
                let was = was.and_then(|region| region.lists.get("keys"));
                for (arn, key) in facts.lists.get_mut("keys").into_iter().flatten() {
                    if was.is_none_or(|keys| !keys.contains_key(arn)) {
                        let home = Home {
                            account: *account,
                            region: region.clone(),
                        };
                        let own = [("Grants", json!([])), ("Policy", default_key_policy(&home))];
                        for (field, value) in own {
                            if key
                                .get(field)
                                .is_none_or(|value| value.get("made").is_some())
                            {
                                key.insert(field.to_owned(), value);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Says of what stood in another world and does not stand in this one that it is gone; of what this one no longer says
    /// of a thing, that it is unknown, and why. What `stays` says of a thing, by its ARN or id: it stays as it was, it goes,
    /// or nobody knows.
    pub fn lacks(&mut self, before: &Self, stays: impl Fn(&str) -> Option<bool>, why: &str) {
        let unknown = || json!({ "unknown": why });
        let unsaid = |now: &mut Map<String, Value>, was: &Map<String, Value>| {
            for field in was.keys() {
                now.entry(field.clone()).or_insert_with(unknown);
            }
        };
        let gone =
            |list: &str, was: &Map<String, Value>, name: &str| -> Option<Map<String, Value>> {
                let mut now = Map::new();
                match stays(name) {
                    Some(true) => return None,
                    Some(false) => now.extend(gone(list)),
                    None => unsaid(&mut now, was),
                }
                Some(now)
            };
        for arn in before.policies.keys() {
            self.policies.entry(arn.clone()).or_insert_with(unknown);
        }
        for (account, was) in &before.accounts {
            let now = self.accounts.entry(*account).or_default();
            unsaid(&mut now.fields, &was.fields);
            for (arn, was) in &was.roles {
                match now.roles.get_mut(arn) {
                    Some(now) => unsaid(now, was),
                    // It is not the template's own.
                    None if was.contains_key(BY_NAME) => {}
                    None => {
                        if let Some(mut fields) = gone("roles", was, arn) {
                            fields.insert("Arn".to_owned(), json!(arn));
                            now.roles.insert(arn.clone(), fields);
                        }
                    }
                }
            }
            for (region, was) in &was.regions {
                let now = now.regions.entry(region.clone()).or_default();
                unsaid(&mut now.fields, &was.fields);
                for (list, was) in &was.lists {
                    let now = now.lists.entry(list).or_default();
                    for (name, was) in was {
                        match now.get_mut(name) {
                            Some(now) => unsaid(now, was),
                            // A key of which only an alias is told is not the template's own.
                            None if *list == "keys" && !was.contains_key("KeyState") => {}
                            None => {
                                if let Some(mut fields) = gone(list, was, name) {
                                    fields.insert(key(list).to_owned(), json!(name));
                                    now.insert(name.clone(), fields);
                                }
                            }
                        }
                    }
                }
            }
        }
        self.settle(before);
    }

    /// Settles what is all that there is of a thing where it is made, with what was said of it before.
    fn settle(&mut self, before: &Self) {
        for (account, facts) in &mut self.accounts {
            let was = before.accounts.get(account);
            for (arn, role) in &mut facts.roles {
                let was = was.and_then(|was| was.roles.get(arn));
                settle(role, was);
            }
            for (region, facts) in &mut facts.regions {
                let was = was.and_then(|was| was.regions.get(region));
                for (list, things) in &mut facts.lists {
                    let was = was.and_then(|was| was.lists.get(list));
                    for (name, thing) in things {
                        settle(thing, was.and_then(|was| was.get(name)));
                    }
                }
            }
        }
    }

    /// Says of what this one says as another does that it stands where it is there: nobody touches it. What is encrypted
    /// otherwise, and on a key that `is_known`, is so anew.
    pub fn leaves(&mut self, before: &Self, is_known: impl Fn(&str) -> bool) {
        let leave = |now: &mut Map<String, Value>, was: Option<&Map<String, Value>>, key: &str| {
            let Some(was) = was else { return };
            for (field, value) in now.iter_mut() {
                let is_same = field != key && !is_open(value) && was.get(field) == Some(value);
                if !is_same || value.get("stands").is_some() || MARKS.contains(&field.as_str()) {
                    continue;
                }
                *value = match (value.get("joined"), value.get("tagged")) {
                    (Some(_), _) => json!({"joined": [], "removed": []}),
                    (None, Some(tags)) => json!({"made": tags, "stands": true}),
                    (None, None) => json!({"made": made(value).unwrap_or(value), "stands": true}),
                };
            }
        };
        for (arn, document) in &mut self.policies {
            if before.policies.get(arn) == Some(document) && !is_open(document) {
                *document = json!({"made": document.take(), "stands": true});
            }
        }
        for (account, facts) in &mut self.accounts {
            let was = before.accounts.get(account);
            for (arn, role) in &mut facts.roles {
                leave(role, was.and_then(|was| was.roles.get(arn)), "Arn");
            }
            for (region, facts) in &mut facts.regions {
                let was = was.and_then(|was| was.regions.get(region));
                for (list, things) in &mut facts.lists {
                    let was = was.and_then(|was| was.lists.get(list));
                    for (name, thing) in things {
                        let was = was.and_then(|was| was.get(name));
                        leave(thing, was, key(list));
                        if was.is_some()
                            && *list == "resources"
                            && is_encrypted_anew(thing, &is_known)
                        {
                            thing.insert(ENCRYPTED_ANEW.to_owned(), json!(true));
                        }
                    }
                }
            }
        }
    }

    /// Says of what only stands, by names that `is_named`, that nothing makes it now.
    #[must_use]
    pub fn not_made_now(mut self, is_named: impl Fn(&str) -> bool) -> Self {
        let mark = |name: &str, thing: &mut Map<String, Value>, key: &str| {
            let stands = |value: &Value| value.get("stands").or(value.get("unsaid")).is_some();
            let is_mark = |field: &str| field == key || MARKS.contains(&field);
            if is_named(name)
                && thing
                    .iter()
                    .all(|(field, value)| is_mark(field) || stands(value))
            {
                thing.insert(NOT_MADE_NOW.to_owned(), json!(true));
            }
        };
        for facts in self.accounts.values_mut() {
            for (arn, role) in &mut facts.roles {
                mark(arn, role, "Arn");
            }
            for region in facts.regions.values_mut() {
                for (list, things) in &mut region.lists {
                    for (name, thing) in things {
                        mark(name, thing, key(list));
                    }
                }
            }
        }
        self
    }

    /// Says of everything that it only tells what the facts do not: what they say stands.
    #[must_use]
    pub fn where_unsaid(mut self) -> Self {
        let fill = |thing: &mut Map<String, Value>, key: &str| {
            thing.retain(|field, value| {
                let is_mark = field == key || MARKS.contains(&field.as_str());
                if !is_mark && value.get("stands").is_none() && value.get("joined").is_none() {
                    let whole = value.get("tagged").unwrap_or(value);
                    *value = json!({"made": whole, "unsaid": true});
                }
                is_mark || value.get("joined").is_none()
            });
        };
        for document in self.policies.values_mut() {
            *document = json!({"made": document.take(), "unsaid": true});
        }
        for facts in self.accounts.values_mut() {
            facts.roles.values_mut().for_each(|role| fill(role, "Arn"));
            for region in facts.regions.values_mut() {
                for (list, things) in &mut region.lists {
                    things.values_mut().for_each(|thing| fill(thing, key(list)));
                }
            }
        }
        self
    }

    /// Says of what is all that there is of a thing where it is made: where it is there it stands.
    #[must_use]
    pub fn standing(mut self) -> Self {
        let stands = |thing: &mut Map<String, Value>| {
            for value in thing.values_mut() {
                if let Some(whole) = made(value) {
                    *value = json!({"made": whole, "stands": true});
                }
            }
        };
        for facts in self.accounts.values_mut() {
            facts.roles.values_mut().for_each(stands);
            let lists = facts
                .regions
                .values_mut()
                .flat_map(|region| region.lists.values_mut());
            lists.flat_map(BTreeMap::values_mut).for_each(stands);
        }
        self
    }

    /// Says of what is not known of a thing that stands as it was: where it is there it stands.
    #[must_use]
    pub fn as_it_stands(mut self, stays: impl Fn(&str) -> bool) -> Self {
        for facts in self.accounts.values_mut() {
            for (arn, role) in facts.roles.iter_mut().filter(|(arn, _)| stays(arn)) {
                stands_where_open(role, arn);
            }
            for region in facts.regions.values_mut() {
                let things = region.lists.values_mut().flatten();
                for (name, thing) in things.filter(|(name, _)| stays(name)) {
                    stands_where_open(thing, name);
                }
            }
        }
        self
    }

    /// The same of all that is there now: what is not known of it the facts may tell.
    #[must_use]
    pub fn of_now(mut self) -> Self {
        self.policies.retain(|_, document| !is_open(document));
        for facts in self.accounts.values_mut() {
            facts.fields.retain(|_, value| !is_open(value));
            for region in facts.regions.values_mut() {
                region.fields.retain(|_, value| !is_open(value));
            }
        }
        self.as_it_stands(|_| true)
    }

    /// The overlay that says this, of a file.
    #[must_use]
    pub fn overlay(mut self, file: &str, waits_for: Waiting) -> Overlay {
        Overlay {
            name: file.to_owned(),
            policies: std::mem::take(&mut self.policies),
            organization: std::mem::take(&mut self.organization),
            document: self.document(),
            waits_for,
        }
    }

    fn region_facts(&mut self, home: &Home) -> &mut RegionFacts {
        let account = self.accounts.entry(home.account).or_default();
        account.regions.entry(home.region.clone()).or_default()
    }

    /// The document of an overlay.
    #[must_use]
    pub fn document(self) -> Value {
        let accounts: Vec<Value> = self
            .accounts
            .into_iter()
            .map(|(id, mut account)| {
                let all = &mut account.fields;
                all.insert("account".to_owned(), json!(id.to_string()));
                if !account.roles.is_empty() {
                    let roles: Vec<_> = account.roles.into_values().collect();
                    all.insert("roles".to_owned(), json!(roles));
                }
                let regions: Vec<Value> = account
                    .regions
                    .into_iter()
                    .map(|(name, region)| {
                        let mut all = region.fields;
                        all.insert("region".to_owned(), json!(name.as_str()));
                        for (list, things) in region.lists {
                            let things: Vec<_> = things.into_values().collect();
                            all.insert(list.to_owned(), json!(things));
                        }
                        Value::Object(all)
                    })
                    .collect();
                if !regions.is_empty() {
                    all.insert("regions".to_owned(), Value::Array(regions));
                }
                Value::Object(account.fields)
            })
            .collect();
        json!({"schema": "backup-preflight/inventory/v1", "accounts": accounts})
    }
}
