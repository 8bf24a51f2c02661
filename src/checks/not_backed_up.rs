//! What a resource's own description says that keeps AWS Backup from backing it up.

use crate::inventory::{Facts, Tree};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

use super::words::not_read;

/// Why no backup of the resource is made, or may not be; `None`: its description has nothing against it.
pub fn not_backed_up_as_it_is(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let Fact::Known(Some(detail)) = facts.resource_description(resource) else {
        return None;
    };
    match resource.service() {
        "dsql" => without_its_key(resource, detail, IN_DSQL),
        "dynamodb" => without_its_key(resource, detail, IN_DYNAMODB),
        "ec2" => instance_store(resource, detail),
        "eks" => cluster(resource, detail, facts),
        "rds" => replica(resource, detail, facts),
        _ => None,
    }
}

/// Where a service says that it cannot reach the key of a resource, in the spellings that it has: the object, its field, and the word
/// that says it; without one, that there is any.
type KeyOutOfReach = &'static [(&'static str, &'static str, Option<&'static str>)];

/// See <https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_EncryptionDetails.html>.
const IN_DSQL: KeyOutOfReach = &[
    (
        "encryptionDetails",
        "encryptionStatus",
        Some("KMS_KEY_INACCESSIBLE"),
    ),
    (
        "EncryptionDetails",
        "EncryptionStatus",
        Some("KMS_KEY_INACCESSIBLE"),
    ),
];

/// DynamoDB says since when it cannot, and takes it back when it can again.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html>.
const IN_DYNAMODB: KeyOutOfReach = &[("SSEDescription", "InaccessibleEncryptionDateTime", None)];

/// A resource whose service cannot reach its key, though its state does not say so: no page says whether it is backed up then.
fn without_its_key(resource: &Arn, detail: &Tree, fields: KeyOutOfReach) -> Option<Outcome> {
    let (of, field, _) = fields.iter().find(|(of, field, word)| {
        let told = detail.get(of).and_then(|of| of.get(field));
        told.is_some_and(|told| match word {
            Some(word) => told.as_str() == Some(word),
            None => !matches!(told, Tree::Null),
        })
    })?;
    let what = "whether a resource is backed up whose service cannot reach its key";
    let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
    let message = "the resource's service cannot reach its key, and whether it is backed up then is not known";
    let seen = Evidence::at(resource, format!("/Detail/{of}/{field}"), "is there");
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// AWS Backup lets itself into a cluster by an access entry, which a cluster has only where its authentication mode is one of
/// two; it backs up none on an Outpost. A cluster that runs elsewhere and is registered has no access entries: it is connected for
/// EKS to show what it is like.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/eks-backups.html> and
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_RegisterCluster.html>.
fn cluster(resource: &Arn, detail: &Tree, facts: &Facts<'_>) -> Option<Outcome> {
    const NOT_BACKED_UP: &[(&[&str], &str, Basis)] = &[
        (
            &["outpostConfig", "OutpostConfig"],
            "AWS Backup does not back up Amazon EKS on AWS Outposts",
            Basis::Documented,
        ),
        (
            &["connectorConfig", "ConnectorConfig"],
            "the cluster is registered with EKS and runs elsewhere: it has no access entries, by which AWS Backup backs clusters up",
            Basis::Inferred,
        ),
    ];
    for (names, why, basis) in NOT_BACKED_UP {
        let is_there = |name: &&&str| detail.get(name).is_some_and(|of| !matches!(of, Tree::Null));
        let Some(name) = names.iter().find(is_there) else {
            continue;
        };
        return Some(
            Outcome::fail(format!("{why}: {resource}"))
                .nothing_helps("back up what runs in the cluster by its own means")
                .on(*basis)
                .saw([Evidence::at(
                    resource,
                    format!("/Detail/{name}"),
                    "is there",
                )]),
        );
    }
    let (pointer, mode) = match facts.authentication_mode(resource) {
        Fact::Known(told) => told?,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let seen = Evidence::at(resource, format!("/Detail{pointer}"), format!("is {mode}"));
    match mode {
        "API" | "API_AND_CONFIG_MAP" => None,
        "CONFIG_MAP" => Some(
            Outcome::fail(format!(
                "the authentication mode of the cluster is CONFIG_MAP, and AWS Backup needs an access entry to back it up: {resource}"
            ))
            .by_hand("set the mode to API_AND_CONFIG_MAP (`aws eks update-cluster-config --access-config authenticationMode=API_AND_CONFIG_MAP`); there is no way back to CONFIG_MAP")
            .saw([seen]),
        ),
        other => {
            let says = format!("say what `authenticationMode` {other} is");
            let gap = Gap::by_hand(ByHand::NotUnderstood, says, resource.as_str());
            Some(not_read(gap.where_is(resource)).saw([seen]))
        }
    }
}

/// The backup of an instance is an image, which EC2 makes of instances on EBS alone.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html>.
fn instance_store(resource: &Arn, detail: &Tree) -> Option<Outcome> {
    const NAME: &str = "RootDeviceType";
    let is_store = detail.get(NAME).and_then(Tree::as_str) == Some("instance-store");
    is_store.then(|| {
        Outcome::fail(format!(
            "the root volume of the instance is in the instance store, and the backup of an instance is an image on EBS: {resource}"
        ))
        .nothing_helps("back up what runs on the instance by its own means")
        .on(Basis::Inferred)
        .saw([Evidence::at(
            resource,
            format!("/Detail/{NAME}"),
            "is instance-store",
        )])
    })
}

/// RDS makes no manual snapshots of read replicas of SQL Server, which the periodic backups of AWS Backup are. For those of replicas of
/// Oracle and Db2 it wants a backup retention period, which they do not have by themselves.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.ReadReplicas.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/oracle-read-replicas.limitations.html> and
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/db2-read-replicas.limitations.html>.
fn replica(resource: &Arn, detail: &Tree, facts: &Facts<'_>) -> Option<Outcome> {
    const SOURCES: &[&str] = &[
        "ReadReplicaSourceDBInstanceIdentifier",
        "ReadReplicaSourceDBClusterIdentifier",
    ];
    let engine = detail.get("Engine")?.as_str()?;
    let (name, source) = SOURCES
        .iter()
        .find_map(|name| Some((name, detail.get(name)?.as_str()?)))?;
    let seen = Evidence::at(resource, format!("/Detail/{name}"), format!("is {source}"));
    if engine.starts_with("sqlserver-") {
        return Some(
            Outcome::fail(format!(
                "RDS makes no snapshots of read replicas of SQL Server, so that there is no backup to copy: {resource}"
            ))
            .nothing_helps("copy a backup of the instance that it is a replica of")
            .saw([seen]),
        );
    }
    if !["oracle-", "db2-"].iter().any(|of| engine.starts_with(of)) {
        return None;
    }
    match detail.get("BackupRetentionPeriod").and_then(Tree::as_f64) {
        Some(days) if days > 0.0 => None,
        Some(_) => {
            let what = "whether RDS makes snapshots of a replica without a backup retention period, which its guide wants for them";
            let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
            let message = format!(
                "the replica has no backup retention period, and RDS's guide wants one for snapshots of a replica of {engine}: give it one, of a day or more"
            );
            Some(Outcome::undecided(message, [gap]).saw([seen]))
        }
        None => Some(not_read(facts.describe_gap(resource)).saw([seen])),
    }
}
