//! One planned copy, and what its names lead to: accounts, Regions, resource type, keys.

mod backup_made;
mod key;
mod kind;
mod named;
mod route;
mod volumes;

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::calls::api_call;
use crate::catalog::{Kind, goes_into_air_gapped_vault_itself};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap, Region, ResourceType};

use super::frame::CopyEntry;
use super::lookup::{Assumption, ControlList, Facts, VaultType, contradiction, note_lifecycle};
use super::objects::Lifecycle;
use super::word::Start;
use backup_made::{
    backup_assumed, dates_assumed, key_stores_assumed, no_continuous_assumed, state_assumed,
    switch_assumed, windows_assumed,
};
use key::{BackupKeys, backup_keys, copy_key, model};
use kind::{kind_of, kind_of_resource};

pub use backup_made::is_key_assumed;
pub use key::Model;
pub use kind::KindOf;
use named::is_elsewhere;
pub use named::{MadeBy, Named, OF_COMMAND_LINE, PlanReference};
pub use route::{Endpoints, Route, Transfer, service_linked_role};
pub use volumes::volumes;

/// One planned copy: a recovery point, or a resource that will have one, going from a source vault to a destination
/// vault; with the facts that its names lead to, each known or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    /// Its id, one of a kind.
    pub id: Arc<str>,
    /// What is backed up.
    pub resource: Fact<Option<Arn>>,
    lifecycle: Fact<Option<Lifecycle>>,
    /// The plan that makes the copy, if one does.
    pub plan: Option<PlanReference>,
    /// What was taken for granted, in words.
    pub assumptions: Vec<String>,
    /// The copy that makes the backup, for one on the way back.
    pub copy_of: Option<Box<Named>>,
    /// That it is made at all.
    pub made: Fact<()>,
    /// What its requests name: its route, and the recovery point or the bucket. Many copies share one.
    pub transfer: Arc<Transfer>,
}

impl Copy {
    /// The copy that an entry of the inventory asks about.
    #[must_use]
    pub fn of_entry(entry: &CopyEntry, facts: &Facts<'_>) -> Self {
        Self::new(Named::of_entry(entry), facts)
    }

    /// A copy by its names, with what they lead to.
    #[must_use]
    pub fn new(mut named: Named, facts: &Facts<'_>) -> Self {
        if named.recovery_point.is_none()
            && named.copy_of.is_none()
            && named.plan.is_none()
            && let Some((resource, vault)) =
                named.resource.as_ref().zip(named.source_vault.as_ref())
        {
            // Whether a copy of it lies there, only a recovery point would say.
            let made = Fact::unknown(Gap::not_named("recovery_point", named.id.to_string()));
            named.copy_of = Named::into_other_place(&named.id, resource, vault, made);
        }
        let first = named.copy_of.clone().map(|first| Self::new(*first, facts));
        let resource = match (&named.resource, &named.recovery_point) {
            _ if let Some(first) = &first => first.resource.clone(),
            (Some(arn), Some(point)) => match facts.point_resource(point) {
                Fact::Known(Some(other)) if other != arn => Fact::unknown(contradiction(
                    point,
                    format!("the copy's `resource` {arn}"),
                    format!("the recovery point's `ResourceArn` {other}"),
                )),
                Fact::Known(_) | Fact::Unknown(_) => of_point(arn, point, facts),
            },
            (Some(arn), None) => Fact::Known(Some(arn.clone())),
            (None, Some(point)) => facts.point_resource(point).and_then(|arn| match arn {
                Some(arn) => of_point(arn, point, facts),
                None => Fact::Known(None),
            }),
            (None, None) => Fact::Known(None),
        };
        let owner = named.recovery_point.as_ref();
        let owner = owner.and_then(|point| facts.owner_contradicts(point));
        let resource = owner.map_or(resource, Fact::unknown);
        let source_vault = source_vault(&named, facts);
        let mut is_backup_itself = false;
        // A backup that a copy makes has the type of what was copied, and the key that the copy gives it.
        let (resource_type, kind, backup_keys) = match first {
            Some(Self { transfer, .. }) => {
                let Route {
                    resource_type,
                    kind,
                    copy_key,
                    ..
                } = Arc::unwrap_or_clone(transfer).route;
                (resource_type, kind, BackupKeys::one(copy_key))
            }
            None => {
                let (resource_type, kind) = kind_of(&named, &resource, &source_vault, facts);
                is_backup_itself = goes_there_itself(&named, &kind, facts);
                let destination = || Fact::Known(named.destination_vault.clone());
                let keys = match is_backup_itself {
                    true => backup_keys(&named, &kind, &destination(), facts),
                    false => backup_keys(&named, &kind, &source_vault, facts),
                };
                (resource_type, kind, keys)
            }
        };
        let copy_key = copy_key(&named, &kind, &backup_keys.first, facts);
        let source_type = match (&source_vault, &named.recovery_point) {
            (Fact::Known(vault), Some(point)) => facts.vault_type_of_point(vault, point),
            (Fact::Known(vault), None) => facts.vault_type(vault),
            (Fact::Unknown(gap), _) => Fact::Unknown(gap.clone()),
        };
        let what = resource.as_ref().known().and_then(Option::as_ref);
        let perhaps = what.filter(|_| named.recovery_point.is_none());
        let made = match perhaps.and_then(|resource| facts.perhaps_made(resource)) {
            Some(gap) if named.made == Fact::Known(()) => Fact::unknown(gap),
            Some(_) | None => named.made,
        };
        let mut assumptions = named.assumptions;
        let will_be_made = named.recovery_point.is_none() && named.copy_of.is_none();
        let assumed = backup_assumed(&kind, &resource, facts).filter(|_| will_be_made);
        let assumed = assumed
            .into_iter()
            .chain(state_assumed(&resource, facts).filter(|_| will_be_made))
            .chain(dates_assumed(named.recovery_point.as_ref(), facts))
            .chain(
                windows_assumed(named.plan.as_ref(), &kind, &resource, facts)
                    .filter(|_| will_be_made),
            )
            .chain(
                switch_assumed(named.plan.as_ref(), &resource_type, &source_vault, facts)
                    .filter(|_| will_be_made),
            )
            .chain(
                no_continuous_assumed(named.plan.as_ref(), &kind, &source_vault, facts)
                    .filter(|_| will_be_made),
            );
        // What is backed up is read with its own key, where the backup is on another.
        let is_on_another = model(&kind) == Fact::Known(Some(Model::Independent));
        let of_resource = what.filter(|_| will_be_made && is_on_another);
        let of_resource = of_resource.map(|resource| facts.resource_key(resource));
        let keys = [&backup_keys.first, &copy_key].into_iter();
        let keys = keys.chain(backup_keys.further.iter()).chain(&of_resource);
        let of_keys = keys.clone().filter_map(|key| key.as_ref().known()?.key());
        let plan = named.plan.as_ref().map(|plan| &*plan.id);
        let arns = [
            named.role.as_ref().known(),
            source_vault.as_ref().known(),
            what,
        ];
        let arns = arns.into_iter().flatten().chain([&named.destination_vault]);
        let arns = arns.chain(of_keys);
        let of_organization = organization_policies_assumed(arns.clone(), facts);
        let taken = facts.taken_as_they_are(arns.map(Arn::as_str).chain(plan));
        let assumed = of_organization.into_iter().chain(assumed);
        let assumed = assumed.chain(key_stores_assumed(keys, facts)).chain(taken);
        for words in assumed {
            if !assumptions.contains(&words) {
                assumptions.push(words);
            }
        }
        let bucket = match &resource {
            Fact::Known(bucket) if kind == KindOf::Known(Kind::S3) => bucket.clone(),
            Fact::Known(_) | Fact::Unknown(_) => None,
        };
        Self {
            id: named.id,
            resource,
            lifecycle: named.lifecycle,
            plan: named.plan,
            assumptions,
            copy_of: named.copy_of,
            made,
            transfer: Arc::new(Transfer {
                recovery_point: named.recovery_point,
                bucket,
                is_backup_itself,
                route: Route {
                    endpoints: Endpoints {
                        destination_type: facts.vault_type(&named.destination_vault),
                        source_vault,
                        destination_vault: named.destination_vault,
                        role: named.role,
                        start: named.start,
                        source_type,
                    },
                    resource_type,
                    kind,
                    backup_key: backup_keys.first,
                    further_keys: backup_keys.further,
                    copy_key,
                },
            }),
        }
    }

    /// The way that it takes.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.transfer.route
    }

    /// From where to where it goes, and as whom.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.transfer.route.endpoints
    }

    /// Whether its role makes the backup that is copied, too: a rule makes copies of its own backups, and its selection has one role
    /// for both. Who makes the one that is copied on demand nobody says.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html>.
    #[must_use]
    pub fn is_backed_up_by_its_role(&self) -> bool {
        self.plan.is_some() || self.endpoints().start == Start::Scheduled
    }

    /// How long the copy is kept; `None`: it never expires.
    pub fn lifecycle(&self) -> &Fact<Option<Lifecycle>> {
        note_lifecycle();
        &self.lifecycle
    }

    /// Whether nothing but that tells it from another copy.
    #[must_use]
    pub fn differs_in_lifecycle_alone(&self, other: &Self) -> bool {
        let lifecycle = other.lifecycle.clone();
        self.lifecycle != lifecycle
            && *other
                == Self {
                    lifecycle,
                    ..self.clone()
                }
    }

    /// The names of this copy, for asking about it under other facts.
    #[must_use]
    pub fn named(&self) -> Named {
        Named {
            id: self.id.clone(),
            resource: self.resource.as_ref().known().cloned().flatten(),
            recovery_point: self.transfer.recovery_point.clone(),
            source_vault: self.endpoints().source_vault.as_ref().known().cloned(),
            destination_vault: self.endpoints().destination_vault.clone(),
            role: self.endpoints().role.clone(),
            lifecycle: self.lifecycle().clone(),
            start: self.endpoints().start,
            plan: self.plan.clone(),
            assumptions: self.assumptions.clone(),
            copy_of: self.copy_of.clone(),
            made: self.made.clone(),
        }
    }

    /// What is copied, for evidence: the recovery point, else the resource, else the copy's id.
    #[must_use]
    pub fn subject(&self) -> SmolStr {
        let resource = self.resource.as_ref().known().and_then(Option::as_ref);
        self.transfer
            .recovery_point
            .as_ref()
            .or(resource)
            .map_or_else(|| SmolStr::new(&*self.id), SmolStr::from)
    }
}

impl KindOf {
    /// The type and the kind of a resource, as backups of it in its account and Region have them.
    #[must_use]
    pub fn resource(
        resource: &Arn,
        account: AccountId,
        region: &Region,
        facts: &Facts<'_>,
    ) -> (Fact<ResourceType>, Self) {
        kind_of_resource(resource, account, region, facts)
    }
}

/// Whether the backup itself goes into the logically air-gapped vault, which is the target of the rule that makes it: AWS Backup manages
/// the type fully.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
fn goes_there_itself(named: &Named, kind: &KindOf, facts: &Facts<'_>) -> bool {
    let vault = &named.destination_vault;
    if named.recovery_point.is_some()
        || facts.vault_type(vault) != Fact::Known(Some(VaultType::AirGapped))
        || kind.agreed(goes_into_air_gapped_vault_itself) != Fact::Known(Some(true))
    {
        return false;
    }
    let rule = facts.rule_of(named.plan.as_ref()).known().flatten();
    let target = rule.and_then(|rule| rule.get("TargetLogicallyAirGappedBackupVaultArn")?.as_str());
    target == Some(vault.as_str())
}

/// What is taken for granted of the policies of the organization on the accounts of these, in words; `None` where they were read, or
/// nobody said so.
fn organization_policies_assumed<'a>(
    of: impl Iterator<Item = &'a Arn>,
    facts: &Facts<'_>,
) -> Option<String> {
    if !facts.assumes(Assumption::OrganizationPoliciesAllow) {
        return None;
    }
    let lists = [ControlList::Service, ControlList::Resource];
    // What a change leaves open is not assumed.
    let is_assumed = |gap: &Gap| gap.hand() != Some(ByHand::Planned);
    let is_unread = |account: &AccountId| {
        let of = |list| facts.control_policies_unread(*account, list);
        let mut unread = lists.into_iter().filter_map(of);
        unread.any(|gap| is_assumed(&gap))
    };
    let accounts: BTreeSet<AccountId> = of.filter_map(Arn::account).collect();
    let unread: Vec<String> = accounts
        .iter()
        .filter(|account| is_unread(account))
        .map(ToString::to_string)
        .collect();
    let accounts = match unread.as_slice() {
        [] => return None,
        [one] => format!("account {one}"),
        several => format!("accounts {}", several.join(", ")),
    };
    Some(format!(
        "organization policies: those on {accounts} were not all read, and are assumed to allow the copy"
    ))
}

/// The resource of a recovery point, unless the snapshot that it is says otherwise.
fn of_point(resource: &Arn, point: &Arn, facts: &Facts<'_>) -> Fact<Option<Arn>> {
    match facts.snapshot_contradicts(point, resource) {
        Some(gap) => Fact::unknown(gap),
        None => Fact::Known(Some(resource.clone())),
    }
}

fn source_vault(named: &Named, facts: &Facts<'_>) -> Fact<Arn> {
    if let Some(vault) = &named.source_vault {
        return match &named.resource {
            // A backup goes into a vault of its resource's account and Region; only copies of it lie elsewhere.
            Some(resource)
                if named.recovery_point.is_none()
                    && named.copy_of.is_none()
                    && is_elsewhere(resource, vault) =>
            {
                Fact::unknown(contradiction(
                    resource,
                    format!("the copy's `source_vault` {vault}"),
                    format!("its `resource` {resource}, which is of another account or Region"),
                ))
            }
            Some(_) | None => Fact::Known(vault.clone()),
        };
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
            Fact::Known(None) => unknown(api_call!("backup:DescribeRecoveryPoint"), point),
            Fact::Unknown(gap) => Fact::Unknown(gap),
        },
        // The newest backup may be the copy itself: then it tells nothing of where it came from.
        (None, Some(resource)) => match facts.newest_vault(resource) {
            Fact::Known(vault) if vault == named.destination_vault => {
                Fact::unknown(Gap::not_named("source_vault", named.id.to_string()))
            }
            vault @ (Fact::Known(_) | Fact::Unknown(_)) => vault,
        },
        (None, None) => unknown(
            api_call!("backup:ListRecoveryPointsByResource"),
            &named.destination_vault,
        ),
    }
}
