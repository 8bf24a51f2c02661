//! The copies and vaults that there is something to say about, each with what was found.

use std::collections::BTreeMap;

use crate::report::{CheckReport, CopyReport, Report};
use crate::verdict::Verdict;

use super::findings::{self, is_finding};
use super::sheet::{Paint, Sheet};
use super::words;

/// The groups of copies of a verdict, and the copies of a group, that are shown without being asked for.
const GROUPS: usize = 12;
const GROUPS_OF_AN_AUDIT: usize = 4;
const NAMED: usize = 5;
/// The copies of plans that are named by their ids, too, which are long.
const IDS: usize = 3;

/// The copies, blocked ones first. Those that were found the same stand together, with what was found once.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    for verdict in [Verdict::Blocked, Verdict::Undecided, Verdict::Feasible] {
        let mut groups: Vec<(Vec<&CheckReport>, Vec<&CopyReport>)> = Vec::new();
        let of_verdict = report.copies.iter().filter(|copy| copy.verdict == verdict);
        for copy in of_verdict
            .filter(|copy| verbose || report.copies.len() == 1 || is_worth_a_word(&copy.checks))
        {
            let found: Vec<_> = copy
                .checks
                .iter()
                .filter(|check| verbose || is_finding(check.outcome))
                .collect();
            match groups.iter_mut().find(|(same, _)| *same == found) {
                Some((_, copies)) => copies.push(copy),
                None => groups.push((found, vec![copy])),
            }
        }
        let shown = match (verbose, &report.causes) {
            (true, _) => usize::MAX,
            (false, None) => GROUPS,
            (false, Some(_)) => GROUPS_OF_AN_AUDIT,
        };
        let rest: usize = groups
            .iter()
            .skip(shown)
            .map(|(_, copies)| copies.len())
            .sum();
        for (found, copies) in groups.into_iter().take(shown) {
            sheet.gap();
            let named = if verbose { copies.len() } else { NAMED };
            for copy in copies.iter().take(named) {
                heading(sheet, copy, verbose, verbose || copies.len() <= IDS);
            }
            if copies.len() > named {
                let text = format!(
                    "{} more, of which the same was found",
                    words::copies(copies.len().saturating_sub(named))
                );
                sheet.item(0, ("…", Paint::Quiet), &text);
            }
            let found: Vec<CheckReport> = found.into_iter().cloned().collect();
            findings::write(sheet, &found, verbose);
        }
        if rest > 0 {
            let (word, paint) = words::verdict(verdict);
            let text = format!(
                "{} more (-v shows what was found of each)",
                words::copies(rest)
            );
            sheet.gap();
            sheet.item(0, (&format!("… {word}:"), paint), &text);
        }
    }
}

fn is_worth_a_word(checks: &[CheckReport]) -> bool {
    checks.iter().any(|check| is_finding(check.outcome))
}

fn heading(sheet: &mut Sheet, copy: &CopyReport, verbose: bool, with_id: bool) {
    let way = format!(
        "{}: {} {} → {}",
        words::name(copy),
        words::resource(copy),
        words::source(copy, ' '),
        words::destination(copy, ' ')
    );
    sheet.item(0, words::verdict(copy.verdict), &way);
    if copy.plan.is_some() && with_id {
        sheet.item(2, ("id:", Paint::Quiet), &copy.id);
    }
    if verbose {
        let keys = &copy.encryption;
        let backup = words::key(keys.backup_key.as_ref(), keys.backup_key_manager);
        let made = words::key(keys.copy_key.as_ref(), keys.copy_key_manager);
        sheet.item(2, ("the backup's key:", Paint::Quiet), &backup);
        sheet.item(2, ("the copy's key:", Paint::Quiet), &made);
    }
}

/// The vaults of an audit.
pub fn write_vaults(sheet: &mut Sheet, report: &Report, verbose: bool) {
    for vault in report
        .vaults
        .iter()
        .flatten()
        .filter(|vault| verbose || is_worth_a_word(&vault.checks))
    {
        sheet.gap();
        sheet.item(0, ("vault", Paint::Title), vault.vault.as_str());
        findings::write(sheet, &vault.checks, verbose);
    }
}

/// What was taken for granted, once, with how many copies rest on it.
pub fn write_assumptions(sheet: &mut Sheet, report: &Report) {
    let mut by: BTreeMap<&str, Vec<&CopyReport>> = BTreeMap::new();
    for copy in &report.copies {
        for assumption in &copy.assumptions {
            by.entry(assumption).or_default().push(copy);
        }
    }
    if by.is_empty() {
        return;
    }
    sheet.title("Taken for granted");
    for (assumption, copies) in by {
        let on = match copies.as_slice() {
            [only] => words::name(only),
            several => words::copies(several.len()),
        };
        sheet.item(2, ("-", Paint::Quiet), &format!("{assumption} ({on})"));
    }
}
