//! The program: parse the command line, run the task, exit.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    backup_preflight::app::run(&backup_preflight::cli::Cli::parse())
}
