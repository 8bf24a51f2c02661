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
        "DescribeVolumes" => return volumes(world, call),
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
    let mut items = Vec::new();
    for resource in world.whole_list(call, "resources")? {
        let name = text(resource, "ResourceArn").unwrap_or_default();
        let parts = arn(name).filter(|arn| arn.service == "fsx");
        let Some((file_system, volume)) = parts
            .and_then(|arn| arn.resource.strip_prefix("volume/"))
            .and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        reveals(resource, &["Tags"], name)?;
        items.push(json!({
            "FileSystemId": file_system, "VolumeId": volume, "ResourceARN": name, "VolumeType": "ONTAP",
            "Tags": pairs(&resource["Tags"], "Key", "Value"),
        }));
    }
    Ok(Answer::List {
        field: "Volumes",
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
    let mut fields = without(&resource["Detail"], &[]);
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
