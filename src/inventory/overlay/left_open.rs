//! What an overlay leaves open of the things that it is laid over, and what settles it.

use serde_json::{Map, Value, json};

use super::document::Waiting;
use super::emptied::Emptied;
use super::laid::Laid;
use super::lists::{self, DESCRIPTIONS, LIST_RESOURCES, describing};
use super::unknown::{unknown, unknown_within};
use super::{ANEW, KEY_FOR_GOOD, MAY_STAY, either, open};
use crate::inventory::span::escape;

impl Laid<'_> {
    /// A list that a change begins is none of what there was: nobody looked.
    pub(super) fn not_listed(&mut self, name: &str, at: &str) {
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
    pub(super) fn emptied(
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
        let may_stay = item.get(MAY_STAY).and_then(Value::as_str);
        let emptied = match item.get(KEY_FOR_GOOD).and_then(Value::as_str) {
            _ if item.contains_key(ANEW) => match may_stay {
                Some(why) => Emptied::Perhaps(why.to_owned()),
                None => Emptied::Certainly,
            },
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
    pub(super) fn one_of_both(
        &mut self,
        over: Map<String, Value>,
        there: &Map<String, Value>,
        list: &str,
        key: &str,
    ) -> Map<String, Value> {
        let file = &self.overlay.name;
        let not_told = |field: &str| either::not_told(field, file);
        if list != "plans" {
            return either::one_of_both(over, there, key, &not_told);
        }
        let mut laid = either::one_of_both(over.clone(), there, key, &not_told);
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

    /// What of a thing that may stay as it is is the same then, or else unknown. A plan is laid as it is told, with a gap.
    pub(super) fn stays_or_not(
        &mut self,
        over: Map<String, Value>,
        there: &Map<String, Value>,
        (list, key): (&str, &str),
        (why, is_anew): (&str, bool),
        at: &str,
    ) -> Map<String, Value> {
        if list == "plans" {
            self.gap(
                "backup:GetBackupPlan",
                over.get(key).and_then(Value::as_str).unwrap_or_default(),
                why,
                at,
            );
            let mut over = over;
            let rules = over.get("BackupPlan").and_then(|plan| plan.get("Rules"));
            // One that is destroyed, and may not be, keeps its selections.
            if rules.and_then(Value::as_array).is_some_and(Vec::is_empty) {
                over.insert("BackupPlan".to_owned(), json!({ "unknown": why }));
                over.shift_remove("Selections");
            }
            return over;
        }
        either::stays_or_not(list, over, there, (key, is_anew), why)
    }

    /// Takes from an object what its unknown fields leave open, notes what settles them, and names them. `None`: all of it
    /// is open.
    pub(super) fn open<'o>(
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
    pub(super) fn described(
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
    pub(super) fn frame_gap(&mut self, name: &str, why: &str, at: &str) {
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

    pub(super) fn gap(&mut self, call: &'static str, subject: &str, why: &str, at: &str) {
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
            // One reason is enough for one call: the first that says what to do.
            if self.told.insert((call, subject.to_owned())) {
                self.gaps.push(json!({
                    "operation": call, "subject": subject, "error": null,
                    "waits_for": {"operation": self.overlay.waits_for.operation(), "subject": waits_for},
                }));
                continue;
            }
            if !says_what_to_do(&waits_for) {
                continue;
            }
            let is = |gap: &Value, name: &str, of: &str| {
                gap.get(name).and_then(Value::as_str) == Some(of)
            };
            let mut gaps = self.gaps.iter_mut();
            let there = gaps.find(|gap| is(gap, "operation", call) && is(gap, "subject", subject));
            let there = there.and_then(|gap| gap.pointer_mut("/waits_for/subject"));
            if let Some(there) = there.filter(|there| !there.as_str().is_some_and(says_what_to_do))
            {
                *there = json!(waits_for);
            }
        }
    }
}

/// Whether a reason says what settles it.
fn says_what_to_do(why: &str) -> bool {
    [": give --", ": fix "]
        .iter()
        .any(|step| why.contains(step))
}
