//! Commands of `aws`, ready to paste.

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use crate::inventory::{Field, Lifecycle, is_plan_of_policy};
use crate::known::{AccountId, Arn, Region};
use crate::quote::json::{policy as policy_text, policy_by_statement};
use crate::quote::shell::here_document;

pub use crate::quote::shell::{comment, option, word};

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
    format!("file:///dev/stdin {}", here_document(&policy_text(policy)))
}

/// The same of a new key's policy, with a line for each statement.
pub fn statements_from_here(policy: &Value) -> String {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let text = policy_by_statement("2012-10-17", statements.map_or(&[], Vec::as_slice));
    format!("file:///dev/stdin {}", here_document(&text))
}

/// Makes something unless what lists it shows that it is there. Where that cannot be read, nothing is made.
pub fn unless_there(list: &str, makes: &str) -> String {
    format!("if FOUND=$({list}); then\nif [ -z \"$FOUND\" ]; then\n{makes}\nfi\nelse false; fi")
}

/// Lists the vault of a name: AWS Backup denies the description of one that is not there.
pub fn list_vault(vault: &Arn) -> String {
    let query = format!(
        "BackupVaultList[?BackupVaultName=='{name}'].BackupVaultName",
        name = vault.name()
    );
    format!(
        "aws backup list-backup-vaults{} {} --output text",
        region(vault.region().as_ref()),
        option("--query", &query)
    )
}

/// Rotates the new key in `$KEY`.
pub fn rotate(flag: &str) -> String {
    format!("aws kms enable-key-rotation{flag} --key-id \"${{KEY:?}}\"")
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

/// Prints the ARN of a resource's newest recovery point in a vault: one that is whole, no copy, and not continuous, which is not
/// copied on demand. Of a bucket that is one whose id has a date. As text the AWS CLI would print the newest of each page.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html> and
/// <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html>.
pub fn newest_point(region: &str, vault: &str, resource: &Arn) -> String {
    let name = resource.resource();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    let is_bucket = resource.service() == "s3" && name.bytes().all(is_plain);
    let of_bucket = if is_bucket {
        format!(" && contains(RecoveryPointArn,`:{name}-20`)")
    } else {
        String::new()
    };
    format!(
        "aws backup list-recovery-points-by-backup-vault{region} {vault} {} \
         --query 'sort_by(RecoveryPoints[?Status==`COMPLETED` && SourceBackupVaultArn==null && !contains(RecoveryPointArn,`:continuous:`){of_bucket}],&CreationDate)[-1].RecoveryPointArn' \
         --output json | tr -d '\"'",
        option("--by-resource-arn", resource.as_str())
    )
}

/// Whether a vault lies in the account of a backup policy's plan, `orgs/ACCOUNT/REGION/NAME`.
fn is_of_own_account(plan: &str, vault: &Arn) -> bool {
    let account = plan.split('/').nth(1);
    account.and_then(|id| AccountId::parse(id).ok()) == vault.account()
}

/// That a rule copies to another vault, in the words of the plan or of the backup policy that makes it.
pub fn copies_elsewhere(plan: &str, rule: &str, old: &Arn, new: &Arn) -> String {
    if is_plan_of_policy(plan) {
        let action = json!({new.as_str(): {"target_backup_vault_arn": {"@@assign": new.as_str()}}});
        let own = if is_of_own_account(plan, old) {
            " (where the policy has `$account` for the account, it is so in the new one, too)"
        } else {
            ""
        };
        format!(
            "rule {rule}: in \"copy_actions\" put {action} in the place of \"{old}\", with its \"lifecycle\"{own}"
        )
    } else {
        format!("rule {rule}: copy to {new} instead of {old}")
    }
}

/// That a rule copies to one more vault, and keeps the copies for so many days.
pub fn copies_too(plan: &str, rule: &str, vault: &Arn, days: Option<i64>) -> String {
    if is_plan_of_policy(plan) {
        let mut action = json!({"target_backup_vault_arn": {"@@assign": vault.as_str()}});
        if let (Some(days), Some(action)) = (days, action.as_object_mut()) {
            let kept = json!({"delete_after_days": {"@@assign": days.to_string()}});
            action.insert("lifecycle".to_owned(), kept);
        }
        let action = json!({vault.as_str(): action});
        return format!("rule {rule}: add to \"copy_actions\": {action}");
    }
    let mut action = json!({"DestinationBackupVaultArn": vault.as_str()});
    if let (Some(days), Some(action)) = (days, action.as_object_mut()) {
        action.insert("Lifecycle".to_owned(), json!({"DeleteAfterDays": days}));
    }
    format!("rule {rule}: add to \"CopyActions\": {action}")
}

/// That a rule backs up to another vault.
pub fn backs_up_to(plan: &str, rule: &str, vault: &Arn) -> String {
    let name = vault.name();
    if is_plan_of_policy(plan) {
        format!("rule {rule}: set \"target_backup_vault_name\": {{\"@@assign\": \"{name}\"}}")
    } else {
        format!("rule {rule}: set \"TargetBackupVaultName\": \"{name}\"")
    }
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
    if is_plan_of_policy(plan) {
        return format_smolstr!(
            "aws organizations list-policies --filter BACKUP_POLICY   # in the management account, or as its delegated administrator: POLICY_ID is the one that makes the plan\n\
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A backup policy names its fields otherwise than a plan, and assigns their values.
    #[test]
    fn a_plan_of_a_backup_policy_is_changed_in_the_words_of_the_policy() {
        let vault = |name: &str| {
            Arn::parse(&format!(
                "arn:aws:backup:us-east-2:444455556666:backup-vault:{name}"
            ))
            .unwrap()
        };
        let (old, new) = (vault("old"), vault("new"));
        for (plan, of_policy) in [("p-1", false), ("orgs/1/us-east-2/Daily", true)] {
            let all = [
                copies_elsewhere(plan, "daily", &old, &new),
                copies_too(plan, "daily", &new, Some(35)),
                backs_up_to(plan, "daily", &new),
            ];
            for text in &all {
                let theirs = ["copy_actions", "target_backup_vault_name"];
                let ours = ["CopyActions", "TargetBackupVaultName", "copy to"];
                let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
                assert_eq!(
                    (has(&theirs), has(&ours)),
                    (of_policy, !of_policy),
                    "{text}"
                );
                assert_eq!(text.contains("\"@@assign\""), of_policy, "{text}");
            }
            let command = change_plan(plan, None, None, &all[0]);
            assert_eq!(
                command.contains("aws organizations update-policy"),
                of_policy
            );
            assert_eq!(command.contains("delegated administrator"), of_policy);
        }
    }
}
