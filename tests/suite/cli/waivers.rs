//! Waivers of the configuration, and baselines: what need not count.

use std::fs;

use serde_json::json;

use super::config::{AUDIT, BASE, BEFORE, LATER, PLANS, Place};
use super::{json, text_of};

fn waiver(check: &str, selector: &str, expires: &str) -> String {
    format!(
        "[[waivers]]\ncheck = '{check}'\n{selector}\nreason = 'by then it moves'\nexpires = {expires}\n"
    )
}

#[test]
fn what_is_waived_stays_blocked_and_does_not_count() {
    let all = [
        "source-key-not-shared",
        "retention-outside-vault-lock",
        "destination-vault-missing",
        "source-key-aws-managed",
    ];
    let config: String = all
        .iter()
        .map(|check| waiver(check, "account = '*'", LATER))
        .collect();
    let place = Place::new(&config);
    let check = &["check", "--example", "organization"];
    let (report, code) = place.report(check);
    assert_eq!(code, 3, "a copy is undecided for another check, too");
    let summary = &report["summary"];
    assert_eq!(
        (
            &summary["blocked"],
            &summary["undecided"],
            &summary["waived"]
        ),
        (&json!(11), &json!(1), &json!(10))
    );
    let place = Place::new(&format!(
        "{config}{}",
        waiver("source-key-refuses-copy-role", "region = 'us-*'", LATER)
    ));
    let (report, code) = place.report(check);
    assert_eq!((code, &report["summary"]["waived"]), (0, &json!(12)));
    for copy in report["copies"].as_array().unwrap() {
        for check in copy["checks"].as_array().unwrap() {
            assert_eq!(check["waived"]["expires"], LATER, "{check}");
        }
    }
    let table = place.run(check);
    assert!(table.out.contains("waived: source-key-not-shared of account `*`, 7 findings, until 2999-01-31: by then it moves"), "{}", table.out);
    let page = place.run(&[&check[..], &["--format", "markdown"]].concat());
    assert!(
        page.out.contains("\nWaived: ") && !page.out.contains("\nFails: "),
        "{}",
        page.out
    );
    let log = place.run(&[&check[..], &["--format", "github"]].concat());
    assert!(
        log.out.contains("waived: source-key-not-shared (") && !log.out.contains("fails: "),
        "{}",
        log.out
    );
    let junit = place.run(&[&check[..], &["--format", "junit"]].concat());
    let junit = quick_junit::Report::deserialize_from_str(&junit.out).unwrap();
    assert_eq!((junit.failures, junit.errors), (0, 0));
    let sarif = |more: &[&str]| {
        let ran = place.run(&[&check[..], &["--format", "sarif"], more].concat());
        let log =
            crate::report::formats::is_sarif(&crate::report::formats::sarif_validator(), &ran.out);
        log["runs"][0]["results"].clone()
    };
    assert_eq!(sarif(&[]), json!([]));
    let kept = sarif(&["--sarif-suppressions"]);
    assert_eq!(kept[0]["suppressions"][0]["kind"], "external");
    assert_eq!(kept.as_array().unwrap().len(), 15);
}

#[test]
fn a_waiver_meets_what_it_selects_and_nothing_else() {
    for (selector, copies) in [
        (
            "vault = 'arn:aws:backup:*:444455556666:backup-vault:central'",
            5,
        ),
        (
            "subject = 'arn:aws:kms:us-east-1:111122223333:key/00000001-*'",
            5,
        ),
        ("resource = 'arn:aws:rds:*:db:carts'", 1),
        (
            "copy = '*/nightly/arn:aws:rds:us-east-1:111122223333:db:carts/*'",
            1,
        ),
        ("account = '222233334444'", 0),
        ("region = 'eu-*'", 0),
    ] {
        let place = Place::new(&waiver("source-key-not-shared", selector, LATER));
        let (report, code) = place.report(&["check", "--example", "organization"]);
        assert_eq!(
            (&report["summary"]["waived"], code),
            (&json!(copies), 1),
            "{selector}"
        );
    }
}

#[test]
fn an_account_may_be_selected_by_the_name_that_the_configuration_gives_it() {
    let named = "[accounts.111122223333]\nname = 'prod'\n";
    let waived = |selector: &str| {
        let config = waiver("source-key-not-shared", selector, LATER);
        let place = Place::new(&format!("{named}{config}"));
        place.run(&["check", "--example", "organization"])
    };
    let by_name = waived("account = 'prod'");
    assert!(by_name.out.contains("5 findings, until"), "{}", by_name.out);
    let vault = "vault = 'arn:aws:backup:us-east-1:444455556666:backup-vault:centra'";
    let slip = waived(vault);
    let all = format!("{}{}", slip.err, slip.out);
    assert!(all.contains("matches nothing: did you mean `arn:aws:backup:us-east-1:444455556666:backup-vault:central`?"), "{all}");
}

#[test]
fn an_expired_one_is_told_once_and_one_of_the_other_account_how_it_is_meant() {
    let old = waiver(
        "source-key-not-shared",
        "account = '111122223333'",
        "2020-01-31",
    );
    let check = ["check", "--example", "organization"];
    let place = Place::new(&old);
    let ran = place.run(&check);
    let all = format!("{}{}", ran.err, ran.out);
    assert_eq!(all.matches("expired on 2020-01-31").count(), 1, "{all}");
    assert!(all.contains("findings count again"), "{all}");
    let ran = place.run(&[&check[..], &["--format", "json"]].concat());
    assert!(ran.err.contains("expired on 2020-01-31"), "{}", ran.err);
    let other = waiver(
        "destination-vault-missing",
        "account = '444455556666'",
        LATER,
    );
    let ran = Place::new(&other).run(&check);
    let says = "`account` is the one that a copy comes from, here 222233334444";
    assert!(ran.out.contains(says), "{}", ran.out);
    let nobody = waiver(
        "destination-vault-missing",
        "account = '999955556666'",
        LATER,
    );
    let ran = Place::new(&nobody).run(&check);
    assert!(
        ran.out.contains("matches nothing; take it out of"),
        "{}",
        ran.out
    );
}

#[test]
fn a_vault_and_a_plan_can_be_waived_too() {
    let config = waiver(
        "vault-uses-aws-managed-key",
        "subject = 'arn:aws:backup:*:222233334444:backup-vault:local'",
        LATER,
    ) + &waiver("plan-copies-nowhere", "account = '*'", LATER);
    let place = Place::new(&config);
    let none = place.0.write(
        "none.json",
        r#"{"schema": "backup-preflight/inventory/v1", "copies": []}"#,
    );
    let blocked: String = [
        "source-key-not-shared",
        "retention-outside-vault-lock",
        "destination-vault-missing",
        "source-key-aws-managed",
        "source-key-refuses-copy-role",
    ]
    .iter()
    .map(|check| waiver(check, "account = '*'", LATER))
    .collect();
    let (report, code) = place.report(AUDIT);
    assert_eq!(code, 1, "the copies still count");
    assert_eq!(
        report["vaults"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|vault| vault["checks"][0]["waived"].is_object())
            .count(),
        1
    );
    let place = Place::new(&(config + &blocked));
    assert_eq!(
        place.report(&[AUDIT, &["--inventory", &none]].concat()).1,
        0
    );
}

#[test]
fn two_plans_three_waivers_and_five_formats_at_once() {
    let used = waiver(
        "retention-outside-vault-lock",
        "vault = '*:backup-vault:central'",
        LATER,
    );
    let expired = waiver("vault-refuses-copy", "account = '111122223333'", BEFORE);
    let unused = waiver("marketplace-image", "copy = 'nobody'", LATER);
    let place = Place::new(&format!("{used}{expired}{unused}"));
    let plan = |name: &str| format!("{PLANS}/{name}/plan.json");
    let (one, other) = (plan("lock-raised"), plan("policy-destroyed"));
    let names = ["json", "markdown", "sarif", "junit", "mermaid"];
    let targets: Vec<String> = names.iter().map(|name| format!("{name}={name}")).collect();
    let mut args = vec![
        "check",
        "--inventory",
        BASE,
        "--terraform-plan",
        &one,
        "--terraform-plan",
        &other,
    ];
    for target in &targets {
        args.extend(["--format", target]);
    }
    let ran = place.run(&[&args[..], &["--format", "github"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lines: Vec<&str> = ran
        .err
        .lines()
        .filter(|line| line.contains("waiver"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", ran.err);
    assert!(lines[0].starts_with("warning: expired waiver: vault-refuses-copy of account `111122223333` expired on 2020-01-31: 1 finding counts again"), "{}", lines[0]);
    assert!(
        lines[1].starts_with(
            "warning: unused waiver: marketplace-image of copy `nobody` matches nothing"
        ),
        "{}",
        lines[1]
    );
    let read = |name: &str| fs::read_to_string(place.0.path(name)).unwrap();
    let report = json(&read("json"));
    let fates: Vec<_> = report["waivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waiver| (&waiver["fate"], &waiver["findings"]))
        .collect();
    assert_eq!(
        fates,
        [
            (&json!("used"), &json!(1)),
            (&json!("expired"), &json!(1)),
            (&json!("unused"), &json!(0))
        ]
    );
    let mut texts: Vec<(&str, String)> = names
        .iter()
        .skip(1)
        .map(|name| (*name, read(name)))
        .collect();
    texts.push(("github", ran.out));
    for (name, text) in texts {
        for said in [
            "retention-outside-vault-lock",
            "vault-refuses-copy",
            "expired on 2020-01-31",
            "matches nothing",
            "until 2999-01-31",
        ] {
            assert!(
                text.contains(said),
                "{name} says nothing of `{said}`: {text}"
            );
        }
        assert!(
            text.contains("exit code 1") || text.contains("\"exitCode\": 1"),
            "{name}"
        );
    }
}

#[test]
fn two_plans_a_waiver_of_each_fate_and_five_formats_at_once() {
    let config = [
        waiver(
            "accounts-in-different-organizations",
            "resource = '*'",
            LATER,
        ),
        waiver("cross-account-backup-disabled", "copy = '*'", BEFORE),
        waiver("marketplace-image", "account = '999900001111'", LATER),
    ]
    .concat();
    let place = Place::new(&config);
    let plan = |part: &str| format!("{PLANS}/two-states/{part}/plan.json");
    let (source, central) = (plan("source"), plan("central"));
    let mut args = vec![
        "check",
        "--terraform-plan",
        &source,
        "--terraform-plan",
        &central,
    ];
    let formats = ["json", "markdown", "sarif", "junit", "html"];
    let targets = formats.map(|format| format!("{format}={}", place.0.path(format).display()));
    for target in &targets {
        args.extend(["--format", target]);
    }
    let ran = place.run(&args);
    // Two checks are undecided still, and one of them because its waiver has expired.
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert_eq!(ran.out, "");
    let text = |format: &str| fs::read_to_string(place.0.path(format)).unwrap();
    let report = json(&text("json"));
    assert_eq!(report["exit_code"], 3);
    assert_eq!(report["summary"]["copies"], 1);
    let fates = report["waivers"].as_array().unwrap().iter();
    let fates: Vec<_> = fates
        .map(|waiver| (&waiver["fate"], &waiver["findings"]))
        .collect();
    assert_eq!(
        fates,
        [
            (&json!("used"), &json!(1)),
            (&json!("expired"), &json!(1)),
            (&json!("unused"), &json!(0)),
        ]
    );
    let checks = report["copies"][0]["checks"].as_array().unwrap().iter();
    let waived = checks.filter(|check| !check["waived"].is_null());
    let waived: Vec<_> = waived.map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(waived, ["accounts-in-different-organizations"]);
    for format in &formats[1..] {
        let text = text(format).replace("&#45;", "-").replace('\\', "");
        for said in [
            "exit code 3",
            "cross-account-backup-disabled",
            "organization-policy-denies-copy",
            "expired waiver",
            "unused waiver",
            "waived",
            "by then it moves",
        ] {
            assert!(text.contains(said), "{format} lacks {said}: {text}");
        }
    }
    // With the expired one renewed and another for the last check, nothing counts.
    let renewed = [
        waiver(
            "accounts-in-different-organizations",
            "resource = '*'",
            LATER,
        ),
        waiver("cross-account-backup-disabled", "copy = '*'", LATER),
        waiver("organization-policy-denies-copy", "copy = '*'", LATER),
    ]
    .concat();
    let place = Place::new(&renewed);
    let args = [
        "check",
        "--terraform-plan",
        &source,
        "--terraform-plan",
        &central,
    ];
    let (report, code) = place.report(&args);
    assert_eq!((code, &report["summary"]["waived"]), (0, &json!(1)));
}

#[test]
fn what_failed_in_a_baseline_does_not_count_and_what_is_gone_is_told() {
    let place = Place::new("");
    let file = text_of(&place.0.path("before.json"));
    place.run(&[AUDIT, &["--format", &format!("json={file}")]].concat());
    let (report, code) = place.report(&[AUDIT, &["--baseline", &file]].concat());
    assert_eq!(
        (&report["summary"]["changes"]["same"], code),
        (&json!(17), 0),
        "vaults and plans failed there, too"
    );
    // A copy that is not made any more.
    let mut before = json(&fs::read_to_string(&file).unwrap());
    let mut gone = before["copies"][0].clone();
    gone["id"] = json!("gone");
    gone["verdict"] = json!("feasible");
    before["copies"].as_array_mut().unwrap().push(gone);
    fs::write(&file, before.to_string()).unwrap();
    let (report, code) = place.report(&[AUDIT, &["--baseline", &file]].concat());
    assert_eq!(
        (&report["summary"]["changes"]["removed"], code),
        (&json!(1), 0)
    );
    let told = report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .find(|copy| copy["id"] == "gone")
        .unwrap();
    assert_eq!(
        (&told["change"], &told["was"]),
        (&json!("removed"), &json!("feasible"))
    );
    let (report, _) = place.report(&[
        "check",
        "--example",
        "organization",
        "--plan",
        "nightly",
        "--baseline",
        &file,
    ]);
    assert_eq!(
        report["summary"]["changes"]["removed"], 0,
        "the others were not asked about"
    );
    // Another check that fails does count.
    before["vaults"] = json!([]);
    fs::write(&file, before.to_string()).unwrap();
    assert_eq!(place.report(&[AUDIT, &["--baseline", &file]].concat()).1, 1);
}
