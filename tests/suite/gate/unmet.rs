//! A change that meets nothing that was read: of another account or Region, or of a name that nothing has.

use serde_json::{Value, json};

use crate::cli::Files;
use crate::support::estate::{CENTRAL, TO};
use crate::support::{Estate, Ran, run};

const TEMPLATE: &str = r#"{"Resources": {"Central": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "central",
    "AccessPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]}}}}}"#;

fn deployed(account: &str, region: &str) -> Ran {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let template = files.write("vault.json", TEMPLATE);
    let given = ["--account", account, "--template-region", region];
    let what = ["check", "--no-config", "--inventory", &facts];
    run(&[&what[..], &["--cloudformation", &template], &given].concat())
}

fn laid(estate: &Estate, overlay: &Value) -> Ran {
    let files = Files::new();
    let facts = files.estate(estate);
    let overlay = files.write("overlay.json", &overlay.to_string());
    run(&[
        "check",
        "--no-config",
        "--inventory",
        &facts,
        "--overlay",
        &overlay,
    ])
}

fn of_region(account: &str, region: &str, list: &str, thing: &Value) -> Value {
    json!({"accounts": [{"account": account, "regions": [{"region": region, list: [thing]}]}]})
}

#[test]
fn a_template_of_a_place_that_nobody_read_is_never_green() {
    let right = deployed(TO, "us-east-2");
    assert!(!right.out.contains("nothing was read"), "{}", right.out);
    for (account, region, says) in [
        (
            "999999999999",
            "us-east-2",
            "account 999999999999, of which nothing was read",
        ),
        (
            TO,
            "us-west-2",
            "us-west-2 of account 444455556666, of which nothing was read",
        ),
    ] {
        let ran = deployed(account, region);
        assert_eq!(ran.code, 3, "{}", ran.out);
        assert!(ran.out.contains(says), "{}", ran.out);
    }
    for (account, region, says) in [
        ("444455556667", "us-east-2", "did you mean 444455556666?"),
        (TO, "us-est-2", "did you mean `us-east-2`?"),
        (TO, "eu-nowhere-9", "no Region `eu-nowhere-9` is known"),
    ] {
        let ran = deployed(account, region);
        assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}

#[test]
fn an_overlay_of_a_name_that_nothing_has_is_an_error() {
    let estate = Estate::rds();
    let vault = json!({"BackupVaultArn": format!("{CENTRAL}l"), "AccessPolicy": null});
    let slip = of_region(TO, "us-east-2", "vaults", &vault);
    let ran = laid(&estate, &slip);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    let says = format!("nothing names it; did you mean `{CENTRAL}`?");
    assert!(ran.err.contains(&says), "{}", ran.err);
    // What a copy goes into is a new vault.
    let named = estate.set("/copies/0/destination_vault", json!(format!("{CENTRAL}l")));
    assert_ne!(laid(&named, &slip).code, 2);
    let digit = of_region("444455556667", "us-east-2", "vaults", &vault);
    let ran = laid(&named, &digit);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    let says = "the facts have no account 444455556667; did you mean 444455556666?";
    assert!(ran.err.contains(says), "{}", ran.err);
}

#[test]
fn a_place_that_a_copy_goes_to_need_not_have_been_read() {
    let new = CENTRAL
        .replace("us-east-2", "us-west-2")
        .replace("central", "somewhere-else");
    let vault = json!({"BackupVaultArn": new, "VaultState": "AVAILABLE", "AccessPolicy": null});
    let overlay = of_region(TO, "us-west-2", "vaults", &vault);
    let says = "of which nothing was read";
    let away = laid(&Estate::rds(), &overlay);
    assert!(away.code == 3 && away.out.contains(says), "{}", away.out);
    let estate = Estate::rds().set("/copies/0/destination_vault", json!(new));
    let towards = laid(&estate, &overlay);
    assert!(!towards.out.contains(says), "{}", towards.out);
}

#[test]
fn a_change_that_takes_the_only_copy_away_says_so_last() {
    let gate = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate");
    let facts = format!("{gate}/pull-request/facts.json");
    let plan = format!("{gate}/terraform/database-destroyed/plan.json");
    let what = ["check", "--no-config", "--inventory", &facts];
    let ran = run(&[&what[..], &["--terraform-plan", &plan]].concat());
    let last = ran.out.lines().last().unwrap();
    assert!(last.contains("1 copy is no longer made"), "{last}");
}
