//! A value of a template as it is written, with its lines.

use super::node::{Kind, Node};
use crate::known::{WrittenArgument, WrittenBlock};

/// A map of a template by its name: lists of maps are several blocks of their name.
pub(super) fn written(name: &str, node: &Node) -> WrittenBlock {
    let mut block = WrittenBlock {
        name: name.to_owned(),
        line: node.line,
        ..WrittenBlock::default()
    };
    let Kind::Map(pairs) = &node.kind else {
        return block;
    };
    for (name, node) in pairs {
        match (text(node), &node.kind) {
            (Some(text), _) => block.arguments.push(WrittenArgument {
                name: name.clone(),
                line: node.line,
                text,
            }),
            (None, Kind::List(all)) => block
                .blocks
                .extend(all.iter().map(|one| written(name, one))),
            (None, _) => block.blocks.push(written(name, node)),
        }
    }
    block
}

/// A value that is no map or list, or is a function: `35`, `!Ref Retention`.
fn text(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Null => None,
        Kind::Bool(it) => Some(it.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Text(text) | Kind::Doubtful(text) => Some(text.clone()),
        Kind::List(_) => None,
        Kind::Map(pairs) => {
            let [(function, of)] = pairs.as_slice() else {
                return None;
            };
            let name = match function.strip_prefix("Fn::") {
                Some(name) => name,
                None if function == "Ref" => function,
                None => return None,
            };
            let of = text(of).map_or_else(String::new, |of| format!(" {of}"));
            Some(format!("!{name}{of}"))
        }
    }
}
