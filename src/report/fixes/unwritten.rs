//! What blocks copies and is in no file: what only people can do, what no change helps, and what none was found for.

use crate::quote::terminal;
use crate::report::Report;
use crate::report::table::told;
use crate::report::table::words::copies;
use crate::verdict::Fix;

/// One thing that blocks copies, of which no file of a fix makes an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritten {
    /// What kind of thing it is, with how many copies it blocks, and which.
    pub lead: String,
    /// What to do; or what is wrong.
    pub text: String,
}

impl Unwritten {
    /// All of a report, most copies first.
    #[must_use]
    pub fn all(report: &Report) -> Vec<Self> {
        let causes = told(report, false);
        let open = causes.iter().filter(|cause| !cause.is_waived());
        let each = open.filter_map(|cause| {
            let (_, (check, found)) = cause.first.as_ref()?;
            let step = found.step().map_or_else(
                || found.message.to_string(),
                |(is_so, step)| format!("{is_so}: {step}"),
            );
            let named = cause.examples.join(", ");
            let of = match cause.copies.saturating_sub(cause.examples.len()) {
                0 => format!("{} ({named})", copies(cause.copies)),
                more => format!("{} ({named} and {more} more)", copies(cause.copies)),
            };
            let (lead, text) = match &found.fix {
                Fix::ByHand => (format!("by hand, for {of}"), step),
                Fix::Impossible => (format!("no change helps {of}"), step),
                Fix::Needs(_) if cause.remedies.is_empty() => (
                    format!("no change was found for {of}"),
                    format!("{}: {}", check.id, found.message),
                ),
                Fix::Needs(_) => return None,
            };
            Some(Self { lead, text })
        });
        each.collect()
    }

    /// It in a line.
    pub fn line(&self) -> String {
        terminal::line(&format!("{}: {}", self.lead, self.text)).into_owned()
    }
}
