//! The key that a bucket encrypts with by default, as a plan or a template sets it: what AWS Backup reads the bucket with.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use serde_json::{Value, json};

use super::terraform_types::{ACCOUNT, Change, KEY, field, is_unknown, planned};

const BUCKET: &str = "arn:aws:s3:::photos";
const RESOURCE: &str = "aws_s3_bucket_server_side_encryption_configuration.e";
const AWS_MANAGED: &str = "arn:aws:kms:eu-west-1:111122223333:key/aws-managed-s3";

/// What a change says of the bucket: whether it is encrypted, and with which key.
fn says(planned: &Planned) -> [Value; 2] {
    ["Encrypted", "EncryptionKeyArn"].map(|name| field(&planned.after, "resources", BUCKET, name))
}

fn rule(algorithm: &str, key: &Value) -> Value {
    json!([{"apply_server_side_encryption_by_default": [{"sse_algorithm": algorithm, "kms_master_key_id": key}]}])
}

fn set(algorithm: &str, key: &Value) -> Value {
    json!({"bucket": "photos", "rule": rule(algorithm, key)})
}

#[test]
fn a_plan_sets_the_key_of_a_bucket_that_stands() {
    let none = Value::Null;
    for (algorithm, key, expected) in [
        ("AES256", json!(null), json!(null)),
        ("AES256", json!(""), json!(null)),
        ("aws:kms", json!(KEY), json!(KEY)),
        ("aws:kms", json!("1111"), json!(KEY)),
        ("aws:kms:dsse", json!(KEY), json!(KEY)),
        ("aws:kms", json!(null), json!(AWS_MANAGED)),
        ("aws:kms", json!(""), json!(AWS_MANAGED)),
        ("aws:kms", json!("alias/aws/s3"), json!(AWS_MANAGED)),
    ] {
        for actions in [&["create"][..], &["update"], &["delete", "create"]] {
            let before = match actions {
                ["create"] => none.clone(),
                _ => set("AES256", &none),
            };
            let after = set(algorithm, &key);
            let plan = planned(&[Change(RESOURCE, actions, before, after, json!({}))]);
            assert_eq!(
                says(&plan),
                [json!(true), expected.clone()],
                "{algorithm} {key}"
            );
            assert_eq!(plan.open, Vec::<String>::new());
            assert_eq!(plan.places[BUCKET], [RESOURCE]);
            // A bucket that does not stand is not made by it.
            assert!(
                !super::terraform_types::over_base(&plan)
                    .to_string()
                    .contains(BUCKET)
            );
        }
    }
    let gone = Change(
        RESOURCE,
        &["delete"],
        set("aws:kms", &json!(KEY)),
        none,
        json!({}),
    );
    assert_eq!(says(&planned(&[gone])), [json!(true), Value::Null]);
}

#[test]
fn what_is_not_known_of_the_key_of_a_bucket_is_unknown() {
    let created = |after: Value, unknown: Value| {
        planned(&[Change(RESOURCE, &["create"], Value::Null, after, unknown)])
    };
    let open_key = json!({"rule": [{"apply_server_side_encryption_by_default": [{"kms_master_key_id": true}]}]});
    let no_key = json!({"bucket": "photos", "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]});
    for plan in [
        created(no_key, open_key),
        created(json!({"bucket": "photos"}), json!({"rule": true})),
        created(set("aws:new", &json!(KEY)), json!({})),
        created(set("aws:kms", &json!("alias/theirs")), json!({})),
        created(json!({"bucket": "photos", "rule": []}), json!({})),
    ] {
        let [_, key] = says(&plan);
        assert!(is_unknown(&key), "{}", plan.after.document);
    }
    let nowhere = created(
        json!({"rule": rule("AES256", &Value::Null)}),
        json!({"bucket": true}),
    );
    assert!(!nowhere.open.is_empty());
    // Two resources that say different things of one bucket.
    let both = planned(&[
        Change(
            RESOURCE,
            &["create"],
            Value::Null,
            set("AES256", &Value::Null),
            json!({}),
        ),
        Change(
            "aws_s3_bucket_server_side_encryption_configuration.f",
            &["create"],
            Value::Null,
            set("aws:kms", &json!(KEY)),
            json!({}),
        ),
    ]);
    assert!(is_unknown(&says(&both)[1]));
}

#[test]
fn a_key_that_the_same_plan_makes_is_the_key_of_the_bucket() {
    let expressions = json!({"rule": [{"apply_server_side_encryption_by_default": [
        {"kms_master_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}}]}]});
    let plan = json!({"format_version": "1.2", "resource_changes": [
        {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k", "change": {
            "actions": ["create"], "before": null, "after": {"is_enabled": true}, "after_unknown": {"arn": true, "key_id": true}}},
        {"address": RESOURCE, "mode": "managed", "type": "aws_s3_bucket_server_side_encryption_configuration", "name": "e", "change": {
            "actions": ["create"], "before": null,
            "after": {"bucket": "photos", "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]},
            "after_unknown": {"rule": [{"apply_server_side_encryption_by_default": [{"kms_master_key_id": true}]}]}}},
    ], "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": [
            {"mode": "managed", "type": "aws_kms_key", "name": "k", "provider_config_key": "aws", "expressions": {}},
            {"mode": "managed", "type": "aws_s3_bucket_server_side_encryption_configuration", "name": "e", "provider_config_key": "aws",
             "expressions": expressions},
        ]}}});
    let accounts = [("aws".to_owned(), AccountId::parse(ACCOUNT).unwrap())].into();
    let plan = terraform::read("p", plan.to_string().as_bytes(), &accounts, None).unwrap();
    let key = "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_key.k";
    assert_eq!(says(&plan), [json!(true), json!(key)]);
}

#[test]
fn a_bucket_that_a_plan_makes_is_on_keys_of_s3_where_nothing_says_otherwise() {
    let made = |values: Value, unknown: Value| {
        Change("aws_s3_bucket.b", &["create"], Value::Null, values, unknown)
    };
    let waits = json!({"arn": true, "server_side_encryption_configuration": true});
    let plain = || made(json!({"bucket": "photos"}), waits.clone());
    assert_eq!(says(&planned(&[plain()])), [json!(true), Value::Null]);
    let set = Change(
        RESOURCE,
        &["create"],
        Value::Null,
        set("aws:kms", &json!(KEY)),
        json!({}),
    );
    assert_eq!(says(&planned(&[plain(), set])), [json!(true), json!(KEY)]);
    let inline = json!({"bucket": "photos", "server_side_encryption_configuration": [{"rule": rule("aws:kms", &json!(KEY))}]});
    let plan = planned(&[made(inline.clone(), json!({"arn": true}))]);
    assert_eq!(says(&plan), [json!(true), json!(KEY)]);
    let tagged = Change(
        "aws_s3_bucket.b",
        &["update"],
        inline.clone(),
        inline,
        json!({}),
    );
    assert_eq!(says(&planned(&[tagged])), [json!(true), json!(KEY)]);
}

/// The key of a database of Timestream is that of its tables.
#[test]
fn a_database_whose_key_changes_leaves_the_answer_open() {
    let of = |key: &str, retention: u8| json!({"database_name": "d", "kms_key_id": key, "retention": retention});
    for (after, is_open) in [(of("k-2", 1), true), (of("k-1", 2), false)] {
        let database = Change(
            "aws_timestreamwrite_database.d",
            &["update"],
            of("k-1", 1),
            after,
            json!({}),
        );
        assert_eq!(!planned(&[database]).open.is_empty(), is_open);
    }
    let settings = Settings::default();
    let of = |key: &str, tag: &str| {
        json!({"Resources": {"D": {"Type": "AWS::Timestream::Database", "Properties": {"DatabaseName": "d", "KmsKeyId": key,
            "Tags": [{"Key": "a", "Value": tag}]}}}})
        .to_string()
    };
    for (after, is_open) in [(of("k-2", "a"), true), (of("k-1", "b"), false)] {
        let (before, file) = (of("k-1", "a"), "t.json");
        let change = [before.as_bytes(), after.as_bytes()].map(|bytes| (file, bytes));
        let plan = cloudformation::read_change(change[0], change[1], &settings).unwrap();
        assert_eq!(!plan.open.is_empty(), is_open, "{:?}", plan.open);
    }
}

fn template(encryption: &Value) -> Planned {
    let settings = Settings {
        account: AccountId::parse(ACCOUNT).ok(),
        region: Some(Region::new("eu-west-1")),
        ..Settings::default()
    };
    let mut properties = json!({"BucketName": "photos"});
    if !encryption.is_null() {
        properties["BucketEncryption"] = json!({"ServerSideEncryptionConfiguration": encryption});
    }
    let text = json!({"Parameters": {"X": {"Type": "String"}}, "Resources": {
        "K": {"Type": "AWS::KMS::Key", "Properties": {}},
        "B": {"Type": "AWS::S3::Bucket", "Properties": properties}}});
    cloudformation::read("t.json", text.to_string().as_bytes(), &settings).unwrap()
}

#[test]
fn a_template_sets_the_key_of_a_bucket() {
    let of = |algorithm: &str, key: Value| {
        let mut all = json!({"SSEAlgorithm": algorithm});
        if !key.is_null() {
            all["KMSMasterKeyID"] = key;
        }
        json!([{"ServerSideEncryptionByDefault": all}])
    };
    let own = "arn:aws:kms:eu-west-1:111122223333:key/K";
    for (encryption, expected) in [
        (Value::Null, Value::Null),
        (of("AES256", Value::Null), Value::Null),
        (of("aws:kms", json!(KEY)), json!(KEY)),
        (of("aws:kms:dsse", json!("1111")), json!(KEY)),
        (
            of("aws:kms", json!({"Fn::GetAtt": ["K", "Arn"]})),
            json!(own),
        ),
        (of("aws:kms", json!({"Ref": "K"})), json!(own)),
        (of("aws:kms", Value::Null), json!(AWS_MANAGED)),
    ] {
        let plan = template(&encryption);
        assert_eq!(says(&plan), [json!(true), expected], "{encryption}");
    }
    for encryption in [
        of("aws:kms", json!({"Ref": "X"})),
        of("aws:kms", json!({"Fn::ImportValue": "k"})),
        of("aws:new", json!(KEY)),
        json!([]),
    ] {
        let [_, key] = says(&template(&encryption));
        assert!(is_unknown(&key), "{encryption}");
    }
}
