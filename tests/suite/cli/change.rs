//! `check`, `audit` and `fix` with a change to judge: what counts, what is told, and how they end.

use serde_json::{Value, json};

use super::{Files, json};
use crate::plans::{planned, selection};
use crate::support::estate::*;
use crate::support::{Estate, run};

const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/terraform");
const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/base.json");
const TEMPLATES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/suite/gate/cloudformation"
);

fn report(args: &[&str]) -> (Value, i32) {
    let ran = run(&[args, &["--format", "json"]].concat());
    assert!(ran.code != 2, "{}", ran.err);
    (json(&ran.out), ran.code)
}

/// The copies that have this change, by the name of what is copied.
fn with(report: &Value, change: &str) -> Vec<String> {
    let copies = report["copies"].as_array().unwrap().iter();
    let names = copies.filter(|copy| copy["change"] == change).map(|copy| {
        let resource = copy["source"]["resource"].as_str().unwrap();
        resource.rsplit([':', '/']).next().unwrap().to_owned()
    });
    names.collect()
}

fn what_if(document: &Value) -> (Value, i32) {
    let files = Files::new();
    let overlay = files.write("change.json", &document.to_string());
    report(&["audit", "--example", "organization", "--overlay", &overlay])
}

#[test]
fn without_a_change_nothing_is_judged() {
    let (report, _) = report(&["check", "--example", "organization"]);
    assert_eq!(report["summary"]["changes"], Value::Null);
    assert!(
        report["copies"]
            .as_array()
            .unwrap()
            .iter()
            .all(|copy| copy["change"].is_null())
    );
}

#[test]
fn what_if_a_policy_of_the_organization_denied_copies() {
    let (report, code) = what_if(
        &json!({"accounts": [{"account": "111122223333", "service_control_policies": [[
        {"Id": "p-new", "Name": "no-copies", "Document": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "backup:CopyFromBackupVault", "Resource": "*"}]}}]]}]}),
    );
    assert_eq!(
        (&report["summary"]["changes"]["worse"], code),
        (&json!(11), 1)
    );
    for copy in report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|copy| copy["change"] == "worse")
    {
        let checks = copy["checks"].as_array().unwrap();
        assert!(
            checks
                .iter()
                .any(|check| check["id"] == "organization-policy-denies-copy"),
            "{copy}"
        );
    }
}

#[test]
fn what_if_a_key_were_to_be_deleted() {
    let (before, _) = report(&["check", "--example", "organization"]);
    let copies = before["copies"].as_array().unwrap();
    let feasible = copies.iter().find(|copy| {
        copy["verdict"] == "feasible"
            && copy["encryption"]["model"] == "service-dependent"
            && copy["encryption"]["backup_key"].is_string()
    });
    let key = feasible.unwrap()["encryption"]["backup_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let (account, region) = (
        key.split(':').nth(4).unwrap(),
        key.split(':').nth(3).unwrap(),
    );
    let (report, code) = what_if(
        &json!({"accounts": [{"account": account, "regions": [{"region": region, "keys": [
        {"Arn": key, "KeyState": "PendingDeletion"}]}]}]}),
    );
    let on_it = copies
        .iter()
        .filter(|copy| copy["encryption"]["backup_key"] == key.as_str())
        .count();
    // What is backed up with the vault's key is read with its own.
    let now = report["copies"].as_array().unwrap().iter();
    let read_with_it = now.filter(|copy| with_check(copy, "recovery-point-missing"));
    let all = on_it + read_with_it.count();
    assert_eq!((with(&report, "worse").len(), code), (all, 1));
}

#[test]
fn what_if_a_lock_asked_for_ninety_days() {
    let vault = json!({"BackupVaultArn": "arn:aws:backup:us-east-1:444455556666:backup-vault:central",
                       "Locked": true, "MinRetentionDays": 90, "MaxRetentionDays": 3650});
    let (report, code) = what_if(
        &json!({"accounts": [{"account": "444455556666", "regions": [
        {"region": "us-east-1", "vaults": [vault]}]}]}),
    );
    assert_eq!(code, 1);
    let into = |copy: &Value| {
        copy["destination"]["vault"]
            .as_str()
            .unwrap()
            .ends_with(":central")
    };
    let worse = report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|copy| copy["change"] == "worse");
    let worse: Vec<&Value> = worse.collect();
    assert!(
        worse.len() > 3 && worse.iter().all(|copy| into(copy)),
        "{}",
        worse.len()
    );
}

/// The three states of a pull request: it changes nothing for the worse, it narrows a key's policy, it takes that back.
#[test]
fn what_was_blocked_before_counts_only_where_all_are_counted() {
    let files = Files::new();
    let nothing = files.write("nothing.json", r#"{"accounts": []}"#);
    let args = ["check", "--example", "organization", "--overlay", &nothing];
    let (same, code) = report(&args);
    assert_eq!(
        (&same["summary"]["changes"]["same"], code),
        (&same["summary"]["copies"], 0)
    );
    assert!(same["summary"]["blocked"].as_u64().unwrap() > 0);
    let (_, code) = report(&[&args[..], &["--all"]].concat());
    assert_eq!(code, 1);
}

#[test]
fn a_plan_that_breaks_a_copy_names_the_resource_at_fault() {
    let plan = format!("{PLANS}/lock-raised/plan.json");
    let (report, code) = report(&["check", "--inventory", BASE, "--terraform-plan", &plan]);
    assert_eq!(
        (with(&report, "worse"), code),
        (vec!["orders".to_owned()], 1)
    );
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    let lock = checks
        .iter()
        .find(|check| check["id"] == "retention-outside-vault-lock")
        .unwrap();
    let addresses: Vec<&str> = lock["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| at["address"].as_str().unwrap())
        .collect();
    assert!(
        addresses.contains(&"aws_backup_vault_lock_configuration.central"),
        "{addresses:?}"
    );
}

#[test]
fn a_plan_that_breaks_nothing_ends_well() {
    let plan = format!("{PLANS}/shared-key/plan.json");
    let (report, code) = report(&["check", "--inventory", BASE, "--terraform-plan", &plan]);
    assert_eq!((with(&report, "new"), code), (vec!["orders".to_owned()], 0));
}

#[test]
fn templates_say_file_and_line_and_each_has_its_account() {
    let (source, central) = (
        format!("{TEMPLATES}/source.yaml"),
        format!("{TEMPLATES}/central.json"),
    );
    let (report, code) = report(&[
        "check",
        "--inventory",
        BASE,
        "--cloudformation",
        &source,
        "--cloudformation",
        &central,
        "--account",
        "source.yaml=111122223333,central.json=444455556666",
        "--template-region",
        "eu-west-1",
        "--parameter",
        "BackupAccount=444455556666",
        "--parameter",
        "Minimum=90",
    ]);
    assert_eq!((with(&report, "new"), code), (vec!["orders".to_owned()], 1));
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    let lock = checks
        .iter()
        .find(|check| check["id"] == "retention-outside-vault-lock")
        .unwrap();
    let vault = lock["locations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|at| at["address"] == "Vault");
    let vault = vault.unwrap_or_else(|| panic!("{}", lock["locations"]));
    assert!(
        vault["file"].as_str().unwrap().ends_with("central.json"),
        "{vault}"
    );
    assert_eq!(vault["line"], 7);
}

#[test]
fn of_overlays_the_later_wins() {
    let files = Files::new();
    let file = files.estate(&Estate::rds());
    let vault = |policy: Value| {
        let vault = json!({"BackupVaultArn": CENTRAL, "AccessPolicy": policy});
        json!({"accounts": [{"account": TO, "regions": [{"region": "us-east-2", "vaults": [vault]}]}]}).to_string()
    };
    let none = files.write("none.json", &vault(Value::Null));
    let some = files.write("some.json", &vault(allow_copy_into(ROLE)));
    let base = ["check", "--inventory", &file];
    let (_, code) = report(&[&base[..], &["--overlay", &none, "--overlay", &some]].concat());
    assert_eq!(code, 0);
    let (_, code) = report(&[&base[..], &["--overlay", &some, "--overlay", &none]].concat());
    assert_eq!(code, 1);
}

#[test]
fn a_copy_that_is_no_longer_made_is_told_and_warned_of() {
    let files = Files::new();
    let estate = crate::plans::planned(crate::plans::selection(
        json!({"Resources": [crate::plans::ORDERS]}),
    ));
    let file = files.estate(&estate);
    let gone = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "plans": [
        {"BackupPlanId": crate::plans::PLAN, "BackupPlan": {"Rules": []}, "Selections": []}]}]}]});
    let overlay = files.write("gone.json", &gone.to_string());
    let args = ["check", "--inventory", &file, "--overlay", &overlay];
    let (told, code) = report(&args);
    assert_eq!(
        (with(&told, "removed"), code),
        (vec!["orders".to_owned()], 0)
    );
    assert_eq!(told["copies"][0]["was"], "feasible");
    assert_eq!(
        (
            &told["summary"]["changes"]["removed"],
            &told["summary"]["warnings"]
        ),
        (&json!(1), &json!(1))
    );
    let (_, code) = report(&[&args[..], &["--strict"]].concat());
    assert_eq!(code, 1);
}

#[test]
fn what_failed_in_a_baseline_does_not_count() {
    let files = Files::new();
    let broken = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let file = files.estate(&broken);
    let baseline = run(&["check", "--inventory", &file, "--format", "json"]);
    assert_eq!(baseline.code, 1);
    let baseline = files.write("baseline.json", &baseline.out);
    let (same, code) = report(&["check", "--inventory", &file, "--baseline", &baseline]);
    assert_eq!((&same["copies"][0]["change"], code), (&json!("same"), 0));
    let more = broken.set(&format!("{RESOURCE_KEY}/KeyState"), json!("Disabled"));
    let more = files.write("more.json", &more.0.to_string());
    let (worse, code) = report(&["check", "--inventory", &more, "--baseline", &baseline]);
    assert_eq!((&worse["copies"][0]["change"], code), (&json!("worse"), 1));
}

/// What warned before a change does not count with `--strict` either.
#[test]
fn strict_counts_the_warnings_that_a_change_brings() {
    let files = Files::new();
    let warning = Estate::dynamodb().set(
        &format!("{SOURCE_VAULT_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    let names = ["sound", "warns"];
    let [sound, warns] = [Estate::dynamodb(), warning];
    let [sound, warns] = [(names[0], sound), (names[1], warns)]
        .map(|(name, estate)| files.write(name, &estate.0.to_string()));
    for command in ["check", "audit"] {
        let baseline = |file: &str, name: &str| {
            let ran = run(&[command, "--inventory", file, "--format", "json"]);
            files.write(&format!("{command}-{name}"), &ran.out)
        };
        let (of_sound, of_warns) = (baseline(&sound, "sound"), baseline(&warns, "warns"));
        let judged = |file: &str, then: &str, more: &[&str]| {
            let args = [command, "--inventory", file, "--baseline", then];
            report(&[&args[..], more].concat()).1
        };
        assert_eq!(judged(&warns, &of_warns, &["--strict"]), 0, "{command}");
        assert_eq!(judged(&sound, &of_warns, &["--strict"]), 0, "{command}");
        assert_eq!(judged(&warns, &of_sound, &["--strict"]), 1, "{command}");
        assert_eq!(judged(&warns, &of_sound, &[]), 0, "{command}");
        let all = judged(&warns, &of_warns, &["--strict", "--all"]);
        assert_eq!(all, 1, "{command}");
    }
}

/// What if: a service control policy, a key that waits for its deletion, a lock of 90 days, over the example's organization.
#[test]
fn what_breaks_is_tried_before_it_is_applied() {
    let files = Files::new();
    let region = |account: &str, more: Value| {
        let mut region = json!({"region": "us-east-1"});
        let own = more.as_object().unwrap().clone();
        region.as_object_mut().unwrap().extend(own);
        json!({"accounts": [{"account": account, "regions": [region]}]})
    };
    let statement = |effect: &str, action: &str| {
        json!({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": action, "Resource": "*"}]})
    };
    let policies = json!([[{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": statement("Allow", "*")},
        {"Id": "p-new", "Name": "no-copies-out", "Document": statement("Deny", "backup:CopyFromBackupVault")}]]);
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000002-aaaa-4bbb-8ccc-111122223333";
    let vault = "arn:aws:backup:us-east-1:444455556666:backup-vault:central";
    for (overlay, worse, newly_blocked, check) in [
        (
            json!({"accounts": [{"account": "111122223333", "service_control_policies": policies}]}),
            11,
            5,
            "organization-policy-denies-copy",
        ),
        (
            region(
                "111122223333",
                json!({"keys": [{"Arn": key, "KeyState": "PendingDeletion"}]}),
            ),
            4,
            4,
            "key-unusable",
        ),
        (
            region(
                "444455556666",
                json!({"vaults": [
                {"BackupVaultArn": vault, "Locked": true, "MinRetentionDays": 90, "MaxRetentionDays": 3650}]}),
            ),
            11,
            5,
            "retention-outside-vault-lock",
        ),
    ] {
        let file = files.write("change.json", &overlay.to_string());
        let (told, code) = report(&["check", "--example", "organization", "--overlay", &file]);
        assert_eq!(code, 1, "{check}");
        let copies = told["copies"].as_array().unwrap();
        let broken: Vec<&Value> = copies
            .iter()
            .filter(|copy| copy["change"] == "worse")
            .collect();
        let was = broken.iter().filter(|copy| copy["was"] == "feasible");
        assert_eq!(
            (broken.len(), was.count()),
            (worse, newly_blocked),
            "{check}"
        );
        for copy in broken {
            // What is backed up with the vault's key is read with its own.
            let of_backup = check == "key-unusable" && with_check(copy, "recovery-point-missing");
            assert!(
                with_check(copy, check) || of_backup,
                "{check}: {}",
                copy["id"]
            );
        }
    }
}

fn with_check(copy: &Value, id: &str) -> bool {
    let checks = copy["checks"].as_array().unwrap().iter();
    let mut failing = checks.filter(|check| check["outcome"] == "fail");
    failing.any(|check| check["id"] == id)
}

/// Another copy with the same id is no copy that failed before.
#[test]
fn a_baseline_is_of_the_copy_that_it_names_and_not_of_its_id() {
    let files = Files::new();
    let blocked = || Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let file = files.estate(&blocked());
    let baseline = run(&["check", "--inventory", &file, "--format", "json"]);
    let baseline = files.write("baseline.json", &baseline.out);
    let mut seen = 0;
    for (pointer, value) in [
        (
            "/copies/0/destination_vault",
            "arn:aws:backup:us-east-2:444455556666:backup-vault:other",
        ),
        (
            "/copies/0/resource",
            "arn:aws:rds:us-east-2:111122223333:db:invoices",
        ),
    ] {
        let other = blocked().set(pointer, json!(value));
        let other = files.write("other.json", &other.0.to_string());
        let (told, code) = report(&["check", "--inventory", &other, "--baseline", &baseline]);
        let copy = &told["copies"][0];
        assert_eq!(
            (&copy["change"], &copy["was"]),
            (&json!("new"), &Value::Null),
            "{pointer}"
        );
        assert_ne!(code, 0, "{pointer}");
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn what_a_change_does_is_valid_against_the_schema() {
    let schema = json(&run(&["schema", "report"]).out);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let plan = format!("{PLANS}/lock-raised/plan.json");
    for command in ["check", "audit"] {
        let (report, _) = report(&[command, "--inventory", BASE, "--terraform-plan", &plan]);
        let wrong: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{command}: {wrong:?}");
        let lines = run(&[
            command,
            "--inventory",
            BASE,
            "--terraform-plan",
            &plan,
            "--format",
            "ndjson",
        ]);
        for line in lines.out.lines() {
            assert!(schema.is_valid(&json(line)), "{line}");
        }
    }
}

#[test]
fn files_that_are_none_end_with_2_and_say_what_was_expected() {
    let files = Files::new();
    let state = files.write(
        "state.json",
        r#"{"version": 4, "lineage": "x", "resources": []}"#,
    );
    let list = files.write("list.json", "[]");
    let text = files.write("text.yaml", "hello");
    for (flag, file, expected) in [
        ("--terraform-plan", &state, "terraform show -json"),
        ("--overlay", &list, "expected an object with `accounts`"),
        ("--cloudformation", &text, "it has no `Resources`"),
        ("--baseline", &list, "not a report"),
    ] {
        let ran = run(&["check", "--example", "organization", flag, file]);
        assert_eq!(ran.code, 2, "{flag}: {}", ran.out);
        assert!(
            ran.err.contains(expected) && ran.err.contains(file.as_str()),
            "{flag}: {}",
            ran.err
        );
    }
}

#[test]
fn a_vault_that_failed_before_does_not_count_and_one_that_the_change_makes_does() {
    let files = Files::new();
    let nothing = files.write("nothing.json", r#"{"accounts": []}"#);
    let args = ["audit", "--example", "organization", "--overlay", &nothing];
    let (told, code) = report(&args);
    assert!(told["summary"]["vaults"]["failing"].as_u64().unwrap() > 0);
    assert_eq!(code, 0);
    assert_eq!(report(&[&args[..], &["--all"]].concat()).1, 1);
    let key = json!({"Arn": "arn:aws:kms:us-east-1:444455556666:key/new", "KeyManager": "AWS", "KeyState": "Enabled",
                     "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Aliases": ["alias/aws/backup"]});
    let vault = json!({"BackupVaultArn": "arn:aws:backup:us-east-1:444455556666:backup-vault:new",
                       "EncryptionKeyArn": key["Arn"]});
    let new = json!({"accounts": [{"account": "444455556666", "regions": [
        {"region": "us-east-1", "vaults": [vault], "keys": [key]}]}]});
    assert_eq!(what_if(&new).1, 1);
}

/// What a change says of a thing that cannot be placed may be what breaks a copy: the answer is open.
#[test]
fn what_a_change_says_of_a_thing_without_a_place_leaves_the_answer_open() {
    let files = Files::new();
    let file = files.estate(&Estate::rds());
    let vault = "Resources:\n  V:\n    Type: AWS::Backup::BackupVault\n    Properties:\n      BackupVaultName: central\n";
    let condition = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\n";
    let place = ["--account", TO, "--template-region", "us-east-2"];
    for (text, place) in [
        (vault.to_owned(), &[][..]),
        (
            format!("{condition}{vault}").replace("    Type:", "    Condition: C\n    Type:"),
            &place[..],
        ),
        (
            format!("{vault}      Fn::Transform: {{Name: Mine}}\n"),
            &place[..],
        ),
    ] {
        let template = files.write("t.yaml", &text);
        let (told, code) = report(
            &[
                &["check", "--inventory", &file, "--cloudformation", &template][..],
                place,
            ]
            .concat(),
        );
        assert_eq!(
            (&told["copies"][0]["change"], code),
            (&json!("same"), 3),
            "{text}"
        );
    }
}

/// What is made by a plan or a template is changed there: commands would be undone, or have nothing to change yet.
#[test]
fn remedies_are_in_the_language_of_the_change() {
    let folder = format!("{PLANS}/policy-destroyed");
    let plan = format!("{folder}/plan.json");
    let change = ["--terraform-plan", &plan, "--terraform-source", &folder];
    let given = [&["--inventory", BASE][..], &change].concat();
    let (report, code) = report(&[&["check"][..], &given].concat());
    assert_eq!(code, 1);
    let remedy = &report["remedies"][0];
    assert_eq!(
        remedy["locations"][0],
        json!({"address": "aws_backup_vault.central", "file": "tests/suite/gate/terraform/policy-destroyed/main.tf", "line": 49})
    );
    let text = remedy["commands"][0].as_str().unwrap();
    let (_, hcl) = text.split_once('\n').unwrap();
    let body: hcl::Body = hcl::from_str(hcl).unwrap();
    let block = body.blocks().next().unwrap();
    assert_eq!(block.labels()[0].as_str(), "aws_backup_vault_policy");
    assert!(
        hcl.contains("backup_vault_name = aws_backup_vault.central.name"),
        "{hcl}"
    );
    assert!(
        hcl.contains("\"Action\": \"backup:CopyIntoBackupVault\""),
        "{hcl}"
    );

    let files = Files::new();
    let fixes = super::text_of(&files.path("fixes"));
    let ran = run(&[&["fix", "--dir", &fixes][..], &given].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    let read = |name: &str| std::fs::read_to_string(format!("{fixes}/{name}")).unwrap();
    assert!(read("r1-vault-policy-central.source.txt").contains(hcl));
    // Nothing but the source changes it.
    for name in ["apply.sh", "main.tf.json"] {
        assert!(!std::path::Path::new(&format!("{fixes}/{name}")).exists());
    }
    assert!(read("README.md").contains("All of them are made by hand"));
    assert!(ran.out.contains("all are made by hand"), "{}", ran.out);
    assert!(!ran.out.contains("make them"), "{}", ran.out);

    // A rule is changed in its plan.
    let plan = format!("{PLANS}/lock-raised/plan.json");
    let (report, _) = self::report(&["check", "--inventory", BASE, "--terraform-plan", &plan]);
    assert_eq!(
        report["remedies"][0]["locations"][0]["address"],
        "aws_backup_plan.daily"
    );
}

#[test]
fn what_is_to_be_written_in_a_rule_is_told_with_its_line() {
    let folder = format!("{PLANS}/lock-raised");
    let plan = format!("{folder}/plan.json");
    let template = "tests/suite/gate/cloudformation/source.yaml";
    let lock = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": TO, "regions": [{"region": "us-east-2",
        "vaults": [{"BackupVaultName": "central", "Locked": true, "MinRetentionDays": 90, "MaxRetentionDays": 3650,
        "BackupVaultArn": format!("arn:aws:backup:us-east-2:{TO}:backup-vault:central")}]}]}]});
    let files = Files::new();
    let lock = files.write("lock.json", &lock.to_string());
    let of_template = [
        "--cloudformation",
        template,
        "--account",
        FROM,
        "--template-region",
        "us-east-2",
        "--parameter",
        "BackupAccount=444455556666",
        "--overlay",
        &lock,
    ];
    let of_plan = ["--terraform-plan", &*plan];
    let with_source = [&of_plan[..], &["--terraform-source", &folder]].concat();
    for (given, expected) in [
        (&with_source[..], "main.tf:82: delete_after = 90".to_owned()),
        (
            &of_plan,
            format!(
                "# in the rule `daily`, in its copy_action to arn:aws:backup:eu-west-1:{TO}:backup-vault:central:\nlifecycle {{ delete_after = 90 }}"
            ),
        ),
        (
            &of_template,
            "source.yaml:70: DeleteAfterDays: 90, here or where !Ref Retention has its value"
                .to_owned(),
        ),
    ] {
        let fixes = super::text_of(&files.path("fixes"));
        let command = ["fix", "--force", "--dir", &fixes, "--inventory", BASE];
        let ran = run(&[&command[..], given].concat());
        let each = std::fs::read_dir(&fixes).unwrap();
        let each = each.map(|entry| entry.unwrap().path());
        let kept = each.filter(|path| super::text_of(path).contains("change-retention"));
        let kept: Vec<String> = kept
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        assert!(
            kept.iter().any(|text| text.contains(&expected)),
            "{expected}: {kept:?} {}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn what_is_the_same_of_two_rules_is_told_once() {
    let files = Files::new();
    let all = planned(selection(json!({"Resources": ["*"]})))
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let mut plans = all.at(&format!("{SOURCE}/plans")).clone();
    let rules = plans[0]["BackupPlan"]["Rules"].as_array_mut().unwrap();
    let mut weekly = rules[0].clone();
    weekly["RuleName"] = json!("weekly");
    weekly["RuleId"] = json!("r-2");
    rules.push(weekly);
    let base = all.set(&format!("{SOURCE}/plans"), json!([]));
    let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "plans": plans}]}]});
    let overlay = files.write("overlay.json", &overlay.to_string());
    let text = run(&[
        "check",
        "--inventory",
        &files.estate(&base),
        "--overlay",
        &overlay,
    ])
    .out;
    let line = text
        .lines()
        .filter(|line| line.starts_with("new: RDS orders → "));
    let lines: Vec<&str> = line.collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(
        lines[0].ends_with(", rules nightly, weekly: blocked"),
        "{text}"
    );
    assert!(
        text.contains("RDS orders (nightly), RDS orders (weekly)"),
        "{text}"
    );
}
