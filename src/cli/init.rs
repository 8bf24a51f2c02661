//! What `init` is asked.

use std::path::PathBuf;

use clap::Args;

/// Where the accounts come from, and the file to write.
#[derive(Clone, Debug, Args)]
pub struct Init {
    /// Take the accounts and Regions from an inventory, as `collect` or --save writes it; repeatable, `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Facts")]
    pub inventory: Vec<PathBuf>,
    /// Take them from an example that is built in; repeatable
    #[arg(long, value_name = "NAME", help_heading = "Facts")]
    pub example: Vec<String>,
    /// The file to write; `-` is standard output
    #[arg(
        long,
        value_name = "FILE",
        default_value = "backup-preflight.toml",
        help_heading = "Files"
    )]
    pub output: PathBuf,
    /// Write over a file that is there
    #[arg(long, help_heading = "Files")]
    pub force: bool,
}
