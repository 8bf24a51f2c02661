//! Amazon RDS: instances and clusters from the inventory's resources, snapshots from its recovery points.
//!
//! See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html>.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, No, Service, arn, default, pairs, reveals, text, without};
use super::paging::Pager;
use super::protocol::Protocol;
use super::query::members;
use super::world::World;
use super::xml::Many;

pub const SERVICE: Service = Service {
    name: "rds",
    signing_name: "rds",
    global: false,
    protocol: Protocol::Query {
        version: "2014-10-31",
        namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
        shape,
    },
    pager: Pager {
        ask: "Marker",
        give: "Marker",
        truncated: None,
        limit: "MaxRecords",
        most: 100,
        bad_token: "InvalidParameterValue",
    },
    denied: (403, "AccessDenied"),
    throttled: (400, "Throttling"),
    names,
    answer,
};

/// What RDS calls the elements of its lists.
fn shape(path: &[String]) -> Many {
    let in_cluster = path.iter().any(|step| step == "DBCluster");
    Many::Items(match path.last().map_or("", String::as_str) {
        "AssociatedRoles" if in_cluster => "DBClusterRole",
        "AssociatedRoles" => "DBInstanceRole",
        "StatusInfos" if in_cluster => "DBClusterStatusInfo",
        "StatusInfos" => "DBInstanceStatusInfo",
        "AvailabilityZones" => "AvailabilityZone",
        "DBClusterMembers" => "DBClusterMember",
        "DBClusterOptionGroupMemberships" => "DBClusterOptionGroup",
        "DBClusterSnapshots" => "DBClusterSnapshot",
        "DBClusters" => "DBCluster",
        "DBEngineVersions" => "DBEngineVersion",
        "DBInstanceAutomatedBackupsReplications" => "DBInstanceAutomatedBackupsReplication",
        "DBInstances" => "DBInstance",
        "DBParameterGroups" => "DBParameterGroup",
        "DBSecurityGroupMemberships" | "DBSecurityGroups" => "DBSecurityGroup",
        "DBSnapshots" => "DBSnapshot",
        "DomainMemberships" => "DomainMembership",
        "OptionGroupMemberships" => "OptionGroupMembership",
        "OptionGroupsList" => "OptionGroup",
        "OptionSettings" => "OptionSetting",
        "Options" => "Option",
        "ProcessorFeatures" => "ProcessorFeature",
        "ReadReplicaDBClusterIdentifiers" => "ReadReplicaDBClusterIdentifier",
        "ReadReplicaDBInstanceIdentifiers" => "ReadReplicaDBInstanceIdentifier",
        "ReadReplicaIdentifiers" => "ReadReplicaIdentifier",
        "Subnets" => "Subnet",
        "TagList" => "Tag",
        "VpcSecurityGroupMemberships" | "VpcSecurityGroups" => "VpcSecurityGroupMembership",
        _ => "member",
    })
}

/// A kind of thing that RDS describes.
struct Kind {
    operation: &'static str,
    /// The field that the answer's list stands in.
    list: &'static str,
    /// The field, and parameter, with its name.
    id: &'static str,
    arn: &'static str,
    /// What stands before the name in its ARN.
    prefix: &'static str,
    /// The field that says whether it is encrypted.
    encrypted: &'static str,
    missing: &'static str,
    /// Where the inventory has it, and the fields there: ARN, status, encrypted.
    place: Place,
}

struct Place {
    list: &'static str,
    arn: &'static str,
    status: &'static str,
    encrypted: &'static str,
}

const RESOURCES: Place = Place {
    list: "resources",
    arn: "ResourceArn",
    status: "ResourceType",
    encrypted: "Encrypted",
};

const POINTS: Place = Place {
    list: "recovery_points",
    arn: "RecoveryPointArn",
    status: "Status",
    encrypted: "IsEncrypted",
};

const KINDS: &[Kind] = &[
    Kind {
        operation: "DescribeDBInstances",
        list: "DBInstances",
        id: "DBInstanceIdentifier",
        arn: "DBInstanceArn",
        prefix: "db:",
        encrypted: "StorageEncrypted",
        missing: "DBInstanceNotFound",
        place: RESOURCES,
    },
    Kind {
        operation: "DescribeDBClusters",
        list: "DBClusters",
        id: "DBClusterIdentifier",
        arn: "DBClusterArn",
        prefix: "cluster:",
        encrypted: "StorageEncrypted",
        missing: "DBClusterNotFoundFault",
        place: RESOURCES,
    },
    Kind {
        operation: "DescribeDBSnapshots",
        list: "DBSnapshots",
        id: "DBSnapshotIdentifier",
        arn: "DBSnapshotArn",
        prefix: "snapshot:",
        encrypted: "Encrypted",
        missing: "DBSnapshotNotFound",
        place: POINTS,
    },
    Kind {
        operation: "DescribeDBClusterSnapshots",
        list: "DBClusterSnapshots",
        id: "DBClusterSnapshotIdentifier",
        arn: "DBClusterSnapshotArn",
        prefix: "cluster-snapshot:",
        encrypted: "StorageEncrypted",
        missing: "DBClusterSnapshotNotFoundFault",
        place: POINTS,
    },
];

fn names(_: &World, call: &Call) -> Vec<String> {
    let scope = &call.scope;
    let of = format!(
        "arn:{}:rds:{}:{}",
        scope.partition(),
        scope.region,
        scope.account
    );
    let (prefix, asked) = match kind(call) {
        Some(kind) => (kind.prefix, call.arg(kind.id)),
        None if call.operation == "DescribeDBEngineVersions" => ("", None),
        None if call.operation == "DescribeOptionGroups" => ("og:", call.arg("OptionGroupName")),
        None => ("", call.arg("ResourceName")),
    };
    match asked {
        None => Vec::new(),
        Some(arn) if arn.starts_with("arn:") => vec![arn.to_owned()],
        Some(name) => vec![format!("{of}:{prefix}{name}"), name.to_owned()],
    }
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    if let Some(kind) = kind(call) {
        return describe(world, call, kind);
    }
    match call.operation.as_str() {
        "DescribeDBEngineVersions" => engine_versions(world, call),
        "DescribeOptionGroups" => option_groups(world, call),
        "ListTagsForResource" => tags(world, call),
        _ => Err(No::Unknown),
    }
}

fn kind(call: &Call) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.operation == call.operation)
}

fn describe(world: &World, call: &Call, kind: &Kind) -> Result<Answer, No> {
    let Some(asked) = call.arg(kind.id) else {
        let mut items = Vec::new();
        for thing in all(world, call, kind)? {
            if exists(thing, kind) {
                items.push(fields(thing, kind)?);
            }
        }
        return Ok(Answer::List {
            field: kind.list,
            items: filtered(call, kind, items)?,
        });
    };
    let thing = find(world, call, kind, asked)?;
    Ok(Answer::List {
        field: kind.list,
        items: vec![fields(thing, kind)?],
    })
}

/// The things of a kind that the inventory has in a Region, those included that it says are not there.
fn all<'a>(world: &'a World, call: &Call, kind: &Kind) -> Result<Vec<&'a Value>, No> {
    let things = world.list(call, kind.place.list)?;
    Ok(things
        .iter()
        .filter(|thing| name(thing, kind).is_some())
        .collect())
}

fn find<'a>(world: &'a World, call: &Call, kind: &Kind, asked: &str) -> Result<&'a Value, No> {
    let missing = || No::failure(404, kind.missing, format!("{asked} not found."));
    let found = all(world, call, kind)?.into_iter().find(|thing| {
        // RDS keeps names in lower case.
        name(thing, kind).is_some_and(|name| name.eq_ignore_ascii_case(asked))
            || text(thing, kind.place.arn) == Some(asked)
    });
    match found {
        Some(thing) if exists(thing, kind) => Ok(thing),
        Some(_) => Err(missing()),
        None => Err(No::Incomplete(format!(
            "`{}` in {} of account {} has no {}{asked}",
            kind.place.list, call.scope.region, call.scope.account, kind.prefix
        ))),
    }
}

/// Whether the thing was found, by AWS Backup and by RDS itself.
fn exists(thing: &Value, kind: &Kind) -> bool {
    let null = Some(&Value::Null);
    thing.get(kind.place.status) != null && thing.get("Detail") != null
}

fn name<'a>(thing: &'a Value, kind: &Kind) -> Option<&'a str> {
    let arn = arn(text(thing, kind.place.arn)?)?;
    (arn.service == "rds").then(|| arn.resource.strip_prefix(kind.prefix))?
}

fn fields(thing: &Value, kind: &Kind) -> Result<Value, No> {
    let arn = text(thing, kind.place.arn).unwrap_or_default();
    reveals(
        thing,
        &[kind.place.encrypted, "EncryptionKeyArn", "Detail"],
        arn,
    )?;
    let mut fields: Map<String, Value> = without(&thing["Detail"], &[]);
    default(&mut fields, kind.id, name(thing, kind).unwrap_or_default());
    default(&mut fields, kind.arn, arn);
    default(
        &mut fields,
        kind.encrypted,
        thing[kind.place.encrypted].clone(),
    );
    default(&mut fields, "KmsKeyId", thing["EncryptionKeyArn"].clone());
    if kind.place.list == POINTS.list {
        default(&mut fields, "SnapshotType", "awsbackup");
        default(&mut fields, "Status", "available");
    }
    if let Some(tags) = thing.get("Tags") {
        default(&mut fields, "TagList", pairs(tags, "Key", "Value"));
    }
    Ok(fields.into())
}

/// Those of a list that the call's filters let through.
fn filtered(call: &Call, kind: &Kind, mut items: Vec<Value>) -> Result<Vec<Value>, No> {
    if let Some(wanted) = call.arg("SnapshotType") {
        items.retain(|item| text(item, "SnapshotType") == Some(wanted));
    } else if kind.place.list == POINTS.list {
        items.retain(|item| text(item, "SnapshotType") != Some("awsbackup"));
    }
    for n in 1.. {
        let Some(filter) = call.arg(&format!("Filters.Filter.{n}.Name")) else {
            break;
        };
        let values = members(&call.args, &format!("Filters.Filter.{n}.Values.Value"));
        let fields: &[&str] = match filter {
            "db-instance-id" => &["DBInstanceIdentifier", "DBInstanceArn"],
            "db-cluster-id" => &["DBClusterIdentifier", "DBClusterArn"],
            "engine" => &["Engine"],
            _ => {
                let message = format!("Unrecognized filter name: {filter}");
                return Err(No::failure(400, "InvalidParameterValue", message));
            }
        };
        items.retain(|item| {
            fields
                .iter()
                .filter_map(|field| text(item, field))
                .any(|found| values.iter().any(|value| value == found))
        });
    }
    Ok(items)
}

fn option_groups(world: &World, call: &Call) -> Result<Answer, No> {
    let mut items = world.list(call, "option_groups")?.to_vec();
    if let Some(asked) = call.arg("OptionGroupName") {
        items.retain(|group| text(group, "OptionGroupName") == Some(asked));
        if items.is_empty() {
            let message = format!("Specified OptionGroupName: {asked} not found.");
            return Err(No::failure(404, "OptionGroupNotFoundFault", message));
        }
    }
    Ok(Answer::List {
        field: "OptionGroupsList",
        items,
    })
}

/// What AWS has of an engine in a Region, which is the same for every account: whichever the inventory has it of.
fn engine_versions(world: &World, call: &Call) -> Result<Answer, No> {
    let region = &call.scope.region;
    let places = world
        .accounts()
        .iter()
        .filter_map(|account| world.known_region(text(account, "account")?, region));
    let known: Vec<&Value> = places
        .filter_map(|place| place.get("db_engine_versions"))
        .collect();
    if known.is_empty() {
        let what = format!("`db_engine_versions` of {region} is absent");
        return Err(No::Incomplete(what));
    }
    let all = known.into_iter().filter_map(Value::as_array).flatten();
    let fits = |version: &&Value| {
        version["EngineVersion"] != Value::Null
            && ["Engine", "EngineVersion"].iter().all(|name| {
                call.arg(name)
                    .is_none_or(|asked| text(version, name) == Some(asked))
            })
    };
    Ok(Answer::List {
        field: "DBEngineVersions",
        items: all.filter(fits).cloned().collect(),
    })
}

fn tags(world: &World, call: &Call) -> Result<Answer, No> {
    let asked = call.need("ResourceName")?;
    let parts = arn(asked)
        .filter(|arn| arn.service == "rds")
        .ok_or_else(|| {
            No::failure(
                400,
                "InvalidParameterValue",
                format!("The specified resource name {asked} is invalid"),
            )
        })?;
    if (parts.account, parts.region) != (call.scope.account.as_str(), call.scope.region.as_str()) {
        return Err(No::failure(
            403,
            "AccessDenied",
            format!("not authorized on {asked}"),
        ));
    }
    let kind = KINDS
        .iter()
        .find(|kind| parts.resource.starts_with(kind.prefix))
        .ok_or_else(|| No::Incomplete(format!("no field of the inventory has tags of {asked}")))?;
    let thing = find(world, call, kind, asked)?;
    reveals(thing, &["Tags"], asked)?;
    Ok(Answer::Whole(
        json!({"TagList": pairs(&thing["Tags"], "Key", "Value")}),
    ))
}
