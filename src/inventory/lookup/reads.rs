//! Which objects an answer was worked out from, so that a change that touches none of them leaves it as it is.
//!
//! Noted are the objects that a remedy can change: policies, vaults, keys, roles, settings. One that makes resources,
//! recovery points or plans touches every answer.

use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::mem::replace;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::known::{AccountId, Arn, Region};

/// Something that is looked up, or that a change speaks of.
#[derive(Clone, Copy)]
pub(super) enum Object<'a> {
    /// All that there is: every change touches it.
    Everything,
    /// What any account says of itself, its Regions or its organization.
    Settings,
    /// What one account says of itself.
    Account(AccountId),
    /// The list of its roles.
    Roles(AccountId),
    /// The settings of one Region of an account.
    Region(AccountId, &'a Region),
    /// The list of its vaults.
    Vaults(AccountId, &'a Region),
    /// The list of its keys.
    Keys(AccountId, &'a Region),
    /// A role, but for its trust policy.
    Role(&'a Arn),
    RoleTrust(&'a Arn),
    /// A vault, but for its access policy.
    Vault(&'a Arn),
    VaultPolicy(&'a Arn),
    /// A key, but for the policy of its owner's.
    Key(&'a Arn),
    KeyPolicy(&'a Arn),
    /// A resource, a recovery point, a plan, a job: a change that speaks of one touches everything.
    Stored,
    /// For how long the copy that is asked about is kept.
    Lifecycle,
}

impl Object<'_> {
    /// A number for it. Two objects may have one: then a change of either touches both.
    pub fn number(self) -> u32 {
        let of = |account: AccountId| FixedState::default().hash_one(account);
        let place =
            |account: AccountId, region: &Region| FixedState::default().hash_one((account, region));
        let (kind, hash) = match self {
            Self::Everything => return EVERYTHING,
            Self::Settings => (1, 0),
            Self::Account(account) => (2, of(account)),
            Self::Roles(account) => (3, of(account)),
            Self::Region(account, region) => (4, place(account, region)),
            Self::Vaults(account, region) => (5, place(account, region)),
            Self::Keys(account, region) => (6, place(account, region)),
            Self::Role(arn) => (7, arn.digest()),
            Self::Vault(arn) => (8, arn.digest()),
            Self::Key(arn) => (9, arn.digest()),
            Self::RoleTrust(arn) => (10, arn.digest()),
            Self::VaultPolicy(arn) => (11, arn.digest()),
            Self::KeyPolicy(arn) => (12, arn.digest()),
            Self::Stored => (13, 0),
            Self::Lifecycle => (14, 0),
        };
        let [a, b, c, d, ..] = hash.wrapping_add(kind).to_le_bytes();
        u32::from_le_bytes([a, b, c, d]).max(EVERYTHING + 1)
    }
}

pub(super) const EVERYTHING: u32 = 0;

/// So many objects of one answer are told apart.
const MOST: usize = 128;

/// The objects that an answer was worked out from, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads(Option<Arc<[u32]>>);

impl Reads {
    /// Their numbers.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        self.0.as_deref().unwrap_or_default()
    }

    /// These, and more. What is looked up of one copy was mostly looked up of all: then nothing is made anew.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let known = self.numbers();
        let is_known = |number: &u32| known.contains(number);
        if known.first() == Some(&EVERYTHING) || more.numbers().iter().all(is_known) {
            return self.clone();
        }
        let ((), both) = noting(|| {
            note_again(self);
            note_again(more);
        });
        both
    }
}

/// What is noted on this thread: a frame for each answer that is being worked out, one in the other.
#[derive(Default)]
struct Frames {
    open: usize,
    /// Where the innermost begins.
    start: usize,
    numbers: Vec<u32>,
}

impl Frames {
    fn note(&mut self, number: u32) {
        let frame = self.numbers.get(self.start..).unwrap_or_default();
        // What was looked up last is mostly looked up again.
        let is_known = frame.last() == Some(&number) || frame.contains(&number);
        if is_known || frame.first() == Some(&EVERYTHING) {
            return;
        }
        // What looks at a whole organization is asked again whatever changes: to tell its objects apart would cost more.
        if number == EVERYTHING || frame.len() >= MOST {
            self.numbers.truncate(self.start);
            self.numbers.push(EVERYTHING);
        } else {
            self.numbers.push(number);
        }
    }

    /// Opens a frame, and gives where the one around it begins.
    fn begin(&mut self) -> usize {
        self.open = self.open.saturating_add(1);
        let start = self.numbers.len();
        replace(&mut self.start, start)
    }

    /// Closes the innermost frame; `outer` is where the one around it begins, which read all that it did.
    fn close(&mut self, outer: usize) -> Reads {
        let inner = self.numbers.get(self.start..).unwrap_or_default();
        let reads = Reads((!inner.is_empty()).then(|| inner.into()));
        let is_first = self.start == outer;
        self.open = self.open.saturating_sub(1);
        // Where the outer one has read nothing else, all that is noted is its own, in its order.
        if is_first && self.open > 0 {
            return reads;
        }
        self.numbers.truncate(self.start);
        self.start = outer;
        self.note_all(&reads);
        reads
    }

    /// Closes the innermost frame and forgets it.
    fn forget(&mut self, outer: usize) {
        self.numbers.truncate(self.start);
        self.start = outer;
        self.open = self.open.saturating_sub(1);
    }

    fn note_all(&mut self, reads: &Reads) {
        if self.open > 0 {
            reads.numbers().iter().for_each(|it| self.note(*it));
        }
    }
}

thread_local! {
    static FRAMES: RefCell<Frames> = RefCell::default();
}

/// Notes that an object was looked up.
pub(super) fn note(object: Object<'_>) {
    FRAMES.with_borrow_mut(|frames| {
        if frames.open > 0 && !matches!(object, Object::Stored) {
            frames.note(object.number());
        }
    });
}

/// Notes that it was looked at for how long a copy is kept.
pub fn note_lifecycle() {
    note(Object::Lifecycle);
}

/// The number of that.
#[must_use]
pub fn lifecycle_number() -> u32 {
    Object::Lifecycle.number()
}

/// Notes what an answer was worked out from that is given again.
pub fn note_again(reads: &Reads) {
    if !reads.numbers().is_empty() {
        FRAMES.with_borrow_mut(|frames| frames.note_all(reads));
    }
}

/// Works out what is only said: no status comes of it, so that it is noted nowhere.
pub fn only_said<R>(work: impl FnOnce() -> R) -> R {
    let outer = FRAMES.with_borrow_mut(Frames::begin);
    let result = work();
    FRAMES.with_borrow_mut(|frames| frames.forget(outer));
    result
}

/// Works something out, and says from which objects.
pub fn noting<R>(work: impl FnOnce() -> R) -> (R, Reads) {
    let outer = FRAMES.with_borrow_mut(Frames::begin);
    let result = work();
    let reads = FRAMES.with_borrow_mut(|frames| frames.close(outer));
    (result, reads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Facts, Inventory};

    const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:a";

    #[test]
    fn an_answer_names_what_it_and_those_within_it_looked_up() {
        let inventory = Inventory::empty();
        let facts = Facts::new(&inventory);
        let vault = Arn::parse(VAULT).unwrap();
        let (within, all) = noting(|| {
            let (_, within) = noting(|| facts.vault_exists(&vault));
            let _ = facts.organization(vault.account().unwrap());
            within
        });
        let number = Object::Vault(&vault).number();
        assert!(within.numbers().contains(&number));
        assert!(within.numbers().iter().all(|it| all.numbers().contains(it)));
        let account = Object::Account(vault.account().unwrap()).number();
        assert!(all.numbers().contains(&account) && !within.numbers().contains(&account));
        let (_, nothing) = noting(|| ());
        assert_eq!(nothing.numbers(), &[] as &[u32]);
    }

    #[test]
    fn what_is_only_said_is_noted_nowhere() {
        let inventory = Inventory::empty();
        let facts = Facts::new(&inventory);
        let vault = Arn::parse(VAULT).unwrap();
        let account = vault.account().unwrap();
        let ((), all) = noting(|| {
            let _ = facts.organization(account);
            let (_, within) = only_said(|| noting(|| facts.vault_exists(&vault)));
            assert!(within.numbers().contains(&Object::Vault(&vault).number()));
            let _ = facts.has_vaults_of(account, &vault.region().unwrap());
        });
        let vaults = Object::Vaults(account, &vault.region().unwrap());
        let noted = [Object::Account(account), vaults].map(Object::number);
        assert_eq!(all.numbers(), noted);
    }

    #[test]
    fn an_answer_from_very_many_objects_is_touched_by_every_change() {
        let inventory = Inventory::empty();
        let facts = Facts::new(&inventory);
        let ((), all) = noting(|| {
            for number in 0..1000 {
                let vault = Arn::parse(&format!("{VAULT}{number}")).unwrap();
                let _ = facts.vault_exists(&vault);
            }
        });
        assert_eq!(all.numbers(), [EVERYTHING]);
    }
}
