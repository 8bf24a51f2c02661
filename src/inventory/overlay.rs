//! What is laid over the facts: a plan, a template, or a file in which somebody asks "what if". What stands there wins, field
//! by field; what is absent leaves the facts as they are; `{"unknown": "why"}` makes a fact unknown.

mod data;
mod default_key;
mod either;
mod emptied;
mod file;
mod joined;
mod lists;
mod made;
mod managed;
mod names;
mod open;
mod organization;
mod otherwise;
mod stale;
mod stands;
mod strange;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::frame::Inventory;
use super::merge::Conflict;
use super::read::{ReadError, read};
use super::span::escape;
use super::word::Timestamp;
use emptied::Emptied;
use joined::Joined;
use lists::{DESCRIPTIONS, Frame, LEAF, LIST_RESOURCES, MAY_BE_WHOLE, ROOT, SETTINGS, describing};
use stale::Stale;
use unknown::unknown;

pub use data::{as_data, data};
pub use default_key::{ebs_default_key, leave_changed_defaults_open};
pub use either::differs;
pub use file::opened;
pub use names::{Misspelt, misspelt};
pub use open::{
    ANEW, ARN_BEGINS, BY_NAME, ENCRYPTED_ANEW, KEY_FOR_GOOD, NAME_SHAPE, NAME_TO_COME,
    NOT_MADE_NOW, SAVED, UNLOCKED, WHERE_IT_STANDS,
};
pub use organization::{Becomes, PolicyChange, PolicyType};
pub use otherwise::said_otherwise;
pub use stale::forget_roles;
pub use strange::strangers;
pub use unknown::unknown_within;

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
    /// What becomes of policies of the organization.
    pub organization: Vec<PolicyChange>,
}

/// What settles the unknowns of an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody who says in the overlay what it is.
    Overlay,
    /// `terraform apply`: the reason names the address and the attribute.
    TerraformApply,
    /// The deployment of the stack: the reason names the logical id and the property.
    StackDeployment {
        /// Whether the template of now is told: else what it says otherwise than what was read may stand as it was read.
        is_compared: bool,
    },
}

impl Waiting {
    const fn operation(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::TerraformApply => "terraform apply",
            Self::StackDeployment { .. } => "cloudformation deploy",
        }
    }
}

impl Overlay {
    /// What settles what is unknown, as a gap names it.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.waits_for.operation()
    }

    /// What was not read of the organization whose policies this changes, in words.
    #[must_use]
    pub fn organization_unread(&self, inventory: &Inventory) -> Vec<String> {
        organization::unread(inventory, &self.organization)
    }

    /// Whether what was read stands as well as what this says: nobody knows which of both the change leaves.
    fn may_leave(&self) -> bool {
        self.waits_for == Waiting::StackDeployment { is_compared: false }
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
            emptied: BTreeMap::new(),
            home: [None, None],
            conflict: None,
            disputed: Vec::new(),
            read_at: base.collected_at.value().map(Timestamp::milliseconds),
        };
        let documents = managed::documents(&all);
        let document = default_key::settled(&self.document, base);
        if let (Value::Object(all), Value::Object(over)) = (&mut all, &*document) {
            let stale = Stale::of(all, &document);
            stale.forget_grants(all);
            laid.fields(all, over, ROOT, "", &[]);
            stale.forget(all);
            for (point, why) in emptied::empty(all, &laid.emptied) {
                laid.gap("backup:DescribeRecoveryPoint", &point, &why, "");
            }
            managed::fill(all, &documents);
            for left in managed::lay(all, &self.policies, self.may_leave().then_some(&self.name)) {
                laid.gap(left.call, &left.role, &left.why, left.field);
            }
            for left in organization::lay(
                all,
                &self.organization,
                self.may_leave().then_some(&self.name),
            ) {
                laid.gap(left.call, &left.account, &left.why, "");
            }
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
        read(&self.name, all.to_string().as_bytes()).map_err(|error| match error {
            // Its place is that of the whole, which nobody has.
            ReadError::Format { file, message, .. } => ReadError::Laid { file, message },
            other @ (ReadError::Laid { .. }
            | ReadError::EmptyCopyId { .. }
            | ReadError::DuplicateCopy { .. }
            | ReadError::Conflict { .. }) => other,
        })
    }
}

struct Laid<'a> {
    overlay: &'a Overlay,
    gaps: Vec<Value>,
    /// The calls and subjects that they are of.
    told: BTreeSet<(&'static str, String)>,
    /// The vaults that are made anew under their names.
    emptied: BTreeMap<String, Emptied>,
    /// The account and Region that fields are of.
    home: [Option<String>; 2],
    /// Where the overlay says two things of one.
    conflict: Option<Conflict>,
    /// The lists of the thing at hand that say two things of one, and why each is not known any more.
    disputed: Vec<(String, String)>,
    /// When the facts were read, in milliseconds since 1970.
    read_at: Option<i128>,
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
                // What is not in a list that is not known may be.
                all.shift_remove(&format!("{name}_complete"));
                self.frame_gap(name, why, &at);
                continue;
            }
            let list = frame.lists.iter().find(|(list, _, _)| list == name);
            match (list, value) {
                (Some((_, key, frame)), Value::Array(over)) => {
                    let whole = format!("{name}_complete");
                    let is_whole = MAY_BE_WHOLE.contains(&&**name)
                        && all.get(&whole) == Some(&Value::Bool(true));
                    let is_read = all.get(name).is_some_and(Value::is_array);
                    let list = all.entry(name).or_insert_with(|| json!([]));
                    if !list.is_array() {
                        *list = json!([]);
                    }
                    let list = list.as_array_mut();
                    let there = list.as_deref().map_or(&[][..], Vec::as_slice);
                    let over = &open::there(there, over, key, is_whole);
                    let whole = list.is_none_or(|list| {
                        self.list(list, over, (name, key, is_whole), frame, &at)
                    });
                    if !whole {
                        all.shift_remove(&format!("{name}_complete"));
                    }
                    if !is_read {
                        self.not_listed(name, &at);
                    }
                }
                (None, Value::Object(over)) if frame.objects.contains(&name.as_str()) => {
                    let is_there = all.contains_key(name);
                    let object = all.entry(name).or_insert_with(|| json!({}));
                    if !object.is_object() {
                        *object = json!({});
                    }
                    if let Value::Object(all) = object {
                        if name == "Detail" {
                            let why = joined::description(all, over);
                            self.disputed.extend(why.map(|why| (name.clone(), why)));
                        } else {
                            let frame = match name.as_str() {
                                "region_settings" => SETTINGS,
                                _ => LEAF,
                            };
                            self.fields(all, over, frame, &at, &[]);
                        }
                    }
                    // Of a map that was not read the other types are as unread: DynamoDB's tell how its tables are backed up.
                    if !is_there
                        && SETTINGS.objects.contains(&name.as_str())
                        && !over.contains_key("DynamoDB")
                    {
                        self.not_listed(name, &at);
                    }
                    // What is only joined to lists that were not read says nothing.
                    let is_empty = object.as_object().is_some_and(Map::is_empty);
                    if is_empty && !is_there && !over.is_empty() {
                        all.shift_remove(name);
                    }
                }
                _ if name == "gaps" => {
                    let gaps = value.as_array().into_iter().flatten().cloned();
                    self.gaps.extend(gaps);
                }
                _ => match Joined::of(value) {
                    Some(joined) => {
                        let why = joined.onto(all, name);
                        self.disputed.extend(why.map(|why| (name.clone(), why)));
                    }
                    None => {
                        all.insert(name.clone(), data::plain(value));
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
        (list, key, is_whole): (&str, &str, bool),
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
                Some(open::NamedThing::Nowhere) => continue,
                Some(open::NamedThing::As(item)) => {
                    named = item;
                    &named
                }
                None => item,
            };
            let same = |one: &Value| one.get(key).is_some() && one.get(key) == over.get(key);
            let place = all.iter().position(same);
            if place.is_none() && is_whole && self.overlay.may_leave() {
                let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
                let why = either::not_found(&self.overlay.name);
                // What is backed up stands with what is told of it, so that a copy of it is told and not lost.
                if list != "resources" {
                    self.gap(describing(list), subject, &why, &at);
                    whole = false;
                    continue;
                }
                self.gap(LIST_RESOURCES, subject, &why, &at);
            }
            let is_anew = item.contains_key(ANEW);
            let mut object = match place.and_then(|place| all.get_mut(place)) {
                Some(Value::Object(object)) if !is_anew => std::mem::take(object),
                Some(_) | None => Map::new(),
            };
            if over.contains_key(ENCRYPTED_ANEW) {
                open::encrypted_anew(&mut object);
            }
            let settled;
            let over = if matches!(list, "accounts" | "regions") {
                over
            } else {
                let mut all = over.clone();
                // What somebody writes has no marks of ours.
                if self.overlay.waits_for != Waiting::Overlay {
                    stands::keep(list, &object, &mut all, self.read_at);
                    all = made::settled(&all, place.map(|_| &object), &self.overlay.name);
                }
                if place.is_some() && self.overlay.may_leave() {
                    all = self.one_of_both(all, &object, list, key);
                }
                settled = self.described(all, &mut object, key, &at);
                &settled
            };
            if list == "vaults" {
                self.emptied(item, &object, over);
            }
            if list == "keys" && over.contains_key("KeyState") {
                // The older field says the same: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
                object.shift_remove("Enabled");
            }
            let left = self.open(&mut object, over, list, key, &at);
            let left = left.map(|open| {
                self.fields(&mut object, over, frame, &at, &open);
                for (field, why) in std::mem::take(&mut self.disputed) {
                    object.shift_remove(&field);
                    let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
                    let call = lists::reading(list, &field);
                    self.gap(call, subject, &why, &format!("{at}/{}", escape(&field)));
                }
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
        if list == "keys" {
            for key in joined::one_key_an_alias(all, over, self.overlay.may_leave()) {
                let why = either::not_told("Aliases", &self.overlay.name);
                self.gap("kms:ListAliases", &key, &why, at);
            }
        }
        whole
    }

    /// A list that a change begins is none of what there was: nobody looked.
    fn not_listed(&mut self, name: &str, at: &str) {
        let [Some(account), Some(region)] = &self.home else {
            return;
        };
        let subject = format!("{account}/{region}");
        match name {
            "resources" => self.gaps.push(json!({
                "operation": LIST_RESOURCES, "subject": subject, "account": account, "region": region, "error": null,
            })),
            "ResourceTypeOptInPreference" | "ResourceTypeManagementPreference" => {
                let why = "the settings of types that it does not name, which were not read";
                self.gap("backup:DescribeRegionSettings", &subject, why, at);
            }
            _ => {}
        }
    }

    /// Notes whether a vault is another than the one that is there, under its name.
    fn emptied(
        &mut self,
        item: &Map<String, Value>,
        there: &Map<String, Value>,
        over: &Map<String, Value>,
    ) {
        let text = |of: &Map<String, Value>, name: &str| {
            let text = of.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let Some(vault) = text(item, "BackupVaultArn") else {
            return;
        };
        let emptied = match item.get(KEY_FOR_GOOD).and_then(Value::as_str) {
            _ if item.contains_key(ANEW) => Emptied::Certainly,
            Some(why) => {
                let key = "EncryptionKeyArn";
                let (was, is) = (text(there, key), over.get(key));
                let why = match is {
                    Some(is) if unknown(is).is_some() => unknown(is).unwrap_or(why),
                    Some(Value::String(is)) if was.is_some_and(|was| was != *is) => why,
                    Some(_) | None => return,
                };
                Emptied::Perhaps(why.to_owned())
            }
            None => return,
        };
        self.emptied.insert(vault, emptied);
    }

    /// What of a thing is the same as it was read, or else unknown. The plan of a template stays, and there may be others.
    fn one_of_both(
        &mut self,
        over: Map<String, Value>,
        there: &Map<String, Value>,
        list: &str,
        key: &str,
    ) -> Map<String, Value> {
        let file = &self.overlay.name;
        if list != "plans" {
            return either::one_of_both(over, there, key, file);
        }
        let mut laid = either::one_of_both(over.clone(), there, key, file);
        let is_open = |(_, value): &(&String, &Value)| unknown(value).is_some();
        if let Some((field, _)) = laid.iter().find(is_open) {
            let why = either::not_told(field, file);
            if let [Some(account), Some(region)] = &self.home {
                let subject = format!("{account}/{region}");
                self.gap("backup:ListBackupPlans", &subject, &why, "");
            }
            laid = over;
        }
        laid
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
            let call = match lists::row(list, field) {
                Some((_, _, call, with)) => {
                    // What the reader of plans does not understand it leaves open itself, and keeps the rest.
                    if list != "plans" || unknown(value).is_some() {
                        let of_key = ["Encrypted", "EncryptionKeyArn"];
                        if list == "resources" && of_key.contains(&field.as_str()) {
                            open::encrypted_anew(object);
                        }
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

    fn gap(&mut self, call: &'static str, subject: &str, why: &str, at: &str) {
        let waits_for = match self.overlay.waits_for {
            Waiting::Overlay => format!("{} {at}: {why}", self.overlay.name),
            Waiting::TerraformApply | Waiting::StackDeployment { .. } => why.to_owned(),
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
