//! What is asked for: the gaps that stand between a copy and its verdict.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::inventory::Copy;
use crate::known::{AccountId, Arn, Fact, Gap, Region};

/// Gaps, and the copy that they leave open.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The facts that are wanted.
    pub gaps: Vec<Gap>,
    /// The account that the copy comes from.
    pub from: Option<AccountId>,
    /// The Region that it comes from.
    pub region: Option<Region>,
    /// The vault that it comes from.
    pub source_vault: Option<Arn>,
    /// The vault that it goes to; `None`: no copy wants these.
    pub destination_vault: Option<Arn>,
    /// The role that it runs as.
    pub role: Option<Arn>,
    /// What was backed up.
    pub resource: Option<Arn>,
    /// The backup.
    pub recovery_point: Option<Arn>,
    /// The actions that are asked of the role, each with what it is done to.
    pub of_role: BTreeSet<(&'static str, SmolStr)>,
}

impl Asked {
    /// What a copy wants.
    #[must_use]
    pub fn by(copy: &Copy, gaps: Vec<Gap>) -> Self {
        let known = |arn: &Fact<Arn>| arn.as_ref().known().cloned();
        let source_vault = known(&copy.endpoints().source_vault);
        let resource = copy.resource.as_ref().known().cloned().flatten();
        let recovery_point = copy.transfer.recovery_point.clone();
        // A backup lies in the account and the Region of what was backed up, until it is copied.
        let origin = source_vault.iter().chain(&recovery_point).chain(&resource);
        let (from, region) = (
            origin.clone().find_map(Arn::account),
            origin.clone().find_map(Arn::region),
        );
        Self {
            gaps,
            from,
            region,
            source_vault,
            destination_vault: Some(copy.endpoints().destination_vault.clone()),
            role: known(&copy.endpoints().role),
            resource,
            recovery_point,
            of_role: BTreeSet::new(),
        }
    }

    /// Whether policies of the organization are wanted.
    #[must_use]
    pub fn lacks_control_policies(&self) -> bool {
        self.control_policies().next().is_some()
    }

    /// The gaps of the policies of the organization.
    pub(super) fn control_policies(&self) -> impl Iterator<Item = &Gap> {
        let gaps = self.gaps.iter();
        gaps.filter(|gap| gap.operation().starts_with("organizations:"))
    }

    /// What is wanted in a place, of no copy.
    #[must_use]
    pub fn in_place(from: Option<AccountId>, region: Option<Region>, gaps: Vec<Gap>) -> Self {
        Self {
            gaps,
            from,
            region,
            ..Self::default()
        }
    }

    /// Both accounts of the copy: what is asked of one of them is asked of both.
    pub(super) fn ends(&self) -> impl Iterator<Item = AccountId> {
        let to = self.destination_vault.as_ref().and_then(Arn::account);
        self.from.into_iter().chain(to)
    }

    /// The database of a snapshot that leaves its Region, in the account that it is of.
    pub(super) fn database_left(&self) -> Option<&Arn> {
        let snapshot = self.recovery_point.as_ref()?;
        let to = self.destination_vault.as_ref()?.region();
        let leaves = snapshot.service() == "rds" && self.region != to;
        let database = self.resource.as_ref().filter(|_| leaves);
        database.filter(|arn| arn.account() == self.from)
    }
}
