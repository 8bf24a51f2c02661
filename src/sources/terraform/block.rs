//! A block of a configuration as it is written, with its lines.

use hcl::edit::Span as _;
use hcl::edit::structure::Body;

use crate::known::{WrittenArgument, WrittenBlock};

/// A block of a text, by its body and the offset at which it begins.
pub(super) fn written(text: &str, name: &str, start: usize, body: &Body) -> WrittenBlock {
    let arguments = body.attributes().filter_map(|argument| {
        let text_of = argument.value.span().and_then(|span| text.get(span))?;
        Some(WrittenArgument {
            name: argument.key.as_str().to_owned(),
            line: line_at(text, argument.span()?.start),
            text: text_of.trim().to_owned(),
        })
    });
    let blocks = body.blocks().filter_map(|block| {
        let start = block.span()?.start;
        let label = block.labels.first().map(|label| label.as_str());
        let (Some(label), "dynamic") = (label, block.ident.as_str()) else {
            return Some(written(text, block.ident.as_str(), start, &block.body));
        };
        let mut content = block.body.blocks();
        let content = content.find(|block| block.ident.as_str() == "content")?;
        let for_each = written(text, label, start, &block.body);
        let for_each = for_each.argument("for_each").map(|each| each.text.clone());
        let made = written(text, label, start, &content.body);
        Some(WrittenBlock { for_each, ..made })
    });
    WrittenBlock {
        name: name.to_owned(),
        line: line_at(text, start),
        for_each: None,
        arguments: arguments.collect(),
        blocks: blocks.collect(),
    }
}

/// The line of an offset, from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.matches('\n').count().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_with_its_lines_and_a_dynamic_one_by_what_it_makes() {
        let text = "rule_name = \"daily\"\nlifecycle {\n  delete_after = var.days + 1\n}\ndynamic \"copy_action\" {\n  for_each = var.copies\n  content {\n    lifecycle {\n      delete_after = copy_action.value.days\n    }\n  }\n}\n";
        let body = hcl::edit::parser::parse_body(text).unwrap();
        let rule = written(text, "rule", 0, &body);
        assert_eq!(rule.argument("rule_name").unwrap().text, "\"daily\"");
        let own = rule.blocks_of("lifecycle").next().unwrap();
        let days = own.argument("delete_after").unwrap();
        assert_eq!((days.line, &*days.text), (3, "var.days + 1"));
        let copy = rule.blocks_of("copy_action").next().unwrap();
        assert_eq!(
            (copy.line, copy.for_each.as_deref()),
            (5, Some("var.copies"))
        );
        let kept = copy.blocks_of("lifecycle").next().unwrap();
        let days = kept.argument("delete_after").unwrap();
        assert_eq!((days.line, &*days.text), (9, "copy_action.value.days"));
    }
}
