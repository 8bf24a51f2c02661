//! The objects and lists of an overlay, each laid over the one of the same name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::{Overlay, Waiting};
use super::emptied::Emptied;
use super::joined::{self, Joined};
use super::lists::{self, Frame, LEAF, LIST_RESOURCES, MAY_BE_WHOLE, SETTINGS, describing};
use super::{ANEW, ENCRYPTED_ANEW, MAY_STAY, data, either, made, open, stands};
use crate::inventory::frame::Inventory;
use crate::inventory::merge::Conflict;
use crate::inventory::span::escape;
use crate::inventory::word::Timestamp;

/// An overlay on its way over the facts.
pub(super) struct Laid<'a> {
    pub(super) overlay: &'a Overlay,
    pub(super) gaps: Vec<Value>,
    /// The calls and subjects that they are of.
    pub(super) told: BTreeSet<(&'static str, String)>,
    /// The vaults that are made anew under their names.
    pub(super) emptied: BTreeMap<String, Emptied>,
    /// The account and Region that fields are of.
    pub(super) home: [Option<String>; 2],
    /// Where the overlay says two things of one.
    pub(super) conflict: Option<Conflict>,
    /// The lists of the thing at hand that say two things of one, and why each is not known any more.
    pub(super) disputed: Vec<(String, String)>,
    /// When the facts were read, in milliseconds since 1970.
    pub(super) read_at: Option<i128>,
}

impl<'a> Laid<'a> {
    /// An overlay of which nothing is laid yet.
    pub(super) fn of(overlay: &'a Overlay, base: &Inventory) -> Self {
        Self {
            overlay,
            gaps: Vec::new(),
            told: BTreeSet::new(),
            emptied: BTreeMap::new(),
            home: [None, None],
            conflict: None,
            disputed: Vec::new(),
            read_at: base.collected_at.value().map(Timestamp::milliseconds),
        }
    }

    /// Lays the fields of an object over those of another, but for those that are left open.
    pub(super) fn fields(
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

    /// Lays the objects of a list over those of another, each over the one of the same name. Whether what is not in the list and not
    /// told to be open is as absent as it was.
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
                    whole &= is_told(list, subject);
                    continue;
                }
                self.gap(LIST_RESOURCES, subject, &why, &at);
            }
            let may_stay = item.get(MAY_STAY).and_then(Value::as_str);
            if place.is_none()
                && let Some(why) = may_stay
                && !matches!(list, "resources" | "plans")
            {
                let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
                self.gap(describing(list), subject, why, &at);
                whole &= is_told(list, subject);
                continue;
            }
            let is_anew = item.contains_key(ANEW);
            let mut object = match place.and_then(|place| all.get_mut(place)) {
                Some(Value::Object(object)) if !is_anew || may_stay.is_some() => {
                    std::mem::take(object)
                }
                Some(_) | None => Map::new(),
            };
            if over.contains_key(ENCRYPTED_ANEW) && may_stay.is_none() {
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
                if let Some(why) = may_stay {
                    if place.is_none() && list == "resources" {
                        all.insert("ResourceType".to_owned(), json!({ "unknown": why }));
                    } else {
                        let names = (list, key);
                        all = self.stays_or_not(all, &object, names, (why, is_anew), &at);
                    }
                } else if place.is_some() && self.overlay.may_leave() {
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
                (place, None) => {
                    if let Some(place) = place {
                        all.remove(place);
                    }
                    let subject = over.get(key).and_then(Value::as_str).unwrap_or_default();
                    whole &= is_told(list, subject);
                }
                (None, Some(object)) => all.push(object),
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
}

/// Whether what is open as a whole is told by its name: of what else a list of vaults or roles lacks it says nothing.
fn is_told(list: &str, subject: &str) -> bool {
    matches!(list, "vaults" | "roles") && !subject.is_empty()
}
