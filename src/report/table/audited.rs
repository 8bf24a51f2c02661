//! What an audit found of vaults, plans and resources, the worst last.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::report::settle::step;
use crate::report::{CheckReport, Report};
use crate::verdict::Status;

use super::is_finding;
use super::sheet::{Paint, Sheet};
use super::{rows, unknown, words};

/// What is shown of a kind without being asked for.
const SHOWN: usize = 3;

/// In which order outcomes are told.
const WORST_LAST: [Status; 5] = [
    Status::NotApplicable,
    Status::Pass,
    Status::Warn,
    Status::Undecided,
    Status::Fail,
];

/// What a check found of a thing.
struct CheckedThing<'r> {
    /// The thing for people.
    subject: String,
    check: &'r CheckReport,
    /// Whether the same is said of copies: what blocks those of a resource, or leaves them undecided.
    is_of_copies: bool,
}

/// Writes it; of everything that passes, too, where that is asked for.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let told = all(report).into_iter();
    let told = told.filter(|found| verbose || is_finding(found.check.outcome()));
    let (told, left_out): (Vec<CheckedThing<'_>>, Vec<CheckedThing<'_>>) =
        told.partition(|found| verbose || !found.is_of_copies);
    let warns = |found: &&CheckedThing<'_>| found.check.counted_as() == Status::Warn;
    let left_out = left_out.iter().filter(warns).count();
    if left_out > 0 || !told.is_empty() {
        sheet.gap();
    }
    if left_out > 0 {
        let text = format!(
            "{} more, of resources whose copies are blocked (-v shows all)",
            words::count(left_out, "warning")
        );
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
    let mut by_check: BTreeMap<(usize, &str), Vec<CheckedThing<'_>>> = BTreeMap::new();
    for found in told {
        let is = |status: &Status| *status == found.check.counted_as();
        let rank = WORST_LAST.iter().position(is).unwrap_or_default();
        let same = by_check.entry((rank, found.check.id())).or_default();
        same.push(found);
    }
    for found in by_check.values() {
        of_check(sheet, report, found, verbose);
    }
}

/// Everything that was found.
fn all(report: &Report) -> Vec<CheckedThing<'_>> {
    let found = |subject: String, check, is_of_copies| CheckedThing {
        subject,
        check,
        is_of_copies,
    };
    let vaults = report.vaults.iter().flat_map(|vault| {
        let subject = words::thing(vault.vault.as_str(), &report.names);
        let checks = vault.checks.iter();
        checks.map(move |check| found(subject.clone(), check, false))
    });
    let plans = report.plans.iter().flat_map(|of| {
        let plan = &of.plan;
        let name = plan.name.as_deref().unwrap_or(&plan.id);
        let subject = format!("plan {name} ({} {})", plan.account, plan.region);
        let checks = of.checks.iter();
        checks.map(move |check| found(subject.clone(), check, false))
    });
    let causes = report.causes.iter();
    let undecided = causes.filter(|cause| cause.outcome == Status::Undecided);
    let gaps = undecided.flat_map(|cause| cause.gaps.iter().map(String::as_str));
    let of_copies: HashSet<&str> = gaps.collect();
    let waits_with_copies = |check: &CheckReport| {
        let mut gaps = check.gaps.iter();
        check.outcome() == Status::Undecided && gaps.any(|gap| of_copies.contains(&**gap))
    };
    let resources = report.resources.iter().flat_map(|of| {
        let subject = format!("{} ({} {})", of.name(), of.account, of.region);
        let is_blocked = of.reason == Some("copies-blocked");
        let checks = of.checks.iter();
        checks.map(move |check| (subject.clone(), check, is_blocked))
    });
    let resources = resources.map(|(subject, check, is_blocked)| {
        found(subject, check, is_blocked || waits_with_copies(check))
    });
    vaults.chain(plans).chain(resources).collect()
}

/// What one check found, and came out alike of.
fn of_check(sheet: &mut Sheet, report: &Report, found: &[CheckedThing<'_>], verbose: bool) {
    let Some(first) = found.first() else {
        return;
    };
    let id = first.check.id();
    let (word, paint) = match first.check.counted_as() {
        Status::Fail => ("error", Paint::Bad),
        Status::Warn => ("warning", Paint::Unsure),
        Status::Undecided => ("undecided", Paint::Unsure),
        Status::Pass => ("pass", Paint::Good),
        Status::NotApplicable => ("not applicable", Paint::Quiet),
    };
    let remedies = rows::by_id(report);
    let shown = if verbose { usize::MAX } else { SHOWN };
    let alike = alike(found, verbose);
    for SameFound {
        subjects,
        check,
        accounts,
        regions,
    } in alike.iter().take(shown)
    {
        let fixed = if check.remedies.is_empty() {
            String::new()
        } else {
            format!("; fixed by {}", rows::fixed_by(&check.remedies, &remedies))
        };
        let subject = words::few(subjects, SHOWN);
        let text = format!("{subject}: {}{fixed}", message(check, verbose));
        sheet.item(0, (&format!("{word}[{id}]:"), paint), &text);
        let gap = check.found.gaps.first();
        if let Some(gap) = gap.filter(|_| check.outcome() == Status::Undecided) {
            let regions: Vec<&str> = regions.iter().copied().collect();
            let step = step(gap, &regions, &report.reading);
            let others = unknown::others(gap, accounts);
            sheet.step("settle:", &step, &unknown::same_of(&others));
        }
    }
    let rest = alike.iter().skip(shown);
    let rest: usize = rest.map(|alike| alike.subjects.len()).sum();
    if rest > 0 {
        let text = format!("{rest} more of {id} (-v shows all)");
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
}

/// What a check found, without the names that stand before it or are ARNs of what has a name.
fn message(check: &CheckReport, verbose: bool) -> String {
    let found = &check.found;
    if verbose {
        return found.message.to_string();
    }
    let text = found.message.as_str();
    let of_plan = text.strip_prefix("plan `");
    let text = of_plan.and_then(|text| text.split_once("`: ").map(|(_, text)| text));
    let mut text = text.unwrap_or(&found.message).to_owned();
    for seen in &found.evidence {
        text = text.replace(&format!(" ({})", seen.subject), "");
    }
    text
}

/// What was found alike of several things.
struct SameFound<'r> {
    /// The things for people.
    subjects: Vec<String>,
    check: &'r CheckReport,
    /// Where what it waits for is to be read.
    accounts: BTreeSet<&'r str>,
    regions: BTreeSet<&'r str>,
}

/// What was found, each with the things that it was found of, in the order of the first of them: what is the same is said
/// once. With everything told each stands alone.
fn alike<'r>(found: &[CheckedThing<'r>], verbose: bool) -> Vec<SameFound<'r>> {
    let mut all: Vec<SameFound<'r>> = Vec::new();
    let mut places: HashMap<(&str, &[String]), usize> = HashMap::new();
    for CheckedThing { subject, check, .. } in found {
        let key = (&*check.found.message, &*check.remedies);
        let place = places.get(&key).filter(|_| !verbose);
        let gaps = || check.found.gaps.iter();
        let accounts = gaps().filter_map(|gap| gap.account.as_deref());
        let regions = gaps().filter_map(|gap| gap.region.as_deref());
        if let Some(same) = place.and_then(|place| all.get_mut(*place)) {
            same.subjects.push(subject.clone());
            same.accounts.extend(accounts);
            same.regions.extend(regions);
            continue;
        }
        places.insert(key, all.len());
        all.push(SameFound {
            subjects: vec![subject.clone()],
            check,
            accounts: accounts.collect(),
            regions: regions.collect(),
        });
    }
    all
}
