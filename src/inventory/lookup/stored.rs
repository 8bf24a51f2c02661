//! Resources and recovery points.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::objects::{RecoveryPoint, Resource};
use crate::inventory::tags::Tags;
use crate::inventory::tree::Tree;
use crate::inventory::word::Timestamp;
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::reads::Object;
use super::{Facts, Seen, fact};

impl<'a> Facts<'a> {
    pub(super) fn resource(&self, arn: &Arn) -> Seen<'_, 'a, Resource> {
        self.seen(Object::Stored, |layer| layer.resources(arn))
    }

    pub(super) fn recovery_point(&self, arn: &Arn) -> Seen<'_, 'a, RecoveryPoint> {
        self.seen(Object::Stored, |layer| layer.recovery_points(arn))
    }

    /// The call that describes the resource, as the gap that it would close.
    #[must_use]
    pub fn resource_call(&self, arn: &Arn) -> Gap {
        self.resource_gap(arn)
    }

    pub(super) fn resource_gap(&self, arn: &Arn) -> Gap {
        self.describe_gap(arn)
    }

    pub(super) fn point_gap(&self, arn: &Arn) -> Gap {
        self.gap(
            api_call!("backup:DescribeRecoveryPoint"),
            arn.as_str(),
            arn.account(),
            arn.region().as_ref(),
        )
    }

    /// Whether the resource exists; unknown where it was not looked up.
    #[must_use]
    pub fn resource_exists(&self, arn: &Arn) -> Fact<bool> {
        let resource = self.resource(arn);
        let told = resource.field(|r| &r.resource_type).is_present()
            || resource.field(|r| &r.encrypted).is_present()
            || resource.field(|r| &r.detail).is_present();
        if !told {
            return Fact::unknown(self.resource_gap(arn));
        }
        let exists = !matches!(resource.field(|r| &r.resource_type), Field::Null);
        let lacks = self.own_list_lacks_resource(arn).filter(|_| exists);
        let gap = lacks.or_else(|| self.described_as_null(arn));
        gap.map_or(Fact::Known(exists), Fact::unknown)
    }

    /// The accounts and Regions in which a resource was found whose ARN names none.
    #[must_use]
    pub fn places_of_unplaced(&self, arn: &Arn) -> BTreeSet<(AccountId, &'a Region)> {
        let layers = self.layers(Object::Stored).iter();
        layers
            .flat_map(|layer| layer.unplaced(arn))
            .copied()
            .collect()
    }

    /// The resource's type, where the inventory names it. `None`: no such resource.
    #[must_use]
    pub fn resource_type(&self, arn: &Arn) -> Fact<Option<&'a ResourceType>> {
        fact(self.resource(arn).field(|r| &r.resource_type), || {
            self.resource_gap(arn)
        })
    }

    /// The resource's tags.
    #[must_use]
    pub fn resource_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.resource(arn).field(|r| &r.tags), || {
            self.resource_gap(arn)
        })
    }

    /// The vault of the newest recovery point of the resource; unknown where one of them lacks its date or its vault.
    #[must_use]
    pub fn newest_vault(&self, resource: &Arn) -> Fact<Arn> {
        let points = self.seen(Object::Stored, |layer| layer.backups(resource));
        // One that was looked for and is not there is no backup.
        let there = points.parts();
        let there = there.filter(|point| !matches!(point.status, Field::Null));
        // A copy of it in another account or Region is none of its own.
        let is_at_home = |vault: &Arn| {
            let account = resource
                .account()
                .is_none_or(|of| vault.account() == Some(of));
            account && (resource.region().is_none() || vault.region() == resource.region())
        };
        let there = there.filter(|point| point.backup_vault_arn.value().is_none_or(is_at_home));
        let dated = there.map(|point| {
            let made = point.creation_date.value();
            let made = made.and_then(|date| moment(&date.0));
            // What was read of it lacks its date or its vault, and its description tells both.
            let Some((made, vault)) = made.zip(point.backup_vault_arn.value()) else {
                return Err(Box::new(self.point_gap(&point.arn)));
            };
            Ok((made, Reverse(vault)))
        });
        let dated = match dated.collect::<Result<Vec<_>, _>>() {
            Ok(dated) => dated,
            Err(gap) => return Fact::Unknown(gap),
        };
        match dated.into_iter().max() {
            Some((_, Reverse(vault))) => Fact::Known(vault.clone()),
            None => Fact::unknown(self.gap(
                api_call!("backup:ListRecoveryPointsByResource"),
                resource.as_str(),
                resource.account(),
                resource.region().as_ref(),
            )),
        }
    }

    /// The recovery point's status. `None`: no such recovery point.
    #[must_use]
    pub fn point_status(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        fact(self.recovery_point(arn).field(|p| &p.status), || {
            self.point_gap(arn)
        })
        .map(|text| text.map(|text| &**text))
    }

    /// `WARM`, `COLD` or `DELETED`. `None`: no such recovery point.
    #[must_use]
    pub fn point_storage_class(&self, arn: &Arn) -> Fact<Option<&'a str>> {
        if let Fact::Known(None) = self.point_status(arn) {
            return Fact::Known(None);
        }
        fact(self.recovery_point(arn).field(|p| &p.storage_class), || {
            self.point_gap(arn)
        })
        .map(|text| text.map(|text| &**text))
    }

    /// What the recovery point is a backup of.
    #[must_use]
    pub fn point_resource(&self, arn: &Arn) -> Fact<Option<&'a Arn>> {
        fact(self.recovery_point(arn).field(|p| &p.resource_arn), || {
            self.point_gap(arn)
        })
    }

    /// The type of what the recovery point is a backup of.
    #[must_use]
    pub fn point_resource_type(&self, arn: &Arn) -> Fact<Option<&'a ResourceType>> {
        fact(self.recovery_point(arn).field(|p| &p.resource_type), || {
            self.point_gap(arn)
        })
    }

    /// The vault that the recovery point is in.
    #[must_use]
    pub fn point_vault(&self, arn: &Arn) -> Fact<Option<&'a Arn>> {
        fact(
            self.recovery_point(arn).field(|p| &p.backup_vault_arn),
            || self.point_gap(arn),
        )
    }

    /// The recovery point's tags.
    #[must_use]
    pub fn point_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.recovery_point(arn).field(|p| &p.tags), || {
            self.gap(
                api_call!("backup:ListTags"),
                arn.as_str(),
                arn.account(),
                arn.region().as_ref(),
            )
        })
    }
}

/// A creation date as milliseconds since 1970: AWS prints numbers, in seconds, or RFC 3339 text with any offset.
pub(super) fn moment(date: &Value) -> Option<i128> {
    either(date.as_f64(), date.as_str())
}

/// The same, in the service's own description.
pub(super) fn moment_of(date: &Tree) -> Option<i128> {
    either(date.as_f64(), date.as_str())
}

fn either(seconds: Option<f64>, text: Option<&str>) -> Option<i128> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date of AWS's in milliseconds is far below the limit, and the cast saturates"
    )]
    let of_seconds = seconds.map(|seconds| (seconds * 1000.0) as i128);
    of_seconds.or_else(|| Timestamp::parse(text?).map(|moment| moment.milliseconds()))
}
