//! What kind of resource a copy is of: from ARNs, types, engines and settings, as far as they tell.

use crate::catalog::calls::api_call;
use crate::catalog::{Kind, recovery_points, regions};
use crate::inventory::lookup::{Facts, VaultType, contradiction};
use crate::inventory::objects::is_plan_of_policy;
use crate::inventory::word::Start;
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::Named;

/// What kind of resource a copy is of, as far as the facts tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KindOf {
    /// This one.
    Known(Kind),
    /// One of these; the gap names the call that would tell which.
    OneOf(&'static [Kind], Box<Gap>),
    /// A type that AWS Backup's table does not have.
    Unlisted(String),
    /// Nothing is known of it.
    Unknown(Box<Gap>),
}

impl KindOf {
    /// The kinds that it may be, as far as they are known.
    #[must_use]
    pub const fn kinds(&self) -> &[Kind] {
        match self {
            Self::Known(kind) => std::slice::from_ref(kind),
            Self::OneOf(kinds, _) => kinds,
            Self::Unlisted(_) | Self::Unknown(_) => &[],
        }
    }

    /// What every kind that it may be agrees on; unknown where they do not.
    pub fn agreed<T: PartialEq>(&self, of: impl Fn(Kind) -> T) -> Fact<Option<T>> {
        match self {
            Self::Known(kind) => Fact::Known(Some(of(*kind))),
            Self::Unlisted(_) => Fact::Known(None),
            Self::Unknown(gap) => Fact::Unknown(gap.clone()),
            Self::OneOf(kinds, gap) => {
                let mut answers = kinds.iter().map(|kind| of(*kind));
                match answers.next() {
                    Some(first) if answers.all(|answer| answer == first) => {
                        Fact::Known(Some(first))
                    }
                    _ => Fact::Unknown(gap.clone()),
                }
            }
        }
    }
}

/// The resource type, and the kind that it is a variant of.
pub(super) fn kind_of(
    named: &Named,
    resource: &Fact<Option<Arn>>,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> (Fact<ResourceType>, KindOf) {
    let resource = match resource {
        Fact::Known(arn) => arn.as_ref(),
        Fact::Unknown(_) => None,
    };
    let resource_type = resource_type(named, resource, source_vault, facts);
    let of = match &resource_type {
        Fact::Unknown(gap) => return (resource_type.clone(), KindOf::Unknown(gap.clone())),
        Fact::Known(of) => of,
    };
    let kinds = Kind::candidates(of);
    let kind = match (of, kinds) {
        (_, []) => KindOf::Unlisted(of.to_string()),
        (_, [kind]) => KindOf::Known(*kind),
        (ResourceType::DynamoDb, _) => dynamodb_kind(named, resource, source_vault, facts, kinds),
        (ResourceType::Rds, _) => rds_kind(named, resource, facts, kinds),
        (ResourceType::Fsx, _) => fsx_kind(named, resource, facts, kinds),
        // With or without VSS an EC2 backup is the same AMI, and AWS's table has the same marks for both.
        (ResourceType::Ec2, _) => KindOf::Known(Kind::Ec2),
        _ => one_of(kinds, gap_of(named, resource, facts)),
    };
    (resource_type, kind)
}

/// The type and the kind of a resource as backups of it that will be made in its account and Region have them.
pub(super) fn kind_of_resource(
    resource: &Arn,
    account: AccountId,
    region: &Region,
    facts: &Facts<'_>,
) -> (Fact<ResourceType>, KindOf) {
    let partition = regions::partition(region);
    let vault = format!("arn:{partition}:backup:{region}:{account}:backup-vault:Default");
    let Ok(vault) = Arn::parse(&vault) else {
        let gap = facts.resource_call(resource);
        return (Fact::unknown(gap.clone()), KindOf::Unknown(Box::new(gap)));
    };
    let named = Named {
        id: "".into(),
        resource: Some(resource.clone()),
        recovery_point: None,
        source_vault: Some(vault.clone()),
        destination_vault: vault.clone(),
        role: Fact::unknown(Gap::not_named("role", resource.as_str())),
        lifecycle: Fact::Known(None),
        start: Start::Scheduled,
        plan: None,
        assumptions: Vec::new(),
        copy_of: None,
        made: Fact::Known(()),
    };
    let place = Fact::Known(vault);
    kind_of(&named, &Fact::Known(Some(resource.clone())), &place, facts)
}

fn one_of(kinds: &'static [Kind], gap: Gap) -> KindOf {
    KindOf::OneOf(kinds, Box::new(gap))
}

/// What says of which type it is: the recovery point, the resource, the resource's ARN, the engine of a cluster. They must agree.
fn resource_type(
    named: &Named,
    resource: Option<&Arn>,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Fact<ResourceType> {
    let mut said: Vec<(&Arn, &str, ResourceType)> = Vec::new();
    if let Some(point) = &named.recovery_point
        && let Fact::Known(Some(of)) = facts.point_resource_type(point)
    {
        said.push((point, "`ResourceType` of the recovery point", of.clone()));
        let by_arn = recovery_points::types(point);
        if !by_arn.is_empty() && !by_arn.contains(of) {
            return Fact::unknown(contradiction(
                point,
                format!("`ResourceType` of the recovery point ({of})"),
                "its ARN, which is not of that type",
            ));
        }
        let is_standard = match source_vault {
            Fact::Known(vault) => facts.vault_type(vault) == Fact::Known(Some(VaultType::Standard)),
            Fact::Unknown(_) => false,
        };
        let (is_parent, _) = facts.point_nesting(point);
        if is_parent == Some(true) && !recovery_points::may_have_parts(of) {
            return Fact::unknown(contradiction(
                point,
                format!("`ResourceType` of the recovery point ({of})"),
                "`IsParent` true, which is that of a composite one",
            ));
        }
        if let Some(what) = recovery_points::not_of_type(point, of, is_standard) {
            return Fact::unknown(contradiction(
                point,
                format!("`ResourceType` of the recovery point ({of})"),
                what,
            ));
        }
    }
    if let Some(point) = &named.recovery_point
        && let Some(of) = of_snapshot_engine(point, facts)
    {
        said.push((point, "the `Engine` of the recovery point", of));
    }
    if let Some(resource) = resource {
        if let Fact::Known(Some(of)) = facts.resource_type(resource) {
            if !may_be(of, resource) {
                return Fact::unknown(contradiction(
                    resource,
                    format!("`ResourceType` of the resource ({of})"),
                    "its ARN, which is not of that type",
                ));
            }
            said.push((resource, "`ResourceType` of the resource", of.clone()));
        }
        if let Some(of) = ResourceType::of_resource(resource) {
            said.push((resource, "the resource's ARN", of));
        }
        if resource.service() == "rds"
            && resource.resource().starts_with("cluster:")
            && let Fact::Known(Some(detail)) = facts.resource_description(resource)
            && let Some(kind) = detail
                .get("Engine")
                .and_then(|engine| engine.as_str())
                .and_then(Kind::of_cluster_engine)
        {
            said.push((resource, "its `Engine`", kind.resource_type()));
        }
    }
    let Some((first, one, of)) = said.first() else {
        return Fact::unknown(gap_of(named, resource, facts));
    };
    match said.iter().find(|(_, _, other)| other != of) {
        None => Fact::Known(of.clone()),
        Some((_, other, another)) => Fact::unknown(contradiction(
            first,
            format!("{one} ({of})"),
            format!("{other} ({another})"),
        )),
    }
}

/// What a snapshot of `rds` is of by its engine, where that tells: those of clusters are of one type each, and those of
/// instances are of none that has clusters alone.
fn of_snapshot_engine(point: &Arn, facts: &Facts<'_>) -> Option<ResourceType> {
    let detail = facts.point_description(point).known().flatten()?;
    let kind = Kind::of_cluster_engine(detail.get("Engine")?.as_str()?)?;
    let (word, _) = point.resource().split_once(':')?;
    let tells = match (point.service(), word) {
        ("rds", "cluster-snapshot") => true,
        ("rds", "snapshot") => kind != Kind::RdsMultiAzCluster,
        _ => false,
    };
    tells.then(|| kind.resource_type())
}

/// Whether an ARN is of a service that has resources of a type: S3's directory buckets, DocumentDB's elastic clusters and
/// Timestream for InfluxDB have services of their own, which AWS Backup does not name.
fn may_be(of: &ResourceType, resource: &Arn) -> bool {
    let is_cluster = resource.service() == "rds" && resource.resource().starts_with("cluster:");
    is_cluster
        || matches!(of, ResourceType::Other(_))
        || ResourceType::of_resource(resource).is_some()
}

/// The call that would tell what is copied.
pub(super) fn gap_of(named: &Named, resource: Option<&Arn>, facts: &Facts<'_>) -> Gap {
    if let Some(point) = &named.recovery_point
        && let Fact::Unknown(gap) = facts.point_status(point)
    {
        return *gap;
    }
    if let Some(resource) = resource {
        return facts.resource_call(resource);
    }
    let arn = named
        .recovery_point
        .as_ref()
        .unwrap_or(&named.destination_vault);
    facts.gap(
        api_call!("backup:DescribeRecoveryPoint"),
        arn.as_str(),
        arn.account(),
        arn.region().as_ref(),
    )
}

/// A DynamoDB backup has the advanced features where it was made with them: its ARN tells. One that will be made has
/// them where the Region's settings say so.
fn dynamodb_kind(
    named: &Named,
    resource: Option<&Arn>,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
    kinds: &'static [Kind],
) -> KindOf {
    if let Some(point) = &named.recovery_point {
        return match point.service() {
            "backup" => KindOf::Known(Kind::DynamoDbAdvanced),
            "dynamodb" => KindOf::Known(Kind::DynamoDbBasic),
            _ => one_of(kinds, gap_of(named, resource, facts)),
        };
    }
    let place = match source_vault {
        Fact::Known(vault) => vault.account().zip(vault.region()),
        Fact::Unknown(_) => resource.and_then(|arn| arn.account().zip(arn.region())),
    };
    let Some((account, region)) = place else {
        return one_of(kinds, gap_of(named, resource, facts));
    };
    let plan = named.plan.as_ref();
    let is_of_policy = plan.is_some_and(|plan| is_plan_of_policy(&plan.id));
    match facts.dynamodb_advanced(account, &region) {
        Fact::Known(true) => KindOf::Known(Kind::DynamoDbAdvanced),
        // A backup of a plan, or on demand, opts the account in by itself; one of a backup policy does not:
        // https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
        Fact::Known(false) if !is_of_policy && facts.dynamodb_managed(account, &region) => {
            let what = "whether the backup has the advanced features where DynamoDB is not opted in to, which a backup of a plan does by itself";
            let table = resource.map_or("", Arn::as_str);
            let gap = Gap::not_told(what, table).within(Some(account), Some(&region));
            KindOf::OneOf(kinds, Box::new(gap))
        }
        Fact::Known(false) => KindOf::Known(Kind::DynamoDbBasic),
        Fact::Unknown(gap) => KindOf::OneOf(kinds, gap),
    }
}

/// RDS DB instances and Multi-AZ clusters share a resource type; the ARN of either, or of its snapshot, tells.
fn rds_kind(
    named: &Named,
    resource: Option<&Arn>,
    facts: &Facts<'_>,
    kinds: &'static [Kind],
) -> KindOf {
    for arn in named.recovery_point.iter().chain(resource) {
        let word = arn.resource().split(':').next().unwrap_or_default();
        match (arn.service(), word) {
            ("rds", "db" | "snapshot") => return KindOf::Known(Kind::Rds),
            ("rds", "cluster" | "cluster-snapshot") => {
                return KindOf::Known(Kind::RdsMultiAzCluster);
            }
            _ => {}
        }
    }
    one_of(kinds, gap_of(named, resource, facts))
}

fn fsx_kind(
    named: &Named,
    resource: Option<&Arn>,
    facts: &Facts<'_>,
    kinds: &'static [Kind],
) -> KindOf {
    let of_point = named
        .recovery_point
        .as_ref()
        .and_then(|point| facts.point_description(point).known().flatten());
    let of_resource = resource.and_then(|arn| facts.resource_description(arn).known().flatten());
    let told = [of_point, of_resource]
        .into_iter()
        .flatten()
        .find_map(|detail| {
            let of_backup = detail
                .get("FileSystem")
                .and_then(|of| of.get("FileSystemType"));
            of_backup
                .or_else(|| detail.get("FileSystemType"))
                .and_then(|text| text.as_str())
                .and_then(Kind::of_file_system_type)
                // AWS Backup backs up volumes of ONTAP alone, each by itself.
                .or_else(|| detail.get("Volume").map(|_| Kind::FsxOntap))
                .or_else(|| {
                    let of_volume = detail.get("VolumeType")?.as_str()?;
                    (of_volume == "ONTAP").then_some(Kind::FsxOntap)
                })
        });
    let by_place = resource.and_then(|arn| arn.resource().split('/').next());
    match (told, by_place) {
        (Some(kind), _) => KindOf::Known(kind),
        (None, Some("volume")) => KindOf::Known(Kind::FsxOntap),
        (None, Some("file-system")) => one_of(FILE_SYSTEMS, gap_of(named, resource, facts)),
        (None, _) => one_of(kinds, gap_of(named, resource, facts)),
    }
}

/// The kinds that are backed up as a file system: of ONTAP it is the volumes.
///
/// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateBackup.html>.
const FILE_SYSTEMS: &[Kind] = &[Kind::FsxLustre, Kind::FsxWindows, Kind::FsxOpenZfs];
