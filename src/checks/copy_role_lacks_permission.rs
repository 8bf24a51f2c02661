#![doc = include_str!("copy_role_lacks_permission.md")]

use std::sync::Arc;

use super::described::tags;
use super::role_policies::{contradicted, of_own_policies};
use super::words::status_message;
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ByKey, Party, RoleRequest, Ruling, Rulings, backup_requests, denied_by_its_own, role_requests,
    role_rulings, tag_request, to_allow,
};
use crate::catalog::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY};
use crate::catalog::messages::MessageId;
use crate::catalog::requests::{COPY_INTO, TAG_RESOURCE};
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Transfer};
use crate::known::{Arn, Gap};
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
        cite::TROUBLESHOOTING,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: run,
        copy: refined,
    },
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let role = known!(copy.endpoints().role.as_ref());
    let asked = role_requests(copy, facts);
    let requests = &asked.requests;
    let Some(rulings) = known!(role_rulings(facts, role, requests, ByKey::Counts)) else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let found = of_policies(copy, facts, role, (requests, COPY), &rulings, asked.gaps);
    match found.status {
        Status::Pass => match denied_by_its_own(facts, role, requests) {
            Some(denied) => contradicted(role, "its", denied),
            None => found,
        },
        Status::Fail | Status::Warn | Status::Undecided | Status::NotApplicable => found,
    }
}

/// What is asked of the role, in words.
const COPY: &str = "do all that the copy takes";
const BACKUP: &str = "do all that the backup which is copied takes";

/// What the role's policies come to, for requests and the rulings on them.
fn of_policies(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    (requests, to_do): (&[Arc<RoleRequest>], &str),
    rulings: &Rulings,
    gaps: Vec<Gap>,
) -> Outcome {
    let destination = &copy.endpoints().destination_vault;
    let needs = || {
        // It lacks everything only where it lacks what the copy takes as well.
        let all = [&role_requests(copy, facts).requests, requests].concat();
        attached(copy, facts, role, &all).map_or_else(
            || to_allow(role, requests, rulings, destination),
            |attach| vec![attach],
        )
    };
    let found = of_own_policies(role, to_do, rulings, gaps, needs);
    if found.status == Status::Fail && rulings.stop(COPY_INTO) {
        found.foretells(status_message(MessageId::E3))
    } else {
        found
    }
}

/// What else of the copy the role may not do: of the backup that is copied, and of its tags.
fn refined(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    let role = copy.endpoints().role.as_ref().known()?;
    let of = |requests: &[Arc<RoleRequest>], to_do: &str| {
        let rulings = role_rulings(facts, role, requests, ByKey::Counts);
        let rulings = rulings.known().flatten()?;
        let asked = (requests, to_do);
        Some(of_policies(
            &copy.transfer,
            facts,
            role,
            asked,
            &rulings,
            Vec::new(),
        ))
    };
    match found.status {
        Status::Pass => {
            let lacking = lacking(copy, facts, role, |rulings| !rulings.is_all_allowed());
            if lacking.is_empty() {
                return may_not_tag(copy, facts);
            }
            of(&lacking, BACKUP).map(|outcome| outcome.on(Basis::Inferred))
        }
        // What it lacks it lacks together.
        Status::Fail => {
            let lacking = lacking(copy, facts, role, Rulings::is_stopped);
            if lacking.is_empty() {
                return None;
            }
            let requests = role_requests(&copy.transfer, facts).requests;
            of(&[requests, lacking].concat(), COPY)
        }
        Status::Warn | Status::Undecided | Status::NotApplicable => None,
    }
}

/// What the backup that is copied asks of the role and that is ruled on so.
fn lacking(
    copy: &Copy,
    facts: &Facts<'_>,
    role: &Arn,
    is_wanted: fn(&Rulings) -> bool,
) -> Vec<Arc<RoleRequest>> {
    let is_so = |request: &Arc<RoleRequest>| {
        let request = std::slice::from_ref(request);
        let rulings = role_rulings(facts, role, request, ByKey::Counts);
        rulings
            .known()
            .flatten()
            .is_some_and(|rulings| is_wanted(&rulings))
    };
    let is_allowed = |request: &Arc<RoleRequest>| {
        let request = std::slice::from_ref(request);
        let rulings = role_rulings(facts, role, request, ByKey::Counts);
        rulings
            .known()
            .flatten()
            .is_some_and(|rulings| rulings.is_all_allowed())
    };
    let asked = backup_requests(copy).into_iter();
    let asked = asked.filter(|asked| !is_allowed(&asked.of_type) && is_so(&asked.exact));
    asked.map(|asked| asked.exact).collect()
}

/// A role that may not tag, where there are tags to copy. AWS announced that such jobs fail, and no page says so: it warns.
fn may_not_tag(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
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
