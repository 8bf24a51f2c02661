//! Wildcards, against regular expressions.

use backup_preflight::policy::{
    Context, Decision, Document, Entry, Policies, Principal, Request, Resource, Rest, Shape,
    evaluate,
};
use proptest::prelude::*;
use serde_json::json;

const ROLE: &str = "arn:aws:iam::111122223333:role/Copy";

fn decide(condition: &serde_json::Value, entry: Entry) -> Decision {
    let policy = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}});
    let policy = Document::from_value(&policy).unwrap();
    let request = Request::new(
        Principal::parse(ROLE).unwrap(),
        "backup:CopyIntoBackupVault",
        Resource::exact("arn:aws:backup:us-east-2:111122223333:backup-vault:a"),
        Context::new(Rest::Absent).with("aws:x", entry),
    );
    let policies = Policies {
        identity: &[&policy],
        ..Policies::default()
    };
    evaluate(&request, &policies).decision
}

/// The same pattern as a regular expression; `many` is what `*` stands for, `one` what `?` does.
fn regex(pattern: &str, many: &str, one: &str) -> regex::Regex {
    let body: String = pattern
        .chars()
        .map(|place| match place {
            '*' => many.to_owned(),
            '?' => one.to_owned(),
            other => regex::escape(&other.to_string()),
        })
        .collect();
    regex::Regex::new(&format!("(?s)^{body}$")).unwrap()
}

fn settled(matches: bool) -> Decision {
    if matches {
        Decision::Allowed
    } else {
        Decision::Denied
    }
}

proptest! {
    #[test]
    fn a_wildcard_means_what_the_regular_expression_means(pattern in "[ab*?é:]{0,8}", text in "[abé:]{0,8}") {
        let condition = json!({"StringLike": {"aws:x": pattern}});
        let expected = settled(regex(&pattern, ".*", ".").is_match(&text));
        prop_assert_eq!(decide(&condition, Entry::One(text.into())), expected);
    }

    #[test]
    fn a_wildcard_of_an_arn_stays_in_its_segment(
        pattern in prop::collection::vec("[ab*?]{0,3}", 6..8),
        text in prop::collection::vec("[ab]{0,3}", 5..8),
    ) {
        let (first, last) = pattern.split_at(5);
        let inner = first.iter().map(|part| regex(part, "[^:]*", "[^:]").as_str()[5..].trim_end_matches('$').to_owned());
        let rest = regex(&last.join(":"), ".*", ".").as_str()[5..].to_owned();
        let whole = format!("(?s)^{}:{rest}", inner.collect::<Vec<_>>().join(":"));
        let expected = settled(regex::Regex::new(&whole).unwrap().is_match(&text.join(":")));
        let condition = json!({"ArnLike": {"aws:x": pattern.join(":")}});
        prop_assert_eq!(decide(&condition, Entry::One(text.join(":").into())), expected);
    }

    #[test]
    fn a_shape_is_settled_only_where_all_its_values_agree(
        shape in "[ab*?]{0,5}",
        pattern in "[ab*?]{0,5}",
        values in prop::collection::vec("[abc]{0,4}", 8),
    ) {
        let condition = json!({"StringLike": {"aws:x": pattern}});
        let known = decide(&condition, Entry::Shaped(Shape::parse(&shape)));
        let of_shape = regex(&shape, ".*", ".");
        // A value of the shape: its wildcards replaced by what was drawn.
        let mut drawn = values.iter();
        let mut fill = |one: bool| {
            let text = drawn.next().cloned().unwrap_or_default();
            if one { text.chars().next().unwrap_or('c').to_string() } else { text }
        };
        let value: String = shape.chars().map(|place| match place {
            '*' => fill(false),
            '?' => fill(true),
            other => other.to_string(),
        }).collect();
        prop_assert!(of_shape.is_match(&value));
        let found = settled(regex(&pattern, ".*", ".").is_match(&value));
        prop_assert!(known == Decision::Unknown || known == found, "{} {} {}", shape, pattern, value);
    }
}

#[test]
fn a_pattern_that_would_take_a_naive_matcher_for_ever_is_settled() {
    let pattern = "a*".repeat(200) + "b";
    let condition = json!({"StringLike": {"aws:x": pattern}});
    let text = "a".repeat(20_000);
    assert_eq!(
        decide(&condition, Entry::One(text.into())),
        Decision::Denied
    );
}
