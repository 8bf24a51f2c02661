//! Which policies AWS saves.

use super::{Remedy, RemedyKind};
use crate::inventory::Policy;
use crate::policy::{LONGEST_INLINE_POLICIES, LONGEST_KEY_POLICY, LONGEST_TRUST_POLICY, PolicyOf};

/// How long policies may be, in characters: a key's as it is written, the others without white space.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> and
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html> (this one looked up on 2026-11-28). A
/// trust policy's quota can be raised. No page says how long a vault's policy may be.
pub(super) const fn longest(kind: RemedyKind) -> Option<(usize, &'static str)> {
    match kind {
        RemedyKind::KeyPolicy => Some((LONGEST_KEY_POLICY, "a key policy")),
        RemedyKind::RolePolicy => Some((
            LONGEST_INLINE_POLICIES,
            "all policies that a role has of its own",
        )),
        RemedyKind::TrustPolicy => Some((LONGEST_TRUST_POLICY, "a trust policy")),
        RemedyKind::ServiceControlPolicy => Some((10_240, "a service control policy")),
        RemedyKind::ResourceControlPolicy => Some((5_120, "a resource control policy")),
        RemedyKind::CreateServiceLinkedRole
        | RemedyKind::EnableCrossAccountBackup
        | RemedyKind::EnableRegion
        | RemedyKind::EnableKey
        | RemedyKind::EnableAdvancedFeatures
        | RemedyKind::AllowImages
        | RemedyKind::CreateVault
        | RemedyKind::ChangeDestination
        | RemedyKind::VaultPolicy
        | RemedyKind::AttachRolePolicy
        | RemedyKind::ChangeRetention
        | RemedyKind::CreateKey
        | RemedyKind::ReEncrypt
        | RemedyKind::TwoStepCopy
        | RemedyKind::SplitRoute
        | RemedyKind::TagResource
        | RemedyKind::EnableResourceType
        | RemedyKind::AddSelection
        | RemedyKind::AddCopyAction => None,
    }
}

/// What the policies of remedies are of.
const OF: &[(RemedyKind, PolicyOf)] = &[
    (RemedyKind::KeyPolicy, PolicyOf::Key),
    (RemedyKind::VaultPolicy, PolicyOf::Vault),
    (RemedyKind::TrustPolicy, PolicyOf::Trust),
    (RemedyKind::RolePolicy, PolicyOf::Inline),
];

/// Why AWS does not save the policy of a remedy, where it saved the one before.
pub(super) fn malformed(remedy: &Remedy) -> Option<String> {
    let (_, of) = OF.iter().find(|(kind, _)| *kind == remedy.kind)?;
    let refused = |policy: &Policy| {
        let text = policy.to_value().to_string();
        policy.document().refused(*of, &text)
    };
    let after = refused(remedy.after.as_ref()?)?;
    let before = remedy.before.as_ref().and_then(refused);
    before.is_none().then_some(after)
}
