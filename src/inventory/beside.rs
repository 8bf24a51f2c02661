//! What AWS says of keys, vaults, plans and recovery points that no record names, and that is compared with what one does: there a slip of
//! the pen would hide a contradiction.

use serde_json::Value;

use super::json::{Extra, Json};
use super::misspelling::near;
use super::word::Timestamp;

/// What a value is, and in words.
type ValueType = (fn(&Value) -> bool, &'static str);

/// Names, and what stands under each.
pub struct Beside {
    names: &'static [&'static str],
    is: &'static [ValueType],
}

const TEXT: ValueType = (Value::is_string, "a text");
const TRUTH: ValueType = (Value::is_boolean, "a boolean");
const TIME: ValueType = (is_time, "a date");

pub const OF_KEY: Beside = Beside {
    names: &[
        "Enabled",
        "MultiRegion",
        "DeletionDate",
        "ValidTo",
        "CustomerMasterKeySpec",
        "Origin",
        "AWSAccountId",
    ],
    is: &[TRUTH, TRUTH, TIME, TIME, TEXT, TEXT, TEXT],
};

pub const OF_VAULT: Beside = Beside {
    names: &["LockDate", "SourceBackupVaultArn"],
    is: &[TIME, TEXT],
};

pub const OF_PLAN: Beside = Beside {
    names: &["DeletionDate", "VersionId"],
    is: &[TIME, TEXT],
};

pub const OF_POINT: Beside = Beside {
    names: &[
        "VaultType",
        "BackupVaultName",
        "CalculatedLifecycle",
        "CompletionDate",
    ],
    is: &[TEXT, TEXT, (are_dates, "the dates that it comes to"), TIME],
};

pub const OF_JOB: Beside = Beside {
    names: &["CompletionDate"],
    is: &[TIME],
};

pub const OF_ORGANIZATION: Beside = Beside {
    names: &["FeatureSet"],
    is: &[(is_feature_set, "`ALL` or `CONSOLIDATED_BILLING`")],
};

impl Beside {
    /// Looks at the fields that a record does not name.
    ///
    /// # Errors
    /// Where one of these names is misspelt, or has something else under it.
    pub fn check(&self, extra: &Extra) -> Result<(), String> {
        for (name, Json(value)) in extra {
            let named = self.names.iter().zip(self.is);
            if let Some((_, (is, expected))) = named.clone().find(|(known, _)| ***known == **name) {
                if !value.is_null() && !is(value) {
                    return Err(format!("`{name}` is something else: expected {expected}"));
                }
                continue;
            }
            let there = |wanted: &str| extra.iter().any(|(known, _)| **known == *wanted);
            if let Some(meant) = near(name, self.names).filter(|meant| !there(meant)) {
                return Err(format!("unknown field `{name}`, expected `{meant}`"));
            }
        }
        Ok(())
    }
}

/// AWS writes its words in capitals; another word may be one to come.
///
/// See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>.
fn is_feature_set(value: &Value) -> bool {
    let is_capital = |text: &str| !text.contains(|c: char| c.is_ascii_lowercase());
    value.as_str().is_some_and(is_capital)
}

fn is_time(value: &Value) -> bool {
    value.as_f64().is_some_and(Timestamp::is_seconds)
        || value
            .as_str()
            .is_some_and(|text| Timestamp::parse(text).is_some())
}

fn are_dates(value: &Value) -> bool {
    const NAMES: &[&str] = &["MoveToColdStorageAt", "DeleteAt"];
    value.as_object().is_some_and(|dates| {
        dates
            .iter()
            .all(|(name, date)| NAMES.contains(&name.as_str()) && (date.is_null() || is_time(date)))
    })
}
