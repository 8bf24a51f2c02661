//! Planted mistakes, to show that the comparison would see them.

use serde_json::{Value, json};

use super::compare::{KNOWN_ANSWERS, UNKNOWN_ANSWERS, fault};
use super::decide;
use super::generate::{KNOWN, UNKNOWN};
use super::laws::{Evaluator, deciding_statements_decide, more_of_the_same, settled_is_settled};
use super::mistakes::MISREADINGS;
use super::program;

/// The generated requests, each with the second evaluator's answer.
fn subjects() -> Vec<(&'static Value, &'static Value)> {
    let unknown = UNKNOWN.iter().zip(UNKNOWN_ANSWERS.iter()).take(200);
    KNOWN
        .iter()
        .zip(KNOWN_ANSWERS.iter())
        .chain(unknown)
        .collect()
}

fn is_caught(subjects: &[(&Value, &Value)], mistaken: impl Fn(&Value) -> Value) -> bool {
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
            let mut answer = program::answer(request);
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
        let mut answer = program::answer(request);
        answer["explicit"] = json!(answer["decision"] == "denied");
        answer
    };
    assert!(is_caught(&subjects, every_denial_is_explicit));
}

#[test]
fn an_evaluator_that_breaks_a_law_is_caught() {
    let broken = |law: fn(&Value, Evaluator) -> Option<String>, evaluator: Evaluator| {
        KNOWN
            .iter()
            .chain(UNKNOWN.iter())
            .any(|request| law(request, evaluator).is_some())
    };
    assert!(broken(more_of_the_same, |request| {
        let statements = request["resource_policy"]["Statement"]
            .as_array()
            .map_or(1, Vec::len);
        json!({"decision": if statements % 2 == 0 { "allowed" } else { "denied" }})
    }));
    assert!(broken(settled_is_settled, |request| {
        let mut known = request.clone();
        known["unknown_context"] = json!([]);
        program::answer(&known)
    }));
    assert!(broken(deciding_statements_decide, |request| {
        let mut answer = program::answer(request);
        answer["statements"] = json!([answer["statements"][0]]);
        answer
    }));
}
