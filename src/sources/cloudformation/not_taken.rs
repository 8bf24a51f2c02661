//! Templates that CloudFormation does not take: with a section, a property or a name that nobody has, without what a type requires, or
//! with a circle of references, it refuses the whole template, and all stays as it was.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html>.

use super::anatomy;
use super::circles;
use super::intrinsics;
use super::limits;
use super::names::kind;
use super::no_such_name;
use super::reader::TemplateReader;
use super::schemas;
use super::text::{Kind, Node};
use super::transforms;
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

/// The section of a template of SAM.
const OF_SAM: &str = "Globals";

/// The sections that `aws cloudformation package` writes out.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>.
const PACKAGED: &[&str] = &["Constants", "Modules"];

/// Says why CloudFormation refuses the template, which is so many bytes long, where it does.
pub fn refused(reader: &mut TemplateReader<'_>, bytes: usize) {
    let root = reader.template.root;
    let mut all = sections(root);
    all.extend(limits::passed(root, bytes));
    all.extend(intrinsics::told(reader));
    all.extend(anatomy::told(
        reader,
        transforms::has(root, transforms::SAM),
    ));
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

/// Whether there may be resources that are not written in the template.
fn makes_more(root: &Node) -> bool {
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    transforms::has(root, transforms::SAM)
        || resources
            .iter()
            .any(|(id, resource)| id.starts_with("Fn::") || kind(resource).ends_with("::MODULE"))
}

fn sections(root: &Node) -> Vec<(usize, String)> {
    let is_sam = transforms::has(root, transforms::SAM);
    let odd = root.fields().iter().filter(|(name, _)| {
        let is_of_sam = name == OF_SAM && is_sam;
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
    let all = if let Kind::List(items) = &on.kind {
        items
    } else {
        std::slice::from_ref(on)
    };
    let odd = all.iter().filter_map(|one| match one.text() {
        None => Some("depends on what is not written as a name".to_owned()),
        Some(name) if resources.iter().any(|(id, _)| id == name) => None,
        Some(name) => Some(format!("depends on `{name}`, which is not in the template")),
    });
    odd.map(|says| (on.line, format!("{id} {says}"))).collect()
}
