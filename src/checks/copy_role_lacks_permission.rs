#![doc = include_str!("copy_role_lacks_permission.md")]

use std::sync::Arc;

use super::role_policies::{contradicted, doubted, of_own_policies};
use super::tagging::{PoliciesOf, fails_and_may_not_tag, may_not_tag};
use super::words::{backed_up_by_another, backup_without, status_message, taken_by_backups};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    AskedOf, BackupRequest, ByKey, DoubtfulRequest, Party, RoleRequest, Ruling, Rulings,
    backup_requests, denied_by_its_own, has_own_allowance, list, role_denies, role_requests,
    role_rulings, to_allow,
};
use crate::catalog::backups::is_of_buckets;
use crate::catalog::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY};
use crate::catalog::messages::MessageId;
use crate::catalog::requests::COPY_INTO;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, KindOf, Transfer};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "copy-role-lacks-permission",
    title: "the copy role's own policies lack permissions that the copy needs",
    doc: include_str!("copy_role_lacks_permission.md"),
    cites: &[
        cite::CROSS_ACCOUNT,
        cite::ROLE_POLICY,
        cite::ROLE_STATEMENTS,
        cite::S3,
        cite::KC_ACCESS_DENIED,
        cite::EBS_COPY,
        cite::EBS_COPY_PERMISSIONS,
        cite::EC2_COPY_PERMISSIONS,
        cite::RDS_ACTIONS,
        cite::FIELD_TAG_RESOURCE,
        cite::FIELD_TABLE_TAGS,
        cite::ACCESS_CONTROL,
        cite::S3_ROLE_POLICY,
        cite::TAGS,
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
    let rulings = rulings.and_denies_of(&role_denies(facts, role, &asked.denies));
    let found = of_policies(copy, facts, role, (requests, COPY), &rulings, asked.gaps);
    match found.status {
        Status::Pass => match denied_by_its_own(facts, role, requests) {
            Some(denied) => contradicted(role, "its", denied),
            None => in_doubt(role, &asked.doubtful, facts).unwrap_or(found),
        },
        Status::Fail => and_in_doubt(found, role, &asked.doubtful, facts),
        Status::Warn | Status::Undecided | Status::NotApplicable => found,
    }
}

/// What the role's own policies keep it from, or may, of which no page says that a copy fails without.
fn in_doubt(role: &Arn, asked: &[DoubtfulRequest], facts: &Facts<'_>) -> Option<Outcome> {
    doubted(role, "its own", asked, |doubtful| {
        let request = std::slice::from_ref(&doubtful.asked);
        if doubtful.denies_alone {
            return role_denies(facts, role, request);
        }
        let rulings = role_rulings(facts, role, request, ByKey::Counts);
        rulings
            .known()
            .flatten()
            .unwrap_or_else(|| Rulings::new([]))
    })
}

/// What the role lacks, and what would not be known of it once it is allowed that.
fn and_in_doubt(
    found: Outcome,
    role: &Arn,
    asked: &[DoubtfulRequest],
    facts: &Facts<'_>,
) -> Outcome {
    if found.status != Status::Fail || found.needed().is_empty() {
        return found;
    }
    match in_doubt(role, asked, facts) {
        Some(doubt) => {
            let next = Outcome::fail(doubt.message).on(found.basis);
            found.and(next.saw(doubt.evidence))
        }
        None => found,
    }
}

/// What is asked of the role, in words.
const COPY: &str = "do everything that the copy needs";
const BACKUP: &str = "do everything that the backup to be copied needs";

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
    let found = of_own_policies(facts, role, to_do, rulings, gaps, needs);
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
        let denies = role_requests(&copy.transfer, facts).denies;
        let rulings = rulings.and_denies_of(&role_denies(facts, role, &denies));
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
        Status::Pass if !copy.is_backed_up_by_its_role() => {
            let denied = lacking(copy, facts, role, |_, rulings| rulings.may_be_denied());
            if denied.is_empty() {
                return may_not_tag(copy, PoliciesOf::Role, facts);
            }
            Some(is_denied_on_demand(role, denied, facts))
        }
        Status::Pass => {
            let lacking = lacking(copy, facts, role, BackupRequest::may_be_stopped);
            if lacking.is_empty() {
                return may_not_tag(copy, PoliciesOf::Role, facts);
            }
            let (certain, others): (Vec<_>, Vec<_>) =
                lacking.into_iter().partition(|asked| asked.is_certain);
            let certain = exact(certain);
            if certain.is_empty() {
                return Some(may_do_without(role, others, facts));
            }
            let outcome = of(&certain, BACKUP)?;
            // What it lacks it lacks together.
            let outcome = match outcome.status {
                Status::Fail => {
                    let outcome = of(&[certain, asked_for(others)].concat(), BACKUP)?;
                    and_tags(&outcome, copy, facts).unwrap_or(outcome)
                }
                Status::Pass | Status::Warn | Status::Undecided | Status::NotApplicable => outcome,
            };
            Some(outcome.on(Basis::Inferred))
        }
        Status::Fail => {
            let whole = lacks_for_backup_too(copy, role, of, facts);
            and_tags(whole.as_ref().unwrap_or(found), copy, facts).or(whole)
        }
        // What it may not do counts, whatever else was not read.
        Status::Undecided if copy.is_backed_up_by_its_role() => {
            let mut certain = lacking(copy, facts, role, BackupRequest::is_stopped);
            certain.retain(|asked| asked.is_certain);
            if certain.is_empty() {
                return None;
            }
            Some(of(&exact(certain), BACKUP)?.on(Basis::Inferred))
        }
        Status::Warn | Status::Undecided | Status::NotApplicable => None,
    }
}

/// What the role lacks of the copy, and of the backup that is copied, where it lacks both.
fn lacks_for_backup_too(
    copy: &Copy,
    role: &Arn,
    of: impl Fn(&[Arc<RoleRequest>], &str) -> Option<Outcome>,
    facts: &Facts<'_>,
) -> Option<Outcome> {
    if !copy.is_backed_up_by_its_role() {
        return None;
    }
    let lacking = asked_for(lacking(copy, facts, role, BackupRequest::is_stopped));
    if lacking.is_empty() {
        return None;
    }
    let asked = role_requests(&copy.transfer, facts);
    let found = of(&[asked.requests, lacking].concat(), COPY)?;
    Some(and_in_doubt(found, role, &asked.doubtful, facts))
}

/// What the role lacks, and what of the tags it would be warned of next.
fn and_tags(found: &Outcome, copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    match found.status {
        Status::Fail => fails_and_may_not_tag(found, copy, PoliciesOf::Role, facts),
        Status::Pass | Status::Warn | Status::Undecided | Status::NotApplicable => None,
    }
}

fn exact(asked: Vec<BackupRequest>) -> Vec<Arc<RoleRequest>> {
    asked.into_iter().map(|asked| asked.asked).collect()
}

/// What of these a role must be allowed: of some only a Deny counts, and of some it is not known that they are asked.
fn asked_for(mut asked: Vec<BackupRequest>) -> Vec<Arc<RoleRequest>> {
    asked.retain(|asked| !asked.denies_alone && asked.unread.is_none());
    exact(asked)
}

/// What the role is denied, or may be, of a backup that another role may make.
fn is_denied_on_demand(role: &Arn, asked: Vec<BackupRequest>, facts: &Facts<'_>) -> Outcome {
    let name = role.name();
    let rulings = role_rulings(facts, role, &exact(asked), ByKey::Counts);
    let Some(rulings) = rulings.known().flatten() else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let Some((mut actions, _, seen)) = rulings.denied() else {
        let (gaps, _, seen) = rulings.denies().open().unwrap_or_default();
        let message = format!(
            "whether the policies of the role `{name}` deny it the backup that is copied is not known, nor which role makes that backup"
        );
        return Outcome::undecided(message, gaps).saw(seen);
    };
    actions.sort_unstable();
    let actions = list(&actions);
    let message = format!(
        "the policies of the role `{name}` deny it {actions}, which the backup that is copied needs: which role makes that backup is not known"
    );
    Outcome::undecided(message, [backed_up_by_another(&actions, role)]).saw(seen)
}

/// What the role lacks, or may lack, of what AWS's policies for backups have, where no page says what becomes of a backup without.
fn may_do_without(role: &Arn, asked: Vec<BackupRequest>, facts: &Facts<'_>) -> Outcome {
    let why = taken_by_backups(&asked);
    let denies_alone = asked.iter().all(|asked| asked.denies_alone);
    let unread: Vec<Gap> = asked
        .iter()
        .filter_map(|asked| asked.unread.clone())
        .collect();
    let rulings = role_rulings(facts, role, &exact(asked), ByKey::Counts);
    let Some(rulings) = rulings.known().flatten() else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let rulings = if denies_alone {
        rulings.denies()
    } else {
        rulings
    };
    let (mut actions, verb) = match rulings.stopped() {
        open if open.is_empty() => (rulings.not_allowed(), "is not known to be allowed"),
        stopped => (stopped, "may not do"),
    };
    actions.sort_unstable();
    let actions = list(&actions);
    let gaps = match rulings.open() {
        Some((gaps, ..)) if !rulings.is_stopped() => gaps,
        Some(_) | None if !unread.is_empty() => unread,
        Some(_) | None => vec![backup_without(&actions, role)],
    };
    let message = format!(
        "the role `{}` {verb} {actions}, {why}: whether the backup to be copied is made without it is not known",
        role.name()
    );
    Outcome::undecided(message, gaps).saw(rulings.stopped_by())
}

/// What the backup that is copied asks of the role and that is ruled on so.
fn lacking(
    copy: &Copy,
    facts: &Facts<'_>,
    role: &Arn,
    is_wanted: fn(&BackupRequest, &Rulings) -> bool,
) -> Vec<BackupRequest> {
    let rules = |asked: &BackupRequest| {
        let request = std::slice::from_ref(&asked.asked);
        let rulings = role_rulings(facts, role, request, ByKey::Counts);
        let rulings = rulings.known().flatten();
        rulings.is_some_and(|rulings| is_wanted(asked, &rulings))
    };
    let asked = backup_requests(copy, facts, AskedOf::Role).into_iter();
    asked.filter(rules).collect()
}

/// The policies that AWS keeps for roles that copy such backups, where no policy of the role's allows anything of what is asked, or of
/// what is asked of buckets: what a key's policy gives it does not count. A role that somebody has written a policy for AWS Backup is
/// kept narrow. `None`, too, where it is not known what is copied, or the program does not know their text.
fn attached(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Option<Need> {
    if has_own_allowance(facts, role) != Fact::Known(Some(false)) {
        return None;
    }
    let rulings = role_rulings(facts, role, requests, ByKey::Ignored);
    let is_of_role = |ruling: &Ruling| ruling.is_silent(Party::Principal);
    let rulings = rulings.known().flatten()?;
    let is_bucket = match copy.route.kind {
        KindOf::Known(kind) => kind == Kind::S3,
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => return None,
    };
    let (of_bucket, others): (Vec<_>, Vec<_>) = rulings
        .each()
        .partition(|(action, _)| is_bucket && is_of_buckets(action));
    let lacks = |all: &[(&str, &Ruling)]| all.iter().all(|(_, ruling)| is_of_role(ruling));
    let stops = |all: &[(&str, &Ruling)]| all.iter().any(|(_, ruling)| ruling.stops());
    let names: &[&str] = match (stops(&others), stops(&of_bucket)) {
        (true, true) if lacks(&others) && lacks(&of_bucket) => {
            &[DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY]
        }
        (true, false) if lacks(&others) && of_bucket.is_empty() => &[DEFAULT_ROLE_POLICY],
        (false, true) if lacks(&of_bucket) => &[S3_BACKUP_POLICY],
        (true | false, _) => return None,
    };
    let policies = names.iter().map(|name| Arn::parse(name).ok());
    let policies: Vec<Arn> = policies.collect::<Option<_>>()?;
    let is_there = policies.iter().all(|it| it.partition() == role.partition());
    is_there.then(|| Need::Attach {
        role: role.clone(),
        policies,
    })
}
