//! Reading AWS into a file.

use std::path::PathBuf;

use clap::Args;

use super::{Aws, Estate, files};

/// What to read, and the file to write.
#[derive(Debug, Args)]
pub struct Collect {
    /// The inventory file to write, whole or not at all; only its owner can read it
    #[arg(long, value_name = "FILE", value_parser = files::written, help_heading = "Files")]
    pub output: PathBuf,
    /// Go on from what an interrupted run with the same arguments left in FILE.unfinished
    #[arg(long, help_heading = "Files")]
    pub resume: bool,
    /// Take what the plans may back up from an aggregator of AWS Config, and ask the services only for what it leaves
    /// out: `--from config-aggregator NAME`. It is looked for in the first --region, in the management account or the
    /// account's own
    #[arg(long, num_args = 2, value_names = ["config-aggregator", "NAME"], help_heading = "Facts")]
    pub from: Vec<String>,
    /// Which accounts and Regions.
    #[command(flatten)]
    pub estate: Estate,
    /// How AWS is asked.
    #[command(flatten)]
    pub aws: Aws,
}

impl Collect {
    /// The aggregator to take from, if one is named.
    ///
    /// # Errors
    /// Where something else than an aggregator is named.
    pub fn aggregator(&self) -> Result<Option<&str>, String> {
        match self.from.as_slice() {
            [] => Ok(None),
            [kind, name] if kind == "config-aggregator" => Ok(Some(name)),
            [kind, ..] => Err(format!(
                "there is no source `{kind}`: expected `--from config-aggregator NAME`"
            )),
        }
    }
}
