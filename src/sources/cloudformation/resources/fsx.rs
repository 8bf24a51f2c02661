//! The data repository associations of file systems of FSx for Lustre: resources of their own, and of a linked file system FSx makes
//! no backups.

use serde_json::{Map, Value, json};

use crate::inventory::WHERE_IT_STANDS;
use crate::sources::cloudformation::reader::{Association, TemplateReader};
use crate::sources::cloudformation::template::{partition, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::{Makes, join};

/// What links a file system to a bucket.
pub fn association(reader: &mut TemplateReader<'_>, id: &str, node: &Node) {
    let Some(home) = reader.home.clone() else {
        return reader.open(format!(
            "{id} links a file system: give --account ACCOUNT_ID and --template-region REGION"
        ));
    };
    let told = reader.of(node, "FileSystemId");
    let system = match told {
        Some(Value::String(system)) => system,
        _ if reader.is_same(id, node) => return,
        other => {
            let why = other.as_ref().and_then(why);
            let why = why.unwrap_or("its FileSystemId is not known").to_owned();
            let file = reader.template.file;
            return reader.open(format!("{file}:{}: {id}, {why}", node.line));
        }
    };
    let system = format!(
        "arn:{}:fsx:{}:{}:file-system/{system}",
        partition(&home.region),
        home.region,
        home.account
    );
    let names = &reader.template.settings.identity.names;
    let own = names.get(id).map_or(id, String::as_str).to_owned();
    reader.associations.push(Association {
        home,
        system,
        id: own,
        by: id.to_owned(),
        line: node.line,
    });
}

/// Says of the file systems what the template links.
pub fn linked(reader: &mut TemplateReader<'_>) {
    for one in std::mem::take(&mut reader.associations) {
        link(reader, &one, true);
    }
}

/// The same of a change: what both templates link stands as it was read, and what links a file system that it makes is all there.
pub fn linked_anew(
    now: &TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) {
    let made = then.world.makes(&now.world, Makes::Certainly);
    if let Some(home) = then.home.clone() {
        for system in made.keys() {
            let resource = then.world.thing(&home, "resources", system);
            let detail = resource.get_mut("Detail").and_then(Value::as_object_mut);
            let is_lustre = |detail: &&mut Map<String, Value>| {
                detail.get("FileSystemType") == Some(&json!("LUSTRE"))
            };
            if let Some(detail) = detail.filter(is_lustre) {
                detail.insert("DataRepositoryAssociations".to_owned(), json!([]));
            }
        }
    }
    let same = |one: &Association, other: &Association| {
        one.by == other.by && one.home == other.home && one.system == other.system
    };
    let associations = std::mem::take(&mut then.associations);
    for was in &now.associations {
        if associations.iter().any(|is| same(is, was)) {
            continue;
        }
        match stays(&was.by) {
            Some(true) => {}
            Some(false) => link(then, was, false),
            None => then.open(format!(
                "{}, which links a file system: whether it stays is not known",
                was.by
            )),
        }
    }
    for is in &associations {
        if !now.associations.iter().any(|was| same(was, is)) {
            link(then, is, true);
        }
    }
}

fn link(reader: &mut TemplateReader<'_>, one: &Association, is_made: bool) {
    let place = format!("{}:{} {}", reader.template.file, one.line, one.by);
    let places = reader.places.entry(one.system.clone()).or_default();
    places.push(place);
    let resource = reader.world.thing(&one.home, "resources", &one.system);
    if !resource.contains_key("ResourceType") {
        resource.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    let detail = resource.entry("Detail").or_insert_with(|| json!({}));
    let Some(fields) = detail.as_object_mut() else {
        return;
    };
    // What the template leaves alone of it stands.
    if fields.contains_key("stands") {
        fields.clear();
    }
    if fields.contains_key("unknown") {
        return;
    }
    let (added, removed) = if is_made {
        let told = json!({"AssociationId": one.id, "Lifecycle": "CREATING"});
        (Some(told), None)
    } else {
        (None, Some(json!(one.id)))
    };
    join(fields, "DataRepositoryAssociations", added, removed);
}
