//! Which of the things that are there the resources of a template made, where the template leaves their names to AWS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::TemplateError;
use super::names::{self, kind};
use super::reader::TemplateReader;
use super::template::{Identity, InstanceRead, Settings, Template};
use super::text::Node;
use super::there::{self, ID_TAG, STACK_TAG};
use super::{loops, resources_of, root_or_none};
use crate::inventory::differs;
use crate::sources::planned::World;

/// A thing that is there, in the account and Region of a template.
#[derive(Clone, Copy)]
struct Thing<'b> {
    list: &'b str,
    arn: &'b str,
    fields: &'b Value,
}

impl Thing<'_> {
    fn tag(&self, name: &str) -> Option<&str> {
        self.fields.get("Tags")?.get(name)?.as_str()
    }

    /// Whether AWS made it, and no stack.
    fn is_of_aws(&self) -> bool {
        self.fields.get("KeyManager").and_then(Value::as_str) == Some("AWS")
            || self.arn.contains(":role/aws-service-role/")
    }

    /// The key that it is on.
    fn key(&self) -> Option<&str> {
        let own = self.fields.get("EncryptionKeyArn").and_then(Value::as_str);
        let detail = || self.fields.get("Detail")?.get("KmsKeyId")?.as_str();
        own.or_else(detail)
    }
}

/// Which things of an inventory the resources of a template made. `is_there`: it is the template that is deployed now, so that
/// what it refers to at a place is what stands there.
///
/// # Errors
/// Where the file is no template.
pub fn of(
    file: &str,
    bytes: &[u8],
    settings: &Settings,
    base: &Value,
    is_there: bool,
) -> Result<Identity, TemplateError> {
    let root = loops::written_out(file, &root_or_none(file, bytes)?, settings);
    let things = things(base, settings);
    let aliases = aliases(&things);
    let mut settings = Settings {
        identity: Identity {
            aliases: aliases.clone(),
            ..Identity::default()
        },
        ..if is_there {
            settings.of_now().keeping(&root)
        } else {
            settings.clone()
        }
    };
    let first = resources_of(file, &root, &settings, None);
    let perhaps = if is_there {
        perhaps_made(&first.template)
    } else {
        BTreeSet::new()
    };
    let unnamed = unnamed(&first, &perhaps);
    let mut found = ResourceNames::default();
    for (id, prefix) in &unnamed {
        let all = things
            .iter()
            .filter(|thing| is_its_own(thing, prefix, &settings, id));
        for thing in all {
            found.add(id, thing.arn.strip_prefix(prefix.as_str()));
        }
    }
    let mut without_alias = found.clone();
    by_alias(&first, &unnamed, &aliases, &mut found);
    plans(&first, &things, &perhaps, &mut found);
    // Where nobody knows what is there now, a key that cannot be exchanged is still that of a thing that the template names.
    let world = if is_there {
        settings.identity.names = found.settled();
        resources_of(file, &root, &settings, None).world
    } else {
        first.world
    };
    let of_stack = (&unnamed, settings.prefix.as_str());
    by_place(&world, &things, of_stack, is_there, &mut found);
    by_place(&world, &things, of_stack, is_there, &mut without_alias);
    let names = found.settled();
    let otherwise_known = without_alias.settled();
    let by_alias = names.keys().filter(|id| !otherwise_known.contains_key(*id));
    let by_alias = by_alias.cloned().collect();
    settings.identity.names.clone_from(&names);
    let told = resources_of(file, &root, &settings, None);
    let mut unknown = BTreeSet::new();
    let mut otherwise = BTreeSet::new();
    for (id, prefix) in unnamed.iter().filter(|(id, _)| !names.contains_key(*id)) {
        let is_one = |thing: &&Thing<'_>| {
            thing.arn.starts_with(prefix.as_str())
                && !thing.is_of_aws()
                && !told.places.contains_key(thing.arn)
                && may_be(thing, &settings, id)
        };
        let says = told.world.says(&format!("{prefix}{}{id}", settings.prefix));
        let is_otherwise = |thing: Thing<'_>| {
            let read = thing.fields.as_object();
            let (Some(read), Some(says)) = (read, says) else {
                return false;
            };
            differs(thing.list, read, says)
        };
        let mut all = things.iter().filter(is_one).copied().peekable();
        if all.peek().is_some() {
            unknown.insert(id.clone());
        }
        if all.any(is_otherwise) {
            otherwise.insert(id.clone());
        }
    }
    let there::InFacts {
        there,
        absent,
        others,
        foreign,
        own: _,
    } = if is_there {
        settings.identity.unknown.clone_from(&unknown);
        there::of(&Template::new(file, &root, &settings), base)
    } else {
        there::InFacts::default()
    };
    Ok(Identity {
        names,
        unknown,
        otherwise,
        by_alias,
        aliases,
        there,
        absent,
        others,
        foreign,
        taken: BTreeSet::new(),
        instances: instances(&root, &settings, &things),
    })
}

/// The resources of a template under whose names something stands in an inventory, but for what they made themselves by its tags.
///
/// # Errors
/// Where the file is no template.
pub fn taken(
    file: &str,
    bytes: &[u8],
    settings: &Settings,
    base: &Value,
) -> Result<BTreeSet<String>, TemplateError> {
    let root = loops::written_out(file, &root_or_none(file, bytes)?, settings);
    let template = Template::new(file, &root, settings);
    let found = there::of(&template, base);
    let there = found.there.difference(&found.own);
    let mut taken = there::otherwise(&template, base);
    taken.extend(there.chain(&found.foreign).cloned());
    Ok(taken)
}

/// What was read of the instances of a template.
fn instances(
    root: &Node,
    settings: &Settings,
    things: &[Thing<'_>],
) -> BTreeMap<String, InstanceRead> {
    let resources = root.get("Resources").map_or(&[][..], Node::fields).iter();
    let instances = resources.filter(|(_, node)| kind(node) == "AWS::EC2::Instance");
    let each = instances.filter_map(|(id, _)| {
        let name = format!(":instance/{}", settings.identity.names.get(id)?);
        let read = things.iter().find(|thing| thing.arn.ends_with(&name))?;
        let text = |field: &str| read.fields.get("Detail")?.get(field)?.as_str();
        let read = InstanceRead {
            image: text("ImageId").map(str::to_owned),
            of: text("InstanceType").map(str::to_owned),
            root: text("RootDeviceType").map(str::to_owned),
        };
        Some((id.clone(), read))
    });
    each.collect()
}

/// Names that may be those of resources, by logical ids.
#[derive(Clone, Default)]
struct ResourceNames(BTreeMap<String, BTreeSet<String>>);

impl ResourceNames {
    fn add(&mut self, id: &str, name: Option<&str>) {
        if let Some(name) = name {
            let names = self.0.entry(id.to_owned()).or_default();
            names.insert(name.to_owned());
        }
    }

    /// Those of which there is one for a resource, and one resource for them.
    fn settled(&self) -> BTreeMap<String, String> {
        let only = self.0.iter().filter(|(_, names)| names.len() == 1);
        let only = only.filter_map(|(id, names)| Some((id.clone(), names.first()?.clone())));
        let only: BTreeMap<String, String> = only.collect();
        let one = |name: &String| only.values().filter(|other| *other == name).count() == 1;
        let each = only.iter().filter(|(_, name)| one(name));
        each.map(|(id, name)| (id.clone(), name.clone())).collect()
    }
}

/// The things of an inventory in the account and Region of a template.
fn things<'b>(base: &'b Value, settings: &Settings) -> Vec<Thing<'b>> {
    let list = |of: &'b Value, name: &str| of.get(name).and_then(Value::as_array);
    let is = |of: &Value, name: &str, value: Option<String>| {
        value.is_some() && of.get(name).and_then(Value::as_str).map(str::to_owned) == value
    };
    let account = settings.account.map(|account| account.to_string());
    let region = settings.region.as_ref().map(ToString::to_string);
    let mut all = Vec::new();
    let mut add = |of: &'b Value, name: &'b str, key: &str| {
        for fields in list(of, name).into_iter().flatten() {
            if let Some(arn) = fields.get(key).and_then(Value::as_str) {
                all.push(Thing {
                    list: name,
                    arn,
                    fields,
                });
            }
        }
    };
    let accounts = list(base, "accounts").into_iter().flatten();
    for of in accounts.filter(|of| is(of, "account", account.clone())) {
        add(of, "roles", "Arn");
        for role in list(of, "roles").into_iter().flatten() {
            add(role, "AttachedPolicies", "PolicyArn");
        }
        let regions = list(of, "regions").into_iter().flatten();
        for of in regions.filter(|of| is(of, "region", region.clone())) {
            add(of, "vaults", "BackupVaultArn");
            add(of, "keys", "Arn");
            add(of, "resources", "ResourceArn");
            add(of, "plans", "BackupPlanId");
        }
    }
    all
}

/// The keys that aliases name.
fn aliases(things: &[Thing<'_>]) -> BTreeMap<String, String> {
    let keys = things.iter().filter(|thing| thing.list == "keys");
    let each = keys.flat_map(|key| {
        let names = key.fields.get("Aliases").and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| (name.to_owned(), key.arn.to_owned()))
    });
    each.collect()
}

/// The resources of a template that is deployed now of which the values that it is resolved with do not tell whether they are made, as
/// the stack may have others.
fn perhaps_made(template: &Template<'_>) -> BTreeSet<String> {
    let hidden = Settings {
        of_change: true,
        hides_kept: true,
        ..template.settings.clone()
    };
    let hidden = Template::new(template.file, template.root, &hidden);
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let perhaps = resources.iter().filter(|(_, node)| {
        let condition = node.get("Condition").and_then(Node::text);
        condition.is_some_and(|name| hidden.condition_named(name).is_none())
    });
    perhaps.map(|(id, _)| id.clone()).collect()
}

/// The resources whose names AWS gives, with what their ARNs begin with.
fn unnamed(reader: &TemplateReader<'_>, perhaps: &BTreeSet<String>) -> BTreeMap<String, String> {
    let template = &reader.template;
    let resources = template.root.get("Resources").map_or(&[][..], Node::fields);
    let made = resources
        .iter()
        .filter(|(id, node)| perhaps.contains(id) || reader.is_made(node) != Some(false));
    let each = made.filter_map(|(id, node)| {
        let own = names::given_by_aws(template, id, node)?;
        let arn = names::arn(template, id, node);
        let prefix = arn.as_str()?.strip_suffix(&own)?.to_owned();
        Some((id.clone(), prefix))
    });
    each.collect()
}

/// Whether the name or the tags of a thing say that a resource of the stack made it.
fn is_its_own(thing: &Thing<'_>, prefix: &str, settings: &Settings, id: &str) -> bool {
    let (Some(name), Some(stack)) = (thing.arn.strip_prefix(prefix), &settings.stack) else {
        return false;
    };
    if let Some(of) = thing.tag(STACK_TAG) {
        return is_stack(of, stack, settings) && thing.tag(ID_TAG) == Some(id);
    }
    // AWS keeps some names in lower case.
    let is_lower = !name.bytes().any(|one| one.is_ascii_uppercase());
    let own = |text: &str| {
        if is_lower {
            text.to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let rest = name.strip_prefix(&own(stack));
    let rest = match rest {
        Some(rest) if settings.is_nested => after_random(rest),
        rest => rest,
    };
    let rest = rest.and_then(|rest| rest.strip_prefix(&own(&format!("-{id}"))));
    rest.and_then(after_random) == Some("")
}

/// Whether a stack is the one that a template is deployed as.
fn is_stack(name: &str, stack: &str, settings: &Settings) -> bool {
    match name.strip_prefix(stack) {
        Some(rest) if settings.is_nested => after_random(rest) == Some(""),
        rest => rest == Some(""),
    }
}

/// What stands after the letters and digits that CloudFormation adds to a name.
fn after_random(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('-')?;
    let end = rest.find(|one: char| !one.is_ascii_alphanumeric());
    let (random, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    (8..=14).contains(&random.len()).then_some(rest)
}

/// Whether a resource may have made a thing, for all that its tags and its name say.
fn may_be(thing: &Thing<'_>, settings: &Settings, id: &str) -> bool {
    let is = |tag: &str, value: Option<&str>| match (thing.tag(tag), value) {
        (Some(there), Some(value)) => there == value,
        (None, _) | (_, None) => true,
    };
    // The names that CloudFormation makes begin with that of the stack, which it may shorten.
    let is_named = thing.list == "roles"
        || [":rds:", ":dynamodb:", ":s3:", ":redshift:"]
            .iter()
            .any(|service| thing.arn.contains(service));
    let name = thing.arn.rsplit([':', '/']).next().unwrap_or_default();
    let begins = settings.stack.as_ref().is_none_or(|stack| {
        let stack: String = stack.chars().take(SHORTEST).collect();
        name.to_lowercase().starts_with(&stack.to_lowercase())
    });
    let of_stack = match (thing.tag(STACK_TAG), &settings.stack) {
        (Some(there), Some(stack)) => is_stack(there, stack, settings),
        (None, _) | (_, None) => true,
    };
    is(ID_TAG, Some(id)) && of_stack && (!is_named || begins)
}

/// How many letters of a stack's name stand in the names that CloudFormation makes, at least.
const SHORTEST: usize = 8;

/// The keys that are found by the template's own aliases of them.
fn by_alias(
    reader: &TemplateReader<'_>,
    unnamed: &BTreeMap<String, String>,
    aliases: &BTreeMap<String, String>,
    found: &mut ResourceNames,
) {
    let resources = reader.template.root.get("Resources");
    for (_, node) in resources.map_or(&[][..], Node::fields) {
        if kind(node) != "AWS::KMS::Alias" || reader.is_made(node) == Some(false) {
            continue;
        }
        let of = |name: &str| reader.of(node, name);
        let (Some(Value::String(target)), Some(Value::String(alias))) =
            (of("TargetKeyId"), of("AliasName"))
        else {
            continue;
        };
        let target = target.rsplit('/').next().unwrap_or_default();
        let target = target.strip_prefix(&reader.template.settings.prefix);
        let target = target.and_then(|target| unnamed.get_key_value(target));
        let Some((id, prefix)) = target else {
            continue;
        };
        let key = aliases.get(&alias);
        found.add(id, key.and_then(|key| key.strip_prefix(prefix.as_str())));
    }
}

/// The plans that are found by their names.
fn plans(
    reader: &TemplateReader<'_>,
    things: &[Thing<'_>],
    perhaps: &BTreeSet<String>,
    found: &mut ResourceNames,
) {
    let name = |plan: &Value| {
        plan.get("BackupPlan")?
            .get("BackupPlanName")?
            .as_str()
            .map(str::to_owned)
    };
    for (id, node) in reader
        .template
        .root
        .get("Resources")
        .map_or(&[][..], Node::fields)
    {
        let is_made = perhaps.contains(id) || reader.is_made(node) != Some(false);
        if kind(node) != PLAN || !is_made {
            continue;
        }
        let body = reader.template.naming(|| reader.of(node, "BackupPlan"));
        let own = body
            .as_ref()
            .and_then(|body| body.get("BackupPlanName")?.as_str());
        let of_it = things.iter().filter(|thing| thing.list == "plans");
        for thing in of_it.filter(|thing| name(thing.fields).as_deref() == own && own.is_some()) {
            found.add(id, Some(thing.arn));
        }
    }
}

/// The keys that are found by what is on them: what the template of now calls the key of a thing is the key that it has.
fn by_place(
    world: &World,
    things: &[Thing<'_>],
    (unnamed, own): (&BTreeMap<String, String>, &str),
    is_there: bool,
    found: &mut ResourceNames,
) {
    let document = world.told();
    let list = |of: &Value, name: &str| {
        of.get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let regions = list(&document, "accounts");
    let regions = regions.iter().flat_map(|account| list(account, "regions"));
    let told = regions.flat_map(|region| {
        let vaults = list(&region, "vaults")
            .into_iter()
            .map(|one| ("BackupVaultArn", one));
        let stored = list(&region, "resources")
            .into_iter()
            .map(|one| ("ResourceArn", one));
        vaults.chain(stored).collect::<Vec<_>>()
    });
    for (name, told) in told {
        let text = |field: &str| told.get(field).and_then(Value::as_str);
        let (Some(arn), Some(key)) = (text(name), text("EncryptionKeyArn")) else {
            continue;
        };
        if !is_there && !keeps_its_key(arn) {
            continue;
        }
        let its_own = |(id, prefix): &(&String, &String)| {
            let name = key.strip_prefix(prefix.as_str());
            name.and_then(|name| name.strip_prefix(own)) == Some(id.as_str())
        };
        let Some((id, prefix)) = unnamed.iter().find(its_own) else {
            continue;
        };
        let there = things.iter().find(|thing| thing.arn == arn);
        let key = there.and_then(Thing::key);
        let of_aws = |key: &&str| things.iter().any(|one| one.arn == *key && one.is_of_aws());
        let key = key.filter(|key| !of_aws(key));
        found.add(id, key.and_then(|key| key.strip_prefix(prefix.as_str())));
    }
}

/// The type whose things are known by their ids.
const PLAN: &str = "AWS::Backup::BackupPlan";

/// Whether a thing has one key for good. Another would take a replacement, which CloudFormation refuses where the template names
/// the thing: vaults, databases and clusters of RDS.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html> and
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-backupvault.html>.
fn keeps_its_key(arn: &str) -> bool {
    [":rds:", ":backup-vault:"]
        .iter()
        .any(|part| arn.contains(part))
}
