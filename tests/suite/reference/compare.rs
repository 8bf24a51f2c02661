//! What two evaluators may differ in, and what not.

use std::sync::LazyLock;

use serde_json::Value;

use super::decide;
use super::generate::{KNOWN, UNKNOWN};
use super::places::{read_keys, smallest};
use super::program;
use super::value::texts;

/// Why the first evaluator's answer cannot stand beside the second's, which tries every world; none if it can.
///
/// The first may call unknown what the second settles in one case: where an unknown key is read twice, so that only
/// all the values together show that they come to the same.
pub fn fault(request: &Value, answer: &Value, reference: &Value) -> Option<String> {
    let told = |what: &str| Some(format!("{what}: {answer} beside {reference}"));
    let decision = |answer: &Value| {
        answer["decision"]
            .as_str()
            .unwrap_or("no answer")
            .to_owned()
    };
    let certain = texts(&request["unknown_context"]).is_empty();
    match (decision(answer).as_str(), decision(reference).as_str()) {
        (one, other) if one == other => {
            match (answer["explicit"] == true, reference["explicit"] == true) {
                (one, other) if one == other => None,
                (false, true) if !certain && reads_an_unknown_twice(request) => None,
                _ => told("disagree on whether a Deny decided"),
            }
        }
        ("unknown", _) if reads_an_unknown_twice(request) => None,
        ("unknown", _) => told("settled, and called unknown"),
        (_, "unknown") => told("unknown, and called settled"),
        _ => told("another decision"),
    }
}

fn reads_an_unknown_twice(request: &Value) -> bool {
    let keys = read_keys(request);
    texts(&request["unknown_context"]).iter().any(|unknown| {
        keys.iter()
            .filter(|key| key.eq_ignore_ascii_case(unknown))
            .count()
            > 1
    })
}

/// The second evaluator's answers to the generated requests.
pub static KNOWN_ANSWERS: LazyLock<Vec<Value>> =
    LazyLock::new(|| KNOWN.iter().map(decide::answer).collect());
pub static UNKNOWN_ANSWERS: LazyLock<Vec<Value>> =
    LazyLock::new(|| UNKNOWN.iter().map(decide::answer).collect());

/// Fails where the program's answer cannot stand beside the second evaluator's.
pub fn agree(requests: &[Value], answers: &[Value]) {
    let is_wrong = |request: &Value, answer: &Value| {
        fault(request, &program::answer(request), answer).is_some()
    };
    let wrong = requests
        .iter()
        .zip(answers)
        .find(|(request, answer)| is_wrong(request, answer));
    if let Some((request, _)) = wrong {
        always(std::slice::from_ref(request), |request| {
            fault(request, &program::answer(request), &decide::answer(request))
        });
    }
}

/// Fails with the smallest request that shows what is wrong with one of the given ones.
pub fn always(requests: &[Value], wrong: impl Fn(&Value) -> Option<String>) {
    if let Some(request) = requests.iter().find(|request| wrong(request).is_some()) {
        let smallest = smallest(request, |request| wrong(request).is_some());
        panic!("{}\n{smallest}", wrong(&smallest).unwrap());
    }
}
