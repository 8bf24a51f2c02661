//! The functions of Terraform of which the types of their arguments decide what they give, and those that stand for its operators.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::{given, map, text};
use super::equal::equal;
use super::one_type::{is_of_texts, may_be_turned, may_turn_each_other};
use super::partial::is_partial;
use super::sets::list;

/// Why a value is not known that Terraform turns into the type of another.
pub const MIXED: &str = "values of several types, of which one is made";

pub fn tomap(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let is_open = value.as_object().is_some_and(|fields| {
        let each: Vec<Value> = fields.values().cloned().collect();
        (is_partial(fields) && !is_of_texts(&value)) || may_turn_each_other(&each)
    });
    (!is_open).then_some(value).ok_or_else(|| MIXED.to_owned())
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
    let may_be_turned = may_be_turned(&value, &other);
    (!may_be_turned)
        .then_some(value)
        .ok_or_else(|| MIXED.to_owned())
}

pub fn of_one_type(items: Vec<Value>) -> Result<Vec<Value>, String> {
    match may_turn_each_other(&items) {
        true => Err(MIXED.to_owned()),
        false => Ok(items),
    }
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
    // It is turned into what the map holds.
    let is_of_texts = is_of_texts(&otherwise);
    let mut others = fields.values();
    if !is_of_texts && (fields.is_empty() || others.any(|one| may_be_turned(&otherwise, one))) {
        return Err(MIXED.to_owned());
    }
    Ok(otherwise)
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
    let others = all.iter().zip(samples).enumerate();
    let mut others = others.filter(|(other, _)| *other != at);
    let is_turned = others.any(|(_, (value, sample))| match sample {
        Value::Array(_) => false,
        Value::Null => may_be_turned(&found, value),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            may_be_turned(&found, sample)
        }
    });
    match is_turned {
        true => Err(MIXED.to_owned()),
        false => Ok(found),
    }
}
