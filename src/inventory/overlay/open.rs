//! What an overlay leaves open beyond the one field that it says is unknown.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::inventory::merge::{Conflict, short};

use super::unknown::{unknown, unknown_within};

/// A field of a thing in an overlay: it is laid over what stands, and makes nothing.
pub const WHERE_IT_STANDS: &str = "where it stands";

/// A field of a thing in an overlay: another takes its place under its name, and nothing of what stands is of it.
pub const ANEW: &str = "anew";

/// A field of a role in an overlay: only its name is known, and it is the role of that name, whatever its path.
pub const BY_NAME: &str = "by name";

/// A field of a role in an overlay that is unknown: AWS names it, and its ARN stands for the one that it will have.
pub const NAME_TO_COME: &str = "RoleName";

/// A field of such a role: the shape of the name, `*` for any letters and `?` for one.
pub const NAME_SHAPE: &str = "shape of its name";

/// A field of a resource or vault in an overlay: AWS or the provider gives its name at apply, and with this its ARN begins. The ARN that it
/// has here stands for the one that it will have.
pub const ARN_BEGINS: &str = "its ARN begins";

/// A field of a resource in an overlay: it is encrypted otherwise than it was, and what its description says of that is over.
pub const ENCRYPTED_ANEW: &str = "encrypted anew";

/// A field of a thing in an overlay: tags that AWS gives it, each with its value, null where AWS takes it away.
pub const GIVEN_BY_AWS: &str = "tags that AWS gives";

/// The same of tags that AWS gives where the thing is made.
pub const GIVEN_WHEN_MADE: &str = "tags that AWS gives to what is made";

/// A field of a thing in an overlay: nothing makes it now, so that it is not there where a list that is whole lacks it.
pub const NOT_MADE_NOW: &str = "not made now";

/// A field of a vault in an overlay: on another key it is another vault, for the reason that stands here.
pub const KEY_FOR_GOOD: &str = "key for good";

/// A field of a vault in an overlay: its lock is taken away, which works where it can be.
pub const UNLOCKED: &str = "lock is taken away";

/// A field of a vault or a key in an overlay: its policy is saved, even where it is the one that it has.
pub const SAVED: &str = "policy is saved";

/// A field of a thing in an overlay: what is said of it may be refused, for the reason that stands here, and it stays as it was then.
pub const MAY_STAY: &str = "may stay as it is";

/// Those that say how a thing is laid over another, and are none of it.
pub const HOW_LAID: [&str; 8] = [
    ENCRYPTED_ANEW,
    GIVEN_BY_AWS,
    GIVEN_WHEN_MADE,
    KEY_FOR_GOOD,
    MAY_STAY,
    NOT_MADE_NOW,
    SAVED,
    UNLOCKED,
];

/// The things that are laid over a list, without those that nothing makes and that a whole list lacks.
pub(super) fn there(list: &[Value], over: &[Value], key: &str, is_whole: bool) -> Vec<Value> {
    let lacks = |item: &Value| !list.iter().any(|one| one.get(key) == item.get(key));
    let is_absent = |item: &Value| is_whole && item.get(NOT_MADE_NOW).is_some() && lacks(item);
    over.iter()
        .filter(|item| !is_absent(item))
        .cloned()
        .collect()
}

/// What descriptions say of how something is encrypted.
const OF_ENCRYPTION: &[&str] = &[
    "BucketEncryption",
    "ServerSideEncryptionConfiguration",
    "Encrypted",
    "EncryptionDetails",
    "KmsKeyId",
    "SSEDescription",
    "StorageEncrypted",
    "StorageEncryptionType",
    "encryptionDetails",
];

/// Takes from a resource what its description says of how it is encrypted.
pub(super) fn encrypted_anew(resource: &mut Map<String, Value>) {
    if let Some(Value::Object(detail)) = resource.get_mut("Detail") {
        detail.retain(|field, _| !OF_ENCRYPTION.contains(&field.as_str()));
        // That a table's description has none says that AWS owns its key.
        if detail.contains_key("KeySchema") {
            detail.insert("SSEDescription".to_owned(), Value::Null);
        }
        if let Some(Value::Object(system)) = detail.get_mut("FileSystem") {
            system.retain(|field, _| !OF_ENCRYPTION.contains(&field.as_str()));
        }
    }
}

/// The calls that read the fields of accounts and Regions.
#[rustfmt::skip]
pub(super) const FRAME: &[(&str, &str)] = &[
    ("plans",                              "backup:ListBackupPlans"),
    ("organization",                       "organizations:DescribeOrganization"),
    ("cross_account_backup",               "backup:DescribeGlobalSettings"),
    ("service_control_policies",           "organizations:ListPoliciesForTarget"),
    ("resource_control_policies",          "organizations:ListPoliciesForTarget"),
    ("backup_policy",                      "organizations:DescribeEffectivePolicy"),
    ("tag_policy",                         "organizations:DescribeEffectivePolicy"),
    ("opt_in_status",                      "ec2:DescribeRegions"),
    ("region_settings",                    "backup:DescribeRegionSettings"),
    ("ResourceTypeOptInPreference",        "backup:DescribeRegionSettings"),
    ("ResourceTypeManagementPreference",   "backup:DescribeRegionSettings"),
    ("allowed_images",                     "ec2:GetAllowedImagesSettings"),
    ("ebs_default_kms_key_id",             "ec2:GetEbsDefaultKmsKeyId"),
    ("db_engine_versions",                 "rds:DescribeDBEngineVersions"),
];

/// The fields of a description that AWS always tells of what has them: without one it is unknown, and not unset.
pub(super) const TOLD_OF_ALL: &[&str] = &[
    "Engine",
    "EngineVersion",
    "FileSystemType",
    "OptionGroupMemberships",
    "StorageType",
    "BackupRetentionPeriod",
    "TableName",
    "DBInstanceIdentifier",
];

/// Why a field is unknown; a field of an account or Region that is unknown in a part is unknown, but for those that are joined.
pub(super) fn of_frame<'v>(name: &str, value: &'v Value) -> Option<&'v str> {
    let joined = matches!(name, "region_settings" | "organization" | "plans");
    let is_of_frame = FRAME.iter().any(|(field, _)| *field == name) && !joined;
    unknown(value).or_else(|| is_of_frame.then(|| unknown_within(value))?)
}

/// What stays of a thing of which nobody knows whether it is there: what is known of it, so that it is not taken for absent
/// where a list is whole.
pub(super) fn kept(list: &str, over: &Map<String, Value>) -> Option<Vec<&'static str>> {
    let all: &[&str] = match list {
        "resources" => &["ResourceArn", "ResourceType", "Tags"],
        "recovery_points" => &["RecoveryPointArn", "ResourceArn", "ResourceType"],
        "plans" => &["BackupPlanId", "BackupPlan", "Selections"],
        _ => return None,
    };
    let all = all.iter().copied();
    let is_open = |name: &&str| over.get(*name).and_then(unknown_within).is_some();
    Some(all.filter(|name| !is_open(name)).collect())
}

/// Cross-account backup is one setting of the organization, of which every account tells: unknown in one it is in all. Adds the
/// gaps of the others.
pub(super) fn everywhere(
    all: &mut Map<String, Value>,
    gaps: &mut Vec<Value>,
    told: &mut BTreeSet<(&'static str, String)>,
) {
    let call = "backup:DescribeGlobalSettings";
    let of_setting = |gap: &&Value| gap.get("operation").and_then(Value::as_str) == Some(call);
    let Some(gap) = gaps.iter().find(of_setting).cloned() else {
        return;
    };
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    for account in accounts
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        account.shift_remove("cross_account_backup");
        let Some(id) = account.get("account").and_then(Value::as_str) else {
            continue;
        };
        if told.insert((call, id.to_owned())) {
            let mut gap = gap.clone();
            if let Some(subject) = gap.get_mut("subject") {
                *subject = json!(id);
            }
            gaps.push(gap);
        }
    }
}

/// Where an overlay says two things of one field of one thing.
pub(super) fn conflict(
    earlier: &[Value],
    item: &Map<String, Value>,
    key: &str,
    at: &str,
) -> Option<Conflict> {
    let name = item.get(key)?;
    let mut same = earlier.iter().filter(|one| one.get(key) == Some(name));
    same.find_map(|one| {
        let mut fields = item.iter().filter(|(_, value)| !value.is_array());
        fields.find_map(|(field, value)| {
            let other = one.get(field).filter(|other| *other != value)?;
            Some(Conflict {
                place: format!("{at}/{field}"),
                difference: format!("`{}` and `{}`", short(other), short(value)),
            })
        })
    })
}

/// A thing that an overlay does not name in full.
pub(super) enum NamedThing {
    /// There is nothing that it could be.
    Nowhere,
    /// It is this one.
    As(Map<String, Value>),
}

/// What a thing is laid over that is only known by its name, or is not made where it does not stand. `None`: it is neither.
pub(super) fn named(all: &[Value], item: &Map<String, Value>, key: &str) -> Option<NamedThing> {
    if ![BY_NAME, WHERE_IT_STANDS, ANEW]
        .iter()
        .any(|field| item.contains_key(*field))
    {
        return None;
    }
    let mut item = item.clone();
    item.shift_remove(ANEW);
    let own = item
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let arns = || all.iter().filter_map(|one| one.get(key)?.as_str());
    let stands = arns().any(|arn| arn == own);
    if item.shift_remove(WHERE_IT_STANDS).is_some() && !stands {
        return Some(NamedThing::Nowhere);
    }
    if item.shift_remove(BY_NAME).is_some() && !stands {
        let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
        if let Some(arn) = arns().find(|arn| name(arn) == name(&own)) {
            item.insert(key.to_owned(), json!(arn));
        }
    }
    Some(NamedThing::As(item))
}
