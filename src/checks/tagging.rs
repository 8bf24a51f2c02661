//! Whether the tags of what is copied may go along: the same for all backups of a kind in a vault that one role copies.

use std::sync::Arc;

use super::described::{tags, tags_of_rule};
use crate::authorization::{
    ByKey, RoleRequest, Rulings, control_rulings, list, role_rulings, service_tag_requests,
    tag_request,
};
use crate::catalog::Kind;
use crate::catalog::requests::TAG_RESOURCE;
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

/// A warning where there are tags to copy, and the role may not. AWS announced that such jobs fail, and no page says so for certain.
pub fn may_not_tag(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let own = tags(copy, facts).known().flatten();
    let own = own.into_iter().flat_map(Tags::names);
    let of_rule = tags_of_rule(copy, facts).known().unwrap_or_default();
    if !own
        .chain(of_rule.into_keys())
        .any(|name| !name.starts_with("aws:"))
    {
        return None;
    }
    let endpoints = copy.endpoints();
    // What is in an air-gapped vault lies in an account of AWS's.
    let is_foreign = endpoints.source_type == Fact::Known(Some(VaultType::AirGapped));
    let mut kind = None;
    if let (KindOf::Known(of), false) = (&copy.route().kind, is_foreign) {
        kind = Some(*of);
    }
    facts.answer(&Tagging {
        role: endpoints.role.as_ref().known()?.clone(),
        vault: endpoints.source_vault.as_ref().known()?.clone(),
        kind,
    })
}

impl Question for Tagging {
    type Answer = Option<Outcome>;

    fn answer(&self, facts: &Facts<'_>) -> Option<Outcome> {
        let Self { role, vault, kind } = self;
        // What the organization denies the role lacks as well, and each says by what.
        let stopped = |requests: &[Arc<RoleRequest>]| {
            let own = role_rulings(facts, role, requests, ByKey::Ignored);
            let organization = control_rulings(facts, role, requests);
            let rulings: Vec<Rulings> = own
                .known()
                .flatten()
                .into_iter()
                .chain([organization])
                .filter(Rulings::is_stopped)
                .collect();
            (!rulings.is_empty()).then_some(rulings)
        };
        let of_backup = stopped(&[tag_request(vault)?]);
        let of_service = kind.and_then(|kind| stopped(&service_tag_requests(vault, kind)));
        let name = role.name();
        let announced = of_backup.as_ref().map(|_| {
            format!(
                "the role `{name}` may not do {TAG_RESOURCE}, and there are tags to copy: AWS announced that such copies fail since 2025-09-30"
            )
        });
        let told = of_service.as_ref().map(|rulings| {
            format!(
                "the role `{name}` may not do {}, and there are tags to copy: AWS names a role that cannot read or set them among the reasons for which jobs fail",
                list(&all_stopped(rulings))
            )
        });
        // Of the service's own a page says it.
        let basis = announced
            .as_ref()
            .map_or(Basis::Documented, |_| Basis::Observed);
        let says: Vec<String> = [announced, told].into_iter().flatten().collect();
        let seen = [of_backup, of_service].into_iter().flatten();
        let seen = seen.flatten().flat_map(|rulings| rulings.stopped_by());
        let seen: Vec<_> = seen.collect();
        let warn = (!says.is_empty()).then(|| Outcome::warn(says.join("; ")))?;
        Some(warn.on(basis).saw(seen))
    }
}

/// What any of them stops, each action once.
fn all_stopped(rulings: &[Rulings]) -> Vec<&'static str> {
    let mut actions: Vec<_> = rulings.iter().flat_map(Rulings::stopped).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}
