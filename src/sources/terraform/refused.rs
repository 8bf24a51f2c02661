//! What of a plan is refused when it is applied, for all that the plan and the facts say: what is in the way of it, and what comes
//! after that, which is not reached.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::identity::Identities;
use super::kept;
use super::link::Link;
use super::object::{Moment, Object, unknown};
use super::reader::PlanReader;
use crate::sources::replica_keys::PrimaryKey;
use crate::sources::standing::{SelectionOfNow, Standing};

/// The parts of a thing that AWS deletes before it, by their types, each with what they say of it.
const PARTS: &[(&str, &str)] = &[
    ("aws_backup_vault_lock_configuration", "Locked"),
    ("aws_backup_vault_policy", "AccessPolicy"),
    ("aws_iam_role_policy", "InlinePolicies"),
    ("aws_iam_role_policy_attachment", "AttachedPolicies"),
];

/// The attribute of a database that it may not be able to leave.
const OPTION_GROUP: &str = "option_group_name";

/// What of an object is refused.
struct NotDone {
    why: String,
    /// Its old ARN, where all else of it is done.
    only: Option<String>,
}

/// Says of what a plan may not do that it may stay as it is.
pub fn leave_open(reader: &mut PlanReader<'_, '_>, facts: &Standing) {
    let objects = reader.ids.objects;
    let refused = refused(&reader.ids, facts);
    if refused.is_empty() {
        return;
    }
    let mut all: BTreeMap<&str, NotDone> = BTreeMap::new();
    for object in objects
        .all
        .iter()
        .filter(|object| object.is_changed() && !object.is_data)
    {
        let block =
            |of: &Object<'_>| (of.module.to_owned(), of.kind.to_owned(), of.name.to_owned());
        let mut earlier = refused.iter().filter(|(other, one)| {
            one.only.is_none() && block(other) != block(object) && objects.is_after(object, other)
        });
        if let Some((other, one)) = earlier.next() {
            let why = format!(
                "{} comes after {}: {}",
                object.address, other.address, one.why
            );
            all.insert(object.address, NotDone { why, only: None });
        }
    }
    let is_itself: BTreeSet<&str> = refused.iter().map(|(object, _)| object.address).collect();
    all.extend(
        refused
            .into_iter()
            .map(|(object, one)| (object.address, one)),
    );
    let by_address: HashMap<&str, &Object<'_>> =
        objects.all.iter().map(|one| (one.address, one)).collect();
    let places = reader.places.clone();
    for (thing, addresses) in &places {
        let found = addresses.iter().find_map(|address| {
            let one = all.get(address.as_str())?;
            one.only
                .as_ref()
                .is_none_or(|only| only == thing)
                .then_some(one)
        });
        let Some(NotDone { why, .. }) = found else {
            continue;
        };
        let parts = addresses
            .iter()
            .filter_map(|address| by_address.get(address.as_str()));
        let parts = parts.filter(|part| part.does("delete"));
        let fields = parts.filter_map(|part| PARTS.iter().find(|(kind, _)| *kind == part.kind));
        let fields: Vec<&str> = fields.map(|(_, field)| *field).collect();
        if !reader.world.may_stay(thing, why, &fields) {
            reader.unplaced(why.clone());
        }
    }
    let placed: BTreeSet<&String> = places.values().flatten().collect();
    for (address, NotDone { why, .. }) in &all {
        let is_policy = |object: &&&Object<'_>| object.kind == "aws_iam_policy";
        let policy = by_address.get(address).filter(is_policy);
        if let Some(arn) = policy.and_then(|policy| reader.ids.arn(policy, Moment::Then)) {
            reader.world.policies.insert(arn, unknown(why.as_str()));
        } else if is_itself.contains(address) && !placed.contains(&(*address).to_owned()) {
            reader.unplaced(why.clone());
        }
    }
}

/// What is refused itself, each with its object.
fn refused<'a, 'p>(ids: &Identities<'a, 'p>, facts: &Standing) -> Vec<(&'a Object<'p>, NotDone)> {
    let all = ids.objects.all.iter().filter(|object| !object.is_data);
    let mut now: BTreeMap<String, Vec<&'a Object<'p>>> = BTreeMap::new();
    let mut made: BTreeMap<String, Vec<&'a Object<'p>>> = BTreeMap::new();
    for object in all.clone() {
        let there = object.is_there(Moment::Now);
        if let Some(name) = ids.own_name(object, Moment::Now).filter(|_| there) {
            now.entry(name).or_default().push(object);
        }
        if let Some(name) = ids
            .own_name(object, Moment::Then)
            .filter(|_| object.is_made())
        {
            made.entry(name).or_default().push(object);
        }
    }
    let mut found: Vec<(&'a Object<'p>, NotDone)> = Vec::new();
    for (name, makers) in &made {
        let there = now.get(name).map_or(&[][..], Vec::as_slice);
        for object in makers {
            let mut others = makers.iter().chain(there);
            let other = others.find(|other| other.address != object.address);
            let why = match other {
                Some(other) if other.is_made() && !other.does("delete") => {
                    format!("{} makes {name}, too: fix it", other.address)
                }
                Some(other) => format!(
                    "{} is {name}, and that it goes first is not told: fix it: use a moved block, or another name",
                    other.address
                ),
                None if there.is_empty() && facts.has(name) => format!(
                    "by the facts {name} is there already: fix it: import it, or where the plan was applied since, plan again"
                ),
                None if is_made_first(object) && !there.is_empty() => format!(
                    "it is made before the {name} that is there is destroyed (create_before_destroy): fix it: leave that out, or give it another name"
                ),
                None => continue,
            };
            let why = format!(
                "{} is created under a name that already exists: {why}",
                object.address
            );
            found.push((object, NotDone { why, only: None }));
        }
    }
    let group = |object: &Object<'p>, moment| object.text(moment, OPTION_GROUP);
    for object in all
        .clone()
        .filter(|object| object.changed().contains(&OPTION_GROUP))
    {
        let arn = ids.arn(object, Moment::Now);
        if let (Some(arn), Some(was)) = (arn, group(object, Moment::Now))
            && let Some(why) = facts.stays_in_group(&arn, was)
        {
            let why = format!("{} leaves the option group {was}, {why}", object.address);
            found.push((object, NotDone { why, only: None }));
        }
    }
    found.extend(plans_in_use(ids, facts));
    found.extend(replicas(ids));
    for object in all.filter(|object| object.does("delete")) {
        let Some(arn) = ids.arn(object, Moment::Now) else {
            continue;
        };
        if found
            .iter()
            .any(|(other, _)| other.address == object.address)
        {
            continue;
        }
        if let Some(why) = kept::why(object, &arn, facts) {
            let does = if object.is_made() {
                "replaced"
            } else {
                "destroyed"
            };
            let why = format!(
                "{} is {does}, and cannot be deleted, as {why}",
                object.address
            );
            // What is made before has another name.
            let is_done = !object.is_made() || is_made_first(object);
            let only = is_done.then_some(arn);
            found.push((object, NotDone { why, only }));
        }
    }
    found
}

/// The types of keys that may have replicas.
const PRIMARY: &[&str] = &["aws_kms_key", "aws_kms_external_key"];

/// The replicas of keys that KMS does not make.
fn replicas<'a, 'p>(
    ids: &Identities<'a, 'p>,
) -> impl Iterator<Item = (&'a Object<'p>, NotDone)> + use<'a, 'p> {
    let all = ids.objects.all.iter();
    let made = all.filter(|object| object.kind == "aws_kms_replica_key" && object.is_made());
    let refused = made.filter_map(|object| {
        let home = ids.home(object, Moment::Then)?;
        let Link::Value(arn) = ids.link(object, "primary_key_arn", Moment::Then) else {
            return None;
        };
        let mut keys = ids.objects.all.iter().filter(|key| !key.is_data);
        let key = keys.find(|key| ids.arn(key, Moment::Then).as_ref() == Some(&arn));
        let primary = match key {
            Some(key) => primary(ids, key),
            None => PrimaryKey::of_arn(&arn),
        };
        let why = primary?.why_none(&home)?;
        let why = format!("{}: {why}", object.address);
        Some((object, NotDone { why, only: None }))
    });
    refused.collect::<Vec<_>>().into_iter()
}

/// A key of the plan as the primary key of a replica. One that is there says by its id what it is.
fn primary<'p>(ids: &Identities<'_, 'p>, key: &Object<'p>) -> Option<PrimaryKey<'p>> {
    let by_id = key
        .text(Moment::Then, "arn")
        .and_then(PrimaryKey::of_arn)
        .and_then(|key| key.is_primary);
    let is_primary = match key.switch(Moment::Then, "multi_region") {
        _ if !PRIMARY.contains(&key.kind) => Some(false),
        _ if by_id.is_some() => by_id,
        Value::Bool(is) => Some(is),
        Value::Null => Some(false),
        Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    };
    Some(PrimaryKey {
        name: key.address,
        home: ids.home(key, Moment::Then)?,
        is_primary,
    })
}

/// The backup plans that go while there are selections of theirs that do not.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-a-backup-plan.html>.
fn plans_in_use<'a, 'p>(
    ids: &Identities<'a, 'p>,
    facts: &Standing,
) -> Vec<(&'a Object<'p>, NotDone)> {
    let all = ids.objects.all.iter();
    let goes = all.filter(|object| !object.is_data && object.does("delete"));
    let of_kind = |kind: &'static str| goes.clone().filter(move |object| object.kind == kind);
    let kept = of_kind("aws_backup_plan").filter_map(|object| {
        let id = ids.plan_id(object, Moment::Now);
        let own = of_kind("aws_backup_selection")
            .filter(|one| one.text(Moment::Now, "plan_id") == Some(&*id));
        let own: Vec<SelectionOfNow> = own
            .map(|one| {
                let text = |name| one.text(Moment::Now, name).map(str::to_owned);
                let (id, name) = (text("id"), text("name"));
                SelectionOfNow { id, name }
            })
            .collect();
        let in_use = facts.in_use(&id, &own)?;
        let why = format!(
            "{} is destroyed, and cannot be deleted, {in_use}",
            object.address
        );
        let only = (!object.is_made()).then_some(id);
        Some((object, NotDone { why, only }))
    });
    kept.collect()
}

/// Whether what takes the place of another is made before that is destroyed.
fn is_made_first(object: &Object<'_>) -> bool {
    let actions = object.change.map(|change| change.actions.as_slice());
    object.does("delete")
        && actions
            .and_then(<[String]>::first)
            .is_some_and(|one| one == "create")
}
