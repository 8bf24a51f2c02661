//! Whether the tags of what is copied may go along, and AWS Backup's own be set: the same for all backups of a kind in a vault that one
//! role copies. The role's own policies and the organization's are asked each by a check of its own.

use std::sync::Arc;

use super::described::{tags, tags_of_rule};
use crate::authorization::{
    ByKey, Party, RoleRequest, Ruling, Rulings, control_rulings, list, role_rulings,
    service_tag_requests, tag_request, to_allow, to_lift,
};
use crate::catalog::Kind;
use crate::catalog::condition_keys::may_set_tags;
use crate::catalog::requests::{SOURCE_RESOURCE, TAG_RESOURCE};
use crate::inventory::{Copy, Facts, KindOf, Question, Tags, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Need, Outcome, Share};

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
    /// What would let it: of the role's own policies what they must allow, where they are only silent; of the organization's what
    /// they must no longer deny.
    needs: Vec<Need>,
}

/// What is warned of.
struct Warning {
    outcome: Outcome,
    /// What would help against it.
    helps: Vec<Need>,
    /// Whether that is needed for certain: there are tags.
    is_needed: bool,
}

/// Who may not do it, in a sentence.
#[derive(Clone, Copy)]
enum Named<'a> {
    /// By name.
    As(&'a str),
    /// As the one of whom something was said before.
    Before,
}

/// A warning where these policies do not let the role read or set tags, and there are some to copy, or it makes what AWS Backup puts a tag of its own on.
/// AWS announced that copies of tags fail without, and no page says so for certain.
pub fn may_not_tag(copy: &Copy, by: PoliciesOf, facts: &Facts<'_>) -> Option<Outcome> {
    let Warning {
        outcome,
        helps,
        is_needed,
    } = warning(copy, by, facts, false)?;
    Some(match allowed_by(&helps).filter(|_| is_needed) {
        Some(allows) => outcome.by_hand(&format!("let its policies allow {allows}")),
        None => outcome,
    })
}

/// What a check fails by, and what it would warn of next: of that nothing is left to be found once the failure is fixed. `None` where
/// there is nothing more.
pub fn fails_and_may_not_tag(
    found: &Outcome,
    copy: &Copy,
    by: PoliciesOf,
    facts: &Facts<'_>,
) -> Option<Outcome> {
    // The managed policies let it tag, too.
    let is_attached = |need: &Need| matches!(need, Need::Attach { .. });
    if found.needed().iter().any(is_attached) {
        return None;
    }
    let Warning {
        outcome,
        helps,
        is_needed,
    } = warning(copy, by, facts, true)?;
    let is_asked_already = !is_needed
        && shares(&helps).all(|more| {
            let is_needed = |action| shares(found.needed()).any(|it| it.actions.contains(action));
            more.actions.iter().all(is_needed)
        });
    if is_asked_already && !helps.is_empty() {
        return None;
    }
    let is_helped = !helps.is_empty();
    let helps = helps.into_iter();
    let helps: Vec<Need> = helps
        .filter_map(|need| less(need, found.needed()))
        .collect();
    if is_helped && helps.is_empty() {
        return None;
    }
    let next = Outcome::fail(outcome.message).on(found.basis);
    let next = next.needs(helps.into_iter().filter(|_| is_needed));
    Some(found.clone().and(next.saw(outcome.evidence)))
}

fn shares(needs: &[Need]) -> impl Iterator<Item = &Share> {
    needs.iter().filter_map(|need| {
        if let Need::Share(share) = need {
            Some(share)
        } else {
            None
        }
    })
}

/// What is needed beside other needs.
fn less(need: Need, others: &[Need]) -> Option<Need> {
    let Need::Share(mut share) = need else {
        return Some(need);
    };
    for other in shares(others) {
        if other.policy == share.policy
            && other.resource == share.resource
            && other.target.is_none()
        {
            share
                .actions
                .retain(|action| !other.actions.contains(action));
        }
    }
    (!share.actions.is_empty()).then_some(Need::Share(share))
}

/// What a role's own policies must allow, on what.
fn allowed_by(needs: &[Need]) -> Option<String> {
    let said = shares(needs).map(|share| {
        let on = share.resource.as_deref().unwrap_or("*");
        format!("{} on `{on}`", list(&share.actions))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", and "))
}

fn warning(copy: &Copy, by: PoliciesOf, facts: &Facts<'_>, was_named: bool) -> Option<Warning> {
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
    let name = match was_named {
        true => Named::Before,
        false => Named::As(tagging.role.name()),
    };
    let to_copy = to_copy(copy, facts);
    against.warns((by, name), &to_copy, is_made_by_its_role(copy))
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
        let needs = ruled(&all).and_then(|rulings| self.needs(&all, &rulings));
        let stopped = |requests: &[Arc<RoleRequest>]| {
            let rulings = ruled(requests).filter(Rulings::is_stopped);
            rulings.into_iter().collect()
        };
        let against = Against {
            of_backup: stopped(&of_backup),
            of_service: stopped(&of_service),
            needs: needs.unwrap_or_default(),
        };
        let is_any = !against.of_backup.is_empty() || !against.of_service.is_empty();
        is_any.then_some(against)
    }
}

impl Tagging {
    /// What would let it; `None` where no such change does.
    fn needs(&self, requests: &[Arc<RoleRequest>], rulings: &Rulings) -> Option<Vec<Need>> {
        match self.by {
            PoliciesOf::Role => self.to_be_allowed(requests, rulings),
            PoliciesOf::Organization if rulings.lacking(Party::Organization).is_some() => None,
            PoliciesOf::Organization => to_lift(&self.role, requests, rulings, &self.vault),
        }
    }

    /// What the role's own policies must allow: nothing more helps against a Deny, or a boundary.
    fn to_be_allowed(&self, requests: &[Arc<RoleRequest>], rulings: &Rulings) -> Option<Vec<Need>> {
        let is_silent = |ruling: &Ruling| {
            matches!(ruling, Ruling::Missing { .. })
                && ruling.is_silent(Party::Principal)
                && !ruling.is_silent(Party::Boundary)
        };
        let mut stopped = rulings.each().filter(|(_, ruling)| ruling.stops());
        if self.role.is_role_of_aws() || !stopped.all(|(_, ruling)| is_silent(ruling)) {
            return None;
        }
        Some(to_allow(&self.role, requests, rulings, &self.vault))
    }
}

impl Against {
    /// What it comes to, by whether there are tags to copy and whether the role makes what is tagged.
    fn warns(
        self,
        (by, name): (PoliciesOf, Named<'_>),
        to_copy: &Fact<bool>,
        makes: bool,
    ) -> Option<Warning> {
        let may_not = |actions: &str| match (by, name) {
            (PoliciesOf::Role, Named::As(name)) => {
                format!("the role `{name}` may not do {actions}")
            }
            (PoliciesOf::Role, Named::Before) => format!("nor may it do {actions}"),
            (PoliciesOf::Organization, Named::As(name)) => {
                format!("the organization's policies keep the role `{name}` from {actions}")
            }
            (PoliciesOf::Organization, Named::Before) => format!("they keep it from {actions}"),
        };
        let there = match to_copy {
            Fact::Known(true) => "there are tags to copy",
            Fact::Unknown(_) => "whether there are tags to copy was not read",
            Fact::Known(false) => {
                let is_asked = makes && by == PoliciesOf::Role;
                return Some(Warning {
                    outcome: is_asked.then(|| self.warns_of_own_tag(may_not))??,
                    helps: self.needs,
                    is_needed: false,
                });
            }
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
        // What there may be no tags for is not needed for certain.
        Some(Warning {
            outcome: warn.on(basis).saw(seen),
            is_needed: matches!(to_copy, Fact::Known(_)),
            helps: self.needs,
        })
    }

    /// Where there are none: AWS Backup's own is set all the same. What denies that is told where it is asked for, and what the
    /// organization does not allow is its own.
    fn warns_of_own_tag(&self, may_not: impl Fn(&str) -> String) -> Option<Outcome> {
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
                "{}, and AWS Backup puts a tag of its own on what it makes, `{SOURCE_RESOURCE}`: no page says whether the role sets that",
                may_not(&list(&actions))
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
