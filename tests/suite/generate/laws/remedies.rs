//! A remedy that is called proven fixes its checks and makes none worse, made as a person would make it; and none lets in
//! anybody, or anything, that no copy needs.

use std::collections::{BTreeMap, BTreeSet};

use backup_preflight::inventory::Facts;
use backup_preflight::known::Arn;
use backup_preflight::policy::{
    Context, PolicyDecision, Principal, Request, Resource, Rest, decide_identity,
};
use backup_preflight::remedy::{Remedy, RemedyKind};
use serde_json::Value;

use super::super::shape::OWN_ROLE;
use super::super::{World, always};
use crate::remedies::{allows, apply, rank, remedies_of};
use crate::support::estate::{FROM, ROLE, SLR, TO};
use crate::support::verdicts::read;
use crate::support::{Verdicts, decide};

fn by_id(inventory: &Value) -> BTreeMap<String, Verdicts> {
    let all = decide(inventory).into_iter();
    all.map(|found| (found.id.clone(), found)).collect()
}

/// Which checks a set of remedies does not fix or makes worse, all made that what they show can be made of.
fn left(world: &Value, made: &[&Remedy], fixed: &[&Remedy]) -> Option<String> {
    let mut changed = world.clone();
    let not_made: Vec<_> = made
        .iter()
        .filter(|remedy| !apply(&mut changed, remedy))
        .collect();
    let depends = |remedy: &Remedy| {
        not_made.iter().any(|other| {
            let shares = other
                .checks
                .iter()
                .any(|check| remedy.checks.contains(check));
            shares || remedy.requires.contains(&other.id)
        })
    };
    let fixed: Vec<_> = fixed.iter().filter(|remedy| !depends(remedy)).collect();
    let (before, after) = (by_id(world), by_id(&changed));
    let touched = fixed.iter().flat_map(|remedy| &remedy.copies);
    let touched: BTreeSet<&str> = touched.map(|id| &**id).collect();
    for id in touched {
        for ((check, was), (_, is)) in before[id].checks.iter().zip(&after[id].checks) {
            if rank(*is) > rank(*was) {
                return Some(format!("{check} of {id} goes from {was:?} to {is:?}"));
            }
        }
    }
    for remedy in fixed {
        for (id, check) in &remedy.checks {
            if rank(after[&**id].of(check)) != 0 {
                return Some(format!(
                    "{:?} `{}` leaves {check} of {id} {:?}",
                    remedy.kind,
                    remedy.title,
                    after[&**id].of(check)
                ));
            }
        }
    }
    None
}

/// Alone with what it names as going before it and along with it, and all of them together.
fn proven_remedies_mend(world: &World) -> Option<String> {
    let inventory = world.read();
    let remedies = remedies_of(&inventory);
    let proven: Vec<&Remedy> = remedies
        .iter()
        .filter(|remedy| remedy.proven == Some(true))
        .collect();
    for remedy in &proven {
        let goes_along = |other: &&Remedy| {
            other.id == remedy.id
                || remedy.requires.contains(&other.id)
                || remedy.together_with.contains(&other.id)
        };
        let made: Vec<&Remedy> = remedies.iter().filter(goes_along).collect();
        if let Some(fault) = left(&inventory, &made, &[remedy]) {
            return Some(format!("{} alone: {fault}", remedy.title));
        }
    }
    left(&inventory, &proven, &proven).map(|fault| format!("all together: {fault}"))
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
            let was = allows(remedy.policy_before().as_ref(), who, what, &remedy.subject);
            let is = allows(remedy.policy_after().as_ref(), who, what, &remedy.subject);
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

/// Whether a role's policies let it do something, whatever else the answer hangs on.
fn role_may(inventory: &Value, role: &str, action: &str, resource: &str) -> bool {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    let arn = Arn::parse(role).unwrap();
    let Some(policies) = facts.role_policies(&arn).known().flatten() else {
        return false;
    };
    let known: Vec<_> = policies
        .identity
        .iter()
        .filter_map(|policy| policy.policy.as_ref().known())
        .map(|policy| policy.document())
        .collect();
    let context = Context::new(Rest::Unknown);
    let principal = Principal::parse(role).unwrap();
    let request = Request::new(principal, action, Resource::exact(resource), context);
    matches!(
        decide_identity(&request, &known, None),
        PolicyDecision::Allowed { .. }
    )
}

/// A role is let do what the copies need, and to what they need: no other vault, key or database.
fn no_role_may_more(world: &World) -> Option<String> {
    const ELSEWHERE: &[(&str, &str)] = &[
        (
            "backup:CopyIntoBackupVault",
            "arn:aws:backup:us-east-2:777788889999:backup-vault:central",
        ),
        (
            "kms:CreateGrant",
            "arn:aws:kms:us-east-2:111122223333:key/another",
        ),
        (
            "kms:Decrypt",
            "arn:aws:kms:us-east-2:111122223333:key/another",
        ),
        (
            "rds:DeleteDBSnapshot",
            "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1",
        ),
        (
            "rds:ModifyDBInstance",
            "arn:aws:rds:us-east-2:111122223333:db:orders",
        ),
        (
            "ec2:DeleteSnapshot",
            "arn:aws:ec2:us-east-2::snapshot/snap-1",
        ),
        (
            "ec2:CopySnapshot",
            "arn:aws:ec2:us-west-1::snapshot/snap-77",
        ),
        (
            "backup:DeleteBackupVault",
            "arn:aws:backup:us-east-2:111122223333:backup-vault:prod",
        ),
        (
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole",
        ),
        ("s3:GetObject", "arn:aws:s3:::another/object"),
    ];
    let inventory = world.read();
    for remedy in remedies_of(&inventory) {
        let mut changed = inventory.clone();
        if remedy.kind != RemedyKind::RolePolicy || !apply(&mut changed, &remedy) {
            continue;
        }
        for (action, resource) in ELSEWHERE {
            let was = role_may(&inventory, &remedy.subject, action, resource);
            if !was && role_may(&changed, &remedy.subject, action, resource) {
                let after = &remedy.after;
                return Some(format!(
                    "{} lets it do {action} on {resource}: {after:?}",
                    remedy.title
                ));
            }
        }
    }
    None
}

#[test]
fn no_role_is_let_do_more_than_the_copies_need() {
    always(60, no_role_may_more);
}

#[test]
fn every_proven_remedy_mends_by_itself_and_all_do_together() {
    always(60, proven_remedies_mend);
}

#[test]
fn no_remedy_lets_in_more_than_the_copies_need() {
    always(60, nothing_else_is_opened);
}
