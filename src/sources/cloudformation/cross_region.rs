//! What the CDK hands from a stack to one in another Region (`crossRegionReferences`): a custom resource of the one writes values into the
//! Parameter Store of the other's Region, from where a custom resource of that reads them.
//!
//! See <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib-readme.html#accessing-resources-in-a-different-stack-and-region>.

use serde_json::{Value, json};

use super::error::TemplateError;
use super::loops;
use super::names::kind;
use super::template::{Template, is_open, plain, unknown};
use super::text::Node;
use crate::known::Region;

const WRITER: &str = "Custom::CrossRegionExportWriter";
const READER: &str = "Custom::CrossRegionExportReader";

/// How the names begin of what is handed on so.
pub const EXPORTS: &str = "/cdk/exports/";

/// Whether a resource is one of these, which do nothing else.
pub fn is_one(resource: &Node) -> bool {
    [WRITER, READER].contains(&kind(resource))
}

/// What a resource reads by a name.
pub fn read_by<'n>(resource: &'n Node, name: &str) -> Option<&'n Node> {
    let properties = resource
        .get("Properties")
        .filter(|_| kind(resource) == READER)?;
    properties.get("ReaderProps")?.get("imports")?.get(name)
}

/// A value that a stack writes into the Parameter Store of a Region.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The Region.
    pub region: Region,
    /// Its name there.
    pub name: String,
    /// The value, or why it is not known.
    pub value: Value,
}

/// What the writers of a template write.
///
/// # Errors
/// Where the file is no template.
pub fn written(
    file: &str,
    bytes: &[u8],
    settings: &super::Settings,
) -> Result<Vec<Written>, TemplateError> {
    let root = loops::written_out(file, &super::root_or_none(file, bytes)?, settings);
    let template = Template::new(file, &root, settings);
    let resources = root.get("Resources").map_or(&[][..], Node::fields).iter();
    let writers = resources.filter(|(_, node)| kind(node) == WRITER);
    let each = writers.flat_map(|(id, node)| of_writer(&template, id, node).unwrap_or_default());
    Ok(each.collect())
}

/// What a writer writes; `None`: where to is not known.
fn of_writer(template: &Template<'_>, id: &str, node: &Node) -> Option<Vec<Written>> {
    let properties = node.get("Properties")?.get("WriterProps")?;
    let region = template.naming(|| template.value(properties.get("region")?))?;
    let region = Region::new(region.as_str()?);
    let condition = node.get("Condition").and_then(Node::text);
    let is_made = condition.map_or(Some(true), |name| {
        template.naming(|| template.condition_named(name))
    });
    if is_made == Some(false) {
        return None;
    }
    let each = properties.get("exports")?.fields().iter();
    let each = each.map(|(name, node)| {
        let at = format!("{}:{}: {id}", template.file, node.line);
        let value = match template.value(node) {
            _ if is_made.is_none() => unknown(format!("{at}, whose condition is not known")),
            Some(value) if is_open(&value) => value,
            value => match value.as_ref().and_then(plain) {
                Some(text) => json!(text),
                None => unknown(format!("{at}, which writes no text under {name}")),
            },
        };
        Written {
            region: region.clone(),
            name: name.clone(),
            value,
        }
    });
    Some(each.collect())
}
