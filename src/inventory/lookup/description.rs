//! What the owning service says of a resource or of the snapshot behind a recovery point: its own describe shape.

use crate::catalog::calls::api_call;
use crate::catalog::describe_call;
use crate::catalog::resource_states::states;
use crate::inventory::field::Field;
use crate::inventory::tree::Tree;
use crate::known::{Arn, ByHand, Fact, Gap};

use super::contradiction::{contradiction, of_itself};
use super::reads::Object;
use super::stored::moment_of;
use super::twice::told_twice;
use super::{Facts, fact};

/// The fields in which services say when a resource was made.
const MADE: &[&str] = &[
    // API_DBInstance, API_DBCluster (of RDS, Amazon DocumentDB and Neptune)
    "InstanceCreateTime",
    "ClusterCreateTime",
    // API_FileSystemDescription of EFS, API_FileSystem of FSx
    "CreationTime",
    // API_TableDescription of DynamoDB
    "CreationDateTime",
    // API_Volume of EC2; an instance's LaunchTime is that of its last start
    "CreateTime",
];

impl<'a> Facts<'a> {
    /// What the service says of the snapshot, image or backup behind a recovery point, with the call that tells.
    #[must_use]
    pub fn point_description(&self, arn: &Arn) -> Fact<Option<&'a Tree>> {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let detail = point.field(|p| &p.detail);
        // One with an ARN of AWS Backup's own has no snapshot that a service could describe.
        let has_none = arn.service() == "backup";
        match (&detail, point.field(|p| &p.status)) {
            (Field::Absent, Field::Is(_)) if has_none => return Fact::Known(None),
            (Field::Null, Field::Is(status)) if !has_none => {
                let there = format!("`Status` {status}");
                return Fact::unknown(contradiction(arn, "`Detail` null", there));
            }
            (Field::Absent | Field::Null | Field::Is(_), _) => {}
        }
        of_itself(arn, fact(detail, || self.describe_gap(arn)))
    }

    /// The gap that a resource leaves which is listed, and which its service was asked about and did not find: whatever there is, it
    /// describes.
    pub(super) fn described_as_null(&self, arn: &Arn) -> Option<Gap> {
        let resource = self.seen(Object::Stored, |layer| layer.resources(arn));
        match (
            resource.field(|r| &r.detail),
            resource.field(|r| &r.resource_type),
        ) {
            (Field::Null, Field::Is(kind)) => {
                let there = format!("`ResourceType` {kind}");
                Some(contradiction(arn, "`Detail` null", there))
            }
            (Field::Absent | Field::Null | Field::Is(_), _) => None,
        }
    }

    /// What the service says of a resource, with the call that tells.
    #[must_use]
    pub fn resource_description(&self, arn: &Arn) -> Fact<Option<&'a Tree>> {
        let resource = self.seen(Object::Stored, |layer| layer.resources(arn));
        let detail = resource.field(|r| &r.detail);
        if matches!(detail, Field::Null)
            && let Some(gap) = self.described_as_null(arn)
        {
            return Fact::unknown(gap);
        }
        let gap = detail.value().and_then(|told| told_twice(arn, told));
        gap.map_or_else(|| fact(detail, || self.describe_gap(arn)), Fact::unknown)
    }

    /// The state of a resource, where its service's description says it, and the field that does.
    #[must_use]
    pub fn resource_state(&self, arn: &Arn) -> Fact<Option<(&'static str, &'a str)>> {
        let detail = match self.resource_description(arn) {
            Fact::Known(Some(detail)) => detail,
            Fact::Unknown(gap) if gap.hand() == Some(ByHand::Contradiction) => {
                return Fact::Unknown(gap);
            }
            Fact::Known(None) | Fact::Unknown(_) => return Fact::Known(None),
        };
        let fields = states(arn.service()).map_or(&[][..], |row| row.fields);
        let said = fields
            .iter()
            .filter_map(|name| Some((*name, detail.get(name)?)));
        let is_null = |(_, told): &(&str, &Tree)| matches!(told, Tree::Null);
        // A resource has a state: that it has none is not understood.
        let told = said
            .clone()
            .find(|one| !is_null(one))
            .or_else(|| said.clone().find(is_null));
        let told = told.map(|(name, told)| (name, told.get("Name").unwrap_or(told).as_str()));
        match told {
            Some((name, Some(state))) => Fact::Known(Some((name, state))),
            Some((name, None)) => {
                let says = format!("say what `{name}` is: a state is a text");
                let gap = Gap::by_hand(ByHand::NotUnderstood, says, arn.as_str());
                Fact::unknown(gap.where_is(arn))
            }
            None => Fact::Known(None),
        }
    }

    /// How an EKS cluster lets itself be called, and where its description says so: EKS and Cloud Control write it in two ways. `None`:
    /// it says nothing.
    ///
    /// See <https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessConfigResponse.html>.
    #[must_use]
    pub fn authentication_mode(&self, cluster: &Arn) -> Fact<Option<(&'static str, &'a str)>> {
        const PLACES: &[(&str, &str, &str)] = &[
            (
                "accessConfig",
                "authenticationMode",
                "/accessConfig/authenticationMode",
            ),
            (
                "AccessConfig",
                "AuthenticationMode",
                "/AccessConfig/AuthenticationMode",
            ),
        ];
        let detail = match self.resource_description(cluster) {
            Fact::Known(Some(detail)) => detail,
            Fact::Unknown(gap) if gap.hand().is_some() => return Fact::Unknown(gap),
            Fact::Known(None) | Fact::Unknown(_) => return Fact::Known(None),
        };
        let told = PLACES.iter().find_map(|(config, mode, at)| {
            let config = detail.get(config).filter(|it| !matches!(it, Tree::Null))?;
            Some((*at, config.get(mode).and_then(Tree::as_str)))
        });
        match told {
            None => Fact::Known(None),
            Some((at, Some(mode))) => Fact::Known(Some((at, mode))),
            Some((at, None)) => {
                let says = format!("say what `{at}` is: a mode is a text");
                let gap = Gap::by_hand(ByHand::NotUnderstood, says, cluster.as_str());
                Fact::unknown(gap.where_is(cluster))
            }
        }
    }

    /// The data repository associations of a file system of FSx for Lustre: a call of their own tells them.
    ///
    /// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeDataRepositoryAssociations.html>.
    #[must_use]
    pub fn data_repository_associations(&self, file_system: &Arn) -> Fact<Vec<&'a Tree>> {
        let resource = self.seen(Object::Stored, |layer| layer.resources(file_system));
        // A change of the file system says nothing of them.
        let told = resource.parts().find_map(|part| {
            let told = part.detail.value()?.get("DataRepositoryAssociations")?;
            Some(told.get("Associations").unwrap_or(told))
        });
        match told {
            Some(told) => {
                let all = told.as_array().unwrap_or_default().iter();
                Fact::Known(all.filter(|one| is_of(one, file_system.name())).collect())
            }
            None => Fact::unknown(self.gap(
                api_call!("fsx:DescribeDataRepositoryAssociations"),
                file_system.as_str(),
                file_system.account(),
                file_system.region().as_ref(),
            )),
        }
    }

    /// When a resource was made, in milliseconds since 1970, where its service's description says so.
    #[must_use]
    pub fn resource_made(&self, arn: &Arn) -> Option<i128> {
        let detail = self.resource_description(arn).known().flatten()?;
        let mut dates = MADE.iter().filter_map(|name| detail.get(name));
        let made = dates.find_map(moment_of);
        made.filter(|made| !self.is_ahead(*made))
    }

    /// The database cluster that an instance is a member of, where its description names one.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html>.
    #[must_use]
    pub fn cluster_of(&self, arn: &Arn) -> Option<Arn> {
        if arn.service() != "rds" || !arn.resource().starts_with("db:") {
            return None;
        }
        let detail = self.resource_description(arn).known().flatten()?;
        let cluster = detail.get("DBClusterIdentifier")?.as_str()?;
        let (region, account) = arn.region().zip(arn.account())?;
        let text = format!(
            "arn:{}:rds:{region}:{account}:cluster:{cluster}",
            arn.partition()
        );
        Arn::parse(&text).ok()
    }

    /// The gap that the service's own describe call would close.
    #[must_use]
    pub fn describe_gap(&self, arn: &Arn) -> Gap {
        match describe_call(arn) {
            Some(call) => self.gap(call, arn.as_str(), arn.account(), arn.region().as_ref()),
            None => Gap::not_asked(
                "what it is and what it is encrypted with: this program does not read resources of its type",
                arn.as_str(),
            )
            .where_is(arn),
        }
    }
}

/// Whether a data repository association is one of this file system: the call gives those of a whole Region, of file caches, too.
fn is_of(association: &Tree, file_system: &str) -> bool {
    let text = |name: &str| association.get(name).and_then(Tree::as_str);
    match (text("FileSystemId"), text("FileCacheId")) {
        (Some(of), _) => of == file_system,
        (None, Some(_)) => false,
        (None, None) => true,
    }
}
