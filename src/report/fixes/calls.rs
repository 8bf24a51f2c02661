//! What makes a change by the `aws` command: a function of `apply.sh` for each.

use super::item::{Action, Item};
use super::policy::policies;
use super::stack;
use crate::known::{Arn, Region};
use crate::quote::shell::{option, word};
use crate::quote::terminal;
use crate::remedy::Parts;
use crate::report::remedy::besides;

/// The account that a change is made in, as the script has it: of an organization's policies a delegated administrator's may be named.
pub fn account(item: &Item<'_>) -> String {
    let id = &item.remedy.id;
    match (item.remedy.account, &item.action) {
        (Some(account), Action::ControlPolicy(_)) => {
            format!("\"${{ACCOUNT_{id}:-{account}}}\"")
        }
        (Some(account), _) => account.to_string(),
        (None, _) => format!("\"${{ACCOUNT_{id}:-}}\""),
    }
}

/// What makes the change; `None` for what is done by hand.
pub fn body(item: &Item<'_>, items: &[Item<'_>]) -> Option<String> {
    let id = &item.remedy.id;
    let region = item.region().map(|region| format!(" {region}"));
    let mut body = format!(
        "  in_account {} {id}{} || return 0\n",
        account(item),
        region.unwrap_or_default()
    );
    let what = word(&format!("{}{}", item.title(), proof(item)));
    let stem = &item.stem;
    let policy_called = |what: &str, read: &str, write: &str| {
        format!(
            "  read_now() {{ call {read}; }}\n  write_now() {{ call {write} \"file://$1\"; }}\n  policy {id} {stem} {what}\n"
        )
    };
    let mut policy = |read: &str, write: &str| policy_called(&what, read, write);
    let rest = match &item.action {
        Action::ByHand => return None,
        Action::KeyPolicy(key) => {
            let of = format!(
                "{} {} --policy-name default",
                flag(key),
                option("--key-id", key.as_str())
            );
            policy(
                &format!("kms get-key-policy{of} --query Policy --output text"),
                &format!("kms put-key-policy{of} --policy"),
            )
        }
        Action::VaultPolicy(vault) => vault_policy(vault, &mut policy),
        Action::RolePolicy(role, name) => {
            let of = format!(
                " {} {}",
                option("--role-name", role.name()),
                option("--policy-name", name)
            );
            policy(
                &format!("iam get-role-policy{of} --query PolicyDocument --output json"),
                &format!("iam put-role-policy{of} --policy-document"),
            )
        }
        Action::ControlPolicy(policy_id) => {
            let of = format!(" {}", option("--policy-id", policy_id));
            policy(
                &format!("organizations describe-policy{of} --query Policy.Content --output text"),
                &format!("organizations update-policy{of} --content"),
            )
        }
        Action::EnableKey(key, states) => format!(
            "  enable_key {id} {} {} {} '{states}'\n",
            word(&format!(
                "{}{}; somebody has disabled it, and may know why",
                item.title(),
                proof(item)
            )),
            word(key.region().as_ref().map_or("", Region::as_str)),
            word(key.as_str())
        ),
        Action::AttachedPolicies(role, policies) => {
            let of = format!(" {}", option("--role-name", role.name()));
            let arns = policies.iter().map(|policy| word(policy.as_str()));
            let arns = arns.collect::<Vec<_>>().join(" ");
            let attach: Vec<String> = policies
                .iter()
                .map(|policy| option("--policy-arn", policy.as_str()))
                .map(|policy| format!("call iam attach-role-policy{of} {policy}"))
                .collect();
            once(
                id,
                &what,
                &format!(
                    "attached=$(call iam list-attached-role-policies{of} --query 'AttachedPolicies[].PolicyArn' --output text) && \
                     attached=$(printf '%s' \"$attached\" | tr '\\t\\n' '  ') && for arn in {arns}; do case \" $attached \" in \
                     *\" $arn \"*) ;; *) echo \"$arn\" ;; esac; done"
                ),
                "''",
                &attach.join("\n    "),
            )
        }
        Action::TrustPolicy(role) => {
            let of = format!(" {}", option("--role-name", role.name()));
            policy(
                &format!("iam get-role{of} --query Role.AssumeRolePolicyDocument --output json"),
                &format!("iam update-assume-role-policy{of} --policy-document"),
            )
        }
        Action::ServiceLinkedRole => once(
            id,
            &what,
            "if_there call iam get-role --role-name AWSServiceRoleForBackup --query Role.Arn --output text",
            "?*",
            "call iam create-service-linked-role --aws-service-name backup.amazonaws.com >/dev/null",
        ),
        Action::CrossAccountBackup(region) => {
            let at = region_flag(Some(region));
            once(
                id,
                &what,
                &format!(
                    "call backup describe-global-settings{at} --query GlobalSettings.isCrossAccountBackupEnabled --output text"
                ),
                "true | True",
                &format!(
                    "call backup update-global-settings{at} --global-settings isCrossAccountBackupEnabled=true"
                ),
            )
        }
        Action::Region(region) => once(
            id,
            &what,
            &format!(
                "call account get-region-opt-status {} --query RegionOptStatus --output text",
                option("--region-name", region.as_str())
            ),
            "ENABLED | ENABLING | ENABLED_BY_DEFAULT",
            &format!(
                "call account enable-region {}",
                option("--region-name", region.as_str())
            ),
        ),
        Action::Vault(vault) => {
            let region = vault.region().map(|region| region.to_string());
            let make = format!(
                "  vault {id} {stem} {what} {} {}\n",
                word(&region.unwrap_or_default()),
                word(vault.name())
            );
            match policies(item) {
                (_, Some(_)) => {
                    let what = word(&format!(
                        "{id}: set the access policy of the vault `{}` as shown",
                        terminal::line(vault.name())
                    ));
                    format!(
                        "{make}  if has \"$left\" {id}; then\n    return 0\n  fi\n{}",
                        vault_policy(vault, &mut |read, write| policy_called(&what, read, write))
                    )
                }
                (_, None) => make,
            }
        }
        Action::TwoStep(step) => {
            let what = word(&format!(
                "{}{}: all of the stack",
                item.title(),
                proof(item)
            ));
            format!("  {} {id} {what}\n", stack::function(&step.between, items))
        }
    };
    body.push_str(&rest);
    Some(body)
}

fn vault_policy(vault: &Arn, policy: &mut impl FnMut(&str, &str) -> String) -> String {
    let of = format!(
        "{} {}",
        flag(vault),
        option("--backup-vault-name", vault.name())
    );
    policy(
        &format!("backup get-backup-vault-access-policy{of} --query Policy --output text"),
        &format!("backup put-backup-vault-access-policy{of} --policy"),
    )
}

/// A setting: nothing is done where what `read` prints shows that it is so.
fn once(id: &str, what: &str, read: &str, is: &str, make: &str) -> String {
    format!(
        "  found=$({read}) || fail \"how it is could not be read, {id} was not made\"\n  case $found in\n    {is})\n      \
         is_so {id}\n      return 0\n      ;;\n  esac\n  if agreed {what}; then\n    {make}\n    \
         say '{id}: done'\n    is_made {id}\n  else\n    left=\"$left {id}\"\n  fi\n"
    )
}

fn proof(item: &Item<'_>) -> String {
    let proof = match (item.remedy.proven, &item.remedy.parts) {
        (Some(true), _) => {
            return match besides(item.remedy) {
                Some(ids) => format!(" (verified: the failing checks pass with it and {ids})"),
                None => " (verified: the failing checks pass with it)".to_owned(),
            };
        }
        (Some(false), _) => " (the failing checks do not pass with it)",
        (
            None,
            Parts::None
            | Parts::From(_)
            | Parts::RolePolicy { .. }
            | Parts::AttachedPolicies { .. }
            | Parts::Vault(_)
            | Parts::Between(_)
            | Parts::Kept(_)
            | Parts::TwoStep(_),
        ) => " (its effect cannot be verified in advance)",
    };
    proof.to_owned()
}

fn flag(arn: &Arn) -> String {
    region_flag(arn.region().as_ref())
}

pub fn region_flag(region: Option<&Region>) -> String {
    region
        .map(|region| format!(" {}", option("--region", region.as_str())))
        .unwrap_or_default()
}
