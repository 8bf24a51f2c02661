//! What becomes of what a resource made, where the resource leaves the template or is replaced.

use std::collections::BTreeMap;

use super::names::kind;
use super::reader::TemplateReader;
use super::text::Node;

/// Whether what each resource of the template of now made stays, by their logical ids; `None`: not known.
pub struct Kept<'t>(BTreeMap<&'t str, Option<bool>>);

impl<'t> Kept<'t> {
    /// What the attributes of the resources say: `DeletionPolicy` of one that the change leaves out, `UpdateReplacePolicy` of
    /// one that it replaces.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html> and
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html>.
    pub fn of(now: &'t Node, then: &TemplateReader<'_>) -> Self {
        let resources = now.get("Resources").map_or(&[][..], Node::fields);
        let each = resources.iter().map(|(id, was)| {
            let stays = match then.template.resource(id) {
                None => says(was, "DeletionPolicy"),
                // Another takes its name, and it leaves the template.
                Some(is) if kind(is) != kind(was) => says(was, "DeletionPolicy"),
                // Which of the two templates counts, where they differ, is not documented.
                Some(is) => match then.is_made(is) {
                    Some(true) if then.unread.contains_key(id) => None,
                    Some(true) => agreed(was, is, "UpdateReplacePolicy"),
                    Some(false) => agreed(was, is, "DeletionPolicy"),
                    None => None,
                },
            };
            (id.as_str(), stays)
        });
        Self(each.collect())
    }

    /// Whether what a resource made stays.
    pub fn stays(&self, id: &str) -> Option<bool> {
        self.0.get(id).copied().flatten()
    }
}

fn agreed(was: &Node, is: &Node, attribute: &str) -> Option<bool> {
    let (was, is) = (says(was, attribute)?, says(is, attribute)?);
    (was == is).then_some(is)
}

fn says(resource: &Node, attribute: &str) -> Option<bool> {
    match resource.get(attribute).map(Node::text) {
        None | Some(Some("Delete" | "Snapshot")) => Some(false),
        Some(Some("Retain" | "RetainExceptOnCreate")) => Some(true),
        Some(_) => None,
    }
}
