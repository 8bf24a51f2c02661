//! The volumes that instances of EC2 bring with them, and what makes instances of its own accord: none of them is a resource of a
//! template.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html>.

use serde_json::{Map, Value, json};

use crate::catalog::regions::partition;
use crate::sources::cloudformation::in_place;
use crate::sources::cloudformation::names::kind;
use crate::sources::cloudformation::reader::{TemplateReader, tags};
use crate::sources::cloudformation::resources::launch_templates;
use crate::sources::cloudformation::stored_values;
use crate::sources::cloudformation::template::unknown;
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::{Home, Unlisted};

const INSTANCE: &str = "AWS::EC2::Instance";

/// What makes instances, how many and of what is not in the template.
#[rustfmt::skip]
const MAKERS: &[&str] = &[
    "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::EC2Fleet", "AWS::EC2::SpotFleet", "AWS::EKS::Nodegroup", "AWS::EMR::Cluster",
    "AWS::EMR::InstanceGroupConfig", "AWS::EMR::InstanceFleetConfig", "AWS::Batch::ComputeEnvironment",
    "AWS::ElasticBeanstalk::Environment", "AWS::Cloud9::EnvironmentEC2", "AWS::OpsWorks::Instance", "AWS::EC2::LaunchTemplate",
];

/// What does where a property of it is set.
///
/// See <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html>.
const MAKERS_IF: &[(&str, &str)] = &[
    ("AWS::EKS::Cluster", "ComputeConfig"),
    ("AWS::ECS::Service", "VolumeConfigurations"),
];

/// The devices that images have their root volume at.
const ROOTS: [&str; 2] = ["/dev/xvda", "/dev/sda1"];

/// Reads what comes with the resources that will be there.
pub fn brought(reader: &mut TemplateReader<'_>) {
    let resources = reader.template.root.get("Resources");
    for (id, node) in resources.map_or(&[][..], Node::fields) {
        let of = kind(node);
        let is_maker = MAKERS.contains(&of)
            || MAKERS_IF
                .iter()
                .any(|(kind, property)| of == *kind && reader.of(node, property).is_some());
        if !(of == INSTANCE || is_maker)
            || reader.is_made(node) == Some(false)
            || (of != INSTANCE && reader.is_same(id, node))
            || (of == INSTANCE && in_place::is_kept(reader, id, node))
        {
            continue;
        }
        let was = reader
            .other
            .and_then(|other| other.get("Resources")?.get(id));
        let is_there = was.is_some_and(|was| kind(was) == of);
        let Some(home) = reader.home.clone() else {
            continue;
        };
        let at = format!("{}:{}: {id}", reader.template.file, node.line);
        if is_maker {
            // Of its own accord a launch template makes none; what goes by its newest version makes others.
            if of != "AWS::EC2::LaunchTemplate" || is_there {
                let why = format!("{at} may make instances and volumes, which are not listed");
                unlisted(reader, &home, id, &["instance", "volume"], (None, why));
            }
        } else if is_there {
            let stored = stored_values::may_replace(&reader.template, id, node);
            let stored = stored.map_or_else(String::new, |why| format!(": {why}"));
            let why = format!("{at} may be replaced, and bring other volumes{stored}");
            unlisted(reader, &home, id, &["volume"], (None, why));
        } else if reader.is_made(node) == Some(true)
            && !reader.template.settings.identity.names.contains_key(id)
        {
            made(reader, id, node, &home);
        }
    }
}

fn made(reader: &mut TemplateReader<'_>, id: &str, node: &Node, home: &Home) {
    let at = format!("{}:{}: {id}", reader.template.file, node.line);
    let told = launch_templates::of_instance(reader, node);
    let mappings = reader.of(node, "BlockDeviceMappings");
    // What both say of a volume is not put together.
    let told = told.filter(|told| mappings.is_none() || told.mappings.is_empty());
    let has_template = reader.of(node, "LaunchTemplate").is_some() && told.is_none();
    let tags = if has_template {
        unknown(format!("{at}, whose launch template may tag its volumes"))
    } else {
        let own = match reader.of(node, "PropagateTagsToVolumeOnCreation") {
            None | Some(Value::Bool(false)) => json!({}),
            // "Tags aren't propagated to Amazon EBS volumes that are created from block device mappings", and of those that the
            // instance hands on no page says whether they are among them.
            Some(Value::Bool(true)) => {
                let of_stack = &reader.template.settings.tags;
                let of_stack = of_stack.perhaps("which an instance may not hand on");
                tags(of_stack.with(reader.of(node, "Tags")))
            }
            Some(_) => unknown(format!("{at}, whether its tags are given to its volumes")),
        };
        match told.as_ref().map(|told| told.tags.clone()) {
            Some(of_template) if own == json!({}) => of_template,
            Some(of_template) if of_template != json!({}) => unknown(format!(
                "{at}, which and whose launch template tag its volumes"
            )),
            Some(_) | None => own,
        }
    };
    let of_template = told.map(|told| Value::Array(told.mappings));
    let mappings = mappings.or(of_template).unwrap_or_else(|| json!([]));
    let all = mappings.as_array().map_or(&[][..], Vec::as_slice);
    let device = |mapping: &Value| mapping.get("DeviceName")?.as_str().map(str::to_owned);
    let is_root =
        |mapping: &&Value| device(mapping).is_some_and(|name| ROOTS.contains(&name.as_str()));
    let root = all
        .iter()
        .find(is_root)
        .cloned()
        .unwrap_or_else(|| json!({"Ebs": {}}));
    volume(reader, (id, node, home), "root", (&root, &tags));
    for (index, mapping) in all.iter().enumerate() {
        if !is_root(&mapping) && mapping.get("Ebs").is_some() {
            let name = device(mapping).map(|name| name.trim_start_matches("/dev/").to_owned());
            let name = name.unwrap_or_else(|| index.to_string());
            volume(reader, (id, node, home), &name, (mapping, &tags));
        }
    }
    let by = match has_template {
        true => "its AMI or its launch template",
        false => "its AMI",
    };
    let known = tags
        .as_object()
        .filter(|tags| tags.values().all(Value::is_string) && !tags.contains_key("unknown"));
    let why = format!("{at} may bring more volumes than are listed: those of {by}");
    unlisted(reader, home, id, &["volume"], (known.cloned(), why));
}

/// A volume of an instance, as far as its mapping tells.
fn volume(
    reader: &mut TemplateReader<'_>,
    (id, node, home): (&str, &Node, &Home),
    name: &str,
    (mapping, tags): (&Value, &Value),
) {
    let arn = part_of(reader, home, id, "volume", name);
    let file = reader.template.file;
    let place = format!("{file}:{} {id}", node.line);
    reader.places.entry(arn.clone()).or_default().push(place);
    let of_image = unknown(format!(
        "{file}:{}: {id}, a volume that its AMI's snapshot or the account encrypts",
        node.line
    ));
    let ebs = mapping.get("Ebs");
    let of = |name: &str| ebs.and_then(|ebs| ebs.get(name));
    let is_on = of("Encrypted") == Some(&Value::Bool(true));
    let key = match of("KmsKeyId").cloned() {
        Some(key) if is_on => reader.key(&key, home),
        _ => of_image.clone(),
    };
    let detail = of("VolumeType").map_or_else(|| json!({}), |of| json!({"VolumeType": of}));
    let fields = [
        ("ResourceType", json!("EBS")),
        ("Tags", tags.clone()),
        ("Detail", detail),
        ("Encrypted", if is_on { json!(true) } else { of_image }),
        ("EncryptionKeyArn", key),
    ];
    reader.set(home, "resources", &arn, fields);
}

/// The ARN of what an instance brings, with a name that stands in for the one that AWS gives.
fn part_of(reader: &TemplateReader<'_>, home: &Home, id: &str, kind: &str, name: &str) -> String {
    let prefix = &reader.template.settings.prefix;
    let partition = partition(&home.region);
    format!(
        "arn:{partition}:ec2:{}:{}:{kind}/{prefix}{id}.{name}",
        home.region, home.account
    )
}

fn unlisted(
    reader: &mut TemplateReader<'_>,
    home: &Home,
    id: &str,
    kinds: &[&str],
    (tags, why): (Option<Map<String, Value>>, String),
) {
    for kind in kinds {
        let resource = part_of(reader, home, id, kind, "any");
        let (tags, why) = (tags.clone(), why.clone());
        reader.unlisted.push(Unlisted {
            resource,
            tags,
            why,
        });
    }
}
