//! JSON that may be printed: its strings hold no character that a terminal would obey.

use std::fmt::Write as _;

use super::terminal::is_obeyed;

/// The same JSON, in which such characters are written as escapes. They can only stand within strings, but for line ends.
#[must_use]
pub fn printable(json: String) -> String {
    if json.is_ascii() && !json.contains('\u{7f}') {
        return json;
    }
    let mut text = String::with_capacity(json.len());
    let mut units = [0_u16; 2];
    for c in json.chars() {
        if c == '\n' || !is_obeyed(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn it_is_the_same_json_without_what_a_terminal_obeys() {
        let value = json!({"a\u{202e}": ["\u{1b}\u{9b}\u{7f}\u{e0041}é\n"]});
        let text = printable(format!("{value:#}"));
        assert!(!text.contains(|c| c != '\n' && is_obeyed(c)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
