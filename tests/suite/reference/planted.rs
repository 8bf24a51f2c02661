//! Planted mistakes, to show that the comparison would see them.

use serde_json::{Value, json};

use super::compare::fault;
use super::decide;
use super::generate::{KNOWN, UNKNOWN};
use super::mistakes::MISREADINGS;

/// The generated requests, each with the second evaluator's answer.
fn subjects() -> Vec<(&'static Value, Value)> {
    KNOWN
        .iter()
        .chain(UNKNOWN.iter().take(200))
        .map(|request| (request, decide::answer(request)))
        .collect()
}

fn is_caught(subjects: &[(&Value, Value)], mistaken: impl Fn(&Value) -> Value) -> bool {
    subjects
        .iter()
        .any(|(request, reference)| fault(request, &mistaken(request), reference).is_some())
}

#[test]
fn an_evaluator_that_misreads_a_rule_is_caught() {
    let subjects = subjects();
    let mut missed = MISREADINGS.to_vec();
    missed
        .retain(|(_, misread)| !is_caught(&subjects, |request| decide::answer(&misread(request))));
    assert!(
        missed.is_empty(),
        "not caught: {:?}",
        missed
            .iter()
            .map(|(mistake, _)| mistake)
            .collect::<Vec<_>>()
    );
}

#[test]
fn an_evaluator_that_bends_its_answers_is_caught() {
    let subjects = subjects();
    let is_bent = |from: &str, to: &str| {
        is_caught(&subjects, |request| {
            let mut answer = decide::answer(request);
            if answer["decision"] == from {
                answer["decision"] = json!(to);
            }
            answer
        })
    };
    for (from, to) in [
        ("allowed", "denied"),
        ("denied", "allowed"),
        ("unknown", "denied"),
        ("unknown", "allowed"),
        ("allowed", "unknown"),
        ("denied", "unknown"),
    ] {
        assert!(is_bent(from, to), "not caught: {from} called {to}");
    }
    let every_denial_is_explicit = |request: &Value| {
        let mut answer = decide::answer(request);
        answer["explicit"] = json!(answer["decision"] == "denied");
        answer
    };
    assert!(is_caught(&subjects, every_denial_is_explicit));
}
