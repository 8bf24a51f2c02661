//! A resource instance of a plan, at one of two moments: now, or after the plan is applied.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::file::{Change, ConfigResource, Module, PlanFile, ResourceChange, StateModule};
use super::shape::odd;

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As it is now.
    Now,
    /// After the plan is applied.
    Then,
}

/// A resource instance, or what a data source said.
#[derive(Debug)]
pub struct Object<'p> {
    /// `module.bunker.aws_backup_vault.this["locked"]`.
    pub address: &'p str,
    /// The module instance: `module.bunker`, or nothing.
    pub module: &'p str,
    /// `aws_backup_vault`.
    pub kind: &'p str,
    /// `this`.
    pub name: &'p str,
    /// Whether it is a data source.
    pub is_data: bool,
    /// `"locked"`, or a number.
    pub index: Option<&'p Value>,
    /// What becomes of it; `None` where a data source was read already.
    pub change: Option<&'p Change>,
    /// What a data source said.
    pub said: Option<(&'p Map<String, Value>, &'p Value)>,
    /// Its block in the configuration.
    pub block: Option<&'p ConfigResource>,
}

/// An attribute of an object at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute<'p> {
    /// It has this value.
    Value(&'p Value),
    /// It is not set.
    NotSet,
    /// It is known after apply.
    AfterApply,
    /// It is not read, and why: the plan marks it as sensitive, or it is not what the provider makes of it.
    Unread(&'static str),
}

/// Whether a value is not set: the provider writes an empty text for an argument that nobody set.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}

impl<'p> Object<'p> {
    /// Whether it is there at this moment.
    #[must_use]
    pub fn is_there(&self, moment: Moment) -> bool {
        self.values(moment).is_some() || (moment == Moment::Then && self.is_read_then())
    }

    /// Whether it is there now and not afterwards, or is another one then.
    #[must_use]
    pub fn does(&self, action: &str) -> bool {
        self.change
            .is_some_and(|change| change.actions.iter().any(|one| one == action))
    }

    /// Whether it is made by the plan: there is nothing of it now.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.does("create")
    }

    /// The same at a moment: what is replaced is there before, and is made after.
    #[must_use]
    pub fn is_new(&self, moment: Moment) -> bool {
        moment == Moment::Then && self.is_made()
    }

    /// Whether it takes the place of another under its name.
    #[must_use]
    pub fn is_replaced(&self, moment: Moment) -> bool {
        self.is_new(moment) && self.does("delete")
    }

    /// What the plan says of it that cannot be: an action that nobody knows, or one without what comes of it.
    #[must_use]
    pub fn contradicts(&self) -> Option<String> {
        const KNOWN: &[&str] = &["no-op", "create", "read", "update", "delete", "forget"];
        let change = self.change?;
        let mut actions = change.actions.iter().map(String::as_str);
        if let Some(action) = actions.find(|action| !KNOWN.contains(action)) {
            return Some(format!("has the action `{action}`, which is not known"));
        }
        let is_made = self.does("create") || self.does("update");
        if is_made && change.after.is_none() {
            return Some("is made or changed, and the plan does not say to what".to_owned());
        }
        let is_same = self.does("no-op") && change.before != change.after;
        is_same.then(|| "stays as it is, and is not what it was".to_owned())
    }

    /// Whether it stays as it is.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.change.is_some_and(|change| {
            change.actions.iter().all(|action| action == "no-op") && change.before == change.after
        })
    }

    /// Whether the plan changes it in any way.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let mut actions = self.change.into_iter().flat_map(|change| &change.actions);
        actions.any(|action| !matches!(action.as_str(), "no-op" | "read" | "forget"))
    }

    fn is_read_then(&self) -> bool {
        self.is_data && self.does("read")
    }

    /// Its values at a moment.
    #[must_use]
    pub fn values(&self, moment: Moment) -> Option<&'p Map<String, Value>> {
        if let Some((values, _)) = self.said {
            return Some(values);
        }
        let change = self.change?;
        match moment {
            Moment::Now => change.before.as_ref(),
            Moment::Then => change.after.as_ref(),
        }
    }

    fn marks(&self, moment: Moment) -> (&'p Value, &'p Value) {
        const NONE: &Value = &Value::Null;
        if let Some((_, sensitive)) = self.said {
            return (NONE, sensitive);
        }
        match (self.change, moment) {
            (None, _) => (NONE, NONE),
            (Some(change), Moment::Now) => (NONE, &change.before_sensitive),
            (Some(change), Moment::Then) => (&change.after_unknown, &change.after_sensitive),
        }
    }

    /// An attribute at a moment.
    #[must_use]
    pub fn attribute(&self, moment: Moment, name: &str) -> Attribute<'p> {
        let (unknown, sensitive) = self.marks(moment);
        let value = self.values(moment).and_then(|values| values.get(name));
        let is_unknown = is_marked(unknown, name);
        let is_set = is_unknown || value.is_some_and(|value| !is_empty(value));
        if is_set && is_marked(sensitive, name) {
            return Attribute::Unread("which is sensitive");
        }
        if is_unknown {
            return Attribute::AfterApply;
        }
        match value {
            None => Attribute::NotSet,
            Some(value) if is_empty(value) => Attribute::NotSet,
            Some(value) => match odd(name, value) {
                Some(why) => Attribute::Unread(why),
                None => Attribute::Value(value),
            },
        }
    }

    /// A text that is known.
    #[must_use]
    pub fn text(&self, moment: Moment, name: &str) -> Option<&'p str> {
        match self.attribute(moment, name) {
            Attribute::Value(value) => value.as_str(),
            Attribute::NotSet | Attribute::AfterApply | Attribute::Unread(_) => None,
        }
    }

    /// An attribute with `{"unknown": …}` in place of what is not known in it; null where it is not set.
    #[must_use]
    pub fn marked(&self, moment: Moment, name: &str) -> Value {
        const NONE: &Value = &Value::Null;
        let (unknown_marks, sensitive) = self.marks(moment);
        let of = |marks: &'p Value| match marks {
            Value::Bool(_) => marks,
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => marks.get(name).unwrap_or(NONE),
        };
        let value = self.values(moment).and_then(|values| values.get(name));
        let value = value.filter(|value| !is_empty(value)).unwrap_or(NONE);
        let at = format!("{}.{name}", self.address);
        if let Some(why) = odd(name, value) {
            return unknown(format!("{at}, {why}"));
        }
        marked(value, of(unknown_marks), of(sensitive), &at)
    }

    /// An attribute that is true or false, also where the provider writes it as a text; null where it is not set,
    /// `{"unknown": …}` where it is not known.
    #[must_use]
    pub fn switch(&self, moment: Moment, name: &str) -> Value {
        match self.marked(moment, name) {
            Value::String(text) => json!(text == "true"),
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => value,
        }
    }

    /// What makes an attribute in the configuration; `None`: nothing does, or that is not told.
    #[must_use]
    pub fn expression(&self, name: &str) -> Option<&'p Value> {
        self.block?.expressions.get(name)
    }

    /// Whether it is certain that the configuration does not set an attribute.
    #[must_use]
    pub fn is_not_configured(&self, name: &str) -> bool {
        self.block
            .is_some_and(|block| block.expressions.get(name).is_none())
    }
}

/// `{"unknown": why}`.
#[must_use]
pub fn unknown(why: impl Into<String>) -> Value {
    json!({"unknown": why.into()})
}

fn is_marked(marks: &Value, name: &str) -> bool {
    marks == &Value::Bool(true) || marks.get(name) == Some(&Value::Bool(true))
}

/// A value with what is not known in it marked. A set that is unknown in part has its members in the order of the marks.
fn marked(value: &Value, unknown_marks: &Value, sensitive: &Value, at: &str) -> Value {
    if unknown_marks == &Value::Bool(true) {
        return unknown(at);
    }
    if sensitive == &Value::Bool(true) && !value.is_null() {
        return unknown(format!("{at}, which is sensitive"));
    }
    match value {
        Value::Object(fields) => {
            let mut all = Map::new();
            for (name, value) in fields {
                let of = |marks: &Value| marks.get(name).cloned().unwrap_or(Value::Null);
                all.insert(
                    name.clone(),
                    marked(
                        value,
                        &of(unknown_marks),
                        &of(sensitive),
                        &format!("{at}.{name}"),
                    ),
                );
            }
            // What is unknown is absent from the value.
            for (name, mark) in unknown_marks.as_object().into_iter().flatten() {
                if is_any(mark) && !all.contains_key(name) {
                    all.insert(name.clone(), unknown(format!("{at}.{name}")));
                }
            }
            Value::Object(all)
        }
        Value::Array(items) => {
            let marks = unknown_marks.as_array().map_or(&[][..], Vec::as_slice);
            let secrets = sensitive.as_array().map_or(&[][..], Vec::as_slice);
            let none = Value::Null;
            let each = items.iter().enumerate().map(|(index, item)| {
                let of = |marks: &[Value]| marks.get(index).unwrap_or(&none).clone();
                marked(item, &of(marks), &of(secrets), at)
            });
            // There are as many marks as members.
            let more = marks.iter().skip(items.len()).filter(|mark| is_any(mark));
            Value::Array(each.chain(more.map(|_| unknown(at))).collect())
        }
        Value::Null if is_any(unknown_marks) => unknown(at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Whether anything is marked.
fn is_any(marks: &Value) -> bool {
    match marks {
        Value::Bool(is) => *is,
        Value::Array(items) => items.iter().any(is_any),
        Value::Object(fields) => fields.values().any(is_any),
        Value::Null | Value::Number(_) | Value::String(_) => false,
    }
}

/// All objects of a plan, by address.
#[derive(Debug)]
pub struct Objects<'p> {
    /// The plan.
    pub plan: &'p PlanFile,
    /// In the order of the plan; data sources that were read follow.
    pub all: Vec<Object<'p>>,
    /// What former replacements left, and is destroyed now.
    pub deposed: Vec<Object<'p>>,
    by_name: HashMap<(&'p str, &'p str, &'p str, bool), Vec<usize>>,
    /// Those that are no data sources, by their types.
    by_kind: HashMap<&'p str, Vec<usize>>,
    roles: HashMap<&'p str, Vec<usize>>,
}

impl<'p> Objects<'p> {
    /// Those of a plan.
    #[must_use]
    pub fn of(plan: &'p PlanFile) -> Self {
        let mut blocks = Blocks::new();
        if let Some(configuration) = &plan.configuration {
            blocks_of(&configuration.root_module, "", &mut blocks);
        }
        let changes = plan.resource_changes.iter();
        let (deposed, current): (Vec<_>, Vec<_>) = changes.partition(|one| one.deposed.is_some());
        let objects = |changes: Vec<&'p ResourceChange>| -> Vec<Object<'p>> {
            let changes = changes.into_iter();
            changes.map(|one| of_change(one, &blocks)).collect()
        };
        let (deposed, mut all) = (objects(deposed), objects(current));
        let root = plan
            .prior_state
            .as_ref()
            .and_then(|state| state.values.as_ref());
        if let Some(root) = root.and_then(|values| values.root_module.as_ref()) {
            let known: HashSet<&str> = all.iter().map(|object| object.address).collect();
            let mut read = Vec::new();
            of_state(root, &blocks, &known, &mut read);
            all.extend(read);
        }
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_kind: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, object) in all.iter().enumerate() {
            let name = (object.module, object.kind, object.name, object.is_data);
            by_name.entry(name).or_default().push(index);
            if !object.is_data {
                by_kind.entry(object.kind).or_default().push(index);
            }
        }
        let mut roles: HashMap<_, Vec<usize>> = HashMap::new();
        let is_role = |object: &Object<'_>| object.kind == "aws_iam_role" && !object.is_data;
        for (index, role) in all.iter().enumerate().filter(|(_, one)| is_role(one)) {
            let names = [Moment::Then, Moment::Now].map(|moment| role.text(moment, "name"));
            for name in names.into_iter().flatten().collect::<HashSet<_>>() {
                roles.entry(name).or_default().push(index);
            }
        }
        Self {
            plan,
            all,
            deposed,
            by_name,
            by_kind,
            roles,
        }
    }

    /// The instances of a resource in a module instance.
    #[must_use]
    pub fn instances(
        &self,
        module: &str,
        kind: &str,
        name: &str,
        is_data: bool,
    ) -> Vec<&Object<'p>> {
        let found = self.by_name.get(&(module, kind, name, is_data));
        let found = found.into_iter().flatten();
        found.filter_map(|index| self.all.get(*index)).collect()
    }

    /// The roles of a name, now or after the plan.
    pub fn roles(&self, name: &str) -> impl Iterator<Item = &Object<'p>> {
        let found = self.roles.get(name).into_iter().flatten();
        found.filter_map(|index| self.all.get(*index))
    }

    /// Those of a type that are there at a moment.
    pub fn of_kind<'a>(
        &'a self,
        kind: &'a str,
        moment: Moment,
    ) -> impl Iterator<Item = &'a Object<'p>> {
        let found = self.by_kind.get(kind).into_iter().flatten();
        let found = found.filter_map(|index| self.all.get(*index));
        found.filter(move |object| object.is_there(moment))
    }
}

fn of_change<'p>(change: &'p ResourceChange, blocks: &Blocks<'p>) -> Object<'p> {
    let is_data = change.mode == "data";
    Object {
        address: &change.address,
        module: &change.module_address,
        kind: &change.kind,
        name: &change.name,
        is_data,
        index: change.index.as_ref(),
        change: Some(&change.change),
        said: None,
        block: block(
            blocks,
            &change.module_address,
            &change.kind,
            &change.name,
            is_data,
        ),
    }
}

fn of_state<'p>(
    module: &'p StateModule,
    blocks: &Blocks<'p>,
    known: &HashSet<&str>,
    all: &mut Vec<Object<'p>>,
) {
    for resource in module.resources.iter().filter(|one| one.mode == "data") {
        if known.contains(resource.address.as_str()) {
            continue;
        }
        all.push(Object {
            address: &resource.address,
            module: &module.address,
            kind: &resource.kind,
            name: &resource.name,
            is_data: true,
            index: resource.index.as_ref(),
            change: None,
            said: Some((&resource.values, &resource.sensitive_values)),
            block: block(
                blocks,
                &module.address,
                &resource.kind,
                &resource.name,
                true,
            ),
        });
    }
    for child in &module.child_modules {
        of_state(child, blocks, known, all);
    }
}

/// The blocks of a configuration, by the names of the calls that lead to their module, and their own.
type Blocks<'p> = HashMap<(String, &'p str, &'p str, bool), &'p ConfigResource>;

fn blocks_of<'p>(module: &'p Module, path: &str, all: &mut Blocks<'p>) {
    for block in &module.resources {
        let is_data = block.mode == "data";
        let key = (
            path.to_owned(),
            block.kind.as_str(),
            block.name.as_str(),
            is_data,
        );
        all.entry(key).or_insert(block);
    }
    for (name, call) in &module.module_calls {
        blocks_of(&call.module, &format!("{path}.{name}"), all);
    }
}

fn block<'p>(
    blocks: &Blocks<'p>,
    address: &str,
    kind: &'p str,
    name: &'p str,
    is_data: bool,
) -> Option<&'p ConfigResource> {
    let path: String = steps(address)
        .into_iter()
        .map(|step| format!(".{step}"))
        .collect();
    blocks.get(&(path, kind, name, is_data)).copied()
}

/// The module of a module instance's address.
#[must_use]
pub fn module_at<'p>(root: &'p Module, address: &str) -> Option<&'p Module> {
    let mut module = root;
    for name in steps(address) {
        module = &module.module_calls.get(name)?.module;
    }
    Some(module)
}

/// The names of the calls in a module instance's address: `a` and `b` of `module.a["x"].module.b[0]`.
#[must_use]
pub fn steps(address: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        steps.push(name);
        rest = after_index(tail);
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

/// What follows an index: `.b` of `["x"].b`. A quote within the index is escaped.
fn after_index(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('[') else {
        return text;
    };
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return inner.get(at.saturating_add(1)..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// The address of the module that a module instance stands in, and the call with its index: `module.a` and `module.b[0]` of
/// `module.a.module.b[0]`.
#[must_use]
pub fn parent(address: &str) -> Option<(&str, &str)> {
    if address.is_empty() {
        return None;
    }
    let mut last = 0;
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        last = address.len().saturating_sub(rest.len());
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (_, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        let tail = after_index(tail);
        rest = tail.strip_prefix('.').unwrap_or(tail);
    }
    let (above, call) = address.split_at_checked(last)?;
    Some((above.strip_suffix('.').unwrap_or(above), call))
}
