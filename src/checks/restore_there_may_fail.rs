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

impl Obstacles {
    /// The value of a fact; what is not known is noted.
    fn known<T>(&mut self, fact: Fact<T>) -> Option<T> {
        match fact {
            Fact::Known(value) => Some(value),
            Fact::Unknown(gap) => {
                self.gaps.push(*gap);
                None
            }
        }
    }

    fn add(&mut self, wrong: String, seen: impl IntoIterator<Item = Evidence>) {
        self.wrong.push(wrong);
        self.seen.extend(seen);
    }

    /// What a ruling comes to; what is said where it is not allowed.
    fn ruled(&mut self, ruling: Ruling, says: impl FnOnce(&[Evidence]) -> String) {
        match ruling {
            Ruling::Allowed { .. } => {}
            Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } => {
                self.add(says(&seen), seen);
            }
            Ruling::Open { gaps, .. } => self.gaps.extend(gaps),
        }
    }
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
    let Some(of) = found.known(copy.route().resource_type.as_ref()) else {
        return;
    };
    let Some((account, region)) = vault.account().zip(vault.region()) else {
        return;
    };
    let opted_in = found.known(facts.opted_in(account, &region, of));
    if opted_in.is_some_and(|on| on != Some(true)) {
        found.add(
            format!("{of} is switched off in AWS Backup's settings of account {account}, {region}"),
            [Evidence::of(
                vault,
                format!("lies where {of} is switched off"),
            )],
        );
    }
}

/// Whether anybody there may start it.
fn started(copy: &Copy, facts: &Facts<'_>, found: &mut Obstacles) {
    let Fact::Known(vault) = &copy.endpoints().source_vault else {
        return;
    };
    found.known(facts.vault_policy(vault));
    let start = may_start(START_RESTORE, &copy.transfer, facts, vault);
    // Somebody else there may start it.
    if !depends_on_who_starts(&start) {
        found.ruled(start, |seen| {
            format!(
                "nobody can start it: {START_RESTORE} out of the vault `{}` is denied to everybody{}",
                vault.name(),
                denied_by(seen)
            )
        });
    }
}

/// Whether AWS Backup may assume the role, and the role may restore. Gives whether there is such a role.
fn of_role(copy: &Copy, role: &Arn, facts: &Facts<'_>, found: &mut Obstacles) -> bool {
    let Some(account) = found.known(copy.endpoints().source_account()) else {
        return false;
    };
    let name = role.name();
    match found.known(may_assume(facts, role, account)) {
        Some(None) => {
            let seen = Evidence::of(role, "does not exist");
            found.add(format!("there is no role `{name}`"), [seen]);
            return false;
        }
        Some(Some(ruling)) => found.ruled(ruling, |seen| {
            format!(
                "AWS Backup may not assume the role `{name}`{}",
                denied_by(seen)
            )
        }),
        None => {}
    }
    let vault = copy.endpoints().source_vault.as_ref().known();
    let Some(begins) = found.known(copy.route().kind.agreed(begins)) else {
        return true;
    };
    match vault.zip(begins.flatten()) {
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
    let Some(EncryptedWith::Key(key)) = found.known(copy.route().backup_key.as_ref()) else {
        return;
    };
    let state = found.known(facts.key_state(key));
    if let Some(state) = state
        && state.and_then(key_use) != Some(KeyUse::Usable)
    {
        let state = state.map_or_else(
            || "does not exist".to_owned(),
            |state| format!("is {state}"),
        );
        let seen = Evidence::at(key, "/KeyState", state.clone());
        found.add(format!("its key `{}` {state}", key.name()), [seen]);
        return;
    }
    if found.known(facts.key_manager(key)) != Some(Some(KeyManager::Customer)) {
        return;
    }
    if let Some(needed) = found.known(copy.route().kind.agreed(key_actions)) {
        let needed = needed.unwrap_or_default();
        let request = RoleRequest::on_key(key, needed, Via::OfType, copy.route());
        ask(role, &[Arc::new(request)], facts, found);
    }
    let access = KeyAccess {
        copy: copy.route(),
        facts,
        key,
        principal: role,
        via: Via::OfType,
    };
    if let Some((actions, _, seen)) = access.ask(KEY_ACTIONS).deny_only().denied() {
        let (name, actions) = (key.name(), list(&actions));
        found.add(
            format!("the policy of its key `{name}` denies the role {actions}"),
            seen,
        );
    }
}

/// Puts requests to the role's own policies, and to the organization's.
fn ask(role: &Arn, requests: &[Arc<RoleRequest>], facts: &Facts<'_>, found: &mut Obstacles) {
    let own = match found.known(role_rulings(facts, role, requests, ByKey::Counts)) {
        Some(Some(rulings)) => stopped(&rulings, found),
        Some(None) => return,
        None => Vec::new(),
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
    if let Some((gaps, ..)) = rulings.open() {
        found.gaps.extend(gaps);
    }
    for seen in rulings.stopped_by() {
        if !found.seen.contains(&seen) {
            found.seen.push(seen);
        }
    }
    let mut lacking = Vec::new();
    for (action, ruling) in rulings.each() {
        if ruling.stops() && !lacking.contains(&action) {
            lacking.push(action);
        }
    }
    lacking
}
