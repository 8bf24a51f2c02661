//! Circles of references: what waits for itself is never made.
//!
//! See <https://repost.aws/knowledge-center/circular-dependency-cloudformation>.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{self, both};
use super::names::kind;
use super::reader::TemplateReader;
use super::text::Node;

/// What each refers to, by names.
type Graph<'n> = BTreeMap<&'n str, BTreeSet<String>>;

/// The circles of a template, with their lines.
pub fn of(reader: &TemplateReader<'_>) -> Vec<(usize, String)> {
    let root = reader.template.root;
    let conditions = root.get("Conditions").map_or(&[][..], Node::fields);
    let named = conditions.iter().map(|(name, node)| {
        let mut names = BTreeSet::new();
        conditions_in(node, &mut names);
        (name.as_str(), names)
    });
    let mut all = Vec::new();
    all.extend(told(conditions, &in_circles(named.collect()), ""));
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let [perhaps, certain] = [false, true].map(|is_certain| in_circles(graph(reader, is_certain)));
    let (found, unless) = match certain.is_empty() {
        true => (perhaps, ", unless a condition that is not known opens it"),
        false => (certain, ""),
    };
    all.extend(told(resources, &found, unless));
    all
}

/// What the resources of a template refer to: for certain, or perhaps. CloudFormation looks at nothing that a condition leaves out.
fn graph<'n>(reader: &TemplateReader<'n>, is_certain: bool) -> Graph<'n> {
    let resources = reader.template.root.get("Resources");
    let resources = resources.map_or(&[][..], Node::fields);
    let counts = |holds: Option<bool>| holds.unwrap_or(!is_certain);
    let made: BTreeMap<&str, Option<bool>> = resources
        .iter()
        .map(|(id, node)| (id.as_str(), reader.is_made(node)))
        .filter(|(_, is_made)| counts(*is_made))
        .collect();
    let each = resources.iter().filter_map(|(id, node)| {
        let is_made = *made.get(id.as_str())?;
        // What a transform makes of one refers to others by itself.
        if kind(node).starts_with("AWS::Serverless::") || kind(node).ends_with("::MODULE") {
            return None;
        }
        let own = node.fields().iter();
        let parts = own.filter(|(name, _)| name != "DependsOn");
        let links = links::of(&reader.template, parts.map(|(_, part)| part));
        let links = links.things.into_iter();
        let links = links.filter(|link| counts(both(is_made, link.is_taken)));
        let on = node.get("DependsOn").into_iter();
        let on = on.flat_map(|on| [on].into_iter().chain(on.items()));
        let on = on.filter_map(Node::text).map(str::to_owned);
        let names = links.map(|link| link.name).chain(on);
        Some((id.as_str(), names.collect()))
    });
    each.collect()
}

/// The conditions that one is made of.
fn conditions_in(node: &Node, names: &mut BTreeSet<String>) {
    for (name, value) in node.fields() {
        match value.text() {
            Some(text) if name == "Condition" => drop(names.insert(text.to_owned())),
            _ => conditions_in(value, names),
        }
    }
    for item in node.items() {
        conditions_in(item, names);
    }
}

/// What stands in a circle, or between two: what is left where what waits for nothing is taken away, and what nothing waits for.
fn in_circles(mut graph: Graph<'_>) -> BTreeSet<String> {
    loop {
        let count = graph.len();
        let left: BTreeSet<String> = graph.keys().map(|name| (*name).to_owned()).collect();
        graph.retain(|_, on| {
            on.retain(|name| left.contains(name));
            !on.is_empty()
        });
        let waited: BTreeSet<String> = graph.values().flatten().cloned().collect();
        graph.retain(|name, _| waited.contains(*name));
        if graph.len() == count {
            return left;
        }
    }
}

fn told(all: &[(String, Node)], names: &BTreeSet<String>, unless: &str) -> Option<(usize, String)> {
    let mut found = all.iter().filter(|(name, _)| names.contains(name));
    let line = found.next()?.1.line;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let told = match names.as_slice() {
        [one] => format!("{one} refers to itself{unless}"),
        all => format!("{} refer to each other in a circle{unless}", all.join(", ")),
    };
    Some((line, told))
}
