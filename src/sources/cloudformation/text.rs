//! Templates as text: YAML with its short forms, or JSON, into a tree that knows its lines.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use super::error::TemplateError;

/// A value of a template, with its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line that it begins in, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a value is. Short forms of intrinsic functions are written out: `!Sub x` is `{"Fn::Sub": "x"}`.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object, in its order.
    Map(Vec<(String, Node)>),
}

/// How many values a template may have once its aliases are written out: what CloudFormation takes (1 MB) has far fewer.
const MOST_NODES: usize = 2_000_000;

/// A text counts as one value more for so many bytes: an alias may repeat a long one.
const BYTES: usize = 64;

impl Node {
    /// A field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(fields) => fields
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, node)| node),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) => None,
        }
    }

    /// The fields of an object; none of anything else.
    #[must_use]
    pub fn fields(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(fields) => fields,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Map(_) => &[],
        }
    }

    /// A text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// As JSON, as it is written.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(Self::to_value).collect(),
            Kind::Map(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, node)| (name.clone(), node.to_value()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

/// Reads a template's text.
///
/// # Errors
/// Where it is not YAML: the line and column say where.
pub fn parse(file: &str, text: &str) -> Result<Node, TemplateError> {
    let wrong = |line: usize, column: usize, message: String| TemplateError::Format {
        file: file.to_owned(),
        line,
        column,
        message,
    };
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            wrong(at.line(), at.col().saturating_add(1), error.to_string())
        })?;
        let (line, column) = (span.start.line(), span.start.col().saturating_add(1));
        tree.take(event, line)
            .map_err(|message| wrong(line, column, message))?;
    }
    tree.done
        .ok_or_else(|| wrong(1, 1, "the file is empty: expected a template".to_owned()))
}

/// A tree in the making.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    done: Option<Node>,
}

/// A list or an object whose end was not seen.
struct Open {
    line: usize,
    anchor: usize,
    tag: Option<String>,
    list: bool,
    items: Vec<Node>,
    fields: Vec<(String, Node)>,
    key: Option<String>,
    keys: HashSet<String>,
    began: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().and_then(short_form);
                let kind = scalar(&text, style, tag.is_some());
                let node = in_function(Node { line, kind }, tag.as_deref());
                let size = text.len().div_euclid(BYTES).saturating_add(1);
                self.count(size)?;
                self.keep(anchor, &node, size);
                self.put(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(line, anchor, tag.as_deref().and_then(short_form), true);
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(line, anchor, tag.as_deref().and_then(short_form), false);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Err("an end without a beginning".to_owned());
                };
                let kind = if open.list {
                    Kind::List(open.items)
                } else {
                    Kind::Map(merged(open.fields))
                };
                let node = in_function(
                    Node {
                        line: open.line,
                        kind,
                    },
                    open.tag.as_deref(),
                );
                self.count(1)?;
                let size = self.nodes.saturating_sub(open.began);
                self.keep(open.anchor, &node, size);
                self.put(node)
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err("an alias of what contains it".to_owned());
                };
                self.count(size)?;
                self.put(node)
            }
            Event::UnresolvedAlias(name) => Err(format!("there is no anchor `{name}`")),
            Event::DocumentStart(..) if self.done.is_some() => {
                Err("a second document: a template is one".to_owned())
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..) => Ok(()),
            // What a later version of the parser tells, too.
            _ => Err("a part of YAML that is not known".to_owned()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, tag: Option<String>, list: bool) {
        self.open.push(Open {
            line,
            anchor,
            tag,
            list,
            items: Vec::new(),
            fields: Vec::new(),
            key: None,
            keys: HashSet::new(),
            began: self.nodes,
        });
    }

    fn count(&mut self, more: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MOST_NODES {
            return Err(format!(
                "more than {MOST_NODES} values, aliases written out"
            ));
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: &Node, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
    }

    /// Puts a value where it belongs.
    fn put(&mut self, node: Node) -> Result<(), String> {
        let Some(open) = self.open.last_mut() else {
            self.done = Some(node);
            return Ok(());
        };
        if open.list {
            open.items.push(node);
            return Ok(());
        }
        match open.key.take() {
            None => {
                let key = match node.kind {
                    Kind::Text(text) => text,
                    Kind::Number(number) => number.to_string(),
                    Kind::Bool(truth) => truth.to_string(),
                    Kind::Null | Kind::List(_) | Kind::Map(_) => {
                        return Err("a key that is no text".to_owned());
                    }
                };
                if key != "<<" && !open.keys.insert(key.clone()) {
                    return Err(format!("duplicate key `{key}`"));
                }
                open.key = Some(key);
            }
            Some(key) => open.fields.push((key, node)),
        }
        Ok(())
    }
}

/// The function of a short form: `Fn::Sub` of `!Sub`.
fn short_form(tag: &Tag) -> Option<String> {
    if tag.handle() != "!" {
        return None;
    }
    Some(match tag.suffix() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

fn in_function(node: Node, function: Option<&str>) -> Node {
    let Some(function) = function else {
        return node;
    };
    let line = node.line;
    let node = match (function, &node.kind) {
        // `!GetAtt Key.Arn` is `[Key, Arn]`; what follows the second dot belongs to the attribute.
        ("Fn::GetAtt", Kind::Text(text)) => {
            let (name, attribute) = text.split_once('.').unwrap_or((text, ""));
            let part = |text: &str| Node {
                line,
                kind: Kind::Text(text.to_owned()),
            };
            Node {
                line,
                kind: Kind::List(vec![part(name), part(attribute)]),
            }
        }
        _ => node,
    };
    Node {
        line,
        kind: Kind::Map(vec![(function.to_owned(), node)]),
    }
}

/// A scalar by YAML's core schema. Numbers that begin with a zero are texts, as account numbers are.
fn scalar(text: &str, style: ScalarStyle, is_argument: bool) -> Kind {
    if style != ScalarStyle::Plain || is_argument {
        return Kind::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    let is_padded = text.len() > 1 && text.starts_with('0') && !text.contains('.');
    let number = text.parse::<i64>().ok().map(Number::from).or_else(|| {
        text.parse::<f64>()
            .ok()
            .filter(|_| text.starts_with(|first: char| first.is_ascii_digit() || first == '-'))
            .and_then(Number::from_f64)
    });
    match number {
        Some(number) if !is_padded => Kind::Number(number),
        _ => Kind::Text(text.to_owned()),
    }
}

/// Merge keys, written out: what stands in the object wins.
fn merged(fields: Vec<(String, Node)>) -> Vec<(String, Node)> {
    if !fields.iter().any(|(name, _)| name == "<<") {
        return fields;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| name == "<<");
    let mut there: HashSet<String> = own.iter().map(|(name, _)| name.clone()).collect();
    for (_, node) in merges {
        let sources = match node.kind {
            Kind::List(items) => items,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Map(_) => {
                vec![node]
            }
        };
        for source in sources {
            if let Kind::Map(fields) = source.kind {
                for (name, value) in fields {
                    if there.insert(name.clone()) {
                        own.push((name, value));
                    }
                }
            }
        }
    }
    own
}
