//! From an attribute that is known after apply to what it is made of: references are followed through the configuration,
//! modules, their variables and outputs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::{ReferenceWords, index_of, instance_of, parent, steps};
use super::file::ModuleCall;
use super::object::{Moment, Object};
use super::objects::{Objects, module_at};

/// What a reference leads to.
#[derive(Clone, Debug)]
pub struct ReferenceTarget<'a, 'p> {
    /// The object.
    pub object: &'a Object<'p>,
    /// The attribute of it, with what follows: `arn`, `statement[0].sid`; empty: the object as a whole.
    pub attribute: String,
}

/// What an expression may come from.
#[derive(Clone, Debug, Default)]
pub struct Targets<'a, 'p> {
    /// The attributes that are known after apply: one of them is why the expression is.
    pub unknown: Vec<ReferenceTarget<'a, 'p>>,
    /// Some of it was not followed: a local, a loop, a function's own value.
    pub is_open: bool,
    /// Whether it refers to several things somewhere: one may choose whether it is another, or null, or what is made of both.
    is_of_several: bool,
    /// What stands beside others and is known: its text, `None` where it has none that is told.
    beside: Vec<Option<String>>,
}

impl Targets<'_, '_> {
    /// Whether it comes of nothing but one of them.
    #[must_use]
    pub const fn are_all(&self) -> bool {
        !self.is_open && !self.is_of_several
    }

    /// Whether a list of which these members are known has nothing else but them.
    #[must_use]
    pub fn are_all_beside(&self, known: &[&Value]) -> bool {
        let is_member = |text: &Option<String>| {
            let text = text.as_deref();
            text.is_some_and(|text| known.iter().any(|one| one.as_str() == Some(text)))
        };
        !self.is_open && self.beside.iter().all(is_member)
    }
}

/// Where a reference stands: in a module instance, within a resource or a call that may be one of several.
#[derive(Clone, Copy)]
struct ReferencePlace<'a> {
    module: &'a str,
    /// `each.key` or `count.index`.
    index: Option<&'a Value>,
    /// What `each.value` goes over.
    for_each: Option<&'a Value>,
    /// Whether others stand beside it.
    is_beside: bool,
}

/// Modules within modules, outputs of variables of outputs: no genuine configuration goes deeper.
const DEPTH: usize = 64;

impl<'p> Objects<'p> {
    /// What an expression of an object may come from.
    #[must_use]
    pub fn targets<'a>(&'a self, of: &'a Object<'p>, expression: &Value) -> Targets<'a, 'p> {
        let mut found = Targets::default();
        let place = ReferencePlace {
            module: of.module,
            index: of.index,
            for_each: of
                .block
                .and_then(|block| block.for_each_expression.as_ref()),
            is_beside: false,
        };
        let mut walk = Walk {
            objects: self,
            seen: BTreeSet::new(),
        };
        walk.expression(place, expression, "", DEPTH, &mut found);
        found.unknown.sort_by(|one, other| {
            (one.object.address, &one.attribute).cmp(&(other.object.address, &other.attribute))
        });
        found.unknown.dedup_by(|one, other| {
            one.object.address == other.object.address && one.attribute == other.attribute
        });
        found
    }
}

struct Walk<'a, 'p> {
    objects: &'a Objects<'p>,
    seen: BTreeSet<(String, String)>,
}

impl<'a, 'p> Walk<'a, 'p> {
    /// Every reference of an expression, or of the blocks in it. `path`: what is taken of its value.
    fn expression(
        &mut self,
        at: ReferencePlace<'_>,
        expression: &Value,
        path: &str,
        depth: usize,
        found: &mut Targets<'a, 'p>,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            found.is_open = true;
            return;
        };
        match expression {
            Value::Array(blocks) => {
                for block in blocks {
                    self.expression(at, block, path, depth, found);
                }
            }
            Value::Object(fields) => {
                if let Some(references) = fields.get("references").and_then(Value::as_array) {
                    let references: Vec<&str> =
                        references.iter().filter_map(Value::as_str).collect();
                    self.references(at, &references, path, depth, found);
                } else if fields.contains_key("constant_value") {
                    // A constant makes nothing unknown.
                } else if fields.is_empty() {
                    // A function without references, or an unset argument: known, whatever it is.
                } else {
                    for block in fields.values() {
                        self.expression(at, block, path, depth, found);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn references(
        &mut self,
        at: ReferencePlace<'_>,
        references: &[&str],
        path: &str,
        depth: usize,
        found: &mut Targets<'a, 'p>,
    ) {
        let mut all = longest(references);
        // `try(aws_kms_key.a[0].arn, aws_kms_key.b[0].arn)`: nothing comes of what there is none of.
        all.retain(|one| !self.is_of_none(at, one));
        let is_key = |one: &&str| matches!(*one, "each.key" | "count.index");
        let (keys, others): (Vec<&str>, Vec<&str>) = all.iter().copied().partition(is_key);
        // What else stands there may be what the key is made of: `aws_kms_key.k[var.keys[each.key]]`. A key beside one of them that is
        // named chooses something: `each.key == "a" ? aws_kms_key.a.arn : null`.
        let is_indexed = matches!(others.as_slice(), [one] if is_whole(one));
        // An index may be counted on: `aws_kms_key.k[1 - count.index]`.
        let same_key = is_indexed && keys == ["each.key"];
        let is_of_several = all.len() > 1 && !is_indexed;
        found.is_of_several |= is_of_several;
        let at = ReferencePlace {
            is_beside: at.is_beside || is_of_several,
            ..at
        };
        for reference in all {
            let place = format!("{}|{:?}", at.module, at.index);
            if !self.seen.insert((place, format!("{reference}|{path}"))) {
                continue;
            }
            let before = found.unknown.len().saturating_add(found.beside.len());
            self.reference(at, reference, path, same_key, depth, found);
            let is_told = found.unknown.len().saturating_add(found.beside.len()) > before;
            if at.is_beside && !is_told && !(is_indexed && is_key(&reference)) {
                found.beside.push(None);
            }
        }
    }

    /// Whether a reference is to one of a resource of which there is none.
    fn is_of_none(&self, at: ReferencePlace<'_>, reference: &str) -> bool {
        let mut words = ReferenceWords(reference);
        let (kind, is_data) = match words.next_name() {
            "data" => (words.next_name(), true),
            kind => (kind, false),
        };
        let name = words.next_name();
        words.index().is_some()
            && !words.rest_with("").is_empty()
            && self.is_declared(at.module, kind, name)
            && self
                .objects
                .instances(at.module, kind, name, is_data)
                .is_empty()
    }

    /// Whether a module has a resource of a name.
    fn is_declared(&self, module: &str, kind: &str, name: &str) -> bool {
        let declared = self.objects.plan.configuration.as_ref();
        let module = declared.and_then(|all| module_at(&all.root_module, module));
        let mut all = module.into_iter().flat_map(|module| &module.resources);
        all.any(|one| one.kind == kind && one.name == name)
    }

    fn reference(
        &mut self,
        at: ReferencePlace<'_>,
        reference: &str,
        path: &str,
        same_key: bool,
        depth: usize,
        found: &mut Targets<'a, 'p>,
    ) {
        let mut words = ReferenceWords(reference);
        match words.next_name() {
            "var" => {
                let name = words.next_name().to_owned();
                let path = words.rest_with(path);
                self.variable(at, &name, &path, depth, found);
            }
            "module" => {
                let name = words.next_name().to_owned();
                let index = words.index();
                let output = words.next_name().to_owned();
                let path = words.rest_with(path);
                self.output(at, (&name, index.as_deref()), &output, &path, depth, found);
            }
            // A key is known.
            "each" if words.next_name() != "value" => {}
            "each" => match at.for_each {
                Some(expression) => {
                    let path = words.rest_with(path);
                    let keyed = ReferencePlace {
                        for_each: None,
                        ..at
                    };
                    let before = found.unknown.len();
                    self.expression(keyed, expression, &path, depth, found);
                    // Of resources that are gone over one by one it is the one with the same key.
                    if self.is_of_whole(at, expression, depth) {
                        narrow(found, before, at.index);
                    }
                }
                None => found.is_open = true,
            },
            "count" | "path" | "terraform" | "self" => {}
            "local" => found.is_open = true,
            "data" => {
                let kind = words.next_name().to_owned();
                let name = words.next_name().to_owned();
                self.resource(at, (&kind, &name, true), &mut words, path, same_key, found);
            }
            kind => {
                let kind = kind.to_owned();
                let name = words.next_name().to_owned();
                if name.is_empty() {
                    // A name of a loop: `rule`, `copy_action`.
                    found.is_open = true;
                } else {
                    self.resource(at, (&kind, &name, false), &mut words, path, same_key, found);
                }
            }
        }
    }

    fn resource(
        &mut self,
        at: ReferencePlace<'_>,
        (kind, name, is_data): (&str, &str, bool),
        words: &mut ReferenceWords<'_>,
        path: &str,
        same_key: bool,
        found: &mut Targets<'a, 'p>,
    ) {
        let index = words.index();
        let attribute = words.rest_with(path);
        let mut all = self.objects.instances(at.module, kind, name, is_data);
        if all.is_empty() {
            // Declared, and without an instance: nothing comes of it. Else it is the name of a loop.
            found.is_open |= !self.is_declared(at.module, kind, name);
            return;
        }
        match index {
            Some(index) => all.retain(|one| one.index.is_some_and(|own| as_written(own) == index)),
            None if same_key && all.len() > 1 => {
                let same: Vec<_> = all
                    .iter()
                    .filter(|one| one.index == at.index)
                    .copied()
                    .collect();
                if !same.is_empty() {
                    all = same;
                }
            }
            None => {}
        }
        let first = attribute.split(['.', '[']).next().unwrap_or_default();
        for object in all {
            let is_unknown = first.is_empty()
                || object.attribute(Moment::Then, first) == super::object::Attribute::AfterApply
                || object
                    .marked(Moment::Then, first)
                    .to_string()
                    .contains("{\"unknown\":");
            if is_unknown {
                found.unknown.push(ReferenceTarget {
                    object,
                    attribute: attribute.clone(),
                });
            } else if at.is_beside {
                let text = object.text(Moment::Then, &attribute);
                found.beside.push(text.map(str::to_owned));
            }
        }
    }

    /// Whether an expression is resources as a whole, and not some of them that it names, or what it makes of them: then the keys
    /// are those of the resources.
    fn is_of_whole(&self, at: ReferencePlace<'_>, expression: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let references = expression.get("references").and_then(Value::as_array);
        let references = references.into_iter().flatten().filter_map(Value::as_str);
        let references: Vec<&str> = references.collect();
        let longest = longest(&references);
        let [only] = longest.as_slice() else {
            return false;
        };
        let mut words = ReferenceWords(only);
        let (first, name) = (words.next_name().to_owned(), words.next_name().to_owned());
        if words.index().is_some() || !words.rest_with("").is_empty() {
            return false;
        }
        match first.as_str() {
            "var" => self.call(at.module).is_some_and(|(above, call)| {
                let above = ReferencePlace {
                    module: above,
                    ..at
                };
                let given = call.expressions.get(&name);
                given.is_some_and(|given| self.is_of_whole(above, given, depth))
            }),
            "module" | "local" | "each" | "count" | "path" | "terraform" | "self" | "data" => false,
            _ => !name.is_empty(),
        }
    }

    /// The call that makes a module instance, and the module that it stands in.
    fn call<'m>(&self, module: &'m str) -> Option<(&'m str, &'a ModuleCall)> {
        let (above, call) = parent(module)?;
        let objects: &'a Objects<'p> = self.objects;
        let configuration = objects.plan.configuration.as_ref()?;
        let called = steps(call).first().copied().unwrap_or_default();
        let module = module_at(&configuration.root_module, above)?;
        Some((above, module.module_calls.get(called)?))
    }

    fn variable(
        &mut self,
        at: ReferencePlace<'_>,
        name: &str,
        path: &str,
        depth: usize,
        found: &mut Targets<'a, 'p>,
    ) {
        // A variable of the root module is known when the plan is made.
        let Some((above, call)) = parent(at.module) else {
            return;
        };
        let Some((_, call_of)) = self.call(at.module) else {
            found.is_open = true;
            return;
        };
        let index = index_of(call).and_then(|index| serde_json::from_str::<Value>(&index).ok());
        let place = ReferencePlace {
            module: above,
            index: index.as_ref(),
            for_each: call_of.for_each_expression.as_ref(),
            is_beside: at.is_beside,
        };
        // A variable that is not given has its default, which is known.
        if let Some(expression) = call_of.expressions.get(name) {
            self.expression(place, expression, path, depth, found);
        }
    }

    fn output(
        &mut self,
        at: ReferencePlace<'_>,
        (name, index): (&str, Option<&str>),
        output: &str,
        path: &str,
        depth: usize,
        found: &mut Targets<'a, 'p>,
    ) {
        let root = self
            .objects
            .plan
            .configuration
            .as_ref()
            .map(|all| &all.root_module);
        let module = root.and_then(|root| module_at(root, at.module));
        let Some(call) = module.and_then(|module| module.module_calls.get(name)) else {
            found.is_open = true;
            return;
        };
        let Some(made) = call.module.outputs.get(output) else {
            // The module as a whole: which of its outputs is not told.
            found.is_open = true;
            return;
        };
        let above = if at.module.is_empty() {
            String::new()
        } else {
            format!("{}.", at.module)
        };
        let start = format!("{above}module.{name}");
        let instances: BTreeSet<String> = self
            .objects
            .all
            .iter()
            .filter_map(|object| instance_of(object.module, &start))
            .filter(|(_, key)| match (index, key) {
                (Some(index), Some(key)) => index == key,
                (Some(_), None) | (None, _) => true,
            })
            .map(|(address, _)| address)
            .collect();
        // A module without resources makes its outputs of what it is given, in a way that is not followed.
        found.is_open |= instances.is_empty();
        for address in instances {
            let index =
                index_of(&address).and_then(|index| serde_json::from_str::<Value>(&index).ok());
            let place = ReferencePlace {
                module: &address,
                index: index.as_ref(),
                for_each: None,
                is_beside: at.is_beside,
            };
            self.expression(place, &made.expression, path, depth, found);
        }
    }
}

/// Terraform lists each reference with what it is a part of: only the longest tells.
fn longest<'r>(references: &[&'r str]) -> Vec<&'r str> {
    let is_part = |one: &str| {
        references.iter().any(|other| {
            other
                .strip_prefix(one)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    };
    let all = references.iter().copied();
    let all: BTreeSet<&str> = all.filter(|one| !is_part(one)).collect();
    all.into_iter().collect()
}

/// Whether a reference is to a resource as a whole.
fn is_whole(reference: &str) -> bool {
    let reference = reference.strip_prefix("data.").unwrap_or(reference);
    let is_resource = reference
        .split_once('.')
        .is_some_and(|(_, name)| !name.contains(['.', '[']));
    let others = ["each.", "module.", "var.", "local.", "path.", "terraform."];
    is_resource && !others.into_iter().any(|other| reference.starts_with(other))
}

/// A key as an address has it.
fn as_written(key: &Value) -> String {
    key.to_string()
}

/// Of several instances that were found since, those with this key, where there are any.
fn narrow(found: &mut Targets<'_, '_>, since: usize, key: Option<&Value>) {
    let Some(key) = key else { return };
    let new = found.unknown.split_off(since.min(found.unknown.len()));
    let same: Vec<_> = new
        .iter()
        .filter(|one| one.object.index == Some(key))
        .cloned()
        .collect();
    found
        .unknown
        .extend(if same.is_empty() { new } else { same });
}
