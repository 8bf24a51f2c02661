//! Backup vaults.

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::objects::Vault;
use crate::inventory::policy::Policy;
use crate::inventory::tags::Tags;
use crate::known::{AccountId, ApiCall, Arn, ByHand, Fact, Gap, Region};
use serde_json::Value;

use super::contradiction::{contradiction, extra, strange_key_type};
use super::key::{EncryptedWith, KeyManager};
use super::reads::Object;
use super::stored::moment;
use super::{Facts, Seen, fact};

/// The kinds of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VaultType {
    /// A standard vault.
    Standard,
    /// A logically air-gapped vault (LAGV).
    AirGapped,
    /// The view of another account's air-gapped vault, for restores.
    RestoreAccess,
}

impl VaultType {
    /// Its name in AWS Backup's API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "BACKUP_VAULT",
            Self::AirGapped => "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
            Self::RestoreAccess => "RESTORE_ACCESS_BACKUP_VAULT",
        }
    }
}

/// A vault's lock.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct VaultLock {
    /// The shortest retention, in days, if there is a bound.
    pub min: Option<i64>,
    /// The longest retention, in days, if there is a bound.
    pub max: Option<i64>,
    /// What is left open where the vault has a bound that was not read.
    pub unread: Option<Box<Gap>>,
}

impl<'a> Facts<'a> {
    pub(super) fn vault(&self, arn: &Arn) -> Seen<'_, 'a, Vault> {
        self.seen(Object::Vault(arn), |layer| layer.vaults(arn))
    }

    fn vault_gap(&self, call: ApiCall, arn: &Arn) -> Gap {
        self.gap(call, arn.as_str(), arn.account(), arn.region().as_ref())
    }

    /// Whether the vault exists. Unknown where no list that would have it is whole.
    #[must_use]
    pub fn vault_exists(&self, arn: &Arn) -> Fact<bool> {
        let vault = self.vault(arn);
        if vault.is_listed() {
            let exists = !matches!(vault.field(|v| &v.vault_state), Field::Null);
            let lacks = self.own_list_lacks_vault(arn).filter(|_| exists);
            return lacks.map_or(Fact::Known(exists), Fact::unknown);
        }
        let whole = arn
            .account()
            .zip(arn.region())
            .is_some_and(|(account, region)| self.vaults_are_all(account, &region));
        if whole && self.vault_left_open(arn).is_none() {
            Fact::Known(false)
        } else {
            Fact::unknown(self.vault_gap(api_call!("backup:DescribeBackupVault"), arn))
        }
    }

    /// Why a change leaves open whether a vault is there, whatever list there was before.
    pub(super) fn vault_left_open(&self, arn: &Arn) -> Option<Gap> {
        let gap = self.vault_gap(api_call!("backup:DescribeBackupVault"), arn);
        (gap.hand() == Some(ByHand::Planned)).then_some(gap)
    }

    /// Whether the vaults that are listed there are all that there are.
    pub(super) fn vaults_are_all(&self, account: AccountId, region: &Region) -> bool {
        let facts = self.region(account, region);
        // A list that is not there is no whole one, whatever is said of it; and to one that is there a change only adds.
        let is_listed = facts.field(|r| &r.vaults).is_present()
            || self
                .vaults_of(account, region)
                .field(|r| &r.vaults)
                .is_present();
        is_listed && matches!(facts.field(|r| &r.vaults_complete), Field::Is(whole) if whole.0)
    }

    /// The vault's state; `AVAILABLE` where AWS says nothing of it. `None`: no such vault.
    #[must_use]
    pub fn vault_state(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        self.vault_exists(arn).map(|exists| {
            exists.then(|| match self.vault(arn).field(|v| &v.vault_state) {
                Field::Is(state) => &**state,
                Field::Absent | Field::Null => "AVAILABLE",
            })
        })
    }

    /// What kind of vault it is, which is not known of a kind that the program does not know. `None`: no such vault.
    #[must_use]
    pub fn vault_type(&self, arn: &Arn) -> Fact<Option<VaultType>> {
        self.vault_exists(arn).and_then(|exists| {
            let vault = self.vault(arn);
            let text = match vault.field(|v| &v.vault_type) {
                _ if !exists => return Fact::Known(None),
                Field::Absent | Field::Null => {
                    return self.vault_of_its_own(arn, VaultType::Standard);
                }
                Field::Is(text) => text,
            };
            let known = [
                VaultType::Standard,
                VaultType::AirGapped,
                VaultType::RestoreAccess,
            ];
            match known.into_iter().find(|kind| kind.as_str() == &**text) {
                Some(kind) => self.vault_of_its_own(arn, kind),
                None => Fact::unknown(
                    Gap::not_told(
                        format_args!("what a vault of the type `{text}` takes"),
                        arn.as_str(),
                    )
                    .where_is(arn),
                ),
            }
        })
    }

    /// Only the view of another vault names a vault that it is of.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeBackupVault.html>.
    fn vault_of_its_own(&self, arn: &Arn, kind: VaultType) -> Fact<Option<VaultType>> {
        let vault = self.vault(arn);
        let told = vault
            .parts()
            .find_map(|v| extra(&v.extra, "SourceBackupVaultArn"));
        match (kind, told.and_then(Value::as_str)) {
            (VaultType::Standard | VaultType::AirGapped, Some(of)) => Fact::unknown(contradiction(
                arn,
                "a vault of its own, by `VaultType`",
                format!("`SourceBackupVaultArn` {of}, which only a restore access vault has"),
            )),
            (VaultType::Standard | VaultType::AirGapped | VaultType::RestoreAccess, _) => {
                Fact::Known(Some(kind))
            }
        }
    }

    /// What kind of vault a recovery point is in, if that says the same of it.
    #[must_use]
    pub fn vault_type_of_point(&self, arn: &Arn, point: &Arn) -> Fact<Option<VaultType>> {
        let of_vault = self.vault_type(arn);
        let parts = self.recovery_point(point);
        let told = parts.parts().find_map(|p| extra(&p.extra, "VaultType"));
        match (&of_vault, told.and_then(Value::as_str)) {
            (Fact::Known(Some(kind)), Some(told)) if kind.as_str() != told => {
                Fact::unknown(contradiction(
                    point,
                    format!("`VaultType` {told} of the recovery point"),
                    format!("{} of its vault {arn}", kind.as_str()),
                ))
            }
            (Fact::Known(_) | Fact::Unknown(_), _) => of_vault,
        }
    }

    /// The key that the vault encrypts with. `None`: no such vault.
    #[must_use]
    pub fn vault_key(&self, arn: &Arn) -> Fact<Option<EncryptedWith>> {
        self.vault_exists(arn).and_then(|exists| {
            if !exists {
                return Fact::Known(None);
            }
            let vault = self.vault(arn);
            let key = vault.field(|v| &v.encryption_key_arn);
            match (
                vault
                    .field(|v| &v.encryption_key_type)
                    .value()
                    .map(|kind| &***kind),
                &key,
            ) {
                (Some("AWS_OWNED_KMS_KEY"), Field::Is(key)) => {
                    return self.aws_owned_beside(arn, arn.account(), key).map(Some);
                }
                (Some("AWS_OWNED_KMS_KEY"), Field::Null | Field::Absent) => {
                    return Fact::Known(Some(EncryptedWith::AwsOwnedKey));
                }
                (Some("CUSTOMER_MANAGED_KMS_KEY"), Field::Null) => {
                    return Fact::unknown(contradiction(
                        arn,
                        "`EncryptionKeyType` CUSTOMER_MANAGED_KMS_KEY",
                        "`EncryptionKeyArn` null",
                    ));
                }
                // Of a standard vault AWS's pages have no word for a key that AWS manages.
                (Some("CUSTOMER_MANAGED_KMS_KEY"), Field::Is(key))
                    if self.vault_type(arn) == Fact::Known(Some(VaultType::AirGapped))
                        && self.key_manager(key) == Fact::Known(Some(KeyManager::Aws)) =>
                {
                    return Fact::unknown(contradiction(
                        arn,
                        "`EncryptionKeyType` CUSTOMER_MANAGED_KMS_KEY",
                        format!("`EncryptionKeyArn` {key}, whose `KeyManager` is AWS"),
                    ));
                }
                (Some(kind), _) if let Some(gap) = strange_key_type(arn, kind) => {
                    return Fact::unknown(gap);
                }
                (Some(_) | None, _) => {}
            }
            match key {
                // A vault is on a key of its own Region: another one is a slip, and tells nothing.
                Field::Is(key) if is_elsewhere(key, arn) => {
                    Fact::unknown(self.vault_gap(api_call!("backup:DescribeBackupVault"), arn))
                }
                Field::Is(key) => Fact::Known(Some(EncryptedWith::Key(key.clone()))),
                Field::Null => Fact::Known(Some(EncryptedWith::AwsOwnedKey)),
                Field::Absent => {
                    Fact::unknown(self.vault_gap(api_call!("backup:DescribeBackupVault"), arn))
                }
            }
        })
    }

    /// The vault's access policy. `None`: it has none, or there is no such vault.
    #[must_use]
    pub fn vault_policy(&self, arn: &Arn) -> Fact<Option<&'a Policy>> {
        match self.vault_exists(arn) {
            Fact::Known(false) => Fact::Known(None),
            Fact::Known(true) | Fact::Unknown(_) => {
                let vault = self.seen(Object::VaultPolicy(arn), |layer| layer.vaults(arn));
                // The name that the answer of GetBackupVaultAccessPolicy has for it.
                let also = vault.parts().find_map(|v| extra(&v.extra, "Policy"));
                let has_none = matches!(vault.field(|v| &v.access_policy), Field::Null);
                if has_none && also.is_some_and(|policy| !policy.is_null()) {
                    let also = "the policy in `Policy`";
                    return Fact::unknown(contradiction(arn, "`AccessPolicy` null", also));
                }
                fact(vault.field(|v| &v.access_policy), || {
                    self.vault_gap(api_call!("backup:GetBackupVaultAccessPolicy"), arn)
                })
            }
        }
    }

    /// The vault's lock. `None`: it is not locked, or there is no such vault.
    #[must_use]
    pub fn vault_lock(&self, arn: &Arn) -> Fact<Option<VaultLock>> {
        self.vault_exists(arn).and_then(|exists| {
            if !exists {
                return Fact::Known(None);
            }
            let vault = self.vault(arn);
            let bound = |field: Field<&i64>| match field {
                Field::Is(days) => Some(*days),
                Field::Absent | Field::Null => None,
            };
            let lock = VaultLock {
                min: bound(vault.field(|v| &v.min_retention_days)),
                max: bound(vault.field(|v| &v.max_retention_days)),
                unread: None,
            };
            if let (Some(min), Some(max)) = (lock.min, lock.max)
                && min > max
            {
                return Fact::unknown(contradiction(
                    arn,
                    format!("`MinRetentionDays` {min}"),
                    format!("`MaxRetentionDays` {max}"),
                ));
            }
            // A logically air-gapped vault is always locked, and both its bounds are set.
            if matches!(
                self.vault_type(arn),
                Fact::Known(Some(VaultType::AirGapped))
            ) {
                if let Some(min) = lock.min.filter(|min| *min < LEAST_AIR_GAPPED) {
                    return Fact::unknown(contradiction(
                        arn,
                        format!("`MinRetentionDays` {min}"),
                        format!("that it is air-gapped, where {LEAST_AIR_GAPPED} is the least"),
                    ));
                }
                let whole = lock.min.is_some() && lock.max.is_some();
                let unread =
                    || Box::new(self.vault_gap(api_call!("backup:DescribeBackupVault"), arn));
                return Fact::Known(Some(VaultLock {
                    unread: (!whole).then(unread),
                    ..lock
                }));
            }
            let bounds = [
                ("MinRetentionDays", lock.min),
                ("MaxRetentionDays", lock.max),
            ];
            let bound = bounds.into_iter().find(|(_, days)| days.is_some());
            let date = vault.parts().any(|v| extra(&v.extra, "LockDate").is_some());
            let bound = bound.map(|(name, _)| name).or(date.then_some("LockDate"));
            match (vault.field(|v| &v.locked), bound) {
                (Field::Is(true), _) => Fact::Known(Some(lock)),
                (Field::Is(false) | Field::Null, Some(bound)) => Fact::unknown(contradiction(
                    arn,
                    "`Locked` false",
                    format!("`{bound}`, which only a lock has"),
                )),
                (Field::Is(false) | Field::Null, None) => Fact::Known(None),
                // Only a lock has bounds; whether it has another one is not known, unless both were read.
                (Field::Absent, Some(_)) if lock != VaultLock::default() => {
                    let is_read = |field: Field<&i64>| !matches!(field, Field::Absent);
                    let whole = is_read(vault.field(|v| &v.min_retention_days))
                        && is_read(vault.field(|v| &v.max_retention_days));
                    let gap = self.vault_gap(api_call!("backup:DescribeBackupVault"), arn);
                    Fact::Known(Some(VaultLock {
                        unread: (!whole).then(|| Box::new(gap)),
                        ..lock
                    }))
                }
                (Field::Absent, _) => {
                    Fact::unknown(self.vault_gap(api_call!("backup:DescribeBackupVault"), arn))
                }
            }
        })
    }

    /// From when on nobody can change the vault's lock, in milliseconds since 1970; `None` where no such date was read.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeBackupVault.html>.
    #[must_use]
    pub fn vault_lock_date(&self, arn: &Arn) -> Option<i128> {
        let vault = self.vault(arn);
        let told = vault.parts().find_map(|v| extra(&v.extra, "LockDate"));
        told.and_then(moment)
    }

    /// How many recovery points the vault holds, where that was read.
    #[must_use]
    pub fn vault_recovery_points(&self, arn: &Arn) -> Option<i64> {
        let vault = self.vault(arn);
        vault
            .field(|v| &v.number_of_recovery_points)
            .value()
            .map(|held| **held)
    }

    /// The vault's tags.
    #[must_use]
    pub fn vault_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.vault(arn).field(|v| &v.tags), || {
            self.vault_gap(api_call!("backup:ListTags"), arn)
        })
    }
}

/// The days that a logically air-gapped vault keeps everything at least.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateLogicallyAirGappedBackupVault.html>.
const LEAST_AIR_GAPPED: i64 = 7;

/// Whether a key is of another Region than what it encrypts, which cannot be.
pub(super) fn is_elsewhere(key: &Arn, of: &Arn) -> bool {
    let regions = key.region().zip(of.region());
    regions.is_some_and(|(key, own)| key != own)
}
