//! A need in words, where people see to it: beside a step that only they can take, no change is made for it.

use super::need::{Cover, CoverBy, Lift, Need, PolicyOf, Share};
use crate::known::Arn;

impl Need {
    /// What to do.
    #[must_use]
    pub fn step(&self) -> String {
        match self {
            Self::Share(share) => share.step(),
            Self::Lift(lift) => lift.step(),
            Self::Attach { role, policies } => {
                let names: Vec<&str> = policies.iter().map(|policy| policy.name()).collect();
                format!("attach {} to the role `{}`", list(&names), role.name())
            }
            Self::ServiceLinkedRole { account, .. } => {
                format!("create AWSServiceRoleForBackup in account {account}")
            }
            Self::CustomerKeyOnBackup { .. } => "encrypt it with a customer managed key".to_owned(),
            Self::CustomerKeyOnVault { vault } => format!(
                "copy into another vault than `{}`, on a customer managed key",
                vault.name()
            ),
            Self::Vault { vault, .. } => format!("create the vault `{}`", vault.name()),
            Self::Retention {
                vault, min, max, ..
            } => {
                let bound =
                    |days: &Option<i64>, word: &str| days.map(|days| format!("{word} {days} days"));
                let bounds = [bound(min, "at least"), bound(max, "at most")];
                let bounds: Vec<String> = bounds.into_iter().flatten().collect();
                format!(
                    "keep the copy for {}, by the lock of `{}`",
                    bounds.join(" and "),
                    vault.name()
                )
            }
            Self::Lifecycle { delete_after, .. } => {
                format!("keep the copy for {delete_after} days at least")
            }
            Self::Trust { role } => format!(
                "let backup.amazonaws.com assume the role `{}` by its trust policy",
                role.name()
            ),
            Self::CrossAccountBackup { .. } => {
                "switch cross-account backup on in the management account".to_owned()
            }
            Self::KeyEnabled { key, .. } => format!("enable the key `{}`", key.name()),
            Self::ImageProvider {
                account, provider, ..
            } => format!(
                "let images of {provider} in by the Allowed AMIs setting of account {account}"
            ),
            Self::AdvancedFeatures { account, region } => format!(
                "switch AWS Backup's advanced features for DynamoDB on in account {account}, {region}"
            ),
            Self::Split { through, .. } => {
                format!("copy by way of the vault `{}`", through.name())
            }
            Self::Region { account, region } => {
                format!("switch {region} on in account {account}")
            }
            Self::Cover(cover) => cover.step(),
        }
    }
}

impl Share {
    fn step(&self) -> String {
        let on = self.resource.as_ref();
        let on = on.map_or_else(String::new, |resource| format!(" on {resource}"));
        format!(
            "let {} do {}{on} by {}",
            whom(&self.principal, &self.policy),
            list(&self.actions),
            policy(&self.policy)
        )
    }
}

impl Lift {
    fn step(&self) -> String {
        let places: Vec<String> = self.statements.iter().map(usize::to_string).collect();
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let word = if places.len() == 1 {
            "statement"
        } else {
            "statements"
        };
        format!(
            "have {word} {} of {} no longer deny {} to {}",
            list(&places),
            policy(&self.policy),
            list(&self.actions),
            whom(&self.principal, &self.policy)
        )
    }
}

impl Cover {
    fn step(&self) -> String {
        let Self {
            resource,
            region,
            plan,
            by,
            ..
        } = self;
        match by {
            CoverBy::Tag { key, value } => format!("tag {resource} {key}={value}"),
            CoverBy::SwitchOn(of_type) => format!("switch {of_type} on in {region}"),
            CoverBy::Select { .. } => format!("name {resource} in a selection of the plan {plan}"),
            CoverBy::CopyAction { place } => {
                format!("give rule {place} of the plan {plan} a copy action to another account")
            }
        }
    }
}

/// Whom a policy is about, for people: of another account than its own by that account.
fn whom(principal: &Arn, policy: &PolicyOf) -> String {
    let own = match policy {
        PolicyOf::Key(of) | PolicyOf::Vault(of) | PolicyOf::Role(of) => of.account(),
        PolicyOf::Control { .. } => None,
    };
    let name = principal.name();
    match principal.account() {
        Some(account) if own != Some(account) => format!("`{name}` of account {account}"),
        Some(_) | None => format!("`{name}`"),
    }
}

/// A policy for people.
fn policy(of: &PolicyOf) -> String {
    match of {
        PolicyOf::Key(key) => format!("the policy of the key `{}`", key.name()),
        PolicyOf::Vault(vault) => format!("the access policy of the vault `{}`", vault.name()),
        PolicyOf::Role(role) => format!("a policy of the role `{}`", role.name()),
        PolicyOf::Control { id, .. } => format!("the organization's policy {id}"),
    }
}

/// Several in a sentence.
fn list(all: &[&str]) -> String {
    match all {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
