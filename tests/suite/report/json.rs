//! The JSON report, its lines, and its schema.

use backup_preflight::checks::{Audited, CHECKS, find};
use backup_preflight::inventory::Facts;
use backup_preflight::known::Arn;
use backup_preflight::report::{Report, json, ndjson, report_schema};
use backup_preflight::verdict::{Outcome, Status};
use serde_json::{Value, json};

use super::support::{AMK, database, estate, everything, remedies, report, turned_round, vault};

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&json(report)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn copy<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .find(|copy| copy["id"] == id)
        .unwrap()
}

fn check<'a>(copy: &'a Value, id: &str) -> &'a Value {
    copy["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["id"] == id)
        .unwrap()
}

#[test]
fn fields_stand_in_the_order_of_the_contract() {
    let report = parsed(&report(&estate(), &remedies()));
    assert_eq!(
        keys(&report),
        [
            "schema",
            "tool",
            "collected_at",
            "exit_code",
            "summary",
            "checks",
            "copies",
            "vaults",
            "plans",
            "resources",
            "causes",
            "remedies",
            "gaps"
        ]
    );
    assert_eq!(
        keys(&report["summary"]),
        [
            "copies",
            "feasible",
            "blocked",
            "undecided",
            "waived",
            "warnings",
            "changes",
            "vaults",
            "plans",
            "resources"
        ]
    );
    let copy = copy(&report, "orders-to-central");
    assert_eq!(
        keys(copy),
        [
            "id",
            "source",
            "destination",
            "role",
            "start",
            "lifecycle",
            "plan",
            "assumptions",
            "encryption",
            "verdict",
            "verdict_with_remedies",
            "change",
            "was",
            "checks"
        ]
    );
    assert_eq!(
        keys(&copy["source"]),
        [
            "account",
            "region",
            "vault",
            "resource",
            "recovery_point",
            "resource_type"
        ]
    );
    assert_eq!(
        keys(&copy["destination"]),
        ["account", "region", "vault", "vault_type"]
    );
    assert_eq!(
        keys(&copy["encryption"]),
        [
            "model",
            "backup_key",
            "backup_key_manager",
            "copy_key",
            "copy_key_manager"
        ]
    );
    assert_eq!(
        keys(&copy["checks"][0]),
        [
            "id",
            "outcome",
            "message",
            "basis",
            "evidence",
            "predicted_message",
            "predicted_category",
            "gaps",
            "remedies",
            "waived",
            "locations"
        ]
    );
    assert_eq!(
        keys(&report["remedies"][0]),
        [
            "id",
            "key",
            "title",
            "subject",
            "account",
            "kind",
            "before",
            "after",
            "added",
            "commands",
            "requires",
            "alternative_to",
            "proven",
            "copies"
        ]
    );
    assert_eq!(
        keys(&report["gaps"][0]),
        [
            "id",
            "account",
            "region",
            "operation",
            "subject",
            "error",
            "permission",
            "settle",
            "copies"
        ]
    );
}

#[test]
fn a_blocked_copy_says_what_is_so() {
    let report = parsed(&report(&estate(), &remedies()));
    assert_eq!(report["schema"], "backup-preflight/report/v2");
    assert_eq!(report["tool"]["name"], "backup-preflight");
    assert_eq!(report["collected_at"], "2026-11-22T10:00:00Z");
    let copy = copy(&report, "orders-to-central");
    assert_eq!(copy["verdict"], "blocked");
    assert_eq!(copy["source"]["account"], "111122223333");
    assert_eq!(copy["source"]["resource_type"], "RDS");
    assert_eq!(copy["source"]["recovery_point"], Value::Null);
    assert_eq!(copy["plan"], Value::Null);
    assert_eq!(
        copy["lifecycle"],
        json!({"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": null})
    );
    assert_eq!(copy["encryption"]["model"], "service-dependent");
    assert_eq!(copy["encryption"]["backup_key"], AMK);
    assert_eq!(copy["encryption"]["backup_key_manager"], "AWS");
    assert_eq!(copy["encryption"]["copy_key_manager"], "CUSTOMER");
    let failed = check(copy, "source-key-aws-managed");
    assert_eq!(failed["outcome"], "fail");
    assert_eq!(failed["basis"], "documented");
    assert!(
        failed["predicted_message"]
            .as_str()
            .unwrap()
            .contains("KMS key")
    );
    assert_eq!(failed["evidence"][0]["pointer"], "/KeyManager");
    let note = &report["checks"]["source-key-aws-managed"];
    assert!(note["cites"][0].as_str().unwrap().starts_with("https://"));
    assert_eq!(failed["waived"], Value::Null);
    assert_eq!(failed["locations"], json!([]));
    assert_eq!(failed["remedies"], json!(["r1", "r2", "r10"]));
}

#[test]
fn what_is_unknown_is_absent_and_what_never_expires_is_null() {
    let mut estate = estate();
    estate["copies"] = json!([{
        "id": "cli", "recovery_point": "arn:aws:backup:us-east-2:111122223333:recovery-point:1",
        "destination_vault": vault("444455556666", "central"), "lifecycle": null,
    }]);
    let report = parsed(&report(&estate, &[]));
    let copy = copy(&report, "cli");
    assert_eq!(keys(&copy["source"]), ["recovery_point"]);
    assert!(copy.get("role").is_none());
    assert_eq!(copy["lifecycle"], Value::Null);
    assert!(keys(copy).contains(&"lifecycle"));
    assert_eq!(copy["start"], "on-demand");
    assert_eq!(
        copy["verdict"], "undecided",
        "the expiry of its source, which it takes over, was not read"
    );

    estate["copies"][0]
        .as_object_mut()
        .unwrap()
        .remove("lifecycle");
    let unknown = parsed(&super::support::report(&estate, &[]));
    assert!(unknown["copies"][0].get("lifecycle").is_none());
    assert_eq!(
        unknown["copies"][0]["encryption"]["backup_key_manager"],
        Value::Null
    );
}

#[test]
fn checks_stand_in_the_order_in_which_they_run_and_all_are_there_if_asked_for() {
    let report = parsed(&everything(&estate(), &[]));
    let expected: Vec<_> = CHECKS
        .iter()
        .filter(|check| check.is_of_copies())
        .map(|check| check.id)
        .collect();
    for copy in report["copies"].as_array().unwrap() {
        let found: Vec<_> = copy["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_passes_is_told_only_if_asked_for_and_each_check_is_named_once() {
    let short = parsed(&report(&estate(), &[]));
    let mut named = std::collections::BTreeSet::new();
    for copy in short["copies"].as_array().unwrap() {
        for check in copy["checks"].as_array().unwrap() {
            let outcome = check["outcome"].as_str().unwrap();
            assert!(["fail", "warn", "undecided"].contains(&outcome), "{check}");
            assert!(check.get("cites").is_none() && check.get("title").is_none());
            named.insert(check["id"].as_str().unwrap());
        }
    }
    let notes: std::collections::BTreeSet<_> = keys(&short["checks"]).into_iter().collect();
    assert_eq!(notes, named);
}

#[test]
fn a_remedy_is_known_by_the_same_key_in_every_run() {
    let report = parsed(&report(&estate(), &remedies()));
    for remedy in report["remedies"].as_array().unwrap() {
        let (kind, subject) = (
            remedy["kind"].as_str().unwrap(),
            remedy["subject"].as_str().unwrap(),
        );
        assert_eq!(remedy["key"], format!("{kind} {subject}"));
    }
}

#[test]
fn a_cause_names_its_check_what_is_at_fault_and_its_copies() {
    let report = parsed(&report(&estate(), &remedies()));
    let causes = report["causes"].as_array().unwrap();
    let of = |check: &str| causes.iter().find(|cause| cause["check"] == check).unwrap();
    let key = of("source-key-aws-managed");
    assert_eq!((&key["subject"], &key["copies"]), (&json!(AMK), &json!(1)));
    assert_eq!(key["examples"], json!(["orders-to-central"]));
    assert_eq!(key["remedies"], json!(["r1", "r2", "r10"]));
    let unread = causes
        .iter()
        .find(|cause| cause["outcome"] == "undecided")
        .unwrap();
    assert!(
        unread["gaps"].as_array().unwrap().len() == 1
            && unread["checks"].as_array().unwrap().len() > 1,
        "{unread}"
    );
    let copies: Vec<_> = causes
        .iter()
        .filter(|cause| cause["outcome"] == "fail")
        .map(|cause| cause["copies"].as_u64())
        .collect();
    assert!(copies.is_sorted_by(|one, other| one >= other), "{copies:?}");
}

#[test]
fn a_gap_says_what_settles_it_and_how_many_copies_wait() {
    let report = parsed(&report(&estate(), &[]));
    let gaps = report["gaps"].as_array().unwrap();
    for (number, gap) in gaps.iter().enumerate() {
        assert_eq!(gap["id"], format!("g{}", number + 1));
    }
    let of = |operation: &str| {
        gaps.iter()
            .find(|gap| gap["operation"] == operation)
            .unwrap()
    };
    let denied = of("rds:DescribeDBInstances");
    assert_eq!(denied["permission"], "rds:DescribeDBInstances");
    assert_eq!(
        denied["settle"],
        format!(
            "give the role that reads 111122223333 rds:DescribeDBInstances on {}",
            database("hidden")
        )
    );
    assert_eq!(denied["copies"], 1);
    assert_eq!(of("kms:ListGrants")["copies"], 0);
    let waits = &copy(&report, "hidden-stays")["checks"][0]["gaps"];
    assert_eq!(waits, &json!([denied["id"]]));
}

#[test]
fn copies_stand_by_source_then_resource_then_destination() {
    let report = report(&estate(), &[]);
    let ids: Vec<_> = report.copies.iter().map(|copy| copy.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "hidden-stays",
            "orders-to-central",
            "users-stay",
            "users-to-central"
        ]
    );
}

#[test]
fn the_same_facts_give_the_same_bytes_in_whatever_order_they_came() {
    let mut shuffled = remedies();
    shuffled.reverse();
    let one = report(&estate(), &remedies());
    let other = report(&turned_round(&estate()), &shuffled);
    assert_eq!(json(&one), json(&other));
    assert_eq!(ndjson(&one), ndjson(&other));
    assert!(json(&one).ends_with("}\n"));
}

#[test]
fn the_summary_adds_up() {
    let summary = report(&estate(), &[]).summary;
    assert_eq!(
        (
            summary.copies,
            summary.feasible,
            summary.blocked,
            summary.undecided
        ),
        (4, 1, 2, 1)
    );
    assert_eq!(summary.warnings, 0);
}

#[test]
fn gaps_are_those_recorded_and_those_of_the_checks_each_once() {
    let report = report(&estate(), &[]);
    let of: Vec<_> = report
        .gaps
        .iter()
        .map(|gap| (gap.operation(), gap.subject.clone()))
        .collect();
    assert!(
        of.contains(&("kms:ListGrants", AMK.to_owned())),
        "recorded, though no check asked: {of:?}"
    );
    let hidden = of
        .iter()
        .filter(|(_, subject)| *subject == database("hidden"));
    assert_eq!(hidden.count(), 1);
    assert!(report.gaps.iter().is_sorted());
    for check in report
        .all_checks()
        .filter(|check| check.outcome() == Status::Undecided)
    {
        assert_eq!(check.gaps.len(), check.found.gaps.len(), "{}", check.id());
    }
}

#[test]
fn every_report_is_of_its_schema() {
    let schema = report_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut unknown = estate();
    unknown["copies"] = json!([{"id": "x", "destination_vault": vault("444455556666", "central")}]);
    unknown.as_object_mut().unwrap().remove("collected_at");
    for report in [
        report(&estate(), &remedies()),
        everything(&estate(), &remedies()),
        report(&unknown, &[]),
        audited(),
    ] {
        let lines = ndjson(&report);
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        for instance in std::iter::once(parsed(&report)).chain(lines) {
            let errors: Vec<_> = validator
                .iter_errors(&instance)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?} in {instance}");
        }
    }
    let mut broken = parsed(&report(&estate(), &[]));
    broken["copies"][0]["verdict"] = "fine".into();
    assert!(!validator.is_valid(&broken));
    broken = parsed(&report(&estate(), &[]));
    broken["copies"][0]
        .as_object_mut()
        .unwrap()
        .remove("encryption");
    assert!(!validator.is_valid(&broken));
    broken = parsed(&report(&estate(), &[]));
    broken["copies"][0]["source"]
        .as_object_mut()
        .unwrap()
        .remove("account");
    assert!(
        validator.is_valid(&broken),
        "an unknown field of the source is left out"
    );
}

fn audited() -> Report {
    let found = |outcome| vec![(find("key-unusable").unwrap(), outcome)];
    let vault = |account, name| Arn::parse(&vault(account, name)).unwrap();
    let audited = Audited {
        vaults: vec![
            (
                vault("444455556666", "central"),
                found(Outcome::pass("fine")),
            ),
            (
                vault("111122223333", "prod"),
                found(Outcome::warn("an old key")),
            ),
        ],
        plans: Vec::new(),
        resources: Vec::new(),
        coverage: None,
    };
    let inventory = super::support::read(&estate());
    let facts = Facts::new(&inventory);
    let decided = super::support::decided(&facts, &inventory);
    Report::new(&decided, Vec::new(), Vec::new(), &facts, false).audited(&audited, &facts, false)
}

#[test]
fn vaults_are_counted_in_an_audit_alone_and_those_of_which_something_was_found_are_told() {
    let not = parsed(&report(&estate(), &[]));
    assert_eq!(
        (&not["vaults"], &not["summary"]["vaults"]),
        (&json!([]), &Value::Null)
    );
    let audited = parsed(&audited());
    assert_eq!(audited["vaults"].as_array().unwrap().len(), 1);
    assert_eq!(audited["vaults"][0]["vault"], vault("111122223333", "prod"));
    assert_eq!(audited["vaults"][0]["checks"][0]["outcome"], "warn");
    assert_eq!(
        audited["summary"]["vaults"],
        json!({"checked": 2, "failing": 0, "warning": 1})
    );
}

#[test]
fn lines_hold_what_the_report_holds_with_the_summary_last() {
    let report = audited();
    let whole = parsed(&report);
    let lines: Vec<Value> = ndjson(&report)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let types: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(types[..4], ["copy"; 4]);
    assert_eq!(types[4], "vault");
    let last_types = ["cause", "gap", "summary"];
    assert!(
        types[5..].iter().all(|of| last_types.contains(of)),
        "{types:?}"
    );
    assert_eq!(types.last(), Some(&"summary"));
    let mut first = lines[0].clone();
    first.as_object_mut().unwrap().shift_remove("type");
    assert_eq!(first, whole["copies"][0]);
    let last = lines.last().unwrap();
    for (name, count) in whole["summary"].as_object().unwrap() {
        assert_eq!(&last[name], count);
    }
    assert_eq!(last["exit_code"], whole["exit_code"]);
    assert_eq!(last["checks"], whole["checks"]);
    assert_eq!(keys(last)[0], "type");
}
