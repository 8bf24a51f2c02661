//! The replicas of a table that a plan makes or changes: tables of their Regions, each with its key and its tags.

use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use super::plan_facts::{change, plan, planned};
use crate::support::estate::FROM;

fn arn(region: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{FROM}:table/orders")
}

fn key(region: &str) -> String {
    format!("arn:aws:kms:{region}:{FROM}:key/11111111-aaaa-4bbb-8ccc-000000000009")
}

/// A field of each table, by its Region.
fn field(planned: &Planned, name: &str) -> Vec<(String, Value)> {
    let regions = planned.after.document["accounts"][0]["regions"]
        .as_array()
        .unwrap();
    let each = regions.iter().flat_map(|region| {
        let tables = region["resources"].as_array().into_iter().flatten();
        tables.map(|table| {
            let of = table["ResourceArn"].as_str().unwrap();
            let region = region["region"].as_str().unwrap();
            assert_eq!(of, arn(region));
            (
                region.to_owned(),
                table.get(name).cloned().unwrap_or(json!("unsaid")),
            )
        })
    });
    each.collect()
}

fn of(region: &str, value: Value) -> (String, Value) {
    (region.to_owned(), value)
}

/// A table with these replicas, and encrypted so.
fn table(replicas: Value, encryption: Value) -> Value {
    json!({"name": "orders", "server_side_encryption": encryption, "replica": replicas, "tags": {"tier": "one"}, "tags_all": {"tier": "one"}})
}

fn replica(region: &str, key: Value, propagates: bool) -> Value {
    json!({"region_name": region, "kms_key_arn": key, "propagate_tags": propagates})
}

fn made(table: Value, unknown: Value) -> Planned {
    let mut marks = json!({"arn": true, "id": true});
    marks
        .as_object_mut()
        .unwrap()
        .extend(unknown.as_object().unwrap().clone());
    planned(&plan(
        FROM,
        &[change("aws_dynamodb_table.t", Value::Null, table, marks)],
    ))
}

#[test]
fn each_replica_has_its_own_key_and_the_tags_that_are_given_to_it() {
    let replicas = json!([
        replica("us-west-2", json!(key("us-west-2")), true),
        replica("eu-west-1", json!(key("eu-west-1")), false)
    ]);
    let encryption = json!([{"enabled": true, "kms_key_arn": key("us-east-2")}]);
    let planned = made(table(replicas, encryption), json!({}));
    let keys = ["eu-west-1", "us-east-2", "us-west-2"].map(|region| of(region, json!(key(region))));
    assert_eq!(field(&planned, "EncryptionKeyArn"), keys);
    let one = json!({"tier": "one"});
    assert_eq!(
        field(&planned, "Tags"),
        [
            of("eu-west-1", json!({})),
            of("us-east-2", one.clone()),
            of("us-west-2", one)
        ]
    );
    assert_eq!(planned.makes.len(), 3);
    assert!(planned.open.is_empty(), "{:?}", planned.open);
}

#[test]
fn without_a_key_of_its_own_it_is_on_one_of_aws_or_on_one_that_is_not_known() {
    // The key that nobody sets waits for apply.
    let replicas = json!([{"region_name": "us-west-2", "propagate_tags": false}]);
    let marks = json!({"replica": [{"kms_key_arn": true, "arn": true}]});
    let configured = |expressions: Value| {
        let after = |encryption: Value| table(replicas.clone(), encryption);
        let of = |encryption: Value| {
            let mut unknown = marks.clone();
            unknown.as_object_mut().unwrap().extend(
                json!({"arn": true, "id": true})
                    .as_object()
                    .unwrap()
                    .clone(),
            );
            let mut whole = plan(
                FROM,
                &[change(
                    "aws_dynamodb_table.t",
                    Value::Null,
                    after(encryption),
                    unknown,
                )],
            );
            whole["configuration"]["root_module"]["resources"][0]["expressions"]["replica"] =
                expressions.clone();
            field(&planned(&whole), "EncryptionKeyArn")[1].1.clone()
        };
        [
            json!([]),
            json!([{"enabled": true, "kms_key_arn": null}]),
            json!([{"enabled": true, "kms_key_arn": key("us-east-2")}]),
        ]
        .map(of)
    };
    let unset = json!([{"region_name": {"constant_value": "us-west-2"}}]);
    let [owned, managed, named] = configured(unset);
    assert_eq!(owned, Value::Null);
    assert_eq!(
        managed,
        json!(format!(
            "arn:aws:kms:us-west-2:{FROM}:key/aws-managed-dynamodb"
        ))
    );
    assert!(named["unknown"].is_string(), "{named}");
    // Nothing says whether a dynamic block sets it.
    let [owned, managed, _] = configured(json!([]));
    assert_eq!(owned, Value::Null);
    assert!(managed["unknown"].is_string(), "{managed}");
}

#[test]
fn a_replica_may_come_and_go() {
    let with = |region: &str| {
        let mut all = table(json!([replica(region, json!(""), false)]), json!([]));
        all["arn"] = json!(arn("us-east-2"));
        all
    };
    let changes = change(
        "aws_dynamodb_table.t",
        with("us-west-2"),
        with("eu-west-1"),
        json!({}),
    );
    let moved = planned(&plan(FROM, &[changes]));
    assert_eq!(
        field(&moved, "ResourceType"),
        [
            of("eu-west-1", json!("DynamoDB")),
            of("us-east-2", json!("DynamoDB")),
            of("us-west-2", json!(null))
        ]
    );
    assert_eq!(moved.makes.keys().collect::<Vec<_>>(), [&arn("eu-west-1")]);
    // One that stays keeps the tags that it has.
    let stays = planned(&plan(
        FROM,
        &[change(
            "aws_dynamodb_table.t",
            with("us-west-2"),
            with("us-west-2"),
            json!({}),
        )],
    ));
    assert_eq!(field(&stays, "Tags")[1], of("us-west-2", json!("unsaid")));
    let gone = planned(&plan(
        FROM,
        &[change(
            "aws_dynamodb_table.t",
            with("us-west-2"),
            Value::Null,
            json!({}),
        )],
    ));
    assert_eq!(
        field(&gone, "ResourceType"),
        ["us-east-2", "us-west-2"].map(|region| of(region, json!(null)))
    );
}

#[test]
fn replicas_that_are_not_known_leave_the_answer_open() {
    let whole = made(json!({"name": "orders"}), json!({"replica": true}));
    assert!(
        whole
            .open
            .iter()
            .any(|why| why.contains("replicas are not known")),
        "{:?}",
        whole.open
    );
    let marks = json!({"replica": [{"region_name": true}]});
    let region = made(table(json!([{"propagate_tags": false}]), json!([])), marks);
    assert!(
        region
            .open
            .iter()
            .any(|why| why.contains("replicas are not known")),
        "{:?}",
        region.open
    );
}

#[test]
fn a_replica_that_is_a_resource_of_its_own_is_a_table_of_its_region() {
    let of_table = change(
        "aws_dynamodb_table.t",
        Value::Null,
        table(json!([]), json!([])),
        json!({"arn": true, "id": true}),
    );
    let mut after = json!({"kms_key_arn": null, "tags": {"tier": "two"}, "tags_all": {"tier": "two"}, "region": "us-west-2"});
    let marks = json!({"arn": true, "id": true, "global_table_arn": true, "kms_key_arn": true});
    let with = |after: &Value| {
        let own = change(
            "aws_dynamodb_table_replica.r",
            Value::Null,
            after.clone(),
            marks.clone(),
        );
        let mut whole = plan(FROM, &[of_table.clone(), own]);
        whole["configuration"]["root_module"]["resources"][1]["expressions"] = json!({"global_table_arn": {"references": ["aws_dynamodb_table.t.arn", "aws_dynamodb_table.t"]}});
        planned(&whole)
    };
    let planned = with(&after);
    assert_eq!(
        field(&planned, "Tags"),
        [
            of("us-east-2", json!({"tier": "one"})),
            of("us-west-2", json!({"tier": "two"}))
        ]
    );
    assert_eq!(
        field(&planned, "EncryptionKeyArn")[1],
        of("us-west-2", Value::Null)
    );
    after["kms_key_arn"] = json!(key("us-west-2"));
    let own = change(
        "aws_dynamodb_table_replica.r",
        Value::Null,
        after,
        json!({"arn": true, "id": true, "global_table_arn": true}),
    );
    let lost = super::plan_facts::planned(&plan(FROM, &[own]));
    assert!(
        lost.open
            .iter()
            .any(|why| why.contains("a table that is not known")),
        "{:?}",
        lost.open
    );
}
