//! What holds for every request: the program agrees with the second evaluator, and keeps the laws.

use serde_json::Value;

use super::compare::{KNOWN_ANSWERS, UNKNOWN_ANSWERS, agree, always};
use super::generate::{KNOWN, UNKNOWN};
use super::laws::{deciding_statements_decide, more_of_the_same, settled_is_settled};
use super::program;

#[test]
fn requests_that_know_everything_are_decided_as_the_second_evaluator_decides_them() {
    agree(&KNOWN, &KNOWN_ANSWERS);
}

#[test]
fn requests_with_unknowns_are_settled_only_where_every_value_comes_to_the_same() {
    agree(&UNKNOWN, &UNKNOWN_ANSWERS);
}

#[test]
fn one_more_allow_never_refuses_and_one_more_deny_never_allows() {
    always(&KNOWN[..500], |request| {
        more_of_the_same(request, program::answer)
    });
    always(&UNKNOWN, |request| {
        more_of_the_same(request, program::answer)
    });
}

#[test]
fn a_settled_decision_stays_whatever_an_unknown_turns_out_to_be() {
    always(&UNKNOWN, |request| {
        settled_is_settled(request, program::answer)
    });
}

#[test]
fn the_statements_that_are_said_to_decide_are_there_and_do_decide() {
    always(&KNOWN, |request| {
        deciding_statements_decide(request, program::answer)
    });
}

#[test]
fn every_decision_comes_up_often_among_the_generated_requests() {
    let (known, unknown) = (&KNOWN_ANSWERS, &UNKNOWN_ANSWERS);
    let often = |answers: &[Value], decision: &str, explicit: bool| {
        let is_such =
            |answer: &&Value| answer["decision"] == decision && answer["explicit"] == explicit;
        answers.iter().filter(is_such).count() > answers.len() / 10
    };
    assert!(often(known, "allowed", false));
    assert!(often(known, "denied", false));
    assert!(often(known, "denied", true));
    assert!(often(unknown, "unknown", false));
    assert!(often(unknown, "allowed", false));
}
