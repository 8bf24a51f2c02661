//! A statement on all that it was on but some things.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::actions::covers;
use super::json::{in_place, one_or_list, words};

/// A statement on all that it was on but these things. The inner `None` where nothing is left; the outer where no
/// statement can say that.
pub fn but_for(
    mut statement: Map<String, Value>,
    but: &BTreeSet<&str>,
) -> Option<Option<Map<String, Value>>> {
    if but.contains("*") {
        return Some(None);
    }
    let but = || but.iter().map(ToString::to_string);
    if let Some(others) = statement.get("NotResource") {
        let others = words(others).into_iter().chain(but()).collect();
        statement.insert("NotResource".to_owned(), one_or_list(others));
        return Some(Some(statement));
    }
    let on = words(statement.get("Resource")?);
    // One request of these services names things of several kinds: all of one kind is not all that an action is done to.
    let is_of_one_kind = !but().any(|arn| {
        let service = arn.split(':').nth(2).unwrap_or_default();
        ["ec2", "fsx", "rds", "redshift"].contains(&service)
    });
    let is_all = |pattern: &str| {
        let all_of_kind = is_of_one_kind && but().all(|arn| covers(pattern, &any_like(&arn)));
        pattern == "*" || all_of_kind
    };
    if on.iter().any(|pattern| is_all(pattern)) {
        let others = one_or_list(but().collect());
        return Some(Some(in_place(statement, "Resource", "NotResource", others)));
    }
    let left: Vec<String> = on
        .into_iter()
        .filter(|it| !but().any(|arn| arn == *it))
        .collect();
    if left
        .iter()
        .any(|pattern| but().any(|arn| covers(pattern, &arn)))
    {
        return None;
    }
    if left.is_empty() {
        return Some(None);
    }
    statement.insert("Resource".to_owned(), one_or_list(left));
    Some(Some(statement))
}

/// An ARN of the same kind that nobody has: a pattern that covers it covers all of that kind.
pub fn any_like(arn: &str) -> String {
    let parts = arn.splitn(6, ':').enumerate();
    let parts = parts.map(|(place, part)| match (place, part) {
        (3, part) if !part.is_empty() => "zz-zz-0".to_owned(),
        (4, part) if !part.is_empty() => "000000000000".to_owned(),
        (5, part) => match part.find([':', '/']) {
            Some(end) => format!("{}~", part.get(..=end).unwrap_or_default()),
            None => "~".to_owned(),
        },
        (_, part) => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(":")
}
