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

/// Each question says where, and as whom.
#[test]
fn a_question_says_in_which_account_and_region() {
    let ran = World::before().run(&[], "", true);
    let asked: Vec<&str> = ran.out.split("[y/N]").collect();
    for (number, place) in [
        (
            0,
            ", in account 111222333444, us-east-1, with the profile p111222333444 ",
        ),
        (
            1,
            ", in account 666777888999, us-east-1, with the profile p666777888999 ",
        ),
    ] {
        assert!(asked[number].ends_with(place), "{}", ran.out);
    }
    let world = World::of(&bare());
    let id = world.made.id("create-vault").to_owned();
    let ran = world.run(&[&id], "y\nn\n", true);
    let second = format!("{id}: set the access policy of the vault `targetbackupvault` as shown, ");
    assert!(ran.out.contains(&second), "{}", ran.out);
    assert_eq!(
        ran.out.matches("create the vault").count(),
        1,
        "{}",
        ran.out
    );
}

/// A policy of the organization is compared before it is set, as every other.
#[test]
fn a_policy_of_the_organization_is_set_where_it_is_as_it_was_read() {
    let mut estate = example("field-notes-rds");
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "backup:StartBackupJob", "Resource": "*"},
        {"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "Resource": "*"},
    ]});
    for account in estate["accounts"].as_array_mut().unwrap() {
        if account["account"] == "111222333444" {
            let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
            account["service_control_policies"] = json!([[
                {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": all},
                {"Id": "p-deny", "Name": "deny", "Document": deny},
            ]]);
        }
    }
    let world = World::of(&estate);
    let id = world.made.id("service-control-policy").to_owned();
    world.put("control-p_deny", &deny.to_string());
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(ran.changes, ["organizations update-policy"]);
    let after = world.file(&format!("{id}-"), ".after.json");
    assert_eq!(world.policy("control-p_deny"), Some(after));
    let again = world.run(&["--yes", &id], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.out
    );
    let other = json!({"Version": "2012-10-17", "Statement": []});
    world.put("control-p_deny", &other.to_string());
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
    assert_eq!(world.policy("control-p_deny"), Some(other));
    // A delegated administrator's account may be named.
    let account = [(&*format!("ACCOUNT_{id}"), "999988887777")];
    world.put("control-p_deny", &deny.to_string());
    let ran = world.run_with(&["--yes", &id], "", true, &account);
    assert_eq!(
        ran.changes,
        ["organizations update-policy"],
        "{}",
        ran.error
    );
    assert!(ran.out.contains("in account 999988887777"), "{}", ran.out);
}

/// A key is enabled out of the state that it was read in.
#[test]
fn a_key_is_enabled_and_one_that_is_to_be_deleted_since_is_not() {
    let estate = |state: &str| {
        let mut estate = example("field-notes-rds");
        for key in estate["accounts"][0]["regions"][0]["keys"]
            .as_array_mut()
            .unwrap()
        {
            key["KeyState"] = json!(state);
        }
        World::of(&estate)
    };
    let state = super::KEY.replace("key-", "alias-");
    let world = estate("Disabled");
    let id = world.made.id("enable-key").to_owned();
    world.put(&state, "PendingDeletion");
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
    assert!(
        ran.error.contains("the key is PendingDeletion"),
        "{}",
        ran.error
    );
    world.put(&state, "Disabled");
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!(
        (ran.code, ran.changes),
        (0, vec!["kms enable-key".to_owned()])
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{}", ran.out);
    let world = estate("PendingDeletion");
    world.put(&state, "PendingDeletion");
    let ran = world.run(&["--yes", world.made.id("enable-key")], "", true);
    assert_eq!(ran.changes, ["kms cancel-key-deletion", "kms enable-key"]);
}

/// Another run's policy of the role stays, whatever it is called.
#[test]
fn a_role_gets_a_policy_besides_those_that_it_has() {
    let lacking = |policies: Value| {
        let mut estate = example("field-notes-rds");
        estate["accounts"][0]["roles"][0]["AttachedPolicies"] = json!([]);
        estate["accounts"][0]["roles"][0]["InlinePolicies"] = policies;
        World::of(&estate)
    };
    let policy = |action: &str| {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    let own =
        |name: &str, action: &str| json!({"PolicyName": name, "PolicyDocument": policy(action)});
    let called = |world: &World| {
        let file = world.made.json("main.tf.json");
        let policies = file["resource"]["aws_iam_role_policy"].as_object().unwrap();
        let name = policies.values().next().unwrap()["name"].as_str();
        name.unwrap().to_owned()
    };
    let first = called(&lacking(json!([own("mine", "backup:CopyIntoBackupVault")])));
    assert!(first.starts_with("AllowBackupCopy-"), "{first}");
    // One that allows something else is called otherwise, whether the facts have that of the first run or not.
    let another = called(&lacking(json!([own("mine", "backup:CopyFromBackupVault")])));
    assert_ne!(first, another);
    let taken = json!([
        own("mine", "backup:CopyIntoBackupVault"),
        own(&first, "s3:GetObject")
    ]);
    assert_eq!(called(&lacking(taken)), format!("{first}2"));
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
    let last: Vec<&str> = ran.out.lines().rev().skip(1).take(2).collect();
    let not_made =
        "not made, in account 111222333444: r1; set PROFILE_111222333444 to the name of a profile";
    assert_eq!(last, [not_made, "made: r2"], "{}", ran.out);
    for only in [
        &["--account", "666777888999"][..],
        &["--account=666777888999"],
    ] {
        let ran = world.run(&[&["--yes"], only].concat(), "", false);
        let says = format!("{}{}", ran.out, ran.error);
        assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{says}");
    }
    // No change belongs to any other, or to one that was left out.
    let there = "there are: 111222333444 (r1), 666777888999 (r2)";
    for (asked, says) in [
        (
            &["--account", "666777888998"][..],
            &*format!("no change is made in account 666777888998; {there}"),
        ),
        (
            &["--account=666777888999", "r1"],
            "r1 is made in account 111222333444, which --account leaves out",
        ),
        (&["--account"], "an account id is expected"),
    ] {
        let ran = world.run(&[&["--yes"], asked].concat(), "", true);
        assert_eq!((ran.code, ran.changes), (2, Vec::new()), "{}", ran.out);
        assert!(ran.error.contains(says), "{}", ran.error);
    }
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
            "kms enable-key-rotation",
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
        ran.changes[..2],
        ["kms enable-key-rotation", "backup create-backup-vault"]
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
