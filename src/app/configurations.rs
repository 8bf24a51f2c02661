//! The configurations behind the plans of a run: `--terraform-source DIR`, or `FILE=DIR` where there are several plans.

use std::path::Path;

use anyhow::bail;

use crate::cli::{ChangeArgs, Output, OverKind};
use crate::sources::terraform::Source;

use super::named;
use super::print::warn;

const OPTION: &str = "--terraform-source";

/// What the command line says of them.
pub(super) struct Configurations<'a> {
    asked: &'a ChangeArgs,
    output: &'a Output,
    plans: usize,
}

impl<'a> Configurations<'a> {
    /// What the command line says.
    ///
    /// # Errors
    /// Where a name is that of no plan, or of several.
    pub(super) fn new(asked: &'a ChangeArgs, output: &'a Output) -> anyhow::Result<Self> {
        named::check(OPTION, &asked.terraform_source, &asked.over)?;
        for name in asked
            .terraform_source
            .iter()
            .filter_map(|one| one.name.as_deref())
        {
            if !named::is_of_file(name, &asked.over) {
                bail!("{OPTION} {name}: expected a file of this run, or a folder");
            }
        }
        let plans = asked.over.0.iter();
        let plans = plans.filter(|(kind, _)| *kind == OverKind::TerraformPlan);
        let plans = plans.count();
        // One that no plan reads is wrong all the same where it cannot be read.
        if plans == 0 {
            for one in &asked.terraform_source {
                Source::read(Path::new(&one.value), output.max_input)?;
            }
        }
        Ok(Self {
            asked,
            output,
            plans,
        })
    }

    /// The configuration behind a plan. One that is given for several plans is for lines alone: nobody says which of them was made
    /// of it.
    ///
    /// # Errors
    /// Where two are given for it, or the folder cannot be read.
    pub(super) fn of(&self, plan: &Path) -> anyhow::Result<Option<Source>> {
        let (given, over) = (&self.asked.terraform_source, &self.asked.over);
        let Some((folder, by_name)) = named::of_file(OPTION, given, over, plan)? else {
            return Ok(None);
        };
        let source = Source::read(Path::new(&folder), self.output.max_input)?;
        if by_name || self.plans < 2 {
            return Ok(Some(source));
        }
        warn(
            self.output,
            &format!(
                "{}: which of the {} plans was made of {folder} is not known, and it is read for lines alone: name the plan ({OPTION} {}={folder})",
                plan.display(),
                self.plans,
                plan.display(),
            ),
        );
        Ok(Some(source.for_lines()))
    }
}
