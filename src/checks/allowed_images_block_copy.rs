#![doc = include_str!("allowed_images_block_copy.md")]

use serde_json::{Map, Value};

use super::words::{not_read, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::messages::MessageId;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, VaultType};
use crate::known::Gap;
use crate::verdict::{Evidence, Need, Outcome};

/// The name under which images from logically air-gapped vaults come.
const OF_AIR_GAPPED_VAULTS: &str = "aws-backup-vault";

pub(super) const CHECK: Check = Check {
    id: "allowed-images-block-copy",
    title: "the destination account's Allowed AMIs setting keeps the image out",
    doc: include_str!("allowed_images_block_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::LAGV],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::Ec2, Kind::Ec2Vss],
        others: "the backup is not of an EC2 instance",
    },
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let out_of_air_gapped =
        known!(copy.endpoints().source_type.clone()) == Some(VaultType::AirGapped);
    if !out_of_air_gapped && !known!(copy.endpoints().is_cross_account()) {
        return Outcome::not_applicable("an account's own images are always allowed in it");
    }
    let (account, region) = (
        known!(copy.endpoints().destination_account()),
        known!(copy.endpoints().destination_region()),
    );
    let place = format!("{account}/{region}");
    let Some(setting) = known!(facts.allowed_images(account, &region)) else {
        return Outcome::pass("the destination account has no Allowed AMIs setting");
    };
    let call = || {
        facts.gap(
            api_call!("ec2:GetAllowedImagesSettings"),
            &place,
            Some(account),
            Some(&region),
        )
    };
    let state = setting.get("State").and_then(Value::as_str);
    match state {
        Some("disabled" | "audit-mode") => {
            return Outcome::pass(
                "the destination account's Allowed AMIs setting keeps nothing out",
            )
            .saw(state.map(|state| Evidence::at(&place, "/State", format!("is {state}"))));
        }
        Some("enabled") => {}
        Some(other) => {
            let gap = Gap::strange_word("State", other, place.as_str());
            return not_read(gap.within(Some(account), Some(&region)));
        }
        None => return not_read(call()),
    }
    let wanted = if out_of_air_gapped {
        OF_AIR_GAPPED_VAULTS.to_owned()
    } else {
        known!(copy.endpoints().source_account()).to_string()
    };
    let criteria = setting
        .get("ImageCriteria")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let mut conditional = None;
    for (index, criterion) in criteria.iter().enumerate() {
        let seen = |says: String| Evidence::at(&place, format!("/ImageCriteria/{index}"), says);
        match admits(criterion, &wanted) {
            Admits::Yes => {
                return Outcome::pass(format!("the destination account allows images of {wanted}"))
                    .saw([seen(format!("allows {wanted}"))]);
            }
            Admits::Perhaps => {
                conditional = Some(seen("asks for more than the provider".to_owned()))
            }
            Admits::No => {}
        }
    }
    if let Some(seen) = conditional {
        let what = "whether the image meets what `ImageCriteria` asks for besides its provider";
        let gap = Gap::not_told(what, place.as_str()).within(Some(account), Some(&region));
        return Outcome::undecided(
            format!("whether the destination account's Allowed AMIs setting lets images of {wanted} in is not known: it asks for names or ages too"),
            [gap],
        )
        .saw([seen]);
    }
    Outcome::fail(format!(
        "the Allowed AMIs setting of account {account} in {region} does not let images of {wanted} in"
    ))
    .needs([Need::ImageProvider { account, region, provider: wanted.clone() }])
    .foretells(status_message(MessageId::E17))
    .saw([Evidence::at(&place, "/ImageCriteria", format!("no criterion names {wanted}"))])
}

enum Admits {
    Yes,
    No,
    Perhaps,
}

/// Whether a criterion admits images of a provider. All parts of one criterion must hold.
fn admits(criterion: &Value, provider: &str) -> Admits {
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    // One that asks for nothing is not one that AWS prints.
    let asks = |parts: &&Map<String, Value>| !parts.values().all(is_empty);
    let Some(parts) = criterion.as_object().filter(asks) else {
        return Admits::Perhaps;
    };
    let named = |value: &Value| {
        value
            .as_array()
            .is_some_and(|names| names.iter().any(|name| name.as_str() == Some(provider)))
    };
    let by_provider = parts
        .get("ImageProviders")
        .filter(|value| !is_empty(value))
        .is_none_or(named);
    let more = parts
        .iter()
        .any(|(name, value)| name != "ImageProviders" && !is_empty(value));
    match (by_provider, more) {
        (false, _) => Admits::No,
        (true, true) => Admits::Perhaps,
        (true, false) => Admits::Yes,
    }
}
