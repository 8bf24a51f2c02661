//! `fix`: the remedies as files.

use anyhow::bail;

use crate::cli::{Check, Fix, Output};
use crate::report::{self, Unwritten};
use crate::sources::config::Config;
use crate::sources::folder::{Folder, Left};

use super::decide::Found;
use super::print::{options, print, say, warn_of_waivers, width, write_report};
use super::targets::Formats;
use super::{audit, check};

/// Decides, writes the remedies as files, and ends as `check` or `audit` would.
pub(super) fn fix(asked: &Fix, output: &Output, config: &Config) -> anyhow::Result<u8> {
    let folder = Folder::claim(&asked.dir, asked.force)?;
    let write = |found: &mut Found<'_>, formats: Formats| {
        warn_of_waivers(&found.report, output);
        if !output.format.is_empty() {
            write_report(found, output, formats)?;
        }
        let unwritten = Unwritten::all(&found.report);
        let files = report::fixes(&found.report.remedies, &unwritten);
        let kept = folder.named(report::is_kept_policy);
        let left = if files.is_empty() {
            Left {
                changed: folder.former(),
                ..Left::default()
            }
        } else {
            folder.write(files.iter().map(|file| (&*file.path, &*file.text)))?
        };
        let dir = asked.dir.display().to_string();
        if !left.changed.is_empty() && !output.quiet {
            let why = if files.is_empty() {
                "this run writes none"
            } else {
                "they were changed since"
            };
            let named = some_of(&left.changed);
            say(&format!(
                "files of a former run are left in {dir}, as {why}: {named}"
            ));
        }
        if !left.over.is_empty() && !output.quiet {
            let named = some_of(&left.over);
            say(&format!(
                "files of a former run were written over in {dir}, which were changed since: {named}"
            ));
        }
        if !kept.is_empty() && !output.quiet {
            let named = some_of(&kept);
            say(&format!(
                "policies as they were, which apply.sh of a former run has kept, are left in {dir}: {named}"
            ));
        }
        let written = (&*files, &*unwritten);
        let text = report::fixes_summary(found.for_table(), written, &dir, &options(false, output));
        if output.format.iter().any(|to| to.file.is_none()) {
            if !output.quiet {
                say(text.trim_end());
            }
        } else {
            print(&report::set(&text, width(false), 2))?;
        }
        Ok(())
    };
    let Check { facts, aws, .. } = &asked.check;
    if !asked.audit && !asked.estate.is_chosen() {
        return check::decide(&asked.check, output, config, write);
    }
    if let Some(option) = asked.check.narrowed_by() {
        bail!("--audit decides everything that there is; leave out {option}, or --audit");
    }
    audit::decide((facts, &asked.estate, aws), &[], (output, config), write)
}

/// The first of some files.
fn some_of(files: &[String]) -> String {
    const TOLD: usize = 8;
    let told: Vec<&str> = files.iter().take(TOLD).map(String::as_str).collect();
    let more = match files.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", told.join(", "))
}
