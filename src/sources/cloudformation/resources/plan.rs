//! Backup plans and what they select.

use serde_json::{Map, Value, json};

use crate::sources::cloudformation::reader::TemplateReader;
use crate::sources::cloudformation::template::{is_open, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::join;

pub fn plan<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some(home) = reader.home.clone() else {
        let text =
            format!("{id} may make copies: give --account ACCOUNT_ID and --template-region REGION");
        reader.note(text.clone());
        reader.open.push(text);
        return;
    };
    let Some(body) = reader.of(node, "BackupPlan") else {
        return reader.open(format!(
            "{id} has no `BackupPlan`: what it copies is not known"
        ));
    };
    let rules = match body.get("BackupPlanRule") {
        Some(Value::Array(rules)) => rules.iter().map(rule).collect(),
        Some(other) => other.clone(),
        None if is_open(&body) => body.clone(),
        None => json!([]),
    };
    let name = body
        .get("BackupPlanName")
        .cloned()
        .unwrap_or_else(|| json!(id));
    let place = format!("{}:{} {id}", reader.template.file, node.line);
    let own = format!("{}{id}", reader.template.settings.prefix);
    let names = &reader.template.settings.identity.names;
    let known_as = names.get(id).cloned().unwrap_or(own);
    let places = reader.places.entry(known_as.clone()).or_default();
    places.push(place);
    reader.set(
        &home,
        "plans",
        &known_as,
        [
            (
                "BackupPlan",
                json!({"BackupPlanName": name, "Rules": rules}),
            ),
            ("Selections", json!([])),
        ],
    );
}

/// A rule as AWS Backup prints it.
fn rule(rule: &Value) -> Value {
    let Value::Object(fields) = rule else {
        return rule.clone();
    };
    let mut made = Map::new();
    for (name, value) in fields {
        let name = if name == "TargetBackupVault" {
            "TargetBackupVaultName"
        } else {
            name
        };
        made.insert(name.to_owned(), value.clone());
    }
    Value::Object(made)
}

pub fn selection<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some(home) = reader.home.clone() else {
        return reader.open(format!(
            "{id} may make copies: give --account ACCOUNT_ID and --template-region REGION"
        ));
    };
    let (Some(plan), Some(body)) = (
        reader.of(node, "BackupPlanId"),
        reader.of(node, "BackupSelection"),
    ) else {
        return reader.open(format!("{id} has no `BackupPlanId` or `BackupSelection`"));
    };
    let Value::String(plan) = plan else {
        reader
            .open
            .push(format!("{id} is of a plan that is not known"));
        return;
    };
    let mut made = match body {
        Value::Object(fields) => fields,
        open @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => {
            reader
                .open
                .push(format!("{id}: {}", why(&open).unwrap_or("not known")));
            return;
        }
    };
    made.entry("SelectionName").or_insert_with(|| json!(id));
    let made = Value::Object(made);
    let plan = reader.world.thing(&home, "plans", &plan);
    join(plan, "Selections", Some(made), None);
}
