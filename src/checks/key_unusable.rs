#![doc = include_str!("key_unusable.md")]

use super::words::{date, key_name, status_message, unless_unencrypted};
use super::{Check, MayFail, Run, When};
use crate::catalog::cite;
use crate::catalog::key_states::{KeyUse, key_use};
use crate::catalog::messages::MessageId;
use crate::inventory::{EncryptedWith, Facts, Route, Start, VaultType};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "key-unusable",
    title: "a key on the path cannot be used",
    doc: include_str!("key_unusable.md"),
    cites: &[cite::DASHBOARDS, cite::ENCRYPTION, cite::KEY_STATES],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    unless_unencrypted(of_keys(copy, facts), copy)
}

fn of_keys(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let mut gaps = Vec::new();
    let mut keys: Vec<(&str, Arn)> = Vec::new();
    match copy.backup_key.as_ref() {
        Fact::Known(EncryptedWith::Key(key)) => keys.push(("the backup's key", key.clone())),
        Fact::Known(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => {}
        Fact::Unknown(gap) => gaps.push(*gap),
    }
    match facts.vault_key(&copy.endpoints.destination_vault) {
        // One key may have both parts.
        Fact::Known(Some(EncryptedWith::Key(key))) if keys.iter().all(|(_, one)| *one != key) => {
            keys.push(("the destination vault's key", key))
        }
        Fact::Known(Some(_) | None) => {}
        Fact::Unknown(gap) => gaps.push(*gap),
    }
    let mut seen = Vec::new();
    let mut faults = Vec::new();
    for (part, key) in &keys {
        match usable(key, facts) {
            Fact::Known(Ok(state)) => {
                seen.push(Evidence::at(key, "/KeyState", format!("is {state}")))
            }
            Fact::Known(Err(fault)) => faults.push((*part, key, fault)),
            Fact::Unknown(gap) => gaps.push(*gap),
        }
    }
    if let Some((_, _, first)) = faults.first() {
        return failed(copy, facts, &faults, first.message);
    }
    match (gaps.first(), keys.is_empty()) {
        (Some(gap), _) => Outcome::undecided(gap.to_string(), gaps),
        (None, true) => Outcome::not_applicable("no key of yours is on the path"),
        (None, false) => {
            let found = Outcome::pass("every key on the path is enabled").saw(seen);
            let expiring = |(part, key): &(&str, Arn)| expires(part, key, copy, facts);
            keys.iter().filter_map(expiring).fold(found, Outcome::and)
        }
    }
}

/// What is told of a key that can be used until its imported material expires: scheduled copies come again.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html>.
pub fn expires(part: &str, key: &Arn, copy: &Route, facts: &Facts<'_>) -> Option<Outcome> {
    let at = facts.key_expiry(key)?;
    if copy.endpoints.start != Start::Scheduled {
        return None;
    }
    let at = date(at);
    let says = format!(
        "{part} {} can be used until its imported material expires on {at}: what needs it fails from then on, unless it is imported again",
        key_name(key, facts)
    );
    let found = match facts.now() {
        Some(_) => Outcome::warn(says),
        None => {
            let what = "say when the facts were read: `collected_at`, or --assume-at";
            let gap = Gap::by_hand(ByHand::Name, what, key.as_str()).where_is(key);
            Outcome::undecided(format!("{says}; when it was read is not told"), [gap])
        }
    };
    Some(found.saw([Evidence::at(key, "/ValidTo", format!("is {at}"))]))
}

/// How the specs of keys begin that are for no symmetric encryption, and what else keys are for.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>.
const OTHER_SPECS: &[&str] = &["ECC_", "HMAC_", "ML_DSA_", "RSA_", "SM2"];
const OTHER_USAGES: &[&str] = &["GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "SIGN_VERIFY"];

/// What is wrong with a key.
struct Fault {
    pointer: &'static str,
    says: String,
    message: MessageId,
    way_out: WayOut,
}

/// What makes a key usable again.
enum WayOut {
    /// It is enabled.
    Enable { to_be_deleted: bool },
    /// A step that people take.
    ByHand(&'static str),
    /// Nothing: another key is needed.
    None,
}

fn failed(
    copy: &Route,
    facts: &Facts<'_>,
    faults: &[(&str, &Arn, Fault)],
    message: MessageId,
) -> Outcome {
    let says = |(part, key, fault): &(&str, &Arn, Fault)| {
        format!("{part} {} {}", key_name(key, facts), fault.says)
    };
    let all: Vec<String> = faults.iter().map(says).collect();
    let mut fail = Outcome::fail(all.join("; ")).foretells(status_message(message));
    let of_vault = facts.vault_key(&copy.endpoints.destination_vault);
    let standard = matches!(
        copy.endpoints.destination_type.as_ref(),
        Fact::Known(Some(VaultType::Standard))
    );
    let is_of_vault = |key: &Arn| matches!(&of_vault, Fact::Known(Some(EncryptedWith::Key(other))) if other == key);
    // Where nothing helps with one key, a change of another one does not help the copy.
    let is_lost = faults.iter().any(|(_, key, fault)| {
        matches!(fault.way_out, WayOut::None) && !(is_of_vault(key) && standard)
    });
    for (_, key, fault) in faults {
        let (key, says) = ((*key).clone(), fault.says.clone());
        fail = fail.saw([Evidence::at(&key, fault.pointer, says)]);
        let is_of_vault = is_of_vault(&key);
        fail = match &fault.way_out {
            WayOut::Enable { .. } | WayOut::ByHand(_) if is_lost => fail,
            WayOut::None if is_lost && is_of_vault && standard => fail,
            WayOut::Enable { to_be_deleted } => fail.needs([Need::KeyEnabled {
                key,
                to_be_deleted: *to_be_deleted,
            }]),
            WayOut::ByHand(step) => fail.by_hand(step),
            WayOut::None if is_of_vault && standard => fail.needs([Need::CustomerKeyOnVault {
                vault: copy.endpoints.destination_vault.clone(),
            }]),
            WayOut::None if is_of_vault => {
                fail.nothing_helps("copy into a vault that is on another key")
            }
            WayOut::None => fail.nothing_helps(
                "what is encrypted with it cannot be read; copy a backup that is on another key",
            ),
        };
    }
    fail
}

/// The state of a key that can be used, or what is wrong with it.
fn usable<'a>(key: &Arn, facts: &Facts<'a>) -> Fact<Result<&'a str, Fault>> {
    let fault = |pointer, says: String, message, way_out| {
        Fact::Known(Err(Fault {
            pointer,
            says,
            message,
            way_out,
        }))
    };
    let mut unread = None;
    let mut usable = "Enabled";
    match facts.key_state(key) {
        Fact::Known(None) => {
            let (pointer, says) = match facts.key_deletion(key) {
                Some(at) => ("/DeletionDate", format!("is deleted on {}", date(at))),
                None => ("/KeyState", "does not exist".to_owned()),
            };
            return fault(pointer, says, MessageId::E10, WayOut::None);
        }
        Fact::Known(Some(state)) => {
            let mut pointer = "/KeyState";
            let mut says = format!("is {state}");
            match (facts.key_deletion(key), facts.key_expiry(key)) {
                (Some(at), _) if state == "PendingDeletion" => {
                    says += &format!(", to be deleted on {}", date(at));
                }
                (_, Some(at)) if state == "PendingImport" => {
                    pointer = "/ValidTo";
                    says += &format!(": its material expires on {}", date(at));
                }
                (Some(_) | None, Some(_) | None) => {}
            }
            let way_out = match key_use(state) {
                Some(KeyUse::Usable) => None,
                Some(KeyUse::Disabled) => Some(WayOut::Enable {
                    to_be_deleted: false,
                }),
                Some(KeyUse::ToBeDeleted) => Some(WayOut::Enable {
                    to_be_deleted: true,
                }),
                Some(KeyUse::Waits(step)) => Some(WayOut::ByHand(step)),
                // A state that AWS's table does not have settles nothing.
                None => {
                    unread = Some(Box::new(Facts::strange_key_state(key, state)));
                    None
                }
            };
            if let Some(way_out) = way_out {
                return fault(pointer, says, MessageId::E9, way_out);
            }
            usable = state;
        }
        Fact::Unknown(gap) => unread = Some(gap),
    }
    match facts.key_spec(key) {
        Fact::Known(Some("SYMMETRIC_DEFAULT")) => {}
        Fact::Known(Some(other)) if !OTHER_SPECS.iter().any(|start| other.starts_with(start)) => {
            let gap = || Gap::strange_word("KeySpec", other, key.as_str()).where_is(key);
            unread = unread.or_else(|| Some(Box::new(gap())));
        }
        Fact::Known(spec) => {
            let spec = spec.unwrap_or("null");
            let says = format!("is of the kind {spec}, not a symmetric encryption key");
            return fault("/KeySpec", says, MessageId::E9, WayOut::None);
        }
        Fact::Unknown(gap) => unread = unread.or(Some(gap)),
    }
    match facts.key_usage(key) {
        Fact::Known(Some("ENCRYPT_DECRYPT")) => {}
        Fact::Known(Some(other)) if !OTHER_USAGES.contains(&other) => {
            let gap = || Gap::strange_word("KeyUsage", other, key.as_str()).where_is(key);
            unread = unread.or_else(|| Some(Box::new(gap())));
        }
        Fact::Known(usage) => {
            let usage = usage.unwrap_or("null");
            let says = format!("is for {usage}, not for encryption");
            return fault("/KeyUsage", says, MessageId::E9, WayOut::None);
        }
        Fact::Unknown(gap) => unread = unread.or(Some(gap)),
    }
    let unread = unread.or_else(|| facts.strange_key_origin(key).map(Box::new));
    unread.map_or(Fact::Known(Ok(usable)), Fact::Unknown)
}
