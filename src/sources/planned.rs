//! What a plan or a template says of the facts, put together thing by thing: an overlay in the making.

mod before;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::inventory::{
    ARN_BEGINS, BY_NAME, MAY_STAY, Overlay, PolicyChange, Timestamp, WHERE_IT_STANDS, Waiting, data,
};
use crate::known::{AccountId, Region, WrittenBlock};

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
    /// What is said of each resource that says something.
    pub resources: BTreeMap<String, PlannedResource>,
    /// What is not read, or has no place, in words.
    pub warnings: Vec<String>,
    /// Why there may be other copies than those that are told, in words.
    pub open: Vec<String>,
    /// What it may make or tag beside that: it matters where a plan takes it.
    pub unlisted: Vec<Unlisted>,
    /// What it leaves as it is and does not tell.
    pub unread_makers: Vec<UnreadMaker>,
    /// The providers of a plan, for which accounts may be given.
    pub providers: Vec<String>,
    /// Those of them whose account nothing but the command line tells, of those that something of the plan is under.
    pub told_accounts: Vec<String>,
    /// What was taken for what it may not be, by the ARN or id of what it says something of: the references of a plan, for the
    /// expressions that they stand in; the parameters of a template, for their defaults.
    pub taken: BTreeMap<String, Vec<String>>,
    /// The resources that it makes, by their ARNs.
    pub makes: BTreeMap<String, Makes>,
    /// When a plan was made, where it says so.
    pub made_at: Option<Timestamp>,
}

/// A resource of a plan or a template that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedResource {
    /// Its type.
    pub kind: String,
    /// Whether the change makes, changes or destroys it.
    pub is_changed: bool,
    /// What is written of it, of a backup plan whose text was read.
    pub written: Option<WrittenBlock>,
}

/// Whether a change makes a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// It does: there is none now.
    Certainly,
    /// It does if there is none now, which nobody told.
    UnlessItIsThere,
}

/// What a change may make or tag beside the resources that it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlisted {
    /// An ARN as it may have.
    pub resource: String,
    /// Its tags, where they are known.
    pub tags: Option<Map<String, Value>>,
    /// What makes it, in words.
    pub why: String,
}

/// What stays as it is, is not read, and may make copies: the facts tell them, where they have the backup plans of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadMaker {
    /// What it is, in words.
    pub by: String,
    /// Where it is, where that is known.
    pub home: Option<Home>,
    /// Of a backup plan: its id, where that is known.
    pub plan: Option<Option<String>>,
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
#[derive(Clone, Debug, Default)]
pub struct World {
    accounts: BTreeMap<AccountId, AccountFacts>,
    /// The documents of managed policies, by their ARNs: each is in force wherever a role has the policy.
    pub policies: BTreeMap<String, Value>,
    /// What becomes of policies of the organization.
    pub organization: Vec<PolicyChange>,
}

#[derive(Clone, Debug, Default)]
struct AccountFacts {
    fields: Map<String, Value>,
    roles: BTreeMap<String, Map<String, Value>>,
    regions: BTreeMap<Region, RegionFacts>,
}

#[derive(Clone, Debug, Default)]
struct RegionFacts {
    fields: Map<String, Value>,
    lists: BTreeMap<&'static str, BTreeMap<String, Map<String, Value>>>,
}

/// A policy of a resource as far as it may deny: where something in it is not known, without the statements that allow. In one account
/// a resource need not allow anything.
#[must_use]
pub fn what_may_deny(mut policy: Value) -> Value {
    let within = match policy.get("PolicyDocument") {
        Some(_) => "/PolicyDocument/Statement",
        None => "/Statement",
    };
    if is_open(&policy)
        && let Some(Value::Array(statements)) = policy.pointer_mut(within)
    {
        statements.retain(|statement| statement.get("Effect") != Some(&json!("Allow")));
    }
    policy
}

/// Whether a value is unknown, or in a part.
fn is_open(value: &Value) -> bool {
    match value {
        _ if data(value).is_some() => false,
        Value::Object(fields) => match fields.get("unknown") {
            Some(Value::String(_)) if fields.len() == 1 => true,
            _ => fields.values().any(is_open),
        },
        Value::Array(items) => items.iter().any(is_open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
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

/// The field that tells the things of a list apart.
fn key(list: &'static str) -> &'static str {
    match list {
        "vaults" => "BackupVaultArn",
        "resources" => "ResourceArn",
        "plans" => "BackupPlanId",
        _ => "Arn",
    }
}

/// The value of `{"made": value}`: all that there is of it where the thing is made.
fn made(value: &Value) -> Option<&Value> {
    value
        .as_object()
        .filter(|object| object.len() == 1)?
        .get("made")
}

/// What is not known of inline policies of which one of the same name says something else: a role has one of a name, the one that is put
/// last.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>.
fn put_last(items: &[Value], one: &Value) -> Option<Value> {
    let name = one.get("PolicyName")?;
    let mut others = items.iter();
    others
        .any(|other| other.get("PolicyName") == Some(name))
        .then(|| {
            let why = format!("which of two inline policies of the name {name} is put last");
            json!({ "unknown": why })
        })
}

/// Adds an item to a list of policies, with what is not known of both where it has one of the name.
pub fn put(items: &mut Vec<Value>, one: Value) {
    items.extend(put_last(items, &one));
    items.push(one);
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
    // What is told twice and alike is one, but for selections, whose names need not be their own.
    let is_told = |items: &[Value], one: &Value| list != "Selections" && items.contains(one);
    let add = |items: &mut Vec<Value>, added: Option<Value>| {
        if let Some(one) = added.filter(|one| !is_told(items, one)) {
            put(items, one);
        }
    };
    match all {
        Value::Array(items) => add(items, added),
        Value::Object(joined) => {
            if let Some(Value::Array(items)) = joined.get_mut("made") {
                return add(items, added);
            }
            for (name, item) in [("joined", added), ("removed", removed)] {
                if let Some(items) = joined.get_mut(name).and_then(Value::as_array_mut) {
                    let item = item.filter(|one| !is_told(items, one));
                    items.extend(item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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

    /// Says with what the ARNs begin of resources and vaults whose names AWS or the provider gives, by those that stand in for them.
    #[must_use]
    pub fn named_at_apply(mut self, begun: &BTreeMap<String, String>) -> Self {
        let accounts = self.accounts.values_mut();
        for region in accounts.flat_map(|account| account.regions.values_mut()) {
            for list in ["resources", "vaults"] {
                for (arn, thing) in region.lists.get_mut(list).into_iter().flatten() {
                    let begins = begun.get(arn);
                    thing.extend(begins.map(|begins| (ARN_BEGINS.to_owned(), json!(begins))));
                }
            }
        }
        self
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

    /// Says of a thing, by its ARN or id, that what is said of it may not be done, and why; of these fields, that they are unknown.
    /// Whether anything is said of it.
    pub fn may_stay(&mut self, name: &str, why: &str, fields: &[&str]) -> bool {
        let of_account = |account: &'_ mut AccountFacts| {
            let lists = account.regions.values_mut();
            let lists = lists.flat_map(|region| region.lists.values_mut());
            lists
                .chain([&mut account.roles])
                .filter_map(|all| all.get_mut(name))
                .for_each(|thing| {
                    let unknown = fields
                        .iter()
                        .map(|field| ((*field).to_owned(), json!({"unknown": why})));
                    thing.extend(unknown);
                    thing.insert(MAY_STAY.to_owned(), json!(why));
                });
        };
        self.accounts.values_mut().for_each(of_account);
        self.says(name).is_some()
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

    /// What is backed up and there, by its ARN.
    #[must_use]
    pub fn resources(&self) -> BTreeSet<&str> {
        let regions = self
            .accounts
            .values()
            .flat_map(|account| account.regions.values());
        let all = regions.filter_map(|region| region.lists.get("resources"));
        let is_there = |of: &Map<String, Value>| {
            let kind = of.get("ResourceType");
            kind.is_some_and(|kind| !kind.is_null()) && !of.contains_key(WHERE_IT_STANDS)
        };
        let there = all.flatten().filter(|(_, fields)| is_there(fields));
        there.map(|(name, _)| name.as_str()).collect()
    }

    /// What is backed up here and not in another world.
    #[must_use]
    pub fn makes(&self, before: &Self, makes: Makes) -> BTreeMap<String, Makes> {
        let was = before.resources();
        let is = self.resources();
        let made = is.difference(&was);
        made.map(|name| ((*name).to_owned(), makes)).collect()
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

    /// The document of an overlay, of what is told so far.
    #[must_use]
    pub fn told(&self) -> Value {
        self.clone().document()
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
