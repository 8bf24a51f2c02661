//! What `audit` and `backtest` are asked.

use clap::{Args, ValueEnum};

use super::{Aws, Estate, Given};

/// Decide every copy that the plans make, and look at every vault.
#[derive(Debug, Args)]
pub struct Audit {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: Given,
    /// Which accounts and Regions are looked at.
    #[command(flatten)]
    pub estate: Estate,
    /// Show only the copies of this verdict; repeatable. Totals and causes stay those of all
    #[arg(long, value_name = "VERDICT", help_heading = "Output")]
    pub only: Vec<Only>,
    /// How AWS is asked.
    #[command(flatten)]
    pub aws: Aws,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Copies that will fail.
    Blocked,
    /// Copies of which that is not known.
    Undecided,
    /// Copies that will succeed.
    Feasible,
}

/// Decide the copy jobs that ran, and compare.
#[derive(Debug, Args)]
pub struct Backtest {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: Given,
    /// Which accounts and Regions are looked at.
    #[command(flatten)]
    pub estate: Estate,
    /// How AWS is asked.
    #[command(flatten)]
    pub aws: Aws,
}
