//! What the accounts of an organization have in common: its root, where its units hang, and the control policies on them. Of two accounts
//! that say it differently, neither counts.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html> and
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>.

use std::hash::Hash;
use std::sync::Arc;

use crate::inventory::field::Field;
use crate::inventory::frame::{Account, Inventory};
use crate::inventory::list::items;
use crate::inventory::objects::ControlPolicy;
use crate::inventory::policy::Policy;
use crate::known::{AccountId, ByHand, Gap};
use crate::policy::{Effect, Statement};

use super::Facts;
use super::memory::FastMap;

/// Where an account says what others of its organization say otherwise.
pub struct Dispute {
    one: String,
    other: String,
}

/// What the accounts of one inventory say otherwise than others of their organization.
#[derive(Default)]
pub struct OrganizationTree {
    paths: FastMap<AccountId, Dispute>,
    policies: FastMap<(ControlList, AccountId), Dispute>,
}

/// The policies of AWS's that stop nothing.
const STOPS_NOTHING: &[&str] = &["p-FullAWSAccess", "p-RCPFullAWSAccess"];

/// A list of control policies of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ControlList {
    /// `service_control_policies`.
    Service,
    /// `resource_control_policies`.
    Resource,
}

impl ControlList {
    const ALL: [Self; 2] = [Self::Service, Self::Resource];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service_control_policies",
            Self::Resource => "resource_control_policies",
        }
    }

    const fn of(self, account: &Account) -> &Field<Vec<Vec<ControlPolicy>>> {
        match self {
            Self::Service => &account.service_control_policies,
            Self::Resource => &account.resource_control_policies,
        }
    }
}

impl Facts<'_> {
    /// The gap that an account's place leaves which the path of another contradicts: an organization has one root, and a unit hangs in
    /// one place.
    pub(super) fn path_disputed(&self, account: AccountId) -> Option<Gap> {
        let mut trees = self.stack.iter().map(|layer| layer.organization_tree());
        let dispute = trees.find_map(|tree| tree.paths.get(&account))?;
        Some(dispute.gap(account))
    }

    /// The gap that an account's control policies leave which are others on a root, or on a unit, than another account of it has.
    #[must_use]
    pub fn control_policies_disputed(&self, account: AccountId, list: ControlList) -> Option<Gap> {
        // No change that a remedy makes attaches or detaches a policy.
        let mut trees = self.stack.iter().map(|layer| layer.organization_tree());
        let dispute = trees.find_map(|tree| tree.policies.get(&(list, account)))?;
        Some(dispute.gap(account))
    }
}

impl Dispute {
    fn gap(&self, account: AccountId) -> Gap {
        let says = format!("say which is right: {}, or {}", self.one, self.other);
        let gap = Gap::by_hand(ByHand::Contradiction, says, account.to_string());
        gap.within(Some(account), None)
    }
}

/// A place in an organization's tree: its id.
type UnitId<'a> = &'a str;

/// What is said of places, each thing once, with the first account that says it.
type FirstSaid<K, V> = FastMap<K, Vec<(V, AccountId)>>;

/// An account with its organization's id and the places from its root to its own unit.
struct Member<'a> {
    account: &'a Account,
    organization: UnitId<'a>,
    path: Vec<UnitId<'a>>,
    is_management: bool,
}

impl<'a> Member<'a> {
    fn of(account: &'a Account) -> Option<Self> {
        let organization = account.organization.value()?;
        let path = organization.path.value().map_or("", |path| path);
        let master = organization.master_account_id.value();
        let id = account.account.to_string();
        Some(Self {
            account,
            organization: organization.id.value()?,
            path: path
                .split('/')
                .skip(1)
                .filter(|id| !id.is_empty())
                .collect(),
            is_management: master.is_some_and(|master| **master == *id),
        })
    }

    /// Each place of its path, with what is above it, and the organization with its root.
    fn above(&self) -> impl Iterator<Item = (UnitId<'a>, UnitId<'a>)> {
        let root = self.path.first().map(|root| (self.organization, *root));
        let pairs = self.path.windows(2);
        let units = pairs.filter_map(|pair| Some((*pair.get(1)?, *pair.first()?)));
        root.into_iter().chain(units)
    }

    /// The places that it shares with others: the root, by the organization's id, and its units.
    fn shared(&self) -> impl Iterator<Item = UnitId<'a>> {
        let root = std::iter::once(self.organization);
        root.chain(self.path.iter().skip(1).copied())
    }

    /// The levels of a list of policies. Nothing binds the management account.
    fn levels(&self, list: ControlList) -> Option<&'a Vec<Vec<ControlPolicy>>> {
        let levels = list.of(self.account).value();
        levels.filter(|_| !self.is_management)
    }

    /// The policies of a list on each place that it shares, with their level, where there are as many levels as its path has.
    fn attached(
        &self,
        list: ControlList,
    ) -> impl Iterator<Item = (usize, (ControlList, UnitId<'a>), Attached<'a>)> {
        let levels = self.levels(list).map_or(&[][..], |levels| levels);
        let is_whole = levels.len() == self.path.len().saturating_add(1);
        let known = if is_whole { self.path.len() } else { 0 };
        let each = self.shared().take(known).zip(levels).enumerate();
        each.filter_map(move |(at, (place, level))| Some((at, (list, place), Attached::of(level)?)))
    }
}

impl OrganizationTree {
    pub fn of(inventory: &Inventory) -> Self {
        let members = items(&inventory.accounts).iter().filter_map(Member::of);
        let members: Vec<Member<'_>> = members.collect();
        let (mut above, mut attached) = (FirstSaid::default(), FirstSaid::default());
        for member in &members {
            let id = member.account.account;
            for (place, of) in member.above() {
                say(&mut above, place, of, id);
            }
            let lists = ControlList::ALL.into_iter();
            for (_, place, there) in lists.flat_map(|list| member.attached(list)) {
                say(&mut attached, place, there, id);
            }
        }
        let mut tree = Self::default();
        for member in &members {
            let id = member.account.account;
            let differs = member.above().find_map(|(place, of)| {
                let mut others = above.get(&place)?.iter();
                let (elsewhere, other) = others.find(|(other, _)| *other != of)?;
                let (what, is) = if place == member.organization {
                    ("the root".to_owned(), "is")
                } else {
                    (place.to_owned(), "is under")
                };
                Some(Dispute {
                    one: format!("the `Path` of {id}, by which {what} {is} {of}"),
                    other: format!("that of {other}, by which it {is} {elsewhere}"),
                })
            });
            tree.paths.extend(differs.map(|dispute| (id, dispute)));
            for list in ControlList::ALL {
                let differs = member.disputed(list, &attached);
                let differs = differs.map(|dispute| ((list, id), dispute));
                tree.policies.extend(differs);
            }
        }
        tree
    }
}

impl Member<'_> {
    /// Where another account has other policies on a place of this one's.
    fn disputed(
        &self,
        list: ControlList,
        attached: &FirstSaid<(ControlList, UnitId<'_>), Attached<'_>>,
    ) -> Option<Dispute> {
        let id = self.account.account;
        let name = list.as_str();
        let called = |level: usize| {
            let unit = self.path.get(level);
            unit.map_or_else(|| "the root".to_owned(), ToString::to_string)
        };
        if self.levels(list)?.is_empty() {
            // That none are in force is said of them all.
            let stops = |(there, _): &&(Attached<'_>, AccountId)| {
                there.ids().any(|id| !STOPS_NOTHING.contains(&id))
            };
            let mut places = self.shared().enumerate();
            return places.find_map(|(level, place)| {
                let (_, other) = attached.get(&(list, place))?.iter().find(stops)?;
                Some(Dispute {
                    one: format!("`{name}` of {id}, which is empty"),
                    other: format!("that of {other}, by which {} has some", called(level)),
                })
            });
        }
        self.attached(list).find_map(|(level, place, own)| {
            let mut others = attached.get(&place)?.iter();
            let (_, other) = others.find(|(other, _)| own.may_stop_less(other))?;
            Some(Dispute {
                one: format!("`{name}/{level}` of {id}"),
                other: format!(
                    "that of {other}, which has other policies on {}",
                    called(level)
                ),
            })
        })
    }
}

/// The policies on a place, by their ids, each with whether it may allow anything.
#[derive(PartialEq, Eq)]
struct Attached<'a>(Vec<(&'a str, bool)>);

impl<'a> Attached<'a> {
    /// `None`: of one of them nobody says which it is.
    fn of(level: &'a [ControlPolicy]) -> Option<Self> {
        let policies = level.iter().map(|policy| {
            let document = policy.document.value().map(Policy::document);
            let statements = document.map(|document| document.statements());
            let allows =
                |all: &[Arc<Statement>]| all.iter().any(|one| one.effect() == Effect::Allow);
            Some((&**policy.id.value()?, statements.is_none_or(allows)))
        });
        let mut policies = policies.collect::<Option<Vec<_>>>()?;
        policies.sort_unstable();
        policies.dedup();
        Some(Self(policies))
    }

    fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Whether these may let through what others would stop: they lack a policy, or have one more that may allow.
    fn may_stop_less(&self, other: &Self) -> bool {
        let lacks = other.ids().any(|id| !self.ids().any(|own| own == id));
        let mut own = self.0.iter();
        lacks || own.any(|(id, allows)| *allows && !other.ids().any(|there| there == *id))
    }
}

fn say<K: Hash + Eq, V: PartialEq>(said: &mut FirstSaid<K, V>, place: K, what: V, by: AccountId) {
    let said = said.entry(place).or_default();
    if !said.iter().any(|(known, _)| *known == what) {
        said.push((what, by));
    }
}
