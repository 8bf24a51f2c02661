//! Whether the tags of what is copied may go along, and AWS Backup's own be set: the same for all backups of a kind in a vault that one
//! role copies. The role's own policies and the organization's are asked each by a check of its own.

use std::sync::Arc;

use super::described::{tags, tags_of_rule};
use crate::authorization::{
    ByKey, Party, RoleRequest, Ruling, Rulings, control_rulings, list, role_rulings,
    service_tag_requests, tag_request, to_allow,
};
use crate::catalog::Kind;
use crate::catalog::condition_keys::may_set_tags;
use crate::catalog::requests::{SOURCE_RESOURCE, TAG_RESOURCE};
use crate::inventory::{Copy, Facts, KindOf, Question, Tags, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Need, Outcome};

/// Who tags what.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Tagging {
    role: Arn,
    vault: Arn,
    /// The kind of backup, where its own service is asked.
    kind: Option<Kind>,
    /// Whose policies are asked.
    by: PoliciesOf,
}

/// Whose policies are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoliciesOf {
    /// The role's own.
    Role,
    /// The organization's.
    Organization,
}

/// What stands against it.
#[derive(Clone)]
struct Against {
    /// Against tags by AWS Backup.
    of_backup: Vec<Rulings>,
    /// Against tags by the service whose backups they are.
    of_service: Vec<Rulings>,
    /// What the role's own policies must allow, on what, where they are only silent.
    lacks: Option<String>,
}

/// A warning where these policies do not let the role read or set tags, and there are some to copy, or it makes what AWS Backup puts a tag of its own on.
/// AWS announced that copies of tags fail without, and no page says so for certain.
pub fn may_not_tag(copy: &Copy, by: PoliciesOf, facts: &Facts<'_>) -> Option<Outcome> {
    let endpoints = copy.endpoints();
    // What is in an air-gapped vault lies in an account of AWS's.
    let is_foreign = endpoints.source_type == Fact::Known(Some(VaultType::AirGapped));
    let mut kind = None;
    if let (KindOf::Known(of), false) = (&copy.route().kind, is_foreign) {
        kind = Some(*of);
    }
    let tagging = Tagging {
        role: endpoints.role.as_ref().known()?.clone(),
        vault: endpoints.source_vault.as_ref().known()?.clone(),
        kind,
        by,
    };
    let against = facts.answer(&tagging)?;
    against.warns(&tagging, &to_copy(copy, facts), is_made_by_its_role(copy))
}

/// Whether the copy role makes the backup, and may be the one that sets its tags.
fn is_made_by_its_role(copy: &Copy) -> bool {
    let is_made_first = copy.transfer.recovery_point.is_none() && copy.copy_of.is_none();
    is_made_first && copy.is_backed_up_by_its_role()
}

/// Whether there are tags to copy, of the resource's or the rule's own.
fn to_copy(copy: &Copy, facts: &Facts<'_>) -> Fact<bool> {
    let is_own = |name: &str| !name.starts_with("aws:");
    let own = tags(copy, facts).map(|tags| tags.into_iter().flat_map(Tags::names).any(is_own));
    let of_rule = tags_of_rule(copy, facts).map(|tags| tags.into_keys().any(is_own));
    match (own, of_rule) {
        (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
        (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => Fact::Unknown(gap),
        (Fact::Known(false), Fact::Known(false)) => Fact::Known(false),
    }
}

impl Question for Tagging {
    type Answer = Option<Against>;

    fn answer(&self, facts: &Facts<'_>) -> Option<Against> {
        let ruled = |requests: &[Arc<RoleRequest>]| match self.by {
            PoliciesOf::Role => role_rulings(facts, &self.role, requests, ByKey::Ignored)
                .known()
                .flatten(),
            PoliciesOf::Organization => Some(control_rulings(facts, &self.role, requests)),
        };
        let requests = |kind| service_tag_requests(&self.vault, kind);
        let of_backup = [tag_request(&self.vault)?];
        let of_service = self.kind.map_or_else(Vec::new, requests);
        let all = [&of_backup[..], &of_service].concat();
        let lacks = ruled(&all).and_then(|rulings| self.lacks(&all, &rulings));
        let stopped = |requests: &[Arc<RoleRequest>]| {
            let rulings = ruled(requests).filter(Rulings::is_stopped);
            rulings.into_iter().collect()
        };
        let against = Against {
            of_backup: stopped(&of_backup),
            of_service: stopped(&of_service),
            lacks,
        };
        let is_any = !against.of_backup.is_empty() || !against.of_service.is_empty();
        is_any.then_some(against)
    }
}

impl Tagging {
    /// What the role's own policies must allow: nothing more helps against a Deny, or a boundary.
    fn lacks(&self, requests: &[Arc<RoleRequest>], rulings: &Rulings) -> Option<String> {
        let is_silent = |ruling: &Ruling| {
            matches!(ruling, Ruling::Missing { .. })
                && ruling.is_silent(Party::Principal)
                && !ruling.is_silent(Party::Boundary)
        };
        let mut stopped = rulings.each().filter(|(_, ruling)| ruling.stops());
        let is_of_role = self.by == PoliciesOf::Role && !self.role.is_role_of_aws();
        if !is_of_role || !stopped.all(|(_, ruling)| is_silent(ruling)) {
            return None;
        }
        let needs = to_allow(&self.role, requests, rulings, &self.vault);
        let said = needs.iter().filter_map(|need| {
            let Need::Share(share) = need else {
                return None;
            };
            let on = share.resource.as_deref().unwrap_or("*");
            Some(format!("{} on `{on}`", list(&share.actions)))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| said.join(", and "))
    }
}

impl Against {
    /// What it comes to, by whether there are tags to copy and whether the role makes what is tagged.
    fn warns(self, of: &Tagging, to_copy: &Fact<bool>, makes: bool) -> Option<Outcome> {
        let name = of.role.name();
        let may_not = |actions: &str| match of.by {
            PoliciesOf::Role => format!("the role `{name}` may not do {actions}"),
            PoliciesOf::Organization => {
                format!("the organization's policies keep the role `{name}` from {actions}")
            }
        };
        let there = match to_copy {
            Fact::Known(true) => "there are tags to copy",
            Fact::Unknown(_) => "whether there are tags to copy was not read",
            Fact::Known(false) => return self.warns_of_own_tag(of).filter(|_| makes),
        };
        let (of_backup, of_service) = (&self.of_backup, &self.of_service);
        let announced = (!of_backup.is_empty()).then(|| {
            format!(
                "{}, and {there}: AWS announced that such copies fail since 2025-09-30",
                may_not(TAG_RESOURCE)
            )
        });
        let told = (!of_service.is_empty()).then(|| {
            format!(
                "{}, and {there}: AWS names a role that cannot read or set them among the reasons for which jobs fail",
                may_not(&list(&all_stopped(of_service)))
            )
        });
        // Of the service's own a page says it.
        let basis = announced
            .as_ref()
            .map_or(Basis::Documented, |_| Basis::Observed);
        let says: Vec<String> = [announced, told].into_iter().flatten().collect();
        let seen = of_backup.iter().chain(of_service);
        let seen: Vec<_> = seen.flat_map(Rulings::stopped_by).collect();
        let warn = (!says.is_empty()).then(|| Outcome::warn(says.join("; ")))?;
        let warn = warn.on(basis).saw(seen);
        // What there may be no tags for is not needed for certain.
        let lacks = self.lacks.filter(|_| matches!(to_copy, Fact::Known(_)));
        Some(match lacks {
            Some(lacks) => warn.by_hand(&format!("let its policies allow {lacks}")),
            None => warn,
        })
    }

    /// Where there are none: AWS Backup's own is set all the same. What denies that is told where it is asked for, and what the
    /// organization does not allow is its own.
    fn warns_of_own_tag(&self, of: &Tagging) -> Option<Outcome> {
        if of.by == PoliciesOf::Organization {
            return None;
        }
        let that_set = |rulings: &Rulings| {
            let each = rulings.each().filter(|(action, ruling)| {
                may_set_tags(action) && matches!(ruling, Ruling::Missing { .. })
            });
            Rulings::new(each.map(|(action, ruling)| (action, ruling.clone())))
        };
        let that_set: Vec<Rulings> = self.of_service.iter().map(that_set).collect();
        let actions = all_stopped(&that_set);
        let warn = (!actions.is_empty()).then(|| {
            Outcome::warn(format!(
                "the role `{}` may not do {}, and AWS Backup puts a tag of its own on what it makes, `{SOURCE_RESOURCE}`: no page says whether the role sets that",
                of.role.name(),
                list(&actions)
            ))
        })?;
        let seen: Vec<_> = that_set.iter().flat_map(Rulings::stopped_by).collect();
        Some(warn.on(Basis::Inferred).saw(seen))
    }
}

/// What any of them stops, each action once.
fn all_stopped(rulings: &[Rulings]) -> Vec<&'static str> {
    let mut actions: Vec<_> = rulings.iter().flat_map(Rulings::stopped).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}
