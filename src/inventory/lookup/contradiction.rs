//! Facts that contradict each other: neither counts, and both are named.

use std::fmt::Display;

use crate::inventory::json::Extra;
use crate::inventory::own;
use crate::inventory::tree::Tree;
use crate::known::{Arn, ByHand, Fact, Gap};
use serde_json::Value;

/// The gap that two facts leave which cannot both be so.
pub fn contradiction(of: &Arn, one: impl Display, other: impl Display) -> Gap {
    let says = format!("say which is right: {one}, or {other}");
    Gap::by_hand(ByHand::Contradiction, says, of.as_str()).where_is(of)
}

/// A field that the record does not name.
pub fn extra<'a>(fields: &'a Extra, name: &str) -> Option<&'a Value> {
    let (_, json) = fields.iter().find(|(known, _)| &**known == name)?;
    Some(&json.0).filter(|value| !value.is_null())
}

/// The gap that a description leaves which names another snapshot or image than the one whose ARN it stands under.
pub fn of_another(arn: &Arn, detail: &Tree) -> Option<Gap> {
    let (name, other) = own::other(arn, detail)?;
    Some(contradiction(
        arn,
        format!("`{name}` of its `Detail` ({other})"),
        "its ARN",
    ))
}

/// A description of a snapshot or an image, unless it names another one.
pub fn of_itself<'a>(arn: &Arn, detail: Fact<Option<&'a Tree>>) -> Fact<Option<&'a Tree>> {
    let gap = match &detail {
        Fact::Known(Some(told)) => of_another(arn, told),
        Fact::Known(None) | Fact::Unknown(_) => None,
    };
    gap.map_or(detail, Fact::unknown)
}

/// The gap that an `EncryptionKeyType` leaves which is not one that is known.
pub fn strange_key_type(of: &Arn, kind: &str) -> Option<Gap> {
    const KNOWN: &[&str] = &[
        "AWS_MANAGED_KMS_KEY",
        "AWS_OWNED_KMS_KEY",
        "CUSTOMER_MANAGED_KMS_KEY",
    ];
    (!KNOWN.contains(&kind))
        .then(|| Gap::strange_word("EncryptionKeyType", kind, of.as_str()).where_is(of))
}
