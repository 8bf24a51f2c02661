//! No inventory makes a remedy panic, or the files that are written of it.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../whole.rs"]
mod whole;

fuzz_target!(|bytes: &[u8]| {
    whole::run(
        bytes,
        &[&[
            "fix",
            "--audit",
            "--force",
            "--dir",
            "DIR/fixes",
            "--format",
            "json=DIR/report",
        ]],
    );
});
