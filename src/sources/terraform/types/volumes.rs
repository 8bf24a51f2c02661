//! The volumes that instances of EC2 bring with them, and what makes instances of its own accord: none of them is a resource of a plan.
//!
//! See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance>.

use serde_json::{Map, Value, json};

use crate::sources::planned::{Home, Unlisted};
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::PlanReader;

/// The blocks of an instance that are volumes.
const BLOCKS: [&str; 2] = ["root_block_device", "ebs_block_device"];

/// What makes instances, how many and of what is not in the plan.
#[rustfmt::skip]
const MAKERS: &[&str] = &[
    "aws_autoscaling_group", "aws_ec2_fleet", "aws_spot_fleet_request", "aws_spot_instance_request", "aws_launch_template",
    "aws_eks_node_group", "aws_emr_cluster", "aws_emr_instance_group", "aws_emr_instance_fleet", "aws_batch_compute_environment",
    "aws_elastic_beanstalk_environment", "aws_cloud9_environment_ec2", "aws_opsworks_instance",
    "awscc_autoscaling_auto_scaling_group", "awscc_ec2_ec2_fleet", "awscc_ec2_spot_fleet", "awscc_eks_nodegroup",
    "awscc_emr_cluster", "awscc_emr_instance_group_config", "awscc_emr_instance_fleet_config", "awscc_batch_compute_environment",
    "awscc_elasticbeanstalk_environment",
];

/// The volumes of an instance: those that are made with it, and the new tags of those that it has.
pub fn of_instance<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home) {
    if object.is_new(reader.moment) {
        made(reader, object, home);
    } else if reader.moment == Moment::Then && object.does("update") {
        let tags = |moment| {
            let of = |name: &str| {
                let block = object.marked(moment, name);
                let all = block.as_array().map_or(&[][..], Vec::as_slice);
                all.iter()
                    .map(|one| ["tags", "tags_all"].map(|field| one.get(field).cloned()))
                    .collect::<Vec<_>>()
            };
            (object.marked(moment, "volume_tags"), BLOCKS.map(of))
        };
        if tags(Moment::Now) != tags(Moment::Then) {
            let why = format!("{} changes the tags of its volumes", object.address);
            unlisted(reader, object, home, &["volume"], (None, why));
        }
    }
}

/// Whether an instance that the plan changes has the volumes that it had: their size, type and tags may be others.
pub fn are_kept(object: &Object<'_>) -> bool {
    const OF_THEM: [&str; 5] = [
        "device_name",
        "encrypted",
        "kms_key_id",
        "snapshot_id",
        "volume_id",
    ];
    let volumes = |moment, name| {
        let told = object.marked(moment, name);
        let Some(all) = told.as_array() else {
            return Err(told);
        };
        let each = all
            .iter()
            .map(|one| OF_THEM.map(|field| one.get(field).cloned()));
        Ok(each.collect::<Vec<_>>())
    };
    let is_open = |of: &Value| of.to_string().contains("{\"unknown\":");
    BLOCKS.iter().all(|name| {
        let then = volumes(Moment::Then, name);
        let is_told = match &then {
            Ok(all) => !all.iter().flatten().flatten().any(is_open),
            Err(other) => !is_open(other),
        };
        is_told && then == volumes(Moment::Now, name)
    })
}

fn made<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home) {
    if let Some(template) = launch_template(reader, object) {
        return of_template(reader, object, home, template);
    }
    let [root, others] = BLOCKS.map(|name| object.marked(reader.moment, name));
    let root = root.as_array().and_then(|all| all.first()).cloned();
    let root = root.unwrap_or_else(|| unknown(format!("{}.root_block_device", object.address)));
    let others = others.as_array().cloned().unwrap_or_default();
    volume(
        reader,
        object,
        home,
        (BLOCKS[0].to_owned(), &root),
        key_of(object, BLOCKS[0]).map(|key| (object, key)),
        None,
    );
    for (at, block) in others.iter().enumerate() {
        let device = block.get("device_name").and_then(Value::as_str);
        let device = device.map(|name| name.trim_start_matches("/dev/").to_owned());
        let name = format!("{}.{}", BLOCKS[1], device.unwrap_or_else(|| at.to_string()));
        let expression = (others.len() == 1)
            .then(|| key_of(object, BLOCKS[1]))
            .flatten();
        let expression = expression.map(|key| (object, key));
        volume(reader, object, home, (name, block), expression, None);
    }
    let by = match has_template(reader, object) {
        true => "its AMI or its launch template",
        false => "its AMI",
    };
    more_volumes(reader, object, home, (by, None));
}

/// The volumes that an AMI, or something else, brings besides.
fn more_volumes<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    (by, given): (&str, Option<&Value>),
) {
    let tags = tags(reader, object, &json!({}), given);
    let tags = tags.as_object().filter(|_| is_known(&tags)).cloned();
    let why = format!(
        "{} may bring more volumes than are listed: those of {by}",
        object.address
    );
    unlisted(reader, object, home, &["volume"], (tags, why));
}

/// A volume of an instance, as far as its block tells.
fn volume<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    (name, block): (String, &Value),
    expression: Option<(&Object<'p>, &Value)>,
    given: Option<&Value>,
) {
    let arn = reader.ids.part_of(object, home, "volume", &name);
    let at = format!("{}.{name}", object.address);
    let of_image = || {
        unknown(format!(
            "{at}, which its AMI's snapshot or the account encrypts"
        ))
    };
    // A launch template has it as a text.
    let is_on = match block.get("encrypted") {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(on)) => on == "true",
        Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => false,
    };
    let key = match (is_on, block.get("kms_key_id")) {
        (true, Some(Value::String(key))) if !key.is_empty() => reader.key_named(key, home),
        (true, Some(Value::Object(_))) if let Some((of, expression)) = expression => {
            let at = format!("{at}.kms_key_id");
            let link = reader.ids.one_of(of, expression, &at, reader.moment);
            reader.key_linked(&link, home)
        }
        _ => of_image(),
    };
    let encrypted = if is_on { json!(true) } else { of_image() };
    let tags = tags(reader, object, block, given);
    reader.placed(&arn, object);
    let detail = match block.get("volume_type") {
        Some(Value::Null) | None => json!({}),
        Some(of) => json!({"VolumeType": of}),
    };
    let fields = [
        ("ResourceType", json!("EBS")),
        ("Tags", tags),
        ("Detail", detail),
        ("Encrypted", encrypted),
        ("EncryptionKeyArn", key),
    ];
    reader.set(home, "resources", &arn, fields);
}

/// What names the key in the one block of a name.
fn key_of<'p>(object: &Object<'p>, block: &str) -> Option<&'p Value> {
    let blocks = object.expression(block)?.as_array()?;
    let [one] = blocks.as_slice() else {
        return None;
    };
    one.get("kms_key_id")
}

fn has_template<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> bool {
    let template = object.marked(reader.moment, "launch_template");
    !template.is_null() && template != json!([])
}

/// What the launch template of an instance says of its volumes.
struct OfTemplate<'a, 'p> {
    template: &'a Object<'p>,
    mappings: Vec<Value>,
    /// The tags that it gives them.
    tags: Value,
}

/// The launch template of an instance, where the plan makes it as well, so that it has one version; `None`: something else says which
/// volumes the instance has, too, or some of that is not known.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/launch_template>.
fn launch_template<'a, 'p>(
    reader: &PlanReader<'a, 'p>,
    object: &Object<'p>,
) -> Option<OfTemplate<'a, 'p>> {
    let moment = reader.moment;
    let objects = reader.ids.objects;
    let [block] = object.expression("launch_template")?.as_array()?.as_slice() else {
        return None;
    };
    if BLOCKS.iter().any(|name| object.expression(name).is_some()) {
        return None;
    }
    let named = block.get("id").or_else(|| block.get("name"))?;
    let targets = objects.targets(object, named);
    let told = object.marked(moment, "launch_template");
    // The name may be known.
    let name = told.pointer("/0/name").and_then(Value::as_str);
    let address = match targets.unknown.as_slice() {
        [one] if targets.are_all() && ["id", "name"].contains(&one.attribute.as_str()) => {
            Some(one.object.address)
        }
        _ => None,
    };
    let is_it = |one: &&Object<'p>| match (address, name) {
        (Some(address), _) => one.address == address,
        (None, Some(name)) => one.text(moment, "name") == Some(name),
        (None, None) => false,
    };
    let mut all = objects.of_kind("aws_launch_template", moment).filter(is_it);
    let template = all.next().filter(|_| !targets.is_open)?;
    if all.next().is_some() || !template.is_new(moment) {
        return None;
    }
    let list = |name: &str| match template.marked(moment, name) {
        Value::Null => Some(Vec::new()),
        Value::Array(all) => Some(all),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    };
    let tags = list("tag_specifications")?.into_iter().find_map(|one| {
        let of = one.get("resource_type").and_then(Value::as_str)?;
        (of == "volume").then(|| one.get("tags").cloned().unwrap_or(Value::Null))
    });
    Some(OfTemplate {
        template,
        mappings: list("block_device_mappings")?,
        tags: tags
            .filter(|tags| !tags.is_null())
            .unwrap_or_else(|| json!({})),
    })
}

/// The devices that images have their root volume at.
const ROOTS: [&str; 2] = ["/dev/xvda", "/dev/sda1"];

/// The volumes of an instance that its launch template tells.
fn of_template<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    OfTemplate {
        template,
        mappings,
        tags,
    }: OfTemplate<'_, 'p>,
) {
    let expressions = template.expression("block_device_mappings");
    let expressions = expressions.and_then(Value::as_array);
    let key = match (expressions.map(Vec::as_slice), mappings.len()) {
        (Some([one]), 1) => one.pointer("/ebs/0/kms_key_id"),
        (Some(_) | None, _) => None,
    };
    let key = key.map(|key| (template, key));
    let mut has_root = false;
    for (at, mapping) in mappings.iter().enumerate() {
        let Some(block) = mapping.pointer("/ebs/0") else {
            continue;
        };
        let device = mapping.get("device_name").and_then(Value::as_str);
        let is_root = device.is_some_and(|device| ROOTS.contains(&device));
        has_root |= is_root;
        let name = match device {
            _ if is_root => BLOCKS[0].to_owned(),
            Some(device) => format!("{}.{}", BLOCKS[1], device.trim_start_matches("/dev/")),
            None => format!("{}.{at}", BLOCKS[1]),
        };
        volume(reader, object, home, (name, block), key, Some(&tags));
    }
    if !has_root {
        let root = (BLOCKS[0].to_owned(), &json!({}));
        volume(reader, object, home, root, None, Some(&tags));
    }
    more_volumes(reader, object, home, ("its AMI", Some(&tags)));
}

/// The tags of a volume of an instance. Those of the instance are not given to it; a launch template and the provider's default tags may
/// give it more.
fn tags<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    block: &Value,
    given: Option<&Value>,
) -> Value {
    let at = |what: &str| unknown(format!("{}, {what}", object.address));
    if has_template(reader, object) && given.is_none() {
        return at("whose launch template may tag its volumes");
    }
    let whole = block.get("tags_all").filter(|tags| is_known(tags));
    if whole.is_none() && reader.has_default_tags(object) {
        return at("whose provider may tag its volumes");
    }
    let own = object.marked(reader.moment, "volume_tags");
    let none = Value::Null;
    let mut all = Map::new();
    for tags in [
        &own,
        block.get("tags").unwrap_or(&none),
        whole.unwrap_or(&none),
        given.unwrap_or(&none),
    ] {
        match tags.as_object().filter(|_| is_known(tags)) {
            Some(tags) => all.extend(tags.clone()),
            None if tags.is_null() => {}
            None => return at("the tags of its volumes"),
        }
    }
    reader.seen(object, &all)
}

/// Whether these are tags that are known.
fn is_known(tags: &Value) -> bool {
    let tags = tags
        .as_object()
        .filter(|tags| !tags.contains_key("unknown"));
    tags.is_some_and(|tags| tags.values().all(Value::is_string))
}

/// What makes volumes for the tasks of a service of ECS, by the argument that has it do so.
///
/// See <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html>.
const SERVICES: &[(&str, &str)] = &[
    ("aws_ecs_service", "volume_configuration"),
    ("awscc_ecs_service", "volume_configurations"),
];

/// What makes instances and volumes that the plan does not name.
pub fn makers<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let is_set = |name: &str| {
        let told = object.marked(reader.moment, name);
        !told.is_null() && told != json!([])
    };
    let mut services = SERVICES.iter();
    let is_service = services.any(|(kind, name)| object.kind == *kind && is_set(name));
    let is_maker = match object.kind {
        _ if is_service => true,
        // The group is there, and what it makes from now on has the tag.
        //
        // See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group_tag>.
        "aws_autoscaling_group_tag" => {
            let tag = object.marked(reader.moment, "tag");
            tag.pointer("/0/propagate_at_launch") != Some(&Value::Bool(false))
        }
        // Of its own accord it makes none; what goes by its newest version makes others.
        "aws_launch_template" => object.does("update"),
        "aws_eks_cluster" => is_set("compute_config"),
        kind => MAKERS.contains(&kind),
    };
    // Other tags of it make nothing.
    let is_tags = |name: &&str| ["tags", "tags_all"].contains(name);
    let is_changed = || object.does("update") && !object.changed().iter().all(is_tags);
    if is_maker
        && (object.is_made() || is_changed())
        && let Some(home) = reader.home(object)
    {
        let why = format!(
            "{} may make instances and volumes, which are not listed",
            object.address
        );
        let kinds = match is_service {
            true => &["volume"][..],
            false => &["instance", "volume"],
        };
        unlisted(reader, object, &home, kinds, (None, why));
    }
}

fn unlisted<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    home: &Home,
    kinds: &[&str],
    (tags, why): (Option<Map<String, Value>>, String),
) {
    for kind in kinds {
        let resource = reader.ids.part_of(object, home, kind, "any");
        let (tags, why) = (tags.clone(), why.clone());
        reader.unlisted.push(Unlisted {
            resource,
            tags,
            why,
        });
    }
}
