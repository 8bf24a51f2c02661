//! The functions of Terraform of which the types of their arguments decide what they give, and those that stand for its operators.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::{given, map, text};
use super::equal::equal;
use super::one_type::{is_of_texts, made_one, may_be_turned};
use super::partial::is_partial;
use super::sets::list;

/// Why a value is not known that Terraform turns into the type of another.
pub const MIXED: &str = "values of several types, of which one is made";

pub fn tomap(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let Value::Object(fields) = value else {
        return Ok(value);
    };
    if is_partial(&fields) {
        let value = Value::Object(fields);
        let is_told = is_of_texts(&value);
        return is_told.then_some(value).ok_or_else(|| MIXED.to_owned());
    }
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let fields = names.into_iter().zip(of_one_type(values)?);
    Ok(Value::Object(fields.collect()))
}

pub fn is_equal(arguments: FuncArgs) -> Result<Value, String> {
    let [one, other] = given(arguments)?;
    let is = equal(&one, &other).map(Value::Bool);
    is.ok_or_else(|| "of which types they are is not known".to_owned())
}

pub fn is_unequal(arguments: FuncArgs) -> Result<Value, String> {
    Ok(Value::Bool(is_equal(arguments)? == Value::Bool(false)))
}

pub fn of_texts(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::Bool(is_of_texts(&value)))
}

pub fn beside(arguments: FuncArgs) -> Result<Value, String> {
    let [value, other] = given(arguments)?;
    if !may_be_turned(&value, &other) {
        return Ok(value);
    }
    let made = of_one_type(vec![value, other])?.into_iter().next();
    made.ok_or_else(|| MIXED.to_owned())
}

pub fn of_one_type(items: Vec<Value>) -> Result<Vec<Value>, String> {
    made_one(items).ok_or_else(|| MIXED.to_owned())
}

pub fn contains(arguments: FuncArgs) -> Result<Value, String> {
    let [items, value] = given(arguments)?;
    let items = list(items)?;
    let found: Vec<_> = items.iter().map(|item| equal(item, &value)).collect();
    match (found.contains(&Some(true)), found.contains(&None)) {
        (true, _) => Ok(Value::Bool(true)),
        (false, false) => Ok(Value::Bool(false)),
        (false, true) => Err("of which types they are is not known".to_owned()),
    }
}

pub fn lookup(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let fields = map(all.next().ok_or("a map is expected")?)?;
    let key = text(all.next().ok_or("a key is expected")?)?;
    let is_left_out = is_partial(&fields) && !fields.contains_key(&key);
    let otherwise = all.next().filter(|_| !is_left_out);
    if let Some(found) = fields.get(&key) {
        return Ok(found.clone());
    }
    let otherwise = otherwise.ok_or_else(|| format!("there is no `{key}`"))?;
    // It is turned into what the map holds, and is not where that is an object.
    let mut others = fields.values();
    let is_turned = match is_of_texts(&otherwise) {
        true => others.any(|one| !is_of_texts(one)),
        false => fields.is_empty() || others.any(|one| may_be_turned(&otherwise, one)),
    };
    match is_turned {
        true => Err(MIXED.to_owned()),
        false => Ok(otherwise),
    }
}

pub fn coalesce(arguments: FuncArgs) -> Result<Value, String> {
    let all = arguments.into_values();
    let samples = vec![Value::Null; all.len()];
    first_of(all, &samples)
}

/// The same with a value of the type of each argument, null where that is not known, and an empty list for one of any.
pub fn coalesce_of_types(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values();
    if all.is_empty() {
        return Err("a list is expected".to_owned());
    }
    let samples = list(all.remove(0))?;
    first_of(all, &samples)
}

fn first_of(all: Vec<Value>, samples: &[Value]) -> Result<Value, String> {
    let is_it = |value: &Value| !value.is_null() && value.as_str() != Some("");
    let at = all.iter().position(is_it);
    let at = at.ok_or_else(|| "all are null".to_owned())?;
    let found = all.get(at).cloned().unwrap_or(Value::Null);
    let mut kinds: Vec<Value> = Vec::new();
    for (_, (value, sample)) in all
        .iter()
        .zip(samples)
        .enumerate()
        .filter(|(other, _)| *other != at)
    {
        match sample {
            Value::Array(_) => {}
            Value::Null => kinds.push(value.clone()),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                kinds.push(sample.clone())
            }
        }
    }
    if !kinds.iter().any(|kind| may_be_turned(&found, kind)) {
        return Ok(found);
    }
    kinds.insert(0, found);
    let made = of_one_type(kinds)?.into_iter().next();
    made.ok_or_else(|| MIXED.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::functions::console::answer;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn one_type_is_made_of_values_as_terraform_makes_it() {
        for (written, is) in [
            (r#"coalesce(35, "x")"#, Some(json!("35"))),
            (r#"coalesce("", 35)"#, Some(json!("35"))),
            (r#"coalesce(null, 35, "x")"#, Some(json!("35"))),
            (r#"coalesce(true, 3, "x")"#, Some(json!("true"))),
            ("coalesce(true, 3)", None),
            (r#"coalesce(7 / 2, "x")"#, None),
            (r#"true ? 35 : "x""#, Some(json!("35"))),
            ("true ? true : 3", None),
            (r#"(true ? 35 : "x") == "35""#, Some(json!(true))),
            (r#"tolist([1, null, "a"])"#, Some(json!(["1", null, "a"]))),
            ("tolist([1, true])", None),
            ("tolist([1, [1]])", None),
            (r#"toset([1, "a"])"#, Some(json!(["1", "a"]))),
            (r#"distinct([1, "1"])"#, Some(json!(["1"]))),
            (r#"concat([1], ["a"])"#, None),
            (
                r#"tomap({a = 1, b = "x"})"#,
                Some(json!({"a": "1", "b": "x"})),
            ),
            ("tomap({a = 1, b = true})", None),
            (r#"lookup({a = "x"}, "b", 1)"#, None),
            (r#"lookup({a = 1}, "b", "1")"#, None),
            (r#"lookup({a = 1}, "a", "1")"#, Some(json!(1))),
            (r#"contains(tolist([1, "a"]), "1")"#, Some(json!(true))),
            (r#"contains([1, "a"], "1")"#, Some(json!(false))),
        ] {
            assert_eq!(answer(written), is, "{written}");
        }
    }
}
