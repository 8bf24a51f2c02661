//! The launch template of an instance that the template makes as well: the volumes that it brings are the instance's.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html>.

use serde_json::{Value, json};

use crate::sources::cloudformation::names::kind;
use crate::sources::cloudformation::reader::{TemplateReader, tags};
use crate::sources::cloudformation::template::is_open;
use crate::sources::cloudformation::text::Node;

/// What a launch template says of volumes.
pub struct OfVolumes {
    pub mappings: Vec<Value>,
    pub tags: Value,
}

/// What the launch template of an instance says of its volumes; `None`: it is not made here, or some of that is not known.
pub fn of_instance(reader: &TemplateReader<'_>, node: &Node) -> Option<OfVolumes> {
    let named = node.get("Properties")?.get("LaunchTemplate")?;
    let resources = reader.template.root.get("Resources")?;
    let mut all = resources.fields().iter();
    let (id, template) = all.find(|(id, template)| {
        kind(template) == "AWS::EC2::LaunchTemplate" && is_named(reader, named, id, template)
    })?;
    let version = named.get("Version").map(Node::to_value);
    let is_latest = version.is_some_and(|version| {
        let latest = format!("{id}.LatestVersionNumber");
        [
            json!({"Fn::GetAtt": latest}),
            json!({"Fn::GetAtt": [id, "LatestVersionNumber"]}),
            json!({"Fn::Sub": format!("${{{latest}}}")}),
        ]
        .contains(&version)
    });
    // A new one has one version.
    let is_new = reader.other.is_some_and(|other| {
        other
            .get("Resources")
            .is_none_or(|all| all.get(id).is_none())
    });
    if reader.is_made(template) != Some(true) || !(is_latest || is_new) {
        return None;
    }
    let data = reader.of(template, "LaunchTemplateData")?;
    let list = |name: &str| {
        let told = data.get(name).unwrap_or(&Value::Null);
        (!is_open(&data) || !is_open(told)).then(|| told.as_array().cloned().unwrap_or_default())
    };
    let specifications = list("TagSpecifications")?;
    let mut of_volumes = specifications
        .iter()
        .filter(|one| one.get("ResourceType").and_then(Value::as_str) == Some("volume"));
    Some(OfVolumes {
        mappings: list("BlockDeviceMappings")?,
        tags: tags(of_volumes.next().and_then(|one| one.get("Tags").cloned())),
    })
}

fn is_named(reader: &TemplateReader<'_>, named: &Node, id: &str, template: &Node) -> bool {
    let by_id = named.get("LaunchTemplateId").map(Node::to_value);
    let by_name = named
        .get("LaunchTemplateName")
        .and_then(|name| reader.template.value(name));
    by_id == Some(json!({ "Ref": id }))
        || by_name.is_some_and(|name| {
            name.is_string() && reader.of(template, "LaunchTemplateName") == Some(name)
        })
}
