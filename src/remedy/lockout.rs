//! Who may set the policy of a key or a vault: one that nobody may set stays as it is.
//!
//! See <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>: the new policy must let its caller make the next such
//! call, and no other account makes it; and <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>. The actions
//! on a vault that its policy can deny are in <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html>.

use smol_str::{SmolStr, format_smolstr};

use super::{Remedy, RemedyKind};
use crate::inventory::Policy;
use crate::known::Arn;
use crate::policy::{
    Context, Effect, Entry, PolicyDecision, Principal, Request, Resource, Rest, Truth,
    decide_resource,
};

const SET_KEY_POLICY: &str = "kms:PutKeyPolicy";
const SET_VAULT_POLICY: &str = "backup:PutBackupVaultAccessPolicy";
const DELETE_VAULT_POLICY: &str = "backup:DeleteBackupVaultAccessPolicy";

/// Who of the account may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// Nobody, whatever else allows it.
    Nobody,
    /// These alone, by their ARNs.
    Only(Vec<SmolStr>),
    /// Others too, or it is not known.
    Others,
}

/// Why nobody makes this change of a key's policy, where that is so.
pub fn of_key(remedy: &Remedy, key: &Arn) -> Option<String> {
    let policies = [&remedy.before, &remedy.after].into_iter().flatten();
    let mut each = policies.map(|policy| who_sets(key, policy));
    (remedy.kind == RemedyKind::KeyPolicy && each.any(|who| who == Who::Nobody)).then(|| {
        format!(
            "its policy lets nobody of the account do {SET_KEY_POLICY}, and whoever sets one must be able to set the next: ask AWS Support, or have the backup on another key"
        )
    })
}

/// Why nobody makes this change of a vault's policy, where that is so.
pub fn of_vault(remedy: &Remedy, vault: &Arn) -> Option<String> {
    let policy = remedy.before.as_ref()?;
    let is_denied = |action| {
        matches!(
            asked_of_anybody(vault, policy, action)?,
            PolicyDecision::Denied { .. }
        )
        .then_some(())
    };
    if remedy.kind != RemedyKind::VaultPolicy || is_denied(SET_VAULT_POLICY).is_none() {
        return None;
    }
    let way_out = match is_denied(DELETE_VAULT_POLICY) {
        Some(()) => "nor delete it: copy into another vault",
        None => {
            "but delete it: aws backup delete-backup-vault-access-policy, and then set this one"
        }
    };
    Some(format!(
        "it denies {SET_VAULT_POLICY} to everybody, so that nobody may set another, {way_out}"
    ))
}

/// The principals that alone make this change, by their names.
pub fn only(remedy: &Remedy, key: &Arn) -> Option<Vec<String>> {
    if remedy.kind != RemedyKind::KeyPolicy {
        return None;
    }
    let policies = [&remedy.after, &remedy.before].into_iter().flatten();
    let mut only = policies.filter_map(|policy| match who_sets(key, policy) {
        Who::Only(names) => Some(names),
        Who::Nobody | Who::Others => None,
    });
    let name = |arn: SmolStr| {
        let name = Arn::parse(&arn).map(|arn| arn.name().to_owned());
        name.unwrap_or_else(|_| arn.into())
    };
    Some(only.next()?.into_iter().map(name).collect())
}

/// Who may set a key's policy by this one: what it does not allow to the account itself, it allows to those that it names.
fn who_sets(key: &Arn, policy: &Policy) -> Who {
    match asked_of_anybody(key, policy, SET_KEY_POLICY) {
        Some(PolicyDecision::Denied { .. } | PolicyDecision::NotAllowed { .. }) => {
            return Who::Nobody;
        }
        Some(PolicyDecision::Unknown { .. }) => {}
        Some(PolicyDecision::Allowed { .. }) | None => return Who::Others,
    }
    let root = key
        .account()
        .map(|id| format!("arn:{}:iam::{id}:root", key.partition()));
    let root = root.and_then(|root| Principal::parse(&root).ok());
    let root = root.and_then(|root| asked(key, policy, SET_KEY_POLICY, root));
    match root {
        Some(
            PolicyDecision::NotAllowed { .. }
            | PolicyDecision::Denied {
                allow: Truth::False,
                ..
            },
        ) => {}
        Some(
            PolicyDecision::Allowed { .. }
            | PolicyDecision::Unknown { .. }
            | PolicyDecision::Denied { .. },
        )
        | None => return Who::Others,
    }
    let statements = policy.document().statements().iter();
    let allows = statements.filter(|statement| statement.effect() == Effect::Allow);
    let mut only = Vec::new();
    for statement in allows {
        if statement.is_not_principal() {
            return Who::Others;
        }
        for named in statement.principals() {
            let of_account =
                Arn::parse(named.text()).is_ok_and(|arn| arn.account() == key.account());
            let who = Principal::parse(named.text()).ok().filter(|_| of_account);
            match who.and_then(|who| asked(key, policy, SET_KEY_POLICY, who)) {
                Some(PolicyDecision::Allowed { .. }) => only.push(SmolStr::from(named.text())),
                Some(PolicyDecision::Unknown { .. }) => return Who::Others,
                Some(PolicyDecision::Denied { .. } | PolicyDecision::NotAllowed { .. }) | None => {}
            }
        }
    }
    only.sort_unstable();
    only.dedup();
    if only.is_empty() {
        Who::Others
    } else {
        Who::Only(only)
    }
}

/// What a policy says to somebody of its account, of whom nothing else is known.
fn asked_of_anybody(of: &Arn, policy: &Policy, action: &str) -> Option<PolicyDecision> {
    let who = Principal::anybody(of.partition().as_str(), of.account()?);
    asked(of, policy, action, who)
}

/// What a policy says to a call by a principal of its account itself, by way of no service.
fn asked(of: &Arn, policy: &Policy, action: &str, who: Principal) -> Option<PolicyDecision> {
    let account = Entry::One(format_smolstr!("{}", of.account()?));
    let one = |text: &'static str| Entry::One(SmolStr::new_static(text));
    let context = Context::new(Rest::Unknown)
        .with("aws:PrincipalAccount", account.clone())
        .with("aws:PrincipalIsAWSService", one("false"))
        .with("aws:SecureTransport", one("true"))
        .with("kms:CallerAccount", account)
        .with("kms:ViaService", Entry::Absent);
    let request = Request::new(who, action, Resource::exact(of), context);
    Some(decide_resource(&request, Some(policy.document())))
}
