#![doc = include_str!("key_unusable.md")]

use super::words::{foretold, key_name};
use super::{Check, MayFail, Run};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::inventory::{EncryptedWith, Facts, Route, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "key-unusable",
    title: "a key on the path cannot be used",
    doc: include_str!("key_unusable.md"),
    cites: &[cite::DASHBOARDS, cite::ENCRYPTION],
    may_fail: MayFail::Yes,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let mut gaps = Vec::new();
    let mut keys: Vec<(&str, Arn)> = Vec::new();
    match copy.backup_key.as_ref() {
        Fact::Known(EncryptedWith::Key(key)) => keys.push(("the backup's key", key.clone())),
        Fact::Known(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => {}
        Fact::Unknown(gap) => gaps.push(*gap),
    }
    match facts.vault_key(&copy.destination_vault) {
        Fact::Known(Some(EncryptedWith::Key(key))) => {
            keys.push(("the destination vault's key", key))
        }
        Fact::Known(Some(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) | None) => {}
        Fact::Unknown(gap) => gaps.push(*gap),
    }
    let mut seen = Vec::new();
    for (role, key) in &keys {
        match usable(key, facts) {
            Fact::Known(None) => seen.push(Evidence::at(key, "/KeyState", "is Enabled")),
            Fact::Unknown(gap) => gaps.push(*gap),
            Fact::Known(Some(Fault {
                pointer,
                says,
                message,
            })) => {
                let fail = Outcome::fail(format!("{role} {} {says}", key_name(key, facts)))
                    .foretells(foretold(predict(message)))
                    .saw([Evidence::at(key, pointer, says)]);
                return mended(copy, facts, key, fail);
            }
        }
    }
    match (gaps.first(), keys.is_empty()) {
        (Some(gap), _) => Outcome::undecided(gap.to_string(), gaps),
        (None, true) => Outcome::not_applicable("no key of yours is on the path"),
        (None, false) => Outcome::pass("every key on the path is enabled").saw(seen),
    }
}

/// What mends a key: it is enabled, or another vault is made where it is the destination's.
fn mended(copy: &Route, facts: &Facts<'_>, key: &Arn, fail: Outcome) -> Outcome {
    let enabled = |to_be_deleted| Need::KeyEnabled {
        key: key.clone(),
        to_be_deleted,
    };
    match facts.key_state(key) {
        Fact::Known(Some("Disabled")) => return fail.needs([enabled(false)]),
        Fact::Known(Some("PendingDeletion")) => return fail.needs([enabled(true)]),
        Fact::Known(Some("PendingImport")) => {
            return fail.by_hand("import the key's material again");
        }
        Fact::Known(_) | Fact::Unknown(_) => {}
    }
    let of_vault = facts.vault_key(&copy.destination_vault);
    match (of_vault, copy.destination_type.as_ref()) {
        (Fact::Known(Some(EncryptedWith::Key(other))), Fact::Known(Some(VaultType::Standard)))
            if other == *key =>
        {
            fail.needs([Need::CustomerKeyOnVault {
                vault: copy.destination_vault.clone(),
            }])
        }
        _ => fail.nothing_helps(
            "what is encrypted with it cannot be read; copy a backup that is on another key",
        ),
    }
}

struct Fault {
    pointer: &'static str,
    says: String,
    message: MessageId,
}

/// What is wrong with a key, if anything is.
fn usable(key: &Arn, facts: &Facts<'_>) -> Fact<Option<Fault>> {
    let fault = |pointer, says: String, message| {
        Fact::Known(Some(Fault {
            pointer,
            says,
            message,
        }))
    };
    let mut unread = None;
    match facts.key_state(key) {
        Fact::Known(None) => {
            return fault("/KeyState", "does not exist".to_owned(), MessageId::E10);
        }
        Fact::Known(Some("Enabled")) => {}
        Fact::Known(Some(state)) => {
            return fault("/KeyState", format!("is {state}"), MessageId::E9);
        }
        Fact::Unknown(gap) => unread = Some(gap),
    }
    match facts.key_spec(key) {
        Fact::Known(Some("SYMMETRIC_DEFAULT")) => {}
        Fact::Known(spec) => {
            let spec = spec.unwrap_or("null");
            return fault(
                "/KeySpec",
                format!("is of the kind {spec}, not a symmetric encryption key"),
                MessageId::E9,
            );
        }
        Fact::Unknown(gap) => unread = unread.or(Some(gap)),
    }
    match facts.key_usage(key) {
        Fact::Known(Some("ENCRYPT_DECRYPT")) => {}
        Fact::Known(usage) => {
            let usage = usage.unwrap_or("null");
            return fault(
                "/KeyUsage",
                format!("is for {usage}, not for encryption"),
                MessageId::E9,
            );
        }
        Fact::Unknown(gap) => unread = unread.or(Some(gap)),
    }
    unread.map_or(Fact::Known(None), Fact::Unknown)
}
