//! A change: what is laid over the facts, and what stood before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::cli::{ChangeArgs, Output, OverKind};
use crate::inventory::{
    Facts, Inventory, Json, Misspelt, Overlay, Taken, TakenFor, Waiting, backup_policies_on, items,
    leave_changed_defaults_open, leave_refused_open, misspelt, opened, strangers,
};
use crate::known::{ByHand, Gap, near};
use crate::plans::{self, Selection};
use crate::report::{BACKUP_POLICY, Location, PlaceOfChange, Places};
use crate::sources::planned::{Makes, Planned, Unlisted};
use crate::sources::standing::Standing;
use crate::sources::{additions, asked_before, recorded, terraform};

use super::called::{Called, CalledIn};
use super::configurations::Configurations;
use super::disputes;
use super::named::{self, OfPlans};
use super::otherwise;
use super::prefixes::{Names, Prefixes};
use super::print::warn;
use super::templates::Templates;
use super::unmet::{self, Unread};
use super::unread_makers;
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
    /// What was warned of where it was read.
    pub warned: BTreeSet<String>,
    /// What it may make or tag beside that, each with the operation that does.
    pub unlisted: Vec<(&'static str, Unlisted)>,
    /// The resources that it makes, by their ARNs.
    pub makes: BTreeMap<String, Makes>,
    /// What of it was taken for what it may not be.
    pub taken: Taken,
    /// What its things are called that have no name of their own.
    pub called: Called,
    /// Where it changes something of which nothing was read.
    pub unread: Vec<Unread>,
}

/// Lays the files of the command line over the facts.
pub(super) fn lay(asked: &ChangeArgs, base: Inventory, output: &Output) -> anyhow::Result<Laid> {
    let configurations = Configurations::new(asked, output)?;
    named::check("--account", &asked.account, &asked.over)?;
    unmet::refuse_slips(asked, &base)?;
    let mut accounts = OfPlans::new(&asked.account, &asked.over);
    let mut places = Places::new();
    let mut open = Vec::new();
    let mut warned = BTreeSet::new();
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
    let standing = match plans.is_empty() && !has_templates {
        true => Standing::default(),
        false => Standing::of(&base),
    };
    let standing = Arc::new(standing);
    let mut plans = plans.into_iter();
    let mut called = Called::default();
    let mut templates = Templates::new(asked, (&facts, &names, &standing), output)?;
    // What somebody lays over the facts says nothing of what is there now.
    let (mut now, mut then): (Vec<Option<Overlay>>, Vec<Overlay>) = (Vec::new(), Vec::new());
    let mut ages = Vec::new();
    let mut strange = Vec::new();
    for (kind, path) in &asked.over.0 {
        let all = match kind {
            OverKind::Overlay => {
                let (name, bytes) = recorded::json(path, output.max_input)?;
                let laid = overlay(&name, &bytes)?;
                unmet::refuse_slips_of(&laid, &base)?;
                for (arn, meant) in strangers(&laid.document, &base) {
                    strange.push((name.clone(), arn, meant));
                }
                now.push(None);
                then.push(laid);
                ages.push(None);
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
                let beside = terraform::Beside {
                    prefix: &mut prefix,
                    facts: &standing,
                };
                let planned =
                    terraform::read_beside(&name, beside, &bytes, &of_plan, source.as_ref())?;
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
                unread_makers: unread,
                providers: of_plan,
                makes: made,
                told_accounts: _,
                taken: of_things,
                made_at,
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
                let text = told_of(&name, text);
                warn(output, &text);
                warned.insert(text);
            }
            let operation = after.operation();
            unlisted.extend(beside.into_iter().map(|one| {
                let why = told_of(&name, &one.why);
                (operation, Unlisted { why, ..one })
            }));
            open.extend(
                left_open
                    .into_iter()
                    .map(|why| Gap::by_hand(ByHand::Planned, operation, told_of(&name, &why))),
            );
            let unread = unread.iter().filter(|_| asked.all);
            open.extend(
                unread
                    .filter_map(|maker| unread_makers::why(maker, &base))
                    .map(|why| Gap::by_hand(ByHand::Planned, operation, told_of(&name, &why))),
            );
            for (thing, addresses) in said {
                let all = addresses.into_iter().map(|address| {
                    let of = resources.get(&address);
                    PlaceOfChange {
                        location: location(&name, *kind, &address, lines.get(&address)),
                        kind: of.map(|of| of.kind.clone()).unwrap_or_default(),
                        is_changed: of.is_some_and(|of| of.is_changed),
                        written: of.and_then(|of| of.written.clone()),
                    }
                });
                places.entry(thing).or_default().extend(all);
            }
            now.push(Some(before));
            then.push(after);
            ages.push(made_at);
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
    let each = now.iter_mut().zip(&mut then).zip(&ages);
    for ((now, then), made_at) in each {
        if let Some(now) = now {
            otherwise::settle(&base, (now, then), made_at.as_ref(), &mut taken, output);
        }
    }
    for now in now.iter().flatten() {
        if let Some((account, names)) = whose::strange(&base, &now.document) {
            let text = format!(
                "{}: the facts do not have what its prior state has, though their list for account {account} is complete: {names}; is that its account (--account), \
                 or are the facts older?",
                now.name
            );
            warn(output, &text);
        }
    }
    let unread = unmet::unread(&base, now.iter().map(Option::as_ref).zip(&then));
    asked_before::keep(&now, &mut then);
    let now = additions::last(now.into_iter().flatten().collect());
    let then = additions::last(then);
    if then.is_empty() {
        return Ok(Laid {
            before: None,
            after: base,
            places,
            open,
            warned,
            unlisted,
            makes,
            taken,
            called,
            unread,
        });
    }
    let over = |base: Inventory, all: &[&Overlay]| -> anyhow::Result<Inventory> {
        all.iter().try_fold(base, |base, one| {
            one.over(&base)
                .with_context(|| format!("could not apply {} to the facts", one.name))
        })
    };
    let before = over(base, &now.iter().collect::<Vec<_>>())?;
    let mut after = over(before.clone(), &then.iter().collect::<Vec<_>>())?;
    unmet::refuse_unnamed(&strange, &after)?;
    for (name, arn, meant) in strange {
        let text = format!(
            "{name}: the facts have no `{arn}`, so it is a new thing; did you mean `{meant}`?"
        );
        warn(output, &text);
    }
    let operation = then.last().map_or("overlay", Overlay::operation);
    leave_refused_open(&before, &mut after, operation);
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
    place_backup_policies(&mut places, &after);
    let by_tags = if has_templates {
        selections_by_tags(&after)
    } else {
        Vec::new()
    };
    let is_new = |(arn, _): (&String, &Makes)| !has_resource(&before, arn);
    if let Some(why) = by_tag_of_stack(&by_tags).filter(|_| makes.iter().any(is_new)) {
        warn(output, &why);
        open.push(Gap::by_hand(ByHand::Planned, "cloudformation deploy", why));
    }
    if !by_tags.is_empty() && !templates.tells_tags() {
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
        warned,
        unlisted,
        makes,
        taken,
        called,
        unread,
    })
}

/// What is said of a file, which may name it with a line itself.
fn told_of(file: &str, text: &str) -> String {
    let named = text.strip_prefix(file);
    match named.is_some_and(|rest| rest.starts_with(':')) {
        true => text.to_owned(),
        false => format!("{file}: {text}"),
    }
}

/// Notes which backup policies of a change are in force on each account: those that are attached on the way to it.
fn place_backup_policies(places: &mut Places, inventory: &Inventory) {
    for account in items(&inventory.accounts) {
        let own = account.account.to_string();
        let path = account.organization.value().and_then(|of| of.path.value());
        let way = path.iter().flat_map(|path| path.split('/'));
        let on = way.chain([own.as_str()]).map(backup_policies_on);
        let found = on.filter_map(|target| places.get(&target));
        let found = found.flatten().map(|place| PlaceOfChange {
            kind: BACKUP_POLICY.to_owned(),
            ..place.clone()
        });
        let found: Vec<PlaceOfChange> = found.collect();
        if !found.is_empty() {
            places.insert(backup_policies_on(&own), found);
        }
    }
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

/// The selections by whose tags resources are taken.
fn selections_by_tags(inventory: &Inventory) -> Vec<Selection> {
    let plans = plans::plans(&Facts::new(inventory)).into_iter();
    let selections = plans.flat_map(|plan| plan.selections);
    selections.filter(Selection::looks_at_tags).collect()
}

fn has_resource(inventory: &Inventory, arn: &str) -> bool {
    let regions = items(&inventory.accounts).iter();
    let mut regions = regions.flat_map(|account| items(&account.regions));
    regions.any(|region| {
        items(&region.resources)
            .iter()
            .any(|one| one.arn.as_str() == arn)
    })
}

/// The tags that CloudFormation gives to what a stack makes begin so.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>.
const OF_STACK: &str = "aws:cloudformation:";

/// Why it is not known whether selections take what a template makes: they go by a tag that CloudFormation gives to most types, and not to
/// all.
fn by_tag_of_stack(selections: &[Selection]) -> Option<String> {
    let mut names = selections.iter().flat_map(Selection::tags);
    let name = names.find(|name| name.starts_with(OF_STACK))?;
    Some(format!(
        "whether the selections by the tag `{name}` take what a template makes, which CloudFormation gives it"
    ))
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
