//! Resources and recovery points.

use std::cmp::Ordering;

use serde_json::Value;

use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::leaf::{RecoveryPoint, Resource};
use crate::inventory::tags::Tags;
use crate::known::{Arn, Fact, Gap, ResourceType};

use super::key::EncryptedWith;
use super::{Facts, Seen, fact};

impl<'a> Facts<'a> {
    fn resource(&self, arn: &Arn) -> Seen<'a, Resource> {
        self.seen(|layer| layer.resources(arn.as_str()))
    }

    fn recovery_point(&self, arn: &Arn) -> Seen<'a, RecoveryPoint> {
        self.seen(|layer| layer.recovery_points(arn.as_str()))
    }

    /// The call that describes the resource, as the gap that it would close.
    #[must_use]
    pub fn resource_call(&self, arn: &Arn) -> Gap {
        self.resource_gap(arn)
    }

    fn resource_gap(&self, arn: &Arn) -> Gap {
        self.gap(
            describe_call(arn),
            arn.as_str(),
            arn.account(),
            arn.region().as_ref(),
        )
    }

    fn point_gap(&self, arn: &Arn) -> Gap {
        self.gap(
            "backup:DescribeRecoveryPoint",
            arn.as_str(),
            arn.account(),
            arn.region().as_ref(),
        )
    }

    /// Whether the resource exists; unknown where it was not looked up.
    #[must_use]
    pub fn resource_exists(&self, arn: &Arn) -> Fact<bool> {
        let resource = self.resource(arn);
        if !resource.is_listed() {
            return Fact::unknown(self.resource_gap(arn));
        }
        Fact::Known(!matches!(resource.field(|r| &r.resource_type), Field::Null))
    }

    /// The resource's type, where the inventory names it. `None`: no such resource.
    #[must_use]
    pub fn resource_type(&self, arn: &Arn) -> Fact<Option<&'a ResourceType>> {
        fact(self.resource(arn).field(|r| &r.resource_type), || {
            self.resource_gap(arn)
        })
    }

    /// What the resource is encrypted with.
    #[must_use]
    pub fn resource_key(&self, arn: &Arn) -> Fact<EncryptedWith> {
        let resource = self.resource(arn);
        encrypted_with(
            resource.field(|r| &r.encrypted),
            resource.field(|r| &r.encryption_key_arn),
        )
        .map_or_else(|| Fact::unknown(self.resource_gap(arn)), Fact::Known)
    }

    /// The service's own description of the resource.
    #[must_use]
    pub fn resource_detail(&self, arn: &Arn) -> Fact<Option<&'a Value>> {
        fact(self.resource(arn).field(|r| &r.detail), || {
            self.resource_gap(arn)
        })
        .map(|detail| detail.map(|Json(value)| value))
    }

    /// The resource's tags.
    #[must_use]
    pub fn resource_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.resource(arn).field(|r| &r.tags), || {
            self.resource_gap(arn)
        })
    }

    /// The vault of the newest recovery point of the resource.
    #[must_use]
    pub fn newest_vault(&self, resource: &Arn) -> Fact<Arn> {
        let points = self.seen(|layer| layer.backups(resource.as_str()));
        points
            .parts
            .iter()
            .filter_map(|point| {
                Some((
                    point.creation_date.value()?,
                    point.backup_vault_arn.value()?,
                ))
            })
            .max_by(|(one, a), (other, b)| by_age(&one.0, &other.0).then_with(|| b.cmp(a)))
            .map(|(_, vault)| vault.clone())
            .map_or_else(
                || {
                    Fact::unknown(self.gap(
                        "backup:ListRecoveryPointsByResource",
                        resource.as_str(),
                        resource.account(),
                        resource.region().as_ref(),
                    ))
                },
                Fact::Known,
            )
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

    /// What the recovery point is encrypted with.
    #[must_use]
    pub fn point_key(&self, arn: &Arn) -> Fact<EncryptedWith> {
        let point = self.recovery_point(arn);
        if matches!(point.field(|p| &p.encryption_key_type), Field::Is(kind) if &**kind == "AWS_OWNED_KMS_KEY")
        {
            return Fact::Known(EncryptedWith::AwsOwnedKey);
        }
        encrypted_with(
            point.field(|p| &p.is_encrypted),
            point.field(|p| &p.encryption_key_arn),
        )
        .map_or_else(|| Fact::unknown(self.point_gap(arn)), Fact::Known)
    }

    /// The service's own description of the snapshot or image.
    #[must_use]
    pub fn point_detail(&self, arn: &Arn) -> Fact<Option<&'a Value>> {
        fact(self.recovery_point(arn).field(|p| &p.detail), || {
            self.point_gap(arn)
        })
        .map(|detail| detail.map(|Json(value)| value))
    }

    /// The recovery point's tags.
    #[must_use]
    pub fn point_tags(&self, arn: &Arn) -> Fact<Option<&'a Tags>> {
        fact(self.recovery_point(arn).field(|p| &p.tags), || {
            self.gap(
                "backup:ListTags",
                arn.as_str(),
                arn.account(),
                arn.region().as_ref(),
            )
        })
    }
}

/// What the two fields say together; `None` where they leave it open.
fn encrypted_with(encrypted: Field<&bool>, key: Field<&Arn>) -> Option<EncryptedWith> {
    match (encrypted, key) {
        (Field::Is(false), _) => Some(EncryptedWith::Nothing),
        (Field::Is(true) | Field::Absent, Field::Is(key)) => Some(EncryptedWith::Key(key.clone())),
        (Field::Is(true), Field::Null) => Some(EncryptedWith::AwsOwnedKey),
        (Field::Is(true) | Field::Absent, Field::Absent)
        | (Field::Absent, Field::Null)
        | (Field::Null, _) => None,
    }
}

/// Which of two creation dates is earlier. Numbers are seconds since 1970, texts RFC 3339 in UTC.
fn by_age(one: &Value, other: &Value) -> Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.as_str().cmp(&other.as_str()),
    }
}

/// The call that describes a resource.
fn describe_call(arn: &Arn) -> &'static str {
    match (arn.service(), arn.resource().split([':', '/']).next()) {
        ("rds", Some("cluster")) => "rds:DescribeDBClusters",
        ("rds", _) => "rds:DescribeDBInstances",
        ("dynamodb", _) => "dynamodb:DescribeTable",
        _ => "cloudformation:GetResource",
    }
}
