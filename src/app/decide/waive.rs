//! What is waived, and what counts for the exit code.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::change::Change;
use crate::checks::{Audited, MayFail};
use crate::known::{Arn, Count as _, HashMap};
use crate::report::{Count, Summary, Waived};
use crate::verdict::{Outcome, Status, Verdict};
use crate::waivers::{Faced, Waiver, waiver};

use super::{Found, Told};

/// The waivers of what an audit found, by the vault, plan or resource and the check.
pub(in crate::app) type OfAudit = BTreeMap<(String, &'static str), Waived>;

/// What counts for the exit code.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::app) struct Counted {
    pub blocked: usize,
    pub undecided: usize,
    /// Those of copies that are not waived.
    pub warnings: usize,
}

impl Found<'_> {
    /// Asks the waivers of everything that was found. Gives those of what the audit found.
    pub(in crate::app) fn waive(
        &mut self,
        waivers: &[Waiver],
        audited: Option<&Audited>,
    ) -> OfAudit {
        if waivers.is_empty() {
            return OfAudit::new();
        }
        let links = self.report.links(false);
        let subjects: HashMap<&str, &str> = self
            .report
            .remedies
            .iter()
            .map(|remedy| (&*remedy.id, &*remedy.subject))
            .collect();
        let mut number = 0_usize;
        let mut waived_checks: BTreeMap<&'static str, Count> = BTreeMap::new();
        let mut by_cause: HashMap<(&str, Option<SmolStr>), usize> = HashMap::default();
        for copy in &mut self.copies {
            let account = copy.place.account.map(|id| id.to_string());
            let region = copy.place.region.as_ref().map(ToString::to_string);
            let mut waived = Vec::new();
            for (check, found) in copy.found.iter().filter(|(_, found)| counts(found)) {
                let fixes = links.fixes(copy.asked.id(), check.id);
                let changed = fixes.iter().filter_map(|id| subjects.get(&**id).copied());
                let fault = copy.fault(found, changed);
                let own = copy.place.resource.as_ref().map(Arn::as_str);
                let subject = fault.or(own);
                let faced = Faced {
                    check: check.id,
                    arn: None,
                    keys: keys_beside(subject, found),
                    subject,
                    copy: Some(copy.asked.id()),
                    resource: copy.place.resource.as_ref(),
                    vault: Some(copy.asked.destination_vault()),
                    account: account.clone(),
                    region: region.clone(),
                };
                let Some(one) = waiver(waivers, &faced) else {
                    continue;
                };
                waived.push((check.id, of(one)));
                let count = waived_checks.entry(check.id).or_default();
                count.add(found.status);
                let cause = by_cause.entry((check.id, fault.map(SmolStr::new)));
                cause.or_default().one_more();
            }
            copy.waived = waived.into();
            let is_waived =
                copy.verdict != Verdict::Feasible && copy.counting() == Verdict::Feasible;
            number.one_more_if(is_waived);
        }
        self.report.summary.waived = number;
        for cause in &mut self.report.causes {
            let key = (cause.check, cause.subject.as_deref().map(SmolStr::new));
            let is_fault = cause.outcome == Status::Fail;
            let waived = by_cause.get(&key).filter(|_| is_fault);
            cause.waived = waived.copied().unwrap_or_default();
        }
        let all = audited
            .map(|audited| of_audit(waivers, audited))
            .unwrap_or_default();
        let found = audited.into_iter().flat_map(|audited| {
            let each = [Status::Fail, Status::Undecided, Status::Warn].into_iter();
            each.flat_map(|status| {
                audited
                    .found(status)
                    .into_iter()
                    .map(move |it| (it, status))
            })
        });
        for (finding, status) in found.filter(|(finding, _)| all.contains_key(finding)) {
            let count = waived_checks.entry(finding.1).or_default();
            count.add(status);
        }
        self.report.waived = waived_checks;
        for vault in &mut self.report.vaults {
            for check in &mut vault.checks {
                check.waived = all.get(&(vault.vault.to_string(), check.id())).cloned();
            }
        }
        for resource in &mut self.report.resources {
            let name = resource.resource.to_string();
            for check in &mut resource.checks {
                check.waived = all.get(&(name.clone(), check.id())).cloned();
            }
        }
        for plan in &mut self.report.plans {
            for check in &mut plan.checks {
                check.waived = all.get(&(plan.plan.arn(), check.id())).cloned();
            }
        }
        all
    }

    /// What counts of the copies: all of them, or those that a change makes or makes worse, and those that it takes away. A
    /// warning of a `raised` check counts as a failure.
    pub(in crate::app) fn counted(&self, all: bool, raised: &BTreeSet<&str>) -> Counted {
        // Those of copies that are no longer made are news.
        let removed = self.report.removed.iter();
        let lost = removed.filter(|copy| copy.verdict == Verdict::Feasible);
        let mut counted = Counted {
            warnings: lost.count(),
            ..Counted::default()
        };
        for copy in &self.copies {
            let is_news = all || copy.change.is_none_or(|(change, _)| Change::counts(change));
            let verdict = copy.counting();
            let warned = copy
                .found
                .iter()
                .filter(|(_, found)| found.status == Status::Warn);
            // What only warns and is not known may fail as well, where its warning does.
            let mut may_be_raised = copy.found.iter().any(|(check, found)| {
                found.status == Status::Undecided
                    && check.may_fail == MayFail::OnlyWarns
                    && raised.contains(check.id)
                    && !copy.waives(check.id)
            });
            may_be_raised = may_be_raised && verdict == Verdict::Feasible;
            let mut is_raised = false;
            for (check, _) in warned {
                if !copy.waives(check.id) {
                    counted.warnings.one_more_if(is_news);
                    is_raised = is_raised || raised.contains(check.id);
                }
            }
            counted
                .blocked
                .one_more_if(is_news && (verdict == Verdict::Blocked || is_raised));
            counted.undecided.one_more_if(
                is_news && !is_raised && (verdict == Verdict::Undecided || may_be_raised),
            );
        }
        counted
    }
}

/// The keys that a finding is about, where it is about keys.
fn keys_beside<'f>(subject: Option<&str>, found: &'f Outcome) -> Vec<&'f str> {
    let is_key = |text: &&str| text.contains(":kms:") && text.contains(":key/");
    if !subject.as_ref().is_some_and(is_key) {
        return Vec::new();
    }
    let seen = found.evidence.iter().map(|seen| seen.subject.as_str());
    seen.filter(is_key).collect()
}

impl Counted {
    /// The summary with what counts in the place of what there is.
    pub(in crate::app) const fn of(self, summary: Summary) -> Summary {
        Summary {
            blocked: self.blocked,
            undecided: self.undecided,
            warnings: self.warnings,
            ..summary
        }
    }
}

impl Told<'_> {
    /// Whether a check of it is waived.
    fn waives(&self, check: &str) -> bool {
        self.waived.iter().any(|(waived, _)| *waived == check)
    }

    /// What it comes to without what is waived.
    fn counting(&self) -> Verdict {
        if self.waived.is_empty() {
            return self.verdict;
        }
        let left = self
            .found
            .iter()
            .filter(|(check, _)| !self.waives(check.id));
        Verdict::of(left.map(|(check, found)| (found.status, check.may_fail == MayFail::Yes)))
    }

    /// The thing at fault, as the causes tell it: the first that was seen and is not the copy's own, else the first that is
    /// changed.
    fn fault<'f>(
        &'f self,
        found: &'f Outcome,
        changed: impl Iterator<Item = &'f str>,
    ) -> Option<&'f str> {
        let summed = self.summed();
        let seen = found.evidence.iter().map(|seen| seen.subject.as_str());
        seen.chain(changed).find(|thing| !summed.is_own(thing))
    }
}

fn counts(found: &Outcome) -> bool {
    matches!(
        found.status,
        Status::Fail | Status::Undecided | Status::Warn
    )
}

fn of(waiver: &Waiver) -> Waived {
    Waived {
        reason: waiver.reason.clone(),
        expires: waiver.expires.clone(),
    }
}

fn of_audit(waivers: &[Waiver], audited: &Audited) -> OfAudit {
    let mut all = OfAudit::new();
    let mut ask =
        |name: String, outcomes: &[(&'static crate::checks::Check, Outcome)], faced: &Faced<'_>| {
            for (check, _) in outcomes.iter().filter(|(_, found)| counts(found)) {
                let faced = Faced {
                    check: check.id,
                    ..faced.clone()
                };
                if let Some(one) = waiver(waivers, &faced) {
                    all.insert((name.clone(), check.id), of(one));
                }
            }
        };
    for (vault, outcomes) in &audited.vaults {
        let faced = Faced {
            subject: Some(vault.as_str()),
            vault: Some(vault),
            account: vault.account().map(|id| id.to_string()),
            region: vault.region().map(|region| region.to_string()),
            ..Faced::default()
        };
        ask(vault.to_string(), outcomes, &faced);
    }
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (plan, _) in &audited.plans {
        ids.entry(&plan.id).or_default().one_more();
    }
    for (plan, outcomes) in &audited.plans {
        let arn = plan.arn();
        // An id that plans of two accounts or Regions have does not say which is meant.
        let is_alone = ids.get(&*plan.id) == Some(&1);
        let faced = Faced {
            arn: Some(&arn),
            subject: is_alone.then_some(&plan.id),
            account: Some(plan.account.to_string()),
            region: Some(plan.region.to_string()),
            ..Faced::default()
        };
        ask(arn.clone(), outcomes, &faced);
    }
    for (resource, outcomes) in &audited.resources {
        let faced = Faced {
            subject: Some(resource.arn.as_str()),
            resource: Some(&resource.arn),
            account: Some(resource.account.to_string()),
            region: Some(resource.region.to_string()),
            ..Faced::default()
        };
        ask(resource.arn.to_string(), outcomes, &faced);
    }
    all
}
