//! May anybody start a copy out of a vault on demand? The vault's access policy, and the service control policies.

use crate::catalog::requests::START_COPY;
use crate::inventory::{Facts, Reach};
use crate::known::{AccountId, Arn, Fact, Gap};
use crate::policy::{Effect, Principal, Request, Resource, Side, resource_side};
use crate::verdict::Evidence;

use super::asked::Asked;
use super::context::{about, gap_of_key, of_anybody as context_of, with_source_resource_tag};
use super::control::{Anybody, is_of_who_asks, of_anybody};
use super::form::of_point;
use super::request::Action;
use super::vault::shapes;

/// What the policies say to whoever starts the copy.
pub enum StartRuling {
    /// They deny it to nobody.
    Free,
    /// They deny it to some, or may.
    ForSome(Vec<Evidence>),
    /// They deny it to everybody.
    Denied(Vec<Evidence>),
    /// It depends on what was not read.
    Open(Vec<Gap>, Vec<Evidence>),
}

/// Whether a copy out of a vault can be started by anybody of the vault's account. A vault's policy that was not read is
/// asked for besides.
pub fn may_start(copy: &Reach, facts: &Facts<'_>, vault: &Arn) -> StartRuling {
    let Some(account) = vault.account() else {
        return StartRuling::Free;
    };
    let request = request(copy, facts, vault, account);
    let by_vault = by_vault(facts, vault, &request);
    if matches!(by_vault, StartRuling::Denied(_)) {
        return by_vault;
    }
    let asked = Action {
        action: START_COPY,
        subject: vault,
        resource: vault.as_str(),
    };
    let role = copy.role.as_ref().known();
    match (of_anybody(facts, account, role, &asked, &request), by_vault) {
        (Anybody::Denied(seen), _) => StartRuling::Denied(seen),
        (Anybody::Open(gaps, seen), StartRuling::Open(more, also)) => {
            StartRuling::Open([gaps, more].concat(), [seen, also].concat())
        }
        (Anybody::Open(gaps, seen), _) => StartRuling::Open(gaps, seen),
        (Anybody::Free | Anybody::ForSome, by_vault) => by_vault,
    }
}

fn by_vault(facts: &Facts<'_>, vault: &Arn, request: &Request) -> StartRuling {
    let Fact::Known(Some(policy)) = facts.vault_policy(vault) else {
        return StartRuling::Free;
    };
    let asked = Asked {
        subject: vault.into(),
        pointer: "/AccessPolicy",
        document: policy.document(),
    };
    let (denies, keys) = match resource_side(request, Some(policy.document())) {
        Side::Denied { by, .. } => {
            return StartRuling::Denied(asked.statements(&by, START_COPY, &request.context));
        }
        Side::NotAllowed { denies, keys, .. } => (denies, keys),
        Side::Unknown { statements, keys } => {
            let each = statements.into_iter();
            (each.filter(|at| at.effect == Effect::Deny).collect(), keys)
        }
        Side::Allowed { .. } => return StartRuling::Free,
    };
    let seen = asked.open(&denies, &keys);
    let gaps = keys.iter().map(|key| gap_of_key(key, facts, vault, vault));
    let gaps: Vec<Gap> = gaps.collect();
    if denies.is_empty() {
        StartRuling::Free
    } else if gaps.iter().all(is_of_who_asks) {
        StartRuling::ForSome(seen)
    } else {
        StartRuling::Open(gaps, seen)
    }
}

/// Who starts the copy is not known, but for the account.
fn request(copy: &Reach, facts: &Facts<'_>, vault: &Arn, account: AccountId) -> Request {
    let context = context_of(facts, account, vault.region().as_ref());
    let context = of_point(context, facts, copy.recovery_point.as_ref());
    let resource = match &copy.recovery_point {
        Some(point) => Resource::exact(point),
        None => Resource::one_of(shapes(copy, vault)),
    };
    let who = Principal::anybody(vault.partition().as_str(), account);
    let mut request = Request::new(who, START_COPY, resource, with_source_resource_tag(context));
    request.resource_account = Some(account);
    about(request, START_COPY)
}
