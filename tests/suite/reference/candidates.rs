//! What an unknown context key could be: absent, or a value that some policy tells apart from another.

use serde_json::{Value, json};

use super::condition::Operator;
use super::places::{lines, resources};
use super::pools::is_multivalued;
use super::value::{number, seconds, texts};
use super::variable::names;
use super::worlds::known;

/// Everything that is tried for the key; none is: absent.
pub fn candidates(request: &Value, key: &str) -> Vec<Option<Value>> {
    let mut singles = singles(request, key);
    singles.sort();
    singles.dedup();
    let mut all = vec![None];
    if is_multivalued(key) {
        for (at, one) in singles.iter().enumerate() {
            all.push(Some(json!([one])));
            all.extend(
                singles[at + 1..]
                    .iter()
                    .map(|other| Some(json!([one, other]))),
            );
        }
    } else {
        all.extend(singles.into_iter().map(|single| Some(json!(single))));
    }
    all
}

fn singles(request: &Value, key: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut only_typed = true;
    for line in lines(request) {
        let base = Operator::read(&line.operator).base;
        if line.key == key {
            only_typed &= !(base.starts_with("String") || base.starts_with("Arn"));
            for value in &line.values {
                all.extend(told_apart(request, &base, value));
            }
        }
        // As a variable the key is compared with another key's value.
        if line
            .values
            .iter()
            .any(|value| names(value).iter().any(|name| name == key))
        {
            only_typed = false;
            for value in known(request, &line.key).iter().flat_map(texts) {
                all.extend(pieces(&value));
            }
            all.push("the same".to_owned());
        }
    }
    if resources(request)
        .iter()
        .any(|pattern| names(pattern).iter().any(|name| name == key))
    {
        only_typed = false;
        all.extend(pieces(request["resource"].as_str().unwrap()));
    }
    if !only_typed || all.is_empty() {
        all.push("something else".to_owned());
    }
    all
}

/// Values on either side of what an operator compares with.
fn told_apart(request: &Value, base: &str, value: &str) -> Vec<String> {
    if base == "Null" {
        return Vec::new();
    }
    if base == "Bool" {
        return vec!["true".to_owned(), "false".to_owned()];
    }
    if base == "IpAddress" {
        let address = value.split('/').next().unwrap();
        return vec![address.to_owned(), "198.51.100.7".to_owned()];
    }
    let around = |middle: f64| {
        [-1.0, 0.0, 1.0]
            .map(|step| (middle + step).to_string())
            .to_vec()
    };
    if base.starts_with("Numeric") {
        return number(value).map(around).unwrap_or_default();
    }
    if base.starts_with("Date") {
        return seconds(value).map(around).unwrap_or_default();
    }
    let filled = names(value).iter().fold(value.to_owned(), |text, name| {
        let put =
            known(request, name).map_or("the same".to_owned(), |value| texts(&value).concat());
        replace_variable(&text, &put)
    });
    let mut all = vec![
        filled.replace('*', "").replace('?', "x"),
        filled.replace(['*', '?'], "x"),
    ];
    if base == "StringEqualsIgnoreCase" {
        all.push(filled.to_uppercase());
    }
    // Where wildcards and variables are none, what is written is the value.
    all.extend([filled, value.to_owned()]);
    all
}

/// The text with its first variable replaced.
fn replace_variable(text: &str, put: &str) -> String {
    let (before, after) = text.split_once("${").unwrap();
    let (_, after) = after.split_once('}').unwrap();
    format!("{before}{put}{after}")
}

/// A text, and what stands between its colons and slashes.
fn pieces(text: &str) -> Vec<String> {
    let mut all: Vec<String> = text.split([':', '/']).map(str::to_owned).collect();
    all.push(text.to_owned());
    all
}
