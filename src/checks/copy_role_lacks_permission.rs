#![doc = include_str!("copy_role_lacks_permission.md")]

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::described::tags;
use super::words::{denied_by, foretold};
use super::{Check, MayFail, Run, known};
use crate::authorization::{
    ByKey, RoleRequest, RoleRuling, list, role_requests, role_rulings, tag_request,
};
use crate::catalog::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY};
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::{COPY_FROM, COPY_INTO, TAG_RESOURCE};
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Reach};
use crate::known::{Arn, Count as _};
use crate::verdict::{Basis, Evidence, Need, Outcome, PolicyOf, Share, Status};

pub(super) const CHECK: Check = Check {
    id: "copy-role-lacks-permission",
    title: "the copy role's own policies lack what the copy takes",
    doc: include_str!("copy_role_lacks_permission.md"),
    cites: &[
        cite::CROSS_ACCOUNT,
        cite::ROLE_POLICY,
        cite::S3,
        cite::KC_ACCESS_DENIED,
        cite::FIELD_TAG_RESOURCE,
    ],
    may_fail: MayFail::Yes,
    run: Run::Refined {
        reach: run,
        copy: may_not_tag,
    },
};

/// What the rulings come to.
#[derive(Default)]
struct Found {
    denied: Vec<&'static str>,
    /// The first Deny, in words.
    denied_by: Option<String>,
    bounded: Vec<&'static str>,
    missing: Vec<&'static str>,
    /// How many requests nothing allows.
    lacking: usize,
    /// The missing actions by the resource that a policy would name, and the vault that copies go to.
    wanted: BTreeMap<(SmolStr, Option<Arn>), Vec<&'static str>>,
    seen: Vec<Evidence>,
}

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let role = known!(copy.role.as_ref());
    let asked = role_requests(copy, facts);
    let Some(rulings) = known!(role_rulings(facts, role, &asked.requests, ByKey::Counts)) else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let mut found = Found::default();
    let mut gaps = asked.gaps;
    let mut open_seen = Vec::new();
    for (action, request, ruling) in rulings {
        match ruling {
            RoleRuling::Allowed => {}
            RoleRuling::Denied { seen } => {
                found.denied_by.get_or_insert_with(|| denied_by(&seen));
                found.denied.push(action);
                found.seen.extend(seen);
            }
            RoleRuling::Missing {
                by_boundary: true,
                seen,
            } => {
                found.bounded.push(action);
                found.seen.extend(seen);
            }
            RoleRuling::Missing {
                by_boundary: false,
                seen,
            } => {
                found.missing.push(action);
                found.lacking.one_more();
                let there = request.form.resource_there();
                for resource in [request.resource.clone()].into_iter().chain(there) {
                    let target = (action == COPY_FROM).then(|| copy.destination_vault.clone());
                    let wanted = found.wanted.entry((resource, target));
                    wanted.or_default().push(action);
                }
                found.seen.extend(seen);
            }
            RoleRuling::Open { gaps: more, seen } => {
                gaps.extend(more);
                open_seen.extend(seen);
            }
        }
    }
    let managed = (found.lacking > 0 && has_nothing_of_its_own(role, &asked.requests, facts))
        .then(|| managed_policies(copy, role))
        .flatten();
    if let Some(outcome) = failed(role, found, managed) {
        return outcome;
    }
    if !gaps.is_empty() {
        return Outcome::undecided(
            format!(
                "whether the role `{}` may do all that the copy takes is not known",
                role.name()
            ),
            gaps,
        )
        .saw(open_seen);
    }
    let actions = asked.requests.iter().flat_map(|request| &request.actions);
    let actions = list(&actions.copied().collect::<Vec<&str>>());
    Outcome::pass(format!(
        "the policies of the role `{}` allow {actions}",
        role.name()
    ))
    .saw([Evidence::of(role, format!("may do {actions}"))])
}

/// A role that may not tag, where there are tags to copy. AWS announced that such jobs fail, and no page says so: it warns.
fn may_not_tag(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    if found.status != Status::Pass {
        return None;
    }
    let role = copy.role.as_ref().known()?;
    let tags = tags(copy, facts).known().flatten()?;
    if !tags.names().any(|name| !name.starts_with("aws:")) {
        return None;
    }
    let request = [tag_request(copy, facts)?];
    let rulings = role_rulings(facts, role, &request, ByKey::Ignored);
    let (.., ruling) = rulings.known().flatten()?.pop()?;
    let seen = match ruling {
        RoleRuling::Denied { seen } | RoleRuling::Missing { seen, .. } => seen,
        RoleRuling::Allowed | RoleRuling::Open { .. } => return None,
    };
    Some(
        Outcome::warn(format!(
            "the role `{}` may not do {TAG_RESOURCE}, and there are tags to copy: AWS announced that such copies fail since 2025-09-30",
            role.name()
        ))
        .on(Basis::Observed)
        .saw(seen),
    )
}

/// Whether no policy of the role's own allows anything of what is asked: what a key's policy gives it does not count.
fn has_nothing_of_its_own(role: &Arn, requests: &[Arc<RoleRequest>], facts: &Facts<'_>) -> bool {
    let rulings = role_rulings(facts, role, requests, ByKey::Ignored);
    let missing = |ruling: &RoleRuling| {
        matches!(
            ruling,
            RoleRuling::Missing {
                by_boundary: false,
                ..
            }
        )
    };
    let rulings = rulings.known().flatten().unwrap_or_default();
    !rulings.is_empty() && rulings.iter().all(|(.., ruling)| missing(ruling))
}

/// The policies that AWS keeps for roles that copy such backups; `None` where it is not known what is copied, or the
/// program does not know their text.
fn managed_policies(copy: &Reach, role: &Arn) -> Option<Vec<Arn>> {
    let mut names = vec![DEFAULT_ROLE_POLICY];
    match copy.kind {
        KindOf::Known(Kind::S3) => names.push(S3_BACKUP_POLICY),
        KindOf::Known(_) => {}
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => return None,
    }
    let policies: Option<Vec<Arn>> = names.iter().map(|name| Arn::parse(name).ok()).collect();
    policies.filter(|all| all.iter().all(|it| it.partition() == role.partition()))
}

fn failed(role: &Arn, mut found: Found, managed: Option<Vec<Arn>>) -> Option<Outcome> {
    for actions in [&mut found.denied, &mut found.bounded, &mut found.missing] {
        actions.sort_unstable();
        actions.dedup();
    }
    let name = role.name();
    let mut parts = Vec::new();
    if !found.denied.is_empty() {
        let by = found.denied_by.take().unwrap_or_default();
        parts.push(format!("its policies deny {}{by}", list(&found.denied)));
    }
    if !found.bounded.is_empty() {
        parts.push(format!(
            "its permissions boundary leaves out {}",
            list(&found.bounded)
        ));
    }
    if !found.missing.is_empty() {
        parts.push(format!("nothing allows {}", list(&found.missing)));
    }
    if parts.is_empty() {
        return None;
    }
    let all = [&found.denied, &found.bounded, &found.missing];
    let copies_into = all.iter().any(|actions| actions.contains(&COPY_INTO));
    let needs = found
        .wanted
        .into_iter()
        .map(|((resource, target), mut actions)| {
            actions.sort_unstable();
            Need::Share(Share {
                policy: PolicyOf::Role(role.clone()),
                principal: role.clone(),
                actions,
                resource: Some(resource.into()),
                target,
            })
        });
    // One statement more is no remedy where a Deny or a boundary stands against it.
    let can_be_given = !role.is_role_of_aws();
    let mendable = found.denied.is_empty() && found.bounded.is_empty() && can_be_given;
    let needs: Vec<Need> = match managed {
        _ if !mendable => Vec::new(),
        Some(policies) => vec![Need::Attach {
            role: role.clone(),
            policies,
        }],
        None => needs.collect(),
    };
    let seen = if found.seen.is_empty() {
        vec![Evidence::of(role, "no statement of its policies allows it")]
    } else {
        found.seen
    };
    let fail = Outcome::fail(format!(
        "the role `{name}` may not do what the copy takes: {}",
        parts.join("; ")
    ));
    let fail = if !can_be_given {
        fail.by_hand("choose another role, as AWSBackupDefaultServiceRole: only AWS changes the policies of this one")
    } else if mendable {
        fail
    } else {
        fail.by_hand("change the Deny or the boundary itself: no further statement helps")
    };
    Some(
        fail.foretells(
            copies_into
                .then(|| foretold(predict(MessageId::E3)))
                .flatten(),
        )
        .saw(seen)
        .needs(needs),
    )
}
