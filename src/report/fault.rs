//! What of a change is at fault for a finding: of all that says something of what the finding is about, what the change makes, changes
//! or destroys, and of that what says what the check asks.

use super::location::Location;
use crate::known::WrittenBlock;

/// A resource of a plan or a template that says something of a thing.
#[derive(Clone, Debug)]
pub struct PlaceOfChange {
    /// Where it is.
    pub location: Location,
    /// Its type: `aws_backup_vault_policy`, `AWS::Backup::BackupVault`.
    pub kind: String,
    /// Whether the change makes, changes or destroys it.
    pub is_changed: bool,
    /// What is written of it, of a backup plan whose text was read.
    pub written: Option<WrittenBlock>,
}

/// What a resource says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Rule,
    Selection,
    Vault,
    VaultPolicy,
    Lock,
    Key,
    KeyPolicy,
    Trust,
    Permissions,
    Settings,
    Organization,
    BackedUp,
}

use Says::{
    BackedUp, Key, KeyPolicy, Lock, Organization, Permissions, Rule, Selection, Settings, Trust,
    Vault, VaultPolicy,
};

/// The type of a backup policy of the organization, whatever makes it: what AWS Backup makes of it has the policy's rules and selections.
pub const BACKUP_POLICY: &str = "backup policy";

/// What resources say, by the beginning of their type; others are what is backed up.
#[rustfmt::skip]
const TYPES: &[(&str, &[Says])] = &[
    ("aws_backup_global_settings",                 &[Settings]),
    ("aws_backup_logically_air_gapped_vault",      &[Vault, Lock]),
    ("aws_backup_plan",                            &[Rule]),
    ("aws_backup_region_settings",                 &[Settings]),
    ("aws_backup_selection",                       &[Selection]),
    ("aws_backup_vault_lock_configuration",        &[Lock]),
    ("aws_backup_vault_policy",                    &[VaultPolicy]),
    ("aws_backup_vault",                           &[Vault]),
    ("aws_account_region",                         &[Settings]),
    ("aws_ebs_",                                   &[Settings, BackedUp]),
    ("aws_iam_role_",                              &[Permissions]),
    ("aws_iam_role",                               &[Trust, Permissions]),
    ("aws_iam_service_linked_role",                &[Trust, Permissions]),
    ("aws_iam_",                                   &[Permissions]),
    ("aws_kms_grant",                              &[KeyPolicy]),
    ("aws_kms_key_policy",                         &[KeyPolicy]),
    ("aws_kms_",                                   &[Key, KeyPolicy]),
    ("aws_organizations_",                         &[Organization]),
    (BACKUP_POLICY,                                &[Rule, Selection, Organization]),
    ("AWS::Backup::BackupPlan",                    &[Rule]),
    ("AWS::Backup::BackupSelection",               &[Selection]),
    ("AWS::Backup::BackupVault",                   &[Vault, VaultPolicy, Lock]),
    ("AWS::Backup::LogicallyAirGappedBackupVault", &[Vault, VaultPolicy, Lock]),
    ("AWS::IAM::Role",                             &[Trust, Permissions]),
    ("AWS::IAM::ServiceLinkedRole",                &[Trust, Permissions]),
    ("AWS::IAM::",                                 &[Permissions]),
    ("AWS::KMS::",                                 &[Key, KeyPolicy]),
    ("AWS::Organizations::",                       &[Organization]),
];

/// What checks ask, what is likeliest at fault first; of others anything may be.
#[rustfmt::skip]
const ASKED: &[(&str, &[Says])] = &[
    ("partition-mismatch",                   &[Rule]),
    ("region-not-enabled",                   &[Settings, Rule]),
    ("accounts-in-different-organizations",  &[Rule, Organization]),
    ("cross-account-backup-disabled",        &[Settings, Rule]),
    ("copy-route-unsupported",               &[Settings, Rule, Vault, BackedUp]),
    ("reserved-vault",                       &[Rule]),
    ("source-vault-missing",                 &[Vault, Rule]),
    ("nested-copies-dropped",                &[Settings, Rule, BackedUp]),
    ("destination-vault-missing",            &[Vault, Rule]),
    ("destination-vault-not-ready",          &[Vault, Rule]),
    ("destination-vault-is-default",         &[Rule]),
    ("storage-gateway-default-vault",        &[Rule]),
    ("retention-outside-vault-lock",         &[Lock, Rule]),
    ("lifecycle-invalid",                    &[Rule]),
    ("copy-inherits-expiry",                 &[Rule]),
    ("source-key-aws-managed",               &[BackedUp, Vault, Key, Settings, Rule]),
    ("destination-key-aws-managed",          &[Vault, Key, Rule]),
    ("unencrypted-source-refused",           &[BackedUp, Vault, Rule]),
    ("key-unusable",                         &[Key, KeyPolicy, Vault, BackedUp]),
    ("source-key-not-shared",                &[KeyPolicy, Key, BackedUp, Vault, Rule]),
    ("destination-key-refuses-backup",       &[KeyPolicy, Key, Vault, Permissions, Rule]),
    ("source-key-refuses-copy-role",         &[KeyPolicy, Key, Permissions, Selection, BackedUp, Vault]),
    ("air-gapped-key-not-shared",            &[KeyPolicy, Key, Vault, Rule]),
    ("vault-refuses-copy",                   &[VaultPolicy, Vault, Selection, Rule]),
    ("source-vault-denies-copy",             &[VaultPolicy, Vault, Selection, Rule]),
    ("copy-role-not-assumable",              &[Trust, Selection]),
    ("copy-role-lacks-permission",           &[Permissions, Selection]),
    ("organization-policy-denies-copy",      &[Organization, Permissions, Selection]),
    ("tag-policy-may-block",                 &[Organization, Rule, BackedUp]),
    ("too-many-tags",                        &[Rule, BackedUp]),
    ("vault-uses-aws-managed-key",           &[Vault]),
    ("plan-copies-nowhere",                  &[Rule, Selection]),
];

/// What makes a copy.
const MAKERS: &[Says] = &[Rule, Selection, BackedUp];

impl PlaceOfChange {
    fn says(&self) -> &'static [Says] {
        let row = TYPES.iter().find(|(kind, _)| self.kind.starts_with(kind));
        row.map_or(&[BackedUp], |(_, says)| says)
    }

    /// The place of what it says among what is asked.
    fn rank(&self, asked: Option<&[Says]>) -> Option<usize> {
        let Some(asked) = asked else { return Some(0) };
        asked.iter().position(|one| self.says().contains(one))
    }
}

/// The resources that are at fault for a finding of a check, and the others that say something of what it is about.
///
/// `about`: those that say something of what the finding names; `made_of`: of what the copy is made of; `is_changed`: whether the change
/// makes the copy, or makes it worse.
#[must_use]
pub fn at_fault(
    check: &str,
    about: &[&PlaceOfChange],
    made_of: &[&PlaceOfChange],
    is_changed: bool,
) -> (Vec<Location>, Vec<Location>) {
    let row = ASKED.iter().find(|(id, _)| *id == check);
    let asked = row.map(|(_, asked)| *asked);
    let ranked = |places: &mut dyn Iterator<Item = &&PlaceOfChange>, asked| {
        let mut all: Vec<(usize, Location)> = places
            .filter_map(|place| Some((place.rank(asked)?, place.location.clone())))
            .collect();
        all.sort_by_key(|(rank, _)| *rank);
        let mut found: Vec<Location> = Vec::new();
        for (_, location) in all {
            if !found.contains(&location) {
                found.push(location);
            }
        }
        found
    };
    let changed = |place: &&&PlaceOfChange| place.is_changed;
    // Of what nothing is known that it asks, what the copy is made of says as little.
    let beside = || made_of.iter().filter(|_| asked.is_some());
    let mut fault = ranked(&mut about.iter().chain(beside()).filter(changed), asked);
    if fault.is_empty() && is_changed {
        fault = ranked(&mut made_of.iter().filter(changed), Some(MAKERS));
    }
    if fault.is_empty() {
        fault = ranked(&mut about.iter(), asked);
    }
    let mut others = ranked(&mut about.iter(), None);
    others.retain(|location| !fault.contains(location));
    if fault.is_empty() {
        return (others, Vec::new());
    }
    (fault, others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    fn place(kind: &str, is_changed: bool) -> PlaceOfChange {
        PlaceOfChange {
            location: Location {
                address: format!("{kind}.x"),
                file: None,
                line: None,
            },
            kind: kind.to_owned(),
            is_changed,
            written: None,
        }
    }

    fn found(check: &str, about: &[(&str, bool)], made_of: &[(&str, bool)]) -> [Vec<String>; 2] {
        let of = |all: &[(&str, bool)]| -> Vec<PlaceOfChange> {
            all.iter().map(|(kind, is)| place(kind, *is)).collect()
        };
        let (about, made_of) = (of(about), of(made_of));
        let about: Vec<&PlaceOfChange> = about.iter().collect();
        let made_of: Vec<&PlaceOfChange> = made_of.iter().collect();
        let (fault, others) = at_fault(check, &about, &made_of, true);
        let names = |all: Vec<Location>| {
            let kinds = all.into_iter();
            kinds
                .map(|one| one.address.trim_end_matches(".x").to_owned())
                .collect()
        };
        [names(fault), names(others)]
    }

    #[test]
    fn every_check_that_is_named_is_one() {
        for (id, _) in ASKED {
            assert!(checks::find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn what_changes_and_is_asked_is_at_fault() {
        const VAULT: &str = "aws_backup_vault";
        const POLICY: &str = "aws_backup_vault_policy";
        const LOCK: &str = "aws_backup_vault_lock_configuration";
        const PLAN: &str = "aws_backup_plan";
        const TABLE: &str = "aws_dynamodb_table";
        let lock = "retention-outside-vault-lock";
        let about = |changed: &str| [VAULT, POLICY, LOCK].map(|kind| (kind, kind == changed));
        assert_eq!(
            found(lock, &about(LOCK), &[(PLAN, false)]),
            [vec![LOCK], vec![VAULT, POLICY]]
        );
        assert_eq!(
            found(lock, &about(""), &[(PLAN, true)]),
            [vec![PLAN], vec![VAULT, POLICY, LOCK]]
        );
        assert_eq!(
            found(lock, &about(LOCK), &[(PLAN, true)]),
            [vec![LOCK, PLAN], vec![VAULT, POLICY]]
        );
        assert_eq!(
            found("vault-refuses-copy", &about(POLICY), &[(PLAN, false)]),
            [vec![POLICY], vec![VAULT, LOCK]]
        );
        // A copy that the change makes is made by what is new, where nothing else is.
        assert_eq!(
            found(
                "vault-refuses-copy",
                &about(""),
                &[(PLAN, false), (TABLE, true)]
            ),
            [vec![TABLE], vec![VAULT, POLICY, LOCK]]
        );
        // What is not asked is at fault for nothing, and what does not change is told all the same.
        let [fault, others] = found(lock, &[(VAULT, false), (POLICY, true), (LOCK, false)], &[]);
        assert_eq!(
            (fault, others),
            (vec![LOCK.into()], vec![VAULT.into(), POLICY.into()])
        );
    }
}
