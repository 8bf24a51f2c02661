//! Global tables of DynamoDB: a table in the Region of each replica, with tags and a key of its own.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html>.

use serde_json::{Value, json};

use crate::known::{Arn, Region};
use crate::sources::cloudformation::reader::{TemplateReader, tags};
use crate::sources::cloudformation::template::{is_open, unknown};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::Home;

/// The tables of a global one.
pub fn global_table<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let at = format!("{}:{}: {id}", reader.template.file, node.line);
    let replicas = reader.of(node, "Replicas");
    let Some(replicas) = replicas.as_ref().and_then(Value::as_array) else {
        return reader.open(format!("{at}: its replicas are not known"));
    };
    let is_switched_on = reader
        .of(node, "SSESpecification")
        .map(|sse| sse.get("SSEEnabled").cloned());
    // Its tags are those of its replicas, and whether each takes the stack's no page says.
    let of_stack = &reader.template.settings.tags;
    let of_stack = of_stack.perhaps("which replicas may not take");
    for replica in replicas {
        let named = replica.get("Region").and_then(Value::as_str);
        let table = named.and_then(|name| {
            let region = Region::new(name);
            let there = Arn::parse(&arn).ok()?.in_region(&region).to_string();
            Some((region, there))
        });
        let Some((region, there)) = table else {
            reader.open(format!("{at}: the Region of a replica is not known"));
            continue;
        };
        let home = Home {
            account: home.account,
            region,
        };
        let is_here = there == arn;
        if !is_here {
            let place = format!("{}:{} {id}", reader.template.file, node.line);
            reader.places.entry(there.clone()).or_default().push(place);
        }
        // Without a key, a replica that is encrypted with KMS is on the one that AWS manages.
        let own = replica.get("SSESpecification");
        let own = own.map(|sse| sse.get("KMSMasterKeyId").unwrap_or(sse));
        let key = match (&is_switched_on, own) {
            (None | Some(Some(Value::Bool(false))), None) => Value::Null,
            (None, Some(_)) => unknown(format!("{at}, a key without encryption")),
            (Some(Some(Value::Bool(true))), None) if is_here => {
                reader.aws_managed(&home, "dynamodb")
            }
            (Some(Some(Value::Bool(true))), None) => {
                json!(reader.world.aws_managed_key(&home, "dynamodb"))
            }
            // What an alias names elsewhere was not looked up.
            (Some(Some(Value::Bool(true))), Some(Value::String(key)))
                if !is_here && key.contains("alias/") =>
            {
                unknown(format!("the key of {key} in {}", home.region))
            }
            (Some(Some(Value::Bool(true))), Some(key)) if key.is_string() || is_open(key) => {
                reader.key(key, &home)
            }
            (Some(_), _) => unknown(format!("{at}, its encryption")),
        };
        let fields = [
            ("ResourceType", json!("DynamoDB")),
            ("Encrypted", json!(true)),
            ("EncryptionKeyArn", key),
            ("Tags", tags(of_stack.with(replica.get("Tags").cloned()))),
            ("Detail", json!({})),
        ];
        reader.set(&home, "resources", &there, fields);
    }
}
