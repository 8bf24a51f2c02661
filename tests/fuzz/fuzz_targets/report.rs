//! No inventory makes a format panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../whole.rs"]
mod whole;

fuzz_target!(|bytes: &[u8]| {
    whole::run(
        bytes,
        &[
            &[
                "audit",
                "--format",
                "table=DIR/table",
                "--format",
                "json=DIR/json",
            ],
            &["backtest", "--format", "table=DIR/backtest"],
        ],
    );
});
