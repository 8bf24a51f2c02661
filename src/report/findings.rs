//! What is to be acted on, one by one: each check of a copy, a vault, a plan or a resource that fails, warns or is undecided, the worst
//! first.

use crate::change::Change;
use crate::known::{AccountId, Region};
use crate::verdict::Status;

use super::check::CheckReport;
use super::copy::CopyReport;
use super::links::is_finding;
use super::model::{Report, VaultReport};
use super::table::words;
use super::{Location, PlanReport, ResourceReport};

/// What a check found, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'r> {
    /// What it is of.
    pub subject: Subject<'r>,
    /// What was found.
    pub check: &'r CheckReport,
    /// Whether it counts for the exit code.
    pub counts: bool,
}

/// What a check is of.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'r> {
    /// A copy.
    Copy(&'r CopyReport),
    /// A vault.
    Vault(&'r VaultReport),
    /// A backup plan.
    Plan(&'r PlanReport),
    /// A resource.
    Resource(&'r ResourceReport),
}

impl Subject<'_> {
    /// What it is, in a word.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Copy(_) => "copy",
            Self::Vault(_) => "vault",
            Self::Plan(_) => "plan",
            Self::Resource(_) => "resource",
        }
    }

    /// Its id or its ARN: the same in every run.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Copy(copy) => copy.id.clone(),
            Self::Vault(vault) => vault.vault.to_string(),
            Self::Resource(resource) => resource.resource.to_string(),
            Self::Plan(plan) => {
                let plan = &plan.plan;
                format!("{}/{}/{}", plan.account, plan.region, plan.id)
            }
        }
    }

    /// What people call it: `RDS orders, 111122223333/eu-west-1/local → …`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Copy(copy) => {
                let (from, to) = (words::source(copy), words::destination(copy));
                format!("{}, {from} → {to}", words::resource(copy))
            }
            Self::Vault(vault) => format!("vault {}", vault.vault.name()),
            Self::Resource(resource) => resource.name(),
            Self::Plan(plan) => {
                let name = plan.plan.name.as_deref().unwrap_or(&plan.plan.id);
                format!("plan {name}")
            }
        }
    }

    /// The account and the Region that it is in, or comes from, where they are known.
    #[must_use]
    pub fn place(self) -> (Option<AccountId>, Option<Region>) {
        match self {
            Self::Copy(copy) => (
                copy.source.account.value().copied(),
                copy.source.region.value().cloned(),
            ),
            Self::Vault(vault) => (vault.vault.account(), vault.vault.region()),
            Self::Plan(plan) => (Some(plan.plan.account), Some(plan.plan.region.clone())),
            Self::Resource(resource) => (Some(resource.account), Some(resource.region.clone())),
        }
    }
}

impl<'r> Finding<'r> {
    /// The first place of a change that is at fault, one with a line before one without. What the change destroys has none any more: it
    /// is told at what else says something of it.
    #[must_use]
    pub fn location(&self) -> Option<&'r Location> {
        let check = self.check;
        let places = &check.locations;
        let mut lines = places.iter().chain(&check.related);
        let with_line = lines.find(|place| place.line.is_some());
        let with_file = || places.iter().find(|place| place.file.is_some());
        with_line.or_else(with_file).or_else(|| places.first())
    }

    fn rank(&self) -> (bool, u8) {
        (!self.counts, severity(self.check.counted_as()))
    }
}

/// How bad an outcome is: 0 is the worst.
#[must_use]
pub const fn severity(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Undecided => 1,
        Status::Warn => 2,
        Status::Pass | Status::NotApplicable => 3,
    }
}

impl Report {
    /// What is to be acted on: what counts for the exit code first, then what fails before what is undecided or warns, in
    /// the order of the report.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding<'_>> {
        let copies = self.copies.iter().flat_map(|copy| {
            let counts = self.counts_all || copy.change.is_none_or(Change::counts);
            let subject = Subject::Copy(copy);
            let checks = copy.checks.iter();
            checks.map(move |check| Finding {
                subject,
                check,
                counts: counts
                    && check.waived.is_none()
                    && (self.counts_all || !check.stood_before),
            })
        });
        let vaults = self.vaults.iter().flat_map(|vault| {
            let checks = vault.checks.iter();
            checks.map(|check| self.beside(Subject::Vault(vault), vault.vault.as_str(), check))
        });
        let plans = self.plans.iter().flat_map(|plan| {
            let arn = plan.plan.arn();
            let checks = plan.checks.iter();
            checks.map(move |check| self.beside(Subject::Plan(plan), &arn, check))
        });
        let resources = self.resources.iter().flat_map(|resource| {
            let subject = Subject::Resource(resource);
            let checks = resource.checks.iter();
            checks.map(move |check| self.beside(subject, resource.resource.as_str(), check))
        });
        let all = copies.chain(vaults).chain(plans).chain(resources);
        let mut all: Vec<Finding<'_>> = all
            .filter(|finding| is_finding(finding.check.outcome()))
            .collect();
        all.sort_by_key(Finding::rank);
        all
    }

    fn beside<'r>(&self, subject: Subject<'r>, name: &str, check: &'r CheckReport) -> Finding<'r> {
        let before = (name.to_owned(), check.id());
        Finding {
            subject,
            check,
            counts: check.waived.is_none()
                && (self.counts_all || !self.failed_before.contains(&before)),
        }
    }
}
