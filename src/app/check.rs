//! `check`: the copies that are asked about.

use std::collections::HashSet;

use crate::catalog::regions;
use crate::checks;
use crate::cli::{Check, Output};
use crate::inventory::{self, Facts};
use crate::known::{Arn, Fact, Gap};
use crate::plans;
use crate::sources::config::{Config, Level};
use crate::verdict::Status;

use super::baseline;
use super::code::exit_code;
use super::copies::{self, Asked, PlanNames, Wanted};
use super::decide::{Found, How};
use super::finish::finish;
use super::gather::{facts as facts_of, facts_for};
use super::judge::{Stood, judge};
use super::narrow::narrow;
use super::prepared::{Prepared, prepare};
use super::print::{tell_report, warn, warn_of_more};
use super::regions::{is_unknown, meant};
use super::settings;
use super::targets::Formats;

pub(super) fn check(asked: &Check, output: &Output, config: &Config) -> anyhow::Result<u8> {
    decide(asked, output, config, |found, formats| {
        tell_report(found, output, formats)
    })
}

/// Decides the copies that are asked about and has it told; the exit code says what they come to.
pub(super) fn decide(
    asked: &Check,
    output: &Output,
    config: &Config,
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let given = &settings::given(&asked.facts, config)?;
    let waivers = settings::waivers(config, given)?;
    let off = settings::of_level(config, Level::Off);
    let raised = settings::raised(config);
    let counting = settings::counting(&raised, output.strict);
    let Prepared {
        inventory,
        before,
        makes,
        taken,
        places,
        called,
        open,
        warned,
        stopped,
        reading,
        formats,
    } = prepare(
        (given, output),
        &given.files(),
        || facts_for(asked, config, output),
        |inventory| narrow(inventory, asked),
    )?;
    let facts = facts_of(&inventory, given).taking(taken);
    let earlier = before.as_ref().map(|before| facts_of(before, given));
    let plan_names = earlier.as_ref().map(|earlier| -> PlanNames {
        let both = [earlier, &facts].into_iter();
        both.flat_map(|facts| copies::plans_named(&asked.plan, facts))
            .collect()
    });
    let asked_for =
        |inventory, facts| copies::asked_for(asked, inventory, facts, plan_names.as_ref());
    let stood = match before.as_ref().zip(earlier.as_ref()) {
        Some((inventory, facts)) => {
            let mut copies = asked_for(inventory, facts)?.copies;
            if asked.and_back {
                let back = ways_back(&copies, facts, None);
                copies.extend(back);
            }
            Some(Stood::of(copies, facts, &makes))
        }
        None => None,
    };
    let mut wanted = asked_for(&inventory, &facts)?;
    let resource = asked.resource.as_ref();
    for why in strange_regions(asked, &facts)
        .into_iter()
        .chain(resource.and_then(|arn| not_there(arn, &facts)))
    {
        warn(output, &why);
    }
    if let Some(stood) = &stood
        && !is_found(asked, &wanted, stood)
    {
        // Where neither the facts before the change nor those after it have it, that is an error, or stays open.
        wanted = copies::asked_for(asked, &inventory, &facts, None)?;
    }
    let baseline = baseline::given(given, output, &counting, &called)?;
    let is_whole = asked.narrowed_by().is_none();
    let told = baseline.iter().filter(|_| is_whole);
    let told = told.flat_map(|baseline| &baseline.planned);
    let stood_then = stood.iter().filter(|_| baseline.is_none());
    let stood_then = stood_then.flat_map(|stood| stood.copies.iter().filter_map(Asked::planned));
    copies::add_perhaps_made(
        &mut wanted,
        told.chain(stood_then),
        &facts,
        earlier.as_ref(),
    );
    for sentence in &wanted.not_found {
        warn(output, sentence);
    }
    wanted.gaps.extend(open.iter().cloned());
    let untold = wanted.gaps.iter();
    let untold = untold.filter(|gap| !warned.contains(&*gap.subject));
    let untold: Vec<Gap> = untold.cloned().collect();
    warn_of_more(
        output,
        "there may be more copies, or these may be decided differently",
        &untold,
    );
    wanted.open.extend(open);
    let is_open = !wanted.open.is_empty();
    if asked.and_back {
        let back = ways_back(&wanted.copies, &facts, Some(output));
        wanted.copies.extend(back);
    }
    let destinations = wanted.copies.iter().map(Asked::destination_vault);
    let reading = reading
        .of_facts(&facts)
        .towards(destinations.filter_map(Arn::account));
    let how = How {
        only: &[],
        everything: output.verbose,
        reading: &reading,
        before: None,
        off: &off,
        raised: &raised,
        counting: &counting,
    };
    let left_open = wanted.open.clone();
    let mut found = Found::of(wanted, &facts, None, how);
    found.report.open = left_open;
    found.report.files = called.files();
    judge(&mut found, baseline, is_whole, stood.as_ref(), places);
    found.waive(&waivers, None);
    let summary = found.report.summary;
    let counted = found.counted(given.change.all, &raised).of(summary);
    if summary.copies == 0 {
        warn(
            output,
            &if is_open || stopped {
                "there are no copies to decide: what was read names none".to_owned()
            } else {
                why_none(&facts, stood.as_ref())
            },
        );
    }
    finish(
        found,
        (exit_code(counted, is_open, output.strict), stopped),
        (given, &waivers),
        (output, config),
        formats,
        tell,
    )
}

/// That Regions of the ARNs that are given are none that is known, and which may be meant.
fn strange_regions(asked: &Check, facts: &Facts<'_>) -> Vec<String> {
    let given = [
        &asked.resource,
        &asked.recovery_point,
        &asked.to,
        &asked.source_vault,
    ];
    let strange = given.into_iter().flatten().filter_map(|arn| {
        let region = arn.region()?;
        if !is_unknown(&region) {
            return None;
        }
        let near = meant(&region);
        let hint = match facts.in_other_region(arn) {
            Some(other) => format!("; did you mean `{other}`?"),
            None => near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
        };
        Some(format!("no Region `{region}` is known, of `{arn}`{hint}"))
    });
    strange.collect()
}

/// That a resource is not among those that were read, where its name is nearly that of one, or all of its place were read.
fn not_there(resource: &Arn, facts: &Facts<'_>) -> Option<String> {
    let region = resource.region();
    let is_region = region.is_some_and(|region| regions::named().any(|known| known == region));
    let elsewhere = || facts.in_other_region(resource).filter(|_| is_region);
    if let Some(meant) = facts.resource_meant(resource).or_else(elsewhere) {
        return Some(format!(
            "`{resource}` is not among the resources that were read; did you mean `{meant}`?"
        ));
    }
    let (account, region) = (resource.account()?, resource.region()?);
    let is_whole = matches!(facts.resources_are_all(account, &region), Fact::Known(()));
    (is_whole && !facts.resources_in(account, &region).contains(resource)).then(|| {
        format!(
            "`{resource}` is not among the resources of {account} {region}, all of which were read"
        )
    })
}

/// Why there are no copies.
fn why_none(facts: &Facts<'_>, stood: Option<&Stood<'_>>) -> String {
    let begins = "there are no copies to decide: ";
    if let Some(before) = stood
        .map(|stood| stood.copies.len())
        .filter(|before| *before > 0)
    {
        let (copies, are) = if before == 1 {
            ("copy", "is")
        } else {
            ("copies", "are")
        };
        return format!("{begins}{before} {copies} of before the change {are} no longer made");
    }
    let plans = plans::plans(facts);
    let audited = checks::audit(&plans, facts);
    let found = audited.plans.iter().flat_map(|(_, outcomes)| outcomes);
    let wrong = found.filter(|(_, found)| found.status == Status::Fail);
    let reasons = wrong.map(|(_, found)| found.message.to_string());
    let reasons: Vec<String> = reasons.collect();
    let Some(first) = reasons.first() else {
        return format!("{begins}the inventory names none, and no plan makes any");
    };
    let more = match reasons.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(", and {more} more (`backup-preflight audit` tells all)"),
    };
    format!("{begins}{first}{more}")
}

/// Whether all that was asked for by name is there, before the change or after it.
fn is_found(asked: &Check, wanted: &Wanted<'_>, stood: &Stood<'_>) -> bool {
    let all = || wanted.copies.iter().chain(&stood.copies);
    let is_none = wanted.open.is_empty() && all().next().is_none();
    let names_thing = asked.resource.is_some() || asked.recovery_point.is_some();
    asked
        .copy
        .iter()
        .all(|id| all().any(|copy| copy.id() == id))
        && !(names_thing && is_none)
}

/// The ways back of all copies that say where they come from.
fn ways_back<'a>(
    copies: &[Asked<'_>],
    facts: &Facts<'_>,
    output: Option<&Output>,
) -> Vec<Asked<'a>> {
    let ids: HashSet<&str> = copies.iter().map(Asked::id).collect();
    let mut back = Vec::new();
    for copy in copies {
        let copy = copy.copy(facts);
        match copy.back() {
            Some(named) => back.push(named),
            None => {
                let why = format!(
                    "the way back of `{}` is not decided: its source vault is not known",
                    copy.id
                );
                output.into_iter().for_each(|output| warn(output, &why));
            }
        }
    }
    inventory::tell_apart(&mut back, |id| ids.contains(id));
    let back = back.into_iter();
    back.map(Asked::made).collect()
}
