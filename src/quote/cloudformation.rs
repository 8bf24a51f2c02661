//! CloudFormation templates: some objects are functions, and some text is looked up.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.

use serde_json::Value;

/// Whether CloudFormation would take a value as it stands. There is no escape for what it would look up or work out.
#[must_use]
pub fn is_literal(value: &Value) -> bool {
    match value {
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().all(is_literal),
        Value::Object(map) => map.iter().all(|(name, value)| {
            name != "Ref" && !name.starts_with("Fn::") && text(name) && is_literal(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a text holds nothing that is looked up.
#[must_use]
pub fn text(text: &str) -> bool {
    !text.contains("{{resolve:")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn functions_and_references_are_no_literals() {
        assert!(is_literal(
            &json!({"Statement": [{"Condition": {"a": "${aws:x}"}}], "n": [1, null]})
        ));
        for live in [
            json!({"Ref": "AWS::AccountId"}),
            json!([{"Fn::Transform": {"Name": "AWS::Include"}}]),
            json!({"a": {"b": "x{{resolve:ssm:/x}}"}}),
            json!({"{{resolve:ssm:/x}}": 1}),
        ] {
            assert!(!is_literal(&live), "{live}");
        }
    }
}
