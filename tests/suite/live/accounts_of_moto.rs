//! Two accounts and two Regions of moto, surveyed: what moto has is read, and the gaps of what it lacks are these.

use std::collections::BTreeMap;

use backup_preflight::known::Region;
use backup_preflight::sources::live::Accounts;
use serde_json::json;

use super::against_moto::{OTHER, REGION, Stage};
use super::moto::{ACCOUNT, Keys, Moto};
use super::*;

const ELSEWHERE: &str = "eu-west-1";

/// A plan that copies the database to the other account's vault every night.
fn plan(moto: &Moto, keys: &Keys, copy: &NamedCopy) {
    let plan = json!({"BackupPlanName": "daily", "Rules": [{
        "RuleName": "nightly", "TargetBackupVaultName": "prod",
        "CopyActions": [{"DestinationBackupVaultArn": copy.destination_vault}],
    }]});
    let plan = plan.to_string();
    moto.aws(
        keys,
        REGION,
        &["backup", "create-backup-plan", "--backup-plan", &plan],
    );
}

#[test]
fn two_accounts_in_two_regions_are_read_and_what_moto_lacks_is_a_gap() {
    let stage = Stage::set();
    let moto = &stage.moto;
    let (ours, theirs) = (Moto::keys(), moto.keys_of(OTHER));
    let copy = stage.copy(&ours, &theirs);
    plan(moto, &ours, &copy);
    let there = moto.aws(&theirs, ELSEWHERE, &["kms", "create-key"]);
    let there = there["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let create = [
        "backup",
        "create-backup-vault",
        "--backup-vault-name",
        "far",
        "--encryption-key-arn",
        &there,
    ];
    moto.aws(&theirs, ELSEWHERE, &create);

    let tester = Credentials {
        role_arn: Some(format!("arn:aws:iam::{OTHER}:role/tester")),
        ..profile("moto")
    };
    let scope = Scope {
        accounts: Accounts::Profiles(vec![profile("moto"), tester]),
        regions: Some([REGION, ELSEWHERE].map(Region::new).to_vec()),
        plans: true,
        copy_jobs: true,
        coverage: false,
        entries: std::collections::BTreeMap::default(),
        ..Scope::default()
    };
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let asks = asks_of_everything();
    let found = survey(
        scope,
        &Sides::default(),
        &stage.settings(),
        None,
        now,
        &asks,
    );
    let found = as_value(&found.unwrap());

    let accounts = found["accounts"].as_array().unwrap();
    let ids: Vec<&str> = accounts
        .iter()
        .map(|it| it["account"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [ACCOUNT, OTHER]);
    for account in accounts {
        let regions: Vec<&Value> = account["regions"].as_array().unwrap().iter().collect();
        let names: Vec<&str> = regions
            .iter()
            .map(|it| it["region"].as_str().unwrap())
            .collect();
        assert_eq!(names, [ELSEWHERE, REGION]);
        for region in regions {
            assert_eq!(region["vaults_complete"], true, "{}", region["region"]);
            assert!(region["plans"].is_array(), "{}", region["region"]);
        }
    }
    let ours_there = &accounts[0]["regions"][1];
    let rule = &ours_there["plans"][0]["BackupPlan"]["Rules"][0];
    assert_eq!(
        rule["CopyActions"][0]["DestinationBackupVaultArn"],
        copy.destination_vault.as_str()
    );
    for vault in [
        copy.source_vault.clone().unwrap().to_string(),
        copy.destination_vault.to_string(),
        format!("arn:aws:backup:{ELSEWHERE}:{OTHER}:backup-vault:far"),
    ] {
        let vault = object(&found, &vault).unwrap();
        let key = vault["EncryptionKeyArn"].as_str().unwrap();
        assert_eq!(
            object(&found, key).unwrap()["KeyManager"],
            "CUSTOMER",
            "{vault}"
        );
        assert_eq!(
            vault.get("AccessPolicy"),
            None,
            "moto does not know whether there is one"
        );
    }

    // What moto lacks, and how often it was asked: each an account, a Region, a vault or a plan.
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    for (_, operation, _, error) in gaps(&found) {
        assert!(error.is_some(), "{operation} was not asked");
        *lacking.entry(operation).or_default() += 1;
    }
    let lacking: Vec<(&str, usize)> = lacking
        .iter()
        .map(|(name, times)| (&**name, *times))
        .collect();
    assert_eq!(
        lacking,
        [
            ("backup:DescribeGlobalSettings", 2),
            ("backup:DescribeRegionSettings", 4),
            ("backup:GetBackupVaultAccessPolicy", 3),
            ("backup:ListBackupSelections", 1),
            ("backup:ListCopyJobs", 4),
            ("backup:ListRecoveryPointsByBackupVault", 3),
            ("kms:DescribeKey", 3),
            ("organizations:DescribeEffectivePolicy", 2),
        ]
    );
}
