//! No inventory makes `check`, `audit` or `backtest` panic, or end as the contract does not say.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../whole.rs"]
mod whole;

fuzz_target!(|bytes: &[u8]| {
    whole::run(
        bytes,
        &[
            &["check", "--format", "ndjson=DIR/check"],
            &["audit", "--format", "ndjson=DIR/audit"],
            &["backtest", "--format", "ndjson=DIR/backtest"],
        ],
    );
});
