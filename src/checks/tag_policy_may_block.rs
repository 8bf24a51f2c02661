#![doc = include_str!("tag_policy_may_block.md")]

use std::slice;

use serde_json::Value;

use super::described::{tags, tags_of_rule};
use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::recovery_points::pattern;
use crate::inventory::{Copy, Facts, Tags};
use crate::known::{ByHand, Fact, Gap};
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
    let account = known!(copy.endpoints().destination_account());
    let (tags, of_rule) = (tags(copy, facts), tags_of_rule(copy, facts));
    if let (Fact::Known(tags), Fact::Known(of_rule)) = (&tags, &of_rule)
        && tags.is_none_or(|tags| tags.names().next().is_none())
        && of_rule.is_empty()
    {
        return Outcome::pass("no tags go along with the copy");
    }
    let Some(policy) = known!(facts.tag_policy(account)) else {
        return Outcome::pass("no tag policy is in force on the destination account");
    };
    let services = services(copy);
    let mut rules: Vec<TagRule<'_>> = match rules(policy) {
        Ok(rules) => rules,
        Err(NotUnderstood { what, pointer }) => {
            let subject = format!("{account}/tag_policy{pointer}");
            let gap = Gap::by_hand(ByHand::NotUnderstood, what, subject);
            return not_read(gap.within(Some(account), None));
        }
    };
    rules.retain(|rule| rule.is_enforced(&services));
    if rules.is_empty() {
        return Outcome::pass(
            "the destination account's tag policy is not enforced for recovery points",
        );
    }
    let (tags, of_rule) = (known!(tags), known!(of_rule));
    let mut seen = Vec::new();
    // Which of two values of one tag the copy gets no page says.
    let own = tags.into_iter().flat_map(Tags::iter);
    for (name, value) in own.chain(of_rule) {
        for rule in &rules {
            let key = rule.key;
            if !key.eq_ignore_ascii_case(name) {
                continue;
            }
            let pointer = format!("/tags/{}", rule.of);
            if key != name {
                seen.push(Evidence::at(
                    account,
                    pointer,
                    format!("spells the tag `{key}`, and it is `{name}`"),
                ));
            } else if !rule.allows(value) {
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

/// Whether a tag policy may refuse that a resource of a service gets a tag: it is enforced there and wants another spelling or value,
/// or was not understood.
pub(super) fn may_refuse(policy: &Value, service: &str, (key, value): (&str, &str)) -> bool {
    let Ok(mut rules) = rules(policy) else {
        return true;
    };
    let services = [service.to_owned()];
    rules.retain(|rule| rule.is_enforced(&services) && rule.key.eq_ignore_ascii_case(key));
    rules
        .iter()
        .any(|rule| rule.key != key || !rule.allows(value))
}

/// The services under whose names the copy's tags are set.
fn services(copy: &Copy) -> Vec<String> {
    let kinds = copy.route().kind.kinds();
    let place = copy
        .endpoints()
        .destination_account()
        .known()
        .zip(copy.endpoints().destination_region().known());
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

/// What a tag policy says of one tag.
struct TagRule<'p> {
    /// Its name in the policy.
    of: &'p str,
    /// How the tag is spelled.
    key: &'p str,
    /// The values that it may have; none: any.
    values: Option<Vec<&'p str>>,
    /// What it is enforced for: `ec2:snapshot`, `backup:*`.
    enforced_for: Vec<&'p str>,
}

/// What of a policy was not understood, and where.
struct NotUnderstood {
    what: String,
    pointer: String,
}

/// The rules of a policy: an effective one has its tags under `tags`, each with its key, its values and what it is enforced for. A
/// console shows each value under `@@assign`; what other operators come to depends on the policies above.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html>.
fn rules(policy: &Value) -> Result<Vec<TagRule<'_>>, NotUnderstood> {
    const OF_RULE: &[&str] = &[
        "tag_key",
        "tag_value",
        "enforced_for",
        "report_required_tag_for",
    ];
    let tags = policy.get("tags").and_then(Value::as_object);
    let tags = tags.into_iter().flatten();
    tags.map(|(of, rule)| {
        let odd = |what: String, field: &str| NotUnderstood {
            what,
            pointer: format!("/tags/{of}{field}"),
        };
        let Some(fields) = rule.as_object() else {
            return Err(odd("the value".to_owned(), ""));
        };
        let known = |name: &str| OF_RULE.contains(&name) || name == OF_CHILDREN;
        if let Some(name) = fields.keys().find(|name| !known(name)) {
            return Err(odd(format!("the key `{name}`"), ""));
        }
        let said =
            |field: &str| assigned(rule.get(field)).map_err(|what| odd(what, &format!("/{field}")));
        let texts = |field: &str| {
            let Some(value) = said(field)? else {
                return Ok(None);
            };
            let all = value
                .as_array()
                .map_or(slice::from_ref(value), Vec::as_slice);
            let texts: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            let texts = texts.ok_or_else(|| odd("the value".to_owned(), &format!("/{field}")))?;
            Ok(Some(texts))
        };
        let key = match said("tag_key")? {
            None => of,
            Some(Value::String(key)) => key,
            Some(_) => return Err(odd("the value".to_owned(), "/tag_key")),
        };
        Ok(TagRule {
            of,
            key,
            values: texts("tag_value")?,
            enforced_for: texts("enforced_for")?.unwrap_or_default(),
        })
    })
    .collect()
}

/// Says which operators the policies below may use.
const OF_CHILDREN: &str = "@@operators_allowed_for_child_policies";

/// The value that stands somewhere, by itself or assigned.
fn assigned(value: Option<&Value>) -> Result<Option<&Value>, String> {
    let Some(Value::Object(operators)) = value else {
        return Ok(value.filter(|value| !value.is_null()));
    };
    let mut odd = operators.keys();
    match odd.find(|name| !["@@assign", OF_CHILDREN].contains(&name.as_str())) {
        Some(name) if name.starts_with("@@") => Err(format!("the operator `{name}`")),
        Some(name) => Err(format!("the key `{name}`")),
        None => Ok(operators.get("@@assign")),
    }
}

impl TagRule<'_> {
    /// Whether it is enforced for one of these services.
    fn is_enforced(&self, services: &[String]) -> bool {
        self.enforced_for.iter().any(|entry| {
            let service = entry.split(':').next().unwrap_or(entry);
            service == "*"
                || service.eq_ignore_ascii_case("ALL_SUPPORTED")
                || services.iter().any(|ours| ours == service)
        })
    }

    /// Whether a value is among its values.
    fn allows(&self, value: &str) -> bool {
        let is_of = |pattern: &&str| match pattern.split_once('*') {
            None => *pattern == value,
            Some((start, end)) => {
                value.len() >= start.len().saturating_add(end.len())
                    && value.starts_with(start)
                    && value.ends_with(end)
            }
        };
        self.values
            .as_ref()
            .is_none_or(|values| values.iter().any(is_of))
    }
}
