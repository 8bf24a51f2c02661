//! AWS Organizations.

use serde_json::{Value, json};

use super::client::{Client, DESTINATION, MANAGEMENT, SOURCE, inventory, served};

#[test]
fn every_member_sees_the_organization_and_only_administrators_its_tree() {
    let server = served();
    let ids = |got: &super::client::Got| got.json()["Organization"]["MasterAccountId"].clone();
    for account in [SOURCE, DESTINATION, MANAGEMENT] {
        assert_eq!(
            ids(&Client::of(&server, account).organizations("DescribeOrganization", &json!({}))),
            MANAGEMENT
        );
    }
    let mut member = Client::of(&server, DESTINATION);
    for (operation, args) in [
        ("ListRoots", json!({})),
        ("ListParents", json!({"ChildId": DESTINATION})),
        (
            "ListPoliciesForTarget",
            json!({"TargetId": "r-ab12", "Filter": "SERVICE_CONTROL_POLICY"}),
        ),
        ("DescribePolicy", json!({"PolicyId": "p-FullAWSAccess"})),
        ("ListAccounts", json!({})),
    ] {
        let got = member.organizations(operation, &args);
        assert_eq!(
            (got.status, got.code().as_str()),
            (400, "AccessDeniedException"),
            "{operation}"
        );
    }
    server.delegate(DESTINATION);
    assert_eq!(member.organizations("ListRoots", &json!({})).status, 200);
    server.finish();
}

#[test]
fn an_account_without_an_organization_is_told_so() {
    let server = served();
    let got = Client::of(&server, "222222222222").organizations("DescribeOrganization", &json!({}));
    assert_eq!(got.code(), "AWSOrganizationsNotInUseException");
    server.finish();
}

#[test]
fn the_tree_is_climbed_from_the_account_to_the_root() {
    let server = served();
    let mut client = Client::of(&server, MANAGEMENT);
    let mut parent = |child: &str| {
        let got = client.organizations("ListParents", &json!({"ChildId": child}));
        got.json()["Parents"].clone()
    };
    assert_eq!(
        parent(SOURCE),
        json!([{"Id": "ou-ab12-11111111", "Type": "ORGANIZATIONAL_UNIT"}])
    );
    assert_eq!(
        parent("ou-ab12-11111111"),
        json!([{"Id": "r-ab12", "Type": "ROOT"}])
    );
    let roots = client.organizations("ListRoots", &json!({})).json();
    assert_eq!(roots["Roots"][0]["Id"], "r-ab12");
    let enabled = json!([{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]);
    assert_eq!(roots["Roots"][0]["PolicyTypes"], enabled);
    server.finish();
}

#[test]
fn each_step_of_the_tree_has_the_policies_of_its_level() {
    let server = served();
    let mut client = Client::of(&server, MANAGEMENT);
    let mut attached = |target: &str, filter: &str| -> Vec<Value> {
        let args = json!({"TargetId": target, "Filter": filter});
        let got = client.organizations("ListPoliciesForTarget", &args).json();
        got["Policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["Id"].clone())
            .collect()
    };
    assert_eq!(
        attached("r-ab12", "SERVICE_CONTROL_POLICY"),
        ["p-FullAWSAccess"]
    );
    assert_eq!(
        attached("ou-ab12-11111111", "SERVICE_CONTROL_POLICY"),
        ["p-FullAWSAccess", "p-guard0001"]
    );
    assert_eq!(
        attached(SOURCE, "SERVICE_CONTROL_POLICY"),
        ["p-FullAWSAccess"]
    );
    assert!(attached(SOURCE, "RESOURCE_CONTROL_POLICY").is_empty());
    let got = client
        .organizations("DescribePolicy", &json!({"PolicyId": "p-guard0001"}))
        .json();
    let content: Value = serde_json::from_str(got["Policy"]["Content"].as_str().unwrap()).unwrap();
    assert_eq!(
        content,
        inventory()["accounts"][0]["service_control_policies"][1][1]["Document"]
    );
    server.finish();
}

#[test]
fn an_account_asks_for_its_own_effective_policy() {
    let server = served();
    let mut client = Client::of(&server, SOURCE);
    let got = client
        .organizations(
            "DescribeEffectivePolicy",
            &json!({"PolicyType": "TAG_POLICY"}),
        )
        .json();
    let content = got["EffectivePolicy"]["PolicyContent"].as_str().unwrap();
    let content: Value = serde_json::from_str(content).unwrap();
    assert_eq!(content, inventory()["accounts"][0]["tag_policy"]);
    let none = client.organizations(
        "DescribeEffectivePolicy",
        &json!({"PolicyType": "BACKUP_POLICY"}),
    );
    assert_eq!(none.code(), "EffectivePolicyNotFoundException");
    server.finish();
}

#[test]
fn accounts_have_their_paths() {
    let server = served();
    let got = Client::of(&server, MANAGEMENT)
        .organizations("ListAccounts", &json!({}))
        .json();
    assert_eq!(
        got["Accounts"][0]["Paths"],
        json!(["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/111122223333/"])
    );
    assert_eq!(got["Accounts"].as_array().unwrap().len(), 3);
    server.finish();
}

#[test]
fn levels_that_do_not_fit_the_path_fail_the_test() {
    let mut inventory = inventory();
    inventory["accounts"][0]["service_control_policies"] = json!([[]]);
    let server = super::super::Server::start(inventory);
    let args = json!({"TargetId": SOURCE, "Filter": "SERVICE_CONTROL_POLICY"});
    Client::of(&server, MANAGEMENT).organizations("ListPoliciesForTarget", &args);
    assert!(server.take_complaints()[0].contains("1 levels for the 3 steps"));
}
