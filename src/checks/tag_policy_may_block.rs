#![doc = include_str!("tag_policy_may_block.md")]

use serde_json::Value;

use super::described::tags;
use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::recovery_points::pattern;
use crate::inventory::{Copy, Facts, KindOf, Tags};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "tag-policy-may-block",
    title: "a tag policy of the organization may refuse the copy's tags",
    doc: include_str!("tag_policy_may_block.md"),
    cites: &[cite::KC_CROSS_ACCOUNT, cite::DASHBOARDS],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let account = known!(copy.destination_account());
    let tags = tags(copy, facts);
    if let Fact::Known(tags) = &tags
        && tags.is_none_or(|tags| tags.names().next().is_none())
    {
        return Outcome::pass("no tags go along with the copy");
    }
    let Some(policy) = known!(facts.tag_policy(account)) else {
        return Outcome::pass("no tag policy is in force on the destination account");
    };
    let services = services(copy);
    // An effective policy has its tags under `tags`, each with its key, its values and what it is enforced for.
    let rules: Vec<(&String, &Value)> = policy
        .get("tags")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, rule)| is_enforced(rule, &services))
        .collect();
    if rules.is_empty() {
        return Outcome::pass(
            "the destination account's tag policy is not enforced for recovery points",
        );
    }
    let tags = match tags {
        Fact::Known(tags) => tags,
        Fact::Unknown(gap) => return not_read(*gap),
    };
    let mut seen = Vec::new();
    for (name, value) in tags.into_iter().flat_map(Tags::iter) {
        for (of, rule) in &rules {
            let key = rule.get("tag_key").and_then(Value::as_str).unwrap_or(of);
            if !key.eq_ignore_ascii_case(name) {
                continue;
            }
            let pointer = format!("/tags/{of}");
            if key != name {
                seen.push(Evidence::at(
                    account,
                    pointer,
                    format!("spells the tag `{key}`, and it is `{name}`"),
                ));
            } else if !allows(rule, value) {
                seen.push(Evidence::at(
                    account,
                    pointer,
                    format!("does not have the value `{value}` for `{name}`"),
                ));
            }
        }
    }
    if seen.is_empty() {
        return Outcome::pass("the tags keep to the destination account's tag policy");
    }
    Outcome::warn(format!(
        "the tag policy of account {account} may refuse tags of the copy"
    ))
    .on(Basis::Inferred)
    .saw(seen)
}

/// The services under whose names the copy's tags are set.
fn services(copy: &Copy) -> Vec<String> {
    let kinds = match &copy.kind {
        KindOf::Known(kind) => std::slice::from_ref(kind),
        KindOf::OneOf(kinds, _) => kinds,
        KindOf::Unlisted(_) | KindOf::Unknown(_) => &[],
    };
    let place = copy
        .destination_account()
        .known()
        .zip(copy.destination_region().known());
    let mut services = vec!["backup".to_owned()];
    if let Some((account, region)) = place {
        services.extend(kinds.iter().filter_map(|kind| {
            pattern(*kind, "aws", &region, account)
                .split(':')
                .nth(2)
                .map(str::to_owned)
        }));
    }
    services
}

/// Whether a rule is enforced for one of these services: `ec2:snapshot`, `backup:*`.
fn is_enforced(rule: &Value, services: &[String]) -> bool {
    let list = rule.get("enforced_for").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|entry| {
            let service = entry.split(':').next().unwrap_or(entry);
            service == "*"
                || service.eq_ignore_ascii_case("ALL_SUPPORTED")
                || services.iter().any(|ours| ours == service)
        })
}

/// Whether a value is among those of a rule; a rule without values takes any.
fn allows(rule: &Value, value: &str) -> bool {
    match rule.get("tag_value") {
        None | Some(Value::Null) => true,
        Some(values) => values.as_array().is_some_and(|values| {
            values
                .iter()
                .filter_map(Value::as_str)
                .any(|pattern| match pattern.split_once('*') {
                    None => pattern == value,
                    Some((start, end)) => {
                        value.len() >= start.len().saturating_add(end.len())
                            && value.starts_with(start)
                            && value.ends_with(end)
                    }
                })
        }),
    }
}
