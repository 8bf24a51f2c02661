//! Reading AWS into a file.

use std::path::PathBuf;

use clap::Args;

use super::{Aws, Estate};

/// What to read, and the file to write.
#[derive(Debug, Args)]
pub struct Collect {
    /// The inventory file to write, whole or not at all; only its owner can read it
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub output: PathBuf,
    /// Go on from what an interrupted run with the same arguments left in FILE.unfinished
    #[arg(long, help_heading = "Files")]
    pub resume: bool,
    /// Which accounts and Regions.
    #[command(flatten)]
    pub estate: Estate,
    /// How AWS is asked.
    #[command(flatten)]
    pub aws: Aws,
}
