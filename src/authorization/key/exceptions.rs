//! The Denies of a key's policy that only an exception keeps off a caller, and those that strike the key's owner too.

use smol_str::format_smolstr;

use crate::inventory::{Facts, Route};
use crate::known::{AccountId, Arn};
use crate::policy::{Entry, Principal, Request, applies, excepting_denies};
use crate::verdict::Evidence;

use super::super::context::{organization_id, organization_paths};
use super::super::located::LocatedPolicy;
use super::super::ruling::unique;
use super::question::{KeyQuestion, KeyUseQuestion, Through};

/// The Denies of a key's policy that only an exception keeps off the question, as evidence: those that leave out everybody of
/// the key's own account are not among them.
pub fn excepting(copy: &Route, facts: &Facts<'_>, question: &KeyQuestion<'_>) -> Vec<Evidence> {
    let (Some(policy), Some(owner)) = (
        facts.key_policy(question.key).known().flatten(),
        question.key.account(),
    ) else {
        return Vec::new();
    };
    let asking = KeyUseQuestion {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: Through::of(copy, question.via),
        both_sides: false,
    };
    let asked = LocatedPolicy {
        subject: question.key.into(),
        pointer: "/Policy",
        document: policy.document(),
    };
    let mut seen = Vec::new();
    for (action, requests) in asking.requests(facts, question.actions) {
        for request in &requests {
            let owner = by_anybody(facts, request, question.key, owner);
            let denies = excepting_denies(request, &owner, policy.document());
            seen.extend(asked.excepting(&denies, action));
        }
    }
    unique(seen)
}

/// Whether Denies of a key's policy strike everybody of the key's own account too: an exception for the principal alone leaves
/// them there.
pub fn strike_the_owner(
    copy: &Route,
    facts: &Facts<'_>,
    question: &KeyQuestion<'_>,
    statements: &[usize],
) -> bool {
    let (Some(policy), Some(owner)) = (
        facts.key_policy(question.key).known().flatten(),
        question.key.account(),
    ) else {
        return false;
    };
    let asking = KeyUseQuestion {
        key: question.key.clone(),
        principal: question.principal.clone(),
        actions: question.actions,
        through: Through::of(copy, question.via),
        both_sides: false,
    };
    let requests = asking.requests(facts, question.actions).into_iter();
    let mut requests = requests.flat_map(|(_, requests)| requests);
    requests.any(|request| {
        let owner = by_anybody(facts, &request, question.key, owner);
        let mut statements = statements.iter();
        statements.any(|index| applies(&owner, policy.document(), *index))
    })
}

/// The same request by somebody of an account.
fn by_anybody(facts: &Facts<'_>, request: &Request, key: &Arn, account: AccountId) -> Request {
    let mut request = request.clone();
    request.principal = Principal::anybody(key.partition().as_str(), account);
    let id = || Entry::One(format_smolstr!("{account}"));
    let context = &mut request.context;
    context.set("aws:PrincipalArn", Entry::Unknown);
    context.set("aws:PrincipalType", Entry::Unknown);
    context.set("aws:PrincipalAccount", id());
    context.set("kms:CallerAccount", id());
    context.set("aws:PrincipalOrgID", organization_id(facts, Some(account)));
    context.set(
        "aws:PrincipalOrgPaths",
        organization_paths(facts, Some(account)),
    );
    request
}
