//! Whether AWS Backup backs up an RDS instance or an Aurora cluster, and whether RDS copies its snapshots.

use super::described::{Described, described, engine};
use super::words::{no_copy, status_message};
use crate::catalog::messages::MessageId;
use crate::catalog::regions::is_recent;
use crate::catalog::{Crossing, Kind, partition};
use crate::inventory::{Copy, Facts, Start, Tree};
use crate::known::{Fact, Gap, Region};
use crate::verdict::Outcome;

/// RDS Custom for SQL Server is copied within its account to other Regions only; storage that the Region lacks is not.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/custom-copying-snapshot-sqlserver.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html>.
pub fn of_instance(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    crossing: &Crossing,
) -> Fact<Option<Outcome>> {
    let custom = engine(copy, facts).map(|engine| {
        // A recovery point that AWS Backup did not make, or of another thing.
        if copy.transfer.recovery_point.is_some()
            && let Some(described) = described(copy, facts).known()
            && let Some(reason) = not_backed_up(&described, engine.unwrap_or_default())
        {
            return Some(no_copy(copy, reason, OF_RDS));
        }
        let engine = engine.filter(|engine| engine.starts_with("custom-sqlserver"))?;
        let where_to = match (crossing.cross_account, !crossing.is_cross_region()) {
            (true, _) => "to another account",
            (false, true) => "within its Region",
            (false, false) => return None,
        };
        Some(no_copy(
            copy,
            format!(
                "snapshots of RDS Custom for SQL Server (`{engine}`) are not copied {where_to}"
            ),
            "copy it within the account, to another Region",
        ))
    });
    if matches!(custom, Fact::Known(None)) && crossing.is_cross_region() {
        io2(copy, facts, &crossing.to)
    } else {
        custom
    }
}

/// Why AWS Backup does not back up an RDS instance, by what RDS says of it or of its snapshot.
fn not_backed_up(described: &Described<'_>, engine: &str) -> Option<String> {
    const OUTPOSTS: Option<&str> = Some("outposts");
    if engine.starts_with("custom-oracle") {
        return Some(format!(
            "AWS Backup does not back up RDS Custom for Oracle (`{engine}`)"
        ));
    }
    let targets = ["BackupTarget", "SnapshotTarget"].map(|name| described.text(name));
    if targets.contains(&OUTPOSTS) || on_outpost(described) || has_customer_owned_ip(described) {
        return Some("AWS Backup does not back up RDS on Outposts".to_owned());
    }
    let in_local_zone = |seen: &str| {
        Some(format!(
            "AWS Backup does not back up RDS in Local Zones (`{seen}`)"
        ))
    };
    if targets.contains(&Some("local")) {
        return in_local_zone("local");
    }
    // A Region's own zones have its name and a letter.
    let zone = described.text("AvailabilityZone")?;
    let region = described.of.region()?;
    let rest = zone.strip_prefix(region.as_str())?;
    if rest.len() > 1 {
        in_local_zone(zone)
    } else {
        None
    }
}

/// Whether the instance has an address of the customer's own, which RDS on Outposts alone has.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html>.
fn has_customer_owned_ip(described: &Described<'_>) -> bool {
    let detail = described.detail;
    let told = detail.and_then(|detail| detail.get("CustomerOwnedIpEnabled"));
    told.and_then(Tree::as_bool) == Some(true)
}

/// Whether a subnet of the instance's group is on an Outpost, and the instance with it.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Subnet.html>.
fn on_outpost(described: &Described<'_>) -> bool {
    let group = described
        .detail
        .and_then(|detail| detail.get("DBSubnetGroup"));
    let subnets = group.and_then(|group| group.get("Subnets")?.as_array());
    subnets.into_iter().flatten().any(|subnet| {
        let outpost = subnet.get("SubnetOutpost");
        outpost
            .and_then(|outpost| outpost.get("Arn")?.as_str())
            .is_some()
    })
}

/// An RDS instance of which AWS Backup makes no backup to copy.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html>.
pub fn instance_not_backed_up(
    copy: &Copy,
    facts: &Facts<'_>,
    kind: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
    if copy.transfer.recovery_point.is_some() || kind != Kind::Rds {
        return Fact::Known(None);
    }
    let found = engine(copy, facts).and_then(|engine| {
        described(copy, facts).map(|described| {
            let engine = engine.unwrap_or_default();
            let of_cluster = |cluster: String| {
                let reason = format!(
                    "AWS Backup does not back up the instances of a cluster, but {cluster} as a whole"
                );
                Some(no_copy(copy, reason, "copy a backup of the cluster"))
            };
            if engine.starts_with("custom-sqlserver") && copy.endpoints().start == Start::Scheduled
            {
                let reason = format!(
                    "AWS Backup backs up RDS Custom for SQL Server (`{engine}`) on demand only"
                );
                Some(no_copy(copy, reason, OF_RDS))
            } else if let Some(cluster) = described.text("DBClusterIdentifier") {
                of_cluster(format!("the cluster `{cluster}`"))
            } else if matches!(
                Kind::of_cluster_engine(engine),
                Some(Kind::Aurora | Kind::DocumentDb | Kind::Neptune)
            ) {
                of_cluster(format!("the cluster of this one (`{engine}`)"))
            } else {
                not_backed_up(&described, engine).map(|reason| no_copy(copy, reason, OF_RDS))
            }
        })
    });
    found.map(|found| Some(found?.foretells(status_message(MessageId::E29))))
}

/// What is left of an instance that AWS Backup does not back up.
const OF_RDS: &str = "use the snapshots of RDS itself";

/// AWS Backup backs up no cluster of Aurora PostgreSQL Limitless Database, whose engine versions are its own: a recovery point of
/// one is of another thing.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/limitless-reqs-limits.html>.
pub fn of_limitless(
    copy: &Copy,
    facts: &Facts<'_>,
    _: Kind,
    _: &Crossing,
) -> Fact<Option<Outcome>> {
    if copy.copy_of.is_some() {
        return Fact::Known(None);
    }
    let is_limitless = |detail: &Tree| {
        let text = |name: &str| detail.get(name).and_then(Tree::as_str);
        text("ClusterScalabilityType") == Some("limitless")
            || text("EngineVersion").is_some_and(|version| version.ends_with("-limitless"))
    };
    let of_point = copy
        .first_point()
        .and_then(|point| facts.point_description(point).known().flatten());
    let of_resource = copy.resource.as_ref().known().and_then(Option::as_ref);
    let of_resource =
        of_resource.and_then(|resource| facts.resource_description(resource).known().flatten());
    let mut details = of_point.into_iter().chain(of_resource);
    Fact::Known(details.any(is_limitless).then(|| {
        no_copy(
            copy,
            "AWS Backup does not back up Aurora PostgreSQL Limitless Database".to_owned(),
            "use the snapshots of Aurora itself",
        )
    }))
}

/// RDS has io2 in the commercial Regions that there were when AWS said so and in GovCloud, and not in China; of others no public
/// page says it.
fn io2(copy: &Copy, facts: &Facts<'_>, to: &Region) -> Fact<Option<Outcome>> {
    if matches!(partition(to), "aws" | "aws-us-gov") && !is_recent(to) {
        return Fact::Known(None);
    }
    described(copy, facts).and_then(|described| {
        // Oracle and SQL Server may have further volumes, each of its own type.
        let further = described.list("AdditionalStorageVolumes").iter();
        let types = || {
            further
                .clone()
                .map(|of| of.get("StorageType").and_then(Tree::as_str))
        };
        match described.text("StorageType") {
            Some(_) if types().any(|of| of == Some("io2")) => {}
            Some("io2") => {}
            Some(_) if types().any(|of| of.is_none()) => {
                return Fact::unknown(facts.describe_gap(&described.of));
            }
            Some("gp2" | "gp3" | "io1" | "standard") => return Fact::Known(None),
            Some(other) if other.starts_with("aurora") => return Fact::Known(None),
            Some(other) => {
                let gap = Gap::strange_word("StorageType", other, described.of.as_str());
                return Fact::unknown(gap.where_is(&described.of));
            }
            // RDS always names it.
            None => return Fact::unknown(facts.describe_gap(&described.of)),
        }
        Fact::unknown(
            Gap::not_told(
                format_args!("whether RDS has io2 storage in {to}"),
                described.of.as_str(),
            )
            .within(copy.endpoints().destination_account().known(), Some(to)),
        )
    })
}
