//! Policies of the organization. Which accounts one is in force in the facts tell.

use serde_json::Value;

use crate::inventory::{Becomes, Policy, PolicyChange, PolicyType, backup_policies_on};
use crate::sources::cloudformation::reader::TemplateReader;
use crate::sources::cloudformation::template::{plain, unknown, why};
use crate::sources::cloudformation::text::Node;

/// A policy with what it is attached to.
pub fn policy<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let stands = reader.is_same(id, node) || says_the_same(reader, id, node);
    let by = format!("{}:{}: {id}", reader.template.file, node.line);
    let of = match reader.of(node, "Type").as_ref().and_then(Value::as_str) {
        Some("SERVICE_CONTROL_POLICY") => Some(PolicyType::Service),
        Some("RESOURCE_CONTROL_POLICY") => Some(PolicyType::Resource),
        Some("BACKUP_POLICY") => Some(PolicyType::Backup),
        Some("TAG_POLICY") => Some(PolicyType::Tag),
        Some("AISERVICES_OPT_OUT_POLICY" | "CHATBOT_POLICY") => return,
        Some(_) if stands => return,
        Some(_) => {
            return reader.open(format!(
                "{by} is a policy of the organization of a type that is not read"
            ));
        }
        None => None,
    };
    let name = reader.of(node, "Name");
    let name = name.as_ref().and_then(Value::as_str).map(str::to_owned);
    let content = content(reader, node, of, &by);
    // Each with why it is not known, where it is not.
    let targets: Vec<(Option<String>, Option<Value>)> = match reader.of(node, "TargetIds") {
        None => Vec::new(),
        Some(Value::Array(targets)) => targets
            .iter()
            .map(|one| (plain(one), why(one).map(unknown)))
            .collect(),
        Some(one) => vec![(None, why(&one).map(unknown))],
    };
    let place = format!("{}:{} {id}", reader.template.file, node.line);
    let told: Vec<String> = targets.iter().filter_map(|(one, _)| one.clone()).collect();
    if stands {
        let each = told.into_iter().map(|target| PolicyChange {
            of,
            id: None,
            name: name.clone(),
            becomes: Becomes::Stands(target, content.clone()),
            by: by.clone(),
        });
        reader.world.organization.extend(each);
        return;
    }
    for target in &told {
        let of_backups = (of == Some(PolicyType::Backup)).then(|| backup_policies_on(target));
        for thing in [Some(target.clone()), of_backups].into_iter().flatten() {
            let places = reader.places.entry(thing).or_default();
            places.push(place.clone());
        }
    }
    let attached = targets
        .into_iter()
        .map(|(target, open)| Becomes::Attached(target, open.unwrap_or_else(|| content.clone())));
    let all = [
        Becomes::AttachedTo(told.into_iter().collect()),
        Becomes::Document(content.clone()),
    ];
    let all = all.into_iter().chain(attached).map(|becomes| PolicyChange {
        of,
        id: None,
        name: name.clone(),
        becomes,
        by: by.clone(),
    });
    reader.world.organization.extend(all);
}

/// Whether what changes of a policy is no more than its description and its tags.
fn says_the_same(reader: &TemplateReader<'_>, id: &str, node: &Node) -> bool {
    let of = |node: &'_ Node| node.get("Properties").cloned();
    let (Some(was), Some(is)) = (reader.was(id).and_then(of), of(node)) else {
        return false;
    };
    let is_alike = |name: &&str| match (was.get(name), is.get(name)) {
        (Some(was), Some(is)) => reader.is_alike(was, is),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let is_certain = reader.is_made(node) == Some(true);
    is_certain
        && ["Type", "Name", "Content", "TargetIds"]
            .iter()
            .all(is_alike)
}

/// The document of a policy: an object, or its JSON in a text.
fn content(reader: &TemplateReader<'_>, node: &Node, of: Option<PolicyType>, by: &str) -> Value {
    let content = match reader.of(node, "Content") {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::Null),
        Some(value) => value,
        None => Value::Null,
    };
    if why(&content).is_some() {
        return content;
    }
    let is_control = matches!(of, Some(PolicyType::Service | PolicyType::Resource));
    if !content.is_object() || (is_control && Policy::from_value(&content).is_err()) {
        return unknown(format!("{by}: its `Content`, which is not a policy"));
    }
    content
}

/// What the template of now attaches or has, and that of the change no longer does.
pub fn left(
    now: &mut TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) {
    let id = |change: &PolicyChange| change.by.rsplit(' ').next().map(str::to_owned);
    let (mut all, mut stands) = (Vec::new(), Vec::new());
    for was in std::mem::take(&mut now.world.organization) {
        if matches!(was.becomes, Becomes::Stands(..)) {
            stands.push(was);
            continue;
        }
        let same = |one: &&PolicyChange| id(one) == id(&was) && one.of == was.of;
        let mut is = then.world.organization.iter().filter(same).peekable();
        let (gone, becomes) = match &was.becomes {
            Becomes::AttachedTo(_) => (is.peek().is_none(), Becomes::Deleted),
            // What is deleted is detached, and what is kept is not.
            Becomes::Attached(..) if is.peek().is_none() => continue,
            Becomes::Attached(target, _) => {
                let stays =
                    is.any(|one| matches!(&one.becomes, Becomes::Attached(to, _) if to == target));
                (!stays, Becomes::Detached(target.clone()))
            }
            Becomes::Document(_)
            | Becomes::Detached(_)
            | Becomes::Deleted
            | Becomes::Stands(..) => {
                continue;
            }
        };
        let stays = match (gone, &becomes) {
            (false, _) => Some(true),
            (true, Becomes::Deleted) => stays(&id(&was).unwrap_or_default()),
            (true, _) => Some(false),
        };
        match stays {
            Some(true) => {}
            Some(false) => all.push(PolicyChange { becomes, ..was }),
            None => {
                let text = format!("whether the policy {} stays is not known", was.by);
                then.open(text);
            }
        }
    }
    now.world.organization = stands;
    // Where the template of now is told, so is what becomes of the policy elsewhere.
    then.world
        .organization
        .retain(|one| !matches!(one.becomes, Becomes::AttachedTo(_)));
    all.append(&mut then.world.organization);
    then.world.organization = all;
}
