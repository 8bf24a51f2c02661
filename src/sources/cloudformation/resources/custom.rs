//! Custom resources: what they are given tells whom they speak to, and the function that they call, where the template has it, what it
//! does.
//!
//! See <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html>.

use crate::sources::cloudformation::cross_region::is_one;
use crate::sources::cloudformation::resources::functions;
use crate::sources::cloudformation::template::Template;
use crate::sources::cloudformation::text::Node;
use crate::sources::commands::{changes, texts};
use crate::sources::service_calls::matters;

/// What a custom resource does that may matter, in words; `None`: nothing that is told.
pub fn does(template: &Template<'_>, resource: &Node) -> Option<String> {
    // It hands on what it names.
    if is_one(resource) {
        return by_function(template, resource.get("Properties")?);
    }
    // The CDK writes each call as JSON in a text.
    let given = resource.to_value().to_string().replace('\\', "");
    let is_near = ["backup", "kms"]
        .iter()
        .any(|word| given.to_lowercase().contains(word));
    if is_near {
        return Some("is a custom resource, and what it changes is not known".to_owned());
    }
    let properties = resource.get("Properties")?;
    let calls = ["Create", "Update", "Delete"]
        .into_iter()
        .filter_map(|moment| {
            let text = properties.get(moment)?.to_value().to_string();
            let text = text.replace('\\', "");
            Some((told(&text, "service")?, told(&text, "action")?))
        });
    let calls: Vec<(String, String)> = calls.collect();
    // Where it tells its calls, its function makes those of all that are told so.
    if calls.is_empty() {
        return by_function(template, properties);
    }
    let mut calls = calls.iter();
    let (service, action) = calls.find(|(service, action)| matters(service, action))?;
    Some(format!(
        "is a custom resource that calls {action} of {service}, and what comes of it is not known"
    ))
}

fn by_function(template: &Template<'_>, properties: &Node) -> Option<String> {
    let (function, does) = functions::called(template, properties)?;
    Some(format!(
        "is a custom resource whose function {function} {does}, and what comes of it is not known"
    ))
}

/// What an association of Systems Manager runs that may matter, in words.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-association.html>.
pub fn runs(association: &Node) -> Option<String> {
    let given = association.get("Properties")?.to_value();
    let does = changes(&texts(&given))?;
    Some(format!("{does}, and what comes of it is not known"))
}

/// The first value of a key in a text of JSON.
fn told(text: &str, key: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{key}\":"))?;
    let value = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    Some(value.to_owned())
}
