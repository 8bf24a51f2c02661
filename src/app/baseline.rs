//! The report that a change is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::bail;
use serde_json::Value;

use crate::change::{Before, Standing, marks, opens, what};
use crate::checks;
use crate::cli::{Given, Output};
use crate::inventory::{MadeBy, Named, PlanReference, Start};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans;
use crate::report::CopyReport;
use crate::sources::recorded;
use crate::verdict::{Status, Verdict};

use super::called::Called;

/// What a report of ours says: the copies, to compare with, and the checks of vaults and plans that fail there.
pub(super) struct Baseline {
    pub before: Before,
    pub failing: BTreeSet<(String, &'static str)>,
    /// The same of those that are undecided and whose warnings are errors.
    pub undecided: BTreeSet<(String, &'static str)>,
    /// Why plans fail there, each reason with the ARN of the plan.
    pub reasons: BTreeSet<(String, String)>,
    /// The resources that a copy took out of their account.
    pub left: BTreeSet<Arn>,
    /// Each copy by its id, for those that are no longer made.
    pub copies: BTreeMap<String, CopyReport>,
    /// Those that plans made, by their names.
    pub planned: Vec<Named>,
}

/// The report to compare with, where one is given.
pub(super) fn given(
    given: &Given,
    output: &Output,
    raised: &BTreeSet<&str>,
    called: &Called,
) -> anyhow::Result<Option<Baseline>> {
    let file = given.change.baseline.as_ref();
    file.map(|file| read(file, output.max_input, raised, called))
        .transpose()
}

/// Reads a report of ours. The warnings of `raised` checks are errors.
fn read(
    path: &Path,
    limit: u64,
    raised: &BTreeSet<&str>,
    called: &Called,
) -> anyhow::Result<Baseline> {
    let (name, bytes) = recorded::json(path, limit)?;
    let mut report: Value = serde_json::from_slice(&bytes)
        .map_err(|error| anyhow::anyhow!("{name}: not JSON: {error}"))?;
    let schema = report.get("schema").and_then(Value::as_str);
    if schema != Some(crate::report::SchemaId::TEXT) {
        bail!(
            "{name}: not a report: expected what `--format json` writes, schema {}",
            crate::report::SchemaId::TEXT
        );
    }
    called.rename(&mut report);
    let report = report;
    let mut standings = Vec::new();
    let mut copies = BTreeMap::new();
    let mut planned = Vec::new();
    let mut left = BTreeSet::new();
    let Some(all) = report.get("copies").and_then(Value::as_array) else {
        bail!("{name}: not a whole report: it has no `copies`");
    };
    for copy in all {
        let text = |name: &str| copy.get(name).and_then(Value::as_str);
        if text("change") == Some("removed") {
            continue;
        }
        let (Some(id), Some(verdict)) = (text("id"), text("verdict")) else {
            bail!("{name}: not a whole report: a copy has no `id` or no `verdict`");
        };
        let verdict = match verdict {
            "feasible" => Verdict::Feasible,
            "blocked" => Verdict::Blocked,
            _ => Verdict::Undecided,
        };
        left.extend(taken_out(copy, verdict));
        planned.extend(planned_copy(copy));
        let failing = found(copy).flat_map(|(check, status)| marks(check, status, raised));
        let failing: BTreeSet<String> = failing.collect();
        let known = found(copy).filter_map(|(check, status)| Some((checks::find(check)?, status)));
        let open = opens(known);
        let arn = |pointer: &str| {
            let text = copy.pointer(pointer).and_then(Value::as_str);
            text.and_then(|text| Arn::parse(text).ok())
        };
        let (resource, point) = (arn("/source/resource"), arn("/source/recovery_point"));
        let of = [
            what(resource.as_ref(), point.as_ref()),
            arn("/destination/vault"),
        ];
        let by = text_at(copy, "/plan/rule").zip(text_at(copy, "/plan/selection"));
        let standing = Standing {
            verdict,
            failing,
            open,
            of,
            by: by.map(|(rule, selection)| [rule, selection]),
        };
        standings.push((id.to_owned(), standing));
        copies.extend(CopyReport::recorded(copy, verdict).map(|told| (id.to_owned(), told)));
    }
    let (failing, undecided) = found_by_audit(&report, raised);
    Ok(Baseline {
        before: Before::of(standings),
        failing,
        undecided,
        reasons: reasons(&report),
        left,
        copies,
        planned,
    })
}

fn text_at(of: &Value, pointer: &str) -> Option<String> {
    let text = of.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned)
}

/// What names a copy in a report that a plan made.
fn planned_copy(copy: &Value) -> Option<Named> {
    let text = |pointer: &str| copy.pointer(pointer).and_then(Value::as_str);
    let arn = |pointer: &str| Arn::parse(text(pointer)?).ok();
    let (id, vault) = (text("/id")?, arn("/source/vault")?);
    let not_told = |what: &str| Gap::not_named(what, id);
    Some(Named {
        id: id.into(),
        resource: Some(arn("/source/resource")?),
        recovery_point: None,
        destination_vault: arn("/destination/vault")?,
        role: arn("/role").map_or_else(|| Fact::unknown(not_told("role")), Fact::Known),
        lifecycle: Fact::unknown(not_told("lifecycle")),
        start: Start::Scheduled,
        plan: Some(PlanReference {
            made_by: Some(MadeBy {
                account: vault.account()?,
                region: vault.region()?,
                rule: None,
            }),
            selection: text("/plan/selection")?.to_owned(),
            ..PlanReference::to_rule(text("/plan/id")?, text("/plan/rule")?)
        }),
        source_vault: Some(vault),
        assumptions: Vec::new(),
        copy_of: None,
        made: Fact::Known(()),
    })
}

/// The resource that a copy in a report takes out of its account for certain.
fn taken_out(copy: &Value, verdict: Verdict) -> Option<Arn> {
    let text = |pointer: &str| copy.pointer(pointer).and_then(Value::as_str);
    let (from, to) = (text("/source/account")?, text("/destination/account")?);
    let assumes = copy.get("assumptions").and_then(Value::as_array);
    let is_out =
        verdict == Verdict::Feasible && from != to && assumes.is_none_or(|all| all.is_empty());
    let resource = Arn::parse(text("/source/resource")?).ok();
    resource.filter(|_| is_out)
}

/// The ids of the checks that fail, warn or are undecided, of something in a report.
fn found(of: &Value) -> impl Iterator<Item = (&str, Status)> {
    let checks = of.get("checks").and_then(Value::as_array);
    let checks = checks.into_iter().flatten();
    checks.filter_map(|check| {
        let text = |name: &str| check.get(name).and_then(Value::as_str);
        let status = match text("outcome")? {
            "fail" => Status::Fail,
            "warn" => Status::Warn,
            "undecided" => Status::Undecided,
            _ => return None,
        };
        Some((text("id")?, status))
    })
}

/// Findings, each with the vault, plan or resource that it is of.
pub(super) type Findings = BTreeSet<(String, &'static str)>;

/// What fails of vaults, plans and resources, or warns and that is an error; and what may.
fn found_by_audit(report: &Value, raised: &BTreeSet<&str>) -> (Findings, Findings) {
    let (mut failing, mut undecided) = (Findings::new(), Findings::new());
    let text = |item: &Value, pointer: &str| {
        let text = item.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned)
    };
    for list in ["vaults", "plans", "resources"] {
        let items = report.get(list).and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            let name = match list {
                "vaults" => text(item, "/vault"),
                "plans" => plan_arn(item),
                _ => text(item, "/resource"),
            };
            let Some(name) = name else {
                continue;
            };
            for (id, status) in found(item) {
                let Some(check) = checks::find(id) else {
                    continue;
                };
                let finding = (name.clone(), check.id);
                let is_raised = raised.contains(check.id);
                match status {
                    Status::Fail => drop(failing.insert(finding)),
                    Status::Warn if is_raised => drop(failing.insert(finding)),
                    Status::Undecided if is_raised => drop(undecided.insert(finding)),
                    Status::Warn | Status::Undecided | Status::Pass | Status::NotApplicable => {}
                }
            }
        }
    }
    (failing, undecided)
}

/// The ARN of a plan in a report.
fn plan_arn(item: &Value) -> Option<String> {
    let text = |name: &str| item.get("plan")?.get(name)?.as_str();
    let account = AccountId::parse(text("account")?).ok()?;
    let region = Region::new(text("region")?);
    Some(plans::arn_of(account, &region, text("id")?))
}

/// Why plans fail in a report, each reason with the ARN of the plan.
fn reasons(report: &Value) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let plans = report.get("plans").and_then(Value::as_array);
    for plan in plans.into_iter().flatten() {
        let Some(arn) = plan_arn(plan) else {
            continue;
        };
        let found = plan.get("checks").and_then(Value::as_array);
        for check in found.into_iter().flatten() {
            let text = |name: &str| check.get(name).and_then(Value::as_str);
            if text("outcome") == Some("fail") {
                let each = checks::reasons(text("message").unwrap_or_default());
                all.extend(each.map(|reason| (arn.clone(), reason.to_owned())));
            }
        }
    }
    all
}
