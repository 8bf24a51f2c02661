//! What the values of a template refer to, and on which parameters they depend.

use std::collections::BTreeSet;

use serde_json::Value;

use super::names;
use super::template::Template;
use super::text::{Kind, Node};

/// What a value refers to: `Ref`, `Fn::GetAtt`, `Fn::Sub`.
pub fn mentioned(template: &Template<'_>, node: &Node, names: &mut BTreeSet<String>) {
    // A name that is put together, and is not known, may be that of any.
    let named = |node: &Node| {
        let name = template.value(node);
        let name = name.as_ref().and_then(Value::as_str);
        name.unwrap_or_default().to_owned()
    };
    match &node.kind {
        Kind::Map(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "Ref" => names.extend([named(value)]),
                    "Fn::GetAtt" => {
                        let first = value.text().and_then(|text| text.split('.').next());
                        let first = first.map(str::to_owned);
                        names.extend(first.or_else(|| value.items().first().map(named)));
                    }
                    "Fn::Sub" => {
                        let own = value.items().get(1);
                        let text = value.items().first().and_then(Node::text);
                        let text = text.or_else(|| value.text()).unwrap_or_default();
                        let holes = text.split("${").skip(1);
                        let holes = holes.filter_map(|rest| rest.split(['}', '.']).next());
                        let of_others = holes.filter(|hole| {
                            !hole.starts_with('!') && own.is_none_or(|own| own.get(hole).is_none())
                        });
                        names.extend(of_others.map(str::to_owned));
                    }
                    _ => {}
                }
                mentioned(template, value, names);
            }
        }
        Kind::List(items) => items
            .iter()
            .for_each(|item| mentioned(template, item, names)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Doubtful(_) => {}
    }
}

/// The conditions that decide what a value comes to, and whether a resource is made.
fn conditions<'n>(node: &'n Node, names: &mut BTreeSet<&'n str>) {
    match &node.kind {
        Kind::Map(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "Condition" => names.extend(value.text()),
                    "Fn::If" => names.extend(value.items().first().and_then(Node::text)),
                    _ => {}
                }
                conditions(value, names);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| conditions(item, names)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Doubtful(_) => {}
    }
}

/// The parameters on which a value depends: those that it refers to, through its conditions, and through the names of the
/// resources that it refers to.
pub fn parameters(template: &Template<'_>, node: &Node) -> BTreeSet<String> {
    let mut on = DependsOn {
        template,
        seen: BTreeSet::new(),
        parameters: BTreeSet::new(),
    };
    on.value(node);
    on.parameters
}

/// The parameters on which a condition of a template depends.
pub fn parameters_of_condition(template: &Template<'_>, name: &str) -> BTreeSet<String> {
    let mut on = DependsOn {
        template,
        seen: BTreeSet::new(),
        parameters: BTreeSet::new(),
    };
    on.condition(name);
    on.parameters
}

/// The parameters in the making.
struct DependsOn<'t> {
    template: &'t Template<'t>,
    seen: BTreeSet<String>,
    parameters: BTreeSet<String>,
}

impl DependsOn<'_> {
    fn value(&mut self, node: &Node) {
        let mut names = BTreeSet::new();
        mentioned(self.template, node, &mut names);
        let root = self.template.root;
        let all = root.get("Parameters");
        for name in names {
            if all.is_some_and(|all| all.get(&name).is_some()) {
                self.parameters.insert(name);
                continue;
            }
            let Some(resource) = self.template.resource(&name) else {
                continue;
            };
            if self.seen.insert(name) {
                for part in names::naming(resource) {
                    self.value(part);
                }
            }
        }
        let mut names = BTreeSet::new();
        conditions(node, &mut names);
        for name in names {
            self.condition(name);
        }
    }

    fn condition(&mut self, name: &str) {
        let all = self.template.root.get("Conditions");
        if let Some(node) = all.and_then(|all| all.get(name))
            && self.seen.insert(format!("condition {name}"))
        {
            self.value(node);
        }
    }
}

/// Whether another template calls the resources alike to which a value refers.
pub fn are_called_alike(template: &Template<'_>, other: &Node, node: &Node) -> bool {
    let mut todo = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = todo.pop() {
        let mut names = BTreeSet::new();
        mentioned(template, node, &mut names);
        for name in names {
            let Some(resource) = template.resource(&name) else {
                continue;
            };
            let there = other.get("Resources").and_then(|all| all.get(&name));
            let Some(there) = there.filter(|there| names::kind(there) == names::kind(resource))
            else {
                return false;
            };
            let (own, its) = (names::naming(resource), names::naming(there));
            let written =
                |all: &[&Node]| -> Vec<Value> { all.iter().map(|node| node.to_value()).collect() };
            if written(&own) != written(&its) {
                return false;
            }
            if seen.insert(name) {
                todo.extend(own);
            }
        }
    }
    true
}
