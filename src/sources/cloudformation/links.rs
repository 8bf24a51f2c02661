//! What the parts of a template refer to by name, and under which conditions they do.

use super::template::{Template, plain};
use super::text::{Kind, Node};

/// What a part of a template refers to.
#[derive(Default)]
pub struct NameReferences<'n> {
    pub things: Vec<NameReference>,
    /// The conditions by which it chooses, with their lines.
    pub conditions: Vec<(usize, String)>,
    pub maps: Vec<MapReference<'n>>,
}

/// A parameter or a resource, by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
pub struct NameReference {
    pub line: usize,
    pub name: String,
    /// What is taken of it; `None`: what `Ref` gives.
    pub attribute: Option<String>,
    /// Whether the branch of `Fn::If` that it stands in is taken.
    pub is_taken: Option<bool>,
}

/// A value of a mapping.
pub struct MapReference<'n> {
    pub line: usize,
    /// The mapping, and the two keys.
    pub path: [&'n Node; 3],
    pub has_default: bool,
    pub is_taken: Option<bool>,
}

/// What a value refers to. What loops make that are not written out is not known.
pub fn of<'n>(
    template: &Template<'_>,
    nodes: impl IntoIterator<Item = &'n Node>,
) -> NameReferences<'n> {
    let mut all = NameReferences::default();
    for node in nodes {
        all.add(template, node, Some(true));
    }
    all
}

impl<'n> NameReferences<'n> {
    fn add(&mut self, template: &Template<'_>, node: &'n Node, is_taken: Option<bool>) {
        let fields = match &node.kind {
            Kind::List(items) => {
                for item in items {
                    self.add(template, item, is_taken);
                }
                return;
            }
            Kind::Map(fields) => fields.as_slice(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Doubtful(_) => {
                return;
            }
        };
        if let [(function, argument)] = fields
            && self.is_function(template, function, argument, is_taken)
        {
            return;
        }
        for (name, value) in fields {
            if !name.starts_with("Fn::ForEach") {
                self.add(template, value, is_taken);
            }
        }
    }

    /// Adds what an intrinsic function refers to, where it is one whose argument is more than a value.
    fn is_function(
        &mut self,
        template: &Template<'_>,
        function: &str,
        argument: &'n Node,
        is_taken: Option<bool>,
    ) -> bool {
        let mut link = |name: &str, attribute: Option<&str>| {
            self.things.push(NameReference {
                line: argument.line,
                name: name.to_owned(),
                attribute: attribute.map(str::to_owned),
                is_taken,
            });
        };
        match (function, argument.items()) {
            ("Ref", _) => match argument.text() {
                Some(name) => link(name, None),
                None => return false,
            },
            ("Fn::GetAtt", items) => match (argument.text(), items) {
                (Some(text), _) => {
                    let (name, attribute) = text.split_once('.').unwrap_or((text, ""));
                    link(name, Some(attribute));
                }
                (None, [name, attribute]) => match (name.text(), attribute.text()) {
                    (Some(name), Some(attribute)) => link(name, Some(attribute)),
                    (Some(name), None) => {
                        link(name, Some(""));
                        self.add(template, attribute, is_taken);
                    }
                    (None, _) => return false,
                },
                (None, _) => return false,
            },
            ("Fn::Sub", items) => {
                let own = items.get(1);
                let text = items.first().and_then(Node::text).or(argument.text());
                for hole in holes(text.unwrap_or_default()) {
                    if own.is_some_and(|own| own.get(hole).is_some()) {
                        continue;
                    }
                    match hole.split_once('.') {
                        Some((name, attribute)) => link(name, Some(attribute)),
                        None => link(hole, None),
                    }
                }
                for value in own
                    .map_or(&[][..], Node::fields)
                    .iter()
                    .map(|(_, node)| node)
                {
                    self.add(template, value, is_taken);
                }
            }
            ("Fn::If", [condition, yes, no]) => {
                let name = condition.text().unwrap_or_default();
                self.conditions.push((condition.line, name.to_owned()));
                let holds = template.naming(|| template.condition_named(name));
                self.add(template, yes, both(is_taken, holds));
                self.add(template, no, both(is_taken, holds.map(|holds| !holds)));
            }
            ("Fn::FindInMap", [map, first, second, rest @ ..]) => {
                self.maps.push(MapReference {
                    line: map.line,
                    path: [map, first, second],
                    has_default: !rest.is_empty(),
                    is_taken,
                });
                for node in argument.items() {
                    self.add(template, node, is_taken);
                }
            }
            _ => return false,
        }
        true
    }
}

/// Whether two hold.
pub fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// The names in a text of `Fn::Sub`.
fn holes(text: &str) -> impl Iterator<Item = &str> {
    let all = text.split("${").skip(1);
    let all = all.filter_map(|rest| rest.split_once('}'));
    all.map(|(hole, _)| hole)
        .filter(|hole| !hole.is_empty() && !hole.starts_with('!'))
}

impl MapReference<'_> {
    /// The mapping and the keys, as far as they are known.
    pub fn path(&self, template: &Template<'_>) -> [Option<String>; 3] {
        self.path.map(|node| {
            let value = template.naming(|| template.value(node));
            value.as_ref().and_then(plain)
        })
    }
}
