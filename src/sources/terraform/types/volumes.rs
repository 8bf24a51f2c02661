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
                    .map(|one| one.get("tags").cloned())
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

fn made<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>, home: &Home) {
    let [root, others] = BLOCKS.map(|name| object.marked(reader.moment, name));
    let root = root.as_array().and_then(|all| all.first()).cloned();
    let root = root.unwrap_or_else(|| unknown(format!("{}.root_block_device", object.address)));
    let others = others.as_array().cloned().unwrap_or_default();
    volume(
        reader,
        object,
        home,
        (BLOCKS[0].to_owned(), &root),
        key_of(object, BLOCKS[0]),
    );
    for (at, block) in others.iter().enumerate() {
        let device = block.get("device_name").and_then(Value::as_str);
        let device = device.map(|name| name.trim_start_matches("/dev/").to_owned());
        let name = format!("{}.{}", BLOCKS[1], device.unwrap_or_else(|| at.to_string()));
        let expression = (others.len() == 1)
            .then(|| key_of(object, BLOCKS[1]))
            .flatten();
        volume(reader, object, home, (name, block), expression);
    }
    let by = match has_template(reader, object) {
        true => "its AMI or its launch template",
        false => "its AMI",
    };
    let tags = tags(reader, object, &json!({}));
    let tags = tags.as_object().filter(|_| is_known(&tags)).cloned();
    let why = format!(
        "{} may bring more volumes than are told: those of {by}",
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
    expression: Option<&Value>,
) {
    let arn = reader.ids.part_of(object, home, "volume", &name);
    let at = format!("{}.{name}", object.address);
    let of_image = || {
        unknown(format!(
            "{at}, which its AMI's snapshot or the account encrypts"
        ))
    };
    let is_on = matches!(block.get("encrypted"), Some(Value::Bool(true)));
    let key = match (is_on, block.get("kms_key_id")) {
        (true, Some(Value::String(key))) if !key.is_empty() => reader.key_named(key, home),
        (true, Some(Value::Object(_))) if let Some(expression) = expression => {
            let at = format!("{at}.kms_key_id");
            let link = reader.ids.one_of(object, expression, &at, reader.moment);
            reader.key_linked(&link, home)
        }
        _ => of_image(),
    };
    let encrypted = if is_on { json!(true) } else { of_image() };
    let tags = tags(reader, object, block);
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

/// The tags of a volume of an instance. Those of the instance are not given to it; a launch template and the provider's default tags may
/// give it more.
fn tags<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>, block: &Value) -> Value {
    let at = |what: &str| unknown(format!("{}, {what}", object.address));
    if has_template(reader, object) {
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

/// What makes instances and volumes that the plan does not name.
pub fn makers<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let is_maker = match object.kind {
        // Of its own accord it makes none; what goes by its newest version makes others.
        "aws_launch_template" => object.does("update"),
        "aws_eks_cluster" => {
            let nodes = object.marked(reader.moment, "compute_config");
            nodes.as_array().is_some_and(|all| !all.is_empty())
        }
        kind => MAKERS.contains(&kind),
    };
    if is_maker
        && (object.is_made() || object.does("update"))
        && let Some(home) = reader.home(object)
    {
        let why = format!(
            "{} may make instances and volumes, which are not told",
            object.address
        );
        unlisted(reader, object, &home, &["instance", "volume"], (None, why));
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
