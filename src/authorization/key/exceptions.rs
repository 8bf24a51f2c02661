//! The Denies of a key's policy that only an exception keeps off a caller, and those that strike the key's owner too.

use smol_str::format_smolstr;

use crate::inventory::Facts;
use crate::known::{AccountId, Arn};
use crate::policy::{Entry, Principal, Request, excepting_denies, may_strike};
use crate::verdict::Evidence;

use super::super::context::{organization_id, organization_paths};
use super::super::located::LocatedPolicy;
use super::super::ruling::unique;
use super::question::KeyAccess;

impl KeyAccess<'_> {
    /// The Denies of the key's policy that only an exception keeps off these actions, as evidence: those that leave out
    /// everybody of the key's own account are not among them.
    pub fn excepting(&self, actions: &'static [&'static str]) -> Vec<Evidence> {
        let mut seen = Vec::new();
        let Some(policy) = self.facts.key_policy(self.key).known().flatten() else {
            return seen;
        };
        if !policy.document().has_deny() {
            return seen;
        }
        let asked = LocatedPolicy::new(self.key, "/Policy", policy.document());
        for (action, request, of_owner) in self.beside_the_owner(actions) {
            let denies = excepting_denies(&request, &of_owner, policy.document());
            seen.extend(asked.excepting(&denies, action));
        }
        unique(seen)
    }

    /// Whether Denies of the key's policy may strike somebody of the key's own account too: an exception for the principal alone
    /// leaves them there, and is one that [`Self::excepting`] tells of.
    pub fn strikes_the_owner(
        &self,
        actions: &'static [&'static str],
        statements: &[usize],
    ) -> bool {
        let Some(policy) = self.facts.key_policy(self.key).known().flatten() else {
            return false;
        };
        let requests = self.beside_the_owner(actions);
        requests.iter().any(|(.., of_owner)| {
            let mut statements = statements.iter();
            statements.any(|index| may_strike(of_owner, policy.document(), *index))
        })
    }

    /// Each request with the same one by somebody of the key's own account.
    fn beside_the_owner(
        &self,
        actions: &'static [&'static str],
    ) -> Vec<(&'static str, Request, Request)> {
        let Some(owner) = self.key.account() else {
            return Vec::new();
        };
        let each = self.question(actions).requests(self.facts, actions);
        let each = each.into_iter().flat_map(|(action, requests)| {
            requests.into_iter().map(move |request| (action, request))
        });
        each.map(|(action, request)| {
            let of_owner = by_anybody(self.facts, &request, self.key, owner);
            (action, request, of_owner)
        })
        .collect()
    }
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
