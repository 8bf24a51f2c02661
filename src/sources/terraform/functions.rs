//! The functions of Terraform that configurations of backups use. One that is not here leaves its expression unknown.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};

use super::loops::IN_ORDER;
use super::partial::{holds_partial, is_partial};
use super::sets::{holds_set, in_a_row, list, ordered, set};

type Func = fn(FuncArgs) -> Result<Value, String>;

#[rustfmt::skip]
const FUNCTIONS: &[(&str, Func)] = &[
    ("jsonencode", jsonencode),
    ("jsondecode", jsondecode),
    ("toset",      toset),
    ("distinct",   distinct),
    ("tolist",     tolist),
    ("tomap",      same),
    (IN_ORDER,     in_order),
    ("tostring",   tostring),
    ("concat",     concat),
    ("flatten",    flatten),
    ("compact",    compact),
    ("merge",      merge),
    ("keys",       keys),
    ("values",     values),
    ("length",     length),
    ("join",       join),
    ("split",      split),
    ("format",     format),
    ("lower",      lower),
    ("upper",      upper),
    ("replace",    replace),
    ("trimspace",  trimspace),
    ("contains",   contains),
    ("lookup",     lookup),
    ("element",    element),
    ("coalesce",   coalesce),
    ("one",        one),
];

/// Declares them.
pub fn declare(context: &mut Context<'static>) {
    for (name, function) in FUNCTIONS {
        let definition = FuncDef::builder()
            .variadic_param(ParamType::Any)
            .build(*function);
        context.declare_func(*name, definition);
    }
}

fn given<const N: usize>(arguments: FuncArgs) -> Result<[Value; N], String> {
    <[Value; N]>::try_from(arguments.into_values())
        .map_err(|all| format!("{} arguments", all.len()))
}

fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err("a text is expected".to_owned()),
    }
}

fn jsonencode(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    if holds_set(&value) {
        return Err("a set, or a map".to_owned());
    }
    if holds_partial(&value) {
        return Err("not all of its fields are known".to_owned());
    }
    serde_json::to_string(&ordered(value))
        .map(Value::String)
        .map_err(|error| error.to_string())
}

fn jsondecode(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    serde_json::from_str::<Value>(&text(value)?).map_err(|error| error.to_string())
}

fn same(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(value)
}

fn in_order(arguments: FuncArgs) -> Result<Value, String> {
    let [mut value] = given(arguments)?;
    if let Some(fields) = value.as_object_mut() {
        fields.sort_keys();
    }
    Ok(value)
}

fn tolist(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    list(value).map(Value::Array)
}

fn toset(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    set(value)
}

fn distinct(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let mut all: Vec<Value> = Vec::new();
    for item in list(value)? {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    Ok(Value::Array(all))
}

fn tostring(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    text(value).map(Value::String)
}

fn concat(arguments: FuncArgs) -> Result<Value, String> {
    let lists: Result<Vec<_>, _> = arguments.into_values().into_iter().map(list).collect();
    Ok(Value::Array(lists?.concat()))
}

fn flatten(arguments: FuncArgs) -> Result<Value, String> {
    fn flat(value: Value, all: &mut Vec<Value>) {
        match value {
            Value::Array(items) => items.into_iter().for_each(|item| flat(item, all)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => all.push(value),
        }
    }
    let [value] = given(arguments)?;
    let value = in_a_row(value);
    // The sets in it are made flat, and the maps are not.
    if holds_set(&value) {
        return Err("a set, or a map".to_owned());
    }
    let mut all = Vec::new();
    flat(Value::Array(list(value)?), &mut all);
    Ok(Value::Array(all))
}

fn compact(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let mut all = list(value)?;
    all.retain(|item| !item.is_null() && item.as_str() != Some(""));
    Ok(Value::Array(all))
}

fn merge(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = hcl::Map::new();
    for value in arguments.into_values() {
        match value {
            Value::Object(_) => all.extend(whole(value)?),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err("a map is expected".to_owned());
            }
        }
    }
    Ok(Value::Object(all))
}

fn map(value: Value) -> Result<hcl::Map<String, Value>, String> {
    match value {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err("a map is expected".to_owned())
        }
    }
}

/// A map of which no field waits for apply.
fn whole(value: Value) -> Result<hcl::Map<String, Value>, String> {
    let fields = map(value)?;
    if is_partial(&fields) {
        return Err("not all of its fields are known".to_owned());
    }
    Ok(fields)
}

fn keys(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let mut all: Vec<String> = whole(value)?.into_iter().map(|(key, _)| key).collect();
    all.sort();
    Ok(Value::Array(all.into_iter().map(Value::String).collect()))
}

fn values(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let mut all: Vec<(String, Value)> = whole(value)?.into_iter().collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Value::Array(
        all.into_iter().map(|(_, value)| value).collect(),
    ))
}

fn length(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let length = match value {
        Value::Array(items) => items.len(),
        Value::Object(_) => whole(value)?.len(),
        Value::String(text) => text.chars().count(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            return Err("a collection is expected".to_owned());
        }
    };
    Ok(Value::from(length))
}

fn join(arguments: FuncArgs) -> Result<Value, String> {
    let [separator, items] = given(arguments)?;
    let items: Result<Vec<String>, String> = list(items)?.into_iter().map(text).collect();
    Ok(Value::String(items?.join(&text(separator)?)))
}

fn split(arguments: FuncArgs) -> Result<Value, String> {
    let [separator, whole] = given(arguments)?;
    let (separator, whole) = (text(separator)?, text(whole)?);
    let parts = whole
        .split(separator.as_str())
        .map(|part| Value::String(part.to_owned()));
    Ok(Value::Array(parts.collect()))
}

/// `%s`, `%d`, `%v` and `%%`.
fn format(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let pattern = text(all.next().ok_or("a pattern is expected")?)?;
    let mut made = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            made.push(letter);
            continue;
        }
        match letters.next() {
            Some('%') => made.push('%'),
            Some('s' | 'd' | 'v') => made.push_str(&text(all.next().ok_or("too few arguments")?)?),
            _ => return Err("a verb that is not known".to_owned()),
        }
    }
    Ok(Value::String(made))
}

fn lower(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(text(value)?.to_lowercase()))
}

fn upper(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(text(value)?.to_uppercase()))
}

fn replace(arguments: FuncArgs) -> Result<Value, String> {
    let [whole, from, to] = given(arguments)?;
    let (whole, from, to) = (text(whole)?, text(from)?, text(to)?);
    if from.starts_with('/') && from.ends_with('/') && from.len() > 1 {
        return Err("a regular expression".to_owned());
    }
    Ok(Value::String(whole.replace(&from, &to)))
}

fn trimspace(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(text(value)?.trim().to_owned()))
}

fn contains(arguments: FuncArgs) -> Result<Value, String> {
    let [items, value] = given(arguments)?;
    Ok(Value::Bool(list(items)?.contains(&value)))
}

fn lookup(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let fields = map(all.next().ok_or("a map is expected")?)?;
    let key = text(all.next().ok_or("a key is expected")?)?;
    let is_left_out = is_partial(&fields) && !fields.contains_key(&key);
    let otherwise = all.next().filter(|_| !is_left_out);
    let found = fields.get(&key).cloned().or(otherwise);
    found.ok_or_else(|| format!("there is no `{key}`"))
}

fn element(arguments: FuncArgs) -> Result<Value, String> {
    let [items, index] = given(arguments)?;
    let items = list(items)?;
    let index = index
        .as_u64()
        .and_then(|index| usize::try_from(index).ok())
        .ok_or("an index is expected")?;
    let index = index.checked_rem(items.len()).ok_or("the list is empty")?;
    items
        .get(index)
        .cloned()
        .ok_or_else(|| "there is no such element".to_owned())
}

fn coalesce(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let found = all.find(|value| !value.is_null() && value.as_str() != Some(""));
    found.ok_or_else(|| "all are null".to_owned())
}

fn one(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    let mut items = list(items)?.into_iter();
    match (items.next(), items.next()) {
        (first, None) => Ok(first.unwrap_or(Value::Null)),
        (_, Some(_)) => Err("more than one element".to_owned()),
    }
}
