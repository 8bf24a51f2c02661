//! Templates that CloudFormation does not take: with a section, a property or a name that nobody has, without what a type requires, or
//! with a circle of references, it refuses the whole template, and all stays as it was.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html>.

use super::anatomy;
use super::circles;
use super::names::kind;
use super::no_such_name;
use super::reader::TemplateReader;
use super::schemas;
use super::text::Node;
use crate::known::near;

/// The sections of a template.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The section of a template of SAM, and its transform.
const SAM: (&str, &str) = ("Globals", "AWS::Serverless-2016-10-31");

/// The sections that `aws cloudformation package` writes out.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>.
const PACKAGED: &[&str] = &["Constants", "Modules"];

/// Says why CloudFormation refuses the template, where it does.
pub fn refused(reader: &mut TemplateReader<'_>) {
    let root = reader.template.root;
    let mut all = sections(root);
    all.extend(anatomy::told(reader, is_of_sam(root)));
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let more_may_be_made = makes_more(root);
    all.extend(no_such_name::told(reader, more_may_be_made));
    all.extend(circles::of(reader));
    for (id, resource) in resources {
        if !more_may_be_made {
            all.extend(depends_on(id, resource, resources));
        }
        if reader.is_made(resource) != Some(false) {
            all.extend(schemas::misfits(&reader.template, id, resource));
        }
    }
    for (line, what) in all {
        let file = reader.template.file;
        reader.open(format!(
            "{file}:{line}: {what}, and CloudFormation refuses the template: fix it"
        ));
    }
}

/// The transforms of a template by their names.
fn transforms(root: &Node) -> impl Iterator<Item = &str> {
    let all = root.get("Transform").into_iter();
    all.flat_map(|one| [one].into_iter().chain(one.items()))
        .filter_map(Node::text)
}

/// Whether a template is one of SAM.
fn is_of_sam(root: &Node) -> bool {
    transforms(root).any(|name| name == SAM.1)
}

/// Whether there may be resources that are not written in the template.
fn makes_more(root: &Node) -> bool {
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    is_of_sam(root)
        || resources
            .iter()
            .any(|(id, resource)| id.starts_with("Fn::") || kind(resource).ends_with("::MODULE"))
}

fn sections(root: &Node) -> Vec<(usize, String)> {
    let is_sam = is_of_sam(root);
    let odd = root.fields().iter().filter(|(name, _)| {
        let is_of_sam = name == SAM.0 && is_sam;
        !SECTIONS.contains(&name.as_str()) && !is_of_sam && !name.starts_with("Fn::")
    });
    let each = odd.map(|(name, node)| {
        let meant = near::meant(name, SECTIONS.iter().copied());
        let hint = match meant {
            _ if PACKAGED.contains(&name.as_str()) => {
                ", which `aws cloudformation package` writes out: give what that makes of it"
                    .to_owned()
            }
            Some(meant) => format!(", which no template has (did you mean `{meant}`?)"),
            None => ", which no template has".to_owned(),
        };
        (node.line, format!("the section `{name}`{hint}"))
    });
    each.collect()
}

fn depends_on(id: &str, resource: &Node, resources: &[(String, Node)]) -> Vec<(usize, String)> {
    let Some(on) = resource.get("DependsOn") else {
        return Vec::new();
    };
    let names = [on].into_iter().chain(on.items()).filter_map(Node::text);
    let odd = names.filter(|name| !resources.iter().any(|(id, _)| id == name));
    let each = odd.map(|name| {
        (
            on.line,
            format!("{id} depends on `{name}`, which is not in the template"),
        )
    });
    each.collect()
}
