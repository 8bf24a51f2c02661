//! An overlay that somebody wrote: its objects are opened as those of an inventory are, and what is wrong with one is said with its
//! place in the file. What is unknown in it stays as it stands.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::inventory::doubtful::doubtful;
use crate::inventory::envelope::ListElement;
use crate::inventory::frame::{Account, CopyEntry, RegionFacts};
use crate::inventory::list::List;
use crate::inventory::objects::{
    CopyJob, Key, OptionGroup, Organization, Plan, RecoveryPoint, Resource, Role, Vault,
};
use crate::inventory::read::{ReadError, format_error, read_part};
use crate::inventory::span::{line_and_column, span, steps};

use super::unknown::{unknown, unknown_within};

/// What the `aws` command prints around an object of a list.
const ENVELOPES: &[&str] = &["KeyMetadata", "Role", "Organization", "CopyJob"];

/// The overlay of a file with AWS's answers in it opened, as an inventory has them.
///
/// # Errors
/// Where an object in it is none of an inventory.
pub fn opened(file: &str, text: &str, mut document: Value) -> Result<Value, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let overlay = File { file, text };
    for (place, account) in each(document.get_mut("accounts")) {
        overlay.account(account, &format!("/accounts/{place}"))?;
    }
    for (place, copy) in each(document.get_mut("copies")) {
        // A copy that the facts have needs no more than what is changed of it.
        if copy.contains_key("destination_vault") {
            let mut copy = Value::Object(copy.clone());
            overlay.record::<CopyEntry>(&mut copy, &format!("/copies/{place}"))?;
        }
    }
    Ok(document)
}

fn each(list: Option<&mut Value>) -> impl Iterator<Item = (usize, &mut Map<String, Value>)> {
    let items = list.and_then(Value::as_array_mut).into_iter().flatten();
    let items = items.enumerate();
    items.filter_map(|(place, item)| Some((place, item.as_object_mut()?)))
}

/// Why something could not be read: a pointer within it, and what is wrong.
type Refused = (String, String);

fn part<T: DeserializeOwned>(value: &Value) -> Result<T, Refused> {
    read_part(&value.to_string())
}

struct File<'a> {
    file: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn account(&self, account: &mut Map<String, Value>, at: &str) -> Result<(), ReadError> {
        self.frame::<Account>(account, &["organization", "roles", "regions"], at)?;
        if let Some(organization) = account.get_mut("organization") {
            self.record::<Organization>(organization, &format!("{at}/organization"))?;
        }
        self.list::<Role>(account, "roles", at)?;
        for (place, region) in each(account.get_mut("regions")) {
            self.region(region, &format!("{at}/regions/{place}"))?;
        }
        Ok(())
    }

    fn region(&self, region: &mut Map<String, Value>, at: &str) -> Result<(), ReadError> {
        let lists = [
            "vaults",
            "keys",
            "resources",
            "recovery_points",
            "option_groups",
            "plans",
            "copy_jobs",
        ];
        self.frame::<RegionFacts>(region, &lists, at)?;
        self.list::<Vault>(region, "vaults", at)?;
        self.list::<Key>(region, "keys", at)?;
        self.list::<Resource>(region, "resources", at)?;
        self.list::<RecoveryPoint>(region, "recovery_points", at)?;
        self.list::<OptionGroup>(region, "option_groups", at)?;
        self.list::<Plan>(region, "plans", at)?;
        self.list::<CopyJob>(region, "copy_jobs", at)
    }

    /// Looks at the fields of an object of the frame, but for what is looked at alone.
    fn frame<T: DeserializeOwned>(
        &self,
        object: &Map<String, Value>,
        but: &[&str],
        at: &str,
    ) -> Result<(), ReadError> {
        let mut own = object.clone();
        own.retain(|name, value| !but.contains(&name.as_str()) && unknown_within(value).is_none());
        // What names it may be unknown too, and is refused where it is laid over the facts.
        if own.keys().any(|name| name == "account" || name == "region") {
            part::<T>(&Value::Object(own)).map_err(|refused| self.error(at, refused))?;
        }
        Ok(())
    }

    fn list<T: DeserializeOwned + Serialize + ListElement>(
        &self,
        object: &mut Map<String, Value>,
        name: &str,
        at: &str,
    ) -> Result<(), ReadError> {
        let at = format!("{at}/{name}");
        let Some(list) = object.get_mut(name).filter(|list| unknown(list).is_none()) else {
            return Ok(());
        };
        let mut inside = at.clone();
        if list.is_object() && unknown_within(list).is_none() {
            part::<List<T>>(list).map_err(|refused| self.error(&at, refused))?;
        }
        if let Value::Object(answer) = list
            && let Some((name, items)) = T::NAMES.iter().find_map(|name| answer.remove_entry(*name))
        {
            inside = format!("{at}/{name}");
            *list = items;
        }
        for (place, item) in list.as_array_mut().into_iter().flatten().enumerate() {
            self.record::<T>(item, &format!("{inside}/{place}"))?;
        }
        Ok(())
    }

    /// Opens an object: what it says that is known.
    fn record<T: DeserializeOwned + Serialize>(
        &self,
        object: &mut Value,
        at: &str,
    ) -> Result<(), ReadError> {
        if unknown(object).is_some() {
            return Ok(());
        }
        let Value::Object(fields) = object else {
            return Ok(());
        };
        let mut left = fields.clone();
        let mut open = Map::new();
        take_open(&mut left, &mut open);
        let (inner, says) = match part::<T>(&Value::Object(left)) {
            Ok(record) => {
                if let Ok(Value::Object(mut known)) = serde_json::to_value(record) {
                    known.extend(open);
                    *fields = known;
                }
                return Ok(());
            }
            Err(refused) => refused,
        };
        if let Some(policy) = object.pointer_mut(&inner)
            && let Some(doubt) = doubtful(&policy.to_string())
        {
            let why = format!("{}, expected `{}`", doubt.says, doubt.expected);
            *policy = json!({ "unknown": why });
            return self.record::<T>(object, at);
        }
        // A part of a description is one only with the rest, which the facts have; and so may be what is not said here.
        if inner.starts_with("/Detail") || !open.is_empty() {
            return Ok(());
        }
        Err(self.error(at, (inner, says)))
    }

    fn error(&self, at: &str, (inner, says): Refused) -> ReadError {
        let pointer = format!("{at}{inner}");
        let place = span(self.text, &steps(&pointer)).map_or(0, |at| at.start);
        let (line, column) = line_and_column(self.text, place);
        format_error(self.file, &pointer, line, column, says)
    }
}

/// Takes out what is unknown, in a part or as a whole.
fn take_open(fields: &mut Map<String, Value>, open: &mut Map<String, Value>) {
    let names: Vec<String> = fields.keys().cloned().collect();
    for name in names {
        let Some(value) = fields.get_mut(&name) else {
            continue;
        };
        if unknown_within(value).is_none() {
            continue;
        }
        let is_answer = ENVELOPES.contains(&name.as_str()) && unknown(value).is_none();
        match value.as_object_mut().filter(|_| is_answer) {
            Some(inside) => take_open(inside, open),
            None => {
                if let Some(value) = fields.shift_remove(&name) {
                    open.insert(name, value);
                }
            }
        }
    }
}
