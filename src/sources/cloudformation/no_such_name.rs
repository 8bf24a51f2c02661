//! Names in a template that nobody has: with one CloudFormation refuses the template.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html>,
//! `intrinsic-function-reference-getatt.html`, `intrinsic-function-reference-conditions.html` and
//! `intrinsic-function-reference-findinmap.html`.

use super::links::{self, NameReference, NameReferences};
use super::names::{attributes, kind};
use super::reader::TemplateReader;
use super::text::Node;

/// The pseudo parameters.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>.
const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A part of a template that refers to others.
struct ReferringPart<'n> {
    /// What it is, in words.
    of: String,
    /// Whether it is made.
    is_made: Option<bool>,
    links: NameReferences<'n>,
}

/// What is said of names that nobody has, with the lines. A transform may make resources that the template does not tell.
pub fn told(reader: &TemplateReader<'_>, may_make_more: bool) -> Vec<(usize, String)> {
    let root = reader.template.root;
    let section = |name: &str| root.get(name).map_or(&[][..], Node::fields);
    let mut all = Vec::new();
    for (id, node) in section("Resources") {
        if id.starts_with("Fn::") {
            continue;
        }
        let own = node.fields().iter();
        let parts = own.filter(|(name, _)| !["DependsOn", "Condition"].contains(&name.as_str()));
        let part = ReferringPart {
            of: id.clone(),
            is_made: reader.is_made(node),
            links: links::of(&reader.template, parts.map(|(_, part)| part)),
        };
        all.extend(condition_of(reader, id, node));
        all.extend(things(reader, &part, may_make_more));
        all.extend(conditions(reader, &part));
        all.extend(maps(reader, &part));
    }
    for (id, node) in section("Outputs") {
        if id.starts_with("Fn::") {
            continue;
        }
        let own = node.fields().iter();
        let parts = own.filter(|(name, _)| name != "Condition");
        let part = ReferringPart {
            of: format!("the output {id}"),
            is_made: reader.is_made(node),
            links: links::of(&reader.template, parts.map(|(_, part)| part)),
        };
        all.extend(condition_of(reader, &part.of, node));
        all.extend(things(reader, &part, may_make_more));
        all.extend(conditions(reader, &part));
        all.extend(maps(reader, &part));
    }
    for (of, name) in [("condition", "Conditions"), ("rule", "Rules")] {
        for (id, node) in section(name)
            .iter()
            .filter(|(id, _)| !id.starts_with("Fn::"))
        {
            let part = ReferringPart {
                of: format!("the {of} {id}"),
                is_made: Some(true),
                links: links::of(&reader.template, [node]),
            };
            all.extend(parameters(reader, &part));
            all.extend(maps(reader, &part));
            let names = named(node).into_iter();
            let odd = names.filter(|(_, other)| of == "condition" && !has(root, name, other));
            all.extend(odd.map(|(line, other)| {
                (
                    line,
                    format!(
                        "{} is made of the condition `{other}`, which is not in the template",
                        part.of
                    ),
                )
            }));
        }
    }
    all
}

/// Whether a section has a name, or may have it: an include may bring any.
fn has(root: &Node, section: &str, name: &str) -> bool {
    let all = root.get(section).map_or(&[][..], Node::fields);
    all.iter()
        .any(|(own, _)| own == name || own.starts_with("Fn::"))
}

/// The conditions that one is made of, with their lines.
fn named(node: &Node) -> Vec<(usize, &str)> {
    let mut all = Vec::new();
    for (name, value) in node.fields() {
        match value.text() {
            Some(text) if name == "Condition" => all.push((value.line, text)),
            _ => all.extend(named(value)),
        }
    }
    all.extend(node.items().iter().flat_map(named));
    all
}

/// The condition of a resource or an output.
fn condition_of(reader: &TemplateReader<'_>, of: &str, node: &Node) -> Option<(usize, String)> {
    let condition = node.get("Condition")?;
    let name = condition.text()?;
    let root = reader.template.root;
    let told = format!("{of} has the condition `{name}`, which is not in the template");
    (!has(root, "Conditions", name)).then_some((condition.line, told))
}

/// The conditions by which a part chooses.
fn conditions<'p>(
    reader: &'p TemplateReader<'_>,
    part: &'p ReferringPart<'_>,
) -> impl Iterator<Item = (usize, String)> + use<'p> {
    let root = reader.template.root;
    let all = part.links.conditions.iter();
    let odd = all.filter(move |(_, name)| !name.is_empty() && !has(root, "Conditions", name));
    odd.map(move |(line, name)| {
        let of = &part.of;
        (
            *line,
            format!("{of} chooses by the condition `{name}`, which is not in the template"),
        )
    })
}

/// What conditions and rules refer to: parameters alone.
fn parameters<'p>(
    reader: &'p TemplateReader<'_>,
    part: &'p ReferringPart<'_>,
) -> impl Iterator<Item = (usize, String)> + use<'p> {
    let root = reader.template.root;
    let odd = part.links.things.iter().filter(move |link| {
        let is_known = has(root, "Parameters", &link.name) || PSEUDO.contains(&&*link.name);
        link.attribute.is_some() || !is_known
    });
    odd.map(move |link| {
        let (of, name) = (&part.of, &link.name);
        (
            link.line,
            format!("{of} refers to `{name}`, which is not a parameter"),
        )
    })
}

fn things<'p>(
    reader: &'p TemplateReader<'_>,
    part: &'p ReferringPart<'_>,
    may_make_more: bool,
) -> impl Iterator<Item = (usize, String)> + use<'p> {
    let each = part.links.things.iter();
    each.filter_map(move |link| Some((link.line, thing(reader, part, link, may_make_more)?)))
}

/// What is wrong with a reference to a parameter or a resource.
fn thing(
    reader: &TemplateReader<'_>,
    part: &ReferringPart<'_>,
    link: &NameReference,
    may_make_more: bool,
) -> Option<String> {
    let root = reader.template.root;
    let (of, name) = (&part.of, &link.name);
    let Some(resource) = reader.template.resource(name) else {
        let is_value = has(root, "Parameters", name) || PSEUDO.contains(&name.as_str());
        return match &link.attribute {
            _ if may_make_more => None,
            None if is_value => None,
            None => Some(format!(
                "{of} refers to `{name}`, which is not in the template"
            )),
            Some(_) => Some(format!(
                "{of} takes an attribute of `{name}`, which is not a resource of the template"
            )),
        };
    };
    if let Some(attribute) = &link.attribute
        && let Some(known) = attributes(resource)
        && !attribute.is_empty()
        && !known.contains(&attribute.as_str())
    {
        let kind = kind(resource);
        return Some(format!(
            "{of} takes the attribute `{attribute}` of {name}, which {kind} does not give"
        ));
    }
    if [part.is_made, link.is_taken] != [Some(true); 2] {
        return None;
    }
    match reader.is_made(resource) {
        Some(true) => None,
        Some(false) => Some(format!(
            "{of} refers to {name}, which its condition leaves out"
        )),
        None => Some(format!(
            "{of} refers to {name}, which nothing makes unless a condition that is not known holds"
        )),
    }
}

fn maps<'p>(
    reader: &'p TemplateReader<'_>,
    part: &'p ReferringPart<'_>,
) -> impl Iterator<Item = (usize, String)> + use<'p> {
    let root = reader.template.root;
    part.links.maps.iter().filter_map(move |link| {
        if link.has_default {
            return None;
        }
        let [map, first, second] = link.path(&reader.template);
        let (of, map) = (&part.of, map?);
        if !has(root, "Mappings", &map) {
            return Some((
                link.line,
                format!("{of} looks in the mapping `{map}`, which is not in the template"),
            ));
        }
        let mut at = root.get("Mappings")?.get(&map)?;
        for key in [first, second] {
            let key = key?;
            if at.fields().iter().any(|(own, _)| own.starts_with("Fn::")) {
                return None;
            }
            at = match at.get(&key) {
                Some(within) => within,
                None if [part.is_made, link.is_taken] == [Some(true); 2] => {
                    return Some((
                        link.line,
                        format!(
                            "{of} looks for `{key}` in the mapping {map}, which does not have it"
                        ),
                    ));
                }
                None => return None,
            };
        }
        None
    })
}
