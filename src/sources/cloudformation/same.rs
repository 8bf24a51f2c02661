//! The resources of a template that a change leaves as they are, and that refer to none that it does not.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reader::TemplateReader;
use super::template::Template;
use super::text::{Kind, Node};

/// Their logical ids.
pub fn resources(then: &TemplateReader<'_>, root: &Node) -> BTreeSet<String> {
    let all = root.get("Resources").map_or(&[][..], Node::fields);
    let parameters = root.get("Parameters");
    let same = all.iter().filter(|(id, node)| then.is_same(id, node));
    let mut same: Vec<(&String, BTreeSet<String>)> = same
        .map(|(id, node)| {
            let mut names = BTreeSet::new();
            mentioned(&then.template, node, &mut names);
            names.retain(|name| {
                let is_parameter = parameters.is_some_and(|all| all.get(name).is_some());
                !is_parameter && !name.starts_with("AWS::")
            });
            (id, names)
        })
        .collect();
    loop {
        let ids: BTreeSet<&String> = same.iter().map(|(id, _)| *id).collect();
        let before = same.len();
        let changed: BTreeSet<String> = same
            .iter()
            .filter(|(_, names)| !names.iter().all(|name| ids.contains(name)))
            .map(|(id, _)| (*id).clone())
            .collect();
        same.retain(|(id, _)| !changed.contains(*id));
        if same.len() == before {
            return same.into_iter().map(|(id, _)| id.clone()).collect();
        }
    }
}

/// What a value refers to: `Ref`, `Fn::GetAtt`, `Fn::Sub`.
fn mentioned(template: &Template<'_>, node: &Node, names: &mut BTreeSet<String>) {
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
