//! The report as Markdown, for a comment of a pull request or the summary of a job: the change first, then what is at
//! fault, and what to do about it, folded.

mod copies;
mod limited;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use serde_json::Value;

use crate::change::Change;
use crate::known::Arn;
use crate::quote::markdown::{code, fenced, html, text};
use crate::remedy::{Remedy, RemedyKind};
use crate::verdict::Status;

use super::headline;
use super::line::pretty;
use super::model::{Report, Tool};
use super::remedy::{besides, puts_whole_policy};
use super::settle::settle;
use super::table::{causes_by_check, words};
use super::ways;
use copies::{CHECKS, assumed, checks_of, copies, places, say, warnings, way};
use limited::LimitedText;

/// A comment of GitHub takes 65,536 characters.
pub const COMMENT: usize = 65_000;
/// The summary of a step of a job takes so many bytes.
pub const SUMMARY: usize = 1_048_576;
/// The first line, by which a bot finds its comment again.
pub const MARKER: &str = "<!-- backup-preflight -->";

/// So much is kept for the end, which says what was left out.
const END: usize = 1_000;
/// The bytes of one change.
const CHANGE: usize = 12_000;
/// The ids of other ways that are named.
const OTHERS: usize = 8;

/// The report, of `limit` bytes at most: what there is no room for is left out row by row, and counted at the end. Where not all
/// has room, there is some of each.
/// `picture` is that of the copies.
#[must_use]
pub fn markdown(report: &Report, picture: Option<&str>, limit: usize) -> String {
    let limit = limit.saturating_sub(END);
    let whole = written(report, picture, LimitedText::new(limit), false);
    let page = match whole.is_whole() {
        true => whole,
        false => written(report, picture, LimitedText::new(limit), true),
    };
    page.finish(report)
}

/// The page; `is_shared`: what takes much room leaves some for the others.
fn written(
    report: &Report,
    picture: Option<&str>,
    mut page: LimitedText,
    is_shared: bool,
) -> LimitedText {
    let part = |parts: usize| NonZeroUsize::new(parts).filter(|_| is_shared);
    head(&mut page, report);
    page.share(part(2));
    change(&mut page, report);
    page.share(part(2));
    by_check(&mut page, report);
    page.share(part(4));
    causes(&mut page, report);
    page.share(part(5));
    unknown(&mut page, report);
    // What fails, and what fixes it, before what only warns: the end is what there may be no room for.
    page.share(part(5));
    audited(&mut page, report, |outcome| outcome != Status::Warn);
    page.share(part(6));
    coverage(&mut page, report);
    page.share(part(3));
    copies(&mut page, report);
    page.share(part(2));
    remedies(&mut page, report, is_shared);
    page.share(part(3));
    audited(&mut page, report, |outcome| outcome == Status::Warn);
    page.share(part(3));
    warnings(&mut page, report);
    page.share(part(3));
    waivers(&mut page, report);
    page.share(part(3));
    assumed(&mut page, report);
    page.share(None);
    gaps(&mut page, report);
    if let Some(picture) = picture {
        let folded = fold("The copies as a picture", &fenced("mermaid", picture));
        page.block("the picture", &folded);
    }
    page
}

/// The verdict, the counts, and every check that fails or is undecided, which no limit cuts.
fn head(page: &mut LimitedText, report: &Report) {
    let mut out = format!(
        "{MARKER}\n## {}: {}\n\n{}\n\n",
        Tool::THIS.name,
        headline::verdict(report),
        text(&headline::counts(report))
    );
    for line in [headline::coverage(report), headline::lost(report)]
        .into_iter()
        .flatten()
    {
        out += &format!("{}\n\n", text(&line));
    }
    out += &format!("{}\n\n", text(&headline::exit_code(report)));
    if report.stopped {
        out += "Not everything was read: this is what was known when it was stopped.\n\n";
    }
    for (status, word) in [(Status::Fail, "Fails"), (Status::Undecided, "Undecided")] {
        let checks = headline::checks(report, status);
        let each = checks
            .iter()
            .map(|(id, number)| format!("{} {number}", code(id)));
        let each: Vec<String> = each.collect();
        if !each.is_empty() {
            out += &format!("{word}: {}\n\n", each.join(", "));
        }
    }
    let waived = headline::waived(report);
    let each = waived.iter();
    let each: Vec<String> = each
        .map(|(id, number)| format!("{} {number}", code(id)))
        .collect();
    if !each.is_empty() {
        out += &format!("Waived: {}\n\n", each.join(", "));
    }
    let gaps = report.gaps.iter().len();
    if gaps > 0 || !report.assumed.is_empty() {
        out += &format!(
            "Not read: {}; assumed: {}\n\n",
            words::count(gaps, "thing"),
            words::count(report.assumed.len(), "thing")
        );
    }
    page.head(&out);
}

/// What a change does, the worst first.
fn change(page: &mut LimitedText, report: &Report) {
    let (Some(line), Some(changes)) = (headline::changes(report), report.summary.changes) else {
        return;
    };
    page.block("the change", &format!("{}\n", text(&line)));
    let order = [Change::Worse, Change::New, Change::Better, Change::Removed];
    let all = || report.copies.iter().chain(&report.removed);
    let mut rows = Vec::new();
    for change in order {
        for copy in all().filter(|copy| copy.change == Some(change)) {
            let became = match copy.was {
                Some(was) if change == Change::Removed => {
                    format!("no longer made; it was {}", was.as_str())
                }
                Some(was) if was != copy.verdict => {
                    format!("{} before, {} now", was.as_str(), copy.verdict.as_str())
                }
                Some(_) | None => copy.verdict.as_str().to_owned(),
            };
            rows.push(vec![
                change.as_str().to_owned(),
                became,
                way(report, copy),
                checks_of(copy),
                places(copy),
            ]);
        }
    }
    let there = changes
        .worse
        .saturating_add(changes.new)
        .saturating_add(changes.better);
    let there = there.saturating_add(changes.removed);
    let more = there.saturating_sub(rows.len());
    let heads = ["change", "verdict", "copy", "checks", "at"];
    page.table(
        "changed copies",
        "What this change does",
        &heads,
        &rows,
        more,
    );
}

/// Where there are many causes, those of each check together, as a terminal has them.
fn by_check(page: &mut LimitedText, report: &Report) {
    let rows = causes_by_check(report).into_iter();
    let rows = rows.map(|[check, copies, cause, fixed]| {
        let (id, waived) = check.split_at(check.find(' ').unwrap_or(check.len()));
        vec![
            format!("{}{waived}", code(id)),
            copies.trim().to_owned(),
            say(report, &cause),
            text(&fixed),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let heads = ["check", "copies", "causes", "fixed by"];
    page.table("checks", "What blocks the copies", &heads, &rows, 0);
}

fn causes(page: &mut LimitedText, report: &Report) {
    let failing = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Fail);
    let rows: Vec<Vec<String>> = failing
        .map(|cause| {
            let subject = cause.subject.as_deref();
            let subject = subject.map(|subject| say(report, &words::thing(subject, &report.names)));
            let message = say(report, &cause.message);
            let waived = if cause.is_waived() { " (waived)" } else { "" };
            vec![
                format!("{}{waived}", code(cause.check)),
                cause.copies.to_string(),
                subject.map_or_else(
                    || message.clone(),
                    |subject| format!("{subject}: {message}"),
                ),
                fixed_by(report, &cause.remedies),
            ]
        })
        .collect();
    page.table(
        "causes",
        "Causes",
        &["check", "copies", "cause", "fixed by"],
        &rows,
        0,
    );
}

fn unknown(page: &mut LimitedText, report: &Report) {
    let undecided = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Undecided);
    let rows: Vec<Vec<String>> = undecided
        .map(|cause| {
            let checks: Vec<String> = cause.checks.iter().map(|id| (*id).to_owned()).collect();
            let settled = cause.gap.as_ref().map(|gap| settle(gap, &report.reading));
            vec![
                say(report, &cause.message),
                text(&words::few(&checks, CHECKS)),
                cause.copies.to_string(),
                say(report, &settled.unwrap_or_default()),
            ]
        })
        .collect();
    let heads = ["not known", "checks", "copies", "settle it"];
    page.table("unknowns", "Undecided", &heads, &rows, 0);
}

/// What was found of vaults, plans and resources, of some outcomes.
fn audited(page: &mut LimitedText, report: &Report, told: impl Fn(Status) -> bool) {
    let title = if told(Status::Warn) {
        "Warnings of vaults, plans and resources"
    } else {
        "Vaults, plans and resources"
    };
    let findings = report.findings();
    let beside = findings
        .iter()
        .filter(|finding| finding.subject.kind() != "copy" && told(finding.check.counted_as()));
    let rows: Vec<Vec<String>> = beside
        .map(|finding| {
            let check = finding.check;
            vec![
                check.counted_as().as_str().to_owned(),
                code(check.id()),
                say(report, &finding.subject.name()),
                say(report, &check.found.message),
                fixed_by(report, &check.remedies),
            ]
        })
        .collect();
    let heads = ["outcome", "check", "of", "what", "fixed by"];
    page.table(
        "findings of vaults, plans and resources",
        title,
        &heads,
        &rows,
        0,
    );
}

fn waivers(page: &mut LimitedText, report: &Report) {
    let rows: Vec<Vec<String>> = report
        .waivers
        .iter()
        .map(|waiver| vec![waiver.word().to_owned(), say(report, &waiver.says())])
        .collect();
    page.table("waivers", "Waivers", &["fate", "waiver"], &rows, 0);
}

/// What leaves its account by account and type, where most stays first.
fn coverage(page: &mut LimitedText, report: &Report) {
    let Some(coverage) = &report.coverage else {
        return;
    };
    let rows: Vec<Vec<String>> = headline::least_covered(coverage)
        .iter()
        .map(|row| {
            let of = row.resource_type.as_ref();
            let counts = row.counts;
            vec![
                text(&report.names.account(row.account)),
                text(of.map_or("unknown", |of| of.as_str())),
                counts.resources.to_string(),
                counts.feasibly.to_string(),
                headline::without(counts).to_string(),
                counts.unknown.to_string(),
            ]
        })
        .collect();
    let heads = [
        "account",
        "type",
        "resources",
        "feasible copy out",
        "none",
        "unknown",
    ];
    page.table("coverage", "What leaves its account", &heads, &rows, 0);
}

/// The changes, each folded with its statements and commands; where not all have room, some of each kind, those of most copies
/// first.
fn remedies(page: &mut LimitedText, report: &Report, is_shared: bool) {
    let mut all: Vec<&Remedy> = report.remedies.iter().collect();
    if is_shared {
        all.sort_by_key(|remedy| Reverse(remedy.copies.len()));
        let mut numbers: BTreeMap<RemedyKind, usize> = BTreeMap::new();
        let mut ranked: Vec<(usize, &Remedy)> = Vec::with_capacity(all.len());
        for remedy in all {
            let number = numbers.entry(remedy.kind).or_default();
            ranked.push((*number, remedy));
            *number = number.saturating_add(1);
        }
        ranked.sort_by_key(|(number, _)| *number);
        all = ranked.into_iter().map(|(_, remedy)| remedy).collect();
    }
    let each = all.into_iter().map(|remedy| folded(report, remedy));
    page.blocks("changes", "Changes to make", each);
}

fn folded(report: &Report, remedy: &Remedy) -> String {
    let account = remedy
        .account
        .map_or_else(|| "an unknown account".to_owned(), |id| id.to_string());
    let proven = match remedy.proven {
        Some(true) => "proven",
        Some(false) => "not proven: the checks do not pass with it",
        None => "not provable from these facts",
    };
    let region = Arn::parse(&remedy.subject)
        .ok()
        .and_then(|arn| arn.region());
    let region = region.map_or_else(String::new, |region| format!(", {region}"));
    let mut inside = format!("On {}, in {account}{region}", code(&remedy.subject));
    if !remedy.requires.is_empty() {
        inside += &format!(", after {}", remedy.requires.join(", "));
    }
    if let Some(ids) = besides(remedy) {
        inside += &format!(", with {ids}");
    }
    if !remedy.alternative_to.is_empty() {
        inside += &format!(
            ", instead of {}",
            words::few(&remedy.alternative_to, OTHERS)
        );
    }
    inside += &format!(
        "; for {}.\n\n",
        words::copies(remedy.copies.iter().collect::<BTreeSet<_>>().len())
    );
    let removed = remedy.removed();
    if removed.is_empty() {
        for added in &remedy.added {
            inside += &fenced("json", &pretty(added));
        }
    } else {
        let signed = |sign: char, statement: &Value| -> String {
            let text = pretty(statement);
            text.lines()
                .map(|line| format!("{sign} {line}\n"))
                .collect()
        };
        let removed = removed.iter().map(|statement| signed('-', statement));
        let added = remedy.added.iter().map(|statement| signed('+', statement));
        let all: String = removed.chain(added).collect();
        inside += &fenced("diff", all.trim_end());
    }
    let commands = remedy.commands().join("\n");
    if puts_whole_policy(remedy) {
        inside += "The policy is put as a whole, so that it must still be what it was when the facts were read: \
                   `backup-preflight fix` writes it with a script that compares both, shows the difference and asks.\n";
    } else if !commands.is_empty() {
        let language = if remedy.places.is_empty() { "sh" } else { "" };
        inside += &fenced(language, &commands);
    }
    if inside.len() > CHANGE {
        inside = "Too long for this page: `backup-preflight fix` writes it.\n".to_owned();
    }
    let summary = format!("{}, in {account}: {} ({proven})", remedy.id, remedy.title);
    fold(&report.names.beside(&summary), &inside)
}

fn gaps(page: &mut LimitedText, report: &Report) {
    let reading = report.reading.recorded();
    let rows: Vec<Vec<String>> = report
        .gaps
        .told(&reading)
        .map(|gap| {
            vec![
                gap.id.clone(),
                match gap.about() {
                    Some(subject) => format!("{} on {}", code(gap.operation), code(subject)),
                    None => code(gap.operation),
                },
                gap.error.map(text).unwrap_or_default(),
                gap.copies.to_string(),
                say(report, &gap.settle),
            ]
        })
        .collect();
    let heads = ["gap", "not read", "error", "copies", "settle it"];
    page.table("gaps", "Not read", &heads, &rows, 0);
}

fn fold(summary: &str, inside: &str) -> String {
    format!(
        "<details><summary>{}</summary>\n\n{inside}\n</details>\n",
        html(summary)
    )
}

fn fixed_by(report: &Report, remedies: &[String]) -> String {
    if remedies.is_empty() {
        return "-".to_owned();
    }
    ways::needed(&report.remedies, remedies)
}
