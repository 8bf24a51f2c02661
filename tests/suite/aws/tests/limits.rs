//! What the inventory is silent about fails the test.

use serde_json::{Value, json};

use super::client::{Client, DESTINATION, SOURCE, inventory};
use crate::aws::Server;

/// What the server complains of when something is taken out of the inventory and then asked for.
fn complaint(change: impl FnOnce(&mut Value), ask: impl FnOnce(&mut Client)) -> String {
    let mut inventory = inventory();
    change(&mut inventory);
    let server = Server::start(inventory);
    ask(&mut Client::of(&server, SOURCE));
    server.take_complaints().join("; ")
}

fn region(inventory: &mut Value) -> &mut Value {
    &mut inventory["accounts"][0]["regions"][0]
}

fn remove(value: &mut Value, field: &str) {
    value.as_object_mut().unwrap().remove(field).unwrap();
}

#[test]
fn a_field_that_was_not_looked_up() {
    let said = complaint(
        |inventory| remove(&mut region(inventory)["vaults"][0], "AccessPolicy"),
        |client| drop(client.get("/backup-vaults/prod/access-policy")),
    );
    assert_eq!(
        said,
        "backup:GetBackupVaultAccessPolicy in us-east-2 of 111122223333: the inventory is incomplete: \
         `AccessPolicy` of arn:aws:backup:us-east-2:111122223333:backup-vault:prod is absent"
    );
}

#[test]
fn a_list_that_is_not_there_or_not_whole() {
    let said = complaint(
        |inventory| remove(region(inventory), "copy_jobs"),
        |client| drop(client.get("/copy-jobs")),
    );
    assert!(
        said.contains("`copy_jobs` of us-east-2 in account 111122223333 is absent"),
        "{said}"
    );
    let said = complaint(
        |inventory| region(inventory)["vaults_complete"] = json!(false),
        |client| drop(client.get("/backup-vaults/nowhere")),
    );
    assert!(said.contains("`vaults_complete` is not true"), "{said}");
    let said = complaint(
        |inventory| remove(&mut inventory["accounts"][0], "roles_complete"),
        |client| drop(client.iam("GetRole", &[("RoleName", "nobody")])),
    );
    assert!(
        said.contains("the role nobody of account 111122223333 is absent"),
        "{said}"
    );
}

#[test]
fn a_key_and_a_recovery_point_of_which_nothing_is_said() {
    let said = complaint(
        |_| {},
        |client| {
            client.kms(
                "DescribeKey",
                &json!({"KeyId": "00000009-aaaa-bbbb-cccc-111122223333"}),
            );
            client.get("/backup-vaults/prod/recovery-points/arn%3Aaws%3Abackup%3Aus-east-2%3A1%3Arecovery-point%3Ax");
        },
    );
    assert!(
        said.contains("the key arn:aws:kms:us-east-2:111122223333:key/00000009"),
        "{said}"
    );
    assert!(
        said.contains("the recovery point arn:aws:backup:us-east-2:1:recovery-point:x is absent"),
        "{said}"
    );
}

#[test]
fn an_account_and_a_region_of_which_nothing_is_said() {
    let server = Server::start(json!({"accounts": [{"account": SOURCE, "regions": []}]}));
    Client::of(&server, SOURCE).get("/backup-vaults");
    Client::of(&server, DESTINATION).get("/backup-vaults");
    let complaints = server.take_complaints().join("; ");
    assert!(
        complaints.contains("the Region us-east-2 of account 111122223333 is absent"),
        "{complaints}"
    );
    assert!(
        complaints.contains("the account 444455556666 is absent"),
        "{complaints}"
    );
}
