//! What AWS's policy simulator says of the copy roles of accounts whose control policies could not be read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::inventory::{Account, Field, Json, RecoveryPoint, items};
use crate::known::Arn;
use crate::sources::live::book::Book;
use crate::sources::live::{backup, iam};

use super::names;
use super::run::Run;

/// Asks for each role of a plan whether it may copy into the plan's vaults, and out of one recovery point.
pub async fn read(run: &Run, book: &Book) {
    run.book.absorb(book.part());
    let known = run.book.part();
    for account in items(&known.accounts) {
        let Some(session) = run.estate.members.get(&account.account) else {
            continue;
        };
        if account.service_control_policies.is_present() {
            continue;
        }
        for (role, targets) in roles(account) {
            let there = items(&account.roles).iter().any(|known| {
                known.arn == role && known.assume_role_policy_document.value().is_some()
            });
            if !there {
                continue;
            }
            let requests: Vec<(&str, Arn)> = targets
                .into_iter()
                .map(|vault| ("backup:CopyIntoBackupVault", vault))
                .chain(point(account).map(|point| ("backup:CopyFromBackupVault", point)))
                .collect();
            let results: Option<Value> = book.take(iam::simulated(session, &role, requests).await);
            if let Some(results) = results {
                run.book.account(account.account, |facts| {
                    let mut roles = items(&facts.roles).to_vec();
                    for known in roles.iter_mut().filter(|known| known.arn == role) {
                        known.simulated = Field::Is(Json(results.clone()));
                    }
                    facts.roles = Field::Is(roles.into());
                });
            }
        }
    }
}

/// The roles of the account's plans, each with the vaults that it copies into.
fn roles(account: &Account) -> BTreeMap<Arn, BTreeSet<Arn>> {
    let mut roles: BTreeMap<Arn, BTreeSet<Arn>> = BTreeMap::new();
    for plan in items(&account.regions)
        .iter()
        .flat_map(|region| items(&region.plans))
    {
        let targets = names::of_plan(plan);
        for role in names::roles(std::slice::from_ref(plan), &[]) {
            roles
                .entry(role)
                .or_default()
                .extend(targets.iter().cloned());
        }
    }
    roles.retain(|_, targets| !targets.is_empty());
    roles
}

fn point(account: &Account) -> Option<Arn> {
    let points: Vec<RecoveryPoint> = items(&account.regions)
        .iter()
        .flat_map(|region| items(&region.recovery_points))
        .cloned()
        .collect();
    backup::newest(&points).map(|point| point.arn.clone())
}
