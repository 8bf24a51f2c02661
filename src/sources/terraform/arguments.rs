//! What functions are called with.

use hcl::Value;
use hcl::eval::FuncArgs;

/// So many of them.
///
/// # Errors
/// Where they are more or fewer.
pub fn given<const N: usize>(arguments: FuncArgs) -> Result<[Value; N], String> {
    <[Value; N]>::try_from(arguments.into_values())
        .map_err(|all| format!("{} arguments", all.len()))
}

/// A text, or what Terraform makes one of.
///
/// # Errors
/// Where it is neither.
pub fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err("a text is expected".to_owned()),
    }
}

/// The fields of a map.
///
/// # Errors
/// Where it is none.
pub fn map(value: Value) -> Result<hcl::Map<String, Value>, String> {
    match value {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err("a map is expected".to_owned())
        }
    }
}
