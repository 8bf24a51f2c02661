//! A remedy that is called proven mends its checks and makes none worse, made as a person would make it; and none lets in
//! anybody, or anything, that no copy needs.

use std::collections::{BTreeMap, BTreeSet};

use backup_preflight::remedy::{Remedy, RemedyKind};
use serde_json::Value;

use super::super::shape::OWN_ROLE;
use super::super::{World, always};
use crate::remedies::{allows, apply, rank, remedies_of};
use crate::support::estate::{FROM, ROLE, SLR, TO};
use crate::support::{Verdicts, decide};

fn by_id(inventory: &Value) -> BTreeMap<String, Verdicts> {
    let all = decide(inventory).into_iter();
    all.map(|found| (found.id.clone(), found)).collect()
}

/// Which checks a set of remedies, all made, does not mend or makes worse.
fn left(world: &Value, made: &[&Remedy], mended: &[&Remedy]) -> Option<String> {
    let mut changed = world.clone();
    for remedy in made {
        if !apply(&mut changed, remedy) {
            return None;
        }
    }
    let (before, after) = (by_id(world), by_id(&changed));
    let touched: BTreeSet<&String> = mended.iter().flat_map(|remedy| &remedy.copies).collect();
    for id in touched {
        for ((check, was), (_, is)) in before[id].checks.iter().zip(&after[id].checks) {
            if rank(*is) > rank(*was) {
                return Some(format!("{check} of {id} goes from {was:?} to {is:?}"));
            }
        }
    }
    for remedy in mended {
        for (id, check) in &remedy.checks {
            if rank(after[id].of(check)) != 0 {
                return Some(format!(
                    "{:?} `{}` leaves {check} of {id} {:?}",
                    remedy.kind,
                    remedy.title,
                    after[id].of(check)
                ));
            }
        }
    }
    None
}

/// Alone with what it requires and with what the same checks want besides, and all of them together.
fn proven_remedies_mend(world: &World) -> Option<String> {
    let read = world.read();
    let remedies = remedies_of(&read);
    let proven: Vec<&Remedy> = remedies
        .iter()
        .filter(|remedy| remedy.proven == Some(true))
        .collect();
    for remedy in &proven {
        let goes_along = |other: &&Remedy| {
            let shares = other
                .checks
                .iter()
                .any(|check| remedy.checks.contains(check));
            other.id == remedy.id
                || remedy.requires.contains(&other.id)
                || shares && !remedy.alternative_to.contains(&other.id)
        };
        let made: Vec<&Remedy> = remedies.iter().filter(goes_along).collect();
        if let Some(fault) = left(&read, &made, &[remedy]) {
            return Some(format!("{} alone: {fault}", remedy.title));
        }
    }
    left(&read, &proven, &proven).map(|fault| format!("all together: {fault}"))
}

const NEIGHBOURS: &[&str] = &[
    "arn:aws:iam::111122223333:role/neighbour",
    "arn:aws:iam::444455556666:role/neighbour",
    "arn:aws:iam::444455556666:role/service-role/AWSBackupDefaultServiceRole",
    "arn:aws:iam::777788889999:role/service-role/AWSBackupDefaultServiceRole",
    "arn:aws:iam::777788889999:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
];
const NEEDED: &[&str] = &[
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:Encrypt",
    "backup:CopyIntoBackupVault",
    "backup:CopyFromBackupVault",
];
const BEYOND: &[&str] = &[
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:Sign",
    "backup:DeleteBackupVault",
    "backup:DeleteRecoveryPoint",
    "backup:PutBackupVaultAccessPolicy",
];

fn nothing_else_is_opened(world: &World) -> Option<String> {
    let slr_here = SLR.replace(TO, FROM);
    let ours = [ROLE, OWN_ROLE, SLR, slr_here.as_str()];
    for remedy in remedies_of(&world.read()) {
        if !matches!(remedy.kind, RemedyKind::KeyPolicy | RemedyKind::VaultPolicy) {
            continue;
        }
        let others = NEIGHBOURS
            .iter()
            .flat_map(|who| NEEDED.iter().map(move |what| (*who, *what)));
        let beyond = ours
            .iter()
            .flat_map(|who| BEYOND.iter().map(move |what| (*who, *what)));
        for (who, what) in others.chain(beyond) {
            let was = allows(remedy.before.as_ref(), who, what, &remedy.subject);
            let is = allows(remedy.after.as_ref(), who, what, &remedy.subject);
            if is && !was {
                let (before, after) = (&remedy.before, &remedy.after);
                return Some(format!(
                    "{} lets {who} do {what}: {before:?} {after:?}",
                    remedy.title
                ));
            }
        }
    }
    None
}

#[test]
fn every_proven_remedy_mends_by_itself_and_all_do_together() {
    always(60, proven_remedies_mend);
}

#[test]
fn no_remedy_lets_in_more_than_the_copies_need() {
    always(60, nothing_else_is_opened);
}
