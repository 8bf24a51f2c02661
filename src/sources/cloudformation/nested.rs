//! Stacks in stacks: those whose templates lie beside the one that makes them, as `sam` and the CDK write them.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::TemplateError;
use super::names::{kind, property};
use super::template::{Settings, Template, plain};
use super::text::Node;

/// A stack that a template makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Its logical id.
    pub id: String,
    /// Where its template is, from the folder of the one that makes it.
    pub path: String,
    /// What it is given; `None`: not known.
    pub parameters: BTreeMap<String, Option<String>>,
}

/// The stacks that a template makes for certain, of templates that are files.
///
/// # Errors
/// Where the file is no template.
pub fn of(file: &str, bytes: &[u8], settings: &Settings) -> Result<Vec<Nested>, TemplateError> {
    let root = super::root(file, bytes)?;
    let template = Template::new(file, &root, settings);
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let all = resources.iter().filter_map(|(id, resource)| {
        let location = match kind(resource) {
            "AWS::CloudFormation::Stack" => "TemplateURL",
            "AWS::Serverless::Application" => "Location",
            _ => return None,
        };
        let is_made = match resource.get("Condition") {
            None => true,
            Some(name) => template.condition_named(name.text()?) == Some(true),
        };
        // The CDK gives the address in a bucket, and says beside it which file goes there.
        let asset = resource
            .get("Metadata")
            .and_then(|all| all.get("aws:asset:path"));
        let path = match asset.and_then(Node::text) {
            Some(path) => path.to_owned(),
            None => plain(&property(&template, resource, location)?)?,
        };
        let is_file = !path.is_empty() && !path.contains("://");
        (is_made && is_file).then(|| Nested {
            id: id.clone(),
            path,
            parameters: given(property(&template, resource, "Parameters")),
        })
    });
    Ok(all.collect())
}

fn given(parameters: Option<Value>) -> BTreeMap<String, Option<String>> {
    let Some(Value::Object(fields)) = parameters else {
        return BTreeMap::new();
    };
    let text = |value: &Value| match value {
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(plain).collect();
            items.map(|items| items.join(","))
        }
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => plain(other),
    };
    let each = fields.iter();
    each.map(|(name, value)| (name.clone(), text(value)))
        .collect()
}
