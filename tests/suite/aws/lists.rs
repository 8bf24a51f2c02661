//! Services of which only lists are asked: AWS Backup gateway, AWS Storage Gateway, AWS Systems Manager for SAP.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BGW_ListVirtualMachines.html>,
//! <https://docs.aws.amazon.com/storagegateway/latest/APIReference/API_ListVolumes.html> and
//! <https://docs.aws.amazon.com/ssmsap/latest/APIReference/API_ListDatabases.html>.

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, arn, pairs, reveals, text};
use super::paging::Pager;
use super::protocol::{Protocol, Route};
use super::world::World;

const fn pager(token: &'static str) -> Pager {
    Pager {
        ask: token,
        give: token,
        truncated: None,
        limit: "MaxResults",
        most: 100,
        bad_token: "ValidationException",
    }
}

pub const BACKUP_GATEWAY: Service = Service {
    name: "backup-gateway",
    signing_name: "backup-gateway",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.0",
        target: "BackupOnPremises_v20210101",
        namespace: "com.amazonaws.backupgateway#",
        times: &[],
    },
    pager: pager("NextToken"),
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names,
    answer,
};

pub const STORAGE_GATEWAY: Service = Service {
    name: "storagegateway",
    signing_name: "storagegateway",
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.1",
        target: "StorageGateway_20130630",
        namespace: "",
        times: &[],
    },
    pager: pager("Marker"),
    ..BACKUP_GATEWAY
};

pub const SAP: Service = Service {
    name: "ssm-sap",
    signing_name: "ssm-sap",
    protocol: Protocol::Rest {
        route: |method, path| {
            ((method, path) == ("POST", &["list-databases"])).then(|| Route {
                operation: "ListDatabases",
                params: Vec::new(),
            })
        },
        times: &[],
    },
    denied: (403, "AccessDeniedException"),
    ..BACKUP_GATEWAY
};

fn names(_: &World, call: &Call) -> Vec<String> {
    let named = call.arg("ResourceArn").or_else(|| call.arg("ResourceARN"));
    named.map(str::to_owned).into_iter().collect()
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    let list = |field, item: fn(&Value) -> Value| {
        let resources = world.whole_list(call, "resources")?;
        let there = |resource: &&Value| resource.get("ResourceType") != Some(&Value::Null);
        let ours = |resource: &&Value| {
            let arn = text(resource, "ResourceArn").and_then(arn);
            arn.is_some_and(|arn| arn.service == call.scope.service)
        };
        let items = resources
            .iter()
            .filter(there)
            .filter(ours)
            .map(item)
            .collect();
        Ok(Answer::List { field, items })
    };
    match call.operation.as_str() {
        "ListVirtualMachines" => list(
            "VirtualMachines",
            |one| json!({"ResourceArn": one["ResourceArn"]}),
        ),
        "ListVolumes" => list(
            "VolumeInfos",
            |one| json!({"VolumeARN": one["ResourceArn"], "VolumeType": "STORED"}),
        ),
        "ListDatabases" => list(
            "Databases",
            |one| json!({"Arn": one["ResourceArn"], "Tags": one["Tags"]}),
        ),
        "ListTagsForResource" => {
            let wanted = names(world, call).pop().unwrap_or_default();
            let mut resources = world.list(call, "resources")?.iter();
            let found = resources.find(|one| text(one, "ResourceArn") == Some(&wanted));
            let found = found.ok_or_else(|| No::Incomplete(format!("{wanted} is absent")))?;
            reveals(found, &["Tags"], &wanted)?;
            Ok(Answer::List {
                field: "Tags",
                items: pairs(&found["Tags"], "Key", "Value"),
            })
        }
        _ => Err(No::Unknown),
    }
}
