//! The report for people: what was found of the copies, what is at fault, and the verdict last, where the eye is when the
//! prompt comes back.

mod audited;
mod beside;
mod causes;
mod change;
mod copies;
mod detour;
mod fix;
mod fixes;
mod last;
mod options;
mod rows;
pub(super) mod sheet;
mod statement;
mod told;
mod unknown;
pub(super) mod words;

use super::Report;
use super::links::is_finding;

pub(super) use fixes::{of_many as fixes_of_many, of_one as fixes_of_one};
pub use options::{NARROWEST, Options, SHOWN};
pub(super) use rows::causes_by_check;
pub use sheet::set;
pub(super) use sheet::{grid, wrapped};
pub(super) use told::told;

/// The causes of many copies that are told whole; where there are more, each is a row: three take more rows than a screen has.
const WHOLE: usize = 2;

/// What is not known, by its cause, and what settles it; nothing where all is known.
#[must_use]
pub(super) fn not_known(report: &Report, options: &Options) -> String {
    let mut sheet = options.sheet().naming(&report.names);
    unknown::write(&mut sheet, report, options.verbose);
    sheet.finish()
}

/// The report as text. Words that are longer than a line, such as ARNs, and commands stand whole.
#[must_use]
pub fn render(report: &Report, options: &Options) -> String {
    let mut sheet = options.sheet().naming(&report.names);
    let one = report.summary.copies == 1;
    let causes = told(report, options.verbose).len();
    let few = one || causes <= WHOLE;
    if options.verbose {
        copies::verbose(&mut sheet, report);
    }
    if options.verbose {
        beside::coverage(&mut sheet, report);
    }
    beside::assumed(&mut sheet, report, options.verbose);
    beside::waivers(&mut sheet, report);
    beside::warnings(&mut sheet, report, options.verbose);
    unknown::write(&mut sheet, report, options.verbose);
    audited::write(&mut sheet, report, options.verbose);
    change::write(&mut sheet, report, options.verbose);
    if options.verbose {
        fix::all(&mut sheet, report);
    }
    if !few {
        rows::rows(&mut sheet, report, options.verbose);
    }
    if !one && !options.verbose && report.summary.changes.is_none() {
        copies::lines(&mut sheet, report);
    }
    if few || options.verbose {
        causes::blocks(&mut sheet, report, options.verbose);
    }
    last::write(&mut sheet, report, options);
    sheet.finish()
}
