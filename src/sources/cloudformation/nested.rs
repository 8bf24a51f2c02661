//! Stacks in stacks: those whose templates lie beside the one that makes them, as `sam` and the CDK write them.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::error::TemplateError;
use super::names::{kind, property};
use super::stack_tags::StackTags;
use super::template::{Settings, Template, plain};
use super::text::Node;

/// A stack that a template makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Its logical id.
    pub id: String,
    /// Where its template is.
    pub template: TemplateAt,
    /// What it is given, each where it is known; `None`: not known.
    pub parameters: Option<BTreeMap<String, Option<String>>>,
    /// Its tags.
    pub tags: StackTags,
}

/// Where the template of a stack within is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateAt {
    /// In a file, from the folder of the template that makes it.
    File(String),
    /// In a bucket, where the CDK puts it under the hash of what is in it.
    Asset(String),
}

/// The logical ids of the stacks that a template may make.
///
/// # Errors
/// Where the file is no template.
pub fn ids(file: &str, bytes: &[u8]) -> Result<BTreeSet<String>, TemplateError> {
    let root = super::root_or_none(file, bytes)?;
    let resources = root.get("Resources").map_or(&[][..], Node::fields);
    let stacks = resources
        .iter()
        .filter(|(_, node)| location(node).is_some());
    Ok(stacks.map(|(id, _)| id.clone()).collect())
}

/// The property of a stack within that says where its template is.
fn location(resource: &Node) -> Option<&'static str> {
    match kind(resource) {
        "AWS::CloudFormation::Stack" => Some("TemplateURL"),
        "AWS::Serverless::Application" => Some("Location"),
        _ => None,
    }
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
        let location = location(resource)?;
        let is_made = match resource.get("Condition") {
            None => true,
            Some(name) => template.condition_named(name.text()?) == Some(true),
        };
        // The CDK gives the address in a bucket, and says beside it which file goes there.
        let asset = resource
            .get("Metadata")
            .and_then(|all| all.get("aws:asset:path"));
        let address = || plain(&property(&template, resource, location)?);
        let path = asset
            .and_then(Node::text)
            .map(str::to_owned)
            .or_else(address)?;
        let hash = || {
            path.rsplit('/')
                .next()?
                .strip_suffix(".json")
                .map(str::to_owned)
        };
        let at = if path.contains("://") {
            TemplateAt::Asset(hash()?)
        } else {
            TemplateAt::File(path)
        };
        is_made.then(|| Nested {
            id: id.clone(),
            template: at,
            parameters: given(property(&template, resource, "Parameters")),
            tags: settings.tags.within(property(&template, resource, "Tags")),
        })
    });
    Ok(all.collect())
}

fn given(parameters: Option<Value>) -> Option<BTreeMap<String, Option<String>>> {
    let parameters = parameters.unwrap_or_else(|| json!({}));
    let Value::Object(fields) = parameters else {
        return None;
    };
    if fields.contains_key("unknown") && fields.len() == 1 {
        return None;
    }
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
    Some(
        each.map(|(name, value)| (name.clone(), text(value)))
            .collect(),
    )
}
