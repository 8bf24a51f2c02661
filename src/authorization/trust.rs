//! May AWS Backup assume a role? The role's trust policy.

use crate::inventory::{Facts, Policy};
use crate::known::{AccountId, Arn, Fact, Gap};
use crate::policy::{
    Context, Entry, Principal, Request, Resource, Rest, Shape, Side, resource_side,
};
use crate::verdict::Evidence;

use super::asked::Asked;
use super::context::{about, dated, gap_of_key, organization_id, organization_paths};

const SERVICE: &str = "backup.amazonaws.com";
/// What AWS Backup does with the copy role before anything else.
pub const ASSUME: &str = "sts:AssumeRole";

/// What a role's trust policy says to AWS Backup.
#[derive(Clone, Debug)]
pub enum TrustRuling {
    /// It may assume the role.
    Allowed(Vec<Evidence>),
    /// A Deny forbids it.
    Denied(Vec<Evidence>),
    /// Nothing allows it.
    Missing(Vec<Evidence>),
    /// It depends on what was not read.
    Open(Vec<Gap>, Vec<Evidence>),
}

/// A question to a role's trust policy, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asking {
    role: Arn,
    source: AccountId,
}

/// Asks a role's trust policy whether AWS Backup, acting for an account, may assume the role. `None`: no such role.
pub fn may_assume(facts: &Facts<'_>, role: &Arn, source: AccountId) -> Fact<Option<TrustRuling>> {
    let asking = Asking {
        role: role.clone(),
        source,
    };
    facts.once(&asking, |Asking { role, source }, facts| {
        facts
            .role_trust(role)
            .map(|trust| Some(rule(facts, role, trust?, *source)))
    })
}

fn rule(facts: &Facts<'_>, role: &Arn, trust: &Policy, source: AccountId) -> TrustRuling {
    let asked = Asked {
        subject: role.into(),
        pointer: "/AssumeRolePolicyDocument",
        document: trust.document(),
    };
    let Some(request) = assume_request(facts, role, source) else {
        return TrustRuling::Missing(Vec::new());
    };
    match resource_side(&request, Some(trust.document())) {
        Side::Allowed { by, .. } => {
            TrustRuling::Allowed(asked.statements(&by, ASSUME, &request.context))
        }
        Side::Denied { by, .. } => {
            TrustRuling::Denied(asked.statements(&by, ASSUME, &request.context))
        }
        Side::NotAllowed { near, .. } => TrustRuling::Missing(asked.near(&near, ASSUME)),
        Side::Unknown { statements, keys } => TrustRuling::Open(
            keys.iter()
                .map(|key| gap_of_key(key, facts, role, role))
                .collect(),
            asked.open(&statements, &keys),
        ),
    }
}

/// AWS Backup assumes a role, acting for an account.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>.
pub fn assume_request(facts: &Facts<'_>, role: &Arn, source: AccountId) -> Option<Request> {
    let one = |text: &str| Entry::One(text.into());
    let some_of_backup = format!("arn:{}:backup:*:{source}:*", role.partition());
    let context = Context::new(Rest::Unknown)
        .with("aws:SourceAccount", one(&source.to_string()))
        .with("aws:SourceArn", Entry::Shaped(Shape::parse(some_of_backup)))
        .with("aws:SourceOrgID", organization_id(facts, Some(source)))
        .with(
            "aws:SourceOrgPaths",
            organization_paths(facts, Some(source)),
        )
        // A service is a member of no organization.
        .with("aws:PrincipalOrgID", Entry::Absent)
        .with("aws:PrincipalOrgPaths", Entry::Absent)
        .with("aws:PrincipalIsAWSService", one("true"))
        .with("aws:PrincipalServiceName", one(SERVICE))
        .with("aws:SecureTransport", one("true"))
        .with(
            "aws:ResourceAccount",
            role.account()
                .map_or(Entry::Unknown, |id| one(&id.to_string())),
        )
        .with("aws:ResourceOrgID", organization_id(facts, role.account()))
        .with(
            "aws:ResourceOrgPaths",
            organization_paths(facts, role.account()),
        );
    let context = dated(context, facts);
    let principal = Principal::parse(SERVICE).ok()?;
    let request = Request::new(principal, ASSUME, Resource::exact(role), context);
    Some(about(request, ASSUME))
}
