//! Will this AWS Backup copy succeed, and if not, exactly what must change?
//!
//! The way through the program, each layer using only those before it:
//!
//! ```text
//! cli -> sources -> inventory -> plans -> checks (policy, catalog) -> verdict -> remedy -> report
//! ```
//!
//! - [`known`]: ARNs, accounts, Regions, and [`known::Fact`], which is known or unknown and never both.
//! - [`quote`]: text from outside in the languages that would obey it: shells, Terraform, CloudFormation, Markdown, terminals.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::string_slice
    )
)]

pub mod app;
pub mod backtest;
pub mod catalog;
pub mod change;
pub mod checks;
pub mod cli;
pub mod inventory;
pub mod known;
pub mod plans;
pub mod policy;
pub mod quote;
pub mod remedy;
pub mod report;
pub mod sources;
pub mod verdict;
pub mod waivers;
