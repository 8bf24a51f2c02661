#![doc = include_str!("copy_role_lacks_permission.md")]

use std::sync::Arc;

use super::described::tags;
use super::role_policies::{contradicted, of_own_policies};
use super::words::status_message;
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ByKey, Party, RoleRequest, Ruling, denied_by_its_own, role_requests, role_rulings, tag_request,
    to_allow,
};
use crate::catalog::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY};
use crate::catalog::messages::MessageId;
use crate::catalog::requests::{COPY_INTO, TAG_RESOURCE};
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Transfer};
use crate::known::Arn;
use crate::verdict::{Basis, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "copy-role-lacks-permission",
    title: "the copy role's own policies lack what the copy takes",
    doc: include_str!("copy_role_lacks_permission.md"),
    cites: &[
        cite::CROSS_ACCOUNT,
        cite::ROLE_POLICY,
        cite::S3,
        cite::KC_ACCESS_DENIED,
        cite::EBS_COPY_PERMISSIONS,
        cite::EC2_COPY_PERMISSIONS,
        cite::RDS_ACTIONS,
        cite::FIELD_TAG_RESOURCE,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: run,
        copy: may_not_tag,
    },
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let role = known!(copy.endpoints().role.as_ref());
    let asked = role_requests(copy, facts);
    let requests = &asked.requests;
    let Some(rulings) = known!(role_rulings(facts, role, requests, ByKey::Counts)) else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let needs = || {
        attached(copy, facts, role, requests).map_or_else(
            || {
                to_allow(
                    role,
                    requests,
                    &rulings,
                    &copy.endpoints().destination_vault,
                )
            },
            |attach| vec![attach],
        )
    };
    let found = of_own_policies(
        role,
        "do all that the copy takes",
        &rulings,
        asked.gaps,
        needs,
    );
    match found.status {
        Status::Fail if rulings.stop(COPY_INTO) => found.foretells(status_message(MessageId::E3)),
        Status::Pass => match denied_by_its_own(facts, role, requests) {
            Some(denied) => contradicted(role, "its", denied),
            None => found,
        },
        Status::Fail | Status::Warn | Status::Undecided | Status::NotApplicable => found,
    }
}

/// A role that may not tag, where there are tags to copy. AWS announced that such jobs fail, and no page says so: it warns.
fn may_not_tag(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    if found.status != Status::Pass {
        return None;
    }
    let role = copy.endpoints().role.as_ref().known()?;
    let tags = tags(copy, facts).known().flatten()?;
    if !tags.names().any(|name| !name.starts_with("aws:")) {
        return None;
    }
    let request = [tag_request(&copy.transfer, facts)?];
    let rulings = role_rulings(facts, role, &request, ByKey::Ignored);
    let rulings = rulings.known().flatten()?;
    if !rulings.is_stopped() {
        return None;
    }
    Some(
        Outcome::warn(format!(
            "the role `{}` may not do {TAG_RESOURCE}, and there are tags to copy: AWS announced that such copies fail since 2025-09-30",
            role.name()
        ))
        .on(Basis::Observed)
        .saw(rulings.stopped_by()),
    )
}

/// The policies that AWS keeps for roles that copy such backups, where no policy of the role's own allows anything of what is
/// asked: what a key's policy gives it does not count. `None`, too, where it is not known what is copied, or the program does
/// not know their text.
fn attached(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Option<Need> {
    let rulings = role_rulings(facts, role, requests, ByKey::Ignored);
    let is_of_role = |ruling: &Ruling| {
        matches!(
            ruling,
            Ruling::Missing {
                party: Party::Principal,
                ..
            }
        )
    };
    let rulings = rulings.known().flatten()?;
    let mut names = vec![DEFAULT_ROLE_POLICY];
    match copy.route.kind {
        KindOf::Known(Kind::S3) => names.push(S3_BACKUP_POLICY),
        KindOf::Known(_) => {}
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => return None,
    }
    let policies = names.iter().map(|name| Arn::parse(name).ok());
    let policies: Vec<Arn> = policies.collect::<Option<_>>()?;
    let has_nothing = rulings.is_stopped() && rulings.each().all(|(_, it)| is_of_role(it));
    let is_there = policies.iter().all(|it| it.partition() == role.partition());
    (has_nothing && is_there).then(|| Need::Attach {
        role: role.clone(),
        policies,
    })
}
