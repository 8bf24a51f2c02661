//! One copy, as a report has it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::change::Change;
use crate::checks::{Decided, MayFail};
use crate::inventory::Start;
use crate::inventory::{
    Copy, EncryptedWith, Facts, Field, KeyManager, Lifecycle, Model, PlanReference, VaultType,
    backup_policies_on, is_plan_of_policy,
};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType};
use crate::verdict::{Status, Verdict};

use super::check::{CheckReport, Waived};
use super::links::{About, Found, Links};
use super::parts::Parts;

/// One copy, with what was found about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CopyReport {
    /// Its id.
    pub id: String,
    /// Where it comes from.
    pub source: CopySource,
    /// Where it goes.
    pub destination: CopyTarget,
    /// The role that the copy job runs as; absent where it is unknown.
    #[serde(skip_serializing_if = "is_absent")]
    pub role: Field<Arn>,
    /// Who starts it.
    pub start: Start,
    /// How long the copy is kept: null where it never expires, absent where that is unknown.
    #[serde(skip_serializing_if = "is_absent")]
    pub lifecycle: Field<Retention>,
    /// The plan that makes it; null where none does.
    pub plan: Option<PlanReference>,
    /// What was taken for granted, in words.
    pub assumptions: Vec<String>,
    /// The keys on the way.
    pub encryption: EncryptionReport,
    /// Whether it will succeed.
    pub verdict: Verdict,
    /// Whether it will, once all remedies of the report are made, of several ways one whose effect can be shown; null where
    /// there are none for it, or the facts cannot show it.
    pub verdict_with_remedies: Option<Verdict>,
    /// What a change to the facts does to it; null where none is judged.
    pub change: Option<Change>,
    /// The verdict before that change; null where none is judged, or it is a new copy.
    pub was: Option<Verdict>,
    /// What fails, warns or is undecided, in the order in which the checks run; what passes or is not applicable too, where
    /// everything was asked for.
    pub checks: Vec<CheckReport>,
}

/// What a copy is made of, as a change calls it.
fn made_of(copy: &Copy) -> Vec<String> {
    let ends = copy.endpoints();
    let plan = copy.plan.as_ref().map(|plan| plan.id.to_string());
    let resource = copy.resource.as_ref().known().and_then(Option::as_ref);
    let (account, region) = (ends.source_account().known(), ends.source_region().known());
    let into = &ends.destination_vault;
    let places = [(account, region), (into.account(), into.region())];
    let settings = places.into_iter().flat_map(|(account, region)| {
        let of_region = account
            .as_ref()
            .zip(region.as_ref())
            .map(|(account, region)| format!("{account}/{region}"));
        [of_region, account.map(|account| account.to_string())]
    });
    let by = copy
        .plan
        .as_ref()
        .filter(|plan| is_plan_of_policy(&plan.id));
    let by = by.and_then(|plan| plan.made_by.as_ref());
    let policies = by.map(|by| backup_policies_on(&by.account.to_string()));
    let own = [plan, policies, resource.map(ToString::to_string)];
    own.into_iter().chain(settings).flatten().collect()
}

/// Where a copy comes from. A field that is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CopySource {
    /// The source vault's account.
    #[serde(skip_serializing_if = "is_absent")]
    pub account: Field<AccountId>,
    /// The source vault's Region.
    #[serde(skip_serializing_if = "is_absent")]
    pub region: Field<Region>,
    /// The source vault.
    #[serde(skip_serializing_if = "is_absent")]
    pub vault: Field<Arn>,
    /// What is backed up; null where the recovery point names nothing.
    #[serde(skip_serializing_if = "is_absent")]
    pub resource: Field<Arn>,
    /// The recovery point; null where it is still to be made.
    pub recovery_point: Option<Arn>,
    /// The resource type, by its name in AWS Backup's API.
    #[serde(skip_serializing_if = "is_absent")]
    pub resource_type: Field<ResourceType>,
}

/// Where a copy goes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CopyTarget {
    /// The vault's account; null where its ARN has none.
    pub account: Option<AccountId>,
    /// The vault's Region; null where its ARN has none.
    pub region: Option<Region>,
    /// The vault.
    pub vault: Arn,
    /// What kind of vault it is; null where that is unknown, or the vault does not exist.
    pub vault_type: Option<&'static str>,
}

/// How long a copy is kept, as in AWS Backup's `Lifecycle`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Retention {
    /// The days after which it is deleted; null for never.
    pub delete_after_days: Option<i64>,
    /// The days after which it moves to cold storage; null for never.
    pub move_to_cold_storage_after_days: Option<i64>,
}

/// The keys on the way. What is null is unknown, or is no key with an ARN.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EncryptionReport {
    /// Whose key encrypts the backup; null where the resource type is unknown.
    pub model: Option<EncryptionModel>,
    /// The key that the backup is encrypted with.
    pub backup_key: Option<Arn>,
    /// Who manages that key.
    pub backup_key_manager: Option<KeyManagedBy>,
    /// The key that the copy will be encrypted with.
    pub copy_key: Option<Arn>,
    /// Who manages that key.
    pub copy_key_manager: Option<KeyManagedBy>,
}

/// Whose key encrypts a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptionModel {
    /// The key of the vault it lies in.
    Independent,
    /// The key of the resource.
    ServiceDependent,
}

/// Who manages a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyManagedBy {
    /// The customer: its policy can be changed.
    Customer,
    /// AWS, for one service in one account: its policy cannot be changed.
    Aws,
    /// Nobody who could be asked: AWS owns it, and it has no ARN.
    AwsOwned,
    /// There is no key: it is not encrypted.
    None,
}

fn is_absent<T>(field: &Field<T>) -> bool {
    !field.is_present()
}

/// Unknown is absent.
fn field<T>(fact: Fact<T>) -> Field<T> {
    match fact {
        Fact::Known(value) => Field::Is(value),
        Fact::Unknown(_) => Field::Absent,
    }
}

/// Unknown is absent, and what is not there is null.
fn field_or_null<T>(fact: Fact<Option<T>>) -> Field<T> {
    match fact {
        Fact::Known(Some(value)) => Field::Is(value),
        Fact::Known(None) => Field::Null,
        Fact::Unknown(_) => Field::Absent,
    }
}

impl CopyReport {
    /// What is said of a decided copy.
    #[must_use]
    pub fn new(decided: &Decided, links: &Links<'_>, facts: &Facts<'_>) -> Self {
        let found: Vec<Found> = decided.outcomes.clone();
        Self::of(&decided.copy, decided.verdict, &found, links, facts)
    }

    /// Says what of a change is at fault for what was found of the copy.
    #[must_use]
    pub fn located(mut self, copy: &Copy, links: &Links<'_>) -> Self {
        let about = About {
            subject: &copy.id,
            made_of: made_of(copy),
            parts: Parts::of(copy),
            is_changed: self.change.is_none_or(Change::counts),
        };
        let checks = self.checks.into_iter();
        self.checks = checks.map(|check| check.located(&about, links)).collect();
        self
    }

    /// What is said of a copy of which this was found.
    #[must_use]
    pub fn of(
        copy: &Copy,
        verdict: Verdict,
        found: &[Found],
        links: &Links<'_>,
        facts: &Facts<'_>,
    ) -> Self {
        Self {
            id: copy.id.to_string(),
            source: CopySource {
                account: field(copy.endpoints().source_account()),
                region: field(copy.endpoints().source_region()),
                vault: field(copy.endpoints().source_vault.clone()),
                resource: field_or_null(copy.resource.clone()),
                recovery_point: copy.transfer.recovery_point.clone(),
                resource_type: field(copy.route().resource_type.clone()),
            },
            destination: CopyTarget {
                account: copy.endpoints().destination_vault.account(),
                region: copy.endpoints().destination_vault.region(),
                vault: copy.endpoints().destination_vault.clone(),
                vault_type: copy
                    .endpoints()
                    .destination_type
                    .as_ref()
                    .known()
                    .and_then(|of| *of)
                    .map(VaultType::as_str),
            },
            role: field(copy.endpoints().role.clone()),
            start: copy.endpoints().start,
            lifecycle: field_or_null(
                copy.lifecycle()
                    .as_ref()
                    .map(|kept| kept.as_ref().map(Retention::of)),
            ),
            plan: copy.plan.clone(),
            assumptions: copy.assumptions.clone(),
            encryption: EncryptionReport::of(copy, facts),
            verdict,
            verdict_with_remedies: None,
            change: None,
            was: None,
            checks: found
                .iter()
                .filter(|(_, outcome)| links.tells(outcome.status))
                .map(|(check, outcome)| {
                    CheckReport::new(check, Arc::clone(outcome), &copy.id, links)
                })
                .collect(),
        }
    }

    /// A copy of a report that was written before: where it came from, where it went, and what it came to.
    #[must_use]
    pub fn recorded(copy: &Value, verdict: Verdict) -> Option<Self> {
        let text = |pointer: &str| copy.pointer(pointer).and_then(Value::as_str);
        let arn = |pointer: &str| text(pointer).and_then(|text| Arn::parse(text).ok());
        let field = |arn: Option<Arn>| arn.map_or(Field::Absent, Field::Is);
        let destination = arn("/destination/vault")?;
        let source = arn("/source/vault");
        let account = source.as_ref().and_then(Arn::account);
        let region = source.as_ref().and_then(Arn::region);
        Some(Self {
            id: text("/id")?.to_owned(),
            source: CopySource {
                account: account.map_or(Field::Absent, Field::Is),
                region: region.map_or(Field::Absent, Field::Is),
                vault: field(source),
                resource: field(arn("/source/resource")),
                recovery_point: arn("/source/recovery_point"),
                resource_type: text("/source/resource_type")
                    .map_or(Field::Absent, |of| Field::Is(ResourceType::parse(of))),
            },
            destination: CopyTarget {
                account: destination.account(),
                region: destination.region(),
                vault: destination,
                vault_type: None,
            },
            role: field(arn("/role")),
            start: match text("/start") {
                Some("on-demand") => Start::OnDemand,
                Some(_) | None => Start::Scheduled,
            },
            lifecycle: Field::Absent,
            plan: None,
            assumptions: Vec::new(),
            encryption: EncryptionReport {
                model: None,
                backup_key: None,
                backup_key_manager: None,
                copy_key: None,
                copy_key_manager: None,
            },
            verdict,
            verdict_with_remedies: None,
            change: Some(Change::Removed),
            was: Some(verdict),
            checks: Vec::new(),
        })
    }

    /// The first waiver of it, where every check that blocks it or leaves it undecided is waived.
    #[must_use]
    pub fn waived(&self) -> Option<&Waived> {
        let matters = |check: &&CheckReport| match check.outcome() {
            Status::Fail => true,
            Status::Undecided => check.check.may_fail == MayFail::Yes,
            Status::Warn | Status::Pass | Status::NotApplicable => false,
        };
        let mut bad = self.checks.iter().filter(matters);
        let first = bad.next()?.waived.as_ref()?;
        bad.all(|check| check.waived.is_some()).then_some(first)
    }

    /// Whether it is blocked, and will be so no longer once all remedies are made.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.verdict == Verdict::Blocked
            && self
                .verdict_with_remedies
                .is_some_and(|after| after != Verdict::Blocked)
    }
}

impl Retention {
    fn of(lifecycle: &Lifecycle) -> Self {
        Self {
            delete_after_days: lifecycle.delete_after_days.value().copied(),
            move_to_cold_storage_after_days: lifecycle
                .move_to_cold_storage_after_days
                .value()
                .copied(),
        }
    }
}

impl EncryptionReport {
    fn of(copy: &Copy, facts: &Facts<'_>) -> Self {
        let (backup_key, backup_key_manager) = key(
            &copy.route().backup_key,
            copy.route().backup_key_manager(facts),
        );
        let (copy_key, copy_key_manager) =
            key(&copy.route().copy_key, copy.route().copy_key_manager(facts));
        Self {
            model: copy
                .route()
                .model()
                .known()
                .flatten()
                .map(|model| match model {
                    Model::Independent => EncryptionModel::Independent,
                    Model::ServiceDependent => EncryptionModel::ServiceDependent,
                }),
            backup_key,
            backup_key_manager,
            copy_key,
            copy_key_manager,
        }
    }
}

fn key(
    with: &Fact<EncryptedWith>,
    manager: Fact<Option<KeyManager>>,
) -> (Option<Arn>, Option<KeyManagedBy>) {
    match with {
        Fact::Unknown(_) => (None, None),
        Fact::Known(EncryptedWith::Nothing) => (None, Some(KeyManagedBy::None)),
        Fact::Known(EncryptedWith::AwsOwnedKey) => (None, Some(KeyManagedBy::AwsOwned)),
        Fact::Known(EncryptedWith::Key(arn)) => {
            let manager = manager.known().flatten().map(|manager| match manager {
                KeyManager::Customer => KeyManagedBy::Customer,
                KeyManager::Aws => KeyManagedBy::Aws,
            });
            (Some(arn.clone()), manager)
        }
    }
}
