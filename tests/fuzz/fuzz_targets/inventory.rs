//! No bytes make the reader of inventories panic, nor does anything that it takes make the checks or the remedies.

#![no_main]

use backup_preflight::checks;
use backup_preflight::inventory::{self, Copy, Facts};
use backup_preflight::remedy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(inventory) = inventory::read("fuzz.json", bytes) else {
        return;
    };
    let facts = Facts::new(&inventory);
    let decided: Vec<_> = inventory::items(&inventory.copies)
        .iter()
        .map(|entry| checks::decide(Copy::of_entry(entry, &facts), &facts))
        .collect();
    remedy::remedies(&decided, &facts);
});
