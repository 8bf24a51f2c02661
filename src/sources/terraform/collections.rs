//! The functions of Terraform that look at a list as a whole.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::{given, text, whole_number};
use super::equal::equal;
use super::one_type::{is_of_texts, made_one};
use super::sets::{list, set};

pub fn alltrue(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    Ok(Value::Bool(truths(items)?.into_iter().all(|it| it)))
}

pub fn anytrue(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    Ok(Value::Bool(truths(items)?.into_iter().any(|it| it)))
}

fn truths(items: Value) -> Result<Vec<bool>, String> {
    let items = list(items)?.into_iter();
    let truths = items.map(|item| item.as_bool().ok_or("true or false is expected"));
    Ok(truths.collect::<Result<_, _>>()?)
}

/// The first list that is not empty, as it is.
pub fn coalescelist(arguments: FuncArgs) -> Result<Value, String> {
    for value in arguments.into_values() {
        let items = list(value)?;
        if !items.is_empty() {
            return Ok(Value::Array(items));
        }
    }
    Err("all are empty".to_owned())
}

pub fn sort(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    let items = list(items)?.into_iter().map(|item| match item {
        Value::String(text) => Ok(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err("texts are expected")
        }
    });
    let mut texts = items.collect::<Result<Vec<_>, _>>()?;
    texts.sort();
    Ok(texts.into_iter().map(Value::String).collect())
}

pub fn reverse(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    let mut items = list(items)?;
    items.reverse();
    Ok(Value::Array(items))
}

/// How many: never below zero.
fn count(value: &Value) -> Result<usize, String> {
    let whole = whole_number(value)?;
    usize::try_from(whole).map_err(|error| error.to_string())
}

pub fn slice(arguments: FuncArgs) -> Result<Value, String> {
    let [items, from, to] = given(arguments)?;
    // A set has none.
    let items = items.as_array().ok_or("a list is expected")?;
    let part = items.get(count(&from)?..count(&to)?);
    Ok(Value::Array(part.ok_or("there is no such part")?.to_vec()))
}

pub fn chunklist(arguments: FuncArgs) -> Result<Value, String> {
    let [items, size] = given(arguments)?;
    let items = of_one_type(items)?;
    let size = match count(&size)? {
        0 => items.len().max(1),
        size => size,
    };
    let parts = items.chunks(size).map(|part| Value::Array(part.to_vec()));
    Ok(Value::Array(parts.collect()))
}

/// Numbers from one up to another, or down to it.
pub fn range(arguments: FuncArgs) -> Result<Value, String> {
    /// Terraform makes no more.
    const MOST: usize = 1024;
    let all: Result<Vec<i64>, String> = arguments.iter().map(whole_number).collect();
    let (from, to, step) = match all?.as_slice() {
        [to] => (0, *to, None),
        [from, to] => (*from, *to, None),
        [from, to, step] => (*from, *to, Some(*step)),
        all => return Err(format!("{} arguments", all.len())),
    };
    let step = step.unwrap_or(if to < from { -1 } else { 1 });
    let is_within = |at: &i64| if step < 0 { *at > to } else { *at < to };
    if step == 0 || (to != from && (to < from) != (step < 0)) {
        return Err("numbers that never end".to_owned());
    }
    let each = std::iter::successors(Some(from), |at| at.checked_add(step));
    let all: Vec<i64> = each
        .take_while(is_within)
        .take(MOST.saturating_add(1))
        .collect();
    match all.len() > MOST {
        true => Err("too many numbers".to_owned()),
        false => Ok(all.into_iter().map(Value::from).collect()),
    }
}

/// The place of the first that is equal to a value.
pub fn index(arguments: FuncArgs) -> Result<Value, String> {
    let [items, value] = given(arguments)?;
    let items = items.as_array().ok_or("a list is expected")?;
    for (at, item) in items.iter().enumerate() {
        match equal(item, &value) {
            Some(true) => return Ok(Value::from(at)),
            Some(false) => {}
            None => return Err("of which types they are is not known".to_owned()),
        }
    }
    Err("there is no such element".to_owned())
}

pub fn zipmap(arguments: FuncArgs) -> Result<Value, String> {
    let [names, values] = given(arguments)?;
    let (names, values) = (list(names)?, list(values)?);
    if names.len() != values.len() {
        return Err("as many names as values are expected".to_owned());
    }
    let fields = names.into_iter().zip(values);
    let fields = fields.map(|(name, value)| Ok((text(name)?, value)));
    fields.collect::<Result<_, String>>().map(Value::Object)
}

/// Every element of each beside every one of the others, in lists of one type each.
pub fn setproduct(arguments: FuncArgs) -> Result<Value, String> {
    let all = arguments.into_values();
    if all.len() < 2 {
        return Err("two lists are expected".to_owned());
    }
    let mut made: Vec<Vec<Value>> = vec![Vec::new()];
    for items in all {
        // Of sets it makes a set.
        if !items.is_array() {
            return Err("a list is expected".to_owned());
        }
        let items = of_one_type(items)?;
        let each = made.iter().flat_map(|first| {
            items.iter().map(|item| {
                let mut one = first.clone();
                one.push(item.clone());
                one
            })
        });
        made = each.collect();
    }
    Ok(made.into_iter().map(Value::Array).collect())
}

/// The values that stand where the names are among those that are looked for.
pub fn matchkeys(arguments: FuncArgs) -> Result<Value, String> {
    let [values, names, wanted] = given(arguments)?;
    let (values, names, wanted) = (of_one_type(values)?, list(names)?, list(wanted)?);
    let mut texts = names.iter().chain(&wanted);
    if values.len() != names.len() || !texts.all(is_of_texts) {
        return Err("as many texts as values are expected".to_owned());
    }
    let each = values.into_iter().zip(names);
    let found = each.filter(|(_, name)| wanted.contains(name));
    Ok(found.map(|(value, _)| value).collect())
}

fn of_one_type(items: Value) -> Result<Vec<Value>, String> {
    made_one(list(items)?).ok_or_else(|| "values of several types".to_owned())
}

pub fn setunion(arguments: FuncArgs) -> Result<Value, String> {
    let all: Result<Vec<_>, _> = arguments.into_values().into_iter().map(list).collect();
    set(Value::Array(all?.concat()))
}

/// What is in all of them.
pub fn setintersection(arguments: FuncArgs) -> Result<Value, String> {
    kept(arguments, |item, other| other.contains(item))
}

/// What of the first is in none of the others.
pub fn setsubtract(arguments: FuncArgs) -> Result<Value, String> {
    kept(arguments, |item, other| !other.contains(item))
}

/// What of a first set of texts is kept for each of the others.
fn kept(arguments: FuncArgs, is_kept: fn(&Value, &Vec<Value>) -> bool) -> Result<Value, String> {
    let mut all = Vec::new();
    for value in arguments.into_values() {
        all.push(list(set(value)?)?);
    }
    let (first, others) = all.split_first().ok_or("a set is expected")?;
    let kept = first
        .iter()
        .filter(|item| others.iter().all(|other| is_kept(item, other)));
    set(kept.cloned().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::functions::console::answer;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn functions_of_lists_and_texts_give_what_terraform_gives() {
        for (written, is) in [
            ("alltrue([])", Some(json!(true))),
            ("alltrue([true, false])", Some(json!(false))),
            ("anytrue([])", Some(json!(false))),
            ("anytrue([false, true])", Some(json!(true))),
            ("alltrue([null])", None),
            (r#"coalescelist([], ["a"])"#, Some(json!(["a"]))),
            ("coalescelist([], [])", None),
            (r#"sort(["b", "B", "a"])"#, Some(json!(["B", "a", "b"]))),
            ("sort([2, 10])", None),
            ("reverse([1, 2])", Some(json!([2, 1]))),
            (r#"startswith("backup-x", "backup")"#, Some(json!(true))),
            (r#"endswith("backup-x", "backup")"#, Some(json!(false))),
            (r#"trimprefix("alias/x", "alias/")"#, Some(json!("x"))),
            (r#"trimsuffix("x-dr", "-dr")"#, Some(json!("x"))),
            (r#"trimsuffix("x", "-dr")"#, Some(json!("x"))),
            (r#"slice(["a", "b", "c"], 1, 2)"#, Some(json!(["b"]))),
            (r#"slice(["a"], 1, 9)"#, None),
            (r#"slice(toset(["a"]), 0, 1)"#, None),
            ("chunklist([1, 2, 3], 2)", Some(json!([[1, 2], [3]]))),
            ("chunklist([1, 2], 0)", Some(json!([[1, 2]]))),
            ("range(3)", Some(json!([0, 1, 2]))),
            ("range(1, 8, 3)", Some(json!([1, 4, 7]))),
            ("range(3, 1)", Some(json!([3, 2]))),
            ("range(3, 1, 1)", None),
            ("range(1025)", None),
            (r#"index(["a", "b"], "b")"#, Some(json!(1))),
            (r#"index([1], "1")"#, None),
            (
                r#"zipmap(["a", "b"], [1, "x"])"#,
                Some(json!({"a": 1, "b": "x"})),
            ),
            (r#"zipmap(["a"], [])"#, None),
            (
                r#"setproduct(["a"], ["x", "y"])"#,
                Some(json!([["a", "x"], ["a", "y"]])),
            ),
            (
                r#"setproduct([1, "a"], ["y"])"#,
                Some(json!([["1", "y"], ["a", "y"]])),
            ),
            (r#"setproduct(toset(["a"]), ["x"])"#, None),
            (
                r#"matchkeys(["i", "j"], ["a", "b"], ["b"])"#,
                Some(json!(["j"])),
            ),
            (r#"setunion(["b"], ["a"])"#, Some(json!(["a", "b"]))),
            (r#"setintersection(["b", "a"], ["a"])"#, Some(json!(["a"]))),
            (r#"setsubtract(["b", "a"], ["a"])"#, Some(json!(["b"]))),
            ("setunion([1], [2])", None),
        ] {
            assert_eq!(answer(written), is, "{written}");
        }
    }
}
