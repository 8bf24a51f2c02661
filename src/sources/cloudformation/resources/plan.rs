//! Backup plans and what they select.

use serde_json::{Map, Value, json};

use crate::sources::cloudformation::reader::{Selected, TemplateReader};
use crate::sources::cloudformation::template::{is_open, unknown, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::{Home, join};

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
        // CloudFormation takes no plan without one.
        None => unknown(format!(
            "{}:{}: {id} has no `BackupPlanRule`",
            reader.template.file, node.line
        )),
    };
    let name = body
        .get("BackupPlanName")
        .cloned()
        .unwrap_or_else(|| json!(id));
    let made = match body.get("AdvancedBackupSettings") {
        Some(settings) => {
            json!({"BackupPlanName": name, "Rules": rules, "AdvancedBackupSettings": settings})
        }
        None => json!({"BackupPlanName": name, "Rules": rules}),
    };
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
        [("BackupPlan", made), ("Selections", json!([]))],
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
        let file = reader.template.file;
        let why = why(&plan).map_or_else(String::new, |why| format!(" ({why})"));
        let text = format!(
            "{file}:{}: {id} is of a plan that is not known{why}",
            node.line
        );
        reader.open.push(text);
        return;
    };
    let mut made = match body {
        Value::Object(fields) => fields,
        open @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => {
            let why = why(&open)
                .unwrap_or("its selection is not known")
                .to_owned();
            reader.open(format!("{id}: {why}"));
            return perhaps_selects(reader, id, node, &why);
        }
    };
    made.entry("SelectionName").or_insert_with(|| json!(id));
    selects(reader, (id, node), (home, plan), Value::Object(made));
}

/// Adds a selection to a plan.
fn selects<'t>(
    reader: &mut TemplateReader<'t>,
    (id, node): (&str, &Node),
    (home, plan): (Home, String),
    selection: Value,
) {
    let place = format!("{}:{} {id}", reader.template.file, node.line);
    reader.places.entry(plan.clone()).or_default().push(place);
    let thing = reader.world.thing(&home, "plans", &plan);
    join(thing, "Selections", Some(selection.clone()), None);
    reader.selected.push(Selected {
        home,
        plan,
        selection,
        by: id.to_owned(),
    });
}

/// A selection of which nobody knows whether it is made, and why.
pub fn perhaps_selects<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node, why: &str) {
    let (Some(home), Some(Value::String(plan))) =
        (reader.home.clone(), reader.of(node, "BackupPlanId"))
    else {
        return;
    };
    selects(reader, (id, node), (home, plan), unknown(why));
}

/// What the template of now selects for plans and the change no longer does. `is_kept`: whether a plan that leaves the template is not
/// deleted.
pub fn unselected(
    now: &TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
    is_kept: impl Fn(&str) -> bool,
) {
    for was in &now.selected {
        let name = was.selection.get("SelectionName");
        let same = |is: &&Selected| {
            is.plan == was.plan && is.home == was.home && is.selection.get("SelectionName") == name
        };
        let goes_on = |is: &Selected| is.by == was.by && is_open(&is.selection);
        if then.selected.iter().any(|is| same(&is) || goes_on(is)) {
            continue;
        }
        // A plan of the template's own goes with what is selected for it.
        let known = then.world.known(&was.home, "plans", &was.plan).is_some();
        let own = now.world.says(&was.plan);
        let body = own.and_then(|plan| plan.get("BackupPlan")).cloned();
        if let Some(body) = body.filter(|_| !known) {
            if !is_kept(&was.plan) {
                continue;
            }
            let plan = then.world.thing(&was.home, "plans", &was.plan);
            let stands = json!({"made": body, "stands": true});
            plan.insert("BackupPlan".to_owned(), stands);
        }
        let (added, removed) = match stays(&was.by) {
            Some(true) => (Some(was.selection.clone()), None),
            Some(false) => (None, name.cloned()),
            None => {
                let why = format!("{}, which may or may not stay", was.by);
                (Some(unknown(why)), None)
            }
        };
        let plan = then.world.thing(&was.home, "plans", &was.plan);
        join(plan, "Selections", added, removed);
    }
}
