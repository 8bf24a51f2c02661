#![doc = include_str!("restore_there_may_fail.md")]

use std::sync::Arc;

use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ByKey, KeyAccess, RoleRequest, Ruling, Rulings, Via, control_rulings, denied_by,
    depends_on_who_starts, list, may_assume, may_start, restore_requests, role_rulings,
};
use crate::catalog::cite;
use crate::catalog::key_states::{KeyUse, key_use};
use crate::catalog::requests::START_RESTORE;
use crate::catalog::restores::{KEY_ACTIONS, begins, key_actions};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "restore-there-may-fail",
    title: "the copy may not be restored in the account that it lies in",
    doc: include_str!("restore_there_may_fail.md"),
    cites: &[cite::RESTORE_POLICY, cite::RESTORING],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Copy(run),
};

/// What stands in a restore's way, and what is not known of it.
#[derive(Default)]
struct Obstacles {
    wrong: Vec<String>,
    seen: Vec<Evidence>,
    gaps: Vec<Gap>,
}

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if !copy.is_way_back() {
        return Outcome::not_applicable("it is no way back of a copy");
    }
    let mut found = Obstacles::default();
    opted_in(copy, facts, &mut found);
    started(copy, facts, &mut found);
    let role = known!(copy.endpoints().role.as_ref());
    if of_role(copy, role, facts, &mut found) {
        of_key(copy, role, facts, &mut found);
    }
    let Obstacles { wrong, seen, gaps } = found;
    let there = "a restore in the account that the copy lies in";
    if !wrong.is_empty() {
        return Outcome::warn(format!("{there} may fail: {}", wrong.join("; ")))
            .on(Basis::Inferred)
            .saw(seen);
    }
    if !gaps.is_empty() {
        return Outcome::undecided(format!("whether {there} works is not known"), gaps).saw(seen);
    }
    Outcome::pass(format!(
        "{there} finds its type switched on, and the role `{}` may do it and use the key",
        role.name()
    ))
}

/// Whether the type is switched on where the copy lies.
fn opted_in(copy: &Copy, facts: &Facts<'_>, found: &mut Obstacles) {
    let Fact::Known(vault) = &copy.endpoints().source_vault else {
        return;
    };
    let place = vault.account().zip(vault.region());
    let (Some((account, region)), Fact::Known(of)) = (place, &copy.route().resource_type) else {
        if let Fact::Unknown(gap) = &copy.route().resource_type {
            found.gaps.push((**gap).clone());
        }
        return;
    };
    match facts.opted_in(account, &region, of) {
        Fact::Known(Some(true)) => {}
        Fact::Known(Some(false) | None) => {
            found.wrong.push(format!(
                "{of} is switched off in AWS Backup's settings of account {account}, {region}"
            ));
            found.seen.push(Evidence::of(
                vault,
                format!("lies where {of} is switched off"),
            ));
        }
        Fact::Unknown(gap) => found.gaps.push(*gap),
    }
}

/// Whether anybody there may start it.
fn started(copy: &Copy, facts: &Facts<'_>, found: &mut Obstacles) {
    let Fact::Known(vault) = &copy.endpoints().source_vault else {
        return;
    };
    if let Fact::Unknown(gap) = facts.vault_policy(vault) {
        found.gaps.push(*gap);
    }
    let start = may_start(START_RESTORE, &copy.transfer, facts, vault);
    // Somebody else there may start it.
    if depends_on_who_starts(&start) {
        return;
    }
    match start {
        Ruling::Allowed { .. } => {}
        Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } => {
            found.wrong.push(format!(
                "nobody can start it: {START_RESTORE} out of the vault `{}` is denied to everybody{}",
                vault.name(),
                denied_by(&seen)
            ));
            found.seen.extend(seen);
        }
        Ruling::Open { gaps, .. } => found.gaps.extend(gaps),
    }
}

/// Whether AWS Backup may assume the role, and the role may restore. Gives whether there is such a role.
fn of_role(copy: &Copy, role: &Arn, facts: &Facts<'_>, found: &mut Obstacles) -> bool {
    let account = match copy.endpoints().source_account() {
        Fact::Known(account) => account,
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            return false;
        }
    };
    match may_assume(facts, role, account) {
        Fact::Known(Some(Ruling::Allowed { .. })) => {}
        Fact::Known(None) => {
            found
                .wrong
                .push(format!("there is no role `{}`", role.name()));
            found.seen.push(Evidence::of(role, "does not exist"));
            return false;
        }
        Fact::Unknown(gap) => found.gaps.push(*gap),
        Fact::Known(Some(Ruling::Open { gaps, .. })) => found.gaps.extend(gaps),
        Fact::Known(Some(Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. })) => {
            let name = role.name();
            found.wrong.push(format!(
                "AWS Backup may not assume the role `{name}`{}",
                denied_by(&seen)
            ));
            found.seen.extend(seen);
        }
    }
    let vault = copy.endpoints().source_vault.as_ref().known();
    let begins = match copy.route().kind.agreed(begins) {
        Fact::Known(begins) => begins.flatten(),
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            return true;
        }
    };
    match vault.zip(begins) {
        Some((vault, begins)) => ask(role, &restore_requests(vault, begins), facts, found),
        None => found.gaps.push(Gap::not_told(
            format!(
                "which actions a restore of {} takes",
                copy.route().type_name()
            ),
            role.as_str(),
        )),
    }
    true
}

/// Whether the key of the copy can be used, and by the role.
fn of_key(copy: &Copy, role: &Arn, facts: &Facts<'_>, found: &mut Obstacles) {
    let key = match &copy.route().backup_key {
        Fact::Known(EncryptedWith::Key(key)) => key,
        Fact::Known(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => return,
        Fact::Unknown(gap) => {
            found.gaps.push((**gap).clone());
            return;
        }
    };
    match facts.key_state(key) {
        Fact::Known(Some(state)) if key_use(state) == Some(KeyUse::Usable) => {}
        Fact::Known(state) => {
            let state = state.map_or_else(
                || "does not exist".to_owned(),
                |state| format!("is {state}"),
            );
            found
                .wrong
                .push(format!("its key `{}` {state}", key.name()));
            found.seen.push(Evidence::at(key, "/KeyState", state));
            return;
        }
        Fact::Unknown(gap) => found.gaps.push(*gap),
    }
    match facts.key_manager(key) {
        Fact::Known(Some(KeyManager::Customer)) => {}
        Fact::Known(Some(KeyManager::Aws) | None) => return,
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            return;
        }
    }
    match copy.route().kind.agreed(key_actions) {
        Fact::Known(needed) => {
            let needed = needed.unwrap_or_default();
            let request = RoleRequest::on_key(key, needed, Via::OfType, copy.route());
            ask(role, &[Arc::new(request)], facts, found);
        }
        Fact::Unknown(gap) => found.gaps.push(*gap),
    }
    let access = KeyAccess {
        copy: copy.route(),
        facts,
        key,
        principal: role,
        via: Via::OfType,
    };
    let rulings = access.ask(KEY_ACTIONS).deny_only();
    if let Some((actions, _, seen)) = rulings.denied() {
        found.wrong.push(format!(
            "the policy of its key `{}` denies the role {}",
            key.name(),
            list(&actions)
        ));
        found.seen.extend(seen);
    }
}

/// Puts requests to the role's own policies, and to the organization's.
fn ask(role: &Arn, requests: &[Arc<RoleRequest>], facts: &Facts<'_>, found: &mut Obstacles) {
    let own = match role_rulings(facts, role, requests, ByKey::Counts) {
        Fact::Known(Some(rulings)) => stopped(&rulings, found),
        Fact::Known(None) => return,
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            Vec::new()
        }
    };
    let name = role.name();
    if !own.is_empty() {
        let what = format!("the role `{name}` may not do {}", list(&own));
        found.wrong.push(what);
    }
    let by_organization = stopped(&control_rulings(facts, role, requests), found);
    if !by_organization.is_empty() {
        found.wrong.push(format!(
            "the organization's policies deny {} to the role `{name}`",
            list(&by_organization)
        ));
    }
}

/// The actions that are not allowed, each once; what is not known of the others is noted.
fn stopped(rulings: &Rulings, found: &mut Obstacles) -> Vec<&'static str> {
    let mut lacking = Vec::new();
    for (action, ruling) in rulings.each() {
        match ruling {
            Ruling::Allowed { .. } => {}
            Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } => {
                if !lacking.contains(&action) {
                    lacking.push(action);
                }
                let seen = seen.iter().filter(|one| !found.seen.contains(one));
                let seen: Vec<Evidence> = seen.cloned().collect();
                found.seen.extend(seen);
            }
            Ruling::Open { gaps, .. } => found.gaps.extend(gaps.iter().cloned()),
        }
    }
    lacking
}
