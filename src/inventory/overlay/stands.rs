//! What no plan and no template changes of a thing that is there: its state where only AWS does, what it was made with, a lock that
//! nobody can change any more.

use serde_json::{Map, Value};

use super::super::word::Timestamp;
use super::open::UNLOCKED;
use super::unknown::unknown;

/// Takes from what a plan or a template says of a thing what stands as it was read.
pub fn keep(
    list: &str,
    there: &Map<String, Value>,
    over: &mut Map<String, Value>,
    now: Option<i128>,
) {
    let text = |name: &str| there.get(name).and_then(Value::as_str);
    let mut stands: Vec<&str> = Vec::new();
    match list {
        "keys" => {
            // A plan enables and disables a key; other states are those of AWS.
            let is_other = |state: &str| !["Enabled", "Disabled"].contains(&state);
            if text("KeyState").is_some_and(is_other) && is_switch(over.get("KeyState")) {
                stands.push("KeyState");
            }
            let made_with = ["KeySpec", "KeyUsage"];
            stands.extend(made_with.iter().filter(|name| text(name).is_some()));
        }
        "vaults" => {
            let is_other = |state: &str| state != "AVAILABLE";
            let says = over.get("VaultState").and_then(Value::as_str);
            if text("VaultState").is_some_and(is_other) && says == Some("AVAILABLE") {
                stands.push("VaultState");
            }
            if text("VaultType").is_some() {
                stands.push("VaultType");
            }
            if over.contains_key(UNLOCKED) {
                unlocked(there, over);
            }
            if is_for_good(there, now) {
                stands.extend(["Locked", "MinRetentionDays", "MaxRetentionDays", "LockDate"]);
            }
        }
        _ => {}
    }
    for name in stands {
        over.shift_remove(name);
    }
}

/// What comes of a lock that is taken away. One without a `LockDate` can be at any time; one with it until then, and nobody knows
/// whether that is before.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html>.
fn unlocked(there: &Map<String, Value>, over: &mut Map<String, Value>) {
    let bounds = ["MinRetentionDays", "MaxRetentionDays"];
    let is_open = over.get("Locked").is_some_and(|it| unknown(it).is_some());
    let is_read = there.get("Locked") == Some(&Value::Bool(true));
    if !is_open {
        return;
    }
    if is_read && there.get("LockDate").is_none_or(Value::is_null) {
        over.insert("Locked".to_owned(), Value::Bool(false));
        over.extend(bounds.map(|name| (name.to_owned(), Value::Null)));
    } else if let Some(why) = over.get("Locked").cloned() {
        over.extend(bounds.map(|name| (name.to_owned(), why.clone())));
    }
}

fn is_switch(state: Option<&Value>) -> bool {
    // What depends on whether the key is there stands in an object.
    let state = state.map(|state| state.get("made").unwrap_or(state));
    state
        .and_then(Value::as_str)
        .is_some_and(|state| ["Enabled", "Disabled"].contains(&state))
}

/// Whether the lock of a vault is one that nobody changes or removes any more.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeBackupVault.html>.
fn is_for_good(vault: &Map<String, Value>, now: Option<i128>) -> bool {
    const SECOND: f64 = 1000.0;
    let date = vault.get("LockDate");
    let by_number = date.and_then(Value::as_f64);
    let by_text = date.and_then(Value::as_str).and_then(Timestamp::parse);
    let is_past = match (now, by_number, by_text) {
        #[allow(clippy::cast_precision_loss)]
        (Some(now), Some(seconds), _) => seconds * SECOND <= now as f64,
        (Some(now), None, Some(at)) => at.milliseconds() <= now,
        (None, ..) | (_, None, None) => false,
    };
    is_past && vault.get("Locked") == Some(&Value::Bool(true))
}
