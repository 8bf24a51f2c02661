//! The values of parameters, those that are given and defaults, and what the template takes: CloudFormation refuses the rest.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use serde_json::Value;

use super::allowed_pattern;
use super::error::TemplateError;
use super::reader::TemplateReader;
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

/// Those whose defaults are taken, with these.
fn defaults<'r>(
    root: &'r Node,
    settings: &'r Settings,
) -> impl Iterator<Item = (&'r str, &'r Node, String)> {
    let all = root.get("Parameters").map_or(&[][..], Node::fields).iter();
    let taken = all.filter(|(name, _)| !settings.parameters.contains_key(name));
    taken.filter_map(|(name, parameter)| {
        let default = plain(&parameter.get("Default")?.to_value())?;
        Some((name.as_str(), parameter, default))
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

/// Says which defaults are refused, and which values may be yet.
pub fn left_open(reader: &mut TemplateReader<'_>) {
    let (file, root) = (reader.template.file, reader.template.root);
    let settings = reader.template.settings;
    let of_defaults = defaults(root, settings).filter_map(|(name, node, value)| {
        let why = refused(node, &value)?;
        Some(format!(
            "{file}:{}: the default of the parameter {name} is refused: {why}: give --parameter {name}=VALUE",
            node.line
        ))
    });
    let given = given(root, settings).map(|(name, node, value)| (name, node, value.to_owned()));
    let all = given.chain(defaults(root, settings));
    let not_checked = all.filter(|(_, node, value)| is_open_pattern(node, value));
    let not_checked = not_checked.map(|(name, node, _)| {
        format!(
            "{file}:{}: whether the value of the parameter {name} matches its AllowedPattern is not known: CloudFormation refuses one that does not",
            node.line
        )
    });
    let of_another = not_agreed(root, settings).map(|(line, says)| {
        format!("{file}:{line}: {says}, and CloudFormation refuses that: fix it")
    });
    let all = of_defaults.chain(not_checked).chain(of_another);
    for text in all.collect::<Vec<_>>() {
        reader.open(text);
    }
}

/// What of the parameters that the stack which a template is in gives it is not what it has, with the lines.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>.
fn not_agreed<'r>(root: &'r Node, settings: &'r Settings) -> impl Iterator<Item = (usize, String)> {
    let own = root.get("Parameters").map_or(&[][..], Node::fields);
    let given = &settings.parameters;
    let strange = given.keys();
    let strange = strange.filter(|name| !own.iter().any(|(own, _)| own == *name));
    let strange = strange.map(|name| {
        let says =
            format!("the stack that it is in gives the parameter {name}, which it does not have");
        (root.line, says)
    });
    let lacking = own.iter();
    let lacking = lacking.filter(|(name, _)| !given.contains_key(name));
    let lacking = lacking.filter(|(_, node)| node.get("Default").is_none());
    let lacking = lacking.map(|(name, node)| {
        let says = format!(
            "the stack that it is in does not give the parameter {name}, which has no default"
        );
        (node.line, says)
    });
    strange.chain(lacking).filter(|_| settings.is_given_all)
}

/// The type of a parameter.
fn type_of(parameter: &Node) -> &str {
    let of = parameter.get("Type").and_then(Node::text);
    of.unwrap_or("String")
}

/// The values in that of a parameter.
fn parts<'v>(parameter: &Node, value: &'v str) -> Vec<&'v str> {
    let of = type_of(parameter);
    match of.starts_with("List<") || of == "CommaDelimitedList" {
        true => value.split(',').map(str::trim).collect(),
        false => vec![value],
    }
}

/// Whether a value matches the pattern of its parameter; `None`: not known.
fn matches(parameter: &Node, value: &str) -> Option<bool> {
    let Some(pattern) = parameter.get("AllowedPattern") else {
        return Some(true);
    };
    let pattern = pattern.text()?;
    let mut all = Some(true);
    for part in parts(parameter, value) {
        match allowed_pattern::matches(pattern, part) {
            Some(false) => return Some(false),
            None => all = None,
            Some(true) => {}
        }
    }
    all
}

/// Of the other types no page says whether their patterns count.
fn has_pattern(parameter: &Node) -> bool {
    ["String", "CommaDelimitedList"].contains(&type_of(parameter))
}

fn is_open_pattern(parameter: &Node, value: &str) -> bool {
    match matches(parameter, value) {
        Some(is_it) => !is_it && !has_pattern(parameter),
        None => true,
    }
}

/// Why a value is refused, without the value, which may be a secret.
fn refused(parameter: &Node, value: &str) -> Option<String> {
    let of = type_of(parameter);
    let bound = |name: &str| -> Option<f64> {
        let bound = parameter.get(name)?.to_value();
        plain(&bound)?.parse().ok()
    };
    let parts = parts(parameter, value);
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
    if has_pattern(parameter) && matches(parameter, value) == Some(false) {
        return Some("it does not match its AllowedPattern".to_owned());
    }
    None
}
