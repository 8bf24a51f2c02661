//! No text makes the reader of policies panic, and every request line is answered by one line of JSON.

#![no_main]

use backup_preflight::policy::{Document, wire};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Document::parse(text);
    let answer = wire::answer(text);
    assert!(!answer.contains('\n'));
    serde_json::from_str::<serde_json::Value>(&answer).expect("an answer is JSON");
});
