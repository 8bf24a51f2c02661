//! Amazon FSx: file systems.
//!
//! See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html>.

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, arn, default, pairs, reveals, text, without};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::{World, many};

pub const SERVICE: Service = Service {
    name: "fsx",
    signing_name: "fsx",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.1",
        target: "AWSSimbaAPIService_v20180301",
        namespace: "",
        times: &["CreationTime"],
    },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "MaxResults",
        most: 100,
        bad_token: "BadRequest",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names,
    answer,
};

fn names(_: &World, call: &Call) -> Vec<String> {
    let scope = &call.scope;
    let (partition, region, account) = (scope.partition(), &scope.region, &scope.account);
    many(&call.args, "FileSystemIds")
        .iter()
        .filter_map(Value::as_str)
        .flat_map(|id| {
            let whole = format!("arn:{partition}:fsx:{region}:{account}:file-system/{id}");
            [whole, id.to_owned()]
        })
        .collect()
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "DescribeFileSystems" => {}
        "DescribeDataRepositoryAssociations" => return associations(world, call),
        "DescribeVolumes" => return volumes(world, call),
        "DescribeBackups" => return backups(world, call),
        _ => return Err(No::Unknown),
    }
    let asked = many(&call.args, "FileSystemIds");
    let resources = if asked.is_empty() {
        world.whole_list(call, "resources")?
    } else {
        world.list(call, "resources")?
    };
    let there = |resource: &&Value| resource.get("ResourceType") != Some(&Value::Null);
    let mut items = Vec::new();
    for resource in resources.iter().filter(there) {
        let Some(id) = id(resource) else { continue };
        if asked.is_empty() || asked.iter().any(|wanted| wanted == id) {
            items.push(described(resource, id)?);
        }
    }
    if items.is_empty() && !asked.is_empty() {
        let known = resources
            .iter()
            .filter_map(id)
            .any(|id| asked.iter().any(|wanted| wanted == id));
        return Err(if known {
            No::failure(
                400,
                "FileSystemNotFound",
                format!("File system {asked:?} does not exist."),
            )
        } else {
            No::Incomplete(format!("the file system {asked:?} is absent"))
        });
    }
    Ok(Answer::List {
        field: "FileSystems",
        items,
    })
}

/// The volumes of file systems: `volume/FILE_SYSTEM/VOLUME`.
fn volumes(world: &World, call: &Call) -> Result<Answer, No> {
    let asked = many(&call.args, "VolumeIds");
    let resources = if asked.is_empty() {
        world.whole_list(call, "resources")?
    } else {
        world.list(call, "resources")?
    };
    let mut items = Vec::new();
    for resource in resources {
        let name = text(resource, "ResourceArn").unwrap_or_default();
        let parts = arn(name).filter(|arn| arn.service == "fsx");
        let Some((file_system, volume)) = parts
            .and_then(|arn| arn.resource.strip_prefix("volume/"))
            .and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        let wanted = asked.is_empty() || asked.iter().any(|id| id == volume);
        if !wanted || resource.get("ResourceType") == Some(&Value::Null) {
            continue;
        }
        reveals(resource, &["Tags", "Detail"], name)?;
        let mut item = json!({
            "FileSystemId": file_system, "VolumeId": volume, "ResourceARN": name, "VolumeType": "ONTAP",
            "Tags": pairs(&resource["Tags"], "Key", "Value"),
        });
        if let Some(ontap) = resource["Detail"].get("OntapConfiguration") {
            item["OntapConfiguration"] = ontap.clone();
        }
        items.push(item);
    }
    if items.is_empty() && !asked.is_empty() {
        return Err(No::failure(
            400,
            "VolumeNotFound",
            format!("Volume {asked:?} does not exist."),
        ));
    }
    Ok(Answer::List {
        field: "Volumes",
        items,
    })
}

/// The associations of file systems, as their descriptions in the inventory have them.
fn associations(world: &World, call: &Call) -> Result<Answer, No> {
    let filters = many(&call.args, "Filters");
    let wanted = filters.iter().find(|one| one["Name"] == "file-system-id");
    let resources = if wanted.is_none() {
        world.whole_list(call, "resources")?
    } else {
        world.list(call, "resources")?
    };
    let mut items = Vec::new();
    for resource in resources {
        let Some(id) = id(resource) else { continue };
        let values = wanted.map(|one| many(one, "Values"));
        if values.is_some_and(|values| !values.iter().any(|value| value == id)) {
            continue;
        }
        let name = text(resource, "ResourceArn").unwrap_or_default();
        reveals(resource, &["Detail"], name)?;
        let detail = &resource["Detail"];
        if detail["FileSystemType"] != "LUSTRE" {
            continue;
        }
        reveals(detail, &["DataRepositoryAssociations"], name)?;
        for one in many(detail, "DataRepositoryAssociations") {
            let mut fields = without(one, &[]);
            default(&mut fields, "FileSystemId", id);
            items.push(fields.into());
        }
    }
    Ok(Answer::List {
        field: "Associations",
        items,
    })
}

/// The backups that recovery points are: `backup/BACKUP`.
fn backups(world: &World, call: &Call) -> Result<Answer, No> {
    let asked = many(&call.args, "BackupIds");
    let mut items = Vec::new();
    for point in world.list(call, "recovery_points")? {
        let name = text(point, "RecoveryPointArn").unwrap_or_default();
        let parts = arn(name).filter(|arn| arn.service == "fsx");
        let id = parts.and_then(|arn| arn.resource.strip_prefix("backup/"));
        let Some(id) = id.filter(|id| asked.iter().any(|wanted| wanted == id)) else {
            continue;
        };
        reveals(point, &["Detail", "Tags"], name)?;
        let mut fields = without(&point["Detail"], &[]);
        default(&mut fields, "BackupId", id);
        default(&mut fields, "Tags", pairs(&point["Tags"], "Key", "Value"));
        items.push(fields.into());
    }
    if items.is_empty() {
        return Err(No::failure(
            400,
            "BackupNotFound",
            format!("Backup {asked:?} does not exist."),
        ));
    }
    Ok(Answer::List {
        field: "Backups",
        items,
    })
}

fn id(resource: &Value) -> Option<&str> {
    let arn = arn(text(resource, "ResourceArn")?)?;
    (arn.service == "fsx").then(|| arn.resource.strip_prefix("file-system/"))?
}

fn described(resource: &Value, id: &str) -> Result<Value, No> {
    let name = text(resource, "ResourceArn").unwrap_or_default();
    reveals(resource, &["EncryptionKeyArn", "Tags", "Detail"], name)?;
    let mut fields = without(&resource["Detail"], &["DataRepositoryAssociations"]);
    default(&mut fields, "FileSystemId", id);
    default(&mut fields, "ResourceARN", name);
    default(
        &mut fields,
        "KmsKeyId",
        resource["EncryptionKeyArn"].clone(),
    );
    default(
        &mut fields,
        "Tags",
        pairs(&resource["Tags"], "Key", "Value"),
    );
    Ok(fields.into())
}
