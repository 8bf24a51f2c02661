//! The resources of a template that a change leaves as they are, and that refer to none that it does not.

use std::collections::BTreeSet;

use super::in_place;
use super::mentions::mentioned;
use super::reader::TemplateReader;
use super::resources::own_policy;
use super::text::Node;

/// Their logical ids.
pub fn resources(then: &TemplateReader<'_>, root: &Node) -> BTreeSet<String> {
    all_that(then, root, |id, node| then.is_same(id, node))
}

/// Those of the resources that a change leaves as they are but for what it changes in place.
pub fn kept(then: &TemplateReader<'_>, root: &Node) -> BTreeSet<String> {
    all_that(then, root, |id, node| in_place::is_kept(then, id, node))
}

fn all_that(
    then: &TemplateReader<'_>,
    root: &Node,
    is_same: impl Fn(&str, &Node) -> bool,
) -> BTreeSet<String> {
    let all = root.get("Resources").map_or(&[][..], Node::fields);
    let parameters = root.get("Parameters");
    let same = all
        .iter()
        .filter(|(id, node)| is_same(id, node) && own_policy::is_same_of(then, id, node));
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
