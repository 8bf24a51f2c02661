//! The functions of Terraform that make texts of texts.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions>.

use hcl::Value;
use hcl::eval::FuncArgs;

use super::arguments::{ascii, given, text, whole_number};
use super::sets::{in_a_row, list};

pub fn tostring(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    text(value).map(Value::String)
}

pub fn join(arguments: FuncArgs) -> Result<Value, String> {
    let [separator, items] = given(arguments)?;
    let items: Result<Vec<String>, String> = list(items)?.into_iter().map(text).collect();
    Ok(Value::String(items?.join(&text(separator)?)))
}

pub fn split(arguments: FuncArgs) -> Result<Value, String> {
    let [separator, whole] = given(arguments)?;
    let (separator, whole) = (text(separator)?, text(whole)?);
    if separator.is_empty() {
        let letters = ascii(whole)?;
        return Ok(letters.chars().map(|letter| letter.to_string()).collect());
    }
    let parts = whole.split(separator.as_str()).map(Value::from);
    Ok(Value::Array(parts.collect()))
}

pub fn format(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let pattern = text(all.next().ok_or("a pattern is expected")?)?;
    formatted(&pattern, all).map(Value::String)
}

/// `%s`, `%d`, `%v` and `%%`.
fn formatted(pattern: &str, mut all: impl Iterator<Item = Value>) -> Result<String, String> {
    let mut made = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            made.push(letter);
            continue;
        }
        match letters.next() {
            Some('%') => made.push('%'),
            Some('s') => made.push_str(&text(all.next().ok_or("too few arguments")?)?),
            Some('v') => {
                let value = all.next().ok_or("too few arguments")?;
                // It writes a number of seven digits and more with an exponent.
                let is_long = value.as_f64().is_some_and(|number| number.abs() >= 1e6);
                if is_long {
                    return Err("a number with an exponent".to_owned());
                }
                made.push_str(&text(value)?);
            }
            Some('d') => {
                let number = whole_number(&all.next().ok_or("too few arguments")?)?;
                made.push_str(&number.to_string());
            }
            _ => return Err("a verb that is not known".to_owned()),
        }
    }
    match all.next() {
        None => Ok(made),
        Some(_) => Err("too many arguments".to_owned()),
    }
}

/// A text for each element of its lists, in which the other arguments are the same.
pub fn formatlist(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter().map(in_a_row);
    let pattern = text(all.next().ok_or("a pattern is expected")?)?;
    let all: Vec<Value> = all.collect();
    let mut lengths = all.iter().filter_map(|one| one.as_array()).map(Vec::len);
    let length = lengths.next();
    if lengths.any(|other| Some(other) != length) {
        return Err("lists of several lengths".to_owned());
    }
    let of = |at: usize| {
        let each = all.iter().map(|one| match one.as_array() {
            Some(items) => items.get(at).cloned().unwrap_or_default(),
            None => one.clone(),
        });
        formatted(&pattern, each).map(Value::String)
    };
    let made: Result<Vec<Value>, String> = (0..length.unwrap_or(1)).map(of).collect();
    made.map(Value::Array)
}

pub fn lower(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(ascii(text(value)?)?.to_lowercase()))
}

pub fn upper(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(ascii(text(value)?)?.to_uppercase()))
}

pub fn trimspace(arguments: FuncArgs) -> Result<Value, String> {
    let [value] = given(arguments)?;
    Ok(Value::String(text(value)?.trim().to_owned()))
}

/// Two texts of which one may be a part of the other.
fn two(arguments: FuncArgs) -> Result<(String, String), String> {
    let [whole, part] = given(arguments)?;
    Ok((text(whole)?, text(part)?))
}

pub fn startswith(arguments: FuncArgs) -> Result<Value, String> {
    let (whole, part) = two(arguments)?;
    Ok(Value::Bool(whole.starts_with(&part)))
}

pub fn endswith(arguments: FuncArgs) -> Result<Value, String> {
    let (whole, part) = two(arguments)?;
    Ok(Value::Bool(whole.ends_with(&part)))
}

pub fn trimprefix(arguments: FuncArgs) -> Result<Value, String> {
    let (whole, part) = two(arguments)?;
    let rest = whole.strip_prefix(&part).unwrap_or(&whole);
    Ok(Value::String(rest.to_owned()))
}

pub fn trimsuffix(arguments: FuncArgs) -> Result<Value, String> {
    let (whole, part) = two(arguments)?;
    let rest = whole.strip_suffix(&part).unwrap_or(&whole);
    Ok(Value::String(rest.to_owned()))
}

pub fn trim(arguments: FuncArgs) -> Result<Value, String> {
    let (whole, letters) = two(arguments)?;
    let rest = whole.trim_matches(|letter| letters.contains(letter));
    Ok(Value::String(rest.to_owned()))
}

pub fn chomp(arguments: FuncArgs) -> Result<Value, String> {
    let [whole] = given(arguments)?;
    let whole = text(whole)?;
    Ok(Value::from(whole.trim_end_matches(['\r', '\n'])))
}

/// From a place on, which counts from the end where it is below zero, so many letters, or all.
pub fn substr(arguments: FuncArgs) -> Result<Value, String> {
    let [whole, offset, length] = given(arguments)?;
    let whole = ascii(text(whole)?)?;
    let (offset, length) = (whole_number(&offset)?, whole_number(&length)?);
    let first = match usize::try_from(offset) {
        Ok(first) => first,
        Err(_) => {
            let back = usize::try_from(offset.unsigned_abs()).map_err(|error| error.to_string())?;
            whole.len().saturating_sub(back)
        }
    };
    let rest = whole.get(first..).unwrap_or_default();
    let taken = match usize::try_from(length) {
        Ok(length) => rest.get(..length).unwrap_or(rest),
        Err(_) => rest,
    };
    Ok(Value::from(taken))
}

pub fn strrev(arguments: FuncArgs) -> Result<Value, String> {
    let [whole] = given(arguments)?;
    let letters = ascii(text(whole)?)?;
    Ok(Value::String(letters.chars().rev().collect()))
}

/// Each word with a capital.
pub fn title(arguments: FuncArgs) -> Result<Value, String> {
    let [whole] = given(arguments)?;
    let mut is_within = false;
    let letters = ascii(text(whole)?)?;
    let letters = letters.chars().map(|letter| {
        let made = match is_within {
            true => letter,
            false => letter.to_ascii_uppercase(),
        };
        is_within = letter.is_ascii_alphanumeric() || letter == '_';
        made
    });
    Ok(Value::String(letters.collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::functions::console::answer;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn texts_are_made_as_terraform_makes_them() {
        for (written, is) in [
            (r#"substr("abcdef", 1, 3)"#, Some(json!("bcd"))),
            (r#"substr("abcdef", -3, 2)"#, Some(json!("de"))),
            (r#"substr("abcdef", -10, 2)"#, Some(json!("ab"))),
            (r#"substr("abcdef", 2, -1)"#, Some(json!("cdef"))),
            (r#"substr("abcdef", 9, 2)"#, Some(json!(""))),
            (r#"substr("é", 0, 1)"#, None),
            (
                r#"title("hello big-world_x 3a")"#,
                Some(json!("Hello Big-World_x 3a")),
            ),
            (r#"trim("?!hello?!", "!?")"#, Some(json!("hello"))),
            (r#"strrev("abc")"#, Some(json!("cba"))),
            (r#"chomp("a\r\n\n")"#, Some(json!("a"))),
            (
                r#"formatlist("%s-%s", ["a", "b"], "x")"#,
                Some(json!(["a-x", "b-x"])),
            ),
            (r#"formatlist("%s-%s", ["a", "b"], ["c"])"#, None),
            (r#"formatlist("hi", [])"#, Some(json!([]))),
            (r#"formatlist("hi")"#, Some(json!(["hi"]))),
            (r#"format("%d", "35")"#, Some(json!("35"))),
            (r#"format("%d", true)"#, None),
            (r#"format("%s", "a", "b")"#, None),
            (r#"format("%s", 444455556666)"#, Some(json!("444455556666"))),
            (r#"format("%v", 444455556666)"#, None),
            (r#"format("%v", -1000000)"#, None),
            (r#"format("%v", 999999)"#, Some(json!("999999"))),
            (
                r#"format("%v", "444455556666")"#,
                Some(json!("444455556666")),
            ),
            (r#"formatlist("%v", [444455556666])"#, None),
            (r#"format("%s", 4 / 2)"#, Some(json!("2"))),
            (r#"format("%s", 7 / 2)"#, None),
            (r#"split("", "abc")"#, Some(json!(["a", "b", "c"]))),
            (r#"split(",", "")"#, Some(json!([""]))),
        ] {
            assert_eq!(answer(written), is, "{written}");
        }
    }
}
