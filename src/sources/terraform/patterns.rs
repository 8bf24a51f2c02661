//! The functions of Terraform that take regular expressions: those that Go's RE2 and this program's understand alike.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions/regex>.

use hcl::Value;
use hcl::eval::FuncArgs;
use regex_lite::{Captures, Regex};

use super::arguments::{ascii, given, text};

/// What may stand after a backslash: classes of letters that are the same in both, and punctuation that stands for itself.
const ESCAPED: &str = "dDwWsS.-/()[]{}+*?|^$\\";

fn pattern(written: &str) -> Result<Regex, String> {
    let not_alike = || Err("a regular expression that is not known".to_owned());
    let mut letters = written.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_alike = match letter {
            '\\' => letters.next().is_some_and(|next| ESCAPED.contains(next)),
            // A class in a class, or one that is made of two.
            '[' => letters.peek() != Some(&'['),
            '&' | '~' | '-' => letters.peek() != Some(&letter),
            letter => letter.is_ascii() && !letter.is_ascii_control(),
        };
        if !is_alike || written.contains("[[") || written.contains("[:") {
            return not_alike();
        }
    }
    // Flags, and names that are written in the other way.
    let of_groups = written.match_indices("(?");
    let mut rest = of_groups.filter_map(|(at, _)| written.get(at..));
    if !rest.all(|group| group.starts_with("(?:") || group.starts_with("(?P<")) {
        return not_alike();
    }
    Regex::new(written).map_err(|error| error.to_string())
}

/// A text in which both find the same: of letters that stand for themselves, and without the one that they take for a space or not.
fn plain(text: String) -> Result<String, String> {
    match text.contains('\u{b}') {
        true => Err("a letter that may be a space".to_owned()),
        false => ascii(text),
    }
}

/// A pattern and a text.
fn two(arguments: FuncArgs) -> Result<(Regex, String), String> {
    let [written, whole] = given(arguments)?;
    Ok((pattern(&text(written)?)?, plain(text(whole)?)?))
}

/// A text, or the groups of the pattern: a list, and an object of those that have names.
fn found(pattern: &Regex, captures: &Captures<'_>) -> Result<Value, String> {
    let group = |at: usize| {
        captures
            .get(at)
            .map_or(Value::Null, |group| Value::from(group.as_str()))
    };
    let names: Vec<_> = pattern.capture_names().enumerate().skip(1).collect();
    if names.is_empty() {
        return Ok(group(0));
    }
    let mut named = hcl::Map::new();
    for (at, name) in &names {
        if let Some(name) = name {
            named.insert((*name).to_owned(), group(*at));
        }
    }
    match named.len() {
        0 => Ok(Value::Array(
            names.into_iter().map(|(at, _)| group(at)).collect(),
        )),
        count if count == names.len() => Ok(Value::Object(named)),
        _ => Err("groups with names and without".to_owned()),
    }
}

pub fn regex(arguments: FuncArgs) -> Result<Value, String> {
    let (pattern, whole) = two(arguments)?;
    let captures = pattern.captures(&whole).ok_or("nothing is found")?;
    found(&pattern, &captures)
}

pub fn regexall(arguments: FuncArgs) -> Result<Value, String> {
    let (pattern, whole) = two(arguments)?;
    if pattern.is_match("") {
        return Err("a pattern that finds nothing, too".to_owned());
    }
    let all = pattern.captures_iter(&whole);
    let all: Result<Vec<Value>, String> = all.map(|one| found(&pattern, &one)).collect();
    all.map(Value::Array)
}

/// The part is a pattern where it stands between slashes.
pub fn replace(arguments: FuncArgs) -> Result<Value, String> {
    let [whole, from, to] = given(arguments)?;
    let (whole, from, to) = (text(whole)?, text(from)?, text(to)?);
    let written = from
        .strip_prefix('/')
        .and_then(|from| from.strip_suffix('/'));
    let Some(written) = written else {
        return Ok(Value::String(whole.replace(&from, &to)));
    };
    let (pattern, whole) = (pattern(written)?, plain(whole)?);
    if to.contains('$') || pattern.is_match("") {
        return Err(
            "a regular expression whose groups are taken, or that finds nothing".to_owned(),
        );
    }
    Ok(Value::String(
        pattern.replace_all(&whole, to.as_str()).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::functions::console::answer;

    /// As `terraform console` answers; `None` where that is not known, or Terraform refuses it.
    #[test]
    fn patterns_find_what_they_find_in_terraform() {
        for (written, is) in [
            (r#"regex("[a-z]+", "534aaabbb454")"#, Some(json!("aaabbb"))),
            (
                r#"regex("(\\d\\d\\d\\d)-(\\d\\d)", "2019-02-01")"#,
                Some(json!(["2019", "02"])),
            ),
            (
                r#"regex("(?P<year>\\d+)", "2019-02")"#,
                Some(json!({"year": "2019"})),
            ),
            (r#"regex("([a-z])(x)?", "ab")"#, Some(json!(["a", null]))),
            (r#"regex("[a-z]", "1")"#, None),
            (
                r#"regexall("[a-z]+", "12ab3cd")"#,
                Some(json!(["ab", "cd"])),
            ),
            (r#"regexall("[a-z]+", "12")"#, Some(json!([]))),
            (r#"regexall("[a-z]*", "ab1")"#, None),
            (r#"regexall("(?i)a", "Aa")"#, None),
            (r#"regex("\\s", "a\u000b")"#, None),
            (r#"replace("a.b", ".", "-")"#, Some(json!("a-b"))),
            (r#"replace("a b/c", "/[^a-z]/", "-")"#, Some(json!("a-b-c"))),
            (
                r#"replace("a-b_c", "/[^a-z\\-]/", "")"#,
                Some(json!("a-bc")),
            ),
            (r#"replace("abab", "/a(b)/", "$1")"#, None),
            (r#"replace("aXb", "//", "-")"#, None),
            (r#"replace("x1", "/[[:digit:]]/", "")"#, None),
            (r#"replace("é", "/[^a-z]/", "")"#, None),
            (r#"replace("a", "/", "b")"#, Some(json!("a"))),
        ] {
            assert_eq!(answer(written), is, "{written}");
        }
    }
}
