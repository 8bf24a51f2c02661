//! The inventory file: read, written, merged, and refused.

mod hostile;
mod merging;
mod refusals;
mod round_trip;
mod schema;
