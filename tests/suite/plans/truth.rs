//! A truth table over tags and conditions: what the program takes against a second reading of AWS's page, written to be
//! obvious and to share nothing with the first.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{made, planned, selection};
use crate::support::Estate;
use crate::support::estate::*;

/// What a resource's tag may be: none, or one of these.
const TAGS: &[Option<&str>] = &[
    None,
    Some(""),
    Some("prod"),
    Some("Prod"),
    Some("production"),
    Some("test"),
];
/// What a condition may ask for.
const VALUES: &[&str] = &["", "prod", "prod*", "*rod*", "*", "t*t", "test"];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
];

fn estate(tags: &Value, parts: Value) -> Estate {
    planned(selection(parts)).set(&format!("{RESOURCE}/Tags"), tags.clone())
}

/// Whether the resource is copied, and whether something was taken for granted of it.
fn found(estate: &Estate) -> Option<bool> {
    let copies = made(estate).copies;
    copies.first().map(|copy| !copy.assumptions.is_empty())
}

/// The obvious reading: `Some(true)` where it is taken for want of a word of AWS's.
fn obvious(operator: &str, tag: Option<&str>, value: &str) -> Option<bool> {
    let pattern = format!("^{}$", regex::escape(value).replace(r"\*", ".*"));
    let like = |tag: &str| regex::Regex::new(&pattern).unwrap().is_match(tag);
    let holds = match (operator, tag) {
        ("StringEquals", Some(tag)) => tag == value,
        ("StringNotEquals", Some(tag)) => tag != value,
        ("StringLike", Some(tag)) => like(tag),
        ("StringNotLike", Some(tag)) => !like(tag),
        ("StringEquals" | "StringLike", None) => false,
        (_, None) => return Some(true),
        _ => unreachable!(),
    };
    holds.then_some(false)
}

/// All must hold.
fn all(rows: &[Option<bool>]) -> Option<bool> {
    rows.iter()
        .try_fold(false, |assumed, row| row.map(|this| assumed || this))
}

fn condition(value: &str, key: &str) -> Value {
    json!({"ConditionKey": format!("aws:ResourceTag/{key}"), "ConditionValue": value})
}

#[test]
fn one_condition_of_each_kind_over_every_tag_is_as_the_page_says() {
    let mut rows = 0;
    for operator in OPERATORS {
        for tag in TAGS {
            for value in VALUES {
                let tags = tag.map_or_else(|| json!({}), |tag| json!({"env": tag}));
                let parts = json!({"Resources": ["*"], "Conditions": {*operator: [condition(value, "env")]}});
                assert_eq!(
                    found(&estate(&tags, parts)),
                    obvious(operator, *tag, value),
                    "{operator} `{value}` of {tag:?}"
                );
                rows += 1;
            }
        }
    }
    assert_eq!(rows, 168);
}

/// AWS's page of patterns has `*` stand for no spaces, its page of conditions for anything: whether the copy is made is open.
#[test]
fn a_star_over_spaces_is_taken_and_left_open() {
    for operator in ["StringLike", "StringNotLike"] {
        let of = |value: &str, tag: &str| {
            let parts =
                json!({"Resources": ["*"], "Conditions": {operator: [condition(value, "env")]}});
            found(&estate(&json!({"env": tag}), parts))
        };
        let like = operator == "StringLike";
        assert_eq!(of("prod*", "prod east"), Some(false), "{operator}");
        assert_eq!(of("prod *", "prod east"), like.then_some(false));
        assert_eq!(of("test*", "prod east"), (!like).then_some(false));
    }
}

#[test]
fn one_of_the_listed_tags_will_do_and_case_matters() {
    let listed = |of: &[(&str, &str)]| -> Value {
        of.iter()
            .map(|(key, value)| json!({"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}))
            .collect()
    };
    for (tags, of, taken) in [
        (json!({"a": "1"}), &[("a", "1")][..], true),
        (json!({"a": "1"}), &[("aws:ResourceTag/a", "1")], true),
        (json!({"a": "1"}), &[("b", "1"), ("a", "1")], true),
        (
            json!({"a": "1", "b": "2"}),
            &[("a", "2"), ("b", "1")],
            false,
        ),
        (json!({"A": "1"}), &[("a", "1")], false),
        (json!({"a": "x"}), &[("a", "X")], false),
        (json!({"a": "x"}), &[("a", "*")], false),
        (json!({}), &[("a", "1")], false),
        (Value::Null, &[("a", "1")], false),
    ] {
        let parts = json!({"ListOfTags": listed(of)});
        assert_eq!(
            found(&estate(&tags, parts)).is_some(),
            taken,
            "{tags} {of:?}"
        );
    }
}

fn any_tags() -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    let tag = prop::sample::select(TAGS);
    (tag.clone(), tag).prop_map(|(one, other)| {
        let pairs = [("env", one), ("team", other)];
        pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    })
}

fn any_condition() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    (
        prop::sample::select(OPERATORS),
        prop::sample::select(&["env", "team"][..]),
        prop::sample::select(VALUES),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn all_conditions_and_one_of_the_tags_must_hold(
        tags in any_tags(),
        asked in prop::collection::vec(any_condition(), 0..4),
        listed in prop::collection::vec((prop::sample::select(&["env", "team"][..]), prop::sample::select(VALUES)), 0..3),
    ) {
        let mut conditions = json!({});
        for (operator, key, value) in &asked {
            let list = &mut conditions[*operator];
            if list.is_null() {
                *list = json!([]);
            }
            list.as_array_mut().unwrap().push(condition(value, key));
        }
        let list: Vec<Value> =
            listed.iter().map(|(key, value)| json!({"ConditionKey": key, "ConditionValue": value})).collect();
        let mut rows: Vec<Option<bool>> =
            asked.iter().map(|(operator, key, value)| obvious(operator, tags.get(key).copied(), value)).collect();
        let one = listed.iter().any(|(key, value)| tags.get(key) == Some(value));
        rows.push((listed.is_empty() || one).then_some(false));
        let parts = json!({"Resources": ["*"], "Conditions": conditions, "ListOfTags": list});
        prop_assert_eq!(found(&estate(&json!(tags), parts)), all(&rows));
    }

    #[test]
    fn a_pattern_is_a_regex_with_its_stars(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
        let regex = format!("^{}$", regex::escape(&pattern).replace(r"\*", ".*"));
        let expected = regex::Regex::new(&regex).unwrap().is_match(&text);
        prop_assert_eq!(backup_preflight::plans::matches(&pattern, &text), expected);
    }
}
