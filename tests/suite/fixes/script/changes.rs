//! What apply.sh makes, asks and refuses.

use serde_json::{Value, json};

use super::{KEY, VAULT, World, bare};
use crate::fixes::support::example;

#[test]
fn with_yes_each_policy_is_set_and_the_old_one_kept_and_a_second_run_changes_nothing() {
    let world = World::before();
    let old = world.policy(KEY).unwrap();
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        [
            "kms put-key-policy",
            "backup put-backup-vault-access-policy"
        ]
    );
    assert_eq!(world.policy(KEY).unwrap(), world.file("r1-", ".after.json"));
    assert_eq!(
        world.policy(VAULT).unwrap(),
        world.file("r2-", ".after.json")
    );
    let stem = world
        .made
        .named("r1-", ".diff")
        .replace(".diff", ".current.json");
    let kept = std::fs::read_to_string(world.made.path(&stem)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), old);

    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.out
    );
    assert_eq!(again.out.matches("already so").count(), 2, "{}", again.out);
    assert_eq!(
        std::fs::read_to_string(world.made.path(&stem)).unwrap(),
        kept
    );
}

#[test]
fn it_shows_the_difference_and_asks_before_each_change() {
    let world = World::before();
    let ran = world.run(&[], "n\ny\n", true);
    assert_eq!(ran.code, 3, "{}", ran.error);
    assert_eq!(ran.changes, ["backup put-backup-vault-access-policy"]);
    assert!(
        ran.out.contains("[y/N]") && ran.out.contains("+++ r1-"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("left as they are: r1"), "{}", ran.out);
    // Nobody there to answer is a no.
    let silent = World::before().run(&[], "", true);
    assert_eq!((silent.code, silent.changes), (3, Vec::new()));
}

#[test]
fn nothing_is_changed_in_another_account() {
    let world = World::before();
    world.put("account-default", "666777888999");
    let ran = world.run(&["--yes"], "", false);
    // Those of the account that it is in are made, and what is left is told.
    let own = ["backup put-backup-vault-access-policy"];
    assert_eq!(
        (ran.code, ran.changes.as_slice()),
        (1, &own.map(str::to_owned)[..]),
        "{}",
        ran.out
    );
    assert!(ran.error.contains("PROFILE_111222333444"), "{}", ran.error);
    assert!(ran.error.contains("666777888999"), "{}", ran.error);
    let last: Vec<&str> = ran.out.lines().rev().take(2).collect();
    let not_made =
        "not made, in account 111222333444: r1; set PROFILE_111222333444 to the name of a profile";
    assert_eq!(last, [not_made, "made: r2"], "{}", ran.out);
    let ran = world.run(&["--yes", "--account", "666777888999"], "", false);
    assert_eq!(
        (ran.code, ran.changes),
        (0, Vec::new()),
        "{}{}",
        ran.out,
        ran.error
    );
    // Signed in nowhere.
    std::fs::remove_file(world.state("account-default")).unwrap();
    let ran = world.run(&["--yes"], "", false);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
}

#[test]
fn a_policy_that_is_no_longer_what_it_was_is_left_alone_unless_forced() {
    let world = World::before();
    let other = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Somebody else's"}]});
    world.put(KEY, &other.to_string());
    world.put(VAULT, &other.to_string());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("no longer what it was"), "{}", ran.error);
    assert_eq!(world.policy(KEY), Some(other.clone()));
    let forced = world.run(&["--yes", "--force"], "", true);
    assert_eq!(
        (forced.code, forced.changes.len()),
        (0, 2),
        "{}",
        forced.error
    );
    for id in ["r1-", "r2-"] {
        let stem = world
            .made
            .named(id, ".diff")
            .replace(".diff", ".current.json");
        let kept = std::fs::read_to_string(world.made.path(&stem)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), other, "{id}");
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_not_taken_for_none() {
    let world = World::before();
    std::fs::remove_file(world.state(KEY)).unwrap();
    let ran = world.run(&["--yes", "--force"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("AccessDeniedException"), "{}", ran.error);
}

#[test]
fn names_leave_the_others_out_and_a_stranger_is_refused() {
    let world = World::before();
    let ran = world.run(&["--yes", "r2"], "", true);
    assert_eq!(ran.changes, ["backup put-backup-vault-access-policy"]);
    let ran = world.run(&["--yes", "r9"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("r1 r2"), "{}", ran.error);
    assert_eq!(world.run(&["--what"], "", true).code, 2);
}

#[test]
fn roles_settings_and_vaults_are_made_once_in_their_order() {
    let world = World::of(&bare());
    world.put("unready", "");
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        [
            "iam create-service-linked-role",
            "backup update-global-settings",
            // The role was not known to KMS yet the first time.
            "kms put-key-policy",
            "kms put-key-policy",
            "kms create-key",
            "kms create-alias",
            "backup create-backup-vault",
            "backup put-backup-vault-access-policy",
        ]
    );
    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.error
    );
}

#[test]
fn an_account_that_is_not_known_must_be_named() {
    let mut estate = bare();
    for account in estate["accounts"].as_array_mut().unwrap() {
        let organization = account["organization"].as_object_mut().unwrap();
        organization.remove("MasterAccountId");
    }
    let world = World::of(&estate);
    let id = world.made.id("enable-cross-account-backup");
    let ran = world.run(&["--yes", id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    let variable = format!("ACCOUNT_{id}");
    assert!(ran.error.contains(&variable), "{}", ran.error);
    let named = world.run_with(&["--yes", id], "", true, &[(&variable, "999988887777")]);
    assert_eq!(
        named.changes,
        ["backup update-global-settings"],
        "{}",
        named.error
    );
}

/// Whatever has the alias of a vault's key is not taken for the key that the script makes.
#[test]
fn a_vault_is_created_on_no_key_but_its_own() {
    let world = World::of(&bare());
    let id = world.made.id("create-vault").to_owned();
    let other = "arn:aws:kms:us-east-1:666777888999:key/other";
    world.put(
        "alias-alias_targetbackupvault",
        &format!("Enabled\t{other}\n"),
    );
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        r#"{"Statement": []}"#,
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
    assert!(ran.error.contains("is taken by"), "{}", ran.error);
    // That of a run that was interrupted is gone on with.
    let stem = world.made.named("", ".key-policy.json");
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        world.made.text(stem),
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!(ran.code, 0, "{}", ran.error);
    assert_eq!(
        ran.changes.first().map(String::as_str),
        Some("backup create-backup-vault")
    );
    // And not if it cannot be used.
    let world = World::of(&bare());
    world.put(
        "alias-alias_targetbackupvault",
        &format!("Disabled\t{other}\n"),
    );
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        world.made.text(world.made.named("", ".key-policy.json")),
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
}

/// A call of AWS Backup, KMS or CloudFormation is a Region's, and there may be no default Region. Those of STS, IAM and the
/// account are not.
#[test]
fn every_call_of_a_region_names_it() {
    let world = World::of(&bare());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    let calls = std::fs::read_to_string(world.state("calls")).unwrap();
    let mut of_regions = 0;
    for call in calls.lines() {
        let words: Vec<&str> = call.split(' ').collect();
        let service = words
            .iter()
            .find(|word| !word.starts_with('p') && !word.starts_with("--"));
        if matches!(*service.unwrap(), "sts" | "iam" | "account") {
            continue;
        }
        assert!(call.contains("--region"), "{call}");
        of_regions += 1;
    }
    assert!(of_regions > 8, "{calls}");
    assert!(
        calls.contains("backup update-global-settings --region us-east-1"),
        "{calls}"
    );
}

#[test]
fn a_name_that_a_shell_would_obey_is_a_name() {
    let mut estate = example("field-notes-rds-before");
    for key in estate["accounts"][0]["regions"][0]["keys"]
        .as_array_mut()
        .unwrap()
    {
        key["Aliases"] = json!([
            "alias/x'; touch \"$STATE/evil\"; $(touch $STATE/evil) `touch $STATE/evil`\n touch $STATE/evil"
        ]);
    }
    let world = World::of(&estate);
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes.len()), (0, 2), "{}", ran.error);
    assert!(!world.state("evil").exists());
}

#[test]
fn a_role_gets_its_trust_and_its_permission_once() {
    let mut estate = example("field-notes-rds");
    let role = &mut estate["accounts"][0]["roles"][0];
    assert!(
        role["Arn"]
            .as_str()
            .unwrap()
            .ends_with("/AWSBackupDefaultServiceRole")
    );
    let trust = json!({"Version": "2012-10-17", "Statement": []});
    role["AssumeRolePolicyDocument"] = trust.clone();
    role["AttachedPolicies"] = json!([]);
    role["InlinePolicies"] = json!([]);
    let world = World::of(&estate);
    world.put("role-AWSBackupDefaultServiceRole", &trust.to_string());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        ["iam attach-role-policy", "iam update-assume-role-policy"]
    );
    assert!(
        world
            .policy("role-AWSBackupDefaultServiceRole")
            .unwrap()
            .to_string()
            .contains("backup.amazonaws.com")
    );
    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.error
    );
}
