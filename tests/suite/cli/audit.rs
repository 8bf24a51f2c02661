//! `audit`: every plan and every vault.

use serde_json::{Value, json};

use super::{Files, json};
use crate::plans::{ORDERS, PLAN, planned, selection};
use crate::support::estate::*;
use crate::support::{Estate, run};

const EXAMPLE: &[&str] = &["audit", "--example", "organization"];

fn audited(estate: &Estate, more: &[&str]) -> (Value, i32) {
    let files = Files::new();
    let file = files.estate(estate);
    let args = [&["audit", "--inventory", &file, "--format", "json"], more].concat();
    let ran = run(&args);
    assert!(ran.code != 2, "{}", ran.err);
    (json(&ran.out), ran.code)
}

fn sound() -> Estate {
    let copy = json!([{
        "RecoveryPointArn": "arn:aws:rds:us-east-2:444455556666:snapshot:awsbackup:copyjob-1",
        "BackupVaultArn": CENTRAL, "ResourceArn": ORDERS, "ResourceType": "RDS", "Status": "COMPLETED",
        "IsEncrypted": true, "EncryptionKeyArn": CENTRAL_KEY, "CreationDate": "2026-11-22T05:40:00Z",
    }]);
    planned(selection(json!({"Resources": [ORDERS]})))
        .set(&format!("{DESTINATION}/recovery_points"), copy)
}

fn example(more: &[&str]) -> Value {
    json(&run(&[EXAMPLE, &["--format", "json"], more].concat()).out)
}

#[test]
fn each_finding_has_its_exit_code() {
    assert_eq!(audited(&sound(), &[]).1, 0);
    assert_eq!(audited(&sound(), &["--strict"]).1, 0);
    let vault = sound().set(&format!("{SOURCE_VAULT_KEY}/KeyManager"), json!("AWS"));
    let (report, code) = audited(&vault, &[]);
    assert_eq!(report["summary"]["blocked"], 0);
    assert_eq!(code, 1, "a vault fails");
    let plan = planned(json!([]));
    assert_eq!(audited(&plan, &[]).1, 1, "a plan fails");
    let unread = sound().without(&format!("{DESTINATION_VAULT}/AccessPolicy"));
    assert_eq!(audited(&unread, &[]).1, 3);
    let key = sound().without(&format!("{SOURCE_VAULT_KEY}/KeyManager"));
    assert_eq!(audited(&key, &[]).1, 0, "no copy is undecided for it");
    assert_eq!(audited(&key, &["--strict"]).1, 1);
    assert_eq!(
        audited(&Estate::rds().without("/copies"), &[]).1,
        0,
        "no copies at all"
    );
}

#[test]
fn a_region_whose_plans_were_not_read_is_a_gap_and_open_where_aws_refused() {
    let gaps = |report: &Value| -> Vec<String> {
        let all = report["gaps"].as_array().unwrap().iter();
        all.filter(|gap| gap["operation"] == "backup:ListBackupPlans")
            .map(|gap| gap["subject"].as_str().unwrap().to_owned())
            .collect()
    };
    let (report, code) = audited(&sound(), &[]);
    assert_eq!(
        (gaps(&report), code),
        (vec!["444455556666/us-east-2".to_owned()], 0)
    );
    let refused = json!([{
        "account": TO, "region": "us-east-2", "operation": "backup:ListBackupPlans",
        "subject": "444455556666/us-east-2", "error": "AccessDeniedException",
        "permission": "backup:ListBackupPlans",
    }]);
    assert_eq!(audited(&sound().set("/gaps", refused), &[]).1, 3);
}

/// A call that was refused for a plan that is in no list, or beside what there is of it.
#[test]
fn a_plan_that_could_not_be_read_leaves_the_answer_open() {
    let refused = |call: &str, plan: &str| {
        let gap = json!({"account": "111122223333", "region": "us-east-2", "operation": call, "subject": plan,
                         "error": "ThrottlingException", "permission": call});
        sound().set("/gaps", json!([gap]))
    };
    let other = "arn:aws:backup:us-east-2:111122223333:backup-plan:another";
    for (call, plan) in [
        ("backup:ListBackupPlans", "111122223333/us-east-2"),
        ("backup:GetBackupPlan", "another"),
        ("backup:GetBackupPlan", other),
        ("backup:ListBackupSelections", PLAN),
        ("backup:GetBackupSelection", PLAN),
    ] {
        let estate = refused(call, plan);
        let (report, code) = audited(&estate, &[]);
        assert_eq!(
            (code, &report["summary"]["blocked"]),
            (3, &json!(0)),
            "{call} {plan}"
        );
        let files = Files::new();
        let checked = run(&["check", "--inventory", &files.estate(&estate)]);
        assert_eq!(checked.code, 3, "{call} {plan}");
    }
}

#[test]
fn the_example_comes_out_as_its_makers_meant_it() {
    let report = example(&[]);
    assert_eq!(
        report["summary"],
        json!({
            "copies": 17, "feasible": 5, "blocked": 11, "undecided": 1, "waived": 0, "warnings": 25, "changes": null,
            "vaults": {"checked": 5, "failing": 1, "warning": 1},
            "plans": {"checked": 5, "failing": 2, "warning": 0},
            "resources": {"checked": 16, "failing": 0, "warning": 15},
        })
    );
    let causes: Vec<(&str, u64)> = report["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| {
            (
                cause["check"].as_str().unwrap(),
                cause["copies"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("source-key-not-shared", 5),
        ("retention-outside-vault-lock", 4),
        ("destination-vault-missing", 1),
        ("source-key-aws-managed", 1),
        // Of the two copies that it leaves open one is blocked by something else.
        ("source-key-not-shared", 2),
    ];
    assert_eq!(causes, expected);
    assert_eq!(report["causes"][4]["outcome"], "undecided");
    assert_eq!(report["causes"][0]["remedies"], json!(["r1"]));
    let failing = |list: &str, name: &str| -> Vec<String> {
        let all = report[list].as_array().unwrap().iter();
        all.filter(|one| {
            let checks = one["checks"].as_array().unwrap();
            checks.iter().any(|check| check["outcome"] == "fail")
        })
        .map(|one| one.pointer(name).unwrap().as_str().unwrap().to_owned())
        .collect()
    };
    assert_eq!(
        failing("vaults", "/vault"),
        ["arn:aws:backup:us-east-1:222233334444:backup-vault:local"]
    );
    assert_eq!(failing("plans", "/plan/name"), ["legacy", "weekly"]);
}

#[test]
fn a_vault_is_made_again_with_the_rules_that_back_up_to_it() {
    let report = example(&[]);
    let vault = "arn:aws:backup:us-east-1:222233334444:backup-vault:local";
    let mut vaults = report["vaults"].as_array().unwrap().iter();
    let found = vaults.find(|one| one["vault"] == vault).unwrap();
    let ids = found["checks"][0]["remedies"].as_array().unwrap();
    let remedies = report["remedies"].as_array().unwrap();
    let of = |id: &serde_json::Value| remedies.iter().find(|remedy| remedy["id"] == *id).unwrap();
    let kinds: Vec<_> = ids.iter().map(|id| &of(id)["kind"]).collect();
    assert_eq!(kinds, ["create-vault", "change-destination"]);
    assert_eq!(of(&ids[1])["requires"], json!([ids[0]]));
    let parts: [&[&str]; 2] = [
        &["create-backup-vault", "local-cmk"],
        &[
            "local-cmk",
            "b7d1c0de-0003",
            "aws organizations update-policy",
        ],
    ];
    for (id, parts) in ids.iter().zip(parts) {
        let remedy = of(id);
        assert_eq!(remedy["proven"], true);
        let text = remedy["commands"].to_string();
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn only_leaves_the_copies_of_a_verdict_and_the_totals_of_all() {
    let all = example(&[]);
    let blocked = example(&["--only", "blocked"]);
    assert_eq!(blocked["copies"].as_array().unwrap().len(), 11);
    assert_eq!(blocked["summary"], all["summary"]);
    assert_eq!(blocked["causes"], all["causes"]);
    let two = example(&["--only", "feasible", "--only", "undecided"]);
    assert_eq!(two["copies"].as_array().unwrap().len(), 6);
    let ran = run(&[EXAMPLE, &["--only", "feasible"]].concat());
    assert_eq!(ran.code, 1, "what is not shown counts");
    let told = |args: &[&str]| {
        let table = run(&[EXAMPLE, args].concat()).out;
        let lines = table.lines();
        let of = |line: &&str| line.starts_with("retention-") || line.starts_with("17 copies:");
        lines.filter(of).map(str::to_owned).collect::<Vec<_>>()
    };
    for only in ["blocked", "feasible", "undecided"] {
        assert_eq!(told(&["--only", only]), told(&[]), "{only}");
    }
    let table = run(&[EXAMPLE, &["--only", "undecided"]].concat()).out;
    assert!(!table.contains("\nblocked "), "{table}");
}

#[test]
fn files_are_decided_whole_and_that_is_said_where_a_region_is_picked() {
    let ran = run(&[EXAMPLE, &["--region", "eu-west-1"]].concat());
    let without_the_next = |text: &str| {
        text.lines()
            .filter(|line| !line.contains("write them"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        without_the_next(&ran.out),
        without_the_next(&run(EXAMPLE).out)
    );
    assert!(
        ran.err.contains("everything in the files is decided"),
        "{}",
        ran.err
    );
}

#[test]
fn causes_come_before_copies_in_the_table() {
    let text = run(EXAMPLE).out;
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("no `{part}` in {text}"))
    };
    assert!(place("\nerror[plan-copies-nowhere]") < place("\ncheck "));
    assert!(place("\nundecided[denied]") < place("\nerror[plan-copies-nowhere]"));
    assert!(place("key shop-data (111122223333 us-east-1)") < place("\nblocked "));
    assert!(
        place("\nundecided  RDS") < place("\nblocked "),
        "the worst last: {text}"
    );
    let verdict = "17 copies: 5 feasible, 1 undecided, 11 blocked by 4 causes, 25 warnings; ";
    assert!(place("\nblocked ") < place(verdict));
    let next = "  write them: backup-preflight fix --dir fixes --audit --example organization     each copy: -v\n";
    assert!(text.ends_with(next), "{text}");
}

#[test]
fn json_lines_have_a_type_each_and_the_summary_is_the_last() {
    let text = run(&[EXAMPLE, &["--format", "ndjson"]].concat()).out;
    let types: Vec<String> = text
        .lines()
        .map(|line| json(line)["type"].as_str().unwrap().to_owned())
        .collect();
    let mut order = types.clone();
    order.dedup();
    assert_eq!(
        order,
        [
            "copy", "vault", "plan", "resource", "coverage", "cause", "remedy", "gap", "summary"
        ]
    );
    let count = |of: &str| types.iter().filter(|kind| *kind == of).count();
    assert_eq!((count("copy"), count("vault"), count("plan")), (17, 2, 2));
}

#[test]
fn the_report_of_an_audit_is_what_its_schema_says() {
    let schema = json(&run(&["schema", "report"]).out);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&example(&[]))
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_order_of_the_files_does_not_change_the_report() {
    let files = Files::new();
    let text = backup_preflight::sources::examples::find("organization")
        .unwrap()
        .text;
    let mut turned: Value = serde_json::from_str(text).unwrap();
    turn(&mut turned);
    let file = files.write("turned.json", &turned.to_string());
    for format in ["json", "ndjson", "table"] {
        let one = run(&[EXAMPLE, &["--format", format]].concat());
        let other = run(&["audit", "--inventory", &file, "--format", format]);
        // The next command names the facts.
        let other = other
            .out
            .replace(&format!("--inventory {file}"), "--example organization");
        assert_eq!(one.out, other, "{format}");
    }
}

/// Turns the lists of accounts, and of what is in their Regions, round.
fn turn(inventory: &mut Value) {
    let accounts = inventory["accounts"].as_array_mut().unwrap();
    accounts.reverse();
    for account in accounts {
        for region in account["regions"].as_array_mut().unwrap() {
            for list in ["vaults", "keys", "resources", "plans", "copy_jobs"] {
                if let Some(list) = region[list].as_array_mut() {
                    list.reverse();
                }
            }
        }
    }
}

/// Databases of one plan on so many keys, none of them shared.
fn many(databases: usize, keys: usize) -> Estate {
    let sound = sound();
    let key = sound.at(RESOURCE_KEY).clone();
    let mut kept = sound
        .at(&format!("{SOURCE}/keys"))
        .as_array()
        .unwrap()
        .clone();
    let arn = |number: usize| format!("arn:aws:kms:us-east-2:111122223333:key/many-{number:04}");
    for number in 0..keys {
        let mut own = key.clone();
        own["Arn"] = json!(arn(number));
        own["Aliases"] = json!([]);
        own["Policy"] = key_policy(FROM, json!([]));
        kept.push(own);
    }
    let resources: Vec<Value> = (0..databases)
        .map(|number| {
            let name = format!("arn:aws:rds:us-east-2:111122223333:db:db-{number:04}");
            resource(
                "RDS",
                &name,
                json!(arn(number % keys)),
                json!({"Engine": "postgres", "DBInstanceStatus": "available", "PreferredBackupWindow": "09:00-09:30",
                       "PreferredMaintenanceWindow": "sun:10:00-sun:10:30"}),
            )
        })
        .collect();
    planned(selection(json!({"Resources": ["*"]})))
        .set(&format!("{SOURCE}/keys"), json!(kept))
        .set(&format!("{SOURCE}/resources"), json!(resources))
}

#[test]
fn a_report_on_500_copies_can_be_read_at_a_glance() {
    let files = Files::new();
    let file = files.estate(&many(500, 25));
    let args = ["audit", "--inventory", &file];
    let text = run(&args).out;
    let lines = text.lines().count();
    assert!(lines <= 30, "{lines} lines: {text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for part in [
        "500 copies: 0 feasible, 0 undecided, 500 blocked by 25 causes",
        "25 changes unblock 500",
        "source-key-not-shared 500 25 keys: ",
        "25 changes: key policy",
        "497 more blocked",
    ] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    let all = run(&[&args[..], &["-v"]].concat()).out;
    assert!(all.contains("db-0499") && !all.contains("more blocked"));
}

#[test]
fn the_way_of_all_is_not_hidden_behind_one_of_each() {
    let files = Files::new();
    let place = many(5, 1)
        .at(&format!("{SOURCE}/keys"))
        .as_array()
        .unwrap()
        .len()
        - 1;
    let estate = many(5, 1).set(&format!("{SOURCE}/keys/{place}/KeyManager"), json!("AWS"));
    let text = run(&["check", "--inventory", &files.estate(&estate)]).out;
    let part = |part: &str| text.lines().position(|line| line.starts_with(part));
    let told = [
        "  fix    r1, in 111122223333: create a customer managed key ",
        "         and r2, in 111122223333, after r1: encrypt ",
        "         and 4 changes like it: r3, r4, r5 and 1 more",
        "         or r7, in 111122223333: create the vault ",
        "         and r8, in 111122223333, after r7: copy in two steps: ",
    ];
    let told = told.map(part);
    assert!(
        told.is_sorted() && told.iter().all(Option::is_some),
        "{text}"
    );
}

#[test]
fn without_files_it_says_what_it_cannot_do_or_asks_aws() {
    let ran = run(&["audit", "--inventory", "nowhere.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nowhere.json"), "{}", ran.err);
}

#[test]
fn what_could_not_be_read_is_not_counted_as_none_failing() {
    let refused = |operation: &str| {
        json!({"account": FROM, "region": "us-east-2", "operation": operation,
               "subject": "111122223333/us-east-2", "error": "AccessDeniedException", "permission": operation})
    };
    let lists = ["backup:ListBackupPlans", "backup:ListBackupVaults"].map(refused);
    let denied = Estate(json!({
        "schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM}], "gaps": lists,
    }));
    let (report, code) = audited(&denied, &[]);
    assert_eq!(code, 3);
    assert_eq!(report["summary"]["vaults"], Value::Null);
    assert_eq!(report["summary"]["plans"], Value::Null);
    let files = Files::new();
    let table = run(&["audit", "--inventory", &files.estate(&denied)]).out;
    let says =
        "vaults were not read; plans were not read; no resource was read, and there may be some";
    assert!(table.contains(says), "{table}");
    // Some were read, and not all.
    let table = run(&[
        "audit",
        "--inventory",
        &files.estate(&sound().set("/gaps", json!(lists))),
    ]);
    for says in [
        "2 vaults: none failing, and there may be more vaults",
        "1 plan: none failing, and there may be more plans",
    ] {
        assert!(table.out.contains(says), "{}", table.out);
    }
    let table = run(&["audit", "--inventory", &files.estate(&sound())]).out;
    assert!(table.contains("1 plan: none failing;"), "{table}");
    assert!(
        !table.contains("more vaults") && !table.contains("more plans"),
        "{table}"
    );
}
