//! What a stack gives to others: its outputs, to the stack that it is in, and those that it exports, to all of its account and Region.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>.

use serde_json::{Value, json};

use super::error::TemplateError;
use super::loops;
use super::template::{Template, is_open, plain, unknown};
use super::text::Node;

/// An output of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct StackOutput {
    /// Its logical id.
    pub id: String,
    /// What it is exported as, where it is and that is known.
    pub export: Option<String>,
    /// Its value, or why that is not known.
    pub value: Value,
}

/// The outputs of a template, but for those that its conditions leave out.
///
/// # Errors
/// Where the file is no template.
pub fn of(
    file: &str,
    bytes: &[u8],
    settings: &super::Settings,
) -> Result<Vec<StackOutput>, TemplateError> {
    let root = loops::written_out(file, &super::root_or_none(file, bytes)?, settings);
    let template = Template::new(file, &root, settings);
    let outputs = root.get("Outputs").map_or(&[][..], Node::fields);
    let each = outputs.iter().filter_map(|(id, node)| {
        let at = format!("{file}:{}: the output {id}", node.line);
        let condition = node.get("Condition").and_then(Node::text);
        let is_made = condition.map_or(Some(true), |name| {
            template.naming(|| template.condition_named(name))
        });
        let value = match is_made {
            Some(true) => template.value(node.get("Value")?)?,
            Some(false) => return None,
            None => unknown(format!("{at}, whose condition is not known")),
        };
        let value = match plain(&value) {
            Some(text) => json!(text),
            None if is_open(&value) => value,
            None => unknown(format!("{at}, which is no text")),
        };
        let name = node.get("Export").and_then(|export| export.get("Name"));
        let name = name.and_then(|name| plain(&template.naming(|| template.value(name))?));
        Some(StackOutput {
            id: id.clone(),
            export: name,
            value,
        })
    });
    Ok(each.collect())
}
