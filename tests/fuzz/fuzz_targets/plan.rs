//! No Terraform plan makes the program panic, or end as the contract does not say.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../whole.rs"]
mod whole;

fuzz_target!(|bytes: &[u8]| whole::run_plan(bytes));
