//! Files that are no inventory: the error says where, and what was expected.

use backup_preflight::inventory::{self, ReadError};
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;

fn refused(text: &str) -> String {
    inventory::read("f.json", text.as_bytes())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_wrong_value_is_named_by_file_line_and_pointer() {
    let text = "{\n  \"schema\": \"backup-preflight/inventory/v1\",\n  \"accounts\": [\n    {\"account\": \"12\"}\n  ]\n}\n";
    let error = refused(text);
    assert!(error.starts_with("f.json:4:"), "{error}");
    assert!(error.contains("/accounts/0/account"), "{error}");
    let pointers = [
        (
            format!("{DESTINATION_VAULT}/Locked"),
            json!("yes"),
            "boolean",
        ),
        (
            format!("{DESTINATION_VAULT}/EncryptionKeyArn"),
            json!("key"),
            "arn",
        ),
        (
            format!("{RESOURCE_KEY}/Policy"),
            json!({"Statement": 1}),
            "policy document",
        ),
        (format!("{COPY}/start"), json!("now"), "on-demand"),
        (
            format!("{COPY}/lifecycle/DeleteAfterDays"),
            json!("35"),
            "i64",
        ),
        ("/collected_at".to_owned(), json!("yesterday"), "RFC 3339"),
        (
            format!("{SOURCE}/region_settings"),
            json!({"ResourceTypeOptInPreference": {"DynamoDB": true}, "ResourceTypeManagementPreference": {"dynamodb": false}}),
            "`DynamoDB`, as AWS writes it",
        ),
        (
            format!("{SOURCE}/region_settings"),
            json!({"ResourceTypeOptInPreference": {"DynamoBD": true}}),
            "expected `DynamoDB`",
        ),
        (
            "/schema".to_owned(),
            json!("backup-preflight/inventory/v9"),
            "inventory/v1",
        ),
        ("/accounts".to_owned(), json!({}), "sequence"),
    ];
    for (pointer, value, expected) in pointers {
        let error = refused(&Estate::rds().set(&pointer, value).0.to_string());
        assert!(error.contains(&pointer), "{pointer}: {error}");
        assert!(
            error.to_lowercase().contains(&expected.to_lowercase()),
            "{pointer}: {error}"
        );
    }
}

#[test]
fn a_database_lies_in_a_zone_of_its_own_region() {
    let in_zone = |zone: &str| {
        let detail = json!({"Engine": "postgres", "AvailabilityZone": zone});
        let estate = Estate::rds().set(&format!("{RESOURCE}/Detail"), detail);
        inventory::read("f.json", estate.0.to_string().as_bytes())
    };
    for zone in ["us-east-2a", "us-east-2-chi-1a"] {
        assert!(in_zone(zone).is_ok(), "{zone}");
    }
    let error = in_zone("us-west-2a").unwrap_err().to_string();
    assert!(
        error.contains("`AvailabilityZone` of `Detail` is `us-west-2a`"),
        "{error}"
    );
}

#[test]
fn what_is_missing_is_named() {
    for (field, place) in [
        ("BackupVaultArn", DESTINATION_VAULT),
        ("destination_vault", COPY),
        ("id", COPY),
        ("Arn", COPY_ROLE),
    ] {
        let error = refused(
            &Estate::rds()
                .without(&format!("{place}/{field}"))
                .0
                .to_string(),
        );
        assert!(
            error.contains(field) && error.contains(place),
            "{field}: {error}"
        );
    }
    assert!(refused("{}").contains("schema"));
}

#[test]
fn a_key_that_stands_twice_is_an_error_at_every_level() {
    let twice = |text: &str, field: &str| {
        let (from, to) = (
            format!("\"{field}\":"),
            format!("\"{field}\":null,\"{field}\":"),
        );
        let changed = text.replacen(&from, &to, 1);
        assert_ne!(changed, text, "{field}");
        refused(&changed)
    };
    let text = Estate::rds()
        .set("/x-odd", json!({"inner": {"deep": 1}}))
        .set(&format!("{RESOURCE}/Detail"), json!({"Engine": "postgres"}))
        .0
        .to_string();
    for field in [
        "accounts",
        "organization",
        "AccessPolicy",
        "Statement",
        "Sid",
        "KeyState",
        "x-odd",
        "deep",
        "Engine",
        "Origin",
    ] {
        let error = twice(&text, field);
        assert!(
            error.contains("duplicate") && error.contains(field),
            "{field}: {error}"
        );
    }
}

#[test]
fn an_unknown_field_of_the_frame_is_a_stranger_with_the_nearest_name() {
    let estate = Estate::rds()
        .set("/copeis", json!([]))
        .set("/accounts/0/role", json!([]))
        .set(&format!("{SOURCE}/vault_complete"), json!(true))
        .set(&format!("{COPY}/destination"), json!("x"))
        .set(&format!("{RESOURCE_KEY}/Polcy"), json!({}))
        .set("/zzzzzzzzzzzzzzzzzzzz", json!(1));
    let inventory = inventory::read("f.json", estate.0.to_string().as_bytes()).unwrap();
    let unknown_fields = inventory::unknown_fields("f.json", &inventory);
    let found: Vec<_> = unknown_fields
        .iter()
        .map(|odd| (odd.pointer.as_str(), odd.nearest))
        .collect();
    assert_eq!(
        found,
        [
            ("/copeis", Some("copies")),
            ("/zzzzzzzzzzzzzzzzzzzz", None),
            ("/accounts/0/role", Some("roles")),
            (
                "/accounts/0/regions/0/vault_complete",
                Some("vaults_complete")
            ),
            ("/accounts/0/regions/0/keys/0/Polcy", Some("Policy")),
            ("/copies/0/destination", Some("destination_vault")),
        ],
        "each with the name that it may have been meant to be"
    );
    assert!(
        unknown_fields[0]
            .to_string()
            .contains("did you mean `copies`?")
    );
}

#[test]
fn what_one_file_says_twice_of_an_object_must_agree() {
    let twice = Estate::rds();
    let mut key = twice.at(RESOURCE_KEY).clone();
    let same = twice.clone().push(&format!("{SOURCE}/keys"), key.clone());
    assert_eq!(same.verdict(), Estate::rds().verdict());
    key["KeyState"] = json!("Disabled");
    let error = inventory::read(
        "f.json",
        twice
            .push(&format!("{SOURCE}/keys"), key)
            .0
            .to_string()
            .as_bytes(),
    );
    assert!(
        matches!(error, Err(ReadError::Conflict { .. })),
        "{error:?}"
    );
}

/// What is read of them would be taken for something else, or for nothing.
#[test]
fn a_date_or_a_word_of_another_form_is_an_error() {
    let point =
        "arn:aws:backup:us-east-2:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45";
    let in_point = format!("{SOURCE}/recovery_points/0/CompletionDate");
    let in_job = format!("{SOURCE}/copy_jobs");
    let detail = format!("{RESOURCE}/Detail");
    let cluster = |detail: Value| json!({"ResourceArn": "arn:aws:dsql:us-east-2:111122223333:cluster/abc", "ResourceType": "Aurora DSQL", "Detail": detail});
    for (pointer, value, says) in [
        (&in_point, json!("never"), "`CompletionDate`"),
        (&in_point, json!(["x"]), "`CompletionDate`"),
        (
            &in_job,
            json!([{"CopyJobId": "j", "CompletionDate": {}}]),
            "`CompletionDate`",
        ),
        (
            &detail,
            json!({"InstanceCreateTime": "long ago"}),
            "`InstanceCreateTime`",
        ),
        (
            &detail,
            json!({"AvailabilityZone": "US-EAST-2A"}),
            "`AvailabilityZone`",
        ),
        (
            &RESOURCE.to_owned(),
            cluster(json!({"encryptionDetails": {"encryptionStaus": "ENABLED"}})),
            "`encryptionStatus`",
        ),
        (
            &RESOURCE.to_owned(),
            cluster(json!({"statsu": "DELETING"})),
            "`status`",
        ),
        (
            &"/accounts/0/organization/FeatureSet".to_owned(),
            json!("all"),
            "`FeatureSet`",
        ),
        (
            &"/accounts/0/organization/FeatureSet".to_owned(),
            json!(1),
            "`FeatureSet`",
        ),
        (
            &"/accounts/0/organization/FeatureSte".to_owned(),
            json!("ALL"),
            "`FeatureSet`",
        ),
    ] {
        let estate = Estate::efs().of_point(point).set(pointer, value.clone());
        let error = inventory::read("f.json", estate.0.to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().contains(says), "{value}: {error}");
    }
    let tagged = cluster(json!({"status": "ACTIVE", "tags": {"statu": "x"}}));
    let estate = Estate::efs().set(RESOURCE, tagged);
    assert!(inventory::read("f.json", estate.0.to_string().as_bytes()).is_ok());
}
