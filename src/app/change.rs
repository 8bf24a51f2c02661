//! A change: what is laid over the facts, and what stood before it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::change::{Before, Standing, marks, opens, what};
use crate::checks;
use crate::cli::{ChangeArgs, Given, Output, OverKind};
use crate::inventory::{
    Facts, Inventory, Json, MadeBy, Misspelt, Named, Overlay, PlanReference, Start, Taken,
    TakenFor, Waiting, leave_changed_defaults_open, misspelt, opened, said_otherwise, strangers,
};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap, Region, near};
use crate::plans::{self, Selection};
use crate::report::{CopyReport, Location, PlaceOfChange, Places};
use crate::sources::planned::{Makes, Planned, Unlisted};
use crate::sources::{additions, recorded, terraform};
use crate::verdict::{Status, Verdict};

use super::called::{Called, CalledIn};
use super::configurations::Configurations;
use super::disputes;
use super::named::{self, OfPlans};
use super::prefixes::{Names, Prefixes};
use super::print::warn;
use super::templates::Templates;
use super::whose;

/// The facts before and after a change.
pub(super) struct Laid {
    /// Before it; `None` where nothing is laid over the facts.
    pub before: Option<Inventory>,
    /// After it.
    pub after: Inventory,
    /// What of it says something of which thing.
    pub places: Places,
    /// Why there may be other copies than those that are told.
    pub open: Vec<Gap>,
    /// What it may make or tag beside that, each with the operation that does.
    pub unlisted: Vec<(&'static str, Unlisted)>,
    /// The resources that it makes, by their ARNs.
    pub makes: BTreeMap<String, Makes>,
    /// What of it was taken for what it may not be.
    pub taken: Taken,
    /// What its things are called that have no name of their own.
    pub called: Called,
}

/// Lays the files of the command line over the facts.
pub(super) fn lay(asked: &ChangeArgs, base: Inventory, output: &Output) -> anyhow::Result<Laid> {
    let configurations = Configurations::new(asked, output)?;
    named::check("--account", &asked.account, &asked.over)?;
    let mut accounts = OfPlans::new(&asked.account, &asked.over);
    let mut places = Places::new();
    let mut open = Vec::new();
    let mut makes = BTreeMap::new();
    let mut unlisted = Vec::new();
    let mut taken = Taken::new();
    let mut providers: BTreeSet<String> = BTreeSet::new();
    let is_template = |(kind, _): &(OverKind, _)| *kind == OverKind::CloudFormation;
    let has_templates = asked.over.0.iter().any(is_template);
    let facts = if has_templates {
        serde_json::to_value(&base).unwrap_or(Value::Null)
    } else {
        Value::Null
    };
    let names = Names::of(&base);
    let plans = plans_of(asked, output)?;
    let mut prefixes = Prefixes::of(addresses(&plans)?, &names);
    let mut plans = plans.into_iter();
    let mut called = Called::default();
    let mut templates = Templates::new(asked, (&facts, &names), output)?;
    // What somebody lays over the facts says nothing of what is there now.
    let (mut now, mut then): (Vec<Option<Overlay>>, Vec<Overlay>) = (Vec::new(), Vec::new());
    for (kind, path) in &asked.over.0 {
        let all = match kind {
            OverKind::Overlay => {
                let (name, bytes) = recorded::json(path, output.max_input)?;
                let laid = overlay(&name, &bytes)?;
                for (arn, meant) in strangers(&laid.document, &base) {
                    let text = format!(
                        "{name}: the facts have no `{arn}`, so it is a new thing; did you mean `{meant}`?"
                    );
                    warn(output, &text);
                }
                now.push(None);
                then.push(laid);
                continue;
            }
            OverKind::TerraformPlan => {
                let Some((name, bytes)) = plans.next() else {
                    continue;
                };
                let of_plan = accounts.of(path)?;
                let source = configurations.of(path)?;
                let mut prefix = |names: &[String]| {
                    let prefix = prefixes.next(path, names);
                    called.0.push(CalledIn {
                        file: path.display().to_string(),
                        prefix: prefix.clone(),
                        names: names.iter().cloned().collect(),
                    });
                    prefix
                };
                let planned =
                    terraform::read_beside(&name, &mut prefix, &bytes, &of_plan, source.as_ref())?;
                accounts.note(path, &planned.told_accounts)?;
                vec![planned]
            }
            OverKind::CloudFormation => templates.next()?,
        };
        for planned in all {
            let Planned {
                before,
                after,
                places: said,
                lines,
                resources,
                warnings,
                open: left_open,
                unlisted: beside,
                providers: of_plan,
                makes: made,
                told_accounts: _,
                taken: of_things,
            } = planned;
            let name = after.name.clone();
            providers.extend(of_plan);
            makes.extend(made);
            for (thing, all) in of_things {
                let each = all.into_iter().map(|text| match kind {
                    OverKind::CloudFormation => TakenFor::Default(text),
                    OverKind::TerraformPlan | OverKind::Overlay => TakenFor::Reference(text),
                });
                taken.entry(thing).or_default().extend(each);
            }
            for text in &warnings {
                warn(output, &format!("{name}: {text}"));
            }
            let operation = after.operation();
            unlisted.extend(beside.into_iter().map(|one| {
                let why = format!("{name}: {}", one.why);
                (operation, Unlisted { why, ..one })
            }));
            open.extend(
                left_open
                    .into_iter()
                    .map(|why| Gap::by_hand(ByHand::Planned, operation, format!("{name}: {why}"))),
            );
            for (thing, addresses) in said {
                let all = addresses.into_iter().map(|address| {
                    let of = resources.get(&address);
                    PlaceOfChange {
                        location: location(&name, *kind, &address, lines.get(&address)),
                        kind: of.map(|of| of.kind.clone()).unwrap_or_default(),
                        is_changed: of.is_some_and(|of| of.is_changed),
                    }
                });
                places.entry(thing).or_default().extend(all);
            }
            now.push(Some(before));
            then.push(after);
        }
    }
    templates.all_parameters_are_taken()?;
    called.0.append(&mut templates.called.0);
    for text in accounts.of_several_plans() {
        warn(output, &text);
    }
    all_accounts_are_taken(asked, &providers, output);
    for gap in disputes::settle(&now, &mut then) {
        warn(output, &gap.subject);
        open.push(gap);
    }
    let documents = now.iter().zip(&mut then);
    let documents = documents.map(|(now, then)| {
        let now = now.as_ref().map(|now| &now.document);
        (now, &mut then.document)
    });
    leave_changed_defaults_open(&mut documents.collect::<Vec<_>>());
    for now in now.iter().flatten() {
        warn_of_others(&base, now, output);
        if let Some((account, names)) = whose::strange(&base, &now.document) {
            let text = format!(
                "{}: what it says is there now the facts do not have, and they tell all of it that account {account} has: {names}; is that its account (--account), \
                 or are the facts older?",
                now.name
            );
            warn(output, &text);
        }
    }
    let now = additions::last(now.into_iter().flatten().collect());
    let then = additions::last(then);
    if then.is_empty() {
        return Ok(Laid {
            before: None,
            after: base,
            places,
            open,
            unlisted,
            makes,
            taken,
            called,
        });
    }
    let over = |base: Inventory, all: &[&Overlay]| -> anyhow::Result<Inventory> {
        all.iter().try_fold(base, |base, one| {
            one.over(&base)
                .with_context(|| format!("could not apply {} to the facts", one.name))
        })
    };
    let before = over(base, &now.iter().collect::<Vec<_>>())?;
    let after = over(before.clone(), &then.iter().collect::<Vec<_>>())?;
    let is_file = |one: &Overlay| one.waits_for == Waiting::Overlay;
    if then.iter().all(is_file) && before == after {
        let names: Vec<&str> = then.iter().map(|one| &*one.name).collect();
        let text = format!(
            "{}: nothing of the facts is changed by it",
            names.join(", ")
        );
        warn(output, &text);
    }
    for one in &then {
        // What was read and is not known any more says so itself.
        for why in one.organization_unread(&before) {
            let why = format!(
                "{} changes policies of the organization, and {why}",
                one.name
            );
            warn(output, &why);
            open.push(Gap::by_hand(ByHand::Planned, one.operation(), why));
        }
    }
    if has_templates && !templates.tells_tags() && looks_at_tags(&after) {
        warn(
            output,
            "tags that are given to the whole stack (`deploy --tags`) stand in no template: a selection by such a tag takes more of its resources than are reported; \
             `Tags` beside `Parameters` in a file of --parameters gives them",
        );
    }
    Ok(Laid {
        before: Some(before),
        after,
        places,
        open,
        unlisted,
        makes,
        taken,
        called,
    })
}

/// The plans of the command line, in their order.
fn plans_of(asked: &ChangeArgs, output: &Output) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let plans = asked.over.0.iter();
    let plans = plans.filter(|(kind, _)| *kind == OverKind::TerraformPlan);
    let plans = plans.map(|(_, path)| recorded::json(path, output.max_input));
    Ok(plans.collect::<Result<_, _>>()?)
}

/// What the things of each plan may be called that have no name of their own: of one alone nothing is asked.
fn addresses(plans: &[(String, Vec<u8>)]) -> anyhow::Result<Vec<Vec<String>>> {
    if plans.len() < 2 {
        return Ok(Vec::new());
    }
    let each = plans
        .iter()
        .map(|(name, bytes)| Ok(terraform::addresses(name, bytes)?));
    each.collect()
}

/// How many fields are named of which a plan says something else than was read.
const NAMED: usize = 5;

/// Says what a plan takes to be there now and the facts do not: it counts, and one of the two is older than the other.
fn warn_of_others(base: &Inventory, now: &Overlay, output: &Output) {
    if now.waits_for != Waiting::TerraformApply {
        return;
    }
    let all = said_otherwise(base, &now.document);
    if all.is_empty() {
        return;
    }
    let named = all.get(..NAMED).unwrap_or(&all).join(", ");
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let text = format!(
        "{}: what it says is there now was read otherwise: {named}{more}. The plan counts: where it is older than the facts, or was made with -refresh=false, plan anew",
        now.name
    );
    warn(output, &text);
}

/// Whether the tags of resources decide which copies there are.
fn looks_at_tags(inventory: &Inventory) -> bool {
    let plans = plans::plans(&Facts::new(inventory));
    let mut selections = plans.iter().flat_map(|plan| &plan.selections);
    selections.any(Selection::looks_at_tags)
}

/// Says which account was given for neither a provider of a plan nor a template: it was meant for something else.
fn all_accounts_are_taken(asked: &ChangeArgs, providers: &BTreeSet<String>, output: &Output) {
    let mut files = asked.over.0.iter().map(|(kind, _)| *kind);
    let has_templates = files.any(|kind| kind == OverKind::CloudFormation);
    // A plan without its configuration does not name its providers.
    if providers.is_empty() && !has_templates {
        return;
    }
    let names = asked.account.iter().filter_map(|one| one.name.as_deref());
    let mut names: Vec<&str> = names.collect();
    names.retain(|name| *name != "aws" && !providers.contains(*name));
    names.retain(|name| !named::is_of_file(name, &asked.over));
    for name in names {
        let hint = near::meant(name, providers.iter().map(String::as_str))
            .map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let text = format!(
            "--account {name}: no plan has a provider of that name, and no plan or template is called so{hint}"
        );
        warn(output, &text);
    }
}

fn overlay(name: &str, bytes: &[u8]) -> anyhow::Result<Overlay> {
    let Json(document) = serde_json::from_slice(bytes)
        .map_err(|error| anyhow::anyhow!("{name}: not JSON: {error}"))?;
    if !document.is_object() {
        bail!("{name}: an overlay is an inventory: expected an object with `accounts`");
    }
    let accounts = document.get("accounts").and_then(Value::as_array);
    let regions = accounts.into_iter().flatten();
    let regions = regions.filter_map(|account| account.get("regions"));
    let lists = [document.get("accounts"), document.get("copies")];
    if let Some(list) = lists
        .into_iter()
        .flatten()
        .chain(regions)
        .find(|list| list.is_object())
    {
        bail!(
            "{name}: expected a list of accounts, Regions or copies, found {list}: say what in it is unknown"
        );
    }
    if let Some(Misspelt { at, meant }) = misspelt(&document) {
        let meant = meant.map_or_else(String::new, |meant| format!(", expected `{meant}`"));
        bail!(
            "{name}: unknown field at {at}{meant}: it would change nothing; an overlay is an inventory, `schema inventory` describes it"
        );
    }
    let text = String::from_utf8_lossy(bytes);
    Ok(Overlay {
        name: name.to_owned(),
        document: opened(name, &text, document)?,
        waits_for: Waiting::Overlay,
        policies: BTreeMap::new(),
        organization: Vec::new(),
    })
}

/// The place that a resource of a plan or template is named by: `FILE:LINE ID` of a template.
fn location(file: &str, kind: OverKind, address: &str, line: Option<&(String, usize)>) -> Location {
    if kind == OverKind::CloudFormation
        && let Some((place, id)) = address.rsplit_once(' ')
        && let Some((of, line)) = place.rsplit_once(':')
    {
        // What the template of now has and the new one has not is on no line of that.
        let line = (of == file).then(|| line.parse().ok());
        return Location {
            address: id.to_owned(),
            file: Some(file.to_owned()),
            line: line.flatten(),
        };
    }
    Location {
        address: address.to_owned(),
        file: line.map(|(file, _)| file.clone()),
        line: line.map(|(_, line)| *line),
    }
}

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
pub(super) fn baseline_of(
    given: &Given,
    output: &Output,
    raised: &BTreeSet<&str>,
    called: &Called,
) -> anyhow::Result<Option<Baseline>> {
    let file = given.change.baseline.as_ref();
    file.map(|file| baseline(file, output.max_input, raised, called))
        .transpose()
}

/// Reads a report of ours. The warnings of `raised` checks are errors.
fn baseline(
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
