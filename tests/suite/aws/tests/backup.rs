//! AWS Backup.

use serde_json::{Value, json};

use super::client::{Client, DESTINATION, SOURCE, served, source_region};

#[test]
fn a_vault_is_described_with_its_times_in_seconds_and_without_what_is_not_set() {
    let server = served();
    let vault = Client::source(&server).get("/backup-vaults/locked").json();
    assert_eq!(vault["Locked"], true);
    assert_eq!(vault["MinRetentionDays"], 7);
    assert_eq!(vault["LockDate"], 1_748_736_000);
    assert_eq!(vault["CreationDate"], 1_741_064_767.891);
    assert!(
        vault.get("AccessPolicy").is_none() && vault.get("Tags").is_none(),
        "{vault}"
    );
    let vault = Client::source(&server).get("/backup-vaults/plain").json();
    assert!(vault.get("MinRetentionDays").is_none(), "{vault}");
    server.finish();
}

#[test]
fn a_slash_at_the_end_of_a_path_changes_nothing() {
    let server = served();
    let mut client = Client::source(&server);
    for path in [
        "/backup-vaults",
        "/copy-jobs",
        "/backup/plans",
        "/backup/plans/plan-1/selections",
    ] {
        let without = client.get(path);
        assert_eq!(
            (without.status, &without.body),
            (200, &client.get(&format!("{path}/")).body)
        );
    }
    server.finish();
}

#[test]
fn a_vault_that_is_not_there_looks_like_one_that_the_caller_may_not_see() {
    let server = served();
    let mut client = Client::source(&server);
    for path in [
        "/backup-vaults/gone",
        "/backup-vaults/nowhere",
        "/backup-vaults/nowhere/access-policy",
        "/backup-vaults/central?backupVaultAccountId=444455556666",
    ] {
        let got = client.get(path);
        assert_eq!(
            (got.status, got.code().as_str()),
            (403, "AccessDeniedException"),
            "{path}"
        );
        assert!(
            got.body
                .contains("Insufficient privileges to perform this action."),
            "{path}"
        );
    }
    server.finish();
}

#[test]
fn a_vault_without_a_policy_is_told_from_a_vault_that_is_not_there() {
    let server = served();
    let got = Client::source(&server).get("/backup-vaults/plain/access-policy");
    assert_eq!(
        (got.status, got.code().as_str()),
        (400, "ResourceNotFoundException")
    );
    let got = Client::source(&server)
        .get("/backup-vaults/prod/access-policy")
        .json();
    let policy: Value = serde_json::from_str(got["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy, source_region()["vaults"][0]["AccessPolicy"]);
    server.finish();
}

#[test]
fn a_shared_vault_is_described_to_who_names_its_owner() {
    let server = served();
    let mut client = Client::source(&server);
    assert_eq!(client.get("/backup-vaults/airgap").status, 403);
    let got = client
        .get("/backup-vaults/airgap?backupVaultAccountId=444455556666")
        .json();
    assert_eq!(got["VaultType"], "LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    assert!(got.get("EncryptionKeyArn").is_none(), "{got}");
    let names = |got: &Value| -> Vec<Value> {
        let vaults = got["BackupVaultList"].as_array().unwrap();
        vaults
            .iter()
            .map(|vault| vault["BackupVaultName"].clone())
            .collect()
    };
    assert_eq!(
        names(&client.get("/backup-vaults?shared=true").json()),
        ["airgap"]
    );
    assert_eq!(
        names(&client.get("/backup-vaults").json()),
        ["prod", "plain", "locked"]
    );
    server.finish();
}

#[test]
fn a_gap_of_the_inventory_is_answered_with_its_error() {
    let server = served();
    let got = Client::of(&server, DESTINATION).get("/backup-vaults/central/access-policy");
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "AccessDeniedException")
    );
    assert_eq!(
        Client::of(&server, DESTINATION)
            .get("/backup-vaults/central")
            .status,
        200
    );
    server.finish();
}

#[test]
fn cross_account_backup_is_text_and_an_error_outside_of_an_organization() {
    let server = served();
    let of = |account| Client::of(&server, account).get("/global-settings");
    let on = |account| of(account).json()["GlobalSettings"]["isCrossAccountBackupEnabled"].clone();
    assert_eq!(on(SOURCE), "true");
    assert_eq!(on(DESTINATION), "false");
    assert_eq!(of("222222222222").code(), "InvalidRequestException");
    server.finish();
}

#[test]
fn recovery_points_are_found_by_vault_by_resource_and_by_arn() {
    let server = served();
    let mut client = Client::source(&server);
    let arns = |got: Value| -> Vec<String> {
        let points = got["RecoveryPoints"].as_array().unwrap();
        points
            .iter()
            .map(|p| p["RecoveryPointArn"].as_str().unwrap().to_owned())
            .collect()
    };
    let in_vault = arns(client.get("/backup-vaults/prod/recovery-points").json());
    assert_eq!(in_vault.len(), 3);
    let aurora = client
        .get("/backup-vaults/prod/recovery-points?resourceType=Aurora")
        .json();
    assert_eq!(arns(aurora), in_vault[1..2]);
    let late = "/backup-vaults/prod/recovery-points?createdAfter=2026-11-20T12%3A00%3A00Z";
    assert_eq!(arns(client.get(late).json()), in_vault[1..2]);
    let by_resource = client
        .get("/resources/arn%3Aaws%3Ards%3Aus-east-2%3A111122223333%3Adb%3Aorders/recovery-points");
    assert_eq!(arns(by_resource.json()), in_vault[..1]);
    let point = client.get(
        "/backup-vaults/prod/recovery-points/arn%3Aaws%3Abackup%3Aus-east-2%3A111122223333%3Arecovery-point%3Aaaaa-3",
    );
    assert_eq!(point.json()["CreatedBy"]["BackupPlanId"], "plan-1");
    assert_eq!(point.json()["Lifecycle"], json!({"DeleteAfterDays": 35}));
    let gone = client.get(
        "/backup-vaults/prod/recovery-points/arn%3Aaws%3Abackup%3Aus-east-2%3A111122223333%3Arecovery-point%3Agone",
    );
    assert_eq!(gone.code(), "ResourceNotFoundException");
    server.finish();
}

#[test]
fn tags_are_not_taken_for_fields_and_only_backups_own_resources_have_them_here() {
    let server = served();
    let mut client = Client::source(&server);
    let tags =
        client.get("/tags/arn%3Aaws%3Abackup%3Aus-east-2%3A111122223333%3Arecovery-point%3Aaaaa-3");
    assert_eq!(
        tags.json()["Tags"],
        source_region()["recovery_points"][2]["Tags"]
    );
    let snapshot =
        "/tags/arn%3Aaws%3Ards%3Aus-east-2%3A111122223333%3Asnapshot%3Aawsbackup%3Ajob-1";
    assert_eq!(
        client.get(snapshot).code(),
        "InvalidParameterValueException"
    );
    server.finish();
}

#[test]
fn a_plan_and_its_selections_are_read_one_by_one() {
    let server = served();
    let mut client = Client::source(&server);
    let plan = source_region()["plans"][0].clone();
    assert_eq!(
        client.get("/backup/plans/plan-1").json()["BackupPlan"],
        plan["BackupPlan"]
    );
    assert_eq!(
        client.get("/backup/plans/plan-2").code(),
        "ResourceNotFoundException"
    );
    let list = client.get("/backup/plans/plan-1/selections").json();
    let ids: Vec<&str> = list["BackupSelectionsList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|selection| selection["SelectionId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["plan-1-selection-0", "sel-2"]);
    let first = client
        .get(&format!("/backup/plans/plan-1/selections/{}", ids[0]))
        .json();
    assert_eq!(first["BackupSelection"], plan["Selections"][0]);
    server.finish();
}

#[test]
fn copy_jobs_are_filtered_by_state() {
    let server = served();
    let jobs = Client::source(&server)
        .get("/copy-jobs?state=FAILED")
        .json();
    let ids: Vec<_> = jobs["CopyJobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["CopyJobId"])
        .collect();
    assert_eq!(ids, ["c1", "c3"]);
    server.finish();
}
