//! The test suite.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod action;
mod aws;
mod back;
mod border;
mod cli;
mod estate;
mod examples;
mod explain;
mod fixes;
mod gate;
mod generate;
mod hostile;
mod inventory;
mod layers;
#[cfg(feature = "live")]
mod live;
mod names;
#[path = "../../benches/organization/mod.rs"]
mod organization;
#[cfg(unix)]
mod outside;
mod plans;
mod policy;
mod reference;
mod remedies;
mod report;
mod scale;
mod scenarios;
mod support;
mod unknowns;
