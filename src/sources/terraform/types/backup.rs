//! Vaults, their policies and locks, and the settings of AWS Backup.

use serde_json::{Value, json};

use crate::catalog::regions::partition;
use crate::inventory::{ANEW, SAVED, UNLOCKED};
use crate::known::{AccountId, Arn, Region};
use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Moment, Object, unknown};
use crate::sources::terraform::provider::provider_of;
use crate::sources::terraform::reader::PlanReader;

/// A vault.
pub fn vault<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = reader.thing(object, "vaults") else {
        return;
    };
    let key = reader.key(object, "kms_key_arn", &home, "backup");
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name)),
            ("VaultType", json!("BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
        ],
    );
    made(reader, object, &home, &arn);
}

/// What a vault that is made does not have yet; what is there may have it from elsewhere.
fn made<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home, arn: &str) {
    if object.is_replaced(reader.moment) {
        reader.set(home, "vaults", arn, [(ANEW, json!(true))]);
    }
    if reader.says_tags(object) {
        let tags = reader.tags(object);
        reader.set(home, "vaults", arn, [("Tags", tags)]);
    }
    if object.is_new(reader.moment) {
        reader.set(home, "vaults", arn, [("AccessPolicy", Value::Null)]);
        if object.kind == "aws_backup_vault" {
            reader.set(home, "vaults", arn, [("Locked", json!(false))]);
        }
    }
}

/// A logically air-gapped vault.
pub fn air_gapped_vault<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some((home, arn)) = reader.thing(object, "vaults") else {
        return;
    };
    let moment = reader.moment;
    let key = match reader.ids.link(object, "encryption_key_arn", moment) {
        Link::Value(key) => reader.key_named(&key, &home),
        Link::NotSet | Link::AwsChooses => Value::Null,
        Link::Unknown(why) => unknown(why),
    };
    let of = match &key {
        Value::Null => json!("AWS_OWNED_KMS_KEY"),
        Value::String(_) => json!("CUSTOMER_MANAGED_KMS_KEY"),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => key.clone(),
    };
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name)),
            ("VaultType", json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
            ("EncryptionKeyType", of),
            ("Locked", json!(true)),
            (
                "MinRetentionDays",
                object.marked(moment, "min_retention_days"),
            ),
            (
                "MaxRetentionDays",
                object.marked(moment, "max_retention_days"),
            ),
        ],
    );
    made(reader, object, &home, &arn);
}

/// The vault that an object names.
fn of_vault<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<(Home, String)> {
    if let Some(arn) = object
        .text(moment, "backup_vault_arn")
        .and_then(|arn| Arn::parse(arn).ok())
        && let (Some(account), Some(region)) = (arn.account(), arn.region())
    {
        return Some((Home { account, region }, arn.to_string()));
    }
    let home = reader
        .ids
        .home(object, moment)
        .or_else(|| of_same_name(reader, object, moment));
    let Some(home) = home else {
        let note = reader.ids.without_home(object, moment);
        reader.unplaced(note);
        return None;
    };
    const KINDS: &[&str] = &["aws_backup_vault", "aws_backup_logically_air_gapped_vault"];
    match reader.ids.link(object, "backup_vault_name", moment) {
        Link::Value(name) => {
            let arn = format!(
                "arn:{}:backup:{}:{}:backup-vault:{name}",
                partition(&home.region),
                home.region,
                home.account
            );
            Some((home, arn))
        }
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            // The name may wait for apply, and the vault be told that has it.
            let named = reader.ids.named(object, "backup_vault_name", KINDS, moment);
            let is_there =
                named.filter(|vault| reader.ids.home(vault, moment).as_ref() == Some(&home));
            if let Some(arn) = is_there.and_then(|vault| reader.ids.arn(vault, moment)) {
                return Some((home, arn));
            }
            let why = other.why();
            reader.unplaced(format!(
                "{} is of a vault that is not known yet ({why})",
                object.address
            ));
            None
        }
    }
}

/// Where the vault is that an object names, where the plan has one vault of that name: of what is no longer in the configuration, of
/// which the plan does not tell the provider, and where none may be of an account that is not known.
fn of_same_name<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<Home> {
    if provider_of(object).is_some() || !reader.ids.providers.are_all_known() {
        return None;
    }
    let name = object.text(moment, "backup_vault_name")?;
    let mut vaults = ["aws_backup_vault", "aws_backup_logically_air_gapped_vault"]
        .into_iter()
        .flat_map(|kind| reader.ids.objects.of_kind(kind, moment))
        .filter(|vault| vault.text(moment, "name") == Some(name));
    let vault = vaults.next()?;
    vaults
        .next()
        .is_none()
        .then(|| reader.ids.home(vault, moment))?
}

/// What is set on a vault takes one that is there: one that nobody has and no plan makes is not there for that.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_PutBackupVaultLockConfiguration.html>.
fn takes_vault<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home, arn: &str) {
    if object.is_new(reader.moment) {
        let why = format!("{}, which takes a vault that is there", object.address);
        let vault = reader.world.thing(home, "vaults", arn);
        let state = json!({"made": unknown(why), "stands": true});
        vault.entry("VaultState").or_insert(state);
    }
}

/// A vault's access policy.
pub fn vault_policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_vault(reader, object, reader.moment) {
        let policy = reader.ids.policy(object, "policy", reader.moment);
        let policy = reader.is_lost(&arn, object).unwrap_or(policy);
        let policy = if reader.saves(object) {
            reader.saved_after_roles(object, "policy", policy)
        } else {
            policy
        };
        reader.placed(&arn, object);
        reader.policies.insert(arn.clone());
        let policy = reader.sole((&arn, "AccessPolicy"), object, policy);
        reader.set(&home, "vaults", &arn, [("AccessPolicy", policy)]);
        if reader.saves(object) {
            reader.set(&home, "vaults", &arn, [(SAVED, json!(true))]);
        }
        takes_vault(reader, object, &home, &arn);
    }
}

/// A vault's lock.
pub fn vault_lock<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_vault(reader, object, reader.moment) {
        // The provider sends what is not zero.
        let bound = |name: &str| match object.marked(reader.moment, name) {
            zero if zero == 0 => Value::Null,
            days => days,
        };
        let (min, max) = (bound("min_retention_days"), bound("max_retention_days"));
        let locked = reader.is_lost(&arn, object).unwrap_or(json!(true));
        reader.placed(&arn, object);
        let min = reader.sole((&arn, "MinRetentionDays"), object, min);
        let max = reader.sole((&arn, "MaxRetentionDays"), object, max);
        reader.set(
            &home,
            "vaults",
            &arn,
            [
                ("Locked", locked),
                ("MinRetentionDays", min),
                ("MaxRetentionDays", max),
            ],
        );
        // One that is replaced is on the vault then.
        let vault = reader.world.thing(&home, "vaults", &arn);
        vault.shift_remove(UNLOCKED);
        takes_vault(reader, object, &home, &arn);
    }
}

/// A vault that is destroyed.
pub fn vault_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = reader.leaves(object) {
        reader.placed(&arn, object);
        reader.replaced.insert(arn.clone());
        let state = reader.no_more(object);
        reader.set(&home, "vaults", &arn, [("VaultState", state)]);
    }
}

/// An access policy that is taken away: the vault has none then. Where another resource sets one, whichever comes last wins.
pub fn policy_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_vault(reader, object, Moment::Now) {
        reader.placed(&arn, object);
        let policy = if reader.policies.contains(&arn) {
            unknown(format!(
                "{}, which is destroyed while another resource sets the policy of the same vault",
                object.address
            ))
        } else if object.is_replaced(Moment::Then)
            && let Attribute::AfterApply = object.attribute(Moment::Then, "backup_vault_name")
        {
            // It may be set anew on the same vault.
            unknown(format!("{}.backup_vault_name", object.address))
        } else {
            Value::Null
        };
        reader.set(&home, "vaults", &arn, [("AccessPolicy", policy)]);
    }
}

/// A lock that is taken away, which only works within its grace time: of one that has no end of it, always.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DeleteBackupVaultLockConfiguration.html>.
pub fn lock_gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = of_vault(reader, object, Moment::Now) {
        reader.placed(&arn, object);
        let why = unknown(format!("{}, which is destroyed", object.address));
        let taken = [("Locked", why), (UNLOCKED, json!(true))];
        reader.set(&home, "vaults", &arn, taken);
    }
}

/// Which types AWS Backup backs up in a Region.
pub fn region_settings<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let Some(home) = reader.home(object) else {
        return;
    };
    for (name, field) in [
        (
            "resource_type_opt_in_preference",
            "ResourceTypeOptInPreference",
        ),
        (
            "resource_type_management_preference",
            "ResourceTypeManagementPreference",
        ),
    ] {
        let value = object.marked(reader.moment, name);
        if !value.is_null() {
            let place = format!("{}/{}", home.account, home.region);
            reader.placed(&place, object);
            let value = reader.sole((&place, field), object, value);
            let region = reader.world.region(&home);
            let settings = region.get("region_settings").and_then(Value::as_object);
            let mut settings = settings.cloned().unwrap_or_default();
            settings.insert(field.to_owned(), value);
            region.insert("region_settings".to_owned(), Value::Object(settings));
        }
    }
}

/// Whether an account has switched a Region on. A Region is not switched off by leaving this out.
pub fn account_region<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let named = object.text(reader.moment, "account_id");
    let account = match named {
        Some(id) => AccountId::parse(id).ok(),
        None => reader.account(object),
    };
    let region = object.text(reader.moment, "region_name");
    let (Some(account), Some(region)) = (account, region) else {
        return reader.unplaced(format!(
            "{} is of an account or a Region that is not known",
            object.address
        ));
    };
    let status = match object.switch(reader.moment, "enabled") {
        Value::Bool(true) => json!("opted-in"),
        Value::Bool(false) => json!("not-opted-in"),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            unknown(format!("{}.enabled", object.address))
        }
        open @ Value::Object(_) => open,
    };
    reader.placed(region, object);
    let home = Home {
        account,
        region: Region::new(region),
    };
    let place = format!("{account}/{region}");
    reader.placed(&place, object);
    let status = reader.sole((&place, "opt_in_status"), object, status);
    let region = reader.world.region(&home);
    region.insert("opt_in_status".to_owned(), status);
}

/// Whether copies go across accounts.
pub fn global_settings<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    const NAME: &str = "isCrossAccountBackupEnabled";
    let Some(account) = reader.account(object) else {
        return;
    };
    let settings = object.marked(reader.moment, "global_settings");
    let at = format!("{}.global_settings", object.address);
    let value = match settings.get(NAME) {
        _ if settings.get("unknown").is_some() => settings,
        _ if settings.is_null() => unknown(at),
        Some(Value::Bool(on)) => json!(on),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => json!(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => json!(false),
        Some(open) if open.get("unknown").is_some() => open.clone(),
        Some(_) => unknown(format!("{at}.{NAME}, which is neither true nor false")),
        // It says nothing of this setting.
        None => return,
    };
    let place = account.to_string();
    reader.placed(&place, object);
    let value = reader.sole((&place, "cross_account_backup"), object, value);
    reader
        .world
        .account(account)
        .insert("cross_account_backup".to_owned(), value);
}
