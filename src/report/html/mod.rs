//! The report as a page: one file that opens from the disk and asks the network for nothing. The copies lie in it as columns,
//! each text once, compressed; `page.js` shows them. Without JavaScript there are the causes.

mod coverage;
mod markup;
mod waivers;

use std::collections::HashMap;
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::change::Change;
use crate::inventory::Field;
use crate::known::Arn;
use crate::verdict::Verdict;

use super::check::CheckReport;
use super::copy::CopyReport;
use super::findings::Subject;
use super::line::line;
use super::mermaid::Picture;
use super::model::Report;
use super::remedy::RemedyReport;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The changes whose policies and commands are in the page; of the others the title.
const WHOLE: usize = 2_000;

/// The copies of a page, added one by one in the order of the report.
#[derive(Debug, Default)]
pub struct Page {
    words: Words,
    found: Words,
    columns: Columns,
}

/// Texts, each once.
#[derive(Debug, Default)]
struct Words {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Words {
    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.all.len();
        self.all.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

#[derive(Debug, Default, Serialize)]
struct Columns {
    id: Vec<usize>,
    #[serde(rename = "type")]
    kind: Vec<usize>,
    resource: Vec<usize>,
    account: Vec<usize>,
    region: Vec<usize>,
    to_account: Vec<usize>,
    to_region: Vec<usize>,
    vault: Vec<usize>,
    change: Vec<usize>,
    /// 0 blocked, 1 undecided, 2 feasible.
    verdict: Vec<u8>,
    /// The same with all changes made; -1: not known.
    after: Vec<i8>,
    found: Vec<Vec<usize>>,
}

/// A copy as a row of the page.
#[derive(Clone, Debug)]
pub struct Row {
    texts: [String; 9],
    verdict: u8,
    after: i8,
    found: Vec<String>,
}

impl Row {
    /// That of a copy.
    #[must_use]
    pub fn of(copy: &CopyReport) -> Self {
        let text = |arn: &Field<Arn>| arn.value().map_or_else(String::new, Arn::to_string);
        let of = |field: Option<String>| field.unwrap_or_default();
        let (from, to) = (&copy.source, &copy.destination);
        Self {
            texts: [
                copy.id.clone(),
                of(from
                    .resource_type
                    .value()
                    .map(|kind| kind.as_str().to_owned())),
                text(&from.resource),
                of(from.account.value().map(ToString::to_string)),
                of(from.region.value().map(ToString::to_string)),
                of(to.account.map(|account| account.to_string())),
                of(to.region.as_ref().map(ToString::to_string)),
                to.vault.to_string(),
                of(copy.change.map(|change: Change| change.as_str().to_owned())),
            ],
            verdict: number(copy.verdict),
            after: copy
                .verdict_with_remedies
                .map_or(-1, |after| i8::try_from(number(after)).unwrap_or(-1)),
            found: copy.checks.iter().map(|check| line(&told(check))).collect(),
        }
    }
}

const fn number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Blocked => 0,
        Verdict::Undecided => 1,
        Verdict::Feasible => 2,
    }
}

/// What a check found, as much as the page shows of it.
fn told(check: &CheckReport) -> Value {
    let mut all = serde_json::to_value(check).unwrap_or_default();
    if let Some(fields) = all.as_object_mut() {
        for name in ["basis", "predicted_category"] {
            fields.shift_remove(name);
        }
        if check.is_raised {
            fields.insert("raised".to_owned(), true.into());
        }
        fields.retain(|_, value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty));
    }
    all
}

impl Page {
    /// Adds a copy.
    pub fn add(&mut self, row: Row) {
        let columns = &mut self.columns;
        let all = [
            &mut columns.id,
            &mut columns.kind,
            &mut columns.resource,
            &mut columns.account,
            &mut columns.region,
            &mut columns.to_account,
            &mut columns.to_region,
            &mut columns.vault,
            &mut columns.change,
        ];
        for (column, text) in all.into_iter().zip(&row.texts) {
            column.push(self.words.place(text));
        }
        columns.verdict.push(row.verdict);
        columns.after.push(row.after);
        let found = row.found.iter().map(|one| self.found.place(one));
        columns.found.push(found.collect());
    }

    /// The page.
    ///
    /// # Errors
    /// Where the compressor does.
    pub fn text(self, report: &Report, picture: &Picture) -> io::Result<String> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(self.data(report).as_bytes())?;
        let data = STANDARD.encode(packed.finish()?);
        let hash = |text: &str| format!("sha256-{}", STANDARD.encode(Sha256::digest(text)));
        let parts: [(&str, &str); 12] = [
            ("script-hash", &hash(SCRIPT)),
            ("style-hash", &hash(STYLE)),
            ("title", &markup::title(report)),
            ("headline", &markup::headline(report)),
            ("made", &markup::made(report)),
            ("causes", &markup::causes(report)),
            ("coverage", &coverage::section(report)),
            ("waivers", &waivers::section(report)),
            ("picture", &markup::picture(&picture.svg(report))),
            ("style", STYLE),
            ("data", &data),
            ("script", SCRIPT),
        ];
        Ok(filled(PAGE, &parts))
    }

    fn data(&self, report: &Report) -> String {
        let mut titles = Map::new();
        for (id, note) in report.named_checks() {
            titles.insert(id.to_owned(), note.title.into());
        }
        let mut remedies = Map::new();
        for (place, remedy) in report.remedies.iter().enumerate() {
            let mut told = serde_json::to_value(RemedyReport::new(remedy)).unwrap_or_default();
            if let Some(fields) = told.as_object_mut() {
                let rest = ["before", "after", "commands"];
                let left_out = rest.iter().filter(|_| place >= WHOLE);
                for name in left_out.chain(&["copies", "added", "key"]) {
                    fields.shift_remove(*name);
                }
            }
            remedies.insert(remedy.id.clone(), told);
        }
        let mut gaps = Map::new();
        let settles = report.gaps.told(&report.reading);
        for (gap, told) in report.gaps.iter().zip(settles) {
            gaps.insert(told.id, format!("{gap}; {}", told.settle).into());
        }
        // What each of them is about, so that the page can show its copies.
        let causes: Vec<Value> = markup::shown(report)
            .map(|cause| {
                json!({
                    "check": cause.check, "outcome": cause.outcome.as_str(), "subject": cause.subject,
                    "message": cause.message, "gaps": cause.gaps,
                })
            })
            .collect();
        let vaults = report.vaults.iter();
        let others = vaults.map(|vault| (Subject::Vault(vault), &vault.checks));
        let plans = report.plans.iter();
        let others = others.chain(plans.map(|plan| (Subject::Plan(plan), &plan.checks)));
        let resources = report.resources.iter();
        let others = others.chain(resources.map(|of| (Subject::Resource(of), &of.checks)));
        let others: Vec<Value> = others
            .map(|(subject, checks)| {
                let checks: Vec<Value> = checks.iter().map(told).collect();
                json!([format!("{} {}", subject.kind(), subject.id()), checks])
            })
            .collect();
        // What was found is JSON already.
        format!(
            "{{\"words\":{},\"columns\":{},\"found\":[{}],\"titles\":{},\"remedies\":{},\"gaps\":{},\"causes\":{},\"others\":{},\"there\":{},\"accounts\":{},\"summary\":{}}}",
            line(&self.words.all),
            line(&self.columns),
            self.found.all.join(","),
            line(&titles),
            line(&remedies),
            line(&gaps),
            line(&causes),
            line(&others),
            line(&coverage::there(report)),
            line(report.names.accounts()),
            line(&report.summary),
        )
    }
}

/// The page with its parts, each put in once: what a part holds is not looked through again.
fn filled(page: &str, parts: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let part = after.split_once('}').and_then(|(name, after)| {
            let part = parts.iter().find(|(known, _)| *known == name);
            part.map(|(_, part)| (*part, after))
        });
        rest = match part {
            Some((part, after)) => {
                text.push_str(part);
                after
            }
            None => {
                text.push('{');
                after
            }
        };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_put_in_as_it_is() {
        let parts = [("a", "{b}"), ("b", "x")];
        assert_eq!(filled("<{a}> {b} {c} {", &parts), "<{b}> x {c} {");
    }

    #[test]
    fn a_text_stands_once() {
        let mut words = Words::default();
        let places = ["a", "b", "a"].map(|text| words.place(text));
        assert_eq!((places, words.all.len()), ([0, 1, 0], 2));
    }
}
