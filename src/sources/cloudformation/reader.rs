//! The facts of a template, in the making.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::mentions::{are_called_alike, parameters};
use super::names::{arn, kind, property};
use super::stored_values;
use super::template::{Template, is_open, plain, unknown, why};
use super::text::Node;
use crate::inventory::{as_data, data};
use crate::known::AccountId;
use crate::sources::planned::{Home, Places, Unlisted, UnreadMaker, World, aws_managed_by};

/// The facts of a template, in the making.
pub struct TemplateReader<'t> {
    pub template: Template<'t>,
    /// The other template of a change: what is the same in both changes nothing.
    pub other: Option<&'t Node>,
    pub home: Option<Home>,
    pub world: World,
    pub notes: Vec<String>,
    pub open: Vec<String>,
    /// What may come of it beside the resources that it tells.
    pub unlisted: Vec<Unlisted>,
    /// What stays as it is, is not read, and may make copies.
    pub unread_makers: Vec<UnreadMaker>,
    pub places: Places,
    /// The policies that resources of their own give to roles.
    pub attached: Vec<RolePolicyAttachment>,
    /// The aliases that it gives to keys.
    pub aliases: Vec<Alias>,
    /// What it selects for plans.
    pub selected: Vec<Selected>,
    /// What it links file systems of FSx for Lustre with.
    pub associations: Vec<Association>,
    /// The resources of which nobody knows what they make, or whether they make it, and why; by their logical ids.
    pub unread: BTreeMap<String, String>,
}

/// An alias of a key, and the resource that gives it.
pub struct Alias {
    pub home: Home,
    /// The ARN of the key.
    pub key: String,
    pub name: Value,
    pub by: String,
}

/// A data repository association of a file system, and the resource that makes it.
pub struct Association {
    pub home: Home,
    /// The ARN of the file system.
    pub system: String,
    /// Its id; the logical one where that of AWS is not known.
    pub id: String,
    pub by: String,
    pub line: usize,
}

/// A selection of a plan, and the resource that makes it.
pub struct Selected {
    pub home: Home,
    /// The id of the plan.
    pub plan: String,
    pub selection: Value,
    pub by: String,
}

/// A policy of a role, and the resource that gives it.
pub struct RolePolicyAttachment {
    pub account: AccountId,
    pub role: String,
    pub list: &'static str,
    /// Its name or ARN.
    pub policy: Value,
    pub by: String,
}

impl<'t> TemplateReader<'t> {
    pub fn of(&self, node: &Node, name: &str) -> Option<Value> {
        property(&self.template, node, name)
    }

    /// Where a resource is, and its ARN; noted where that is not known.
    pub fn place(&mut self, id: &str, node: &Node) -> Option<(Home, String)> {
        let arn = arn(&self.template, id, node);
        let home = self.home.clone();
        match (home, arn) {
            (Some(home), Value::String(arn)) => {
                let place = format!("{}:{} {id}", self.template.file, node.line);
                self.places.entry(arn.clone()).or_default().push(place);
                Some((home, arn))
            }
            (_, arn) => {
                let why = why(&arn)
                    .unwrap_or("give --account ACCOUNT_ID and --template-region REGION")
                    .to_owned();
                self.open.push(why.clone());
                self.note(why);
                None
            }
        }
    }

    /// Says what leaves the answer open.
    pub fn open(&mut self, text: String) {
        if !self.open.contains(&text) {
            self.open.push(text.clone());
        }
        self.note(text);
    }

    /// Whether a resource is made: its condition; `None` where that is not known.
    pub fn is_made(&self, resource: &Node) -> Option<bool> {
        match resource.get("Condition").map(Node::text) {
            None => Some(true),
            Some(name) => {
                let template = &self.template;
                template.naming(|| template.condition_named(name?))
            }
        }
    }

    /// Whether a resource is the same in the other template of a change, and what it may refer to is, too: the values of
    /// parameters, and the names of other resources.
    pub fn is_same(&self, id: &str, resource: &Node) -> bool {
        let was = self.was(id);
        let template = &self.template;
        let may_be_stored_anew = || match stored_values::is_read(resource) {
            true => stored_values::may_tell_anew(template, id, resource),
            false => {
                let on = parameters(template, resource);
                on.iter().any(|name| template.settings.may_be_new(name))
            }
        };
        was.is_some_and(|was| self.is_written_alike(was, resource)) && !may_be_stored_anew()
    }

    /// The same of a part of both.
    pub fn is_alike(&self, was: &Node, is: &Node) -> bool {
        self.is_written_alike(was, is) && stored_values::latest(&self.template, is).is_none()
    }

    /// The same but for values of the Parameter Store, which may be others each time.
    pub fn is_written_alike(&self, was: &Node, is: &Node) -> bool {
        let settings = self.template.settings;
        let is_given_anew = || {
            let on = parameters(&self.template, is);
            on.iter().any(|name| settings.is_given_anew(name))
        };
        self.other.is_some_and(|other| {
            let section = |root: &Node, name: &str| root.get(name).map(Node::to_value);
            let sections = ["Parameters", "Mappings", "Conditions"];
            was.to_value() == is.to_value()
                && sections
                    .iter()
                    .all(|name| section(other, name) == section(self.template.root, name))
                && !is_given_anew()
                && are_called_alike(&self.template, other, is)
        })
    }

    /// A resource as the other template of a change has it.
    pub fn was(&self, id: &str) -> Option<&'t Node> {
        self.other?.get("Resources")?.get(id)
    }

    /// Whether the other template of a change sets a property of a resource.
    pub fn other_says(&self, id: &str, name: &str) -> bool {
        self.was(id).is_some_and(|other| {
            other
                .get("Properties")
                .is_some_and(|all| all.get(name).is_some())
        })
    }

    pub fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    pub fn set<const N: usize>(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
        fields: [(&str, Value); N],
    ) {
        let thing = self.world.thing(home, list, name);
        for (field, value) in fields {
            thing.insert(field.to_owned(), value);
        }
    }

    /// A key by its ARN, or by its id.
    pub fn key(&mut self, value: &Value, home: &Home) -> Value {
        match value {
            Value::String(key) if key.starts_with("arn:") && key.contains(":key/") => value.clone(),
            Value::String(key) if aws_managed_by(key).is_some() => {
                let service = aws_managed_by(key).unwrap_or_default();
                self.aws_managed(home, service)
            }
            Value::String(key) if key.contains("alias/") => {
                let alias = key.rsplit(':').next().unwrap_or_default();
                let is_here = !key.contains(':')
                    || key.contains(&format!(":{}:{}:", home.region, home.account));
                if is_here {
                    self.key_of_alias(alias, home)
                } else {
                    unknown(format!("the key of {key}"))
                }
            }
            Value::String(key) => {
                let partition = super::template::partition(&home.region);
                json!(format!(
                    "arn:{partition}:kms:{}:{}:key/{key}",
                    home.region, home.account
                ))
            }
            open @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => open.clone(),
        }
    }

    /// The key that an alias names: as the facts have it, and the template's own aliases. Where the template gives it to another
    /// key than it has, what is made before that takes the one, and what is made after it the other.
    fn key_of_alias(&mut self, alias: &str, home: &Home) -> Value {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        let is_open = |what: &str| unknown(format!("the key of {alias}, {what}"));
        keys.extend(self.template.settings.identity.aliases.get(alias).cloned());
        for given in self.own_aliases() {
            let name = self.of(given, "AliasName").unwrap_or(Value::Null);
            if name.is_string() && name != alias {
                continue;
            }
            // KMS takes no alias of an alias.
            let is_key =
                |target: &Value| target.as_str().is_some_and(|key| !key.contains("alias/"));
            let target = self.of(given, "TargetKeyId").filter(is_key);
            match (name, target.map(|target| self.key(&target, home))) {
                (Value::String(_), Some(Value::String(key))) => drop(keys.insert(key)),
                _ => return is_open("which the template may give to another key"),
            }
        }
        let mut keys = keys.into_iter();
        match (keys.next(), keys.next()) {
            (Some(key), None) => json!(key),
            (Some(_), Some(_)) => is_open("which the template gives to another key"),
            (None, _) => unknown(format!("the key of {alias}")),
        }
    }

    /// The template's aliases that are made, or may be.
    fn own_aliases(&self) -> Vec<&'t Node> {
        let all = self.template.root.get("Resources");
        let all = all.map_or(&[][..], Node::fields).iter();
        let aliases = all.filter(|(_, node)| kind(node) == "AWS::KMS::Alias");
        let made = aliases.filter(|(_, node)| self.is_made(node) != Some(false));
        made.map(|(_, node)| node).collect()
    }

    /// The tags of what is backed up, those of the stack among them: somebody may have given it others, too.
    pub fn tags(&self, own: Option<Value>) -> Value {
        let stack = &self.template.settings.tags;
        match stack.is_empty() {
            true => tags(own),
            false => tagged(stack.with(own)),
        }
    }

    /// The tags that a resource gives to what it makes, those of the stack among them; what it makes may have others.
    pub fn tagged(&self, own: Option<Value>) -> Value {
        tagged(self.template.settings.tags.with(own))
    }

    /// The key that AWS manages for a service.
    pub fn aws_managed(&mut self, home: &Home, service: &str) -> Value {
        let aliases = &self.template.settings.identity.aliases;
        if let Some(key) = aliases.get(&format!("alias/aws/{service}")) {
            return json!(key);
        }
        json!(self.world.aws_managed_key(home, service))
    }
}

/// What is all that there is of something where the template makes the thing: what is there may have more.
pub fn made(value: Value) -> Value {
    json!({"made": value})
}

/// A policy document; null where none is set.
pub fn document(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Null)
}

pub fn tags(value: Option<Value>) -> Value {
    match value {
        None => json!({}),
        Some(Value::Array(items)) => {
            let mut all = Map::new();
            for item in items {
                match (item.get("Key"), item.get("Value")) {
                    (Some(Value::String(key)), Some(value)) => {
                        let value = plain(value).map_or_else(|| value.clone(), |text| json!(text));
                        drop(all.insert(key.clone(), value))
                    }
                    _ => return unknown("a tag whose key is not known"),
                }
            }
            as_data(all)
        }
        Some(Value::Object(all)) if !all.contains_key("unknown") => as_data(all),
        Some(value) => value,
    }
}

/// The same of what may have others.
fn tagged(value: Option<Value>) -> Value {
    let tags = tags(value);
    let pairs = data(&tags).or(tags
        .as_object()
        .filter(|tags| !tags.contains_key("unknown")));
    if let Some(pairs) = pairs {
        let text = |value: &Value| plain(value).map_or_else(|| value.clone(), |text| json!(text));
        let pairs = pairs.iter().map(|(key, value)| (key.clone(), text(value)));
        return json!({"tagged": as_data(pairs.collect())});
    }
    if is_open(&tags) {
        return tags;
    }
    unknown("tags that are not pairs")
}
