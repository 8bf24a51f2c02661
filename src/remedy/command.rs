//! Commands of `aws`, ready to paste.

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::inventory::{Field, Lifecycle};
use crate::known::{AccountId, Arn, Region};
use crate::quote::json;
use crate::quote::shell::here_document;

pub use crate::quote::shell::{comment, option, word};

/// A key policy takes 32 KiB; one that is nearly as long is written without spaces.
const PRETTY_LIMIT: usize = 24 * 1024;

/// Sets the policy of a key.
pub fn put_key_policy(key: &Arn, policy: &Value) -> SmolStr {
    format_smolstr!(
        "aws kms put-key-policy{} {} --policy-name default --policy {}",
        region(key.region().as_ref()),
        option("--key-id", key.as_str()),
        from_here(policy)
    )
}

/// Sets the access policy of a vault.
pub fn put_vault_policy(vault: &Arn, policy: &Value) -> SmolStr {
    format_smolstr!(
        "aws backup put-backup-vault-access-policy{} {} --policy {}",
        region(vault.region().as_ref()),
        option("--backup-vault-name", vault.name()),
        from_here(policy)
    )
}

/// Adds a policy to a role.
pub fn put_role_policy(role: &Arn, name: &str, policy: &Value) -> SmolStr {
    format_smolstr!(
        "aws iam put-role-policy {} {} --policy-document {}",
        option("--role-name", role.name()),
        option("--policy-name", name),
        from_here(policy)
    )
}

/// Sets the trust policy of a role.
pub fn put_trust_policy(role: &Arn, policy: &Value) -> SmolStr {
    format_smolstr!(
        "aws iam update-assume-role-policy {} --policy-document {}",
        option("--role-name", role.name()),
        from_here(policy)
    )
}

/// Sets the text of a policy of the organization.
pub fn update_policy(id: &str, policy: &Value) -> SmolStr {
    format_smolstr!(
        "# in the management account, or as its delegated administrator\n\
         aws organizations update-policy {} --content {}",
        option("--policy-id", id),
        from_here(policy)
    )
}

/// A policy as the value of an option: standard input, and the here-document that comes in there.
pub fn from_here(policy: &Value) -> String {
    format!("file:///dev/stdin {}", here_document(&text(policy)))
}

/// ` --region NAME`, where it is known.
pub fn region(region: Option<&Region>) -> String {
    region
        .map(|region| format!(" {}", option("--region", region.as_str())))
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

fn text(policy: &Value) -> String {
    let pretty = format!("{policy:#}");
    json::printable(if pretty.len() > PRETTY_LIMIT {
        policy.to_string()
    } else {
        pretty
    })
}

/// Whether a plan is made by a backup policy of the organization.
pub fn is_of_organization(plan: &str) -> bool {
    plan.starts_with("orgs/")
}

/// The change of a backup plan: what is to be written, and the command that saves it. A plan that a backup policy of the
/// organization makes is changed there.
pub fn change_plan(
    plan: &str,
    account: Option<AccountId>,
    place: Option<&Region>,
    what: &str,
) -> SmolStr {
    let of = account.map_or_else(String::new, |account| format!(" of account {account}"));
    if is_of_organization(plan) {
        return format_smolstr!(
            "aws organizations list-policies --filter BACKUP_POLICY   # in the management account: POLICY_ID is the one that makes the plan\n\
             aws organizations describe-policy --policy-id \"$POLICY_ID\" --query Policy.Content --output text > backup-policy.json\n\
             # {}\n\
             aws organizations update-policy --policy-id \"$POLICY_ID\" --content file://backup-policy.json",
            comment(&format!(
                "in backup-policy.json, which makes the plan {plan}{of}, {what}, then"
            ))
        );
    }
    // A plan is saved whole: two changes of it, made one after the other, must not undo each other.
    let (at, id) = (region(place), option("--backup-plan-id", plan));
    let edit =
        format!("in backup-plan.json, the plan {plan}{of}, {what}; take each \"RuleId\" out, then");
    format_smolstr!(
        "aws backup get-backup-plan{at} {id} --query BackupPlan --output json > backup-plan.json\n\
         # {}\n\
         aws backup update-backup-plan{at} {id} --backup-plan file://backup-plan.json",
        comment(&edit)
    )
}
