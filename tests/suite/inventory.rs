//! The inventory file: read, written, merged, and refused.

mod absences;
mod described_keys;
mod hostile;
mod lookups;
mod merging;
mod refusals;
mod round_trip;
mod schema;
