//! Remedies that change the copy, or send it another way.

use std::collections::BTreeMap;

use backup_preflight::remedy::{Remedy, RemedyKind};
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use super::{remedies_of, together};
use crate::scenarios::scenarios;
use crate::support::Estate;
use crate::support::estate::*;

/// The first remedy of a kind.
fn of_kind(remedies: &[Remedy], kind: RemedyKind) -> &Remedy {
    let of_kind = remedies.iter().find(|remedy| remedy.kind == kind);
    of_kind.unwrap_or_else(|| panic!("no {kind:?}: {remedies:?}"))
}

#[test]
fn an_aws_managed_key_has_two_ways_out_of_which_the_second_can_be_shown() {
    let remedies = remedies_of(&Estate::rds().on_aws_managed_key("alias/aws/rds").0);
    let [key, anew, vault, two_step] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(
        [key, anew, vault, two_step].map(|remedy| remedy.kind),
        [
            RemedyKind::CreateKey,
            RemedyKind::ReEncrypt,
            RemedyKind::CreateVault,
            RemedyKind::TwoStepCopy
        ]
    );
    let proven = [key, anew, vault, two_step].map(|remedy| remedy.proven);
    assert_eq!(proven, [None, None, Some(true), Some(true)]);
    for (way, other) in [
        ([key, anew], [vault, two_step]),
        ([vault, two_step], [key, anew]),
    ] {
        let ids = other.map(|remedy| remedy.id.clone());
        assert_eq!(
            way.map(|remedy| remedy.alternative_to.clone()),
            [ids.clone(), ids]
        );
        let [first, then] = way;
        assert_eq!(then.requires, [first.id.as_str()]);
        assert_eq!(first.copies, then.copies);
    }
}

/// A vault that several accounts copy into lets the roles of all of them in.
#[test]
fn a_missing_vault_that_several_accounts_copy_into_lets_all_of_them_in() {
    const OTHER: &str = "777788889999";
    let estate = Estate::rds().set("/accounts/1/regions/0/vaults", json!([]));
    let again = |at: &str| -> Value {
        let text = estate.at(at).to_string();
        serde_json::from_str(&text.replace(FROM, OTHER)).unwrap()
    };
    let (account, copy) = (again("/accounts/0"), again(COPY));
    let mut copy = copy;
    copy["id"] = json!("of-the-other");
    let estate = estate.push("/accounts", account).push("/copies", copy);
    let remedies = remedies_of(&estate.0);
    let vault = of_kind(&remedies, RemedyKind::CreateVault);
    assert_eq!((vault.copies.len(), vault.proven), (2, Some(true)));
    let commands = vault.commands().concat();
    for account in [FROM, OTHER] {
        let role = format!("arn:aws:iam::{account}:role/");
        assert!(commands.contains(&role), "{commands}");
    }
}

/// What several resources take is written once, whole; each of them finds it.
#[test]
fn what_several_copies_take_is_a_change_of_its_own() {
    let estate = Estate::rds().on_aws_managed_key("alias/aws/rds");
    let again = |at: &str| -> Value {
        let text = estate.at(at).to_string();
        serde_json::from_str(&text.replace("orders", "invoices")).unwrap()
    };
    let (resource, copy) = (again(RESOURCE), again(COPY));
    let (resources, _) = RESOURCE.rsplit_once('/').unwrap();
    let remedies = remedies_of(&estate.push(resources, resource).push("/copies", copy).0);
    let all = |kind: RemedyKind| -> Vec<&Remedy> {
        remedies.iter().filter(|it| it.kind == kind).collect()
    };
    for (shared, those, makes) in [
        (RemedyKind::CreateKey, RemedyKind::ReEncrypt, "create-key"),
        (
            RemedyKind::CreateVault,
            RemedyKind::TwoStepCopy,
            "create-backup-vault",
        ),
    ] {
        let ([shared], [one, other]) = (&all(shared)[..], &all(those)[..]) else {
            panic!("{remedies:?}")
        };
        assert_eq!(shared.copies.len(), 2);
        assert!(shared.commands().concat().contains(makes));
        for remedy in [one, other] {
            assert_eq!(remedy.requires, [shared.id.as_str()]);
            let commands = remedy.commands().concat();
            assert!(!commands.contains("create-key"), "{commands}");
            assert!(!commands.contains(makes), "{commands}");
        }
    }
}

/// A policy that names a role which is yet to be created is saved after that, and what takes the key or the vault comes after both.
#[test]
fn what_is_taken_waits_for_the_role_that_its_policy_names() {
    let estate = Estate::rds()
        .on_aws_managed_key("alias/aws/rds")
        .set("/accounts/1/roles", json!([]));
    let remedies = remedies_of(&estate.0);
    let role = of_kind(&remedies, RemedyKind::CreateServiceLinkedRole);
    for (shared, takes) in [
        (RemedyKind::CreateKey, RemedyKind::ReEncrypt),
        (RemedyKind::CreateVault, RemedyKind::TwoStepCopy),
    ] {
        let [shared, takes] = [shared, takes].map(|kind| of_kind(&remedies, kind));
        assert_eq!(shared.requires, [role.id.as_str()]);
        assert_eq!(takes.requires, [&*role.id, &*shared.id]);
    }
    let two_step = of_kind(&remedies, RemedyKind::TwoStepCopy);
    assert_eq!(two_step.proven, Some(true));
}

/// All of a resource's backups will be on its new key, wherever they are copied to.
#[test]
fn the_new_key_of_a_resource_is_shared_with_all_that_its_backups_are_copied_to() {
    let estate = Estate::rds().on_aws_managed_key("alias/aws/rds");
    let mut elsewhere = estate.at(COPY).clone();
    elsewhere["id"] = json!("orders-elsewhere");
    elsewhere["destination_vault"] =
        json!("arn:aws:backup:us-east-2:777788889999:backup-vault:central");
    let other = estate.at("/accounts/1").to_string();
    let other: Value =
        serde_json::from_str(&other.replace("444455556666", "777788889999")).unwrap();
    let both = estate.push("/accounts", other).push("/copies", elsewhere);
    let remedies = remedies_of(&both.0);
    let of = |kind: RemedyKind| -> Vec<_> {
        let of_kind = remedies.iter().filter(|remedy| remedy.kind == kind);
        of_kind.collect()
    };
    let [anew] = of(RemedyKind::ReEncrypt)[..] else {
        panic!("{remedies:?}")
    };
    assert_eq!(anew.copies.len(), 2);
    let key = &of_kind(&remedies, RemedyKind::CreateKey).commands()[0];
    for account in ["444455556666", "777788889999"] {
        let role = format!("arn:aws:iam::{account}:role/aws-service-role/");
        assert!(key.contains(&role), "{key}");
    }
    let ways: Vec<&str> = of(RemedyKind::TwoStepCopy)
        .iter()
        .map(|remedy| &*remedy.id)
        .collect();
    assert_eq!(ways.len(), 2);
    let between = of_kind(&remedies, RemedyKind::CreateVault);
    assert_eq!(anew.alternative_to, [&[&*between.id], &*ways].concat());
    let titles: Vec<&str> = of(RemedyKind::TwoStepCopy)
        .iter()
        .map(|remedy| &*remedy.title)
        .collect();
    assert_ne!(titles[0], titles[1]);
}

/// Two hundred databases of a Region are no reason for two hundred keys, nor is another run.
#[test]
fn the_new_key_of_a_place_is_looked_up_before_it_is_made() {
    const ALIAS: &str = "alias/re-encrypted-backups-444455556666";
    let with = |alias: &str, policy: Value| {
        let mut other = key(&KEY.replace("000001", "0000ab"), alias, policy);
        other["KeyState"] = json!("Enabled");
        let estate = Estate::rds()
            .on_aws_managed_key("alias/aws/rds")
            .push(&format!("{SOURCE}/keys"), other);
        remedies_of(&estate.0)
    };
    let looks_up = |remedies: &[Remedy], alias: &str| {
        let look_up = format!("aws kms describe-key --region us-east-2 --key-id {alias} ");
        let anew = of_kind(remedies, RemedyKind::ReEncrypt).commands()[0].to_string();
        assert!(anew.starts_with(&format!("KEY=$({look_up}")), "{anew}");
        look_up
    };
    let makes = |remedies: &[Remedy], alias: &str| {
        looks_up(remedies, alias);
        let listed = format!(
            "if FOUND=$(aws kms list-aliases --region us-east-2 --query \"Aliases[?AliasName=='{alias}']"
        );
        let made = of_kind(remedies, RemedyKind::CreateKey);
        let names = format!("aws kms create-alias --region us-east-2 --alias-name {alias} ");
        let command = made.commands()[0].to_string();
        assert!(made.subject.ends_with(&format!(":{alias}")), "{made:?}");
        assert!(command.starts_with(&listed), "{command}");
        assert!(command.contains(&names), "{command}");
        command
    };
    let free = makes(&with("alias/orders", Value::Null), ALIAS);
    // Somebody else's key that is called so is not taken for it.
    makes(
        &with(ALIAS, key_policy(FROM, json!([]))),
        &format!("{ALIAS}-2"),
    );
    // The one that an earlier run made is.
    let made = free.split("<<'POLICY'\n").nth(1).unwrap();
    let made = made.split("\nPOLICY\n").next().unwrap();
    let there = with(ALIAS, serde_json::from_str(made).unwrap());
    looks_up(&there, ALIAS);
    let mut kinds = there.iter().map(|remedy| remedy.kind);
    assert!(kinds.all(|kind| kind != RemedyKind::CreateKey));
    assert_eq!(of_kind(&there, RemedyKind::ReEncrypt).requires.len(), 0);
}

/// A job that fails says why, and one that was not started is not waited for.
#[test]
fn a_job_that_did_not_complete_ends_the_wait_and_says_why() {
    let remedies = remedies_of(&Estate::rds().on_aws_managed_key("alias/aws/rds").0);
    let steps = of_kind(&remedies, RemedyKind::TwoStepCopy).commands();
    let wait = steps.iter().find(|step| step.contains("describe-copy-job"));
    let wait = wait.unwrap();
    let waited = |answer: &str| {
        let script = format!(
            "set -u\naws() {{ {answer}; }}\nsleep() {{ exit 9; }}\nJOB=\n{wait}\necho \"$STATE/$POINT\""
        );
        let ran = std::process::Command::new("bash")
            .args(["-c", &script])
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code(), text(ran.stdout), text(ran.stderr))
    };
    let (code, said, error) = waited("printf 'COMPLETED\\tarn:point\\tNone\\n'");
    assert_eq!(
        (code, &*said, &*error),
        (Some(0), "COMPLETED/arn:point\n", "")
    );
    let (code, _, error) = waited("printf 'FAILED\\tNone\\tAccess Denied trying\\n'");
    assert_eq!(code, Some(0));
    assert!(error.contains("FAILED: Access Denied trying"), "{error}");
    let (code, _, error) = waited("return 254");
    assert_eq!(code, Some(0));
    assert!(error.contains("not there"), "{error}");
    assert_eq!(waited("printf 'RUNNING\\tNone\\tNone\\n'").0, Some(9));
}

#[test]
fn a_change_of_retention_copies_the_newest_recovery_point() {
    let estate = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(30));
    let remedies = remedies_of(&estate.0);
    let retention = remedies
        .iter()
        .find(|it| it.kind == RemedyKind::ChangeRetention);
    let command = retention.unwrap().commands().concat();
    assert!(
        command.starts_with("POINT=$(aws backup list-recovery-points-by-backup-vault "),
        "{command}"
    );
    assert!(
        command.contains("--recovery-point-arn \"$POINT\""),
        "{command}"
    );
}

/// Two jobs copy one recovery point; the rule's own copies fail as before until somebody changes it.
#[test]
fn two_steps_in_place_of_a_rule_are_not_proven_and_say_what_becomes_of_the_rule() {
    let estate = Estate::rds().on_aws_managed_key("alias/aws/rds").set(
        &format!("{COPY}/plan"),
        json!({"id": "p-1", "rule": "nightly", "selection": "s"}),
    );
    let all = remedies_of(&estate.0);
    let steps = all.iter().find(|one| one.kind == RemedyKind::TwoStepCopy);
    let steps = steps.unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(steps.proven, None);
    assert!(
        steps.title.contains("copies as before until it is changed"),
        "{}",
        steps.title
    );
    let last = steps.commands().last().unwrap().clone();
    assert!(
        last.contains("update-backup-plan") && last.contains("re-encryption-"),
        "{last}"
    );
    assert_eq!(together(&estate.0).get("orders-to-central"), None);
}

#[test]
fn the_second_step_of_two_keeps_the_copy_for_as_long_as_the_copy_says() {
    let second = |lifecycle: Value| {
        let estate = Estate::rds()
            .on_aws_managed_key("alias/aws/rds")
            .set(&format!("{COPY}/lifecycle"), lifecycle);
        let remedies = remedies_of(&estate.0);
        let commands = of_kind(&remedies, RemedyKind::TwoStepCopy).commands();
        let (last, others) = commands.split_last().unwrap();
        assert!(!others.concat().contains("--lifecycle"));
        last.clone()
    };
    let kept = second(json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 30}));
    let words = " --lifecycle MoveToColdStorageAfterDays=30,DeleteAfterDays=400";
    assert!(kept.ends_with(words), "{kept}");
    assert!(!second(Value::Null).contains("--lifecycle"));
}

#[test]
fn a_change_of_retention_leaves_cold_storage_as_it_was() {
    let estate = Estate::dynamodb()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(365))
        .set(
            &format!("{COPY}/lifecycle"),
            json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 30}),
        );
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    let wanted = "--lifecycle MoveToColdStorageAfterDays=30,DeleteAfterDays=365";
    assert!(
        remedy.commands()[0].ends_with(wanted),
        "{:?}",
        remedy.commands()
    );
}

#[test]
fn a_change_of_retention_leaves_what_moves_to_cold_storage_there_for_90_days() {
    // The backup itself never expires.
    let arn = "arn:aws:backup:us-east-2:111122223333:recovery-point:1";
    let point = json!({
        "RecoveryPointArn": arn, "ResourceType": "DynamoDB", "Status": "COMPLETED",
        "StorageClass": "WARM", "IsEncrypted": true, "Tags": {},
    });
    let wanted = |min: Value, max: Value, now: Value| {
        let estate = Estate::dynamodb()
            .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
            .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), min)
            .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), max)
            .set(&format!("{COPY}/lifecycle"), now)
            .set(&format!("{COPY}/recovery_point"), json!(arn))
            .set("/accounts/0/regions/0/recovery_points", json!([point]));
        let remedies = remedies_of(&estate.0);
        let [remedy] = remedies.as_slice() else {
            panic!("{remedies:?}")
        };
        assert_eq!(remedy.proven, Some(true), "{remedy:?}");
        let commands = remedy.commands();
        let (_, words) = commands[0].split_once("--lifecycle ").unwrap();
        words.to_owned()
    };
    let late = json!({"DeleteAfterDays": 400, "MoveToColdStorageAfterDays": 300});
    assert_eq!(
        wanted(json!(7), json!(365), late.clone()),
        "DeleteAfterDays=365"
    );
    assert_eq!(
        wanted(json!(7), json!(390), late),
        "MoveToColdStorageAfterDays=300,DeleteAfterDays=390"
    );
    let never = json!({"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": 300});
    assert_eq!(wanted(json!(7), json!(365), never), "DeleteAfterDays=365");
}

#[test]
fn a_route_that_no_one_job_takes_is_split_through_a_vault_in_between() {
    for (check, case, place) in [
        (
            "copy-route-unsupported",
            "graph-out-of-an-opt-in-region",
            "us-east-1:111111111111",
        ),
        (
            "air-gapped-vault-unsupported",
            "region-that-takes-no-copies-from-outside",
            "ap-southeast-5:444455556666",
        ),
    ] {
        let scenarios = scenarios();
        let scenario = scenarios
            .iter()
            .find(|scenario| scenario.name() == format!("{check}/{case}"))
            .unwrap();
        let inventory: Value = serde_json::from_slice(&scenario.inventory()).unwrap();
        let remedies = remedies_of(&inventory);
        let split = remedies
            .iter()
            .find(|remedy| remedy.kind == RemedyKind::SplitRoute)
            .unwrap();
        assert_eq!(split.proven, Some(true), "{case}");
        let through = format!("arn:aws:backup:{place}:backup-vault:copy-in-between");
        let text = split.commands().concat();
        assert!(
            text.contains(&format!("--destination-backup-vault-arn {through}")),
            "{text}"
        );
        assert!(
            text.contains("--source-backup-vault-name copy-in-between"),
            "{text}"
        );
        // The policy of a vault that is there by then is somebody's: it is set where the steps make the vault.
        let sets = "put-backup-vault-access-policy";
        let makes = &split.commands()[0];
        assert!(
            split.commands()[1..]
                .iter()
                .all(|step| !step.contains(sets)),
            "{text}"
        );
        assert!(
            makes.ends_with("\nelse false; fi") && makes.starts_with("# in account "),
            "{text}"
        );
        assert!(split.commands()[1].starts_with("# in account "), "{text}");
        assert!(
            together(&inventory)
                .values()
                .all(|after| *after == Verdict::Feasible)
        );
    }
}

#[test]
fn the_remedies_of_a_report_are_proven_together() {
    let nothing_shared = Estate::rds()
        .set(
            &format!("{RESOURCE_KEY}/Policy/Statement/1"),
            json!({"Effect": "Deny", "Principal": {"AWS": SLR},
            "Action": "kms:CreateGrant", "Resource": "*"}),
        )
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null)
        .set("/accounts/0/cross_account_backup", json!(false))
        .set("/accounts/1/cross_account_backup", json!(false));
    assert!(nothing_shared.verdict().failing().len() >= 3);
    let after = together(&nothing_shared.0);
    assert_eq!(after.get("orders-to-central"), Some(&Verdict::Feasible));
    // Nothing is proposed for a copy with a failure that nothing helps.
    let also = nothing_shared.set(
        "/accounts/1/organization",
        json!({"Id": "o-z9y8x7w6v5", "MasterAccountId": "777788889999", "Path": "o-z9y8x7w6v5/r-ab12/"}),
    );
    assert_eq!(together(&also.0), BTreeMap::new());
    assert_eq!(together(&Estate::rds().0), BTreeMap::new());
}

/// A vault like the destination's, under another name.
fn beside_central(name: &str, key: &str) -> Value {
    vault(
        &CENTRAL.replace(":central", &format!(":{name}")),
        key,
        allow_copy_into(ROLE),
    )
}

#[test]
fn a_vault_that_is_there_is_used_as_it_is_or_another_name_is_taken() {
    let estate = || {
        Estate::rds().set(
            &format!("{DESTINATION_VAULT}/EncryptionKeyArn"),
            json!(AWS_KEY.replace(FROM, TO)),
        )
    };
    let aws_key = {
        let mut key = key(&AWS_KEY.replace(FROM, TO), "alias/aws/backup", Value::Null);
        key["KeyManager"] = json!("AWS");
        key
    };
    let with = |vaults: Vec<Value>| {
        let mut estate = estate().push(&format!("{DESTINATION}/keys"), aws_key.clone());
        for vault in vaults {
            estate = estate.push(&format!("{DESTINATION}/vaults"), vault);
        }
        let all = remedies_of(&estate.0);
        for remedy in &all {
            assert_eq!(remedy.proven, Some(true), "{}", remedy.title);
        }
        // Whatever is done first, the copies are sent there last, by whoever sends them.
        let (last, first) = all.split_last().unwrap();
        let kind = RemedyKind::ChangeDestination;
        let sends = all.iter().find(|remedy| remedy.kind == kind).unwrap();
        assert_eq!(sends.account.unwrap().to_string(), FROM);
        let others = all.iter().filter(|remedy| remedy.id != sends.id);
        assert_eq!(sends.requires, others.map(|it| &*it.id).collect::<Vec<_>>());
        assert!(first.len() < 2, "{last:?}");
        let new = sends.title.split('`').nth(1).unwrap();
        let named = format!("backup-vault:{new}");
        assert!(sends.commands().concat().contains(&named), "{sends:?}");
        let first = all.iter().find(|remedy| remedy.id != sends.id);
        (new.to_owned(), first.map(|remedy| remedy.kind))
    };
    let aws = AWS_KEY.replace(FROM, TO);
    let created = Some(RemedyKind::CreateVault);
    assert_eq!(with(vec![]), ("central-cmk".to_owned(), created));
    let taken = beside_central("central-cmk", &aws);
    assert_eq!(
        with(vec![taken.clone()]),
        ("central-cmk-2".to_owned(), created)
    );
    // What an earlier run made is used, whatever its number.
    let there = |name: &str| beside_central(name, CENTRAL_KEY);
    assert_eq!(
        with(vec![there("central-cmk")]),
        ("central-cmk".to_owned(), None)
    );
    let made = with(vec![taken, there("central-cmk-2")]);
    assert_eq!(made, ("central-cmk-2".to_owned(), None));
    // It may not let the role in yet.
    let closed = |name: &str| {
        let mut vault = there(name);
        vault["AccessPolicy"] = Value::Null;
        vault
    };
    let opened = Some(RemedyKind::VaultPolicy);
    assert_eq!(
        with(vec![closed("central-cmk")]),
        ("central-cmk".to_owned(), opened)
    );
    // Any other vault is used where it takes the copies as it is, and can be emptied again.
    assert_eq!(with(vec![there("vault-7")]), ("vault-7".to_owned(), None));
    assert_eq!(
        with(vec![closed("vault-7")]),
        ("central-cmk".to_owned(), created)
    );
    assert_eq!(
        with(vec![there("copy-re-encryption")]),
        ("central-cmk".to_owned(), created)
    );
    let mut locked = there("vault-7");
    locked["Locked"] = json!(true);
    locked["MinRetentionDays"] = json!(1);
    locked["MaxRetentionDays"] = json!(4000);
    assert_eq!(with(vec![locked]), ("central-cmk".to_owned(), created));
}

#[test]
fn a_vault_in_between_that_is_there_is_used_as_it_is_or_another_name_is_taken() {
    let between = |key: &str| {
        let mut vault = vault(
            &PROD.replace(":prod", ":copy-re-encryption"),
            key,
            Value::Null,
        );
        vault["AccessPolicy"] = Value::Null;
        vault
    };
    let with = |vault: Option<Value>, policy: Value| {
        let mut estate = Estate::rds().on_aws_managed_key("alias/aws/rds").push(
            &format!("{SOURCE}/keys"),
            key(&KEY.replace("000001", "0000ab"), "alias/between", policy),
        );
        if let Some(vault) = vault {
            estate = estate.push(&format!("{SOURCE}/vaults"), vault);
        }
        let remedies = remedies_of(&estate.0);
        let is_made = |remedy: &Remedy| remedy.kind == RemedyKind::CreateVault;
        let two_step = of_kind(&remedies, RemedyKind::TwoStepCopy).clone();
        (two_step, remedies.into_iter().find(is_made))
    };
    let own = KEY.replace("000001", "0000ab");
    let shared = key_policy(FROM, json!([share(SLR, USE), share(ROLE, USE)]));
    let unshared = key_policy(FROM, json!([]));
    // The vault that is created, where one is.
    let goes_by = |(remedy, made): &(Remedy, Option<Remedy>)| {
        let name = made.as_ref().map(|made| {
            let (_, name) = made.subject.rsplit_once(':').unwrap();
            name.to_owned()
        });
        let vault = name.as_deref().unwrap_or("copy-re-encryption");
        let to = format!(
            "--destination-backup-vault-arn {}",
            PROD.replace(":prod", &format!(":{vault} "))
        );
        assert!(remedy.commands().concat().contains(&to), "{remedy:?}");
        assert_eq!(remedy.proven, Some(true), "{}", remedy.title);
        name
    };
    let free = with(None, shared.clone());
    let taken = with(Some(between(&own)), unshared);
    let there = with(Some(between(&own)), shared);
    let new = goes_by(&free).unwrap();
    assert!(new.starts_with("re-encryption-"), "{new}");
    assert_eq!(goes_by(&taken), Some(new.clone()));
    assert_eq!(goes_by(&there), None);
    // One of that name which will not do is left alone.
    let mut named = between(&own);
    let text = named.to_string().replace("copy-re-encryption", &new);
    named = serde_json::from_str(&text).unwrap();
    let other = with(Some(named), key_policy(FROM, json!([])));
    let number = format!("{new}-2");
    assert_eq!(goes_by(&other), Some(number));
}

/// The vault lets nobody in, and the key is not shared.
fn shut() -> Estate {
    Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null)
        .set(
            &format!("{RESOURCE_KEY}/Policy"),
            key_policy(FROM, json!([])),
        )
}

#[test]
fn nothing_is_opened_for_a_copy_that_nothing_helps() {
    let kinds = |estate: &Estate| -> Vec<RemedyKind> {
        let all = remedies_of(&estate.0);
        all.iter().map(|remedy| remedy.kind).collect()
    };
    let both = [RemedyKind::KeyPolicy, RemedyKind::VaultPolicy];
    assert_eq!(kinds(&shut()), both);
    let elsewhere = shut()
        .set("/accounts/1/organization/Id", json!("o-zzzzzzzzzz"))
        .set(
            "/accounts/1/organization/MasterAccountId",
            json!("888877776666"),
        )
        .without("/accounts/1/organization/Path");
    assert_eq!(kinds(&elsewhere), Vec::new());
    assert_eq!(together(&elsewhere.0).get("orders-to-central"), None);
    let into_air_gapped = shut()
        .set(
            &format!("{DESTINATION_VAULT}/VaultType"),
            json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT"),
        )
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(90));
    assert_eq!(kinds(&into_air_gapped), Vec::new());
}

#[test]
fn what_a_copy_that_nothing_helps_needs_is_opened_for_another_that_needs_it() {
    let arn = "arn:aws:redshift:us-east-2:111122223333:cluster:c1";
    let cluster = json!({"ResourceArn": arn, "ResourceType": "Redshift", "Encrypted": true, "EncryptionKeyArn": KEY,
        "Tags": {}, "Detail": {}});
    let estate = shut();
    let mut copy = estate.at(COPY).clone();
    copy["id"] = json!("cluster-to-central");
    copy["resource"] = json!(arn);
    let both = estate
        .push("/accounts/0/regions/0/resources", cluster)
        .push("/copies", copy);
    let all = remedies_of(&both.0);
    let of_vault = all.iter().find(|it| it.kind == RemedyKind::VaultPolicy);
    let of_vault = of_vault.unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(of_vault.copies, ["orders-to-central".into()]);
    assert!(
        all.iter()
            .all(|it| it.copies == ["orders-to-central".into()])
    );
}
