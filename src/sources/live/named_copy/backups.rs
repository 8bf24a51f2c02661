//! What is copied: the resource, and its recovery points or the one that was named.

use crate::catalog::calls::api_call;
use crate::inventory::{Field, RecoveryPoint, Resource};
use crate::known::Arn;
use crate::sources::live::book::add;
use crate::sources::live::reply::CallError;
use crate::sources::live::{backup, resources};

use super::Run;

/// What was found of what is copied.
#[derive(Default)]
pub(super) struct Backups {
    pub resource: Option<Resource>,
    pub point: Option<RecoveryPoint>,
    pub source_vault: Option<Arn>,
}
impl Backups {
    /// Whether what was to be copied was looked for and is not there.
    pub fn is_gone(&self) -> bool {
        match (&self.point, &self.resource) {
            (Some(point), _) => point.status == Field::Null,
            (None, Some(resource)) => resource.resource_type == Field::Null,
            (None, None) => false,
        }
    }
}

impl Run<'_> {
    /// What is copied, and the vault that it is in where the names do not say.
    pub(super) async fn backups(&self) -> Backups {
        match (&self.copy.recovery_point, &self.copy.resource) {
            (Some(point), named) => {
                let point = self.recovery_point(point).await;
                let known = point.as_ref().and_then(|point| point.resource_arn.value());
                let resource = match named.as_ref().or(known) {
                    Some(arn) => self.resource(arn).await,
                    None => None,
                };
                let source_vault = point
                    .as_ref()
                    .and_then(|point| point.backup_vault_arn.value().cloned());
                Backups {
                    resource,
                    point,
                    source_vault,
                }
            }
            (None, Some(arn)) => {
                let (resource, source_vault) =
                    tokio::join!(self.resource(arn), self.recovery_points(arn));
                Backups {
                    resource,
                    point: None,
                    source_vault,
                }
            }
            (None, None) => Backups::default(),
        }
    }

    /// The recovery points of the resource; gives the vault of the newest.
    async fn recovery_points(&self, resource: &Arn) -> Option<Arn> {
        let (session, region) = (&self.source, &self.source_region);
        let found = backup::of_resource(session, region, resource).await;
        let points = self.book.take(found)?;
        let vault =
            backup::newest(&points).and_then(|point| point.backup_vault_arn.value().cloned());
        if vault.is_none() && self.copy.source_vault.is_none() {
            let why = CallError::failed("NoRecoveryPoints");
            self.book.gaps([session.place(region).gap(
                api_call!("backup:ListRecoveryPointsByResource"),
                resource.as_str(),
                &why,
            )]);
        }
        self.book.region(&session.place(region), |facts| {
            facts.recovery_points = Field::Is(points.into());
        });
        vault
    }

    async fn recovery_point(&self, arn: &Arn) -> Option<RecoveryPoint> {
        let (session, region) = (&self.source, &self.source_region);
        let vault = match &self.copy.source_vault {
            Some(vault) => Some(vault.clone()),
            None => {
                let found = backup::vault_of(session, region, arn).await;
                let looked = found.gaps.is_empty();
                let vault = self.book.take(found);
                if vault.is_none() && looked {
                    self.note_point(backup::missing(arn));
                }
                vault
            }
        }?;
        let found = backup::point(session, region, &vault, arn).await;
        let point = self.book.take(found);
        self.note_point(point.clone());
        if let Some(composite) = &point
            && composite.is_parent.value() == Some(&true)
        {
            self.nested(&vault, &composite.arn).await;
        }
        point
    }

    /// What a composite recovery point holds.
    async fn nested(&self, vault: &Arn, composite: &Arn) {
        let (session, region) = (&self.source, &self.source_region);
        let found = backup::nested_in(session, region, vault, composite).await;
        for point in self.book.take(found).into_iter().flatten() {
            self.note_point(Some(point));
        }
    }

    fn note_point(&self, point: Option<RecoveryPoint>) {
        if let Some(point) = point {
            let place = self.source.place(&self.source_region);
            self.book
                .region(&place, |facts| add(&mut facts.recovery_points, point));
        }
    }

    async fn resource(&self, arn: &Arn) -> Option<Resource> {
        let (session, region) = (&self.source, &self.source_region);
        let found = resources::one(session, region, arn).await;
        let resources = self.book.take(found);
        self.book.region(&session.place(region), |facts| {
            for resource in &resources {
                add(&mut facts.resources, resource.clone());
            }
        });
        resources.into_iter().find(|resource| resource.arn == *arn)
    }
}
