//! The values that are given for parameters, and what the template takes: CloudFormation refuses the rest.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use serde_json::Value;

use super::error::TemplateError;
use super::template::{Settings, is_open, plain};
use super::text::Node;

/// The parameters of a template for which a value is given.
fn given<'r>(
    root: &'r Node,
    settings: &'r Settings,
) -> impl Iterator<Item = (&'r str, &'r Node, &'r str)> {
    let all = root.get("Parameters").map_or(&[][..], Node::fields).iter();
    all.filter_map(|(name, parameter)| {
        let value = settings.parameters.get(name)?.as_deref()?;
        Some((name.as_str(), parameter, value))
    })
}

/// # Errors
/// Where a value is one that CloudFormation refuses.
pub fn taken(file: &str, root: &Node, settings: &Settings) -> Result<(), TemplateError> {
    for (name, parameter, value) in given(root, settings) {
        if let Some(why) = refused(parameter, value) {
            return Err(TemplateError::Parameter {
                file: file.to_owned(),
                line: parameter.line,
                name: name.to_owned(),
                why,
            });
        }
    }
    Ok(())
}

/// The values that may be refused yet, in words.
pub fn not_checked(file: &str, root: &Node, settings: &Settings) -> Vec<String> {
    let patterns =
        given(root, settings).filter(|(_, node, _)| node.get("AllowedPattern").is_some());
    let told = patterns.map(|(name, node, _)| {
        format!(
            "{file}:{}: whether the value of the parameter {name} matches its AllowedPattern is not checked",
            node.line
        )
    });
    told.collect()
}

/// Why a value is refused, without the value, which may be a secret.
fn refused(parameter: &Node, value: &str) -> Option<String> {
    let of = parameter
        .get("Type")
        .and_then(Node::text)
        .unwrap_or("String");
    let bound = |name: &str| -> Option<f64> {
        let bound = parameter.get(name)?.to_value();
        plain(&bound)?.parse().ok()
    };
    let is_list = of.starts_with("List<") || of == "CommaDelimitedList";
    let parts: Vec<&str> = if is_list {
        value.split(',').map(str::trim).collect()
    } else {
        vec![value]
    };
    if let Some(allowed) = parameter.get("AllowedValues") {
        let allowed: Vec<Value> = allowed.items().iter().map(Node::to_value).collect();
        let may_be_other = allowed.iter().any(is_open);
        let allowed: Vec<String> = allowed.iter().filter_map(plain).collect();
        if !may_be_other
            && parts
                .iter()
                .any(|part| !allowed.iter().any(|one| one == part))
        {
            return Some(format!("its AllowedValues are {}", allowed.join(", ")));
        }
    }
    if of == "Number" || of == "List<Number>" {
        for part in parts {
            let Ok(number) = part.parse::<f64>() else {
                return Some("it is of the type Number".to_owned());
            };
            if bound("MinValue").is_some_and(|least| number < least) {
                return Some("it is less than its MinValue".to_owned());
            }
            if bound("MaxValue").is_some_and(|most| number > most) {
                return Some("it is more than its MaxValue".to_owned());
            }
        }
        return None;
    }
    let length = u32::try_from(value.chars().count()).map_or(f64::MAX, f64::from);
    if of == "String" && bound("MinLength").is_some_and(|least| length < least) {
        return Some("it is shorter than its MinLength".to_owned());
    }
    if of == "String" && bound("MaxLength").is_some_and(|most| length > most) {
        return Some("it is longer than its MaxLength".to_owned());
    }
    None
}
