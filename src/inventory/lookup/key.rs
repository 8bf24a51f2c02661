//! KMS keys.

use crate::inventory::field::Field;
use crate::inventory::leaf::{Grant, Key};
use crate::inventory::policy::Policy;
use crate::inventory::read::items;
use crate::inventory::tags::Tags;
use crate::known::{AccountId, Arn, Fact, Gap, Region};

use super::{Facts, Seen, fact};

/// What something is encrypted with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EncryptedWith {
    /// It is not encrypted.
    Nothing,
    /// A key that AWS owns: it has no policy and stands in nobody's account.
    AwsOwnedKey,
    /// A KMS key, customer managed or AWS managed.
    Key(Arn),
}

impl EncryptedWith {
    /// The key's ARN, where it is one with an ARN.
    #[must_use]
    pub const fn key(&self) -> Option<&Arn> {
        match self {
            Self::Key(arn) => Some(arn),
            Self::Nothing | Self::AwsOwnedKey => None,
        }
    }
}

/// Who manages a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyManager {
    /// The customer (CMK): its policy can be changed.
    Customer,
    /// AWS, for one service in one account (AMK, `aws/rds`): its policy cannot be changed.
    Aws,
}

impl<'a> Facts<'a> {
    fn key(&self, arn: &Arn) -> Seen<'_, 'a, Key> {
        self.seen(|layer| layer.keys(arn))
    }

    fn key_gap(&self, operation: &'static str, arn: &Arn) -> Gap {
        self.gap(
            operation,
            arn.as_str(),
            arn.account(),
            arn.region().as_ref(),
        )
    }

    fn key_word(
        &self,
        arn: &Arn,
        field: impl Fn(&'a Key) -> &'a Field<Box<str>>,
    ) -> Fact<Option<&'a str>> {
        fact(self.key(arn).field(field), || {
            self.key_gap("kms:DescribeKey", arn)
        })
        .map(|text| text.map(|text| &**text))
    }

    /// Who manages the key. `None`: no such key.
    #[must_use]
    pub fn key_manager(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        let state = self.key_state(arn);
        if let Fact::Known(None) = state {
            return Fact::Known(None);
        }
        match self.key_word(arn, |key| &key.key_manager) {
            // A key that is there has somebody who manages it.
            Fact::Known(None) if matches!(state, Fact::Known(Some(_))) => {
                Fact::unknown(self.key_gap("kms:DescribeKey", arn))
            }
            Fact::Known(Some("AWS")) => Fact::Known(Some(KeyManager::Aws)),
            Fact::Known(Some("CUSTOMER")) => Fact::Known(Some(KeyManager::Customer)),
            Fact::Known(None) => Fact::Known(None),
            Fact::Known(Some(_)) | Fact::Unknown(_) => {
                Fact::unknown(self.key_gap("kms:DescribeKey", arn))
            }
        }
    }

    /// The key's state, such as `Enabled`. `None`: no such key.
    #[must_use]
    pub fn key_state(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        self.key_word(arn, |key| &key.key_state)
    }

    /// The gap that a state leaves which AWS's table does not have.
    #[must_use]
    pub fn key_state_gap(&self, arn: &Arn) -> Gap {
        self.key_gap("kms:DescribeKey", arn)
    }

    /// The kind of key material, such as `SYMMETRIC_DEFAULT`.
    #[must_use]
    pub fn key_spec(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        self.key_word(arn, |key| &key.key_spec)
    }

    /// What the key is for, such as `ENCRYPT_DECRYPT`.
    #[must_use]
    pub fn key_usage(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        self.key_word(arn, |key| &key.key_usage)
    }

    /// The key's aliases, such as `alias/orders`.
    #[must_use]
    pub fn key_aliases(&self, arn: &Arn) -> Fact<Option<&'a [Box<str>]>> {
        fact(self.key(arn).field(|key| &key.aliases), || {
            self.key_gap("kms:ListAliases", arn)
        })
        .map(|aliases| aliases.map(Vec::as_slice))
    }

    /// Whether a key that was read in an account and Region has this alias.
    #[must_use]
    pub fn has_alias(&self, account: AccountId, region: &Region, alias: &str) -> bool {
        let parts = self.layers.iter();
        let regions = parts.flat_map(|layer| layer.region(account, region));
        let mut keys = regions.flat_map(|region| items(&region.keys));
        keys.any(|key| {
            let aliases = key.aliases.value().into_iter().flatten();
            aliases.into_iter().any(|name| **name == *alias)
        })
    }

    /// The key policy.
    #[must_use]
    pub fn key_policy(&self, arn: &Arn) -> Fact<Option<&'a Policy>> {
        fact(self.key(arn).field(|key| &key.policy), || {
            self.key_gap("kms:GetKeyPolicy", arn)
        })
    }

    /// The grants on the key.
    #[must_use]
    pub fn key_grants(&self, arn: &Arn) -> Fact<Option<&'a [Grant]>> {
        fact(self.key(arn).field(|key| &key.grants), || {
            self.key_gap("kms:ListGrants", arn)
        })
        .map(|grants| grants.map(Vec::as_slice))
    }

    /// The key's tags.
    #[must_use]
    pub fn key_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.key(arn).field(|key| &key.tags), || {
            self.key_gap("kms:ListResourceTags", arn)
        })
    }
}
