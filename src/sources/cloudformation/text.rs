//! Templates as text: YAML with its short forms, or JSON, into a tree that knows its lines.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::Number;

use super::error::TemplateError;
pub use super::node::{Kind, Node};
use super::scalar::{PlainScalar, resolved};

/// How many values a template may have once its aliases are written out: what CloudFormation takes (1 MB) has far fewer.
const MOST_NODES: usize = 2_000_000;

/// A text counts as one value more for so many bytes: an alias may repeat a long one.
const BYTES: usize = 64;

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
    /// The key whose value comes next, and its line.
    key: Option<(String, usize)>,
    keys: HashSet<String>,
    began: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let function = tag.as_deref().and_then(short_form);
                let kind = match (style, &function, tag.as_deref()) {
                    (ScalarStyle::Plain, None, None) => plain(&text),
                    (ScalarStyle::Plain, Some(_), _) => argument(&text),
                    (_, None, Some(tag)) => tagged(&text, style, tag),
                    (_, _, _) => Kind::Text(text.to_string()),
                };
                // "map keys must be strings; received numeric [123456789012] instead".
                if self.expects_key()
                    && matches!(kind, Kind::Bool(_) | Kind::Number(_) | Kind::Doubtful(_))
                {
                    return Err(format!(
                        "the key `{text}` without quotes is a number, true or false in YAML 1.1, and CloudFormation takes texts: \
                         put it in quotes"
                    ));
                }
                let node = in_function(Node { line, kind }, function.as_deref());
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

    /// Whether what comes next is a key.
    fn expects_key(&self) -> bool {
        let open = self.open.last();
        open.is_some_and(|open| !open.list && open.key.is_none())
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
                    Kind::Null
                    | Kind::Bool(_)
                    | Kind::Number(_)
                    | Kind::Doubtful(_)
                    | Kind::List(_)
                    | Kind::Map(_) => return Err("a key that is no text".to_owned()),
                };
                if key != "<<" && !open.keys.insert(key.clone()) {
                    return Err(format!("duplicate key `{key}`"));
                }
                open.key = Some((key, node.line));
            }
            // A value stands where its name does.
            Some((key, line)) => {
                let kind = node.kind;
                open.fields.push((key, Node { line, kind }));
            }
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

/// A scalar without quotes and without a tag.
fn plain(text: &str) -> Kind {
    let doubtful = || Kind::Doubtful(text.to_owned());
    match resolved(text) {
        PlainScalar::Null => Kind::Null,
        PlainScalar::Bool(truth) => Kind::Bool(truth),
        PlainScalar::Integer(number) => Kind::Number(Number::from(number)),
        PlainScalar::Decimal(number) => {
            Number::from_f64(number).map_or_else(doubtful, Kind::Number)
        }
        PlainScalar::Text => Kind::Text(text.to_owned()),
        PlainScalar::Doubtful => doubtful(),
    }
}

/// The argument of a short form: its letters, where CloudFormation makes nothing else of them.
fn argument(text: &str) -> Kind {
    match plain(text) {
        Kind::Bool(truth) if truth.to_string() != text => Kind::Doubtful(text.to_owned()),
        Kind::Number(number) if number.to_string() != text => Kind::Doubtful(text.to_owned()),
        doubtful @ Kind::Doubtful(_) => doubtful,
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::List(_)
        | Kind::Map(_) => Kind::Text(text.to_owned()),
    }
}

/// A scalar whose tag says what it is. What the tag says and the letters do not is in doubt.
fn tagged(text: &str, style: ScalarStyle, tag: &Tag) -> Kind {
    let is_text =
        tag.is_yaml_core_schema_tag("str") || (tag.handle().is_empty() && tag.suffix() == "!");
    let kind = if style == ScalarStyle::Plain {
        plain(text)
    } else {
        Kind::Text(text.to_owned())
    };
    match kind {
        _ if is_text => Kind::Text(text.to_owned()),
        Kind::Null if tag.is_yaml_core_schema_tag("null") => Kind::Null,
        Kind::Bool(truth) if tag.is_yaml_core_schema_tag("bool") => Kind::Bool(truth),
        Kind::Number(number) if tag.is_yaml_core_schema_tag("int") && number.is_i64() => {
            Kind::Number(number)
        }
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::Doubtful(_)
        | Kind::List(_)
        | Kind::Map(_) => Kind::Doubtful(text.to_owned()),
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
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Doubtful(_)
            | Kind::Map(_) => vec![node],
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
