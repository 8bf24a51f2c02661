//! Names for what is to be created: one that is free, or what is there already where that will do as it is.

use super::change::{Change, CopyChange, steps};
use crate::checks::{MayFail, decide};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Arn, Fact, Region, is_short_digest, short_digest};
use crate::verdict::Status;

/// Where a vault may be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultPlace {
    /// It is to be created, as far as is known: the list of vaults may not be whole, nor all aliases read.
    Free(Arn),
    /// It is there, and will do as it is.
    There(Arn),
}

impl VaultPlace {
    /// The vault.
    pub const fn vault(&self) -> &Arn {
        match self {
            Self::Free(vault) | Self::There(vault) => vault,
        }
    }
}

/// How many names are tried.
const TRIED: usize = 20;

/// The first of the vaults `NAME`, `NAME-2`, `NAME-3`, … that is not there, or is and suits. What was read is never written
/// over.
pub fn place(wanted: &Arn, facts: &Facts<'_>, suits: impl Fn(&Arn) -> bool) -> Option<VaultPlace> {
    let base = wanted.as_str().strip_suffix(wanted.name())?;
    (1..=TRIED).find_map(|number| {
        let vault = Arn::parse(&format!("{base}{}", numbered(wanted.name(), number))).ok()?;
        match facts.vault_exists(&vault) {
            Fact::Known(true) => suits(&vault).then_some(VaultPlace::There(vault)),
            Fact::Known(false) | Fact::Unknown(_) => {
                let alias = format!("alias/{}", vault.name());
                let taken = facts.has_alias(vault.account()?, &vault.region()?, &alias);
                (taken != Some(true)).then_some(VaultPlace::Free(vault))
            }
        }
    })
}

/// A vault's name takes so many characters.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupVault.html>.
pub const LONGEST_VAULT_NAME: usize = 50;

/// A name with a number, from the second on, cut so that it fits: after the first word of a name of the program's own, so
/// that it begins like no other; else at its end.
fn numbered(name: &str, number: usize) -> String {
    if number < 2 {
        return name.to_owned();
    }
    if let Some(rest) = name.strip_prefix("copy-") {
        return format!("copy-{number}-{rest}");
    }
    let end = format!("-{number}");
    let room = LONGEST_VAULT_NAME.saturating_sub(end.len());
    let start: String = name.chars().take(room).collect();
    format!("{start}{end}")
}

/// Whether a vault has the name of one that copies only go by.
pub fn is_between(vault: &Arn) -> bool {
    let Some(rest) = vault.name().strip_prefix("copy-") else {
        return false;
    };
    let rest = match rest.rsplit_once('-') {
        Some((start, end)) if is_short_digest(end) => start,
        Some(_) | None => rest,
    };
    rest.ends_with("re-encryption") || rest.ends_with("in-between")
}

/// A vault that copies go by, called by what it is for as well: a vault, its key and what carries copies on from it are one, and
/// another is not to be put in its place.
pub fn between_for(name: &Arn, what: &str) -> Option<Arn> {
    Arn::parse(&format!("{name}-{}", short_digest(what))).ok()
}

/// The first of the vaults in between of an account and Region, in the order of their names, that a copy can go by.
pub fn between_there(
    copy: &Copy,
    (account, region): (AccountId, &Region),
    facts: &Facts<'_>,
) -> Option<Arn> {
    let there = facts.vaults_found_in(account, region).into_iter();
    let mut there = there.filter(|vault| is_between(vault)).take(TRIED);
    let goes_by = |to: &&Arn| goes(&[copy], &CopyChange::Through((*to).clone()), facts);
    there.find(goes_by).cloned()
}

/// Whether copies that go another way have fewer checks that fail, and no other that is worse.
pub fn goes(copies: &[&Copy], way: &CopyChange, facts: &Facts<'_>) -> bool {
    let change = Change {
        copy: way.clone(),
        ..Change::none()
    };
    goes_in(copies, &change, (facts, facts))
}

/// The same once a change of the facts was made.
pub fn goes_once(copies: &[&Copy], change: &Change, facts: &Facts<'_>) -> bool {
    goes_in(copies, change, (facts, &facts.under(&change.facts)))
}

/// A copy that did not fail does not fail then, either.
fn goes_in(copies: &[&Copy], change: &Change, (facts, then): (&Facts<'_>, &Facts<'_>)) -> bool {
    !copies.is_empty()
        && copies.iter().all(|copy| {
            let before = failing(&[Copy::new(copy.named(), facts)], facts);
            let after: Vec<Copy> = steps(copy.named(), &[change])
                .into_iter()
                .map(|named| Copy::new(named, then))
                .collect();
            let after = failing(&after, then);
            let is_better = after.len() < before.len() || before.is_empty();
            is_better && after.iter().all(|check| before.contains(check))
        })
}

/// The checks that keep one of these copies from being feasible.
fn failing(copies: &[Copy], facts: &Facts<'_>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for copy in copies {
        for (check, outcome) in decide(copy.clone(), facts).outcomes {
            let stands = match outcome.status {
                Status::Fail => true,
                Status::Undecided => check.may_fail == MayFail::Yes,
                Status::Pass | Status::Warn | Status::NotApplicable => false,
            };
            if stands && !found.contains(&check.id) {
                found.push(check.id);
            }
        }
    }
    found
}
