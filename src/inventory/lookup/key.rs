//! KMS keys.

use std::collections::BTreeSet;

use crate::catalog::calls::api_call;
use crate::inventory::Question;
use crate::inventory::field::Field;
use crate::inventory::list::items;
use crate::inventory::objects::{Grant, Key};
use crate::inventory::policy::Policy;
use crate::inventory::tags::Tags;
use crate::known::{AccountId, ApiCall, Arn, ByHand, Fact, Gap, Region};
use serde_json::Value;

use super::contradiction::{contradiction, extra};
use super::reads::Object;
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

/// Who manages a key, which many checks ask.
#[derive(Clone, PartialEq, Eq, Hash)]
struct KeyManagerQuestion(Arn);

impl Question for KeyManagerQuestion {
    type Answer = Fact<Option<KeyManager>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        facts.manager_of(&self.0)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn key(&self, arn: &Arn) -> Seen<'_, 'a, Key> {
        self.seen(Object::Key(arn), |layer| layer.keys(arn))
    }

    fn key_with_policy(&self, arn: &Arn) -> Seen<'_, 'a, Key> {
        self.seen(Object::KeyPolicy(arn), |layer| layer.keys(arn))
    }

    fn key_gap(&self, call: ApiCall, arn: &Arn) -> Gap {
        self.gap(call, arn.as_str(), arn.account(), arn.region().as_ref())
    }

    fn key_word(
        &self,
        arn: &Arn,
        field: impl Fn(&'a Key) -> &'a Field<Box<str>>,
    ) -> Fact<Option<&'a str>> {
        fact(self.key(arn).field(field), || {
            self.key_gap(api_call!("kms:DescribeKey"), arn)
        })
        .map(|text| text.map(|text| &**text))
    }

    /// Who manages the key. `None`: no such key.
    #[must_use]
    pub fn key_manager(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        self.answer(&KeyManagerQuestion(arn.clone()))
    }

    fn manager_of(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        let state = self.key_state(arn);
        if let Fact::Known(None) = state {
            return Fact::Known(None);
        }
        match self.key_word(arn, |key| &key.key_manager) {
            // A key that is there has somebody who manages it.
            Fact::Known(None) if matches!(state, Fact::Known(Some(_))) => {
                Fact::unknown(self.key_gap(api_call!("kms:DescribeKey"), arn))
            }
            Fact::Known(Some("AWS")) => self.of_aws(arn),
            Fact::Known(Some("CUSTOMER")) => self.of_customer(arn),
            Fact::Known(None) => Fact::Known(None),
            Fact::Known(Some(other)) => {
                let gap = Gap::strange_word("KeyManager", other, arn.as_str());
                Fact::unknown(gap.where_is(arn))
            }
            Fact::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// Whether a key that is said to be AWS's has what AWS gives none of its own: material from elsewhere, copies in other
    /// Regions.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html>.
    fn of_aws(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        let key = self.key(arn);
        let told = |name: &str| key.parts().find_map(|key| extra(&key.extra, name));
        let origin = told("Origin").and_then(Value::as_str);
        let origin = origin.filter(|origin| *origin != "AWS_KMS");
        let spread = told("MultiRegion") == Some(&Value::Bool(true));
        let other = origin
            .map(|origin| format!("`Origin` {origin}"))
            .or(spread.then(|| "`MultiRegion` true".to_owned()));
        match other {
            None => self.of_one_service(arn),
            Some(other) => Fact::unknown(contradiction(arn, "`KeyManager` AWS", other)),
        }
    }

    /// A key that AWS manages is one service's, whose alias it has.
    fn of_one_service(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        let aliases = self.key_aliases(arn).known().flatten();
        let aliases = aliases.into_iter().flatten();
        let mut aliases = aliases.filter(|alias| alias.starts_with("alias/aws/"));
        match (aliases.next(), aliases.next()) {
            (Some(one), Some(other)) => Fact::unknown(contradiction(
                arn,
                format!("the alias `{one}`"),
                format!("`{other}`"),
            )),
            (Some(_) | None, _) => Fact::Known(Some(KeyManager::Aws)),
        }
    }

    /// Whether a key that is said to be a customer's has an alias that only AWS gives.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/developerguide/alias-create.html>.
    fn of_customer(&self, arn: &Arn) -> Fact<Option<KeyManager>> {
        let aliases = self.key_aliases(arn).known().flatten();
        let mut aliases = aliases.into_iter().flatten();
        match aliases.find(|alias| alias.starts_with("alias/aws/")) {
            None => Fact::Known(Some(KeyManager::Customer)),
            Some(alias) => Fact::unknown(contradiction(
                arn,
                "`KeyManager` CUSTOMER",
                format!("the alias `{alias}`"),
            )),
        }
    }

    /// What is encrypted with a key that AWS owns, as its type says, while an ARN names one. A key that AWS owns is in no
    /// account of its customers.
    pub(super) fn aws_owned_beside(
        &self,
        of: &Arn,
        account: Option<AccountId>,
        key: &Arn,
    ) -> Fact<EncryptedWith> {
        match self.key_manager(key) {
            Fact::Known(Some(KeyManager::Aws)) => Fact::Known(EncryptedWith::Key(key.clone())),
            Fact::Unknown(_) | Fact::Known(None) if key.account() != account => {
                Fact::Known(EncryptedWith::AwsOwnedKey)
            }
            Fact::Unknown(_) | Fact::Known(_) => Fact::unknown(contradiction(
                of,
                "`EncryptionKeyType` AWS_OWNED_KMS_KEY",
                format!("`EncryptionKeyArn` {key}"),
            )),
        }
    }

    /// The key's state, such as `Enabled`. `None`: no such key.
    #[must_use]
    pub fn key_state(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        let state = self.key_word(arn, |key| &key.key_state);
        let key = self.key(arn);
        let told = |name: &str| told(&key, name);
        if state == Fact::Known(Some("Enabled")) {
            let other = match (told("Enabled"), told("DeletionDate")) {
                (Some(Value::Bool(false)), _) => Some("`Enabled` false"),
                (_, Some(_)) => Some("`DeletionDate`"),
                // Imported material that has expired leaves the key `PendingImport`.
                (Some(_) | None, None) if self.had_expired(arn) => Some("`ValidTo`, which is past"),
                (Some(_) | None, None) => None,
            };
            if let Some(other) = other {
                return Fact::unknown(contradiction(arn, "`KeyState` Enabled", other));
            }
        }
        self.state_then(arn, state)
    }

    /// A field of the key that the record does not name: what the uppermost layer that has it says, which may be null.
    pub(super) fn key_told(&self, arn: &Arn, name: &str) -> Option<&'a Value> {
        told(&self.key(arn), name)
    }

    /// The kind of key store that the key lies in outside KMS, where its description says so.
    #[must_use]
    pub fn key_store(&self, arn: &Arn) -> Option<&'static str> {
        const EXTERNAL: &str = "external key store";
        let key = self.key(arn);
        let told = |name: &str| told(&key, name);
        match told("Origin").and_then(Value::as_str) {
            Some("EXTERNAL_KEY_STORE") => Some(EXTERNAL),
            Some("AWS_CLOUDHSM") => Some("AWS CloudHSM key store"),
            Some("AWS_KMS" | "EXTERNAL") => None,
            Some(_) | None => told("XksKeyConfiguration")
                .map(|_| EXTERNAL)
                .or_else(|| told("CustomKeyStoreId").map(|_| "key store")),
        }
    }

    /// The gap that an origin of the key's material leaves which AWS does not document: of a key in such a place its state may
    /// not tell whether it can be used.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>.
    #[must_use]
    pub fn strange_key_origin(&self, arn: &Arn) -> Option<Gap> {
        const DOCUMENTED: &[&str] = &["AWS_CLOUDHSM", "AWS_KMS", "EXTERNAL", "EXTERNAL_KEY_STORE"];
        let origin = self.key_told(arn, "Origin")?;
        let is_known = origin.as_str().is_some_and(|of| DOCUMENTED.contains(&of));
        let says = || format!("the `Origin` {origin}");
        (!is_known).then(|| Gap::by_hand(ByHand::NotUnderstood, says(), arn.as_str()).where_is(arn))
    }

    /// The gap that a state leaves which AWS's table does not have.
    #[must_use]
    pub fn strange_key_state(arn: &Arn, state: &str) -> Gap {
        Gap::strange_word("KeyState", state, arn.as_str()).where_is(arn)
    }

    /// The kind of key material, such as `SYMMETRIC_DEFAULT`. KMS still gives it by its former name too.
    #[must_use]
    pub fn key_spec(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        let spec = self.key_word(arn, |key| &key.key_spec);
        let key = self.key(arn);
        let told = |name: &str| key.parts().find_map(|key| extra(&key.extra, name));
        let former = told("CustomerMasterKeySpec").and_then(Value::as_str);
        match (&spec, former) {
            (Fact::Known(Some(spec)), Some(former)) if *spec != former => {
                Fact::unknown(contradiction(
                    arn,
                    format!("`KeySpec` {spec}"),
                    format!("`CustomerMasterKeySpec` {former}"),
                ))
            }
            (Fact::Known(_) | Fact::Unknown(_), _) => spec,
        }
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
            self.key_gap(api_call!("kms:ListAliases"), arn)
        })
        .map(|aliases| aliases.map(|aliases| &**aliases))
    }

    /// Whether a key that was read in an account and Region has this alias. `None`: no keys were read there, or not the aliases
    /// of all; an AWS managed key has none but its own.
    #[must_use]
    pub fn has_alias(&self, account: AccountId, region: &Region, alias: &str) -> Option<bool> {
        let listed = self.keys_of(account, region);
        let mut known = listed
            .field(|region| &region.keys)
            .is_present()
            .then_some(false);
        for key in listed.parts().flat_map(|region| items(&region.keys)) {
            match self.key_aliases(&key.arn) {
                Fact::Known(aliases) => {
                    if aliases.into_iter().flatten().any(|name| **name == *alias) {
                        return Some(true);
                    }
                }
                Fact::Unknown(_) => {
                    if self.key_manager(&key.arn) != Fact::Known(Some(KeyManager::Aws)) {
                        known = None;
                    }
                }
            }
        }
        known
    }

    /// The keys that were read in an account and Region and are known to have an alias.
    #[must_use]
    pub fn keys_with_alias(
        &self,
        account: AccountId,
        region: &Region,
        alias: &str,
    ) -> BTreeSet<&'a Arn> {
        let listed = self.keys_of(account, region);
        let keys = listed.parts().flat_map(|region| items(&region.keys));
        let has = |arn: &&Arn| {
            let aliases = self.key_aliases(arn).known().flatten();
            aliases.into_iter().flatten().any(|name| **name == *alias)
        };
        keys.map(|key| &key.arn).filter(has).collect()
    }

    /// The key policy.
    #[must_use]
    pub fn key_policy(&self, arn: &Arn) -> Fact<Option<&'a Policy>> {
        fact(self.key_with_policy(arn).field(|key| &key.policy), || {
            self.key_gap(api_call!("kms:GetKeyPolicy"), arn)
        })
    }

    /// The key's second policy, `AWS_RAM`, which it has where it is shared through AWS RAM. `None`: it has none.
    ///
    /// A key has one policy of its owner's, `default`, and RAM writes the other one, which only ever allows. Where nobody asked
    /// for it, a key has none if its account cannot share: RAM shares within an organization that has all its features, and
    /// one of which no policies are in force has not. Otherwise it is not known, and neither is what else lets a principal in.
    ///
    /// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html> and
    /// <https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html>.
    #[must_use]
    pub fn key_ram_policy(&self, arn: &Arn) -> Fact<Option<&'a Policy>> {
        let policy = fact(self.key(arn).field(|key| &key.ram_policy), || {
            self.key_gap(api_call!("kms:ListKeyPolicies"), arn)
        });
        match policy {
            Fact::Unknown(gap) if gap.error.is_none() && !self.may_share(arn) => Fact::Known(None),
            policy @ (Fact::Known(_) | Fact::Unknown(_)) => policy,
        }
    }

    /// The key policy where there is one and it was read: no gap is worked out.
    #[must_use]
    pub fn key_policy_read(&self, arn: &Arn) -> Option<&'a Policy> {
        let policy = self.key_with_policy(arn).field(|key| &key.policy);
        policy.value().copied()
    }

    /// The same of the key's second policy.
    #[must_use]
    pub fn key_ram_policy_read(&self, arn: &Arn) -> Option<&'a Policy> {
        let policy = self.key(arn).field(|key| &key.ram_policy);
        policy.value().copied()
    }

    /// Whether the key's account may be in an organization with all features, as far as is known.
    fn may_share(&self, key: &Arn) -> bool {
        let Some(account) = key.account() else {
            return true;
        };
        match (
            self.organization(account),
            self.service_control_policies(account),
        ) {
            (Fact::Known(None), _) => false,
            (_, Fact::Known(levels)) => levels.is_some_and(|levels| !levels.is_empty()),
            (Fact::Known(Some(_)) | Fact::Unknown(_), Fact::Unknown(_)) => true,
        }
    }

    /// The grants on the key.
    #[must_use]
    pub fn key_grants(&self, arn: &Arn) -> Fact<Option<&'a [Grant]>> {
        fact(self.key(arn).field(|key| &key.grants), || {
            self.key_gap(api_call!("kms:ListGrants"), arn)
        })
        .map(|grants| grants.map(Vec::as_slice))
    }

    /// The key's tags.
    #[must_use]
    pub fn key_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.key(arn).field(|key| &key.tags), || {
            self.key_gap(api_call!("kms:ListResourceTags"), arn)
        })
    }
}

fn told<'a>(key: &Seen<'_, 'a, Key>, name: &str) -> Option<&'a Value> {
    let mut told = key.parts().flat_map(|key| &key.extra);
    let (_, json) = told.find(|(known, _)| &**known == name)?;
    Some(&json.0).filter(|value| !value.is_null())
}
