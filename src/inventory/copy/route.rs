//! The way that a copy takes, and what its requests name. Copies with the same one get the same answer from every check
//! that looks no further.

use std::sync::Arc;

use crate::catalog::Crossing;
use crate::inventory::lookup::{EncryptedWith, Facts, KeyManager, VaultType};
use crate::inventory::word::Start;
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::key::{Model, manager, model};
use super::kind::KindOf;

/// From where to where a copy goes, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoints {
    /// The vault that the recovery point is in.
    pub source_vault: Fact<Arn>,
    /// The vault that it goes to.
    pub destination_vault: Arn,
    /// The role that the copy job runs as.
    pub role: Fact<Arn>,
    /// Who starts it.
    pub start: Start,
    /// What kind of vault the source is. `None`: none, or of a kind that is not known.
    pub source_type: Fact<Option<VaultType>>,
    /// What kind of vault the destination is. `None`: none, or of a kind that is not known.
    pub destination_type: Fact<Option<VaultType>>,
}

/// The ends of a copy, what kind of backup it is, and with which keys: everything of it but what it is a copy of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// From where to where it goes.
    pub endpoints: Endpoints,
    /// The resource type.
    pub resource_type: Fact<ResourceType>,
    /// What kind of resource it is, as far as is known.
    pub kind: KindOf,
    /// What the recovery point is encrypted with.
    pub backup_key: Fact<EncryptedWith>,
    /// The other keys that it is on: an EC2 image has a snapshot for each volume.
    pub further_keys: Arc<[Fact<EncryptedWith>]>,
    /// What the copy will be encrypted with.
    pub copy_key: Fact<EncryptedWith>,
}

/// What the requests of a copy name: its route, and of what is copied as much as stands in their ARNs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// The way that it takes.
    pub route: Route,
    /// The recovery point that is copied; `None` where it will be made.
    pub recovery_point: Option<Arn>,
    /// The bucket that is copied, for S3, where it is known.
    pub bucket: Option<Arn>,
    /// Whether nothing is copied: the backup itself is made in the logically air-gapped vault that its rule names.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>: "No recovery point is created in
    /// your backup vault, and no copy operation is required."
    pub is_backup_itself: bool,
}

impl Transfer {
    /// From where to where the copy goes, and as whom.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.route.endpoints
    }
}

impl Endpoints {
    /// The account that the source vault is in.
    #[must_use]
    pub fn source_account(&self) -> Fact<AccountId> {
        self.source_part(Arn::account)
    }

    /// The Region that the source vault is in.
    #[must_use]
    pub fn source_region(&self) -> Fact<Region> {
        self.source_part(Arn::region)
    }

    fn source_part<T>(&self, part: impl Fn(&Arn) -> Option<T>) -> Fact<T> {
        match &self.source_vault {
            Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
            Fact::Known(vault) => {
                part(vault).map_or_else(|| Fact::unknown(no_place(vault)), Fact::Known)
            }
        }
    }

    /// The account that the destination vault is in.
    #[must_use]
    pub fn destination_account(&self) -> Fact<AccountId> {
        self.destination_vault.account().map_or_else(
            || Fact::unknown(no_place(&self.destination_vault)),
            Fact::Known,
        )
    }

    /// The Region that the destination vault is in.
    #[must_use]
    pub fn destination_region(&self) -> Fact<Region> {
        self.destination_vault.region().map_or_else(
            || Fact::unknown(no_place(&self.destination_vault)),
            Fact::Known,
        )
    }

    /// Whether the copy leaves its account.
    #[must_use]
    pub fn is_cross_account(&self) -> Fact<bool> {
        self.source_account()
            .and_then(|from| self.destination_account().map(|to| from != to))
    }

    /// Whether the copy leaves its Region.
    #[must_use]
    pub fn is_cross_region(&self) -> Fact<bool> {
        self.source_region()
            .and_then(|from| self.destination_region().map(|to| from != to))
    }

    /// From which Region to which it goes, and whether to another account.
    #[must_use]
    pub fn crossing(&self) -> Fact<Crossing> {
        self.source_region().and_then(|from| {
            self.destination_region().and_then(|to| {
                self.is_cross_account().map(|cross_account| Crossing {
                    from,
                    to,
                    cross_account,
                })
            })
        })
    }

    /// Whether a logically air-gapped vault is the source or the destination.
    #[must_use]
    pub fn touches_air_gapped_vault(&self) -> Fact<bool> {
        let is = |kind: &Fact<Option<VaultType>>| {
            kind.clone().map(|kind| kind == Some(VaultType::AirGapped))
        };
        match (is(&self.destination_type), is(&self.source_type)) {
            (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
            (Fact::Known(false), other) | (other @ Fact::Unknown(_), _) => other,
        }
    }

    /// Whether what is copied is shared with another account: the destination's, or that of AWS's own in which a logically air-gapped
    /// vault lies.
    #[must_use]
    pub fn is_shared(&self) -> Fact<bool> {
        match self.is_cross_account() {
            Fact::Known(false) => self.touches_air_gapped_vault(),
            other @ (Fact::Known(true) | Fact::Unknown(_)) => other,
        }
    }

    /// The service-linked role of AWS Backup in the destination account.
    #[must_use]
    pub fn destination_service_linked_role(&self) -> Fact<Arn> {
        self.destination_account()
            .map(|account| service_linked_role(&self.destination_vault, account))
    }
}

impl Route {
    /// How the backup is encrypted. `None`: a type that AWS Backup's table does not have.
    #[must_use]
    pub fn model(&self) -> Fact<Option<Model>> {
        model(&self.kind)
    }

    /// Whether the copy role makes the copy: to another account, and with a logically air-gapped vault, AWS Backup's
    /// service-linked role does.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html>.
    #[must_use]
    pub fn is_made_by_its_role(&self) -> Fact<bool> {
        self.endpoints.is_shared().map(|is_shared| !is_shared)
    }

    /// Who manages the backup's key. `None`: it has no key of its own, or the key does not exist.
    #[must_use]
    pub fn backup_key_manager(&self, facts: &Facts<'_>) -> Fact<Option<KeyManager>> {
        manager(&self.backup_key, facts)
    }

    /// Who manages the copy's key. `None`: it has no key of its own, or the key does not exist.
    #[must_use]
    pub fn copy_key_manager(&self, facts: &Facts<'_>) -> Fact<Option<KeyManager>> {
        manager(&self.copy_key, facts)
    }

    /// The resource type's name, or `unknown`.
    #[must_use]
    pub fn type_name(&self) -> String {
        self.resource_type
            .as_ref()
            .known()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    }
}

/// AWS Backup's service-linked role in an account, `AWSServiceRoleForBackup`, in the partition of another ARN.
#[must_use]
pub fn service_linked_role(like: &Arn, account: AccountId) -> Arn {
    Arn::iam_role(
        like.partition(),
        account,
        "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    )
}

fn no_place(vault: &Arn) -> Gap {
    Gap::not_told("where a vault is whose ARN does not say it", vault.as_str())
}
