//! The resources of which the values that are given for a change do not tell whether the stack has them, or under which names: what it
//! has for its parameters now nobody tells.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html>.

use std::collections::{BTreeMap, BTreeSet};

use super::mentions::{parameters, parameters_of_condition};
use super::names::called;
use super::reader::TemplateReader;
use super::resources::is_read;
use super::template::{Identity, Settings, Template};
use super::text::{Kind, Node};

/// The parameters on which that depends, by the logical ids. The settings hide the values that are given.
pub fn of(file: &str, root: &Node, hidden: &Settings) -> BTreeMap<String, String> {
    let template = Template::new(file, root, hidden);
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let each = resources.iter().filter(|(_, node)| is_read(node));
    let each = each.filter_map(|(id, node)| {
        let condition = node.get("Condition").and_then(Node::text);
        let open = condition.filter(|name| template.condition_named(name).is_none());
        let of_condition = open.map(|name| parameters_of_condition(&template, name));
        let names = called(node).into_iter();
        let of_names = names.map(|part| parameters(&template, part));
        let mut all = of_condition.into_iter().chain(of_names).flatten();
        let on = all.find(|name| hidden.may_be_new(name))?;
        Some((id.clone(), on))
    });
    each.collect()
}

/// A template without the resources that are not there: the change makes them.
pub fn without_absent(
    root: &Node,
    settings: &Settings,
    unsettled: &BTreeMap<String, String>,
) -> Node {
    let absent = &settings.identity.absent;
    let is_absent = |id: &String| absent.contains(id) && unsettled.contains_key(id);
    let all = root.fields().iter().map(|(name, node)| {
        let node = match (&node.kind, name.as_str()) {
            (Kind::Map(fields), "Resources") => Node {
                line: node.line,
                kind: Kind::Map(
                    fields
                        .iter()
                        .filter(|(id, _)| !is_absent(id))
                        .cloned()
                        .collect(),
                ),
            },
            _ => node.clone(),
        };
        (name.clone(), node)
    });
    Node {
        line: root.line,
        kind: Kind::Map(all.collect()),
    }
}

/// Says which of them leave the answer open: what the facts do not have under the names that are given, or have, and the change
/// may delete.
pub fn left_open(
    now: &TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    unsettled: &BTreeMap<String, String>,
) {
    let file = now.template.file;
    let identity = &now.template.settings.identity;
    for (id, on) in unsettled {
        let Some(was) = now.template.resource(id) else {
            continue;
        };
        let is = then.template.resource(id);
        let made = [
            now.is_made(was),
            is.map_or(Some(false), |is| then.is_made(is)),
        ];
        // Of what neither stands in the facts nor is told not to, nothing is known.
        let is_told = match made.iter().any(|made| *made != Some(false)) {
            true => identity.there.contains(id),
            false => is_none_of_it(identity, id),
        };
        if is_told && !identity.others.contains(id) {
            continue;
        }
        then.open(format!(
            "{file}:{}: whether the stack has {id}, and under which name, depends on the parameter {on}: give --parameter-before {on}=VALUE, which is the one that it has now",
            was.line
        ));
    }
}

/// Whether the facts tell that the stack has none of what a resource makes.
fn is_none_of_it(identity: &Identity, id: &str) -> bool {
    identity.absent.contains(id) || identity.foreign.contains(id)
}

/// Says the same of values that are not given, and that the stack keeps: of what the change changes, makes or deletes.
pub fn kept_open(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    let hidden = Settings {
        hides_kept: true,
        ..then.template.settings.clone()
    };
    let mut open = Vec::new();
    for reader in [now, &*then] {
        let root = reader.template.root;
        let hidden = Template::new(reader.template.file, root, &hidden);
        let resources = root.get("Resources").map_or(&[][..], Node::fields);
        for (id, node) in resources.iter().filter(|(_, node)| is_read(node)) {
            if reader.is_same(id, node) {
                continue;
            }
            let takes = |name: &String| reader.template.takes_default(name);
            let condition = node.get("Condition").and_then(Node::text);
            let condition = condition.filter(|name| hidden.condition_named(name).is_none());
            let on = condition.map(|name| parameters_of_condition(&hidden, name));
            let of_condition = on.and_then(|on| on.into_iter().find(takes));
            let mut names = called(node)
                .into_iter()
                .flat_map(|part| parameters(&hidden, part));
            let of_names = names.find(takes);
            let identity = &now.template.settings.identity;
            let is_made = reader.is_made(node) != Some(false);
            let is_told = match now.template.resource(id).is_some() {
                true if identity.there.contains(id) => is_made,
                true if is_made => !identity.others.contains(id) && identity.absent.contains(id),
                true => !identity.others.contains(id) && is_none_of_it(identity, id),
                false => is_made && of_names.is_none(),
            };
            if let Some(on) = of_condition.or(of_names).filter(|_| !is_told) {
                open.push(format!(
                    "{}:{}: whether the stack has {id}, and under which name, depends on the parameter {on}, which is not given: give --parameter {on}=VALUE",
                    reader.template.file, node.line
                ));
            }
        }
    }
    for text in open {
        then.open(text);
    }
}

/// The parameters whose defaults are taken for the values that the stack keeps, by the things whose resources depend on them, but for
/// those of which the facts tell what is there.
pub fn taken(
    reader: &TemplateReader<'_>,
    is_told: impl Fn(&str) -> bool,
) -> BTreeMap<String, Vec<String>> {
    let template = &reader.template;
    let mut all = BTreeMap::new();
    for (thing, places) in &reader.places {
        let ids = places.iter().filter_map(|place| place.rsplit(' ').next());
        let nodes = ids
            .filter(|id| !is_told(id))
            .filter_map(|id| template.resource(id));
        let on = nodes.flat_map(|node| parameters(template, node));
        let on: BTreeSet<String> = on.filter(|name| template.takes_default(name)).collect();
        if !on.is_empty() {
            all.insert(thing.clone(), on.into_iter().collect());
        }
    }
    all
}
