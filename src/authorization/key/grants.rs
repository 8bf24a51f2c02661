//! What the grants of a key allow, where its policy is silent.

use serde_json::Value;

use crate::catalog::requests::CREATE_GRANT;
use crate::inventory::{Facts, Grant};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::Evidence;

use super::super::context::gap_of_key;
use super::super::ruling::{Party, Ruling};
use super::question::KeyUseQuestion;

/// Silence of the key policy is not denial where a grant speaks.
pub fn granted(
    facts: &Facts<'_>,
    question: &KeyUseQuestion,
    action: &str,
    near: Vec<Evidence>,
) -> Ruling {
    let (key, principal) = (&question.key, &question.principal);
    granted_to(facts, key, principal, action, near)
}

pub fn granted_to(
    facts: &Facts<'_>,
    key: &Arn,
    principal: &Arn,
    action: &str,
    near: Vec<Evidence>,
) -> Ruling {
    let grants = match facts.key_grants(key) {
        Fact::Unknown(gap) => {
            return Ruling::not_known_to_allow(vec![*gap], near);
        }
        Fact::Known(grants) => grants.unwrap_or(&[]),
    };
    let operation = action.trim_start_matches("kms:");
    let mut constrained = None;
    for (index, grant) in grants.iter().enumerate() {
        let to = grant.grantee_principal.value().map(|who| &**who);
        let to_us = to == Some(principal.as_str());
        let may_be_us = to.is_some_and(|who| may_stand_for(who, principal));
        let for_this = grant
            .operations
            .value()
            .is_some_and(|operations| operations.iter().any(|name| **name == *operation));
        if !(to_us || may_be_us) || !for_this {
            continue;
        }
        let seen = Evidence::at(
            key,
            format!("/Grants/{index}"),
            format!("the grant allows {action}"),
        );
        let free = grant.constraints.value().is_none();
        let enough = action != CREATE_GRANT || lets_read(grant);
        if free && to_us && enough {
            return Ruling::allowed(vec![seen]);
        }
        let strange = grant.constraints.value().and_then(|json| strange(&json.0));
        let gap = if let Some(what) = strange {
            Gap::by_hand(ByHand::NotUnderstood, what, key.as_str()).where_is(key)
        } else if enough {
            gap_of_key("kms:EncryptionContext", facts, principal, key)
        } else {
            Gap::not_told(
                "what the service can be granted by a grant without Decrypt",
                key.as_str(),
            )
            .where_is(key)
        };
        constrained = Some((seen, gap));
    }
    match constrained {
        None => Ruling::missing(Party::Resource, near),
        Some((seen, gap)) => Ruling::not_known_to_allow(vec![gap], vec![seen]),
    }
}

/// What of the constraints of a grant is not known. AWS leaves them out where there are none: those that are empty were written by
/// what does not know them.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html>.
fn strange(constraints: &Value) -> Option<String> {
    const KNOWN: &[&str] = &[
        "EncryptionContextEquals",
        "EncryptionContextSubset",
        "SourceArn",
    ];
    let constraints = constraints.as_object()?;
    if constraints.is_empty() {
        return Some("the empty `Constraints` of a grant".to_owned());
    }
    let mut strange = constraints.keys().filter(|name| !KNOWN.contains(&&***name));
    let strange = strange.next()?;
    Some(format!("the constraint `{strange}` of a grant"))
}

/// Whether what is encrypted can be read by grants that are made by way of this one: they allow no more than it does.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html>.
fn lets_read(grant: &Grant) -> bool {
    let operations = grant.operations.value();
    operations.is_some_and(|all| all.iter().any(|name| &**name == "Decrypt"))
}

/// Whether a grant to somebody may be one to the principal: to its account, of which no page says what it gives, or to one of
/// its sessions.
fn may_stand_for(grantee: &str, principal: &Arn) -> bool {
    let account = |id: &str| principal.account().is_some_and(|own| own.to_string() == id);
    if account(grantee) {
        return true;
    }
    let Ok(grantee) = Arn::parse(grantee) else {
        return false;
    };
    let session = || {
        grantee
            .resource()
            .strip_prefix("assumed-role/")?
            .split('/')
            .next()
    };
    grantee.account() == principal.account()
        && (grantee.resource() == "root" || session() == Some(principal.name()))
}
