//! `init`: a configuration to start from.

use std::path::Path;

use anyhow::bail;

use crate::cli::{Init, Output};
use crate::report;
use crate::sources::recorded;
use crate::sources::target::{Readers, Target};

use super::code::GOOD;
use super::print::{print, say, warn};

pub(super) fn init(asked: &Init, output: &Output) -> anyhow::Result<u8> {
    let is_printed = asked.output == Path::new("-");
    if !is_printed && !asked.force && asked.output.exists() {
        bail!(
            "`{}` already exists: --force overwrites it, --output - prints",
            asked.output.display()
        );
    }
    let (inventory, unknown_fields) =
        recorded::load(&asked.inventory, &asked.example, output.max_input)?;
    for unknown_field in unknown_fields {
        warn(output, &unknown_field.to_string());
    }
    let text = report::configuration(&inventory);
    if is_printed {
        return print(&text);
    }
    Target::claim(&asked.output, Readers::All)?.write(|out| out.write_all(text.as_bytes()))?;
    if !output.quiet {
        say(&format!("wrote `{}`", asked.output.display()));
    }
    Ok(GOOD)
}
