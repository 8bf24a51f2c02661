//! The report as annotations of a GitHub Actions run, and lines for its log.
//!
//! GitHub keeps ten annotations of a kind from a step, so each tells all that is alike; the report as JSON has
//! the rest. See <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use std::collections::{BTreeMap, HashMap};

use crate::quote::workflow::{data, log, property};
use crate::verdict::{Status, Verdict};

use super::findings::Finding;
use super::headline;
use super::location::Location;
use super::model::Report;
use super::table::words::{copies, count};
use super::ways::linked;

/// GitHub keeps so many annotations of a kind.
pub const ANNOTATIONS: usize = 10;
/// The gaps and assumptions that the log tells, and the types of accounts.
const NOTES: usize = 50;
/// The copies that an annotation names, and the gaps of one call that the log does.
const EXAMPLES: usize = 3;

/// The annotations, the worst first, and then what it all comes to.
#[must_use]
pub fn github(report: &Report) -> String {
    let mut text = String::new();
    let mut findings = report.findings();
    // What is waived stands in the log.
    findings.retain(|finding| finding.check.waived.is_none());
    let alike = alike(findings);
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        let all: Vec<&Alike<'_>> = alike.iter().filter(|one| one.kind == kind).collect();
        for one in all.iter().take(ANNOTATIONS) {
            text += &one.command(report);
        }
        let more = all.len().saturating_sub(ANNOTATIONS);
        if more > 0 {
            let more = count(more, &format!("more {}", kind.word()));
            text += &log(&format!(
                "{more}, as GitHub keeps {ANNOTATIONS} annotations of a kind: --format json has all"
            ));
            text.push('\n');
        }
    }
    for (title, what) in beside(report).into_iter().take(ANNOTATIONS) {
        let what = data(&report.names.beside(&what));
        text += &format!("::warning title={title}::{what}\n");
    }
    for line in lines(report) {
        text += &log(&report.names.beside(&line));
        text.push('\n');
    }
    text
}

/// What is of no check: what leaves open whether there are more copies, and those that succeeded and are made no longer.
fn beside(report: &Report) -> Vec<(&'static str, String)> {
    let open = report.open.iter().filter(|_| report.is_open());
    let open = open.map(|gap| ("undecided", format!("there may be other copies: {gap}")));
    let removed = report.removed.iter();
    let lost = removed.filter(|copy| copy.verdict == Verdict::Feasible);
    let lost = lost.map(|copy| {
        let what = format!("no longer made, and it was feasible: {}", copy.id);
        ("copy-removed", what)
    });
    open.chain(lost).collect()
}

/// The commands that annotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    fn of(finding: &Finding<'_>) -> Self {
        match (finding.counts, finding.check.counted_as()) {
            (true, Status::Fail) => Self::Error,
            (true, Status::Undecided) => Self::Warning,
            (false, _) | (true, Status::Warn | Status::Pass | Status::NotApplicable) => {
                Self::Notice
            }
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Findings of one check that say the same of one place.
struct Alike<'r> {
    kind: Kind,
    first: Finding<'r>,
    location: Option<&'r Location>,
    number: usize,
    names: Vec<String>,
}

/// What they have in common: the kind, the check, what it says, and the address and line that are at fault.
type Same<'r> = (Kind, &'r str, &'r str, Option<(&'r str, Option<usize>)>);

fn alike(findings: Vec<Finding<'_>>) -> Vec<Alike<'_>> {
    let mut all: Vec<Alike<'_>> = Vec::new();
    let mut known: HashMap<Same<'_>, usize> = HashMap::new();
    for finding in findings {
        let kind = Kind::of(&finding);
        let location = finding.location();
        let place = location.map(|place| (&*place.address, place.line));
        let key = (
            kind,
            finding.check.id(),
            finding.check.found.message.as_str(),
            place,
        );
        let at = *known.entry(key).or_insert_with(|| {
            all.push(Alike {
                kind,
                first: finding,
                location,
                number: 0,
                names: Vec::new(),
            });
            all.len().saturating_sub(1)
        });
        if let Some(one) = all.get_mut(at) {
            one.number = one.number.saturating_add(1);
            if one.names.len() < EXAMPLES {
                one.names.push(finding.subject.name());
            }
        }
    }
    all
}

impl Alike<'_> {
    fn command(&self, report: &Report) -> String {
        let check = self.first.check;
        let mut properties = vec![format!("title={}", property(check.id()))];
        if let Some(place) = self.location
            && let Some(file) = &place.file
        {
            properties.push(format!("file={}", property(&report.repository.path(file))));
            properties.extend(place.line.map(|line| format!("line={line}")));
        }
        let is_undecided = check.outcome() == Status::Undecided;
        let mut lines = vec![format!(
            "{}{}",
            if is_undecided { "undecided: " } else { "" },
            check.found.message
        )];
        lines.extend(self.names.iter().map(|name| format!("- {name}")));
        let more = self.number.saturating_sub(self.names.len());
        if more > 0 {
            lines.push(format!("- and {more} more"));
        }
        lines.extend(
            check
                .locations
                .first()
                .map(|place| format!("at {}", place.address)),
        );
        let predicted = check.found.predicted.as_deref();
        if let Some(aws) = predicted.and_then(|of| of.message.as_deref()) {
            lines.push(format!("AWS will say: \"{aws}\""));
        }
        let fixes = linked(&report.remedies, &check.remedies);
        for (link, fix) in fixes.into_iter().take(EXAMPLES) {
            lines.push(format!("{}: {}", link.word("fix"), fix.title));
        }
        if !self.first.counts {
            lines.push("as before this change: it does not count".to_owned());
        }
        format!(
            "::{} {}::{}\n",
            self.kind.word(),
            properties.join(","),
            data(&report.names.beside(&lines.join("\n")))
        )
    }
}

/// The gaps, and of those that one call settles the first ones.
fn gaps(report: &Report) -> Vec<String> {
    let reading = report.reading.recorded();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for gap in report.gaps.told(&reading) {
        let number = numbers.entry(gap.operation).or_default();
        *number = number.saturating_add(1);
        if *number <= EXAMPLES {
            let on = gap.about();
            let on = on.map_or_else(String::new, |subject| format!(" on {subject}"));
            lines.push(format!(
                "gap {}: {}{on}; {}",
                gap.id, gap.operation, gap.settle
            ));
        }
    }
    let more = numbers.into_iter().filter_map(|(operation, number)| {
        let more = number.checked_sub(EXAMPLES).filter(|more| *more > 0)?;
        let more = count(more, "more gap");
        Some(format!("{more} of {operation}: --format json has all"))
    });
    lines.extend(more);
    lines
}

/// What the log says: every check by how often it fails, what is not known, what was assumed, and the verdict last.
fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for (status, word) in [
        (Status::Fail, "fails"),
        (Status::Undecided, "undecided"),
        (Status::Warn, "warns"),
    ] {
        for (id, number) in headline::checks(report, status) {
            lines.push(format!("{word}: {id} ({number})"));
        }
    }
    for (id, number) in headline::waived(report) {
        lines.push(format!("waived: {id} ({number})"));
    }
    for waiver in &report.waivers {
        lines.push(format!("{}: {}", waiver.word(), waiver.says()));
    }
    for copy in &report.removed {
        lines.push(format!(
            "no longer made: {} (it was {})",
            copy.id,
            copy.verdict.as_str()
        ));
    }
    let mut notes: Vec<String> = Vec::new();
    for (assumption, of) in &report.assumed {
        notes.push(format!("assumed for {}: {assumption}", copies(of.copies)));
    }
    notes.extend(gaps(report));
    let more = notes.len().saturating_sub(NOTES);
    notes.truncate(NOTES);
    lines.extend(notes);
    if more > 0 {
        lines.push(format!("{more} more lines of gaps: --format json has all"));
    }
    let mut covered = headline::coverage_by_type(report);
    let more = covered.len().saturating_sub(NOTES);
    covered.truncate(NOTES);
    lines.extend(covered);
    if more > 0 {
        lines.push(format!(
            "{more} more types of accounts: --format json has all"
        ));
    }
    lines.extend(headline::coverage(report));
    lines.extend(headline::changes(report));
    lines.extend(headline::lost(report));
    let day = headline::facts_of(report);
    lines.push(format!("{} (facts of {day})", headline::counts(report)));
    lines.push(headline::exit_code(report));
    lines
}
