//! What a plan or a template says, beside what it said before and what the facts say: what it changes, what goes, and what it
//! leaves as it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::inventory::{
    ANEW, BY_NAME, ENCRYPTED_ANEW, GIVEN_BY_AWS, GIVEN_WHEN_MADE, HOW_LAID, NOT_MADE_NOW,
    WHERE_IT_STANDS, as_data, data,
};

use super::{Home, World, default_key_policy, is_open, key, made};

/// Whether a field says how a thing is laid over the facts.
fn is_mark(field: &str) -> bool {
    [BY_NAME, WHERE_IT_STANDS, ANEW].contains(&field) || HOW_LAID.contains(&field)
}

/// What is said of how a resource is encrypted.
const OF_ENCRYPTION: [&str; 2] = ["Encrypted", "EncryptionKeyArn"];

impl World {
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
                        let own = [
                            ("Grants", json!([])),
                            ("Policy", default_key_policy(&home)),
                            ("RamPolicy", Value::Null),
                        ];
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
    /// or nobody knows. `known` is the other world without the values that are given for the change.
    pub fn lacks(
        &mut self,
        (before, known): (&Self, &Self),
        stays: impl Fn(&str) -> Option<bool>,
        why: impl Fn(&str) -> String,
    ) {
        let unsaid = |name: &str, now: &mut Map<String, Value>, was: &Map<String, Value>| {
            let given = [GIVEN_BY_AWS, GIVEN_WHEN_MADE];
            for field in was.keys().filter(|field| !given.contains(&field.as_str())) {
                let unknown = || json!({ "unknown": why(name) });
                now.entry(field.clone()).or_insert_with(unknown);
            }
        };
        let gone =
            |list: &str, was: &Map<String, Value>, name: &str| -> Option<Map<String, Value>> {
                let mut now = Map::new();
                match stays(name) {
                    Some(true) => return None,
                    Some(false) => now.extend(gone(list)),
                    None => unsaid(name, &mut now, was),
                }
                Some(now)
            };
        for arn in before.policies.keys() {
            let unknown = || json!({ "unknown": why(arn) });
            self.policies.entry(arn.clone()).or_insert_with(unknown);
        }
        for (account, was) in &before.accounts {
            let now = self.accounts.entry(*account).or_default();
            unsaid("", &mut now.fields, &was.fields);
            for (arn, was) in &was.roles {
                match now.roles.get_mut(arn) {
                    Some(now) => unsaid(arn, now, was),
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
                unsaid("", &mut now.fields, &was.fields);
                for (list, was) in &was.lists {
                    let now = now.lists.entry(list).or_default();
                    for (name, was) in was {
                        match now.get_mut(name) {
                            Some(now) => unsaid(name, now, was),
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
        self.settle(before, known);
    }

    /// Settles what is all that there is of a thing where it is made, with what was said of it before.
    fn settle(&mut self, before: &Self, known: &Self) {
        for (account, facts) in &mut self.accounts {
            let worlds = [before, known].map(|world| world.accounts.get(account));
            for (arn, role) in &mut facts.roles {
                settle(
                    role,
                    worlds.map(|was| was.and_then(|was| was.roles.get(arn))),
                );
            }
            for (region, facts) in &mut facts.regions {
                let worlds = worlds.map(|was| was.and_then(|was| was.regions.get(region)));
                for (list, things) in &mut facts.lists {
                    let worlds = worlds.map(|was| was.and_then(|was| was.lists.get(list)));
                    for (name, thing) in things {
                        settle(thing, worlds.map(|was| was.and_then(|was| was.get(name))));
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
                if !is_same || value.get("stands").is_some() || is_mark(field) {
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

    /// Says of what is backed up and stands in another world, too, that it is encrypted anew where it is so otherwise.
    #[must_use]
    pub fn encrypts(mut self, before: &Self) -> Self {
        for (account, facts) in &mut self.accounts {
            let was = before.accounts.get(account);
            for (region, facts) in &mut facts.regions {
                let was = was.and_then(|was| was.regions.get(region)?.lists.get("resources"));
                for (name, thing) in facts.lists.get_mut("resources").into_iter().flatten() {
                    let was = was.and_then(|was| was.get(name));
                    let differs = |field: &str| {
                        let was = was.and_then(|was| was.get(field));
                        was.is_some_and(|was| thing.get(field).is_some_and(|is| is != was))
                    };
                    let mut told = OF_ENCRYPTION.iter().filter_map(|field| thing.get(*field));
                    if OF_ENCRYPTION.iter().any(|field| differs(field)) && !told.any(is_open) {
                        thing.insert(ENCRYPTED_ANEW.to_owned(), json!(true));
                    }
                }
            }
        }
        self
    }

    /// Says of what only stands, by names that `is_named`, that nothing makes it now.
    #[must_use]
    pub fn not_made_now(mut self, is_named: impl Fn(&str) -> bool) -> Self {
        let mark = |name: &str, thing: &mut Map<String, Value>, key: &str| {
            let stands = |value: &Value| value.get("stands").or(value.get("unsaid")).is_some();
            let is_mark = |field: &str| field == key || is_mark(field);
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
            // What AWS gives it now the facts tell.
            if let Some(given) = thing
                .shift_remove(GIVEN_BY_AWS)
                .filter(|given| !is_open(given))
            {
                thing.insert(GIVEN_WHEN_MADE.to_owned(), given);
            }
            thing.retain(|field, value| {
                let is_mark = field == key || is_mark(field);
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

    /// Says of what is not known of a thing that stands as it was, of its fields that do: where it is there it stands.
    #[must_use]
    pub fn as_it_stands(mut self, stays: impl Fn(&str, &str) -> bool) -> Self {
        for facts in self.accounts.values_mut() {
            for (arn, role) in &mut facts.roles {
                stands_where_open(role, arn, &stays);
            }
            for region in facts.regions.values_mut() {
                for (name, thing) in region.lists.values_mut().flatten() {
                    stands_where_open(thing, name, &stays);
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
        self.as_it_stands(|_, _| true)
    }
}

/// Says of what is not known of a thing that it stands, where the thing is there.
fn stands_where_open(
    thing: &mut Map<String, Value>,
    name: &str,
    stays: &impl Fn(&str, &str) -> bool,
) {
    if let Some(Value::Object(detail)) = thing.get_mut("Detail")
        && stays(name, "Detail")
        && detail.get("unknown").or(detail.get("stands")).is_none()
    {
        detail.retain(|_, value| !is_open(value));
    }
    let fields = thing.iter_mut();
    for (field, value) in fields.filter(|(field, _)| !is_mark(field)) {
        let is_told = !is_open(value) || value.get("stands").is_some();
        if !is_told && *value != name && field != "Arn" && stays(name, field) {
            *value = json!({"made": value.take(), "stands": true});
        }
    }
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

/// Settles the fields of a thing that are told as for one that is made: it is, or the field changes, or stands as it is. Beside what
/// was said of it before stands what is known of that.
fn settle(now: &mut Map<String, Value>, [was, known]: [Option<&Map<String, Value>>; 2]) {
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
        let tags = |value: &Value| {
            let tags = value.get("tagged")?;
            data(tags).or(tags.as_object()).cloned()
        };
        if let Some(is) = tags(&value)
            && let Some(had) = was.and_then(|was| tags(was.get(&field)?))
        {
            let removed = had.keys().filter(|key| !is.contains_key(*key));
            let removed: Value = removed.map(String::as_str).collect();
            value = json!({"tagged": as_data(is.clone()), "untagged": removed});
        }
        let Some(whole) = made(&value) else {
            return Some((field, value));
        };
        let whole_of = |value| made(value).unwrap_or(value);
        let before = was.map(|was| was.get(&field).map(whole_of));
        let known = known.and_then(|known| known.get(&field).map(whole_of));
        match (before, whole) {
            (Some(Some(before)), whole)
                if before == whole && known == Some(whole) && is_open(whole) =>
            {
                None
            }
            (Some(Some(Value::Array(before))), Value::Array(items)) => {
                let kept: Vec<Value> = items.iter().map(name).collect();
                let removed = before.iter().map(name).filter(|name| !kept.contains(name));
                let removed: Vec<Value> = removed.collect();
                let alone = match known.and_then(|known| may_be_called(known, before, name)) {
                    Some(called) => called,
                    None => json!(true),
                };
                Some((
                    field,
                    json!({"joined": items, "removed": removed, "alone": alone}),
                ))
            }
            _ => Some((field, whole.clone())),
        }
    }));
}

/// What is known of the names of a list's items without the values that are given, where these may have given them others: the names
/// that they have then, and whether the list may have had other items, too.
fn may_be_called(known: &Value, before: &[Value], name: impl Fn(&Value) -> Value) -> Option<Value> {
    let items = known.as_array().filter(|items| items.len() == before.len());
    let Some(items) = items else {
        let called: Vec<Value> = before.iter().map(name).collect();
        let is_anew = is_open(known) && !called.iter().any(is_open);
        return is_anew.then(|| json!({"called": called, "others": true}));
    };
    let both = items.iter().zip(before);
    let other = both.filter(|(known, before)| is_open(&name(known)) && !is_open(&name(before)));
    let called: Vec<Value> = other.map(|(_, before)| name(before)).collect();
    (!called.is_empty()).then(|| json!({"called": called, "others": false}))
}

/// Whether a resource is encrypted otherwise than it was, and it is known how.
fn is_encrypted_anew(resource: &Map<String, Value>, is_known: impl Fn(&str) -> bool) -> bool {
    let told = OF_ENCRYPTION.map(|field| resource.get(field));
    let mut changed = told.iter().flatten();
    let all_known = told.iter().flatten().all(|value| !is_open(value));
    all_known
        && changed.any(|value| value.get("stands").is_none())
        && told[1].and_then(Value::as_str).is_none_or(is_known)
}
