//! What a template has beside the properties of its resources: its version, names, parameters and outputs, and the attributes of resources.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>.

use super::names::kind;
use super::reader::TemplateReader;
use super::text::Node;
use crate::known::near;

/// The one version that there is.
const VERSION: &str = "2010-09-09";

/// The attributes of resources. `Description` and `Version`, which the CDK writes, stand with them.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html> and
/// <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.ICfnResourceOptions.html>.
const ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// Those that SAM takes, too.
///
/// See <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-connector.html> and
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>.
const OF_SAM: &[&str] = &["Connectors", "IgnoreGlobals"];

/// What becomes of what a resource made, by the attributes that say so.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html> and
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html>.
const OUTCOMES: &[(&str, &[&str])] = &[
    (
        "DeletionPolicy",
        &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"],
    ),
    ("UpdateReplacePolicy", &["Delete", "Retain", "Snapshot"]),
];

/// The types of which a snapshot is taken, as of 2026-11-30.
const WITH_SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// The attributes of parameters.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.
const OF_PARAMETERS: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// The types of parameters, beside those that begin with `AWS::`.
const TYPES: &[&str] = &[
    "CommaDelimitedList",
    "List<Number>",
    "List<String>",
    "Number",
    "String",
];

/// What of that no template has, with the lines.
pub fn told(reader: &TemplateReader<'_>, is_of_sam: bool) -> Vec<(usize, String)> {
    let root = reader.template.root;
    let section = |name: &str| {
        let all = root.get(name).map_or(&[][..], Node::fields).iter();
        all.filter(|(name, _)| !name.starts_with("Fn::"))
    };
    let mut all: Vec<(usize, String)> = version(root).into_iter().collect();
    for (what, name) in [
        ("parameter", "Parameters"),
        ("resource", "Resources"),
        ("output", "Outputs"),
    ] {
        let odd =
            section(name).filter(|(id, _)| !id.chars().all(|one| one.is_ascii_alphanumeric()));
        all.extend(odd.map(|(id, node)| {
            let says = format!("the name of the {what} `{id}` has more than letters and digits");
            (node.line, says)
        }));
    }
    for (id, node) in section("Parameters") {
        all.extend(parameter(id, node));
    }
    for (id, node) in section("Resources") {
        all.extend(attributes(id, node, is_of_sam));
        all.extend(outcomes(id, node));
    }
    for (id, node) in section("Outputs").filter(|(_, node)| node.get("Value").is_none()) {
        all.push((node.line, format!("the output {id} has no `Value`")));
    }
    all.extend(exported_twice(reader));
    all
}

fn version(root: &Node) -> Option<(usize, String)> {
    let node = root.get("AWSTemplateFormatVersion")?;
    let told = node.text().filter(|told| *told != VERSION)?;
    let says = format!("the AWSTemplateFormatVersion is `{told}`, and there is {VERSION} alone");
    Some((node.line, says))
}

/// In words what a name may have meant.
fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let meant = near::meant(name, known);
    meant.map_or_else(String::new, |meant| format!(" (did you mean `{meant}`?)"))
}

fn parameter(id: &str, node: &Node) -> Vec<(usize, String)> {
    let odd = node.fields().iter();
    let odd = odd.filter(|(name, _)| !OF_PARAMETERS.contains(&name.as_str()));
    let mut all: Vec<(usize, String)> = odd
        .map(|(name, value)| {
            let hint = hint(name, OF_PARAMETERS.iter().copied());
            let says = format!("the parameter {id} has `{name}`, which none has{hint}");
            (value.line, says)
        })
        .collect();
    match node.get("Type").map(Node::text) {
        None => all.push((node.line, format!("the parameter {id} has no `Type`"))),
        Some(Some(of)) if !TYPES.contains(&of) && !is_of_aws(of) => {
            let hint = hint(of, TYPES.iter().copied());
            let says = format!("the parameter {id} is of the type `{of}`, which none is{hint}");
            all.push((node.line, says));
        }
        Some(_) => {}
    }
    all
}

/// Whether a type of parameters is one of AWS, or a list of one.
fn is_of_aws(of: &str) -> bool {
    let one = of.strip_prefix("List<").unwrap_or(of);
    one.starts_with("AWS::")
}

fn attributes(id: &str, node: &Node, is_of_sam: bool) -> Vec<(usize, String)> {
    let of_sam = OF_SAM.iter().filter(|_| is_of_sam);
    let known = || ATTRIBUTES.iter().chain(of_sam.clone()).copied();
    let own = node.fields().iter();
    let odd = own.filter(|(name, _)| !name.starts_with("Fn::") && !known().any(|one| one == name));
    odd.map(|(name, value)| {
        let hint = hint(name, known());
        let says = format!("{id} has the attribute `{name}`, which no resource has{hint}");
        (value.line, says)
    })
    .collect()
}

fn outcomes(id: &str, node: &Node) -> Vec<(usize, String)> {
    let each = OUTCOMES.iter().filter_map(|(name, known)| {
        let value = node.get(name)?;
        let told = value.text()?;
        let says = match known.contains(&told) {
            false => format!(
                "{id} has the {name} `{told}`, which is none of {}",
                known.join(", ")
            ),
            true if told == "Snapshot" && !WITH_SNAPSHOTS.contains(&kind(node)) => {
                format!(
                    "{id} has the {name} Snapshot, which {} does not take",
                    kind(node)
                )
            }
            true => return None,
        };
        Some((value.line, says))
    });
    each.collect()
}

/// The outputs that export a name which another does, too.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>.
fn exported_twice(reader: &TemplateReader<'_>) -> Vec<(usize, String)> {
    let outputs = reader.template.root.get("Outputs");
    let outputs = outputs.map_or(&[][..], Node::fields).iter();
    let made = outputs.filter(|(_, node)| reader.is_made(node) == Some(true));
    let named: Vec<_> = made
        .filter_map(|(id, node)| {
            let name = node.get("Export")?.get("Name")?;
            let name = reader.template.value(name)?.as_str()?.to_owned();
            Some((id, node.line, name))
        })
        .collect();
    let twice = named
        .iter()
        .enumerate()
        .filter_map(|(at, (id, line, name))| {
            let mut before = named.iter().take(at);
            let (other, ..) = before.find(|(_, _, other)| other == name)?;
            Some((
                *line,
                format!("the output {id} exports `{name}`, which {other} does, too"),
            ))
        });
    twice.collect()
}
