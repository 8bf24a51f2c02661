//! What a selection takes in an account and a Region.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>.

use std::collections::BTreeSet;

use crate::catalog::lists::arn_service;
use crate::inventory::{Facts, Tags};
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::condition::Holds;
use super::pattern::{has_wildcard, names_a_type};
use super::selection::{Named, Selection};

/// What a selection takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// The resources, in their order.
    pub taken: Vec<Taken>,
    /// What was not read, where there may be more.
    pub unread: Option<Gap>,
    /// Whether the resources that there are were listed, even if nobody says that they are all.
    pub listed: bool,
}

/// A resource that a selection takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// It.
    pub resource: Arn,
    /// What was taken for granted, in words.
    pub assumptions: Vec<String>,
    /// What leaves open whether it is.
    pub open: Option<Gap>,
}

impl Selection {
    /// What it takes of an account and a Region. A resource that it names by its ARN need not have been found there.
    #[must_use]
    pub fn select(&self, account: AccountId, region: &Region, facts: &Facts<'_>) -> Selected {
        let mut candidates: BTreeSet<Arn> = self
            .literal()
            .filter(|arn| is_of(arn, account, region))
            .collect();
        let mut unread = None;
        let mut listed = true;
        if !self.is_literal() {
            let found = facts.resources_in(account, region);
            candidates.extend(found.into_iter().cloned());
            if let Fact::Unknown(gap) = facts.resources_are_all(account, region) {
                let may_take = |of: &ResourceType| self.may_take_of(of, account, region, facts);
                let refused = facts.list_refused(account, region, may_take);
                listed = refused.is_none() && facts.resources_were_listed(account, region);
                unread = Some(refused.unwrap_or(*gap));
            }
        }
        let taken = candidates.into_iter().filter_map(|resource| {
            let holds = self.takes(&resource, account, region, facts);
            self.taken(resource, holds)
        });
        Selected {
            taken: taken.collect(),
            unread,
            listed,
        }
    }

    /// A resource that it takes so.
    pub(super) fn taken(&self, resource: Arn, holds: Holds) -> Option<Taken> {
        let (assumed, open) = match holds {
            Holds::No => return None,
            Holds::Yes => (None, None),
            Holds::Assumed(why) => (Some(format!("selection `{}`: {why}", self.name)), None),
            Holds::Open(what) => (None, Some(Gap::not_told(what, resource.as_str()))),
        };
        Some(Taken {
            open: open.map(|gap| gap.where_is(&resource)),
            resource,
            assumptions: assumed.into_iter().collect(),
        })
    }

    /// How many resources it would take if `Resources` or `ListOfTags` sufficed by itself, as people have seen it do: none
    /// where it does not have both.
    #[must_use]
    pub fn either(&self, account: AccountId, region: &Region, facts: &Facts<'_>) -> usize {
        if self.resources.is_empty() || self.list_of_tags.is_empty() {
            return 0;
        }
        let by_resource = Self {
            list_of_tags: Vec::new(),
            ..self.clone()
        };
        let by_tag = Self {
            resources: Vec::new(),
            ..self.clone()
        };
        let taken: BTreeSet<Arn> = [by_resource, by_tag]
            .iter()
            .flat_map(|selection| selection.select(account, region, facts).taken)
            .map(|taken| taken.resource)
            .collect();
        taken.len()
    }

    /// Whether it takes a resource of an account and a Region.
    #[must_use]
    pub fn takes(
        &self,
        resource: &Arn,
        account: AccountId,
        region: &Region,
        facts: &Facts<'_>,
    ) -> Holds {
        let tags = facts.resource_tags(resource);
        self.takes_with((resource, &tags), account, region, facts)
    }

    /// The same of one with these tags.
    #[must_use]
    pub fn takes_with(
        &self,
        (resource, tags): (&Arn, &Fact<Option<&Tags>>),
        account: AccountId,
        region: &Region,
        facts: &Facts<'_>,
    ) -> Holds {
        let named = match facts.arn_begins(resource) {
            Some(begins) => self.names_begun(begins),
            None => self.names(resource).map(|named| (named, false)),
        };
        let Some((named, is_taken_for)) = named else {
            return Holds::No;
        };
        let is_named = match is_taken_for {
            true => Holds::Assumed(
                "its name is given when the change is applied, and is assumed to be one that the selection asks for".to_owned(),
            ),
            false => Holds::Yes,
        };
        let of = type_of(resource, facts);
        let protected = if needs_opt_in(named, of.as_ref(), resource) {
            match self.settings(account, facts) {
                Some(account) => opted_in(of.as_ref(), account, region, facts),
                None => Holds::Assumed(
                    "which account manages the organization was not read, whose settings count for this plan, and its type is assumed to be switched on there".to_owned(),
                ),
            }
        } else {
            Holds::Yes
        };
        is_named.and(protected).and(self.asks_for(tags))
    }
}

impl Selection {
    /// Whether it may take a resource of a type that nobody listed: by a pattern that may be of its ARN, where the type is switched
    /// on, or need not be.
    fn may_take_of(
        &self,
        of: &ResourceType,
        account: AccountId,
        region: &Region,
        facts: &Facts<'_>,
    ) -> bool {
        let is_on = || {
            let settings = self.settings(account, facts);
            settings.is_none_or(|account| {
                facts.opted_in(account, region, of) != Fact::Known(Some(false))
            })
        };
        let is_of = |pattern: &str| {
            let service = pattern.split(':').nth(2);
            let service = service.filter(|name| !has_wildcard(name));
            service.is_none_or(|name| arn_service(of).is_none_or(|own| own == name))
        };
        let by = |pattern: &String| {
            let named = Arn::parse(pattern).ok();
            let named = named.as_ref().and_then(ResourceType::of_resource);
            match named {
                Some(named) if named != *of => false,
                Some(_) | None => is_of(pattern) && (names_a_type(pattern) || is_on()),
            }
        };
        let mut patterns = self.resources.iter().filter(|text| has_wildcard(text));
        match self.resources.is_empty() {
            true => is_on(),
            false => patterns.any(by),
        }
    }

    /// The account whose settings say which types are switched on; `None`: not known. For a plan of a backup policy they are
    /// those of the management account.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html>.
    fn settings(&self, account: AccountId, facts: &Facts<'_>) -> Option<AccountId> {
        if self.is_of_policy {
            facts.management_account(account)
        } else {
            Some(account)
        }
    }
}

/// The type of a resource, as far as it was read or its ARN tells.
fn type_of(resource: &Arn, facts: &Facts<'_>) -> Option<ResourceType> {
    match facts.resource_type(resource) {
        Fact::Known(Some(of)) => Some(of.clone()),
        Fact::Known(None) | Fact::Unknown(_) => ResourceType::of_resource(resource),
    }
}

/// The type of a resource that a selection does not take, as it is switched off in the Region.
pub(super) fn switched_off(
    selection: &Selection,
    resource: &Arn,
    (account, region): (AccountId, &Region),
    facts: &Facts<'_>,
) -> Option<ResourceType> {
    let of = type_of(resource, facts)?;
    let named = selection.names(resource).unwrap_or(Named::AmongOthers);
    let account = selection.settings(account, facts)?;
    let off = needs_opt_in(named, Some(&of), resource)
        && facts.opted_in(account, region, &of) == Fact::Known(Some(false));
    off.then_some(of)
}

/// The call that says whether a selection of a plan there takes a resource; `None` where everything was read.
#[must_use]
pub fn settling(
    resource: &Arn,
    account: AccountId,
    region: &Region,
    facts: &Facts<'_>,
) -> Option<Gap> {
    if let Fact::Unknown(gap) = facts.resource_tags(resource) {
        return Some(*gap);
    }
    let Some(of) = type_of(resource, facts) else {
        return Some(facts.resource_call(resource));
    };
    match facts.opted_in(account, region, &of) {
        Fact::Unknown(gap) => Some(*gap),
        Fact::Known(_) => None,
    }
}

/// A plan takes what lies in its own account and Region, as far as an ARN says where that is.
fn is_of(arn: &Arn, account: AccountId, region: &Region) -> bool {
    arn.account().is_none_or(|of| of == account) && arn.region().is_none_or(|of| of == *region)
}

/// Whether the setting that switches a type on counts. A resource that is named, or whose type is, is backed up whatever
/// the setting says; Aurora, Neptune and DocumentDB must be switched on all the same.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>.
fn needs_opt_in(named: Named, of: Option<&ResourceType>, resource: &Arn) -> bool {
    let always = match of {
        Some(of) => of.must_be_switched_on(),
        // The clusters of `rds` share the form of their ARNs: one whose type was not read may be any of these.
        None => resource.service() == "rds" && resource.resource().starts_with("cluster:"),
    };
    // The file systems of FSx share theirs.
    let shared = resource.service() == "rds" && resource.resource().starts_with("cluster:")
        || of == Some(&ResourceType::Fsx);
    match named {
        Named::Literally => always,
        Named::ByType => always || shared,
        Named::AmongOthers => true,
    }
}

/// Whether a type is switched on in the Region; taken to be where nobody read it.
fn opted_in(
    of: Option<&ResourceType>,
    account: AccountId,
    region: &Region,
    facts: &Facts<'_>,
) -> Holds {
    let Some(of) = of else {
        return Holds::Assumed(
            "its type was not read, and is assumed to be one that AWS Backup protects there"
                .to_owned(),
        );
    };
    match facts.opted_in(account, region, of) {
        Fact::Known(Some(true)) => Holds::Yes,
        Fact::Known(Some(false)) => Holds::No,
        Fact::Known(None) | Fact::Unknown(_) => Holds::Assumed(format!(
            "whether AWS Backup is switched on for {of} there was not read, and it is assumed to be"
        )),
    }
}
