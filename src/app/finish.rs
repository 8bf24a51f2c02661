//! The end of `check` and `audit`: the report is completed and told, and its exit code is the program's.

use std::mem::ManuallyDrop;

use crate::cli::{Given, Output};
use crate::sources::config::Config;
use crate::waivers::Waiver;

use super::code::stopped_code;
use super::decide::Found;
use super::formats::{inputs, repository};
use super::print::say_stopped;
use super::settings;
use super::targets::Formats;

/// Tells what was found. `code`: what it comes to, unless a signal ended the reading or the deciding; then this is what was
/// known until then.
pub(super) fn finish(
    found: Found<'_>,
    (code, stopped): (u8, bool),
    (given, waivers): (&Given, &[Waiver]),
    (output, config): (&Output, &Config),
    formats: Formats,
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    // Nothing comes after it: the process gives all of it back at once.
    let mut found = ManuallyDrop::new(found);
    let stopped = stopped || found.is_cut;
    let code = if stopped { stopped_code() } else { code };
    found.report.inputs = inputs(given);
    found.report.repository = repository();
    found.report.counts_all = given.change.all;
    settings::tell(&mut found.report, waivers, config, output);
    found.report.exit_code = code;
    found.report.stopped = stopped;
    tell(&mut found, formats)?;
    if stopped {
        say_stopped();
    }
    Ok(code)
}
