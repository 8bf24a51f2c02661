//! Amazon DynamoDB.

use serde_json::json;

use super::client::{Client, served};

#[test]
fn a_table_on_a_key_of_dynamodb_says_nothing_of_its_encryption() {
    let server = served();
    let got = Client::source(&server)
        .dynamodb("DescribeTable", &json!({"TableName": "owned"}))
        .json();
    assert!(got["Table"].get("SSEDescription").is_none(), "{got}");
    assert_eq!(got["Table"]["CreationDateTime"], 1_746_421_505.055);
    assert_eq!(got["Table"]["ItemCount"], 3);
    server.finish();
}

#[test]
fn a_table_on_a_kms_key_names_it() {
    let server = served();
    let name = "arn:aws:dynamodb:us-east-2:111122223333:table/keyed";
    let got = Client::source(&server)
        .dynamodb("DescribeTable", &json!({"TableName": name}))
        .json();
    assert_eq!(
        got["Table"]["SSEDescription"],
        json!({
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": "arn:aws:kms:us-east-2:111122223333:key/00000001-aaaa-bbbb-cccc-111122223333",
        })
    );
    server.finish();
}

#[test]
fn tags_come_ten_at_a_time() {
    let server = served();
    let mut client = Client::source(&server);
    let mut ask = json!({"ResourceArn": "arn:aws:dynamodb:us-east-2:111122223333:table/keyed"});
    let first = client.dynamodb("ListTagsOfResource", &ask).json();
    ask["NextToken"] = first["NextToken"].clone();
    let second = client.dynamodb("ListTagsOfResource", &ask).json();
    let count = |page: &serde_json::Value| page["Tags"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (10, 2));
    assert!(second.get("NextToken").is_none());
    server.finish();
}

#[test]
fn a_table_that_is_not_there_is_not_found() {
    let server = served();
    let got = Client::source(&server).dynamodb("DescribeTable", &json!({"TableName": "gone"}));
    assert_eq!(
        (got.status, got.code().as_str()),
        (400, "ResourceNotFoundException")
    );
    assert_eq!(
        got.json()["__type"],
        "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    );
    server.finish();
}
