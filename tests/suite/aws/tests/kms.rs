//! AWS KMS.

use serde_json::{Value, json};

use super::client::{Client, DESTINATION, served, source_region};

const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/00000001-aaaa-bbbb-cccc-111122223333";
const FOREIGN: &str = "arn:aws:kms:us-east-2:444455556666:key/00000003-aaaa-bbbb-cccc-444455556666";

#[test]
fn a_key_is_found_by_its_id_its_arn_its_alias_and_its_aliass_arn() {
    let server = served();
    let mut client = Client::source(&server);
    for id in [
        KEY,
        "00000001-aaaa-bbbb-cccc-111122223333",
        "alias/orders",
        "arn:aws:kms:us-east-2:111122223333:alias/orders-2",
    ] {
        let got = client.kms("DescribeKey", &json!({"KeyId": id})).json();
        assert_eq!(got["KeyMetadata"]["Arn"], KEY, "{id}");
        assert_eq!(got["KeyMetadata"]["Enabled"], true);
        assert!(got["KeyMetadata"].get("Policy").is_none(), "{got}");
    }
    let subjects: Vec<_> = server
        .finish()
        .into_iter()
        .map(|entry| entry.subject)
        .collect();
    assert_eq!(subjects, [KEY; 4]);
}

#[test]
fn a_key_that_was_looked_up_and_is_not_there_is_not_found() {
    let server = served();
    let mut client = Client::source(&server);
    let gone = KEY.replace("00000001", "00000006");
    for id in [gone.as_str(), "alias/none"] {
        let got = client.kms("DescribeKey", &json!({"KeyId": id}));
        assert_eq!(
            (got.status, got.code().as_str()),
            (400, "NotFoundException"),
            "{id}"
        );
    }
    client.region = "af-south-1".to_owned();
    let got = client.kms("DescribeKey", &json!({"KeyId": KEY}));
    assert_eq!(got.code(), "NotFoundException");
    server.finish();
}

#[test]
fn a_policy_is_text_whether_the_inventory_has_an_object_or_text() {
    let server = served();
    let mut client = Client::source(&server);
    let keys = source_region()["keys"].clone();
    let policy = |client: &mut Client, id: &Value| -> Value {
        let got = client
            .kms(
                "GetKeyPolicy",
                &json!({"KeyId": id, "PolicyName": "default"}),
            )
            .json();
        serde_json::from_str(got["Policy"].as_str().unwrap()).unwrap()
    };
    assert_eq!(policy(&mut client, &keys[0]["Arn"]), keys[0]["Policy"]);
    let text: Value = serde_json::from_str(keys[3]["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy(&mut client, &keys[3]["Arn"]), text);
    server.finish();
}

#[test]
fn the_policy_and_the_aliases_of_a_foreign_key_are_not_to_be_had() {
    let server = served();
    let mut client = Client::source(&server);
    for operation in ["GetKeyPolicy", "ListAliases", "ListResourceTags"] {
        let got = client.kms(operation, &json!({"KeyId": FOREIGN}));
        assert_eq!(got.code(), "AccessDeniedException", "{operation}");
    }
    server.finish();
}

#[test]
fn a_foreign_key_is_described_where_it_is_shared() {
    let server = served();
    let mut client = Client::source(&server);
    let ask = json!({"KeyId": FOREIGN});
    assert_eq!(
        client.kms("DescribeKey", &ask).code(),
        "AccessDeniedException"
    );
    server.share_key(FOREIGN, "111122223333");
    assert_eq!(
        client.kms("DescribeKey", &ask).json()["KeyMetadata"]["Arn"],
        FOREIGN
    );
    assert_eq!(
        client
            .kms("DescribeKey", &json!({"KeyId": "alias/central"}))
            .code(),
        "NotFoundException"
    );
    server.finish();
}

#[test]
fn aliases_are_listed_by_key_and_all_together() {
    let server = served();
    let mut client = Client::source(&server);
    let names = |got: Value| -> Vec<Value> {
        got["Aliases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alias| alias["AliasName"].clone())
            .collect()
    };
    let of_key = client.kms("ListAliases", &json!({"KeyId": KEY})).json();
    assert_eq!(names(of_key), ["alias/orders", "alias/orders-2"]);
    let all = client.kms("ListAliases", &json!({})).json();
    let unused = all["Aliases"].as_array().unwrap().last().unwrap();
    assert!(
        unused.get("TargetKeyId").is_none(),
        "AWS has aliases without a key: {unused}"
    );
    assert_eq!(names(all).len(), 5);
    server.finish();
}

#[test]
fn grants_come_in_pages_with_markers() {
    let server = served();
    let mut client = Client::source(&server);
    let first = client
        .kms("ListGrants", &json!({"KeyId": KEY, "Limit": 2}))
        .json();
    assert_eq!(
        (
            first["Grants"].as_array().unwrap().len(),
            &first["Truncated"]
        ),
        (2, &json!(true))
    );
    let next = json!({"KeyId": KEY, "Limit": 2, "Marker": first["NextMarker"]});
    let second = client.kms("ListGrants", &next).json();
    assert_eq!(
        (&second["Truncated"], &second["Grants"][0]["GrantId"]),
        (&json!(false), &json!("g2"))
    );
    assert_eq!(second["Grants"][0]["CreationDate"], 1_735_787_045);
    server.finish();
}

#[test]
fn a_gap_that_nobody_asked_about_fails_the_test_when_it_is_asked() {
    let server = served();
    Client::of(&server, DESTINATION).kms("ListGrants", &json!({"KeyId": FOREIGN}));
    let complaints = server.take_complaints();
    assert!(complaints[0].contains("nobody had asked"), "{complaints:?}");
}
