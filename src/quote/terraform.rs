//! Terraform's JSON syntax: a string is a template, and so are the names within an argument.
//!
//! See <https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1>.

use serde_json::{Map, Value};

/// An argument whose text is nothing but text.
#[must_use]
pub fn literal(value: &Value) -> Value {
    match value {
        Value::String(string) => text(string).into(),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(map) => {
            let each = map.iter().map(|(name, value)| (text(name), literal(value)));
            each.collect::<Map<_, _>>().into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// An argument that refers to something else of the configuration.
#[must_use]
pub fn reference(to: &str) -> Value {
    format!("${{{to}}}").into()
}

fn text(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_name_and_no_text_is_a_template() {
        assert_eq!(
            literal(&json!({"${a}": ["%{ if true }", {"b": "c $d ${e}"}], "n": 1})),
            json!({"$${a}": ["%%{ if true }", {"b": "c $d $${e}"}], "n": 1})
        );
        assert_eq!(reference("var.a"), "${var.a}");
    }
}
