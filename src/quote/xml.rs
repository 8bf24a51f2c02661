//! XML: characters that no document may hold. What would be markup is escaped by the writer.
//!
//! See <https://www.w3.org/TR/xml/#charsets>.

use super::terminal;

/// Text of several lines.
#[must_use]
pub fn lines(text: &str) -> String {
    terminal::lines(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Text of one line, such as an attribute.
#[must_use]
pub fn line(text: &str) -> String {
    lines(&terminal::line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_document_may_hold_is_replaced() {
        assert_eq!(lines("a\0\n<\u{ffff}"), "a\u{fffd}\n<\u{fffd}");
        assert_eq!(line("a\nb\u{1b}[31m"), "a b\u{fffd}[31m");
    }
}
