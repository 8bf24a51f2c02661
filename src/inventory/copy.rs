//! One planned copy, and what its names lead to: accounts, Regions, resource type, keys.

mod key;
mod kind;

use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::field::Field;
use super::frame::{CopyEntry, Lifecycle};
use super::json::Json;
use super::lookup::{Assumption, EncryptedWith, Facts, KeyManager, VaultType};
use super::word::Start;
use key::{backup_key, copy_key, manager, model};
use kind::kind_of;

pub use key::Model;
pub use kind::KindOf;

/// One planned copy: a recovery point, or a resource that will have one, going from a source vault to a destination
/// vault; with the facts that its names lead to, each known or not.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Its id, one of a kind.
    pub id: Box<str>,
    /// The recovery point that is copied; `None` where it will be made.
    pub recovery_point: Option<Arn>,
    /// What is backed up.
    pub resource: Fact<Option<Arn>>,
    /// The vault that the recovery point is in.
    pub source_vault: Fact<Arn>,
    /// The vault that it goes to.
    pub destination_vault: Arn,
    /// The role that the copy job runs as.
    pub role: Fact<Arn>,
    /// How long the copy is kept; `None`: it never expires.
    pub lifecycle: Fact<Option<Lifecycle>>,
    /// Who starts it.
    pub start: Start,
    /// The plan that makes the copy, if one does.
    pub plan: Option<PlanReference>,
    /// What was taken for granted, in words.
    pub assumptions: Vec<String>,
    /// The copy that makes the backup, for one on the way back.
    pub copy_of: Option<Box<Named>>,
    /// The resource type.
    pub resource_type: Fact<ResourceType>,
    /// What kind of resource it is, as far as is known.
    pub kind: KindOf,
    /// What the recovery point is encrypted with.
    pub backup_key: Fact<EncryptedWith>,
    /// What the copy will be encrypted with.
    pub copy_key: Fact<EncryptedWith>,
    /// What kind of vault the source is. `None`: none, or of a kind that is not known.
    pub source_type: Fact<Option<VaultType>>,
    /// What kind of vault the destination is. `None`: none, or of a kind that is not known.
    pub destination_type: Fact<Option<VaultType>>,
}

/// The plan, rule and selection that make a copy.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct PlanReference {
    /// The plan's id.
    pub id: String,
    /// The rule's name.
    pub rule: String,
    /// The selection's name.
    pub selection: String,
}

impl PlanReference {
    /// The reference that a copy of an inventory has. What it does not name is empty, and leads to no rule, so that what
    /// depends on the rule stays unknown.
    fn of_json(Json(value): &Json) -> Self {
        let text = |name| {
            let text = value.get(name).and_then(|text| text.as_str());
            text.map_or_else(String::new, str::to_owned)
        };
        Self {
            id: text("id"),
            rule: text("rule"),
            selection: text("selection"),
        }
    }
}

impl Copy {
    /// The copy that an entry of the inventory asks about.
    #[must_use]
    pub fn of_entry(entry: &CopyEntry, facts: &Facts<'_>) -> Self {
        let recovery_point = entry.recovery_point.value().cloned();
        let not_named = |what: &str| Gap {
            operation: format!("name `{what}` in the copy"),
            subject: entry.id.to_string(),
            permission: "none".to_owned(),
            ..Gap::default()
        };
        let start = match &entry.start {
            Field::Is(start) => *start,
            Field::Null | Field::Absent if recovery_point.is_some() => Start::OnDemand,
            Field::Null | Field::Absent => Start::Scheduled,
        };
        Self::new(
            Named {
                id: entry.id.clone(),
                resource: entry.resource.value().cloned(),
                recovery_point,
                source_vault: entry.source_vault.value().cloned(),
                destination_vault: entry.destination_vault.clone(),
                role: match &entry.role {
                    Field::Is(role) => Fact::Known(role.clone()),
                    Field::Null | Field::Absent => Fact::unknown(not_named("role")),
                },
                lifecycle: match &entry.lifecycle {
                    Field::Is(lifecycle) => Fact::Known(Some(lifecycle.clone())),
                    Field::Null => Fact::Known(None),
                    Field::Absent => Fact::unknown(not_named("lifecycle")),
                },
                start,
                plan: entry.plan.value().map(PlanReference::of_json),
                assumptions: entry
                    .assumptions
                    .value()
                    .into_iter()
                    .flatten()
                    .map(ToString::to_string)
                    .collect(),
                copy_of: None,
            },
            facts,
        )
    }

    /// A copy by its names, with what they lead to.
    #[must_use]
    pub fn new(named: Named, facts: &Facts<'_>) -> Self {
        let first = named.copy_of.clone().map(|first| Self::new(*first, facts));
        let resource = match (&named.resource, &named.recovery_point) {
            _ if let Some(first) = &first => first.resource.clone(),
            (Some(arn), _) => Fact::Known(Some(arn.clone())),
            (None, Some(point)) => facts.point_resource(point).map(|arn| arn.cloned()),
            (None, None) => Fact::Known(None),
        };
        let source_vault = source_vault(&named, facts);
        // A backup that a copy makes has the type of what was copied, and the key that the copy gives it.
        let (resource_type, kind, backup_key) = match first {
            Some(first) => (first.resource_type, first.kind, first.copy_key),
            None => {
                let (resource_type, kind) = kind_of(&named, &resource, &source_vault, facts);
                let key = backup_key(&named, &kind, &source_vault, facts);
                (resource_type, kind, key)
            }
        };
        let copy_key = copy_key(&named, &kind, &backup_key, facts);
        let source_type = match &source_vault {
            Fact::Known(vault) => facts.vault_type(vault),
            Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
        };
        let mut assumptions = named.assumptions;
        let assumed = organization_policies_assumed(&named.role, facts);
        assumptions.extend(assumed.filter(|words| !assumptions.contains(words)));
        Self {
            destination_type: facts.vault_type(&named.destination_vault),
            id: named.id,
            recovery_point: named.recovery_point,
            resource,
            source_vault,
            destination_vault: named.destination_vault,
            role: named.role,
            lifecycle: named.lifecycle,
            start: named.start,
            plan: named.plan,
            assumptions,
            copy_of: named.copy_of,
            resource_type,
            kind,
            backup_key,
            copy_key,
            source_type,
        }
    }

    /// The names of this copy, for asking about it under other facts.
    #[must_use]
    pub fn named(&self) -> Named {
        Named {
            id: self.id.clone(),
            resource: self.resource.as_ref().known().cloned().flatten(),
            recovery_point: self.recovery_point.clone(),
            source_vault: self.source_vault.as_ref().known().cloned(),
            destination_vault: self.destination_vault.clone(),
            role: self.role.clone(),
            lifecycle: self.lifecycle.clone(),
            start: self.start,
            plan: self.plan.clone(),
            assumptions: self.assumptions.clone(),
            copy_of: self.copy_of.clone(),
        }
    }

    /// The account that the source vault is in.
    #[must_use]
    pub fn source_account(&self) -> Fact<AccountId> {
        self.source_part(Arn::account)
    }

    /// The Region that the source vault is in.
    #[must_use]
    pub fn source_region(&self) -> Fact<Region> {
        self.source_part(Arn::region)
    }

    fn source_part<T>(&self, part: impl Fn(&Arn) -> Option<T>) -> Fact<T> {
        match &self.source_vault {
            Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
            Fact::Known(vault) => {
                part(vault).map_or_else(|| Fact::unknown(no_place(vault)), Fact::Known)
            }
        }
    }

    /// The account that the destination vault is in.
    #[must_use]
    pub fn destination_account(&self) -> Fact<AccountId> {
        self.destination_vault.account().map_or_else(
            || Fact::unknown(no_place(&self.destination_vault)),
            Fact::Known,
        )
    }

    /// The Region that the destination vault is in.
    #[must_use]
    pub fn destination_region(&self) -> Fact<Region> {
        self.destination_vault.region().map_or_else(
            || Fact::unknown(no_place(&self.destination_vault)),
            Fact::Known,
        )
    }

    /// Whether the copy leaves its account.
    #[must_use]
    pub fn is_cross_account(&self) -> Fact<bool> {
        self.source_account()
            .and_then(|from| self.destination_account().map(|to| from != to))
    }

    /// Whether the copy leaves its Region.
    #[must_use]
    pub fn is_cross_region(&self) -> Fact<bool> {
        self.source_region()
            .and_then(|from| self.destination_region().map(|to| from != to))
    }

    /// How the backup is encrypted. `None`: a type that AWS Backup's table does not have.
    #[must_use]
    pub fn model(&self) -> Fact<Option<Model>> {
        model(&self.kind)
    }

    /// Who manages the backup's key. `None`: it has no key of its own, or the key does not exist.
    #[must_use]
    pub fn backup_key_manager(&self, facts: &Facts<'_>) -> Fact<Option<KeyManager>> {
        manager(&self.backup_key, facts)
    }

    /// Who manages the copy's key. `None`: it has no key of its own, or the key does not exist.
    #[must_use]
    pub fn copy_key_manager(&self, facts: &Facts<'_>) -> Fact<Option<KeyManager>> {
        manager(&self.copy_key, facts)
    }

    /// Whether a logically air-gapped vault is the source or the destination.
    #[must_use]
    pub fn touches_air_gapped_vault(&self) -> Fact<bool> {
        let is = |kind: &Fact<Option<VaultType>>| {
            kind.clone().map(|kind| kind == Some(VaultType::AirGapped))
        };
        match (is(&self.destination_type), is(&self.source_type)) {
            (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
            (Fact::Known(false), other) | (other @ Fact::Unknown(_), _) => other,
        }
    }

    /// What is copied, for evidence: the recovery point, else the resource, else the copy's id.
    #[must_use]
    pub fn subject(&self) -> String {
        let resource = self.resource.as_ref().known().and_then(Option::as_ref);
        self.recovery_point
            .as_ref()
            .or(resource)
            .map_or_else(|| self.id.to_string(), ToString::to_string)
    }

    /// The resource type's name, or `unknown`.
    #[must_use]
    pub fn type_name(&self) -> String {
        self.resource_type
            .as_ref()
            .known()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    }

    /// The service-linked role of AWS Backup in the destination account.
    #[must_use]
    pub fn destination_service_linked_role(&self) -> Fact<Arn> {
        self.destination_account()
            .map(|account| service_linked_role(&self.destination_vault, account))
    }
}

/// AWS Backup's service-linked role in an account, `AWSServiceRoleForBackup`, in the partition of another ARN.
#[must_use]
pub fn service_linked_role(like: &Arn, account: AccountId) -> Arn {
    Arn::iam_role(
        like.partition(),
        account,
        "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    )
}

/// What names a copy, before anything is looked up.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its id.
    pub id: Box<str>,
    /// The resource, if it is named.
    pub resource: Option<Arn>,
    /// The recovery point, if it is named.
    pub recovery_point: Option<Arn>,
    /// The source vault, if it is named.
    pub source_vault: Option<Arn>,
    /// The destination vault.
    pub destination_vault: Arn,
    /// The role.
    pub role: Fact<Arn>,
    /// How long the copy is kept.
    pub lifecycle: Fact<Option<Lifecycle>>,
    /// Who starts it.
    pub start: Start,
    /// The plan that makes it.
    pub plan: Option<PlanReference>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// The copy that makes the backup, where that is to be copied on.
    pub copy_of: Option<Box<Named>>,
}

/// What is taken for granted of the organization's policies, in words; `None` where they were read, or nobody said so.
fn organization_policies_assumed(role: &Fact<Arn>, facts: &Facts<'_>) -> Option<String> {
    if !facts.assumes(Assumption::OrganizationPoliciesAllow) {
        return None;
    }
    let account = role.as_ref().known().and_then(Arn::account)?;
    let unbound = matches!(facts.organization(account), Fact::Known(None))
        || matches!(facts.is_management_account(account), Fact::Known(true));
    let read = matches!(facts.service_control_policies(account), Fact::Known(_))
        && matches!(facts.resource_control_policies(account), Fact::Known(_));
    (!read && !unbound).then(|| {
        format!("organization policies: those on account {account} were not read, and are taken to allow the copy")
    })
}

fn no_place(vault: &Arn) -> Gap {
    Gap {
        operation: "backup:DescribeBackupVault".to_owned(),
        subject: vault.to_string(),
        permission: "backup:DescribeBackupVault".to_owned(),
        ..Gap::default()
    }
}

fn source_vault(named: &Named, facts: &Facts<'_>) -> Fact<Arn> {
    if let Some(vault) = &named.source_vault {
        return Fact::Known(vault.clone());
    }
    let unknown = |operation, subject: &Arn| {
        Fact::unknown(facts.gap(
            operation,
            subject.as_str(),
            subject.account(),
            subject.region().as_ref(),
        ))
    };
    match (&named.recovery_point, &named.resource) {
        (Some(point), _) => match facts.point_vault(point) {
            Fact::Known(Some(vault)) => Fact::Known(vault.clone()),
            Fact::Known(None) => unknown("backup:DescribeRecoveryPoint", point),
            Fact::Unknown(gap) => Fact::Unknown(gap),
        },
        (None, Some(resource)) => facts.newest_vault(resource),
        (None, None) => unknown(
            "backup:ListRecoveryPointsByResource",
            &named.destination_vault,
        ),
    }
}
