//! May AWS Backup assume a role? The role's trust policy.

use crate::inventory::{Facts, Policy, Question};
use crate::known::{AccountId, Arn, Fact};
use crate::policy::{
    Context, Entry, PolicyDecision, Principal, Request, Resource, Rest, Shape, Truth,
    decide_resource,
};

use super::context::{about, dated, gap_of_key, organization_id, organization_paths, with_tags};
use super::located::LocatedPolicy;
use super::ruling::{Party, Ruling};

const SERVICE: &str = "backup.amazonaws.com";
/// What AWS Backup does with the copy role before anything else.
pub const ASSUME: &str = "sts:AssumeRole";

/// A question to a role's trust policy, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct TrustQuestion {
    role: Arn,
    source: AccountId,
}

/// Asks a role's trust policy whether AWS Backup, acting for an account, may assume the role. `None`: no such role.
pub fn may_assume(facts: &Facts<'_>, role: &Arn, source: AccountId) -> Fact<Option<Ruling>> {
    let asking = TrustQuestion {
        role: role.clone(),
        source,
    };
    facts.answer(&asking)
}

impl Question for TrustQuestion {
    type Answer = Fact<Option<Ruling>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let trust = facts.role_trust(&self.role);
        trust.map(|trust| Some(rule(facts, &self.role, trust?, self.source)))
    }
}

fn rule(facts: &Facts<'_>, role: &Arn, trust: &Policy, source: AccountId) -> Ruling {
    let asked = LocatedPolicy::new(role, "/AssumeRolePolicyDocument", trust.document());
    let Some(request) = assume_request(facts, role, source) else {
        return Ruling::missing(Party::Resource, Vec::new());
    };
    match decide_resource(&request, Some(trust.document())) {
        PolicyDecision::Allowed { by, .. } => {
            Ruling::allowed(asked.statements(&by, ASSUME, &request.context))
        }
        PolicyDecision::Denied { by, allow } => {
            asked.denies(&by, ASSUME, &request, allow == Truth::False)
        }
        PolicyDecision::NotAllowed { near, .. } => {
            Ruling::missing(Party::Resource, asked.near(&near, ASSUME))
        }
        PolicyDecision::Unknown { statements, keys } => {
            let gaps = keys.iter().map(|key| gap_of_key(key, facts, role, role));
            asked.is_open(&statements, &keys, gaps.collect())
        }
    }
}

/// AWS Backup assumes a role, acting for an account.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html> and, of the role's tags,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html>.
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
    let mut context = dated(context, facts);
    for prefix in ["aws:ResourceTag/", "iam:ResourceTag/"] {
        context = with_tags(context, prefix, facts.role_tags(role));
    }
    let principal = Principal::parse(SERVICE).ok()?;
    let request = Request::new(principal, ASSUME, Resource::exact(role), context);
    Some(about(request, ASSUME))
}
