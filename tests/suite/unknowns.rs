//! What was not read is never taken for granted: a fact is taken away from scenarios, examples and estates, one at a
//! time, and no check may come out better for it, nor otherwise than undecided.
//!
//! And the other way round: what is settled without a fact stays so, whatever the fact turns out to be.

mod gaps;
pub mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use backup_preflight::inventory::Facts;
use backup_preflight::sources::examples::EXAMPLES;
use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use crate::scenarios::{Scenario, scenarios};
use crate::support::estate::{COPY, DESTINATION, RESOURCE_KEY, SLR, put};
use crate::support::verdicts::read;
use crate::support::{Estate, Verdicts, decide, decided, verdict};
use places::{Place, places};

/// The estates, the examples, and a scenario in which each check fails; with `EVERY_SCENARIO=1` all scenarios, which takes
/// a minute or two.
fn inventories() -> Vec<(String, Value)> {
    let every = std::env::var_os("EVERY_SCENARIO").is_some();
    let mut failing = BTreeSet::new();
    let mut all = Vec::new();
    for scenario in scenarios().into_iter().filter(Scenario::is_of_a_copy) {
        let inventory: Value = serde_json::from_slice(&scenario.inventory()).unwrap();
        let fails = verdict(&inventory).of(&scenario.check) == Status::Fail;
        if every || (fails && failing.insert(scenario.check.clone())) {
            all.push((scenario.name(), inventory));
        }
    }
    for example in EXAMPLES {
        let inventory = serde_json::from_str(example.text).unwrap();
        all.push((example.name.to_owned(), inventory));
    }
    for (name, estate) in crate::estate::feasible() {
        all.push((name.to_owned(), estate.0));
    }
    let mut seen = BTreeSet::new();
    all.retain(|(_, inventory)| seen.insert(inventory.to_string()));
    all
}

/// Why a check may come out differently where a fact is taken away or set; none where it may not.
fn excused(place: &Place, check: &str) -> Option<&'static str> {
    match (place.field.as_str(), check) {
        (
            "cross_account_backup" | "organization" | "MasterAccountId" | "Id" | "accounts",
            "cross-account-backup-disabled",
        ) => Some("any account of the organization settles it; where they differ, a false counts"),
        (_, "nested-copies-dropped") => Some(
            "the copy goes without parts that were not read: that they may stay behind is a warning",
        ),
        ("Tags", "copy-role-lacks-permission") => Some(
            "a role that may not copy tags is warned of where nobody read whether there are any",
        ),
        _ => None,
    }
}

fn by_id(verdicts: Vec<Verdicts>) -> BTreeMap<String, Verdicts> {
    verdicts
        .into_iter()
        .map(|found| (found.id.clone(), found))
        .collect()
}

/// What a law finds broken in each of some inventories, asked on all processors.
fn broken(
    inventories: &[(String, Value)],
    law: impl Fn(&Value, &mut Vec<String>) -> usize + Sync,
) -> (usize, Vec<String>) {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut asked, mut broken) = (0, Vec::new());
        while let Some((name, inventory)) = inventories.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut found = Vec::new();
            asked += law(inventory, &mut found);
            broken.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        (asked, broken)
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let found = workers.into_iter().map(|worker| worker.join().unwrap());
        found.fold((0, Vec::new()), |(sum, mut all), (asked, broken)| {
            all.extend(broken);
            (sum + asked, all)
        })
    })
}

#[test]
fn a_fact_that_is_taken_away_leaves_the_verdict_or_leaves_it_undecided() {
    let (taken, broken) = broken(&inventories(), |inventory, broken| {
        let before = by_id(decide(inventory));
        let places = places(inventory);
        for place in &places {
            let mut without = inventory.clone();
            place.take(&mut without);
            for after in decide(&without) {
                let before = &before[&after.id];
                for ((check, was), (_, is)) in before.checks.iter().zip(&after.checks) {
                    let holds = was == is || *is == Status::Undecided;
                    if !holds && excused(place, check).is_none() {
                        let (was, is) = (was.as_str(), is.as_str());
                        broken.push(format!(
                            "without {}, {check} goes from {was} to {is}",
                            place.pointer
                        ));
                    }
                }
                let holds = before.verdict == after.verdict || after.verdict == Verdict::Undecided;
                let mut pairs = before.checks.iter().zip(&after.checks);
                let is_excused = pairs
                    .any(|((check, was), (_, is))| was != is && excused(place, check).is_some());
                if !holds && !is_excused {
                    broken.push(format!(
                        "without {}, {} to {:?}",
                        place.pointer, after.id, after.verdict
                    ));
                }
            }
        }
        places.len()
    });
    assert!(taken > 3000, "only {taken} facts were taken away");
    assert!(
        broken.is_empty(),
        "{} faults\n{}",
        broken.len(),
        broken.join("\n")
    );
}

#[test]
fn what_is_settled_without_a_fact_stays_so_whatever_the_fact_is() {
    let mut inventories = inventories();
    // The examples have many copies each, and nothing that the scenarios have not.
    inventories.retain(|(name, _)| !EXAMPLES.iter().any(|example| example.name == *name));
    let (asked, broken) = broken(&inventories, |inventory, broken| {
        let mut asked = 0;
        for place in places(inventory) {
            let values = values(&place, inventory);
            if values.is_empty() {
                continue;
            }
            let mut without = inventory.clone();
            place.take(&mut without);
            let unknown = by_id(decide(&without));
            if unknown
                .values()
                .all(|found| found.verdict == Verdict::Undecided)
            {
                continue;
            }
            for value in values {
                let mut with = without.clone();
                put(&mut with, &place.pointer, value.clone());
                for after in decide(&with) {
                    asked += 1;
                    let before = &unknown[&after.id];
                    let settled = before.verdict != Verdict::Undecided;
                    let excused = excused(&place, "cross-account-backup-disabled").is_some();
                    if settled && before.verdict != after.verdict && !excused {
                        broken.push(format!(
                            "{} is {:?} without {}, and {:?} where it is {value}",
                            after.id, before.verdict, place.pointer, after.verdict
                        ));
                    }
                }
            }
        }
        asked
    });
    assert!(asked > 500, "only {asked} values were tried");
    assert!(
        broken.is_empty(),
        "{} faults\n{}",
        broken.len(),
        broken.join("\n")
    );
}

#[test]
fn a_copy_of_a_plan_that_was_not_read_waits_for_the_plan() {
    for plan in [
        json!({"id": "p-1", "rule": "nightly"}),
        json!({"id": "p-1"}),
        json!({}),
    ] {
        let estate = Estate::rds().set(&format!("{COPY}/plan"), plan.clone());
        let found = estate.verdict();
        assert_eq!(found.verdict, Verdict::Undecided, "{plan}");
        for check in ["too-many-tags", "air-gapped-primary-not-stored"] {
            assert_eq!(found.of(check), Status::Undecided, "{check} of {plan}");
        }
        let inventory = read(&estate.0);
        let all = decided(&Facts::new(&inventory), &inventory);
        let mut gaps = all[0]
            .outcomes
            .iter()
            .flat_map(|(_, outcome)| &outcome.gaps);
        assert!(gaps.all(|gap| gap.operation() == "backup:GetBackupPlan"));
    }
}

#[test]
fn a_deny_in_one_region_alone_blocks_only_what_must_be_allowed() {
    // The copy goes to another Region, and no call tells in which of the two the service uses the key.
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": "rds.us-east-2.amazonaws.com"}}});
    let policy = json!({"Version": "2012-10-17", "Statement": [deny]});
    let text = Estate::rds().0.to_string();
    let elsewhere = text.replace(":us-east-2:444455556666", ":eu-west-1:444455556666");
    let estate = Estate(serde_json::from_str(&elsewhere).unwrap());
    let found = estate
        .set(&format!("{DESTINATION}/region"), json!("eu-west-1"))
        .set(&format!("{RESOURCE_KEY}/Policy"), policy)
        .verdict();
    assert_eq!(found.of("source-key-not-shared"), Status::Fail);
    assert_eq!(found.of("source-key-refuses-copy-role"), Status::Undecided);
}

/// What a fact may turn out to be; nothing where no other value would make sense beside the rest.
fn values(place: &Place, inventory: &Value) -> Vec<Value> {
    let everybody = |effect: &str| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Principal": "*", "Action": ["kms:*", "backup:*"], "Resource": "*"}
        ]})
    };
    let beside = |field: &str| {
        let (object, _) = place.pointer.rsplit_once('/')?;
        inventory.pointer(&format!("{object}/{field}"))?.as_str()
    };
    let is_beside = |field: &str| {
        let object = place.pointer.rsplit_once('/').map(|(object, _)| object);
        let beside = object.and_then(|object| inventory.pointer(&format!("{object}/{field}")));
        beside.is_some_and(|days| !days.is_null())
    };
    match place.field.as_str() {
        "AccessPolicy" => vec![Value::Null, everybody("Allow"), everybody("Deny")],
        "Policy" => vec![everybody("Allow"), everybody("Deny")],
        "Grants" => vec![
            Value::Null,
            json!([]),
            json!([{"GranteePrincipal": SLR, "Operations": ["CreateGrant"]}]),
        ],
        // Only AWS's own keys have aliases of AWS's.
        "Aliases" => match beside("KeyManager") {
            Some("CUSTOMER") => vec![json!([]), json!(["alias/another"])],
            _ => vec![
                json!([]),
                json!(["alias/aws/backup"]),
                json!(["alias/aws/rds"]),
            ],
        },
        "Tags" => vec![json!({}), json!({"team": "orders"})],
        "KeyManager" => vec![json!("AWS"), json!("CUSTOMER")],
        "KeyState" => vec![Value::Null, json!("Enabled"), json!("Disabled")],
        "KeySpec" => vec![json!("SYMMETRIC_DEFAULT"), json!("RSA_2048")],
        "KeyUsage" => vec![json!("ENCRYPT_DECRYPT"), json!("SIGN_VERIFY")],
        "Status" => vec![json!("COMPLETED"), json!("EXPIRED"), json!("PARTIAL")],
        "StorageClass" => vec![json!("WARM"), json!("COLD")],
        // Only a lock has bounds.
        "Locked" if is_beside("MinRetentionDays") || is_beside("MaxRetentionDays") => {
            vec![json!(true)]
        }
        "Locked" => vec![json!(true), json!(false)],
        "organization" => vec![
            Value::Null,
            json!({"Id": "o-z9y8x7w6v5", "MasterAccountId": "555566667777"}),
        ],
        "Path" => vec![Value::Null, json!("o-a1b2c3d4e5/r-ab12/")],
        "cross_account_backup" => vec![json!(true), json!(false)],
        "role" => vec![json!("arn:aws:iam::111122223333:role/another")],
        "lifecycle" => vec![
            Value::Null,
            json!({"DeleteAfterDays": 1}),
            json!({"DeleteAfterDays": 36500}),
        ],
        // AWS alone changes those of a service-linked role, which has its own.
        "AttachedPolicies"
            if beside("Arn").is_some_and(|role| role.contains(":role/aws-service-role/")) =>
        {
            Vec::new()
        }
        "AttachedPolicies" | "InlinePolicies" => vec![Value::Null, json!([])],
        "opt_in_status" => vec![json!("opted-in"), json!("not-opted-in")],
        "EncryptionKeyArn" => vec![inventory.pointer(&place.pointer).unwrap().clone()],
        _ => Vec::new(),
    }
}
