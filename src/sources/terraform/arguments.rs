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

/// A text, or what Terraform makes one of. Fractions are written in more ways than one.
///
/// # Errors
/// Where it is neither, or a fraction.
pub fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) => whole_number(&value).map(|number| number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err("a text is expected".to_owned()),
    }
}

/// A text of letters that are one and the same here and there.
///
/// # Errors
/// Where one may be of several characters.
pub fn ascii(text: String) -> Result<String, String> {
    match text.is_ascii() && !text.contains('\r') {
        true => Ok(text),
        false => Err("letters of several characters".to_owned()),
    }
}

/// A whole number, or a text that is one.
///
/// # Errors
/// Where it is none, or one that is not the same here and there.
pub fn whole_number(value: &Value) -> Result<i64, String> {
    /// All whole numbers below it are told apart.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let whole = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            let is_whole = number.fract() == 0.0 && number.abs() < MOST;
            is_whole.then(|| format!("{number:.0}").parse().ok())?
        }),
        Value::String(text) => text.parse().ok().filter(|it: &i64| it.to_string() == *text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    whole.ok_or_else(|| "a whole number is expected".to_owned())
}

/// True or false, or a text that is one of these.
///
/// # Errors
/// Where it is neither.
pub fn truth(value: &Value) -> Result<bool, String> {
    match (value, value.as_str()) {
        (Value::Bool(truth), _) => Ok(*truth),
        (_, Some("true" | "1")) => Ok(true),
        (_, Some("false" | "0")) => Ok(false),
        _ => Err("true or false is expected".to_owned()),
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
