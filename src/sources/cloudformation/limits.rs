//! How much a template may have.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.

use super::text::Node;

/// How long a template may be, in bytes: "Template may not exceed 1000000 bytes in size".
const LONGEST: usize = 1_000_000;

/// How long its description may be, in bytes.
const DESCRIPTION: usize = 1_024;

/// The sections that have named things, what these are, and how many of them there may be.
const COUNTS: &[(&str, &str, usize)] = &[
    ("Mappings", "mapping", 200),
    ("Outputs", "output", 200),
    ("Parameters", "parameter", 200),
    ("Resources", "resource", 500),
];

/// How many attributes a mapping may have.
const ATTRIBUTES: usize = 200;

/// How long the names of things may be, in characters.
const NAME: usize = 255;

/// Which limits a template of so many bytes passes, with the lines.
pub fn passed(root: &Node, bytes: usize) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    if bytes > LONGEST {
        let says = format!("the template has {bytes} bytes, more than {LONGEST}");
        all.push((1, says));
    }
    if let Some(node) = root.get("Description")
        && let Some(long) = node.text().map(str::len).filter(|long| *long > DESCRIPTION)
    {
        let says = format!("the description has {long} bytes, more than {DESCRIPTION}");
        all.push((node.line, says));
    }
    for (section, what, most) in COUNTS {
        let Some(section) = root.get(section) else {
            continue;
        };
        let own = section.fields().iter();
        let own: Vec<_> = own.filter(|(name, _)| !name.starts_with("Fn::")).collect();
        if own.len() > *most {
            let says = format!("there are {} {what}s, more than {most}", own.len());
            all.push((section.line, says));
        }
        let long = own.iter().filter(|(name, _)| name.chars().count() > NAME);
        all.extend(long.map(|(name, node)| {
            let says = format!("the name of the {what} `{name}` has more than {NAME} characters");
            (node.line, says)
        }));
    }
    let maps = root.get("Mappings").map_or(&[][..], Node::fields).iter();
    let much = maps.filter(|(_, map)| map.fields().len() > ATTRIBUTES);
    all.extend(much.map(|(id, map)| {
        let count = map.fields().len();
        let says = format!("the mapping {id} has {count} attributes, more than {ATTRIBUTES}");
        (map.line, says)
    }));
    all
}
