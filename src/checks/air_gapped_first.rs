//! What comes before a copy action of a rule whose backups go to a logically air-gapped vault: the backup that it copies, which AWS
//! Backup makes in that vault where it manages the type fully.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>: "Any scheduled copy actions in your
//! backup plan use the recovery point in your logically air-gapped vault as the source".

use serde_json::Value;

use super::words::not_read;
use super::{Check, Found, MayFail, Others};
use crate::catalog::capabilities;
use crate::inventory::{Copy, Facts, MadeBy, Model, Named, VaultType};
use crate::known::{Arn, Fact, Gap};
use crate::plans::{Kept, kept_by};
use crate::verdict::{Basis, Evidence, Fix, Need, Outcome, Status};

/// Why a rule makes no backup in the vault that it names for its backups, or may make none, where that is no standard vault; `None`: it
/// is one. A logically air-gapped vault gets backups as the other target of a rule alone: of a type that AWS Backup does not manage fully
/// the backup is made in a standard vault first. Of the others no page says what becomes of it.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html> and
/// <https://aws.amazon.com/about-aws/whats-new/2025/11/aws-backup-direct-to-logically-air-gapped-vault>.
pub fn not_in_standard_vault(copy: &Copy, rule: &Value, facts: &Facts<'_>) -> Option<Outcome> {
    if copy.transfer.recovery_point.is_some() || copy.copy_of.is_some() {
        return None;
    }
    let vault = standard_vault(copy, rule)?;
    let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
    let target = target.and_then(Value::as_str);
    // A job that ran may be of another vault, which the rule named then.
    let source = copy.endpoints().source_vault.as_ref().known()?;
    if *source != vault && target != Some(source.as_str()) {
        return None;
    }
    let of = match facts.vault_type(&vault) {
        Fact::Known(Some(of @ (VaultType::AirGapped | VaultType::RestoreAccess))) => of,
        Fact::Known(Some(VaultType::Standard) | None) | Fact::Unknown(_) => return None,
    };
    let name = vault.name();
    let takes_it = copy
        .route()
        .kind
        .agreed(|kind| capabilities(kind).lagv_primary.is_supported());
    let takes_it = of == VaultType::AirGapped && takes_it == Fact::Known(Some(true));
    let instead = if takes_it {
        format!(
            "name a standard vault as the rule's target, and `{name}` in TargetLogicallyAirGappedBackupVaultArn"
        )
    } else {
        "name a standard vault as the rule's target".to_owned()
    };
    let seen = Evidence::at(&vault, "/VaultType", format!("is {}", of.as_str()));
    let rule = copy.plan.as_ref().map_or("", |plan| &plan.rule);
    let says = format!(
        "rule `{rule}` backs up to `{name}`, which is not a standard vault: it is a {}",
        of.as_str()
    );
    if copy.route().model() == Fact::Known(Some(Model::ServiceDependent)) {
        let of_type = copy.route().type_name();
        let message = format!(
            "{says}, and a backup of the type {of_type} is made in a standard vault first: there is none to copy"
        );
        let fail = Outcome::fail(message).by_hand(&instead);
        return Some(fail.on(Basis::Inferred).saw([seen]));
    }
    let what = format!("whether AWS Backup makes any backup where {says}");
    let gap = Gap::not_told(what, vault.as_str()).where_is(&vault);
    let message = format!("{says}; whether there is a backup to copy is not known: {instead}");
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// The vault that a rule names for the backups that a copy is of.
fn standard_vault(copy: &Copy, rule: &Value) -> Option<Arn> {
    let plan = copy.plan.as_ref()?;
    let source = copy.endpoints().source_vault.as_ref().known()?;
    let (account, region) = match &plan.made_by {
        Some(MadeBy {
            account, region, ..
        }) => (*account, region.clone()),
        None => (source.account()?, source.region()?),
    };
    let vault = format!(
        "arn:{}:backup:{region}:{account}:backup-vault:{}",
        source.partition(),
        rule.get("TargetBackupVaultName")?.as_str()?
    );
    Arn::parse(&vault).ok()
}

/// Why there is no backup for a copy action to copy, or may be none, as the rule's logically air-gapped target does not take it;
/// `None`: it does.
pub fn not_made(copy: &Copy, rule: &Value, facts: &Facts<'_>, ask: &Others<'_>) -> Option<Outcome> {
    let is_next_backup = copy.transfer.recovery_point.is_none() && copy.copy_of.is_none();
    let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
    let has_target = target.is_some_and(|target| !target.is_null());
    if let (true, true, Fact::Unknown(gap)) =
        (is_next_backup, has_target, &copy.endpoints().source_vault)
    {
        return Some(not_read((**gap).clone()));
    }
    let first = first(copy, rule, facts)?;
    let target = &first.endpoints().destination_vault;
    if copy.endpoints().source_vault.as_ref().known() != Some(target) {
        return not_a_target(&first);
    }
    // What stops both is said of this one by the same check.
    let (of_first, of_this) = (ask(&first), ask(copy));
    let is_of_both = |check: &Check, status: Status| {
        let mut of_this = of_this.iter();
        of_this.any(|(other, this)| other.id == check.id && this.status == status)
    };
    let own = |status: Status| -> Found {
        let of_first = of_first.iter();
        let own =
            of_first.filter(|(check, found)| found.status == status && !is_of_both(check, status));
        own.cloned().collect()
    };
    let name = target.name();
    // All that stands against it, at once.
    let failing = own(Status::Fail).into_iter().map(|(check, found)| {
        let fail = Outcome::fail(format!(
            "there is no backup to copy in the rule's logically air-gapped target `{name}`, which does not take it ({}): {}",
            check.id, found.message
        ))
        .saw(found.evidence.clone());
        match (needs(&found), &found.fix) {
            (Some(needs), _) => fail.needs(needs),
            // The message says what people do.
            (None, fix @ (Fix::ByHand | Fix::Impossible)) => Outcome {
                fix: fix.clone(),
                ..fail
            },
            (None, Fix::Needs(_)) => fail.by_hand("let the backup go there first"),
        }
    });
    if let Some(failing) = failing.reduce(Outcome::and) {
        return Some(failing);
    }
    let mut open = own(Status::Undecided);
    open.retain(|(check, _)| check.may_fail == MayFail::Yes);
    let (check, found) = open.first()?;
    let gaps = open.iter().flat_map(|(_, found)| found.gaps.clone());
    let message = format!(
        "whether the rule's logically air-gapped target `{name}` takes the backup that this copy is of is not known ({}): {}",
        check.id, found.message
    );
    Some(Outcome::undecided(message, gaps).saw(found.evidence.clone()))
}

/// What makes the first pass, where that is of no copy but of what it takes; `None`: people do.
fn needs(found: &Outcome) -> Option<Vec<Need>> {
    let is_of_copy = |need: &Need| {
        matches!(
            need,
            Need::Retention { .. }
                | Need::Lifecycle { .. }
                | Need::Split { .. }
                | Need::CustomerKeyOnBackup { .. }
                | Need::CustomerKeyOnVault { .. }
        )
    };
    match &found.fix {
        Fix::Needs(needs) if !needs.is_empty() && !needs.iter().any(is_of_copy) => {
            Some(needs.clone())
        }
        Fix::Needs(_) | Fix::ByHand | Fix::Impossible => None,
    }
}

/// The backup that the rule sends to its logically air-gapped target, as the copy that it is asked about as. `None` for the copy of one
/// that is there, and for that itself.
fn first(copy: &Copy, rule: &Value, facts: &Facts<'_>) -> Option<Copy> {
    if copy.transfer.recovery_point.is_some() || copy.copy_of.is_some() {
        return None;
    }
    let text = |name: &str| rule.get(name).and_then(Value::as_str);
    let target = Arn::parse(text("TargetLogicallyAirGappedBackupVaultArn")?).ok()?;
    let plan = copy.plan.as_ref()?;
    let vault = standard_vault(copy, rule)?;
    let resource = copy.resource.as_ref().known()?.as_ref()?;
    let lifecycle = match kept_by(rule, &target) {
        Kept::As(kept) => Fact::Known(kept),
        Kept::Nothing | Kept::Differently => Fact::unknown(Gap::not_told(
            "which of the lifecycles of the rule counts",
            plan.id.as_str(),
        )),
    };
    let named = Named {
        id: format!("{}/{}/{resource}/{target}", plan.id, plan.rule).into(),
        source_vault: Some(vault),
        destination_vault: target,
        lifecycle,
        assumptions: Vec::new(),
        ..copy.named()
    };
    Some(Copy::new(named, facts))
}

/// Whether the target is one that a rule cannot have, so that nobody knows whether it makes a backup at all.
fn not_a_target(first: &Copy) -> Option<Outcome> {
    let endpoints = first.endpoints();
    let target = &endpoints.destination_vault;
    let is_here = endpoints.is_cross_account() == Fact::Known(false)
        && endpoints.is_cross_region() == Fact::Known(false);
    let why = match endpoints.destination_type {
        _ if !is_here => "is not in the plan's own account and Region, as it must be",
        Fact::Known(Some(VaultType::Standard | VaultType::RestoreAccess)) => {
            "is not a logically air-gapped vault"
        }
        Fact::Known(Some(VaultType::AirGapped) | None) | Fact::Unknown(_) => return None,
    };
    let says = format!(
        "the rule's logically air-gapped target `{}` {why}",
        target.name()
    );
    let what = format!("whether AWS Backup makes any backup where {says}");
    let gap = Gap::not_told(what, target.as_str()).where_is(target);
    let message = format!("{says}: whether there is a backup to copy is not known");
    Some(Outcome::undecided(message, [gap]))
}
