//! The functions of Terraform that look at a list as a whole.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::given;
use super::sets::list;

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

#[cfg(test)]
mod tests {
    use hcl::Body;
    use hcl::eval::{Context, Evaluate};
    use serde_json::json;

    use super::super::body::to_json;
    use super::super::functions::declare;
    use super::super::source::attribute;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn functions_of_lists_and_texts_give_what_terraform_gives() {
        let mut context = Context::new();
        declare(&mut context);
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
        ] {
            let body: Body = hcl::from_str(&format!("a = {written}\n")).unwrap();
            let found = attribute(&body, "a").unwrap().expr.evaluate(&context);
            assert_eq!(found.ok().as_ref().and_then(to_json), is, "{written}");
        }
    }
}
