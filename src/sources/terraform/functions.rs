//! The functions of Terraform that configurations of backups use. One that is not here leaves its expression unknown.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};

use super::arguments::{ascii, given, map, text};
use super::collections::{
    alltrue, anytrue, chunklist, coalescelist, index, matchkeys, range, reverse, setintersection,
    setproduct, setsubtract, setunion, slice, sort, zipmap,
};
use super::loops::IN_ORDER;
use super::numbers::{ceil, floor, max, min, sum, tobool, tonumber};
use super::one_type::may_turn_each_other;
use super::partial::{holds_partial, is_partial};
use super::patterns::{regex, regexall, replace};
use super::rewritten::{BESIDE, COALESCE, EQUAL, OF_TEXTS, UNEQUAL};
use super::sets::{holds_set, in_a_row, list, ordered, set};
use super::texts::{
    chomp, endswith, format, formatlist, join, lower, split, startswith, strrev, substr, title,
    tostring, trim, trimprefix, trimspace, trimsuffix, upper,
};
use super::tried::{LEADS, TO_LIST, TO_MAP, leads_anywhere, makes_list, makes_map};
use super::typed::{
    MIXED, beside, coalesce, coalesce_of_types, contains, is_equal, is_unequal, lookup,
    of_one_type, of_texts, tomap,
};

type Func = fn(FuncArgs) -> Result<Value, String>;

#[rustfmt::skip]
const FUNCTIONS: &[(&str, Func)] = &[
    ("jsonencode", jsonencode),
    ("jsondecode", jsondecode),
    ("toset",      toset),
    ("distinct",   distinct),
    ("tolist",     tolist),
    ("tomap",      tomap),
    (IN_ORDER,     in_order),
    (EQUAL,        is_equal),
    (UNEQUAL,      is_unequal),
    (OF_TEXTS,     of_texts),
    (BESIDE,       beside),
    (COALESCE,     coalesce_of_types),
    (LEADS,        leads_anywhere),
    (TO_LIST,      makes_list),
    (TO_MAP,       makes_map),
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
    ("startswith", startswith),
    ("endswith",   endswith),
    ("trimprefix", trimprefix),
    ("trimsuffix", trimsuffix),
    ("trim",       trim),
    ("chomp",      chomp),
    ("substr",     substr),
    ("strrev",     strrev),
    ("title",      title),
    ("formatlist", formatlist),
    ("regex",      regex),
    ("regexall",   regexall),
    ("tonumber",   tonumber),
    ("tobool",     tobool),
    ("max",        max),
    ("min",        min),
    ("sum",        sum),
    ("ceil",       ceil),
    ("floor",      floor),
    ("chunklist",  chunklist),
    ("index",      index),
    ("matchkeys",  matchkeys),
    ("range",      range),
    ("setintersection", setintersection),
    ("setproduct", setproduct),
    ("setsubtract", setsubtract),
    ("setunion",   setunion),
    ("slice",      slice),
    ("zipmap",     zipmap),
    ("alltrue",    alltrue),
    ("anytrue",    anytrue),
    ("coalescelist", coalescelist),
    ("sort",       sort),
    ("reverse",    reverse),
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

fn jsonencode(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    if holds_set(&value) {
        return Err("a set, or a map".to_owned());
    }
    if holds_partial(&value) {
        return Err("not all of its fields are known".to_owned());
    }
    let text = serde_json::to_string(&ordered(value)).map_err(|error| error.to_string())?;
    Ok(Value::String(escaped(&text)))
}

/// JSON as Terraform writes it.
///
/// See <https://developer.hashicorp.com/terraform/language/functions/jsonencode>.
fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => all.push_str("\\u003c"),
            '>' => all.push_str("\\u003e"),
            '&' => all.push_str("\\u0026"),
            '\u{2028}' => all.push_str("\\u2028"),
            '\u{2029}' => all.push_str("\\u2029"),
            letter => all.push(letter),
        }
    }
    all
}

fn jsondecode(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    serde_json::from_str::<Value>(&text(value)?).map_err(|error| error.to_string())
}

fn in_order(arguments: FuncArgs) -> Result<Value, String> {
    let [mut value] = given(arguments)?;
    if let Some(fields) = value.as_object_mut() {
        if is_partial(fields) {
            return Err("not all of its fields are known".to_owned());
        }
        fields.sort_keys();
    }
    Ok(value)
}

fn tolist(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    of_one_type(list(value)?).map(Value::Array)
}

fn toset(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    set(Value::Array(of_one_type(list(value)?)?))
}

fn distinct(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    let mut all: Vec<Value> = Vec::new();
    for item in of_one_type(list(value)?)? {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    Ok(Value::Array(all))
}

fn concat(arguments: FuncArgs) -> Result<Value, String> {
    let lists: Result<Vec<_>, _> = arguments.into_values().into_iter().map(list).collect();
    let all = lists?.concat();
    // Of lists it makes one, and of tuples a longer one.
    let are_simple = all.iter().all(|item| !item.is_array() && !item.is_object());
    if are_simple && may_turn_each_other(&all) {
        return Err(MIXED.to_owned());
    }
    Ok(Value::Array(all))
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
    let texts = all.into_iter().map(|item| text(item).map(Value::String));
    texts.collect::<Result<Vec<_>, _>>().map(Value::Array)
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
        Value::String(text) => ascii(text)?.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            return Err("a collection is expected".to_owned());
        }
    };
    Ok(Value::from(length))
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

fn one(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    let mut items = list(items)?.into_iter();
    match (items.next(), items.next()) {
        (first, None) => Ok(first.unwrap_or(Value::Null)),
        (_, Some(_)) => Err("more than one element".to_owned()),
    }
}

#[cfg(test)]
pub mod console {
    use hcl::Body;
    use hcl::eval::{Context, Evaluate};
    use serde_json::Value;

    use super::super::body::to_json;
    use super::super::loops::in_order;
    use super::super::rewritten::rewrite;
    use super::super::sets::in_a_row;
    use super::super::source::attribute;
    use super::declare;

    /// What an expression comes to; `None` where that is not known, or Terraform refuses it.
    pub fn answer(written: &str) -> Option<Value> {
        let mut context = Context::new();
        declare(&mut context);
        let body = hcl::edit::parser::parse_body(&format!("a = {written}\n")).unwrap();
        let mut files = vec![body];
        rewrite(&mut files);
        files.iter_mut().for_each(in_order);
        let body = Body::from(files.pop().unwrap());
        let found = attribute(&body, "a").unwrap().expr.evaluate(&context);
        to_json(&in_a_row(found.ok()?))
    }
}
