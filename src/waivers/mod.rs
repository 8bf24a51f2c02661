//! Findings that may wait: which of them, why, and until when. A waiver makes no copy succeed; what it waives does not count.

mod glob;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::known::{Arn, near};

pub use glob::matches;

/// A waiver.
#[derive(Debug)]
pub struct Waiver {
    /// The check.
    pub check: String,
    /// What of a finding is looked at.
    pub by: By,
    /// The pattern that it must match: `*` stands for any text.
    pub pattern: String,
    /// Why it may wait.
    pub reason: String,
    /// The last day on which it may: `2027-01-31`.
    pub expires: String,
    /// Whether that day has gone by.
    pub is_expired: bool,
    /// Where it stands: file, line and column.
    pub at: String,
    /// How many findings it met.
    met: AtomicUsize,
    /// The account or Region that the first copy comes from that it would have met by the one that it goes to.
    instead: OnceLock<String>,
    /// What it nearly names of the first finding of its check that it does not meet.
    nearly: OnceLock<String>,
}

/// What of a finding is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The thing at fault.
    Subject,
    /// The copy's id.
    Copy,
    /// What is backed up.
    Resource,
    /// The vault: of a copy the one that it goes to.
    Vault,
    /// The account: of a copy the one that it comes from.
    Account,
    /// The Region: of a copy the one that it comes from.
    Region,
}

impl By {
    const ALL: [Self; 6] = [
        Self::Subject,
        Self::Copy,
        Self::Resource,
        Self::Vault,
        Self::Account,
        Self::Region,
    ];

    /// The word for it in a configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Copy => "copy",
            Self::Resource => "resource",
            Self::Vault => "vault",
            Self::Account => "account",
            Self::Region => "region",
        }
    }

    /// The one of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

/// A finding, as waivers see it.
#[derive(Clone, Debug, Default)]
pub struct Faced<'a> {
    /// The check.
    pub check: &'a str,
    /// The thing at fault.
    pub subject: Option<&'a str>,
    /// The ARN of the thing at fault, where that has an id, too.
    pub arn: Option<&'a str>,
    /// The other keys that it is about, where it is about keys.
    pub keys: Vec<&'a str>,
    /// The copy's id.
    pub copy: Option<&'a str>,
    /// What is backed up.
    pub resource: Option<&'a Arn>,
    /// The vault.
    pub vault: Option<&'a Arn>,
    /// The account.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
}

impl Waiver {
    /// A waiver that has met nothing yet.
    #[must_use]
    pub fn new(check: String, by: By, pattern: String, reason: String) -> Self {
        Self {
            check,
            by,
            pattern,
            reason,
            expires: String::new(),
            is_expired: false,
            at: String::new(),
            met: AtomicUsize::new(0),
            instead: OnceLock::new(),
            nearly: OnceLock::new(),
        }
    }

    /// The same until a day, which may have gone by.
    #[must_use]
    pub fn until(mut self, expires: String, is_expired: bool) -> Self {
        (self.expires, self.is_expired) = (expires, is_expired);
        self
    }

    /// The same, from this place.
    #[must_use]
    pub fn at(mut self, at: String) -> Self {
        self.at = at;
        self
    }

    /// How many findings it met, which it waives unless it is expired.
    #[must_use]
    pub fn met(&self) -> usize {
        self.met.load(Ordering::Relaxed)
    }

    /// The account or Region that a copy comes from which goes to the one of the pattern: of a waiver that met nothing.
    #[must_use]
    pub fn instead(&self) -> Option<&str> {
        self.instead
            .get()
            .filter(|_| self.met() == 0)
            .map(String::as_str)
    }

    /// What a waiver that met nothing nearly names.
    #[must_use]
    pub fn nearly(&self) -> Option<&str> {
        let nearly = self.nearly.get().filter(|_| self.met() == 0);
        nearly.map(String::as_str)
    }

    /// Notes what of a finding is spelled nearly as the pattern is.
    fn note_slip(&self, found: &Faced<'_>) {
        if self.check != found.check || self.nearly.get().is_some() || self.pattern.contains('*') {
            return;
        }
        let named = match self.by {
            By::Subject => found.subject.or(found.arn),
            By::Copy => found.copy,
            By::Resource => found.resource.map(Arn::as_str),
            By::Vault => found.vault.map(Arn::as_str),
            By::Account => found.account.as_deref(),
            By::Region => found.region.as_deref(),
        };
        if let Some(near) = near::meant(&self.pattern, named) {
            self.nearly.get_or_init(|| near.to_owned());
        }
    }

    /// Notes where a finding would be met by where its copy goes to.
    fn note(&self, found: &Faced<'_>) {
        let Some(vault) = found.vault.filter(|_| self.check == found.check) else {
            return;
        };
        let (from, to) = match self.by {
            By::Account => (&found.account, vault.account().map(|id| id.to_string())),
            By::Region => (
                &found.region,
                vault.region().map(|region| region.to_string()),
            ),
            By::Subject | By::Copy | By::Resource | By::Vault => return,
        };
        if let Some(from) = from
            && to.is_some_and(|to| matches(&self.pattern, &to))
        {
            self.instead.get_or_init(|| from.clone());
        }
    }

    fn meets(&self, found: &Faced<'_>) -> bool {
        let arn = |arn: &Arn| matches(&self.pattern, arn.as_str());
        self.check == found.check
            && match self.by {
                // A finding about several keys is waived by what names them all.
                By::Subject => {
                    let mut all = found.subject.into_iter().chain(found.keys.iter().copied());
                    let by_arn = found.arn.is_some_and(|arn| matches(&self.pattern, arn));
                    by_arn
                        || found.subject.is_some() && all.all(|text| matches(&self.pattern, text))
                }
                By::Copy => found.copy.is_some_and(|id| matches(&self.pattern, id)),
                By::Resource => found.resource.is_some_and(arn),
                By::Vault => found.vault.is_some_and(arn),
                By::Account => found
                    .account
                    .as_deref()
                    .is_some_and(|id| matches(&self.pattern, id)),
                By::Region => found
                    .region
                    .as_deref()
                    .is_some_and(|name| matches(&self.pattern, name)),
            }
    }
}

/// The waiver that holds for a finding; each that meets it is told so, the expired ones too.
#[must_use]
pub fn waiver<'w>(all: &'w [Waiver], found: &Faced<'_>) -> Option<&'w Waiver> {
    let mut holds = None;
    for waiver in all {
        if !waiver.meets(found) {
            waiver.note(found);
            waiver.note_slip(found);
            continue;
        }
        waiver.met.fetch_add(1, Ordering::Relaxed);
        if !waiver.is_expired {
            holds = holds.or(Some(waiver));
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(by: By, pattern: &str, is_expired: bool) -> Waiver {
        let waiver = Waiver::new(
            "key-unusable".to_owned(),
            by,
            pattern.to_owned(),
            "r".to_owned(),
        );
        waiver.until("2027-01-31".to_owned(), is_expired)
    }

    #[test]
    fn a_waiver_holds_for_what_its_selector_matches_and_for_its_check_alone() {
        let vault =
            Arn::parse("arn:aws:backup:eu-west-1:111122223333:backup-vault:legacy-1").unwrap();
        let found = Faced {
            arn: None,
            keys: Vec::new(),
            check: "key-unusable",
            subject: Some("arn:aws:kms:eu-west-1:111122223333:key/k"),
            copy: Some("orders"),
            resource: None,
            vault: Some(&vault),
            account: Some("111122223333".to_owned()),
            region: Some("eu-west-1".to_owned()),
        };
        for (by, pattern, holds) in [
            (By::Subject, "arn:aws:kms:*:111122223333:key/*", true),
            (By::Subject, "orders", false),
            (By::Copy, "ord*", true),
            (By::Copy, "ord", false),
            (By::Resource, "*", false),
            (
                By::Vault,
                "arn:aws:backup:*:111122223333:backup-vault:legacy-*",
                true,
            ),
            (By::Vault, "legacy-1", false),
            (By::Account, "111122223333", true),
            (By::Account, "11112222333", false),
            (By::Region, "eu-*", true),
        ] {
            let all = [of(by, pattern, false)];
            assert_eq!(waiver(&all, &found).is_some(), holds, "{by:?} {pattern}");
            assert_eq!(all[0].met(), usize::from(holds));
            let other = Faced {
                check: "marketplace-image",
                ..found.clone()
            };
            assert!(waiver(&all, &other).is_none());
        }
    }

    #[test]
    fn an_expired_one_meets_and_does_not_hold() {
        let all = [of(By::Copy, "*", true), of(By::Copy, "a", false)];
        let found = |copy| Faced {
            check: "key-unusable",
            copy: Some(copy),
            ..Faced::default()
        };
        assert!(waiver(&all, &found("b")).is_none());
        assert_eq!(
            waiver(&all, &found("a")).map(|waiver| &*waiver.pattern),
            Some("a")
        );
        assert_eq!((all[0].met(), all[1].met()), (2, 1));
    }
}
