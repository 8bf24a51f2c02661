//! The dates of a key: when it is deleted, when its imported material expires.

use crate::known::{Arn, Fact};

use super::Facts;
use super::stored::moment;

impl<'a> Facts<'a> {
    /// When a key that is to be deleted is, in milliseconds since 1970.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>.
    #[must_use]
    pub fn key_deletion(&self, arn: &Arn) -> Option<i128> {
        self.key_date(arn, "DeletionDate")
    }

    /// When the imported material of a key expires, in milliseconds since 1970.
    #[must_use]
    pub fn key_expiry(&self, arn: &Arn) -> Option<i128> {
        self.key_date(arn, "ValidTo")
    }

    fn key_date(&self, arn: &Arn, name: &str) -> Option<i128> {
        self.key_told(arn, name).and_then(moment)
    }

    /// Whether the material of a key had expired by when the facts were read.
    pub(super) fn had_expired(&self, arn: &Arn) -> bool {
        let read = self.read_last_at().map(|read| read.milliseconds());
        let dates = read.zip(self.key_expiry(arn));
        dates.is_some_and(|(read, date)| read > date)
    }

    /// The state that a key has as of the moment that was named, from the one that was read. A key whose material has expired
    /// waits for an import, one whose waiting period is over is gone.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>.
    pub(super) fn state_then(
        &self,
        arn: &Arn,
        read: Fact<Option<&'a str>>,
    ) -> Fact<Option<&'a str>> {
        let comes = |date: Option<i128>| date.is_some_and(|date| self.comes_to_pass(date));
        match read {
            Fact::Known(Some("PendingDeletion")) if comes(self.key_deletion(arn)) => {
                Fact::Known(None)
            }
            Fact::Known(Some("Enabled" | "Disabled")) if comes(self.key_expiry(arn)) => {
                Fact::Known(Some("PendingImport"))
            }
            Fact::Known(_) | Fact::Unknown(_) => read,
        }
    }
}
