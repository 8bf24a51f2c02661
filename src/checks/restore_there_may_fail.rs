#![doc = include_str!("restore_there_may_fail.md")]

use std::sync::Arc;

use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ByKey, KeyQuestion, RoleRequest, Ruling, Via, ask_key, denied_by, list, may_assume,
    restore_request, role_rulings,
};
use crate::catalog::cite;
use crate::catalog::key_states::{KeyUse, key_use};
use crate::catalog::restores::{KEY_ACTIONS, actions};
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
struct Found {
    wrong: Vec<String>,
    seen: Vec<Evidence>,
    gaps: Vec<Gap>,
}

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if !copy.is_way_back() {
        return Outcome::not_applicable("it is no way back of a copy");
    }
    let mut found = Found::default();
    opted_in(copy, facts, &mut found);
    let role = known!(copy.role.as_ref());
    if of_role(copy, role, facts, &mut found) {
        of_key(copy, role, facts, &mut found);
    }
    let Found { wrong, seen, gaps } = found;
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
fn opted_in(copy: &Copy, facts: &Facts<'_>, found: &mut Found) {
    let Fact::Known(vault) = &copy.source_vault else {
        return;
    };
    let place = vault.account().zip(vault.region());
    let (Some((account, region)), Fact::Known(of)) = (place, &copy.resource_type) else {
        if let Fact::Unknown(gap) = &copy.resource_type {
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

/// Whether AWS Backup may assume the role, and the role may restore. Gives whether there is such a role.
fn of_role(copy: &Copy, role: &Arn, facts: &Facts<'_>, found: &mut Found) -> bool {
    let account = match copy.source_account() {
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
    let vault = copy.source_vault.as_ref().known();
    let needed = match copy.kind.agreed(actions) {
        Fact::Known(needed) => needed.unwrap_or_default(),
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            return true;
        }
    };
    match vault.filter(|_| !needed.is_empty()) {
        Some(vault) => ask(role, restore_request(vault, needed), facts, found),
        None => found.gaps.push(Gap::not_told(
            format!("which actions a restore of {} takes", copy.type_name()),
            role.as_str(),
        )),
    }
    true
}

/// Whether the key of the copy can be used, and by the role.
fn of_key(copy: &Copy, role: &Arn, facts: &Facts<'_>, found: &mut Found) {
    let key = match &copy.backup_key {
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
    let request = RoleRequest::on_key(key, KEY_ACTIONS, Via::OfType, copy);
    ask(role, Arc::new(request), facts, found);
    let question = KeyQuestion {
        key,
        principal: role,
        actions: KEY_ACTIONS,
        via: Via::OfType,
        both_sides: false,
    };
    let rulings = ask_key(copy, facts, &question).deny_only();
    if let Some((actions, _, seen)) = rulings.denied() {
        found.wrong.push(format!(
            "the policy of its key `{}` denies the role {}",
            key.name(),
            list(&actions)
        ));
        found.seen.extend(seen);
    }
}

/// Puts a request to the role's own policies.
fn ask(role: &Arn, request: Arc<RoleRequest>, facts: &Facts<'_>, found: &mut Found) {
    let requests = [request];
    let rulings = match role_rulings(facts, role, &requests, ByKey::Counts) {
        Fact::Known(Some(rulings)) => rulings,
        Fact::Known(None) => return,
        Fact::Unknown(gap) => {
            found.gaps.push(*gap);
            return;
        }
    };
    let mut lacking = Vec::new();
    for (action, ruling) in rulings.each() {
        match ruling {
            Ruling::Allowed { .. } => {}
            Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } => {
                lacking.push(action);
                found.seen.extend(seen.iter().cloned());
            }
            Ruling::Open { gaps, .. } => found.gaps.extend(gaps.iter().cloned()),
        }
    }
    if !lacking.is_empty() {
        found.wrong.push(format!(
            "the role `{}` may not do {}",
            role.name(),
            list(&lacking)
        ));
    }
}
