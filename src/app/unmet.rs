//! Whether a change meets what was read. Of one that is made in an account or a Region of which nothing was read, and that no copy
//! leads to, nobody can say what it does: the account or the Region may be the wrong one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use serde_json::Value;

use crate::cli::{ChangeArgs, OfName};
use crate::inventory::{Facts, Inventory, Overlay, Waiting, items};
use crate::known::{AccountId, Arn, ByHand, Gap, Region, near};
use crate::plans;

use super::copies;
use super::regions::{is_unknown, misspelt};

/// A place in which a file changes something, and of which nothing was read.
pub(super) struct Unread {
    account: AccountId,
    /// The Regions; none: what is of no Region.
    regions: BTreeSet<Region>,
    /// Why that leaves the answer open.
    gap: Gap,
}

/// What was read: of which accounts, and of which Regions of them.
type Read = BTreeMap<AccountId, BTreeSet<Region>>;

fn read(base: &Inventory) -> Read {
    let all = items(&base.accounts).iter();
    let all = all.filter(|one| one.regions.is_present() || one.roles.is_present());
    all.map(|one| {
        let regions = items(&one.regions).iter();
        (one.account, regions.map(|one| one.region.clone()).collect())
    })
    .collect()
}

/// The account of the facts that one may be meant to be, which they do not have.
fn account_meant(account: AccountId, base: &Inventory) -> Option<AccountId> {
    let known: BTreeSet<AccountId> = items(&base.accounts)
        .iter()
        .map(|one| one.account)
        .collect();
    if known.contains(&account) {
        return None;
    }
    let own = account.to_string();
    let is_near = |one: &AccountId| near::is_a_slip(&own, &one.to_string());
    known.into_iter().find(is_near)
}

/// Refuses an account that is one digit off one of the facts, and a Region that AWS does not have.
pub(super) fn refuse_slips(asked: &ChangeArgs, base: &Inventory) -> anyhow::Result<()> {
    for OfName { value, .. } in &asked.account {
        if let Some(meant) = account_meant(*value, base) {
            bail!("--account {value}: the facts have no such account; did you mean {meant}?");
        }
    }
    for OfName { value, .. } in &asked.template_region {
        if is_unknown(value) {
            let says = misspelt(value).unwrap_or_else(|| format!("no Region `{value}` is known"));
            bail!("--template-region: {says}");
        }
    }
    Ok(())
}

/// The same of what an overlay names.
pub(super) fn refuse_slips_of(overlay: &Overlay, base: &Inventory) -> anyhow::Result<()> {
    let name = &overlay.name;
    for (account, regions) in places(&overlay.document, None) {
        if let Some(meant) = account_meant(account, base) {
            bail!("{name}: the facts have no account {account}; did you mean {meant}?");
        }
        if let Some(says) = regions.iter().find_map(misspelt) {
            bail!("{name}: {says}");
        }
    }
    Ok(())
}

/// The accounts and Regions in which a document changes something that another does not say, too.
fn places(then: &Value, now: Option<&Value>) -> Read {
    let of = |document: &Value, list: &str, key: &str| -> BTreeMap<String, Value> {
        let all = document.get(list).and_then(Value::as_array);
        let all = all.into_iter().flatten();
        all.filter_map(|one| Some((one.get(key)?.as_str()?.to_owned(), one.clone())))
            .collect()
    };
    let mut all = Read::new();
    let accounts_now = now.map(|now| of(now, "accounts", "account"));
    for (id, account) in of(then, "accounts", "account") {
        let Ok(account_id) = AccountId::parse(&id) else {
            continue;
        };
        let was = accounts_now.as_ref().and_then(|all| all.get(&id));
        let regions_now = was.map(|was| of(was, "regions", "region"));
        let regions = of(&account, "regions", "region").into_iter();
        let changed = regions.filter(|(name, region)| {
            let was = regions_now.as_ref().and_then(|all| all.get(name));
            says_more(region, "region") && was != Some(region)
        });
        let regions: BTreeSet<Region> = changed.map(|(name, _)| Region::new(&name)).collect();
        let own = account.as_object().into_iter().flatten();
        let mut own = own.filter(|(name, _)| *name != "account" && *name != "regions");
        let is_changed = own.any(|(name, value)| was.and_then(|was| was.get(name)) != Some(value));
        if is_changed || !regions.is_empty() {
            all.insert(account_id, regions);
        }
    }
    all
}

fn says_more(thing: &Value, key: &str) -> bool {
    let fields = thing.as_object();
    fields.is_some_and(|fields| fields.keys().any(|name| name != key))
}

/// The places in which files change something, and of which nothing was read; each with what is there now, where that is told.
pub(super) fn unread<'f>(
    base: &Inventory,
    files: impl Iterator<Item = (Option<&'f Overlay>, &'f Overlay)>,
) -> Vec<Unread> {
    let read = read(base);
    if read.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (now, then) in files {
        for (account, regions) in places(&then.document, now.map(|now| &now.document)) {
            let there = read.get(&account);
            let strange: BTreeSet<Region> = match there {
                None => regions,
                Some(there) => regions.difference(there).cloned().collect(),
            };
            if there.is_some() && strange.is_empty() {
                continue;
            }
            let why = why(then, account, &strange, &read);
            all.push(Unread {
                account,
                regions: strange,
                gap: Gap::by_hand(ByHand::Planned, then.operation(), why),
            });
        }
    }
    all
}

fn why(file: &Overlay, account: AccountId, regions: &BTreeSet<Region>, read: &Read) -> String {
    let listed = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<_>>().join(", ");
    let places = listed(&mut regions.iter().map(ToString::to_string));
    let (what, flag) = match read.get(&account) {
        None => {
            let there = listed(&mut read.keys().map(ToString::to_string));
            let what =
                format!("account {account}, of which nothing was read (the facts are of {there})");
            (what, "--account")
        }
        Some(there) => {
            let there = match listed(&mut there.iter().map(ToString::to_string)) {
                none if none.is_empty() => "no Region".to_owned(),
                there => there,
            };
            let what = format!(
                "{places} of account {account}, of which nothing was read (the facts of it are of {there})"
            );
            (what, "--template-region")
        }
    };
    let other = match file.waits_for {
        Waiting::Overlay => String::new(),
        Waiting::TerraformApply if flag == "--template-region" => String::new(),
        Waiting::TerraformApply | Waiting::StackDeployment { .. } => {
            format!(", or {flag} where another is meant")
        }
    };
    format!(
        "{} changes {what}: give --inventory FILE with facts of it{other}",
        file.name
    )
}

/// Why the answer stays open: what is changed where nothing was read, and no copy of these facts comes from there or goes there.
pub(super) fn gaps(unread: Vec<Unread>, inventories: &[&Inventory]) -> Vec<Gap> {
    if unread.is_empty() {
        return Vec::new();
    }
    let mut ends: BTreeSet<(AccountId, Option<Region>)> = BTreeSet::new();
    for inventory in inventories {
        let mut inventory = (*inventory).clone();
        plans::add_those_of_policies(&mut inventory);
        let facts = Facts::new(&inventory);
        let wanted = copies::all(&inventory, &plans::plans(&facts), &facts);
        for copy in &wanted.copies {
            let to = copy.destination_vault();
            ends.extend(to.account().map(|account| (account, to.region())));
            let copy = copy.copy(&facts);
            let from = copy.endpoints();
            let region = from.source_region().known();
            ends.extend(
                from.source_account()
                    .known()
                    .map(|account| (account, region)),
            );
        }
    }
    let is_met = |one: &Unread| match one.regions.is_empty() {
        true => ends.iter().any(|(account, _)| *account == one.account),
        false => {
            let mut regions = one.regions.iter();
            regions.all(|region| ends.contains(&(one.account, Some(region.clone()))))
        }
    };
    let strange = unread.into_iter().filter(|one| !is_met(one));
    strange.map(|one| one.gap).collect()
}

/// Refuses a vault, a key or a role of an overlay that the facts do not have, and that nothing of them names, where they have one that
/// is called nearly so: it would change nothing.
pub(super) fn refuse_unnamed(
    overlays: &[(String, String, String)],
    after: &Inventory,
) -> anyhow::Result<()> {
    if overlays.is_empty() {
        return Ok(());
    }
    let after = serde_json::to_value(after).unwrap_or(Value::Null);
    for (file, arn, meant) in overlays {
        if is_named_by_others(arn) && !is_named(&after, arn) {
            bail!(
                "{file}: the facts have no `{arn}`, and nothing names it; did you mean `{meant}`?"
            );
        }
    }
    Ok(())
}

/// Whether it is a thing that others name: what is backed up stands for itself.
fn is_named_by_others(arn: &str) -> bool {
    Arn::parse(arn).is_ok_and(|arn| match arn.service() {
        "kms" | "iam" => true,
        "backup" => arn.resource().starts_with("backup-vault:"),
        _ => false,
    })
}

/// Whether something else than the thing itself has its ARN, or its name.
fn is_named(value: &Value, arn: &str) -> bool {
    const OWN: &[&str] = &["Arn", "BackupVaultArn", "BackupVaultName"];
    let name = arn.rsplit(['/', ':']).next().unwrap_or(arn);
    match value {
        Value::String(text) => text == arn || text == name,
        Value::Array(all) => all.iter().any(|one| is_named(one, arn)),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| !OWN.contains(&key.as_str()) && is_named(value, arn)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
