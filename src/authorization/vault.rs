//! May the copy role copy into a vault, and out of one? The vaults' access policies.

use smol_str::SmolStr;

use crate::catalog::recovery_points::{pattern, pattern_in_lagv};
use crate::catalog::requests::{COPY_FROM, COPY_INTO};
use crate::inventory::{Endpoints, Facts, Policy, Question, Transfer, VaultType};
use crate::known::{Arn, Fact, Gap};
use crate::policy::{PolicyDecision, Truth, decide_resource};

use super::context::gap_of_key;
use super::located::LocatedPolicy;
use super::ruling::{OpenDeny, Party, Ruling};
use super::template::RequestTemplate;

/// A question to a vault, with all that its answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct VaultQuestion {
    vault: Arn,
    /// The vault that the copy goes to.
    target: Arn,
    role: Arn,
    action: &'static str,
    template: RequestTemplate,
}

/// The destination vault's policy on `backup:CopyIntoBackupVault`.
pub fn copy_into(copy: &Endpoints, facts: &Facts<'_>, role: &Arn) -> Ruling {
    let asking = VaultQuestion {
        vault: copy.destination_vault.clone(),
        target: copy.destination_vault.clone(),
        role: role.clone(),
        action: COPY_INTO,
        template: copy_into_template(copy),
    };
    facts.answer(&asking)
}

/// The source vault's policy on `backup:CopyFromBackupVault`.
pub fn copy_from(copy: &Transfer, facts: &Facts<'_>, role: &Arn, vault: &Arn) -> Ruling {
    let asking = VaultQuestion {
        vault: vault.clone(),
        target: copy.endpoints().destination_vault.clone(),
        role: role.clone(),
        action: COPY_FROM,
        template: copy_from_template(copy, vault),
    };
    facts.answer(&asking)
}

/// `backup:CopyIntoBackupVault` on the destination vault.
pub fn copy_into_template(copy: &Endpoints) -> RequestTemplate {
    RequestTemplate::Into {
        vault: copy.destination_vault.clone(),
    }
}

/// `backup:CopyFromBackupVault` on the recovery point.
pub fn copy_from_template(copy: &Transfer, vault: &Arn) -> RequestTemplate {
    let point = copy.recovery_point.clone();
    RequestTemplate::From {
        vault: vault.clone(),
        target: copy.endpoints().destination_vault.clone(),
        shapes: if point.is_some() {
            Vec::new()
        } else {
            shapes(copy, vault)
        },
        point,
    }
}

/// The shapes that the ARN of the recovery point will have.
pub fn shapes(copy: &Transfer, vault: &Arn) -> Vec<SmolStr> {
    let anything = || vec![SmolStr::new_static("arn:*:*:*:*:*")];
    let (Some(account), Some(region)) = (vault.account(), vault.region()) else {
        return anything();
    };
    let partition = vault.partition();
    if matches!(
        copy.endpoints().source_type,
        Fact::Known(Some(VaultType::AirGapped))
    ) {
        return vec![pattern_in_lagv(partition.as_str(), &region, account)];
    }
    let kinds = copy.route.kind.kinds();
    if kinds.is_empty() {
        return anything();
    }
    kinds
        .iter()
        .map(|kind| pattern(*kind, partition.as_str(), &region, account))
        .collect()
}

impl Question for VaultQuestion {
    type Answer = Ruling;

    fn answer(&self, facts: &Facts<'_>) -> Ruling {
        rule(self, facts)
    }
}

fn rule(asking: &VaultQuestion, facts: &Facts<'_>) -> Ruling {
    let VaultQuestion {
        vault,
        target,
        role,
        action,
        template,
    } = asking;
    let missing = || Ruling::missing(Party::Resource, Vec::new());
    let policy = match facts.vault_policy(vault) {
        Fact::Known(Some(policy)) => policy,
        Fact::Known(None) => return missing(),
        Fact::Unknown(gap) => return Ruling::unread(*gap),
    };
    // The role's ARN may be none.
    let mut requests = template.requests(facts, role, &[action]).into_iter();
    let Some(mut request) = requests.next().and_then(|(_, mut requests)| requests.pop()) else {
        return missing();
    };
    request.bounded = facts.has_boundary(role);
    request.in_session = true;
    let asked = LocatedPolicy::new(vault, "/AccessPolicy", policy.document());
    let gaps = |keys: &[String]| {
        let gap = |key: &String| {
            // Only this key is about the vault that the copy goes to.
            let of_target = key.eq_ignore_ascii_case("backup:CopyTargetOrgPaths");
            let subject = if of_target { target } else { vault };
            gap_of_key(key, facts, role, subject)
        };
        keys.iter().map(gap).collect()
    };
    match decide_resource(&request, Some(policy.document())) {
        PolicyDecision::Allowed { by, .. }
            if !by.iter().any(|at| names(policy, at.index, action)) =>
        {
            let is_not_action = |index: usize| {
                let statement = policy.document().statements().get(index);
                statement.is_some_and(|statement| statement.is_not_action())
            };
            let what = if by.iter().all(|at| is_not_action(at.index)) {
                "what a vault's policy allows by `NotAction`"
            } else {
                "what a vault's policy allows by a wildcard in `Action`"
            };
            let gap = Gap::not_told(what, vault.as_str()).where_is(vault);
            Ruling::not_known_to_allow(vec![gap], asked.statements(&by, action, &request.context))
        }
        PolicyDecision::Allowed { by, .. } => {
            Ruling::allowed(asked.statements(&by, action, &request.context))
        }
        PolicyDecision::Denied { by, allow } => {
            asked.denies(&by, action, &request, allow == Truth::False)
        }
        PolicyDecision::NotAllowed {
            near, denies, keys, ..
        } => Ruling::Missing {
            near: {
                let seen = [asked.near(&near, action), asked.misspelt(&near, role)].concat();
                if seen.is_empty() {
                    asked.of_others(&near, action)
                } else {
                    seen
                }
            },
            parties: vec![Party::Resource],
            denies: (!denies.is_empty()).then(|| OpenDeny {
                gaps: gaps(&keys),
                seen: asked.open(&denies, &keys),
            }),
        },
        PolicyDecision::Unknown { statements, keys } => {
            asked.is_open(&statements, &keys, gaps(&keys))
        }
    }
}

/// Whether a statement names an action itself. AWS Backup does not support a wildcard in `Action` of a vault's policy, and `NotAction`,
/// which takes in as many actions, no page has.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html>.
fn names(policy: &Policy, index: usize, action: &str) -> bool {
    let statement = policy.document().statements().get(index);
    statement.is_some_and(|statement| {
        let mut actions = statement.actions();
        !statement.is_not_action() && actions.any(|named| named.eq_ignore_ascii_case(action))
    })
}
