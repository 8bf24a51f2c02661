//! May the copy role copy into a vault, and out of one? The vaults' access policies.

use crate::catalog::recovery_points::{pattern, pattern_in_lagv};
use crate::catalog::requests::{COPY_FROM, COPY_INTO};
use crate::inventory::{Copy, Facts, KindOf, Policy, VaultType};
use crate::known::{Arn, Fact};
use crate::policy::{
    Effect, Entry, Principal, Request, Resource, Rest, Side, Truth, resource_side,
};

use super::context::{
    gap_of_key, of_role, organization_paths, with_source_resource_tag, with_tags,
};
use super::ruling::{Asked, Fault, OpenDeny, Ruling};

/// The destination vault's policy on `backup:CopyIntoBackupVault`.
pub fn copy_into(copy: &Copy, facts: &Facts<'_>, role: &Arn, policy: Option<&Policy>) -> Ruling {
    let vault = &copy.destination_vault;
    let Some(policy) = policy else {
        return Ruling::Missing {
            near: Vec::new(),
            fault: Fault::Subject,
            denies: None,
        };
    };
    let Some(request) = into_request(copy, facts, role) else {
        return Ruling::Missing {
            near: Vec::new(),
            fault: Fault::Subject,
            denies: None,
        };
    };
    rule(facts, role, vault, vault, policy, request, COPY_INTO)
}

/// The source vault's policy on `backup:CopyFromBackupVault`.
pub fn copy_from(
    copy: &Copy,
    facts: &Facts<'_>,
    role: &Arn,
    vault: &Arn,
    policy: &Policy,
) -> Ruling {
    let Some(request) = from_request(copy, facts, role, vault) else {
        return Ruling::Missing {
            near: Vec::new(),
            fault: Fault::Subject,
            denies: None,
        };
    };
    let target = &copy.destination_vault;
    rule(facts, role, vault, target, policy, request, COPY_FROM)
}

/// `backup:CopyIntoBackupVault` on the destination vault. `None` where the role's ARN is none.
pub fn into_request(copy: &Copy, facts: &Facts<'_>, role: &Arn) -> Option<Request> {
    let vault = &copy.destination_vault;
    let context = of_role(facts, role, vault.account(), vault.region().as_ref())
        .with_family("backup:", Rest::Absent)
        .with_family("kms:", Rest::Absent);
    let context = with_tags(context, "aws:ResourceTag/", facts.vault_tags(vault));
    let principal = Principal::parse(role.as_str()).ok()?;
    let resource = Resource::exact(vault.as_str());
    Some(Request::new(principal, COPY_INTO, resource, context))
}

/// `backup:CopyFromBackupVault` on the recovery point. `None` where the role's ARN is none.
pub fn from_request(copy: &Copy, facts: &Facts<'_>, role: &Arn, vault: &Arn) -> Option<Request> {
    let context = of_role(facts, role, vault.account(), vault.region().as_ref())
        .with(
            "backup:CopyTargets",
            Entry::Many(vec![copy.destination_vault.to_string()]),
        )
        .with(
            "backup:CopyTargetOrgPaths",
            organization_paths(facts, copy.destination_vault.account()),
        )
        .with_family("kms:", Rest::Absent);
    let context = match &copy.recovery_point {
        Some(point) => with_tags(context, "aws:ResourceTag/", facts.point_tags(point)),
        None => context,
    };
    let mut request = Request::new(
        Principal::parse(role.as_str()).ok()?,
        COPY_FROM,
        recovery_point(copy, vault),
        with_source_resource_tag(context),
    );
    request.resource_account = vault.account();
    Some(request)
}

/// The recovery point, or the shapes that its ARN will have.
fn recovery_point(copy: &Copy, vault: &Arn) -> Resource {
    if let Some(point) = &copy.recovery_point {
        return Resource::exact(point.as_str());
    }
    let anything = || Resource::one_of(["arn:*:*:*:*:*"]);
    let (Some(account), Some(region)) = (vault.account(), vault.region()) else {
        return anything();
    };
    let partition = vault.partition();
    if matches!(copy.source_type, Fact::Known(Some(VaultType::AirGapped))) {
        return Resource::one_of([pattern_in_lagv(partition.as_str(), &region, account).as_str()]);
    }
    let kinds = match &copy.kind {
        KindOf::Known(kind) => std::slice::from_ref(kind),
        KindOf::OneOf(kinds, _) => kinds,
        KindOf::Unlisted(_) | KindOf::Unknown(_) => return anything(),
    };
    let shapes: Vec<String> = kinds
        .iter()
        .map(|kind| pattern(*kind, partition.as_str(), &region, account))
        .collect();
    Resource::one_of(shapes.iter().map(String::as_str))
}

fn rule(
    facts: &Facts<'_>,
    role: &Arn,
    vault: &Arn,
    target: &Arn,
    policy: &Policy,
    mut request: Request,
    action: &'static str,
) -> Ruling {
    request.bounded = facts.has_boundary(role);
    let asked = Asked {
        subject: vault,
        pointer: "/AccessPolicy",
        document: policy.document(),
    };
    let gaps = |keys: &[String]| {
        let gap = |key: &String| {
            // Only this key is about the vault that the copy goes to.
            let of_target = key.eq_ignore_ascii_case("backup:CopyTargetOrgPaths");
            let subject = if of_target { target } else { vault };
            gap_of_key(key, facts, role, subject)
        };
        keys.iter().map(gap).collect()
    };
    match resource_side(&request, Some(policy.document())) {
        Side::Allowed { by, .. } => Ruling::Allowed {
            by: asked.statements(&by, action),
        },
        Side::Denied { by, allow } => Ruling::Denied {
            unless: None,
            silent: allow == Truth::False,
            statements: by.iter().map(|at| at.index).collect(),
            by: asked.statements(&by, action),
        },
        Side::NotAllowed {
            near, denies, keys, ..
        } => Ruling::Missing {
            near: asked.near(&near, action),
            fault: Fault::Subject,
            denies: (!denies.is_empty()).then(|| OpenDeny {
                gaps: gaps(&keys),
                seen: asked.open(&denies, &keys),
            }),
        },
        Side::Unknown { statements, keys } => Ruling::Open {
            gaps: gaps(&keys),
            may_deny: statements.iter().any(|at| at.effect == Effect::Deny),
            seen: asked.open(&statements, &keys),
        },
    }
}
