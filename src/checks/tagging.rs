//! Whether the tags of what is copied may go along, and AWS Backup's own be set: the same for all backups of a kind in a vault that one
//! role copies.

use std::sync::Arc;

use super::described::{tags, tags_of_rule};
use crate::authorization::{
    ByKey, RoleRequest, Ruling, Rulings, control_rulings, list, role_rulings, service_tag_requests,
    tag_request,
};
use crate::catalog::Kind;
use crate::catalog::condition_keys::may_set_tags;
use crate::catalog::requests::{SOURCE_RESOURCE, TAG_RESOURCE};
use crate::inventory::{Copy, Facts, KindOf, Question, Tags, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Outcome};

/// Who tags what.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Tagging {
    role: Arn,
    vault: Arn,
    /// The kind of backup, where its own service is asked.
    kind: Option<Kind>,
}

/// What stands against it.
#[derive(Clone)]
struct Against {
    /// Against tags by AWS Backup.
    of_backup: Vec<Rulings>,
    /// Against tags by the service whose backups they are.
    of_service: Vec<Rulings>,
    /// What of that is the role's own.
    of_role: Vec<Rulings>,
}

/// A warning where the role may not read or set tags, and there are some to copy, or it makes what AWS Backup puts a tag of its own on.
/// AWS announced that copies of tags fail without, and no page says so for certain.
pub fn may_not_tag(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
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
    };
    let against = facts.answer(&tagging)?;
    against.warns(
        &tagging.role,
        &to_copy(copy, facts),
        is_made_by_its_role(copy),
    )
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
        let stopped = |rulings: Vec<Rulings>| -> Vec<Rulings> {
            rulings.into_iter().filter(Rulings::is_stopped).collect()
        };
        let own = |requests: &[Arc<RoleRequest>]| {
            let own = role_rulings(facts, &self.role, requests, ByKey::Ignored);
            stopped(own.known().flatten().into_iter().collect())
        };
        // What the organization denies the role lacks as well, and each says by what.
        let all = |own: Vec<Rulings>, requests: &[Arc<RoleRequest>]| {
            let organization = control_rulings(facts, &self.role, requests);
            [own, stopped(vec![organization])].concat()
        };
        let requests = |kind| service_tag_requests(&self.vault, kind);
        let (of_backup, of_service) = (
            [tag_request(&self.vault)?],
            self.kind.map_or_else(Vec::new, requests),
        );
        let of_role = own(&of_service);
        let against = Against {
            of_backup: all(own(&of_backup), &of_backup),
            of_service: all(of_role.clone(), &of_service),
            of_role,
        };
        let is_any = !against.of_backup.is_empty() || !against.of_service.is_empty();
        is_any.then_some(against)
    }
}

impl Against {
    /// What it comes to, by whether there are tags to copy and whether the role makes what is tagged.
    fn warns(self, role: &Arn, to_copy: &Fact<bool>, makes: bool) -> Option<Outcome> {
        let name = role.name();
        let there = match to_copy {
            Fact::Known(true) => "there are tags to copy",
            Fact::Unknown(_) => "whether there are tags to copy was not read",
            Fact::Known(false) => return self.warns_of_own_tag(role).filter(|_| makes),
        };
        let (of_backup, of_service) = (&self.of_backup, &self.of_service);
        let announced = (!of_backup.is_empty()).then(|| {
            format!(
                "the role `{name}` may not do {TAG_RESOURCE}, and {there}: AWS announced that such copies fail since 2025-09-30"
            )
        });
        let told = (!of_service.is_empty()).then(|| {
            format!(
                "the role `{name}` may not do {}, and {there}: AWS names a role that cannot read or set them among the reasons for which jobs fail",
                list(&all_stopped(of_service))
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
        Some(warn.on(basis).saw(seen))
    }

    /// Where there are none: AWS Backup's own is set all the same. What denies that is told where it is asked for, and what the
    /// organization does not allow is its own.
    fn warns_of_own_tag(self, role: &Arn) -> Option<Outcome> {
        let that_set = |rulings: &Rulings| {
            let each = rulings.each().filter(|(action, ruling)| {
                may_set_tags(action) && matches!(ruling, Ruling::Missing { .. })
            });
            Rulings::new(each.map(|(action, ruling)| (action, ruling.clone())))
        };
        let that_set: Vec<Rulings> = self.of_role.iter().map(that_set).collect();
        let actions = all_stopped(&that_set);
        let warn = (!actions.is_empty()).then(|| {
            Outcome::warn(format!(
                "the role `{}` may not do {}, and AWS Backup puts a tag of its own on what it makes, `{SOURCE_RESOURCE}`: no page says whether the role sets that",
                role.name(),
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
