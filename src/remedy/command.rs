//! Commands of `aws`, ready to paste.

use serde_json::Value;

use crate::inventory::{Field, Lifecycle};
use crate::known::{AccountId, Arn, Region};

/// A key policy takes 32 KiB; one that is nearly as long is written without spaces.
const PRETTY_LIMIT: usize = 24 * 1024;

/// Sets the policy of a key.
pub fn put_key_policy(key: &Arn, policy: &Value) -> String {
    here(
        &format!(
            "aws kms put-key-policy{} --key-id {key} --policy-name default",
            region(key.region().as_ref())
        ),
        policy,
    )
}

/// Sets the access policy of a vault.
pub fn put_vault_policy(vault: &Arn, policy: &Value) -> String {
    here(
        &format!(
            "aws backup put-backup-vault-access-policy{} --backup-vault-name {}",
            region(vault.region().as_ref()),
            word(vault.name())
        ),
        policy,
    )
}

/// Adds a policy to a role.
pub fn put_role_policy(role: &Arn, name: &str, policy: &Value) -> String {
    let command = format!(
        "aws iam put-role-policy --role-name {} --policy-name {name}",
        word(role.name())
    );
    let text = text(policy);
    format!("{command} --policy-document file:///dev/stdin <<'POLICY'\n{text}\nPOLICY")
}

/// Sets the trust policy of a role.
pub fn put_trust_policy(role: &Arn, policy: &Value) -> String {
    let text = text(policy);
    format!(
        "aws iam update-assume-role-policy --role-name {} --policy-document file:///dev/stdin <<'POLICY'\n{text}\nPOLICY",
        word(role.name())
    )
}

/// ` --region NAME`, where it is known.
pub fn region(region: Option<&Region>) -> String {
    region
        .map(|region| format!(" --region {region}"))
        .unwrap_or_default()
}

/// ` --lifecycle WORDS`: what is left out of it is not kept as it was, but not set. Nothing where nothing is set.
pub fn lifecycle(lifecycle: &Lifecycle) -> String {
    let days = |name: &str, days: &Field<i64>| days.value().map(|days| format!("{name}={days}"));
    let words: Vec<String> = [
        days(
            "MoveToColdStorageAfterDays",
            &lifecycle.move_to_cold_storage_after_days,
        ),
        days("DeleteAfterDays", &lifecycle.delete_after_days),
    ]
    .into_iter()
    .flatten()
    .collect();
    if words.is_empty() {
        return String::new();
    }
    format!(" --lifecycle {}", words.join(","))
}

/// A word for the shell, quoted where it must be.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn here(command: &str, policy: &Value) -> String {
    format!(
        "{command} --policy file:///dev/stdin <<'POLICY'\n{}\nPOLICY",
        text(policy)
    )
}

fn text(policy: &Value) -> String {
    let pretty = format!("{policy:#}");
    if pretty.len() > PRETTY_LIMIT {
        policy.to_string()
    } else {
        pretty
    }
}

/// The change of a backup plan: what is to be written, and the command that saves it. A plan that a backup policy of the
/// organization makes is changed there.
pub fn change_plan(
    plan: &str,
    account: Option<AccountId>,
    place: Option<&Region>,
    what: &str,
) -> String {
    let of = account.map_or_else(String::new, |account| format!(" of account {account}"));
    if plan.starts_with("orgs/") {
        return format!(
            "# in the organization's backup policy that makes the plan {plan}{of}, {what}, then, in the management account\n\
             aws organizations update-policy --policy-id \"$POLICY_ID\" --content file://policy.json"
        );
    }
    format!(
        "# in the plan {plan}{of}, {what}, then\naws backup update-backup-plan{} --backup-plan-id {plan} --backup-plan \
         file://plan.json",
        region(place)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_a_quote_survives_the_shell() {
        assert_eq!(word("plain-1"), "plain-1");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }
}
