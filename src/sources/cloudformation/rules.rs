//! The rules of a template: where one does not hold, CloudFormation makes and changes nothing.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html>.

use serde_json::Value;

use super::conditions::{all_hold, any_holds};
use super::mentions;
use super::reader::TemplateReader;
use super::template::{Template, of_store, plain, why};
use super::text::Node;

/// Says which rules do not hold, and of which it is not known.
pub fn told(reader: &mut TemplateReader<'_>) {
    let template = &reader.template;
    let rules = template.root.get("Rules").map_or(&[][..], Node::fields);
    let mut open = Vec::new();
    for (name, rule) in rules {
        let at = format!("{}:{}:", template.file, rule.line);
        match template.naming(|| holds(template, rule)) {
            Some(true) => {}
            None if asks_for_bootstrap(template, rule) => {}
            Some(false) => open.push(format!(
                "{at} the rule {name} does not hold: CloudFormation refuses the values of the parameters"
            )),
            None => {
                let why = template.naming(|| why_open(template, rule));
                let why = why.map_or_else(String::new, |why| format!(" ({why})"));
                open.push(format!(
                    "{at} whether the rule {name} holds is not known{why}: where it does not, CloudFormation refuses the values of the parameters"
                ));
            }
        }
    }
    for text in open {
        reader.open(text);
    }
}

/// Whether a rule asks for the version of the stack that the CDK deploys with, which its command line reads before it does.
///
/// See <https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>.
fn asks_for_bootstrap(template: &Template<'_>, rule: &Node) -> bool {
    let parameters = template.root.get("Parameters");
    let is_version = |name: &String| {
        let parameter = parameters.and_then(|all| all.get(name));
        let stored = parameter.filter(|node| of_store(node).is_some());
        let name = stored.and_then(|node| node.get("Default")?.text());
        name.is_some_and(|name| name.starts_with("/cdk-bootstrap/"))
    };
    let on = mentions::parameters(template, rule);
    !on.is_empty() && on.iter().all(is_version)
}

/// Whether a rule holds; one whose condition does not hold asks for nothing.
fn holds(template: &Template<'_>, rule: &Node) -> Option<bool> {
    let condition = rule.get("RuleCondition");
    let applies = condition.map_or(Some(true), |node| is_true(template, node));
    let assertions = rule.get("Assertions").map_or(&[][..], Node::items);
    let asserted = all_hold(
        assertions
            .iter()
            .map(|one| is_true(template, one.get("Assert")?)),
    );
    match (applies, asserted) {
        _ if assertions.is_empty() => None,
        (Some(false), _) | (_, Some(true)) => Some(true),
        (Some(true), asserted) => asserted,
        (None, _) => None,
    }
}

/// What a function of rules comes to.
fn is_true(template: &Template<'_>, node: &Node) -> Option<bool> {
    let [(function, argument)] = node.fields() else {
        return None;
    };
    let items = argument.items();
    let each = || items.iter().map(|one| is_true(template, one));
    match (function.as_str(), items) {
        ("Fn::And", _) => all_hold(each()),
        ("Fn::Or", _) => any_holds(each()),
        ("Fn::Not", [_]) => each().next()?.map(|holds| !holds),
        ("Fn::Equals", _) => template.condition(node),
        ("Fn::Contains", [list, value]) => {
            let values = texts(template, value)?;
            let [value] = values.as_slice() else {
                return None;
            };
            Some(texts(template, list)?.contains(value))
        }
        ("Fn::EachMemberEquals", [list, value]) => {
            let values = texts(template, value)?;
            let [value] = values.as_slice() else {
                return None;
            };
            Some(texts(template, list)?.iter().all(|one| one == value))
        }
        ("Fn::EachMemberIn", [list, among]) => {
            let among = texts(template, among)?;
            Some(texts(template, list)?.iter().all(|one| among.contains(one)))
        }
        // What `Fn::ValueOf` and `Fn::ValueOfAll` ask for stands in the account.
        _ => None,
    }
}

/// The texts of a list, of a text the one.
fn texts(template: &Template<'_>, node: &Node) -> Option<Vec<String>> {
    if let [(name, of)] = node.fields()
        && name == "Fn::RefAll"
    {
        return all_of(template, of.text()?);
    }
    if !node.items().is_empty() {
        let each = node.items().iter().map(|item| texts(template, item));
        return Some(each.collect::<Option<Vec<_>>>()?.concat());
    }
    match template.value(node)? {
        Value::Array(items) => items.iter().map(plain).collect(),
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => plain(&value).map(|text| vec![text]),
    }
}

/// The values of all parameters of a type.
fn all_of(template: &Template<'_>, of: &str) -> Option<Vec<String>> {
    let all = template
        .root
        .get("Parameters")
        .map_or(&[][..], Node::fields);
    let all = all
        .iter()
        .filter(|(_, node)| node.get("Type").and_then(Node::text) == Some(of));
    let values = all.map(|(name, node)| match template.parameter(name, node) {
        Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>(),
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => plain(&value).map(|text| vec![text]),
    });
    Some(values.collect::<Option<Vec<_>>>()?.concat())
}

/// Why a rule is not known, as far as a value tells it.
fn why_open(template: &Template<'_>, node: &Node) -> Option<String> {
    match node.fields() {
        [(name, _)] if ["Ref", "Fn::Sub", "Fn::FindInMap"].contains(&name.as_str()) => {
            why(&template.value(node)?).map(str::to_owned)
        }
        [(name, _)] if name.starts_with("Fn::ValueOf") || name == "Fn::RefAll" => {
            Some(format!("{}:{}: {name}", template.file, node.line))
        }
        fields => {
            let within = fields.iter().map(|(_, node)| node).chain(node.items());
            within.into_iter().find_map(|node| why_open(template, node))
        }
    }
}
