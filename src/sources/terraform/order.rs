//! What Terraform does before what: it makes or changes a resource after all that its block refers to or depends on, through data
//! sources, modules, variables and outputs.
//!
//! See <https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on>.

use std::collections::HashSet;

use serde_json::Value;

use super::address::{ReferenceWords, steps};
use super::file::{ConfigResource, Module, ModuleCall};
use super::object::Object;
use super::objects::Objects;

impl Objects<'_> {
    /// Whether it is certain that an object is made or changed after another. What goes through a local value is not told.
    #[must_use]
    pub fn is_after(&self, object: &Object<'_>, other: &Object<'_>) -> bool {
        let Some(configuration) = &self.plan.configuration else {
            return false;
        };
        let mut walk = Dependencies {
            root: &configuration.root_module,
            sought: BlockPlace {
                module: steps(other.module),
                kind: other.kind,
                name: other.name,
                is_data: other.is_data,
            },
            is_found: false,
            seen: HashSet::new(),
            open: Vec::new(),
        };
        walk.resource(BlockPlace {
            module: steps(object.module),
            kind: object.kind,
            name: object.name,
            is_data: object.is_data,
        });
        while let Some((module, reference)) = walk.open.pop() {
            if walk.is_found {
                break;
            }
            walk.reference(&module, reference);
        }
        walk.is_found
    }
}

/// A resource's block: the calls that lead to its module, and its own address there.
#[derive(PartialEq, Eq)]
struct BlockPlace<'w> {
    module: Vec<&'w str>,
    kind: &'w str,
    name: &'w str,
    is_data: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Reference<'p> {
    /// An expression's, by its text.
    Value(&'p str),
    /// All of a resource or a module.
    Whole(&'p str),
}

struct Dependencies<'p> {
    root: &'p Module,
    sought: BlockPlace<'p>,
    is_found: bool,
    seen: HashSet<(Vec<&'p str>, Reference<'p>)>,
    /// What is still to be followed, each with the module that it stands in.
    open: Vec<(Vec<&'p str>, Reference<'p>)>,
}

impl<'p> Dependencies<'p> {
    fn module(&self, path: &[&str]) -> Option<&'p Module> {
        let mut module = self.root;
        for name in path {
            module = &module.module_calls.get(*name)?.module;
        }
        Some(module)
    }

    fn add(&mut self, module: &[&'p str], reference: Reference<'p>) {
        if self.seen.insert((module.to_vec(), reference)) {
            self.open.push((module.to_vec(), reference));
        }
    }

    fn expression(&mut self, module: &[&'p str], expression: &'p Value) {
        match expression {
            Value::Array(blocks) => {
                for block in blocks {
                    self.expression(module, block);
                }
            }
            Value::Object(fields) => {
                let references = fields.get("references").and_then(Value::as_array);
                for reference in references.into_iter().flatten() {
                    if let Some(reference) = reference.as_str() {
                        self.add(module, Reference::Value(reference));
                    }
                }
                let blocks = fields
                    .iter()
                    .filter(|(field, _)| *field != "constant_value");
                for (_, block) in blocks {
                    self.expression(module, block);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn dependencies(&mut self, module: &[&'p str], all: &'p [String]) {
        for reference in all {
            self.add(module, Reference::Whole(reference));
        }
    }

    /// What a resource comes after: what its block says, and the calls of the modules that it stands in.
    fn resource(&mut self, place: BlockPlace<'p>) {
        let Some(module) = self.module(&place.module) else {
            return;
        };
        let is_it = |block: &&ConfigResource| {
            block.kind == place.kind
                && block.name == place.name
                && (block.mode == "data") == place.is_data
        };
        let Some(block) = module.resources.iter().find(is_it) else {
            return;
        };
        if place == self.sought {
            self.is_found = true;
            return;
        }
        self.block(&place.module, block);
        for depth in 0..place.module.len() {
            let (above, below) = place.module.split_at(depth);
            let call: Option<&'p ModuleCall> = below
                .first()
                .and_then(|name| self.module(above)?.module_calls.get(*name));
            if let Some(call) = call {
                self.dependencies(above, &call.depends_on);
                let counts = [&call.count_expression, &call.for_each_expression];
                for expression in counts.into_iter().flatten() {
                    self.expression(above, expression);
                }
            }
        }
    }

    fn block(&mut self, module: &[&'p str], block: &'p ConfigResource) {
        self.expression(module, &block.expressions);
        let counts = [&block.count_expression, &block.for_each_expression];
        for expression in counts.into_iter().flatten() {
            self.expression(module, expression);
        }
        self.dependencies(module, &block.depends_on);
    }

    fn reference(&mut self, module: &[&'p str], reference: Reference<'p>) {
        let (Reference::Value(text) | Reference::Whole(text)) = reference;
        let mut words = ReferenceWords(text);
        match words.next_name() {
            "var" => {
                let Some((call, above)) = module.split_last() else {
                    return;
                };
                let call = self
                    .module(above)
                    .and_then(|module| module.module_calls.get(*call));
                let given = call.and_then(|call| call.expressions.get(words.next_name()));
                if let Some(expression) = given {
                    self.expression(above, expression);
                }
            }
            "module" => {
                let name = words.next_name();
                words.index();
                let output = words.next_name();
                let mut path = module.to_vec();
                path.push(name);
                let Some(called) = self.module(&path) else {
                    return;
                };
                if output.is_empty() && matches!(reference, Reference::Whole(_)) {
                    self.whole(&path, called);
                } else if let Some(output) = called.outputs.get(output) {
                    self.expression(&path, &output.expression);
                    self.dependencies(&path, &output.depends_on);
                }
            }
            "local" | "each" | "count" | "path" | "terraform" | "self" => {}
            first => {
                let is_data = first == "data";
                let kind = if is_data { words.next_name() } else { first };
                self.resource(BlockPlace {
                    module: module.to_vec(),
                    kind,
                    name: words.next_name(),
                    is_data,
                });
            }
        }
    }

    /// All of a module, and of those that it calls.
    fn whole(&mut self, path: &[&'p str], module: &'p Module) {
        let mut all = vec![(path.to_vec(), module)];
        while let Some((path, module)) = all.pop() {
            for block in &module.resources {
                self.resource(BlockPlace {
                    module: path.clone(),
                    kind: &block.kind,
                    name: &block.name,
                    is_data: block.mode == "data",
                });
            }
            for (name, call) in &module.module_calls {
                let mut path = path.clone();
                path.push(name);
                all.push((path, &call.module));
            }
        }
    }
}
