//! The transforms of a template.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transforms-section-structure.html>.

use super::text::Node;

/// The transform of SAM.
pub const SAM: &str = "AWS::Serverless-2016-10-31";

/// The transform that brings more functions, and lets functions stand where else they do not.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>.
pub const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// The transforms of a template by their names, with the lines; `?` is one without.
pub fn of(root: &Node) -> impl Iterator<Item = (usize, &str)> {
    let all = root.get("Transform").into_iter();
    let each = all.flat_map(|one| match one.items() {
        [] => std::slice::from_ref(one),
        items => items,
    });
    each.map(|one| {
        let name = one.text().or_else(|| one.get("Name").and_then(Node::text));
        (one.line, name.unwrap_or("?"))
    })
}

/// Whether a template has a transform.
pub fn has(root: &Node, transform: &str) -> bool {
    of(root).any(|(_, name)| name == transform)
}
