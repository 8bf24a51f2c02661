//! Policies of the organization. Which accounts one is in force in is the organization's tree, which a plan does not have: the
//! facts do.

use serde_json::Value;

use crate::inventory::{Becomes, PolicyChange, PolicyType, backup_policies_on};
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Moment, Object, unknown};
use crate::sources::terraform::reader::PlanReader;

/// What a type of policies means for copies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PolicyUse {
    /// It decides them, or may.
    Read(Option<PolicyType>),
    /// It is not read, and may.
    Unread,
    /// It does not.
    Harmless,
}

fn kind(object: &Object<'_>, moment: Moment) -> PolicyUse {
    match object.attribute(moment, "type") {
        Attribute::NotSet => PolicyUse::Read(Some(PolicyType::Service)),
        Attribute::AfterApply | Attribute::Unread(_) => PolicyUse::Read(None),
        Attribute::Value(text) => match text.as_str() {
            Some("SERVICE_CONTROL_POLICY") => PolicyUse::Read(Some(PolicyType::Service)),
            Some("RESOURCE_CONTROL_POLICY") => PolicyUse::Read(Some(PolicyType::Resource)),
            Some("BACKUP_POLICY") => PolicyUse::Read(Some(PolicyType::Backup)),
            Some("TAG_POLICY") => PolicyUse::Read(Some(PolicyType::Tag)),
            Some("AISERVICES_OPT_OUT_POLICY" | "CHATBOT_POLICY") => PolicyUse::Harmless,
            Some(_) | None => PolicyUse::Unread,
        },
    }
}

/// A policy whose text changes.
pub fn policy<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let text = |moment| object.marked(moment, "content");
    let is_new_text = match [text(Moment::Now), text(Moment::Then)] {
        // The same however it is written.
        [Value::String(was), Value::String(is)] => {
            let [was, is] = [was, is].map(|text| serde_json::from_str::<Value>(&text).ok());
            was.is_none() || was != is
        }
        _ => true,
    };
    if reader.moment != Moment::Then || !is_new_text || object.is_made() {
        return;
    }
    let becomes = Becomes::Document(document(reader, object, Moment::Then));
    changes(reader, object, Some(object), Moment::Now, becomes);
}

/// A policy that is attached anew, or stays where it is.
pub fn attachment<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if !object.is_changed() {
        return stands(reader, object);
    }
    if reader.moment != Moment::Then {
        return;
    }
    let target = match reader.ids.link(object, "target_id", Moment::Then) {
        Link::Value(target) => Some(target),
        Link::NotSet | Link::AwsChooses | Link::Unknown(_) => None,
    };
    let policy = policy_of(reader, object);
    let document = match policy {
        Some(policy) => document(reader, policy, Moment::Then),
        None => unknown(format!("{}.policy_id", object.address)),
    };
    let becomes = Becomes::Attached(target, document);
    changes(reader, object, policy, Moment::Then, becomes);
}

/// One that is attached and stays so: facts that do not have it there are older than the state of the plan.
fn stands<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let text = |name: &str| object.text(Moment::Now, name).map(str::to_owned);
    let (Some(id), Some(target)) = (text("policy_id"), text("target_id")) else {
        return;
    };
    let policy = named(reader, &id, Moment::Now);
    if let Some(PolicyUse::Read(Some(of))) = policy.map(|policy| kind(policy, Moment::Now)) {
        let name = policy.and_then(|policy| policy.text(Moment::Now, "name"));
        let name = name.map(str::to_owned);
        let document = policy.map_or(Value::Null, |policy| {
            document(reader, policy, reader.moment)
        });
        if of == PolicyType::Backup {
            let on = backup_policies_on(&target);
            reader.placed(&on, policy.unwrap_or(object));
            reader.placed(&on, object);
        }
        reader.world.organization.push(PolicyChange {
            of: Some(of),
            id: Some(id),
            name,
            becomes: Becomes::Stands(target, document),
            by: object.address.to_owned(),
        });
    }
}

/// One that is detached or deleted.
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let text = |name: &str| object.text(Moment::Now, name).map(str::to_owned);
    // It is left as it is.
    if object.attribute(Moment::Now, "skip_destroy") == Attribute::Value(&Value::Bool(true)) {
        return;
    }
    if object.kind == "aws_organizations_policy" {
        return changes(reader, object, Some(object), Moment::Now, Becomes::Deleted);
    }
    let id = text("policy_id");
    let policy = id.as_deref().and_then(|id| named(reader, id, Moment::Now));
    let becomes = Becomes::Detached(text("target_id"));
    changes(reader, object, policy, Moment::Now, becomes);
}

/// Says what becomes of a policy; `policy` is the resource that makes it, where the plan has it.
fn changes<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    policy: Option<&Object<'p>>,
    moment: Moment,
    becomes: Becomes,
) {
    let of = match policy.map_or(PolicyUse::Read(None), |policy| kind(policy, moment)) {
        PolicyUse::Read(of) => of,
        PolicyUse::Harmless => return,
        PolicyUse::Unread => {
            return reader.unplaced(format!(
                "{} changes a policy of the organization of a type that is not read",
                object.address
            ));
        }
    };
    let id = policy.map_or_else(
        || object.text(moment, "policy_id"),
        |policy| policy.text(moment, "id"),
    );
    let name = policy.and_then(|policy| policy.text(moment, "name"));
    let target = match &becomes {
        Becomes::Attached(target, _) | Becomes::Detached(target) => target.clone(),
        Becomes::Document(_) | Becomes::AttachedTo(_) | Becomes::Deleted | Becomes::Stands(..) => {
            None
        }
    };
    let of_backups = target.as_deref().filter(|_| of == Some(PolicyType::Backup));
    let of_backups = of_backups.map(backup_policies_on);
    let things = id.map(str::to_owned).into_iter().chain(target);
    for thing in things.chain(of_backups) {
        reader.placed(&thing, policy.unwrap_or(object));
        reader.placed(&thing, object);
    }
    reader.world.organization.push(PolicyChange {
        of,
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
        becomes,
        by: object.address.to_owned(),
    });
}

/// The resource of the policy that an attachment names.
fn policy_of<'a, 'p>(reader: &PlanReader<'a, 'p>, object: &Object<'p>) -> Option<&'a Object<'p>> {
    if let Some(id) = object.text(Moment::Then, "policy_id") {
        return named(reader, id, Moment::Then);
    }
    let targets = reader
        .ids
        .objects
        .targets(object, object.expression("policy_id")?);
    let [one] = targets.unknown.as_slice() else {
        return None;
    };
    let address = one.object.address;
    let is_told = targets.are_all() && one.object.kind == "aws_organizations_policy";
    let objects: &'a _ = reader.ids.objects;
    let mut all = objects.all.iter();
    all.find(|one| is_told && one.address == address)
}

fn named<'a, 'p>(reader: &PlanReader<'a, 'p>, id: &str, moment: Moment) -> Option<&'a Object<'p>> {
    let objects: &'a _ = reader.ids.objects;
    let mut all = objects.all.iter();
    all.find(|one| {
        one.kind == "aws_organizations_policy" && !one.is_data && one.text(moment, "id") == Some(id)
    })
}

/// The document of a policy: that of a control policy as IAM takes it, any other as it stands.
fn document<'p>(reader: &PlanReader<'_, 'p>, policy: &Object<'p>, moment: Moment) -> Value {
    match kind(policy, moment) {
        PolicyUse::Read(Some(PolicyType::Service | PolicyType::Resource)) => {
            let document = reader.ids.policy(policy, "content", moment);
            if document.is_null() {
                unknown(format!("{}.content", policy.address))
            } else {
                document
            }
        }
        PolicyUse::Read(_) | PolicyUse::Unread | PolicyUse::Harmless => {
            let text = match reader.ids.link(policy, "content", moment) {
                Link::Value(text) => serde_json::from_str::<Value>(&text).ok(),
                Link::NotSet | Link::AwsChooses | Link::Unknown(_) => None,
            };
            let document = text.filter(Value::is_object);
            document.unwrap_or_else(|| unknown(format!("{}.content", policy.address)))
        }
    }
}
