//! What a command decides from, and the files that it will write: the head of `check`, `audit` and `backtest`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use crate::cli::{Given, Output};
use crate::inventory::{Facts, Field, GapEntry, Inventory, List, Tags, Taken, keep_taken};
use crate::known::{AccountId, Arn, ByHand, Gap};
use crate::plans;
use crate::report::{Places, Reading};
use crate::sources::planned::{Makes, Unlisted};

use super::called::Called;
use super::change::{self, Laid};
use super::gathered::Gathered;
use super::print::to_json;
use super::targets::{Formats, Targets};
use super::unmet;

/// The facts, with the change laid over them.
pub(super) struct Prepared {
    /// After the change, with the plans that policies of the organization make.
    ///
    /// It lasts as long as the process, which gives it back at once.
    pub inventory: ManuallyDrop<Inventory>,
    /// The same before it; `None` where nothing is laid over the facts.
    pub before: Option<Inventory>,
    /// The resources that the change makes, by their ARNs.
    pub makes: BTreeMap<String, Makes>,
    /// What of the change was taken for what it may not be.
    pub taken: Taken,
    /// What of the change says something of which thing.
    pub places: Places,
    /// What the things of the change are called that have no name of their own.
    pub called: Called,
    /// Why there may be other copies than those that are told.
    pub open: Vec<Gap>,
    /// What of the change was warned of where it was read.
    pub warned: BTreeSet<String>,
    /// Whether a signal ended the reading.
    pub stopped: bool,
    /// How the facts were read.
    pub reading: Reading,
    /// What is to be written.
    pub formats: Formats,
}

/// Claims the files of a run that reads these, gathers the facts, lays the change over them, and keeps what is left of
/// them where `--save` says.
pub(super) fn prepare(
    (given, output): (&Given, &Output),
    read: &[PathBuf],
    gather: impl FnOnce() -> anyhow::Result<Gathered>,
    narrow: impl Fn(&mut Inventory),
) -> anyhow::Result<Prepared> {
    let mut targets = Targets::claim(output, given.save.as_deref(), read)?;
    let Gathered {
        mut inventory,
        stopped,
        reading,
    } = gather()?;
    let accounts = Some(accounts_read(&inventory));
    // What a copy says of what it copies, the change goes by too.
    narrow(&mut inventory);
    let Laid {
        mut before,
        after: mut inventory,
        places,
        mut open,
        warned,
        unlisted,
        makes,
        taken,
        called,
        unread,
    } = change::lay(&given.change, inventory, output)?;
    narrow(&mut inventory);
    open.extend(may_be_copied(unlisted, &inventory));
    let both: Vec<&Inventory> = before.iter().chain([&inventory]).collect();
    open.extend(unmet::gaps(unread, &both));
    targets.save(|| to_json(&with_open(&inventory, &open, &taken)))?;
    plans::add_those_of_policies(&mut inventory);
    // What is asked about is asked of both.
    if let Some(before) = &mut before {
        narrow(before);
        plans::add_those_of_policies(before);
    }
    Ok(Prepared {
        inventory: ManuallyDrop::new(inventory),
        before,
        makes,
        taken,
        places,
        called,
        open,
        warned,
        stopped,
        reading: Reading {
            stopped,
            accounts,
            ..reading
        },
        formats: targets.formats,
    })
}

/// The accounts of which more was read than who they are and where in the organization.
fn accounts_read(inventory: &Inventory) -> BTreeSet<AccountId> {
    let accounts = inventory.accounts.value().into_iter();
    let accounts = accounts.flat_map(|List(accounts)| accounts);
    let read = accounts.filter(|one| one.regions.is_present() || one.roles.is_present());
    read.map(|one| one.account).collect()
}

/// Why there may be copies of what a change makes or tags beside what it tells: a plan may take it.
fn may_be_copied(unlisted: Vec<(&'static str, Unlisted)>, inventory: &Inventory) -> Vec<Gap> {
    if unlisted.is_empty() {
        return Vec::new();
    }
    let mut inventory = inventory.clone();
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let plans = plans::plans(&facts);
    let is_copied = |one: &Unlisted| {
        let Ok(resource) = Arn::parse(&one.resource) else {
            return true;
        };
        let tags = one.tags.as_ref().map(|tags| {
            let tags = tags.iter();
            Tags::of(tags.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))))
        });
        let mut plans = plans.iter();
        plans.any(|plan| plan.may_copy_one(&resource, tags.as_ref(), &facts))
    };
    let copied = unlisted.into_iter().filter(|(_, one)| is_copied(one));
    let gaps = copied.map(|(by, one)| Gap::by_hand(ByHand::Planned, by, one.why));
    let mut gaps: Vec<Gap> = gaps.collect();
    gaps.dedup();
    gaps
}

/// The facts with what a change leaves open of all that there may be, and what it was taken for, which whoever decides from them must
/// know.
fn with_open<'a>(inventory: &'a Inventory, open: &[Gap], taken: &Taken) -> Cow<'a, Inventory> {
    if open.is_empty() && taken.is_empty() {
        return Cow::Borrowed(inventory);
    }
    let mut inventory = inventory.clone();
    keep_taken(&mut inventory, taken);
    let mut gaps = match std::mem::take(&mut inventory.gaps) {
        Field::Is(List(gaps)) => gaps,
        Field::Absent | Field::Null => Vec::new(),
    };
    gaps.extend(open.iter().map(GapEntry::of_everything));
    inventory.gaps = Field::Is(List(gaps));
    Cow::Owned(inventory)
}
