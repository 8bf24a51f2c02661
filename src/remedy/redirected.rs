//! What says where copies go: the plan that makes them, or whoever starts them.

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};

use super::command::{change_plan, comment, copies_elsewhere, option};
use super::control_policy::changed_in;
use super::rule_name::rule_name;
use crate::inventory::{Copy, Facts, OF_COMMAND_LINE};
use crate::known::{AccountId, Arn};

/// The account in which it is said where a copy goes.
pub fn made_in(copy: &Copy, facts: &Facts<'_>) -> Option<AccountId> {
    let account = copy.endpoints().source_account().known();
    match &copy.plan {
        Some(plan) => changed_in(&plan.id, account, facts),
        None => account,
    }
}

/// What to change so that copies go into another vault.
pub fn redirected(copies: &[&Copy], (old, new): (&Arn, &Arn), facts: &Facts<'_>) -> Vec<SmolStr> {
    let accounts: BTreeSet<_> = copies.iter().map(|copy| made_in(copy, facts)).collect();
    let mut commands: Vec<SmolStr> = Vec::new();
    for copy in copies {
        let command = match &copy.plan {
            Some(plan) => change_plan(
                &plan.id,
                copy.endpoints().source_account().known(),
                copy.endpoints().source_region().known().as_ref(),
                &copies_elsewhere(&plan.id, &rule_name(plan, facts), old, new),
            ),
            None => format_smolstr!(
                "# {}",
                comment(&format!(
                    "{}give start-copy-job {}",
                    match &*copy.id {
                        OF_COMMAND_LINE => String::new(),
                        id => format!("for the copy {id}: "),
                    },
                    option("--destination-backup-vault-arn", new.as_str())
                ))
            ),
        };
        let command = match made_in(copy, facts).filter(|_| accounts.len() > 1) {
            Some(account) => format_smolstr!("# in account {account}\n{command}"),
            None => command,
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}
