//! The test suite.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    missing_docs
)]

mod aws;
mod back;
mod explain;
mod fixes;
mod policy;
mod reference;
mod report;
