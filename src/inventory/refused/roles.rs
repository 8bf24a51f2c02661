//! The policies of a role that IAM does not save.

use std::collections::HashMap;

use crate::inventory::field::Field;
use crate::inventory::objects::{InlinePolicy, Role};
use crate::inventory::policy::Policy;
use crate::policy::{LONGEST_INLINE_POLICIES, PolicyOf};

/// A policy that is not saved.
pub struct RefusedPolicy<'a> {
    /// The ARN of a managed one, the name of one of the role's own.
    pub name: &'a str,
    /// Whether it is the role's own.
    pub is_inline: bool,
    /// Why.
    pub why: String,
}

/// Why AWS does not save a policy.
#[must_use]
pub fn why(policy: &Policy, of: PolicyOf) -> Option<String> {
    let text = policy.to_value().to_string();
    policy.document().refused(of, &text)
}

/// The managed policies of roles, by their ARNs.
pub fn managed<'a>(roles: impl Iterator<Item = &'a Role>) -> HashMap<&'a str, &'a Policy> {
    let attached = roles.filter_map(|role| role.attached_policies.value());
    let all = attached.flat_map(|list| list.0.iter());
    all.filter_map(|one| Some((one.policy_arn.as_str(), one.document.value()?)))
        .collect()
}

/// Those of a role that stand otherwise than before and are not saved.
pub fn refused<'a>(
    was: Option<&Role>,
    stood: &HashMap<&str, &Policy>,
    is: &'a Role,
) -> Vec<RefusedPolicy<'a>> {
    let mut found = Vec::new();
    let attached = is.attached_policies.value();
    for one in attached.into_iter().flat_map(|list| list.0.iter()) {
        let arn = one.policy_arn.as_str();
        // AWS's own are saved.
        let document = one.document.value().filter(|document| {
            one.policy_arn.account().is_some() && stood.get(arn) != Some(document)
        });
        let why = document.and_then(|document| why(document, PolicyOf::Managed));
        found.extend(why.map(|why| RefusedPolicy {
            name: arn,
            is_inline: false,
            why,
        }));
    }
    let there = was.map_or(&[][..], inline_of);
    let has = |one: &InlinePolicy| {
        let mut all = there.iter();
        all.any(|other| other.policy_name == one.policy_name && other.document == one.document)
    };
    let long = inline_of(is).iter().filter_map(|one| one.document.value());
    let long: usize = long
        .map(|document| document.to_value().to_string().chars().count())
        .sum();
    for one in inline_of(is).iter().filter(|one| !has(one)) {
        let of_all = (long > LONGEST_INLINE_POLICIES)
            .then(|| format!("all policies that a role has of its own have {LONGEST_INLINE_POLICIES} characters at the most"));
        let document = one.document.value();
        let why = why_not_named(&one.policy_name)
            .or_else(|| document.and_then(|document| why(document, PolicyOf::Inline)))
            .or(of_all);
        found.extend(why.map(|why| RefusedPolicy {
            name: &one.policy_name,
            is_inline: true,
            why,
        }));
    }
    found
}

fn inline_of(role: &Role) -> &[InlinePolicy] {
    match &role.inline_policies {
        Field::Is(list) => &list.0,
        Field::Absent | Field::Null => &[],
    }
}

/// Why a policy of a role cannot have its name.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>.
fn why_not_named(name: &str) -> Option<String> {
    let is_taken = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    let is_name = (1..=128).contains(&name.len()) && name.chars().all(is_taken);
    (!is_name).then(|| format!("IAM takes no policy of the name `{name}`"))
}
