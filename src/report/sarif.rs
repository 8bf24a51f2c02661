//! The report as SARIF 2.1.0, for code scanning: a rule for each check, a result for each finding, one run.
//!
//! See <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, and for what GitHub reads of it and its limits
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::checks::{CHECKS, Check, MayFail};
use crate::quote::{terminal, uri};
use crate::verdict::Status;

use super::findings::Finding;
use super::headline;
use super::line::pretty;
use super::location::Location;
use super::model::{FileOfChange, Report, Tool};
use super::waiver::Fate;
use super::ways::{Link, linked};

/// GitHub keeps so many results of a run.
pub const RESULTS: usize = 5_000;
/// The gaps and assumptions that are told.
const NOTIFICATIONS: usize = 500;
/// The places of a result; GitHub shows no more of them than 100.
const LOCATIONS: usize = 10;
/// The characters of a message: with 5,000 results the file stays under GitHub's 10 MB by far.
const MESSAGE: usize = 1_000;

/// The report as a SARIF log. The worst findings come first, `most` of them at most; a notification counts the rest. What is
/// waived is left out, as code scanning shows what is suppressed, unless it is `suppressed` on purpose.
#[must_use]
pub fn sarif(report: &Report, most: usize, suppressed: bool) -> String {
    let mut findings = report.findings();
    let all = findings.len();
    findings.retain(|finding| suppressed || finding.check.waived.is_none());
    let waived = all.saturating_sub(findings.len());
    let mut told: HashMap<String, usize> = HashMap::new();
    let results: Vec<Value> = findings
        .iter()
        .take(most)
        .map(|finding| {
            // Another file of the run changes what a thing is called, and no finding of it.
            let subject = FileOfChange::without_prefixes(&report.files, &finding.subject.id());
            let hash = fingerprint(finding.check.id(), &subject);
            let number = told.entry(hash.clone()).or_default();
            *number = number.saturating_add(1);
            result(report, finding, &format!("{hash}:{number}"))
        })
        .collect();
    let all: usize = report
        .counted_checks()
        .map(|(_, count)| {
            count
                .fail
                .saturating_add(count.undecided)
                .saturating_add(count.warn)
        })
        .sum();
    let left_out = all.saturating_sub(results.len()).saturating_sub(waived);
    let mut log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": Tool::THIS.name,
                "semanticVersion": Tool::THIS.version,
                "rules": CHECKS.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": !report.stopped,
                "exitCode": report.exit_code,
                "exitCodeDescription": headline::exit_code(report),
                "toolExecutionNotifications": notifications(report, left_out),
            }],
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    if let (Some(coverage), Some(Value::Object(run))) =
        (&report.coverage, log.pointer_mut("/runs/0"))
    {
        let by = &coverage.by;
        let coverage = json!({
            "resources": coverage.all.resources, "leave": coverage.all.leave, "feasibly": coverage.all.feasibly,
            "unknown": coverage.all.unknown, "complete": coverage.complete, "by": by,
        });
        run.insert("properties".to_owned(), json!({"coverage": coverage}));
    }
    let mut text = pretty(&log);
    text.push('\n');
    text
}

fn rule(check: &Check) -> Value {
    let (_, body) = check.doc.split_once('\n').unwrap_or(("", check.doc));
    let problem = if check.may_fail == MayFail::Yes {
        "error"
    } else {
        "warning"
    };
    let cites = check.cites.first().map(|cite| cite.url);
    let mut rule = json!({
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.title},
        "help": {"text": body.trim(), "markdown": body.trim()},
        "defaultConfiguration": {"level": problem},
        "properties": {"problem.severity": problem, "precision": "high", "tags": ["aws-backup", "reliability"]},
    });
    if let (Some(url), Some(rule)) = (cites, rule.as_object_mut()) {
        rule.insert("helpUri".to_owned(), url.into());
    }
    rule
}

fn result(report: &Report, finding: &Finding<'_>, print: &str) -> Value {
    let check = finding.check;
    let subject = finding.subject;
    // What stood before a change is no alert of it.
    let is_old = !finding.counts && check.waived.is_none();
    let level = match check.counted_as() {
        Status::Fail if !is_old => "error",
        Status::Undecided if !is_old => "warning",
        Status::Fail | Status::Undecided | Status::Warn | Status::Pass | Status::NotApplicable => {
            "note"
        }
    };
    let mut message = format!("{}: {}", subject.name(), check.found.message);
    if check.outcome() == Status::Undecided {
        message = format!("undecided: {message}");
    }
    if let Some(waived) = &check.waived {
        message += &format!(" (waived until {}: {})", waived.expires, waived.reason);
    } else if is_old {
        message += " (as before this change)";
    }
    let predicted = check.found.predicted.as_deref();
    if let Some(aws) = predicted.and_then(|of| of.message.as_deref()) {
        message += &format!(". AWS will say: \"{aws}\"");
    }
    for (link, remedy) in linked(&report.remedies, &check.remedies)
        .into_iter()
        .take(3)
    {
        let sign = if link == Link::First { ". " } else { ", " };
        let word = link.word("Fixed by");
        message += &format!("{sign}{word} {}: {}", remedy.id, remedy.title);
    }
    let (location, related) = locations(report, finding);
    let mut result = json!({
        "ruleId": check.id(),
        "ruleIndex": CHECKS.iter().position(|known| known.id == check.id()),
        "level": level,
        "message": {"text": short(&report.names.beside(&message))},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": print},
        "properties": {
            subject.kind(): subject.id(),
            "outcome": check.outcome().as_str(),
            "gaps": check.gaps,
            "remedies": check.remedies,
        },
    });
    if let Some(result) = result.as_object_mut().filter(|_| !related.is_empty()) {
        result.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    if let (Some(waived), Some(result)) = (&check.waived, result.as_object_mut()) {
        let reason = short(&format!("{} (until {})", waived.reason, waived.expires));
        let suppression = json!([{"kind": "external", "justification": reason}]);
        result.insert("suppressions".to_owned(), suppression);
    }
    result
}

/// Where a finding is: what of the change is at fault; else the file that it was read from, or AWS itself. Code scanning takes the first
/// place for the alert's, and shows it in a pull request where the pull request touches that; the others are related to it.
///
/// See <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
fn locations(report: &Report, finding: &Finding<'_>) -> (Value, Vec<Value>) {
    let input = report.inputs.first().map_or("aws", String::as_str);
    let one = |file: &str, line: Option<usize>, name: &str| {
        json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri::path(&report.repository.path(file))},
                "region": {"startLine": line.unwrap_or(1).max(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": terminal::line(name)}],
        })
    };
    let of = |place: &Location| {
        let file = place.file.as_deref().unwrap_or(input);
        one(file, place.line, &place.address)
    };
    let Some(first) = finding.location() else {
        return (one(input, None, &finding.subject.id()), Vec::new());
    };
    let check = finding.check;
    let others = check.locations.iter().chain(&check.related);
    let others = others.filter(|place| *place != first).take(LOCATIONS);
    let related = others.zip(1_usize..).map(|(place, id)| {
        let mut related = of(place);
        if let Some(fields) = related.as_object_mut() {
            fields.insert("id".to_owned(), json!(id));
            let text = terminal::line(&place.address);
            fields.insert("message".to_owned(), json!({"text": text}));
        }
        related
    });
    (of(first), related.collect())
}

/// What was not read, what was taken for granted, and what was left out.
fn notifications(report: &Report, left_out: usize) -> Vec<Value> {
    let note = |level: &str, text: &str| json!({"level": level, "message": {"text": short(text)}});
    let mut all = Vec::new();
    if left_out > 0 {
        let text = format!(
            "{left_out} more findings are left out, as code scanning keeps no more; --format json has all"
        );
        all.push(note("warning", &text));
    }
    all.extend(headline::coverage(report).map(|text| note("note", &text)));
    all.extend(headline::changes(report).map(|text| note("note", &text)));
    all.extend(headline::lost(report).map(|text| note("warning", &text)));
    for waiver in &report.waivers {
        let level = if waiver.fate == Fate::Used {
            "note"
        } else {
            "warning"
        };
        all.push(note(
            level,
            &format!("{}: {}", waiver.word(), waiver.says()),
        ));
    }
    for copy in &report.removed {
        let text = format!(
            "no longer made: {} (it was {})",
            copy.id,
            copy.verdict.as_str()
        );
        all.push(note("warning", &text));
    }
    for (assumption, of) in &report.assumed {
        let text = format!(
            "assumed for {}: {assumption}",
            super::table::words::copies(of.copies)
        );
        all.push(note("note", &text));
    }
    let reading = report.reading.recorded();
    for gap in report.gaps.told(&reading) {
        let text = format!(
            "gap {}: {} on {}; {}",
            gap.id, gap.operation, gap.subject, gap.settle
        );
        all.push(note("warning", &text));
    }
    let more = all.len().saturating_sub(NOTIFICATIONS);
    if more > 0 {
        all.truncate(NOTIFICATIONS);
        all.push(note(
            "warning",
            &format!("{more} more such notes are left out"),
        ));
    }
    all
}

fn short(text: &str) -> String {
    let shown = terminal::line(text);
    if shown.chars().count() <= MESSAGE {
        return shown.into_owned();
    }
    shown.chars().take(MESSAGE).chain(['…']).collect()
}

/// The same for a check and its subject in every run, wherever the lines are: FNV-1a, twice. GitHub wants a hash and a number,
/// by which those are told apart that have one hash.
///
/// See <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
fn fingerprint(check: &str, subject: &str) -> String {
    let hash = |bytes: &mut dyn Iterator<Item = u8>| {
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let forward = hash(&mut check.bytes().chain([0]).chain(subject.bytes()));
    let other = hash(&mut subject.bytes().chain([0]).chain(check.bytes()));
    format!("{forward:016x}{other:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_the_check_and_its_subject() {
        let one = fingerprint("vault-refuses-copy", "a");
        assert_eq!(one, fingerprint("vault-refuses-copy", "a"));
        assert_ne!(one, fingerprint("vault-refuses-copy", "b"));
        assert_ne!(one, fingerprint("vault-refuses-cop", "ya"));
        assert_eq!(one.len(), 32);
    }

    #[test]
    fn a_message_has_an_end() {
        assert_eq!(short(&"é".repeat(2_000)).chars().count(), MESSAGE + 1);
        assert_eq!(short("a\u{1b}\nb"), "a\u{fffd} b");
    }
}
