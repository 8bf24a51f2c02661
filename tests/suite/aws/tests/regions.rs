//! Regions: AWS Account Management, Amazon EC2, and Regions that an account has not opted in to.

use serde_json::{Value, json};

use super::client::{Client, Got, REGION, served};

fn account(client: &mut Client, path: &str, args: &Value) -> Got {
    let headers = [("Content-Type", "application/json")];
    client.send("account", "POST", path, &headers, &args.to_string())
}

#[test]
fn a_region_is_opted_in_or_not_or_needs_no_opting_in() {
    let server = served();
    let mut client = Client::source(&server);
    for (region, status) in [
        (REGION, "ENABLED_BY_DEFAULT"),
        ("ap-east-1", "DISABLED"),
        ("af-south-1", "ENABLED"),
    ] {
        let got = account(
            &mut client,
            "/getRegionOptStatus",
            &json!({"RegionName": region}),
        );
        assert_eq!(got.json()["RegionOptStatus"], status, "{region}");
    }
    let args = json!({"RegionOptStatusContains": ["DISABLED"]});
    let got = account(&mut client, "/listRegions", &args).json();
    assert_eq!(
        got["Regions"],
        json!([{"RegionName": "ap-east-1", "RegionOptStatus": "DISABLED"}])
    );
    server.finish();
}

#[test]
fn ec2_has_names_of_its_own_on_the_wire() {
    let server = served();
    let mut client = Client::source(&server);
    let got = client.form("ec2", "2016-11-15", "GetAllowedImagesSettings", &[]);
    assert_eq!(got.element("state").unwrap(), "audit-mode");
    let set =
        "<imageCriterionSet><item><imageProviderSet><item>amazon</item><item>111122223333</item>";
    assert!(got.body.contains(set), "{}", got.body);
    let got = client.form(
        "ec2",
        "2016-11-15",
        "DescribeRegions",
        &[("AllRegions", "true")],
    );
    assert_eq!(
        got.elements("optInStatus"),
        ["opt-in-not-required", "not-opted-in", "opted-in"]
    );
    server.finish();
}

#[test]
fn a_region_that_is_not_opted_in_does_not_know_the_accounts_keys() {
    let server = served();
    let mut client = Client::source(&server);
    client.region = "ap-east-1".to_owned();
    let got = client.get("/backup-vaults");
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "UnrecognizedClientException")
    );
    let got = client.form("ec2", "2016-11-15", "DescribeRegions", &[]);
    assert_eq!((got.status, got.code().as_str()), (401, "AuthFailure"));
    server.finish();
}
