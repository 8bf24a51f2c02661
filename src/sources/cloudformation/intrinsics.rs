//! Intrinsic functions that CloudFormation does not take: that it does not have, with other arguments than theirs, where none may stand, or
//! without the transform that brings them.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html> and the pages of each
//! beside it, as `intrinsic-function-reference-conditions.html`, `intrinsic-function-reference-select.html`, `-join.html`.

use serde_json::Value;

use super::links::both;
use super::reader::TemplateReader;
use super::template::{Template, is_open, plain};
use super::text::{Kind, Node};
use super::transforms;
use crate::known::near;

/// What a function takes.
enum FunctionArguments {
    /// So many items.
    Items(usize, usize),
    /// A text, or a function that makes one.
    Text,
    /// A text as it stands; with the transform a function, too.
    Name,
    /// A text, or so many items.
    TextOrItems(usize),
    /// An object.
    Fields,
    /// A list or an object, or a function that makes one.
    Any,
}

use FunctionArguments::{Any, Fields, Items, Name, Text, TextOrItems};

/// The functions, those of conditions and rules among them, as of 2026-11-30.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html>.
#[rustfmt::skip]
const FUNCTIONS: &[(&str, FunctionArguments)] = &[
    ("Fn::And",              Items(2, 10)),
    ("Fn::Base64",           Text),
    ("Fn::Cidr",             Items(2, 3)),
    ("Fn::Contains",         Items(2, 2)),
    ("Fn::EachMemberEquals", Items(2, 2)),
    ("Fn::EachMemberIn",     Items(2, 2)),
    ("Fn::Equals",           Items(2, 2)),
    ("Fn::FindInMap",        Items(3, 4)),
    ("Fn::GetAZs",           Text),
    ("Fn::GetAtt",           TextOrItems(2)),
    ("Fn::GetStackOutput",   Any),
    ("Fn::If",               Items(3, 3)),
    ("Fn::ImportValue",      Text),
    ("Fn::Join",             Items(2, 2)),
    ("Fn::Length",           Any),
    ("Fn::Not",              Items(1, 1)),
    ("Fn::Or",               Items(2, 10)),
    ("Fn::RefAll",           Text),
    ("Fn::Select",           Items(2, 2)),
    ("Fn::Split",            Items(2, 2)),
    ("Fn::Sub",              TextOrItems(2)),
    ("Fn::ToJsonString",     Any),
    ("Fn::Transform",        Fields),
    ("Fn::ValueOf",          Items(2, 2)),
    ("Fn::ValueOfAll",       Items(2, 2)),
    ("Ref",                  Name),
];

/// The functions that a transform brings.
const OF_EXTENSIONS: &[&str] = &["Fn::Length", "Fn::ToJsonString"];

/// How the names of loops begin, which the same does.
const LOOP: &str = "Fn::ForEach";

/// The functions whose second argument is a list, or a function that makes one.
const OF_LISTS: &[&str] = &["Fn::Join", "Fn::Select"];

/// The sections in which functions stand, with what is in them.
const SECTIONS: &[(&str, &str)] = &[
    ("Conditions", "the condition "),
    ("Outputs", "the output "),
    ("Resources", ""),
    ("Rules", "the rule "),
];

/// Those in which none do.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/mappings-section-structure.html> and
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.
const CONSTANT: &[&str] = &["Description", "Mappings", "Parameters"];

/// The attributes of resources in which functions stand with the transform alone.
const OUTCOMES: &[&str] = &["DeletionPolicy", "UpdateReplacePolicy"];

/// What of that there is, with the lines.
pub fn told(reader: &TemplateReader<'_>) -> Vec<(usize, String)> {
    let root = reader.template.root;
    let mut walk = FunctionWalk {
        template: &reader.template,
        is_extended: transforms::has(root, transforms::EXTENSIONS),
        of: String::new(),
        found: Vec::new(),
    };
    for (section, what) in SECTIONS {
        for (id, node) in root.get(section).map_or(&[][..], Node::fields) {
            walk.of = format!("{what}{id}");
            let is_part = matches!(*section, "Outputs" | "Resources");
            let is_made = if is_part {
                reader.is_made(node)
            } else {
                Some(true)
            };
            walk.field(id, node, is_made);
            if *section == "Resources" {
                walk.attributes(node);
            }
        }
    }
    for section in CONSTANT {
        walk.of = format!("the section {section}");
        walk.constant(root.get(section));
    }
    walk.found
}

struct FunctionWalk<'a, 't> {
    template: &'a Template<'t>,
    /// Whether the template has the transform.
    is_extended: bool,
    /// What the part is, in words.
    of: String,
    found: Vec<(usize, String)>,
}

impl FunctionWalk<'_, '_> {
    fn tell(&mut self, line: usize, says: &str) {
        self.found.push((line, format!("{} {says}", self.of)));
    }

    /// What stands under a name.
    fn field(&mut self, name: &str, value: &Node, is_taken: Option<bool>) {
        if name.starts_with(LOOP) {
            self.needs_extensions(value.line, &format!("has {LOOP}"));
            // What stands in a loop that is not written out is not known.
            return self.all(value, None);
        }
        self.all(value, is_taken);
    }

    fn all(&mut self, node: &Node, is_taken: Option<bool>) {
        for item in node.items() {
            self.all(item, is_taken);
        }
        let fields = node.fields();
        if let [(name, argument)] = fields
            && (name == "Ref" || (name.starts_with("Fn::") && !name.starts_with(LOOP)))
        {
            self.function(name, argument, is_taken);
            if let ("Fn::If", [condition, yes, no]) = (name.as_str(), argument.items()) {
                let name = condition.text().unwrap_or_default();
                let template = self.template;
                let holds = template.naming(|| template.condition_named(name));
                self.all(yes, both(is_taken, holds));
                return self.all(no, both(is_taken, holds.map(|holds| !holds)));
            }
        }
        for (name, value) in fields {
            self.field(name, value, is_taken);
        }
    }

    fn function(&mut self, name: &str, argument: &Node, is_taken: Option<bool>) {
        let line = argument.line;
        let Some((_, takes)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let meant = near::meant(name, FUNCTIONS.iter().map(|(known, _)| *known));
            let hint = meant.map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"));
            return self.tell(line, &format!("has {name}, which is no function{hint}"));
        };
        if OF_EXTENSIONS.contains(&name) {
            self.needs_extensions(line, &format!("has {name}"));
        }
        if let Some(wants) = takes.instead_of(argument, self.is_extended) {
            return self.tell(line, &format!("has {name}, which takes {wants}"));
        }
        match (name, argument.items()) {
            ("Fn::FindInMap", [_, _, _, _]) => {
                self.needs_extensions(line, "has Fn::FindInMap with a DefaultValue");
            }
            (_, [_, list]) if OF_LISTS.contains(&name) && !may_be_list(list) => {
                let says = format!("has {name} of what is no list");
                self.tell(line, &says);
            }
            ("Fn::Select", [index, list]) if is_taken == Some(true) => {
                if let Some(says) = self.selects_nothing(index, list) {
                    self.tell(line, &says);
                }
            }
            _ => {}
        }
    }

    /// "Fn::Select doesn't check for null values or if the index is out of bounds of the array. Both conditions will result in a stack
    /// error".
    fn selects_nothing(&self, index: &Node, list: &Node) -> Option<String> {
        let template = self.template;
        let value = |node: &Node| template.naming(|| template.value(node));
        let index: i64 = plain(&value(index)?)?.parse().ok()?;
        let list = value(list).filter(|list| !is_open(list))?;
        let Value::Array(items) = list else {
            return None;
        };
        let is_in = usize::try_from(index).is_ok_and(|at| at < items.len());
        (!is_in).then(|| {
            let count = items.len();
            format!("has Fn::Select of item {index} in a list of {count}, which begins with 0")
        })
    }

    fn needs_extensions(&mut self, line: usize, has: &str) {
        if !self.is_extended {
            let transform = transforms::EXTENSIONS;
            self.tell(line, &format!("{has} without `Transform: {transform}`"));
        }
    }

    /// What becomes of what a resource made is a text.
    fn attributes(&mut self, resource: &Node) {
        for name in OUTCOMES {
            let value = resource.get(name);
            if let Some(value) = value.filter(|value| !value.fields().is_empty()) {
                self.needs_extensions(value.line, &format!("has a function as its {name}"));
            }
        }
    }

    /// A part in which no functions stand. An include may.
    fn constant(&mut self, node: Option<&Node>) {
        for node in node.into_iter().flat_map(Node::items) {
            self.constant(Some(node));
        }
        for (name, value) in node.map_or(&[][..], Node::fields) {
            let is_function = name == "Ref" || name.starts_with("Fn::");
            if is_function && name != "Fn::Transform" {
                self.tell(value.line, &format!("has {name}, where no function stands"));
            } else {
                self.constant(Some(value));
            }
        }
    }
}

/// Whether a value is a list, or may be once its function is worked out.
const fn may_be_list(node: &Node) -> bool {
    matches!(node.kind, Kind::List(_) | Kind::Map(_))
}

impl FunctionArguments {
    /// What a function takes, in words, where its argument is something else.
    fn instead_of(&self, argument: &Node, is_extended: bool) -> Option<String> {
        // An include may be anything.
        if argument.get("Fn::Transform").is_some() {
            return None;
        }
        let count = argument.items().len();
        let is_list = matches!(argument.kind, Kind::List(_));
        let is_map = matches!(argument.kind, Kind::Map(_));
        let (is_it, wants) = match self {
            Items(least, most) if least == most => {
                let items = if *least == 1 { "item" } else { "items" };
                (
                    is_list && count == *least,
                    format!("a list of {least} {items}"),
                )
            }
            Items(least, most) => {
                let is_it = is_list && (*least..=*most).contains(&count);
                (is_it, format!("a list of {least} to {most} items"))
            }
            Text => (!is_list, "one value".to_owned()),
            Name if is_extended => (!is_list, "a name".to_owned()),
            Name => (!is_list && !is_map, "a name".to_owned()),
            TextOrItems(items) => {
                let is_it = if is_list { count == *items } else { !is_map };
                (is_it, format!("a text or a list of {items} items"))
            }
            Fields => (is_map, "an object".to_owned()),
            Any => (is_list || is_map, "a list or an object".to_owned()),
        };
        (!is_it).then_some(wants)
    }
}
