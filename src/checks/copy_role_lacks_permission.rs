#![doc = include_str!("copy_role_lacks_permission.md")]

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::described::tags;
use super::words::{foretold, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ByKey, Party, RoleRequest, Ruling, Rulings, actions, denied_by, denied_by_its_own, list,
    role_requests, role_rulings, tag_request,
};
use crate::catalog::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY};
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::{COPY_FROM, COPY_INTO, TAG_RESOURCE};
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Transfer};
use crate::known::{Arn, ByHand, Gap};
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
    let Some(rulings) = known!(role_rulings(facts, role, &asked.requests, ByKey::Counts)) else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    if let Some(outcome) = failed(copy, facts, role, &asked.requests, &rulings) {
        return outcome;
    }
    let open = rulings.open();
    if !asked.gaps.is_empty() || open.is_some() {
        let (gaps, _, seen) = open.unwrap_or_default();
        let message = format!(
            "whether the role `{}` may do all that the copy takes is not known",
            role.name()
        );
        return Outcome::undecided(message, [asked.gaps, gaps].concat()).saw(seen);
    }
    if let Some((action, place)) = denied_by_its_own(facts, role, &asked.requests) {
        let says = format!(
            "say which is right: its policies, which allow {action}, or `EvalDecision` explicitDeny of the policy simulator"
        );
        let gap = Gap::by_hand(ByHand::Contradiction, says, role.as_str()).where_is(role);
        let denial = format!("the policy simulator denies {action}");
        return not_read(gap).saw([Evidence::at(role, place, denial)]);
    }
    let actions: Vec<_> = actions(&asked.requests).map(|(action, _)| action).collect();
    let actions = list(&actions);
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

/// Whether no policy of the role's own allows anything of what is asked: what a key's policy gives it does not count.
fn has_nothing_of_its_own(role: &Arn, requests: &[Arc<RoleRequest>], facts: &Facts<'_>) -> bool {
    let rulings = role_rulings(facts, role, requests, ByKey::Ignored);
    let of_role = |ruling: &Ruling| {
        matches!(
            ruling,
            Ruling::Missing {
                party: Party::Principal,
                ..
            }
        )
    };
    let rulings = rulings.known().flatten();
    rulings.is_some_and(|rulings| rulings.is_stopped() && rulings.each().all(|(_, it)| of_role(it)))
}

/// The policies that AWS keeps for roles that copy such backups; `None` where it is not known what is copied, or the
/// program does not know their text.
fn managed_policies(copy: &Transfer, role: &Arn) -> Option<Vec<Arn>> {
    let mut names = vec![DEFAULT_ROLE_POLICY];
    match copy.route.kind {
        KindOf::Known(Kind::S3) => names.push(S3_BACKUP_POLICY),
        KindOf::Known(_) => {}
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => return None,
    }
    let policies: Option<Vec<Arn>> = names.iter().map(|name| Arn::parse(name).ok()).collect();
    policies.filter(|all| all.iter().all(|it| it.partition() == role.partition()))
}

fn failed(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
) -> Option<Outcome> {
    let sorted = |mut actions: Vec<&'static str>| {
        actions.sort_unstable();
        list(&actions)
    };
    let denied = rulings.denied();
    let bounded = rulings.missing(Party::Boundary);
    let missing = rulings.missing(Party::Principal);
    // One statement more is no remedy where a Deny or a boundary stands against it.
    let can_be_given = !role.is_role_of_aws();
    let is_missing_alone = denied.is_none() && bounded.is_none();
    let parts = [
        denied.map(|(actions, _, seen)| {
            format!("its policies deny {}{}", sorted(actions), denied_by(&seen))
        }),
        bounded
            .map(|(actions, _)| format!("its permissions boundary leaves out {}", sorted(actions))),
        missing.map(|(actions, _)| format!("nothing allows {}", sorted(actions))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return None;
    }
    let mut seen = rulings.stopped_by();
    if seen.is_empty() {
        seen.push(Evidence::of(role, "no statement of its policies allows it"));
    }
    let fail = Outcome::fail(format!(
        "the role `{}` may not do what the copy takes: {}",
        role.name(),
        parts.join("; ")
    ));
    let fail = if !can_be_given {
        fail.by_hand("choose another role, as AWSBackupDefaultServiceRole: only AWS changes the policies of this one")
    } else if is_missing_alone {
        fail.needs(needs(copy, facts, role, requests, rulings))
    } else {
        fail.by_hand("change the Deny or the boundary itself: no further statement helps")
    };
    let predicted = rulings
        .stop(COPY_INTO)
        .then(|| foretold(predict(MessageId::E3)));
    Some(fail.foretells(predicted.flatten()).saw(seen))
}

/// What the role must be given: the managed policies where it has nothing, else what is missing by the resource that a policy
/// would name, and the vault that copies go to.
fn needs(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
) -> Vec<Need> {
    if has_nothing_of_its_own(role, requests, facts)
        && let Some(policies) = managed_policies(copy, role)
    {
        let role = role.clone();
        return vec![Need::Attach { role, policies }];
    }
    let mut wanted: BTreeMap<(SmolStr, Option<Arn>), Vec<&'static str>> = BTreeMap::new();
    for ((action, request), (_, ruling)) in actions(requests).zip(rulings.each()) {
        if !matches!(ruling, Ruling::Missing { .. }) {
            continue;
        }
        for resource in request.template.resources(&request.resource) {
            let target = (action == COPY_FROM).then(|| copy.endpoints().destination_vault.clone());
            wanted.entry((resource, target)).or_default().push(action);
        }
    }
    let share = |((resource, target), mut actions): ((SmolStr, _), Vec<_>)| {
        actions.sort_unstable();
        Need::Share(Share {
            policy: PolicyOf::Role(role.clone()),
            principal: role.clone(),
            actions,
            resource: Some(resource.into()),
            target,
        })
    };
    wanted.into_iter().map(share).collect()
}
