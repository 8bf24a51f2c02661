//! The program: parse the command line, run the task, exit.

use std::process::ExitCode;

/// An inventory is many small objects, and a verdict many more: malloc took a third of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    backup_preflight::app::run()
}
