//! What holds of the remedies of every inventory that has some.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use backup_preflight::remedy::RemedyKind;
use backup_preflight::verdict::{Status, Verdict};

use super::{allows, apply, inventories, rank, remedies_of, together};
use crate::support::estate::*;
use crate::support::{Verdicts, decide};

#[test]
fn every_proven_remedy_mends_its_checks_and_makes_none_worse() {
    let mut applied = 0;
    for (name, inventory, remedies) in inventories() {
        let mut changed = inventory.clone();
        let made: Vec<_> = remedies
            .iter()
            .filter(|remedy| remedy.proven == Some(true) && apply(&mut changed, remedy))
            .collect();
        let by_id = |all: Vec<Verdicts>| -> BTreeMap<String, Verdicts> {
            all.into_iter()
                .map(|found| (found.id.clone(), found))
                .collect()
        };
        let (before, after) = (by_id(decide(&inventory)), by_id(decide(&changed)));
        for (id, before) in &before {
            for ((check, was), (_, is)) in before.checks.iter().zip(&after[id].checks) {
                assert!(
                    rank(*is) <= rank(*was),
                    "{name}: {check} of {id} goes from {was:?} to {is:?}"
                );
            }
        }
        // What is proven with another change holds with that alone.
        let is_made = |id: &String| made.iter().any(|remedy| remedy.id == *id);
        let alone = made.iter();
        let alone = alone.filter(|remedy| remedy.together_with.iter().all(is_made));
        for remedy in alone {
            for (id, check) in &remedy.checks {
                let is = after[&**id].of(check);
                // What the role may not tag it is warned of, whatever else it got, and of a key that is silent once its Deny is gone.
                let warns = ["copy-role-lacks-permission", "source-key-refuses-copy-role"];
                if warns.contains(check) && is == Status::Warn {
                    continue;
                }
                assert_eq!(rank(is), 0, "{name}: {} does not fix {check}", remedy.title);
                applied += 1;
            }
        }
    }
    assert!(applied > 20, "only {applied} were applied");
}

/// Who types what a screen adds has the policy that was proven.
#[test]
fn what_a_remedy_adds_stands_in_the_policy_as_it_must_be() {
    let mut looked_at = 0;
    for (name, _, remedies) in inventories() {
        for remedy in &remedies {
            let Some(after) = &remedy.policy_after() else {
                continue;
            };
            let all = after["Statement"].as_array().unwrap();
            for statement in &remedy.added {
                let title = &remedy.title;
                assert!(all.contains(statement), "{name}: {title}: {statement}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 50, "only {looked_at}");
}

#[test]
fn no_remedy_opens_a_policy_to_neighbours() {
    let neighbours = [
        "arn:aws:iam::111122223333:role/neighbour",
        "arn:aws:iam::444455556666:role/neighbour",
        "arn:aws:iam::777788889999:role/service-role/AWSBackupDefaultServiceRole",
        "arn:aws:iam::777788889999:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    ];
    let needed = [
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:Decrypt",
        "backup:CopyIntoBackupVault",
        "backup:CopyFromBackupVault",
    ];
    let beyond = [
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:Sign",
        "backup:DeleteBackupVault",
        "backup:DeleteRecoveryPoint",
    ];
    let mut asked = 0;
    for (name, _, remedies) in inventories() {
        for remedy in &remedies {
            let Some(after) = &remedy.policy_after() else {
                continue;
            };
            if [RemedyKind::RolePolicy, RemedyKind::TrustPolicy].contains(&remedy.kind) {
                continue;
            }
            let before = remedy.policy_before();
            let before = before.as_ref();
            let granted = [ROLE, SLR].map(|principal| beyond.map(|action| (principal, action)));
            let others = neighbours.map(|principal| needed.map(|action| (principal, action)));
            for (principal, action) in granted
                .into_iter()
                .flatten()
                .chain(others.into_iter().flatten())
            {
                asked += 1;
                let was = allows(before, principal, action, &remedy.subject);
                let is = allows(Some(after), principal, action, &remedy.subject);
                assert!(
                    was || !is,
                    "{name}: {} lets {principal} do {action}",
                    remedy.title
                );
            }
        }
    }
    assert!(asked > 500, "only {asked} were asked");
}

#[cfg(unix)]
#[test]
fn every_command_is_one_that_a_shell_can_read() {
    let mut read = 0;
    for (name, _, remedies) in inventories() {
        for remedy in remedies {
            assert!(!remedy.commands().is_empty(), "{name}: {}", remedy.title);
            for command in &*remedy.commands() {
                let shell = Command::new("sh")
                    .args(["-n", "-c", command])
                    .stderr(Stdio::piped())
                    .output();
                let shell = shell.unwrap();
                let says = String::from_utf8_lossy(&shell.stderr).into_owned();
                // An open here-document is only warned of.
                assert!(
                    shell.status.success() && says.is_empty(),
                    "{name}: {says}\n{command}"
                );
                read += 1;
            }
        }
    }
    assert!(read > 40, "only {read} were read");
}

#[test]
fn a_copy_all_of_whose_failures_have_remedies_is_unblocked_by_them_together() {
    let mut shown = 0;
    for (name, inventory, remedies) in inventories() {
        let after = together(&inventory);
        for before in decide(&inventory) {
            let all_mended = before.failing().iter().all(|check| {
                remedies.iter().any(|remedy| {
                    remedy.proven == Some(true)
                        && remedy.checks.contains(&(before.id.as_str().into(), *check))
                })
            });
            if let (Verdict::Blocked, true) = (before.verdict, all_mended)
                && let Some(after) = after.get(&before.id)
            {
                assert_ne!(*after, Verdict::Blocked, "{name}: {}", before.id);
                shown += 1;
            }
        }
    }
    assert!(shown > 50, "only {shown} were shown");
}

#[test]
fn no_remedy_locks_the_owner_of_a_key_out() {
    let mut asked = 0;
    for (name, _, remedies) in inventories() {
        for remedy in remedies {
            let (RemedyKind::KeyPolicy, Some(after)) = (remedy.kind, &remedy.policy_after()) else {
                continue;
            };
            let root = format!("arn:aws:iam::{}:root", remedy.account.unwrap());
            for action in ["kms:PutKeyPolicy", "kms:DescribeKey"] {
                let was = allows(
                    remedy.policy_before().as_ref(),
                    &root,
                    action,
                    &remedy.subject,
                );
                let is = allows(Some(after), &root, action, &remedy.subject);
                assert_eq!(is, was, "{name}: {}", remedy.title);
                asked += usize::from(was);
            }
        }
    }
    assert!(asked > 20, "only {asked} were asked");
}

#[test]
fn a_feasible_copy_has_no_remedies() {
    for (name, estate) in crate::estate::feasible() {
        assert_eq!(estate.verdict().verdict, Verdict::Feasible);
        assert_eq!(remedies_of(&estate.0), [], "{name}");
    }
}
