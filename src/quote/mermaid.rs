//! Mermaid diagrams: the text of a label, between quotation marks.
//!
//! Mermaid reads `#35;` as the character of that number, and nothing else of a quoted label but HTML, Markdown between
//! backticks, and directives between `%%{` and `}%%`. See <https://mermaid.js.org/syntax/flowchart.html>.

use std::fmt::Write as _;

use super::terminal;

/// A label, with its quotation marks.
#[must_use]
pub fn label(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in terminal::line(text).chars() {
        if c.is_alphanumeric() || " -_./:,()→".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_ends_where_it_should() {
        assert_eq!(label("prod/eu-west-1 → a_b"), "\"prod/eu-west-1 → a_b\"");
        assert_eq!(
            label("a\"]\nend\n%%{init}%%<b>`x`\\n;#"),
            "\"a#34;#93; end #37;#37;#123;init#125;#37;#37;#60;b#62;#96;x#96;#92;n#59;#35;\""
        );
    }
}
