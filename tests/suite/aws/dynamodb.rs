//! Amazon DynamoDB.
//!
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html>.

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, arn, default, pairs, reveals, text, without};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::World;

pub const SERVICE: Service = Service {
    name: "dynamodb",
    signing_name: "dynamodb",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.0",
        target: "DynamoDB_20120810",
        namespace: "com.amazonaws.dynamodb.v20120810#",
        times: &[
            "ArchivalDateTime",
            "CreationDateTime",
            "InaccessibleEncryptionDateTime",
            "LastDecreaseDateTime",
            "LastIncreaseDateTime",
            "LastUpdateDateTime",
            "LastUpdateToPayPerRequestDateTime",
            "ReplicaInaccessibleDateTime",
            "RestoreDateTime",
        ],
    },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "",
        most: 10,
        bad_token: "ValidationException",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names,
    answer,
};

fn names(_: &World, call: &Call) -> Vec<String> {
    let Some(asked) = call.arg("TableName").or_else(|| call.arg("ResourceArn")) else {
        return Vec::new();
    };
    vec![table_arn(call, asked), asked.to_owned()]
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "DescribeTable" => {
            let table = find(world, call, call.need("TableName")?)?;
            Ok(Answer::Whole(json!({"Table": describe(table)?})))
        }
        "ListTables" => {
            let tables = world.whole_list(call, "resources")?.iter();
            let there = tables.filter(|table| table.get("ResourceType") != Some(&Value::Null));
            let names: Vec<&str> = there
                .filter_map(|table| arn(text(table, "ResourceArn")?))
                .filter(|arn| arn.service == "dynamodb")
                .filter_map(|arn| arn.resource.strip_prefix("table/"))
                .collect();
            Ok(Answer::Whole(json!({"TableNames": names})))
        }
        "ListTagsOfResource" => {
            let table = find(world, call, call.need("ResourceArn")?)?;
            reveals(
                table,
                &["Tags"],
                text(table, "ResourceArn").unwrap_or_default(),
            )?;
            let items = pairs(&table["Tags"], "Key", "Value");
            Ok(Answer::List {
                field: "Tags",
                items,
            })
        }
        _ => Err(No::Unknown),
    }
}

fn find<'a>(world: &'a World, call: &Call, asked: &str) -> Result<&'a Value, No> {
    let wanted = table_arn(call, asked);
    let missing = || {
        let name = wanted.rsplit('/').next().unwrap_or_default();
        let message = format!("Requested resource not found: Table: {name} not found");
        No::failure(400, "ResourceNotFoundException", message)
    };
    let parts = arn(&wanted).ok_or_else(missing)?;
    if parts.region != call.scope.region {
        return Err(missing());
    }
    if parts.account != call.scope.account {
        return Err(No::failure(
            400,
            "AccessDeniedException",
            format!(
                "not authorized to perform: dynamodb:{} on resource: {wanted}",
                call.operation
            ),
        ));
    }
    let table = world
        .list(call, "resources")?
        .iter()
        .find(|resource| text(resource, "ResourceArn") == Some(&wanted))
        .ok_or_else(|| No::Incomplete(format!("the table {wanted} is absent")))?;
    if [table.get("ResourceType"), table.get("Detail")].contains(&Some(&Value::Null)) {
        return Err(missing());
    }
    Ok(table)
}

fn describe(table: &Value) -> Result<Value, No> {
    let arn = text(table, "ResourceArn").unwrap_or_default();
    reveals(table, &["Encrypted", "EncryptionKeyArn", "Detail"], arn)?;
    if table["Encrypted"] != true {
        return Err(No::Incomplete(format!(
            "{arn}: DynamoDB encrypts every table"
        )));
    }
    let mut fields = without(&table["Detail"], &[]);
    default(
        &mut fields,
        "TableName",
        arn.rsplit('/').next().unwrap_or_default(),
    );
    default(&mut fields, "TableArn", arn);
    default(&mut fields, "TableStatus", "ACTIVE");
    if let Some(key) = text(table, "EncryptionKeyArn") {
        let sse = json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key});
        default(&mut fields, "SSEDescription", sse);
    }
    Ok(fields.into())
}

fn table_arn(call: &Call, asked: &str) -> String {
    if asked.starts_with("arn:") {
        return asked.to_owned();
    }
    let scope = &call.scope;
    format!(
        "arn:{}:dynamodb:{}:{}:table/{asked}",
        scope.partition(),
        scope.region,
        scope.account
    )
}
