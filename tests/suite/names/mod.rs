//! The names that answers are read by where no SDK reads them: each is one of AWS's own. A name that AWS does not have reads as if
//! what it stands for were not set.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

/// A member of a structure: its name on the wire, its name, its type.
struct Member {
    wire: &'static str,
    name: &'static str,
    of: &'static str,
}

struct Model {
    /// By service and structure.
    shapes: BTreeMap<(&'static str, &'static str), Vec<Member>>,
    /// By service and operation: how it is called, and the structure that it answers with.
    operations: BTreeMap<(&'static str, &'static str), (&'static str, &'static str)>,
}

fn model() -> Model {
    let mut model = Model {
        shapes: BTreeMap::new(),
        operations: BTreeMap::new(),
    };
    let lines = include_str!("model.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [service, shape, wire, name, of] = line.split_whitespace().collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        if shape == "operation" {
            model.operations.insert((service, wire), (name, of));
        } else {
            let members = model.shapes.entry((service, shape)).or_default();
            members.push(Member { wire, name, of });
        }
    }
    model
}

/// The tables by which EC2's answers are read, as they are written.
const TABLES: &str = include_str!("../../../src/sources/live/ec2/tables.rs");

/// What is read of an answer of EC2's, and how often a name was compared.
fn compare(fields: &str, shape: &'static str, model: &Model, wrong: &mut Vec<String>) -> usize {
    let table = Regex::new(r"(?s)const (\w+): &\[F\] =\s*&\[(.*?)\];").unwrap();
    let tables: BTreeMap<&str, &str> = table
        .captures_iter(TABLES)
        .map(|found| {
            (
                found.get(1).unwrap().as_str(),
                found.get(2).unwrap().as_str(),
            )
        })
        .collect();
    let fields = tables.get(fields).copied().unwrap_or(fields);
    let field = Regex::new(
        r#"(?s)F\(\s*"(\w+)",\s*"(\w+)",\s*(Text|Flag|Number|Texts|Objects?|Whole)(?:\((&\[.*?\]|\w+)\))?\s*,?\s*\)"#,
    )
    .unwrap();
    let members = &model.shapes[&("ec2", shape)];
    let mut compared = 0;
    for found in field.captures_iter(fields) {
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        compared += 1;
        let Some(member) = members.iter().find(|member| member.wire == part(1)) else {
            wrong.push(format!("{shape} has no {}", part(1)));
            continue;
        };
        if member.name != part(2) {
            wrong.push(format!(
                "{shape} calls {} {}, not {}",
                part(1),
                member.name,
                part(2)
            ));
        }
        let one = member.of.trim_matches(['[', ']']);
        let is_list = one != member.of;
        let is_shape = one.starts_with(|first: char| first.is_ascii_uppercase());
        let fits = match part(3) {
            // The XML has its times as text.
            "Text" => ["string", "timestamp"].contains(&member.of),
            "Flag" => member.of == "boolean",
            "Number" => ["integer", "long"].contains(&member.of),
            "Texts" => member.of == "[string]",
            "Object" => is_shape && !is_list,
            _ => is_shape && is_list,
        };
        if !fits {
            wrong.push(format!(
                "{shape}.{} is {}, not {}",
                part(1),
                member.of,
                part(3)
            ));
        } else if is_shape {
            compared += compare(part(4), one, model, wrong);
        }
    }
    compared
}

#[test]
fn answers_of_ec2_are_read_by_the_names_of_its_model() {
    let model = model();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (operation, table) in [
        ("DescribeVolumes", "VOLUMES"),
        ("DescribeInstances", "INSTANCES"),
        ("DescribeImages", "IMAGES"),
        ("DescribeSnapshots", "SNAPSHOTS"),
        ("DescribeRegions", "REGIONS"),
        ("GetAllowedImagesSettings", "ALLOWED_IMAGES"),
        ("GetEbsDefaultKmsKeyId", "DEFAULT_KEY"),
    ] {
        let (_, answer) = model.operations[&("ec2", operation)];
        compared += compare(table, answer, &model, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Every field that the tables have, those that two of them share counted twice.
    assert!(compared >= TABLES.matches("F(\"").count(), "{compared}");
}

/// The names in some source that requests are made with, and answers read by.
fn names(source: &str) -> BTreeSet<&str> {
    let name = Regex::new(
        r#"(?:text\((?:\w+, |&\w+, )?|\.get\(|items: |arn: |Field\(|json!\(\{)"(\w+)"|token: \("(\w+)", "(\w+)"\)"#,
    )
    .unwrap();
    name.captures_iter(source)
        .flat_map(|found| (1..4).filter_map(move |at| found.get(at)))
        .map(|name| name.as_str())
        .collect()
}

#[test]
fn answers_in_json_are_read_by_the_names_of_their_models() {
    let model = model();
    let files: &[(&str, &[&str], usize)] = &[
        (
            include_str!("../../../src/sources/live/fsx.rs"),
            &["fsx"],
            20,
        ),
        (
            include_str!("../../../src/sources/live/listings.rs"),
            &["backup-gateway", "storagegateway", "ssm-sap"],
            11,
        ),
    ];
    let how = Regex::new(r#"(?:target|path): "([^"]+)""#).unwrap();
    for (source, services, least) in files {
        let members = model
            .shapes
            .iter()
            .filter(|((of, _), _)| services.contains(of));
        let known: BTreeSet<&str> = members
            .flat_map(|(_, members)| members.iter().map(|member| member.name))
            .collect();
        let found = names(source);
        let strange: Vec<_> = found.difference(&known).collect();
        assert!(strange.is_empty(), "{services:?} have no {strange:?}");
        assert!(found.len() >= *least, "{services:?}: {found:?}");
        let operations = model.operations.iter();
        let operations: BTreeSet<&str> = operations
            .filter(|((of, _), _)| services.contains(of))
            .map(|(_, (how, _))| *how)
            .collect();
        let called: BTreeSet<&str> = how
            .captures_iter(source)
            .map(|found| found.get(1).unwrap().as_str())
            .collect();
        assert_eq!(called, operations);
    }
}
