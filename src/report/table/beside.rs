//! What is said besides the copies: assumptions, warnings, vaults, plans and resources.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::report::{CheckReport, Fate, Report, headline};
use crate::verdict::Status;

use super::is_finding;
use super::sheet::{Paint, Sheet, grid};
use super::{causes, rows, words};

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

/// What was taken for granted, each once.
pub fn assumed(sheet: &mut Sheet, report: &Report) {
    if report.assumed.is_empty() {
        return;
    }
    sheet.gap();
    for (assumption, of) in &report.assumed {
        let on = if report.summary.copies == 1 {
            String::new()
        } else {
            format!(" ({})", words::copies(of.copies))
        };
        sheet.item(0, ("assumed:", Paint::Quiet), &format!("{assumption}{on}"));
    }
}

/// What leaves its account, by account and type.
pub fn coverage(sheet: &mut Sheet, report: &Report) {
    let Some(coverage) = report.coverage.as_ref() else {
        return;
    };
    let head = [
        "account",
        "type",
        "resources",
        "have a copy out",
        "feasible",
        "unknown",
    ];
    let rows = headline::least_covered(coverage);
    if rows.is_empty() {
        return;
    }
    sheet.gap();
    let rows = rows.iter().map(|row| {
        let (of, counts) = (row.resource_type.as_ref(), row.counts);
        vec![
            report.names.account(row.account),
            of.map_or("unknown", |of| of.as_str()).to_owned(),
            counts.resources.to_string(),
            counts.leave.to_string(),
            counts.feasibly.to_string(),
            counts.unknown.to_string(),
        ]
    });
    for line in grid(sheet.width(), &head, &[0], rows) {
        sheet.as_it_stands(&line);
    }
}

/// What is waived, and the waivers that are of no use.
pub fn waivers(sheet: &mut Sheet, report: &Report) {
    if report.waivers.is_empty() {
        return;
    }
    sheet.gap();
    for waiver in &report.waivers {
        let paint = match waiver.fate {
            Fate::Used => Paint::Quiet,
            Fate::Expired | Fate::Unused => Paint::Unsure,
        };
        sheet.item(0, (&format!("{}:", waiver.word()), paint), &waiver.says());
    }
}

/// What is warned of, each thing once.
pub fn warnings(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if report.warnings.is_empty() {
        return;
    }
    sheet.gap();
    let shown = if verbose {
        report.warnings.len()
    } else {
        SHOWN
    };
    for cause in report.warnings.iter().take(shown) {
        let on = if report.summary.copies == 1 {
            String::new()
        } else {
            format!(" ({})", words::copies(cause.copies))
        };
        let basis = cause
            .first
            .as_ref()
            .map_or("", |(_, (_, found))| causes::basis(found.basis));
        let (word, paint) = if report.raised.contains(cause.check) {
            ("error", Paint::Bad)
        } else {
            ("warning", Paint::Unsure)
        };
        let lead = format!("{word}[{}]:", cause.check);
        sheet.item(0, (&lead, paint), &format!("{}{basis}{on}", cause.message));
    }
    let rest = report.warnings.get(shown..).unwrap_or_default();
    rows::more(sheet, "warning", rest);
}

/// What was found of vaults, plans and resources.
pub fn audited(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let vaults = report.vaults.iter().flat_map(|vault| {
        vault
            .checks
            .iter()
            .map(|check| (words::thing(vault.vault.as_str(), &report.names), check))
    });
    let plans = report.plans.iter().flat_map(|plan| {
        let name = plan.plan.name.as_deref().unwrap_or(&plan.plan.id);
        let place = format!("{} {}", plan.plan.account, plan.plan.region);
        plan.checks
            .iter()
            .map(move |check| (format!("plan {name} ({place})"), check))
    });
    let mut by: BTreeMap<(usize, &str), Vec<(String, &CheckReport)>> = BTreeMap::new();
    // What blocks the copies of a resource, or leaves them undecided, is said of them.
    let undecided = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Undecided);
    let waited_for: HashSet<&str> = undecided
        .flat_map(|cause| cause.gaps.iter().map(String::as_str))
        .collect();
    let waits_with_copies = |check: &CheckReport| {
        let mut gaps = check.gaps.iter();
        check.outcome() == Status::Undecided
            && !check.gaps.is_empty()
            && gaps.all(|gap| waited_for.contains(&**gap))
    };
    let waits_with_copies = &waits_with_copies;
    let is_said = |reason: Option<&str>| !verbose && reason == Some("copies-blocked");
    let resources = report.resources.iter();
    let resources = resources.filter(|resource| !is_said(resource.reason));
    let resources = resources.flat_map(|resource| {
        let place = format!("{} {}", resource.account, resource.region);
        let name = resource.name();
        let checks = resource.checks.iter();
        let checks = checks.filter(|check| verbose || !waits_with_copies(check));
        checks.map(move |check| (format!("{name} ({place})"), check))
    });
    for (subject, check) in vaults.chain(plans).chain(resources) {
        if verbose || is_finding(check.outcome()) {
            let is = |status: &Status| *status == check.counted_as();
            let key = (
                WORST_LAST.iter().position(is).unwrap_or_default(),
                check.id(),
            );
            by.entry(key).or_default().push((subject, check));
        }
    }
    if !by.is_empty() {
        sheet.gap();
    }
    let remedies = rows::by_id(report);
    for ((rank, id), found) in by {
        let (word, paint) = match WORST_LAST.get(rank).copied().unwrap_or(Status::Fail) {
            Status::Fail => ("error", Paint::Bad),
            Status::Warn => ("warning", Paint::Unsure),
            Status::Undecided => ("undecided", Paint::Unsure),
            Status::Pass => ("pass", Paint::Good),
            Status::NotApplicable => ("not applicable", Paint::Quiet),
        };
        let shown = if verbose { usize::MAX } else { SHOWN };
        let alike = alike(&found, verbose);
        for (subjects, check) in alike.iter().take(shown) {
            let fixed = if check.remedies.is_empty() {
                String::new()
            } else {
                format!("; fixed by {}", rows::fixed_by(&check.remedies, &remedies))
            };
            let subject = words::few(subjects, SHOWN);
            let text = format!("{subject}: {}{fixed}", check.found.message);
            sheet.item(0, (&format!("{word}[{id}]:"), paint), &text);
        }
        let rest = alike.iter().skip(shown);
        let rest: usize = rest.map(|(subjects, _)| subjects.len()).sum();
        if rest > 0 {
            sheet.item(
                0,
                ("…", Paint::Quiet),
                &format!("{rest} more of {id} (-v has all)"),
            );
        }
    }
}

/// What was found, each with the things that it was found of, in the order of the first of them: what is the same is said
/// once. With everything told each stands alone.
fn alike<'c>(
    found: &[(String, &'c CheckReport)],
    verbose: bool,
) -> Vec<(Vec<String>, &'c CheckReport)> {
    let mut all: Vec<(Vec<String>, &'c CheckReport)> = Vec::new();
    let mut places: HashMap<(&str, &[String]), usize> = HashMap::new();
    for (subject, check) in found {
        let key = (&*check.found.message, &*check.remedies);
        let place = places.get(&key).filter(|_| !verbose);
        if let Some((subjects, _)) = place.and_then(|place| all.get_mut(*place)) {
            subjects.push(subject.clone());
            continue;
        }
        places.insert(key, all.len());
        all.push((vec![subject.clone()], check));
    }
    all
}
