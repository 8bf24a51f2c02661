//! What becomes of things that the resources of a template made and that are not known.

use serde_json::{Map, Value};

use super::names::{self, kind};
use super::reader::TemplateReader;
use super::template::is_open;

/// What a change does to resources of which nobody knows which things they made, in words: beside what the template of now says with
/// the values that are given, what is known without them.
pub fn changes(
    (now, known_now): (&TemplateReader<'_>, &TemplateReader<'_>),
    then: &TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) -> Vec<String> {
    let settings = now.template.settings;
    let hint = match settings.stack {
        Some(_) => "neither its name nor its tags tell",
        None => "give --cloudformation-stack NAME",
    };
    let file = now.template.file;
    let resources = now.template.root.get("Resources");
    let gone = resources.map_or(&[][..], super::text::Node::fields).iter();
    let databases = gone.filter(|(id, was)| {
        let is = then
            .template
            .resource(id)
            .filter(|is| then.is_made(is) != Some(false));
        kind(was) == "AWS::Timestream::Database" && is.is_none() && stays(id) != Some(true)
    });
    let keys = resources.map_or(&[][..], super::text::Node::fields).iter();
    let keys = keys.filter(|(id, was)| {
        let key = |of: &TemplateReader<'_>, node| names::property(&of.template, node, "KmsKeyId");
        let is = then.template.resource(id);
        let changes = |is| key(now, was) != key(then, is) || then.is_made(is).is_none();
        kind(was) == "AWS::Timestream::Database" && is.is_some_and(changes)
    });
    let keys = keys.map(|(id, was)| {
        format!("{file}:{}: {id}, a database of Timestream, changes its key, and which of its tables are there is not known", was.line)
    });
    let databases = databases.map(|(id, was)| {
        format!("{file}:{}: {id}, a database of Timestream, goes, and which of its tables are there is not known", was.line)
    });
    let changed = settings.identity.unknown.iter().filter_map(|id| {
        let was = now.template.resource(id)?;
        // Whether the stack has one that is not made by the values that are given is told apart.
        if now.is_made(was) == Some(false) {
            return None;
        }
        let is = then.template.resource(id).filter(|is| then.is_made(is) != Some(false));
        let is_told = match is {
            None => stays(id) == Some(true),
            Some(is) => {
                let is_same = then.is_same(id, is);
                let arn = names::arn(&now.template, id, was);
                let arn = arn.as_str().unwrap_or_default();
                let arn = if kind(was) == "AWS::Backup::BackupPlan" { id.as_str() } else { arn };
                match (known_now.world.says(arn), then.world.says(arn)) {
                    (Some(was), Some(is)) => says_the_same(was, is, is_same),
                    (None, None) => is_same,
                    (Some(_), None) | (None, Some(_)) => false,
                }
            }
        };
        let file = now.template.file;
        (!is_told).then(|| {
            format!("{file}:{}: {id} changes or goes, and which one of those that are there it is is not known: {hint}", was.line)
        })
    });
    databases.chain(keys).chain(changed).collect()
}

/// Says of what a template makes that nobody knows whether it is one of those that are there, of which it says something else.
pub fn is_known(reader: &mut TemplateReader<'_>) {
    let settings = reader.template.settings;
    let hint = match settings.stack {
        Some(_) => "",
        None => "--cloudformation-stack NAME, or ",
    };
    for id in &settings.identity.otherwise {
        let Some(node) = reader.template.resource(id) else {
            continue;
        };
        let file = reader.template.file;
        reader.open(format!(
            "{file}:{}: whether {id} is there already is not known: give {hint}--cloudformation-before FILE, of a new stack a file with `Resources: {{}}`",
            node.line
        ));
    }
}

/// Whether two templates say the same of a thing, one of whose resources is the same in both or not.
fn says_the_same(was: &Map<String, Value>, is: &Map<String, Value>, is_same: bool) -> bool {
    let mut fields = was.keys().chain(is.keys());
    fields.all(|field| match (was.get(field), is.get(field)) {
        (Some(was), Some(is)) if is_open(was) && is_open(is) => is_same,
        (was, is) => was == is,
    })
}
