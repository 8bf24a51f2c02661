//! How a copy is named on the command line.

use crate::known::{AccountId, Arn};

/// A copy, as it is named: what is copied, from where, to where, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCopy {
    /// The resource whose next backup is copied.
    pub resource: Option<Arn>,
    /// The recovery point that is copied.
    pub recovery_point: Option<Arn>,
    /// The vault that it is in. `None`: that of the recovery point, else of the resource's newest.
    pub source_vault: Option<Arn>,
    /// The vault that it goes to.
    pub destination_vault: Arn,
    /// The role that the copy job runs as. `None`: AWS Backup's default role of the source account.
    pub role: Option<Arn>,
}

impl NamedCopy {
    /// Whether an image is copied, or an instance that one will be made of.
    pub(super) fn is_of_an_image(&self) -> bool {
        let named = self.recovery_point.iter().chain(&self.resource);
        named.into_iter().any(|arn| {
            let kind = arn.resource().split('/').next();
            arn.service() == "ec2" && matches!(kind, Some("image" | "instance"))
        })
    }

    /// Whether EC2 makes the copy, which asks for the default key for EBS where it goes.
    pub(super) fn is_of_ec2(&self) -> bool {
        let named = self.recovery_point.iter().chain(&self.resource);
        named.into_iter().any(|arn| arn.service() == "ec2")
    }

    /// Whether a database of RDS, Aurora, DocumentDB or Neptune is copied.
    pub(super) fn is_of_a_database(&self) -> bool {
        let named = self.recovery_point.iter().chain(&self.resource);
        named.into_iter().any(|arn| arn.service() == "rds")
    }

    /// What says where the copy comes from, the surest first.
    pub(super) fn origin(&self) -> Option<&Arn> {
        self.source_vault
            .as_ref()
            .or(self.recovery_point.as_ref())
            .or(self.resource.as_ref())
    }

    /// The role that the copy job runs as, where the source account is this one.
    #[must_use]
    pub fn role_in(&self, account: AccountId) -> Arn {
        self.role.clone().unwrap_or_else(|| {
            Arn::iam_role(
                self.destination_vault.partition(),
                account,
                "service-role/AWSBackupDefaultServiceRole",
            )
        })
    }
}
