//! The functions of Terraform that make numbers and truths.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::{given, truth, whole_number};
use super::sets::list;

pub fn tonumber(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    whole_number(&value).map(Value::from)
}

pub fn tobool(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    truth(&value).map(Value::Bool)
}

fn whole_numbers(values: &[Value]) -> Result<Vec<i64>, String> {
    values.iter().map(whole_number).collect()
}

pub fn max(arguments: FuncArgs) -> Result<Value, String> {
    let all = whole_numbers(&arguments.into_values())?;
    let most = all.into_iter().max().ok_or("a number is expected")?;
    Ok(Value::from(most))
}

pub fn min(arguments: FuncArgs) -> Result<Value, String> {
    let all = whole_numbers(&arguments.into_values())?;
    let least = all.into_iter().min().ok_or("a number is expected")?;
    Ok(Value::from(least))
}

pub fn sum(arguments: FuncArgs) -> Result<Value, String> {
    let [items] = given(arguments)?;
    let all = whole_numbers(&list(items)?)?;
    let mut all = all.into_iter();
    let first = all.next().ok_or("a number is expected")?;
    let sum = all.try_fold(first, i64::checked_add);
    sum.map(Value::from)
        .ok_or_else(|| "a number that is too large".to_owned())
}

pub fn ceil(arguments: FuncArgs) -> Result<Value, String> {
    rounded(arguments, f64::ceil)
}

pub fn floor(arguments: FuncArgs) -> Result<Value, String> {
    rounded(arguments, f64::floor)
}

fn rounded(arguments: FuncArgs, round: fn(f64) -> f64) -> Result<Value, String> {
    let [value] = given(arguments)?;
    if let Ok(whole) = whole_number(&value) {
        return Ok(Value::from(whole));
    }
    let number = value.as_f64().ok_or("a number is expected")?;
    // What is worked out of fractions may lie on the other side of a whole number here.
    let nearest = number.round();
    if (number - nearest).abs() < 1e-6 {
        return Err("a number that may be a whole one".to_owned());
    }
    whole_number(&Value::from(round(number))).map(Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::functions::console::answer;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn numbers_are_worked_out_as_terraform_does() {
        for (written, is) in [
            (r#"tonumber("3")"#, Some(json!(3))),
            (r#"tonumber("1.5")"#, None),
            (r#"tobool("1")"#, Some(json!(true))),
            (r#"tobool("yes")"#, None),
            (r#"max(1, "3", 2)"#, Some(json!(3))),
            (r#"min(1, "0")"#, Some(json!(0))),
            ("max(1.5, 2)", None),
            (r#"sum(["1", 2])"#, Some(json!(3))),
            ("sum([])", None),
            ("ceil(1.2)", Some(json!(2))),
            ("floor(-1.5)", Some(json!(-2))),
            ("floor(4 / 2)", Some(json!(2))),
            ("floor(0.1 * 3 * 10)", None),
        ] {
            assert_eq!(answer(written), is, "{written}");
        }
    }
}
