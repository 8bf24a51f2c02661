//! The stack of a copy in two steps: what it makes, how it is made, and what is left to people once it is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::cloudformation::Room;
use super::item::{Action, Item};
use super::{FixFile, function};
use crate::known::Arn;
use crate::quote::shell::{option, word};
use crate::quote::terminal;
use crate::remedy::{Parts, TwoStep};
use crate::report::table::words;

/// The properties that name a resource.
const NAMES: [&str; 5] = [
    "BackupVaultName",
    "AliasName",
    "LogGroupName",
    "FunctionName",
    "Name",
];
/// What is named of what a role's policy is on, or of whom a key's names; of more, how many there are.
const SHOWN: usize = 3;

/// The stacks, by their vaults in between, each with the ids of the changes that it makes.
fn stacks<'i>(items: &'i [Item<'_>]) -> BTreeMap<&'i Arn, (&'i TwoStep, Vec<&'i str>)> {
    let mut stacks: BTreeMap<&Arn, (&TwoStep, Vec<&str>)> = BTreeMap::new();
    for item in items {
        if let Action::TwoStep(step) = item.action {
            let (_, ids) = stacks.entry(&step.between).or_insert((step, Vec::new()));
            ids.push(&item.remedy.id);
        }
    }
    stacks
}

/// What the function is called that makes a stack.
pub fn function(between: &Arn, items: &[Item<'_>]) -> String {
    let place = stacks(items).keys().position(|it| *it == between);
    format!("stack_{}", place.unwrap_or_default())
}

/// The functions that make the stacks, once for all changes that are in one: it is told what they make.
pub fn functions(items: &[Item<'_>], files: &[FixFile]) -> String {
    let mut text = String::new();
    for (place, (step, ids)) in stacks(items).into_values().enumerate() {
        let _ = write!(
            text,
            "\nstack_{place}() {{\n{}}}\n",
            deploy(step, &ids, files)
        );
    }
    text
}

/// A template that is too large for a file goes by way of a bucket.
fn deploy(step: &TwoStep, ids: &[&str], files: &[FixFile]) -> String {
    let region = step.between.region();
    let file = function::template(step);
    let made = files.iter().find(|made| made.path == file);
    let bytes = made.map_or(0, |made| made.text.len());
    let room = Room::of(bytes);
    let left = room.needs(region.as_ref()).map(|needs| {
        let says = format!(": left as it is: {file} has {bytes} bytes; {needs}");
        format!("    say \"$1\"{}\n    left=\"$left $1\"\n", word(&says))
    });
    let left = left.unwrap_or_default();
    let (bucket, otherwise) = match room {
        Room::File => ("", String::new()),
        Room::Bucket => (
            " --s3-bucket \"$S3_BUCKET\"",
            format!("  if [ -z \"${{S3_BUCKET:-}}\" ]; then\n{left}    return 0\n  fi\n"),
        ),
        Room::Nowhere => return left,
    };
    let name = function::name(&step.between);
    let makes = made.map_or_else(Vec::new, |made| makes(&made.text));
    let makes: String = makes
        .iter()
        .map(|line| format!("  say {}\n", word(line)))
        .collect();
    let at = region.map(|region| format!(" {}", option("--region", region.as_str())));
    let (at, ids) = (at.unwrap_or_default(), ids.join(" "));
    format!(
        "{otherwise}  is_new_stack \"$1\" {name} || return 0\n  say 'the stack {name} makes, by {file}:'\n{makes}  \
         if agreed \"$2\"; then\n    call cloudformation deploy{at} --stack-name {name} --template-file {file} \\\n      \
         --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset{bucket}\n    is_made \"$1\"\n    stacks=\"$stacks {name}\"\n    \
         so=\"$so {ids}\"\n  else\n    left=\"$left $1\"\n    stacks_left=\"$stacks_left {name}\"\n  fi\n"
    )
}

/// All that a template makes, a line each, and what its role may do.
fn makes(template: &str) -> Vec<String> {
    let template: Value = serde_json::from_str(template).unwrap_or_default();
    let resources = template.get("Resources").and_then(Value::as_object);
    let mut lines = Vec::new();
    for resource in resources.into_iter().flat_map(|all| all.values()) {
        let text = |of: Option<&Value>| of.and_then(Value::as_str).map(str::to_owned);
        let kind = text(resource.get("Type")).unwrap_or_default();
        let properties = resource.get("Properties");
        let named = NAMES.iter().find_map(|name| text(properties?.get(*name)));
        let named = named.map_or_else(String::new, |name| format!(" {name}"));
        let stays = match resource.get("DeletionPolicy").and_then(Value::as_str) {
            Some("Retain") => ", which stays when the stack goes",
            Some(_) | None => "",
        };
        lines.push(format!("  {kind}{named}{stays}"));
        if let Some(policy) = properties.and_then(|of| of.get("KeyPolicy")) {
            lines.extend(may(policy, false));
        }
        let policies = properties.and_then(|of| of.get("Policies")?.as_array());
        for policy in policies.into_iter().flatten() {
            if let Some(policy) = policy.get("PolicyDocument") {
                lines.extend(may(policy, true));
            }
        }
    }
    let lines = lines.iter();
    lines
        .map(|line| terminal::line(line).into_owned())
        .collect()
}

/// What the statements of a policy let be done: on what where it is a role's, by whom where it is a key's.
fn may(policy: &Value, is_of_role: bool) -> Vec<String> {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let each = statements.into_iter().flatten().map(|statement| {
        let actions = texts(statement.get("Action")).join(", ");
        if is_of_role {
            format!("    may do {actions} on {}", few(statement.get("Resource")))
        } else {
            let who = statement.get("Principal").and_then(|who| who.get("AWS"));
            format!("    lets {} do {actions}", few(who))
        }
    });
    each.collect()
}

fn texts(of: Option<&Value>) -> Vec<&str> {
    match of {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(one) => one.as_str().into_iter().collect(),
        None => Vec::new(),
    }
}

fn few(of: Option<&Value>) -> String {
    let all: Vec<String> = texts(of).into_iter().map(str::to_owned).collect();
    words::few(&all, SHOWN)
}

/// What tells, for each stack that was made, what people do then: without it no copy goes that way.
pub fn then(items: &[Item<'_>]) -> Vec<String> {
    let mut told: BTreeMap<(&str, String), String> = BTreeMap::new();
    for item in items {
        let (Action::TwoStep(_), Parts::TwoStep(step)) = (&item.action, &item.remedy.parts) else {
            continue;
        };
        let between = step.between.name();
        let what = match &step.rule {
            Some(rule) => {
                format!("let {rule} copy into `{between}`: until then it copies as before")
            }
            None => format!("start the copies into `{between}`: what arrives there goes on"),
        };
        let id = item.remedy.id.as_str();
        told.entry((step.between.as_str(), what))
            .or_insert_with(|| format!("{id} {}", item.steps()));
    }
    let each = told.into_iter().filter_map(|((_, what), by)| {
        let (id, steps) = by.split_once(' ')?;
        let says = format!("left to do by hand: {what} (see {steps})");
        Some(format!("once_made {id} {}", word(&says)))
    });
    each.collect()
}
