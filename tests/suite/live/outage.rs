//! Thirty accounts in four Regions on a bad day: throttled, refused, one account dead, one Region slow.

use std::collections::BTreeSet;

use backup_preflight::inventory::Inventory;
use serde_json::Value;

use super::super::aws::{Entry, Fault, repeats};
use super::organization::{MANAGEMENT, as_surveyed, id, organization};
use super::survey::{everything, read};
use super::*;
use crate::support::run_with;

const REGIONS: &[&str] = &["us-east-2", "eu-west-1", "us-west-2", "ap-south-1"];

/// The verdicts of an audit, by the copies' ids.
fn audited(inventory: &Value) -> Vec<(String, String)> {
    let ran = run_with(
        &["audit", "--inventory", "-", "--format", "json"],
        inventory.to_string().as_bytes(),
        &[],
    );
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let text = |copy: &Value, name: &str| copy[name].as_str().unwrap().to_owned();
    let copies = report["copies"].as_array().unwrap().iter();
    copies
        .map(|copy| (text(copy, "id"), text(copy, "verdict")))
        .collect()
}

fn those(verdicts: &[(String, String)], wanted: &str) -> BTreeSet<String> {
    let fits = verdicts.iter().filter(|(_, verdict)| verdict == wanted);
    fits.map(|(id, _)| id.clone()).collect()
}

/// What tells one call from another.
fn identity(call: &Entry) -> (&str, &str, String, &str) {
    (&call.account, &call.region, call.name(), &call.args)
}

#[test]
fn nothing_is_called_feasible_that_is_not_and_every_call_is_accounted_for() {
    let made = organization(30, REGIONS);
    let dead = id(7);
    let server = Server::start(made.world.clone());
    server.fault(Fault::reset().account(&dead));
    server.fault(Fault::throttled().times_of_a_thousand(50));
    for service in ["backup", "iam", "kms", "rds"] {
        server.fault(Fault::denied().service(service).of_a_thousand_calls(10));
    }
    server.fault(
        Fault::denied()
            .operation("organizations:ListPoliciesForTarget")
            .of_a_thousand_calls(10),
    );
    server.fault(Fault::slow(Duration::from_millis(60)).region("ap-south-1"));
    let home = Home::of(&server, &[MANAGEMENT]).concurrency(16).attempts(6);
    let found = read(&home, everything(REGIONS));
    let journal = server.finish();

    // The counts add up: each call is answered, or refused and then a gap, or repeated until it is one of these.
    let met = |fault: &str| {
        journal
            .iter()
            .filter(|call| call.fault == fault)
            .collect::<Vec<_>>()
    };
    let (refused, throttled, lost) = (met("denied"), met("throttled"), met("reset"));
    let answered = journal
        .iter()
        .filter(|call| ["", "slow"].contains(&call.fault))
        .count();
    let repeated = throttled.len() + lost.len();
    let different: BTreeSet<_> = journal.iter().map(identity).collect();
    let told_twice = repeats(&journal);
    assert!(told_twice.is_empty(), "{told_twice:?}");
    assert!(
        refused.len() > 10 && throttled.len() > 50,
        "{} {}",
        refused.len(),
        throttled.len()
    );
    assert_eq!(journal.len(), answered + refused.len() + repeated);
    let settled: BTreeSet<_> = journal
        .iter()
        .filter(|call| call.fault != "throttled")
        .map(identity)
        .collect();
    // The SDK gives up in the end; of six attempts it hardly ever comes to that.
    let given_up: BTreeSet<_> = throttled
        .iter()
        .map(|call| identity(call))
        .filter(|call| !settled.contains(call))
        .collect();
    let of_the_dead: BTreeSet<_> = lost.iter().map(|call| identity(call)).collect();
    assert_eq!(
        different.len(),
        answered + refused.len() + of_the_dead.len() + given_up.len()
    );

    // Every refused call is a gap, and every gap is a refused call or the dead account.
    let gaps = found["gaps"].as_array().unwrap();
    for call in &refused {
        let is_gap = gaps.iter().any(|gap| {
            let named = gap["operation"] == *call.name() || gap["permission"] == *call.name();
            let about = gap["subject"].as_str().unwrap();
            named
                && (call.account == MANAGEMENT || gap["account"] == *call.account)
                && (call.subject.is_empty() || about == call.subject || call.service != "kms")
        });
        assert!(is_gap, "{call}");
    }
    for gap in gaps.iter().filter(|gap| gap["error"] != Value::Null) {
        let of_refused = refused
            .iter()
            .any(|call| gap["operation"] == *call.name() || gap["permission"] == *call.name());
        let throttled = given_up
            .iter()
            .any(|(.., name, _)| gap["operation"] == **name);
        assert!(of_refused || throttled || gap["account"] == *dead, "{gap}");
    }

    // Nothing that stands in the way is overlooked for want of facts.
    let faultless = audited(&as_surveyed(&made.world));
    let faulty = audited(&found);
    let (blocked, feasible) = (those(&faultless, "blocked"), those(&faultless, "feasible"));
    assert!(
        blocked.len() > 20 && feasible.len() > 20,
        "{} {}",
        blocked.len(),
        feasible.len()
    );
    let called_feasible = those(&faulty, "feasible");
    assert!(called_feasible.len() > 10, "{}", called_feasible.len());
    assert_eq!(called_feasible.difference(&feasible).count(), 0);
    assert_eq!(those(&faulty, "blocked").difference(&blocked).count(), 0);
    serde_json::from_value::<Inventory>(found).unwrap();
}
