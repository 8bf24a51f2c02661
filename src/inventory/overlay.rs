//! What is laid over the facts: a plan, a template, or a file in which somebody asks "what if". What stands there wins, field
//! by field; what is absent leaves the facts as they are; `{"unknown": "why"}` makes a fact unknown.

mod made;
mod names;
mod open;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::frame::Inventory;
use super::merge::Conflict;
use super::read::{ReadError, escape, read};
use unknown::{unknown, unknown_within};

pub use names::{Misspelt, misspelt};
pub use open::{BY_NAME, WHERE_IT_STANDS};

/// A document that is laid over an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Where it comes from: a file's name.
    pub name: String,
    /// The document: an inventory with `{"unknown": "why"}` in place of some of its values.
    pub document: Value,
    /// What settles what is unknown: `terraform apply`, `overlay`.
    pub waits_for: Waiting,
    /// The documents of managed policies, by their ARNs: each is in force wherever a role has the policy.
    pub policies: BTreeMap<String, Value>,
}

/// What settles the unknowns of an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody who says in the overlay what it is.
    Overlay,
    /// `terraform apply`: the reason names the address and the attribute.
    TerraformApply,
    /// The deployment of the stack: the reason names the logical id and the property.
    StackDeployment,
}

impl Waiting {
    const fn operation(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::TerraformApply => "terraform apply",
            Self::StackDeployment => "cloudformation deploy",
        }
    }
}

impl Overlay {
    /// What settles what is unknown, as a gap names it.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.waits_for.operation()
    }

    /// The facts with this on top.
    ///
    /// # Errors
    /// Where what comes of it is not an inventory: the place in the overlay is said.
    pub fn over(&self, base: &Inventory) -> Result<Inventory, ReadError> {
        let mut all = serde_json::to_value(base).unwrap_or(Value::Null);
        let mut laid = Laid {
            overlay: self,
            gaps: Vec::new(),
            told: BTreeSet::new(),
            home: [None, None],
            conflict: None,
        };
        if let (Value::Object(all), Value::Object(over)) = (&mut all, &self.document) {
            laid.fields(all, over, ROOT, "", &[]);
            laid.managed_policies(all);
            open::everywhere(all, &mut laid.gaps, &mut laid.told);
            let gaps = std::mem::take(&mut laid.gaps);
            if let Value::Array(list) = all.entry("gaps").or_insert_with(|| json!([])) {
                // What was unknown for another reason is unknown for this one now.
                let told = std::mem::take(&mut laid.told);
                list.retain(|gap| {
                    let text = |name: &str| gap.get(name).and_then(Value::as_str);
                    match (text("operation"), text("subject")) {
                        (Some(call), Some(subject)) => !told.contains(&(call, subject.to_owned())),
                        (None, _) | (_, None) => true,
                    }
                });
                list.extend(gaps);
            }
        }
        if let Some(conflict) = laid.conflict {
            return Err(ReadError::Conflict {
                first: self.name.clone(),
                second: self.name.clone(),
                conflict,
            });
        }
        // What is read as a file is checked as a file: the overlay can say nothing that an inventory could not.
        read(&self.name, all.to_string().as_bytes())
    }
}

/// An object of the frame: which of its fields are objects or lists of objects that are joined rather than replaced.
struct Frame {
    /// The lists of objects, each with the field that tells its objects apart.
    lists: &'static [(&'static str, &'static str, &'static Frame)],
    /// The objects that are joined field by field.
    objects: &'static [&'static str],
}

const LEAF: &Frame = &Frame {
    lists: &[],
    objects: &[],
};
const DETAILED: &Frame = &Frame {
    lists: &[],
    objects: &["Detail"],
};

#[rustfmt::skip]
const REGION: &Frame = &Frame {
    lists: &[
        ("vaults",          "BackupVaultArn",   LEAF),
        ("keys",            "Arn",              LEAF),
        ("resources",       "ResourceArn",      DETAILED),
        ("recovery_points", "RecoveryPointArn", DETAILED),
        ("option_groups",   "OptionGroupName",  LEAF),
        ("plans",           "BackupPlanId",     LEAF),
        ("copy_jobs",       "CopyJobId",        LEAF),
    ],
    objects: &["region_settings"],
};
const ACCOUNT: &Frame = &Frame {
    lists: &[("roles", "Arn", LEAF), ("regions", "region", REGION)],
    objects: &["organization"],
};
const ROOT: &Frame = &Frame {
    lists: &[("accounts", "account", ACCOUNT), ("copies", "id", LEAF)],
    objects: &[],
};

/// What an unknown field of an object leaves open: the call that reads it, and the fields without which it is not taken for
/// absent. An unknown field that is not named here leaves the whole object open, unless its absence means just that.
#[rustfmt::skip]
const OPEN: &[(&str, &str, &str, &[&str])] = &[
    // list             field                         call                                   open too
    ("vaults",          "AccessPolicy",               "backup:GetBackupVaultAccessPolicy",   &[]),
    ("vaults",          "Tags",                       "backup:ListTags",                     &[]),
    ("vaults",          "EncryptionKeyArn",           "backup:DescribeBackupVault",          &["EncryptionKeyType"]),
    ("vaults",          "EncryptionKeyType",          "backup:DescribeBackupVault",          &["EncryptionKeyArn"]),
    ("vaults",          "Locked",                     "backup:DescribeBackupVault",          &[]),
    ("vaults",          "MinRetentionDays",           "backup:DescribeBackupVault",          &["Locked"]),
    ("vaults",          "MaxRetentionDays",           "backup:DescribeBackupVault",          &["Locked"]),
    ("vaults",          "BackupVaultName",            "backup:DescribeBackupVault",          &[]),
    ("keys",            "Policy",                     "kms:GetKeyPolicy",                    &[]),
    ("keys",            "RamPolicy",                  "kms:ListKeyPolicies",                 &[]),
    ("keys",            "Grants",                     "kms:ListGrants",                      &[]),
    ("keys",            "Aliases",                    "kms:ListAliases",                     &[]),
    ("keys",            "Tags",                       "kms:ListResourceTags",                &[]),
    ("keys",            "KeyState",                   "kms:DescribeKey",                     &[]),
    ("keys",            "KeyManager",                 "kms:DescribeKey",                     &[]),
    ("keys",            "KeySpec",                    "kms:DescribeKey",                     &[]),
    ("keys",            "KeyUsage",                   "kms:DescribeKey",                     &[]),
    ("roles",           "AssumeRolePolicyDocument",   "iam:GetRole",                         &[]),
    ("roles",           "PermissionsBoundary",        "iam:GetRole",                         &[]),
    ("roles",           "AttachedPolicies",           "iam:ListAttachedRolePolicies",        &[]),
    ("roles",           "InlinePolicies",             "iam:ListRolePolicies",                &[]),
    ("roles",           "Tags",                       "iam:ListRoleTags",                    &[]),
    ("roles",           "Simulated",                  "iam:SimulatePrincipalPolicy",         &[]),
    ("resources",       "EncryptionKeyArn",           "",                                    &["Encrypted"]),
    ("resources",       "Encrypted",                  "",                                    &["EncryptionKeyArn"]),
    ("resources",       "Tags",                       "backup:ListTags",                     &[]),
    ("resources",       "Detail",                     "",                                    &[]),
    ("option_groups",   "Options",                    "rds:DescribeOptionGroups",            &[]),
    ("plans",           "BackupPlan",                 "backup:GetBackupPlan",                &[]),
    ("plans",           "Selections",                 "backup:ListBackupSelections",         &[]),
];

struct Laid<'a> {
    overlay: &'a Overlay,
    gaps: Vec<Value>,
    /// The calls and subjects that they are of.
    told: BTreeSet<(&'static str, String)>,
    /// The account and Region that fields are of.
    home: [Option<String>; 2],
    /// Where the overlay says two things of one.
    conflict: Option<Conflict>,
}

impl Laid<'_> {
    /// Lays the fields of an object over those of another, but for those that are left open.
    fn fields(
        &mut self,
        all: &mut Map<String, Value>,
        over: &Map<String, Value>,
        frame: &Frame,
        at: &str,
        open: &[&str],
    ) {
        for (name, value) in over {
            if open.contains(&name.as_str()) {
                continue;
            }
            let at = format!("{at}/{}", escape(name));
            if let Some(why) = open::of_frame(name, value) {
                all.shift_remove(name);
                self.frame_gap(name, why, &at);
                continue;
            }
            let list = frame.lists.iter().find(|(list, _, _)| list == name);
            match (list, value) {
                (Some((_, key, frame)), Value::Array(over)) => {
                    let list = all.entry(name).or_insert_with(|| json!([]));
                    if !list.is_array() {
                        *list = json!([]);
                    }
                    let list = list.as_array_mut();
                    let whole =
                        list.is_none_or(|list| self.list(list, over, (name, key), frame, &at));
                    if !whole {
                        all.shift_remove(&format!("{name}_complete"));
                    }
                }
                (None, Value::Object(over)) if frame.objects.contains(&name.as_str()) => {
                    let object = all.entry(name).or_insert_with(|| json!({}));
                    if !object.is_object() {
                        *object = json!({});
                    }
                    if let Value::Object(all) = object {
                        self.fields(all, over, LEAF, &at, &[]);
                    }
                }
                _ if name == "gaps" => {
                    let gaps = value.as_array().into_iter().flatten().cloned();
                    self.gaps.extend(gaps);
                }
                _ => match Joined::of(value) {
                    Some(joined) => joined.onto(all, name),
                    None => {
                        all.insert(name.clone(), value.clone());
                    }
                },
            }
        }
    }

    /// Lays the objects of a list over those of another, each over the one of the same name. Whether none of them is open as
    /// a whole, so that what is not in the list is as absent as it was.
    fn list(
        &mut self,
        all: &mut Vec<Value>,
        over: &[Value],
        (list, key): (&str, &str),
        frame: &Frame,
        at: &str,
    ) -> bool {
        let mut whole = true;
        for (index, item) in over.iter().enumerate() {
            let at = format!("{at}/{index}");
            let Value::Object(item) = item else {
                all.push(item.clone());
                continue;
            };
            if self.conflict.is_none() {
                let earlier = over.get(..index).unwrap_or_default();
                self.conflict = open::conflict(earlier, item, key, &at);
            }
            let name = item.get(key).and_then(Value::as_str).map(str::to_owned);
            match list {
                "accounts" => self.home = [name, None],
                "regions" => self.home = [self.home[0].take(), name],
                _ => {}
            }
            let named;
            let over = match open::named(all, item, key) {
                Some(open::Named::Nowhere) => continue,
                Some(open::Named::As(item)) => {
                    named = item;
                    &named
                }
                None => item,
            };
            let same = |one: &Value| one.get(key).is_some() && one.get(key) == over.get(key);
            let place = all.iter().position(same);
            let mut object = match place.and_then(|place| all.get_mut(place)) {
                Some(Value::Object(object)) => std::mem::take(object),
                Some(_) | None => Map::new(),
            };
            let settled;
            let over = if matches!(list, "accounts" | "regions") {
                over
            } else {
                let all = made::settled(over, place.map(|_| &object), &self.overlay.name);
                settled = self.described(all, &mut object, key, &at);
                &settled
            };
            let left = self.open(&mut object, over, list, key, &at);
            let left = left.map(|open| {
                self.fields(&mut object, over, frame, &at, &open);
                Value::Object(object)
            });
            match (place, left) {
                (Some(place), Some(object)) => {
                    if let Some(slot) = all.get_mut(place) {
                        *slot = object;
                    }
                }
                (Some(place), None) => {
                    all.remove(place);
                    whole = false;
                }
                (None, Some(object)) => all.push(object),
                (None, None) => whole = false,
            }
        }
        whole
    }

    /// Takes from an object what its unknown fields leave open, notes what settles them, and names them. `None`: all of it
    /// is open.
    fn open<'o>(
        &mut self,
        object: &mut Map<String, Value>,
        over: &'o Map<String, Value>,
        list: &str,
        key: &str,
        at: &str,
    ) -> Option<Vec<&'o str>> {
        let mut open = Vec::new();
        if matches!(list, "accounts" | "regions") {
            return Some(open);
        }
        // What a copy that is named does not say is as unknown; without its ARNs it is an error.
        if list == "copies" {
            for field in ["lifecycle", "role"] {
                if let Some((field, _)) = over
                    .get_key_value(field)
                    .filter(|(_, value)| unknown_within(value).is_some())
                {
                    object.shift_remove(field);
                    open.push(field.as_str());
                }
            }
            return Some(open);
        }
        let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut whole = true;
        for (field, value) in over {
            // A policy or a description that is unknown in a part is unknown.
            let Some(why) = unknown_within(value) else {
                continue;
            };
            let row = OPEN
                .iter()
                .find(|(of, name, _, _)| *of == list && name == field);
            let call = match row {
                Some((_, _, call, with)) => {
                    // What the reader of plans does not understand it leaves open itself, and keeps the rest.
                    if list != "plans" || unknown(value).is_some() {
                        for name in std::iter::once(field.as_str()).chain(with.iter().copied()) {
                            open.push(name);
                            object.shift_remove(name);
                        }
                    }
                    *call
                }
                None => {
                    whole = false;
                    describing(list)
                }
            };
            self.gap(call, subject, why, &format!("{at}/{}", escape(field)));
        }
        if whole {
            return Some(open);
        }
        // What is backed up, or is a backup, is there, and nothing more is known of it: without it a plan would copy less.
        let kept = open::kept(list, over)?;
        object.retain(|name, _| kept.contains(&name.as_str()));
        let rest = over.keys().map(String::as_str);
        Some(rest.filter(|name| !kept.contains(name)).collect())
    }

    /// What a service's own description leaves open: a field whose absence says nothing alone, else all of it.
    fn described(
        &mut self,
        mut over: Map<String, Value>,
        object: &mut Map<String, Value>,
        key: &str,
        at: &str,
    ) -> Map<String, Value> {
        let Some(Value::Object(detail)) = over.get_mut("Detail") else {
            return over;
        };
        if unknown(&Value::Object(detail.clone())).is_some() {
            return over;
        }
        let open: Vec<(String, String)> = detail
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), unknown_within(value)?.to_owned())))
            .collect();
        let alone = |(name, _): &&(String, String)| open::TOLD_OF_ALL.contains(&name.as_str());
        let Some((_, why)) = open.iter().find(|one| !alone(one)) else {
            for (name, _) in &open {
                detail.shift_remove(name);
                if let Some(Value::Object(there)) = object.get_mut("Detail") {
                    there.shift_remove(name);
                }
            }
            let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
            for (name, why) in &open {
                self.gap("", subject, why, &format!("{at}/Detail/{}", escape(name)));
            }
            return over;
        };
        let why = why.clone();
        over.insert("Detail".to_owned(), json!({ "unknown": why }));
        over
    }

    /// The gap of a field of an account or a Region.
    fn frame_gap(&mut self, name: &str, why: &str, at: &str) {
        let Some((_, call)) = open::FRAME.iter().find(|(field, _)| *field == name) else {
            return;
        };
        let [account, region] = self.home.clone();
        let subject = match (account, region) {
            (Some(account), Some(region)) => format!("{account}/{region}"),
            (Some(account), None) => account,
            (None, _) => return,
        };
        self.gap(call, &subject, why, at);
    }

    /// Lays the documents of managed policies over those that roles have.
    fn managed_policies(&mut self, all: &mut Map<String, Value>) {
        if self.overlay.policies.is_empty() {
            return;
        }
        let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
        let roles = accounts.into_iter().flatten().filter_map(|account| {
            let roles = account.get_mut("roles")?.as_array_mut()?;
            Some(roles.iter_mut().filter_map(Value::as_object_mut))
        });
        for role in roles.flatten() {
            let subject = role.get("Arn").and_then(Value::as_str).unwrap_or_default();
            let subject = subject.to_owned();
            for field in ["AttachedPolicies", "PermissionsBoundary"] {
                let mut open = None;
                let policies = match role.get_mut(field) {
                    Some(Value::Array(policies)) => policies.as_mut_slice(),
                    Some(one @ Value::Object(_)) => std::slice::from_mut(one),
                    _ => continue,
                };
                for policy in policies.iter_mut().filter_map(Value::as_object_mut) {
                    let names = ["PolicyArn", "PermissionsBoundaryArn"];
                    let arn = names.iter().find_map(|name| policy.get(*name)?.as_str());
                    let Some(document) = arn.and_then(|arn| self.overlay.policies.get(arn)) else {
                        continue;
                    };
                    match unknown_within(document) {
                        Some(why) => open = Some(why.to_owned()),
                        None => {
                            policy.shift_remove("PolicyVersion");
                            drop(policy.insert("Document".to_owned(), document.clone()));
                        }
                    }
                }
                if let Some(why) = open {
                    role.shift_remove(field);
                    let row = OPEN
                        .iter()
                        .find(|(of, name, _, _)| *of == "roles" && *name == field);
                    let call = row.map_or_else(|| describing("roles"), |(_, _, call, _)| call);
                    self.gap(call, &subject, &why, field);
                }
            }
        }
    }

    fn gap(&mut self, call: &'static str, subject: &str, why: &str, at: &str) {
        let waits_for = match self.overlay.waits_for {
            Waiting::Overlay => format!("{} {at}: {why}", self.overlay.name),
            Waiting::TerraformApply | Waiting::StackDeployment => why.to_owned(),
        };
        let calls = if call.is_empty() {
            DESCRIPTIONS
        } else {
            &[call]
        };
        for call in calls {
            // One reason is enough for one call.
            if self.told.insert((call, subject.to_owned())) {
                self.gaps.push(json!({
                    "operation": call, "subject": subject, "error": null,
                    "waits_for": {"operation": self.overlay.waits_for.operation(), "subject": waits_for},
                }));
            }
        }
    }
}

/// A list of which the overlay says what is added and what goes, and nothing of the rest: `{"joined": […], "removed": […]}`.
/// Where the facts do not have the list, it stays unknown.
struct Joined<'o> {
    added: &'o [Value],
    removed: &'o [Value],
}

impl<'o> Joined<'o> {
    fn of(value: &'o Value) -> Option<Self> {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        let list = |name: &str| object.get(name)?.as_array().map(Vec::as_slice);
        Some(Self {
            added: list("joined")?,
            removed: list("removed")?,
        })
    }

    fn onto(&self, all: &mut Map<String, Value>, name: &str) {
        let Some(Value::Array(list)) = all.get_mut(name) else {
            return;
        };
        let key = |item: &Value| made::name_of(item).clone();
        let goes = |item: &Value| {
            let key = key(item);
            self.removed.contains(&key)
                || self
                    .added
                    .iter()
                    .any(|added| self::Joined::same(added, &key))
        };
        list.retain(|item| !goes(item));
        list.extend(self.added.iter().cloned());
    }

    fn same(item: &Value, key: &Value) -> bool {
        made::name_of(item) == key
    }
}

/// The calls by which services describe what is backed up.
const DESCRIPTIONS: &[&str] = &[
    "rds:DescribeDBInstances",
    "rds:DescribeDBClusters",
    "dynamodb:DescribeTable",
    "ec2:DescribeVolumes",
    "ec2:DescribeInstances",
    "fsx:DescribeFileSystems",
    "cloudformation:GetResource",
];

/// The call that tells whether an object of a list is there.
fn describing(list: &str) -> &'static str {
    match list {
        "vaults" => "backup:DescribeBackupVault",
        "keys" => "kms:DescribeKey",
        "roles" => "iam:GetRole",
        "recovery_points" => "backup:DescribeRecoveryPoint",
        "plans" => "backup:GetBackupPlan",
        _ => "",
    }
}
