//! What the `aws` command prints goes in where its inside belongs, with its envelope or without.

use backup_preflight::inventory;
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;

/// Refused, in these words.
pub fn refusal(estate: &Estate) -> String {
    inventory::read("f.json", estate.0.to_string().as_bytes())
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

/// What is read of an estate, as it is written again.
pub fn again(estate: &Estate) -> Value {
    let read = inventory::read("f.json", estate.0.to_string().as_bytes());
    serde_json::to_value(read.unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

fn encoded(value: &Value) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let text = value.to_string();
    let pieces = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    pieces.collect()
}

/// A way that AWS has of printing something, and what of it stands beside.
type Way = fn(&Value) -> Value;

/// Each field with the answers that may be pasted there.
#[rustfmt::skip]
const WAYS: &[(&str, &[Way])] = &[
    (DESTINATION_VAULT_POLICY, &[
        |policy| json!(policy.to_string()),
        |policy| json!({"BackupVaultName": "central", "BackupVaultArn": CENTRAL, "Policy": policy.to_string()}),
        |policy| json!(json!({"BackupVaultArn": CENTRAL, "Policy": policy.to_string()}).to_string()),
        |policy| json!(encoded(policy)),
    ]),
    (KEY_POLICY, &[
        |policy| json!({"Policy": policy.to_string(), "PolicyName": "default"}),
        |policy| json!({"Policy": policy}),
    ]),
    ("/accounts/0/roles/0/AssumeRolePolicyDocument", &[
        |policy| json!(encoded(policy)),
        |policy| json!({"Role": {"RoleName": "AWSBackupDefaultServiceRole", "AssumeRolePolicyDocument": policy}}),
    ]),
    ("/accounts/0/organization", &[|organization| json!({"Organization": organization})]),
    ("/accounts/0/cross_account_backup", &[
        |on| json!({"GlobalSettings": {"isCrossAccountBackupEnabled": on.to_string()}, "LastUpdateTime": 1_700_000_000}),
        |on| json!({"isCrossAccountBackupEnabled": on.to_string()}),
    ]),
    ("/accounts/0/service_control_policies/0", &[|policies| json!({"Policies": policies})]),
    ("/accounts/0/service_control_policies/0/0", &[
        |policy| json!({"Policy": {"PolicySummary": {"Id": policy["Id"], "Name": policy["Name"]}, "Content": policy["Document"].to_string()}}),
        |policy| json!({"PolicySummary": {"Id": policy["Id"], "Name": policy["Name"]}, "Content": policy["Document"]}),
    ]),
    ("/accounts/0/roles/0", &[|role| {
        let mut answer = json!({"Role": role});
        for field in ["AttachedPolicies", "InlinePolicies"] {
            answer[field] = take(&mut answer["Role"], &format!("/{field}"));
        }
        answer
    }]),
    ("/accounts/0/roles", &[|roles| json!({"RoleDetailList": roles, "IsTruncated": false})]),
    ("/accounts/0/roles/0/AttachedPolicies", &[|all| json!({"AttachedPolicies": all, "IsTruncated": false})]),
    ("/accounts/0/roles/0/InlinePolicies/0", &[
        |policy| json!({"RoleName": "AWSBackupDefaultServiceRole", "PolicyName": policy["PolicyName"], "PolicyDocument": encoded(&policy["Document"])}),
    ]),
    ("/accounts/0/roles/0/InlinePolicies/0/Document", &[
        |policy| json!({"PolicyVersion": {"Document": policy, "VersionId": "v3", "IsDefaultVersion": true}}),
    ]),
    ("/accounts/1/roles/0/InlinePolicies", &[|_| json!({"PolicyNames": []}), |_| json!({"PolicyNames": [], "IsTruncated": false})]),
    ("/accounts/0/regions/0/vaults", &[|vaults| json!({"BackupVaultList": vaults, "NextToken": null})]),
    ("/accounts/0/regions/0/keys/0", &[|key| {
        let mut answer = json!({"KeyMetadata": key});
        for field in ["Policy", "Aliases", "Grants"] {
            answer[field] = take(&mut answer["KeyMetadata"], &format!("/{field}"));
        }
        answer
    }]),
    ("/accounts/0/regions/0/keys/0/Aliases", &[|names| {
        let entry = |name: &Value| json!({"AliasName": name, "AliasArn": "arn:x", "TargetKeyId": KEY.rsplit('/').next()});
        json!({"Aliases": names.as_array().unwrap().iter().map(entry).collect::<Vec<_>>(), "Truncated": false})
    }]),
    ("/accounts/0/regions/0/keys/0/Grants", &[|grants| json!({"Grants": grants, "Truncated": false})]),
    ("/accounts/0/regions/0/keys", &[|keys| json!({"Keys": keys})]),
    ("/accounts/0/regions/0/resources/0/Tags", &[
        |tags| json!({"Tags": tags}),
        |tags| json!({"TagList": pairs(tags, "Key", "Value")}),
        |tags| json!({"TagSet": pairs(tags, "Key", "Value")}),
        |tags| json!({"Tags": pairs(tags, "TagKey", "TagValue"), "Truncated": false}),
        |tags| pairs(tags, "Key", "Value"),
    ]),
    ("/accounts/0/regions/0/resources/0/Detail", &[
        |detail| json!({"DBInstances": [detail]}),
        |detail| json!({"DBInstances": [detail], "Marker": null}),
    ]),
    ("/accounts/0/regions/0/resources", &[|all| json!({"Results": all})]),
    ("/accounts/0/regions/0/recovery_points", &[|all| json!({"RecoveryPoints": all})]),
    ("/accounts/0/regions/0/option_groups", &[|all| json!({"OptionGroupsList": all})]),
    ("/accounts/0/regions/0/copy_jobs", &[|all| json!({"CopyJobs": all})]),
    ("/accounts/0/regions/0/copy_jobs/0", &[|job| json!({"CopyJob": job})]),
    ("/accounts/0/regions/0/db_engine_versions", &[|all| json!({"DBEngineVersions": all})]),
    ("/accounts/0/regions/0/ebs_default_kms_key_id", &[|id| json!({"KmsKeyId": id})]),
    ("/accounts/0/tag_policy", &[
        |policy| json!(policy.to_string()),
        |policy| json!({"EffectivePolicy": {"PolicyContent": policy.to_string(), "PolicyType": "TAG_POLICY", "TargetId": FROM}}),
        |policy| json!({"PolicyContent": policy.to_string()}),
        |policy| json!({"Policy": {"PolicySummary": {"Type": "TAG_POLICY"}, "Content": policy.to_string()}}),
    ]),
    ("/accounts/0/backup_policy", &[
        |policy| json!(policy.to_string()),
        |policy| json!({"EffectivePolicy": {"PolicyContent": policy.to_string(), "PolicyType": "BACKUP_POLICY"}}),
        |policy| json!({"Policy": {"PolicySummary": {"Type": "BACKUP_POLICY"}, "Content": policy.to_string()}}),
    ]),
];

pub const DESTINATION_VAULT_POLICY: &str = "/accounts/1/regions/0/vaults/0/AccessPolicy";
pub const KEY_POLICY: &str = "/accounts/0/regions/0/keys/0/Policy";
pub const RAM_POLICY: &str = "/accounts/0/regions/0/keys/0/RamPolicy";

fn pairs(tags: &Value, key: &str, value: &str) -> Value {
    let pair = |(name, of): (&String, &Value)| json!({key: name, value: of});
    tags.as_object().unwrap().iter().map(pair).collect()
}

/// An estate in which every field of [`WAYS`] has something.
fn full() -> Estate {
    let allow = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let levels = json!([[{"Id": "p-1", "Name": "all", "Document": allow}]]);
    Estate::rds()
        .set("/accounts/0/service_control_policies", levels)
        .set(
            "/accounts/0/roles/0/InlinePolicies",
            json!([{"PolicyName": "more", "Document": allow}]),
        )
        .set(&format!("{RESOURCE}/Tags"), json!({"team": "orders", "backup": "yes"}))
        .set(
            &format!("{RESOURCE}/Detail"),
            json!({"Engine": "postgres", "EngineVersion": "16.3", "OptionGroupMemberships": []}),
        )
        .set(&format!("{SOURCE}/recovery_points"), json!([]))
        .set(
            &format!("{SOURCE}/option_groups"),
            json!([{"OptionGroupName": "g", "Options": [{"OptionName": "TDE", "Persistent": true}]}]),
        )
        .set(&format!("{SOURCE}/copy_jobs"), json!([{"CopyJobId": "j-1", "State": "COMPLETED"}]))
        .set(
            &format!("{SOURCE}/db_engine_versions"),
            json!([{"Engine": "postgres", "EngineVersion": "16.3"}]),
        )
        .set(&format!("{SOURCE}/ebs_default_kms_key_id"), json!("alias/aws/ebs"))
        .set("/accounts/0/tag_policy", json!({"tags": {}}))
        .set("/accounts/0/backup_policy", json!({"plans": {}}))
}

#[test]
fn every_answer_is_read_as_what_is_in_it() {
    let full = full();
    let plain = again(&full);
    let mut tried = 0;
    for (pointer, ways) in WAYS {
        for way in *ways {
            let pasted = full.clone().set(pointer, way(full.at(pointer)));
            let read = again(&pasted);
            for (name, value) in read.as_object().unwrap() {
                let differs = parts(value) != parts(&plain[name]);
                assert!(
                    !differs,
                    "{pointer}: {} is read as {value}",
                    pasted.at(pointer)
                );
            }
            tried += 1;
        }
    }
    assert!(tried >= 45, "{tried}");
}

/// A value without what an answer adds to it.
fn parts(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| {
                !["RoleName", "Path", "Type"].contains(&name.as_str())
                    || value["Id"] != json!(null) && *name == "Path"
            })
            .map(|(name, value)| (name.clone(), parts(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(parts).collect(),
        _ => value.clone(),
    }
}

#[test]
fn an_answer_that_is_not_whole_is_refused() {
    for (pointer, value, says) in [
        (
            "/accounts/0/regions/0/vaults",
            json!({"BackupVaultList": [], "NextToken": "x"}),
            "NextToken",
        ),
        (
            "/accounts/0/regions/0/keys/0/Grants",
            json!({"Grants": [], "Truncated": true}),
            "Truncated",
        ),
        (
            "/accounts/0/regions/0/keys/0/Aliases",
            json!({"Aliases": [], "Truncated": true}),
            "Truncated",
        ),
        (
            "/accounts/0/roles/0/Tags",
            json!({"Tags": [], "IsTruncated": true}),
            "tags",
        ),
        (
            "/accounts/0/roles/0/Simulated",
            json!({"EvaluationResults": [], "IsTruncated": true}),
            "IsTruncated",
        ),
        (
            "/accounts/0/roles",
            json!({"Roles": [{"Arn": ROLE}]}),
            "get-role",
        ),
        (
            "/accounts/0/roles/0/InlinePolicies",
            json!({"PolicyNames": ["x"]}),
            "get-role-policy",
        ),
    ] {
        let error = refusal(&Estate::rds().set(pointer, value.clone()));
        assert!(
            error.contains(says) && error.contains(pointer),
            "{value}: {error}"
        );
        assert!(error.starts_with("f.json:1:"), "{error}");
    }
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let policy = Estate::rds().at(DESTINATION_VAULT_POLICY).to_string();
    let key_policy = Estate::rds().at(KEY_POLICY).clone();
    for (pointer, value, says) in [
        (
            DESTINATION_VAULT_POLICY,
            json!({"BackupVaultArn": PROD, "Policy": policy}),
            "prod",
        ),
        (
            KEY_POLICY,
            json!({"Policy": key_policy, "PolicyName": "AWS_RAM"}),
            "AWS_RAM",
        ),
        (
            RAM_POLICY,
            json!({"Policy": key_policy, "PolicyName": "default"}),
            "`AWS_RAM`",
        ),
        (
            DESTINATION_VAULT_POLICY,
            json!({"Policy": key_policy, "PolicyName": "default"}),
            "of a key",
        ),
        (
            "/accounts/0/regions/0/keys/0/Aliases",
            json!({"Aliases": [{"AliasName": "alias/x", "TargetKeyId": "other"}]}),
            "other",
        ),
        (
            "/accounts/0/roles/0/AssumeRolePolicyDocument",
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
            "Principal",
        ),
        (
            "/accounts/0/tag_policy",
            json!({"EffectivePolicy": {"PolicyContent": "{\"plans\": {}}"}}),
            "`tags`",
        ),
    ] {
        let error = refusal(&Estate::rds().set(pointer, value.clone()));
        assert!(error.contains(says), "{value}: {error}");
    }
    for (pointer, name) in [(KEY_POLICY, "default"), (RAM_POLICY, "AWS_RAM")] {
        let answer = json!({"Policy": key_policy, "PolicyName": name});
        let text = Estate::rds().set(pointer, answer).0.to_string();
        let read = inventory::read("f.json", text.as_bytes());
        assert!(read.is_ok(), "{pointer}: {:?}", read.err());
    }
}
