//! The report as JUnit XML, for the test views of CI systems: a suite for each account and Region, a case for each copy,
//! vault and plan. A case fails where it counts for the exit code, so that all are green where the exit code is 0.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Property, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::quote::{workflow, xml};
use crate::verdict::{Status, Verdict};

use super::check::{CheckReport, Waived};
use super::copy::CopyReport;
use super::findings::Subject;
use super::headline;
use super::model::{Report, Tool};
use super::table::words;
use super::ways::linked;

/// The cases of a report, added copy by copy.
#[derive(Debug, Default)]
pub struct Junit {
    suites: BTreeMap<String, Vec<TestCase>>,
    /// Whether one of them fails.
    fails: bool,
}

/// A case, and the suite that it is of.
#[derive(Clone, Debug)]
pub struct Case {
    suite: String,
    case: TestCase,
    fails: bool,
}

impl Case {
    /// That of a copy.
    #[must_use]
    pub fn of_copy(report: &Report, copy: &CopyReport) -> Self {
        let mut raised = copy.checks.iter().filter(|check| check.is_raised);
        let is_raised = raised.any(|check| check.waived.is_none());
        let worst = match copy.verdict {
            Verdict::Feasible | Verdict::Undecided if is_raised => Status::Fail,
            Verdict::Feasible => Status::Pass,
            Verdict::Blocked => Status::Fail,
            Verdict::Undecided => Status::Undecided,
        };
        Self::new(
            report,
            Subject::Copy(copy),
            &copy.checks,
            (worst, copy.waived()),
            report.counts(copy),
        )
    }

    fn new(
        report: &Report,
        subject: Subject<'_>,
        checks: &[CheckReport],
        (worst, waived): (Status, Option<&Waived>),
        counts: bool,
    ) -> Self {
        // What stood before a change is not why it fails.
        let is_old = |check: &CheckReport| check.stood_before && !report.counts_all;
        let ids = |status: Status| -> Vec<&str> {
            let such = checks.iter().filter(|check| check.counted_as() == status);
            let such = such.filter(|check| !counts || !is_old(check));
            such.map(|check| check.id()).collect()
        };
        let said: String = checks
            .iter()
            .filter(|check| check.outcome() != Status::NotApplicable)
            .map(|check| told(report, check))
            .collect();
        let (kind, message) = match worst {
            Status::Fail => (NonSuccessKind::Failure, ids(Status::Fail).join(", ")),
            Status::Undecided => (
                NonSuccessKind::Error,
                format!("undecided: {}", ids(Status::Undecided).join(", ")),
            ),
            Status::Pass | Status::Warn | Status::NotApplicable => {
                (NonSuccessKind::Failure, String::new())
            }
        };
        let is_bad = matches!(worst, Status::Fail | Status::Undecided);
        let mut status = match (is_bad, counts) {
            (false, _) => TestCaseStatus::success(),
            (true, true) => TestCaseStatus::non_success(kind),
            (true, false) => TestCaseStatus::skipped(),
        };
        if is_bad {
            let message = match waived {
                Some(of) => format!("waived until {}, {}: {message}", of.expires, of.reason),
                None => message,
            };
            let is_old = waived.is_none() && !counts && report.summary.changes.is_some();
            let message = if is_old {
                format!("as before this change: {message}")
            } else {
                message
            };
            status.set_message(xml::line(&report.names.beside(&message)));
            status.set_type(worst.as_str());
            status.set_description(xml::lines(&report.names.beside(&said)));
        }
        let mut case = TestCase::new(xml::line(&subject.id()), status);
        case.set_classname(subject.kind());
        let mut out = format!("{}\n", subject.name());
        if !is_bad {
            out.push_str(&said);
        }
        case.set_system_out(xml::lines(&report.names.beside(&out)));
        let (account, region) = subject.place();
        let account = account.map_or_else(
            || "unknown account".to_owned(),
            |id| report.names.account(id),
        );
        let region =
            region.map_or_else(|| "unknown Region".to_owned(), |region| region.to_string());
        Self {
            suite: format!("{account}/{region}"),
            case,
            fails: is_bad && counts,
        }
    }
}

/// A check, with what AWS will say and what settles or fixes it.
fn told(report: &Report, check: &CheckReport) -> String {
    let found = &*check.found;
    let mut text = format!(
        "{} {}: {}{}\n",
        check.counted_as().as_str(),
        check.id(),
        found.message,
        match check.stood_before {
            true => " (as before this change)",
            false => "",
        }
    );
    for place in &check.locations {
        text += &match (&place.file, place.line) {
            (Some(file), Some(line)) => format!("  at {file}:{line} ({})\n", place.address),
            (Some(file), None) => format!("  at {file} ({})\n", place.address),
            (None, _) => format!("  at {}\n", place.address),
        };
    }
    let predicted = found.predicted.as_deref();
    if let Some(aws) = predicted.and_then(|of| of.message.as_deref()) {
        text += &format!("  AWS will say: \"{aws}\"\n");
    }
    for (link, remedy) in linked(&report.remedies, &check.remedies) {
        text += &format!("  {} {}: {}\n", link.word("fix"), remedy.id, remedy.title);
    }
    if !check.gaps.is_empty() {
        text += &format!(
            "  waits for {} (see the suite {RUN})\n",
            words::few(&check.gaps, 5)
        );
    }
    text
}

/// The suite of the run as a whole.
const RUN: &str = "backup-preflight";

impl Junit {
    /// Adds a case.
    pub fn add(&mut self, case: Case) {
        self.fails = self.fails || case.fails;
        self.suites.entry(case.suite).or_default().push(case.case);
    }

    /// The document, with the vaults, plans and resources of the report, and a suite for the run itself.
    ///
    /// # Errors
    /// Where the library refuses to write it.
    pub fn text(mut self, report: &Report) -> Result<String, SerializeError> {
        for vault in &report.vaults {
            self.beside(
                report,
                Subject::Vault(vault),
                vault.vault.as_str(),
                &vault.checks,
            );
        }
        for plan in &report.plans {
            self.beside(report, Subject::Plan(plan), &plan.plan.arn(), &plan.checks);
        }
        for resource in &report.resources {
            let subject = Subject::Resource(resource);
            self.beside(
                report,
                subject,
                resource.resource.as_str(),
                &resource.checks,
            );
        }
        for copy in &report.removed {
            let mut status = TestCaseStatus::skipped();
            let was = copy.verdict.as_str();
            status.set_message(format!("no longer made by this change; it was {was}"));
            let mut case = TestCase::new(xml::line(&copy.id), status);
            case.set_classname("removed copy");
            self.suites
                .entry("removed".to_owned())
                .or_default()
                .push(case);
        }
        let mut all = quick_junit::Report::new(Tool::THIS.name);
        let suites = std::mem::take(&mut self.suites);
        all.add_test_suite(self.run(report));
        for (name, cases) in suites {
            let mut suite = TestSuite::new(name);
            suite.add_test_cases(cases);
            all.add_test_suite(suite);
        }
        // A log may hold it, and text of several lines stands in it.
        all.to_string()
            .map(|text| workflow::inert(&text).into_owned())
    }

    fn beside(
        &mut self,
        report: &Report,
        subject: Subject<'_>,
        name: &str,
        checks: &[CheckReport],
    ) {
        let has = |status| checks.iter().any(|check| check.counted_as() == status);
        let worst = [Status::Fail, Status::Undecided]
            .into_iter()
            .find(|status| has(*status));
        let worst = worst.unwrap_or(Status::Pass);
        let of_worst = || checks.iter().filter(|check| check.counted_as() == worst);
        let before = |check: &CheckReport| {
            let key = (name.to_owned(), check.id());
            !report.counts_all && report.failed_before.contains(&key)
        };
        // An undecided check of a vault, a plan or a resource is no failure of the run.
        let counts = worst == Status::Fail
            && of_worst().any(|check| check.waived.is_none() && !before(check));
        let mut waivers = of_worst().map(|check| check.waived.as_ref());
        let first = waivers.next().flatten();
        let waived = first.filter(|_| waivers.all(|waiver| waiver.is_some()));
        self.add(Case::new(report, subject, checks, (worst, waived), counts));
    }

    /// The suite that says what the exit code is, and what is not known or taken for granted.
    fn run(&self, report: &Report) -> TestSuite {
        let mut suite = TestSuite::new(RUN);
        let mut say = |name: &str, value: &str| {
            suite.add_property(Property::new(name, xml::line(value)));
        };
        say("version", Tool::THIS.version);
        say("exit-code", &report.exit_code.to_string());
        if let Some(when) = &report.collected_at {
            say("collected-at", when);
        }
        for (assumption, of) in &report.assumed {
            let on = words::copies(of.copies);
            say("assumption", &format!("{assumption} ({on})"));
        }
        for waiver in &report.waivers {
            say(waiver.word(), &waiver.says());
        }
        let reading = report.reading.recorded();
        for gap in report.gaps.told(&reading) {
            let text = format!(
                "{}: {} on {}; {}",
                gap.id, gap.operation, gap.subject, gap.settle
            );
            say("gap", &text);
        }
        let mut status = TestCaseStatus::success();
        if report.exit_code != 0 && !self.fails {
            status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(headline::exit_code(report));
        }
        let mut case = TestCase::new("the run as a whole", status);
        case.set_classname("run");
        let mut out = vec![headline::exit_code(report), headline::counts(report)];
        out.extend(headline::coverage(report));
        out.extend(headline::coverage_by_type(report));
        out.extend(headline::changes(report));
        out.extend(headline::lost(report));
        case.set_system_out(xml::lines(&report.names.beside(&out.join("\n"))));
        suite.add_test_case(case);
        suite
    }
}
