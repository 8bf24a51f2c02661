//! A global table of DynamoDB is a table in each Region that it has a replica in.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use crate::support::estate::FROM;

fn planned(properties: Value) -> Planned {
    let settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        ..Settings::default()
    };
    let template = json!({"Resources": {"G": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}}});
    cloudformation::read("t.json", template.to_string().as_bytes(), &settings).unwrap()
}

/// A field of the table of each Region.
fn field(planned: &Planned, name: &str) -> Vec<(String, Value)> {
    let regions = &planned.after.document["accounts"][0]["regions"];
    let regions = regions.as_array().unwrap().iter();
    let tables = regions.flat_map(|region| region["resources"].as_array().unwrap());
    let each = tables.map(|table| {
        let arn = table["ResourceArn"].as_str().unwrap();
        (arn.to_owned(), table[name].clone())
    });
    each.collect()
}

fn arn(region: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{FROM}:table/orders")
}

#[test]
fn each_replica_has_its_own_tags_and_key() {
    let key = |region: &str| {
        format!("arn:aws:kms:{region}:{FROM}:key/11111111-aaaa-4bbb-8ccc-000000000009")
    };
    let replica = |region: &str, tier: &str| {
        json!({"Region": region, "Tags": [{"Key": "tier", "Value": tier}],
            "SSESpecification": {"KMSMasterKeyId": key(region)}})
    };
    let planned = planned(
        json!({"TableName": "orders", "SSESpecification": {"SSEEnabled": true, "SSEType": "KMS"},
        "Replicas": [replica("us-east-2", "one"), replica("us-west-2", "two")]}),
    );
    assert_eq!(
        field(&planned, "Tags"),
        [
            (arn("us-east-2"), json!({"tier": "one"})),
            (arn("us-west-2"), json!({"tier": "two"}))
        ]
    );
    let keys = ["us-east-2", "us-west-2"].map(|region| (arn(region), json!(key(region))));
    assert_eq!(field(&planned, "EncryptionKeyArn"), keys);
    assert!(planned.open.is_empty(), "{:?}", planned.open);
}

#[test]
fn without_a_key_it_is_on_one_of_aws() {
    let replicas = json!([{"Region": "us-east-2"}, {"Region": "us-west-2"}]);
    let owned = planned(json!({"TableName": "orders", "Replicas": replicas}));
    let none = ["us-east-2", "us-west-2"].map(|region| (arn(region), Value::Null));
    assert_eq!(field(&owned, "EncryptionKeyArn"), none);
    let managed = planned(
        json!({"TableName": "orders", "Replicas": replicas, "SSESpecification": {"SSEEnabled": true}}),
    );
    for (_, key) in field(&managed, "EncryptionKeyArn") {
        let key = key.as_str().unwrap();
        assert!(key.contains("key/aws-managed-dynamodb"), "{key}");
    }
}

#[test]
fn replicas_that_are_not_known_leave_the_answer_open() {
    for replicas in [
        json!({"Ref": "Nobody"}),
        json!([{"Region": {"Ref": "Nobody"}, "Tags": []}]),
    ] {
        let planned = planned(json!({"TableName": "orders", "Replicas": replicas}));
        assert!(!planned.open.is_empty(), "{replicas}");
    }
}
